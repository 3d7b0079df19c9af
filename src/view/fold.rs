//! Folds events and market updates into a view.
//! Must give the same view for the same events, wherever it runs.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::config::Mode;
use crate::domain::{
    Account, ClosedBar, CommandOutcome, Decision, Event, EventBody, FeedId, FeedStatus, Fill,
    IndicatorSlot, Instrument, InstrumentId, MarketUpdate, Order, OrderOrigin, OrderState, Price,
    Timeframe, Timestamp,
};
use crate::indicators::{IndicatorCatalog, IndicatorSet};
use crate::portfolio::Ledger;

use super::model::{
    BARS_KEPT, BarRow, Counters, FeedView, HaltView, InstrumentView, OVERLAY_SPECS, OVERLAYS,
    PositionView, ROWS_KEPT, SeriesView, SignalOutcome, SignalRow, StoreView, TradeLogEntry,
    TradeLogRow, View,
};

/// What folding needs beyond the view itself: a ledger of its own and the indicators' names.
#[derive(Debug)]
pub struct ViewFold {
    ledger: Ledger,
    timeframes: Vec<Timeframe>,
    value_count: usize,
    overlays: [Option<IndicatorSlot>; OVERLAYS.len()],
    /// Protective stops that a restart found, until their instruments are listed.
    stops: BTreeMap<InstrumentId, Price>,
    /// Makes the overlays of bars from before this run, whose values are not read.
    overlay_catalog: IndicatorCatalog,
}

