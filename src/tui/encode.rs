//! Turns the difference of two screens into bytes, wrapped so that a terminal shows it at once.
//! Must not write: the writer thread does, one call for each frame.

use std::io::Write;

use ratatui::buffer::{Buffer, Cell};
use ratatui::style::{Color, Modifier};
use unicode_width::UnicodeWidthStr;

/// Starts a synchronised update: the terminal holds its picture until it ends.
pub const FRAME_START: &[u8] = b"\x1b[?2026h";
/// Ends it.
pub const FRAME_END: &[u8] = b"\x1b[?2026l";

/// Knows what the terminal shows, by the frames handed over so far.
#[derive(Debug, Default)]
pub struct Encoder {
    shown: Buffer,
    known: bool,
}

impl Encoder {
    /// Knows nothing yet: the first frame is a full one.
    pub fn new() -> Self {
        Self::default()
    }

    /// Forgets what is shown; the next frame is a full one.
    pub fn forget(&mut self) {
        self.known = false;
    }

    /// Appends the bytes that turn what is shown into `next`; `false` where nothing differs.
    /// What is known to be shown stays the same until [`Self::shown`].
    pub fn encode(&self, next: &Buffer, bytes: &mut Vec<u8>) -> bool {
        let full = !self.known || self.shown.area != next.area;
        let blank;
        let before = if full {
            blank = Buffer::empty(next.area);
            &blank
        } else {
            &self.shown
        };
        let changes = before.diff(next);
        if changes.is_empty() && !full {
            return false;
        }
        bytes.extend_from_slice(FRAME_START);
        if full {
            bytes.extend_from_slice(b"\x1b[0m\x1b[2J");
        }
        let mut pen = Pen::default();
        for (x, y, cell) in changes {
            pen.go(x, y, bytes);
            pen.style(cell, bytes);
            bytes.extend_from_slice(cell.symbol().as_bytes());
            pen.advance(cell.symbol());
        }
        bytes.extend_from_slice(b"\x1b[0m");
        bytes.extend_from_slice(FRAME_END);
        true
    }

    /// The frame of `next` was handed over; the buffer that was shown before is given back in
    /// its place.
    pub fn shown(&mut self, next: &mut Buffer) {
        std::mem::swap(&mut self.shown, next);
        self.known = true;
    }
}

/// Where the terminal's cursor stands and what its next character would look like.
#[derive(Default)]
struct Pen {
    at: Option<(u16, u16)>,
    look: Option<(Color, Color, Modifier)>,
}

impl Pen {
    fn go(&mut self, x: u16, y: u16, bytes: &mut Vec<u8>) {
        match self.at {
            Some(at) if at == (x, y) => {}
            Some((before, row)) if row == y && before < x => {
                push(bytes, format_args!("\x1b[{}C", x - before));
            }
            _ => push(
                bytes,
                format_args!("\x1b[{};{}H", u32::from(y) + 1, u32::from(x) + 1),
            ),
        }
        self.at = Some((x, y));
    }

    fn advance(&mut self, symbol: &str) {
        // Terminals disagree about wide characters, so after one the place is said anew.
        self.at = match (self.at, symbol.width()) {
            (Some((x, y)), 1) => Some((x.saturating_add(1), y)),
            _ => None,
        };
    }

    fn style(&mut self, cell: &Cell, bytes: &mut Vec<u8>) {
        let (fg, bg, modifier) = match self.look {
            // Of a space nothing is seen but its ground, so the rest may stay as it is.
            Some((fg, bg, modifier))
                if cell.symbol() == " " && !(cell.modifier | modifier).intersects(SEEN) =>
            {
                if bg == cell.bg {
                    return;
                }
                (fg, cell.bg, modifier)
            }
            _ => (cell.fg, cell.bg, cell.modifier),
        };
        let wanted = (fg, bg, modifier);
        if self.look == Some(wanted) {
            return;
        }
        let mut codes = Codes::default();
        let before = self.look.unwrap_or_else(|| {
            codes.add(format_args!("0"));
            (Color::Reset, Color::Reset, Modifier::empty())
        });
        codes.modifiers(before.2, modifier);
        if before.0 != fg {
            codes.color(fg, 30);
        }
        if before.1 != bg {
            codes.color(bg, 40);
        }
        push(bytes, format_args!("\x1b[{}m", codes.text));
        self.look = Some(wanted);
    }
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

#[derive(Default)]
struct Codes {
    text: String,
}

impl Codes {
    fn add(&mut self, code: std::fmt::Arguments) {
        if !self.text.is_empty() {
            self.text.push(';');
        }
        self.text.push_str(&code.to_string());
    }

