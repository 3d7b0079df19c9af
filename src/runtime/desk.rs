//! Starts a whole desk and ends it in order: feeds first, then the engine, then the store.
//! Must not decide what is shown or traded.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use thiserror::Error;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::Config;
use crate::domain::{FeedId, IndicatorSlot, InstrumentKey, PRINTS_KEPT, Price};
use crate::engine::{Engine, EngineError, Recovered, RestoreError, Settings, Snapshot};
use crate::feeds::recording::{self, Recorder, RecorderOptions};
use crate::feeds::{
    self, FeedBatch, FeedCounters, FeedError, FeedOptions, FeedSink, FeedSpec, InstrumentRegistry,
};
use crate::store::{Archive, Recovery, Store, StoreError, StoreWriter};
use crate::view::{HaltView, View, ViewFold, WorkerKind};

use super::background;
use super::engine_loop::{EngineLoop, state_text};
use super::event_log::EventLogger;
use super::feed_timers::FeedTimers;
use super::handle::{DeskHandle, Request, SharedView};
use super::journal::Journal;
use super::log_ring::wall_clock;
use super::publish::ViewPublisher;
use super::replay::DecisionTap;
use super::summary::{Summary, Tally};
use super::supervise::{Worker, Workers, run_feed};
use super::vitals::{Monitor, build_info};
use super::wake::WakeWatch;

/// Batches that may wait for the engine before live ticks are dropped.
const FEED_QUEUE: usize = 1_024;
/// Commands and previews that may wait for the engine.
const REQUEST_QUEUE: usize = 256;

/// What a desk is started with.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// Where everything is kept; `None` keeps nothing.
    pub data_dir: Option<PathBuf>,
    /// Whether what was kept there is set aside first.
    pub fresh: bool,
    /// Where ticks come from.
    pub feeds: Vec<FeedSpec>,
    /// How the feeds run; carries the configuration.
    pub feed_options: FeedOptions,
    /// Take only these instruments of the feeds; all of them where empty.
    pub only: Vec<InstrumentKey>,
    /// Whether the run is over when every feed has ended.
    pub exit_at_end: bool,
    /// Whether a view is kept for a screen.
    pub has_screen: bool,
}

