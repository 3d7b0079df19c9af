//! The terminal desk: draws the view, takes keys, sends commands.
//! Must not decide anything about trading: what may be sent and what it costs, the engine says.

pub mod action;
mod app;
pub mod bench;
mod dispatch;
pub mod encode;
mod export;
mod files;
mod format;
pub mod glyphs;
mod guard;
pub mod keymap;
pub mod link;
mod os_signals;
pub mod overlay;
mod panes;
mod render;
pub mod replay;
mod safety;
pub mod sample;
pub mod state;
pub mod terminal;
pub mod theme;
mod ticket;
pub mod workspace;
pub mod writer;
mod zone;

pub use app::{DeskError, DeskExit, DeskOptions, run};
pub use export::{
    ExportError, ExportOptions, Recording, RecordingFormat, ShotFormat, export, export_with, shot,
};
pub use files::DeskFiles;
pub use guard::{PatientStderr, TerminalOptions};
pub use render::{draw, pane_places, render};
pub use safety::KillProgress;
pub use state::DeskState;
pub use theme::{ColorMode, Theme, ThemeStore};
pub use zone::Zone;
