//! Lines that cannot be overlooked: trading is halted, the store fails, a feed is lost.
//! Must not be shown when all is well.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::Pane;
use crate::tui::format;
use crate::tui::state::Health;
use crate::view::StoreView;

/// What is wrong, worst first, a line each.
pub(in crate::tui) fn lines(pane: &Pane) -> Vec<(String, Style)> {
    let paint = pane.paint();
    let loud = paint.on(paint.theme.live).add_modifier(Modifier::BOLD);
    let warning = paint.on(paint.theme.warn);
    let mut lines = Vec::new();
    if let Some(halt) = &pane.view.halt {
        let word = if halt.kill { "KILLED" } else { "HALTED" };
        let what = "type :resume to trade again";
        lines.push((format!("{word}: {}; {what}", halt.reason), loud));
    }
    if let Some(kill) = &pane.state.kill {
        let stage = |(name, at): (&str, Option<u64>)| match at {
            Some(millis) => format!("{name} {millis} ms"),
            None => format!("{name} {}", pane.state.glyphs.ellipsis),
        };
        lines.push((
            format!("KILL: {}", kill.stages().map(stage).join("  ")),
            loud,
        ));
    }
    if pane.state.is_leaving {
        let text = "LEAVING once every order is cancelled and every position closed";
        lines.push((text.to_owned(), warning));
    }
    if pane.state.frozen.is_some() {
        let text = "FROZEN: the display is held still, the engine runs; f lets it go on";
        lines.push((text.to_owned(), warning));
    }
    if let StoreView::Failing { text, waiting } = &pane.view.store {
        lines.push((
            format!("STORE FAILING, {waiting} rows wait in memory: {text}"),
            loud,
        ));
    }
    for feed in &pane.view.feeds {
        match pane.state.health(feed) {
            Health::Down(text) => {
                lines.push((format!("FEED {} DOWN: {text}", feed.name), warning));
            }
            Health::Stale(age) => lines.push((
                format!("FEED {} STALE {}", feed.name, format::age(age)),
                warning,
            )),
            _ => {}
        }
    }
    lines.truncate(3);
    lines
}

/// Draws the lines that fit.
pub(in crate::tui) fn draw(
    pane: &Pane,
    lines: &[(String, Style)],
    area: Rect,
    buffer: &mut Buffer,
) {
    for (index, (text, style)) in (0..area.height).zip(lines) {
        let mut pen = pane.pen(area, index, buffer);
        pen.text(" ", *style);
        pen.rest(text, *style);
    }
}
