//! Rate of change of closes.
//! Must not divide by a price of zero.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::seldom;
use super::rolling::Ring;
use super::spec::IndicatorSpec;

/// Change of the close from `period` bars ago, in percent of that close.
///
/// Ready at bar number `period + 1` (TA-Lib, Stock.Indicators, StockCharts); `None` where the
/// earlier close is zero.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Roc {
    closes: Ring<f64>,
}

impl Roc {
    /// Against the close `period` bars ago; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            closes: Ring::new(period),
        }
    }
}

impl Indicator for Roc {
    type Values = Option<f64>;
    type Next = ();

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> ((), Option<f64>) {
        let value = match self.closes.oldest() {
            Some(earlier) if earlier != 0.0 => {
                Some(100.0 * (bar.close.as_f64() - earlier) / earlier)
            }
            _ => {
                seldom();
                None
            }
        };
        ((), value)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, (): ()) {
        self.closes.push(bar.close.as_f64());
    }
}

impl Registered for Roc {
    const DEFINITION: Definition = Definition {
        name: "ROC",
        parameters: &[Parameter::Period {
            least: 1,
            default: 12,
        }],
        increasing: 0,
        outputs: &[Output::plain("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.closes.has_shape_of(&fresh.closes)
    }
}
