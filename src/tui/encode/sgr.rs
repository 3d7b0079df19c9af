//! Colours and attributes as the shortest codes that turn one look into another.
//! Must not know where on the screen a look is used.

use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};

use super::push_number;

/// Colours and attributes of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Look {
    pub(super) fg: Color,
    pub(super) bg: Color,
    pub(super) modifier: Modifier,
}

/// What shows on a space too.
const SEEN: Modifier = Modifier::REVERSED
    .union(Modifier::UNDERLINED)
    .union(Modifier::CROSSED_OUT);

/// Each with its code and the code that ends it; bold and dim end together.
const MODIFIERS: [(Modifier, u8, u8); 6] = [
    (Modifier::BOLD, 1, 22),
    (Modifier::DIM, 2, 22),
    (Modifier::ITALIC, 3, 23),
    (Modifier::UNDERLINED, 4, 24),
    (Modifier::REVERSED, 7, 27),
    (Modifier::CROSSED_OUT, 9, 29),
];

/// The attributes that are told to the terminal.
const TOLD: Modifier = SEEN
    .union(Modifier::BOLD)
    .union(Modifier::DIM)
    .union(Modifier::ITALIC);

impl Look {
    /// The terminal's own, as after a reset.
    pub(super) const PLAIN: Self = Self {
        fg: Color::Reset,
        bg: Color::Reset,
        modifier: Modifier::empty(),
    };

    pub(super) fn of(cell: &Cell) -> Self {
        Self {
            fg: cell.fg,
            bg: cell.bg,
            modifier: cell.modifier & TOLD,
        }
    }

    /// Whether a blank written like this shows more than its ground.
    pub(super) fn shows_on_blank(self) -> bool {
        self.modifier.intersects(SEEN)
    }

    /// Whether a blank of `other` looks the same when it is written like this: of a blank nothing
    /// is seen but its ground.
    pub(super) fn stands_for_blank(self, other: Self) -> bool {
        self == other || (self.bg == other.bg && !self.shows_on_blank() && !other.shows_on_blank())
    }
}

/// Appends the sequence that turns one look into another; nothing where they are the same.
pub(super) fn change(before: Look, after: Look, bytes: &mut Vec<u8>) {
    if before == after {
        return;
    }
    let mut step = Codes::default();
    step.differences(before, after);
    let mut anew = Codes::default();
    if after != Look::PLAIN {
        anew.number(0);
        anew.differences(Look::PLAIN, after);
    }
    let codes = if anew.text.len() < step.text.len() {
        anew
    } else {
        step
    };
    codes.write(bytes);
}

/// Appends the sequence for a look after one that is not known, or after `before`.
pub(super) fn change_from(before: Option<Look>, after: Look, bytes: &mut Vec<u8>) {
    if before == Some(after) {
        return;
    }
    let mut codes = Codes::default();
    if before.is_none() {
        codes.number(0);
    }
    codes.differences(before.unwrap_or(Look::PLAIN), after);
    codes.write(bytes);
}

#[derive(Default)]
struct Codes {
    text: Vec<u8>,
}

impl Codes {
    fn write(&self, bytes: &mut Vec<u8>) {
        bytes.extend_from_slice(b"\x1b[");
        bytes.extend_from_slice(&self.text);
        bytes.push(b'm');
    }

    fn number(&mut self, code: u8) {
        if !self.text.is_empty() {
            self.text.push(b';');
        }
        push_number(&mut self.text, code.into());
    }

    fn numbers(&mut self, codes: &[u8]) {
        for code in codes {
            self.number(*code);
        }
    }

    fn differences(&mut self, before: Look, after: Look) {
        self.modifiers(before.modifier, after.modifier);
        if before.fg != after.fg {
            self.color(after.fg, 30);
        }
        if before.bg != after.bg {
            self.color(after.bg, 40);
        }
    }

    fn modifiers(&mut self, before: Modifier, after: Modifier) {
        let weight = Modifier::BOLD | Modifier::DIM;
        let mut kept = before & after;
        let gone = before - after;
        if gone.intersects(weight) {
            kept -= weight;
            self.number(22);
        }
        for (flag, _, end) in MODIFIERS {
            if gone.contains(flag) && !weight.contains(flag) {
                self.number(end);
            }
        }
        for (flag, code, _) in MODIFIERS {
            if after.contains(flag) && !kept.contains(flag) {
                self.number(code);
            }
        }
    }

    /// `base` is 30 for the foreground and 40 for the background.
    fn color(&mut self, color: Color, base: u8) {
        let bright = base + 60;
        match color {
            Color::Reset => self.number(base + 9),
            Color::Black => self.number(base),
            Color::Red => self.number(base + 1),
            Color::Green => self.number(base + 2),
            Color::Yellow => self.number(base + 3),
            Color::Blue => self.number(base + 4),
            Color::Magenta => self.number(base + 5),
            Color::Cyan => self.number(base + 6),
            Color::Gray => self.number(base + 7),
            Color::DarkGray => self.number(bright),
            Color::LightRed => self.number(bright + 1),
            Color::LightGreen => self.number(bright + 2),
            Color::LightYellow => self.number(bright + 3),
            Color::LightBlue => self.number(bright + 4),
            Color::LightMagenta => self.number(bright + 5),
            Color::LightCyan => self.number(bright + 6),
            Color::White => self.number(bright + 7),
            Color::Indexed(index) => self.numbers(&[base + 8, 5, index]),
            Color::Rgb(red, green, blue) => self.numbers(&[base + 8, 2, red, green, blue]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(fg: Color, bg: Color, modifier: Modifier) -> Look {
        Look { fg, bg, modifier }
    }

    #[test]
    fn only_what_changes_is_said_and_the_shortest_way_is_taken() {
        let none = Modifier::empty();
        let bold = Modifier::BOLD;
        let (red, blue) = (Color::Red, Color::Rgb(0, 0, 255));
        let cases: &[(Look, Look, &str)] = &[
            (Look::PLAIN, Look::PLAIN, ""),
            (Look::PLAIN, look(red, Color::Reset, none), "\x1b[31m"),
            (look(red, blue, bold), Look::PLAIN, "\x1b[m"),
            (look(red, blue, bold), look(red, blue, none), "\x1b[22m"),
            (
                look(red, blue, bold | Modifier::REVERSED | Modifier::ITALIC),
                look(Color::Green, Color::Reset, none),
                "\x1b[0;32m",
            ),
            (
                look(Color::Reset, blue, bold),
                look(Color::Reset, blue, bold | Modifier::DIM),
                "\x1b[2m",
            ),
            (
                look(Color::Reset, blue, bold),
                look(Color::Reset, blue, Modifier::DIM),
                "\x1b[22;2m",
            ),
            (
                Look::PLAIN,
                look(Color::Indexed(9), blue, none),
                "\x1b[38;5;9;48;2;0;0;255m",
            ),
        ];
        for (before, after, expected) in cases {
            let mut bytes = Vec::new();
            change(*before, *after, &mut bytes);
            assert_eq!(String::from_utf8(bytes).unwrap(), *expected, "{after:?}");
        }
    }
}
