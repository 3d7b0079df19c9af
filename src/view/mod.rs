//! The read model: folds events into what a screen or an API shows.
//! Must not change anything or ask anything of the engine.

mod model;

pub use model::*;
