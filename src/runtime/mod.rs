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
mod preview;
mod publish;
mod rehearsal;
mod stopwatch;
mod summary;
mod supervise;
mod vitals;

pub use desk::{Desk, DeskError, RunOptions};
pub use handle::{Ask, DeskHandle, HandleError, Preview, Request, SharedView};
pub use rehearsal::{Advance, Rehearsal};
pub use summary::{LatencySummary, Summary};
