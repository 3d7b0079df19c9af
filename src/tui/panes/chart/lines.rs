//! Horizontal lines of a chart: position, stop, orders, the order being made, the user's own.
//! Must not keep a line of its own.

use std::collections::BTreeMap;

use ratatui::style::{Modifier, Style};
use titan_widgets::{LineKind, Marker};

use super::super::Pane;
use crate::domain::{Order, Price, Qty, Side};
use crate::tui::format;
use crate::tui::state::Open;
use crate::view::InstrumentView;

/// A line at a price.
pub(super) struct PriceLine {
    price: Price,
    label: String,
    style: Style,
    kind: LineKind,
    /// Whether the scale stretches to it.
    pinned: bool,
}

impl PriceLine {
    fn new(price: Price, label: impl Into<String>, style: Style) -> Self {
        Self {
            price,
            label: label.into(),
            style,
            kind: LineKind::Dashed,
            pinned: true,
        }
    }

    /// For the widget; `fade` changes its style.
    pub(super) fn marker(&self, fade: impl Fn(Style) -> Style) -> Marker<'_> {
        Marker::new(self.price.as_f64(), &self.label, fade(self.style))
            .line(self.kind)
            .pinned(self.pinned)
    }
}

/// Every line of a chart, what matters most last, so that it lies above.
pub(super) fn lines(pane: &Pane, row: &InstrumentView) -> Vec<PriceLine> {
    let mut lines = user_lines(pane, row);
    position(pane, row, &mut lines);
    orders(pane, row, &mut lines);
    ticket(pane, row, &mut lines);
    lines.extend(pane.leaf.chart.stop.map(|price| PriceLine {
        kind: LineKind::Dotted,
        ..PriceLine::new(price, "stop", pane.fg(|theme| theme.warn))
    }));
    lines
}

fn user_lines(pane: &Pane, row: &InstrumentView) -> Vec<PriceLine> {
    let kept = pane
        .state
        .workspaces
        .lines
        .get(&row.instrument.key.to_string());
    let style = pane.fg(|theme| theme.crosshair);
    kept.into_iter()
        .flatten()
        .filter_map(|price| Price::from_decimal(*price, row.instrument.price_scale).ok())
        .map(|price| PriceLine {
            kind: LineKind::Solid,
            pinned: false,
            ..PriceLine::new(price, "", style)
        })
        .collect()
}

fn position(pane: &Pane, row: &InstrumentView, lines: &mut Vec<PriceLine>) {
    let held = row.position.quantity;
    if held.is_zero() {
        return;
    }
    let instrument = &row.instrument;
    let word = if held.units() > 0 { "LONG" } else { "SHORT" };
    let scale = instrument.price_scale;
    let average = row.position.average_price.round_dp(u32::from(scale));
    if let Ok(price) = Price::from_decimal(average, scale) {
        let label = format!("{word} {}", format::quantity(held.abs(), instrument));
        lines.push(PriceLine::new(price, label, pane.fg(|theme| theme.accent)));
    }
    if let Some(stop) = row.position.stop_price {
        let style = pane.fg(|theme| theme.alarm);
        lines.push(PriceLine::new(stop, "STOP", style));
    }
}

/// Working orders; those of one price and side share a line.
fn orders(pane: &Pane, row: &InstrumentView, lines: &mut Vec<PriceLine>) {
    let held = row.position.quantity.units();
    let mut at: BTreeMap<(i64, bool), (Side, Qty, bool)> = BTreeMap::new();
    for order in pane.view.working_orders.values() {
        let (true, Some(price)) = (order.instrument == row.id, price_of(order)) else {
            continue;
        };
        let is_buy = order.side == Side::Buy;
        let is_exit = order.reduce_only && held != 0 && is_buy == (held < 0);
        let entry = at.entry((price.units(), is_buy));
        let (_, open, exits) = entry.or_insert((order.side, Qty::ZERO, true));
        *open = open.saturating_add(order.open_quantity());
        *exits &= is_exit;
    }
    for ((units, _), (side, open, is_exit)) in at {
        let (word, style) = pane.side(side);
        let open = format::quantity(open, &row.instrument);
        let label = match is_exit {
            true => format!("TARGET {word} {open}"),
            false => format!("{word} {open}"),
        };
        lines.push(PriceLine::new(Price::from_units(units), label, style));
    }
}

/// The price that an order waits for.
const fn price_of(order: &Order) -> Option<Price> {
    order.kind.price()
}

/// The order being made.
fn ticket(pane: &Pane, row: &InstrumentView, lines: &mut Vec<PriceLine>) {
    let Open::Ticket(ticket) = &pane.state.open else {
        return;
    };
    if let (true, Some(price)) = (ticket.instrument == row.id, ticket.kind.price()) {
        let (side, style) = pane.side(ticket.side);
        let style = style.add_modifier(Modifier::BOLD);
        lines.push(PriceLine::new(price, format!("{side} ?"), style));
    }
}
