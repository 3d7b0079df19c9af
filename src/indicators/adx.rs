//! Wilder's average directional index and its two directional indicators.
//! Must not divide by a range of zero: still prices have no direction.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::atr::true_range;
use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::to_f64;
use super::smoothing::{Smoothed, Smoother};
use super::spec::IndicatorSpec;

/// ADX, +DI and -DI, each 0 to 100 (J. Welles Wilder, 1978).
///
/// The directional movements and the true range are smoothed by Wilder's average, begun as plain
/// means of the second to the `period + 1`th bar, where the two DI are ready; ADX is Wilder's
/// average of DX, begun as the plain mean of its first `period` values, and ready at bar number
/// `2 * period` (Stock.Indicators; TA-Lib's first values differ). Where there is no range the DI
/// are 0, and where there is no movement DX is 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Adx {
    previous: Option<HighLowClose>,
    movement: Smoother<3>,
    index: Smoother<1>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct HighLowClose {
    high: i64,
    low: i64,
    close: i64,
}

/// What a bar makes of an [`Adx`].
#[derive(Debug)]
pub struct AdxNext {
    movement: Smoothed<3>,
    index: Smoothed<1>,
}

impl Adx {
    /// Over `period` bars; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            previous: None,
            movement: Smoother::wilder(period),
            index: Smoother::wilder(period),
        }
    }
}

impl Indicator for Adx {
    /// ADX, +DI, -DI.
    type Values = [Option<f64>; 3];
    type Next = AdxNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (AdxNext, [Option<f64>; 3]) {
        let Some(previous) = &self.previous else {
            let next = AdxNext {
                movement: self.movement.state(),
                index: self.index.state(),
            };
            return (next, [None; 3]);
        };
        let up = bar.high.units().saturating_sub(previous.high);
        let down = previous.low.saturating_sub(bar.low.units());
        let plus = if up > down { up.max(0) } else { 0 };
        let minus = if down > up { down.max(0) } else { 0 };
        let movement =
            self.movement
                .step([to_f64(plus), to_f64(minus), true_range(bar, previous.close)]);
        let Some([plus, minus, range]) = self.movement.means(&movement) else {
            let next = AdxNext {
                movement,
                index: self.index.state(),
            };
            return (next, [None; 3]);
        };
        let per_range = if range > 0.0 { 100.0 / range } else { 0.0 };
        let total = plus + minus;
        let direction = if total > 0.0 {
            100.0 * (plus - minus).abs() / total
        } else {
            0.0
        };
        let index = self.index.step([direction]);
        let adx = self.index.means(&index).map(|[mean]| mean);
        let next = AdxNext { movement, index };
        (next, [adx, Some(plus * per_range), Some(minus * per_range)])
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: AdxNext) {
        self.previous = Some(HighLowClose {
            high: bar.high.units(),
            low: bar.low.units(),
            close: bar.close.units(),
        });
        self.movement.commit(next.movement);
        self.index.commit(next.index);
    }
}

impl Registered for Adx {
    const DEFINITION: Definition = Definition {
        name: "ADX",
        parameters: &[Parameter::Period {
            least: 1,
            default: 14,
        }],
        increasing: 0,
        outputs: &[
            Output::plain(""),
            Output::plain("PLUS_DI"),
            Output::plain("MINUS_DI"),
        ],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.movement.has_shape_of(&fresh.movement) && self.index.has_shape_of(&fresh.index)
    }
}
