//! Batches the ticks of tapes and of the simulator and delivers them when they are due.
//! Must run on a thread that may block: it sleeps, and it waits for room in the engine's queue.

use std::mem;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio_util::sync::CancellationToken;
use tracing::info;

use super::control::{Gait, PaceControl, Wish};
use super::pace::{Due, Pacer};
use super::sink::{FeedSink, SinkError};
use super::spec::Speed;
use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{Depth, FeedId, FeedStatus, Input, InstrumentId, Tick, Timestamp};

/// Most ticks in one batch.
const BATCH_MAX: usize = 1_024;
/// Ticks that come due within this time go out together.
const STEP: Duration = Duration::from_millis(10);
/// The longest sleep between two looks at the stop signal.
const NAP: Duration = Duration::from_millis(20);
/// The same where a feed is paused; who stops it wakes it.
const PAUSE: Duration = Duration::from_millis(200);
/// A sleep that lasts so much longer than it should was the machine's.
const STALL: Duration = Duration::from_secs(5);
/// A feed under a hand rests for [`REST`] after so many full batches: it may run beside a desk that
/// trades.
const BATCHES_BEFORE_REST: u32 = 8;
const REST: Duration = Duration::from_millis(1);

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
    hand: Option<Hand>,
    /// The inputs say themselves how event time goes on in a silence.
    has_own_time: bool,
}

