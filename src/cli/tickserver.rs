//! `tickserver`: serves simulated ticks over WebSocket.
//! Must not hold logic of its own: the feeds do.

use std::io::Write;

use tokio_util::sync::CancellationToken;

use super::args::{GlobalArgs, TickserverArgs};
use super::error::CliError;
use super::run::StopSignals;
use super::session::{feed_error, runtime};
use crate::feeds::tickserver::{TickServer, TickServerOptions};
use crate::runtime::logging;

/// Serves until it is stopped.
///
/// # Errors
/// When the address cannot be listened on.
pub fn run(
    global: &GlobalArgs,
    args: &TickserverArgs,
    out: &mut dyn Write,
) -> Result<(), CliError> {
    let config = global.load_config(Vec::new())?.config;
    let listen = args.listen.parse().map_err(|_| {
        CliError::Usage(format!(
            "--listen {} is no address: write IP:PORT, for example 127.0.0.1:9001",
            args.listen
        ))
    })?;
    let mut options = TickServerOptions {
        listen,
        ..TickServerOptions::default()
    };
    options.seed = args.seed.unwrap_or(config.seed);
    options.scenario = args.scenario;
    if let Some(speed) = args.speed {
        options.speed = speed;
    }
    let level = global.log.map_or("info", super::args::LogLevel::as_str);
    let _log = logging::to_stderr(level).map_err(|error| CliError::Usage(error.to_string()))?;
    let stop = CancellationToken::new();
    let runtime = runtime()?;
    let signals = StopSignals::listen(&runtime);
    runtime.block_on(async {
        let server = TickServer::bind(options).await.map_err(feed_error)?;
        writeln!(
            out,
            "serving ws://{}/ws, stop with Ctrl-C",
            server.address()
        )?;
        out.flush()?;
        let signals = tokio::spawn(signals.cancel(stop.clone()));
        let served = server.run(stop).await.map_err(feed_error);
        signals.abort();
        served
    })
}
