//! The keys that may follow those of a begun sequence, in columns above the message line.
//! Must not cover the footer or the message.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::keymap::Next;
use crate::tui::panes::{Pane, pen};

/// Most cells of a label.
const LABEL_COLUMNS: u16 = 24;
/// Cells between two columns.
const BETWEEN: u16 = 2;

/// Draws the keys where a sequence has waited long enough; `line` is the message line.
pub(in crate::tui) fn draw(pane: &Pane, line: Rect, area: Rect, buffer: &mut Buffer) {
    let progress = &pane.state.progress;
    if !progress.is_shown || progress.keys.is_empty() {
        return;
    }
    let next = pane.state.keymap.next(&pane.state.scopes(), &progress.keys);
    let glyphs = &pane.state.glyphs;
    let rows: Vec<(String, &Next)> = next.iter().map(|it| (it.key.label(glyphs), it)).collect();
    let key_columns = rows
        .iter()
        .map(|(key, _)| pen::width(key))
        .max()
        .unwrap_or(0);
    let label_columns = rows
        .iter()
        .map(|(_, next)| pen::width(&next.label).saturating_add(u16::from(next.behind > 0)))
        .max()
        .unwrap_or(0)
        .min(LABEL_COLUMNS);
    let wide = key_columns + 1 + label_columns + BETWEEN;
    let columns = (area.width.saturating_sub(3) / wide).max(1);
    let count = u16::try_from(rows.len()).unwrap_or(u16::MAX);
    let free = line.y.saturating_sub(area.y + 1);
    let high = count.div_ceil(columns).min(free.saturating_sub(2));
    if high == 0 {
        return;
    }
    let place = Rect::new(area.x, line.y - high - 2, area.width, high + 2);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let pressed: Vec<String> = progress.keys.iter().map(|key| key.label(glyphs)).collect();
    let inside = pane.frame(place, &pressed.join(" "), buffer);
    pane.note(place, 12, "Esc forgets", paint.dim(), buffer);
    for (index, (key, next)) in (0..).zip(rows) {
        // Down the first column, then down the next.
        let (column, row) = (index / high, index % high);
        if column >= columns {
            break;
        }
        let cell = Rect::new(
            inside.x + 1 + column * wide,
            inside.y + row,
            wide.min(inside.width.saturating_sub(1 + column * wide)),
            1,
        );
        let mut pen = pane.pen(cell, 0, buffer);
        pen.right(&key, key_columns, pane.fg(|theme| theme.accent));
        pen.gap(1);
        if next.behind > 0 {
            let text = format!("+{}", next.label);
            pen.cell(&text, label_columns, pane.fg(|theme| theme.title));
        } else {
            pen.cell(&next.label, label_columns, paint.text());
        }
    }
}
