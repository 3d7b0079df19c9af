//! Stochastic oscillator.
//! Must not divide by a range of zero: a flat window is the middle.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{count_to_f64, to_f64};
use super::rolling::{Extremes, HighLow, Sum, Window};
use super::spec::IndicatorSpec;

/// %K and %D, each 0 to 100 (George Lane).
///
/// The raw value is where the close lies between the lowest low and the highest high of the last
/// `lookback` bars; %K is its plain mean over `smoothing` bars (1 for the fast stochastic), %D the
/// plain mean of %K over `signal` bars. %K is ready at bar number `lookback + smoothing - 1`, %D
/// `signal - 1` bars later (TA-Lib, Stock.Indicators, StockCharts). The raw value of a flat
/// window is 50.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stochastic {
    range: Window<Extremes>,
    raw: Window<Sum>,
    smoothed: Window<Sum>,
}

/// What a bar makes of a [`Stochastic`].
#[derive(Debug)]
pub struct StochasticNext {
    raw: Option<f64>,
    smoothed: Option<f64>,
}

impl Stochastic {
    /// With the bars of the range, of the smoothing of %K and of %D.
    pub fn new(lookback: usize, smoothing: usize, signal: usize) -> Self {
        Self {
            range: Window::new(lookback),
            raw: Window::new(smoothing),
            smoothed: Window::new(signal),
        }
    }
}

#[inline(always)]
fn mean_with(window: &Window<Sum>, item: f64) -> Option<f64> {
    window
        .is_full_with_next()
        .then(|| window.folded_with(item) / count_to_f64(window.capacity()))
}

impl Indicator for Stochastic {
    /// %K, %D.
    type Values = [Option<f64>; 2];
    type Next = StochasticNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (StochasticNext, [Option<f64>; 2]) {
        if !self.range.is_full_with_next() {
            let next = StochasticNext {
                raw: None,
                smoothed: None,
            };
            return (next, [None; 2]);
        }
        let range = self.range.folded_with(HighLow::of(bar));
        let height = to_f64(range.high.saturating_sub(range.low));
        let raw = if height > 0.0 {
            100.0 * to_f64(bar.close.units().saturating_sub(range.low)) / height
        } else {
            50.0
        };
        let smoothed = mean_with(&self.raw, raw);
        let signal = smoothed.and_then(|value| mean_with(&self.smoothed, value));
        let next = StochasticNext {
            raw: Some(raw),
            smoothed,
        };
        (next, [smoothed, signal])
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: StochasticNext) {
        self.range.push(HighLow::of(bar));
        if let Some(raw) = next.raw {
            self.raw.push(raw);
        }
        if let Some(smoothed) = next.smoothed {
            self.smoothed.push(smoothed);
        }
    }
}

impl Registered for Stochastic {
    const DEFINITION: Definition = Definition {
        name: "STOCH",
        parameters: &[
            Parameter::Period {
                least: 1,
                default: 14,
            },
            Parameter::Period {
                least: 1,
                default: 3,
            },
            Parameter::Period {
                least: 1,
                default: 3,
            },
        ],
        increasing: 0,
        outputs: &[Output::plain("K"), Output::plain("D")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0), spec.period(1), spec.period(2))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.range.has_shape_of(&fresh.range)
            && self.raw.has_shape_of(&fresh.raw)
            && self.smoothed.has_shape_of(&fresh.smoothed)
    }
}
