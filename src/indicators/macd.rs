//! Moving average convergence and divergence of closes.
//! Must not choose a seeding of its own: `smoothing` has the one convention.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::seldom;
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
    fast_and_slow: Smoother<2>,
    signal: Smoother<1>,
}

/// What a bar makes of a [`Macd`].
#[derive(Debug)]
pub struct MacdNext {
    fast_and_slow: Smoothed<2>,
    signal: Smoothed<1>,
}

impl Macd {
    /// With the periods of the fast, the slow and the signal average.
    pub fn new(fast: usize, slow: usize, signal: usize) -> Self {
        Self {
            fast_and_slow: Smoother::exponential([fast, slow]),
            signal: Smoother::exponential([signal]),
        }
    }

    // Inlined like the rest: an outcome returned through memory would be copied on every bar.
    #[inline(always)]
    fn warm_up(&self, close: f64, line: f64) -> (MacdNext, [Option<f64>; 3]) {
        let fast_and_slow = self.fast_and_slow.step([close; 2]);
        let Some([fast, slow]) = self.fast_and_slow.means(&fast_and_slow) else {
            let signal = self.signal.with_value(line);
            let next = MacdNext {
                fast_and_slow,
                signal,
            };
            return (next, [None; 3]);
        };
        let macd = fast - slow;
        let (signal, line) = self.signal.summed(line, macd);
        let next = MacdNext {
            fast_and_slow,
            signal,
        };
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
        // A ready signal line means that both averages are: no other question is asked. It comes
        // after the reading of the states, or each branch would read them from memory by itself.
        let fast_and_slow = self.fast_and_slow.step_ready([close; 2]);
        let [fast, slow] = Smoother::raw(&fast_and_slow);
        let macd = fast - slow;
        let before = self.signal.value();
        if !self.signal.is_ready() {
            seldom();
            return self.warm_up(close, before);
        }
        let line = self.signal.smoothed(before, macd);
        let signal = self.signal.with_value(line);
        let next = MacdNext {
            fast_and_slow,
            signal,
        };
        (next, [Some(macd), Some(line), Some(macd - line)])
    }

    #[inline(always)]
    fn commit(&mut self, _: &Bar, next: MacdNext) {
        if self.signal.is_ready() {
            self.fast_and_slow.commit_ready(next.fast_and_slow);
            self.signal.commit_ready(next.signal);
        } else {
            seldom();
            self.fast_and_slow.commit(next.fast_and_slow);
            self.signal.commit(next.signal);
        }
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
        self.fast_and_slow.has_shape_of(&fresh.fast_and_slow)
            && self.signal.has_shape_of(&fresh.signal)
            && (self.fast_and_slow.is_ready() || !self.signal.is_ready())
    }
}
