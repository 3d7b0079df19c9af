//! The random walk of the simulated exchange, and the script that can be laid over it.
//! Must not know of time, instruments or queues: benches and the tick server use it bare.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

use crate::domain::InstrumentKey;
use crate::domain::time::NANOS_PER_SECOND;

/// Parts of a price unit that the walk keeps; a step of a cheap instrument is less than a unit.
const FRACTION_BITS: u32 = 16;
/// Starts above this have steps of many units and need no fraction, which would not fit.
const FRACTION_START_MAX: i64 = 1 << 46;
/// No walk starts above this; it stays within 5 % of its start.
const START_MAX: i64 = 1 << 62;
/// ±0.005 % is one part in 20 000.
const STEP_PARTS: i64 = 20_000;
/// 0.1 % is one part in 1 000.
const PULL_PARTS: i64 = 1_000;

/// A walk of prices in units and sizes from 1 to 100, the same for the same seed anywhere.
///
/// Each step is uniform within ±0.005 % of the price, and 0.1 % of the distance from the start
/// pulls back. The first price is the start itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Walk {
    random: Xoshiro256PlusPlus,
    start: i64,
    price: i64,
    bits: u32,
}

impl Walk {
    /// A walk of its own for each instrument number, from `start_units` on, which is held to
    /// 1 and above.
    pub fn new(seed: u64, instrument: u64, start_units: i64) -> Self {
        let start_units = start_units.clamp(1, START_MAX);
        let bits = if start_units <= FRACTION_START_MAX {
            FRACTION_BITS
        } else {
            0
        };
        Self {
            random: Xoshiro256PlusPlus::seed_from_u64(seed ^ scatter(instrument)),
            start: start_units << bits,
            price: start_units << bits,
            bits,
        }
    }

    /// Goes on from `units`, with numbers that `salt` chooses: an earlier run's market does not
    /// begin anew, nor repeat itself.
    #[must_use]
    pub fn going_on(mut self, units: i64, salt: u64) -> Self {
        self.price = units.clamp(1, START_MAX) << self.bits;
        let seed = self.random.next_u64() ^ scatter(salt);
        self.random = Xoshiro256PlusPlus::seed_from_u64(seed);
        self
    }

    /// The number of an instrument's stream: it comes from the name, so that no other instrument
    /// of a run has a part in it.
    pub fn stream(key: &InstrumentKey) -> u64 {
        // FNV-1a, 64 bits.
        let fold = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        key.exchange()
            .bytes()
            .chain([b':'])
            .chain(key.token().bytes())
            .fold(0xcbf2_9ce4_8422_2325, fold)
    }

    /// The next price in units and size from 1 to 100; the walk has no end.
    #[allow(
        clippy::should_implement_trait,
        reason = "an iterator would have to say that it may end"
    )]
    #[inline]
    pub fn next(&mut self) -> (i64, i64) {
        let half = if self.bits == 0 {
            0
        } else {
            1 << (self.bits - 1)
        };
        let units = (self.price + half) >> self.bits;
        let random = self.random.next_u64();
        let [high, low] = [random >> 32, random & 0xffff_ffff];
        let quantity = i64::try_from((low * 100) >> 32).unwrap_or(0) + 1;
        // From -2^31 to 2^31 - 1, as a share of the largest step.
        let share = i64::try_from(high).unwrap_or(0) - (1 << 31);
        let step = (i128::from(self.price / STEP_PARTS) * i128::from(share)) >> 31;
        let pull = (self.start - self.price) / PULL_PARTS;
        self.price += i64::try_from(step).unwrap_or(0) + pull;
        (units, quantity)
    }
}

/// Spreads neighbouring numbers over all bits (the finaliser of MurmurHash3).
pub(super) const fn scatter(number: u64) -> u64 {
    let mut mixed = number;
    mixed ^= mixed >> 33;
    mixed = mixed.wrapping_mul(0xff51_afd7_ed55_8ccd);
    mixed ^= mixed >> 33;
    mixed = mixed.wrapping_mul(0xc4ce_b9fe_1a85_ec53);
    mixed ^ (mixed >> 33)
}

