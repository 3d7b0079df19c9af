//! `shot`: draws one frame of the desk into a file.
//! Must not hold logic of its own: the runtime does.

use std::io::Write;

use super::args::{GlobalArgs, ShotArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// Always: it is not built yet.
pub fn run(global: &GlobalArgs, args: &ShotArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let _ = (global, args, out);
    Err(CliError::NotBuilt("shot"))
}
