//! The terminal desk: draws the view, takes keys, sends commands.
//! Must not decide anything about trading: what may be sent and what it costs, the engine says.

pub mod actions;
mod app;
pub mod bench;
mod chord;
mod dispatch;
pub mod encode;
mod export;
mod format;
pub mod glyphs;
mod guard;
mod layout;
pub mod link;
mod os_signals;
mod panes;
mod render;
pub mod sample;
pub mod state;
pub mod terminal;
pub mod theme;
mod ticket;
pub mod writer;

pub use app::{DeskError, DeskExit, DeskOptions, run};
pub use export::{
    ExportError, ExportOptions, Recording, RecordingFormat, ShotFormat, export, export_with, shot,
};
pub use guard::TerminalOptions;
pub use render::{draw, render};
pub use state::DeskState;
pub use theme::{ColorMode, Theme};
