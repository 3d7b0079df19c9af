//! Conversions between the bars' integers and the formulas' floats.
//! Must not round where the integer fits a float's 53 bits.

use crate::domain::Bar;

/// A wide integer as the nearest float; quick where it fits 64 bits, as sums nearly always do.
#[inline]
#[allow(clippy::cast_precision_loss)]
pub(super) fn wide_to_f64(value: i128) -> f64 {
    i64::try_from(value).map_or_else(|_| value as f64, to_f64)
}

/// A wide count as the nearest float.
#[inline]
#[allow(clippy::cast_precision_loss)]
pub(super) fn wide_unsigned_to_f64(value: u128) -> f64 {
    i64::try_from(value).map_or_else(|_| value as f64, to_f64)
}

/// An integer as the nearest float.
#[inline]
#[allow(clippy::cast_precision_loss)]
pub(super) const fn to_f64(value: i64) -> f64 {
    value as f64
}

/// A number of bars as a float.
#[inline]
#[allow(clippy::cast_precision_loss)]
pub(super) const fn count_to_f64(count: usize) -> f64 {
    count as f64
}

/// Three times the typical price `(high + low + close) / 3`, exact below 3 * 10^18 price units.
#[inline]
pub(super) fn typical_price_times_three(bar: &Bar) -> i64 {
    bar.high
        .units()
        .saturating_add(bar.low.units())
        .saturating_add(bar.close.units())
}

/// Reads and writes a 128-bit integer as text, since JSON readers stop at 64 bits.
pub(super) mod wide_text {
    use std::fmt::Display;
    use std::str::FromStr;

    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    /// Writes the number in decimal digits.
    pub(in super::super) fn serialize<T: Display, S: Serializer>(
        value: &T,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(value)
    }

    /// Reads decimal digits.
    pub(in super::super) fn deserialize<'de, T, D>(deserializer: D) -> Result<T, D::Error>
    where
        T: FromStr,
        T::Err: Display,
        D: Deserializer<'de>,
    {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}
