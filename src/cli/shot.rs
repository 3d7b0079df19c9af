//! `shot`: draws the desk into a file, once or over a stretch of time.
//! Must not hold logic of its own: the screen draws.

use std::io::Write;
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::args::{GlobalArgs, ShotArgs};
use super::error::CliError;
use super::session::{self, Session};
use super::themes::{self, ColorChoice};
use crate::domain::Timestamp;
use crate::feeds::Speed;
use crate::runtime::{Advance, Rehearsal, RunOptions};
use crate::tui::{
    self, ColorMode, DeskState, ExportError, ExportOptions, Recording, RecordingFormat, ShotFormat,
    ThemeStore,
};
use crate::view::View;

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
    let mut state = state(&session, args)?;
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

fn state(session: &Session, args: &ShotArgs) -> Result<DeskState, CliError> {
    let desk = &session.config.desk;
    let mode = args.color.map_or(Some(ColorMode::True), ColorChoice::mode);
    let mode = mode.unwrap_or_else(|| ColorMode::detect(|name| std::env::var(name).ok()));
    let mut state = DeskState::new(mode, args.ascii || desk.ascii);
    state.feed_names = session.config.feeds.clone();
    state.stale_after_ms = session.config.risk.stale_after_ms.into();
    state.themes = ThemeStore::of_user(desk.up_down);
    let name = args.theme.as_deref().unwrap_or(&desk.theme);
    state.paint.theme = themes::find(&state.themes, name)?;
    state.area = Rect::new(0, 0, args.size.0, args.size.1);
    if let Some(wanted) = &args.workspace {
        let names: Vec<&str> = state
            .workspaces
            .all()
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        let by_name = names
            .iter()
            .position(|name| name.eq_ignore_ascii_case(wanted));
        let by_number = wanted
            .parse::<usize>()
            .ok()
            .and_then(|it| it.checked_sub(1));
        let place = by_name.or(by_number).filter(|place| *place < names.len());
        let Some(place) = place else {
            return Err(CliError::Usage(format!(
                "there is no workspace {wanted}: 1 to {}, or {}",
                names.len(),
                names.join(", ")
            )));
        };
        state.workspaces.show(place);
    }
    Ok(state)
}

/// What of the screen is drawn: all of it, or the pane that was named.
fn part(
    view: &View,
    state: &DeskState,
    screen: &Buffer,
    pane: Option<&str>,
) -> Result<Rect, CliError> {
    let Some(name) = pane else {
        return Ok(screen.area);
    };
    let panes = tui::pane_places(view, state, screen.area);
    let found = panes.iter().find(|(pane, _)| *pane == name);
    found.map(|(_, area)| *area).ok_or_else(|| {
        let names: Vec<&str> = panes.iter().map(|(name, _)| *name).collect();
        CliError::Usage(format!(
            "no pane {name} is shown at this size: {}",
            names.join(", ")
        ))
    })
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
            let view = rehearsal.view();
            state.clock = Some(now);
            let screen = tui::draw(view, state, width, height);
            let area = part(view, state, &screen, args.pane.as_deref())?;
            Ok::<_, CliError>((screen, area))
        };
        match *self {
            Self::Still(format) => {
                let (screen, area) = screen(rehearsal, reached)?;
                Ok(tui::export_with(&screen, area, format, options)?)
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
                    let (screen, area) = screen(rehearsal, now)?;
                    recording.push(elapsed.div_f64(times), cut(&screen, area));
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

/// A part of a screen as a screen of its own.
fn cut(screen: &Buffer, area: Rect) -> Buffer {
    let mut part = Buffer::empty(Rect::new(0, 0, area.width, area.height));
    let cells = area.positions().filter_map(|place| screen.cell(place));
    for (cell, shown) in part.content.iter_mut().zip(cells) {
        cell.clone_from(shown);
    }
    part
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

impl From<ExportError> for CliError {
    fn from(error: ExportError) -> Self {
        Self::Failure(error.to_string())
    }
}
