//! Turns event times into the moments at which they are due.
//! Must not sleep or read a clock: `outlet` does both.

use std::time::{Duration, Instant};

use super::spec::Speed;
use crate::domain::Timestamp;
use crate::domain::time::NANOS_PER_SECOND;

/// Silence in event time beyond which nobody wants to wait.
const GAP_NANOS: i64 = 60 * NANOS_PER_SECOND;
/// The longest wait for such a silence.
const GAP_WAIT: Duration = Duration::from_secs(1);

/// Keeps event time in step with a monotonic clock.
#[derive(Debug)]
pub(super) struct Pacer {
    speed: Speed,
    anchor: Option<Anchor>,
}

#[derive(Debug, Clone, Copy)]
struct Anchor {
    event: Timestamp,
    wall: Instant,
    newest: Timestamp,
}

/// When a tick is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Due {
    /// Whenever there is room.
    Now,
    /// At this moment.
    At(Instant),
    /// At this moment, which is sooner than the silence of so many nanoseconds before it demands.
    AfterGap(Instant, i64),
}

impl Pacer {
    /// Begins with the first event that it is asked of.
    pub(super) const fn new(speed: Speed) -> Self {
        Self {
            speed,
            anchor: None,
        }
    }

    /// When the tick of this event time is due; `now` counts for the first alone.
    pub(super) fn due(&mut self, event: Timestamp, now: Instant) -> Due {
        let Speed::Times(times) = self.speed else {
            return Due::Now;
        };
        let Some(anchor) = &mut self.anchor else {
            self.anchor = Some(Anchor {
                event,
                wall: now,
                newest: event,
            });
            return Due::At(now);
        };
        let gap = event.nanos_since(anchor.newest);
        if gap > GAP_NANOS && wall_time(gap, times) > GAP_WAIT {
            let before = anchor.moment(anchor.newest, times);
            let moment = before.checked_add(GAP_WAIT).unwrap_or(before);
            *anchor = Anchor {
                event,
                wall: moment,
                newest: event,
            };
            return Due::AfterGap(moment, gap);
        }
        anchor.newest = anchor.newest.max(event);
        Due::At(anchor.moment(event, times))
    }
}

impl Pacer {
    /// Begins where event time stands at `now`; with the first event where that is not known.
    pub(super) fn going_on(speed: Speed, event: Option<Timestamp>, now: Instant) -> Self {
        let anchor = event.map(|event| Anchor {
            event,
            wall: now,
            newest: event,
        });
        Self { speed, anchor }
    }

    /// Leaves out a stretch of wall time in which this machine slept or was held up: event time
    /// stood still with it, and is not made up for in a rush.
    pub(super) fn stand_still(&mut self, wall: Duration) {
        if let Some(anchor) = &mut self.anchor {
            anchor.wall = anchor.wall.checked_add(wall).unwrap_or(anchor.wall);
        }
    }

    /// How far event time has come at `now`, short of the newest tick that was asked of; `None`
    /// where nothing is paced.
    pub(super) fn event_time(&self, now: Instant) -> Option<Timestamp> {
        let (Speed::Times(times), Some(anchor)) = (self.speed, &self.anchor) else {
            return None;
        };
        let due = anchor.moment(anchor.newest, times);
        let left = due.saturating_duration_since(now).as_secs_f64() * times;
        let left = Duration::try_from_secs_f64(left)
            .unwrap_or(Duration::MAX)
            .as_nanos();
        let left = i64::try_from(left).unwrap_or(i64::MAX).max(1);
        Some(anchor.newest.plus_nanos(-left))
    }
}

impl Anchor {
    fn moment(&self, event: Timestamp, times: f64) -> Instant {
        self.wall
            .checked_add(wall_time(event.nanos_since(self.event), times))
            .unwrap_or(self.wall)
    }
}

/// Wall time of a stretch of event time; nothing for a stretch that runs back.
fn wall_time(nanos: i64, times: f64) -> Duration {
    let event = Duration::from_nanos(u64::try_from(nanos).unwrap_or(0));
    Duration::try_from_secs_f64(event.as_secs_f64() / times).unwrap_or(GAP_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_step_and_cuts_long_silence_short() {
        let zero = Instant::now();
        let at = |millis| Due::At(zero + Duration::from_millis(millis));
        let mut pacer = Pacer::new(Speed::Times(10.0));
        let second = Timestamp::from_seconds;
        assert_eq!(pacer.due(second(100), zero), at(0));
        assert_eq!(pacer.due(second(110), zero), at(1_000));
        assert_eq!(pacer.due(second(105), zero), at(500), "back in time");
        assert_eq!(pacer.due(second(90), zero), at(0), "before the first");
        assert_eq!(
            pacer.due(second(170), zero),
            at(7_000),
            "60 s are waited for"
        );
        let weekend = 2 * 86_400;
        assert_eq!(
            pacer.due(second(170 + weekend), zero),
            Due::AfterGap(
                zero + Duration::from_millis(8_000),
                weekend * NANOS_PER_SECOND
            )
        );
        assert_eq!(pacer.due(second(171 + weekend), zero), at(8_100));
        let shortly_before = pacer.event_time(zero + Duration::from_millis(8_050));
        assert_eq!(
            shortly_before,
            Some(Timestamp::from_millis((170 + weekend) * 1_000 + 500))
        );
        let after = pacer.event_time(zero + Duration::from_millis(9_000));
        assert_eq!(
            after,
            Some(second(171 + weekend).plus_nanos(-1)),
            "never past the tick"
        );
    }

    #[test]
    fn a_long_silence_that_is_short_at_this_speed_is_kept() {
        let zero = Instant::now();
        let mut pacer = Pacer::new(Speed::Times(1_000.0));
        pacer.due(Timestamp::from_seconds(0), zero);
        assert_eq!(
            pacer.due(Timestamp::from_seconds(600), zero),
            Due::At(zero + Duration::from_millis(600))
        );
    }

    #[test]
    fn goes_on_from_a_moment_and_leaves_out_what_it_slept() {
        let zero = Instant::now();
        let second = Timestamp::from_seconds;
        let mut pacer = Pacer::going_on(Speed::Times(2.0), Some(second(100)), zero);
        let at = |millis| Due::At(zero + Duration::from_millis(millis));
        assert_eq!(pacer.due(second(104), zero), at(2_000));
        pacer.stand_still(Duration::from_secs(600));
        assert_eq!(pacer.due(second(104), zero), at(602_000));
        assert_eq!(pacer.due(second(106), zero), at(603_000));
        let mut fresh = Pacer::going_on(Speed::Times(2.0), None, zero);
        assert_eq!(
            fresh.due(second(104), zero),
            at(0),
            "begins with its first event"
        );
    }

    #[test]
    fn full_speed_never_waits() {
        let mut pacer = Pacer::new(Speed::Max);
        assert_eq!(pacer.due(Timestamp::MAX, Instant::now()), Due::Now);
    }
}
