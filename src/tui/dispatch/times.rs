//! Reads a time as it is typed: a time of day, a date, or a way back from now.
//! Must not read a clock: now comes with the call.

use crate::domain::Timestamp;
use crate::domain::time::{NANOS_PER_DAY, NANOS_PER_SECOND};
use crate::tui::zone::Zone;

/// The moment of `14:05`, `14:05:30`, `2026-11-05`, `2026-11-05 14:05` in a zone, or of `-2h`,
/// `-90m`, `-3d` before `now`. A time of day that is still to come is that of the day before.
pub(in crate::tui) fn read(text: &str, now: Timestamp, zone: &Zone) -> Option<Timestamp> {
    let text = text.trim();
    if let Some(back) = text.strip_prefix('-') {
        let seconds = super::go::timeframe_seconds(back)?;
        return Some(now.plus_nanos(-i64::from(seconds).checked_mul(NANOS_PER_SECOND)?));
    }
    let (date, of_day) = match text.split_once([' ', 'T']) {
        Some((date, of_day)) => (Some(date), Some(of_day.trim())),
        None if text.contains(':') => (None, Some(text)),
        None => (Some(text), None),
    };
    let of_day = of_day.map_or(Some(0), time_of_day)?;
    let shown = zone.shift(now);
    let (day, is_dated) = match date {
        Some(date) => (
            Timestamp::parse_rfc3339(&format!("{date}T00:00:00Z"))?,
            true,
        ),
        None => (
            shown.plus_nanos(-shown.nanos().rem_euclid(NANOS_PER_DAY)),
            false,
        ),
    };
    let mut wanted = day.plus_nanos(of_day * NANOS_PER_SECOND);
    if !is_dated && wanted > shown {
        wanted = wanted.plus_nanos(-NANOS_PER_DAY);
    }
    Some(from_shown(wanted, zone))
}

/// The moment at which the zone's clock shows a time.
fn from_shown(shown: Timestamp, zone: &Zone) -> Timestamp {
    let ahead = |at: Timestamp| zone.shift(at).nanos_since(at);
    // The second look takes the hour that clocks are put forward or back.
    let near = shown.plus_nanos(-ahead(shown));
    shown.plus_nanos(-ahead(near))
}

/// Seconds after midnight.
fn time_of_day(text: &str) -> Option<i64> {
    let mut parts = text.split(':').map(str::parse::<i64>);
    let (hours, minutes) = (parts.next()?.ok()?, parts.next()?.ok()?);
    let seconds = parts.next().map_or(Some(0), Result::ok)?;
    let is_right = (0..24).contains(&hours)
        && (0..60).contains(&minutes)
        && (0..60).contains(&seconds)
        && parts.next().is_none();
    is_right.then_some(hours * 3_600 + minutes * 60 + seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_they_are_typed() {
        let now = Timestamp::parse_rfc3339("2026-11-05T14:03:27Z").unwrap();
        for (zone, text, expected) in [
            ("utc", "14:00", "2026-11-05T14:00:00Z"),
            ("utc", "14:05", "2026-11-04T14:05:00Z"),
            ("utc", "09:05:30", "2026-11-05T09:05:30Z"),
            ("utc", "2026-11-03 14:05", "2026-11-03T14:05:00Z"),
            ("utc", "2026-11-03", "2026-11-03T00:00:00Z"),
            ("utc", "-2h", "2026-11-05T12:03:27Z"),
            ("utc", "-90m", "2026-11-05T12:33:27Z"),
            ("Asia/Tokyo", "23:00", "2026-11-05T14:00:00Z"),
            ("Asia/Tokyo", "2026-11-05 09:00", "2026-11-05T00:00:00Z"),
            ("Europe/Berlin", "2026-07-01 12:00", "2026-07-01T10:00:00Z"),
        ] {
            let zone: Zone = zone.parse().unwrap();
            let expected = Timestamp::parse_rfc3339(expected);
            assert_eq!(read(text, now, &zone), expected, "{text}");
        }
        for text in ["", "25:00", "14:60", "noon", "-", "2026-13-01", "1:2:3:4"] {
            assert_eq!(read(text, now, &Zone::UTC), None, "{text}");
        }
    }
}
