//! The newest book of an instrument, what was laid and taken away lately, and places in its queues.
//! Must not claim to know a queue: what stands ahead is an upper bound by the sizes that were seen.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{Depth, DepthLevel, Price, Print, Qty, Side, Timestamp};

/// How far back [`BookView::flow`] looks, in event time.
const FLOW_NANOS: i64 = 5 * NANOS_PER_SECOND;
/// Changes of a book that are kept to sum them.
const CHANGES_KEPT: usize = 256;
/// Event time between two books of the history.
const HISTORY_NANOS: i64 = 15 * NANOS_PER_SECOND;
/// Books of the history: an hour of them.
const HISTORY_KEPT: usize = 240;

/// Size that came to rest and that went away, from one book to the next; what was traded away is
/// part of the latter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BookFlow {
    /// Laid among the bids.
    pub bid_stacked: Qty,
    /// Taken away from the bids.
    pub bid_pulled: Qty,
    /// Laid among the asks.
    pub ask_stacked: Qty,
    /// Taken away from the asks.
    pub ask_pulled: Qty,
}

impl BookFlow {
    fn sum(self, other: Self, add: fn(Qty, Qty) -> Qty) -> Self {
        Self {
            bid_stacked: add(self.bid_stacked, other.bid_stacked),
            bid_pulled: add(self.bid_pulled, other.bid_pulled),
            ask_stacked: add(self.ask_stacked, other.ask_stacked),
            ask_pulled: add(self.ask_pulled, other.ask_pulled),
        }
    }
}

/// The book of one instrument.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BookView {
    /// The newest; `None` where the feed brings none.
    pub depth: Option<Arc<Depth>>,
    /// What was laid and taken away within the last five seconds of event time.
    pub flow: BookFlow,
    /// A book every fifteen seconds of event time over the last hour, newest last: for a heat map.
    pub history: VecDeque<Arc<Depth>>,
    /// The book as it was five seconds of event time before the newest one; `None` where it has
    /// not changed since. Where books come too fast to keep them all, a younger one.
    pub earlier: Option<Arc<Depth>>,
    /// Time of a change, what it was, and the book before it.
    changes: VecDeque<(Timestamp, BookFlow, Arc<Depth>)>,
}

impl BookView {
    /// Share of the bids in what rests on the best `levels` of both sides, 0 to 1.
    pub fn imbalance(&self, levels: usize) -> Option<f64> {
        let depth = self.depth.as_ref()?;
        let sum = |side: &[DepthLevel]| -> f64 {
            let sizes = side.iter().take(levels).map(|it| it.quantity.units());
            Price::from_units(sizes.fold(0, i64::saturating_add)).as_f64()
        };
        let (bids, asks) = (sum(&depth.bids), sum(&depth.asks));
        (bids + asks > 0.0).then(|| bids / (bids + asks))
    }

    /// Takes a book over; whether it is another than before.
    pub(super) fn take(&mut self, depth: &Arc<Depth>) -> bool {
        if let Some(known) = &self.depth {
            if Arc::ptr_eq(known, depth) || known == depth {
                return false;
            }
            let change = change(known, depth);
            self.flow = self.flow.sum(change, Qty::saturating_add);
            self.changes
                .push_back((depth.time, change, Arc::clone(known)));
        }
        while let Some((time, old, _)) = self.changes.front() {
            let is_over = depth.time.nanos_since(*time) >= FLOW_NANOS;
            if !is_over && self.changes.len() <= CHANGES_KEPT {
                break;
            }
            self.flow = self.flow.sum(*old, Qty::saturating_sub);
            self.changes.pop_front();
        }
        let front = self.changes.front();
        self.earlier = front.map(|(_, _, before)| Arc::clone(before));
        let is_due = self
            .history
            .back()
            .is_none_or(|newest| depth.time.nanos_since(newest.time) >= HISTORY_NANOS);
        if is_due {
            if self.history.len() >= HISTORY_KEPT {
                self.history.pop_front();
            }
            self.history.push_back(Arc::clone(depth));
        }
        self.depth = Some(Arc::clone(depth));
        true
    }
}

