//! Keltner channel.
//! Must not have an average or a range of its own: they are those of `ema` and `atr`.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::atr::Atr;
use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::ema::Ema;
use super::smoothing::Smoothed;
use super::spec::IndicatorSpec;

/// EMA of closes and the lines `multiplier` average true ranges above and below it, in price
/// units (Chester Keltner, as reworked by Linda Raschke; Stock.Indicators).
///
/// Ready when both the EMA and the ATR are, at bar number `max(period, atr_period + 1)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Keltner {
    ema: Ema,
    atr: Atr,
    multiplier: f64,
}

/// What a bar makes of a [`Keltner`].
#[derive(Debug)]
pub struct KeltnerNext {
    ema: Smoothed<1>,
    atr: Smoothed<1>,
}

impl Keltner {
    /// EMA over `period` bars, ATR over `atr_period`.
    pub fn new(period: usize, multiplier: f64, atr_period: usize) -> Self {
        Self {
            ema: Ema::new(period),
            atr: Atr::new(atr_period),
            multiplier,
        }
    }
}

impl Indicator for Keltner {
    /// Upper, middle, lower.
    type Values = [Option<f64>; 3];
    type Next = KeltnerNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, session_start: Timestamp) -> (KeltnerNext, [Option<f64>; 3]) {
        let (ema, middle) = self.ema.step(bar, session_start);
        let (atr, range) = self.atr.step(bar, session_start);
        let values = match (middle, range) {
            (Some(middle), Some(range)) => {
                let half_width = self.multiplier * range;
                [
                    Some(middle + half_width),
                    Some(middle),
                    Some(middle - half_width),
                ]
            }
            _ => [None; 3],
        };
        (KeltnerNext { ema, atr }, values)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: KeltnerNext) {
        self.ema.commit(bar, next.ema);
        self.atr.commit(bar, next.atr);
    }
}

impl Registered for Keltner {
    const DEFINITION: Definition = Definition {
        name: "KELTNER",
        parameters: &[
            Parameter::Period {
                least: 1,
                default: 20,
            },
            Parameter::Multiplier { default: 2_000 },
            Parameter::Period {
                least: 1,
                default: 10,
            },
        ],
        increasing: 0,
        outputs: &[
            Output::price("UPPER"),
            Output::price("MIDDLE"),
            Output::price("LOWER"),
        ],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0), spec.multiplier(1), spec.period(2))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.ema.has_shape_of(&fresh.ema)
            && self.atr.has_shape_of(&fresh.atr)
            && self.multiplier.to_bits() == fresh.multiplier.to_bits()
    }
}
