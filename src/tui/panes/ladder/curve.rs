//! The depth curve: how much could be bought and sold down to each price.
//! Must not reach beyond the levels that the feed gives.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use titan_widgets::{DepthCurve, DepthLevel, DepthStyles};

use super::{NO_BOOK, fade, major};
use crate::domain::{self, Side};
use crate::tui::format;
use crate::tui::panes::{PLAIN, Pane, PaneSpec};

/// Its row of the registry.
pub(in crate::tui) static SPEC: PaneSpec = PaneSpec {
    name: "depth",
    title: "Depth",
    doc: "The book as a curve: what could be bought and sold down to each price.",
    scopes: &[],
    rank: 35,
    draw,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let symbol = pane.focus.map(|row| row.instrument.symbol.as_str());
    let title = match symbol.filter(|_| pane.tabs.len() <= 1) {
        Some(symbol) => format!("Depth {symbol}"),
        None => "Depth".to_owned(),
    };
    let inside = pane.frame(area, &title, buffer);
    let Some(row) = pane.focus else {
        return pane.draw_waiting(inside, "the first book", buffer);
    };
    let Some(depth) = &row.book.depth else {
        return match row.market.is_some() {
            true => pane.hint(inside, NO_BOOK, pane.paint().dim(), buffer),
            false => pane.draw_waiting(inside, "the first book", buffer),
        };
    };
    let instrument = &row.instrument;
    let levels = |side: Side| -> Vec<DepthLevel> {
        let level =
            |level: &domain::DepthLevel| (level.price.as_f64(), major(level.quantity, instrument));
        depth.side(side).iter().map(level).collect()
    };
    let sum = |levels: &[DepthLevel]| levels.iter().map(|(_, size)| size).sum::<f64>();
    let (bids, asks) = (levels(Side::Buy), levels(Side::Sell));
    let (bought, sold) = (sum(&bids), sum(&asks));
    let sizes = super::Sizes::of(bought.max(sold), instrument);
    let (note, style) = pane.health_note().unwrap_or_else(|| {
        let text = format!("B {}  S {}", sizes.label(bought), sizes.label(sold));
        (text, pane.paint().dim())
    });
    let used = pane.title_cells(&title);
    pane.note(area, used, &note, style, buffer);
    let price_label = |price: f64| format::price_units(price, instrument);
    let theme = &pane.paint().theme;
    let styles = DepthStyles {
        bid: fade(pane, pane.paint().fg(theme.bid)),
        ask: fade(pane, pane.paint().fg(theme.ask)),
        axis: pane.paint().dim(),
    };
    DepthCurve::new(&bids, &asks, &price_label)
        .styles(styles)
        .glyphs(pane.state.glyphs.candles)
        .render(inside, buffer);
}
