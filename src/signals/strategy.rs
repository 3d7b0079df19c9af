//! What a strategy is, what it sees of a bar, and what can be wrong with it.
//! Must not know any one strategy: `registry` lists them.

use thiserror::Error;

use crate::domain::{
    ClosedBar, Contribution, IndicatorSlot, InstrumentId, Real, Signal, SignalAction, Timeframe,
};

/// What a strategy sees: one closed bar and the indicator values at it.
#[derive(Debug, Clone, Copy)]
pub struct StrategyContext<'a> {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// On which bars.
    pub timeframe: Timeframe,
    /// The bar; there is no way to show a forming one.
    pub bar: &'a ClosedBar,
    /// Values at the bar by slot of the catalog that the strategy was built with.
    pub values: &'a [Option<f64>],
}

impl StrategyContext<'_> {
    /// The value in this slot, where it is ready.
    #[inline]
    pub fn value(&self, slot: IndicatorSlot) -> Option<f64> {
        self.values.get(slot.index()).copied().flatten()
    }

    /// A signal of this bar; the confidence is the size of the sum of the impacts.
    pub(super) fn signal(
        &self,
        strategy: &str,
        action: SignalAction,
        explanation: Vec<Contribution>,
    ) -> Signal {
        let total: f64 = explanation.iter().map(|part| part.impact.0).sum();
        Signal {
            strategy: strategy.to_owned(),
            instrument: self.instrument,
            timeframe: self.timeframe,
            bar_start: self.bar.start,
            action,
            confidence: Real(total.abs().min(1.0)),
            price: self.bar.close,
            explanation,
            blocked_by: None,
        }
    }
}

/// One part of an explanation.
pub(super) fn contribution(feature: &str, value: f64, impact: f64) -> Contribution {
    Contribution {
        feature: feature.to_owned(),
        value: Real(value),
        impact: Real(impact),
    }
}

/// A strategy for one instrument and one timeframe.
pub trait Strategy: Send {
    /// Its name as configured.
    fn name(&self) -> &str;

    /// Takes the next closed bar; an opinion only where there is something new to say.
    fn on_bar(&mut self, context: &StrategyContext<'_>) -> Option<Signal>;

    /// What it remembers from bar to bar, for a snapshot.
    fn save(&self) -> serde_json::Value;

    /// Takes up what [`save`](Self::save) gave.
    ///
    /// # Errors
    /// When the value is not one that this kind of strategy saves; nothing is changed then.
    fn restore(&mut self, state: &serde_json::Value) -> Result<(), StrategyError>;
}

/// What is wrong with a strategy's configuration or saved state.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StrategyError {
    /// There is no such kind.
    #[error("strategy kind `{kind}` is not known: did you mean `{nearest}`?")]
    UnknownKind {
        /// What was configured.
        kind: String,
        /// The nearest that is known.
        nearest: &'static str,
    },
    /// A number is outside its range.
    #[error("strategy `{strategy}`: {key} = {value} is not {wanted}")]
    Setting {
        /// Name of the strategy.
        strategy: String,
        /// The configuration's key, or the keys that contradict each other.
        key: &'static str,
        /// What was configured.
        value: String,
        /// What it should be.
        wanted: &'static str,
    },
    /// A value that the strategy looks at is not in the catalog.
    #[error(
        "strategy `{strategy}` needs {value}: add the strategy's required indicators to the catalog"
    )]
    MissingIndicator {
        /// Name of the strategy.
        strategy: String,
        /// Name of the value.
        value: &'static str,
    },
    /// A saved state is of another kind or damaged.
    #[error("strategy `{strategy}`: its saved state cannot be read ({reason}): start it afresh")]
    State {
        /// Name of the strategy.
        strategy: String,
        /// What the reader said.
        reason: String,
    },
}
