//! What a reader may look at: plain data, newest last in every ring.
//! Must not compute anything that the engine has not said.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::config::{Mode, RiskConfig};
use crate::domain::{
    Account, Bar, Decision, FeedId, FeedStatus, Fill, FormingBar, Instrument, InstrumentId,
    MarketUpdate, Order, OrderId, Price, Qty, Signal, Timeframe, Timestamp,
};
use crate::indicators::IndicatorCatalog;

use super::book::{BookView, QueueSpot};
use super::day::{DayView, Sparkline};
use super::equity::EquityCurve;
use super::flow::Flow;
use super::records::Records;
use super::session::SessionStats;
use super::system::SystemView;
use super::tape::{TapeView, TradedView};
use super::trades::{ClosedTrade, OpenTrade};

/// Closed bars kept for each instrument and timeframe.
pub const BARS_KEPT: usize = 1_000;
/// Signals, trade-log lines, orders and fills kept.
pub const ROWS_KEPT: usize = 500;
/// Round trips kept.
pub const TRADES_KEPT: usize = 1_000;

/// Everything a screen shows.
#[derive(Debug, Clone, PartialEq)]
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
    /// Where working limit orders stand in the queue of their price, as far as a book is known.
    pub queue: BTreeMap<OrderId, QueueSpot>,
    /// The newest orders by number, whatever their state: those that were denied, too.
    pub orders: BTreeMap<OrderId, Order>,
    /// The newest executions, newest last.
    pub fills: VecDeque<FillRow>,
    /// The newest round trips, newest last.
    pub closed_trades: VecDeque<ClosedTrade>,
    /// How the day went so far.
    pub session: SessionStats,
    /// Why each signal and each order came about, and what became of it.
    pub records: Records,
    /// Equity over time.
    pub equity: EquityCurve,
    /// The money.
    pub account: Account,
    /// What an order must pass, as configured.
    pub limits: RiskConfig,
    /// Names of the values in [`SeriesView::values`] and in decision records.
    pub catalog: Arc<IndicatorCatalog>,
    /// Set while new orders are refused.
    pub halt: Option<HaltView>,
    /// How the store is doing.
    pub store: StoreView,
    /// How the rest of the program is doing.
    pub system: SystemView,
    /// Inputs and losses so far.
    pub counters: Counters,
    /// Newest event time of any feed.
    pub time: Timestamp,
    /// Sequence of the last event folded in.
    pub sequence: u64,
}

/// One instrument.
#[derive(Debug, Clone, PartialEq)]
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
    /// The position since its first fill; `None` while there is none, and where its beginning is
    /// not known.
    pub open_trade: Option<OpenTrade>,
    /// The trading day so far.
    pub day: DayView,
    /// Prices of the trading day.
    pub spark: Sparkline,
    /// Time and sales.
    pub tape: TapeView,
    /// Traded volume of the session by price.
    pub traded: TradedView,
    /// The newest book and its changes.
    pub book: BookView,
}

impl InstrumentView {
    /// An instrument that has seen nothing, with these series.
    pub fn new(
        id: InstrumentId,
        instrument: Arc<Instrument>,
        feed: FeedId,
        series: Vec<SeriesView>,
    ) -> Self {
        Self {
            id,
            instrument,
            feed,
            market: None,
            series,
            position: PositionView::default(),
            open_trade: None,
            day: DayView::default(),
            spark: Sparkline::default(),
            tape: TapeView::default(),
            traded: TradedView::default(),
            book: BookView::default(),
        }
    }

    /// Change of the day in percent at the newest price.
    pub fn change_percent(&self) -> Option<f64> {
        let last = self.market.as_ref().and_then(|market| market.last);
        self.day.change_percent(last.or(self.day.last)?)
    }
}

/// Bars of one timeframe.
#[derive(Debug, Clone, PartialEq)]
pub struct SeriesView {
    /// Which.
    pub timeframe: Timeframe,
    /// Closed bars, newest last.
    pub bars: VecDeque<BarRow>,
    /// The bar that is not over.
    pub forming: Option<FormingBar>,
    /// Start of the trading session that the forming bar lies in.
    pub forming_session: Timestamp,
    /// Confirmed values at the newest closed bar, by indicator slot.
    pub values: Vec<Option<f64>>,
    pub(super) flow: Flow,
}

impl SeriesView {
    /// A series without a bar, for a catalog of so many values.
    pub fn new(timeframe: Timeframe, value_count: usize) -> Self {
        Self {
            timeframe,
            bars: VecDeque::new(),
            forming: None,
            forming_session: Timestamp::ZERO,
            values: vec![None; value_count],
            flow: Flow::default(),
        }
    }

    /// Bought less sold volume of the forming bar so far, where every print of it was seen with
    /// its side. Seen on this screen's side alone: the engine keeps no such thing.
    pub fn forming_delta(&self) -> Option<Qty> {
        self.flow.delta(self.forming?.start)
    }
}

/// A closed bar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BarRow {
    /// The bar.
    pub bar: Bar,
    /// Start of the trading session that it lies in; where it changes, a new session begins.
    pub session_start: Timestamp,
    /// Bought less sold volume, where every print of it was seen with its side; `None` for bars of
    /// earlier runs. Seen on this screen's side alone: the engine keeps no such thing.
    pub delta: Option<Qty>,
}

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
#[derive(Debug, Clone, PartialEq)]
pub struct FeedView {
    /// As it was configured, for example `binance:BTCUSDT`.
    pub name: String,
    /// How it is doing.
    pub status: FeedStatus,
    /// Milliseconds of receive time since its last input; `None` before the first.
    pub age_ms: Option<u64>,
    /// Ticks taken of it so far.
    pub ticks: u64,
    /// Ticks a second of receive time, over the last second or so.
    pub ticks_per_s: f64,
    /// Ticks and books dropped because the engine could not keep up.
    pub dropped: u64,
    /// Rows, frames and ticks that could not be read or make no sense.
    pub malformed: u64,
    /// Ticks refused because they came too late.
    pub late: u64,
    /// Times that it was live again after it had been lost.
    pub reconnects: u64,
    /// Wall clock since when it delivers; `None` while it does not.
    pub connected_since: Option<Timestamp>,
    /// Wall clock of the next try while it is lost; `None` where none is planned.
    pub next_retry_at: Option<Timestamp>,
}

impl FeedView {
    /// A feed of this name that nothing is known of.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            status: FeedStatus::Connecting,
            age_ms: None,
            ticks: 0,
            ticks_per_s: 0.0,
            dropped: 0,
            malformed: 0,
            late: 0,
            reconnects: 0,
            connected_since: None,
            next_retry_at: None,
        }
    }
}

/// A signal with what became of it.
#[derive(Debug, Clone, PartialEq)]
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

/// An execution.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FillRow {
    /// Event number.
    pub sequence: u64,
    /// The execution.
    pub fill: Fill,
}

/// A line of the trade log.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeLogRow {
    /// Event number.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// What happened.
    pub entry: TradeLogEntry,
}

/// What a line of the trade log says.
#[derive(Debug, Clone, PartialEq)]
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
