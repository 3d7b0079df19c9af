//! Everything that happened, numbered: the trade lane of the design.
//! Must hold facts only, so that folding the same events gives the same state anywhere.

use std::sync::Arc;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::candle::{Candle, ClosedBar, Timeframe};
use super::command::{CommandBody, CommandId, CommandOutcome};
use super::decision::Decision;
use super::feed::{FeedId, FeedStatus};
use super::fill::Fill;
use super::instrument::{Instrument, InstrumentId};
use super::number::{Price, Real};
use super::order::{Order, OrderId, OrderOrigin};
use super::signal::{IgnoreReason, Signal};
use super::time::Timestamp;

/// Which value of the indicator set: an index into the set's list of names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IndicatorSlot(pub u16);

impl IndicatorSlot {
    /// As an index into the set's values.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
pub struct Event {
    /// Counted from 1 within one data folder, without a gap.
    pub sequence: u64,
    /// Sequence of the event that caused this one; 0 for causes from outside.
    pub cause: u64,
    /// Event time.
    pub time: Timestamp,
    /// What happened.
    pub body: EventBody,
}

/// What can happen. None of these is ever dropped on the way to a reader.
#[derive(Debug, Clone, PartialEq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventBody {
    /// An instrument was listed under this id.
    Listed {
        /// Its id in this run.
        id: InstrumentId,
        /// Its feed.
        feed: FeedId,
        /// What it is.
        instrument: Arc<Instrument>,
    },
    /// A second is over.
    CandleClosed {
        /// Of which instrument.
        instrument: InstrumentId,
        /// Its candle.
        candle: Candle,
    },
    /// A bar is over.
    BarClosed {
        /// Of which instrument.
        instrument: InstrumentId,
        /// Its length.
        timeframe: Timeframe,
        /// The bar.
        bar: ClosedBar,
    },
    /// An indicator has its value at a closed bar.
    IndicatorConfirmed {
        /// Of which instrument.
        instrument: InstrumentId,
        /// On which bars.
        timeframe: Timeframe,
        /// Which value.
        slot: IndicatorSlot,
        /// Start of the bar.
        bar_start: Timestamp,
        /// Price-like values in the instrument's smallest price units, others as they are.
        value: Real,
    },
    /// A strategy spoke.
    SignalRaised(Box<Signal>),
    /// No order was wanted of the signal that caused this.
    SignalIgnored {
        /// Of which instrument it spoke.
        instrument: InstrumentId,
        /// Why not.
        reason: IgnoreReason,
    },
    /// Risk approved or denied an order.
    RiskDecided(Box<Decision>),
    /// An order is new or changed; this is all of it.
    OrderChanged(Box<Order>),
    /// An order was executed, in part or whole.
    Filled(Box<Fill>),
    /// A position's protective stop was set, moved or removed.
    StopMoved {
        /// Whose position.
        instrument: InstrumentId,
        /// Where the stop lies now.
        stop_price: Option<Price>,
    },
    /// A position's target was set, moved or removed.
    TargetMoved {
        /// Whose position.
        instrument: InstrumentId,
        /// Where the target lies now.
        target_price: Option<Price>,
    },
    /// A position is to be closed, or turned around, as soon as no order works against it.
    FlattenWanted {
        /// Whose position.
        instrument: InstrumentId,
        /// Who wants it; `None` once the order is sent or nothing is left to close.
        origin: Option<OrderOrigin>,
    },
    /// The account at a closed minute, at a fill, or at a new day.
    AccountSampled(Account),
    /// New orders are refused from here on.
    Halted {
        /// Why.
        reason: String,
        /// Whether the kill switch did it.
        kill: bool,
    },
    /// The kill switch, latched by `Halted`, has come further.
    KillAdvanced {
        /// How far.
        stage: KillStage,
    },
    /// New orders are accepted again.
    Resumed,
    /// Rows cannot be written: orders that increase risk are refused until they can.
    StoreFailed {
        /// What went wrong and what to do.
        reason: String,
    },
    /// Everything is on disk again.
    StoreRecovered,
    /// A feed changed its state.
    FeedChanged {
        /// Which.
        feed: FeedId,
        /// To what.
        status: FeedStatus,
    },
    /// Somebody asked for something; what it leads to names this as its cause.
    CommandTaken {
        /// Which command.
        command: CommandId,
        /// What was asked.
        body: Box<CommandBody>,
    },
    /// A command has its answer.
    CommandAnswered {
        /// Which command.
        command: CommandId,
        /// How it ended.
        outcome: CommandOutcome,
    },
    /// Something impossible was asked or reported; nothing was changed.
    Anomaly {
        /// The order concerned, where there is one.
        order: Option<OrderId>,
        /// What and why.
        text: String,
    },
}

