//! Turns the difference of two screens into bytes, wrapped so that a terminal shows it at once.
//! Must not write: the writer thread does, one call for each frame.

mod moves;
mod pen;
mod plan;
mod sgr;

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::Color;

use pen::Pen;
use plan::Plan;
use sgr::Look;

pub(super) use plan::width;

/// Starts a synchronised update: the terminal holds its picture until it ends.
pub const FRAME_START: &[u8] = b"\x1b[?2026h";
/// Ends it.
pub const FRAME_END: &[u8] = b"\x1b[?2026l";
/// Back to the terminal's own colours.
const PLAIN: &[u8] = b"\x1b[m";
/// Clears the screen.
const CLEAR: &[u8] = b"\x1b[2J";

/// Knows what the terminal shows, by the frames handed over so far.
#[derive(Debug)]
pub struct Encoder {
    shown: Buffer,
    known: bool,
    erase_keeps_color: bool,
    plan: Plan,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    /// Knows nothing yet: the first frame is a full one. Takes a terminal whose erased cells keep
    /// the background colour, as almost all do.
    pub fn new() -> Self {
        Self {
            shown: Buffer::default(),
            known: false,
            erase_keeps_color: true,
            plan: Plan::default(),
        }
    }

    /// Whether cells that the terminal erases get the background colour in force; where they do
    /// not, blanks are written.
    #[must_use]
    pub fn erase_keeps_color(mut self, keeps: bool) -> Self {
        self.erase_keeps_color = keeps;
        self
    }

    /// Forgets what is shown; the next frame is a full one.
    pub fn forget(&mut self) {
        self.known = false;
    }

    /// Appends the bytes that turn what is shown into `next`; `false` where nothing differs.
    /// What is known to be shown stays the same until [`Self::shown`].
    pub fn encode(&mut self, next: &Buffer, bytes: &mut Vec<u8>) -> bool {
        let full = !self.known || self.shown.area != next.area;
        let mut ground = Cell::EMPTY;
        if full && self.erase_keeps_color {
            ground.bg = commonest_ground(next);
        }
        let before = (!full).then_some(&self.shown);
        self.plan.compare(before, &ground, next);
        if self.plan.changes.is_empty() && !full {
            return false;
        }
        bytes.extend_from_slice(FRAME_START);
        let mut look = Look::PLAIN;
        if full {
            bytes.extend_from_slice(PLAIN);
            look.bg = ground.bg;
            sgr::change(Look::PLAIN, look, bytes);
            bytes.extend_from_slice(CLEAR);
        }
        let write = |order: Vec<usize>| {
            let mut pen = Pen::new(next, &self.plan, self.erase_keeps_color, look);
            pen.write(&order);
            pen.bytes
        };
        let mut by_look = write(self.plan.by_look(look));
        let mut by_row = write(self.plan.by_row());
        bytes.append(if by_row.len() <= by_look.len() {
            &mut by_row
        } else {
            &mut by_look
        });
        bytes.extend_from_slice(PLAIN);
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

/// The background of most blanks, so that clearing the screen draws them all.
fn commonest_ground(buffer: &Buffer) -> Color {
    let mut counts: Vec<(Color, usize)> = Vec::new();
    for cell in buffer.content() {
        if cell.symbol() != " " || Look::of(cell).shows_on_blank() {
            continue;
        }
        match counts.iter_mut().find(|(color, _)| *color == cell.bg) {
            Some((_, count)) => *count += 1,
            None => counts.push((cell.bg, 1)),
        }
    }
    let most = counts.into_iter().max_by_key(|(_, count)| *count);
    most.map_or(Color::Reset, |(color, _)| color)
}

/// The part `area` as lines of text with SGR codes and nothing else, for files and pipes.
pub fn lines(buffer: &Buffer, area: Rect) -> Vec<u8> {
    let mut bytes = Vec::new();
    for y in area.top()..area.bottom() {
        let mut pen: Option<Look> = None;
        for (_, cell) in seen(buffer, y, area.left()..area.right()) {
            let look = Look::of(cell);
            let wanted = match pen {
                Some(pen) if cell.symbol() == " " && !look.shows_on_blank() => {
                    let kept = Look { bg: look.bg, ..pen };
                    if pen.shows_on_blank() { look } else { kept }
                }
                _ => look,
            };
            sgr::change_from(pen, wanted, &mut bytes);
            pen = Some(wanted);
            bytes.extend_from_slice(cell.symbol().as_bytes());
        }
        bytes.extend_from_slice(b"\x1b[0m\n");
    }
    bytes
}

/// The cells of a row that can be seen: not those behind a wide character.
pub(super) fn seen(
    buffer: &Buffer,
    y: u16,
    columns: Range<u16>,
) -> impl Iterator<Item = (u16, &Cell)> {
    let mut next = columns.start;
    columns.filter_map(move |x| {
        let cell = buffer.cell((x, y)).filter(|_| x >= next)?;
        next = x.saturating_add(u16::try_from(width(cell).max(1)).unwrap_or(1));
        Some((x, cell))
    })
}

/// Appends a decimal number.
fn push_number(bytes: &mut Vec<u8>, number: u32) {
    let mut digits = [0_u8; 10];
    let mut rest = number;
    let mut count = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + u8::try_from(rest % 10).unwrap_or(0);
        rest /= 10;
        count += 1;
        if rest == 0 {
            break;
        }
    }
    bytes.extend(digits.iter().skip(digits.len() - count));
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::style::Style;

    fn frame(encoder: &mut Encoder, next: &Buffer) -> String {
        let mut bytes = Vec::new();
        encoder.encode(next, &mut bytes);
        encoder.shown(&mut next.clone());
        let text = String::from_utf8(bytes).unwrap();
        let inner = text.strip_prefix("\x1b[?2026h").unwrap_or(&text);
        inner
            .strip_suffix("\x1b[m\x1b[?2026l")
            .unwrap_or(inner)
            .to_owned()
    }

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
        let expected = b"\x1b[?2026h\x1b[;5H\x1b[38;2;1;2;3m0\x1b[m\x1b[?2026l";
        assert_eq!(bytes, expected, "{}", String::from_utf8_lossy(&bytes));
    }

