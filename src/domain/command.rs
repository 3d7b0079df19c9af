//! Everything that anyone asks of the engine, and everything that is fed into it.
//! Must not carry a wall clock: inputs carry event time.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::decision::OrderIntent;
use super::depth::Depth;
use super::feed::{FeedId, FeedStatus};
use super::instrument::{Instrument, InstrumentId};
use super::order::OrderId;
use super::tick::Tick;
use super::time::Timestamp;

/// Number of a command, given by whoever sends it; each is answered once.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CommandId(pub u64);

/// Something asked of the engine.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Command {
    /// Number of the question; the answer carries it.
    pub id: CommandId,
    /// What is asked.
    pub body: CommandBody,
}

/// What can be asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandBody {
    /// Send an order, if risk approves.
    PlaceOrder(OrderIntent),
    /// Cancel one order.
    CancelOrder(OrderId),
    /// Cancel every working order, of one instrument or of all.
    CancelAll(Option<InstrumentId>),
    /// Cancel the instrument's orders and close its position at the market.
    Flatten(InstrumentId),
    /// Latch the kill switch: refuse new orders, cancel all, close all positions.
    Kill {
        /// Why, for the record.
        reason: String,
    },
    /// Refuse new orders that increase risk until `Resume`.
    Halt {
        /// Why, for the record and the screen.
        reason: String,
    },
    /// Lift a halt or the kill switch.
    Resume,
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandOutcome {
    /// Done; the order it made, where it made one.
    Done(Option<OrderId>),
    /// Refused, with the reason for a person to read.
    Refused(String),
}

/// Something fed into the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// List an instrument of a feed; ids are given in the order of listing.
    List {
        /// Which feed its ticks come from.
        feed: FeedId,
        /// The id that the registry gave; the next free one.
        id: InstrumentId,
        /// What it is.
        instrument: Arc<Instrument>,
    },
    /// A tick of a listed instrument.
    Tick(Tick),
    /// The newest book of a listed instrument: shown, and no event.
    Depth {
        /// Whose book.
        instrument: InstrumentId,
        /// The book.
        depth: Arc<Depth>,
    },
    /// The event time of a feed has come this far though no tick said so.
    Time {
        /// Whose clock.
        feed: FeedId,
        /// How far.
        now: Timestamp,
    },
    /// A feed connected, failed or ended.
    Feed {
        /// Which feed.
        feed: FeedId,
        /// How it is doing.
        status: FeedStatus,
    },
    /// The store began to fail, with the reason, or has recovered.
    Store(Option<String>),
    /// Something was asked.
    Command(Command),
}
