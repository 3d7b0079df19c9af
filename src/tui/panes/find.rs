//! The list of instruments that match what is typed.
//! Must not choose: Enter does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::{Pane, pen};
use crate::tui::dispatch::matches;
use crate::tui::format;

/// Draws the list over the chart.
pub(in crate::tui) fn draw(
    pane: &Pane,
    text: &str,
    chosen: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let found = matches(pane.view, text);
    let rows = u16::try_from(found.len()).unwrap_or(u16::MAX).clamp(1, 12);
    let width = area.width.saturating_sub(4).min(44);
    let height = rows.saturating_add(3).min(area.height.saturating_sub(1));
    let place = Rect::new(area.x + 2, area.y + 1, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Instrument", buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.text("/", pane.fg(|theme| theme.accent));
    line.text(text, paint.strong());
    line.text(" ", Style::new().add_modifier(Modifier::REVERSED));
    if found.is_empty() {
        return pane
            .pen(inside, 1, buffer)
            .rest(" nothing matches", paint.dim());
    }
    let chosen = chosen.min(found.len() - 1);
    let visible = usize::from(inside.height.saturating_sub(1));
    let first = chosen.saturating_sub(visible.saturating_sub(1));
    let shown = found.iter().enumerate().skip(first).take(visible);
    for (index, (place, found)) in (1..).zip(shown) {
        let Some(row) = pane.view.instruments.get(*found) else {
            continue;
        };
        let mut line = pane.pen(inside, index, buffer);
        let style = if place == chosen {
            paint.strong()
        } else {
            paint.text()
        };
        let mark = if place == chosen {
            pane.state.glyphs.cursor
        } else {
            " "
        };
        line.text(mark, pane.fg(|theme| theme.accent));
        line.cell(&row.instrument.symbol, 12, style);
        line.cell(&row.instrument.key.to_string(), 16, paint.dim());
        let last = row.market.as_ref().and_then(|market| market.last);
        if let Some(last) = last {
            let room = line.left();
            line.right(&format::price(last, &row.instrument), room, paint.text());
        }
    }
}
