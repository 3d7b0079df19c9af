//! Wires feeds, engine, store and screen together; supervision and shutdown.
//! Must not hold trading logic.

mod handle;

pub use handle::{DeskHandle, HandleError, Preview, Request, SharedView};
