//! Sources of ticks: the simulator, tapes, the tick server and venues.
//! Must not know what is made of the ticks.

mod registry;
mod sink;

pub use registry::InstrumentRegistry;
pub use sink::{FeedBatch, FeedCounters, FeedSink, SinkError};
