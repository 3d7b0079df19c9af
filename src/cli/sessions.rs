//! `sessions`: lists what was recorded and can be replayed.
//! Must not hold logic of its own: the recordings know it.

use std::io::Write;

use clap::Args;

use super::args::GlobalArgs;
use super::error::CliError;
use crate::domain::Timestamp;
use crate::feeds::recording::SessionFile;
use crate::runtime::replay::{RecordedSession, sessions};

/// Arguments of `sessions`.
#[derive(Debug, Clone, Args)]
pub struct SessionsArgs {
    /// Print a JSON object a line
    #[arg(long)]
    pub json: bool,
}

/// Prints one line for each session, oldest first.
///
/// # Errors
/// When no data folder is known or the output cannot be written.
pub fn run(global: &GlobalArgs, args: &SessionsArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let folder = global.data_dir()?;
    let found = sessions(&folder);
    if args.json {
        for row in &found {
            writeln!(out, "{}", json(row))?;
        }
        return Ok(());
    }
    if found.is_empty() {
        writeln!(
            out,
            "nothing is recorded in {}: run the desk on a live or simulated feed first",
            folder.display()
        )?;
        return Ok(());
    }
    writeln!(
        out,
        "{:<22} {:<20} {:<20} {:>10} {:>9} {:>8}  INSTRUMENTS",
        "SESSION", "FIRST TICK", "LAST TICK", "TICKS", "DECISIONS", "MB"
    )?;
    for row in &found {
        print_line(row, out)?;
    }
    Ok(())
}

fn print_line(row: &RecordedSession, out: &mut dyn Write) -> std::io::Result<()> {
    let session = match &row.session {
        Ok(session) => session,
        Err(reason) => return writeln!(out, "{:<22} cannot be read: {reason}", row.id),
    };
    let time = |time: Option<Timestamp>| {
        let second = |time: Timestamp| time.floor_second().to_rfc3339();
        time.map_or_else(|| "-".to_owned(), second)
    };
    let decisions = row
        .decisions
        .map_or_else(|| "-".to_owned(), |it| it.to_string());
    // Tenths of a megabyte, rounded up.
    let tenths = session.bytes().div_ceil(100_000);
    write!(
        out,
        "{:<22} {:<20} {:<20} {:>10} {decisions:>9} {:>6}.{}  {}",
        row.id,
        time(session.begin()),
        time(session.end()),
        session.ticks(),
        tenths / 10,
        tenths % 10,
        session.instruments().join(" ")
    )?;
    let lost = session.lost();
    if lost > 0 {
        write!(out, " (lacks {lost} ticks)")?;
    }
    if !session.is_closed {
        write!(out, " (not ended: it runs, or crashed)")?;
    }
    writeln!(out)
}

fn json(row: &RecordedSession) -> serde_json::Value {
    let problem = row.session.as_ref().err();
    let session = row.session.as_ref().ok();
    let of = |read: fn(&SessionFile) -> Option<Timestamp>| {
        session.and_then(read).map(Timestamp::to_rfc3339)
    };
    let instruments = session.map(SessionFile::instruments);
    serde_json::json!({
        "id": row.id,
        "begin": of(SessionFile::begin),
        "end": of(SessionFile::end),
        "feeds": session.map(|it| &it.feeds),
        "instruments": instruments,
        "ticks": session.map(SessionFile::ticks),
        "lost": session.map(SessionFile::lost),
        "bytes": session.map(SessionFile::bytes),
        "decisions": row.decisions,
        "is_closed": session.map(|it| it.is_closed),
        "days": session.map(|it| it.days.iter().map(|day| &day.date).collect::<Vec<_>>()),
        "problem": problem,
    })
}
