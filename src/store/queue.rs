//! What waits between the runtime and the writer thread: a bounded queue, in order, and its state.
//! Must not touch the database.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use thiserror::Error;

use super::error::StoreError;
use super::journal::Item;
use crate::domain::{Event, EventBody};

/// Rows that make a batch worth writing before its time.
const FLUSH_ROWS: usize = 16_384;
/// Rows of one transaction at most, so that a commit does not wait long behind it.
const BATCH_ROWS: usize = 32_768;
/// How long a row may wait for others.
const FLUSH_AFTER: Duration = Duration::from_millis(200);
/// Rows that wait at most while the disk keeps up; whoever appends more waits as well.
const QUEUE_ROWS: usize = 262_144;
/// How long whoever appends waits for room before the disk is taken for failing.
const FULL_PATIENCE: Duration = Duration::from_secs(2);
/// What is said of a disk that neither takes rows nor fails.
pub const NOT_ANSWERED: &str = "the store has not answered for 2 s: check the disk";
/// Rows kept in memory at most while the disk fails.
const FAILING_ROWS: usize = 2_000_000;

/// How the store is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreHealth {
    /// Rows reach the disk.
    Healthy,
    /// Rows wait in memory, in order, until the disk takes them again.
    Failing {
        /// One line: what, where, the remedy, and how much waits.
        text: String,
        /// Rows in memory.
        waiting: usize,
    },
}

/// Why a ticket is not done.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TicketError {
    /// The rows are not on the disk yet; they stay in line and the ticket stays good.
    #[error("the store has not written the rows yet")]
    StillWaiting,
    /// The writer ended without them.
    #[error("the store's writer has stopped without writing the rows: restart titan-tui")]
    Stopped,
}

/// How the queue ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// It does not.
    Open,
    /// Write all, however often it fails.
    Closing,
    /// Write all, but end at the first failure.
    Leaving,
    /// End now.
    Abandoned,
}

#[cfg(test)]
type Probe = Box<dyn FnOnce(&rusqlite::Connection) + Send>;

struct State {
    items: VecDeque<(Item, bool)>,
    queued_rows: usize,
    in_flight_rows: usize,
    /// Items ever put in, taken out, written, and known to be on the disk.
    put: u64,
    taken: u64,
    synced: u64,
    /// Items up to here are to be written at once.
    urgent: u64,
    oldest: Option<Instant>,
    phase: Phase,
    stopped: bool,
    failure: Option<String>,
    /// Somebody has waited for room in vain; rows are taken without waiting until some are written.
    is_stalled: bool,
    listed: Vec<bool>,
    slots: usize,
    #[cfg(test)]
    probe: Option<Probe>,
}

/// What one transaction writes.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) items: Vec<Item>,
    pub(super) full: bool,
    end: u64,
}

/// The queue between threads.
pub(super) struct Shared {
    state: Mutex<State>,
    /// Wakes the writer.
    work: Condvar,
    /// Wakes whoever waits for room, a ticket or the end.
    change: Condvar,
}

impl std::fmt::Debug for Shared {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Shared")
    }
}

