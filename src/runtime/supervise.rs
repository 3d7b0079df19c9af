//! Runs a feed and brings it back when it breaks.
//! Must not hide a failure: each is logged and shown as the feed's state.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::{error, warn};

use crate::domain::FeedStatus;
use crate::feeds::{self, FeedError, FeedOptions, FeedSink, FeedSpec};

/// How often a feed that crashes is started again.
const RESTARTS_MAX: u32 = 3;

/// Runs one feed to its end.
///
/// # Errors
/// When the feed cannot go on and starting it again would not help.
pub(super) async fn run_feed(
    spec: FeedSpec,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let mut restarts = 0;
    loop {
        let task = feeds::run(spec.clone(), options.clone(), sink.clone(), stop.clone());
        let outcome = tokio::spawn(task).await;
        match outcome {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(problem)) => {
                error!(feed = %spec, %problem, "the feed has ended with an error");
                // The engine may be gone already; then nobody needs the state.
                let _ = sink.status(FeedStatus::Down(problem.to_string()));
                return Err(problem);
            }
            Err(crash) if crash.is_panic() && restarts < RESTARTS_MAX => {
                restarts += 1;
                let wait = Duration::from_secs(1 << restarts);
                warn!(feed = %spec, restarts, "the feed crashed and is started again");
                let text = format!(
                    "crashed, restart {restarts}/{RESTARTS_MAX} in {} s",
                    wait.as_secs()
                );
                let _ = sink.status(FeedStatus::Down(text));
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.cancelled() => return Ok(()),
                }
            }
            Err(crash) => {
                let text = format!("crashed {} times and is given up", restarts + 1);
                error!(feed = %spec, %crash, text, "the feed has ended with an error");
                // The engine may be gone already; then nobody needs the state.
                let _ = sink.status(FeedStatus::Down(text.clone()));
                return Err(FeedError::Failed {
                    feed: spec.to_string(),
                    reason: text,
                });
            }
        }
    }
}
