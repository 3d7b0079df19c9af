//! The simulated exchange as a program of its own (WIRE §6): its server and the client of it.
//! Must not share anything between the two but the message on the wire.

mod client;
mod server;

pub use client::{FrameError, decode};
pub(super) use client::{instruments, run};
pub use server::{TickServer, TickServerOptions, serve};

/// Where a tick server listens when nothing else is said.
pub const DEFAULT_URL: &str = "ws://127.0.0.1:9001/ws";
