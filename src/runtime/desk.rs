//! Starts a whole desk and ends it in order: feeds first, then the engine, then the store.
//! Must not decide what is shown or traded.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::bounded;
use thiserror::Error;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::config::Config;
use crate::domain::{FeedId, IndicatorSlot, InstrumentKey, PRINTS_KEPT, Price};
use crate::engine::{Engine, EngineError, Recovered, RestoreError, Settings, Snapshot};
use crate::feeds::{
    FeedBatch, FeedCounters, FeedError, FeedOptions, FeedSink, FeedSpec, InstrumentRegistry,
};
use crate::store::{Archive, Recovery, Store, StoreError, StoreWriter};
use crate::view::{HaltView, View, ViewFold, WorkerKind};

use super::engine_loop::EngineLoop;
use super::event_log::EventLogger;
use super::feed_timers::FeedTimers;
use super::handle::{DeskHandle, SharedView};
use super::journal::Journal;
use super::log_ring::wall_clock;
use super::publish::ViewPublisher;
use super::summary::{Summary, Tally};
use super::supervise::{Worker, Workers, run_feed};
use super::vitals::{Monitor, build_info};

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
        let config = Arc::clone(&options.feed_options.config);
        let mut settings = Settings::new(&config)?;
        settings.prints_kept = if options.has_screen { PRINTS_KEPT } else { 0 };
        let workers = Workers::default();
        let mut engine = Engine::new(settings.clone())?;
        let registry = Arc::new(InstrumentRegistry::default());
        let (mut writer, mut last_prices) = (None, HashMap::new());
        if let Some(folder) = &options.data_dir {
            let storeless = FeedId(u16::try_from(options.feeds.len()).unwrap_or(u16::MAX));
            let (opened, recovery, prices) = open_store(folder, options.fresh, &config, &settings)?;
            last_prices = prices;
            restore(&mut engine, recovery, storeless, &registry)?;
            writer = Some(opened);
        }
        let resume = engine.closed_seconds().into_iter().collect();
        let monitor = Monitor::new(&workers, writer.is_some());
        let (view, publisher) = start_view(&options, &settings, &engine, &workers)?;

        let (batch_sender, batches) = bounded::<FeedBatch>(FEED_QUEUE);
        let (request_sender, requests) = bounded(REQUEST_QUEUE);
        let stop = CancellationToken::new();
        let ended = CancellationToken::new();
        let counters: Vec<Arc<FeedCounters>> = options
            .feeds
            .iter()
            .map(|_| Arc::new(FeedCounters::default()))
            .collect();
        let is_live: Vec<bool> = options.feeds.iter().map(FeedSpec::is_live).collect();
        let engine_loop = EngineLoop {
            engine,
            batches,
            requests,
            journal: Journal::new(writer),
            view: publisher,
            timers: FeedTimers::new(&is_live, Instant::now()),
            feed_counters: counters.clone(),
            taker_fee_bps: config.paper.taker_fee_bps,
            snapshot_interval: Duration::from_secs(config.store.snapshot_interval_s.into()),
            exit_at_end: options.exit_at_end,
            stop: stop.clone(),
            tally: Tally::new(),
            logger: EventLogger::default(),
            monitor,
        };
        let engine = spawn_engine(engine_loop, ended.clone())?;
        let sinks = (0_u16..)
            .zip(counters)
            .map(|(id, counters)| {
                let (registry, queue) = (Arc::clone(&registry), batch_sender.clone());
                FeedSink::new(FeedId(id), registry, queue, counters).only(&options.only)
            })
            .collect();
        let feed_options = FeedOptions {
            resume,
            last_prices,
            wants_depth: options.has_screen,
            ..options.feed_options.clone()
        };
        let row = |spec: &FeedSpec| workers.add(&spec.to_string(), WorkerKind::Feed);
        let feeds = options.feeds.into_iter().map(|spec| (row(&spec), spec));
        let feeds = spawn_feeds(feeds.collect(), &feed_options, sinks, &stop, runtime);
        let handle = DeskHandle::new(view, request_sender);
        Ok(Self {
            handle,
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

/// The view as a restart leaves it, and the thread that keeps it up where there is a screen.
fn start_view(
    options: &RunOptions,
    settings: &Settings,
    engine: &Engine,
    workers: &Workers,
) -> Result<(Arc<SharedView>, Option<ViewPublisher>), DeskError> {
    let config = &options.feed_options.config;
    let names: Vec<String> = options.feeds.iter().map(ToString::to_string).collect();
    let mut view = View::new(config.mode, &config.account.currency, &names);
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
    let view = SharedView::new(view);
    if !options.has_screen {
        return Ok((view, None));
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
    let worker = workers.add("view", WorkerKind::View);
    let publisher = ViewPublisher::start(Arc::clone(&view), fold, archive, worker)?;
    Ok((view, Some(publisher)))
}

type EngineThread = std::thread::JoinHandle<Result<Summary, StoreError>>;

fn spawn_engine(engine: EngineLoop, ended: CancellationToken) -> std::io::Result<EngineThread> {
    std::thread::Builder::new()
        .name("engine".to_owned())
        .spawn(move || {
            // Cancelled by a panic as well, when the guard is dropped.
            let _ended = ended.drop_guard();
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

fn open_store(
    folder: &std::path::Path,
    fresh: bool,
    config: &Config,
    settings: &Settings,
) -> Result<(StoreWriter, Recovery, HashMap<InstrumentKey, Price>), StoreError> {
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
    Ok((store.into_writer(), recovery, last_prices))
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
