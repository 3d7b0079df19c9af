//! The engine's thread: takes inputs in batches, journals what came of them, then shows it.
//! Must not wait for a screen, and for the store only where durability demands it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, never, select};
use rust_decimal::Decimal;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;
use tracing::{error, info};

use crate::domain::{EventBody, Input};
use crate::engine::Engine;
use crate::feeds::recording::Recorder;
use crate::feeds::{FeedBatch, FeedCounters};
use crate::store::StoreError;
use crate::view::{Counters, LatencyKind, QueueFigures};

use super::event_log::EventLogger;
use super::feed_timers::FeedTimers;
use super::handle::{Drained, Request};
use super::journal::{Journal, StoreChange};
use super::preview;
use super::publish::ViewPublisher;
use super::replay::DecisionTap;
use super::stopwatch::Cause;
use super::summary::{Summary, Tally};
use super::vitals::{FeedFacts, Health, Monitor};
use super::wake::{self, WakeWatch};

/// Longest sleep of the engine's thread; bounds how late a timer may fire.
const IDLE: Duration = Duration::from_millis(20);
/// Inputs that are taken before what came of them is journaled and shown.
const INPUTS_PER_ROUND: usize = 4_096;
/// Least time between two looks at the market lane.
const MARKET_INTERVAL: Duration = Duration::from_millis(15);
/// Least time between two reports of ages and counters.
const HEALTH_INTERVAL: Duration = Duration::from_millis(250);

/// All that the engine's thread owns.
pub(super) struct EngineLoop {
    pub(super) engine: Engine,
    pub(super) batches: Receiver<FeedBatch>,
    pub(super) requests: Receiver<Request>,
    pub(super) journal: Journal,
    pub(super) view: Option<ViewPublisher>,
    pub(super) timers: FeedTimers,
    pub(super) feed_counters: Vec<Arc<FeedCounters>>,
    pub(super) taker_fee_bps: Decimal,
    pub(super) snapshot_interval: Duration,
    pub(super) exit_at_end: bool,
    /// Cancelled from outside to end the run.
    pub(super) stop: CancellationToken,
    pub(super) tally: Tally,
    /// `None` where the events are not those of the desk that this process is there for.
    pub(super) logger: Option<EventLogger>,
    pub(super) recorder: Option<Recorder>,
    pub(super) tap: Option<DecisionTap>,
    pub(super) wake: WakeWatch,
    /// Event time stands still at times, and ages with it.
    pub(super) is_paced: bool,
    /// Who wants to know when all is taken and shown.
    pub(super) drains: Vec<oneshot::Sender<Drained>>,
    /// Read where there is a view.
    pub(super) monitor: Monitor,
}

/// Moments of one run.
struct Moments {
    started: Option<Instant>,
    markets_shown: Instant,
    health_shown: Instant,
    snapshot_taken: Instant,
}

impl EngineLoop {
    /// Runs until it is stopped, or until every feed has ended where that is wanted.
    ///
    /// # Errors
    /// When the last rows could not be written.
    pub(super) fn run(mut self) -> Result<Summary, StoreError> {
        let now = Instant::now();
        let mut moments = Moments {
            started: None,
            markets_shown: now,
            health_shown: now,
            snapshot_taken: now,
        };
        let mut feeds_are_gone = false;
        loop {
            while let Ok(request) = self.requests.try_recv() {
                self.on_request(request);
            }
            select! {
                recv(self.requests) -> request => match request {
                    Ok(request) => self.on_request(request),
                    Err(_) => self.requests = never(),
                },
                recv(self.batches) -> batch => match batch {
                    Ok(batch) => {
                        moments.started.get_or_insert_with(Instant::now);
                        self.on_batches(batch);
                    }
                    Err(_) => {
                        feeds_are_gone = true;
                        self.batches = never();
                    }
                },
                default(IDLE) => {}
            }
            self.look_for_gap();
            let now = Instant::now();
            for input in self.timers.due(now) {
                self.step(&input, Cause::Other);
                self.record(input);
            }
            self.publish(&mut moments, now)?;
            if feeds_are_gone && (self.exit_at_end || self.stop.is_cancelled()) {
                break;
            }
        }
        self.finish(moments)
    }

    pub(super) fn on_batches(&mut self, first: FeedBatch) {
        self.look_for_gap();
        let mut taken = first.inputs.len();
        self.on_batch(first);
        while taken < INPUTS_PER_ROUND
            && let Ok(batch) = self.batches.try_recv()
        {
            taken += batch.inputs.len();
            self.on_batch(batch);
        }
    }

