//! Round trips: what was entered and left again, with its profit, its R and how far it ran.
//! Must not count a position that is still held.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table::{self, Cell, Column, Table};
use super::{PLAIN, Pane, PaneSpec};
use crate::domain::{Decimal, OrderOrigin};
use crate::tui::action::Scope;
use crate::tui::format;
use crate::view::ClosedTrade;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "journal",
    title: "Journal",
    doc: "Round trips with profit, R multiple, and the best and worst they saw.",
    scopes: &[Scope::Table],
    rank: 45,
    draw,
    table: Some(&TABLE),
    click: table::click,
    ..PLAIN
};

static TABLE: Table = Table {
    columns: &[
        Column::text("OUT", 8),
        Column::text("SIDE", 6),
        Column::text("SYMBOL", 7),
        Column::number("QTY", 5).rank(4),
        Column::number("ENTRY", 8).rank(3),
        Column::number("EXIT", 8).rank(2),
        Column::number("NET", 8),
        Column::number("R", 5).rank(1),
        Column::number("WORST", 7).rank(6),
        Column::number("BEST", 7).rank(6),
        Column::number("BARS", 4).rank(7),
        Column::text("WHO", 8).rank(5),
    ],
    keys,
    cells,
    empty: "no round trip yet: a position that is closed stands here",
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Journal", buffer);
    pane.note(area, 12, &statistics(pane), pane.paint().dim(), buffer);
    table::draw(pane, &TABLE, inside, buffer);
}

/// The session in a line: `14 W / 9 L  PF 1.62  avg +0.31R`.
fn statistics(pane: &Pane) -> String {
    let session = &pane.view.session;
    let mut text = format!("{} W / {} L", session.wins, session.losses);
    if let Some(factor) = session.profit_factor() {
        text.push_str(&format!("  PF {}", format::short(factor.round_dp(2))));
    }
    if let Some(mean) = session.average_r() {
        text.push_str(&format!("  avg {}R", format::signed_money(mean, 2)));
    }
    text
}

fn keys(pane: &Pane) -> Vec<u64> {
    let newest = pane.view.closed_trades.iter().rev();
    newest.map(|trade| trade.sequence).collect()
}

fn cells(pane: &Pane, key: u64) -> Option<Vec<Cell>> {
    let trades = &pane.view.closed_trades;
    let place = trades
        .binary_search_by_key(&key, |trade| trade.sequence)
        .ok()?;
    let trade = trades.get(place)?;
    let instrument = &pane.instrument(trade.instrument)?.instrument;
    let paint = pane.paint();
    let (side, style) = pane.side(trade.side);
    let scale = u32::from(instrument.price_scale);
    let money = |value: Decimal| {
        let style = paint.profit(format::sign(value));
        Cell::decimal(pane.signed_money(value, 2), value, style)
    };
    let maybe = |value: Option<Decimal>| {
        value.map_or_else(|| Cell::text(pane.state.glyphs.dash, paint.dim()), money)
    };
    let price = |value: Decimal| Cell::decimal(format::money(value, scale), value, paint.text());
    Some(vec![
        Cell::text(pane.clock(trade.exit_time), paint.dim()),
        Cell::text(side, style),
        Cell::text(&instrument.symbol, paint.text()),
        Cell::decimal(
            format::quantity(trade.quantity, instrument),
            trade.quantity.to_decimal(instrument.quantity_scale),
            paint.text(),
        ),
        price(trade.entry_price),
        price(trade.exit_price),
        money(trade.net()),
        match trade.r_multiple {
            Some(r) => Cell::decimal(
                format!("{}R", format::signed_money(r, 1)),
                r,
                paint.profit(format::sign(r)),
            ),
            None => Cell::text(pane.state.glyphs.dash, paint.dim()),
        },
        maybe(trade.mae),
        maybe(trade.mfe),
        match trade.bars_held {
            Some(bars) => Cell::number(bars.to_string(), bars.into(), paint.dim()),
            None => Cell::text("", paint.dim()),
        },
        Cell::text(who(trade), paint.dim()),
    ])
}

fn who(trade: &ClosedTrade) -> String {
    match &trade.origin {
        OrderOrigin::Strategy(name) => name.clone(),
        OrderOrigin::Trader => "you".to_owned(),
        _ => "desk".to_owned(),
    }
}
