//! Strategies: closed bars and indicator values in, signals with their reasons out.
//! Must not know orders, positions or money.
//!
//! Adding a strategy is one file here, its `mod` line and its line in `registry`.

mod confluence;
mod crossover;
mod registry;
mod settings;
mod strategy;

pub use registry::{build, required_indicators, strategy_kinds};
pub use strategy::{Strategy, StrategyContext, StrategyError};
