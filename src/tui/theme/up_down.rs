//! Which colours stand for rising and falling, whatever the theme says.
//! Must not change what is told by shape: arrows stay as they are.

use ratatui::style::{Color, Modifier};

use super::builtin::builtin;
use super::science::{Lab, Rgb, Vision};
use super::slots::{Slot, Theme};
use crate::config::UpDown;

/// A colour as far as the conventions know it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Green,
    Red,
    Blue,
    Other,
}

impl Family {
    fn of(color: Rgb) -> Self {
        /// Below this a colour counts as grey.
        const GRAY_BELOW: f64 = 15.0;
        let lab = Lab::of(color, Vision::Normal);
        let hue = lab.hue();
        if lab.chroma() < GRAY_BELOW {
            Self::Other
        } else if !(55.0..345.0).contains(&hue) {
            Self::Red
        } else if (115.0..195.0).contains(&hue) {
            Self::Green
        } else if (220.0..310.0).contains(&hue) {
            Self::Blue
        } else {
            Self::Other
        }
    }
}

/// One direction's colours: text, volume, depth.
#[derive(Debug, Clone, Copy)]
struct Side {
    text: Slot,
    volume: Slot,
    depth: Slot,
}

const fn slot(rgb: Rgb, indexed: u8, sixteen: Color) -> Slot {
    Slot {
        rgb,
        indexed,
        sixteen,
        mono: Modifier::empty(),
    }
}

/// Blue and orange for light grounds; no theme of the program has them.
const LIGHT_BLUE_ORANGE: (Side, Side) = (
    Side {
        text: slot((0x00, 0x5f, 0xc8), 26, Color::Blue),
        volume: slot((0xa9, 0xcb, 0xeb), 152, Color::Blue),
        depth: slot((0xb5, 0xd3, 0xef), 153, Color::Blue),
    },
    Side {
        text: slot((0x94, 0x50, 0x00), 94, Color::Yellow),
        volume: slot((0xe8, 0xc9, 0x9c), 223, Color::Yellow),
        depth: slot((0xef, 0xd3, 0xa8), 223, Color::Yellow),
    },
);

/// The same, bright enough for seven to one on black.
const BRIGHT_BLUE_ORANGE: (Side, Side) = (
    Side {
        text: slot((0x66, 0xb3, 0xff), 75, Color::LightBlue),
        volume: slot((0x2a, 0x66, 0xa3), 25, Color::Blue),
        depth: slot((0x00, 0x33, 0x66), 18, Color::Blue),
    },
    Side {
        text: slot((0xff, 0xb0, 0x00), 214, Color::Yellow),
        volume: slot((0x8a, 0x5f, 0x00), 94, Color::Yellow),
        depth: slot((0x4d, 0x35, 0x00), 236, Color::Yellow),
    },
);

fn own(theme: &Theme) -> (Side, Side) {
    let rising = Side {
        text: theme.up,
        volume: theme.volume_up,
        depth: theme.bid,
    };
    let falling = Side {
        text: theme.down,
        volume: theme.volume_down,
        depth: theme.ask,
    };
    (rising, falling)
}

/// The theme with the colours of a convention. Its own colours are kept, and change places where
/// they must; where it has none of the convention, those of the built-in themes are taken.
pub fn apply(theme: &Theme, convention: UpDown) -> Theme {
    let (wanted, other) = match convention {
        UpDown::Theme => return theme.clone(),
        UpDown::GreenUp => (Family::Green, Some(Family::Red)),
        UpDown::RedUp => (Family::Red, Some(Family::Green)),
        UpDown::BlueUp => (Family::Blue, None),
    };
    let (rising, falling) = own(theme);
    let (up, down) = (Family::of(theme.up.rgb), Family::of(theme.down.rgb));
    let fits = |first, second| first == wanted && other.is_none_or(|other| second == other);
    let (rising, falling) = if fits(up, down) {
        (rising, falling)
    } else if fits(down, up) {
        (falling, rising)
    } else {
        standard(theme, convention).unwrap_or((rising, falling))
    };
    let mut changed = theme.clone();
    // Attributes belong to the direction, not to its colour.
    let put = |slot: &mut Slot, colors: Slot| {
        *slot = Slot {
            mono: slot.mono,
            ..colors
        };
    };
    put(&mut changed.up, rising.text);
    put(&mut changed.profit, rising.text);
    put(&mut changed.volume_up, rising.volume);
    put(&mut changed.bid, rising.depth);
    put(&mut changed.down, falling.text);
    put(&mut changed.loss, falling.text);
    put(&mut changed.volume_down, falling.volume);
    put(&mut changed.ask, falling.depth);
    changed
}

