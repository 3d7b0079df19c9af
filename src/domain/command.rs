//! Everything that anyone asks of the engine, and everything that is fed into it.
//! Must not carry a wall clock: inputs carry event time.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::decision::OrderIntent;
use super::depth::Depth;
use super::feed::{FeedId, FeedStatus};
use super::instrument::{Instrument, InstrumentId};
use super::number::{Price, Qty};
use super::order::OrderId;
use super::tick::Tick;
use super::time::Timestamp;

/// Number of a command, given by whoever sends it. A number that comes again within one run is
/// answered as it was the first time, and nothing is done.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct CommandId(pub u64);

impl CommandId {
    /// Of what the desk asks by itself: each is a command of its own, never another's repetition.
    pub const OWN: Self = Self(0);
}

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
    /// Change a working order's price or size, if risk approves; what is `None` stays. It keeps
    /// its place in the queue only where the size falls at the same price.
    AmendOrder {
        /// Which order.
        order: OrderId,
        /// The new limit, or where a stop order is triggered.
        price: Option<Price>,
        /// The new whole size, with what is filled.
        quantity: Option<Qty>,
    },
    /// Cancel one order.
    CancelOrder(OrderId),
    /// Cancel every working order, of one instrument or of all.
    CancelAll(Option<InstrumentId>),
    /// Cancel every working order that may open or add to a position, of one instrument or of
    /// all; what leaves or protects a position stays.
    CancelEntries(Option<InstrumentId>),
    /// Cancel the instrument's orders and close its position at the market.
    Flatten(InstrumentId),
    /// Close a part of a position at the market, in whole lots and at least one.
    ClosePart {
        /// Whose position.
        instrument: InstrumentId,
        /// How much of it, 1 to 100.
        percent: u8,
    },
    /// Cancel the instrument's orders, close its position and open the same size on the other
    /// side, in one order where risk approves it; otherwise only close.
    Reverse(InstrumentId),
    /// Move a position's protective stop; `None` removes it.
    SetStop {
        /// Whose position.
        instrument: InstrumentId,
        /// Where to, on the losing side of the market.
        stop_price: Option<Price>,
    },
    /// Move a position's target; `None` removes it.
    SetTarget {
        /// Whose position.
        instrument: InstrumentId,
        /// Where to, on the winning side of the market.
        target_price: Option<Price>,
    },
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

impl CommandBody {
    /// The instrument that is named, where one is.
    pub const fn instrument(&self) -> Option<InstrumentId> {
        match self {
            Self::PlaceOrder(intent) => Some(intent.instrument),
            Self::CancelAll(instrument) | Self::CancelEntries(instrument) => *instrument,
            Self::Flatten(instrument)
            | Self::Reverse(instrument)
            | Self::ClosePart { instrument, .. }
            | Self::SetStop { instrument, .. }
            | Self::SetTarget { instrument, .. } => Some(*instrument),
            Self::AmendOrder { .. }
            | Self::CancelOrder(_)
            | Self::Kill { .. }
            | Self::Halt { .. }
            | Self::Resume => None,
        }
    }

    /// Gives the instrument another number, from one numbering to another; what names none is
    /// left as it is.
    pub const fn set_instrument(&mut self, new: InstrumentId) {
        match self {
            Self::PlaceOrder(intent) => intent.instrument = new,
            Self::CancelAll(Some(instrument))
            | Self::CancelEntries(Some(instrument))
            | Self::Flatten(instrument)
            | Self::Reverse(instrument)
            | Self::ClosePart { instrument, .. }
            | Self::SetStop { instrument, .. }
            | Self::SetTarget { instrument, .. } => *instrument = new,
            Self::CancelAll(None)
            | Self::CancelEntries(None)
            | Self::AmendOrder { .. }
            | Self::CancelOrder(_)
            | Self::Kill { .. }
            | Self::Halt { .. }
            | Self::Resume => {}
        }
    }
}

/// How a command ended.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CommandOutcome {
    /// Done; the order it made, where it made one.
    Done(Option<OrderId>),
    /// Done in part.
    Partly {
        /// The order it made, where it made one.
        order: Option<OrderId>,
        /// What was not done and why, for a person to read.
        text: String,
    },
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
