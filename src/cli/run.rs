//! `run`: the desk, on the screen or headless.
//! Must not hold logic of its own: the runtime does.

use std::io::Write;

use super::args::{GlobalArgs, RunArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// Always: it is not built yet.
pub fn run(global: &GlobalArgs, args: &RunArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let _ = (global, args, out);
    Err(CliError::NotBuilt("the desk"))
}
