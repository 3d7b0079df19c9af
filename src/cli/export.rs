//! `export`: writes what the store holds.
//! Must not hold logic of its own: the runtime does.

use std::io::Write;

use super::args::{ExportArgs, GlobalArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// Always: it is not built yet.
pub fn run(global: &GlobalArgs, args: &ExportArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let _ = (global, args, out);
    Err(CliError::NotBuilt("export"))
}
