//! Executions: what was really bought and sold, at what price and cost, and how fast.
//! Must not hide what an execution cost against its reference.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::table::{self, Cell, Column, Table};
use super::{PLAIN, Pane, PaneSpec};
use crate::domain::Liquidity;
use crate::tui::action::Scope;
use crate::tui::format;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "fills",
    title: "Fills",
    doc: "Executions with fee, slippage and the profit they closed.",
    scopes: &[Scope::Orders, Scope::Table],
    rank: 22,
    draw,
    table: Some(&TABLE),
    click: table::click,
    ..PLAIN
};

static TABLE: Table = Table {
    columns: &[
        Column::text("TIME", 8),
        Column::text("SIDE", 6),
        Column::text("SYMBOL", 7),
        Column::number("QTY", 5),
        Column::number("PRICE", 8),
        Column::number("SLIP", 6).rank(3),
        Column::number("FEE", 6).rank(4),
        Column::number("PNL", 8).rank(1),
        Column::text("ORDER", 5).rank(2),
        Column::text("ROLE", 5).rank(5),
        Column::number("ACK", 7).rank(6),
    ],
    keys,
    cells,
    empty: "no fill yet",
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Fills", buffer);
    let fees = format!("fees {}", pane.money(pane.view.account.fees, 2));
    pane.note(area, 40, &fees, pane.paint().dim(), buffer);
    table::draw(pane, &TABLE, inside, buffer);
}

fn keys(pane: &Pane) -> Vec<u64> {
    let newest = pane.view.fills.iter().rev();
    newest.map(|row| row.sequence).collect()
}

fn cells(pane: &Pane, key: u64) -> Option<Vec<Cell>> {
    let fills = &pane.view.fills;
    let place = fills.binary_search_by_key(&key, |row| row.sequence).ok()?;
    let fill = &fills.get(place)?.fill;
    let instrument = &pane.instrument(fill.instrument)?.instrument;
    let paint = pane.paint();
    let (side, style) = pane.side(fill.side);
    let slip = format::short(fill.slippage);
    let slip = match format::sign(fill.slippage) {
        std::cmp::Ordering::Greater => format!("+{slip}"),
        _ => slip,
    };
    let record = pane.view.records.of_execution(fill.execution);
    let timing = record.map(|record| &record.timing);
    let ack = timing.and_then(|it| Some(it.acknowledged?.saturating_sub(it.decided?)));
    let role = match fill.liquidity {
        Liquidity::Maker => "maker",
        Liquidity::Taker => "taker",
    };
    let pnl = fill.realized_pnl;
    Some(vec![
        Cell::text(pane.clock(fill.time), paint.dim()),
        Cell::text(side, style),
        Cell::text(&instrument.symbol, paint.text()),
        Cell::decimal(
            format::quantity(fill.quantity, instrument),
            fill.quantity.to_decimal(instrument.quantity_scale),
            paint.text(),
        ),
        Cell::decimal(
            format::price(fill.price, instrument),
            fill.price.to_decimal(instrument.price_scale),
            paint.text(),
        ),
        Cell::decimal(slip, fill.slippage, paint.dim()),
        Cell::decimal(pane.money(fill.fee, 2), fill.fee, paint.dim()),
        match pnl.is_zero() {
            true => Cell::decimal("", pnl, paint.dim()),
            false => Cell::decimal(
                pane.signed_money(pnl, 2),
                pnl,
                paint.profit(format::sign(pnl)),
            ),
        },
        Cell::text(fill.order.to_string(), paint.dim()),
        Cell::text(role, paint.dim()),
        match ack {
            Some(micros) => Cell::number(
                format!("{} ms", micros / 1_000),
                f64::from(u32::try_from(micros).unwrap_or(u32::MAX)),
                paint.dim(),
            ),
            None => Cell::text("", paint.dim()),
        },
    ])
}