    fn on_batch(&mut self, batch: FeedBatch) {
        let (mut newest, mut ticks) = (None, 0);
        for input in &batch.inputs {
            let started = Instant::now();
            let cause = Cause::Tick {
                received: batch.received,
                taken: started,
            };
            let has_decided = self.step(input, cause);
            if let Input::Tick(tick) = input {
                newest = newest.max(Some(tick.event_time));
                ticks += 1;
            }
            if has_decided {
                self.tally
                    .record_decision(started.elapsed(), batch.received.elapsed());
            }
        }
        self.timers.count(batch.feed, ticks);
        if let Some(time) = newest {
            self.timers.observe(batch.feed, time, batch.received);
        }
        if let Some(recorder) = &mut self.recorder {
            recorder.take(batch.inputs);
        }
    }

    /// Where the machine slept, or this thread was held up, the feeds' clocks go first.
    fn look_for_gap(&mut self) {
        let now = Instant::now();
        let gap = self.wake.look(wake::sleepless(), now);
        let Some(gap) = gap.filter(|_| self.timers.has_live()) else {
            return;
        };
        let times = self.timers.woken(gap.unseen, now);
        for input in wake::catch_up(&mut self.engine, gap.length, times) {
            self.record(input);
        }
    }

    fn record(&mut self, input: Input) {
        if let Some(recorder) = &mut self.recorder {
            recorder.push(input);
        }
    }

    /// Sends on what was recorded one by one, and begins a new day where the old one is over.
    fn keep_recording(&mut self) {
        let Some(recorder) = &mut self.recorder else {
            return;
        };
        recorder.flush();
        if recorder.wants_state()
            && let Some(state) = state_text(&self.engine)
        {
            recorder.begin_day(self.engine.sequence(), state);
        }
    }

    /// Steps the engine and notes by the clock what it caused; whether risk has decided on an
    /// order.
    fn step(&mut self, input: &Input, cause: Cause) -> bool {
        let before = self.engine.events().len();
        self.engine.step(input);
        let caused = self.engine.events().get(before..).unwrap_or_default();
        if self.view.is_some() && !caused.is_empty() {
            self.monitor
                .stopwatch
                .observe(caused, cause, Instant::now());
        }
        caused
            .iter()
            .any(|event| matches!(event.body, EventBody::RiskDecided(_)))
    }

    fn on_request(&mut self, request: Request) {
        match request {
            Request::Command(command) => {
                let started = Instant::now();
                let input = Input::Command(command);
                self.step(&input, Cause::Command(started));
                info!(micros = started.elapsed().as_micros(), "command taken");
                self.record(input);
            }
            Request::Drain { reply } => {
                for _ in 0..self.batches.len() {
                    let Ok(batch) = self.batches.try_recv() else {
                        break;
                    };
                    self.on_batch(batch);
                }
                self.drains.push(reply);
            }
            Request::Preview { ask, reply } => {
                if let Some(preview) = preview::answer(&self.engine, self.taker_fee_bps, &ask) {
                    // The screen may have closed the ticket meanwhile.
                    let _ = reply.send(preview);
                }
            }
        }
    }

    /// Journals what happened, then shows what is safely on disk.
    fn publish(&mut self, moments: &mut Moments, now: Instant) -> Result<(), StoreError> {
        if !self.engine.events().is_empty() {
            let events = self.engine.take_events();
            self.journal.record(events)?;
        }
        let is_kept = self.journal.is_kept();
        for events in self.journal.ready() {
            for event in events.iter() {
                self.tally.add(event);
                if let Some(logger) = &mut self.logger {
                    logger.log(event);
                }
                if let Some(tap) = &mut self.tap {
                    tap.see(event);
                }
            }
            if let Some(view) = &mut self.view {
                self.monitor
                    .stopwatch
                    .shown(&events, is_kept, Instant::now());
                view.events(events);
            }
        }
        let commits = self.journal.take_commits();
        if let Some(view) = &mut self.view {
            view.timings(self.monitor.stopwatch.take_timings(is_kept));
            let commits = commits.into_iter().map(|took| (LatencyKind::Commit, took));
            view.latencies(
                self.monitor
                    .stopwatch
                    .take_latencies()
                    .into_iter()
                    .chain(commits),
            );
        }
        if let Some(change) = self.journal.change() {
            self.on_store_change(change);
        }
        self.keep_recording();
        self.show(moments, now);
        if now.duration_since(moments.snapshot_taken) >= self.snapshot_interval {
            moments.snapshot_taken = now;
            self.save_snapshot();
        }
        Ok(())
    }

