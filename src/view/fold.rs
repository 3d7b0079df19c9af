//! Folds events into a view: listings, seconds, bars, states; the trades' part is `fold_trade`.
//! Must give the same view for the same events, wherever it runs and however they are batched.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::config::{Mode, RiskConfig};
use crate::domain::{
    Account, Candle, ClosedBar, Event, EventBody, FeedId, IndicatorSlot, Instrument, InstrumentId,
    OrderId, Price, Qty, Timeframe, Timestamp,
};
use crate::indicators::IndicatorCatalog;
use crate::market::SessionCalendar;
use crate::portfolio::Ledger;

use super::day::{DayView, Stretch};
use super::equity::EquityCurve;
use super::model::{
    BARS_KEPT, BarRow, Counters, FeedView, InstrumentView, PositionView, SeriesView, StoreView,
    View,
};
use super::past::Past;
use super::records::{Records, Timing};
use super::session::SessionStats;
use super::system::SystemView;

/// Bars of this length at most tell of the day before the screen opened.
const DAY_FRAME_S_MAX: u32 = 3_600;

/// What folding needs beyond the view itself: ledgers and calendars of its own.
#[derive(Debug)]
pub struct ViewFold {
    /// Valued at every market update, for the eye.
    pub(super) ledger: Ledger,
    /// Valued when the engine values its own, so that both say the same at each event.
    pub(super) books: Ledger,
    timeframes: Vec<Timeframe>,
    value_count: usize,
    /// Protective stops that a restart found, until their instruments are listed.
    stops: BTreeMap<InstrumentId, Price>,
    instruments: Vec<Known>,
    /// Events of earlier runs are being folded in.
    pub(super) is_past: bool,
}

/// What is known of an instrument beside its view.
#[derive(Debug)]
struct Known {
    calendar: Option<SessionCalendar>,
    /// The position by the fills that were seen.
    held: Qty,
}

impl View {
    /// A view of a desk that has seen nothing.
    pub fn new(mode: Mode, currency: &str, feeds: &[String]) -> Self {
        Self {
            mode,
            currency: currency.to_owned(),
            instruments: Vec::new(),
            feeds: feeds.iter().map(|name| FeedView::new(name)).collect(),
            signals: VecDeque::new(),
            trade_log: VecDeque::new(),
            working_orders: BTreeMap::new(),
            queue: BTreeMap::new(),
            orders: BTreeMap::new(),
            fills: VecDeque::new(),
            closed_trades: VecDeque::new(),
            session: SessionStats::default(),
            records: Records::default(),
            equity: EquityCurve::default(),
            account: Account::default(),
            limits: RiskConfig::default(),
            catalog: Arc::new(IndicatorCatalog::new(&[])),
            halt: None,
            store: StoreView::default(),
            system: SystemView::default(),
            counters: Counters::default(),
            time: Timestamp::ZERO,
            sequence: 0,
        }
    }
}

impl ViewFold {
    /// A fold for an engine with these timeframes and indicators, the ledger it starts from and
    /// the stops of its positions.
    pub fn new(
        timeframes: &[Timeframe],
        catalog: &IndicatorCatalog,
        ledger: Ledger,
        stops: BTreeMap<InstrumentId, Price>,
    ) -> Self {
        Self {
            books: ledger.clone(),
            ledger,
            timeframes: timeframes.to_vec(),
            value_count: catalog.len(),
            stops,
            instruments: Vec::new(),
            is_past: false,
        }
    }

    /// Folds one event in.
    pub fn apply(&mut self, view: &mut View, event: &Event) {
        view.sequence = event.sequence;
        view.time = view.time.max(event.time);
        match &event.body {
            EventBody::Listed {
                id,
                feed,
                instrument,
            } => self.list(view, *id, *feed, instrument),
            EventBody::CandleClosed { instrument, candle } => {
                self.on_second(view, *instrument, candle);
            }
            EventBody::BarClosed {
                instrument,
                timeframe,
                bar,
            } => self.on_bar(view, *instrument, *timeframe, bar),
            EventBody::IndicatorConfirmed {
                instrument,
                timeframe,
                slot,
                value,
                ..
            } => {
                if let Some(series) = series_mut(view, *instrument, *timeframe) {
                    set_value(series, *slot, value.0);
                }
            }
            EventBody::FeedChanged { feed, status } => {
                if let Some(row) = view.feeds.get_mut(feed.index()) {
                    row.status = status.clone();
                }
            }
            _ => self.apply_trade(view, event),
        }
    }

