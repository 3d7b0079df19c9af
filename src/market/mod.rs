//! Ticks to one-second candles, candles to bars, and the session calendar.
//! Must not know indicators, orders, or any clock but event time.

mod second;
mod session;
mod timeframe;

pub use second::{Late, SecondAggregator};
pub use session::{Segment, SessionCalendar, SessionError};
pub use timeframe::TimeframeBuilder;
