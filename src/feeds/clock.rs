//! The wall clock, for ticks whose source gives no time of its own, and against wild times.
//! Must not replace a time that a source gives: event time drives all logic.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;
use crate::domain::time::NANOS_PER_SECOND;

/// How far ahead of this machine's clock the time of a live tick may be.
const AHEAD_NANOS_MAX: i64 = 3_600 * NANOS_PER_SECOND;

/// The wall clock's time now.
pub(super) fn wall_now() -> Timestamp {
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or_default();
    Timestamp::from_nanos(nanos)
}

/// Refuses times of a live feed that lie far ahead: the engine's clock never goes back, so a single
/// one would make every later tick come too late.
#[derive(Debug, Clone, Copy)]
pub(super) struct FutureGuard {
    newest: Timestamp,
}

impl FutureGuard {
    /// A guard that has seen nothing.
    pub(super) const fn new() -> Self {
        Self {
            newest: Timestamp::MIN,
        }
    }

    /// Whether `time` is good when the wall clock says `now`. A server that walks faster than the
    /// clock goes ahead of it little by little, which is no jump.
    pub(super) fn admits(&mut self, time: Timestamp, now: Timestamp) -> bool {
        let is_good = time.nanos_since(self.newest.max(now)) <= AHEAD_NANOS_MAX;
        if is_good {
            self.newest = self.newest.max(time);
        }
        is_good
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_wild_time_is_refused_and_poisons_nothing() {
        // Minutes by the wall clock and of the tick.
        let cases: &[(i64, i64, bool)] = &[
            (600, 590, true),
            (600, 660, true),
            (600, 721, false),
            (600, 1_000_000, false),
            (601, 601, true),
            (602, 720, true),
            (603, 779, true),
            (604, 840, false),
            (605, 30, true),
            (900, 960, true),
        ];
        let minutes = |minutes: i64| Timestamp::from_seconds(minutes * 60);
        let mut guard = FutureGuard::new();
        for (now, time, expected) in cases {
            let admitted = guard.admits(minutes(*time), minutes(*now));
            assert_eq!(admitted, *expected, "{time} at {now}");
        }
    }
}
