//! Moving average convergence and divergence of closes.
//! Must not choose a seeding of its own: `smoothing` has the one convention.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::smoothing::{Smoothed, Smoother};
use super::spec::IndicatorSpec;

/// MACD, its signal line and their difference, all in price units (Gerald Appel).
///
/// MACD is the fast less the slow EMA of closes; the signal line is the EMA of MACD. Each of the
/// three EMAs begins as the plain mean of its own first inputs (Stock.Indicators; TA-Lib starts
/// the fast one later, to the same values after the warm-up). MACD is ready at bar number
/// `slow`, the others at `slow + signal - 1`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Macd {
    fast: Smoother<1>,
    slow: Smoother<1>,
    signal: Smoother<1>,
}

/// What a bar makes of a [`Macd`].
#[derive(Debug)]
pub struct MacdNext {
    fast: Smoothed<1>,
    slow: Smoothed<1>,
    signal: Smoothed<1>,
}

impl Macd {
    /// With the periods of the fast, the slow and the signal average.
    pub fn new(fast: usize, slow: usize, signal: usize) -> Self {
        Self {
            fast: Smoother::exponential(fast),
            slow: Smoother::exponential(slow),
            signal: Smoother::exponential(signal),
        }
    }

    // Inlined like the rest: an outcome returned through memory would be copied on every bar.
    #[inline(always)]
    fn warm_up(&self, close: f64) -> (MacdNext, [Option<f64>; 3]) {
        let fast = self.fast.step([close]);
        let slow = self.slow.step([close]);
        let means = self.fast.means(&fast).zip(self.slow.means(&slow));
        let Some(([fast_mean], [slow_mean])) = means else {
            let next = MacdNext {
                fast,
                slow,
                signal: self.signal.state(),
            };
            return (next, [None; 3]);
        };
        let macd = fast_mean - slow_mean;
        let signal = self.signal.step([macd]);
        let line = self.signal.means(&signal).map(|[mean]| mean);
        let next = MacdNext { fast, slow, signal };
        (next, [Some(macd), line, line.map(|line| macd - line)])
    }
}

impl Indicator for Macd {
    /// MACD, signal line, histogram.
    type Values = [Option<f64>; 3];
    type Next = MacdNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (MacdNext, [Option<f64>; 3]) {
        let close = bar.close.as_f64();
        if !self.signal.is_ready() {
            return self.warm_up(close);
        }
        // A ready signal line means that both averages are: no question is left to ask.
        let fast = self.fast.step_ready([close]);
        let slow = self.slow.step_ready([close]);
        let ([fast_mean], [slow_mean]) = (Smoother::raw(&fast), Smoother::raw(&slow));
        let macd = fast_mean - slow_mean;
        let signal = self.signal.step_ready([macd]);
        let [line] = Smoother::raw(&signal);
        let next = MacdNext { fast, slow, signal };
        (next, [Some(macd), Some(line), Some(macd - line)])
    }

    #[inline(always)]
    fn commit(&mut self, _: &Bar, next: MacdNext) {
        self.fast.commit(next.fast);
        self.slow.commit(next.slow);
        self.signal.commit(next.signal);
    }
}

impl Registered for Macd {
    const DEFINITION: Definition = Definition {
        name: "MACD",
        parameters: &[
            Parameter::Period {
                least: 1,
                default: 12,
            },
            Parameter::Period {
                least: 2,
                default: 26,
            },
            Parameter::Period {
                least: 1,
                default: 9,
            },
        ],
        increasing: 2,
        outputs: &[
            Output::price(""),
            Output::price("SIGNAL"),
            Output::price("HISTOGRAM"),
        ],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0), spec.period(1), spec.period(2))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.fast.has_shape_of(&fresh.fast)
            && self.slow.has_shape_of(&fresh.slow)
            && self.signal.has_shape_of(&fresh.signal)
            && (self.fast.is_ready() && self.slow.is_ready() || !self.signal.is_ready())
    }
}
