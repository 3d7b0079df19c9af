//! `shot`: draws the desk into a file, once or over a stretch of time.
//! Must not hold logic of its own: the screen draws.

use std::io::Write;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use super::args::{GlobalArgs, ShotArgs};
use super::error::CliError;
use super::session::{self, Session};
use crate::domain::Timestamp;
use crate::feeds::Speed;
use crate::runtime::{Advance, Rehearsal, RunOptions};
use crate::tui::{
    self, ColorMode, DeskState, ExportError, ExportOptions, Recording, RecordingFormat, ShotFormat,
    theme,
};

/// Event time before the frame is drawn, where `--duration` does not say it.
const LEAD: Duration = Duration::from_secs(3 * 3_600);
/// Start of the simulated feed, where `--start` does not say it: a Monday morning in Mumbai.
const START: Timestamp = Timestamp::from_seconds(1_767_584_700);
/// Most frames of a recording.
const FRAMES_MAX: u32 = 20_000;

/// Runs a desk in memory until enough has happened, and draws it.
///
/// # Errors
/// When the desk cannot run, nothing happens for a minute, or the file cannot be written.
pub fn run(global: &GlobalArgs, args: &ShotArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let session = Session::new(global, &args.source, args.source.overrides())?;
    let mut state = DeskState::new(args.color.unwrap_or(ColorMode::True), args.ascii);
    state.feed_names = session.config.feeds.clone();
    if let Some(name) = &args.theme {
        state.paint.theme = theme_named(name)?;
    }
    let options = ExportOptions {
        title: args.title.clone(),
        scale: args.scale,
    };
    let ending = args.out.as_deref().map(ending);
    let form = Form::new(args, ending)?;
    let runtime = session::runtime()?;
    let mut rehearsal = Rehearsal::start(run_options(&session), runtime.handle())?;
    let lead = args.source.duration.unwrap_or(LEAD);
    let drawn = advance(&mut rehearsal, lead)
        .and_then(|reached| form.draw(&mut rehearsal, reached, &mut state, args, &options));
    // A feed that failed says more than a desk that did not come far enough.
    runtime.block_on(rehearsal.finish())?;
    let drawn = drawn?;
    match &args.out {
        Some(path) => std::fs::write(path, drawn)
            .map_err(|error| CliError::failed(format!("cannot write {}", path.display()), error)),
        None => Ok(out.write_all(&drawn)?),
    }
}

fn run_options(session: &Session) -> RunOptions {
    let mut options = RunOptions {
        data_dir: None,
        ..session.options(false, true)
    };
    options.feed_options.duration_ns = None;
    options.feed_options.start.get_or_insert(START);
    options
}

/// How the picture is written.
enum Form {
    Still(ShotFormat),
    /// The stretch of event time, and between two frames.
    Moving(RecordingFormat, Duration, Duration),
}

impl Form {
    fn new(args: &ShotArgs, ending: Option<&str>) -> Result<Self, CliError> {
        let Some(length) = args.record else {
            return Ok(Self::Still(parse(ending.unwrap_or("ansi"))?));
        };
        let format = parse(ending.unwrap_or("cast"))?;
        let step = Duration::from_secs(1) / args.fps.max(1);
        let frames = length.as_nanos() / step.as_nanos().max(1);
        if frames > u128::from(FRAMES_MAX) {
            return Err(CliError::Usage(format!(
                "--record would take {frames} frames, at most {FRAMES_MAX}: take a shorter time or \
                 fewer with --fps"
            )));
        }
        Ok(Self::Moving(format, length, step))
    }

    fn draw(
        &self,
        rehearsal: &mut Rehearsal,
        reached: Timestamp,
        state: &mut DeskState,
        args: &ShotArgs,
        options: &ExportOptions,
    ) -> Result<Vec<u8>, CliError> {
        let (width, height) = args.size;
        let mut screen = |rehearsal: &Rehearsal, now: Timestamp| {
            state.clock = Some(now);
            tui::draw(rehearsal.view(), state, width, height)
        };
        match *self {
            Self::Still(format) => {
                let screen = screen(rehearsal, reached);
                Ok(tui::export_with(&screen, screen.area, format, options)?)
            }
            Self::Moving(format, length, step) => {
                let times = match args.source.speed {
                    Some(Speed::Times(times)) => times,
                    _ => 1.0,
                };
                let mut recording = Recording::new();
                let mut elapsed = Duration::ZERO;
                while elapsed < length {
                    let now = plus(reached, elapsed);
                    let end = rehearsal.advance(now);
                    recording.push(elapsed.div_f64(times), screen(rehearsal, now));
                    if end != Advance::Reached {
                        break;
                    }
                    elapsed += step;
                }
                recording.end(elapsed.div_f64(times));
                Ok(recording.export(format, options)?)
            }
        }
    }
}

/// Lets the feeds come `lead` past their first tick, or to their end before it.
fn advance(rehearsal: &mut Rehearsal, lead: Duration) -> Result<Timestamp, CliError> {
    let first = rehearsal.next_tick().unwrap_or(Timestamp::ZERO);
    let until = plus(first, lead);
    match rehearsal.advance(until) {
        Advance::Reached => Ok(until),
        Advance::Ended => Ok(rehearsal.view().time),
        Advance::Silent => Err(CliError::Failure(
            "the feed fell silent before it came that far: take a shorter --duration".to_owned(),
        )),
    }
}

fn plus(moment: Timestamp, time: Duration) -> Timestamp {
    moment.plus_nanos(i64::try_from(time.as_nanos()).unwrap_or(i64::MAX))
}

fn ending(path: &Path) -> &str {
    path.extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or("txt")
}

fn parse<T: FromStr<Err = String>>(text: &str) -> Result<T, CliError> {
    text.parse().map_err(CliError::Usage)
}

fn theme_named(name: &str) -> Result<theme::Theme, CliError> {
    let known = theme::THEMES.iter().find(|theme| theme.name == name);
    known.copied().ok_or_else(|| {
        let names: Vec<&str> = theme::THEMES.iter().map(|theme| theme.name).collect();
        CliError::Usage(format!("`{name}` is not a theme: {}", names.join(", ")))
    })
}

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> Self {
        Self::Failure(error.to_string())
    }
}
