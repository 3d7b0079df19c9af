//! Numbers the events of one engine.
//! Must not drop, reorder or renumber.

use crate::domain::{Event, EventBody, Timestamp};

/// Events since the reader last took them, and the number of the newest.
#[derive(Debug, Default)]
pub(super) struct EventLog {
    pub(super) sequence: u64,
    pub(super) events: Vec<Event>,
}

impl EventLog {
    /// Adds an event; returns its number so that what it causes can name it.
    #[inline]
    pub(super) fn emit(&mut self, cause: u64, time: Timestamp, body: EventBody) -> u64 {
        self.sequence += 1;
        self.events.push(Event {
            sequence: self.sequence,
            cause,
            time,
            body,
        });
        self.sequence
    }
}
