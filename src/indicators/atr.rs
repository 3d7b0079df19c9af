//! Wilder's average true range.
//! Must not count the first bar: without a close before it, its true range is not known.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{remember, to_f64};
use super::smoothing::{Smoothed, Smoother};
use super::spec::IndicatorSpec;

/// Average true range in price units (J. Welles Wilder, 1978).
///
/// Begins as the plain mean of the true ranges of the second to the `period + 1`th bar, where it
/// is ready (TA-Lib, Stock.Indicators). StockCharts' worked example differs in the start alone:
/// it counts the first bar's high less low as a true range.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Atr {
    previous_close: Option<i64>,
    range: Smoother<1>,
}

impl Atr {
    /// Over `period` true ranges; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            previous_close: None,
            range: Smoother::wilder(period),
        }
    }

    /// Close of the last bar taken, in price units.
    pub(super) const fn previous_close(&self) -> Option<i64> {
        self.previous_close
    }
}

/// The greatest of high less low, high less the previous close, and previous close less low.
#[inline(always)]
pub(super) fn true_range(bar: &Bar, previous_close: i64) -> f64 {
    let high = bar.high.units().max(previous_close);
    let low = bar.low.units().min(previous_close);
    to_f64(high.saturating_sub(low))
}

impl Indicator for Atr {
    type Values = Option<f64>;
    type Next = Smoothed<1>;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (Self::Next, Option<f64>) {
        let Some(previous_close) = self.previous_close else {
            return (self.range.state(), None);
        };
        let next = self.range.step([true_range(bar, previous_close)]);
        let value = self.range.means(&next).map(|[mean]| mean);
        (next, value)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: Self::Next) {
        remember(&mut self.previous_close, bar.close.units());
        self.range.commit(next);
    }
}

impl Registered for Atr {
    const DEFINITION: Definition = Definition {
        name: "ATR",
        parameters: &[Parameter::Period {
            least: 1,
            default: 14,
        }],
        increasing: 0,
        outputs: &[Output::price("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.range.has_shape_of(&fresh.range)
    }
}
