//! Rebuilding the engine from a snapshot and the journal after it.
//! Must not lose or double an order or a fill, whatever moment the snapshot was taken at.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use thiserror::Error;

use crate::domain::{
    Candle, Decision, Event, EventBody, FeedId, Instrument, InstrumentId, InstrumentKey, Order,
    OrderId, OrderState, OrderTransition, Price, Timeframe, Timestamp,
};
use crate::portfolio::{Ledger, LedgerError, LedgerState};
use crate::risk::Approved;

use super::Engine;
use super::guards::{Guard, GuardKind};
use super::instrument::InstrumentState;
use super::positions::Leave;
use super::snapshot::{InstrumentSnapshot, Snapshot, VERSION, WorkingSnapshot};
use super::trading::{Halt, WorkingOrder};

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

/// Decisions that were replayed and whose orders were not yet.
#[derive(Default)]
struct Decisions {
    orders: BTreeMap<OrderId, Decision>,
    /// Of changes of working orders.
    changes: BTreeMap<OrderId, Decision>,
}

/// What a restart found of the market.
struct MarketFound {
    saved: Vec<InstrumentSnapshot>,
    candles: Vec<(InstrumentKey, Vec<Candle>)>,
    bars: Vec<(InstrumentKey, Timeframe, Timestamp)>,
}

impl Engine {
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
        let mut decisions = Decisions::default();
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
        for id in (0_u32..).map(InstrumentId).take(listed.len()) {
            let position = self.ledger.position(id).quantity();
            if let Some(state) = self.feed_mut(feed) {
                state.venue.hold(id, position);
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
            mut amendment,
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
            if let Some(amendment) = &mut amendment {
                amendment.intent.instrument = id;
            }
            let working = WorkingOrder {
                order,
                decision,
                amendment,
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
        self.halt = snapshot.halt.map(|(reason, kill)| Halt {
            reason,
            kill,
            stage: snapshot.kill_stage,
        });
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

    fn replay(&mut self, event: Event, decisions: &mut Decisions) {
        self.now = self.now.max(event.time);
        match event.body {
            EventBody::RiskDecided(decision) if decision.amends && decision.approved => {
                decisions.changes.insert(decision.order, *decision);
            }
            EventBody::RiskDecided(decision) if decision.amends => {}
            EventBody::RiskDecided(decision) => {
                decisions.orders.insert(decision.order, *decision);
            }
            EventBody::OrderChanged(order) => self.replay_order(*order, event.sequence, decisions),
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
                self.replay_guard(instrument, GuardKind::Stop, stop_price, event.sequence);
            }
            EventBody::TargetMoved {
                instrument,
                target_price,
            } => {
                self.replay_guard(instrument, GuardKind::Target, target_price, event.sequence);
            }
            EventBody::FlattenWanted { instrument, origin } => {
                if let Some(state) = self.instruments.get_mut(instrument.index()) {
                    let event = event.sequence;
                    state.leave = origin.map(|origin| Leave { origin, event });
                }
            }
            EventBody::AccountSampled(account) => {
                self.ledger.resume_sample(&account, event.time);
            }
            EventBody::Halted { reason, kill } => {
                self.halt = Some(Halt {
                    reason,
                    kill,
                    stage: None,
                });
            }
            EventBody::KillAdvanced { stage } => {
                if let Some(halt) = &mut self.halt {
                    halt.stage = Some(stage);
                }
            }
            EventBody::Resumed => self.halt = None,
            _ => {}
        }
    }

    fn replay_order(&mut self, order: Order, sequence: u64, decisions: &mut Decisions) {
        let former = self.orders.working.remove(&order.id);
        let (former, amendment) =
            former.map_or((None, None), |it| (Some(it.decision), it.amendment));
        let decision = former.or_else(|| decisions.orders.remove(&order.id));
        let amendment = amendment.or_else(|| decisions.changes.remove(&order.id));
        if order.state.is_final() {
            return;
        }
        let Some(decision) = decision else {
            let text = format!("order {} works and its decision is lost", order.id);
            return self.distrust(Some(order.id), text);
        };
        let mut working = WorkingOrder {
            order,
            decision,
            amendment,
            last_event: sequence,
        };
        working.settle();
        self.orders.working.insert(working.order.id, working);
    }

    fn replay_guard(
        &mut self,
        id: InstrumentId,
        kind: GuardKind,
        price: Option<Price>,
        event: u64,
    ) {
        if let Some(state) = self.instruments.get_mut(id.index()) {
            *state.guard_mut(kind) = Guard { price, event };
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

    /// Puts an instrument's working orders back into its venue after a restart, and the changes of
    /// them that were on their way.
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
            let is_changing = working.order.state == OrderState::ReplacePending;
            let changed = self.readmit_change(working);
            let feed = self.instruments.get(id.index()).map(|state| state.feed);
            let venue = feed.and_then(|feed| self.feeds.get_mut(feed.index()));
            if let (Some(approved), Some(feed)) = (admitted, venue) {
                // What the best price was when it was decided is not recorded.
                feed.venue.restore_order(approved, None, now);
                if let Some(changed) = changed {
                    feed.venue.replace(changed, now);
                } else if is_changing {
                    let text = "the change does not fit its decision".to_owned();
                    self.change(order, OrderTransition::RefuseReplace, now, 0, Some(text));
                }
            }
        }
    }

    /// The order as the change on its way would make it.
    fn readmit_change(&self, working: &WorkingOrder) -> Option<Approved<Order>> {
        let order = &working.order;
        let terms = order
            .replacement
            .filter(|_| order.state == OrderState::ReplacePending)?;
        self.guardian
            .readmit(order.with_terms(terms), working.amendment.as_ref()?)
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
            | EventBody::TargetMoved { .. }
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
