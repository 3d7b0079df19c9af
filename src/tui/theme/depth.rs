//! How many colours a terminal shows, and what the environment says of it.
//! Must not read the environment itself: the caller hands it in.

/// How many colours the terminal shows; ordered from the most to none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ColorMode {
    /// 24 bits.
    True,
    /// The 256-colour palette.
    Indexed,
    /// The terminal's sixteen.
    Sixteen,
    /// None; bold, dim, underline and reverse alone.
    Mono,
}

impl ColorMode {
    /// All of them, richest first.
    pub const ALL: [Self; 4] = [Self::True, Self::Indexed, Self::Sixteen, Self::Mono];

    /// What `NO_COLOR`, `COLORTERM` and `TERM` say.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        if set("NO_COLOR").is_some() || term == "dumb" {
            return Self::Mono;
        }
        let depth = set("COLORTERM").unwrap_or_default();
        if depth == "truecolor" || depth == "24bit" || term.ends_with("-direct") {
            return Self::True;
        }
        if term.contains("256") || ["xterm-kitty", "alacritty", "foot"].contains(&term.as_str()) {
            return Self::Indexed;
        }
        if term == "vt100" || term == "vt220" {
            return Self::Mono;
        }
        Self::Sixteen
    }

    /// Its name in file names, theme files and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::True => "truecolor",
            Self::Indexed => "256",
            Self::Sixteen => "16",
            Self::Mono => "mono",
        }
    }

    /// The depth of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|mode| mode.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_the_depth() {
        let mode = |pairs: &[(&str, &str)]| {
            let pairs: Vec<(String, String)> = pairs
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            ColorMode::detect(move |name| {
                pairs
                    .iter()
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| value.clone())
            })
        };
        let xterm = ("TERM", "xterm-256color");
        assert_eq!(mode(&[xterm, ("COLORTERM", "truecolor")]), ColorMode::True);
        assert_eq!(mode(&[xterm]), ColorMode::Indexed);
        assert_eq!(mode(&[("TERM", "screen")]), ColorMode::Sixteen);
        assert_eq!(mode(&[xterm, ("NO_COLOR", "1")]), ColorMode::Mono);
        assert_eq!(mode(&[xterm, ("NO_COLOR", "")]), ColorMode::Indexed);
        assert_eq!(mode(&[("TERM", "dumb")]), ColorMode::Mono);
    }

    #[test]
    fn names_are_read_back() {
        for mode in ColorMode::ALL {
            assert_eq!(ColorMode::from_name(mode.name()), Some(mode));
        }
        assert_eq!(ColorMode::from_name("17"), None);
    }
}
