//! Typed configuration: its defaults, where it is read from, its checking and its documentation.
//! Must not use any other folder of this project: it stands below them all.

mod builder;
mod check;
mod document;
mod error;
pub mod keys;
mod kind;
mod load;
pub mod model;
mod nearest;
mod paths;
mod source;

pub use document::{reference, template};
pub use error::{ConfigError, Problem};
pub use load::{Loaded, load};
pub use model::*;
pub use nearest::nearest;
pub use paths::{config_file, data_dir};
pub use source::{ConfigFile, Origin, Override, Sources, place_in_file};
