//! Counts bad rows and frames and tells of the first ones in full.
//! Must not flood the log: a source that is all rubbish gets a few lines.

use std::fmt::Display;
use std::sync::atomic::Ordering;

use tracing::warn;

use super::error::FeedError;
use super::sink::FeedSink;

/// How many are told in full.
const IN_FULL: u64 = 10;

/// What was wrong with one source so far.
#[derive(Debug)]
pub(super) struct Complaints {
    source: String,
    strict: bool,
    count: u64,
}

impl Complaints {
    /// For one source; a strict one ends at the first complaint.
    pub(super) fn new(source: impl Into<String>, strict: bool) -> Self {
        Self {
            source: source.into(),
            strict,
            count: 0,
        }
    }

    /// Takes one: `place` follows the source's name, as `:12` for a line.
    ///
    /// # Errors
    /// When the source is strict.
    pub(super) fn report(
        &mut self,
        sink: &FeedSink,
        place: impl Display,
        reason: impl Display,
    ) -> Result<(), FeedError> {
        self.count = self.count.saturating_add(1);
        sink.counters().malformed.fetch_add(1, Ordering::Relaxed);
        if self.strict {
            return Err(FeedError::Malformed {
                place: format!("{}{place}", self.source),
                reason: reason.to_string(),
            });
        }
        if self.count <= IN_FULL {
            warn!(
                count = self.count,
                "{}{place}: {reason}; skipped", self.source
            );
        } else if self.count.is_power_of_two() {
            warn!(
                count = self.count,
                "{}: {} malformed so far, the last: {reason}", self.source, self.count
            );
        }
        Ok(())
    }

    /// Tells the sum once the source is read.
    pub(super) fn summarise(&self, rows: u64) {
        if self.count > 0 {
            warn!(
                count = self.count,
                rows, "{}: {} of {rows} rows skipped as malformed", self.source, self.count
            );
        }
    }
}
