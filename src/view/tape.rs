//! Time and sales of one instrument, and how much was traded at each price of the session.
//! Must not hide a print that was missed: it is counted.

use std::collections::{BTreeMap, VecDeque};

use crate::domain::{PRINTS_KEPT, Price, Print, Qty, Side, Timestamp};

/// Prices at which the traded volume is kept at most.
pub const PRICES_KEPT: usize = 4_096;

/// The newest prints.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TapeView {
    /// Newest last, at most [`PRINTS_KEPT`].
    pub prints: VecDeque<Print>,
    /// Prints that came too fast to be carried here.
    pub missed: u64,
    newest: u64,
}

impl TapeView {
    /// Adds a print; whether some before it were missed, or it is not new.
    pub(super) fn take(&mut self, print: &Print) -> Taken {
        if print.sequence_in_feed <= self.newest {
            return Taken::Known;
        }
        let gap = print.sequence_in_feed - self.newest - 1;
        self.missed += gap;
        self.newest = print.sequence_in_feed;
        if self.prints.len() >= PRINTS_KEPT {
            self.prints.pop_front();
        }
        self.prints.push_back(*print);
        if gap == 0 {
            Taken::Next
        } else {
            Taken::AfterGap
        }
    }
}

/// What a print is to those before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Taken {
    /// It was there already.
    Known,
    /// The one that follows.
    Next,
    /// Some before it are missing.
    AfterGap,
}

/// Traded volume of one price.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TradedAt {
    /// By buyers that took.
    pub bought: Qty,
    /// By sellers that took.
    pub sold: Qty,
    /// By nobody knows whom.
    pub unknown: Qty,
}

impl TradedAt {
    /// All of it.
    pub const fn total(&self) -> Qty {
        self.bought
            .saturating_add(self.sold)
            .saturating_add(self.unknown)
    }

    fn add(&mut self, print: &Print) {
        let place = match print.side {
            Some(Side::Buy) => &mut self.bought,
            Some(Side::Sell) => &mut self.sold,
            None => &mut self.unknown,
        };
        *place = place.saturating_add(print.quantity);
    }
}

/// Traded volume of the session by price, as far as its prints were seen here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TradedView {
    /// Start of the session.
    pub session_start: Option<Timestamp>,
    /// By price, at most [`PRICES_KEPT`].
    pub levels: BTreeMap<Price, TradedAt>,
    /// At prices too far away to be kept.
    pub elsewhere: Qty,
    /// Prints of the session that were missed; what they traded is in nothing here.
    pub missed_some: bool,
}

impl TradedView {
    pub(super) fn take(&mut self, session_start: Timestamp, print: &Print, has_gap: bool) {
        if self.session_start != Some(session_start) {
            *self = Self {
                session_start: Some(session_start),
                ..Self::default()
            };
        }
        self.missed_some |= has_gap;
        self.levels.entry(print.price).or_default().add(print);
        if self.levels.len() <= PRICES_KEPT {
            return;
        }
        let distance = |price: Option<(&Price, _)>| {
            price.map_or(0, |(it, _): (&Price, &TradedAt)| {
                it.units().abs_diff(print.price.units())
            })
        };
        let (first, last) = (
            distance(self.levels.first_key_value()),
            distance(self.levels.last_key_value()),
        );
        let far = if first > last {
            self.levels.pop_first()
        } else {
            self.levels.pop_last()
        };
        if let Some((_, traded)) = far {
            self.elsewhere = self.elsewhere.saturating_add(traded.total());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn print(sequence: u64, price: i64, side: Option<Side>) -> Print {
        Print {
            time: Timestamp::ZERO,
            price: Price::from_units(price),
            quantity: Qty::from_units(2),
            side,
            sequence_in_feed: sequence,
        }
    }

    #[test]
    fn the_tape_counts_what_it_missed_and_takes_nothing_twice() {
        // Number of the print; what it is, and how many are missed after it.
        let cases = [
            (3, Taken::AfterGap, 2),
            (4, Taken::Next, 2),
            (4, Taken::Known, 2),
            (2, Taken::Known, 2),
            (9, Taken::AfterGap, 6),
        ];
        let mut tape = TapeView::default();
        for (sequence, expected, missed) in cases {
            assert_eq!(tape.take(&print(sequence, 1, None)), expected, "{sequence}");
            assert_eq!(tape.missed, missed);
        }
        for sequence in 10..2_000 {
            tape.take(&print(sequence, 1, None));
        }
        assert_eq!(tape.prints.len(), PRINTS_KEPT);
    }

    #[test]
    fn volume_by_price_is_by_side_and_bounded() {
        let mut traded = TradedView::default();
        let session = Timestamp::ZERO;
        for (price, side) in [
            (10, Some(Side::Buy)),
            (10, Some(Side::Sell)),
            (10, Some(Side::Buy)),
            (11, None),
        ] {
            traded.take(session, &print(0, price, side), false);
        }
        let ten = traded.levels[&Price::from_units(10)];
        assert_eq!((ten.bought.units(), ten.sold.units()), (4, 2));
        assert_eq!(traded.levels[&Price::from_units(11)].unknown.units(), 2);
        for price in 12..6_000 {
            traded.take(session, &print(0, price, None), false);
        }
        assert_eq!(traded.levels.len(), PRICES_KEPT);
        let kept: i64 = traded.levels.values().map(|it| it.total().units()).sum();
        assert_eq!(kept + traded.elsewhere.units(), 8 + 2 * 5_988);
        traded.take(Timestamp::from_seconds(86_400), &print(0, 5, None), true);
        assert_eq!((traded.levels.len(), traded.missed_some), (1, true));
    }
}
