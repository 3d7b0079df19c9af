//! Writes characters into cells, one by one.
//! Must not write outside the buffer.

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
};

/// Labels are plain characters of one cell each.
pub(crate) fn columns_of(text: &str) -> u16 {
    u16::try_from(text.chars().count()).unwrap_or(u16::MAX)
}

pub(crate) fn put(buffer: &mut Buffer, x: u16, y: u16, glyph: &str, style: Style) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        // A cell drawn over must not keep the reversal of what was there.
        cell.modifier = Modifier::empty();
        cell.set_symbol(glyph).set_style(style);
    }
}

pub(crate) fn put_text(buffer: &mut Buffer, x: u16, y: u16, text: &str, style: Style) {
    let mut bytes = [0; 4];
    for (x, glyph) in (x..).zip(text.chars()) {
        put(buffer, x, y, glyph.encode_utf8(&mut bytes), style);
    }
}

pub(crate) fn put_right(
    buffer: &mut Buffer,
    right: u16,
    y: u16,
    room: u16,
    text: &str,
    style: Style,
) {
    let width = columns_of(text);
    if width <= room {
        put_text(buffer, right.saturating_sub(width), y, text, style);
    }
}

pub(crate) fn blank(buffer: &mut Buffer, axis: Rect, y: u16, style: Style) {
    for x in axis.left()..axis.right() {
        put(buffer, x, y, " ", style);
    }
}
