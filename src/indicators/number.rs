//! Conversions between the bars' integers and the formulas' floats.
//! Must not round where the integer fits a float's 53 bits.

use crate::domain::Bar;

/// Marks a branch as one that is hardly ever taken, so that the other is laid out straight on.
#[cold]
#[inline]
pub(super) const fn seldom() {}

/// Keeps the value of the last bar; past the first bar the mark of its presence is left alone,
/// which saves a write.
#[inline(always)]
pub(super) const fn remember<T: Copy>(place: &mut Option<T>, value: T) {
    if let Some(present) = place {
        *present = value;
    } else {
        seldom();
        *place = Some(value);
    }
}

/// A wide integer as the nearest float; quick where it fits 64 bits, as sums nearly always do.
#[inline(always)]
pub(super) fn wide_to_f64(value: i128) -> f64 {
    match i64::try_from(value) {
        Ok(narrow) => to_f64(narrow),
        Err(_) => beyond_64_bits(value),
    }
}

/// A wide integer as a float, to within two units in the last place; never out of line, where
/// what is converted often needs more than 64 bits.
#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the two halves of the number are what is wanted"
)]
pub(super) fn wide_to_near_f64(value: i128) -> f64 {
    if let Ok(narrow) = i64::try_from(value) {
        return to_f64(narrow);
    }
    seldom();
    let (high, low) = ((value >> 64) as i64, value as u64);
    to_f64(high) * 18_446_744_073_709_551_616.0 + to_f64((low >> 1).cast_signed()) * 2.0
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

/// An integer as the nearest float.
#[inline(always)]
#[allow(
    clippy::cast_precision_loss,
    reason = "the nearest float is what is wanted"
)]
pub(super) const fn to_f64(value: i64) -> f64 {
    value as f64
}

/// A whole float as an integer; beyond 64 bits the last that fits.
#[inline(always)]
#[allow(
    clippy::cast_possible_truncation,
    reason = "the callers hold whole numbers that fit"
)]
pub(super) const fn whole_to_i64(value: f64) -> i64 {
    value as i64
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
