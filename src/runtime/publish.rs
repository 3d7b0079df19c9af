//! Carries committed events and fresh market states to the screen.
//! Must not be called with events that are not on disk yet where they must be.

use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tracing::warn;

use crate::domain::{Event, EventBody, InstrumentId, InstrumentKey, MarketUpdate};
use crate::store::Archive;
use crate::view::{Counters, StoreView, ViewFold};

use super::handle::SharedView;

/// Batches that may wait for the view's thread.
const QUEUE: usize = 256;
/// Stored bars of each timeframe that a new screen begins with.
const HISTORY_BARS: usize = 300;

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
    pub(super) fn start(
        view: Arc<SharedView>,
        fold: ViewFold,
        archive: Option<Archive>,
    ) -> std::io::Result<Self> {
        let (queue, packages) = bounded(QUEUE);
        let thread = std::thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || fold_packages(&view, fold, archive.as_ref(), &packages))?;
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

fn fold_packages(
    view: &SharedView,
    mut fold: ViewFold,
    archive: Option<&Archive>,
    packages: &Receiver<Package>,
) {
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
        if let Some(archive) = archive {
            for event in package.events.iter().flat_map(|events| events.iter()) {
                if let EventBody::Listed { id, instrument, .. } = &event.body {
                    show_history(view, &fold, archive, *id, &instrument.key);
                }
            }
        }
    }
}

/// Puts the stored bars before those of this run.
fn show_history(
    view: &SharedView,
    fold: &ViewFold,
    archive: &Archive,
    id: InstrumentId,
    key: &InstrumentKey,
) {
    for &timeframe in fold.timeframes() {
        match archive.bars(key, timeframe, HISTORY_BARS) {
            Ok(bars) if bars.is_empty() => {}
            Ok(bars) => view.update(|view| fold.add_history(view, id, timeframe, &bars)),
            Err(problem) => warn!(%key, %timeframe, %problem, "stored bars are not shown"),
        }
    }
}
