//! Saving the engine's state, and rebuilding it from a snapshot and the journal after it.
//! Must not lose or double an order or a fill, whatever moment the snapshot was taken at.
//!
//! Numbers of instruments differ between runs, so everything here goes by lasting keys. Open
//! seconds are not saved: the ticks after the last closed second come again, or never.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::domain::{
    Bar, Candle, Decision, Event, EventBody, FeedId, Instrument, InstrumentId, InstrumentKey,
    Order, OrderId, OrderOrigin, OrderTransition, Price, Timeframe, Timestamp,
};
use crate::indicators::{IndicatorCatalog, IndicatorSet, IndicatorSetState};
use crate::portfolio::{Ledger, LedgerError, LedgerState};

use super::Engine;
use super::bars::Frame;
use super::instrument::InstrumentState;
use super::trading::{Halt, WorkingOrder};

/// Version of the snapshot's form.
const VERSION: u32 = 1;

/// The engine's state at one event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// Version of this form.
    pub version: u32,
    /// Number of the last event that is part of the state.
    pub sequence: u64,
    last_order: u64,
    last_execution: u64,
    halt: Option<(String, bool)>,
    ledger: LedgerState,
    working: Vec<WorkingSnapshot>,
    instruments: Vec<InstrumentSnapshot>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct WorkingSnapshot {
    key: InstrumentKey,
    order: Order,
    decision: Decision,
    last_event: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct InstrumentSnapshot {
    instrument: Instrument,
    closed_until: Timestamp,
    stop_price: Option<Price>,
    #[serde(default)]
    flatten: Option<OrderOrigin>,
    frames: Vec<FrameSnapshot>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
struct FrameSnapshot {
    timeframe: Timeframe,
    closed_until: Timestamp,
    forming: Option<Bar>,
    indicators: IndicatorSetState,
    strategies: Vec<(String, serde_json::Value)>,
}

/// What a restart found on disk.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The newest valid snapshot.
    pub snapshot: Option<Snapshot>,
    /// The journal after it, in order; its instrument numbers are those of `instruments`.
    pub events: Vec<Event>,
    /// Instruments by the numbers that `events` use.
    pub instruments: BTreeMap<InstrumentId, Instrument>,
    /// Seconds closed after the snapshot, oldest first.
    pub candles: Vec<(InstrumentKey, Vec<Candle>)>,
    /// Start of the newest closed bar by instrument and timeframe, recorded after the snapshot.
    pub bars: Vec<(InstrumentKey, Timeframe, Timestamp)>,
    /// Number of the newest event on disk.
    pub last_sequence: u64,
    /// Newest order number on disk.
    pub last_order: u64,
    /// Newest execution number on disk.
    pub last_execution: u64,
}

/// A snapshot that cannot be used.
#[derive(Debug, Error)]
pub enum RestoreError {
    /// Written by a newer program.
    #[error(
        "the snapshot has version {found} and this program reads up to {VERSION}: use the newer program"
    )]
    FutureVersion {
        /// Its version.
        found: u32,
    },
    /// The ledger's state does not fit.
    #[error("the snapshot's ledger cannot be read: {0}")]
    Ledger(#[from] LedgerError),
}

/// What a restart found of the market.
struct MarketFound {
    saved: Vec<InstrumentSnapshot>,
    candles: Vec<(InstrumentKey, Vec<Candle>)>,
    bars: Vec<(InstrumentKey, Timeframe, Timestamp)>,
}

/// The state of instruments that no feed has listed yet; it waits, and is saved again, whole.
#[derive(Default)]
pub(super) struct Unclaimed(BTreeMap<InstrumentKey, InstrumentState>);

impl Unclaimed {
    /// Where the closed seconds of instruments that are not listed end.
    pub(super) fn closed_seconds(&self) -> impl Iterator<Item = (InstrumentKey, Timestamp)> {
        self.0
            .iter()
            .map(|(key, state)| (key.clone(), state.aggregator.closed_until()))
    }
}

impl Engine {
    /// The state as it is now, for the store.
    ///
    /// # Errors
    /// When the ledger holds an instrument that is not listed, which no input can bring about.
    pub fn snapshot(&self) -> Result<Snapshot, LedgerError> {
        let key_of = |id: InstrumentId| self.instrument(id).map(|it| it.key.clone());
        Ok(Snapshot {
            version: VERSION,
            sequence: self.log.sequence,
            last_order: self.orders.last_order,
            last_execution: self.orders.last_execution,
            halt: self
                .halt
                .as_ref()
                .map(|halt| (halt.reason.clone(), halt.kill)),
            ledger: self.ledger.to_state(key_of)?,
            working: self
                .orders
                .working
                .values()
                .filter_map(|working| {
                    Some(WorkingSnapshot {
                        key: key_of(working.order.instrument)?,
                        order: working.order.clone(),
                        decision: working.decision.clone(),
                        last_event: working.last_event,
                    })
                })
                .collect(),
            instruments: self
                .instruments
                .iter()
                .map(InstrumentState::snapshot)
                .chain(self.unclaimed.0.values().map(InstrumentState::snapshot))
                .collect(),
        })
    }

