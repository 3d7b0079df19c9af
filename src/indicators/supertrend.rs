//! SuperTrend: a trailing band that prices break to turn the trend.
//! Must not have a range of its own: the band's width is that of `atr`.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::atr::Atr;
use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::to_f64;
use super::smoothing::Smoothed;
use super::spec::IndicatorSpec;

/// The trailing band in price units, and the trend: 1 rising, -1 falling (Olivier Seban).
///
/// The bands lie `multiplier` average true ranges around the bar's middle; the upper one only
/// falls and the lower one only rises, until the close before broke them. Ready at bar number
/// `period + 1` with the first ATR, where the trend is rising if the close is not below the
/// bar's middle (Stock.Indicators).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SuperTrend {
    atr: Atr,
    multiplier: f64,
    trend: Option<Trend>,
}

/// Where the bands lie and which one is in force.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Trend {
    upper: f64,
    lower: f64,
    rising: bool,
}

/// What a bar makes of a [`SuperTrend`].
#[derive(Debug)]
pub struct SuperTrendNext {
    atr: Smoothed<1>,
    trend: Option<Trend>,
}

impl SuperTrend {
    /// Over `period` true ranges, `multiplier` of their average away.
    pub fn new(period: usize, multiplier: f64) -> Self {
        Self {
            atr: Atr::new(period),
            multiplier,
            trend: None,
        }
    }

    #[inline(always)]
    fn next_trend(&self, bar: &Bar, atr: f64) -> Trend {
        let close = bar.close.as_f64();
        let middle = bar.high.as_f64().midpoint(bar.low.as_f64());
        let upper_now = middle + self.multiplier * atr;
        let lower_now = middle - self.multiplier * atr;
        let before = self.trend.unwrap_or(Trend {
            upper: upper_now,
            lower: lower_now,
            rising: close >= middle,
        });
        let previous_close = self.atr.previous_close().map_or(close, to_f64);
        let upper = if upper_now < before.upper || previous_close > before.upper {
            upper_now
        } else {
            before.upper
        };
        let lower = if lower_now > before.lower || previous_close < before.lower {
            lower_now
        } else {
            before.lower
        };
        let broken = if before.rising { lower } else { upper };
        Trend {
            upper,
            lower,
            rising: close > broken,
        }
    }
}

impl Indicator for SuperTrend {
    /// Band, direction.
    type Values = [Option<f64>; 2];
    type Next = SuperTrendNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, session_start: Timestamp) -> (SuperTrendNext, [Option<f64>; 2]) {
        let (atr, range) = self.atr.step(bar, session_start);
        let trend = range.map(|range| self.next_trend(bar, range));
        let values = trend.map_or([None; 2], |trend| {
            if trend.rising {
                [Some(trend.lower), Some(1.0)]
            } else {
                [Some(trend.upper), Some(-1.0)]
            }
        });
        (SuperTrendNext { atr, trend }, values)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: SuperTrendNext) {
        self.atr.commit(bar, next.atr);
        self.trend = next.trend;
    }
}

impl Registered for SuperTrend {
    const DEFINITION: Definition = Definition {
        name: "SUPERTREND",
        parameters: &[
            Parameter::Period {
                least: 1,
                default: 10,
            },
            Parameter::Multiplier { default: 3_000 },
        ],
        increasing: 0,
        outputs: &[Output::price(""), Output::plain("DIRECTION")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0), spec.multiplier(1))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.atr.has_shape_of(&fresh.atr) && self.multiplier.to_bits() == fresh.multiplier.to_bits()
    }
}