/// What the outlet knows of the hand on its pace.
#[derive(Debug)]
struct Hand {
    control: PaceControl,
    version: u64,
    wish: Wish,
    /// Event time that all has come to which is batched or delivered.
    at: Option<Timestamp>,
    batches: u32,
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
            hand: None,
            has_own_time: false,
        }
    }

    /// Lets a hand, where there is one, hold the pace instead of the speed that it began with.
    pub(super) fn held_by(mut self, control: Option<PaceControl>) -> Self {
        self.hand = control.map(|control| {
            control.attach();
            let (version, wish) = control.newest();
            self.pacer = Pacer::new(wish.speed);
            Hand {
                control,
                version,
                wish,
                at: None,
                batches: 0,
            }
        });
        self
    }

    /// Leaves it to the inputs to say how event time goes on.
    pub(super) const fn with_own_time(mut self) -> Self {
        self.has_own_time = true;
        self
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
        self.deliver_as(self.sink.feed(), tick.event_time, Input::Tick(tick))
    }

    /// Delivers an input of `feed` when its event time is due.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn deliver_as(
        &mut self,
        feed: FeedId,
        time: Timestamp,
        input: Input,
    ) -> Result<(), SinkError> {
        self.in_history = time < self.paced_from;
        if self.hand.is_some() {
            self.obey(feed, time)?;
        } else if !self.in_history {
            self.keep_pace(time)?;
        }
        self.put(input)
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
        self.put(Input::Depth { instrument, depth })
    }

    /// Delivers a tick with no regard to its time.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn deliver_now(&mut self, tick: Tick) -> Result<(), SinkError> {
        self.put(Input::Tick(tick))
    }

    /// Delivers an input behind what was delivered last.
    ///
    /// # Errors
    /// When the engine is gone or the feed was stopped.
    pub(super) fn put(&mut self, input: Input) -> Result<(), SinkError> {
        self.batch.push(input);
        if self.batch.len() >= BATCH_MAX {
            self.flush()?;
            self.rest();
        }
        Ok(())
    }

    /// Waits until `time` is due; `false` when the hand wished for something else meanwhile.
    fn keep_pace(&mut self, time: Timestamp) -> Result<bool, SinkError> {
        match self.pacer.due(time, self.woken) {
            Due::Now => Ok(true),
            Due::At(moment) => self.wait(moment),
            Due::AfterGap(moment, nanos) => {
                info!(
                    silence_s = nanos / NANOS_PER_SECOND,
                    until = %time,
                    "a long silence is passed over"
                );
                self.wait(moment)
            }
        }
    }

    /// Waits until the hand lets `time` pass.
    fn obey(&mut self, feed: FeedId, time: Timestamp) -> Result<(), SinkError> {
        loop {
            self.take_wish();
            let Some(wish) = self.hand.as_ref().map(|hand| hand.wish) else {
                return Ok(());
            };
            match wish.gait {
                Gait::Halt => self.halt(feed, time, None)?,
                Gait::Seek if time > wish.until => self.halt(feed, time, Some(wish.until))?,
                Gait::Seek => break,
                Gait::Play if time > wish.until => {
                    if self.keep_pace(wish.until)? {
                        self.halt(feed, time, Some(wish.until))?;
                    }
                }
                Gait::Play if self.keep_pace(time)? => break,
                Gait::Play => {}
            }
        }
        if let Some(hand) = &mut self.hand {
            hand.at = hand.at.max(Some(time));
        }
        Ok(())
    }

    /// Takes up a new wish; event time goes on from where it stands now.
    #[inline]
    fn take_wish(&mut self) {
        let Some(hand) = &mut self.hand else { return };
        if hand.version == hand.control.version() {
            return;
        }
        let now = Instant::now();
        if hand.wish.gait == Gait::Play {
            hand.at = hand.at.max(self.pacer.event_time(now));
        }
        (hand.version, hand.wish) = hand.control.newest();
        self.pacer = Pacer::going_on(hand.wish.speed, hand.at, now);
        self.woken = now;
    }

    /// Stands still with `time` next, until the hand wishes for something else. Before, the clock
    /// of `feed` goes on to `reached`, or to where event time stands.
    fn halt(
        &mut self,
        feed: FeedId,
        time: Timestamp,
        reached: Option<Timestamp>,
    ) -> Result<(), SinkError> {
        self.flush()?;
        let Some(hand) = &mut self.hand else {
            return Ok(());
        };
        hand.wish.gait = Gait::Halt;
        hand.wish.until = Timestamp::MAX;
        hand.at = hand.at.max(reached);
        let (control, version, at) = (hand.control.clone(), hand.version, hand.at);
        if let Some(at) = at {
            // Feeds of one recording have clocks of their own, and this one may lie behind.
            if at < time {
                self.send(vec![Input::Time { feed, now: at }])?;
            }
            control.tell(at);
        }
        control.settle(version, time);
        while !control.wait_for_wish(version, PAUSE) {
            if self.stop.is_cancelled() {
                return Err(SinkError::Closed);
            }
        }
        Ok(())
    }

    /// Leaves some time to others, where a hand lets the feed run so fast that batches are full.
    fn rest(&mut self) {
        let Some(hand) = &mut self.hand else { return };
        hand.batches += 1;
        if hand.batches.is_multiple_of(BATCHES_BEFORE_REST) {
            std::thread::sleep(REST);
        }
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
        let position = self.hand.as_ref().and_then(|hand| hand.at);
        let inputs = mem::replace(&mut self.batch, Vec::with_capacity(BATCH_MAX));
        match self.when_full {
            WhenFull::Drop if !self.in_history => self.sink.offer(Instant::now(), inputs)?,
            _ => self.send(inputs)?,
        }
        if let (Some(hand), Some(position)) = (&self.hand, position) {
            hand.control.tell(position);
        }
        Ok(())
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
        let Some(now) = self.pacer.event_time(Instant::now()) else {
            return Ok(());
        };
        if !self.has_own_time {
            let feed = self.sink.feed();
            self.send(vec![Input::Time { feed, now }])?;
        }
        if let Some(hand) = &self.hand {
            hand.control.tell(now.max(hand.at.unwrap_or(now)));
        }
        Ok(())
    }

    /// Sleeps until `due`; `false` when the hand wished for something else meanwhile.
    fn wait(&mut self, due: Instant) -> Result<bool, SinkError> {
        if due <= self.woken {
            return Ok(true);
        }
        self.flush()?;
        let target = due.max(self.woken + STEP);
        loop {
            let now = Instant::now();
            if now >= target {
                let late = now.duration_since(target);
                if late > STALL {
                    self.pacer.stand_still(late);
                }
                self.woken = now;
                return Ok(true);
            }
            if self.stop.is_cancelled() {
                return Err(SinkError::Closed);
            }
            let nap = target.duration_since(now).min(NAP);
            match &self.hand {
                Some(hand) if hand.control.wait_for_wish(hand.version, nap) => return Ok(false),
                Some(_) => {}
                None => std::thread::sleep(nap),
            }
            self.tell_time()?;
        }
    }
}

impl Drop for Outlet {
    fn drop(&mut self) {
        if let Some(hand) = &self.hand {
            hand.control.finish();
        }
    }
}
