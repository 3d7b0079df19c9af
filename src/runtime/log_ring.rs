//! The newest lines of the log in memory, for the screen's log pane.
//! Must not write anywhere: the file and standard error are `logging`'s.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

use crate::domain::Timestamp;

/// Records kept.
pub const RECORDS_KEPT: usize = 2_000;

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogRecord {
    /// Wall clock.
    pub time: Timestamp,
    /// How grave it is.
    pub level: Level,
    /// Which part of the program said it, for example `titan_tui::feeds::socket`.
    pub target: &'static str,
    /// What was said.
    pub message: String,
    /// Names and values that came with it, in their order.
    pub fields: Vec<(&'static str, String)>,
}

/// The newest records; any thread may add to it, and the screen reads.
#[derive(Debug, Default)]
pub struct LogRing {
    records: Mutex<VecDeque<LogRecord>>,
    added: AtomicU64,
}

impl LogRing {
    /// A ring without a record.
    pub const fn new() -> Self {
        Self {
            records: Mutex::new(VecDeque::new()),
            added: AtomicU64::new(0),
        }
    }

    /// Records ever added: a reader that saw this number has seen them all.
    pub fn added(&self) -> u64 {
        self.added.load(Ordering::Relaxed)
    }

    /// Adds a record; the oldest goes where there is no room.
    pub fn push(&self, record: LogRecord) {
        let mut records = self.lock();
        if records.len() >= RECORDS_KEPT {
            records.pop_front();
        }
        records.push_back(record);
        drop(records);
        self.added.fetch_add(1, Ordering::Relaxed);
    }

    /// Locks the records for reading, newest last; whoever logs waits meanwhile, so hold it for
    /// the lines of one frame at most.
    pub fn read(&self) -> MutexGuard<'_, VecDeque<LogRecord>> {
        self.lock()
    }

    /// The newest `limit` records at least as grave as `level`, oldest first, without the newest
    /// `skip` of them.
    pub fn newest(&self, level: Level, skip: usize, limit: usize) -> Vec<LogRecord> {
        let records = self.lock();
        let mut found: Vec<LogRecord> = records
            .iter()
            .rev()
            .filter(|record| record.level <= level)
            .skip(skip)
            .take(limit)
            .cloned()
            .collect();
        found.reverse();
        found
    }

    fn lock(&self) -> MutexGuard<'_, VecDeque<LogRecord>> {
        self.records.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Puts what is logged into a ring.
#[derive(Debug)]
pub(super) struct RingLayer(pub(super) &'static LogRing);

impl<S: Subscriber> Layer<S> for RingLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut words = Words::default();
        event.record(&mut words);
        self.0.push(LogRecord {
            time: wall_clock(),
            level: *event.metadata().level(),
            target: event.metadata().target(),
            message: words.message,
            fields: words.fields,
        });
    }
}

#[derive(Debug, Default)]
struct Words {
    message: String,
    fields: Vec<(&'static str, String)>,
}

impl Words {
    fn add(&mut self, field: &Field, text: String) {
        if field.name() == "message" {
            self.message = text;
        } else {
            self.fields.push((field.name(), text));
        }
    }
}

impl Visit for Words {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.add(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = String::new();
        // Writing to a string does not fail unless the value's own formatting does.
        let _ = write!(text, "{value:?}");
        self.add(field, text);
    }
}

pub(super) fn wall_clock() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests {
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    static RING: LogRing = LogRing::new();

    #[test]
    fn the_newest_lines_are_kept_with_their_fields_and_found_by_level() {
        let subscriber = tracing_subscriber::registry().with(RingLayer(&RING));
        tracing::subscriber::with_default(subscriber, || {
            for number in 0..2_500 {
                tracing::debug!(number, "step");
            }
            tracing::warn!(feed = "sim", wait_s = 2.5, why = ?Some(1), "lost {}", "it");
            tracing::info!("plain");
        });
        assert_eq!(RING.added(), 2_502);
        assert_eq!(RING.read().len(), RECORDS_KEPT);
        let grave = RING.newest(Level::WARN, 0, 10);
        let [warning] = grave.as_slice() else {
            panic!("{grave:?}");
        };
        assert_eq!(warning.message, "lost it");
        let fields: Vec<(&str, &str)> = warning
            .fields
            .iter()
            .map(|(name, value)| (*name, value.as_str()))
            .collect();
        let expected = [("feed", "sim"), ("wait_s", "2.5"), ("why", "Some(1)")];
        assert_eq!(fields, expected);
        let messages = |level, skip, limit| -> Vec<String> {
            let found = RING.newest(level, skip, limit);
            found.into_iter().map(|record| record.message).collect()
        };
        assert_eq!(messages(Level::INFO, 0, 5), ["lost it", "plain"]);
        assert_eq!(messages(Level::INFO, 1, 5), ["lost it"]);
        assert_eq!(messages(Level::TRACE, 2, 1), ["step"]);
    }
}
