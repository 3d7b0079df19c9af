//! Carries committed events and fresh market states to the screen.
//! Must not be called with events that are not on disk yet where they must be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use tracing::warn;

use crate::domain::{Event, EventBody, InstrumentId, MarketUpdate};
use crate::store::Archive;
use crate::view::{Counters, StoreView, ViewFold};

use super::handle::{Drained, SharedView};

/// Batches that may wait for the view's thread.
const QUEUE: usize = 256;
/// Stored bars of each timeframe that a new screen begins with.
const HISTORY_BARS: usize = 300;

/// What the view's thread is given at once.
#[derive(Debug, Default)]
struct Package {
    events: Vec<Arc<[Event]>>,
    /// The newest of each instrument.
    markets: BTreeMap<InstrumentId, MarketUpdate>,
    health: Option<Health>,
    /// Answered once all of the package is folded in.
    drained: Vec<(oneshot::Sender<Drained>, Drained)>,
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
    /// Starts the thread that folds into `view`; it calls `prepare` first.
    pub(super) fn start(
        view: Arc<SharedView>,
        fold: ViewFold,
        archive: Option<Archive>,
        prepare: fn(),
    ) -> std::io::Result<Self> {
        let (queue, packages) = bounded(QUEUE);
        let thread = std::thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || {
                prepare();
                fold_packages(&view, fold, archive.as_ref(), &packages);
            })?;
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
        let newest = markets
            .into_iter()
            .map(|update| (update.instrument, update));
        self.waiting.markets.extend(newest);
    }

    pub(super) fn health(&mut self, health: Health) {
        self.waiting.health = Some(health);
    }

    /// Answers when what was given before is folded in.
    pub(super) fn drained(&mut self, reply: oneshot::Sender<Drained>, drained: Drained) {
        self.waiting.drained.push((reply, drained));
    }

    pub(super) fn flush(&mut self) {
        let package = std::mem::take(&mut self.waiting);
        let says_nothing = package.events.is_empty()
            && package.markets.is_empty()
            && package.health.is_none()
            && package.drained.is_empty();
        if says_nothing {
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
            for update in package.markets.into_values() {
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
                show_history(view, &fold, archive, event);
            }
        }
        for (reply, drained) in package.drained {
            // Whoever asked may have gone meanwhile.
            let _ = reply.send(drained);
        }
    }
}

/// Puts the stored bars of an instrument that was just listed before those of this run. The store
/// may be ahead of the events that were folded in, and those are yet to come.
fn show_history(view: &SharedView, fold: &ViewFold, archive: &Archive, event: &Event) {
    let EventBody::Listed { id, instrument, .. } = &event.body else {
        return;
    };
    let key = &instrument.key;
    for &timeframe in fold.timeframes() {
        match archive.bars_before(key, timeframe, HISTORY_BARS, event.sequence) {
            Ok(bars) if bars.is_empty() => {}
            Ok(bars) => view.update(|view| fold.add_history(view, *id, timeframe, &bars)),
            Err(problem) => warn!(%key, %timeframe, %problem, "stored bars are not shown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::{Config, Mode};
    use crate::domain::{
        Bar, CandleSource, ClosedBar, Decimal, FeedId, Instrument, Price, Qty, Session, Timeframe,
        Timestamp,
    };
    use crate::engine::Settings;
    use crate::portfolio::Ledger;
    use crate::store::Store;
    use crate::view::View;

    fn event(sequence: u64, body: EventBody) -> Event {
        Event {
            sequence,
            cause: 0,
            time: Timestamp::ZERO,
            body,
        }
    }

    fn listed(sequence: u64) -> Event {
        let instrument = Arc::new(Instrument {
            key: "SIM:TITAN".parse().expect("a key"),
            symbol: "TITAN".to_owned(),
            currency: "USD".to_owned(),
            price_scale: 2,
            quantity_scale: 0,
            tick_size: Price::from_units(1),
            lot_size: Qty::from_units(1),
            minimum_notional: Decimal::ZERO,
            session: Session::Continuous,
            candle_source: CandleSource::Trades,
        });
        let (id, feed) = (InstrumentId(0), FeedId(0));
        event(
            sequence,
            EventBody::Listed {
                id,
                feed,
                instrument,
            },
        )
    }

    fn closed(sequence: u64, minute: i64) -> Event {
        let price = Price::from_units(100);
        let bar = ClosedBar::new(Bar {
            start: Timestamp::from_seconds(minute * 60),
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::from_units(1),
            count: 1,
        });
        let (instrument, timeframe) = (InstrumentId(0), Timeframe::MINUTE);
        event(
            sequence,
            EventBody::BarClosed {
                instrument,
                timeframe,
                bar,
            },
        )
    }

    #[test]
    fn a_bar_that_the_store_has_before_the_view_is_shown_once() {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config::default();
        let store = Store::open(folder.path(), &config.store, &[]).expect("a store");
        let writer = store.into_writer();
        // An earlier run, and a run whose third bar is on the disk before anything is folded in.
        let earlier = [listed(1), closed(2, 1), closed(3, 2)];
        let now = [listed(10), closed(11, 3), closed(12, 4)];
        writer.append([&earlier[..], &now].concat()).expect("taken");
        writer.close(Duration::from_secs(20)).expect("closed");

        let settings = Settings::new(&config).expect("settings");
        let ledger = Ledger::new(settings.initial_cash);
        let minute = [Timeframe::MINUTE];
        let fold = ViewFold::new(&minute, &settings.catalog, ledger, BTreeMap::new());
        let view = SharedView::new(View::new(Mode::Paper, "USD", &[]));
        let archive = Archive::open_read_only(folder.path()).expect("an archive");
        let (sender, packages) = bounded(QUEUE);
        for event in now {
            let package = Package {
                events: vec![vec![event].into()],
                ..Package::default()
            };
            sender.send(package).expect("room");
        }
        drop(sender);
        fold_packages(&view, fold, Some(&archive), &packages);
        let starts: Vec<i64> = view.read().instruments[0].series[0]
            .bars
            .iter()
            .map(|row| row.bar.start.seconds() / 60)
            .collect();
        assert_eq!(starts, [1, 2, 3, 4]);
    }
}
