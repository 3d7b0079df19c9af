//! The book of a simulated instrument: twenty levels a side around its quote.
//! Must not draw from the walk's generator: whoever looks at a book must not change the ticks.

use std::collections::BTreeMap;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use super::super::spec::Speed;
use super::walk::scatter;
use crate::domain::time::{NANOS_PER_MILLI, NANOS_PER_SECOND};
use crate::domain::{Depth, DepthLevel, Price, Qty, Timestamp};

/// Levels of one side.
const LEVELS: usize = 20;
/// Least event time between two books.
const INTERVAL_NANOS: i64 = 100 * NANOS_PER_MILLI;
/// The same where event time runs as fast as it can: more would only cost.
const INTERVAL_AT_MAX_NANOS: i64 = NANOS_PER_SECOND;
/// Keeps the generator apart from the walk's, which starts from the same seed and name.
const SALT: u64 = 0xB00C;
/// A size never grows beyond this many.
const SIZE_MAX: i64 = 5_000;

/// Sizes that rest at fixed prices and change little by little, so that a wall is still there when
/// the quote has moved on.
#[derive(Debug, Clone)]
pub(super) struct Book {
    random: Xoshiro256PlusPlus,
    /// Price units between two levels: about one basis point.
    step: i64,
    interval: i64,
    due: Timestamp,
    bids: BTreeMap<i64, i64>,
    asks: BTreeMap<i64, i64>,
}

impl Book {
    /// A book for the instrument of this stream, which starts at `start_units`.
    pub(super) fn new(
        seed: u64,
        stream: u64,
        start_units: i64,
        tick_size: i64,
        speed: Speed,
    ) -> Self {
        let interval = match speed {
            Speed::Max => INTERVAL_AT_MAX_NANOS,
            // No more books a second than a screen can draw.
            Speed::Times(times) => faster(INTERVAL_NANOS, times),
        };
        Self {
            random: Xoshiro256PlusPlus::seed_from_u64(seed ^ scatter(stream ^ SALT)),
            step: nice(start_units / 10_000 / tick_size) * tick_size,
            interval,
            due: Timestamp::MIN,
            bids: BTreeMap::new(),
            asks: BTreeMap::new(),
        }
    }

    /// Whether the next book's time has come; it is then the one after it that is waited for.
    pub(super) fn is_due(&mut self, now: Timestamp) -> bool {
        let is_due = now >= self.due;
        if is_due {
            self.due = now.plus_nanos(self.interval);
        }
        is_due
    }

    /// The book around a best bid and ask, each a price in units and a size; sizes count in
    /// `unit`.
    pub(super) fn around(
        &mut self,
        bid: (i64, i64),
        ask: (i64, i64),
        unit: i64,
        time: Timestamp,
    ) -> Depth {
        let below = bid.0.saturating_sub(1).div_euclid(self.step);
        let above = ask.0.div_euclid(self.step) + 1;
        let deeper = |first: i64, way: i64| {
            (1_i64..)
                .take(LEVELS - 1)
                .map(move |depth| (depth, first.saturating_add((depth - 1) * way)))
        };
        let bids = Self::side(&mut self.bids, &mut self.random, deeper(below, -1));
        let asks = Self::side(&mut self.asks, &mut self.random, deeper(above, 1));
        let level = |price: i64, size: i64| DepthLevel {
            price: Price::from_units(price),
            quantity: Qty::from_units(size.saturating_mul(unit)),
        };
        let side = |best: (i64, i64), rest: Vec<(i64, i64)>| {
            let rest = rest
                .into_iter()
                .map(|(step, size)| level(step.saturating_mul(self.step), size));
            std::iter::once(level(best.0, best.1)).chain(rest).collect()
        };
        Depth {
            bids: side(bid, bids),
            asks: side(ask, asks),
            time,
        }
    }

    /// Lets the sizes at these places drift, draws those that are new and forgets the others.
    fn side(
        known: &mut BTreeMap<i64, i64>,
        random: &mut Xoshiro256PlusPlus,
        places: impl Iterator<Item = (i64, i64)>,
    ) -> Vec<(i64, i64)> {
        let mut sizes = Vec::with_capacity(LEVELS);
        for (depth, step) in places.filter(|(_, step)| *step > 0) {
            let draw = random.next_u64();
            let size = match known.get(&step) {
                // One level in sixteen is taken away and laid anew.
                Some(size) if !draw.is_multiple_of(16) => drift(*size, draw >> 4),
                _ => fresh(depth, step, draw >> 4),
            };
            sizes.push((step, size));
        }
        known.clear();
        known.extend(sizes.iter().copied());
        sizes
    }
}

