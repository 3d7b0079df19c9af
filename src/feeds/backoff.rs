//! How long to wait before a lost connection is tried again.
//! Must not sleep or read a clock: it only counts.

use std::time::Duration;

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};

const FIRST_S: u64 = 1;
const LONGEST: Duration = Duration::from_secs(30);
/// A connection that held this long was a good one.
const GOOD_AFTER: Duration = Duration::from_secs(60);

/// Delays of 1 s doubling to 30 s, each ±10 % so that many clients do not come back as one.
#[derive(Debug, Clone)]
pub struct Backoff {
    failures: u32,
    random: Xoshiro256PlusPlus,
}

impl Backoff {
    /// Starts at one second, with jitter from `seed`.
    pub fn new(seed: u64) -> Self {
        Self {
            failures: 0,
            random: Xoshiro256PlusPlus::seed_from_u64(seed),
        }
    }

    /// The delay after a connection that was up for `up`, zero where it never came up.
    pub fn next_delay(&mut self, up: Duration) -> Duration {
        if up >= GOOD_AFTER {
            self.failures = 0;
        }
        let base = Duration::from_secs(FIRST_S << self.failures.min(5)).min(LONGEST);
        self.failures = self.failures.saturating_add(1);
        // 900 to 1100 thousandths.
        let thousandths = 900 + u32::try_from(self.random.next_u64() % 201).unwrap_or(100);
        (base * thousandths / 1_000).min(LONGEST)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(delay: Duration, seconds: f64) -> bool {
        (delay.as_secs_f64() / seconds - 1.0).abs() <= 0.1 + 1e-9
    }

    #[test]
    fn doubles_to_thirty_seconds_and_starts_over_after_a_good_minute() {
        let mut backoff = Backoff::new(7);
        for expected in [1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0] {
            let delay = backoff.next_delay(Duration::ZERO);
            assert!(around(delay, expected), "{delay:?} for {expected} s");
            assert!(delay <= LONGEST);
        }
        assert!(around(backoff.next_delay(Duration::from_secs(59)), 30.0));
        assert!(around(backoff.next_delay(Duration::from_secs(60)), 1.0));
        assert!(around(backoff.next_delay(Duration::ZERO), 2.0));
    }

    #[test]
    fn jitter_differs_by_seed_and_repeats_with_it() {
        let first = |seed| Backoff::new(seed).next_delay(Duration::ZERO);
        assert_eq!(first(1), first(1));
        assert!((2..20).any(|seed| first(seed) != first(1)));
    }
}
