//! What a strategy says of one closed bar, and why.
//! Must not know of orders: a signal is an opinion, not an instruction.

use serde::{Deserialize, Serialize};

use super::candle::Timeframe;
use super::instrument::InstrumentId;
use super::number::{Price, Real};
use super::time::Timestamp;

/// Which way a strategy leans.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum SignalAction {
    /// Be long.
    Buy,
    /// Be out, or short where the account may be.
    Sell,
    /// A lean that was held back; `Signal::blocked_by` says by what.
    Hold,
}

/// One part of a signal's explanation.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
pub struct Contribution {
    /// What was looked at, for example `RSI_14`.
    pub feature: String,
    /// Its value at the bar.
    pub value: Real,
    /// Its share of the confidence, signed: above zero speaks for buying.
    pub impact: Real,
}

/// A strategy's opinion of one closed bar.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
pub struct Signal {
    /// Name of the strategy as configured.
    pub strategy: String,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// On which bars it runs.
    pub timeframe: Timeframe,
    /// Start of the bar that raised it.
    pub bar_start: Timestamp,
    /// Which way.
    pub action: SignalAction,
    /// 0 to 1.
    pub confidence: Real,
    /// Close of the bar.
    pub price: Price,
    /// Each part's contribution.
    pub explanation: Vec<Contribution>,
    /// For `Hold`: the rule that held the lean back, for example `RSI_14 above 70`.
    pub blocked_by: Option<String>,
}
