//! Estimates how far a live feed's event time has come while it is silent.
//! Must not run for tapes and simulations: their event time is what their rows say.

use std::time::{Duration, Instant};

use crate::domain::{FeedId, Input, Timestamp};

/// How often a silent feed's clock is moved on.
const INTERVAL: Duration = Duration::from_millis(100);

/// The clocks of the live feeds.
#[derive(Debug)]
pub(super) struct FeedTimers {
    clocks: Vec<FeedClock>,
    next: Instant,
}

#[derive(Debug, Clone, Copy)]
struct FeedClock {
    is_live: bool,
    /// Newest event time and when it was read.
    newest: Option<(Timestamp, Instant)>,
    /// When anything was read last.
    last_input: Option<Instant>,
}

impl FeedTimers {
    /// Clocks for feeds, of which some are live.
    pub(super) fn new(is_live: &[bool], now: Instant) -> Self {
        let clocks = is_live
            .iter()
            .map(|&is_live| FeedClock {
                is_live,
                newest: None,
                last_input: None,
            })
            .collect();
        Self {
            clocks,
            next: now + INTERVAL,
        }
    }

    /// Notes that `feed` said `time` in something read at `received`.
    pub(super) fn observe(&mut self, feed: FeedId, time: Timestamp, received: Instant) {
        if let Some(clock) = self.clocks.get_mut(feed.index()) {
            clock.last_input = Some(received);
            // An event that took longer on its way than others must not set the clock back.
            if estimate(clock.newest, received).is_none_or(|estimate| time >= estimate) {
                clock.newest = Some((time, received));
            }
        }
    }

    /// Time inputs for the live feeds, when they are due.
    pub(super) fn due(&mut self, now: Instant) -> Vec<Input> {
        if now < self.next {
            return Vec::new();
        }
        self.next = now + INTERVAL;
        let clocks = (0_u16..)
            .zip(&self.clocks)
            .filter(|(_, clock)| clock.is_live);
        clocks
            .filter_map(|(feed, clock)| {
                let now = estimate(clock.newest, now)?;
                Some(Input::Time {
                    feed: FeedId(feed),
                    now,
                })
            })
            .collect()
    }

    /// Milliseconds since each feed's last input.
    pub(super) fn ages_ms(&self, now: Instant) -> Vec<Option<u64>> {
        self.clocks
            .iter()
            .map(|clock| {
                let age = now.saturating_duration_since(clock.last_input?);
                u64::try_from(age.as_millis()).ok()
            })
            .collect()
    }
}

fn estimate(newest: Option<(Timestamp, Instant)>, now: Instant) -> Option<Timestamp> {
    let (time, received) = newest?;
    let elapsed = now.saturating_duration_since(received).as_nanos();
    Some(time.plus_nanos(i64::try_from(elapsed).unwrap_or(i64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_live_feed_keeps_its_own_time() {
        let start = Instant::now();
        let mut timers = FeedTimers::new(&[true, false], start);
        assert!(
            timers.due(start + INTERVAL).is_empty(),
            "no time before the first tick"
        );
        let venue_time = Timestamp::from_seconds(1_000);
        timers.observe(FeedId(0), venue_time, start);
        timers.observe(FeedId(1), venue_time, start);
        let later = start + Duration::from_secs(2);
        let expected = Input::Time {
            feed: FeedId(0),
            now: Timestamp::from_seconds(1_002),
        };
        assert_eq!(timers.due(later), [expected]);
        assert!(timers.due(later).is_empty(), "not twice within an interval");
    }

    #[test]
    fn a_slow_message_does_not_set_the_clock_back() {
        let start = Instant::now();
        let mut timers = FeedTimers::new(&[true], start);
        timers.observe(FeedId(0), Timestamp::from_millis(1_000), start);
        let late = start + Duration::from_millis(500);
        timers.observe(FeedId(0), Timestamp::from_millis(1_100), late);
        let expected = Input::Time {
            feed: FeedId(0),
            now: Timestamp::from_millis(1_500),
        };
        assert_eq!(timers.due(late), [expected]);
    }
}