    /// Rebuilds the state; call before the first input. Instruments with a position or a working
    /// order are listed at once, under `feed`, in the order of the returned list; all others
    /// take up their state when their feed lists them.
    ///
    /// # Errors
    /// When the snapshot is of a newer program or its ledger cannot be read.
    pub fn restore(
        &mut self,
        recovered: Recovered,
        feed: FeedId,
    ) -> Result<Vec<Arc<Instrument>>, RestoreError> {
        self.log.sequence = recovered.last_sequence;
        self.orders.last_order = recovered.last_order;
        self.orders.last_execution = recovered.last_execution;
        let base_sequence = recovered.snapshot.as_ref().map_or(0, |it| it.sequence);
        let mut saved = Vec::new();
        let (ledger, working) = match recovered.snapshot {
            Some(snapshot) => self.take_snapshot(snapshot, &mut saved)?,
            None => (None, Vec::new()),
        };
        let (events, instruments) = (recovered.events, recovered.instruments);
        let market = MarketFound {
            saved,
            candles: recovered.candles,
            bars: recovered.bars,
        };
        let closes = self.rebuild_markets(market, &instruments, feed);
        let listed = self.list_needed(feed, ledger.as_ref(), &working, &events, &instruments);
        let ids: HashMap<InstrumentKey, InstrumentId> = listed
            .iter()
            .zip(0_u32..)
            .map(|(it, id)| (it.key.clone(), InstrumentId(id)))
            .collect();
        if let Some(state) = ledger {
            self.ledger = Ledger::from_state(state, |key| ids.get(key).copied())?;
        }
        self.restore_orders(working, &ids);
        let mut decisions = BTreeMap::new();
        for mut event in events
            .into_iter()
            .filter(|event| event.sequence > base_sequence)
        {
            if remap(&mut event.body, &instruments, &ids) {
                self.replay(event, &mut decisions);
            } else {
                let text = format!("event {} names an instrument that is lost", event.sequence);
                self.distrust(None, text);
            }
        }
        for (key, close) in closes {
            let id = ids.get(&key).copied();
            if let Some(id) = id.filter(|id| self.ledger.position(*id).is_open()) {
                self.mark(id, close);
            }
        }
        Ok(listed)
    }

    fn restore_orders(
        &mut self,
        working: Vec<WorkingSnapshot>,
        ids: &HashMap<InstrumentKey, InstrumentId>,
    ) {
        for WorkingSnapshot {
            key,
            mut order,
            mut decision,
            last_event,
        } in working
        {
            let Some(&id) = ids.get(&key) else {
                let text = format!("{key} of order {} is lost", order.id);
                self.distrust(Some(order.id), text);
                continue;
            };
            order.instrument = id;
            decision.intent.instrument = id;
            let working = WorkingOrder {
                order,
                decision,
                last_event,
            };
            self.orders.working.insert(working.order.id, working);
        }
    }

    /// Rebuilds seconds, bars, indicators and strategies of every instrument that was found, and
    /// returns the newest price of each.
    fn rebuild_markets(
        &mut self,
        found: MarketFound,
        instruments: &BTreeMap<InstrumentId, Instrument>,
        feed: FeedId,
    ) -> Vec<(InstrumentKey, Price)> {
        let mut problems = Vec::new();
        for snapshot in found.saved {
            let instrument = Arc::new(snapshot.instrument.clone());
            match InstrumentState::new(feed, Arc::clone(&instrument), &self.settings) {
                Ok(mut state) => {
                    state.restore(snapshot, &self.settings.catalog, &mut problems);
                    self.unclaimed.0.insert(instrument.key.clone(), state);
                }
                Err(error) => problems.push(format!("{} is not restored: {error}", instrument.key)),
            }
        }
        let mut closes = Vec::new();
        for (key, candles) in found.candles {
            if !self.unclaimed.0.contains_key(&key)
                && let Some(known) = instruments.values().rev().find(|it| it.key == key)
                && let Ok(state) =
                    InstrumentState::new(feed, Arc::new(known.clone()), &self.settings)
            {
                self.unclaimed.0.insert(key.clone(), state);
            }
            let Some(state) = self.unclaimed.0.get_mut(&key) else {
                continue;
            };
            for candle in &candles {
                if candle.start >= state.aggregator.closed_until() {
                    state.fold_silently(candle);
                }
            }
            closes.extend(candles.last().map(|candle| (key, candle.close)));
        }
        for (key, timeframe, start) in found.bars {
            if let Some(state) = self.unclaimed.0.get_mut(&key) {
                state.close_silently(timeframe, start);
            }
        }
        for text in problems {
            self.anomaly(None, text);
        }
        closes
    }

