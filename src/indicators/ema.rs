//! Exponential moving average of closes.
//! Must not choose a seeding of its own: `smoothing` has the one convention.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::smoothing::{Smoothed, Smoother};
use super::spec::IndicatorSpec;

/// Exponential moving average in price units, with the weight `2 / (period + 1)`.
///
/// Ready at bar number `period`, where it is the plain mean of the closes so far (the seeding of
/// StockCharts' ChartSchool, TA-Lib and Stock.Indicators).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ema {
    mean: Smoother<1>,
}

impl Ema {
    /// Over `period` bars; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            mean: Smoother::exponential([period]),
        }
    }
}

impl Indicator for Ema {
    type Values = Option<f64>;
    type Next = Smoothed<1>;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (Smoothed<1>, Option<f64>) {
        let next = self.mean.step([bar.close.as_f64()]);
        let value = self.mean.means(&next).map(|[mean]| mean);
        (next, value)
    }

    #[inline(always)]
    fn commit(&mut self, _: &Bar, next: Smoothed<1>) {
        self.mean.commit(next);
    }
}

impl Registered for Ema {
    const DEFINITION: Definition = Definition {
        name: "EMA",
        parameters: &[Parameter::Period {
            least: 1,
            default: 21,
        }],
        increasing: 0,
        outputs: &[Output::price("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.mean.has_shape_of(&fresh.mean)
    }
}
