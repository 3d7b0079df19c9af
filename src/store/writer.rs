//! The writer thread and the runtime's hold on it: append, commit, snapshot, health, close.
//! Must not lose, double or reorder a row, whatever the disk does.

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use super::error::{StoreError, describe};
use super::journal::{Item, Journal};
use super::queue::{Shared, StoreHealth, TicketError};
use super::recover::SnapshotRow;
use crate::domain::{Event, Timestamp};

const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// How long the thread may take to end once it was given up.
const END_PATIENCE: Duration = Duration::from_secs(1);
/// How long it may take to write what waits where nobody asked for that in order.
const LEAVE_PATIENCE: Duration = Duration::from_secs(10);

/// Hands rows to the store's thread. Rows are written in the order in which they are given here.
#[derive(Debug)]
pub struct StoreWriter {
    shared: Arc<Shared>,
    path: PathBuf,
    thread: Option<JoinHandle<()>>,
}

/// A promise of rows on the disk.
#[derive(Debug, Clone)]
pub struct Ticket {
    shared: Arc<Shared>,
    position: u64,
}

impl Ticket {
    /// Waits until the rows of this ticket and all before them are on the disk; a zero timeout only
    /// asks.
    ///
    /// # Errors
    /// `StillWaiting` when the time is over, after which the ticket may be asked again; `Stopped`
    /// when the writer ended without writing them.
    pub fn wait(&self, timeout: Duration) -> Result<(), TicketError> {
        self.shared.wait(self.position, timeout)
    }
}

/// Tells how the store is doing; cheap to ask and to clone.
#[derive(Debug, Clone)]
pub struct HealthHandle {
    shared: Arc<Shared>,
}

impl HealthHandle {
    /// How the store is doing.
    pub fn get(&self) -> StoreHealth {
        self.shared.health()
    }

    /// Rows in memory that are not written yet.
    pub fn waiting_rows(&self) -> usize {
        self.shared.waiting()
    }
}

impl StoreWriter {
    pub(super) fn start(journal: Journal) -> Self {
        let shared = Shared::new(journal.slots());
        let path = journal.path().to_owned();
        let own = Arc::clone(&shared);
        let spawned = std::thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || {
                let _ending = Ending(&own);
                run(&own, journal);
            });
        let thread = match spawned {
            Ok(thread) => Some(thread),
            Err(error) => {
                shared.stop(Some(format!(
                    "the store's thread cannot be started ({error}): free memory and restart"
                )));
                None
            }
        };
        Self {
            shared,
            path,
            thread,
        }
    }

    /// Takes events to be written soon: within about 200 ms, or with the next commit. They are
    /// safe from a kill once written and from a power cut once a later commit is done. Waits while
    /// the queue is full and the disk keeps up, for two seconds at most.
    ///
    /// # Errors
    /// When an event names an instrument or indicator that the store does not know, when the disk
    /// fails and two million rows wait already, or when the writer has stopped; none of the events
    /// was taken then.
    pub fn append(&self, events: impl Into<Arc<[Event]>>) -> Result<(), StoreError> {
        self.shared.put(events.into(), false).map(|_| ())
    }

    /// Takes events to be written at once; the ticket is done when they and all before them are on
    /// the disk. Commits that come while one is written go into the next transaction together.
    ///
    /// # Errors
    /// As [`StoreWriter::append`].
    pub fn commit(&self, events: impl Into<Arc<[Event]>>) -> Result<Ticket, StoreError> {
        let position = self.shared.put(events.into(), true)?;
        Ok(self.ticket(position))
    }

    /// Takes the engine's state after event `sequence`, to be written in its turn; the newest few
    /// are kept.
    pub fn snapshot(&self, sequence: u64, time: Timestamp, body: String) -> Ticket {
        let position = self.shared.put_snapshot(Item::Snapshot(SnapshotRow {
            sequence,
            time,
            body,
        }));
        self.ticket(position)
    }

    fn ticket(&self, position: u64) -> Ticket {
        Ticket {
            shared: Arc::clone(&self.shared),
            position,
        }
    }

    /// How the store is doing.
    pub fn health(&self) -> StoreHealth {
        self.shared.health()
    }

    /// A way for others to ask how the store is doing.
    pub fn health_handle(&self) -> HealthHandle {
        HealthHandle {
            shared: Arc::clone(&self.shared),
        }
    }

    /// Writes all that waits and frees the folder.
    ///
    /// # Errors
    /// When rows could not be written within `timeout`; they are lost with the process.
    pub fn close(mut self, timeout: Duration) -> Result<(), StoreError> {
        let closed = self.shared.close(timeout);
        if let Some(thread) = self.thread.take() {
            join(thread, END_PATIENCE);
        }
        closed.map_err(|(rows, text)| StoreError::NotWritten {
            path: self.path.clone(),
            rows,
            text,
        })
    }
}

impl Drop for StoreWriter {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            self.shared.leave();
            join(thread, LEAVE_PATIENCE);
        }
    }
}

#[cfg(test)]
impl StoreWriter {
    /// Ends as a kill would: what waits in memory is gone.
    pub(super) fn crash(mut self) {
        self.shared.abandon();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }

    /// Has the writer's connection changed before its next attempt.
    pub(crate) fn probe(&self, probe: impl FnOnce(&rusqlite::Connection) + Send + 'static) {
        self.shared.set_probe(Box::new(probe));
    }
}

/// Waits for the thread, but not for ever: a disk that hangs must not keep the program from ending.
fn join(thread: JoinHandle<()>, patience: Duration) {
    let until = Instant::now() + patience;
    while !thread.is_finished() && Instant::now() < until {
        std::thread::sleep(Duration::from_millis(1));
    }
    if thread.is_finished() {
        let _ = thread.join();
    }
}

/// Tells the others that the thread has ended, also when it panicked.
struct Ending<'a>(&'a Shared);

impl Drop for Ending<'_> {
    fn drop(&mut self) {
        self.0.stop(None);
    }
}

fn run(shared: &Shared, mut journal: Journal) {
    while let Some(batch) = shared.take() {
        let mut pause = FIRST_PAUSE;
        loop {
            #[cfg(test)]
            if let Some(probe) = shared.take_probe() {
                probe(&journal.connection);
            }
            match journal.write(&batch.items, batch.full) {
                Ok(()) => {
                    shared.written(&batch);
                    break;
                }
                Err(error) => {
                    let text = describe(journal.path(), &error);
                    tracing::warn!(error = %error, "{text}");
                    shared.failed(text);
                    if !shared.pause(pause) {
                        return;
                    }
                    pause = (pause * 2).min(LONGEST_PAUSE);
                }
            }
        }
    }
    journal.finish();
}