impl View {
    /// A view of a desk that has seen nothing.
    pub fn new(mode: Mode, currency: &str, feeds: &[String]) -> Self {
        let feeds = feeds
            .iter()
            .map(|name| FeedView {
                name: name.clone(),
                status: FeedStatus::Connecting,
                age_ms: None,
            })
            .collect();
        Self {
            mode,
            currency: currency.to_owned(),
            instruments: Vec::new(),
            feeds,
            signals: VecDeque::new(),
            trade_log: VecDeque::new(),
            working_orders: BTreeMap::new(),
            account: Account::default(),
            halt: None,
            store: StoreView::default(),
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
            ledger,
            timeframes: timeframes.to_vec(),
            value_count: catalog.len(),
            stops,
            overlays: OVERLAYS.map(|name| catalog.slot(name)),
            overlay_catalog: IndicatorCatalog::new(
                &OVERLAY_SPECS
                    .iter()
                    .filter_map(|text| text.parse().ok())
                    .collect::<Vec<_>>(),
            ),
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
            EventBody::CandleClosed { .. } => {}
            EventBody::BarClosed {
                instrument,
                timeframe,
                bar,
            } => {
                if let Some(series) = series_mut(view, *instrument, *timeframe) {
                    push_bar(series, *bar);
                }
            }
            EventBody::IndicatorConfirmed {
                instrument,
                timeframe,
                slot,
                value,
                ..
            } => {
                if let Some(series) = series_mut(view, *instrument, *timeframe) {
                    self.set_value(series, *slot, value.0);
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

    /// Folds an event of signals, orders and money in.
    fn apply_trade(&mut self, view: &mut View, event: &Event) {
        match &event.body {
            EventBody::SignalRaised(signal) => push(
                &mut view.signals,
                SignalRow {
                    sequence: event.sequence,
                    time: event.time,
                    signal: (**signal).clone(),
                    outcome: SignalOutcome::NoOrder,
                },
            ),
            EventBody::RiskDecided(decision) => on_decision(view, event, decision),
            EventBody::OrderChanged(order) => on_order(view, event, order),
            EventBody::Filled(fill) => self.on_fill(view, event, fill),
            EventBody::StopMoved {
                instrument,
                stop_price,
            } => {
                if let Some(row) = view.instruments.get_mut(instrument.index()) {
                    row.position.stop_price = *stop_price;
                }
            }
            EventBody::AccountSampled(account) => view.account = *account,
            EventBody::Halted { reason, kill } => {
                view.halt = Some(HaltView {
                    reason: reason.clone(),
                    kill: *kill,
                });
                let entry = TradeLogEntry::Halted {
                    reason: reason.clone(),
                    kill: *kill,
                };
                log(view, event, entry);
            }
            EventBody::Resumed => {
                view.halt = None;
                log(view, event, TradeLogEntry::Resumed);
            }
            EventBody::CommandAnswered {
                outcome: CommandOutcome::Refused(text),
                ..
            } => {
                log(view, event, TradeLogEntry::Note(text.clone()));
            }
            EventBody::StoreFailed { reason } => {
                log(view, event, TradeLogEntry::Note(reason.clone()));
            }
            EventBody::Anomaly { text, .. } => {
                log(view, event, TradeLogEntry::Note(text.clone()));
            }
            _ => {}
        }
    }

    /// Takes over the newest market state of an instrument.
    pub fn apply_market(&mut self, view: &mut View, update: MarketUpdate) {
        view.time = view.time.max(update.time);
        let Some(row) = view.instruments.get_mut(update.instrument.index()) else {
            return;
        };
        for series in &mut row.series {
            series.forming = update
                .forming
                .iter()
                .find(|(timeframe, _)| *timeframe == series.timeframe)
                .map(|(_, bar)| *bar);
        }
        if let Some(last) = update.last {
            // A price that the ledger cannot take leaves the mark before it.
            let _ = self.ledger.mark(update.instrument, last, &row.instrument);
            row.position = self.position(update.instrument, &row.instrument, &row.position);
            let marked = self.ledger.account();
            view.account.equity = marked.equity;
            view.account.unrealized_pnl = marked.unrealized_pnl;
        }
        row.market = Some(update);
    }

    /// Adds bars that were closed before this run, oldest first, with their overlays.
    pub fn add_history(
        &self,
        view: &mut View,
        id: InstrumentId,
        timeframe: Timeframe,
        bars: &[ClosedBar],
    ) {
        let Some(series) = series_mut(view, id, timeframe) else {
            return;
        };
        let mut set = IndicatorSet::new(&self.overlay_catalog);
        let mut rows = Vec::with_capacity(bars.len());
        for bar in bars {
            set.update(bar, bar.start);
            let mut overlays = [None; OVERLAYS.len()];
            for (place, value) in overlays.iter_mut().zip(set.values()) {
                *place = *value;
            }
            rows.push(BarRow {
                bar: **bar,
                overlays,
            });
        }
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

    /// The timeframes that are folded.
    pub fn timeframes(&self) -> &[Timeframe] {
        &self.timeframes
    }

    fn list(&self, view: &mut View, id: InstrumentId, feed: FeedId, instrument: &Arc<Instrument>) {
        if id.index() != view.instruments.len() {
            return;
        }
        let series = self
            .timeframes
            .iter()
            .map(|&timeframe| SeriesView {
                timeframe,
                bars: VecDeque::new(),
                forming: None,
                values: vec![None; self.value_count],
            })
            .collect();
        let former = PositionView {
            stop_price: self.stops.get(&id).copied(),
            ..PositionView::default()
        };
        let position = self.position(id, instrument, &former);
        view.instruments.push(InstrumentView {
            id,
            instrument: Arc::clone(instrument),
            feed,
            market: None,
            series,
            position,
        });
    }

    fn set_value(&self, series: &mut SeriesView, slot: IndicatorSlot, value: f64) {
        if let Some(place) = series.values.get_mut(slot.index()) {
            *place = Some(value);
        }
        for (overlay, name_slot) in (0_usize..).zip(&self.overlays) {
            if *name_slot == Some(slot)
                && let Some(place) = series
                    .bars
                    .back_mut()
                    .and_then(|row| row.overlays.get_mut(overlay))
            {
                *place = Some(value);
            }
        }
    }

    fn on_fill(&mut self, view: &mut View, event: &Event, fill: &Fill) {
        log(view, event, TradeLogEntry::Fill(fill.clone()));
        for row in &mut view.signals {
            if row.outcome == SignalOutcome::Sent(fill.order) {
                row.outcome = SignalOutcome::Filled(fill.order);
            }
        }
        let Some(row) = view.instruments.get_mut(fill.instrument.index()) else {
            return;
        };
        // A duplicate changes nothing, which is what a replica wants.
        if self.ledger.apply(fill, &row.instrument).is_ok() {
            let _ = self
                .ledger
                .mark(fill.instrument, fill.price, &row.instrument);
            row.position = self.position(fill.instrument, &row.instrument, &row.position);
        }
    }

    fn position(
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

fn on_decision(view: &mut View, event: &Event, decision: &Decision) {
    let outcome = if decision.approved {
        SignalOutcome::Sent(decision.order)
    } else {
        SignalOutcome::Denied(decision.denial())
    };
    if matches!(decision.intent.origin, OrderOrigin::Strategy(_))
        && let Some(row) = view
            .signals
            .iter_mut()
            .rev()
            .find(|row| row.sequence == event.cause)
    {
        row.outcome = outcome;
    }
    if !decision.approved {
        log(view, event, TradeLogEntry::Denied(decision.clone()));
    }
}

fn on_order(view: &mut View, event: &Event, order: &Order) {
    if order.state.is_final() {
        view.working_orders.remove(&order.id);
    } else {
        view.working_orders.insert(order.id, order.clone());
    }
    // A refusal is logged with its checks, and fills are logged as such.
    let is_told_elsewhere = matches!(
        order.state,
        OrderState::Denied | OrderState::Filled | OrderState::PartiallyFilled
    );
    if !is_told_elsewhere {
        log(view, event, TradeLogEntry::Order(order.clone()));
    }
}

fn series_mut(view: &mut View, id: InstrumentId, timeframe: Timeframe) -> Option<&mut SeriesView> {
    let row = view.instruments.get_mut(id.index())?;
    row.series
        .iter_mut()
        .find(|series| series.timeframe == timeframe)
}

fn push_bar(series: &mut SeriesView, bar: ClosedBar) {
    if series.bars.len() >= BARS_KEPT {
        series.bars.pop_front();
    }
    series.bars.push_back(BarRow {
        bar: *bar,
        overlays: [None; OVERLAYS.len()],
    });
    series.values.fill(None);
    series.forming = None;
}

fn push<T>(rows: &mut VecDeque<T>, row: T) {
    if rows.len() >= ROWS_KEPT {
        rows.pop_front();
    }
    rows.push_back(row);
}

fn log(view: &mut View, event: &Event, entry: TradeLogEntry) {
    push(
        &mut view.trade_log,
        TradeLogRow {
            sequence: event.sequence,
            time: event.time,
            entry,
        },
    );
}
