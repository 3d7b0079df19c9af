//! Where a feed puts what it has read: a bounded queue to the engine.
//! Must not reorder inputs, and must count every tick that it drops.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crossbeam_channel::{SendTimeoutError, Sender, TrySendError};
use thiserror::Error;

use super::clock;
use super::registry::InstrumentRegistry;
use crate::domain::{
    FeedId, FeedStatus, Input, Instrument, InstrumentId, InstrumentKey, Timestamp,
};

/// How long a feed may go on waiting for room after it was told to stop.
const STOP_CHECK_INTERVAL: Duration = Duration::from_millis(20);

/// Inputs that arrived together.
#[derive(Debug)]
pub struct FeedBatch {
    /// From which feed.
    pub feed: FeedId,
    /// When the first of them was read from the socket or file.
    pub received: Instant,
    /// In the feed's order.
    pub inputs: Vec<Input>,
}

/// What a feed lost or could not read, and how its connection is doing; shared with the screen.
#[derive(Debug, Default)]
pub struct FeedCounters {
    /// Ticks and books dropped because the engine's queue was full.
    pub dropped: AtomicU64,
    /// Rows or frames that could not be read.
    pub malformed: AtomicU64,
    connections: AtomicU64,
    /// Wall clock in milliseconds; 0 while it is not connected.
    connected_since_ms: AtomicI64,
    /// Wall clock in milliseconds; 0 where no try is planned.
    next_retry_ms: AtomicI64,
}

impl FeedCounters {
    /// Times that the feed was live again after it had been lost.
    pub fn reconnects(&self) -> u64 {
        self.connections.load(Ordering::Relaxed).saturating_sub(1)
    }

    /// Wall clock since when the feed delivers; `None` while it does not.
    pub fn connected_since(&self) -> Option<Timestamp> {
        moment(&self.connected_since_ms)
    }

    /// Wall clock at which a lost feed is tried again; `None` while it is not lost, and where it
    /// was given up.
    pub fn next_retry_at(&self) -> Option<Timestamp> {
        moment(&self.next_retry_ms)
    }

    /// Notes a state that the engine is told of, at this moment of the wall clock.
    pub(super) fn note(&self, status: &FeedStatus, now: Timestamp) {
        let was_live = self.connected_since().is_some();
        self.next_retry_ms.store(0, Ordering::Relaxed);
        match status {
            FeedStatus::Live if was_live => {}
            FeedStatus::Live => {
                self.connections.fetch_add(1, Ordering::Relaxed);
                self.connected_since_ms
                    .store(now.millis(), Ordering::Relaxed);
            }
            _ => self.connected_since_ms.store(0, Ordering::Relaxed),
        }
    }

    /// Says when a lost feed is tried again.
    pub fn plan_retry(&self, wait: Duration) {
        let wait = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
        let at = clock::wall_now().plus_nanos(wait);
        self.next_retry_ms.store(at.millis(), Ordering::Relaxed);
    }
}

fn moment(millis: &AtomicI64) -> Option<Timestamp> {
    match millis.load(Ordering::Relaxed) {
        0 => None,
        millis => Some(Timestamp::from_millis(millis)),
    }
}

/// The engine is gone: the feed should end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SinkError {
    /// The receiving end was dropped.
    #[error("the engine has stopped")]
    Closed,
}

/// A feed's way to the engine.
#[derive(Debug, Clone)]
pub struct FeedSink {
    feed: FeedId,
    registry: Arc<InstrumentRegistry>,
    queue: Sender<FeedBatch>,
    counters: Arc<FeedCounters>,
    /// The instruments wanted, all where `None`.
    only: Option<Arc<[InstrumentKey]>>,
}

/// The number of instruments that nobody wants; their ticks go no further.
const UNWANTED: InstrumentId = InstrumentId(u32::MAX);

impl FeedSink {
    /// A way to the engine for `feed`.
    pub fn new(
        feed: FeedId,
        registry: Arc<InstrumentRegistry>,
        queue: Sender<FeedBatch>,
        counters: Arc<FeedCounters>,
    ) -> Self {
        Self {
            feed,
            registry,
            queue,
            counters,
            only: None,
        }
    }

    /// Lets only these instruments through, or all where the list is empty.
    #[must_use]
    pub fn only(mut self, keys: &[InstrumentKey]) -> Self {
        self.only = (!keys.is_empty()).then(|| keys.into());
        self
    }

    /// The feed that was number `recorded` of a recording, in this run: a recording takes as many
    /// numbers as it has feeds, from its own on.
    pub(super) const fn neighbour(&self, recorded: FeedId) -> FeedId {
        FeedId(self.feed.0.saturating_add(recorded.0))
    }

    /// The same way for another feed.
    pub(super) fn of_feed(&self, feed: FeedId) -> Self {
        Self {
            feed,
            ..self.clone()
        }
    }

    fn wanted(&self, mut inputs: Vec<Input>) -> Vec<Input> {
        if self.only.is_some() {
            inputs.retain(|input| match input {
                Input::Tick(tick) => tick.instrument != UNWANTED,
                Input::Depth { instrument, .. } => *instrument != UNWANTED,
                _ => true,
            });
        }
        inputs
    }

    /// Which feed this is.
    pub const fn feed(&self) -> FeedId {
        self.feed
    }

    /// What was lost so far.
    pub fn counters(&self) -> &FeedCounters {
        &self.counters
    }

    /// The number of `instrument`, listing it with the engine first where no feed has yet.
    ///
    /// # Errors
    /// When the engine is gone.
    pub fn list(&self, instrument: Instrument) -> Result<InstrumentId, SinkError> {
        if !self.wants(&instrument.key) {
            return Ok(UNWANTED);
        }
        self.registry.list(self.feed, instrument, |id, instrument| {
            self.announce(id, instrument)
        })
    }

