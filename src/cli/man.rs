//! `man`: prints the manual page, or writes one for each subcommand.
//! Must not say what `--help` does not, besides files and environment.

use std::io::Write;
use std::path::Path;

use clap::CommandFactory;

use super::args::{Cli, ManArgs};
use super::error::CliError;
use crate::tui::keymap::{self, Keymap};

const SECTIONS: &str = r#".SH ENVIRONMENT
.TP
\fBTITAN_\fISECTION\fB__\fIKEY\fR
Sets a configuration key, for example TITAN_RISK__MAX_NOTIONAL_PERCENT=5.
.TP
\fBPAPER_TRADE_MODE\fR
true for paper orders.
.TP
\fBNO_COLOR\fR
Draw without colours.
.SH FILES
.TP
\fIconfig.toml\fR
The configuration; \fBtitan-tui config path\fR says where.
.TP
\fIkeys.toml\fR
Your own keys, beside the configuration; \fBtitan-tui keys check\fR checks it.
.SH "EXIT STATUS"
0 success, 1 failure, 2 bad usage or configuration.
"#;

/// Runs it.
///
/// # Errors
/// When a page cannot be written.
pub fn run(args: &ManArgs, out: &mut dyn Write) -> Result<(), CliError> {
    match &args.dir {
        Some(folder) => write_pages(folder, out),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(Cli::command()).render(&mut page)?;
            out.write_all(&page)?;
            out.write_all(keymap::manual(&Keymap::shipped()).as_bytes())?;
            out.write_all(SECTIONS.as_bytes())?;
            Ok(())
        }
    }
}

fn write_pages(folder: &Path, out: &mut dyn Write) -> Result<(), CliError> {
    std::fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(Cli::command(), folder))
        .map_err(|error| {
            CliError::failed(
                format!("cannot write pages into {}", folder.display()),
                error,
            )
        })?;
    writeln!(out, "wrote the manual pages into {}", folder.display())?;
    Ok(())
}
