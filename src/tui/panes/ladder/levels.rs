//! What rests, changed and was traded at each row of a ladder.
//! Must not invent a level: without a book there is the best bid and ask and nothing else.

use std::collections::BTreeMap;

use super::grid::Grid;
use crate::domain::{Depth, DepthLevel, Price, Qty, Side};
use crate::view::{InstrumentView, TradedView};

/// One row.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Level {
    /// Rests to buy.
    pub(super) bid: Qty,
    /// Rests to sell.
    pub(super) ask: Qty,
    /// By how much that to buy grew within five seconds.
    pub(super) bid_delta: Qty,
    /// By how much that to sell grew.
    pub(super) ask_delta: Qty,
    /// Traded in the session.
    pub(super) traded: Qty,
}

/// All rows of an instrument's ladder, and its best prices.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Levels {
    pub(super) rows: BTreeMap<Price, Level>,
    /// Best price to sell at, not grouped.
    pub(super) best_bid: Option<Price>,
    /// Best price to buy at, not grouped.
    pub(super) best_ask: Option<Price>,
    /// Whether there is a book behind them.
    pub(super) has_book: bool,
}

impl Levels {
    /// The book of an instrument, `most` rows of each side; its best bid and ask where the feed
    /// gives no book.
    pub(super) fn of(row: &InstrumentView, grid: Grid, most: Option<usize>) -> Self {
        let most = most.unwrap_or(usize::MAX);
        match &row.book.depth {
            Some(depth) => Self::of_book(depth, row.book.earlier.as_deref(), grid, most),
            None => Self::of_quote(row, grid),
        }
    }

    fn of_book(depth: &Depth, earlier: Option<&Depth>, grid: Grid, most: usize) -> Self {
        let best = |side| depth.side(side).first().map(|level| level.price);
        let mut levels = Self {
            best_bid: best(Side::Buy),
            best_ask: best(Side::Sell),
            has_book: true,
            ..Self::default()
        };
        for side in [Side::Buy, Side::Sell] {
            let last = levels.add_side(depth.side(side), side, grid, most);
            if let (Some(earlier), Some(last)) = (earlier, last) {
                let (now, before) = (depth.side(side), earlier.side(side));
                levels.add_change(now, before, side, grid, last);
            }
        }
        levels
    }

    fn of_quote(row: &InstrumentView, grid: Grid) -> Self {
        let market = row.market.as_ref();
        let bid = market.and_then(|market| market.bid);
        let ask = market.and_then(|market| market.ask);
        let mut levels = Self {
            best_bid: bid.map(|(price, _)| price),
            best_ask: ask.map(|(price, _)| price),
            ..Self::default()
        };
        for (side, best) in [(Side::Buy, bid), (Side::Sell, ask)] {
            if let Some((price, quantity)) = best {
                let level = DepthLevel { price, quantity };
                levels.add_side(&[level], side, grid, 1);
            }
        }
        levels
    }

    /// Adds a side of a book and answers the last row that was taken.
    fn add_side(
        &mut self,
        levels: &[DepthLevel],
        side: Side,
        grid: Grid,
        most: usize,
    ) -> Option<Price> {
        let (mut last, mut count) = (None, 0);
        for level in levels {
            let price = grid.of_side(level.price, side);
            if last != Some(price) {
                if count >= most {
                    break;
                }
                (last, count) = (Some(price), count + 1);
            }
            let row = self.rows.entry(price).or_default();
            let place = match side {
                Side::Buy => &mut row.bid,
                Side::Sell => &mut row.ask,
            };
            *place = place.saturating_add(level.quantity);
        }
        last
    }

