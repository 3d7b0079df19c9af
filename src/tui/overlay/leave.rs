//! The question before a desk that still holds something is left.
//! Must not leave or close anything itself: `dispatch` does what is chosen.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use crate::tui::panes::{Pane, pen};
use crate::view::View;

/// What can be done about it, in the order of the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveChoice {
    /// Go on.
    Stay,
    /// Leave everything as it is.
    Leave,
    /// Close everything first.
    FlattenAndLeave,
}

/// The question, with what is chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Leave {
    /// A place among the choices; beyond the end is the last.
    pub chosen: usize,
}

/// The choices with what they mean.
const CHOICES: [(LeaveChoice, &str); 3] = [
    (LeaveChoice::Stay, "stay at the desk"),
    (
        LeaveChoice::Leave,
        "leave: positions and orders stay, nothing watches their stops until the next start",
    ),
    (
        LeaveChoice::FlattenAndLeave,
        "flatten and leave: cancel all orders, close all positions, then leave",
    ),
];

impl Leave {
    /// What Enter does.
    pub fn choice(&self) -> LeaveChoice {
        let last = CHOICES.len() - 1;
        CHOICES
            .get(self.chosen.min(last))
            .map_or(LeaveChoice::Stay, |(choice, _)| *choice)
    }
}

/// How many positions are held and orders working.
pub(in crate::tui) fn open_business(view: &View) -> (usize, usize) {
    let held = |row: &&crate::view::InstrumentView| !row.position.quantity.is_zero();
    let positions = view.instruments.iter().filter(held).count();
    (positions, view.working_orders.len())
}

/// Draws the question over the desk.
pub(in crate::tui) fn draw(pane: &Pane, leave: &Leave, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let width = area.width.min(90);
    let lines: Vec<(usize, Vec<String>)> = CHOICES
        .iter()
        .map(|(_, text)| crate::tui::format::wrap(text, usize::from(width.saturating_sub(6))))
        .enumerate()
        .collect();
    let rows: usize = lines.iter().map(|(_, lines)| lines.len()).sum();
    let height = u16::try_from(rows + 4).unwrap_or(area.height);
    let height = height.min(area.height);
    let place = Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    );
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Leave", buffer);
    let (positions, orders) = open_business(pane.view);
    let text = format!(" {positions} positions are held and {orders} orders are working");
    pane.pen(inside, 0, buffer)
        .rest(&text, pane.fg(|theme| theme.warn));
    let chosen = leave.chosen.min(CHOICES.len() - 1);
    let mut row = 2;
    for (index, lines) in lines {
        for (part, line) in lines.iter().enumerate() {
            let mark = if index == chosen && part == 0 {
                pane.state.glyphs.cursor
            } else {
                " "
            };
            let style = if index == chosen {
                paint.strong()
            } else {
                paint.text()
            };
            let mut pen = pane.pen(inside, row, buffer);
            pen.text(mark, pane.fg(|theme| theme.accent));
            pen.rest(&format!(" {line}"), style);
            row += 1;
        }
    }
}
