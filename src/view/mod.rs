//! The read model: folds events into what a screen or an API shows.
//! Must not change anything or ask anything of the engine.

mod fold;
mod model;
#[cfg(test)]
mod tests;

pub use fold::ViewFold;
pub use model::*;
