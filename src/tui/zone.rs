//! The time zone that times are shown in.
//! Must not change a time: only how it is written.

use std::str::FromStr;

use jiff::tz::TimeZone;

use crate::domain::Timestamp;
use crate::domain::time::NANOS_PER_SECOND;

/// A time zone with the letters that stand behind a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    zone: TimeZone,
    /// `Z` for UTC; nothing for others, whose name the status line has no room for.
    pub mark: &'static str,
}

impl Zone {
    /// Universal time.
    pub const UTC: Self = Self {
        zone: TimeZone::UTC,
        mark: "Z",
    };

    /// The same moment as if this zone's clock were that of UTC, to be written by what writes UTC.
    pub fn shift(&self, time: Timestamp) -> Timestamp {
        let moment = jiff::Timestamp::from_nanosecond(i128::from(time.nanos()));
        let offset = moment.map_or(0, |moment| self.zone.to_offset(moment).seconds());
        time.plus_nanos(i64::from(offset) * NANOS_PER_SECOND)
    }
}

impl FromStr for Zone {
    type Err = String;

    /// `utc`, `local`, or a name of the IANA database.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let zone = match text.to_ascii_lowercase().as_str() {
            "utc" | "" => return Ok(Self::UTC),
            "local" => TimeZone::system(),
            _ => TimeZone::get(text).map_err(|_| {
                format!("`{text}` is not a time zone: utc, local, or a name such as Asia/Kolkata")
            })?,
        };
        Ok(Self { zone, mark: "" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_shifted_by_the_zone_of_their_day() {
        let winter = Timestamp::from_seconds(1_767_225_600);
        let summer = Timestamp::from_seconds(1_782_864_000);
        for (name, hours) in [
            ("utc", (0, 0)),
            ("Asia/Tokyo", (9, 9)),
            ("Europe/Berlin", (1, 2)),
        ] {
            let zone: Zone = name.parse().unwrap();
            for (time, hours) in [(winter, hours.0), (summer, hours.1)] {
                let shifted = zone.shift(time).seconds() - time.seconds();
                assert_eq!(shifted, hours * 3_600, "{name}");
            }
        }
        assert!("Mars/Base".parse::<Zone>().is_err());
        assert_eq!(Zone::UTC.shift(Timestamp::MAX), Timestamp::MAX);
    }
}