    /// Adds what changed between two books down to the row `last`, where both can see: a level
    /// that only came into sight was not laid now.
    fn add_change(
        &mut self,
        now: &[DepthLevel],
        before: &[DepthLevel],
        side: Side,
        grid: Grid,
        last: Price,
    ) {
        let (Some(end), Some(end_before)) = (now.last(), before.last()) else {
            return;
        };
        let is_seen = |price: Price| match side {
            Side::Buy => price >= end.price.max(end_before.price),
            Side::Sell => price <= end.price.min(end_before.price),
        };
        let is_shown = |price: Price| match side {
            Side::Buy => price >= last,
            Side::Sell => price <= last,
        };
        let mut add = |level: &DepthLevel, change: Qty| {
            let price = grid.of_side(level.price, side);
            if !is_seen(level.price) || !is_shown(price) {
                return;
            }
            let row = self.rows.entry(price).or_default();
            let place = match side {
                Side::Buy => &mut row.bid_delta,
                Side::Sell => &mut row.ask_delta,
            };
            *place = place.saturating_add(change);
        };
        for level in now {
            add(level, level.quantity);
        }
        for level in before {
            add(level, level.quantity.negated());
        }
    }

    /// Adds what was traded at the rows from `low` to `high`.
    pub(super) fn add_traded(&mut self, traded: &TradedView, grid: Grid, low: Price, high: Price) {
        let end = Price::from_units(high.units().saturating_add(grid.step().units()));
        if low >= end {
            return;
        }
        for (price, at) in traded.levels.range(low..end) {
            let row = self.rows.entry(grid.below(*price)).or_default();
            row.traded = row.traded.saturating_add(at.total());
        }
    }

    /// Share of the bids in what rests, 0 to 1; `None` where nothing is known to rest.
    pub(super) fn imbalance(&self) -> Option<f64> {
        let sum = |of: fn(&Level) -> Qty| {
            let all = self.rows.values().map(of);
            super::number(all.fold(Qty::ZERO, Qty::saturating_add))
        };
        let (bids, asks) = (sum(|level| level.bid), sum(|level| level.ask));
        (bids + asks > 0.0).then(|| bids / (bids + asks))
    }