fn standard(theme: &Theme, convention: UpDown) -> Option<(Side, Side)> {
    let dark = theme.is_dark();
    if convention == UpDown::BlueUp && !dark {
        return Some(LIGHT_BLUE_ORANGE);
    }
    if convention == UpDown::BlueUp && theme.has_tag("contrast") {
        return Some(BRIGHT_BLUE_ORANGE);
    }
    let name = match (convention, dark) {
        (UpDown::BlueUp, _) => "okabe",
        _ if dark && theme.has_tag("contrast") => "hi-contrast",
        (_, true) => "titan-dark",
        (_, false) => "titan-light",
    };
    let (green_or_blue, red_or_orange) = own(&*builtin(name)?);
    if convention == UpDown::RedUp {
        Some((red_or_orange, green_or_blue))
    } else {
        Some((green_or_blue, red_or_orange))
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ColorMode, builtins, gate};
    use super::*;

    fn families(theme: &Theme) -> (Family, Family) {
        (Family::of(theme.up.rgb), Family::of(theme.down.rgb))
    }

    #[test]
    fn every_theme_takes_every_convention() {
        for theme in builtins() {
            assert_eq!(apply(theme, UpDown::Theme), **theme);
            let green = apply(theme, UpDown::GreenUp);
            let red = apply(theme, UpDown::RedUp);
            let blue = apply(theme, UpDown::BlueUp);
            assert_eq!(
                families(&green),
                (Family::Green, Family::Red),
                "{}",
                theme.name
            );
            assert_eq!(
                families(&red),
                (Family::Red, Family::Green),
                "{}",
                theme.name
            );
            assert_eq!(families(&blue).0, Family::Blue, "{}", theme.name);
            assert_eq!((red.up.rgb, red.bid.rgb), (green.down.rgb, green.ask.rgb));
            for changed in [green, red, blue] {
                assert_eq!(
                    changed.profit,
                    Slot {
                        mono: theme.profit.mono,
                        ..changed.up
                    }
                );
                assert_eq!(changed.up.mono, theme.up.mono);
                assert_eq!(changed.text, theme.text);
                let mut judged = changed;
                // Green and red are what the reader asked for.
                judged.tags.retain(|tag| tag != "cvd");
                let found = gate::findings(&judged);
                assert!(found.is_empty(), "{}:\n{}", judged.name, found.join("\n"));
            }
        }
    }

    #[test]
    fn blue_and_orange_are_told_apart_on_every_ground() {
        for theme in builtins() {
            let changed = apply(theme, UpDown::BlueUp);
            // The sixteen are the terminal's.
            let depths = gate::depths(&changed).iter();
            for depth in depths.filter(|depth| **depth != ColorMode::Sixteen) {
                let (vision, least) = gate::figures(&changed, *depth).least_difference();
                // Of the 256 colours no orange that is read on a light ground comes nearer to 60
                // for eyes without blue cones.
                let light = *depth == ColorMode::Indexed && !changed.is_dark();
                let wanted = if light { 55.0 } else { gate::DIFFERENCE_MIN };
                let name = &theme.name;
                assert!(least >= wanted, "{name} {depth:?} {vision:?} {least:.1}");
            }
        }
    }

    #[test]
    fn a_theme_keeps_its_own_colours_where_they_fit() {
        let cases = [
            ("titan-dark", UpDown::GreenUp),
            ("bloom", UpDown::GreenUp),
            ("okabe", UpDown::BlueUp),
            ("blue-yellow", UpDown::BlueUp),
        ];
        for (name, convention) in cases {
            let theme = builtin(name).unwrap();
            assert_eq!(apply(&theme, convention), *theme, "{name}");
        }
    }
}
