//! The market lane: the newest state of an instrument, conflated for readers that cannot take
//! every tick. Must not carry anything that may not be lost.

use std::sync::Arc;

use super::candle::{FormingBar, Timeframe};
use super::depth::Depth;
use super::instrument::InstrumentId;
use super::number::{Price, Qty};
use super::order::Side;
use super::time::Timestamp;

/// Prints of one instrument that wait for a reader at most; older ones are missed.
pub const PRINTS_KEPT: usize = 256;

/// One trade of the market, as a tape shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Print {
    /// Event time.
    pub time: Timestamp,
    /// At this price.
    pub price: Price,
    /// Of this size.
    pub quantity: Qty,
    /// Side of the aggressor, where the venue says it.
    pub side: Option<Side>,
    /// Number of the trade, counted from 1 within its instrument and run; a gap is what was
    /// missed.
    pub sequence_in_feed: u64,
}

impl Print {
    /// Size with the aggressor's sign, zero where the side is not known.
    pub fn signed(&self) -> Qty {
        self.side
            .map_or(Qty::ZERO, |side| side.signed(self.quantity))
    }
}

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
    /// Trades since the update before, oldest first, at most [`PRINTS_KEPT`]; kept only where a
    /// reader was announced.
    pub prints: Vec<Print>,
    /// The newest book, where the feed brings one.
    pub depth: Option<Arc<Depth>>,
    /// Ticks taken so far.
    pub ticks: u64,
    /// Ticks refused because they came too late.
    pub late_ticks: u64,
}

impl MarketUpdate {
    /// Takes the place of an older update that nobody has read: its prints come before these, as
    /// far as there is room for them.
    pub fn replace(&mut self, mut older: Self) {
        if older.prints.is_empty() {
            return;
        }
        older.prints.append(&mut self.prints);
        let surplus = older.prints.len().saturating_sub(PRINTS_KEPT);
        older.prints.drain(..surplus);
        self.prints = older.prints;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(sequences: std::ops::Range<u64>) -> MarketUpdate {
        MarketUpdate {
            instrument: InstrumentId(0),
            time: Timestamp::ZERO,
            last: None,
            bid: None,
            ask: None,
            forming: Vec::new(),
            prints: sequences
                .map(|sequence_in_feed| Print {
                    time: Timestamp::ZERO,
                    price: Price::from_units(1),
                    quantity: Qty::from_units(1),
                    side: None,
                    sequence_in_feed,
                })
                .collect(),
            depth: None,
            ticks: 0,
            late_ticks: 0,
        }
    }

    #[test]
    fn an_update_that_nobody_read_leaves_its_prints_to_the_next() {
        let cases = [
            (1..1, 1..4, 1..4),
            (1..3, 3..5, 1..5),
            (1..200, 200..400, 144..400),
            (1..3, 3..3, 1..3),
        ];
        for (older, newer, expected) in cases {
            let mut newest = update(newer);
            newest.replace(update(older));
            assert_eq!(newest.prints, update(expected).prints);
        }
    }
}
