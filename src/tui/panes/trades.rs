//! The trade log: orders, fills with their cost, refusals with their reasons, halts.
//! Must not leave out why something was refused.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::orders::state_word;
use super::{PLAIN, Pane, PaneSpec, Pen, table};
use crate::domain::{Check, Decision, Fill, Order, OrderState};
use crate::tui::action::Scope;
use crate::tui::format;
use crate::view::{TradeLogEntry, TradeLogRow};

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "trades",
    title: "Trade log",
    doc: "Orders, fills, refusals and halts.",
    scopes: &[Scope::Orders, Scope::Table],
    rank: 32,
    draw,
    rows,
    click: table::click,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Trade log", buffer);
    let fees = pane.money(pane.view.account.fees, 2);
    pane.note(
        area,
        36,
        &format!("fees {fees}"),
        pane.paint().dim(),
        buffer,
    );
    if pane.view.trade_log.is_empty() {
        return pane.hint(
            inside,
            "no order since the start",
            pane.paint().dim(),
            buffer,
        );
    }
    let window = table::window(pane, &rows(pane), inside.height);
    let shown = pane
        .view
        .trade_log
        .iter()
        .rev()
        .enumerate()
        .skip(window.first);
    for (line, (place, row)) in (0..inside.height).zip(shown) {
        let mut pen = pane.pen(inside, line, buffer);
        pen.gap(1);
        pen.cell(&pane.clock(row.time), 8, pane.paint().dim());
        pen.gap(1);
        entry(pane, &row.entry, &mut pen);
        table::mark(pane, window.chosen == Some(place), inside, line, buffer);
    }
}

fn rows(pane: &Pane) -> Vec<u64> {
    let newest = pane.view.trade_log.iter().rev();
    newest.map(|row| row.sequence).collect()
}

fn entry(pane: &Pane, entry: &TradeLogEntry, pen: &mut Pen) {
    let alarm = pane.fg(|theme| theme.alarm);
    let glyphs = &pane.state.glyphs;
    match entry {
        TradeLogEntry::Fill(fill) => draw_fill(pane, fill, pen),
        TradeLogEntry::Order(order) => draw_order(pane, order, pen),
        TradeLogEntry::Denied(decision) => draw_denied(pane, decision, pen),
        TradeLogEntry::Halted { reason, kill } => {
            let word = if *kill { "KILLED" } else { "HALTED" };
            pen.rest(&format!("{} {word}: {reason}", glyphs.cross), alarm);
        }
        TradeLogEntry::Resumed => {
            pen.rest(
                &format!("{} resumed", glyphs.tick),
                pane.fg(|theme| theme.up),
            );
        }
        TradeLogEntry::Note(text) => pen.rest(text, pane.fg(|theme| theme.warn)),
    }
}

/// Mark, side, quantity and symbol: the same columns in every row.
fn head(pane: &Pane, mark: (&str, Style), order: &OrderHead, pen: &mut Pen) {
    let Some(row) = pane.instrument(order.instrument) else {
        return;
    };
    let (side, style) = pane.side(order.side);
    pen.cell(mark.0, 1, mark.1);
    pen.gap(1);
    pen.cell(&side, 6, style);
    let quantity = format::quantity(order.quantity, &row.instrument);
    pen.right(&quantity, 6, pane.paint().text());
    pen.gap(1);
    pen.cell(&row.instrument.symbol, 7, pane.paint().text());
    pen.gap(1);
    let price = order.price.map_or_else(
        || "market".to_owned(),
        |price| format::price(price, &row.instrument),
    );
    pen.right(&price, 10, pane.paint().text());
    pen.gap(1);
}

struct OrderHead {
    instrument: crate::domain::InstrumentId,
    side: crate::domain::Side,
    quantity: crate::domain::Qty,
    price: Option<crate::domain::Price>,
}

fn draw_fill(pane: &Pane, fill: &Fill, pen: &mut Pen) {
    let paint = pane.paint();
    let mark = (
        pane.state.glyphs.tick,
        pane.side_style(fill.side).add_modifier(Modifier::BOLD),
    );
    let order = OrderHead {
        instrument: fill.instrument,
        side: fill.side,
        quantity: fill.quantity,
        price: Some(fill.price),
    };
    head(pane, mark, &order, pen);
    let fee = format!("fee {}", pane.money(fill.fee, 2));
    let slip = format!("slip {}", slippage(fill));
    pen.cell(&fee, super::pen::width(&fee).max(8), paint.dim());
    pen.gap(1);
    if pen.left() >= super::pen::width(&slip) {
        pen.cell(&slip, super::pen::width(&slip).max(10), paint.dim());
    }
    let pnl = pane.signed_money(fill.realized_pnl, 2);
    if !fill.realized_pnl.is_zero() && pen.left() > super::pen::width(&pnl) {
        pen.text(
            &format!(" {pnl}"),
            paint.signed(format::sign(fill.realized_pnl)),
        );
    }
}

