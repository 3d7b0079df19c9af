//! Writes a line from left to right, in cells, and never beyond its end.
//! Must not choose words or colours.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use unicode_width::UnicodeWidthStr;

use crate::tui::format;

/// A place on a line.
pub(in crate::tui) struct Pen<'b> {
    buffer: &'b mut Buffer,
    x: u16,
    right: u16,
    y: u16,
    ellipsis: &'static str,
    empty: bool,
}

impl<'b> Pen<'b> {
    /// At the left end of an area's first row.
    pub(in crate::tui) fn new(buffer: &'b mut Buffer, area: Rect) -> Self {
        Self {
            buffer,
            x: area.left(),
            right: area.right(),
            y: area.y,
            ellipsis: "~",
            empty: area.is_empty(),
        }
    }

    /// What stands for text that does not fit.
    pub(in crate::tui) fn ellipsis(mut self, ellipsis: &'static str) -> Self {
        self.ellipsis = ellipsis;
        self
    }

    /// Cells left.
    pub(in crate::tui) fn left(&self) -> u16 {
        if self.empty {
            0
        } else {
            self.right.saturating_sub(self.x)
        }
    }

    /// Writes a text, cut where the line ends.
    pub(in crate::tui) fn text(&mut self, text: &str, style: Style) {
        let room = self.left();
        if room == 0 {
            return;
        }
        if width(text) > room {
            let cut = format::fit(text, usize::from(room), self.ellipsis);
            self.write(&cut, style);
        } else {
            self.write(text, style);
        }
    }

    /// Writes a text in the rest of the line, filled with spaces.
    pub(in crate::tui) fn rest(&mut self, text: &str, style: Style) {
        let room = self.left();
        self.cell(text, room, style);
    }

    /// Writes a text in `columns` cells, from their left.
    pub(in crate::tui) fn cell(&mut self, text: &str, columns: u16, style: Style) {
        let columns = columns.min(self.left());
        if columns > 0 {
            let fitted = format::fit(text, usize::from(columns), self.ellipsis);
            self.write(&fitted, style);
        }
    }

    /// Writes a text in `columns` cells, against their right.
    pub(in crate::tui) fn right(&mut self, text: &str, columns: u16, style: Style) {
        let columns = columns.min(self.left());
        let free = columns.saturating_sub(width(text));
        self.gap(free);
        self.cell(text, columns - free, style);
    }

    /// Leaves cells as they are.
    pub(in crate::tui) fn gap(&mut self, columns: u16) {
        self.x = self.x.saturating_add(columns).min(self.right);
    }

    /// Moves so that `columns` cells are left, if there are that many.
    pub(in crate::tui) fn keep(&mut self, columns: u16) {
        self.x = self.x.max(self.right.saturating_sub(columns));
    }

    /// Where the pen stands.
    pub(in crate::tui) fn x(&self) -> u16 {
        self.x
    }

    fn write(&mut self, text: &str, style: Style) {
        let room = usize::from(self.left());
        let (x, _) = self.buffer.set_stringn(self.x, self.y, text, room, style);
        self.x = x;
    }
}

/// Cells of a text.
pub(in crate::tui) fn width(text: &str) -> u16 {
    u16::try_from(text.width()).unwrap_or(u16::MAX)
}

/// Draws one character over whatever was there.
pub(in crate::tui) fn put(buffer: &mut Buffer, x: u16, y: u16, glyph: &str, style: Style) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.modifier = Modifier::empty();
        cell.set_symbol(glyph).set_style(style);
    }
}

/// Clears an area to a style.
pub(in crate::tui) fn clear(buffer: &mut Buffer, area: Rect, style: Style) {
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(style);
            }
        }
    }
}
