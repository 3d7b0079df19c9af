//! Fixed-point prices and quantities at an instrument's scale, and their exact conversions.
//! Must not round silently and must not be built from a float that is not finite.

use std::fmt;
use std::hash::{Hash, Hasher};

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// The most decimals an instrument may have; 10^18 is the largest power of ten in an `i64`.
pub const SCALE_MAX: u8 = 18;

/// Why a number could not be taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum NumberError {
    /// The text is not a plain decimal number (`-12.34`); NaN, infinities and exponents are not.
    #[error("`{text}` is not a decimal number")]
    NotDecimal {
        /// What was read.
        text: String,
    },
    /// The number has non-zero decimals beyond the instrument's scale.
    #[error("`{text}` has more than {scale} decimals")]
    TooPrecise {
        /// What was read.
        text: String,
        /// The decimals allowed.
        scale: u8,
    },
    /// The number does not fit 64 bits at this scale.
    #[error("`{text}` is too large for {scale} decimals")]
    OutOfRange {
        /// What was read.
        text: String,
        /// The decimals asked for.
        scale: u8,
    },
}

macro_rules! fixed_point {
    ($name:ident, $what:literal) => {
        #[doc = concat!("A ", $what, " as an integer count of 10^-scale units; the scale is the instrument's.")]
        #[derive(
            Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(i64);

        impl $name {
            /// Zero.
            pub const ZERO: Self = Self(0);

            /// From a count of the instrument's smallest decimal units.
            pub const fn from_units(units: i64) -> Self {
                Self(units)
            }

            /// The count of the instrument's smallest decimal units.
            pub const fn units(self) -> i64 {
                self.0
            }

            /// Reads a plain decimal such as `61837.63000000`, exactly.
            ///
            /// # Errors
            /// When the text is not a decimal number, has non-zero digits beyond `scale`
            /// decimals, or does not fit.
            pub fn parse(text: &str, scale: u8) -> Result<Self, NumberError> {
                parse_fixed(text, scale).map(Self)
            }

            /// The exact decimal value in major units.
            pub fn to_decimal(self, scale: u8) -> Decimal {
                Decimal::new(self.0, u32::from(scale))
            }

            /// From a decimal in major units, exactly.
            ///
            /// # Errors
            /// When the value has more decimals than `scale` or does not fit.
            pub fn from_decimal(value: Decimal, scale: u8) -> Result<Self, NumberError> {
                Self::parse(&value.to_string(), scale)
            }

            /// Sum, or `None` on overflow.
            pub fn checked_add(self, other: Self) -> Option<Self> {
                self.0.checked_add(other.0).map(Self)
            }

            /// Difference, or `None` on overflow.
            pub fn checked_sub(self, other: Self) -> Option<Self> {
                self.0.checked_sub(other.0).map(Self)
            }

            /// Sum that stops at the ends of the range; for statistics, never for money.
            #[must_use]
            pub const fn saturating_add(self, other: Self) -> Self {
                Self(self.0.saturating_add(other.0))
            }

            /// Difference that stops at the ends of the range; for statistics, never for money.
            #[must_use]
            pub const fn saturating_sub(self, other: Self) -> Self {
                Self(self.0.saturating_sub(other.0))
            }

            /// Whether this is zero.
            pub const fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// The text in major units with exactly `scale` decimals.
            pub fn display(self, scale: u8) -> FixedDisplay {
                FixedDisplay { units: self.0, scale }
            }
        }
    };
}

fixed_point!(Price, "price");
fixed_point!(Qty, "quantity");

impl Qty {
    /// The opposite quantity; positions are signed.
    #[must_use]
    pub const fn negated(self) -> Self {
        Self(self.0.saturating_neg())
    }

    /// The size without its sign.
    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// The smaller of two quantities.
    #[must_use]
    pub fn min(self, other: Self) -> Self {
        if self.0 <= other.0 { self } else { other }
    }
}

impl Price {
    /// As a float in minor units, for indicators only.
    #[allow(
        clippy::cast_precision_loss,
        reason = "the nearest float is what a formula takes"
    )]
    pub const fn as_f64(self) -> f64 {
        self.0 as f64
    }

    /// The exact value of `quantity` at this price in major units of the currency, or `None`
    /// when it does not fit a `Decimal`.
    pub fn notional(self, price_scale: u8, quantity: Qty, quantity_scale: u8) -> Option<Decimal> {
        let product = i128::from(self.0).checked_mul(i128::from(quantity.0))?;
        Decimal::try_from_i128_with_scale(
            product,
            u32::from(price_scale) + u32::from(quantity_scale),
        )
        .ok()
    }
}

