//! Typed configuration with its defaults; every other folder takes its parameters from here.
//! Must not use any other folder of this project: it stands below them all.

pub mod model;

pub use model::*;
