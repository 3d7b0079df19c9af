//! The one integration test binary: a second one would link everything once more.
//! Must not hold tests itself.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod architecture;
mod cli;
mod dependencies;
mod desk;
mod engine;
mod feeds;
mod indicators;
mod replay;
mod store;
mod support;