    fn show(&mut self, moments: &mut Moments, now: Instant) {
        let drains = if self.journal.is_idle() {
            std::mem::take(&mut self.drains)
        } else {
            Vec::new()
        };
        let drained = Drained {
            sequence: self.engine.sequence(),
            time: self.engine.now(),
        };
        if self.view.is_none() {
            for reply in drains {
                // Whoever asked may have gone meanwhile.
                let _ = reply.send(drained);
            }
            return;
        }
        let is_asked = !drains.is_empty();
        let is_due = is_asked || now.duration_since(moments.health_shown) >= HEALTH_INTERVAL;
        let health = is_due.then(|| self.health(now));
        let Some(view) = &mut self.view else { return };
        if is_asked || now.duration_since(moments.markets_shown) >= MARKET_INTERVAL {
            moments.markets_shown = now;
            let mut markets = Vec::new();
            if is_asked {
                self.engine.market_states(&mut markets);
            } else {
                self.engine.take_market_updates(&mut markets);
            }
            view.markets(markets);
        }
        for reply in drains {
            view.drained(reply, drained);
        }
        if let Some(health) = health {
            moments.health_shown = now;
            view.health(health);
        }
        view.flush();
    }

    fn health(&mut self, now: Instant) -> Health {
        let store = self.journal.view();
        let facts = self.timers.facts(now).into_iter().zip(&self.feed_counters);
        // Where event time stands still at times, a feed ages with it.
        let event_ages = self
            .is_paced
            .then(|| self.timers.event_ages_ms(self.engine.now()));
        let feeds = facts
            .enumerate()
            .map(|(index, (facts, counters))| FeedFacts {
                age_ms: match &event_ages {
                    Some(ages) => ages.get(index).copied().flatten(),
                    None => facts.age_ms,
                },
                dropped: counters.dropped.load(Ordering::Relaxed),
                malformed: counters.malformed.load(Ordering::Relaxed),
                reconnects: counters.reconnects(),
                connected_since: counters.connected_since(),
                next_retry_at: counters.next_retry_at(),
                ..facts
            })
            .collect();
        Health {
            counters: self.counters(),
            workers: self.monitor.rows(&store),
            store,
            feeds,
            queues: QueueFigures {
                engine: self.batches.len(),
                engine_capacity: self.batches.capacity().unwrap_or_default(),
                requests: self.requests.len(),
                ..QueueFigures::default()
            },
            waiting_rows: self.journal.waiting_rows(),
            uptime: self.monitor.uptime(now),
        }
    }

    fn counters(&self) -> Counters {
        let taken = self.engine.counters();
        let sum =
            |read: fn(&FeedCounters) -> u64| self.feed_counters.iter().map(|it| read(it)).sum();
        let malformed: u64 = sum(|counters| counters.malformed.load(Ordering::Relaxed));
        Counters {
            ticks: taken.ticks,
            late_ticks: taken.late_ticks,
            dropped: sum(|counters| counters.dropped.load(Ordering::Relaxed)),
            malformed: malformed + taken.bad_ticks,
        }
    }

    fn on_store_change(&mut self, change: StoreChange) {
        let fault = match change {
            StoreChange::Failed(text) => {
                error!(text, "the store fails: new orders are stopped");
                Some(text)
            }
            StoreChange::Recovered => {
                info!("the store has recovered");
                None
            }
        };
        let input = Input::Store(fault);
        self.step(&input, Cause::Other);
        self.record(input);
    }

    fn save_snapshot(&self) {
        if let Some(body) = state_text(&self.engine) {
            self.journal
                .snapshot(self.engine.sequence(), self.engine.now(), body);
        }
    }

    fn finish(mut self, mut moments: Moments) -> Result<Summary, StoreError> {
        let elapsed = moments
            .started
            .map_or(Duration::ZERO, |started| started.elapsed());
        // Whoever has asked meanwhile is not to wait for an answer for ever.
        while self.requests.try_recv().is_ok() {}
        self.publish(&mut moments, Instant::now())?;
        if let Some(recorder) = self.recorder.take() {
            recorder.close(self.engine.sequence());
        }
        self.save_snapshot();
        let account = self.engine.ledger().account();
        let summary = self.tally.summary(self.counters(), &account, elapsed);
        if let Some(view) = self.view.take() {
            view.close();
        }
        self.journal.close()?;
        Ok(summary)
    }
}

/// The engine's state as text; where it cannot be written, the log says so.
pub(super) fn state_text(engine: &Engine) -> Option<String> {
    let body = engine
        .snapshot()
        .map_err(|problem| problem.to_string())
        .and_then(|it| serde_json::to_string(&it).map_err(|problem| problem.to_string()));
    body.inspect_err(|problem| error!(problem, "the engine's snapshot cannot be written"))
        .ok()
}
