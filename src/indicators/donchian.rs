//! Donchian channel.
//! Must not count the bar itself, or no price could ever leave the channel.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::to_f64;
use super::rolling::{Extremes, HighLow, Window};
use super::spec::IndicatorSpec;

/// Highest high, its middle with the lowest low, and the lowest low, in price units (Richard
/// Donchian), of the `period` bars **before** this one, as in Stock.Indicators.
///
/// Ready at bar number `period + 1`. A forming bar does not move it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Donchian {
    range: Window<Extremes>,
}

impl Donchian {
    /// Over `period` bars; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            range: Window::new(period),
        }
    }
}

impl Indicator for Donchian {
    /// Upper, middle, lower.
    type Values = [Option<f64>; 3];
    type Next = ();

    #[inline(always)]
    fn step(&self, _: &Bar, _: Timestamp) -> ((), [Option<f64>; 3]) {
        if !self.range.is_full() {
            return ((), [None; 3]);
        }
        let range = self.range.folded();
        (
            (),
            [
                Some(to_f64(range.high)),
                Some(range.middle()),
                Some(to_f64(range.low)),
            ],
        )
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, (): ()) {
        self.range.push(HighLow::of(bar));
    }
}

impl Registered for Donchian {
    const DEFINITION: Definition = Definition {
        name: "DONCHIAN",
        parameters: &[Parameter::Period {
            least: 1,
            default: 20,
        }],
        increasing: 0,
        outputs: &[
            Output::price("UPPER"),
            Output::price("MIDDLE"),
            Output::price("LOWER"),
        ],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.range.has_shape_of(&fresh.range)
    }
}