    #[test]
    fn a_frame_that_was_not_handed_over_is_encoded_again() {
        let mut encoder = Encoder::new();
        let next = Buffer::with_lines(["abcd"]);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        assert!(encoder.encode(&next, &mut first));
        assert!(encoder.encode(&next, &mut second));
        assert_eq!(first, second);
    }

    #[test]
    fn the_cheapest_form_is_written() {
        let area = Rect::new(0, 0, 30, 3);
        let (red, ground) = (Color::Rgb(200, 0, 0), Color::Rgb(9, 9, 9));
        let mut base = Buffer::empty(area);
        base.set_style(area, Style::new().fg(Color::Rgb(7, 7, 7)).bg(ground));
        let with = |edit: &dyn Fn(&mut Buffer)| {
            let mut buffer = base.clone();
            edit(&mut buffer);
            buffer
        };
        let text = |x: u16, y: u16, text: &'static str, color: Color| {
            move |buffer: &mut Buffer| {
                buffer.set_string(x, y, text, Style::new().fg(color));
            }
        };
        let mut encoder = Encoder::new();
        // Clearing draws the ground; only what stands on it is written.
        let titled = with(&text(2, 1, "ab", red));
        assert_eq!(
            frame(&mut encoder, &titled),
            "\x1b[m\x1b[48;2;9;9;9m\x1b[2J\x1b[2;3H\x1b[38;2;200;0;0mab"
        );
        // Colour by colour, so that each is said once; a short gap of the same look is written.
        let mixed = with(&|buffer| {
            text(2, 1, "ab", red)(buffer);
            text(0, 0, "x", red)(buffer);
            text(1, 0, "y", Color::Blue)(buffer);
            text(2, 0, "x", red)(buffer);
            text(3, 0, "y", Color::Blue)(buffer);
            text(6, 1, "cd", red)(buffer);
        });
        assert_eq!(
            frame(&mut encoder, &mixed),
            "\x1b[;2H\x1b[34;48;2;9;9;9my\x1b[Cy\r\x1b[38;2;200;0;0mx\x1b[Cx\n\x1b[3Ccd"
        );
        // What is gone is erased where that is shorter than blanks.
        let wiped = with(&|buffer| {
            text(0, 0, "xyxy", red)(buffer);
        });
        let long = with(&|buffer| {
            text(0, 0, "xyxy", red)(buffer);
            text(3, 2, "something that was here", red)(buffer);
            text(29, 2, "|", red)(buffer);
        });
        frame(&mut encoder, &long);
        assert_eq!(
            frame(&mut encoder, &wiped),
            "\x1b[3;4H\x1b[48;2;9;9;9m\x1b[K"
        );
        frame(&mut encoder, &long);
        let post = with(&|buffer| {
            text(0, 0, "xyxy", red)(buffer);
            text(29, 2, "|", red)(buffer);
        });
        assert_eq!(
            frame(&mut encoder, &post),
            "\x1b[3;4H\x1b[48;2;9;9;9m\x1b[23X"
        );
    }

    #[test]
    fn a_terminal_whose_erasing_loses_the_colour_is_never_told_to_erase_a_coloured_cell() {
        let area = Rect::new(0, 0, 30, 2);
        let ground = Color::Rgb(9, 9, 9);
        let mut filled = Buffer::empty(area);
        filled.set_style(area, Style::new().bg(ground));
        let mut texted = filled.clone();
        texted.set_string(0, 0, "something long enough", Style::new());
        let mut encoder = Encoder::new().erase_keeps_color(false);
        let first = frame(&mut encoder, &texted);
        assert!(
            first.starts_with("\x1b[m\x1b[2J\x1b[H\x1b[48;2;9;9;9msomething"),
            "{first:?}"
        );
        let second = frame(&mut encoder, &filled);
        assert!(second.ends_with(&" ".repeat(21)), "{second:?}");
    }
}
