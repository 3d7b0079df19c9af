//! Batches the ticks of tapes and of the simulator and delivers them when they are due.
//! Must run on a thread that may block: it sleeps, and it waits for room in the engine's queue.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::pace::{Due, Pacer};
use super::sink::{FeedSink, SinkError};
use super::spec::Speed;
use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{Depth, FeedStatus, Input, InstrumentId, Tick, Timestamp};

/// Most ticks in one batch.
const BATCH_MAX: usize = 1_024;
/// Ticks that come due within this time go out together.
const STEP: Duration = Duration::from_millis(10);
/// The longest sleep between two looks at the stop signal.
const NAP: Duration = Duration::from_millis(20);

/// What happens when the engine's queue is full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WhenFull {
    /// The feed waits: no tick may be lost.
    Wait,
    /// Ticks are dropped and counted, as on a live feed.
    Drop,
}

/// The way out for ticks with a pace.
#[derive(Debug)]
pub(super) struct Outlet {
    sink: FeedSink,
    stop: CancellationToken,
    pacer: Pacer,
    when_full: WhenFull,
    batch: Vec<Input>,
    woken: Instant,
    /// Ticks before this event time are history: they are neither paced nor dropped.
    paced_from: Timestamp,
    in_history: bool,
}

impl Outlet {
    /// An outlet that starts its pace with the first tick.
    pub(super) fn new(
        sink: FeedSink,
        stop: CancellationToken,
        speed: Speed,
        when_full: WhenFull,
    ) -> Self {
        Self {
            sink,
            stop,
            pacer: Pacer::new(speed),
            when_full,
            batch: Vec::with_capacity(BATCH_MAX),
            woken: Instant::now(),
            paced_from: Timestamp::MIN,
            in_history: false,
        }
    }

    /// Delivers ticks before `event_time` as fast as the engine takes them.
    pub(super) const fn paced_from(mut self, event_time: Timestamp) -> Self {
        self.paced_from = event_time;
        self
    }

    /// The way to the engine, for listings and counters.
    pub(super) const fn sink(&self) -> &FeedSink {
        &self.sink
    }

    /// Delivers a tick when it is due.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn deliver(&mut self, tick: Tick) -> Result<(), SinkError> {
        if tick.event_time < self.paced_from {
            self.in_history = true;
            return self.deliver_now(tick);
        }
        self.in_history = false;
        match self.pacer.due(tick.event_time, self.woken) {
            Due::Now => {}
            Due::At(moment) => self.wait(moment)?,
            Due::AfterGap(moment, nanos) => {
                info!(
                    silence_s = nanos / NANOS_PER_SECOND,
                    until = %tick.event_time,
                    "a long silence is passed over"
                );
                self.wait(moment)?;
            }
        }
        self.deliver_now(tick)
    }

    /// Whether the newest tick was history, which nobody watches as it passes.
    pub(super) const fn is_in_history(&self) -> bool {
        self.in_history
    }

    /// Delivers a book together with the ticks before it.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn deliver_depth(
        &mut self,
        instrument: InstrumentId,
        depth: Depth,
    ) -> Result<(), SinkError> {
        let depth = Arc::new(depth);
        self.push(Input::Depth { instrument, depth })
    }

    /// Delivers a tick with no regard to its time.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn deliver_now(&mut self, tick: Tick) -> Result<(), SinkError> {
        self.push(Input::Tick(tick))
    }

    fn push(&mut self, input: Input) -> Result<(), SinkError> {
        self.batch.push(input);
        if self.batch.len() >= BATCH_MAX {
            self.flush()?;
        }
        Ok(())
    }

    /// Sends what is batched.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn flush(&mut self) -> Result<(), SinkError> {
        if self.stop.is_cancelled() {
            return Err(SinkError::Closed);
        }
        if self.batch.is_empty() {
            return Ok(());
        }
        let inputs = mem::replace(&mut self.batch, Vec::with_capacity(BATCH_MAX));
        match self.when_full {
            WhenFull::Drop if !self.in_history => self.sink.offer(Instant::now(), inputs),
            _ => self.send(inputs),
        }
    }

    /// Tells how the feed is doing, after everything that is batched.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn status(&mut self, status: FeedStatus) -> Result<(), SinkError> {
        self.flush()?;
        self.send(vec![self.sink.told(status)])
    }

    fn send(&self, inputs: Vec<Input>) -> Result<(), SinkError> {
        self.sink
            .send_while(Instant::now(), inputs, || !self.stop.is_cancelled())
    }

    /// Lets event time go on in a silence, so that what is over closes before the next tick.
    fn tell_time(&self) -> Result<(), SinkError> {
        let feed = self.sink.feed();
        match self.pacer.event_time(Instant::now()) {
            Some(now) => self.send(vec![Input::Time { feed, now }]),
            None => Ok(()),
        }
    }

    fn wait(&mut self, due: Instant) -> Result<(), SinkError> {
        if due <= self.woken {
            return Ok(());
        }
        self.flush()?;
        let target = due.max(self.woken + STEP);
        loop {
            let now = Instant::now();
            if now >= target {
                self.woken = now;
                return Ok(());
            }
            if self.stop.is_cancelled() {
                return Err(SinkError::Closed);
            }
            std::thread::sleep(target.duration_since(now).min(NAP));
            self.tell_time()?;
        }
    }
}