    fn modifiers(&mut self, before: Modifier, after: Modifier) {
        let weight = Modifier::BOLD | Modifier::DIM;
        let mut kept = before & after;
        let gone = before - after;
        if gone.intersects(weight) {
            kept -= weight;
            self.add(format_args!("22"));
        }
        for (flag, _, end) in MODIFIERS {
            if gone.contains(flag) && !weight.contains(flag) {
                self.add(format_args!("{end}"));
            }
        }
        for (flag, code, _) in MODIFIERS {
            if after.contains(flag) && !kept.contains(flag) {
                self.add(format_args!("{code}"));
            }
        }
    }

    /// `base` is 30 for the foreground and 40 for the background.
    fn color(&mut self, color: Color, base: u8) {
        let bright = base + 60;
        match color {
            Color::Reset => self.add(format_args!("{}", base + 9)),
            Color::Black => self.add(format_args!("{base}")),
            Color::Red => self.add(format_args!("{}", base + 1)),
            Color::Green => self.add(format_args!("{}", base + 2)),
            Color::Yellow => self.add(format_args!("{}", base + 3)),
            Color::Blue => self.add(format_args!("{}", base + 4)),
            Color::Magenta => self.add(format_args!("{}", base + 5)),
            Color::Cyan => self.add(format_args!("{}", base + 6)),
            Color::Gray => self.add(format_args!("{}", base + 7)),
            Color::DarkGray => self.add(format_args!("{bright}")),
            Color::LightRed => self.add(format_args!("{}", bright + 1)),
            Color::LightGreen => self.add(format_args!("{}", bright + 2)),
            Color::LightYellow => self.add(format_args!("{}", bright + 3)),
            Color::LightBlue => self.add(format_args!("{}", bright + 4)),
            Color::LightMagenta => self.add(format_args!("{}", bright + 5)),
            Color::LightCyan => self.add(format_args!("{}", bright + 6)),
            Color::White => self.add(format_args!("{}", bright + 7)),
            Color::Indexed(index) => self.add(format_args!("{};5;{index}", base + 8)),
            Color::Rgb(red, green, blue) => {
                self.add(format_args!("{};2;{red};{green};{blue}", base + 8));
            }
        }
    }
}

/// Lines of text with SGR codes and nothing else, for files and pipes.
pub fn lines(buffer: &Buffer) -> String {
    let mut bytes = Vec::new();
    for y in buffer.area.top()..buffer.area.bottom() {
        let mut pen = Pen::default();
        for x in buffer.area.left()..buffer.area.right() {
            if let Some(cell) = buffer.cell((x, y)) {
                pen.style(cell, &mut bytes);
                bytes.extend_from_slice(cell.symbol().as_bytes());
            }
        }
        bytes.extend_from_slice(b"\x1b[0m\n");
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

fn push(bytes: &mut Vec<u8>, text: std::fmt::Arguments) {
    // Writing to a vector cannot fail.
    let _ = bytes.write_fmt(text);
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::layout::Rect;
    use ratatui::style::Style;

    #[test]
    fn a_frame_is_one_synchronised_update_and_nothing_is_nothing() {
        let area = Rect::new(0, 0, 10, 2);
        let mut encoder = Encoder::new();
        let mut next = Buffer::empty(area);
        next.set_string(0, 0, "hello", Style::new().fg(Color::Rgb(1, 2, 3)));
        let mut bytes = Vec::new();
        assert!(encoder.encode(&next, &mut bytes));
        assert!(bytes.starts_with(FRAME_START) && bytes.ends_with(FRAME_END));
        let same = next.clone();
        encoder.shown(&mut next);
        bytes.clear();
        assert!(!encoder.encode(&same, &mut bytes));
        assert!(bytes.is_empty());
        let mut changed = same.clone();
        changed.set_string(4, 0, "0", Style::new());
        assert!(encoder.encode(&changed, &mut bytes));
        let expected = b"\x1b[?2026h\x1b[1;5H\x1b[0;38;2;1;2;3m0\x1b[0m\x1b[?2026l";
        assert_eq!(bytes, expected, "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_frame_that_was_not_handed_over_is_encoded_again() {
        let area = Rect::new(0, 0, 4, 1);
        let encoder = Encoder::new();
        let next = Buffer::with_lines(["abcd"]);
        assert_eq!(next.area, area);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        assert!(encoder.encode(&next, &mut first));
        assert!(encoder.encode(&next, &mut second));
        assert_eq!(first, second);
    }
}
