//! Colours by role, for terminals of every depth.
//! Must not know where a colour is used.

use ratatui::style::{Color, Modifier, Style};

/// How many colours the terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
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

    /// Its name in file names and options.
    pub const fn name(self) -> &'static str {
        match self {
            Self::True => "truecolor",
            Self::Indexed => "256",
            Self::Sixteen => "16",
            Self::Mono => "mono",
        }
    }
}

/// One role's colour at each depth.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slot {
    /// Red, green, blue.
    pub rgb: (u8, u8, u8),
    /// Index into the 256-colour palette.
    pub indexed: u8,
    /// One of the terminal's sixteen.
    pub sixteen: Color,
    /// Attributes that stand for it where there is no colour.
    pub mono: Modifier,
}

impl Slot {
    const fn new(rgb: u32, indexed: u8, sixteen: Color, mono: Modifier) -> Self {
        let [_, red, green, blue] = rgb.to_be_bytes();
        Self {
            rgb: (red, green, blue),
            indexed,
            sixteen,
            mono,
        }
    }
}

/// Everything that has a colour of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    /// Its name.
    pub name: &'static str,
    /// Behind everything.
    pub background: Slot,
    /// Behind what lies over the panes.
    pub raised: Slot,
    /// Plain text.
    pub text: Slot,
    /// Text of less weight.
    pub dim: Slot,
    /// Frames and rules.
    pub frame: Slot,
    /// Lines behind the candles.
    pub grid: Slot,
    /// Titles of panes.
    pub title: Slot,
    /// Rises, purchases, gains.
    pub up: Slot,
    /// Falls, sales, losses.
    pub down: Slot,
    /// Volume of rising bars.
    pub volume_up: Slot,
    /// Volume of falling bars.
    pub volume_down: Slot,
    /// What the eye should find.
    pub accent: Slot,
    /// Wants attention.
    pub warn: Slot,
    /// Is wrong.
    pub alarm: Slot,
    /// The overlays, fast and slow.
    pub overlays: [Slot; 2],
    /// Badge of the paper mode.
    pub paper: Slot,
    /// Badge of the live mode.
    pub live: Slot,
    /// Text on a coloured ground.
    pub on_color: Slot,
}

const NONE: Modifier = Modifier::empty();

/// The default: a dark ground, green up and red down.
pub const TITAN: Theme = Theme {
    name: "titan",
    background: Slot::new(0x0d_11_17, 233, Color::Reset, NONE),
    raised: Slot::new(0x16_1d_27, 235, Color::Reset, NONE),
    text: Slot::new(0xd5_dc_e5, 253, Color::Reset, NONE),
    dim: Slot::new(0x8a_96_a5, 245, Color::Gray, NONE),
    frame: Slot::new(0x30_3a_48, 238, Color::DarkGray, Modifier::DIM),
    grid: Slot::new(0x1d_25_30, 235, Color::DarkGray, Modifier::DIM),
    title: Slot::new(0xb6_c2_d1, 251, Color::Reset, Modifier::BOLD),
    up: Slot::new(0x2e_c9_8a, 78, Color::Green, NONE),
    down: Slot::new(0xf4_5b_69, 204, Color::Red, NONE),
    volume_up: Slot::new(0x1d_5c_48, 29, Color::Green, Modifier::DIM),
    volume_down: Slot::new(0x6c_32_3c, 95, Color::Red, Modifier::DIM),
    accent: Slot::new(0x5c_b3_ff, 75, Color::Cyan, Modifier::BOLD),
    warn: Slot::new(0xe9_b8_4a, 179, Color::Yellow, Modifier::BOLD),
    alarm: Slot::new(0xff_5c_5c, 203, Color::LightRed, Modifier::BOLD),
    overlays: [
        Slot::new(0xf0_b4_3c, 215, Color::Yellow, NONE),
        Slot::new(0x8f_a8_ff, 111, Color::LightBlue, NONE),
    ],
    paper: Slot::new(0x7c_b7_f5, 110, Color::Cyan, Modifier::REVERSED),
    live: Slot::new(0xff_54_54, 203, Color::LightRed, Modifier::REVERSED),
    on_color: Slot::new(0x0d_11_17, 233, Color::Black, NONE),
};

/// Blue up and orange down: told apart with any colour vision.
pub const OKABE: Theme = Theme {
    name: "okabe",
    up: Slot::new(0x56_b4_e9, 74, Color::LightBlue, NONE),
    down: Slot::new(0xe6_9f_00, 172, Color::Yellow, NONE),
    volume_up: Slot::new(0x2a_53_6b, 24, Color::Blue, Modifier::DIM),
    volume_down: Slot::new(0x69_4c_0f, 94, Color::Yellow, Modifier::DIM),
    accent: Slot::new(0xcc_a0_e6, 182, Color::LightMagenta, Modifier::BOLD),
    overlays: [
        Slot::new(0xf0_e4_42, 227, Color::LightYellow, NONE),
        Slot::new(0xcc_79_a7, 175, Color::LightMagenta, NONE),
    ],
    ..TITAN
};

