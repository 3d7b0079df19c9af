//! The pure modules composed into one deterministic state machine: inputs in, events out.
//! Must not know a clock, a thread, a file, a socket or a log.
//!
//! The same inputs give the same events, bit for bit, whatever else happens: no map is iterated in
//! hash order, every random draw is seeded, and time is what the inputs say it is.

mod amend;
mod bars;
#[cfg(test)]
mod chain_tests;
mod clock;
mod commands;
#[cfg(test)]
mod exit_tests;
mod guards;
mod hash;
mod instrument;
mod log;
#[cfg(test)]
mod order_tests;
mod positions;
mod reports;
#[cfg(test)]
mod restart_properties;
#[cfg(test)]
mod restart_tests;
mod restore;
mod settings;
mod snapshot;
mod tape;
#[cfg(test)]
mod tests;
mod trading;

use std::sync::Arc;

use crate::domain::{
    Event, EventBody, FeedId, FeedStatus, Input, Instrument, InstrumentId, InstrumentKey,
    MarketUpdate, Order, OrderId, OrderIntent, Price, Timestamp,
};
use crate::execution::VenueReport;
use crate::indicators::IndicatorCatalog;
use crate::portfolio::Ledger;
use crate::risk::{RiskGuardian, Verdict};

pub use hash::EventHasher;
pub use restore::{Recovered, RestoreError};
pub use settings::{EngineError, Settings};
pub use snapshot::Snapshot;

use clock::FeedState;
use commands::Answers;
use instrument::InstrumentState;
use log::EventLog;
use trading::{Halt, Orders};

/// The whole state of a running desk.
pub struct Engine {
    settings: Settings,
    instruments: Vec<InstrumentState>,
    feeds: Vec<FeedState>,
    guardian: RiskGuardian,
    ledger: Ledger,
    orders: Orders,
    /// Set by a person or the kill switch, and kept over restarts.
    halt: Option<Halt>,
    /// What was asked and answered in this run.
    answers: Answers,
    /// Why rows cannot be written; neither lifts a halt nor is lifted with one.
    store_fault: Option<String>,
    log: EventLog,
    /// Scratch for what a venue reports within one step.
    reports: Vec<VenueReport>,
    /// Newest event time of any feed.
    now: Timestamp,
    /// When the account is sampled next.
    next_sample: Timestamp,
    /// Instruments whose market changed since the last reading.
    dirty: Vec<InstrumentId>,
    counters: EngineCounters,
    /// What a restart found and no listed instrument has claimed yet.
    unclaimed: snapshot::Unclaimed,
}

/// What the engine took and refused so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EngineCounters {
    /// Ticks taken.
    pub ticks: u64,
    /// Ticks refused because they came too late.
    pub late_ticks: u64,
    /// Ticks refused because they make no sense: a price of zero or less, a crossed quote.
    pub bad_ticks: u64,
}

impl Engine {
    /// An engine that has seen nothing.
    ///
    /// # Errors
    /// When a part of the settings is impossible; the text names it.
    pub fn new(settings: Settings) -> Result<Self, EngineError> {
        let guardian = RiskGuardian::new(settings.risk.clone())?;
        let ledger = Ledger::new(settings.initial_cash);
        Ok(Self {
            settings,
            instruments: Vec::new(),
            feeds: Vec::new(),
            guardian,
            ledger,
            orders: Orders::default(),
            halt: None,
            answers: Answers::default(),
            store_fault: None,
            log: EventLog::default(),
            reports: Vec::new(),
            now: Timestamp::ZERO,
            next_sample: Timestamp::MIN,
            dirty: Vec::new(),
            counters: EngineCounters::default(),
            unclaimed: snapshot::Unclaimed::default(),
        })
    }

    /// Takes one input; what it caused is added to [`Self::events`].
    #[inline]
    pub fn step(&mut self, input: &Input) {
        match input {
            Input::Tick(tick) => self.on_tick(tick),
            Input::Depth { instrument, depth } => self.on_depth(*instrument, depth),
            Input::Time { feed, now } => self.advance_feed(*feed, *now),
            Input::List {
                feed,
                id,
                instrument,
            } => self.list(*feed, *id, instrument),
            Input::Feed { feed, status } => self.on_feed(*feed, status),
            Input::Store(fault) => self.on_store(fault.as_ref()),
            Input::Command(command) => self.on_command(command),
        }
    }

    /// What happened since the events were last taken or cleared.
    pub fn events(&self) -> &[Event] {
        &self.log.events
    }

    /// Takes the events out.
    pub fn take_events(&mut self) -> Vec<Event> {
        std::mem::take(&mut self.log.events)
    }

    /// Forgets the events but keeps their memory.
    pub fn clear_events(&mut self) {
        self.log.events.clear();
    }

    /// The indicators of every timeframe.
    pub const fn catalog(&self) -> &Arc<IndicatorCatalog> {
        &self.settings.catalog
    }

    /// What was taken and refused so far.
    pub const fn counters(&self) -> EngineCounters {
        self.counters
    }

    /// The ledger.
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Number of the newest event.
    pub const fn sequence(&self) -> u64 {
        self.log.sequence
    }