/// Why a desk could not be started or did not end well.
#[derive(Debug, Error)]
pub enum DeskError {
    /// The configuration's trading sections are impossible.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The data folder cannot be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What the data folder holds cannot be used.
    #[error("{0}; --fresh sets the old data aside and starts anew")]
    Restore(#[from] RestoreError),
    /// The stored snapshot is no snapshot.
    #[error("the stored snapshot cannot be read ({0}): --fresh sets it aside and starts anew")]
    Snapshot(#[from] serde_json::Error),
    /// A feed failed for good.
    #[error("{problem}")]
    Feed {
        /// As it was configured.
        feed: String,
        /// What went wrong.
        #[source]
        problem: FeedError,
    },
    /// A thread could not be started.
    #[error("a thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    /// The engine's thread panicked; its last words are in the log.
    #[error("the engine crashed: see the log; everything acknowledged is in the data folder")]
    EngineCrashed,
}

/// What a desk is given beside its options where it is not the one that this process is there for.
#[derive(Default)]
pub(super) struct Fittings {
    /// The view and the requests that it takes over.
    pub(super) seat: Option<Seat>,
    /// The engine's state before its first input.
    pub(super) state: Option<Snapshot>,
    /// Hears of every decision.
    pub(super) tap: Option<DecisionTap>,
    /// Its threads give way to others, and its events are not logged.
    pub(super) is_background: bool,
}

impl Fittings {
    /// What each thread of the desk does first.
    fn prepare(&self) -> fn() {
        if self.is_background {
            background::give_way
        } else {
            || {}
        }
    }
}

/// What outlasts the desks that a replay is built of.
#[derive(Clone)]
pub(super) struct Seat {
    pub(super) view: Arc<SharedView>,
    pub(super) sender: Sender<Request>,
    pub(super) requests: Receiver<Request>,
}

impl Seat {
    /// A seat with nobody in it yet.
    pub(super) fn new(view: View) -> Self {
        let (sender, requests) = bounded(REQUEST_QUEUE);
        Self {
            view: SharedView::new(view),
            sender,
            requests,
        }
    }
}

/// A running desk.
pub struct Desk {
    handle: DeskHandle,
    stop: CancellationToken,
    engine: EngineThread,
    /// Cancelled when the engine's thread has ended.
    ended: CancellationToken,
    feeds: JoinSet<Result<(), DeskError>>,
}

impl Desk {
    /// Opens the store, rebuilds what it holds, and starts engine and feeds.
    ///
    /// # Errors
    /// When the configuration, the data folder or what it holds is unusable.
    pub fn start(options: RunOptions, runtime: &tokio::runtime::Handle) -> Result<Self, DeskError> {
        Self::start_fitted(options, Fittings::default(), runtime)
    }

    /// As [`Self::start`], for a desk beside the one that this process is there for.
    pub(super) fn start_fitted(
        options: RunOptions,
        fittings: Fittings,
        runtime: &tokio::runtime::Handle,
    ) -> Result<Self, DeskError> {
        let config = Arc::clone(&options.feed_options.config);
        let mut settings = Settings::new(&config)?;
        settings.prints_kept = if options.has_screen { PRINTS_KEPT } else { 0 };
        let workers = Workers::default();
        let slots = feed_slots(&options)?;
        let names: Vec<String> = slots.iter().flat_map(|slot| slot.names.clone()).collect();
        let registry = Arc::new(InstrumentRegistry::default());
        let storeless = FeedId(u16::try_from(names.len()).unwrap_or(u16::MAX));
        let prepare = fittings.prepare();
        let begun = begin(&options, &settings, fittings.state, storeless, &registry)?;
        let engine = begun.engine;
        let resume = engine.closed_seconds().into_iter().collect();
        let monitor = Monitor::new(&workers, begun.writer.is_some());
        let recorder = start_recorder(&options, &config, &names, &engine, begun.born);
        let seat = fittings
            .seat
            .unwrap_or_else(|| Seat::new(View::new(config.mode, &config.account.currency, &names)));
        let shown = Shown {
            settings: &settings,
            names: &names,
            workers: &workers,
        };
        let publisher = start_view(&options, &shown, &engine, &seat, prepare)?;

        let (batch_sender, batches) = bounded::<FeedBatch>(FEED_QUEUE);
        let stop = CancellationToken::new();
        let ended = CancellationToken::new();
        let feed_counters = slots.iter().map(|it| Arc::clone(&it.counters)).collect();
        let recording = recorder.as_ref().map(Recorder::handle);
        let engine_loop = EngineLoop {
            engine,
            batches,
            requests: seat.requests,
            journal: Journal::new(begun.writer),
            view: publisher,
            timers: FeedTimers::new(&is_live(&slots), Instant::now()),
            feed_counters,
            taker_fee_bps: config.paper.taker_fee_bps,
            snapshot_interval: Duration::from_secs(config.store.snapshot_interval_s.into()),
            exit_at_end: options.exit_at_end,
            stop: stop.clone(),
            tally: Tally::new(),
            logger: (!fittings.is_background).then(EventLogger::default),
            recorder,
            tap: fittings.tap,
            wake: WakeWatch::new(config.risk.stale_after_ms),
            is_paced: options.feed_options.pace.is_some(),
            drains: Vec::new(),
            monitor,
        };
        let engine = spawn_engine(engine_loop, ended.clone(), prepare)?;
        let sinks = slots
            .into_iter()
            .map(|slot| {
                let (registry, queue) = (Arc::clone(&registry), batch_sender.clone());
                FeedSink::new(slot.first, registry, queue, slot.counters).only(&options.only)
            })
            .collect();
        let feed_options = FeedOptions {
            resume,
            last_prices: begun.last_prices,
            wants_depth: options.has_screen,
            ..options.feed_options.clone()
        };
        let row = |spec: &FeedSpec| workers.add(&spec.to_string(), WorkerKind::Feed);
        let feeds = options.feeds.into_iter().map(|spec| (row(&spec), spec));
        let feeds = spawn_feeds(feeds.collect(), &feed_options, sinks, &stop, runtime);
        Ok(Self {
            handle: DeskHandle::new(seat.view, seat.sender).recorded(recording),
            stop,
            engine,
            ended,
            feeds,
        })
    }

    /// What a screen holds of this desk.
    pub const fn handle(&self) -> &DeskHandle {
        &self.handle
    }

    /// Cancelled when the run is to end.
    pub fn stop_token(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Cancelled when the engine has ended by itself.
    pub fn ended_token(&self) -> CancellationToken {
        self.ended.clone()
    }

    /// Waits until the engine has ended by itself or `stop` is cancelled.
    pub async fn wait(&self) {
        tokio::select! {
            () = self.ended.cancelled() => {}
            () = self.stop.cancelled() => {}
        }
    }

    /// What a feed failed of, told once.
    pub(super) fn failure(&mut self) -> Option<DeskError> {
        while let Some(joined) = self.feeds.try_join_next() {
            if let Ok(Err(error)) = joined {
                return Some(error);
            }
        }
        None
    }

    /// Ends the run in order and says what it did.
    ///
    /// # Errors
    /// When a feed had failed for good, the engine crashed, or rows could not be written.
    pub async fn finish(mut self) -> Result<Summary, DeskError> {
        self.stop.cancel();
        let mut failure = None;
        while let Some(joined) = self.feeds.join_next().await {
            if let Ok(Err(error)) = joined {
                failure.get_or_insert(error);
            }
        }
        let engine = self.engine;
        let outcome = tokio::task::spawn_blocking(move || engine.join())
            .await
            .map_err(|_| DeskError::EngineCrashed)?;
        let summary = outcome.map_err(|_| DeskError::EngineCrashed)??;
        failure.map_or(Ok(summary), Err)
    }
}

/// The numbers that one configured feed takes.
struct FeedSlot {
    first: FeedId,
    names: Vec<String>,
    is_live: bool,
    counters: Arc<FeedCounters>,
}

fn feed_slots(options: &RunOptions) -> Result<Vec<FeedSlot>, DeskError> {
    let mut first = 0_u16;
    let mut slots = Vec::with_capacity(options.feeds.len());
    for spec in &options.feeds {
        let names = feeds::names(spec, &options.feed_options).map_err(|problem| {
            let feed = spec.to_string();
            DeskError::Feed { feed, problem }
        })?;
        let next = first.saturating_add(u16::try_from(names.len()).unwrap_or(u16::MAX));
        slots.push(FeedSlot {
            first: FeedId(first),
            names,
            is_live: spec.is_live(),
            counters: Arc::default(),
        });
        first = next;
    }
    Ok(slots)
}

/// Whether event time goes on by itself, by the feeds' numbers.
fn is_live(slots: &[FeedSlot]) -> Vec<bool> {
    let of_slot = |slot: &FeedSlot| slot.names.iter().map(|_| slot.is_live).collect::<Vec<_>>();
    slots.iter().flat_map(of_slot).collect()
}

/// An engine before its first input, and the store that it was rebuilt from.
struct Begun {
    engine: Engine,
    writer: Option<StoreWriter>,
    last_prices: HashMap<InstrumentKey, Price>,
    born: Option<i64>,
}

/// An engine as the store left it, as `state` has it, or new.
fn begin(
    options: &RunOptions,
    settings: &Settings,
    state: Option<Snapshot>,
    storeless: FeedId,
    registry: &InstrumentRegistry,
) -> Result<Begun, DeskError> {
    let mut begun = Begun {
        engine: Engine::new(settings.clone())?,
        writer: None,
        last_prices: HashMap::new(),
        born: None,
    };
    if let Some(folder) = &options.data_dir {
        let config = &options.feed_options.config;
        let opened = open_store(folder, options.fresh, config, settings)?;
        begun.last_prices = opened.last_prices;
        begun.born = Some(opened.born);
        restore(&mut begun.engine, opened.recovery, storeless, registry)?;
        begun.writer = Some(opened.writer);
    } else if let Some(state) = state {
        restore_state(&mut begun.engine, state, storeless, registry)?;
    }
    Ok(begun)
}

/// Begins a recording, where one is wanted and what is fed in is nowhere else.
fn start_recorder(
    options: &RunOptions,
    config: &Config,
    feeds: &[String],
    engine: &Engine,
    store_born: Option<i64>,
) -> Option<Recorder> {
    let folder = options.data_dir.as_ref()?;
    if !config.store.record_ticks || !options.feeds.iter().any(FeedSpec::is_recorded) {
        return None;
    }
    let is_new = engine.sequence() == 0 && engine.closed_seconds().is_empty();
    let recorder = Recorder::start(RecorderOptions {
        recordings: recording::folder(folder),
        feeds: feeds.to_vec(),
        seed: config.seed,
        store_born,
        sequence: engine.sequence(),
        state: if is_new { None } else { state_text(engine) },
        keep_days: config.store.record_days,
        keep_bytes: u64::from(config.store.record_mb).saturating_mul(1_000_000),
    });
    recorder
        .inspect_err(|error| warn!("this session is not recorded: {error}"))
        .ok()
}

/// What a view is made of besides the engine.
struct Shown<'a> {
    settings: &'a Settings,
    names: &'a [String],
    workers: &'a Workers,
}

/// Puts the view as a restart leaves it into the seat, and starts the thread that keeps it up where
/// there is a screen.
fn start_view(
    options: &RunOptions,
    shown: &Shown,
    engine: &Engine,
    seat: &Seat,
    prepare: fn(),
) -> Result<Option<ViewPublisher>, DeskError> {
    let (config, settings) = (&options.feed_options.config, shown.settings);
    let mut view = View::new(config.mode, &config.account.currency, shown.names);
    view.account = engine.ledger().account();
    view.halt = engine.halt_reason().map(|(reason, kill)| HaltView {
        reason: reason.to_owned(),
        kill,
    });
    view.working_orders = engine
        .working_orders()
        .map(|it| (it.id, it.clone()))
        .collect();
    view.orders.clone_from(&view.working_orders);
    view.limits = config.risk.clone();
    view.catalog = Arc::clone(&settings.catalog);
    view.system.build = build_info();
    view.system.started = wall_clock();
    seat.view.update(|shown| *shown = view);
    if !options.has_screen {
        return Ok(None);
    }
    let fold = ViewFold::new(
        &settings.timeframes,
        &settings.catalog,
        engine.ledger().clone(),
        engine.stops().collect(),
    );
    let archive = match &options.data_dir {
        Some(folder) => Some(Archive::open_read_only(folder)?),
        None => None,
    };
    let worker = shown.workers.add("view", WorkerKind::View);
    let view = Arc::clone(&seat.view);
    Ok(Some(ViewPublisher::start(
        view, fold, archive, worker, prepare,
    )?))
}

type EngineThread = std::thread::JoinHandle<Result<Summary, StoreError>>;

fn spawn_engine(
    engine: EngineLoop,
    ended: CancellationToken,
    prepare: fn(),
) -> std::io::Result<EngineThread> {
    std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            // Cancelled by a panic as well, when the guard is dropped.
            let _ended = ended.drop_guard();
            prepare();
            engine.run()
        })
}