/// Shows a fixed-point number in major units; made by [`Price::display`] and [`Qty::display`].
#[derive(Debug, Clone, Copy)]
pub struct FixedDisplay {
    units: i64,
    scale: u8,
}

impl fmt::Display for FixedDisplay {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.units < 0 { "-" } else { "" };
        let magnitude = self.units.unsigned_abs();
        let divisor = 10_u64.pow(u32::from(self.scale.min(SCALE_MAX)));
        let text = if self.scale == 0 {
            format!("{sign}{magnitude}")
        } else {
            format!(
                "{sign}{}.{:0width$}",
                magnitude / divisor,
                magnitude % divisor,
                width = usize::from(self.scale)
            )
        };
        formatter.pad(&text)
    }
}

/// A finite float of an indicator or a score: hashed by its bits so that runs can be compared.
#[derive(Debug, Clone, Copy, Default, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Real(pub f64);

impl Hash for Real {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.to_bits().hash(state);
    }
}

fn parse_fixed(text: &str, scale: u8) -> Result<i64, NumberError> {
    let not_decimal = || NumberError::NotDecimal {
        text: text.to_owned(),
    };
    let out_of_range = || NumberError::OutOfRange {
        text: text.to_owned(),
        scale,
    };
    let (negative, digits) = match text.as_bytes() {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let mut magnitude: i64 = 0;
    let mut decimals: Option<u8> = None;
    let mut seen_digit = false;
    for &byte in digits {
        match byte {
            b'0'..=b'9' => {
                seen_digit = true;
                let digit = i64::from(byte - b'0');
                if let Some(count) = decimals {
                    if count >= scale {
                        if digit != 0 {
                            return Err(NumberError::TooPrecise {
                                text: text.to_owned(),
                                scale,
                            });
                        }
                        continue;
                    }
                    decimals = Some(count + 1);
                }
                magnitude = magnitude
                    .checked_mul(10)
                    .and_then(|value| value.checked_add(digit))
                    .ok_or_else(out_of_range)?;
            }
            b'.' if decimals.is_none() => decimals = Some(0),
            _ => return Err(not_decimal()),
        }
    }
    if !seen_digit {
        return Err(not_decimal());
    }
    for _ in decimals.unwrap_or(0)..scale {
        magnitude = magnitude.checked_mul(10).ok_or_else(out_of_range)?;
    }
    Ok(if negative { -magnitude } else { magnitude })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_decimals_exactly_and_names_what_it_refuses() {
        let cases: &[(&str, u8, Result<i64, &str>)] = &[
            ("61837.63000000", 8, Ok(6_183_763_000_000)),
            ("61837.63000000", 2, Ok(6_183_763)),
            ("1.39101", 5, Ok(139_101)),
            ("7", 2, Ok(700)),
            (".5", 1, Ok(5)),
            ("-0.25", 2, Ok(-25)),
            ("1.005", 2, Err("`1.005` has more than 2 decimals")),
            ("NaN", 2, Err("`NaN` is not a decimal number")),
            ("1e5", 2, Err("`1e5` is not a decimal number")),
            ("", 2, Err("`` is not a decimal number")),
            ("1.2.3", 2, Err("`1.2.3` is not a decimal number")),
            (
                "92233720368547758080",
                0,
                Err("`92233720368547758080` is too large for 0 decimals"),
            ),
        ];
        for (text, scale, expected) in cases {
            let read = Price::parse(text, *scale)
                .map(Price::units)
                .map_err(|error| error.to_string());
            assert_eq!(read, expected.map_err(str::to_owned), "{text} at {scale}");
        }
    }

    #[test]
    fn shows_with_all_decimals() {
        assert_eq!(Price::from_units(-5).display(2).to_string(), "-0.05");
        assert_eq!(Price::from_units(139_100).display(5).to_string(), "1.39100");
        assert_eq!(Qty::from_units(42).display(0).to_string(), "42");
        assert_eq!(format!("{:>8}", Qty::from_units(42).display(1)), "     4.2");
    }

    #[test]
    fn notional_is_exact() {
        let price = Price::from_units(6_183_763_000_000);
        let quantity = Qty::from_units(2_000_000);
        let expected = Decimal::new(12_367_526, 4);
        assert_eq!(price.notional(8, quantity, 8), Some(expected));
    }
}
