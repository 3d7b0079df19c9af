//! The position line: what is held of the chosen instrument and what it is worth.
//! Must be on every screen that is large enough for the desk.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::Pane;
use crate::domain::Side;
use crate::tui::format;

/// Draws the line.
pub(in crate::tui) fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let dim = paint.dim();
    let mut pen = pane.pen(area, 0, buffer);
    pen.gap(1);
    let Some(row) = pane.focus else {
        return pen.rest("no position", dim);
    };
    let (instrument, position) = (&row.instrument, &row.position);
    pen.text(&instrument.symbol, paint.strong());
    let mine = |order: &&crate::domain::Order| order.instrument == row.id;
    let working = pane.view.working_orders.values().filter(mine).count();
    if position.quantity.is_zero() {
        pen.text(" flat", dim);
    } else {
        let (word, side) = if position.quantity.units() > 0 {
            ("LONG", Side::Buy)
        } else {
            ("SHORT", Side::Sell)
        };
        let held = format::quantity(position.quantity.abs(), instrument);
        pen.text(
            &format!(" {word} {held}"),
            pane.side_style(side).add_modifier(Modifier::BOLD),
        );
        let scale = u32::from(instrument.price_scale);
        pen.text(
            &format!(" @ {}", format::money(position.average_price, scale)),
            paint.text(),
        );
        let pnl = position.unrealized_pnl;
        pen.text("  open ", dim);
        pen.text(&pane.signed_money(pnl, 2), paint.signed(format::sign(pnl)));
        pen.text("  stop ", dim);
        match position.stop_price {
            Some(stop) => pen.text(&format::price(stop, instrument), paint.text()),
            None => pen.text("none", pane.fg(|theme| theme.warn)),
        }
    }
    if let Some(market) = &row.market
        && let (Some((bid, _)), Some((ask, _))) = (market.bid, market.ask)
        && pen.left() > 30
    {
        pen.text("  bid ", dim);
        pen.text(&format::price(bid, instrument), paint.text());
        pen.text("  ask ", dim);
        pen.text(&format::price(ask, instrument), paint.text());
    }
    if pen.left() > 13 {
        pen.text(&format!("  working {working}"), dim);
    }
    let closed = position.realized_pnl;
    if pen.left() > 20 && !closed.is_zero() {
        pen.text("  closed ", dim);
        pen.text(
            &pane.signed_money(closed, 2),
            paint.signed(format::sign(closed)),
        );
    }
}
