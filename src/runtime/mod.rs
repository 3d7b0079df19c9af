//! Wires feeds, engine, store and screen together; supervision and shutdown.
//! Must not hold trading logic.

mod background;
pub mod bench;
mod desk;
mod engine_loop;
mod event_log;
mod feed_timers;
mod handle;
mod journal;
pub mod logging;
#[cfg(test)]
mod loop_tests;
mod publish;
pub mod replay;
mod summary;
mod supervise;
mod wake;

pub use desk::{Desk, DeskError, RunOptions};
pub use handle::{DeskHandle, Drained, HandleError, Preview, Request, SharedView};
pub use summary::{LatencySummary, Summary};
