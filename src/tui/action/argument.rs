//! What may follow a command's word, read from the command column: `theme [THEME]`.
//! Must not know the values there are: the command line looks them up.

/// What an argument names, and so what completes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Argument {
    /// An instrument.
    Symbol,
    /// A timeframe such as `5m`.
    Timeframe,
    /// A theme.
    Theme,
    /// A workspace, by name or number.
    Workspace,
    /// A kind of pane.
    Pane,
    /// A key of the configuration.
    Setting,
    /// A profile of keys.
    Profile,
    /// One of some words, parted by `|`.
    Choice(&'static str),
    /// Anything else: nothing completes it.
    Free,
}

/// A place for an argument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placeholder {
    /// As it stands in the command column, without brackets.
    pub name: &'static str,
    /// Whether it may be left out.
    pub optional: bool,
    /// What it names.
    pub argument: Argument,
}

impl Placeholder {
    /// From a word of the command column: `THEME`, `[PRICE]`, `on|off`.
    pub(super) fn read(word: &'static str) -> Self {
        let inner = word.strip_prefix('[').and_then(|it| it.strip_suffix(']'));
        let name = inner.unwrap_or(word);
        let argument = match name {
            "SYMBOL" => Argument::Symbol,
            "TIMEFRAME" => Argument::Timeframe,
            "THEME" => Argument::Theme,
            "WORKSPACE" => Argument::Workspace,
            "PANE" => Argument::Pane,
            "KEY" => Argument::Setting,
            "PROFILE" => Argument::Profile,
            _ if name.contains('|') => Argument::Choice(name),
            _ => Argument::Free,
        };
        Self {
            name,
            optional: inner.is_some(),
            argument,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_column_says_what_follows() {
        let cases = [
            ("THEME", "THEME", false, Argument::Theme),
            ("[THEME]", "THEME", true, Argument::Theme),
            ("[on|off]", "on|off", true, Argument::Choice("on|off")),
            ("REASON", "REASON", false, Argument::Free),
        ];
        for (word, name, optional, argument) in cases {
            let expected = Placeholder {
                name,
                optional,
                argument,
            };
            assert_eq!(Placeholder::read(word), expected);
        }
    }
}