    /// As [`FeedSink::list`], and the definition in force: another feed or an earlier run may have
    /// listed the same key with other scales, and ticks must be read at those.
    ///
    /// # Errors
    /// When the engine is gone.
    pub fn list_as(
        &self,
        instrument: Instrument,
    ) -> Result<(InstrumentId, Arc<Instrument>), SinkError> {
        let id = self.list(instrument.clone())?;
        let in_force = self
            .registry
            .get(id)
            .unwrap_or_else(|| Arc::new(instrument));
        Ok((id, in_force))
    }

    /// As [`FeedSink::list_as`], for an instrument that is expensive to describe: `make` runs only
    /// where nobody knows the key yet, and never under the registry's lock.
    ///
    /// # Errors
    /// What `make` returns, and when the engine is gone.
    pub fn list_with<E: From<SinkError>>(
        &self,
        key: &InstrumentKey,
        make: impl FnOnce() -> Result<Instrument, E>,
    ) -> Result<(InstrumentId, Arc<Instrument>), E> {
        if self.wants(key) {
            let announce = |id, instrument| self.announce(id, instrument);
            if let Some(known) = self.registry.claim(self.feed, key, announce)? {
                return Ok(known);
            }
        }
        Ok(self.list_as(make()?)?)
    }

    fn wants(&self, key: &InstrumentKey) -> bool {
        self.only.as_ref().is_none_or(|only| only.contains(key))
    }

    fn announce(&self, id: InstrumentId, instrument: Arc<Instrument>) -> Result<(), SinkError> {
        let listing = Input::List {
            feed: self.feed,
            id,
            instrument,
        };
        self.send(Instant::now(), vec![listing])
    }

    /// As [`FeedSink::send`], but gives up soon after `running` turns false, so that a feed can be
    /// stopped while the engine takes nothing.
    ///
    /// # Errors
    /// When the engine is gone or `running` is false; the inputs are lost then.
    pub fn send_while(
        &self,
        received: Instant,
        inputs: Vec<Input>,
        running: impl Fn() -> bool,
    ) -> Result<(), SinkError> {
        let mut batch = FeedBatch {
            feed: self.feed,
            received,
            inputs: self.wanted(inputs),
        };
        loop {
            match self.queue.send_timeout(batch, STOP_CHECK_INTERVAL) {
                Ok(()) => return Ok(()),
                Err(SendTimeoutError::Disconnected(_)) => return Err(SinkError::Closed),
                Err(SendTimeoutError::Timeout(back)) if running() => batch = back,
                Err(SendTimeoutError::Timeout(_)) => return Err(SinkError::Closed),
            }
        }
    }

    /// Waits for room, for inputs that may not be lost: tapes, listings, states of the feed.
    ///
    /// # Errors
    /// When the engine is gone.
    pub fn send(&self, received: Instant, inputs: Vec<Input>) -> Result<(), SinkError> {
        self.queue
            .send(FeedBatch {
                feed: self.feed,
                received,
                inputs: self.wanted(inputs),
            })
            .map_err(|_| SinkError::Closed)
    }

    /// Never waits: drops and counts the inputs where the engine's queue is full. For live ticks.
    ///
    /// # Errors
    /// When the engine is gone.
    pub fn offer(&self, received: Instant, inputs: Vec<Input>) -> Result<(), SinkError> {
        match self.queue.try_send(FeedBatch {
            feed: self.feed,
            received,
            inputs: self.wanted(inputs),
        }) {
            Ok(()) => Ok(()),
            Err(TrySendError::Full(batch)) => {
                let lost = u64::try_from(batch.inputs.len()).unwrap_or(u64::MAX);
                self.counters.dropped.fetch_add(lost, Ordering::Relaxed);
                Ok(())
            }
            Err(TrySendError::Disconnected(_)) => Err(SinkError::Closed),
        }
    }

    /// Tells how the feed is doing.
    ///
    /// # Errors
    /// When the engine is gone.
    pub fn status(&self, status: FeedStatus) -> Result<(), SinkError> {
        let told = self.told(status);
        self.send(Instant::now(), vec![told])
    }

    /// The input that tells how the feed is doing, which its counters know from here on.
    pub(super) fn told(&self, status: FeedStatus) -> Input {
        self.counters.note(&status, clock::wall_now());
        Input::Feed {
            feed: self.feed,
            status,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connection_is_told_by_its_states() {
        let counters = FeedCounters::default();
        let down = || FeedStatus::Down("lost".to_owned());
        // State, its second; connected since, and reconnects after it.
        let steps = [
            (FeedStatus::Connecting, 1, None, 0),
            (FeedStatus::Live, 2, Some(2), 0),
            (FeedStatus::Live, 3, Some(2), 0),
            (down(), 4, None, 0),
            (FeedStatus::Connecting, 5, None, 0),
            (FeedStatus::Live, 6, Some(6), 1),
            (FeedStatus::Ended, 7, None, 1),
        ];
        for (status, second, since, reconnects) in steps {
            counters.note(&status, Timestamp::from_seconds(second));
            assert_eq!(
                counters.connected_since(),
                since.map(Timestamp::from_seconds),
                "{status:?}"
            );
            assert_eq!(counters.reconnects(), reconnects, "{status:?}");
        }
        counters.plan_retry(Duration::from_secs(9));
        assert!(counters.next_retry_at() > Some(clock::wall_now()));
        counters.note(&FeedStatus::Connecting, clock::wall_now());
        assert_eq!(counters.next_retry_at(), None);
    }
}
