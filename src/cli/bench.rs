//! `bench`: measures this build on this machine.
//! Must not hold logic of its own: the runtime does.

use std::io::Write;

use super::args::{BenchArgs, GlobalArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// Always: it is not built yet.
pub fn run(global: &GlobalArgs, args: &BenchArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let _ = (global, args, out);
    Err(CliError::NotBuilt("bench"))
}
