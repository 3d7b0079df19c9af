//! The prices of a ladder: how far its rows lie apart, and which of them are shown.
//! Must not draw.

use crate::domain::{Instrument, Price, Side};
use crate::tui::workspace::LadderState;
use crate::view::InstrumentView;

/// Ticks of a row, as the key goes through them.
const GROUPS: [i64; 10] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000];
/// A row is about a hundred-thousandth of the price where nobody chose.
const ROW_SHARE: i64 = 100_000;

/// Rows of prices that lie `step` units apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::tui) struct Grid {
    step: i64,
}

impl Grid {
    /// The rows of a ladder of an instrument.
    pub(in crate::tui) fn of(state: &LadderState, row: &InstrumentView) -> Self {
        let ticks = state.group.unwrap_or_else(|| suited(row));
        Self::new(&row.instrument, ticks)
    }

    /// Rows of so many ticks.
    fn new(instrument: &Instrument, ticks: i64) -> Self {
        let tick = instrument.tick_size.units().max(1);
        Self {
            step: tick.saturating_mul(ticks.max(1)),
        }
    }

    /// From one row to the next.
    pub(in crate::tui) const fn step(self) -> Price {
        Price::from_units(self.step)
    }

    /// The row at a price or next below it.
    pub(in crate::tui) const fn below(self, price: Price) -> Price {
        let rows = price.units().div_euclid(self.step);
        Price::from_units(rows.saturating_mul(self.step))
    }

    /// The row at a price or next above it.
    pub(in crate::tui) const fn above(self, price: Price) -> Price {
        let below = self.below(price);
        if below.units() == price.units() {
            return below;
        }
        Price::from_units(below.units().saturating_add(self.step))
    }

    /// The row of what is bought or sold at a price, so that no row looks better than its prices.
    pub(in crate::tui) const fn of_side(self, price: Price, side: Side) -> Price {
        match side {
            Side::Buy => self.below(price),
            Side::Sell => self.above(price),
        }
    }

    /// The row so many rows higher, or lower where `rows` is below zero.
    pub(in crate::tui) const fn moved(self, price: Price, rows: i64) -> Price {
        let by = self.step.saturating_mul(rows);
        Price::from_units(self.below(price).units().saturating_add(by))
    }
}

/// The ticks of a row after the ones that are shown: a larger group, then one tick again.
pub(in crate::tui) fn next_group(state: &LadderState, row: &InstrumentView) -> i64 {
    let ticks = state.group.unwrap_or_else(|| suited(row));
    let next = GROUPS.iter().find(|group| **group > ticks);
    next.copied().unwrap_or(1)
}

/// The ticks that suit a price; from the day's first price, so that they do not change with every
/// move of the market.
fn suited(row: &InstrumentView) -> i64 {
    let tick = row.instrument.tick_size.units().max(1);
    let price = row.day.reference().or_else(|| middle(row));
    let wanted = price.map_or(1, |price| price.units() / ROW_SHARE / tick);
    let fits = GROUPS.iter().rev().find(|group| **group <= wanted);
    fits.copied().unwrap_or(1)
}

/// The price that a ladder is built around: the last one, else between bid and ask, else the one
/// that there is.
pub(in crate::tui) fn middle(row: &InstrumentView) -> Option<Price> {
    let market = row.market.as_ref()?;
    let bid = market.bid.map(|(price, _)| price);
    let ask = market.ask.map(|(price, _)| price);
    let between = |bid: Price, ask: Price| Price::from_units(bid.units().midpoint(ask.units()));
    let quoted = match (bid, ask) {
        (Some(bid), Some(ask)) => Some(between(bid, ask)),
        (one, other) => one.or(other),
    };
    market.last.or(quoted)
}

/// The row of the price cursor, and whether it was set or only follows the market.
pub(in crate::tui) fn cursor(state: &LadderState, row: &InstrumentView) -> Option<(Price, bool)> {
    let own = state.cursor.filter(|(instrument, _)| *instrument == row.id);
    match own {
        Some((_, price)) => Some((price, true)),
        None => middle(row).map(|price| (price, false)),
    }
}

