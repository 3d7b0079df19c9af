//! What is typed and chosen for a list: its filter, its columns.
//! Must not change the list: `dispatch` does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::panes::{Pane, pen};

/// Draws the line the filter is typed on.
pub(in crate::tui) fn draw_filter(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let mut line = pane.pen(area, 0, buffer);
    line.gap(1);
    line.text("filter ", pane.fg(|theme| theme.accent));
    line.text(&pane.leaf.table.filter, pane.paint().strong());
    line.text(" ", Style::new().add_modifier(Modifier::REVERSED));
    if pane.leaf.table.filter.is_empty() {
        line.rest(
            "  words, sym~BTC, pnl<0, ! for the opposite",
            pane.paint().dim(),
        );
    }
}

/// Draws the columns of the chosen list over the desk.
pub(in crate::tui) fn draw_columns(pane: &Pane, chosen: usize, area: Rect, buffer: &mut Buffer) {
    let Some(table) = pane.leaf.spec.table else {
        return;
    };
    let rows = u16::try_from(table.columns.len()).unwrap_or(u16::MAX);
    let (width, height) = (area.width.min(28), rows.saturating_add(2).min(area.height));
    let place = Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    );
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Columns", buffer);
    let chosen = chosen.min(table.columns.len().saturating_sub(1));
    for (line, (index, column)) in (0..inside.height).zip(table.columns.iter().enumerate()) {
        let is_shown = !pane.leaf.table.hidden.contains(&index);
        let glyphs = &pane.state.glyphs;
        let mut pen = pane.pen(inside, line, buffer);
        let cursor = if index == chosen { glyphs.cursor } else { " " };
        pen.text(cursor, pane.fg(|theme| theme.accent));
        let (mark, style) = match is_shown {
            true => (glyphs.tick, paint.text()),
            false => (" ", paint.dim()),
        };
        pen.text(&format!("{mark} {}", column.title), style);
    }
}
