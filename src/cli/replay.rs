//! `replay` and `--demo`: a desk of its own on what was recorded, or on the demo's market.
//! Must not hold logic of its own: the replay does.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use clap::Args;
use tokio_util::sync::CancellationToken;

use super::args::{GlobalArgs, RunArgs, parse_basis, parse_start};
use super::error::CliError;
use super::session::{self, feed_error};
use crate::config::{Config, Override};
use crate::domain::{InstrumentKey, QuoteBasis, SignalAction, Timestamp};
use crate::feeds::{FeedSpec, Speed};
use crate::runtime::logging;
use crate::runtime::replay::{
    DecisionDiff, DecisionRecord, DiffField, DiffKind, DiffRow, ReplayDesk, ReplayError,
    ReplayOptions, ReplaySource,
};
use crate::tui::{self, DeskExit};

/// Time between two looks whether a replay without a screen is over.
const LOOK: Duration = Duration::from_millis(200);
/// How long its last events may take.
const PATIENCE: Duration = Duration::from_secs(600);

/// Arguments of `replay`.
#[derive(Debug, Clone, Args)]
#[command(
    after_help = "Examples:\n  titan-tui replay session:last --speed 10\n  \
    titan-tui replay session:2026-11-20 --headless\n  \
    titan-tui replay day.csv.gz --set strategy.0.threshold=0.6 --json"
)]
pub struct ReplayArgs {
    /// A tape, or session:ID, session:DATE, session:last
    pub source: String,
    /// Pace: 1 for real time, N times as fast, or max; without a screen max
    #[arg(long, value_name = "1|N|max")]
    pub speed: Option<Speed>,
    /// Open at this event time, RFC 3339
    #[arg(long, value_name = "RFC3339", value_parser = parse_start)]
    pub from: Option<Timestamp>,
    /// Pause at this event time, RFC 3339
    #[arg(long, value_name = "RFC3339", value_parser = parse_start)]
    pub to: Option<Timestamp>,
    /// Take only this instrument, for example SIM:TITAN; may be repeated
    #[arg(long, value_name = "EX:TOK")]
    pub instrument: Vec<InstrumentKey>,
    /// Side of the quotes that makes candles where there are no trades
    #[arg(long, value_name = "bid|ask|mid", value_parser = parse_basis)]
    pub basis: Option<QuoteBasis>,
    /// Print what was decided instead of opening the desk
    #[arg(long)]
    pub headless: bool,
    /// The same as one JSON object
    #[arg(long)]
    pub json: bool,
    /// Draw with ASCII characters alone
    #[arg(long)]
    pub ascii: bool,
}

/// Replays on the screen; without one prints what was decided and how that compares.
///
/// # Errors
/// When the source is not known or cannot be read, or the screen fails.
pub fn run(global: &GlobalArgs, args: &ReplayArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let config = Arc::new(global.load_config(overrides(args))?.config);
    let has_screen = !args.headless
        && !args.json
        && std::io::stdin().is_terminal()
        && std::io::stdout().is_terminal();
    let natural = if has_screen { Speed::LIVE } else { Speed::Max };
    let data_dir = global.data_dir().ok();
    let options = ReplayOptions {
        basis: args.basis.unwrap_or(QuoteBasis::Mid),
        only: args.instrument.clone(),
        speed: args.speed.unwrap_or(natural),
        from: args.from,
        to: args.to,
        has_screen,
        ..ReplayOptions::new(source(&args.source)?, config, data_dir)
    };
    if has_screen {
        return show(global, options);
    }
    let level = global.log.map_or("warn", super::args::LogLevel::as_str);
    let _log = logging::to_stderr(level).map_err(|error| CliError::Usage(error.to_string()))?;
    let diff = decide(options)?;
    let rows: Vec<&DiffRow> = diff
        .rows
        .iter()
        .filter(|row| is_asked_for(args, row))
        .collect();
    if args.json {
        print_json(&rows, out)
    } else {
        print_text(&rows, out)
    }
}

/// Opens the desk on the demo.
///
/// # Errors
/// When the screen fails.
pub(super) fn demo(global: &GlobalArgs, args: &RunArgs) -> Result<(), CliError> {
    let config = global.load_config(args.overrides())?.config;
    show(global, ReplayOptions::demo(config.desk))
}

fn overrides(args: &ReplayArgs) -> Vec<Override> {
    RunArgs {
        ascii: args.ascii,
        ..RunArgs::default()
    }
    .overrides()
}

/// A feed that can be replayed, or the path of a tape.
fn source(text: &str) -> Result<ReplaySource, CliError> {
    match text.parse() {
        Ok(FeedSpec::Tape(path)) => Ok(ReplaySource::Tape(path)),
        Ok(FeedSpec::Session(session)) => Ok(ReplaySource::Session(session)),
        Ok(other) => Err(CliError::Usage(format!(
            "{other} cannot be replayed: name a tape or session:ID; `titan-tui sessions` lists them"
        ))),
        Err(_) if std::path::Path::new(text).exists() => {
            Ok(ReplaySource::Tape(PathBuf::from(text)))
        }
        Err(error) => Err(feed_error(error)),
    }
}

