//! Colours by role, from files, for terminals of every depth; and the gates that themes must pass.
//! Must not know where a colour is used.

mod builtin;
mod depth;
mod file;
pub mod gate;
mod paint;
pub mod palette;
mod resolve;
pub mod science;
mod slots;
mod store;
#[cfg(test)]
mod store_tests;
mod swatch;
mod up_down;

pub use builtin::{builtin, builtin_drafts, builtins, default_theme};
pub use depth::ColorMode;
pub use file::Draft;
pub use paint::Paint;
pub use slots::{Role, SLOTS, Slot, SlotSpec, TAGS, Theme, reference};
pub use store::{ThemeError, ThemeNews, ThemeStore};
pub use swatch::swatch;

pub use crate::config::UpDown;