    /// Says how long an order took so far.
    pub fn apply_timing(&self, view: &mut View, order: OrderId, timing: Timing) {
        view.records.time(order, timing);
    }

    /// Adds bars that were closed before this run, oldest first.
    pub fn add_history(
        &mut self,
        view: &mut View,
        id: InstrumentId,
        timeframe: Timeframe,
        bars: &[ClosedBar],
    ) {
        let mut rows = Vec::with_capacity(bars.len());
        for bar in bars {
            rows.push(BarRow {
                bar: **bar,
                session_start: self.session_start(id, bar.start),
                delta: None,
            });
        }
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        if self.tells_the_day(timeframe) {
            add_day(row, &rows);
        }
        let series = row.series.iter_mut();
        let Some(series) = series.into_iter().find(|it| it.timeframe == timeframe) else {
            return;
        };
        let newest = series
            .bars
            .front()
            .map_or(Timestamp::MAX, |row| row.bar.start);
        for row in rows.into_iter().rev().filter(|row| row.bar.start < newest) {
            if series.bars.len() < BARS_KEPT {
                series.bars.push_front(row);
            }
        }
    }

    /// Adds what earlier runs did with an instrument that was just listed, and with the account
    /// where that was not added yet. To be called before a later event of it is folded in.
    pub fn add_past(&mut self, view: &mut View, id: InstrumentId, past: &mut Past) {
        let Some(instrument) = view.instrument(id).map(|row| Arc::clone(&row.instrument)) else {
            return;
        };
        let (loose, equity) = past.take_loose();
        for point in &equity {
            view.session.sample(point);
        }
        view.equity.precede(equity);
        let events = past.take(&instrument, id);
        let filled = events
            .iter()
            .fold(Qty::ZERO, |sum, event| match &event.body {
                EventBody::Filled(fill) => sum.saturating_add(fill.side.signed(fill.quantity)),
                _ => sum,
            });
        // What was held before the first fill that is still known.
        let began = self.held(id).saturating_sub(filled);
        self.set_held(id, began);
        self.is_past = true;
        for event in loose.iter().chain(&events) {
            self.apply_trade(view, event);
        }
        self.is_past = false;
    }

    /// The timeframes that are folded.
    pub fn timeframes(&self) -> &[Timeframe] {
        &self.timeframes
    }

    /// The position of an instrument by the fills that were seen.
    pub(super) fn held(&self, id: InstrumentId) -> Qty {
        self.instruments
            .get(id.index())
            .map_or(Qty::ZERO, |known| known.held)
    }

    pub(super) fn set_held(&mut self, id: InstrumentId, held: Qty) {
        if let Some(known) = self.instruments.get_mut(id.index()) {
            known.held = held;
        }
    }

    pub(super) fn calendar(&mut self, id: InstrumentId) -> Option<&mut SessionCalendar> {
        self.instruments.get_mut(id.index())?.calendar.as_mut()
    }

    /// Start of the trading session that a moment lies in.
    pub(super) fn session_start(&mut self, id: InstrumentId, time: Timestamp) -> Timestamp {
        self.calendar(id)
            .map_or(Timestamp::ZERO, |calendar| calendar.segment(time).day_start)
    }

    /// Whether bars of this length tell of the day so far: those that reach back furthest without
    /// being a large part of a day themselves.
    fn tells_the_day(&self, timeframe: Timeframe) -> bool {
        let within = |it: &&Timeframe| it.seconds() <= DAY_FRAME_S_MAX;
        let longest = self.timeframes.iter().filter(within).max();
        longest.or(self.timeframes.first()) == Some(&timeframe)
    }

