//! A desk that runs in event time alone: feeds, engine and view, stepped by whoever looks at it.
//! Must not read a clock or keep anything, so that the same feeds give the same view.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError, bounded};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::domain::{FeedId, Input, Timestamp};
use crate::engine::{Engine, Settings};
use crate::feeds::{
    FeedBatch, FeedCounters, FeedOptions, FeedSink, FeedSpec, InstrumentRegistry, Speed,
};
use crate::view::{Counters, View, ViewFold, WorkerKind};

use super::desk::{DeskError, RunOptions};
use super::supervise::{Workers, run_feed};

/// Batches of a feed that may wait; the feed waits for room then.
const QUEUE: usize = 4;
/// Inputs after which what came of them is folded in.
const INPUTS_PER_ROUND: usize = 1_024;
/// Longest wait for a feed that is not live.
const PATIENCE: Duration = Duration::from_secs(60);
/// Longest wait for something of any live feed.
const LIVE_PATIENCE: Duration = Duration::from_secs(10);

/// How far a rehearsal came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Advance {
    /// To the wanted moment.
    Reached,
    /// Every feed had ended before it.
    Ended,
    /// A feed has nothing more to say and has not ended.
    Silent,
}

/// What a feed has delivered and the engine has not taken yet.
struct Lane {
    batches: Receiver<FeedBatch>,
    inputs: VecDeque<Input>,
    is_live: bool,
    has_ended: bool,
    /// Newest event time that was taken.
    time: Timestamp,
    counters: Arc<FeedCounters>,
}

impl Lane {
    /// Makes sure that an input waits, where there will be one within `patience`.
    fn fill(&mut self, patience: Duration) {
        while self.inputs.is_empty() && !self.has_ended {
            match self.batches.recv_timeout(patience) {
                Ok(batch) => self.inputs.extend(batch.inputs),
                Err(RecvTimeoutError::Disconnected) => self.has_ended = true,
                Err(RecvTimeoutError::Timeout) => return,
            }
        }
    }

    /// Event time of the input that waits; what has no time of its own comes at once.
    fn due(&self) -> Option<Timestamp> {
        Some(match self.inputs.front()? {
            Input::Tick(tick) => tick.event_time,
            Input::Time { now, .. } => *now,
            _ => self.time,
        })
    }
}

/// A running rehearsal.
pub struct Rehearsal {
    engine: Engine,
    view: View,
    fold: ViewFold,
    lanes: Vec<Lane>,
    now: Timestamp,
    stop: CancellationToken,
    feeds: JoinSet<Result<(), DeskError>>,
}

impl Rehearsal {
    /// Starts the feeds, as fast as they can deliver, and lists their instruments. Nothing is
    /// read from or written to a data folder.
    ///
    /// # Errors
    /// When the configuration's trading sections are impossible.
    pub fn start(options: RunOptions, runtime: &tokio::runtime::Handle) -> Result<Self, DeskError> {
        let config = Arc::clone(&options.feed_options.config);
        let settings = Settings::new(&config)?;
        let engine = Engine::new(settings.clone())?;
        let names: Vec<String> = options.feeds.iter().map(ToString::to_string).collect();
        let mut view = View::new(config.mode, &config.account.currency, &names);
        view.account = engine.ledger().account();
        view.limits = config.risk.clone();
        view.catalog = Arc::clone(&settings.catalog);
        let fold = ViewFold::new(
            &settings.timeframes,
            &settings.catalog,
            engine.ledger().clone(),
            BTreeMap::new(),
        );
        let mut rehearsal = Self {
            engine,
            view,
            fold,
            lanes: Vec::new(),
            now: Timestamp::MIN,
            stop: CancellationToken::new(),
            feeds: JoinSet::new(),
        };
        let feed_options = FeedOptions {
            speed: Speed::Max,
            ..options.feed_options
        };
        let registry = Arc::new(InstrumentRegistry::default());
        for (id, spec) in (0_u16..).zip(options.feeds) {
            let (queue, batches) = bounded(QUEUE);
            let counters = Arc::new(FeedCounters::default());
            let sink = FeedSink::new(
                FeedId(id),
                Arc::clone(&registry),
                queue,
                Arc::clone(&counters),
            );
            let lane = Lane {
                batches,
                inputs: VecDeque::new(),
                is_live: spec.is_live(),
                has_ended: false,
                time: Timestamp::MIN,
                counters,
            };
            let sink = sink.only(&options.only);
            rehearsal.start_feed(spec, feed_options.clone(), sink, runtime);
            rehearsal.take_listings(lane);
        }
        Ok(rehearsal)
    }