    /// From the best bid to the best ask.
    pub(super) fn spread(&self) -> Option<Price> {
        self.best_ask?.checked_sub(self.best_bid?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;
    use crate::tui::sample;
    use crate::tui::workspace::LadderState;
    use crate::view::{BookView, TradedAt};
    use std::sync::Arc;

    type Rows = &'static [(i64, i64)];

    fn levels(rows: Rows) -> Vec<DepthLevel> {
        let level = |(price, quantity): &(i64, i64)| DepthLevel {
            price: Price::from_units(*price),
            quantity: Qty::from_units(*quantity),
        };
        rows.iter().map(level).collect()
    }

    fn book(bids: Rows, asks: Rows) -> Arc<Depth> {
        Arc::new(Depth {
            bids: levels(bids),
            asks: levels(asks),
            time: Timestamp::ZERO,
        })
    }

    fn row(now: Arc<Depth>, earlier: Option<Arc<Depth>>) -> InstrumentView {
        let mut row = sample::view().instruments.remove(0);
        (row.book.depth, row.book.earlier) = (Some(now), earlier);
        row
    }

    fn grid(row: &InstrumentView, ticks: i64) -> Grid {
        let state = LadderState {
            group: Some(ticks),
            ..LadderState::default()
        };
        Grid::of(&state, row)
    }

    /// Price, bid, ask, change of the bid, change of the ask.
    fn read(levels: &Levels) -> Vec<(i64, i64, i64, i64, i64)> {
        let cell = |(price, level): (&Price, &Level)| {
            (
                price.units(),
                level.bid.units(),
                level.ask.units(),
                level.bid_delta.units(),
                level.ask_delta.units(),
            )
        };
        levels.rows.iter().rev().map(cell).collect()
    }

    #[test]
    fn a_book_in_rows() {
        let bids: Rows = &[(104, 1), (103, 2), (100, 4), (99, 8)];
        let asks: Rows = &[(106, 16), (110, 32), (111, 64)];
        let row = row(book(bids, asks), None);
        // Ticks of a row, rows of the book; the rows of the ladder, best bid share.
        type Case = (
            i64,
            Option<usize>,
            &'static [(i64, i64, i64, i64, i64)],
            f64,
        );
        let cases: &[Case] = &[
            (
                5,
                None,
                &[
                    (115, 0, 64, 0, 0),
                    (110, 0, 48, 0, 0),
                    (100, 7, 0, 0, 0),
                    (95, 8, 0, 0, 0),
                ],
                15.0 / 127.0,
            ),
            (
                5,
                Some(1),
                &[(110, 0, 48, 0, 0), (100, 7, 0, 0, 0)],
                7.0 / 55.0,
            ),
            (
                1,
                Some(2),
                &[
                    (110, 0, 32, 0, 0),
                    (106, 0, 16, 0, 0),
                    (104, 1, 0, 0, 0),
                    (103, 2, 0, 0, 0),
                ],
                3.0 / 51.0,
            ),
        ];
        for (ticks, most, expected, share) in cases {
            let levels = Levels::of(&row, grid(&row, *ticks), *most);
            assert_eq!(read(&levels), *expected, "{ticks} ticks, {most:?}");
            assert_eq!(levels.imbalance(), Some(*share));
            assert_eq!(levels.spread(), Some(Price::from_units(2)));
        }
    }

    #[test]
    fn pulls_and_stacks_stand_at_their_rows() {
        let earlier = book(&[(99, 5), (98, 5), (97, 5)], &[(101, 4), (102, 4)]);
        // One bid grew, one went; a deeper one only came into sight. One ask shrank.
        let now = book(&[(99, 8), (97, 5), (96, 9)], &[(101, 1), (102, 4)]);
        let row = row(now, Some(earlier));
        let levels = Levels::of(&row, grid(&row, 1), None);
        assert_eq!(
            read(&levels),
            [
                (102, 0, 4, 0, 0),
                (101, 0, 1, 0, -3),
                (99, 8, 0, 3, 0),
                (98, 0, 0, -5, 0),
                (97, 5, 0, 0, 0),
                (96, 9, 0, 0, 0),
            ]
        );
        // In rows of five ticks what moved within one row is no change of it.
        let levels = Levels::of(&row, grid(&row, 5), None);
        assert_eq!(read(&levels), [(105, 0, 5, 0, -3), (95, 22, 0, -2, 0)]);
        // Rows that are not shown have no changes either.
        let levels = Levels::of(&row, grid(&row, 1), Some(1));
        assert_eq!(read(&levels), [(101, 0, 1, 0, -3), (99, 8, 0, 3, 0)]);
    }

    #[test]
    fn without_a_book_there_is_the_quote_and_nothing_else() {
        let mut row = row(book(&[], &[]), None);
        row.book = BookView::default();
        let market = row.market.as_mut().unwrap();
        market.bid = Some((Price::from_units(99), Qty::from_units(3)));
        market.ask = Some((Price::from_units(101), Qty::from_units(1)));
        let levels = Levels::of(&row, grid(&row, 1), None);
        assert_eq!(read(&levels), [(101, 0, 1, 0, 0), (99, 3, 0, 0, 0)]);
        assert!(!levels.has_book);
        assert_eq!(levels.imbalance(), Some(0.75));
        row.market.as_mut().unwrap().bid = Some((Price::from_units(99), Qty::ZERO));
        row.market.as_mut().unwrap().ask = None;
        let levels = Levels::of(&row, grid(&row, 1), None);
        assert_eq!((levels.imbalance(), levels.spread()), (None, None));
    }

    #[test]
    fn traded_volume_falls_into_the_rows_that_are_shown() {
        let mut traded = TradedView::default();
        for price in 90..120 {
            let at = TradedAt {
                bought: Qty::from_units(1),
                ..TradedAt::default()
            };
            traded.levels.insert(Price::from_units(price), at);
        }
        let row = row(book(&[], &[]), None);
        let mut levels = Levels::default();
        let [low, high] = [95, 105].map(Price::from_units);
        levels.add_traded(&traded, grid(&row, 5), low, high);
        let found: Vec<_> = levels
            .rows
            .iter()
            .map(|(price, level)| (price.units(), level.traded.units()))
            .collect();
        assert_eq!(found, [(95, 5), (100, 5), (105, 5)]);
    }
}
