//! Bollinger bands of closes.
//! Must not let rounding pile up: both sums are exact integers.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{count_to_f64, count_to_i64, seldom, to_f64, wide_text, wide_to_near_f64};
use super::rolling::Ring;
use super::spec::IndicatorSpec;

/// Middle, upper and lower band in price units (John Bollinger).
///
/// The middle is the mean of the last `period` closes, the others lie `multiplier` standard
/// deviations of the population away; ready at bar number `period` (StockCharts, TA-Lib and
/// Stock.Indicators agree). The variance comes from `period * sum(x^2) - sum(x)^2`, kept as one
/// integer, so it is exact however long the run. A close beyond `2^60 / period` units either way
/// (10^15 at the longest period) is taken as that: so no sum outgrows its integer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bollinger {
    closes: Ring<i64>,
    /// The largest close, either way.
    limit: i64,
    /// One by the period: a division takes longer than a multiplication.
    share: f64,
    /// The multiplier by the period.
    width: f64,
    sums: Sums,
}

/// Sums over a window of closes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Sums {
    plain: i64,
    /// `period * sum(x^2) - sum(x)^2`.
    #[serde(with = "wide_text")]
    scatter: i128,
}

/// What a bar makes of a [`Bollinger`].
#[derive(Debug)]
pub struct BollingerNext {
    close: i64,
    sums: Sums,
}

impl Bollinger {
    /// Over `period` bars, `multiplier` standard deviations wide.
    pub fn new(period: usize, multiplier: f64) -> Self {
        let closes = Ring::new(period);
        let count = closes.capacity();
        Self {
            limit: (1 << 60) / count_to_i64(count),
            share: 1.0 / count_to_f64(count),
            width: multiplier / count_to_f64(count),
            closes,
            sums: Sums {
                plain: 0,
                scatter: 0,
            },
        }
    }

    /// The sums once `close` has come and `leaving` has gone.
    #[inline(always)]
    fn sums(&self, close: i64, leaving: i64) -> Sums {
        let count = count_to_i64(self.closes.capacity());
        let before = self.sums;
        let change = close - leaving;
        let plain = before.plain + change;
        // What the definition of the scatter grows by, with `change` taken out.
        let factor = (count * leaving - before.plain) + (count * close - plain);
        Sums {
            plain,
            scatter: before.scatter + i128::from(change) * i128::from(factor),
        }
    }

    #[inline(always)]
    fn bands(&self, close: i64, sums: &Sums) -> [Option<f64>; 3] {
        let count = count_to_i64(self.closes.capacity());
        let half_width = wide_to_near_f64(sums.scatter).sqrt() * self.width;
        // By its exact distance from the last close, so that closes that stand still are their
        // own mean to the last bit.
        let middle = to_f64(close) + to_f64(sums.plain - count * close) * self.share;
        // In this order the root's register is written last, and the next root need not wait for it.
        let lower = middle - half_width;
        let upper = half_width + middle;
        [Some(middle), Some(upper), Some(lower)]
    }
}

impl Indicator for Bollinger {
    /// Middle, upper, lower.
    type Values = [Option<f64>; 3];
    type Next = BollingerNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (BollingerNext, [Option<f64>; 3]) {
        let mut close = bar.close.units();
        if !(-self.limit..=self.limit).contains(&close) {
            seldom();
            close = close.clamp(-self.limit, self.limit);
        }
        if let Some(leaving) = self.closes.oldest() {
            let sums = self.sums(close, leaving);
            return (BollingerNext { close, sums }, self.bands(close, &sums));
        }
        let sums = self.sums(close, 0);
        let values = if self.closes.is_full_with_next() {
            self.bands(close, &sums)
        } else {
            [None; 3]
        };
        (BollingerNext { close, sums }, values)
    }

    #[inline(always)]
    fn commit(&mut self, _: &Bar, next: BollingerNext) {
        self.closes.push(next.close);
        self.sums = next.sums;
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
        let closes = self.closes.slots();
        let within = closes
            .iter()
            .all(|close| (-fresh.limit..=fresh.limit).contains(close));
        if !within {
            return false;
        }
        let (mut plain, mut squares) = (0, 0);
        for close in closes.iter().map(|&close| i128::from(close)) {
            plain += close;
            squares += close * close;
        }
        let count = i128::from(count_to_i64(closes.len()));
        self.closes.has_shape_of(&fresh.closes)
            && self.limit == fresh.limit
            && self.share.to_bits() == fresh.share.to_bits()
            && self.width.to_bits() == fresh.width.to_bits()
            && i128::from(self.sums.plain) == plain
            && self.sums.scatter == count * squares - plain * plain
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::{ClosedBar, Price, Qty};

    use super::*;

    #[test]
    fn the_bands_forget_absurd_prices_and_stay_exact() {
        let mut bollinger = Bollinger::new(5, 2.0);
        let mut closes: Vec<i64> = Vec::new();
        for index in 0..3_000_i64 {
            let close = match index {
                500 | 700 => i64::MAX,
                501 | 900 => i64::MIN,
                0..1_500 => 2_000_000 + (index * index * 7_919) % 1_009,
                _ => 9_000_000_000_000 + (index * index * 7_919) % 1_000_000_007,
            };
            closes.push(close);
            let price = Price::from_units(close);
            let [middle, upper, lower] = bollinger.update(&ClosedBar::new(Bar {
                start: Timestamp::from_seconds(60 * index),
                open: price,
                high: price,
                low: price,
                close: price,
                volume: Qty::ZERO,
                count: 1,
            }));
            assert_eq!(middle.is_some(), index >= 4);
            let absurd = |close: &i64| close.unsigned_abs() > 1 << 50;
            let Some(window) = closes.last_chunk::<5>() else {
                continue;
            };
            if window.iter().any(absurd) {
                continue;
            }
            let mean = window.iter().sum::<i64>() as f64 / 5.0;
            let squares: i128 = window
                .iter()
                .flat_map(|a| window.iter().map(move |b| i128::from(a - b).pow(2)))
                .sum();
            let width = 2.0 * (squares as f64 / 50.0).sqrt();
            for (value, expected) in [(middle, mean), (upper, mean + width), (lower, mean - width)]
            {
                let error = (value.unwrap() - expected).abs();
                assert!(
                    error <= 4.0 * f64::EPSILON * (mean + width),
                    "bar {index}: {error}"
                );
            }
        }
    }
}
