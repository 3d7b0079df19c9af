//! Simple moving average of closes.
//! Must not let rounding pile up: the sum is an exact integer.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{count_to_f64, wide_text, wide_to_f64};
use super::rolling::Ring;
use super::spec::IndicatorSpec;

/// The mean of the last `period` closes, in price units; ready at bar number `period`.
///
/// The sum is an exact integer of 128 bits; the one rounding is that of the division.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sma {
    closes: Ring<i64>,
    #[serde(with = "wide_text")]
    sum: i128,
}

impl Sma {
    /// Over `period` bars; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            closes: Ring::new(period),
            sum: 0,
        }
    }
}

impl Indicator for Sma {
    type Values = Option<f64>;
    type Next = i128;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (i128, Option<f64>) {
        let leaving = self.closes.replaced_by_next();
        let sum = self.sum - i128::from(leaving) + i128::from(bar.close.units());
        let mean = self
            .closes
            .is_full_with_next()
            .then(|| wide_to_f64(sum) / count_to_f64(self.closes.capacity()));
        (sum, mean)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: i128) {
        self.closes.push(bar.close.units());
        self.sum = next;
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
            && self.sum
                == self
                    .closes
                    .slots()
                    .iter()
                    .map(|&close| i128::from(close))
                    .sum::<i128>()
    }
}
