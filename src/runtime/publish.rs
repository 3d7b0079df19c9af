//! Carries committed events and fresh market states to the screen.
//! Must not be called with events that are not on disk yet where they must be.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use tokio::sync::oneshot;
use tracing::warn;

use crate::domain::{Event, EventBody, InstrumentId, MarketUpdate, OrderId};
use crate::store::{Archive, StoreError};
use crate::view::{EquityPoint, LatencyKind, Past, Timing, ViewFold};

use super::handle::{Drained, SharedView};
use super::supervise::Worker;
use super::vitals::{Health, LatencyBook, memory_bytes, show_latencies};

/// Batches that may wait for the view's thread.
const QUEUE: usize = 256;
/// Stored bars of each timeframe that a new screen begins with.
const HISTORY_BARS: usize = 300;
/// Stored events of the trade lane that a new screen begins with: some 200 orders and signals.
const HISTORY_EVENTS: usize = 2_000;
/// Stored samples of the account that a new screen begins with.
const HISTORY_SAMPLES: usize = 1_000;
/// Timings and latencies that may wait for a view that is stuck.
const FACTS_MAX: usize = 4_096;

/// What the view's thread is given at once.
#[derive(Debug, Default)]
struct Package {
    events: Vec<Arc<[Event]>>,
    /// The newest of each instrument.
    markets: BTreeMap<InstrumentId, MarketUpdate>,
    /// The newest of each order.
    timings: BTreeMap<OrderId, Timing>,
    latencies: Vec<(LatencyKind, Duration)>,
    health: Option<Health>,
    /// When it was first on its way.
    sent: Option<Instant>,
    /// Answered once all of the package is folded in.
    drained: Vec<(oneshot::Sender<Drained>, Drained)>,
}

impl Package {
    fn is_empty(&self) -> bool {
        self.events.is_empty()
            && self.markets.is_empty()
            && self.timings.is_empty()
            && self.latencies.is_empty()
            && self.health.is_none()
            && self.drained.is_empty()
    }
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
        worker: Worker,
        prepare: fn(),
    ) -> std::io::Result<Self> {
        let (queue, packages) = bounded(QUEUE);
        let thread = std::thread::Builder::new()
            .name("view".to_owned())
            .spawn(move || {
                let _worker = worker;
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
        for mut update in markets {
            if let Some(older) = self.waiting.markets.remove(&update.instrument) {
                update.replace(older);
            }
            self.waiting.markets.insert(update.instrument, update);
        }
    }

    pub(super) fn timings(&mut self, timings: Vec<(OrderId, Timing)>) {
        self.waiting.timings.extend(timings);
        while self.waiting.timings.len() > FACTS_MAX {
            self.waiting.timings.pop_first();
        }
    }

    pub(super) fn latencies(
        &mut self,
        latencies: impl IntoIterator<Item = (LatencyKind, Duration)>,
    ) {
        let room = FACTS_MAX.saturating_sub(self.waiting.latencies.len());
        self.waiting
            .latencies
            .extend(latencies.into_iter().take(room));
    }

    pub(super) fn health(&mut self, health: Health) {
        self.waiting.health = Some(health);
    }

    /// Answers when what was given before is folded in.
    pub(super) fn drained(&mut self, reply: oneshot::Sender<Drained>, drained: Drained) {
        self.waiting.drained.push((reply, drained));
    }

    pub(super) fn flush(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let mut package = std::mem::take(&mut self.waiting);
        package.sent.get_or_insert_with(Instant::now);
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
    let mut latencies = LatencyBook::new();
    let mut past = None;
    while let Ok(package) = packages.recv() {
        let Package {
            events,
            markets,
            timings,
            latencies: measured,
            health,
            sent,
            drained,
        } = package;
        let events = || events.iter().flat_map(|events| events.iter());
        if let (Some(archive), None, Some(first)) = (archive, &past, events().next()) {
            // Read before the view is locked, and once: later events are not history.
            past = Some(read_past(archive, first.sequence));
        }
        for (kind, took) in measured {
            latencies.record(kind, took);
        }
        // A percentile walks a histogram and memory is a file: not while a frame may wait.
        let figures = health.as_ref().map(|_| {
            let lag = sent.map_or(Duration::ZERO, |sent| sent.elapsed());
            let lag_us = u64::try_from(lag.as_micros()).unwrap_or(u64::MAX);
            (latencies.take_new(), memory_bytes(), lag_us, packages.len())
        });
        view.update(|view| {
            for event in events() {
                fold.apply(view, event);
                if let (EventBody::Listed { id, .. }, Some(past)) = (&event.body, &mut past) {
                    fold.add_past(view, *id, past);
                }
            }
            for update in markets.into_values() {
                fold.apply_market(view, update);
            }
            for (order, timing) in timings {
                fold.apply_timing(view, order, timing);
            }
            if let Some(health) = health {
                health.show(view);
            }
            if let Some((new, memory, lag_us, waiting)) = figures {
                show_latencies(&mut view.system.latencies, new);
                view.system.memory_bytes = memory;
                view.system.queues.view_lag_us = lag_us;
                view.system.queues.view = waiting;
            }
        });
        if let Some(archive) = archive {
            for event in events() {
                show_history(view, &mut fold, archive, event);
            }
        }
        for (reply, answer) in drained {
            // Whoever asked may have gone meanwhile.
            let _ = reply.send(answer);
        }
    }
}

/// What earlier runs did, as far as a new screen shows it.
fn read_past(archive: &Archive, before: u64) -> Past {
    let read = || -> Result<Past, StoreError> {
        let instruments = archive.stored_instruments()?;
        let events = archive.trades_before(before, HISTORY_EVENTS)?;
        let samples = archive.accounts_before(before, HISTORY_SAMPLES)?;
        let equity = samples
            .iter()
            .map(|(time, account)| EquityPoint::of(account, *time))
            .collect();
        Ok(Past::new(events, equity, |stored| {
            let place = instruments.binary_search_by_key(&stored, |(id, _)| *id);
            let found = instruments.get(place.ok()?);
            found.map(|(_, instrument)| instrument)
        }))
    };
    read().unwrap_or_else(|problem| {
        warn!(%problem, "what earlier runs did is not shown");
        Past::default()
    })
}

/// Puts the stored bars of an instrument that was just listed before those of this run. The store
/// may be ahead of the events that were folded in, and those are yet to come.
fn show_history(view: &SharedView, fold: &mut ViewFold, archive: &Archive, event: &Event) {
    let EventBody::Listed { id, instrument, .. } = &event.body else {
        return;
    };
    let key = &instrument.key;
    for timeframe in fold.timeframes().to_vec() {
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
