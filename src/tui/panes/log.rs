//! The newest lines of the program's log.
//! Must not read the log itself: the loop hands its lines over with the state.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{PLAIN, Pane, PaneSpec};
use crate::tui::state::LogTone;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "log",
    title: "Log",
    doc: "The newest lines of the program's log.",
    rank: 60,
    draw,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Log", buffer);
    let paint = pane.paint();
    if pane.state.log.is_empty() {
        return pane.hint(inside, "nothing was logged yet", paint.dim(), buffer);
    }
    for (line, row) in (0..inside.height).zip(pane.state.log.iter().rev()) {
        let style = match row.tone {
            LogTone::Error => pane.fg(|theme| theme.alarm),
            LogTone::Warning => pane.fg(|theme| theme.warn),
            LogTone::Information => paint.text(),
            LogTone::Detail => paint.dim(),
        };
        let mut pen = pane.pen(inside, line, buffer);
        pen.gap(1);
        pen.text(&pane.clock(row.time), paint.dim());
        pen.gap(1);
        pen.rest(&row.text, style);
    }
}