    fn take_snapshot(
        &mut self,
        snapshot: Snapshot,
        saved: &mut Vec<InstrumentSnapshot>,
    ) -> Result<(Option<LedgerState>, Vec<WorkingSnapshot>), RestoreError> {
        if snapshot.version > VERSION {
            return Err(RestoreError::FutureVersion {
                found: snapshot.version,
            });
        }
        self.log.sequence = self.log.sequence.max(snapshot.sequence);
        self.orders.last_order = self.orders.last_order.max(snapshot.last_order);
        self.orders.last_execution = self.orders.last_execution.max(snapshot.last_execution);
        self.halt = snapshot.halt.map(|(reason, kill)| Halt { reason, kill });
        *saved = snapshot.instruments;
        Ok((Some(snapshot.ledger), snapshot.working))
    }

    /// Lists the instruments that money or orders depend on.
    fn list_needed(
        &mut self,
        feed: FeedId,
        ledger: Option<&LedgerState>,
        working: &[WorkingSnapshot],
        events: &[Event],
        instruments: &BTreeMap<InstrumentId, Instrument>,
    ) -> Vec<Arc<Instrument>> {
        let mut needed: BTreeMap<InstrumentKey, Arc<Instrument>> = BTreeMap::new();
        let mut keys: Vec<InstrumentKey> = ledger
            .into_iter()
            .flat_map(|ledger| &ledger.positions)
            .map(|position| position.key.clone())
            .collect();
        keys.extend(working.iter().map(|working| working.key.clone()));
        for key in keys {
            let known = self
                .unclaimed
                .0
                .get(&key)
                .map(|state| &*state.instrument)
                .or_else(|| {
                    instruments
                        .values()
                        .find(|instrument| instrument.key == key)
                });
            if let Some(instrument) = known {
                needed.insert(key, Arc::new(instrument.clone()));
            }
        }
        for event in events {
            if let Some(instrument) =
                traded_instrument(&event.body).and_then(|id| instruments.get(&id))
            {
                needed.insert(instrument.key.clone(), Arc::new(instrument.clone()));
            }
        }
        let listed: Vec<_> = needed.into_values().collect();
        for (instrument, id) in listed.iter().zip(0_u32..) {
            self.list(feed, InstrumentId(id), instrument);
        }
        listed
    }

    fn replay(&mut self, event: Event, decisions: &mut BTreeMap<OrderId, Decision>) {
        self.now = self.now.max(event.time);
        match event.body {
            EventBody::RiskDecided(decision) => {
                decisions.insert(decision.order, *decision);
            }
            EventBody::OrderChanged(order) => {
                let former = self.orders.working.remove(&order.id);
                let decision = former
                    .map(|it| it.decision)
                    .or_else(|| decisions.remove(&order.id));
                if order.state.is_final() {
                    return;
                }
                let Some(decision) = decision else {
                    let text = format!("order {} works and its decision is lost", order.id);
                    return self.distrust(Some(order.id), text);
                };
                let working = WorkingOrder {
                    order: *order,
                    decision,
                    last_event: event.sequence,
                };
                self.orders.working.insert(working.order.id, working);
            }
            EventBody::Filled(fill) => {
                let Some(instrument) = self.instrument(fill.instrument).cloned() else {
                    return;
                };
                match self.ledger.apply(&fill, &instrument) {
                    Ok(_) => self.mark(fill.instrument, fill.price),
                    // The snapshot holds it already.
                    Err(LedgerError::Duplicate { .. }) => {}
                    Err(error) => {
                        let text = format!("a recorded fill is not booked: {error}");
                        self.distrust(Some(fill.order), text);
                    }
                }
            }
            EventBody::StopMoved {
                instrument,
                stop_price,
            } => {
                if let Some(state) = self.instruments.get_mut(instrument.index()) {
                    state.stop_price = stop_price;
                }
            }
            EventBody::FlattenWanted { instrument, origin } => {
                if let Some(state) = self.instruments.get_mut(instrument.index()) {
                    state.flatten = origin;
                }
            }
            EventBody::AccountSampled(account) => {
                self.ledger.resume_sample(&account, event.time);
            }
            EventBody::Halted { reason, kill } => self.halt = Some(Halt { reason, kill }),
            EventBody::Resumed => self.halt = None,
            _ => {}
        }
    }

