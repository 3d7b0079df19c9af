//! All indicators of one instrument and one timeframe, updated together.
//! Must not be shared between instruments or timeframes.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{ClosedBar, FormingBar, Timestamp};

use super::catalog::IndicatorCatalog;
use super::registry::AnyIndicator;
use super::spec::IndicatorSpec;

/// The indicators' states and their values at the last closed bar.
#[derive(Debug, Clone, PartialEq)]
pub struct IndicatorSet {
    indicators: Vec<AnyIndicator>,
    values: Vec<Option<f64>>,
    last_bar: Option<Timestamp>,
}

/// A set as it is saved; JSON keeps it bit for bit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct IndicatorSetState {
    /// Each indicator with its specification.
    indicators: Vec<SavedIndicator>,
    /// Values at the last closed bar.
    values: Vec<Option<f64>>,
    /// Start of that bar.
    last_bar: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct SavedIndicator {
    spec: IndicatorSpec,
    state: AnyIndicator,
}

impl IndicatorSetState {
    /// Start of the last closed bar that the saved state has taken.
    pub const fn last_bar(&self) -> Option<Timestamp> {
        self.last_bar
    }
}

/// Why a saved state cannot be taken up again.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum IndicatorStateError {
    /// Saved with more or fewer indicators.
    #[error(
        "the saved state has {saved} indicators where {configured} are configured: refill it from the bars' history"
    )]
    Count {
        /// How many were saved.
        saved: usize,
        /// How many there should be.
        configured: usize,
    },
    /// Saved with another indicator or other parameters.
    #[error(
        "the saved state has `{saved}` where `{configured}` is configured: refill it from the bars' history"
    )]
    Spec {
        /// What was saved.
        saved: String,
        /// What there should be.
        configured: String,
    },
    /// The state contradicts its own specification.
    #[error("the saved state of `{spec}` is damaged: refill it from the bars' history")]
    Damaged {
        /// Whose state.
        spec: String,
    },
    /// The saved values are not as many as the indicators give.
    #[error(
        "the saved state has {saved} values where the indicators give {configured}: refill it from the bars' history"
    )]
    Values {
        /// How many were saved.
        saved: usize,
        /// How many there should be.
        configured: usize,
    },
}

impl IndicatorSet {
    /// Fresh states of the catalog's indicators.
    pub fn new(catalog: &IndicatorCatalog) -> Self {
        Self {
            indicators: catalog
                .specs()
                .iter()
                .map(AnyIndicator::from_spec)
                .collect(),
            values: vec![None; catalog.len()],
            last_bar: None,
        }
    }

    /// Takes a closed bar of the trading session that began at `session_start`; VWAP begins anew
    /// where that changes. Bars come in order, each once: see [`last_bar`](Self::last_bar).
    #[inline]
    pub fn update(&mut self, bar: &ClosedBar, session_start: Timestamp) {
        let mut places = self.values.iter_mut();
        for indicator in &mut self.indicators {
            indicator.update(bar, session_start, &mut places);
        }
        self.last_bar = Some(bar.start);
    }

    /// The values at the last closed bar, by slot; `None` is not ready.
    #[inline]
    pub fn values(&self) -> &[Option<f64>] {
        &self.values
    }

    /// Writes into `out`, by slot, exactly what [`values`](Self::values) would be had `bar`
    /// closed as it stands. Places of `out` beyond the values are left alone.
    #[inline]
    pub fn peek(&self, bar: &FormingBar, session_start: Timestamp, out: &mut [Option<f64>]) {
        let mut places = out.iter_mut();
        for indicator in &self.indicators {
            indicator.peek(bar, session_start, &mut places);
        }
    }

    /// Start of the last closed bar taken; a replay skips every bar at or before it.
    #[inline]
    pub const fn last_bar(&self) -> Option<Timestamp> {
        self.last_bar
    }

    /// The whole state, for a snapshot; `catalog` is the one that the set was made from.
    pub fn state(&self, catalog: &IndicatorCatalog) -> IndicatorSetState {
        IndicatorSetState {
            indicators: catalog
                .specs()
                .iter()
                .zip(&self.indicators)
                .map(|(&spec, state)| SavedIndicator {
                    spec,
                    state: state.clone(),
                })
                .collect(),
            values: self.values.clone(),
            last_bar: self.last_bar,
        }
    }

    /// A set that goes on where the saved one stopped.
    ///
    /// # Errors
    /// When the state was saved with other indicators or is damaged.
    pub fn restore(
        catalog: &IndicatorCatalog,
        state: IndicatorSetState,
    ) -> Result<Self, IndicatorStateError> {
        if state.indicators.len() != catalog.specs().len() {
            return Err(IndicatorStateError::Count {
                saved: state.indicators.len(),
                configured: catalog.specs().len(),
            });
        }
        if state.values.len() != catalog.len() {
            return Err(IndicatorStateError::Values {
                saved: state.values.len(),
                configured: catalog.len(),
            });
        }
        let mut indicators = Vec::with_capacity(state.indicators.len());
        for (saved, spec) in state.indicators.into_iter().zip(catalog.specs()) {
            if saved.spec != *spec {
                return Err(IndicatorStateError::Spec {
                    saved: saved.spec.to_string(),
                    configured: spec.to_string(),
                });
            }
            if !saved.state.has_shape_of(&AnyIndicator::from_spec(spec)) {
                return Err(IndicatorStateError::Damaged {
                    spec: spec.to_string(),
                });
            }
            indicators.push(saved.state);
        }
        Ok(Self {
            indicators,
            values: state.values,
            last_bar: state.last_bar,
        })
    }
}