    fn start_feed(
        &mut self,
        spec: FeedSpec,
        options: FeedOptions,
        sink: FeedSink,
        runtime: &tokio::runtime::Handle,
    ) {
        let stop = self.stop.clone();
        let worker = Workers::default().add(&spec.to_string(), WorkerKind::Feed);
        let running = async move {
            let feed = spec.to_string();
            let ended = run_feed(spec, options, sink, stop, worker).await;
            ended.map_err(|problem| DeskError::Feed { feed, problem })
        };
        self.feeds.spawn_on(running, runtime);
    }

    /// Numbers are given in the order of listing, so one feed has listed before the next begins.
    fn take_listings(&mut self, mut lane: Lane) {
        let patience = if lane.is_live {
            Duration::ZERO
        } else {
            PATIENCE
        };
        loop {
            lane.fill(patience);
            match lane.inputs.front() {
                Some(Input::List { .. } | Input::Feed { .. }) => {
                    if let Some(input) = lane.inputs.pop_front() {
                        self.engine.step(&input);
                    }
                }
                _ => break,
            }
        }
        self.lanes.push(lane);
        self.fold_in();
    }

    /// Event time of the first tick that is still to come; `None` where there is none.
    pub fn next_tick(&mut self) -> Option<Timestamp> {
        self.wait();
        let ticks = self.lanes.iter().filter_map(|lane| {
            lane.inputs.iter().find_map(|input| match input {
                Input::Tick(tick) => Some(tick.event_time),
                _ => None,
            })
        });
        ticks.min()
    }

    /// Takes everything up to and including `until`, in the order of event time, and folds what
    /// came of it into the view.
    pub fn advance(&mut self, until: Timestamp) -> Advance {
        let mut taken = 0;
        let end = loop {
            self.wait();
            if self
                .lanes
                .iter()
                .all(|lane| lane.has_ended && lane.inputs.is_empty())
            {
                break Advance::Ended;
            }
            let next = self
                .lanes
                .iter_mut()
                .filter_map(|lane| Some((lane.due()?, lane)))
                .min_by_key(|(due, _)| *due);
            let Some((due, lane)) = next else {
                break Advance::Silent;
            };
            if due > until {
                break Advance::Reached;
            }
            lane.time = lane.time.max(due);
            if let Some(input) = lane.inputs.pop_front() {
                self.engine.step(&input);
            }
            taken += 1;
            if taken % INPUTS_PER_ROUND == 0 {
                self.fold_in();
            }
        };
        self.now = self.now.max(match end {
            Advance::Reached => until,
            Advance::Ended | Advance::Silent => self.engine.now(),
        });
        self.fold_in();
        end
    }

    /// Waits until every feed that is not live has an input or has ended, and any live one too
    /// where nothing else is there.
    fn wait(&mut self) {
        for lane in &mut self.lanes {
            lane.fill(if lane.is_live {
                Duration::ZERO
            } else {
                PATIENCE
            });
        }
        if self.lanes.iter().all(|lane| lane.inputs.is_empty()) {
            for lane in self.lanes.iter_mut().filter(|lane| lane.is_live) {
                lane.fill(LIVE_PATIENCE);
            }
        }
    }

    fn fold_in(&mut self) {
        for event in self.engine.take_events() {
            self.fold.apply(&mut self.view, &event);
        }
        let mut markets = Vec::new();
        self.engine.take_market_updates(&mut markets);
        for update in markets {
            self.fold.apply_market(&mut self.view, update);
        }
        let taken = self.engine.counters();
        let (mut dropped, mut malformed) = (0, taken.bad_ticks);
        for (lane, feed) in self.lanes.iter().zip(&mut self.view.feeds) {
            dropped += lane.counters.dropped.load(Ordering::Relaxed);
            malformed += lane.counters.malformed.load(Ordering::Relaxed);
            let age = self.now.nanos_since(lane.time) / 1_000_000;
            feed.age_ms = (lane.time > Timestamp::MIN).then(|| u64::try_from(age).unwrap_or(0));
        }
        self.view.counters = Counters {
            ticks: taken.ticks,
            late_ticks: taken.late_ticks,
            dropped,
            malformed,
        };
    }

    /// What a screen would show now.
    pub const fn view(&self) -> &View {
        &self.view
    }

    /// How far event time has come.
    pub const fn now(&self) -> Timestamp {
        self.now
    }

    /// Ends the feeds.
    ///
    /// # Errors
    /// When a feed had failed for good.
    pub async fn finish(mut self) -> Result<(), DeskError> {
        self.stop.cancel();
        self.lanes.clear();
        let mut failure = None;
        while let Some(joined) = self.feeds.join_next().await {
            if let Ok(Err(error)) = joined {
                failure.get_or_insert(error);
            }
        }
        failure.map_or(Ok(()), Err)
    }
}
