//! One message of the market: a trade or a new best bid and ask.
//! Must stay small and `Copy`: it is what the hot path moves.

use serde::{Deserialize, Serialize};

use super::instrument::InstrumentId;
use super::number::{Price, Qty};
use super::order::Side;
use super::time::Timestamp;

/// A trade or a quote with the time its venue gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tick {
    /// Which instrument.
    pub instrument: InstrumentId,
    /// The venue's time; it drives all logic.
    pub event_time: Timestamp,
    /// What happened.
    pub body: TickBody,
}

/// What a tick says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum TickBody {
    /// A trade took place.
    Trade {
        /// At this price.
        price: Price,
        /// Of this size.
        quantity: Qty,
        /// Side of the aggressor, where the venue says it.
        side: Option<Side>,
    },
    /// The best bid and ask changed.
    Quote {
        /// Best bid.
        bid: Price,
        /// Size there; zero where the venue does not say it.
        bid_quantity: Qty,
        /// Best ask.
        ask: Price,
        /// Size there; zero where the venue does not say it.
        ask_quantity: Qty,
    },
}
