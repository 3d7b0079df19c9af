//! The colours of cells as they are seen, whatever depth they were written for.
//! Must not know the form they are written in.

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};

use crate::tui::theme::palette;

/// Red, green, blue.
pub(super) type Rgb = [u8; 3];

/// What stands for the terminal's own text colour.
pub(super) const TEXT: Rgb = [0xd5, 0xdc, 0xe5];
/// What stands for the terminal's own background.
pub(super) const GROUND: Rgb = [0x0d, 0x11, 0x17];

/// A cell's looks, reversing and dimming worked in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ink {
    pub(super) text: Rgb,
    pub(super) ground: Rgb,
    pub(super) bold: bool,
    pub(super) italic: bool,
    pub(super) underlined: bool,
    pub(super) crossed_out: bool,
}

impl Ink {
    pub(super) fn of(cell: &Cell) -> Self {
        let has = |flag| cell.modifier.contains(flag);
        let mut text = rgb(cell.fg, TEXT);
        let mut ground = rgb(cell.bg, GROUND);
        if has(Modifier::REVERSED) {
            std::mem::swap(&mut text, &mut ground);
        }
        if has(Modifier::DIM) {
            text = blend(text, ground);
        }
        Self {
            text,
            ground,
            bold: has(Modifier::BOLD),
            italic: has(Modifier::ITALIC),
            underlined: has(Modifier::UNDERLINED),
            crossed_out: has(Modifier::CROSSED_OUT),
        }
    }

    /// Whether nothing of a blank in this ink can be told from one in `other`.
    pub(super) fn stands_for_blank(self, other: Self) -> bool {
        let lines = |ink: Self| ink.underlined || ink.crossed_out;
        self == other || (self.ground == other.ground && !lines(self) && !lines(other))
    }
}

/// Three fifths of the one and two fifths of the other.
fn blend(one: Rgb, other: Rgb) -> Rgb {
    let mut mixed = one;
    for (channel, below) in mixed.iter_mut().zip(other) {
        let sum = u16::from(*channel) * 3 + u16::from(below) * 2;
        *channel = u8::try_from(sum / 5).unwrap_or(u8::MAX);
    }
    mixed
}

/// The background of most cells.
pub(super) fn commonest_ground(buffer: &Buffer, area: Rect) -> Rgb {
    let mut counts: Vec<(Rgb, usize)> = Vec::new();
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            let Some(cell) = buffer.cell((x, y)) else {
                continue;
            };
            let ground = Ink::of(cell).ground;
            match counts.iter_mut().find(|(known, _)| *known == ground) {
                Some((_, count)) => *count += 1,
                None => counts.push((ground, 1)),
            }
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(GROUND, |(ground, _)| ground)
}

/// A colour as style sheets write it.
pub(super) fn css([red, green, blue]: Rgb) -> String {
    format!("#{red:02x}{green:02x}{blue:02x}")
}

/// A colour as it usually looks.
fn rgb(color: Color, default: Rgb) -> Rgb {
    let (red, green, blue) = match color {
        Color::Rgb(red, green, blue) => (red, green, blue),
        Color::Indexed(index) => palette::rgb(index),
        named => match palette::look_of(named) {
            Some(look) => look,
            None => return default,
        },
    };
    [red, green, blue]
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    #[test]
    fn colours_are_those_of_a_usual_terminal() {
        let cases = [
            (Color::Reset, "#d5dce5"),
            (Color::Rgb(1, 2, 255), "#0102ff"),
            (Color::Indexed(231), "#ffffff"),
            (Color::Indexed(1), "#cd3131"),
            (Color::LightBlue, "#3b8eea"),
        ];
        for (color, expected) in cases {
            assert_eq!(css(rgb(color, TEXT)), expected);
        }
    }

    #[test]
    fn reversed_and_dim_are_worked_in() {
        let mut cell = Cell::new("x");
        cell.set_style(
            Style::new()
                .fg(Color::Rgb(100, 0, 0))
                .bg(Color::Rgb(0, 50, 0)),
        );
        assert_eq!(Ink::of(&cell).text, [100, 0, 0]);
        cell.modifier = Modifier::DIM;
        assert_eq!(Ink::of(&cell).text, [60, 20, 0]);
        cell.modifier = Modifier::REVERSED;
        assert_eq!(
            (Ink::of(&cell).text, Ink::of(&cell).ground),
            ([0, 50, 0], [100, 0, 0])
        );
    }
}
