//! How far the kill switch has come: latched, orders gone, positions closed.
//! Must not claim a stage that the events have not shown.

use std::collections::BTreeSet;

use crate::domain::{OrderId, Timestamp};

/// The stages of the kill switch, in event time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KillView {
    /// New orders are refused since then.
    pub latched: Timestamp,
    /// Orders that worked then and are not final yet.
    pub waiting: BTreeSet<OrderId>,
    /// All of them are final since then.
    pub cancelled: Option<Timestamp>,
    /// Nothing is held since then, and no such order works.
    pub flat: Option<Timestamp>,
}

impl KillView {
    pub(super) const fn latch(latched: Timestamp, waiting: BTreeSet<OrderId>) -> Self {
        Self {
            latched,
            waiting,
            cancelled: None,
            flat: None,
        }
    }

    /// Milliseconds from the latch until all orders were gone.
    pub fn cancelled_ms(&self) -> Option<i64> {
        self.since_latch(self.cancelled)
    }

    /// Milliseconds from the latch until nothing was held.
    pub fn flat_ms(&self) -> Option<i64> {
        self.since_latch(self.flat)
    }

    fn since_latch(&self, moment: Option<Timestamp>) -> Option<i64> {
        Some(moment?.nanos_since(self.latched) / 1_000_000)
    }

    /// Notes an order that is final.
    pub(super) fn done(&mut self, order: OrderId) {
        self.waiting.remove(&order);
    }

    /// Notes what is left at `time`.
    pub(super) fn follow(&mut self, time: Timestamp, is_flat: bool) {
        if self.waiting.is_empty() {
            self.cancelled.get_or_insert(time);
            if is_flat {
                self.flat.get_or_insert(time);
            }
        }
    }
}
