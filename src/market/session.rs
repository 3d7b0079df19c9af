//! The session calendar: which trading day a moment lies in and where its buckets count from.
//! Must not know holidays of its own; they come with the instrument.

use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use thiserror::Error;

use crate::domain::time::NANOS_PER_DAY;
use crate::domain::{Session, Timeframe, Timestamp};

/// A session that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SessionError {
    /// No such time zone.
    #[error("time zone `{name}` is unknown: use an IANA name such as Asia/Kolkata")]
    UnknownTimeZone {
        /// What was given.
        name: String,
    },
    /// Open and close do not make a session within one day.
    #[error(
        "a session from {open_s} s to {close_s} s after midnight is none: open before close, both within one day"
    )]
    NotWithinDay {
        /// Open, seconds after midnight.
        open_s: u32,
        /// Close, seconds after midnight.
        close_s: u32,
    },
}

/// A stretch of time over which buckets count from one anchor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segment {
    /// First moment.
    pub start: Timestamp,
    /// First moment after it.
    pub end: Timestamp,
    /// Intraday buckets count from here, in both directions.
    pub anchor: Timestamp,
    /// Start of the trading day: the session's open, or UTC midnight around the clock.
    pub day_start: Timestamp,
    /// End of the trading day's daily bar.
    pub day_end: Timestamp,
    /// Whether an intraday bucket ends with the segment at the latest.
    cuts_buckets: bool,
}

impl Segment {
    /// Start and end of the bucket of `timeframe` that holds `time`, a moment of this segment.
    pub fn bucket(&self, timeframe: Timeframe, time: Timestamp) -> (Timestamp, Timestamp) {
        if timeframe == Timeframe::DAY {
            return (self.day_start, self.day_end);
        }
        let offset = time.nanos_since(self.anchor).rem_euclid(timeframe.nanos());
        let start = time.plus_nanos(-offset);
        let end = start.plus_nanos(timeframe.nanos());
        if self.cuts_buckets {
            (start.max(self.start), end.min(self.end))
        } else {
            (start, end)
        }
    }
}

/// The calendar of one instrument; remembers the segment that was last asked for.
#[derive(Debug, Clone)]
pub struct SessionCalendar {
    rule: Rule,
    current: Segment,
}

#[derive(Debug, Clone)]
enum Rule {
    Continuous,
    Daily {
        time_zone: TimeZone,
        open_s: u32,
        close_s: u32,
    },
}

impl SessionCalendar {
    /// The calendar of a session.
    ///
    /// # Errors
    /// When the time zone is unknown or the times make no session within one day.
    pub fn new(session: &Session) -> Result<Self, SessionError> {
        let rule = match session {
            Session::Continuous => Rule::Continuous,
            Session::Daily {
                time_zone,
                open_s,
                close_s,
                ..
            } => {
                if open_s >= close_s || *close_s > 86_399 {
                    return Err(SessionError::NotWithinDay {
                        open_s: *open_s,
                        close_s: *close_s,
                    });
                }
                let zone = TimeZone::get(time_zone).map_err(|_| SessionError::UnknownTimeZone {
                    name: time_zone.clone(),
                })?;
                Rule::Daily {
                    time_zone: zone,
                    open_s: *open_s,
                    close_s: *close_s,
                }
            }
        };
        let mut calendar = Self {
            rule,
            current: continuous_day(Timestamp::ZERO),
        };
        calendar.current = calendar.compute(Timestamp::ZERO);
        Ok(calendar)
    }

    /// The segment that holds `time`; O(1) unless a border was crossed.
    #[inline]
    pub fn segment(&mut self, time: Timestamp) -> &Segment {
        if time < self.current.start || time >= self.current.end {
            self.current = self.compute(time);
        }
        &self.current
    }

    fn compute(&self, time: Timestamp) -> Segment {
        match &self.rule {
            Rule::Continuous => continuous_day(time),
            Rule::Daily {
                time_zone,
                open_s,
                close_s,
            } => daily(time_zone, *open_s, *close_s, time).unwrap_or_else(|| continuous_day(time)),
        }
    }
}

fn continuous_day(time: Timestamp) -> Segment {
    let start = time.plus_nanos(-time.nanos().rem_euclid(NANOS_PER_DAY));
    let end = start.plus_nanos(NANOS_PER_DAY);
    Segment {
        start,
        end,
        anchor: Timestamp::ZERO,
        day_start: start,
        day_end: end,
        cuts_buckets: false,
    }
}

