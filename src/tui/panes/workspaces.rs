//! The line of workspaces, the group and the instrument of the chosen pane.
//! Must not change what is shown.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Pane, pen};

/// Draws the line.
pub(in crate::tui) fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let mut line = pane.pen(area, 0, buffer);
    line.gap(1);
    let workspaces = &pane.state.workspaces;
    for (index, workspace) in workspaces.all().iter().enumerate() {
        let text = format!("{} {}", index + 1, workspace.name);
        let style = if index == workspaces.index() {
            pane.fg(|theme| theme.accent)
        } else {
            paint.dim()
        };
        line.text(&text, style);
        line.gap(2);
    }
    let group = pane
        .leaf
        .link
        .map_or_else(String::new, |link| format!("link {}  ", link.letter()));
    let context = pane.focus.map_or_else(String::new, |row| {
        let series = pane.series(row);
        let timeframe = series.map_or_else(String::new, |series| format!(" {}", series.timeframe));
        format!("{}{timeframe}", row.instrument.symbol)
    });
    line.keep(pen::width(&group) + pen::width(&context) + 1);
    line.text(&group, paint.dim());
    line.text(&context, paint.strong());
}
