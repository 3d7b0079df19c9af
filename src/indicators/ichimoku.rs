//! Ichimoku lines.
//! Must not look ahead: a shifted line's value at a bar is the one drawn at that bar.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::rolling::{Extremes, HighLow, Ring, Window};
use super::spec::IndicatorSpec;

/// Tenkan-sen, kijun-sen and the two senkou spans in price units (Goichi Hosoda;
/// Stock.Indicators).
///
/// Each line is the middle between the highest high and the lowest low of its last bars, the bar
/// itself included; senkou A is the middle of tenkan and kijun. The senkou spans are drawn
/// `kijun` bars ahead, so their value at a bar is the one computed `kijun` bars before it. Chikou
/// is left out: it is the close itself drawn `kijun` bars back, and its value at a bar would be a
/// look into the future. Ready at bar numbers `tenkan`, `kijun`, `2 * kijun` and `senkou + kijun`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ichimoku {
    tenkan: Window<Extremes>,
    kijun: Window<Extremes>,
    senkou: Window<Extremes>,
    ahead_a: Ring<f64>,
    ahead_b: Ring<f64>,
}

/// What a bar makes of an [`Ichimoku`].
#[derive(Debug)]
pub struct IchimokuNext {
    ahead_a: Option<f64>,
    ahead_b: Option<f64>,
}

impl Ichimoku {
    /// With the bars of tenkan-sen, kijun-sen (also the shift) and senkou B.
    pub fn new(tenkan: usize, kijun: usize, senkou: usize) -> Self {
        Self {
            tenkan: Window::new(tenkan),
            kijun: Window::new(kijun),
            senkou: Window::new(senkou),
            ahead_a: Ring::new(kijun),
            ahead_b: Ring::new(kijun),
        }
    }
}

#[inline(always)]
fn middle_with(window: &Window<Extremes>, item: HighLow) -> Option<f64> {
    window
        .is_full_with_next()
        .then(|| window.folded_with(item).middle())
}

impl Indicator for Ichimoku {
    /// Tenkan, kijun, senkou A, senkou B.
    type Values = [Option<f64>; 4];
    type Next = IchimokuNext;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (IchimokuNext, [Option<f64>; 4]) {
        let item = HighLow::of(bar);
        let tenkan = middle_with(&self.tenkan, item);
        let kijun = middle_with(&self.kijun, item);
        let next = IchimokuNext {
            ahead_a: tenkan
                .zip(kijun)
                .map(|(tenkan, kijun)| tenkan.midpoint(kijun)),
            ahead_b: middle_with(&self.senkou, item),
        };
        let values = [tenkan, kijun, self.ahead_a.oldest(), self.ahead_b.oldest()];
        (next, values)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: IchimokuNext) {
        let item = HighLow::of(bar);
        self.tenkan.push(item);
        self.kijun.push(item);
        self.senkou.push(item);
        if let Some(value) = next.ahead_a {
            self.ahead_a.push(value);
        }
        if let Some(value) = next.ahead_b {
            self.ahead_b.push(value);
        }
    }
}

impl Registered for Ichimoku {
    const DEFINITION: Definition = Definition {
        name: "ICHIMOKU",
        parameters: &[
            Parameter::Period {
                least: 1,
                default: 9,
            },
            Parameter::Period {
                least: 1,
                default: 26,
            },
            Parameter::Period {
                least: 1,
                default: 52,
            },
        ],
        increasing: 3,
        outputs: &[
            Output::price("TENKAN"),
            Output::price("KIJUN"),
            Output::price("SENKOU_A"),
            Output::price("SENKOU_B"),
        ],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0), spec.period(1), spec.period(2))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.tenkan.has_shape_of(&fresh.tenkan)
            && self.kijun.has_shape_of(&fresh.kijun)
            && self.senkou.has_shape_of(&fresh.senkou)
            && self.ahead_a.has_shape_of(&fresh.ahead_a)
            && self.ahead_b.has_shape_of(&fresh.ahead_b)
    }
}
