//! Commit before anything shows: holds events back until the store has them.
//! Must not let an order, fill or decision be seen, sent or logged before it is on disk.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::domain::{Event, Timestamp};
use crate::store::{NOT_ANSWERED, StoreError, StoreHealth, StoreWriter, Ticket, TicketError};
use crate::view::StoreView;

/// How long the engine waits for one commit before it calls the store failing and goes on.
const COMMIT_PATIENCE: Duration = Duration::from_secs(2);
/// How long the last rows may take at the end of a run.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// Events on their way to the disk.
pub(super) struct Journal {
    writer: Option<StoreWriter>,
    pending: VecDeque<Pending>,
    /// How long the commits since the last look took.
    commits: Vec<Duration>,
    is_failing: bool,
    /// A commit has taken longer than [`COMMIT_PATIENCE`] and is not done yet.
    is_stalled: bool,
}

/// Events that are not shown yet.
struct Pending {
    events: Arc<[Event]>,
    /// What they wait for, where they must be on disk first.
    ticket: Option<Ticket>,
    handed_over: Instant,
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
            commits: Vec::new(),
            is_failing: false,
            is_stalled: false,
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
        self.pending.push_back(Pending {
            events,
            ticket,
            handed_over: Instant::now(),
        });
        Ok(())
    }

    /// Takes out the events that may be shown now, oldest first.
    pub(super) fn ready(&mut self) -> Vec<Arc<[Event]>> {
        let mut ready = Vec::new();
        while let Some(front) = self.pending.front() {
            let patience = if self.is_failing {
                Duration::ZERO
            } else {
                COMMIT_PATIENCE
            };
            let ticket = front.ticket.as_ref();
            match ticket.map_or(Ok(()), |it| it.wait(patience)) {
                Ok(()) if ticket.is_some() => self.commits.push(front.handed_over.elapsed()),
                Ok(()) => {}
                Err(TicketError::StillWaiting) => {
                    self.is_stalled |= !self.is_failing;
                    break;
                }
                Err(TicketError::Stopped) => break,
            }
            ready.extend(self.pending.pop_front().map(|front| front.events));
        }
        self.is_stalled &= !self.pending.is_empty();
        ready
    }

    /// Whether everything that was recorded has been taken out by [`Self::ready`].
    pub(super) fn is_idle(&self) -> bool {
        self.pending.is_empty()
    }

    /// Whether the store began to fail or recovered since the last call.
    pub(super) fn change(&mut self) -> Option<StoreChange> {
        self.writer.as_ref()?;
        match (self.trouble(), self.is_failing) {
            (Some((text, _)), false) => {
                self.is_failing = true;
                Some(StoreChange::Failed(text))
            }
            (None, true) if self.pending.is_empty() => {
                self.is_failing = false;
                Some(StoreChange::Recovered)
            }
            _ => None,
        }
    }

    /// Whether anything is kept at all.
    pub(super) const fn is_kept(&self) -> bool {
        self.writer.is_some()
    }

    /// Takes out how long the commits since the last call took.
    pub(super) fn take_commits(&mut self) -> Vec<Duration> {
        std::mem::take(&mut self.commits)
    }

    /// Rows that are not on the disk yet.
    pub(super) fn waiting_rows(&self) -> usize {
        self.writer
            .as_ref()
            .map_or(0, |writer| writer.health_handle().waiting_rows())
    }

    /// How the store is doing, for the screen.
    pub(super) fn view(&self) -> StoreView {
        match (&self.writer, self.trouble()) {
            (None, _) => StoreView::Off,
            (Some(_), None) => StoreView::Healthy,
            (Some(_), Some((text, waiting))) => StoreView::Failing { text, waiting },
        }
    }

    /// What is wrong, and how many rows wait; a commit that hangs without an error is a failure.
    fn trouble(&self) -> Option<(String, usize)> {
        let writer = self.writer.as_ref()?;
        match writer.health() {
            StoreHealth::Failing { text, waiting } => Some((text, waiting)),
            StoreHealth::Healthy if self.is_stalled => {
                let waiting = writer.health_handle().waiting_rows();
                Some((NOT_ANSWERED.to_owned(), waiting))
            }
            StoreHealth::Healthy => None,
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

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;
    use crate::config::StoreConfig;
    use crate::domain::EventBody;
    use crate::store::Store;

    #[test]
    fn a_commit_that_hangs_without_an_error_is_a_failure_and_is_got_over() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &StoreConfig::default(), &[]).expect("a store");
        let writer = store.into_writer();
        let (release, held) = std::sync::mpsc::channel::<()>();
        writer.probe(move |_| {
            let _ = held.recv();
        });
        let mut journal = Journal::new(Some(writer));
        let halted = Event {
            sequence: 1,
            cause: 0,
            time: Timestamp::ZERO,
            body: EventBody::Resumed,
        };
        journal.record(vec![halted]).expect("taken");
        assert!(journal.ready().is_empty(), "not on the disk");
        assert_eq!(
            journal.change(),
            Some(StoreChange::Failed(NOT_ANSWERED.to_owned()))
        );
        let shown = journal.view();
        assert!(matches!(shown, StoreView::Failing { .. }), "{shown:?}");
        let begun = Instant::now();
        assert!(journal.ready().is_empty());
        assert!(begun.elapsed() < COMMIT_PATIENCE / 2, "waited for once");
        assert_eq!(journal.change(), None, "told once");

        drop(release);
        let mut ready = Vec::new();
        while ready.is_empty() && begun.elapsed() < Duration::from_secs(20) {
            ready = journal.ready();
        }
        assert_eq!(ready.len(), 1);
        assert_eq!(journal.change(), Some(StoreChange::Recovered));
        assert_eq!(journal.view(), StoreView::Healthy);
        journal.close().expect("closed");
    }
}
