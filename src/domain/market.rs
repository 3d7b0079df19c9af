//! The market lane: the newest state of an instrument, conflated for readers that cannot take
//! every tick. Must not carry anything that may not be lost.

use super::candle::{FormingBar, Timeframe};
use super::instrument::InstrumentId;
use super::number::{Price, Qty};
use super::time::Timestamp;

/// The newest state of one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketUpdate {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// Event time of its newest tick.
    pub time: Timestamp,
    /// Price of the newest trade, or of the newest quote by its basis.
    pub last: Option<Price>,
    /// Best bid, where quotes are known.
    pub bid: Option<(Price, Qty)>,
    /// Best ask, where quotes are known.
    pub ask: Option<(Price, Qty)>,
    /// The forming bar of each timeframe, the open seconds included.
    pub forming: Vec<(Timeframe, FormingBar)>,
    /// Ticks taken so far.
    pub ticks: u64,
    /// Ticks refused because they came too late.
    pub late_ticks: u64,
}
