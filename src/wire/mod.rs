//! The messages that peers see, one serde struct each.
//! Must not know how they travel.

pub mod tick;

pub use tick::Tick;
