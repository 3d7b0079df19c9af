//! The command line: what may be typed, and a file for each subcommand.
//! Must not hold logic of its own.

mod args;
mod bench;
mod completions;
mod config;
mod doctor;
mod error;
mod export;
mod instruments;
mod keys;
mod man;
mod names;
mod replay;
mod run;
mod session;
mod sessions;
mod shot;
mod themes;
mod tickserver;

use std::error::Error;
use std::ffi::OsString;
use std::io::{self, BufWriter, LineWriter, Write};
use std::process::ExitCode;

use clap::Parser;

use crate::tui::{self, PatientStderr};

pub use args::{
    BenchArgs, BenchKind, Cli, CliCommand, CompletionsArgs, ConfigArgs, ConfigCommand, DoctorArgs,
    ExportArgs, ExportFormat, ExportKind, GlobalArgs, InitArgs, InstrumentsArgs, LogLevel, ManArgs,
    RunArgs, ShotArgs, ShowArgs, SourceArgs, SummaryFormat, TickserverArgs,
};
pub use error::CliError;
pub use keys::{KeysArgs, KeysCheckArgs, KeysCommand, KeysListArgs};
pub use replay::ReplayArgs;
pub use sessions::SessionsArgs;
pub use themes::{CheckArgs, ColorChoice, ShowThemeArgs, ThemesArgs, ThemesCommand};

/// The program: reads the arguments of the process, does what they say, and reports.
pub fn main() -> ExitCode {
    // Not locked for the whole run: the screen and the log write there, too.
    run_with(
        std::env::args_os(),
        &mut BufWriter::new(io::stdout()),
        &mut LineWriter::new(PatientStderr),
    )
}

/// As [`main`], with the arguments and both outputs given.
pub fn run_with(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> ExitCode {
    let cli = match Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => {
            // Help goes to stdout, a mistake to stderr; clap colours both as the terminal allows.
            let _ = error.print();
            return ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2));
        }
    };
    let result = dispatch(&cli, out).and_then(|()| out.flush().map_err(CliError::Output));
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is_broken_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            // What was written before the failure is still wanted.
            let _ = out.flush();
            report(&error, cli.global.verbose > 0, err);
            ExitCode::from(error.exit_code())
        }
    }
}

fn dispatch(cli: &Cli, out: &mut dyn Write) -> Result<(), CliError> {
    cli.check()?;
    let global = &cli.global;
    match &cli.command {
        None => run::run(global, &cli.run, out),
        Some(CliCommand::Config(args)) => config::run(global, args, out),
        Some(CliCommand::Doctor(args)) => doctor::run(global, args, out),
        Some(CliCommand::Keys(args)) => keys::run(global, args, out),
        Some(CliCommand::Completions(args)) => completions::run(args, out),
        Some(CliCommand::Man(args)) => man::run(args, out),
        Some(CliCommand::Tickserver(args)) => tickserver::run(global, args, out),
        Some(CliCommand::Export(args)) => export::run(global, args, out),
        Some(CliCommand::Instruments(args)) => instruments::run(global, args, out),
        Some(CliCommand::Sessions(args)) => sessions::run(global, args, out),
        Some(CliCommand::Replay(args)) => replay::run(global, args, out),
        Some(CliCommand::Bench(args)) => bench::run(global, args, out),
        Some(CliCommand::Shot(args)) => shot::run(global, args, out),
        Some(CliCommand::ResetTty) => {
            tui::terminal::reset().map_err(|error| CliError::Failure(error.to_string()))
        }
        Some(CliCommand::Themes(args)) => themes::run(global, args, out),
    }
}

fn report(error: &CliError, chain: bool, err: &mut dyn Write) {
    // Nothing is left to tell if stderr is gone too.
    let line = error.to_string();
    let _ = writeln!(err, "titan-tui: {line}");
    let mut cause = error.source();
    while let (true, Some(inner)) = (chain, cause) {
        let text = inner.to_string();
        // Most lines end with their first cause already.
        if !line.contains(&text) {
            let _ = writeln!(err, "  caused by: {text}");
        }
        cause = inner.source();
    }
}