fn spawn_feeds(
    specs: Vec<(Worker, FeedSpec)>,
    options: &FeedOptions,
    sinks: Vec<FeedSink>,
    stop: &CancellationToken,
    runtime: &tokio::runtime::Handle,
) -> JoinSet<Result<(), DeskError>> {
    let mut feeds = JoinSet::new();
    for ((worker, spec), sink) in specs.into_iter().zip(sinks) {
        let (options, stop) = (options.clone(), stop.clone());
        let running = async move {
            let feed = spec.to_string();
            let is_strict = options.strict;
            let ended = run_feed(spec, options, sink, stop.clone(), worker).await;
            if is_strict && ended.is_err() {
                stop.cancel();
            }
            ended.map_err(|problem| DeskError::Feed { feed, problem })
        };
        feeds.spawn_on(running, runtime);
    }
    feeds
}

/// A store that was opened, and what it held.
struct Opened {
    writer: StoreWriter,
    recovery: Recovery,
    last_prices: HashMap<InstrumentKey, Price>,
    born: i64,
}

fn open_store(
    folder: &std::path::Path,
    fresh: bool,
    config: &Config,
    settings: &Settings,
) -> Result<Opened, StoreError> {
    let catalog = &settings.catalog;
    let names: Vec<(String, bool)> = (0_u16..)
        .zip(catalog.names())
        .map(|(slot, name)| (name.to_owned(), catalog.is_price_like(IndicatorSlot(slot))))
        .collect();
    let mut store = if fresh {
        Store::open_fresh(folder, &config.store, &names)?
    } else {
        Store::open(folder, &config.store, &names)?
    };
    let recovery = store.recover()?;
    let mut last_prices = HashMap::new();
    for (_, instrument) in &recovery.instruments {
        if let Some(candle) = store.candles(&instrument.key, 1)?.last() {
            last_prices.insert(instrument.key.clone(), candle.close);
        }
    }
    Ok(Opened {
        born: store.born(),
        writer: store.into_writer(),
        recovery,
        last_prices,
    })
}

