//! The list of indicators and the static dispatch over them.
//! Must not hold a formula: a line here is all that an indicator needs outside its own file.

use std::slice::IterMut;

use serde::{Deserialize, Serialize};

use crate::domain::{ClosedBar, FormingBar, Timestamp};

use super::definition::{Definition, Indicator, Registered, Values};
use super::spec::IndicatorSpec;

macro_rules! registry {
    ($($(#[doc = $doc:literal])+ $kind:ident;)+) => {
        /// An indicator that a specification can name.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum IndicatorKind { $($(#[doc = $doc])+ $kind,)+ }

        impl IndicatorKind {
            /// Every indicator.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            /// What it is, in a few words.
            pub const fn about(self) -> &'static str {
                match self { $(Self::$kind => concat!($($doc),+).trim_ascii(),)+ }
            }

            pub(super) const fn definition(self) -> &'static Definition {
                match self { $(Self::$kind => &<super::$kind as Registered>::DEFINITION,)+ }
            }
        }

        /// The state of one indicator of any kind.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        pub(super) enum AnyIndicator { $($kind(super::$kind),)+ }

        impl AnyIndicator {
            /// A fresh state.
            pub(super) fn from_spec(spec: &IndicatorSpec) -> Self {
                match spec.kind() {
                    $(IndicatorKind::$kind => {
                        Self::$kind(<super::$kind as Registered>::from_spec(spec))
                    })+
                }
            }

            /// Takes a closed bar and writes the values at it.
            #[inline]
            pub(super) fn update(
                &mut self,
                bar: &ClosedBar,
                session_start: Timestamp,
                places: &mut IterMut<'_, Option<f64>>,
            ) {
                match self {
                    $(Self::$kind(state) => state.update_in(bar, session_start).write(places),)+
                }
            }

            /// Writes the values had the forming bar closed now.
            #[inline]
            pub(super) fn peek(
                &self,
                bar: &FormingBar,
                session_start: Timestamp,
                places: &mut IterMut<'_, Option<f64>>,
            ) {
                match self {
                    $(Self::$kind(state) => state.peek_in(bar, session_start).write(places),)+
                }
            }

            /// Whether a state read from outside has the parameters and buffers of `fresh`.
            pub(super) fn has_shape_of(&self, fresh: &Self) -> bool {
                match (self, fresh) {
                    $((Self::$kind(state), Self::$kind(fresh)) => state.has_shape_of(fresh),)+
                    _ => false,
                }
            }
        }
    };
}

registry! {
    /// Simple moving average.
    Sma;
    /// Exponential moving average.
    Ema;
    /// Relative strength index.
    Rsi;
    /// Moving average convergence and divergence.
    Macd;
    /// Bollinger bands.
    Bollinger;
    /// Average true range.
    Atr;
    /// On-balance volume.
    Obv;
    /// Average directional index.
    Adx;
    /// Stochastic oscillator.
    Stochastic;
    /// Volume-weighted average price of the session.
    Vwap;
    /// Commodity channel index.
    Cci;
    /// Money flow index.
    Mfi;
    /// Rate of change.
    Roc;
    /// SuperTrend.
    SuperTrend;
    /// Donchian channel.
    Donchian;
    /// Keltner channel.
    Keltner;
    /// Ichimoku lines.
    Ichimoku;
}

impl IndicatorKind {
    /// Its name in a specification and at the head of its values' names.
    pub const fn name(self) -> &'static str {
        self.definition().name
    }
}
