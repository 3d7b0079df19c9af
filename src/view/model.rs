//! What a reader may look at: plain data, newest last in every ring.
//! Must not compute anything that the engine has not said.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::config::Mode;
use crate::domain::{
    Account, Bar, Decision, FeedId, FeedStatus, Fill, FormingBar, Instrument, InstrumentId,
    MarketUpdate, Order, OrderId, Price, Qty, Signal, Timeframe, Timestamp,
};

/// Closed bars kept for each instrument and timeframe.
pub const BARS_KEPT: usize = 1_000;
/// Signals, trade-log lines and messages kept.
pub const ROWS_KEPT: usize = 500;

/// Everything a screen shows.
#[derive(Debug, Clone)]
pub struct View {
    /// Paper or live.
    pub mode: Mode,
    /// Currency shown beside money.
    pub currency: String,
    /// By `InstrumentId`.
    pub instruments: Vec<InstrumentView>,
    /// By `FeedId`.
    pub feeds: Vec<FeedView>,
    /// Newest last.
    pub signals: VecDeque<SignalRow>,
    /// Orders, fills, refusals, halts: newest last.
    pub trade_log: VecDeque<TradeLogRow>,
    /// Orders that are not final, by number.
    pub working_orders: BTreeMap<OrderId, Order>,
    /// The money.
    pub account: Account,
    /// Set while new orders are refused.
    pub halt: Option<HaltView>,
    /// How the store is doing.
    pub store: StoreView,
    /// Inputs and losses so far.
    pub counters: Counters,
    /// Newest event time of any feed.
    pub time: Timestamp,
    /// Sequence of the last event folded in.
    pub sequence: u64,
}

/// One instrument.
#[derive(Debug, Clone)]
pub struct InstrumentView {
    /// Its id in this run.
    pub id: InstrumentId,
    /// What it is.
    pub instrument: Arc<Instrument>,
    /// Which feed it comes from.
    pub feed: FeedId,
    /// Its newest market state; `None` before the first tick.
    pub market: Option<MarketUpdate>,
    /// One for each configured timeframe, shortest first.
    pub series: Vec<SeriesView>,
    /// What is held.
    pub position: PositionView,
}

/// Bars of one timeframe.
#[derive(Debug, Clone)]
pub struct SeriesView {
    /// Which.
    pub timeframe: Timeframe,
    /// Closed bars with their overlay values, newest last.
    pub bars: VecDeque<BarRow>,
    /// The bar that is not over.
    pub forming: Option<FormingBar>,
    /// Confirmed values at the newest closed bar, by indicator slot.
    pub values: Vec<Option<f64>>,
}

/// A closed bar and the values drawn over it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BarRow {
    /// The bar.
    pub bar: Bar,
    /// `EMA_9` and `EMA_21` in price units, where they are ready.
    pub overlays: [Option<f64>; OVERLAYS.len()],
}

/// Indicator names whose values are kept for every bar and drawn over the candles.
pub const OVERLAYS: [&str; 2] = ["EMA_9", "EMA_21"];
/// The specifications behind [`OVERLAYS`], in the same order.
pub(super) const OVERLAY_SPECS: [&str; 2] = ["EMA:9", "EMA:21"];

/// A position.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PositionView {
    /// Above zero is long.
    pub quantity: Qty,
    /// Average price of what is held, in major units.
    pub average_price: Decimal,
    /// At the last price.
    pub unrealized_pnl: Decimal,
    /// Of what was closed.
    pub realized_pnl: Decimal,
    /// Protective stop.
    pub stop_price: Option<Price>,
}

/// A feed.
#[derive(Debug, Clone)]
pub struct FeedView {
    /// As it was configured, for example `binance:BTCUSDT`.
    pub name: String,
    /// How it is doing.
    pub status: FeedStatus,
    /// Milliseconds of receive time since its last input; `None` before the first.
    pub age_ms: Option<u64>,
}

/// A signal with what became of it.
#[derive(Debug, Clone)]
pub struct SignalRow {
    /// Event number.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// The signal.
    pub signal: Signal,
    /// What became of it; filled in when risk and the venue answer.
    pub outcome: SignalOutcome,
}

/// What became of a signal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignalOutcome {
    /// No order was wanted of it (already in the position, too little confidence, trading off).
    NoOrder,
    /// Risk refused it, with the codes of the failed checks.
    Denied(String),
    /// An order was sent.
    Sent(OrderId),
    /// Its order was filled.
    Filled(OrderId),
}

/// A line of the trade log.
#[derive(Debug, Clone)]
pub struct TradeLogRow {
    /// Event number.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// What happened.
    pub entry: TradeLogEntry,
}

/// What a line of the trade log says.
#[derive(Debug, Clone)]
pub enum TradeLogEntry {
    /// An order is new or changed its state.
    Order(Order),
    /// An order was executed.
    Fill(Fill),
    /// Risk refused an order.
    Denied(Decision),
    /// New orders are refused.
    Halted {
        /// Why.
        reason: String,
        /// Whether the kill switch did it.
        kill: bool,
    },
    /// New orders are accepted again.
    Resumed,
    /// Something impossible was reported, or a command was refused.
    Note(String),
}

/// Why new orders are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HaltView {
    /// For a person to read.
    pub reason: String,
    /// Whether the kill switch did it.
    pub kill: bool,
}

/// How the store is doing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum StoreView {
    /// Nothing is kept.
    #[default]
    Off,
    /// Everything acknowledged is on disk.
    Healthy,
    /// Writing fails; new orders are stopped and what is unsaved is kept in memory.
    Failing {
        /// What went wrong and what to do.
        text: String,
        /// Rows waiting.
        waiting: usize,
    },
}

/// Inputs and losses so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Ticks taken.
    pub ticks: u64,
    /// Ticks refused because they came too late.
    pub late_ticks: u64,
    /// Ticks lost because the engine could not keep up.
    pub dropped: u64,
    /// Rows or frames that could not be read.
    pub malformed: u64,
}