    /// Gives a newly listed instrument what a restart found of it.
    pub(super) fn claim(&mut self, id: InstrumentId) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let Some(mut found) = self.unclaimed.0.remove(&state.instrument.key) else {
            return;
        };
        if !has_same_units(&found.instrument, &state.instrument) {
            let key = state.instrument.key.clone();
            let text = format!("{key} starts anew: its scales or its candles' source changed");
            self.anomaly(None, text);
            return;
        }
        found.feed = state.feed;
        found.instrument = Arc::clone(&state.instrument);
        *state = found;
        state.refresh_next_close(self.settings.reorder_window_ns);
        self.expect_close(id);
    }

    /// Puts an instrument's working orders back into its venue after a restart.
    pub(super) fn readmit_orders(&mut self, id: InstrumentId) {
        for order in self.orders.ids(Some(id)) {
            let Some(working) = self.orders.working.get(&order) else {
                continue;
            };
            let now = working.order.updated;
            let admitted = self
                .guardian
                .readmit(working.order.clone(), &working.decision);
            if admitted.is_none() {
                let text = "it does not fit the decision that approved it".to_owned();
                self.change(order, OrderTransition::Cancel, now, 0, Some(text));
                continue;
            }
            let feed = self.instruments.get(id.index()).map(|state| state.feed);
            let venue = feed.and_then(|feed| self.feeds.get_mut(feed.index()));
            if let (Some(approved), Some(feed)) = (admitted, venue) {
                // What the best price was when it was decided is not recorded.
                feed.venue.restore_order(approved, None, now);
            }
        }
    }
}

impl InstrumentState {
    fn snapshot(&self) -> InstrumentSnapshot {
        InstrumentSnapshot {
            instrument: (*self.instrument).clone(),
            closed_until: self.aggregator.closed_until(),
            stop_price: self.stop_price,
            flatten: self.flatten.clone(),
            frames: self.frames.iter().map(Frame::snapshot).collect(),
        }
    }

    fn restore(
        &mut self,
        snapshot: InstrumentSnapshot,
        catalog: &IndicatorCatalog,
        problems: &mut Vec<String>,
    ) {
        self.aggregator.resume_from(snapshot.closed_until);
        self.stop_price = snapshot.stop_price;
        self.flatten = snapshot.flatten;
        for saved in snapshot.frames {
            let Self {
                frames,
                calendar,
                instrument,
                ..
            } = self;
            let Some(frame) = frames
                .iter_mut()
                .find(|frame| frame.builder.timeframe() == saved.timeframe)
            else {
                continue;
            };
            frame
                .builder
                .resume_from(saved.closed_until, saved.forming, calendar);
            match IndicatorSet::restore(catalog, saved.indicators) {
                Ok(indicators) => frame.indicators = indicators,
                Err(error) => {
                    let (key, timeframe) = (&instrument.key, saved.timeframe);
                    problems.push(format!("{key} {timeframe}: indicators start anew: {error}"));
                }
            }
            for (name, state) in saved.strategies {
                let entry = frame
                    .strategies
                    .iter_mut()
                    .find(|entry| entry.strategy.name() == name);
                if let Some(Err(error)) = entry.map(|entry| entry.strategy.restore(&state)) {
                    let (key, timeframe) = (&instrument.key, saved.timeframe);
                    problems.push(format!("{key} {timeframe}: {name} starts anew: {error}"));
                }
            }
        }
    }
}

impl Frame {
    fn snapshot(&self) -> FrameSnapshot {
        FrameSnapshot {
            timeframe: self.builder.timeframe(),
            closed_until: self.builder.closed_until(),
            forming: self.builder.forming().map(|bar| *bar),
            indicators: self.indicators.state(),
            strategies: self
                .strategies
                .iter()
                .map(|entry| (entry.strategy.name().to_owned(), entry.strategy.save()))
                .collect(),
        }
    }
}

/// Whether prices and quantities of the two mean the same, and their candles as well.
fn has_same_units(one: &Instrument, other: &Instrument) -> bool {
    one.price_scale == other.price_scale
        && one.quantity_scale == other.quantity_scale
        && one.candle_source == other.candle_source
        && one.session == other.session
}

/// The instrument of an event that money or orders depend on.
fn traded_instrument(body: &EventBody) -> Option<InstrumentId> {
    let is_of_money = matches!(
        body,
        EventBody::RiskDecided(_)
            | EventBody::OrderChanged(_)
            | EventBody::Filled(_)
            | EventBody::StopMoved { .. }
            | EventBody::FlattenWanted { .. }
    );
    if is_of_money { body.instrument() } else { None }
}

/// Rewrites the journal's instrument numbers to this run's; `false` when there is none.
fn remap(
    body: &mut EventBody,
    instruments: &BTreeMap<InstrumentId, Instrument>,
    ids: &HashMap<InstrumentKey, InstrumentId>,
) -> bool {
    let Some(old) = traded_instrument(body) else {
        return true;
    };
    let Some(new) = instruments
        .get(&old)
        .and_then(|instrument| ids.get(&instrument.key))
        .copied()
    else {
        return false;
    };
    body.set_instrument(new);
    true
}
