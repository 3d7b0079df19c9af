//! What a strategy says of one closed bar and why, and why the desk made no order of it.
//! Must not know of orders: a signal is an opinion, not an instruction.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::candle::Timeframe;
use super::instrument::InstrumentId;
use super::number::{Price, Real};
use super::order::Side;
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

/// Why the desk wanted no order of a signal that leans one way.
#[derive(Debug, Clone, Copy, PartialEq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IgnoreReason {
    /// The strategy only speaks: `strategy[].trade` is off.
    TradingOff,
    /// The strategy is not sure enough.
    LowConfidence {
        /// How sure it was.
        confidence: Real,
        /// `strategy[].min_confidence`.
        minimum: Real,
    },
    /// A long position is there.
    AlreadyLong,
    /// A short position is there.
    AlreadyShort,
    /// An order of the side works.
    AlreadyWorking(Side),
    /// There is nothing to sell, and short positions are off.
    NothingToSell,
}

impl fmt::Display for IgnoreReason {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TradingOff => formatter.write_str("trading is off for this strategy"),
            Self::LowConfidence {
                confidence: Real(confidence),
                minimum: Real(minimum),
            } => {
                // Cut, not rounded: what is below must not look equal.
                let confidence = (confidence * 100.0).floor() / 100.0;
                write!(formatter, "confidence {confidence:.2} < {minimum:.2}")
            }
            Self::AlreadyLong => formatter.write_str("already long"),
            Self::AlreadyShort => formatter.write_str("already short"),
            Self::AlreadyWorking(Side::Buy) => formatter.write_str("an order to buy works"),
            Self::AlreadyWorking(Side::Sell) => formatter.write_str("an order to sell works"),
            Self::NothingToSell => formatter.write_str("nothing to sell, and shorting is off"),
        }
    }
}
