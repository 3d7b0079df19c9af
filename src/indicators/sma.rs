//! Simple moving average of closes.
//! Must not let rounding pile up: the sum is an exact integer.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{count_to_f64, count_to_i64, seldom, to_f64, whole_to_i64};
use super::rolling::Ring;
use super::spec::IndicatorSpec;

/// The mean of the last `period` closes, in price units; ready at bar number `period`.
///
/// The sum is that of the closes' distances from `base`, an integer modulo 2^64: exact, however
/// long the run, while the closes of one window lie within 2^63 / `period` units of `base` (10^17
/// at 20 bars). A close becomes the new base every `period` bars, so what is rounded is small
/// beside the mean, and closes that stand still are their own mean to the last bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sma {
    closes: Ring<i64>,
    sum: i64,
    /// A whole number, zero until the window is full.
    base: f64,
    /// One by the period: a division takes longer than all the rest.
    share: f64,
}

impl Sma {
    /// Over `period` bars; zero is taken as one.
    pub fn new(period: usize) -> Self {
        let closes = Ring::new(period);
        Self {
            share: 1.0 / count_to_f64(closes.capacity()),
            closes,
            sum: 0,
            base: 0.0,
        }
    }

    /// The sum of the distances of as many closes of zero as the window has from the base.
    #[inline(always)]
    fn offset(&self) -> i64 {
        whole_to_i64(self.base).wrapping_mul(count_to_i64(self.closes.capacity()))
    }

    #[inline(always)]
    fn set_base(&mut self, close: i64) {
        let sum = self.sum.wrapping_add(self.offset());
        self.base = to_f64(close);
        self.sum = sum.wrapping_sub(self.offset());
    }
}

impl Indicator for Sma {
    type Values = Option<f64>;
    type Next = i64;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (i64, Option<f64>) {
        let close = bar.close.units();
        let Some(leaving) = self.closes.oldest() else {
            let sum = self.sum.wrapping_add(close);
            let ready = self.closes.is_full_with_next();
            return (
                sum,
                ready.then(|| to_f64(sum) / count_to_f64(self.closes.capacity())),
            );
        };
        let sum = self.sum.wrapping_add(close.wrapping_sub(leaving));
        (sum, Some(self.base + to_f64(sum) * self.share))
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: i64) {
        let close = bar.close.units();
        self.sum = next;
        if self.closes.push(close) {
            seldom();
            self.set_base(close);
        }
    }
}

impl Registered for Sma {
    const DEFINITION: Definition = Definition {
        name: "SMA",
        parameters: &[Parameter::Period {
            least: 1,
            default: 20,
        }],
        increasing: 0,
        outputs: &[Output::price("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.closes.has_shape_of(&fresh.closes)
            && self.share.to_bits() == fresh.share.to_bits()
            && to_f64(whole_to_i64(self.base)) == self.base
            && (self.base == 0.0 || self.closes.oldest().is_some())
            && self.sum.wrapping_add(self.offset())
                == self
                    .closes
                    .slots()
                    .iter()
                    .fold(0, |sum: i64, &close| sum.wrapping_add(close))
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{ClosedBar, Price, Qty};

    use super::*;

    #[test]
    fn a_mean_is_right_to_the_last_bit_or_the_one_beside_it() {
        let mut sma = Sma::new(7);
        let mut closes: Vec<i64> = Vec::new();
        for index in 0..4_000_i64 {
            let wave = (index * index * 7_919) % 1_000_003;
            // Ordinary prices, a leap far away, a long rest there.
            let close = match index {
                0..1_000 => 2_000_000 + wave,
                1_000..2_000 => 9_000_000_000_000 + 1_000 * wave,
                _ => 7_777_777_777_777,
            };
            closes.push(close);
            let price = Price::from_units(close);
            let value = sma.update(&ClosedBar::new(Bar {
                start: Timestamp::from_seconds(60 * index),
                open: price,
                high: price,
                low: price,
                close: price,
                volume: Qty::ZERO,
                count: 1,
            }));
            let expected = closes
                .last_chunk::<7>()
                .map(|window| window.iter().sum::<i64>() as f64 / 7.0);
            assert_eq!(value.is_some(), expected.is_some());
            if let (Some(value), Some(expected)) = (value, expected) {
                assert!((value - expected).abs() <= expected * f64::EPSILON);
                assert!(index < 2_006 || value == expected);
            }
        }
    }
}
