//! Wires feeds, engine, store and screen together; supervision and shutdown.
//! Must not hold trading logic.

pub mod bench;
mod desk;
mod engine_loop;
mod event_log;
mod feed_timers;
mod handle;
mod journal;
mod log_ring;
pub mod logging;
mod publish;
mod stopwatch;
mod summary;
mod supervise;
mod vitals;

pub use desk::{Desk, DeskError, RunOptions};
pub use handle::{DeskHandle, HandleError, Preview, Request, SharedView};
pub use summary::{LatencySummary, Summary};
