//! Writes characters into the cells of one area, and keeps what lies above from what lies below.
//! Must not write outside its area, whatever the place it is given.

use ratatui_core::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Modifier, Style},
    text::{Line, Span},
};

use crate::number::cells;

/// Whether each byte of a text is a character of one column.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// Columns that a text takes.
pub(crate) fn columns_of(text: &str) -> u16 {
    if is_plain(text) {
        return cells(text.len());
    }
    cells(Span::raw(text).width())
}

/// Writes into one area of a buffer, and nowhere else.
pub(crate) struct Pen<'b> {
    buffer: &'b mut Buffer,
    area: Rect,
}

impl<'b> Pen<'b> {
    pub(crate) fn new(buffer: &'b mut Buffer, area: Rect) -> Self {
        let area = area.intersection(buffer.area);
        Self { buffer, area }
    }

    pub(crate) fn area(&self) -> Rect {
        self.area
    }

    /// The cell at a place; `None` outside the area.
    fn cell(&mut self, x: u16, y: u16) -> Option<&mut Cell> {
        let area = self.area;
        let inside = x >= area.left() && x < area.right() && y >= area.top() && y < area.bottom();
        if !inside {
            return None;
        }
        // The area lies inside the buffer, so neither difference is below zero.
        let whole = self.buffer.area;
        let row = usize::from(y - whole.y) * usize::from(whole.width);
        self.buffer.content.get_mut(row + usize::from(x - whole.x))
    }

    pub(crate) fn put(&mut self, x: u16, y: u16, glyph: &str, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            // A cell drawn over must not keep the reversal of what was there.
            cell.modifier = Modifier::empty();
            cell.set_symbol(glyph).set_style(style);
        }
    }

    /// Changes the style of a cell and leaves its glyph.
    pub(crate) fn shade(&mut self, x: u16, y: u16, style: Style) {
        if let Some(cell) = self.cell(x, y) {
            cell.set_style(style);
        }
    }

    /// Writes from `x` up to the column before `right` and answers the column after the text.
    pub(crate) fn text(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let right = right.min(self.area.right());
        if x >= right || self.cell(x, y).is_none() {
            return x;
        }
        let columns = x..right.min(x.saturating_add(columns_of(text)));
        if is_plain(text) {
            // The same as below without looking for characters that are made of several.
            for (x, end) in columns.clone().zip(1..) {
                self.put(x, y, text.get(end - 1..end).unwrap_or(" "), style);
            }
            return columns.end;
        }
        for x in columns {
            if let Some(cell) = self.cell(x, y) {
                cell.modifier = Modifier::empty();
            }
        }
        let room = usize::from(right - x);
        self.buffer.set_stringn(x, y, text, room, style).0
    }

    /// Writes a text that ends before `right`; nothing where it is wider than `room`.
    pub(crate) fn text_right(&mut self, right: u16, y: u16, room: u16, text: &str, style: Style) {
        let width = columns_of(text);
        if width <= room && width <= right {
            self.text(right - width, y, right, text, style);
        }
    }

    /// One glyph from `left` to the column before `right`.
    pub(crate) fn run(&mut self, left: u16, right: u16, y: u16, glyph: &str, style: Style) {
        for x in left.max(self.area.left())..right.min(self.area.right()) {
            self.put(x, y, glyph, style);
        }
    }
}

/// What lies over what; a later one hides an earlier one, whichever is drawn first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Layer {
    Empty,
    Grid,
    Profile,
    Fill,
    Separator,
    Line,
    Crosshair,
    Overlay,
    Candle,
    Label,
    Event,
    Measure,
}

/// A pen whose strokes lie in layers.
pub(crate) struct Layers<'b> {
    pub(crate) pen: Pen<'b>,
    layers: Vec<Layer>,
}

impl<'b> Layers<'b> {
    pub(crate) fn new(buffer: &'b mut Buffer, area: Rect) -> Self {
        let pen = Pen::new(buffer, area);
        let area = pen.area();
        Self {
            layers: vec![Layer::Empty; usize::from(area.width) * usize::from(area.height)],
            pen,
        }
    }

    fn layer_mut(&mut self, x: u16, y: u16) -> Option<&mut Layer> {
        let area = self.pen.area();
        let (column, row) = (x.checked_sub(area.x)?, y.checked_sub(area.y)?);
        if column >= area.width {
            return None;
        }
        let index = usize::from(row) * usize::from(area.width) + usize::from(column);
        self.layers.get_mut(index)
    }

    /// What was drawn at a place; `None` outside the area.
    pub(crate) fn layer(&mut self, x: u16, y: u16) -> Option<Layer> {
        self.layer_mut(x, y).copied()
    }

    /// Draws a cell unless something above it is there.
    pub(crate) fn put(&mut self, x: u16, y: u16, glyph: &str, style: Style, layer: Layer) {
        if let Some(present) = self.layer_mut(x, y)
            && *present <= layer
        {
            *present = layer;
            self.pen.put(x, y, glyph, style);
        }
    }

    /// Writes a label over everything, up to the column before `right`, and answers the column
    /// after it.
    pub(crate) fn label(&mut self, x: u16, y: u16, right: u16, text: &str, style: Style) -> u16 {
        let end = self.pen.text(x, y, right, text, style);
        for x in x..end {
            if let Some(present) = self.layer_mut(x, y) {
                *present = Layer::Label;
            }
        }
        end
    }

    /// The same with a line of several styles.
    pub(crate) fn line(&mut self, x: u16, y: u16, right: u16, line: &Line, base: Style) -> u16 {
        line.iter().fold(x, |x, span| {
            let style = base.patch(line.style).patch(span.style);
            self.label(x, y, right, &span.content, style)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_written_outside_the_area() {
        let mut buffer =
            Buffer::filled(Rect::new(0, 0, 6, 3), ratatui_core::buffer::Cell::new("x"));
        let mut pen = Pen::new(&mut buffer, Rect::new(1, 1, 3, 1));
        for y in 0..4 {
            for x in 0..8 {
                pen.put(x, y, " ", Style::new());
            }
        }
        pen.text(1, 1, 90, "abcdefgh", Style::new());
        pen.text(0, 0, 90, "abcdefgh", Style::new());
        pen.text_right(6, 2, 9, "abc", Style::new());
        assert_eq!(buffer, Buffer::with_lines(["xxxxxx", "xabcxx", "xxxxxx"]));
    }

    #[test]
    fn what_is_above_stays() {
        let area = Rect::new(0, 0, 2, 1);
        let mut buffer = Buffer::empty(area);
        let mut layers = Layers::new(&mut buffer, area);
        layers.put(0, 0, "c", Style::new(), Layer::Candle);
        layers.put(0, 0, "g", Style::new(), Layer::Grid);
        layers.put(1, 0, "g", Style::new(), Layer::Grid);
        layers.put(9, 9, "g", Style::new(), Layer::Grid);
        assert_eq!(buffer, Buffer::with_lines(["cg"]));
    }
}