impl EventBody {
    /// Whether the row must be on disk before anyone may act on it.
    pub const fn is_durable(&self) -> bool {
        matches!(
            self,
            Self::RiskDecided(_)
                | Self::OrderChanged(_)
                | Self::Filled(_)
                | Self::SignalRaised(_)
                | Self::SignalIgnored { .. }
                | Self::StopMoved { .. }
                | Self::TargetMoved { .. }
                | Self::FlattenWanted { .. }
                | Self::Halted { .. }
                | Self::KillAdvanced { .. }
                | Self::Resumed
                | Self::CommandTaken { .. }
                | Self::CommandAnswered { .. }
        )
    }

    /// The instrument that this speaks of, where it speaks of one.
    pub fn instrument(&self) -> Option<InstrumentId> {
        match self {
            Self::Listed { id, .. } => Some(*id),
            Self::CandleClosed { instrument, .. }
            | Self::BarClosed { instrument, .. }
            | Self::IndicatorConfirmed { instrument, .. }
            | Self::SignalIgnored { instrument, .. }
            | Self::StopMoved { instrument, .. }
            | Self::TargetMoved { instrument, .. }
            | Self::FlattenWanted { instrument, .. } => Some(*instrument),
            Self::CommandTaken { body, .. } => body.instrument(),
            Self::SignalRaised(signal) => Some(signal.instrument),
            Self::RiskDecided(decision) => Some(decision.intent.instrument),
            Self::OrderChanged(order) => Some(order.instrument),
            Self::Filled(fill) => Some(fill.instrument),
            Self::AccountSampled(_)
            | Self::Halted { .. }
            | Self::KillAdvanced { .. }
            | Self::Resumed
            | Self::StoreFailed { .. }
            | Self::StoreRecovered
            | Self::FeedChanged { .. }
            | Self::CommandAnswered { .. }
            | Self::Anomaly { .. } => None,
        }
    }

    /// Gives the instrument another number, from one numbering to another; what speaks of none is
    /// left as it is.
    pub fn set_instrument(&mut self, new: InstrumentId) {
        match self {
            Self::Listed { id, .. } => *id = new,
            Self::CandleClosed { instrument, .. }
            | Self::BarClosed { instrument, .. }
            | Self::IndicatorConfirmed { instrument, .. }
            | Self::SignalIgnored { instrument, .. }
            | Self::StopMoved { instrument, .. }
            | Self::TargetMoved { instrument, .. }
            | Self::FlattenWanted { instrument, .. } => *instrument = new,
            Self::CommandTaken { body, .. } => body.set_instrument(new),
            Self::SignalRaised(signal) => signal.instrument = new,
            Self::RiskDecided(decision) => decision.intent.instrument = new,
            Self::OrderChanged(order) => order.instrument = new,
            Self::Filled(fill) => fill.instrument = new,
            Self::AccountSampled(_)
            | Self::Halted { .. }
            | Self::KillAdvanced { .. }
            | Self::Resumed
            | Self::StoreFailed { .. }
            | Self::StoreRecovered
            | Self::FeedChanged { .. }
            | Self::CommandAnswered { .. }
            | Self::Anomaly { .. } => {}
        }
    }

    /// A stable word for the kind of event, for logs and exports.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Listed { .. } => "listed",
            Self::CandleClosed { .. } => "candle",
            Self::BarClosed { .. } => "bar",
            Self::IndicatorConfirmed { .. } => "indicator",
            Self::SignalRaised(_) => "signal",
            Self::SignalIgnored { .. } => "ignored",
            Self::RiskDecided(_) => "risk",
            Self::OrderChanged(_) => "order",
            Self::Filled(_) => "fill",
            Self::StopMoved { .. } => "stop",
            Self::TargetMoved { .. } => "target",
            Self::FlattenWanted { .. } => "flatten",
            Self::StoreFailed { .. } => "store_failed",
            Self::StoreRecovered => "store_recovered",
            Self::AccountSampled(_) => "account",
            Self::Halted { .. } => "halted",
            Self::KillAdvanced { .. } => "kill",
            Self::Resumed => "resumed",
            Self::FeedChanged { .. } => "feed",
            Self::CommandTaken { .. } => "asked",
            Self::CommandAnswered { .. } => "command",
            Self::Anomaly { .. } => "anomaly",
        }
    }
}

/// How far the kill switch has come after it was latched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KillStage {
    /// No order works any more but those that close positions.
    OrdersCancelled,
    /// No order works and nothing is held.
    Flat,
}

/// The money of the account at one moment, in major units of its currency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Account {
    /// Cash after all fills and fees.
    pub cash: Decimal,
    /// Cash and the positions' market value.
    pub equity: Decimal,
    /// Profit of closed quantities, before fees.
    pub realized_pnl: Decimal,
    /// Profit of what is held, at the last price.
    pub unrealized_pnl: Decimal,
    /// Fees paid so far.
    pub fees: Decimal,
    /// Highest equity so far.
    pub peak_equity: Decimal,
    /// Equity at the first sample of the UTC day.
    pub day_start_equity: Decimal,
}

impl Account {
    /// Profit or loss of the day.
    pub fn day_pnl(&self) -> Decimal {
        self.equity - self.day_start_equity
    }
}
