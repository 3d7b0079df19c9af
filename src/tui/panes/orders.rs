//! Orders that are not done yet.
//! Must not drop an order whose state nobody knows: it is marked.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{PLAIN, Pane, PaneSpec, table};
use crate::domain::{Order, OrderKind, OrderState};
use crate::tui::action::Scope;
use crate::tui::format;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "orders",
    title: "Orders",
    doc: "Orders that are not final.",
    scopes: &[Scope::Orders, Scope::Table],
    rank: 20,
    draw,
    rows,
    click: table::click,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let count = pane.view.working_orders.len();
    let title = format!("Orders {count}");
    let inside = pane.frame(area, &title, buffer);
    if count == 0 {
        return pane.hint(inside, "no working orders", pane.paint().dim(), buffer);
    }
    let window = table::window(pane, &rows(pane), inside.height);
    let newest = pane.view.working_orders.values().rev().enumerate();
    for (line, (place, order)) in (0..inside.height).zip(newest.skip(window.first)) {
        draw_row(pane, order, line, inside, buffer);
        table::mark(pane, window.chosen == Some(place), inside, line, buffer);
    }
}

fn rows(pane: &Pane) -> Vec<u64> {
    let newest = pane.view.working_orders.keys().rev();
    newest.map(|id| id.0).collect()
}

fn draw_row(pane: &Pane, order: &Order, line: u16, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let (side, style) = pane.side(order.side);
    let mut pen = pane.pen(area, line, buffer);
    pen.gap(1);
    let state = state_word(order.state);
    let unsure = order.state == OrderState::Unknown;
    let state_style = if unsure {
        pane.fg(|theme| theme.alarm)
    } else {
        paint.dim()
    };
    let Some(row) = pane.instrument(order.instrument) else {
        return;
    };
    pen.cell(&side, 6, style);
    pen.gap(1);
    pen.cell(&row.instrument.symbol, 7, paint.text());
    let open = format::quantity(order.open_quantity(), &row.instrument);
    pen.right(&open, 6, paint.text());
    let price = match order.kind {
        OrderKind::Market => "market".to_owned(),
        OrderKind::Limit(price) => format::price(price, &row.instrument),
        OrderKind::Stop(price) => format!("stop {}", format::price(price, &row.instrument)),
    };
    pen.right(&price, 10, paint.text());
    pen.gap(1);
    if pen.left() >= 7 || unsure {
        pen.text(state, state_style);
    } else if order.state == OrderState::PartiallyFilled {
        pen.text("part", state_style);
    }
}

/// An order's state in a word.
pub(super) const fn state_word(state: OrderState) -> &'static str {
    match state {
        OrderState::Submitted => "sent",
        OrderState::Working => "working",
        OrderState::PartiallyFilled => "part filled",
        OrderState::ReplacePending => "changing",
        OrderState::CancelPending => "cancelling",
        OrderState::Filled => "filled",
        OrderState::Cancelled => "cancelled",
        OrderState::Rejected => "rejected",
        OrderState::Denied => "denied",
        OrderState::Unknown => "UNKNOWN ?",
    }
}
