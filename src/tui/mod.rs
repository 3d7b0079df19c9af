//! The terminal desk: draws the view, takes keys, sends commands.
//! Must not decide anything about trading: what may be sent and what it costs, the engine says.

pub mod action;
mod app;
pub mod bench;
mod dispatch;
pub mod encode;
pub mod export;
mod files;
mod format;
pub mod glyphs;
mod guard;
pub mod keymap;
mod os_signals;
pub mod overlay;
mod panes;
mod render;
mod safety;
pub mod sample;
pub mod state;
pub mod theme;
mod ticket;
pub mod workspace;
mod writer;
mod zone;

pub use app::{DeskError, DeskExit, DeskOptions, run};
pub use export::{ShotFormat, shot};
pub use files::DeskFiles;
pub use render::{draw, render};
pub use safety::KillProgress;
pub use state::DeskState;
pub use theme::{ColorMode, Theme, ThemeStore};
pub use zone::Zone;
