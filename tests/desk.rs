//! The screen as a whole: pictures at every size and depth, the byte stream, a real terminal.
//! Must not depend on a clock or on the network.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stdout,
    reason = "helpers of tests may fail loudly and tell what they measured"
)]

#[path = "desk/bytes.rs"]
mod bytes;
#[path = "desk/charts.rs"]
mod charts;
#[path = "desk/market.rs"]
mod market;
#[path = "desk/pty.rs"]
mod pty;
#[path = "desk/pty_frames.rs"]
mod pty_frames;
#[path = "desk/pty_pace.rs"]
mod pty_pace;
#[path = "desk/screens.rs"]
mod screens;
#[path = "desk/stream.rs"]
mod stream;
#[path = "desk/themes.rs"]
mod themes;