/// The script: 25 minutes flat, then +200, -400 and +300 rupees of a price of 25 660, in five
/// minutes each; other prices move by the same share.
pub struct Script;

impl Script {
    /// Event time of the whole script.
    pub const LENGTH_NANOS: i64 = 40 * MINUTE;

    /// What the script adds to a walk that started at `start_units`, `elapsed` into it.
    pub fn offset(start_units: i64, elapsed: i64) -> i64 {
        const KNOTS: [(i64, i64); 4] = [(25, 0), (30, 20_000), (35, -20_000), (40, 10_000)];
        let [(mut time, mut paise), ..] = KNOTS;
        for (minute, target) in KNOTS {
            if elapsed < minute * MINUTE {
                let span = minute * MINUTE - time;
                let done = (elapsed - time).max(0);
                let moved = i128::from(target - paise) * i128::from(done) / i128::from(span.max(1));
                paise += i64::try_from(moved).unwrap_or(0);
                break;
            }
            (time, paise) = (minute * MINUTE, target);
        }
        let scaled = i128::from(start_units) * i128::from(paise) / i128::from(super::NIFTY_START);
        i64::try_from(scaled).unwrap_or(0)
    }
}

const MINUTE: i64 = 60 * NANOS_PER_SECOND;

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn begins_at_its_start_and_repeats_with_its_seed() {
        let take = |seed, instrument| {
            let mut walk = Walk::new(seed, instrument, 2_566_000);
            (0..1_000).map(|_| walk.next()).collect::<Vec<_>>()
        };
        let first = take(42, 0);
        assert_eq!(first[0].0, 2_566_000);
        assert_eq!(take(42, 0), first);
        assert_ne!(take(43, 0), first);
        assert_ne!(take(42, 1), first);
        assert!(first.iter().any(|(_, quantity)| *quantity > 90));
        assert!(first.iter().any(|(_, quantity)| *quantity < 10));
    }

    #[test]
    fn a_step_is_within_its_bound_and_uses_it() {
        let mut walk = Walk::new(1, 0, 2_566_000_000);
        let mut before = walk.next().0;
        let mut largest = 0.0_f64;
        for _ in 0..100_000 {
            let (price, _) = walk.next();
            let step = (price - before) as f64 / before as f64;
            let pull = (2_566_000_000 - before) as f64 / before as f64 * 0.001;
            largest = largest.max((step - pull).abs());
            before = price;
        }
        assert!((0.000_049..=0.000_050_1).contains(&largest), "{largest}");
    }

    #[test]
    fn the_script_in_rupees() {
        let at = |minutes: f64| {
            Script::offset(super::super::NIFTY_START, (minutes * MINUTE as f64) as i64)
        };
        assert_eq!(at(0.0), 0);
        assert_eq!(at(24.9), 0);
        assert_eq!(at(27.5), 10_000);
        assert_eq!(at(30.0), 20_000);
        assert_eq!(at(32.5), 0);
        assert_eq!(at(35.0), -20_000);
        assert_eq!(at(37.5), -5_000);
        assert_eq!(at(40.0), 10_000);
        assert_eq!(at(500.0), 10_000);
        assert_eq!(Script::offset(256_600, 30 * MINUTE), 2_000);
    }

    proptest! {
        #[test]
        fn any_start_stays_near_and_above_zero(seed: u64, instrument: u64, start: i64) {
            let mut walk = Walk::new(seed, instrument, start);
            let start = start.clamp(1, START_MAX);
            for _ in 0..200 {
                let (price, quantity) = walk.next();
                prop_assert!(price >= 1);
                prop_assert!((price - start).abs() <= start / 10 + 1);
                prop_assert!((1..=100).contains(&quantity));
            }
        }
    }
}
