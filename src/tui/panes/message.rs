//! The message line: what the desk said last, or the newest thing that happened, or what is typed.
//! Must not show an old answer once something newer has happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Pane, trades};
use crate::domain::OrderState;
use crate::tui::overlay::list;
use crate::tui::overlay::prompt::{self, PromptKind};
use crate::tui::state::{Open, Tone};
use crate::view::TradeLogEntry;

/// Draws the line.
pub(in crate::tui) fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let glyphs = &pane.state.glyphs;
    let mut pen = pane.pen(area, 0, buffer);
    pen.gap(1);
    if let Open::Prompt(prompt) = &pane.state.open
        && prompt.kind != PromptKind::Find
    {
        return prompt::draw_line(pane, prompt, area, buffer);
    }
    if let Open::Filter(_) = &pane.state.open {
        return list::draw_filter(pane, area, buffer);
    }
    let newest = pane.view.trade_log.back();
    let own = pane
        .state
        .message
        .as_ref()
        .filter(|message| newest.is_none_or(|row| row.sequence <= message.sequence));
    if let Some(message) = own {
        let (mark, style) = match message.tone {
            Tone::Good => (glyphs.tick, pane.fg(|theme| theme.up)),
            Tone::Plain => (glyphs.separator, pane.fg(|theme| theme.accent)),
            Tone::Bad => (glyphs.cross, pane.fg(|theme| theme.alarm)),
        };
        pen.text(&format!("{mark} "), style);
        pen.rest(&message.text, paint.text());
        return;
    }
    let Some(row) = newest else { return };
    let bad = match &row.entry {
        TradeLogEntry::Denied(_) | TradeLogEntry::Halted { .. } => true,
        TradeLogEntry::Order(order) => {
            matches!(order.state, OrderState::Rejected | OrderState::Unknown)
        }
        _ => false,
    };
    let (mark, style) = match &row.entry {
        _ if bad => (glyphs.cross, pane.fg(|theme| theme.alarm)),
        TradeLogEntry::Fill(_) | TradeLogEntry::Resumed => (glyphs.tick, pane.fg(|theme| theme.up)),
        _ => (glyphs.arrow, pane.fg(|theme| theme.accent)),
    };
    pen.text(&format!("{mark} "), style);
    pen.text(&format!("{} ", pane.clock_millis(row.time)), paint.dim());
    pen.rest(&trades::sentence(pane, row), paint.text());
}
