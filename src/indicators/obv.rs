//! On-balance volume.
//! Must not begin anywhere but at zero, nor round.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Registered};
use super::number::{remember, seldom, to_f64};
use super::spec::IndicatorSpec;

/// Volume of rising less volume of falling bars, in quantity units (Joseph Granville, 1963).
///
/// Zero at the first bar, which has nothing to rise or fall from (Stock.Indicators; TA-Lib begins
/// with the first volume); ready at once. An exact integer that stops at the ends of 64 bits.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Obv {
    previous_close: Option<i64>,
    total: i64,
}

impl Obv {
    /// From the next bar on.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Indicator for Obv {
    type Values = Option<f64>;
    type Next = i64;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (i64, Option<f64>) {
        let close = bar.close.units();
        let previous = self.previous_close.unwrap_or(close);
        let volume = bar.volume.units();
        let falling = if close < previous {
            volume.wrapping_neg()
        } else {
            0
        };
        let change = if close > previous { volume } else { falling };
        // A saturating sum looks at the total three times before the next bar can use it.
        let (total, overflown) = self.total.overflowing_add(change);
        if overflown {
            seldom();
            let stop = if total < 0 { i64::MAX } else { i64::MIN };
            return (stop, Some(to_f64(stop)));
        }
        (total, Some(to_f64(total)))
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: i64) {
        remember(&mut self.previous_close, bar.close.units());
        self.total = next;
    }
}

impl Registered for Obv {
    const DEFINITION: Definition = Definition {
        name: "OBV",
        parameters: &[],
        increasing: 0,
        outputs: &[Output::plain("")],
    };

    fn from_spec(_: &IndicatorSpec) -> Self {
        Self::new()
    }

    fn has_shape_of(&self, _: &Self) -> bool {
        true
    }
}