/// `None` only at the ends of the calendar's range.
fn daily(zone: &TimeZone, open_s: u32, close_s: u32, time: Timestamp) -> Option<Segment> {
    let moment = jiff::Timestamp::from_nanosecond(i128::from(time.nanos())).ok()?;
    let date = moment.to_zoned(zone.clone()).date();
    let midnight = at_local(zone, date, 0)?;
    let open = at_local(zone, date, open_s)?;
    let close = at_local(zone, date, close_s)?;
    let next_midnight = at_local(zone, date.tomorrow().ok()?, 0)?;
    let (start, end, anchor) = if time < close {
        (midnight, close, open)
    } else {
        (close, next_midnight, close)
    };
    Some(Segment {
        start,
        end,
        anchor,
        day_start: open,
        day_end: next_midnight,
        cuts_buckets: true,
    })
}

fn at_local(zone: &TimeZone, date: Date, seconds: u32) -> Option<Timestamp> {
    let hour = i8::try_from(seconds / 3_600).ok()?;
    let minute = i8::try_from(seconds / 60 % 60).ok()?;
    let second = i8::try_from(seconds % 60).ok()?;
    let local = date.to_datetime(Time::new(hour, minute, second, 0).ok()?);
    let moment = zone
        .to_ambiguous_zoned(local)
        .compatible()
        .ok()?
        .timestamp();
    i64::try_from(moment.as_nanosecond())
        .ok()
        .map(Timestamp::from_nanos)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(session: &Session, seconds: u32, time: &str) -> (String, String) {
        let mut calendar = SessionCalendar::new(session).unwrap();
        let time = Timestamp::parse_rfc3339(time).unwrap();
        let timeframe = Timeframe::from_seconds(seconds).unwrap();
        let (start, end) = calendar.segment(time).bucket(timeframe, time);
        (start.to_rfc3339(), end.to_rfc3339())
    }

    fn pair(start: &str, end: &str) -> (String, String) {
        (format!("2026-01-05T{start}Z"), format!("2026-01-05T{end}Z"))
    }

    fn nse() -> Session {
        Session::Daily {
            time_zone: "Asia/Kolkata".to_owned(),
            open_s: 9 * 3_600 + 15 * 60,
            close_s: 15 * 3_600 + 30 * 60,
            holidays: Vec::new(),
        }
    }

    #[test]
    fn around_the_clock_buckets_count_from_the_epoch() {
        let continuous = Session::Continuous;
        assert_eq!(
            bucket(&continuous, 300, "2026-01-05T03:47:31Z"),
            pair("03:45:00", "03:50:00")
        );
        assert_eq!(
            bucket(&continuous, 86_400, "2026-01-05T03:47:31Z"),
            (
                "2026-01-05T00:00:00Z".to_owned(),
                "2026-01-06T00:00:00Z".to_owned()
            )
        );
    }

    #[test]
    fn session_buckets_count_from_the_open_and_end_at_the_close() {
        // 09:15 in Kolkata is 03:45 UTC; 15:30 is 10:00 UTC.
        let cases = [
            (3_600, "03:45:00", pair("03:45:00", "04:45:00")),
            (3_600, "04:44:59.9", pair("03:45:00", "04:45:00")),
            (3_600, "09:50:00", pair("09:45:00", "10:00:00")),
            (1_800, "03:37:00", pair("03:15:00", "03:45:00")),
            (3_600, "10:01:00", pair("10:00:00", "11:00:00")),
        ];
        for (seconds, time, expected) in cases {
            let time = format!("2026-01-05T{time}Z");
            assert_eq!(
                bucket(&nse(), seconds, &time),
                expected,
                "{seconds} s at {time}"
            );
        }
    }

    #[test]
    fn a_day_is_labelled_by_its_open_and_lasts_the_local_day() {
        assert_eq!(
            bucket(&nse(), 86_400, "2026-01-05T09:00:00Z"),
            pair("03:45:00", "18:30:00")
        );
    }

    #[test]
    fn an_impossible_session_is_named() {
        let session = |zone: &str, open_s, close_s| Session::Daily {
            time_zone: zone.to_owned(),
            open_s,
            close_s,
            holidays: Vec::new(),
        };
        assert!(SessionCalendar::new(&session("Mars/Olympus", 1, 2)).is_err());
        assert!(SessionCalendar::new(&session("UTC", 7, 7)).is_err());
    }
}
