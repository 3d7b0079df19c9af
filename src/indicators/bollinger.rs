//! Bollinger bands of closes.
//! Must not let rounding pile up: both sums are exact integers.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{count_to_f64, wide_text, wide_to_f64, wide_unsigned_to_f64};
use super::rolling::Ring;
use super::spec::IndicatorSpec;

/// Middle, upper and lower band in price units (John Bollinger).
///
/// The middle is the mean of the last `period` closes, the others lie `multiplier` standard
/// deviations of the population away; ready at bar number `period` (StockCharts, TA-Lib and
/// Stock.Indicators agree). The variance comes from `period * sum(x^2) - sum(x)^2` in integers
/// modulo 2^128, so it is exact, however long the run and however high the price, while the
/// closes of one window lie within 2^65 / `period` units of each other (10^18 at 20 bars).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bollinger {
    closes: Ring<i64>,
    multiplier: f64,
    sums: Sums,
}

/// Sums over a window of closes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Sums {
    #[serde(with = "wide_text")]
    plain: i128,
    #[serde(with = "wide_text")]
    squares: u128,
}

impl Bollinger {
    /// Over `period` bars, `multiplier` standard deviations wide.
    pub fn new(period: usize, multiplier: f64) -> Self {
        Self {
            closes: Ring::new(period),
            multiplier,
            sums: Sums {
                plain: 0,
                squares: 0,
            },
        }
    }

    #[inline(always)]
    fn bands(&self, sums: &Sums) -> [Option<f64>; 3] {
        let period = self.closes.capacity();
        let count = count_to_f64(period);
        let sum = sums.plain.unsigned_abs();
        let scatter = square_weight(period)
            .wrapping_mul(sums.squares)
            .wrapping_sub(sum.wrapping_mul(sum));
        let middle = wide_to_f64(sums.plain) / count;
        let half_width = wide_unsigned_to_f64(scatter).sqrt() * self.multiplier / count;
        [
            Some(middle),
            Some(middle + half_width),
            Some(middle - half_width),
        ]
    }
}

#[inline(always)]
const fn square_weight(period: usize) -> u128 {
    period as u128
}

#[inline(always)]
fn square(close: i64) -> u128 {
    let magnitude = u128::from(close.unsigned_abs());
    magnitude.wrapping_mul(magnitude)
}

impl Indicator for Bollinger {
    /// Middle, upper, lower.
    type Values = [Option<f64>; 3];
    type Next = Sums;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (Sums, [Option<f64>; 3]) {
        let leaving = self.closes.replaced_by_next();
        let close = bar.close.units();
        let sums = Sums {
            plain: self.sums.plain - i128::from(leaving) + i128::from(close),
            squares: self
                .sums
                .squares
                .wrapping_sub(square(leaving))
                .wrapping_add(square(close)),
        };
        if self.closes.is_full_with_next() {
            (sums, self.bands(&sums))
        } else {
            (sums, [None; 3])
        }
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: Sums) {
        self.closes.push(bar.close.units());
        self.sums = next;
    }
}

impl Registered for Bollinger {
    const DEFINITION: Definition = Definition {
        name: "BB",
        parameters: &[
            Parameter::Period {
                least: 2,
                default: 20,
            },
            Parameter::Multiplier { default: 2_000 },
        ],
        increasing: 0,
        outputs: &[
            Output::price("MIDDLE"),
            Output::price("UPPER"),
            Output::price("LOWER"),
        ],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0), spec.multiplier(1))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        let mut sums = fresh.sums;
        for &close in self.closes.slots() {
            sums.plain += i128::from(close);
            sums.squares = sums.squares.wrapping_add(square(close));
        }
        self.closes.has_shape_of(&fresh.closes)
            && self.multiplier.to_bits() == fresh.multiplier.to_bits()
            && self.sums == sums
    }
}