/// Up or down by at most a tenth.
fn drift(size: i64, draw: u64) -> i64 {
    let thousandths = i64::try_from(draw % 201).unwrap_or(100) - 100;
    // Small sizes would not move at all without the rest.
    let change = (size * thousandths + thousandths.signum() * 999) / 1_000;
    (size + change).clamp(1, SIZE_MAX)
}

/// A new size: larger further out, and three times as large at round prices.
fn fresh(depth: i64, step: i64, draw: u64) -> i64 {
    let drawn = i64::try_from(draw % 91).unwrap_or(0) + 10;
    let wall = if step % 10 == 0 { 3 } else { 1 };
    drawn * (4 + depth) / 4 * wall
}

/// The largest of 1, 2, 5, 10, 20, … that is no more than `count`, and at least 1.
fn nice(count: i64) -> i64 {
    let mut power = 1_i64;
    while count / 10 >= power {
        power *= 10;
    }
    let leading = match count / power {
        0 | 1 => 1,
        2..=4 => 2,
        _ => 5,
    };
    leading * power
}

fn faster(nanos: i64, times: f64) -> i64 {
    #[allow(
        clippy::cast_possible_truncation,
        reason = "bounded just before, and a fraction says nothing here"
    )]
    let whole = times.clamp(1.0, 1_000_000.0) as i64;
    nanos.saturating_mul(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn books(seed: u64, count: i64) -> Vec<Depth> {
        let mut book = Book::new(seed, 7, 18_450, 1, Speed::LIVE);
        (0..count)
            .map(|index| {
                let bid = 18_449 + index % 5;
                let time = Timestamp::from_millis(index * 100);
                book.around((bid, 12), (bid + 1, 30), 1, time)
            })
            .collect()
    }

    #[test]
    fn every_book_is_sound_begins_at_the_quote_and_repeats_with_its_seed() {
        let first = books(42, 500);
        for (book, index) in first.iter().zip(0_i64..) {
            assert!(book.is_sound(), "{book:?}");
            assert_eq!((book.bids.len(), book.asks.len()), (LEVELS, LEVELS));
            let best = Price::from_units(18_449 + index % 5);
            assert_eq!(book.bids[0].price, best);
            assert_eq!(book.bids[0].quantity, Qty::from_units(12));
        }
        assert_eq!(books(42, 500), first);
        assert_ne!(books(43, 500), first);
    }

    #[test]
    fn a_level_keeps_most_of_its_size_from_one_book_to_the_next() {
        let books = books(42, 500);
        let (mut kept, mut seen) = (0, 0);
        for pair in books.windows(2) {
            for level in &pair[0].asks[1..] {
                let Some(later) = pair[1].asks.iter().find(|it| it.price == level.price) else {
                    continue;
                };
                let change = (later.quantity.units() - level.quantity.units()).abs();
                seen += 1;
                kept += i32::from(change * 9 <= level.quantity.units() + 9);
            }
        }
        assert!(seen > 5_000 && kept * 10 > seen * 9, "{kept} of {seen}");
    }

    #[test]
    fn a_cheap_instrument_has_no_level_at_or_below_zero() {
        let mut book = Book::new(1, 7, 3, 1, Speed::Max);
        let depth = book.around((2, 5), (3, 5), 100, Timestamp::ZERO);
        assert!(depth.is_sound(), "{depth:?}");
        assert_eq!(depth.bids.len(), 2);
    }

    #[test]
    fn at_most_ten_a_second_of_event_time_and_fewer_when_it_runs() {
        let cases = [
            (Speed::LIVE, 10),
            (Speed::Times(0.5), 10),
            (Speed::Times(5.0), 2),
            (Speed::Max, 1),
        ];
        for (speed, expected) in cases {
            let mut book = Book::new(1, 7, 18_450, 1, speed);
            let due = (0..1_000)
                .filter(|millis| book.is_due(Timestamp::from_millis(*millis)))
                .count();
            assert_eq!(due, expected, "{speed}");
        }
        let steps: Vec<i64> = [0, 1, 2, 4, 5, 9, 10, 19, 20, 256, 6_000]
            .map(nice)
            .to_vec();
        assert_eq!(steps, [1, 1, 2, 2, 5, 5, 10, 10, 20, 200, 5_000]);
    }
}
