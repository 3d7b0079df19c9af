//! The words of the trade: numbers, time, instruments, ticks, candles, signals, orders, fills,
//! and the `Event`, `Command` and `Input` that everything else is made of.
//! Must not compute anything that needs state, a clock, I/O or configuration.

pub mod candle;
pub mod command;
pub mod decision;
pub mod depth;
pub mod event;
pub mod feed;
pub mod fill;
pub mod instrument;
pub mod market;
pub mod number;
pub mod order;
pub mod signal;
pub mod tick;
pub mod time;

pub use candle::{Bar, Candle, ClosedBar, FormingBar, Timeframe};
pub use command::{Command, CommandBody, CommandId, CommandOutcome, Input};
pub use decision::{Check, Decision, DenialReason, OrderIntent};
pub use depth::{Depth, DepthLevel};
pub use event::{Account, Event, EventBody, IndicatorSlot};
pub use feed::{FeedId, FeedStatus};
pub use fill::{ExecutionId, Fill, Liquidity};
pub use instrument::{
    CandleSource, Instrument, InstrumentId, InstrumentKey, InstrumentKeyError, QuoteBasis, Session,
};
pub use market::{MarketUpdate, PRINTS_KEPT, Print};
pub use number::{NumberError, Price, Qty, Real};
pub use order::{
    Order, OrderError, OrderId, OrderKind, OrderOrigin, OrderState, OrderTransition, Side,
    TimeInForce,
};
pub use rust_decimal::Decimal;
pub use signal::{Contribution, Signal, SignalAction};
pub use tick::{Tick, TickBody};
pub use time::Timestamp;