fn slippage(fill: &Fill) -> String {
    let text = format::short(fill.slippage);
    if format::sign(fill.slippage) == std::cmp::Ordering::Greater {
        format!("+{text}")
    } else {
        text
    }
}

fn draw_order(pane: &Pane, order: &Order, pen: &mut Pen) {
    let paint = pane.paint();
    let bad = matches!(
        order.state,
        OrderState::Rejected | OrderState::Denied | OrderState::Unknown
    );
    let style = if bad {
        pane.fg(|theme| theme.alarm)
    } else {
        paint.dim()
    };
    let mark = if bad {
        pane.state.glyphs.cross
    } else {
        pane.state.glyphs.arrow
    };
    let price = order.kind.price();
    let row = OrderHead {
        instrument: order.instrument,
        side: order.side,
        quantity: order.quantity,
        price,
    };
    head(pane, (mark, style), &row, pen);
    let reason = order
        .reason
        .as_deref()
        .map_or_else(String::new, |text| format!(": {text}"));
    pen.rest(
        &format!("{} {}{reason}", order.id, state_word(order.state)),
        style,
    );
}

fn draw_denied(pane: &Pane, decision: &Decision, pen: &mut Pen) {
    let alarm = pane.fg(|theme| theme.alarm);
    let intent = &decision.intent;
    let (side, style) = pane.side(intent.side);
    pen.cell(pane.state.glyphs.cross, 1, alarm);
    pen.gap(1);
    pen.cell(&side, 6, style);
    pen.gap(1);
    pen.text(pane.symbol(intent.instrument), pane.paint().text());
    let checks: Vec<String> = decision.failed().map(check).collect();
    pen.rest(&format!(" denied: {}", checks.join(", ")), alarm);
}

/// A failed check in few words: code, value, limit.
pub(super) fn check(check: &Check) -> String {
    match (check.value, check.limit) {
        (Some(value), Some(limit)) => format!(
            "{} {}, limit {}",
            check.reason.code(),
            format::short(value),
            format::short(limit)
        ),
        (Some(value), None) => format!("{} {}", check.reason.code(), format::short(value)),
        (None, _) => check.reason.code().to_owned(),
    }
}

/// A row of the log in one sentence, for the message line.
pub(super) fn sentence(pane: &Pane, row: &TradeLogRow) -> String {
    let name = |side: crate::domain::Side| match side {
        crate::domain::Side::Buy => "BUY",
        crate::domain::Side::Sell => "SELL",
    };
    match &row.entry {
        TradeLogEntry::Fill(fill) => {
            pane.instrument(fill.instrument)
                .map_or_else(String::new, |row| {
                    format!(
                        "{} {} {} filled @ {}, fee {}, slip {} ({})",
                        name(fill.side),
                        format::quantity(fill.quantity, &row.instrument),
                        row.instrument.symbol,
                        format::price(fill.price, &row.instrument),
                        pane.money(fill.fee, 2),
                        slippage(fill),
                        fill.order,
                    )
                })
        }
        TradeLogEntry::Order(order) => {
            pane.instrument(order.instrument)
                .map_or_else(String::new, |row| {
                    let reason = order
                        .reason
                        .as_deref()
                        .map_or_else(String::new, |text| format!(": {text}"));
                    format!(
                        "{} {} {} {} {}{reason}",
                        order.id,
                        name(order.side),
                        format::quantity(order.quantity, &row.instrument),
                        row.instrument.symbol,
                        state_word(order.state),
                    )
                })
        }
        TradeLogEntry::Denied(decision) => {
            let checks: Vec<String> = decision.failed().map(check).collect();
            format!(
                "{} {} denied: {}",
                name(decision.intent.side),
                pane.symbol(decision.intent.instrument),
                checks.join(", ")
            )
        }
        TradeLogEntry::Halted { reason, kill: true } => format!("killed: {reason}"),
        TradeLogEntry::Halted { reason, .. } => format!("halted: {reason}"),
        TradeLogEntry::Resumed => "trading resumed".to_owned(),
        TradeLogEntry::Note(text) => text.clone(),
    }
}
