//! The wall clock, for ticks whose source gives no time of its own.
//! Must not be used where a source gives a time: event time drives all logic.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::domain::Timestamp;

/// The wall clock's time now.
pub(super) fn wall_now() -> Timestamp {
    let nanos = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_nanos()).ok())
        .unwrap_or_default();
    Timestamp::from_nanos(nanos)
}