/// A light ground.
pub const DAY: Theme = Theme {
    name: "day",
    background: Slot::new(0xfa_fa_f7, 231, Color::Reset, NONE),
    raised: Slot::new(0xec_ee_ef, 255, Color::Reset, NONE),
    text: Slot::new(0x1c_23_2c, 235, Color::Reset, NONE),
    dim: Slot::new(0x5b_66_73, 241, Color::DarkGray, NONE),
    frame: Slot::new(0xc5_cb_d2, 251, Color::Gray, Modifier::DIM),
    grid: Slot::new(0xe6_e8_ea, 254, Color::Gray, Modifier::DIM),
    title: Slot::new(0x33_3e_4b, 237, Color::Reset, Modifier::BOLD),
    up: Slot::new(0x0b_7a_4b, 29, Color::Green, NONE),
    down: Slot::new(0xc1_28_3a, 160, Color::Red, NONE),
    volume_up: Slot::new(0xa6_d8_c2, 151, Color::Green, Modifier::DIM),
    volume_down: Slot::new(0xec_b6_bc, 217, Color::Red, Modifier::DIM),
    accent: Slot::new(0x0b_5e_b0, 25, Color::Blue, Modifier::BOLD),
    warn: Slot::new(0x8a_5a_00, 94, Color::Yellow, Modifier::BOLD),
    alarm: Slot::new(0xc0_1c_1c, 160, Color::Red, Modifier::BOLD),
    overlays: [
        Slot::new(0xb0_6a_00, 130, Color::Yellow, NONE),
        Slot::new(0x3d_56_c9, 62, Color::Blue, NONE),
    ],
    paper: Slot::new(0x0b_5e_b0, 25, Color::Blue, Modifier::REVERSED),
    live: Slot::new(0xc0_1c_1c, 160, Color::Red, Modifier::REVERSED),
    on_color: Slot::new(0xff_ff_ff, 231, Color::White, NONE),
};

/// The themes that can be switched to, the default first.
pub const THEMES: [Theme; 3] = [TITAN, OKABE, DAY];

/// A theme at the depth of a terminal: gives styles.
#[derive(Debug, Clone, Copy)]
pub struct Paint {
    /// The roles.
    pub theme: Theme,
    /// The depth.
    pub mode: ColorMode,
}

impl Paint {
    /// The colour of a slot; `Reset` where there are no colours.
    pub const fn color(&self, slot: Slot) -> Color {
        let (red, green, blue) = slot.rgb;
        match self.mode {
            ColorMode::True => Color::Rgb(red, green, blue),
            ColorMode::Indexed => Color::Indexed(slot.indexed),
            ColorMode::Sixteen => slot.sixteen,
            ColorMode::Mono => Color::Reset,
        }
    }

    /// Text in a slot's colour.
    pub fn fg(&self, slot: Slot) -> Style {
        let style = Style::new().fg(self.color(slot));
        match self.mode {
            ColorMode::Mono => style.add_modifier(slot.mono),
            _ => style,
        }
    }

    /// Text on a ground of a slot's colour; reversed where that is all there is.
    pub fn on(&self, slot: Slot) -> Style {
        match self.mode {
            ColorMode::Mono => Style::new().add_modifier(Modifier::REVERSED),
            _ => Style::new()
                .fg(self.color(self.theme.on_color))
                .bg(self.color(slot)),
        }
    }

    /// The ground of the screen with plain text on it.
    pub fn base(&self) -> Style {
        self.fg(self.theme.text)
            .bg(self.color(self.theme.background))
    }

    /// The ground of what lies over the panes.
    pub fn raised(&self) -> Style {
        self.fg(self.theme.text).bg(self.color(self.theme.raised))
    }

    /// Laid over the chosen row of a list.
    pub fn selected(&self) -> Style {
        match self.mode {
            ColorMode::Mono | ColorMode::Sixteen => Style::new().add_modifier(Modifier::REVERSED),
            _ => Style::new().bg(self.color(self.theme.raised)),
        }
    }

    /// Plain text.
    pub fn text(&self) -> Style {
        self.fg(self.theme.text)
    }

    /// Plain text of more weight.
    pub fn strong(&self) -> Style {
        self.text().add_modifier(Modifier::BOLD)
    }

    /// Text of less weight.
    pub fn dim(&self) -> Style {
        self.fg(self.theme.dim)
    }

    /// Up, down or plain by a sign.
    pub fn signed(&self, sign: std::cmp::Ordering) -> Style {
        match sign {
            std::cmp::Ordering::Greater => self.fg(self.theme.up),
            std::cmp::Ordering::Less => self.fg(self.theme.down),
            std::cmp::Ordering::Equal => self.text(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn luminance((red, green, blue): (u8, u8, u8)) -> f64 {
        let channel = |value: u8| {
            let share = f64::from(value) / 255.0;
            if share <= 0.040_45 {
                share / 12.92
            } else {
                ((share + 0.055) / 1.055).powf(2.4)
            }
        };
        0.2126 * channel(red) + 0.7152 * channel(green) + 0.0722 * channel(blue)
    }

    fn contrast(a: Slot, b: Slot) -> f64 {
        let (a, b) = (luminance(a.rgb) + 0.05, luminance(b.rgb) + 0.05);
        a.max(b) / a.min(b)
    }

    #[test]
    fn text_can_be_read_in_every_theme() {
        for theme in THEMES {
            let slots = [
                theme.text,
                theme.dim,
                theme.title,
                theme.up,
                theme.down,
                theme.accent,
                theme.warn,
                theme.alarm,
            ];
            for slot in slots {
                for ground in [theme.background, theme.raised] {
                    assert!(contrast(slot, ground) >= 4.5, "{} {slot:?}", theme.name);
                }
            }
            for ground in [theme.paper, theme.live, theme.up, theme.down, theme.warn] {
                assert!(
                    contrast(theme.on_color, ground) >= 4.5,
                    "{} on {ground:?}",
                    theme.name
                );
            }
        }
    }

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
}
