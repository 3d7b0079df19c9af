//! `shot`: draws one frame of the desk into a file.
//! Must not hold logic of its own: the screen draws.

use std::io::Write;
use std::time::{Duration, Instant};

use super::args::{GlobalArgs, ShotArgs};
use super::error::CliError;
use super::session::{self, Session};
use crate::domain::Timestamp;
use crate::feeds::Speed;
use crate::runtime::{Desk, DeskHandle, RunOptions};
use crate::tui::{self, ColorMode, DeskState, ShotFormat};

/// Event time before the frame is drawn, where `--duration` does not say it.
const LEAD: Duration = Duration::from_secs(3 * 3_600);
/// Start of the simulated feed, where `--start` does not say it: a Monday morning in Mumbai.
const START: Timestamp = Timestamp::from_seconds(1_767_584_700);
/// Longest wait for the frame.
const PATIENCE: Duration = Duration::from_secs(60);
/// Time between two looks at the view.
const LOOK: Duration = Duration::from_millis(2);

/// Runs a desk in memory until enough has happened, and draws it.
///
/// # Errors
/// When the desk cannot run, nothing happens for a minute, or the file cannot be written.
pub fn run(global: &GlobalArgs, args: &ShotArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let session = Session::new(global, &args.source, args.source.overrides())?;
    let format = match &args.out {
        Some(path) => path
            .extension()
            .and_then(|ending| ending.to_str())
            .unwrap_or("text")
            .parse::<ShotFormat>()
            .map_err(CliError::Usage)?,
        None => ShotFormat::Ansi,
    };
    let runtime = session::runtime()?;
    let mut options = RunOptions {
        data_dir: None,
        ..session.options(false, true)
    };
    let lead = args.source.duration.unwrap_or(LEAD);
    options.feed_options.duration_ns = None;
    options.feed_options.start.get_or_insert(START);
    if args.source.speed.is_none() {
        options.feed_options.speed = Speed::Max;
    }
    let desk = Desk::start(options, runtime.handle())?;
    let ready = wait_for(desk.handle(), lead);
    let mut state = DeskState::new(ColorMode::True, args.ascii);
    let drawn = {
        let view = desk.handle().view().read();
        state.clock = Some(view.time);
        state.feed_names = session.config.feeds.clone();
        tui::shot(&view, &state, args.size.0, args.size.1, format)
    };
    runtime.block_on(desk.finish())?;
    if !ready {
        let seconds = PATIENCE.as_secs();
        return Err(CliError::Failure(format!(
            "the feed did not come that far within {seconds} s"
        )));
    }
    match &args.out {
        Some(path) => std::fs::write(path, drawn)
            .map_err(|error| CliError::failed(format!("cannot write {}", path.display()), error)),
        None => Ok(out.write_all(drawn.as_bytes())?),
    }
}

/// Waits until the feed has come `lead` past its first tick, or has ended.
fn wait_for(handle: &DeskHandle, lead: Duration) -> bool {
    let begun = Instant::now();
    let lead_ns = i64::try_from(lead.as_nanos()).unwrap_or(i64::MAX);
    let mut first = None;
    while begun.elapsed() < PATIENCE {
        {
            let view = handle.view().read();
            let ticked = view.instruments.iter().find_map(|row| row.market.as_ref());
            if let Some(market) = ticked {
                let first = *first.get_or_insert(market.time);
                let ended = view
                    .feeds
                    .iter()
                    .all(|it| it.status == crate::domain::FeedStatus::Ended);
                if view.time.nanos_since(first) >= lead_ns || ended {
                    return true;
                }
            }
        }
        std::thread::sleep(LOOK);
    }
    false
}
