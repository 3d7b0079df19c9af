//! The read model: folds events into what a screen or an API shows.
//! Must not change anything or ask anything of the engine.
//!
//! [`View`] is plain data behind one lock; [`ViewFold`] keeps it up with events (which are never
//! lost) and market updates (which are conflated). Every ring is bounded. What a reader needs only
//! now and then is computed from the data when it asks: [`risk`], [`View::chart_events`],
//! [`View::fills_of`]. Indicator series of a chart live outside, with the screen: [`StudySet`].

mod book;
mod day;
mod equity;
mod flow;
mod fold;
mod fold_market;
mod fold_trade;
mod model;
mod past;
mod query;
mod records;
pub mod risk;
mod session;
mod sizing;
mod study;
mod system;
mod tape;
#[cfg(test)]
mod tests;
mod trades;

pub use book::{BookFlow, BookView, QueueSpot};
pub use day::{DayView, SPARK_POINTS, Sparkline};
pub use equity::{EQUITY_POINTS, EquityCurve, EquityPoint};
pub use fold::ViewFold;
pub use model::*;
pub use past::Past;
pub use query::{ChartEvent, ChartEventKind};
pub use records::{
    DecisionRecord, OrderStep, RECORDS_KEPT, RecordOutcome, Records, STEPS_KEPT, Timing,
};
pub use session::SessionStats;
pub use sizing::SizingFacts;
pub use study::{STUDIES_KEPT, Study, StudyLine, StudySet};
pub use system::{
    BuildInfo, BusView, Latencies, LatencyFigures, LatencyKind, QueueFigures, StoreFigures,
    SystemView, WorkerKind, WorkerRow, WorkerState,
};
pub use tape::{PRICES_KEPT, TapeView, TradedAt, TradedView};
pub use trades::{ClosedTrade, OpenTrade};
