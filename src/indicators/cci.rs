//! Commodity channel index.
//! Must not divide by a deviation of zero: a flat window is 0.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{
    count_to_f64, count_to_i64, typical_price_times_three, wide_text, wide_to_f64,
};
use super::rolling::Ring;
use super::spec::IndicatorSpec;

/// `(typical price - its mean) / (0.015 * mean absolute deviation)` (Donald Lambert, 1980).
///
/// The typical price is `(high + low + close) / 3`; mean and deviation span the last `period`
/// bars, where it is ready (TA-Lib, Stock.Indicators). A window without deviation gives 0. The
/// deviations are measured from a mean that moves with each bar, so each bar costs one pass over
/// the window; it is the one indicator here that is not O(1). The sum is an exact integer, and so
/// are the deviations while `3 * period` times the price stays below 2^53.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cci {
    /// Three typical prices.
    prices: Ring<i64>,
    /// The same times `period`, so that each is compared with the sum rather than the mean.
    scaled: Ring<f64>,
    #[serde(with = "wide_text")]
    sum: i128,
}

/// What a bar makes of a [`Cci`].
#[derive(Debug)]
pub struct CciNext {
    price: i64,
    scaled: f64,
    sum: i128,
}

impl Cci {
    /// Over `period` bars; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            prices: Ring::new(period),
            scaled: Ring::new(period),
            sum: 0,
        }
    }

    #[inline(always)]
    fn scaled(&self, price: i64) -> f64 {
        wide_to_f64(i128::from(price) * i128::from(count_to_i64(self.prices.capacity())))
    }
}

/// Sum of the distances from `centre`.
///
/// Four sums need not wait for each other. Each takes a quarter of its own, for neighbours would
/// be read two at a time, and such a read has to wait until the single value that the last bar
/// wrote has left the processor's store queue.
#[inline(always)]
fn deviation(values: &[f64], centre: f64) -> f64 {
    let quarter = values.len() / 4;
    let (a, rest) = values.split_at_checked(quarter).unwrap_or_default();
    let (b, rest) = rest.split_at_checked(quarter).unwrap_or_default();
    let (c, rest) = rest.split_at_checked(quarter).unwrap_or_default();
    let (d, rest) = rest.split_at_checked(quarter).unwrap_or_default();
    let distance = |value: &f64| (value - centre).abs();
    let mut sums = [0.0; 4];
    for (((a, b), c), d) in a.iter().zip(b).zip(c).zip(d) {
        for (sum, value) in sums.iter_mut().zip([a, b, c, d]) {
            *sum += distance(value);
        }
    }
    let [a, b, c, d] = sums;
    (a + b) + (c + d) + rest.iter().map(distance).sum::<f64>()
}

impl Indicator for Cci {
    type Values = Option<f64>;
    type Next = CciNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (CciNext, Option<f64>) {
        let price = typical_price_times_three(bar);
        let sum = self.sum - i128::from(self.prices.replaced_by_next()) + i128::from(price);
        let scaled = self.scaled(price);
        let value = self.prices.is_full_with_next().then(|| {
            let centre = wide_to_f64(sum);
            let above = scaled - centre;
            let leaving = (self.scaled.replaced_by_next() - centre).abs();
            let total = deviation(self.scaled.slots(), centre) - leaving + above.abs();
            if total > 0.0 {
                above * count_to_f64(self.prices.capacity()) / (0.015 * total)
            } else {
                0.0
            }
        });
        (CciNext { price, scaled, sum }, value)
    }

    #[inline(always)]
    fn commit(&mut self, _: &Bar, next: CciNext) {
        self.prices.push(next.price);
        self.scaled.push(next.scaled);
        self.sum = next.sum;
    }
}

impl Registered for Cci {
    const DEFINITION: Definition = Definition {
        name: "CCI",
        parameters: &[Parameter::Period {
            least: 2,
            default: 20,
        }],
        increasing: 0,
        outputs: &[Output::plain("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        let prices = self.prices.slots();
        self.prices.has_shape_of(&fresh.prices)
            && self.scaled.has_shape_of(&fresh.scaled)
            && self.sum == prices.iter().map(|&price| i128::from(price)).sum::<i128>()
            && prices
                .iter()
                .zip(self.scaled.slots())
                .all(|(&price, &scaled)| self.scaled(price) == scaled)
    }
}
