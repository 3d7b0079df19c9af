//! `completions`: prints what a shell needs to complete arguments.
//! Must not install anything.

use std::io::Write;

use clap::CommandFactory;

use super::args::{Cli, CompletionsArgs};
use super::error::CliError;

/// Runs it.
///
/// # Errors
/// When the output cannot be written.
pub fn run(args: &CompletionsArgs, out: &mut dyn Write) -> Result<(), CliError> {
    // The generator panics where its writer fails, as a pipe that closes early does.
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "titan-tui", &mut text);
    out.write_all(&text)?;
    Ok(())
}
