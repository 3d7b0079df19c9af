//! `tickserver`: serves simulated ticks over WebSocket.
//! Must not hold logic of its own: the runtime does.

use std::io::Write;

use super::args::{GlobalArgs, TickserverArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// Always: it is not built yet.
pub fn run(
    global: &GlobalArgs,
    args: &TickserverArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let _ = (global, args, out);
    Err(CliError::NotBuilt("tickserver"))
}
