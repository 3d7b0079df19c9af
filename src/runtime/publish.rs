//! Carries committed events and fresh market states to the screen and the log.
//! Must not be called with events that are not on disk yet where they must be.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tracing::{info, warn};

use crate::domain::{Event, EventBody, Instrument, InstrumentId, MarketUpdate, OrderState};
use crate::view::{Counters, StoreView, ViewFold};

use super::handle::SharedView;

/// Batches that may wait for the view's thread.
const QUEUE: usize = 256;

/// What the view's thread is given at once.
#[derive(Debug, Default)]
struct Package {
    events: Vec<Arc<[Event]>>,
    markets: Vec<MarketUpdate>,
    health: Option<Health>,
}

/// Figures that are not events.
#[derive(Debug, Clone)]
pub(super) struct Health {
    pub(super) counters: Counters,
    pub(super) store: StoreView,
    pub(super) feed_ages_ms: Vec<Option<u64>>,
}

/// Sends to the view's thread without ever waiting for it.
pub(super) struct ViewPublisher {
    queue: Sender<Package>,
    /// What did not fit: events wait, market states and health are replaced by newer ones.
    waiting: Package,
    thread: JoinHandle<()>,
}

impl ViewPublisher {
    /// Starts the thread that folds into `view`.
    pub(super) fn start(view: Arc<SharedView>, fold: ViewFold) -> std::io::Result<Self> {
        let (queue, packages) = bounded(QUEUE);
        let thread = std::thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || fold_packages(&view, fold, &packages))?;
        Ok(Self {
            queue,
            waiting: Package::default(),
            thread,
        })
    }

    pub(super) fn events(&mut self, events: Arc<[Event]>) {
        self.waiting.events.push(events);
    }

    pub(super) fn markets(&mut self, markets: Vec<MarketUpdate>) {
        if self.waiting.markets.is_empty() {
            self.waiting.markets = markets;
            return;
        }
        for update in markets {
            self.waiting
                .markets
                .retain(|older| older.instrument != update.instrument);
            self.waiting.markets.push(update);
        }
    }

    pub(super) fn health(&mut self, health: Health) {
        self.waiting.health = Some(health);
    }

    pub(super) fn flush(&mut self) {
        let package = std::mem::take(&mut self.waiting);
        if package.events.is_empty() && package.markets.is_empty() && package.health.is_none() {
            return;
        }
        if let Err(TrySendError::Full(package)) = self.queue.try_send(package) {
            self.waiting = package;
        }
    }

    /// Sends what is left and waits until it is folded in.
    pub(super) fn close(self) {
        // A view thread that is gone has nothing left to be shown to.
        let _ = self.queue.send(self.waiting);
        drop(self.queue);
        let _ = self.thread.join();
    }
}

fn fold_packages(view: &SharedView, mut fold: ViewFold, packages: &Receiver<Package>) {
    while let Ok(package) = packages.recv() {
        view.update(|view| {
            for event in package.events.iter().flat_map(|events| events.iter()) {
                fold.apply(view, event);
            }
            for update in package.markets {
                fold.apply_market(view, update);
            }
            if let Some(health) = package.health {
                view.counters = health.counters;
                view.store = health.store;
                for (feed, age_ms) in view.feeds.iter_mut().zip(health.feed_ages_ms) {
                    feed.age_ms = age_ms;
                }
            }
        });
    }
}

/// Writes the events of the trade lane to the log.
#[derive(Debug, Default)]
pub(super) struct EventLogger {
    instruments: Vec<Arc<Instrument>>,
}

impl EventLogger {
    pub(super) fn log(&mut self, event: &Event) {
        let (sequence, cause, time) = (event.sequence, event.cause, event.time.to_rfc3339());
        match &event.body {
            EventBody::Listed { instrument, .. } => {
                self.instruments.push(Arc::clone(instrument));
                info!(sequence, %instrument.key, "listed");
            }
            EventBody::SignalRaised(signal) => {
                let instrument = self.key(signal.instrument);
                info!(
                    sequence, cause, time, instrument,
                    strategy = signal.strategy, action = ?signal.action,
                    confidence = signal.confidence.0, blocked_by = ?signal.blocked_by,
                    "signal"
                );
            }
            EventBody::RiskDecided(decision) => {
                let instrument = self.key(decision.intent.instrument);
                let (order, approved) = (decision.order.to_string(), decision.approved);
                info!(
                    sequence,
                    cause,
                    time,
                    instrument,
                    order,
                    approved,
                    failed = decision.denial(),
                    "risk"
                );
            }
            EventBody::OrderChanged(order) if order.state != OrderState::Denied => {
                let instrument = self.key(order.instrument);
                let id = order.id.to_string();
                info!(
                    sequence, cause, time, instrument, order = id, side = ?order.side,
                    state = ?order.state, filled = order.filled.units(), reason = ?order.reason,
                    "order"
                );
            }
            EventBody::Filled(fill) => {
                let scales = self.instruments.get(fill.instrument.index());
                let (price, quantity) = scales.map_or_else(Default::default, |it| {
                    let price = fill.price.display(it.price_scale).to_string();
                    (price, fill.quantity.display(it.quantity_scale).to_string())
                });
                info!(
                    sequence, cause, time, instrument = self.key(fill.instrument),
                    execution = fill.execution.0, order = fill.order.to_string(),
                    side = ?fill.side, price, quantity, fee = %fill.fee,
                    "fill"
                );
            }
            EventBody::Halted { reason, kill } => warn!(sequence, time, reason, kill, "halted"),
            EventBody::Resumed => info!(sequence, time, "resumed"),
            EventBody::FeedChanged { feed, status } => {
                info!(sequence, time, feed = feed.0, status = ?status, "feed");
            }
            EventBody::CommandAnswered { command, outcome } => {
                info!(sequence, time, command = command.0, outcome = ?outcome, "command");
            }
            EventBody::Anomaly { text, .. } => warn!(sequence, time, text, "anomaly"),
            _ => {}
        }
    }

    fn key(&self, id: InstrumentId) -> String {
        self.instruments
            .get(id.index())
            .map_or_else(String::new, |it| it.key.to_string())
    }
}
