//! The program `titan-tui`.
//! Must not do anything but call the command line.

use std::process::ExitCode;

fn main() -> ExitCode {
    titan_tui::cli::main()
}
