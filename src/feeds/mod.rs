//! Sources of ticks: the simulator, tapes, the tick server and venues.
//! Must not know what is made of the ticks.

mod backoff;
pub mod binance;
mod clock;
mod complaints;
mod control;
mod digits;
mod error;
mod kinds;
mod listing;
mod outlet;
mod pace;
pub mod recording;
mod registry;
pub mod sim;
mod sink;
mod socket;
mod spec;
pub mod tape;
pub mod tickserver;

pub use backoff::Backoff;
pub use control::{PaceControl, PaceState, SPEEDS};
pub use error::FeedError;
pub use kinds::{instruments, names, run};
pub use listing::instrument_from_config;
pub use registry::InstrumentRegistry;
pub use sink::{FeedBatch, FeedCounters, FeedSink, SinkError};
pub use spec::{FeedOptions, FeedSpec, Speed};
