//! Wires feeds, engine, store and screen together; supervision and shutdown.
//! Must not hold trading logic.

pub mod bench;
mod desk;
mod engine_loop;
mod event_log;
mod feed_timers;
mod handle;
mod journal;
pub mod logging;
mod preview;
mod publish;
mod summary;
mod supervise;

pub use desk::{Desk, DeskError, RunOptions};
pub use handle::{Ask, DeskHandle, HandleError, Preview, Request, SharedView};
pub use summary::{LatencySummary, Summary};