fn change(before: &Depth, after: &Depth) -> BookFlow {
    let of = |side| side_change(before.side(side), after.side(side), side);
    let (bid_stacked, bid_pulled) = of(Side::Buy);
    let (ask_stacked, ask_pulled) = of(Side::Sell);
    BookFlow {
        bid_stacked,
        bid_pulled,
        ask_stacked,
        ask_pulled,
    }
}

/// What was added and taken away where both books can see: a level that only came into sight was
/// not laid now.
fn side_change(before: &[DepthLevel], after: &[DepthLevel], side: Side) -> (Qty, Qty) {
    let (Some(deepest_before), Some(deepest_after)) = (before.last(), after.last()) else {
        return (Qty::ZERO, Qty::ZERO);
    };
    // The nearer to the market of the two last levels ends the view.
    let (before_end, after_end) = (deepest_before.price, deepest_after.price);
    let is_seen = |level: &&DepthLevel| match side {
        Side::Buy => level.price >= before_end.max(after_end),
        Side::Sell => level.price <= before_end.min(after_end),
    };
    let size_at = |levels: &[DepthLevel], price: Price| {
        levels
            .iter()
            .find(|level| level.price == price)
            .map_or(Qty::ZERO, |level| level.quantity)
    };
    let (mut stacked, mut pulled) = (Qty::ZERO, Qty::ZERO);
    for level in after.iter().filter(is_seen) {
        let more = level
            .quantity
            .saturating_sub(size_at(before, level.price))
            .max(Qty::ZERO);
        stacked = stacked.saturating_add(more);
    }
    for level in before.iter().filter(is_seen) {
        let less = level
            .quantity
            .saturating_sub(size_at(after, level.price))
            .max(Qty::ZERO);
        pulled = pulled.saturating_add(less);
    }
    (stacked, pulled)
}

/// Where a resting order stands in the queue of its price, as far as sizes tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueSpot {
    /// Most that can stand ahead of the order.
    pub ahead: Qty,
    /// What rests at the price in the newest book.
    pub level: Qty,
}

impl QueueSpot {
    /// The spot of an order that came last to its price.
    pub(super) fn join(depth: &Depth, side: Side, price: Price) -> Option<Self> {
        let level = depth.at(side, price)?;
        Some(Self {
            ahead: level,
            level,
        })
    }

    /// A newer book: no more can stand ahead than rests there at all.
    pub(super) fn see(&mut self, depth: &Depth, side: Side, price: Price) {
        if let Some(level) = depth.at(side, price) {
            self.level = level;
            self.ahead = self.ahead.min(level);
        }
    }

