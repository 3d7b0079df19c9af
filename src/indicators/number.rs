//! Conversions between the bars' integers and the formulas' floats.
//! Must not round where the integer fits a float's 53 bits.

use crate::domain::Bar;

/// A wide integer as the nearest float; quick where it fits 64 bits, as sums nearly always do.
#[inline(always)]
pub(super) fn wide_to_f64(value: i128) -> f64 {
    match i64::try_from(value) {
        Ok(narrow) => to_f64(narrow),
        Err(_) => beyond_64_bits(value),
    }
}

/// A wide count as the nearest float.
#[inline(always)]
pub(super) fn wide_unsigned_to_f64(value: u128) -> f64 {
    match i64::try_from(value) {
        Ok(narrow) => to_f64(narrow),
        Err(_) => unsigned_beyond_64_bits(value),
    }
}

// Out of line: inlined, the compiler makes this slow conversion first and asks afterwards
// whether it was needed, which costs every update 6 ns.
#[cold]
#[inline(never)]
#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest float is what is wanted"
)]
const fn beyond_64_bits(value: i128) -> f64 {
    value as f64
}

#[cold]
#[inline(never)]
#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest float is what is wanted"
)]
const fn unsigned_beyond_64_bits(value: u128) -> f64 {
    value as f64
}

/// An integer as the nearest float.
#[inline(always)]
#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest float is what is wanted"
)]
pub(super) const fn to_f64(value: i64) -> f64 {
    value as f64
}

/// A number of bars as a signed integer.
#[inline(always)]
#[allow(clippy::cast_possible_wrap, reason = "no ring holds so many bars")]
pub(super) const fn count_to_i64(count: usize) -> i64 {
    count as i64
}

/// A number of bars as a float; by way of a signed integer, which the processor converts itself.
#[inline(always)]
pub(super) const fn count_to_f64(count: usize) -> f64 {
    to_f64(count_to_i64(count))
}

/// Three times the typical price `(high + low + close) / 3`, modulo 2^64: exact for prices below
/// 3 * 10^18 units.
#[inline(always)]
pub(super) fn typical_price_times_three(bar: &Bar) -> i64 {
    bar.high
        .units()
        .wrapping_add(bar.low.units())
        .wrapping_add(bar.close.units())
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
