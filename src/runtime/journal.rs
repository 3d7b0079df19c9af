//! Commit before anything shows: holds events back until the store has them.
//! Must not let an order, fill or decision be seen, sent or logged before it is on disk.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::{Event, Timestamp};
use crate::store::{StoreError, StoreHealth, StoreWriter, Ticket};
use crate::view::StoreView;

/// How long the engine waits for one commit before it calls the store failing and goes on.
const COMMIT_PATIENCE: Duration = Duration::from_secs(2);
/// How long the last rows may take at the end of a run.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// Events on their way to the disk.
pub(super) struct Journal {
    writer: Option<StoreWriter>,
    pending: VecDeque<(Arc<[Event]>, Option<Ticket>)>,
    is_failing: bool,
}

/// A change in the store's health that the engine has to hear of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum StoreChange {
    /// Writing fails: new orders have to stop.
    Failed(String),
    /// Everything is on disk again.
    Recovered,
}

impl Journal {
    /// A journal in front of `writer`, or one that keeps nothing.
    pub(super) const fn new(writer: Option<StoreWriter>) -> Self {
        Self {
            writer,
            pending: VecDeque::new(),
            is_failing: false,
        }
    }

    /// Hands events to the store; they become ready when [`Self::ready`] says so.
    ///
    /// # Errors
    /// When the store cannot even keep them in memory; the run has to end.
    pub(super) fn record(&mut self, events: Vec<Event>) -> Result<(), StoreError> {
        let is_durable = events.iter().any(|event| event.body.is_durable());
        let events: Arc<[Event]> = events.into();
        let mut ticket = None;
        if let Some(writer) = &self.writer {
            if is_durable {
                ticket = Some(writer.commit(Arc::clone(&events))?);
            } else {
                writer.append(Arc::clone(&events))?;
            }
        }
        self.pending.push_back((events, ticket));
        Ok(())
    }

    /// Takes out the events that may be shown now, oldest first.
    pub(super) fn ready(&mut self) -> Vec<Arc<[Event]>> {
        let mut ready = Vec::new();
        while let Some((_, ticket)) = self.pending.front() {
            let patience = if self.is_failing {
                Duration::ZERO
            } else {
                COMMIT_PATIENCE
            };
            if ticket
                .as_ref()
                .is_some_and(|ticket| ticket.wait(patience).is_err())
            {
                break;
            }
            ready.extend(self.pending.pop_front().map(|(events, _)| events));
        }
        ready
    }

    /// Whether the store began to fail or recovered since the last call.
    pub(super) fn change(&mut self) -> Option<StoreChange> {
        let health = self.writer.as_ref()?.health();
        match (health, self.is_failing) {
            (StoreHealth::Failing { text, .. }, false) => {
                self.is_failing = true;
                Some(StoreChange::Failed(text))
            }
            (StoreHealth::Healthy, true) if self.pending.is_empty() => {
                self.is_failing = false;
                Some(StoreChange::Recovered)
            }
            _ => None,
        }
    }

    /// How the store is doing, for the screen.
    pub(super) fn view(&self) -> StoreView {
        match self.writer.as_ref().map(StoreWriter::health) {
            None => StoreView::Off,
            Some(StoreHealth::Healthy) => StoreView::Healthy,
            Some(StoreHealth::Failing { text, waiting }) => StoreView::Failing { text, waiting },
        }
    }

    /// Hands a snapshot of the engine to the store, behind the events before it.
    pub(super) fn snapshot(&self, sequence: u64, time: Timestamp, body: String) {
        if let Some(writer) = &self.writer {
            writer.snapshot(sequence, time, body);
        }
    }

    /// Waits for the last rows.
    ///
    /// # Errors
    /// When rows could not be written; the text says how many and why.
    pub(super) fn close(self) -> Result<(), StoreError> {
        self.writer
            .map_or(Ok(()), |writer| writer.close(CLOSE_PATIENCE))
    }
}
