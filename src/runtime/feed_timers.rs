//! Estimates how far a live feed's event time has come while it is silent.
//! Must not run for tapes and simulations: their event time is what their rows say.

use std::time::{Duration, Instant};

use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{FeedId, Input, Timestamp};

use super::vitals::FeedFacts;

/// How often a silent feed's clock is moved on.
const INTERVAL: Duration = Duration::from_millis(100);
/// Half of the time for which a message counts: what the fastest message of the last five to ten
/// seconds said is believed. All-time fastest was rejected: a clock that is set back, or a way that
/// grows longer, would leave the estimate ahead of every tick for good.
const HALF_WINDOW: Duration = Duration::from_secs(5);
/// Least time over which a rate of ticks is counted.
const RATE_WINDOW: Duration = Duration::from_secs(1);

/// The clocks of the live feeds.
#[derive(Debug)]
pub(super) struct FeedTimers {
    clocks: Vec<FeedClock>,
    start: Instant,
    next: Instant,
}

#[derive(Debug, Clone, Copy)]
struct FeedClock {
    is_live: bool,
    offset: Offset,
    /// When anything was read last.
    last_input: Option<Instant>,
    /// The latest event time in it.
    newest: Option<Timestamp>,
    ticks: u64,
    rate: Rate,
}

/// Ticks a second, counted anew about every second.
#[derive(Debug, Clone, Copy)]
struct Rate {
    since: Instant,
    ticks_then: u64,
    per_s: f64,
}

impl Rate {
    fn update(&mut self, ticks: u64, now: Instant) -> f64 {
        let passed = now.saturating_duration_since(self.since);
        if passed >= RATE_WINDOW {
            #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
            let came = (ticks - self.ticks_then) as f64;
            self.per_s = came / passed.as_secs_f64();
            self.since = now;
            self.ticks_then = ticks;
        }
        self.per_s
    }
}

/// Event time less the time since the desk's start at which it was read, in nanoseconds: greatest
/// for the message that came fastest.
#[derive(Debug, Clone, Copy, Default)]
struct Offset {
    newest: Option<i64>,
    before: Option<i64>,
    /// When `newest` began to be collected.
    since: Option<Instant>,
}

impl Offset {
    fn observe(&mut self, offset: i64, received: Instant) {
        let age = self
            .since
            .map(|since| received.saturating_duration_since(since));
        if age.is_none_or(|age| age >= HALF_WINDOW) {
            // What is older than the whole window counts no more, once there is something newer.
            let is_recent = age.is_some_and(|age| age < HALF_WINDOW * 2);
            self.before = self.newest.filter(|_| is_recent);
            self.newest = None;
            self.since = Some(received);
        }
        self.newest = self.newest.max(Some(offset));
    }

    fn fastest(self) -> Option<i64> {
        self.newest.max(self.before)
    }
}

impl FeedTimers {
    /// Clocks for feeds, of which some are live.
    pub(super) fn new(is_live: &[bool], now: Instant) -> Self {
        let clocks = is_live
            .iter()
            .map(|&is_live| FeedClock {
                is_live,
                offset: Offset::default(),
                last_input: None,
                newest: None,
                ticks: 0,
                rate: Rate {
                    since: now,
                    ticks_then: 0,
                    per_s: 0.0,
                },
            })
            .collect();
        Self {
            clocks,
            start: now,
            next: now + INTERVAL,
        }
    }

    /// Notes that `feed` said `time` in something read at `received`.
    pub(super) fn observe(&mut self, feed: FeedId, time: Timestamp, received: Instant) {
        if let Some(clock) = self.clocks.get_mut(feed.index()) {
            clock.last_input = Some(received);
            clock.newest = clock.newest.max(Some(time));
            let offset = time.nanos_since(Timestamp::ZERO.plus_nanos(nanos(self.start, received)));
            clock.offset.observe(offset, received);
        }
    }

    /// Whether any feed's time goes on by itself.
    pub(super) fn has_live(&self) -> bool {
        self.clocks.iter().any(|clock| clock.is_live)
    }

    /// Time inputs for the live feeds after a sleep, of which the clock of `now` has not `unseen`.
    pub(super) fn woken(&mut self, unseen: Duration, now: Instant) -> Vec<Input> {
        let unseen = i64::try_from(unseen.as_nanos()).unwrap_or(i64::MAX);
        for clock in &mut self.clocks {
            for offset in [&mut clock.offset.newest, &mut clock.offset.before] {
                *offset = offset.map(|offset| offset.saturating_add(unseen));
            }
        }
        self.next = now;
        self.due(now)
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
        let elapsed = nanos(self.start, now);
        clocks
            .filter_map(|(feed, clock)| {
                let offset = clock.offset.fastest()?;
                Some(Input::Time {
                    feed: FeedId(feed),
                    now: Timestamp::from_nanos(offset).plus_nanos(elapsed),
                })
            })
            .collect()
    }