    /// A trade at the price, against its side: those ahead were served first.
    pub(super) fn pass(&mut self, print: &Print) {
        self.ahead = self.ahead.saturating_sub(print.quantity).max(Qty::ZERO);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(rows: &[(i64, i64)]) -> Vec<DepthLevel> {
        let level = |(price, quantity): &(i64, i64)| DepthLevel {
            price: Price::from_units(*price),
            quantity: Qty::from_units(*quantity),
        };
        rows.iter().map(level).collect()
    }

    fn book(millis: i64, bids: &[(i64, i64)], asks: &[(i64, i64)]) -> Arc<Depth> {
        Arc::new(Depth {
            bids: levels(bids),
            asks: levels(asks),
            time: Timestamp::from_millis(millis),
        })
    }

    #[test]
    fn pulls_and_stacks_count_where_both_books_can_see() {
        type Rows = &'static [(i64, i64)];
        // Bids before and after; stacked and pulled.
        let cases: &[(Rows, Rows, i64, i64)] = &[
            (&[(99, 5), (98, 5)], &[(99, 8), (98, 5)], 3, 0),
            (&[(99, 5), (98, 5)], &[(99, 5), (98, 1)], 0, 4),
            // A level in the middle vanished; the new last one only came into sight.
            (
                &[(99, 5), (98, 5), (97, 5)],
                &[(99, 5), (97, 5), (96, 9)],
                0,
                5,
            ),
            // The market rose: a new best bid was laid, the last fell out of sight.
            (&[(99, 5), (98, 5)], &[(100, 2), (99, 5)], 2, 0),
            (&[], &[(99, 5)], 0, 0),
        ];
        for (before, after, stacked, pulled) in cases {
            let found = side_change(&levels(before), &levels(after), Side::Buy);
            let expected = (Qty::from_units(*stacked), Qty::from_units(*pulled));
            assert_eq!(found, expected, "{before:?} to {after:?}");
        }
        let (before, after) = (levels(&[(101, 4), (102, 4)]), levels(&[(101, 1), (102, 6)]));
        let asks = side_change(&before, &after, Side::Sell);
        assert_eq!(asks, (Qty::from_units(2), Qty::from_units(3)));
    }

    #[test]
    fn the_flow_forgets_what_is_older_than_five_seconds() {
        let mut view = BookView::default();
        let asks: &[(i64, i64)] = &[(101, 5), (102, 5)];
        // Time of the book, size of the best bid; bids stacked and pulled; the size before.
        let cases = [
            (0, 5, 0, 0, None),
            (1_000, 8, 3, 0, Some(5)),
            (4_000, 6, 3, 2, Some(5)),
            (6_000, 7, 1, 2, Some(8)),
            (9_000, 7, 1, 0, Some(6)),
            (20_000, 7, 0, 0, Some(7)),
        ];
        for (millis, size, stacked, pulled, before) in cases {
            view.take(&book(millis, &[(99, size), (98, 5)], asks));
            let found = (view.flow.bid_stacked.units(), view.flow.bid_pulled.units());
            assert_eq!(found, (stacked, pulled), "{millis} ms");
            let earlier = view.earlier.as_ref().map(|it| it.bids[0].quantity.units());
            assert_eq!(earlier, before, "{millis} ms");
        }
        let times: Vec<i64> = view.history.iter().map(|it| it.time.millis()).collect();
        assert_eq!(times, [0, 20_000]);
        assert_eq!(view.imbalance(1), Some(7.0 / 12.0));
        let known = Arc::clone(view.depth.as_ref().unwrap());
        assert!(!view.take(&known));
    }

    #[test]
    fn the_rings_of_a_book_are_bounded() {
        let mut view = BookView::default();
        for index in 0..5_000 {
            view.take(&book(index, &[(99, 5 + index % 3)], &[(101, 5)]));
        }
        assert!(view.changes.len() <= CHANGES_KEPT);
        for index in 0..1_000 {
            view.take(&book(10_000 + index * 20_000, &[(99, 5)], &[(101, 5)]));
        }
        assert_eq!(view.history.len(), HISTORY_KEPT);
    }

    #[test]
    fn a_place_in_the_queue_only_gets_better() {
        let price = Price::from_units(99);
        let at = |size| book(0, &[(99, size)], &[(101, 5)]);
        let mut spot = QueueSpot::join(&at(50), Side::Buy, price).unwrap();
        let print = Print {
            time: Timestamp::ZERO,
            price,
            quantity: Qty::from_units(20),
            side: Some(Side::Sell),
            sequence_in_feed: 1,
        };
        spot.pass(&print);
        assert_eq!(spot.ahead.units(), 30);
        spot.see(&at(80), Side::Buy, price);
        assert_eq!((spot.ahead.units(), spot.level.units()), (30, 80));
        spot.see(&at(10), Side::Buy, price);
        assert_eq!(spot.ahead.units(), 10);
        spot.pass(&print);
        assert_eq!(spot.ahead.units(), 0);
        assert_eq!(
            QueueSpot::join(&at(50), Side::Buy, Price::from_units(98)),
            None
        );
    }
}
