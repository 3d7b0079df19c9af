//! What is held: side, quantity, entry, last price, profit and the stop of each position.
//! Must not show a position without saying whether a stop stands behind it.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table::{self, Cell, Column, Table};
use super::{PLAIN, Pane, PaneSpec};
use crate::domain::{Price, Side};
use crate::tui::action::Scope;
use crate::tui::dispatch::Turn;
use crate::tui::format;
use crate::tui::state::DeskState;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "positions",
    title: "Positions",
    doc: "What is held: entry, last price, profit and stop.",
    scopes: &[Scope::Orders, Scope::Table],
    rank: 15,
    draw,
    table: Some(&TABLE),
    click: table::click,
    open,
    ..PLAIN
};

static TABLE: Table = Table {
    columns: &[
        Column::text("SYMBOL", 7),
        Column::text("SIDE", 5),
        Column::number("QTY", 5),
        Column::number("ENTRY", 8).rank(3),
        Column::number("LAST", 8).rank(4),
        Column::number("PNL", 7),
        Column::number("STOP", 7).rank(1),
    ],
    keys,
    cells,
    empty: "no position",
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let count = keys(pane).len();
    let inside = pane.frame(area, &format!("Positions {count}"), buffer);
    let open = pane.view.account.unrealized_pnl;
    let style = pane.paint().signed(format::sign(open));
    pane.note(area, 40, &pane.signed_money(open, 2), style, buffer);
    table::draw(pane, &TABLE, inside, buffer);
}

fn keys(pane: &Pane) -> Vec<u64> {
    (0_u64..)
        .zip(&pane.view.instruments)
        .filter(|(_, row)| !row.position.quantity.is_zero())
        .map(|(key, _)| key)
        .collect()
}

fn cells(pane: &Pane, key: u64) -> Option<Vec<Cell>> {
    let row = pane.view.instruments.get(usize::try_from(key).ok()?)?;
    let (instrument, position) = (&row.instrument, &row.position);
    let paint = pane.paint();
    let (word, side) = match position.quantity.units() > 0 {
        true => ("LONG", Side::Buy),
        false => ("SHORT", Side::Sell),
    };
    let price = |price: Price| {
        let text = format::price(price, instrument);
        Cell::decimal(text, price.to_decimal(instrument.price_scale), paint.text())
    };
    let scale = u32::from(instrument.price_scale);
    let last = row.market.as_ref().and_then(|market| market.last);
    let dash = || pane.state.glyphs.dash.to_owned();
    let pnl = position.unrealized_pnl;
    Some(vec![
        Cell::text(&instrument.symbol, paint.text()),
        Cell::text(word, pane.side_style(side)),
        Cell::decimal(
            format::quantity(position.quantity.abs(), instrument),
            position
                .quantity
                .abs()
                .to_decimal(instrument.quantity_scale),
            paint.text(),
        ),
        Cell::decimal(
            format::money(position.average_price, scale),
            position.average_price,
            paint.text(),
        ),
        last.map_or_else(|| Cell::text(dash(), paint.dim()), price),
        Cell::decimal(
            pane.signed_money(pnl, 2),
            pnl,
            paint.signed(format::sign(pnl)),
        ),
        match position.stop_price {
            Some(stop) => price(stop),
            None => Cell::text("none", pane.fg(|theme| theme.warn)),
        },
    ])
}

/// Shows the instrument in the group of charts.
fn open(state: &mut DeskState, _: &mut Turn, key: u64) {
    if let Some(group) = state.links.first_mut() {
        group.instrument = usize::try_from(key).unwrap_or(group.instrument);
    }
}