fn show(global: &GlobalArgs, options: ReplayOptions) -> Result<(), CliError> {
    let config: Arc<Config> = Arc::clone(&options.config);
    let level = global.log.map_or("info", super::args::LogLevel::as_str);
    let log = match options.data_dir.as_deref() {
        Some(folder) => logging::to_folder(folder, level),
        None => logging::to_memory(level),
    };
    let log = log.map_err(|error| CliError::Failure(error.to_string()))?;
    let runtime = session::runtime()?;
    let replay = ReplayDesk::start(options)?;
    let (keys, notice) = super::keys::load(global, super::keys::DEFAULT_PROFILE);
    let screen = tui::DeskOptions {
        config: config.desk.clone(),
        stale_after_ms: config.risk.stale_after_ms.into(),
        feed_names: vec![replay.control().status().source],
        color: None,
        replay: Some(replay.control().clone()),
        files: tui::DeskFiles::default(),
        keymap: keys.keymap,
        notice,
        log_file: log
            .folder
            .as_ref()
            .map(|it| it.join(super::run::STDERR_FILE)),
        stop: CancellationToken::new(),
    };
    let shown = tui::run(replay.handle().clone(), screen, runtime.handle());
    replay.finish()?;
    match shown.map_err(|error| CliError::Failure(error.to_string()))? {
        DeskExit::Signal(number) => Err(CliError::Signal(number)),
        DeskExit::Quit | DeskExit::Stopped => Ok(()),
    }
}

fn decide(options: ReplayOptions) -> Result<Arc<DecisionDiff>, CliError> {
    let replay = ReplayDesk::start(options)?;
    while !replay.control().wait_until_still(LOOK) {}
    let arrived = replay.run_out(PATIENCE);
    let diff = replay.control().diff();
    // What its desk broke of says more than that it broke.
    replay.finish()?;
    arrived?;
    Ok(diff)
}

fn is_asked_for(args: &ReplayArgs, row: &DiffRow) -> bool {
    row.record().is_some_and(|record| {
        args.from.is_none_or(|from| record.time >= from)
            && args.to.is_none_or(|to| record.time <= to)
    })
}

fn print_text(rows: &[&DiffRow], out: &mut dyn Write) -> Result<(), CliError> {
    for row in rows {
        let Some(record) = row.record() else { continue };
        let key = &record.key;
        write!(
            out,
            "{} {} {} {} {}",
            record.time,
            key.instrument,
            key.timeframe,
            key.strategy,
            said(record)
        )?;
        match (&row.kind, &row.live) {
            (DiffKind::Same, _) => writeln!(out, " | same")?,
            (DiffKind::OnlyLive, _) => writeln!(out, " | only live")?,
            (DiffKind::OnlyReplay, _) => writeln!(out, " | only in the replay")?,
            (DiffKind::Differs(fields), live) => {
                let names: Vec<&str> = fields.iter().map(|it| it.text()).collect();
                let live = live.as_ref().map(said).unwrap_or_default();
                writeln!(out, " | differs in {}; live {live}", names.join(", "))?;
            }
        }
    }
    let summary = DecisionDiff::summarise(rows.iter().copied());
    writeln!(out, "{} decisions: {summary}", rows.len())?;
    Ok(())
}

/// What a strategy said and what became of it, in a few words.
fn said(record: &DecisionRecord) -> String {
    let action = word(record.action);
    let mut text = format!("{action} {:.4} at {}", record.confidence, record.price);
    if let Some(rule) = &record.blocked_by {
        text.push_str(&format!(", held back by {rule}"));
    }
    match &record.verdict {
        None => text.push_str(", no order"),
        Some(verdict) if verdict.approved => {
            text.push_str(&format!(", sent {}", verdict.quantity.normalize()));
        }
        Some(verdict) => {
            let codes: Vec<&str> = verdict.failed.iter().map(|it| it.code()).collect();
            text.push_str(&format!(", denied by {}", codes.join(", ")));
        }
    }
    text
}

const fn word(action: SignalAction) -> &'static str {
    match action {
        SignalAction::Buy => "BUY",
        SignalAction::Sell => "SELL",
        SignalAction::Hold => "HOLD",
    }
}

fn print_json(rows: &[&DiffRow], out: &mut dyn Write) -> Result<(), CliError> {
    let list: Vec<serde_json::Value> = rows.iter().map(|row| json(row)).collect();
    let summary = DecisionDiff::summarise(rows.iter().copied());
    let text = serde_json::json!({
        "rows": list,
        "summary": {
            "same": summary.same,
            "differs": summary.differs,
            "only_live": summary.only_live,
            "only_replay": summary.only_replay,
        },
    });
    writeln!(out, "{text}")?;
    Ok(())
}

fn json(row: &DiffRow) -> serde_json::Value {
    let fields: Vec<&str> = match &row.kind {
        DiffKind::Differs(fields) => fields.iter().copied().map(DiffField::text).collect(),
        _ => Vec::new(),
    };
    let key = row.record().map(|record| &record.key);
    serde_json::json!({
        "diff": row.kind.word(),
        "fields": fields,
        "instrument": key.map(|it| it.instrument.to_string()),
        "timeframe_s": key.map(|it| it.timeframe.seconds()),
        "strategy": key.map(|it| &it.strategy),
        "bar_start": key.map(|it| it.bar_start.to_rfc3339()),
        "live": row.live.as_ref().map(side),
        "replay": row.replay.as_ref().map(side),
    })
}

fn side(record: &DecisionRecord) -> serde_json::Value {
    let verdict = record.verdict.as_ref().map(|it| {
        serde_json::json!({
            "order": it.order.0,
            "approved": it.approved,
            "failed": it.failed.iter().map(|reason| reason.code()).collect::<Vec<_>>(),
            "quantity": it.quantity.to_string(),
            "price": it.price.map(|price| price.to_string()),
        })
    });
    serde_json::json!({
        "time": record.time.to_rfc3339(),
        "action": word(record.action),
        "confidence": record.confidence,
        "price": record.price.to_string(),
        "blocked_by": record.blocked_by,
        "verdict": verdict,
    })
}

impl From<ReplayError> for CliError {
    fn from(error: ReplayError) -> Self {
        match error {
            ReplayError::Desk(error) => error.into(),
            other => Self::Failure(other.to_string()),
        }
    }
}