/// As [`restore`], from a state alone.
fn restore_state(
    engine: &mut Engine,
    state: Snapshot,
    storeless: FeedId,
    registry: &InstrumentRegistry,
) -> Result<(), DeskError> {
    let recovered = Recovered {
        last_sequence: state.sequence,
        snapshot: Some(state),
        ..Recovered::default()
    };
    for instrument in engine.restore(recovered, storeless)? {
        registry.reserve(instrument);
    }
    Ok(())
}

fn restore(
    engine: &mut Engine,
    recovery: Recovery,
    storeless: FeedId,
    registry: &InstrumentRegistry,
) -> Result<(), DeskError> {
    let snapshot: Option<Snapshot> = recovery
        .snapshot
        .as_ref()
        .map(|snapshot| serde_json::from_str(&snapshot.body))
        .transpose()?;
    for problem in &recovery.problems {
        warn!(problem, "recovery");
    }
    let recovered = Recovered {
        snapshot,
        events: recovery.events,
        instruments: recovery.instruments.into_iter().collect(),
        candles: recovery.candles,
        bars: recovery.bars,
        last_sequence: recovery.last_sequence,
        last_order: recovery.next_order_id.0.saturating_sub(1),
        last_execution: recovery.next_execution_id.0.saturating_sub(1),
    };
    for instrument in engine.restore(recovered, storeless)? {
        registry.reserve(instrument);
    }
    Ok(())
}
