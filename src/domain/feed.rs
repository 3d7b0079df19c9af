//! What the engine knows of a source of ticks: a number, a name and whether it is alive.
//! Must not know how a feed gets its data.

use serde::{Deserialize, Serialize};

/// Number of a feed within one run.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct FeedId(pub u16);

impl FeedId {
    /// As an index into a dense vector.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// How a feed is doing.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FeedStatus {
    /// Trying to connect.
    Connecting,
    /// Delivering.
    Live,
    /// Lost; the text says why and when it is tried again.
    Down(String),
    /// A tape or scenario that has come to its end.
    Ended,
}
