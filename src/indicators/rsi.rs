//! Wilder's relative strength index of closes.
//! Must not give an extreme where nothing moved.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{remember, seldom};
use super::smoothing::{Smoothed, Smoother};
use super::spec::IndicatorSpec;

/// Wilder's RSI, 0 to 100 (J. Welles Wilder, "New Concepts in Technical Trading Systems", 1978).
///
/// Average gain and loss begin as plain means of the first `period` changes, so it is ready at
/// bar number `period + 1` (as Wilder, StockCharts, TA-Lib and Stock.Indicators). Where prices
/// stood still throughout it is 50, the middle; others give 0 or 100 there. Kept are the average
/// gain and the average of gain and loss together: the share of the one in the other is the index.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rsi {
    previous_close: Option<f64>,
    gain_and_move: Smoother<2>,
}

impl Rsi {
    /// Over `period` changes; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            previous_close: None,
            gain_and_move: Smoother::wilder(period),
        }
    }
}

impl Indicator for Rsi {
    type Values = Option<f64>;
    type Next = Smoothed<2>;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (Self::Next, Option<f64>) {
        let Some(previous) = self.previous_close else {
            return (self.gain_and_move.state(), None);
        };
        let change = bar.close.as_f64() - previous;
        let gain = if change > 0.0 { change } else { 0.0 };
        let next = self.gain_and_move.step([gain, change.abs()]);
        let value = self.gain_and_move.means(&next).map(|[gain, total]| {
            if total > 0.0 {
                100.0 * gain / total
            } else {
                seldom();
                50.0
            }
        });
        (next, value)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: Self::Next) {
        remember(&mut self.previous_close, bar.close.as_f64());
        self.gain_and_move.commit(next);
    }
}

impl Registered for Rsi {
    const DEFINITION: Definition = Definition {
        name: "RSI",
        parameters: &[Parameter::Period {
            least: 1,
            default: 14,
        }],
        increasing: 0,
        outputs: &[Output::plain("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.gain_and_move.has_shape_of(&fresh.gain_and_move)
    }
}
