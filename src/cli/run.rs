//! The desk itself, on the screen or headless.
//! Must not hold logic of its own: the runtime and the screen do.

use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use futures_util::FutureExt;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::args::{GlobalArgs, RunArgs};
use super::error::CliError;
use super::keys;
use super::replay;
use super::session::{self, Session};
use super::themes::ColorChoice;
use crate::config;
use crate::runtime::{Desk, DeskError, RunOptions, Summary, logging};
use crate::tui::{self, DeskExit, DeskFiles};

/// Takes what libraries write to standard error while the screen is up.
pub(super) const STDERR_FILE: &str = "stderr.txt";

/// Runs it until it is stopped, or until the feeds have ended where that is wanted.
///
/// # Errors
/// When the desk cannot be started, or did not end well.
pub fn run(global: &GlobalArgs, args: &RunArgs, out: &mut dyn Write) -> Result<(), CliError> {
    if args.demo {
        return replay::demo(global, args);
    }
    let mut session = Session::new(global, &args.source, args.overrides())?;
    if args.source.duration.is_some() {
        session.check_duration()?;
    }
    if args.no_store {
        session.data_dir = None;
    }
    let runtime = session::runtime()?;
    let signals = StopSignals::listen(&runtime);
    let summary = if args.headless {
        let _log = logging::to_stderr(session.log_level())
            .map_err(|error| CliError::Usage(error.to_string()))?;
        let desk = Desk::start(options(&session, args), runtime.handle())?;
        runtime.block_on(run_headless(desk, signals))?
    } else {
        run_on_screen(global, &session, args, &runtime, signals)?
    };
    if args.summary.is_some() {
        let text = serde_json::to_string(&summary)
            .map_err(|error| CliError::failed("the summary cannot be written", error))?;
        writeln!(out, "{text}")?;
    }
    Ok(())
}

fn options(session: &Session, args: &RunArgs) -> RunOptions {
    RunOptions {
        fresh: args.fresh,
        ..session.options(args.exit_at_end, !args.headless)
    }
}

async fn run_headless(desk: Desk, signals: StopSignals) -> Result<Summary, DeskError> {
    let signals = tokio::spawn(signals.cancel(desk.stop_token()));
    desk.wait().await;
    signals.abort();
    desk.finish().await
}

fn run_on_screen(
    global: &GlobalArgs,
    session: &Session,
    args: &RunArgs,
    runtime: &tokio::runtime::Runtime,
    mut signals: StopSignals,
) -> Result<Summary, CliError> {
    let level = session.log_level();
    let log = match session.data_dir.as_deref() {
        Some(folder) => logging::to_folder(folder, level),
        None => logging::to_memory(level),
    }
    .map_err(|error| CliError::Failure(error.to_string()))?;
    let desk = Desk::start(options(session, args), runtime.handle())?;
    // One that came while the desk was starting; from here on the screen hears them.
    if let Some(number) = runtime.block_on(async { signals.first().now_or_never() }) {
        runtime.block_on(desk.finish())?;
        return Err(CliError::Signal(number));
    }
    let (keys, notice) = keys::load(global, keys::DEFAULT_PROFILE);
    if let Some(notice) = &notice {
        tracing::warn!("{notice}");
    }
    let options = tui::DeskOptions {
        config: session.config.desk.clone(),
        stale_after_ms: session.config.risk.stale_after_ms.into(),
        feed_names: session.config.feeds.clone(),
        replay: None,
        files: desk_files(global, session),
        color: args.color.and_then(ColorChoice::mode),
        log_file: log.folder.as_ref().map(|it| it.join(STDERR_FILE)),
        keymap: keys.keymap,
        notice,
        stop: desk.ended_token(),
    };
    let shown = tui::run(desk.handle().clone(), options, runtime.handle());
    // The engine ends in order whatever became of the screen.
    let summary = runtime.block_on(desk.finish())?;
    match shown.map_err(|error| CliError::Failure(error.to_string()))? {
        DeskExit::Signal(number) => Err(CliError::Signal(number)),
        DeskExit::Quit | DeskExit::Stopped => Ok(summary),
    }
}

/// Layouts lie beside the configuration, what the desk remembers by itself in the data folder.
fn desk_files(global: &GlobalArgs, session: &Session) -> DeskFiles {
    let config = global.config.clone().or_else(config::config_file);
    let folder = config.as_deref().and_then(Path::parent);
    DeskFiles {
        layouts: folder.map(|folder| folder.join("layouts")),
        state: session.data_dir.as_ref().map(|folder| folder.join("desk")),
    }
}

/// The signals that ask a program to end, heard from [`StopSignals::listen`] on.
pub(super) struct StopSignals(Vec<(SignalKind, Signal)>);

impl StopSignals {
    /// Starts to listen. Before this a signal ends the program at once, so nothing may be open yet.
    pub(super) fn listen(runtime: &tokio::runtime::Runtime) -> Self {
        let _context = runtime.enter();
        let kinds = [
            SignalKind::terminate(),
            SignalKind::interrupt(),
            SignalKind::hangup(),
            SignalKind::quit(),
        ];
        let streams = kinds.into_iter();
        Self(
            streams
                .filter_map(|kind| Some((kind, signal(kind).ok()?)))
                .collect(),
        )
    }

    /// Waits for the first signal and gives its number.
    pub(super) async fn first(&mut self) -> i32 {
        let waits = self.0.iter_mut().map(|(kind, stream)| {
            Box::pin(async move {
                stream.recv().await;
                kind.as_raw_value()
            })
        });
        let waits: Vec<_> = waits.collect();
        if waits.is_empty() {
            return std::future::pending().await;
        }
        futures_util::future::select_all(waits).await.0
    }

    /// Cancels `stop` at the first signal.
    pub(super) async fn cancel(mut self, stop: CancellationToken) {
        self.first().await;
        stop.cancel();
    }
}

impl From<DeskError> for CliError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Engine(error) => Self::Usage(error.to_string()),
            other => Self::Failure(Arc::new(other).to_string()),
        }
    }
}
