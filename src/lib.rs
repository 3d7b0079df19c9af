//! titan-tui: a trading workstation for the terminal.
//!
//! The folders are floors: each uses only what stands below it. `ARCHITECTURE.md` says why, and
//! `tests/architecture.rs` holds it.

pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod execution;
pub mod feeds;
pub mod indicators;
pub mod market;
pub mod portfolio;
pub mod risk;
pub mod runtime;
pub mod signals;
pub mod store;
pub mod tui;
pub mod view;
pub mod wire;
