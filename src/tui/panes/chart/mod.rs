//! The chart of a pane's instrument: bars, volume, studies, and lines for what is held and ordered.
//! Must not hide that its prices are old.

mod bars;
mod events;
mod heat;
mod lines;
mod picture;
mod readout;
mod studies;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use titan_widgets::ChartGeometry;

use super::{PLAIN, Pane, PaneSpec};
use crate::tui::action::Scope;
use crate::tui::state::Health;

pub(in crate::tui) use bars::Bars;
pub(in crate::tui) use events::{events, time as event_time};
use picture::Picture;
pub(in crate::tui) use studies::shown as shown_studies;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "chart",
    title: "Chart",
    doc: "Bars with volume, studies, and lines for what is held and ordered.",
    scopes: &[Scope::Chart],
    rank: 0,
    draw,
    drag: |state, turn, from, to| state.drag_chart(turn, from, to),
    release: |state, turn, at| state.click_chart(turn, at),
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = super::inner(area);
    let Some(picture) = Picture::new(pane, inside) else {
        return draw_empty(pane, area, buffer);
    };
    pane.frame(area, "", buffer);
    let candle = picture.candle(pane);
    let (bars, drawn) = (&picture.bars, &picture.drawn);
    readout::title(pane, bars, drawn, candle, area, buffer);
    picture.draw(pane, buffer);
    readout::line(pane, bars, drawn, candle, area, buffer);
}

/// Where everything of a pane's chart lies in `inside`; `None` without a bar.
pub(in crate::tui) fn geometry(pane: &Pane, inside: Rect) -> Option<ChartGeometry> {
    Picture::new(pane, inside)?.geometry(pane)
}

/// The bar, counted from the newest, and the price of a cell of a pane's chart.
pub(in crate::tui) fn at(geometry: &ChartGeometry, at: Position) -> Option<(usize, f64)> {
    Some((geometry.back_at(at.x)?, geometry.price_at(at.y)?))
}

fn draw_empty(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let symbol = pane.focus.map(|row| row.instrument.symbol.as_str());
    let inside = pane.frame(area, symbol.unwrap_or("Chart"), buffer);
    let health = pane.health();
    let what = match symbol {
        Some(_) => "the first bar",
        None => "the first tick",
    };
    let text = waiting_text(pane, &health, what);
    let style = match health {
        Health::Down(_) => pane.fg(|theme| theme.alarm),
        _ => pane.paint().dim(),
    };
    pane.hint(inside, &text, style, buffer);
}

fn waiting_text(pane: &Pane, health: &Health, what: &str) -> String {
    let feeds: Vec<&str> = if pane.view.feeds.is_empty() {
        pane.state.feed_names.iter().map(String::as_str).collect()
    } else {
        pane.view
            .feeds
            .iter()
            .map(|feed| feed.name.as_str())
            .collect()
    };
    let ellipsis = pane.state.glyphs.ellipsis;
    match health {
        Health::Down(text) => format!("no data: {text}"),
        Health::Ended => "the feed has ended".to_owned(),
        _ if feeds.is_empty() => format!("waiting for {what} {ellipsis}"),
        _ => format!("waiting for {what} from {} {ellipsis}", feeds.join(", ")),
    }
}