    fn list(
        &mut self,
        view: &mut View,
        id: InstrumentId,
        feed: FeedId,
        instrument: &Arc<Instrument>,
    ) {
        if id.index() != view.instruments.len() {
            return;
        }
        let series = self
            .timeframes
            .iter()
            .map(|&timeframe| SeriesView::new(timeframe, self.value_count))
            .collect();
        self.instruments.push(Known {
            calendar: SessionCalendar::new(&instrument.session).ok(),
            held: self.books.position(id).quantity(),
        });
        let former = PositionView {
            stop_price: self.stops.get(&id).copied(),
            ..PositionView::default()
        };
        let mut row = InstrumentView::new(id, Arc::clone(instrument), feed, series);
        row.position = self.position(id, instrument, &former);
        view.instruments.push(row);
    }

    fn on_second(&mut self, view: &mut View, id: InstrumentId, candle: &Candle) {
        let day = self.session_start(id, candle.start);
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        let is_new_day = row.day.start.is_some_and(|start| day > start);
        let stretch = Stretch {
            open: candle.open,
            high: candle.high,
            low: candle.low,
            close: candle.close,
            volume: candle.volume,
        };
        row.day.take(day, &stretch);
        if is_new_day {
            row.spark = super::day::Sparkline::default();
        }
        row.spark.take(candle.start, candle.close);
        let position = self.books.position(id);
        if !position.is_open() {
            return;
        }
        // A price that the ledger cannot take leaves the mark before it.
        let _ = self.books.mark(id, candle.close, &row.instrument);
        if let Some(trade) = &mut row.open_trade
            && candle.start > trade.opened
        {
            trade.mark_range(&position, &row.instrument, [candle.low, candle.high]);
        }
    }

    fn on_bar(&mut self, view: &mut View, id: InstrumentId, timeframe: Timeframe, bar: &ClosedBar) {
        let session_start = self.session_start(id, bar.start);
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        if let Some(trade) = &mut row.open_trade
            && trade.timeframe == Some(timeframe)
        {
            trade.bars_held = trade.bars_held.map(|count| count.saturating_add(1));
        }
        let series = row.series.iter_mut();
        let Some(series) = series.into_iter().find(|it| it.timeframe == timeframe) else {
            return;
        };
        if series.bars.len() >= BARS_KEPT {
            series.bars.pop_front();
        }
        series.bars.push_back(BarRow {
            bar: **bar,
            session_start,
            delta: series.flow.delta(bar.start),
        });
        series.values.fill(None);
        series.forming = None;
    }

    pub(super) fn position(
        &self,
        id: InstrumentId,
        instrument: &Instrument,
        former: &PositionView,
    ) -> PositionView {
        let position = self.ledger.position(id);
        PositionView {
            quantity: position.quantity(),
            average_price: position.average_price(instrument).unwrap_or_default(),
            unrealized_pnl: position.unrealized_pnl(),
            realized_pnl: position.realized_pnl(),
            stop_price: former.stop_price,
        }
    }
}

/// Tells the day from bars that were closed before this run.
fn add_day(row: &mut InstrumentView, bars: &[BarRow]) {
    let mut older = DayView::default();
    for it in bars {
        let stretch = Stretch {
            open: it.bar.open,
            high: it.bar.high,
            low: it.bar.low,
            close: it.bar.close,
            volume: it.bar.volume,
        };
        older.take(it.session_start, &stretch);
    }
    row.day.precede(older);
    let day = row.day.start;
    let of_day = bars.iter().filter(|it| Some(it.session_start) == day);
    row.spark
        .precede(of_day.map(|it| (it.bar.start, it.bar.close)));
}

pub(super) fn series_mut(
    view: &mut View,
    id: InstrumentId,
    timeframe: Timeframe,
) -> Option<&mut SeriesView> {
    let row = view.instruments.get_mut(id.index())?;
    row.series
        .iter_mut()
        .find(|series| series.timeframe == timeframe)
}

fn set_value(series: &mut SeriesView, slot: IndicatorSlot, value: f64) {
    if let Some(place) = series.values.get_mut(slot.index()) {
        *place = Some(value);
    }
}
