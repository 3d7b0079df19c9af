//! Recorded sessions: every input of a desk's engine, written as it came and played again.
//! Must not know what was made of the inputs; the engine's state at the begin is a text to it.

mod catalog;
mod form;
mod frames;
mod play;
mod recorder;
mod session;
#[cfg(test)]
mod tests;

pub use catalog::{Found, Listed, find, folder, list};
pub use recorder::{Recorder, RecorderOptions, RecordingHandle, RecordingStatus};
pub use session::{DayFile, SessionFile};

pub(super) use play::{instruments, run};
