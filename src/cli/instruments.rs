//! `instruments`: lists the instruments of the feeds.
//! Must not hold logic of its own: the runtime does.

use std::io::Write;

use super::args::{GlobalArgs, InstrumentsArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// Always: it is not built yet.
pub fn run(
    global: &GlobalArgs,
    args: &InstrumentsArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let _ = (global, args, out);
    Err(CliError::NotBuilt("instruments"))
}
