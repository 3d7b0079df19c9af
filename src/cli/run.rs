//! The desk itself, on the screen or headless.
//! Must not hold logic of its own: the runtime and the screen do.

use std::io::Write;
use std::sync::Arc;

use tokio::signal::unix::{SignalKind, signal};
use tokio_util::sync::CancellationToken;

use super::args::{GlobalArgs, RunArgs};
use super::error::CliError;
use super::session::{self, Session};
use crate::runtime::{Desk, DeskError, logging};

/// Runs it until it is stopped, or until the feeds have ended where that is wanted.
///
/// # Errors
/// When the desk cannot be started, or did not end well.
pub fn run(global: &GlobalArgs, args: &RunArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let mut session = Session::new(global, &args.source, args.overrides())?;
    if args.no_store {
        session.data_dir = None;
    }
    if args.fresh {
        session.set_store_aside()?;
    }
    let runtime = session::runtime()?;
    if args.headless {
        let _log = logging::to_stderr(session.log_level())
            .map_err(|error| CliError::Usage(error.to_string()))?;
        let desk = Desk::start(session.options(args.exit_at_end, false), runtime.handle())?;
        let summary = runtime.block_on(run_headless(desk))?;
        if args.summary.is_some() {
            let text = serde_json::to_string(&summary)
                .map_err(|error| CliError::failed("the summary cannot be written", error))?;
            writeln!(out, "{text}")?;
        }
        return Ok(());
    }
    Err(CliError::Usage("the screen is not wired".to_owned()))
}

async fn run_headless(mut desk: Desk) -> Result<crate::runtime::Summary, DeskError> {
    let stop = desk.stop_token();
    let signals = tokio::spawn(stop_on_signals(stop));
    desk.wait().await;
    signals.abort();
    desk.finish().await
}

/// Cancels `stop` at the first signal that asks a program to end.
pub(super) async fn stop_on_signals(stop: CancellationToken) {
    let kinds = [
        SignalKind::terminate(),
        SignalKind::interrupt(),
        SignalKind::hangup(),
        SignalKind::quit(),
    ];
    let waits = kinds.into_iter().filter_map(|kind| {
        let mut stream = signal(kind).ok()?;
        Some(Box::pin(async move { stream.recv().await }))
    });
    futures_util::future::select_all(waits).await;
    stop.cancel();
}

impl From<DeskError> for CliError {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Engine(error) => Self::Usage(error.to_string()),
            other => Self::Failure(Arc::new(other).to_string()),
        }
    }
}
