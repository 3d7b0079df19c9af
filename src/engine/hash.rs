//! One number for a whole run: equal for two runs exactly when their events are.
//! Must not depend on when or in which batches the events are seen.

use std::hash::{Hash, Hasher};

use siphasher::sip128::{Hasher128, SipHasher13};

use crate::domain::Event;

/// Folds events into a 128-bit hash (SipHash-1-3, zero key).
#[derive(Debug, Clone, Default)]
pub struct EventHasher(SipHasher13);

impl EventHasher {
    /// Folds one event in.
    #[inline]
    pub fn add(&mut self, event: &Event) {
        event.hash(&mut self.0);
    }

    /// The hash so far, as 32 hexadecimal digits.
    pub fn hex(&self) -> String {
        format!("{:032x}", self.0.finish128().as_u128())
    }

    /// The low half, for a quick comparison.
    pub fn low(&self) -> u64 {
        self.0.finish()
    }
}