impl Shared {
    pub(super) fn new(slots: usize) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                items: VecDeque::new(),
                queued_rows: 0,
                in_flight_rows: 0,
                put: 0,
                taken: 0,
                synced: 0,
                urgent: 0,
                oldest: None,
                phase: Phase::Open,
                stopped: false,
                failure: None,
                is_stalled: false,
                listed: Vec::new(),
                slots,
                #[cfg(test)]
                probe: None,
            }),
            work: Condvar::new(),
            change: Condvar::new(),
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts events in line and gives their position.
    pub(super) fn put(&self, events: Arc<[Event]>, urgent: bool) -> Result<u64, StoreError> {
        let mut state = self.lock();
        state.check(&events)?;
        let until = Instant::now() + FULL_PATIENCE;
        loop {
            let waiting = state.waiting();
            if state.stopped {
                return Err(StoreError::Stopped);
            } else if let Some(text) = state.trouble() {
                if waiting.saturating_add(events.len()) > FAILING_ROWS {
                    let text = text.to_owned();
                    return Err(StoreError::Full { waiting, text });
                }
                break;
            } else if waiting < QUEUE_ROWS {
                break;
            }
            let rest = until.saturating_duration_since(Instant::now());
            state.is_stalled = rest.is_zero();
            state = self
                .change
                .wait_timeout(state, rest)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
        let full = urgent || events.iter().any(|event| event.body.is_durable());
        Ok(self.push(state, Item::Events(events), full, urgent))
    }

    /// Puts a snapshot in line; it is never refused, for it is one row.
    pub(super) fn put_snapshot(&self, item: Item) -> u64 {
        self.push(self.lock(), item, true, false)
    }

    fn push(&self, mut state: MutexGuard<'_, State>, item: Item, full: bool, urgent: bool) -> u64 {
        state.queued_rows = state.queued_rows.saturating_add(item.rows());
        state.items.push_back((item, full));
        state.put += 1;
        let position = state.put;
        let first = state.oldest.is_none();
        if first {
            state.oldest = Some(Instant::now());
        }
        if urgent {
            state.urgent = position;
        }
        if first || urgent || state.queued_rows >= FLUSH_ROWS {
            self.work.notify_one();
        }
        position
    }

    /// Waits until a batch is due and takes it; `None` when all is written and the end has come.
    pub(super) fn take(&self) -> Option<Batch> {
        let mut state = self.lock();
        loop {
            match state.phase {
                Phase::Abandoned => return None,
                Phase::Closing | Phase::Leaving if state.items.is_empty() => return None,
                _ => {}
            }
            let age = state.oldest.map(|since| since.elapsed());
            let due = state.phase != Phase::Open
                || state.urgent > state.taken
                || state.queued_rows >= FLUSH_ROWS
                || age.is_some_and(|age| age >= FLUSH_AFTER);
            if due && !state.items.is_empty() {
                return Some(state.next_batch());
            }
            state = match age {
                None => self
                    .work
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(age) => {
                    let rest = FLUSH_AFTER.saturating_sub(age);
                    self.work
                        .wait_timeout(state, rest)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
        }
    }

    /// The batch is written.
    pub(super) fn written(&self, batch: &Batch) {
        let mut state = self.lock();
        state.in_flight_rows = 0;
        state.failure = None;
        state.is_stalled = false;
        if batch.full {
            state.synced = batch.end;
        }
        self.change.notify_all();
    }

    /// The batch could not be written, for this reason.
    pub(super) fn failed(&self, text: String) {
        self.lock().failure = Some(text);
        self.change.notify_all();
    }

    /// Waits before the next attempt; false when there shall be none.
    pub(super) fn pause(&self, pause: Duration) -> bool {
        let until = Instant::now() + pause;
        let mut state = self.lock();
        loop {
            if state.phase >= Phase::Leaving {
                return false;
            }
            #[cfg(test)]
            if state.probe.is_some() {
                return true;
            }
            let rest = until.saturating_duration_since(Instant::now());
            if rest.is_zero() {
                return true;
            }
            state = self
                .work
                .wait_timeout(state, rest)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Waits until everything up to `position` is on the disk.
    pub(super) fn wait(&self, position: u64, timeout: Duration) -> Result<(), TicketError> {
        let until = Instant::now().checked_add(timeout);
        let mut state = self.lock();
        loop {
            if state.synced >= position {
                return Ok(());
            }
            if state.stopped {
                return Err(TicketError::Stopped);
            }
            state = match until {
                None => self
                    .change
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner),
                Some(until) => {
                    let rest = until.saturating_duration_since(Instant::now());
                    if rest.is_zero() {
                        return Err(TicketError::StillWaiting);
                    }
                    self.change
                        .wait_timeout(state, rest)
                        .unwrap_or_else(PoisonError::into_inner)
                        .0
                }
            };
        }
    }

    pub(super) fn health(&self) -> StoreHealth {
        let state = self.lock();
        let waiting = state.waiting();
        match (state.trouble(), state.stopped && state.phase == Phase::Open) {
            (Some(text), _) => StoreHealth::Failing {
                text: match waiting {
                    1 => format!("{text}; 1 row waits in memory"),
                    _ => format!("{text}; {waiting} rows wait in memory"),
                },
                waiting,
            },
            (None, true) => StoreHealth::Failing {
                text: StoreError::Stopped.to_string(),
                waiting,
            },
            (None, false) => StoreHealth::Healthy,
        }
    }

    /// Rows that are not written yet.
    pub(super) fn waiting(&self) -> usize {
        self.lock().waiting()
    }

    /// Asks the writer to write all and end, and waits for it; what is left when it cannot.
    pub(super) fn close(&self, timeout: Duration) -> Result<(), (usize, String)> {
        let until = Instant::now() + timeout;
        let mut state = self.lock();
        state.phase = state.phase.max(Phase::Closing);
        self.work.notify_all();
        loop {
            let rest = until.saturating_duration_since(Instant::now());
            let waiting = state.waiting();
            if state.stopped && waiting == 0 {
                return Ok(());
            }
            if state.stopped || rest.is_zero() {
                state.phase = Phase::Abandoned;
                self.work.notify_all();
                let text = state.failure.clone();
                return Err((
                    waiting,
                    text.unwrap_or_else(|| "there was not enough time".to_owned()),
                ));
            }
            state = self
                .change
                .wait_timeout(state, rest)
                .unwrap_or_else(PoisonError::into_inner)
                .0;
        }
    }

    /// Asks the writer to write what it can at once and end.
    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.phase = state.phase.max(Phase::Leaving);
        self.work.notify_all();
    }

    /// The writer has ended.
    pub(super) fn stop(&self, failure: Option<String>) {
        let mut state = self.lock();
        state.stopped = true;
        if failure.is_some() {
            state.failure = failure;
        }
        self.change.notify_all();
    }
}

#[cfg(test)]
impl Shared {
    /// Ends the writer as a kill would: nothing more is written.
    pub(super) fn abandon(&self) {
        self.lock().phase = Phase::Abandoned;
        self.work.notify_all();
    }

    /// Has the writer's connection looked at or changed before the next attempt.
    pub(super) fn set_probe(&self, probe: Probe) {
        self.lock().probe = Some(probe);
        self.work.notify_all();
    }

    pub(super) fn take_probe(&self) -> Option<Probe> {
        self.lock().probe.take()
    }
}

impl State {
    /// Why rows do not reach the disk, as far as it is known.
    fn trouble(&self) -> Option<&str> {
        let stalled = self.is_stalled.then_some(NOT_ANSWERED);
        self.failure.as_deref().or(stalled)
    }

    fn waiting(&self) -> usize {
        self.queued_rows.saturating_add(self.in_flight_rows)
    }

    /// Refuses events that could never be written, before they block those behind them.
    fn check(&mut self, events: &[Event]) -> Result<(), StoreError> {
        for event in events {
            if let EventBody::Listed { id, .. } = &event.body {
                if self.listed.len() <= id.index() {
                    self.listed.resize(id.index() + 1, false);
                }
                if let Some(listed) = self.listed.get_mut(id.index()) {
                    *listed = true;
                }
            } else if let Some(id) = event.body.instrument()
                && !self.listed.get(id.index()).copied().unwrap_or(false)
            {
                return Err(StoreError::Unlisted {
                    sequence: event.sequence,
                    kind: event.body.kind(),
                    instrument: id,
                });
            }
            if let EventBody::IndicatorConfirmed { slot, .. } = &event.body
                && slot.index() >= self.slots
            {
                return Err(StoreError::UnknownSlot {
                    sequence: event.sequence,
                    slot: slot.0,
                    known: self.slots,
                });
            }
        }
        Ok(())
    }

    fn next_batch(&mut self) -> Batch {
        let mut batch = Batch {
            items: Vec::new(),
            full: self.phase != Phase::Open,
            end: self.taken,
        };
        let mut rows = 0_usize;
        while let Some((item, _)) = self.items.front() {
            let more = rows.saturating_add(item.rows());
            if !batch.items.is_empty() && more > BATCH_ROWS {
                break;
            }
            rows = more;
            if let Some((item, full)) = self.items.pop_front() {
                batch.full |= full;
                batch.items.push(item);
                batch.end += 1;
            }
        }
        self.taken = batch.end;
        self.queued_rows = self.queued_rows.saturating_sub(rows);
        self.in_flight_rows = rows;
        if self.items.is_empty() {
            self.oldest = None;
        }
        batch
    }
}