/// The uppermost of `height` rows.
pub(in crate::tui) fn top(state: &LadderState, row: &InstrumentView, height: u16) -> Option<Price> {
    let grid = Grid::of(state, row);
    let half = i64::from(height / 2);
    let middle = middle(row)?;
    let anchor = state.anchor.filter(|(instrument, _)| *instrument == row.id);
    let centre = match (state.is_static, anchor) {
        (false, _) => middle,
        (true, Some((_, price))) => price,
        // Nobody said where it stands: it turns pages.
        (true, None) => {
            let page = Grid {
                step: grid.step.saturating_mul(half.max(1)),
            };
            page.below(middle)
        }
    };
    let top = grid.moved(centre, half);
    let Some((at, true)) = cursor(state, row) else {
        return Some(top);
    };
    // What is being aimed at is never out of sight.
    let at = grid.below(at);
    let lowest = grid.moved(at, i64::from(height.saturating_sub(1)));
    Some(top.clamp(at, lowest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    #[test]
    fn prices_fall_into_rows() {
        let grid = Grid { step: 5 };
        // A price, the row below, the row above, the row below moved up by two.
        for (price, below, above, moved) in [
            (100, 100, 100, 110),
            (101, 100, 105, 110),
            (104, 100, 105, 110),
            (-1, -5, 0, 5),
        ] {
            let price = Price::from_units(price);
            assert_eq!(grid.below(price).units(), below);
            assert_eq!(grid.above(price).units(), above);
            assert_eq!(grid.of_side(price, Side::Buy).units(), below);
            assert_eq!(grid.of_side(price, Side::Sell).units(), above);
            assert_eq!(grid.moved(price, 2).units(), moved);
        }
    }

    #[test]
    fn groups_suit_the_price_and_go_round() {
        let mut row = sample::view().instruments.remove(0);
        // Price and tick in units; ticks of a row.
        for (price, tick, ticks) in [
            (10_042, 1, 1),
            (6_411_850, 1, 50),
            (6_411_850, 50, 1),
            (641_185_000, 1, 1_000),
            (900_000_000, 1, 1_000),
        ] {
            row.day.previous_close = Some(Price::from_units(price));
            let mut instrument = (*row.instrument).clone();
            instrument.tick_size = Price::from_units(tick);
            row.instrument = instrument.into();
            assert_eq!(suited(&row), ticks, "{price} by {tick}");
        }
        let mut state = LadderState::default();
        let mut seen = Vec::new();
        for _ in 0..3 {
            state.group = Some(next_group(&state, &row));
            seen.extend(state.group);
        }
        assert_eq!(seen, [1, 2, 5], "after the largest the smallest");
    }

    #[test]
    fn the_window_follows_the_market_or_stands_still() {
        let mut row = sample::view().instruments.remove(0);
        let last = middle(&row).unwrap();
        let up = |price: Price, ticks: i64| Price::from_units(price.units() + ticks);
        let mut state = LadderState::default();
        assert_eq!(top(&state, &row, 11), Some(up(last, 5)));
        // A cursor far away pulls the window along.
        state.cursor = Some((row.id, up(last, 9)));
        assert_eq!(top(&state, &row, 11), Some(up(last, 9)));
        state.cursor = Some((row.id, up(last, -9)));
        assert_eq!(top(&state, &row, 11), Some(up(last, 1)));
        // Another instrument's cursor is none.
        state.cursor = Some((crate::domain::InstrumentId(9), up(last, 9)));
        assert_eq!(top(&state, &row, 11), Some(up(last, 5)));
        state.is_static = true;
        state.anchor = Some((row.id, last));
        row.market.as_mut().unwrap().last = Some(up(last, 40));
        assert_eq!(top(&state, &row, 11), Some(up(last, 5)));
        state.anchor = None;
        let paged = top(&state, &row, 11).unwrap().units();
        assert_eq!(paged % 5, 0);
        assert!((paged - up(last, 40).units()).abs() <= 5, "{paged}");
    }
}