    /// Milliseconds of event time since each feed's last input, when event time is `now`.
    pub(super) fn event_ages_ms(&self, now: Timestamp) -> Vec<Option<u64>> {
        self.clocks
            .iter()
            .map(|clock| {
                let age = now.nanos_since(clock.newest?).max(0) / NANOS_PER_MILLI;
                u64::try_from(age).ok()
            })
            .collect()
    }

    /// Counts ticks that came of `feed`.
    pub(super) fn count(&mut self, feed: FeedId, ticks: u64) {
        if let Some(clock) = self.clocks.get_mut(feed.index()) {
            clock.ticks = clock.ticks.saturating_add(ticks);
        }
    }

    /// How old each feed's last input is, and how much came of it.
    pub(super) fn facts(&mut self, now: Instant) -> Vec<FeedFacts> {
        self.clocks
            .iter_mut()
            .map(|clock| {
                let age = clock
                    .last_input
                    .map(|moment| now.saturating_duration_since(moment));
                FeedFacts {
                    age_ms: age.and_then(|age| u64::try_from(age.as_millis()).ok()),
                    ticks: clock.ticks,
                    ticks_per_s: clock.rate.update(clock.ticks, now),
                    ..FeedFacts::default()
                }
            })
            .collect()
    }
}

fn nanos(from: Instant, to: Instant) -> i64 {
    i64::try_from(to.saturating_duration_since(from).as_nanos()).unwrap_or(i64::MAX)
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

    #[test]
    fn the_clock_is_found_again_within_ten_seconds() {
        // What the first message claims in ms beyond the others, and by how much the others are
        // off the start from then on.
        let cases: &[(&str, i64, i64)] = &[
            ("one fast message", 800, 0),
            ("a venue's clock is set back", 0, -30_000),
            ("a far future", 3_000_000, 0),
            ("the way grows longer", 0, -400),
            ("nothing happens", 0, 0),
            ("a venue's clock is set forward", 0, 30_000),
        ];
        for (name, first, later) in cases {
            let start = Instant::now();
            let mut timers = FeedTimers::new(&[true], start);
            timers.observe(FeedId(0), Timestamp::from_millis(10_000_000 + first), start);
            for tenth in 1..=150_u32 {
                let received = start + Duration::from_millis(100) * tenth;
                let said = 10_000_000 + i64::from(tenth) * 100 + later;
                timers.observe(FeedId(0), Timestamp::from_millis(said), received);
                let due = timers.due(received);
                if tenth > 100 {
                    let expected = Input::Time {
                        feed: FeedId(0),
                        now: Timestamp::from_millis(said),
                    };
                    assert_eq!(due, [expected], "{name}, {tenth}");
                }
            }
        }
    }

    #[test]
    fn a_rate_is_counted_over_a_second_and_ages_at_once() {
        let start = Instant::now();
        let mut timers = FeedTimers::new(&[true, true], start);
        // Milliseconds from the start, ticks that came just before; ticks a second after it.
        let cases = [
            (500, 40, 0.0),
            (1_000, 60, 100.0),
            (1_500, 900, 100.0),
            (3_000, 100, 500.0),
            (4_000, 0, 0.0),
        ];
        let mut ticks = 0;
        for (millis, came, expected) in cases {
            let now = start + Duration::from_millis(millis);
            timers.count(FeedId(0), came);
            ticks += came;
            let facts = timers.facts(now);
            assert_eq!((facts[0].ticks, facts[0].ticks_per_s), (ticks, expected));
            assert_eq!(facts[1], FeedFacts::default());
        }
        timers.observe(FeedId(1), Timestamp::ZERO, start);
        let later = start + Duration::from_millis(7_250);
        assert_eq!(timers.facts(later)[1].age_ms, Some(7_250));
    }

    #[test]
    fn a_sleep_that_the_clock_has_not_seen_counts() {
        let start = Instant::now();
        let mut timers = FeedTimers::new(&[true, false], start);
        timers.observe(FeedId(0), Timestamp::from_seconds(1_000), start);
        let later = start + Duration::from_secs(1);
        let expected = Input::Time {
            feed: FeedId(0),
            now: Timestamp::from_seconds(1_601),
        };
        assert_eq!(timers.woken(Duration::from_secs(600), later), [expected]);
    }

    #[test]
    fn ages_by_event_time_stand_still_with_it() {
        let start = Instant::now();
        let mut timers = FeedTimers::new(&[false, false], start);
        timers.observe(FeedId(0), Timestamp::from_millis(10_500), start);
        let cases = [(10_000, 0), (10_500, 0), (12_750, 2_250)];
        for (now, age) in cases {
            let ages = timers.event_ages_ms(Timestamp::from_millis(now));
            assert_eq!(ages, [Some(age), None], "{now}");
        }
    }

    #[test]
    fn a_long_silence_does_not_stop_the_clock() {
        let start = Instant::now();
        let mut timers = FeedTimers::new(&[true], start);
        timers.observe(FeedId(0), Timestamp::from_seconds(1_000), start);
        let later = start + Duration::from_secs(3_600);
        let expected = Input::Time {
            feed: FeedId(0),
            now: Timestamp::from_seconds(4_600),
        };
        assert_eq!(timers.due(later), [expected]);
    }
}
