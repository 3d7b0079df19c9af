//! Own orders, stops and the order being made, as they stand at the rows of a ladder.
//! Must not hide an order of a row behind another one.

use std::collections::BTreeMap;

use super::grid::Grid;
use super::sizes::{Sizes, major};
use crate::domain::{Order, OrderKind, Price, Qty, Side};
use crate::tui::panes::Pane;
use crate::tui::state::Open;
use crate::view::InstrumentView;

/// What stands at a row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// `B190S20` for own orders; empty for none.
    pub(super) orders: String,
    /// `SL` for the position's stop.
    pub(super) exits: String,
    /// What stands ahead of the nearest own order, of what rests there: `112/412`.
    pub(super) queue: String,
}

/// The row of a working order; `None` for one without a price.
pub(in crate::tui) fn row_of(order: &Order, grid: Grid) -> Option<Price> {
    if let OrderKind::Limit(price) = order.kind {
        Some(grid.of_side(price, order.side))
    } else {
        None
    }
}

/// The marks of an instrument by row.
pub(super) fn of(pane: &Pane, row: &InstrumentView, grid: Grid) -> BTreeMap<Price, Mark> {
    let mut marks: BTreeMap<Price, Mark> = BTreeMap::new();
    for ((price, side), open) in resting(pane, row, grid) {
        let size = major(open, &row.instrument);
        let size = Sizes::of(size, &row.instrument).label(size);
        let letter = match side {
            Side::Buy => "B",
            Side::Sell => "S",
        };
        let size = if size.contains('.') && !size.ends_with(char::is_alphabetic) {
            size.trim_end_matches('0').trim_end_matches('.')
        } else {
            &size
        };
        let mark = marks.entry(price).or_default();
        mark.orders.push_str(letter);
        mark.orders.push_str(size);
    }
    for order in pane.view.working_orders.values() {
        let spot = pane.view.queue.get(&order.id);
        if let (true, Some(price), Some(spot)) =
            (order.instrument == row.id, row_of(order, grid), spot)
        {
            let sizes = Sizes::of(major(spot.level, &row.instrument), &row.instrument);
            let label = |size: Qty| sizes.label(major(size, &row.instrument));
            let mark = marks.entry(price).or_default();
            mark.queue = format!("{}/{}", label(spot.ahead), label(spot.level));
        }
    }
    let held = row.position.quantity;
    if let (false, Some(stop)) = (held.is_zero(), row.position.stop_price) {
        let side = match held.units() > 0 {
            true => Side::Sell,
            false => Side::Buy,
        };
        let mark = marks.entry(grid.of_side(stop, side)).or_default();
        mark.exits.push_str("SL");
    }
    if let Open::Ticket(ticket) = &pane.state.open
        && ticket.instrument == row.id
        && let OrderKind::Limit(price) = ticket.kind
    {
        let mark = marks.entry(grid.of_side(price, ticket.side)).or_default();
        mark.orders.push_str(match ticket.side {
            Side::Buy => "B?",
            Side::Sell => "S?",
        });
    }
    marks
}

/// Open sizes of own orders, summed by row and side.
fn resting(pane: &Pane, row: &InstrumentView, grid: Grid) -> Vec<((Price, Side), Qty)> {
    let mut sums: Vec<((Price, Side), Qty)> = Vec::new();
    for order in pane.view.working_orders.values() {
        let Some(price) = row_of(order, grid).filter(|_| order.instrument == row.id) else {
            continue;
        };
        let key = (price, order.side);
        match sums.iter_mut().find(|(known, _)| *known == key) {
            Some((_, sum)) => *sum = sum.saturating_add(order.open_quantity()),
            None => sums.push((key, order.open_quantity())),
        }
    }
    sums
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::OrderId;
    use crate::tui::workspace::LadderState;
    use crate::tui::{ColorMode, DeskState, sample};

    #[test]
    fn orders_of_a_row_add_up_and_stand_beside_the_stop() {
        let mut view = sample::view();
        let (last, id) = {
            let row = &view.instruments[0];
            (super::super::middle(row).unwrap(), row.id)
        };
        let at = |ticks: i64| Price::from_units(last.units() + ticks);
        let template = view.working_orders[&OrderId(42)].clone();
        view.working_orders.clear();
        view.queue.clear();
        // Number, side, ticks from the last price, size, filled.
        for (number, side, ticks, quantity, filled) in [
            (1, Side::Buy, -4, 100, 0),
            (2, Side::Buy, -4, 50, 20),
            (3, Side::Sell, -4, 7, 0),
            (4, Side::Sell, 6, 12_000, 0),
        ] {
            let mut order = template.clone();
            order.id = OrderId(number);
            order.instrument = id;
            order.side = side;
            order.kind = OrderKind::Limit(at(ticks));
            order.quantity = Qty::from_units(quantity);
            order.filled = Qty::from_units(filled);
            view.working_orders.insert(order.id, order);
        }
        view.instruments[0].position.stop_price = Some(at(-9));
        let state = DeskState::new(ColorMode::Mono, false);
        let pane = Pane::new(&view, &state);
        let row = &view.instruments[0];
        let ladder = LadderState {
            group: Some(1),
            ..LadderState::default()
        };
        let marks = of(&pane, row, Grid::of(&ladder, row));
        let found: Vec<(i64, &str, &str)> = marks
            .iter()
            .map(|(price, mark)| {
                let ticks = price.units() - last.units();
                (ticks, mark.orders.as_str(), mark.exits.as_str())
            })
            .collect();
        assert_eq!(
            found,
            [(-9, "", "SL"), (-4, "B130S7", ""), (6, "S12.0k", "")]
        );
    }
}
