//! Technical indicators with O(1) updates on closed bars and read-only peeks on forming ones.
//! Must not know where bars come from or what is made of the values.
//!
//! Every indicator is a type of its own with one formula, [`Indicator::step`]: `update` takes the
//! step and keeps the state it leads to, `peek` takes the same step and forgets it. So the two
//! cannot differ. Adding an indicator is one file here, its `mod` line and its line in
//! `registry`.

mod adx;
mod atr;
mod bollinger;
mod catalog;
mod cci;
mod definition;
mod donchian;
mod ema;
mod ichimoku;
mod keltner;
mod macd;
mod mfi;
mod number;
mod obv;
#[cfg(test)]
mod properties;
mod registry;
mod roc;
mod rolling;
mod rsi;
mod set;
mod sma;
mod smoothing;
mod spec;
mod stochastic;
mod supertrend;
mod vwap;

pub use adx::Adx;
pub use atr::Atr;
pub use bollinger::Bollinger;
pub use catalog::IndicatorCatalog;
pub use cci::Cci;
pub use definition::{Indicator, Values};
pub use donchian::Donchian;
pub use ema::Ema;
pub use ichimoku::Ichimoku;
pub use keltner::Keltner;
pub use macd::Macd;
pub use mfi::Mfi;
pub use obv::Obv;
pub use registry::IndicatorKind;
pub use roc::Roc;
pub use rsi::Rsi;
pub use set::{IndicatorSet, IndicatorSetState, IndicatorStateError};
pub use sma::Sma;
pub use spec::{IndicatorSpec, IndicatorSpecError};
pub use stochastic::Stochastic;
pub use supertrend::SuperTrend;
pub use vwap::Vwap;
