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
mod log_ring;
pub mod logging;
#[cfg(test)]
mod loop_tests;
mod preview;
mod publish;
mod rehearsal;
pub mod replay;
mod stopwatch;
mod summary;
mod supervise;
mod vitals;
mod wake;

pub use desk::{Desk, DeskError, RunOptions};
pub use handle::{Ask, DeskHandle, Drained, HandleError, Preview, Request, SharedView};
pub use rehearsal::{Advance, Rehearsal};
pub use summary::{LatencySummary, Summary};