    /// Newest event time of any feed.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Why new orders are refused, if they are, and whether the kill switch did it.
    pub fn halt_reason(&self) -> Option<(&str, bool)> {
        let halt = self
            .halt
            .as_ref()
            .map(|halt| (halt.reason.as_str(), halt.kill));
        halt.or_else(|| self.store_fault.as_deref().map(|reason| (reason, false)))
    }

    /// Where the positions' protective stops lie.
    pub fn stops(&self) -> impl Iterator<Item = (InstrumentId, Price)> {
        self.guards(|state| state.stop.price)
    }

    /// Where the positions' targets lie.
    pub fn targets(&self) -> impl Iterator<Item = (InstrumentId, Price)> {
        self.guards(|state| state.target.price)
    }

    /// Where the protective stop of a position lies.
    pub fn stop_of(&self, id: InstrumentId) -> Option<Price> {
        self.instruments.get(id.index())?.stop.price
    }

    /// Where the target of a position lies.
    pub fn target_of(&self, id: InstrumentId) -> Option<Price> {
        self.instruments.get(id.index())?.target.price
    }

    fn guards(
        &self,
        price: fn(&InstrumentState) -> Option<Price>,
    ) -> impl Iterator<Item = (InstrumentId, Price)> {
        (0_u32..)
            .map(InstrumentId)
            .zip(&self.instruments)
            .filter_map(move |(id, state)| Some((id, price(state)?)))
    }

    /// Orders that are not final, by number.
    pub fn working_orders(&self) -> impl Iterator<Item = &Order> {
        self.orders.working.values().map(|working| &working.order)
    }

    /// What risk says of an order now, without making it.
    /// `None` when its instrument is not listed.
    pub fn preview(&self, intent: &OrderIntent) -> Option<Verdict> {
        self.assess(OrderId::default(), intent)
    }

    /// Where each known instrument's closed seconds end, listed or not.
    pub fn closed_seconds(&self) -> Vec<(InstrumentKey, Timestamp)> {
        let listed = self.instruments.iter().map(|state| {
            (
                state.instrument.key.clone(),
                state.aggregator.closed_until(),
            )
        });
        listed.chain(self.unclaimed.closed_seconds()).collect()
    }

    /// What it is, by its number in this run.
    pub fn instrument(&self, id: InstrumentId) -> Option<&Arc<Instrument>> {
        self.instruments
            .get(id.index())
            .map(|state| &state.instrument)
    }

    /// The newest state of every instrument that changed since the last call.
    pub fn take_market_updates(&mut self, updates: &mut Vec<MarketUpdate>) {
        for id in self.dirty.drain(..) {
            if let Some(state) = self.instruments.get_mut(id.index()) {
                updates.push(state.market_update(id));
            }
        }
    }

    /// The newest state of every instrument that has had a tick, changed or not.
    pub fn market_states(&mut self, updates: &mut Vec<MarketUpdate>) {
        self.dirty.clear();
        for (id, state) in (0_u32..).map(InstrumentId).zip(&mut self.instruments) {
            if state.prices.tick_time.is_some() {
                updates.push(state.market_update(id));
            }
        }
    }

    fn list(&mut self, feed: FeedId, id: InstrumentId, instrument: &Arc<Instrument>) {
        self.feed_mut(feed);
        if let Some(state) = self.instruments.get_mut(id.index()) {
            // A feed has come back for an instrument that a restart had to list without one.
            if state.feed != feed {
                self.move_to_feed(id, feed);
            }
            return;
        }
        if id.index() != self.instruments.len() {
            let text = format!("{} was listed out of order and is ignored", instrument.key);
            self.anomaly(None, text);
            return;
        }
        match InstrumentState::new(feed, Arc::clone(instrument), &self.settings) {
            Ok(state) => {
                self.instruments.push(state);
                self.enter_feed(id, feed);
                let body = EventBody::Listed {
                    id,
                    feed,
                    instrument: Arc::clone(instrument),
                };
                self.log.emit(0, self.now, body);
                self.claim(id);
            }
            Err(error) => self.anomaly(None, format!("{} is not listed: {error}", instrument.key)),
        }
    }

    fn on_feed(&mut self, feed: FeedId, status: &FeedStatus) {
        self.feed_mut(feed);
        if *status == FeedStatus::Ended {
            self.run_out(feed);
        }
        let time = self.feed_now(feed);
        let body = EventBody::FeedChanged {
            feed,
            status: status.clone(),
        };
        self.log.emit(0, time, body);
    }

    fn on_store(&mut self, fault: Option<&String>) {
        let body = match (fault, self.store_fault.is_some()) {
            (Some(reason), false) => EventBody::StoreFailed {
                reason: reason.clone(),
            },
            (None, true) => EventBody::StoreRecovered,
            _ => return,
        };
        self.store_fault = fault.cloned();
        self.log.emit(0, self.now, body);
    }

    /// Something that money depends on does not add up: it is told, and nothing new is risked
    /// until a person has looked.
    fn distrust(&mut self, order: Option<OrderId>, text: String) {
        self.set_halt(&text, false, 0);
        self.anomaly(order, text);
    }

    fn anomaly(&mut self, order: Option<OrderId>, text: String) {
        self.log
            .emit(0, self.now, EventBody::Anomaly { order, text });
    }
}
