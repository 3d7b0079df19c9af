//! Runs a feed and brings it back when it breaks; keeps the board of all workers' states.
//! Must not hide a failure: each is logged and shown, as the feed's state and on the board.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::domain::FeedStatus;
use crate::feeds::{self, FeedError, FeedOptions, FeedSink, FeedSpec};
use crate::view::{WorkerKind, WorkerRow, WorkerState};

use super::log_ring::wall_clock;

/// How often a feed that crashes is started again.
const RESTARTS_MAX: u32 = 3;

/// The state of every worker, for the screen.
#[derive(Debug, Clone, Default)]
pub(super) struct Workers(Arc<Mutex<Vec<WorkerRow>>>);

impl Workers {
    /// Adds a worker that runs.
    pub(super) fn add(&self, name: &str, kind: WorkerKind) -> Worker {
        let mut rows = self.lock();
        rows.push(WorkerRow {
            name: name.to_owned(),
            kind,
            state: WorkerState::Running,
            restarts: 0,
            last_error: None,
            since: wall_clock(),
        });
        Worker {
            board: self.clone(),
            place: rows.len() - 1,
        }
    }

    /// All of them, as they are now.
    pub(super) fn rows(&self) -> Vec<WorkerRow> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<WorkerRow>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A worker's own row on the board; it counts as stopped when this is dropped while it runs, and
/// as failed when a panic drops it.
#[derive(Debug)]
pub(super) struct Worker {
    board: Workers,
    place: usize,
}

impl Worker {
    /// Says a new state; the same again changes nothing.
    pub(super) fn set(&self, state: WorkerState) {
        self.change(|row| {
            if row.state == state {
                return;
            }
            match &state {
                WorkerState::Restarting { attempt, .. } => row.restarts = *attempt,
                WorkerState::Failed(text) => row.last_error = Some(text.clone()),
                WorkerState::Running | WorkerState::Stopped => {}
            }
            row.state = state;
            row.since = wall_clock();
        });
    }

    /// Says what went wrong.
    pub(super) fn note_error(&self, text: String) {
        self.change(|row| row.last_error = Some(text));
    }

    fn change(&self, change: impl FnOnce(&mut WorkerRow)) {
        if let Some(row) = self.board.lock().get_mut(self.place) {
            change(row);
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.set(WorkerState::Failed("crashed: see the log".to_owned()));
        }
        let mut rows = self.board.lock();
        if let Some(row) = rows.get_mut(self.place)
            && !matches!(row.state, WorkerState::Failed(_))
        {
            row.state = WorkerState::Stopped;
            row.since = wall_clock();
        }
    }
}

/// Runs one feed to its end.
///
/// # Errors
/// When the feed cannot go on and starting it again would not help.
pub(super) async fn run_feed(
    spec: FeedSpec,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
    worker: Worker,
) -> Result<(), FeedError> {
    let mut restarts = 0;
    loop {
        let task = feeds::run(spec.clone(), options.clone(), sink.clone(), stop.clone());
        let outcome = tokio::spawn(task).await;
        match outcome {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(problem)) => {
                error!(feed = %spec, %problem, "the feed has ended with an error");
                worker.set(WorkerState::Failed(problem.to_string()));
                // The engine may be gone already; then nobody needs the state.
                let _ = sink.status(FeedStatus::Down(problem.to_string()));
                return Err(problem);
            }
            Err(crash) if crash.is_panic() && restarts < RESTARTS_MAX => {
                restarts += 1;
                let wait = Duration::from_secs(1 << restarts);
                warn!(feed = %spec, restarts, "the feed crashed and is started again");
                let text = format!(
                    "crashed, restart {restarts}/{RESTARTS_MAX} in {} s",
                    wait.as_secs()
                );
                let _ = sink.status(FeedStatus::Down(text));
                sink.counters().plan_retry(wait);
                worker.note_error(last_words(crash));
                let wait_ns = i64::try_from(wait.as_nanos()).unwrap_or(i64::MAX);
                worker.set(WorkerState::Restarting {
                    attempt: restarts,
                    at: wall_clock().plus_nanos(wait_ns),
                });
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.cancelled() => return Ok(()),
                }
                worker.set(WorkerState::Running);
            }
            Err(crash) => {
                let text = format!("crashed {} times and is given up", restarts + 1);
                error!(feed = %spec, %crash, text, "the feed has ended with an error");
                worker.set(WorkerState::Failed(text.clone()));
                // The engine may be gone already; then nobody needs the state.
                let _ = sink.status(FeedStatus::Down(text.clone()));
                return Err(FeedError::Failed {
                    feed: spec.to_string(),
                    reason: text,
                });
            }
        }
    }
}

/// What a task said when it crashed.
fn last_words(crash: tokio::task::JoinError) -> String {
    let Ok(payload) = crash.try_into_panic() else {
        return "was cancelled".to_owned();
    };
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "crashed without a word".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_followed_to_its_end() {
        let workers = Workers::default();
        let feed = workers.add("sim", WorkerKind::Feed);
        let engine = workers.add("engine", WorkerKind::Engine);
        let row = |place: usize| workers.rows()[place].clone();
        assert_eq!(row(0).state, WorkerState::Running);
        let at = wall_clock();
        feed.note_error("index out of bounds".to_owned());
        feed.set(WorkerState::Restarting { attempt: 2, at });
        assert_eq!((row(0).restarts, row(0).state.name()), (2, "restarting"));
        feed.set(WorkerState::Running);
        let expected = Some("index out of bounds".to_owned());
        assert_eq!((row(0).restarts, row(0).last_error), (2, expected));
        drop(feed);
        assert_eq!(row(0).state, WorkerState::Stopped);
        let crashed = std::thread::spawn(move || {
            let _engine = engine;
            panic!("on purpose");
        });
        assert!(crashed.join().is_err());
        let crashed = WorkerState::Failed("crashed: see the log".to_owned());
        assert_eq!(row(1).state, crashed);
    }
}
