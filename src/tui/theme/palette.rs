//! The colours behind indices and names: the 256-colour palette and the sixteen.
//! Must not be taken for what a terminal shows at 0 to 15: its user chooses those.

use std::sync::LazyLock;

use ratatui::style::Color;

use super::science::{Lab, Rgb, Vision};

/// The word for the terminal's own text or ground.
pub const DEFAULT: &str = "default";

/// Name, colour and usual look of the sixteen; figures and pictures go by the usual look.
pub const SIXTEEN: [(&str, Color, Rgb); 16] = [
    ("black", Color::Black, (0x1e, 0x1e, 0x1e)),
    ("red", Color::Red, (0xcd, 0x31, 0x31)),
    ("green", Color::Green, (0x0d, 0xbc, 0x79)),
    ("yellow", Color::Yellow, (0xe5, 0xe5, 0x10)),
    ("blue", Color::Blue, (0x24, 0x72, 0xc8)),
    ("magenta", Color::Magenta, (0xbc, 0x3f, 0xbc)),
    ("cyan", Color::Cyan, (0x11, 0xa8, 0xcd)),
    ("gray", Color::Gray, (0xcc, 0xcc, 0xcc)),
    ("darkgray", Color::DarkGray, (0x76, 0x76, 0x76)),
    ("lightred", Color::LightRed, (0xf1, 0x4c, 0x4c)),
    ("lightgreen", Color::LightGreen, (0x23, 0xd1, 0x8b)),
    ("lightyellow", Color::LightYellow, (0xf5, 0xf5, 0x43)),
    ("lightblue", Color::LightBlue, (0x3b, 0x8e, 0xea)),
    ("lightmagenta", Color::LightMagenta, (0xd6, 0x70, 0xd6)),
    ("lightcyan", Color::LightCyan, (0x29, 0xb8, 0xdb)),
    ("white", Color::White, (0xff, 0xff, 0xff)),
];

/// The first index that means the same on every terminal.
const FIXED_FROM: u8 = 16;

static FIXED: LazyLock<Vec<(u8, Lab)>> = LazyLock::new(|| {
    (FIXED_FROM..=u8::MAX)
        .map(|index| (index, Lab::of(rgb(index), Vision::Normal)))
        .collect()
});

/// The colour of an index as xterm shows it, of the first sixteen as they usually look.
pub fn rgb(index: u8) -> Rgb {
    if let Some((_, _, color)) = SIXTEEN.get(usize::from(index)) {
        return *color;
    }
    if index >= 232 {
        let gray = 8 + 10 * (index - 232);
        return (gray, gray, gray);
    }
    let cube = index - FIXED_FROM;
    let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
    (level(cube / 36), level(cube / 6 % 6), level(cube % 6))
}

/// The index whose colour is nearest for the eye; never one of the terminal's own.
pub fn nearest_index(color: Rgb) -> u8 {
    let wanted = Lab::of(color, Vision::Normal);
    let nearest = FIXED.iter().min_by(|(_, a), (_, b)| {
        let (a, b) = (wanted.distance(*a), wanted.distance(*b));
        a.total_cmp(&b)
    });
    nearest.map_or(FIXED_FROM, |(index, _)| *index)
}

/// The one of the sixteen that looks most like it; the terminal's own for what has no hue.
pub fn nearest_sixteen(color: Rgb) -> Color {
    /// Below this a colour counts as grey.
    const GRAY_BELOW: f64 = 12.0;
    let wanted = Lab::of(color, Vision::Normal);
    if wanted.chroma() < GRAY_BELOW {
        return Color::Reset;
    }
    let distance = |rgb: Rgb| wanted.distance(Lab::of(rgb, Vision::Normal));
    let nearest = SIXTEEN
        .iter()
        .filter(|(_, _, rgb)| Lab::of(*rgb, Vision::Normal).chroma() >= GRAY_BELOW)
        .min_by(|(_, _, a), (_, _, b)| distance(*a).total_cmp(&distance(*b)));
    nearest.map_or(Color::Reset, |(_, color, _)| *color)
}

/// The colour of a name as theme files have it.
pub fn by_name(name: &str) -> Option<Color> {
    if name == DEFAULT {
        return Some(Color::Reset);
    }
    SIXTEEN
        .iter()
        .find(|(known, ..)| *known == name)
        .map(|(_, color, _)| *color)
}

/// The name of one of the sixteen; `default` for everything else.
pub fn name_of(color: Color) -> &'static str {
    SIXTEEN
        .iter()
        .find(|(_, known, _)| *known == color)
        .map_or(DEFAULT, |(name, ..)| name)
}

/// The usual look of one of the sixteen; `None` for the terminal's own.
pub fn look_of(color: Color) -> Option<Rgb> {
    SIXTEEN
        .iter()
        .find(|(_, known, _)| *known == color)
        .map(|(_, _, rgb)| *rgb)
}

/// Every name that stands for one of the sixteen.
pub fn names() -> impl Iterator<Item = &'static str> {
    std::iter::once(DEFAULT).chain(SIXTEEN.iter().map(|(name, ..)| *name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indices_have_the_colours_of_xterm() {
        let cases: [(u8, Rgb); 7] = [
            (16, (0, 0, 0)),
            (17, (0, 0, 95)),
            (196, (255, 0, 0)),
            (231, (255, 255, 255)),
            (232, (8, 8, 8)),
            (255, (238, 238, 238)),
            (1, (0xcd, 0x31, 0x31)),
        ];
        for (index, expected) in cases {
            assert_eq!(rgb(index), expected, "{index}");
        }
        for index in FIXED_FROM..=u8::MAX {
            assert_eq!(rgb(nearest_index(rgb(index))), rgb(index), "{index}");
        }
    }

    #[test]
    fn the_nearest_of_the_sixteen_has_the_hue() {
        let cases: [(Rgb, Color); 4] = [
            ((0x2e, 0xc9, 0x8a), Color::LightGreen),
            ((0xf4, 0x4c, 0x4c), Color::LightRed),
            ((0x20, 0x70, 0xd0), Color::Blue),
            ((0xd5, 0xdc, 0xe5), Color::Reset),
        ];
        for (color, expected) in cases {
            assert_eq!(nearest_sixteen(color), expected, "{color:?}");
        }
    }

    #[test]
    fn names_are_read_back() {
        for name in names() {
            assert_eq!(by_name(name).map(name_of), Some(name));
        }
        assert_eq!(by_name("teal"), None);
    }
}
