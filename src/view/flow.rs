//! Who was the aggressor: bought less sold volume of each bar, from the prints that were seen.
//! Must not guess: a bar with a print that was missed or has no side has no delta.

use std::collections::VecDeque;

use crate::domain::{Print, Qty, Timestamp};

/// Buckets that are kept while their bars may still come or their prints still be under way.
const BUCKETS_KEPT: usize = 4;

/// Deltas of the newest buckets of one timeframe.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Flow {
    buckets: VecDeque<Bucket>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Bucket {
    start: Timestamp,
    delta: Qty,
    is_whole: bool,
}

impl Flow {
    /// Adds a print to the bucket that starts at `start`; the bucket's delta after it.
    pub(super) fn take(&mut self, start: Timestamp, print: &Print, has_gap: bool) -> Option<Qty> {
        if has_gap && let Some(newest) = self.buckets.back_mut() {
            // What is missing may have ended it.
            newest.is_whole = false;
        }
        let is_newer = self.buckets.back().is_none_or(|it| it.start < start);
        if is_newer {
            // The very first trade of a run begins its bar; any other may have come in its middle.
            let is_first = self.buckets.is_empty();
            self.buckets.push_back(Bucket {
                start,
                delta: Qty::ZERO,
                is_whole: !has_gap && (!is_first || print.sequence_in_feed == 1),
            });
            if self.buckets.len() > BUCKETS_KEPT {
                self.buckets.pop_front();
            }
        }
        let bucket = self.buckets.iter_mut().rev().find(|it| it.start == start)?;
        bucket.is_whole &= print.side.is_some() && !has_gap;
        bucket.delta = bucket.delta.saturating_add(print.signed());
        bucket.value()
    }

    /// The delta of the bucket that starts at `start`, where it is known.
    pub(super) fn delta(&self, start: Timestamp) -> Option<Qty> {
        let bucket = self.buckets.iter().rev().find(|it| it.start == start)?;
        bucket.value()
    }
}

impl Bucket {
    fn value(&self) -> Option<Qty> {
        self.is_whole.then_some(self.delta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Price, Side};

    #[test]
    fn a_bar_has_a_delta_where_all_of_its_prints_are_known() {
        use Side::{Buy, Sell};
        // Minute of the print, its side, whether some before it are missing; the minute's delta.
        let cases = [
            (1, Some(Buy), false, Some(3)),
            (1, Some(Sell), false, Some(0)),
            (2, Some(Sell), false, Some(-3)),
            // A late one still lands in its own minute.
            (1, Some(Buy), false, Some(3)),
            (3, Some(Buy), true, None),
            (3, Some(Buy), false, None),
            (4, Some(Buy), false, Some(3)),
            (4, None, false, None),
            (5, Some(Sell), false, Some(-3)),
        ];
        let minute = |number: i64| Timestamp::from_seconds(number * 60);
        let mut flow = Flow::default();
        for (sequence, (number, side, has_gap, expected)) in (1..).zip(cases) {
            let print = Print {
                time: minute(number),
                price: Price::from_units(1),
                quantity: Qty::from_units(3),
                side,
                sequence_in_feed: sequence,
            };
            let delta = flow.take(minute(number), &print, has_gap);
            assert_eq!(delta.map(Qty::units), expected, "print {sequence}");
        }
        assert_eq!(flow.delta(minute(2)), None, "the gap came within it");
        assert_eq!(flow.delta(minute(5)).map(Qty::units), Some(-3));
        assert_eq!(flow.delta(minute(1)), None, "too old to be kept");
    }

    #[test]
    fn a_screen_that_opens_in_the_middle_of_a_bar_does_not_know_its_delta() {
        let mut flow = Flow::default();
        let print = Print {
            time: Timestamp::ZERO,
            price: Price::from_units(1),
            quantity: Qty::from_units(3),
            side: Some(Side::Buy),
            sequence_in_feed: 40,
        };
        assert_eq!(flow.take(Timestamp::ZERO, &print, false), None);
        let next = Timestamp::from_seconds(60);
        assert_eq!(flow.take(next, &print, false).map(Qty::units), Some(3));
    }
}
