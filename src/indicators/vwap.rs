//! Volume-weighted average price of a trading session.
//! Must not find out by itself when a session begins.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Registered};
use super::number::{typical_price_times_three, wide_to_f64};
use super::spec::IndicatorSpec;

/// Mean of the typical prices `(high + low + close) / 3` since the session's start, weighted by
/// volume, in price units (Stock.Indicators).
///
/// Begins anew where the session start changes: pass it with
/// [`Indicator::update_in`]; plain `update` counts one endless session. Ready at the first bar
/// of the session that has a volume; never for instruments whose candles are made of quotes. The
/// sums are integers of 128 bits, exact until they stop at the end of that range.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub struct Vwap {
    session_start: Option<Timestamp>,
    /// Sum of three typical prices by volume.
    #[serde(with = "super::number::wide_text")]
    value: i128,
    #[serde(with = "super::number::wide_text")]
    volume: i128,
}

impl Vwap {
    /// From the next bar on.
    pub fn new() -> Self {
        Self::default()
    }
}

impl Indicator for Vwap {
    type Values = Option<f64>;
    type Next = Self;

    #[inline(always)]
    fn step(&self, bar: &Bar, session_start: Timestamp) -> (Self, Option<f64>) {
        let same_session = self.session_start == Some(session_start);
        let (value, volume) = if same_session {
            (self.value, self.volume)
        } else {
            (0, 0)
        };
        let traded = i128::from(bar.volume.units().max(0));
        let next = Self {
            session_start: Some(session_start),
            value: value.saturating_add(i128::from(typical_price_times_three(bar)) * traded),
            volume: volume.saturating_add(traded),
        };
        let mean =
            (next.volume > 0).then(|| wide_to_f64(next.value) / (3.0 * wide_to_f64(next.volume)));
        (next, mean)
    }

    #[inline(always)]
    fn commit(&mut self, _: &Bar, next: Self) {
        *self = next;
    }
}

impl Registered for Vwap {
    const DEFINITION: Definition = Definition {
        name: "VWAP",
        parameters: &[],
        increasing: 0,
        outputs: &[Output::price("")],
    };

    fn from_spec(_: &IndicatorSpec) -> Self {
        Self::new()
    }

    fn has_shape_of(&self, _: &Self) -> bool {
        self.volume >= 0
    }
}
