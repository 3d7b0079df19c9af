//! The loop: one task that waits for keys, changes of the view, deadlines and signals, and draws.
//! Must not wait for the engine or for the terminal, and must not wake without a reason.

use std::io::{self, IsTerminal};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crossterm::event::Event;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use thiserror::Error;
use tokio::sync::{oneshot, watch};
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::{Level, warn};

use super::dispatch::Effect;
use super::encode::Encoder;
use super::files::DeskFiles;
use super::guard::{self, TerminalGuard, TerminalOptions};
use super::keymap::{Key, Keymap};
use super::os_signals::{Asked, Signals, stop_here};
use super::overlay::leave::open_business;
use super::render::render;
use super::state::{DeskState, Health, LogLine, LogTone, Open, Tone};
use super::terminal::{Input, TerminalInput, TerminalTraits};
use super::theme::{ColorMode, ThemeStore};
use super::workspace::{too_small, write as write_layout};
use super::writer::Writer;
use crate::config::DeskConfig;
use crate::domain::{CommandBody, Timestamp};
use crate::runtime::logging::LogRecord;
use crate::runtime::replay::ReplayControl;
use crate::runtime::{DeskHandle, Preview};

/// Least time between two questions of the open order preview that the market alone causes.
const ASK_INTERVAL: Duration = Duration::from_millis(250);
/// Least time between two looks at the user's theme files.
const THEMES_INTERVAL: Duration = Duration::from_secs(1);
/// Least time between two full repaints.
const REPAINT_INTERVAL: Duration = Duration::from_millis(16);
/// Lines of the log that a frame can show.
const LOG_LINES: usize = 200;
/// However slow the terminal, it is drawn at least this often.
const SLOWEST_INTERVAL: Duration = Duration::from_millis(500);

/// What the desk is started with.
#[derive(Debug, Clone)]
pub struct DeskOptions {
    /// Section `[desk]`.
    pub config: DeskConfig,
    /// Age of a feed's last input beyond which its prices are marked as old; `risk.stale_after_ms`.
    pub stale_after_ms: u64,
    /// The feeds as configured, shown until the first tick.
    pub feed_names: Vec<String>,
    /// Colour depth; found from the environment where `None`.
    pub color: Option<ColorMode>,
    /// What moves the replay, where what is shown is one.
    pub replay: Option<ReplayControl>,
    /// Where layouts are kept.
    pub files: DeskFiles,
    /// Takes what is written to standard error while the screen is up, and crash reports.
    pub log_file: Option<PathBuf>,
    /// Which keys mean what.
    pub keymap: Arc<Keymap>,
    /// Said on the message line at the start: what is wrong with a file that could be done without.
    pub notice: Option<String>,
    /// Ends the desk when it is cancelled.
    pub stop: CancellationToken,
}

/// How the desk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeskExit {
    /// The person at the keyboard left.
    Quit,
    /// `DeskOptions::stop` was cancelled.
    Stopped,
    /// A signal of this number came; the exit code is 128 more.
    Signal(i32),
}

/// Why the desk could not be shown, or not any longer.
#[derive(Debug, Error)]
pub enum DeskError {
    /// Input or output is a file or a pipe.
    #[error("the desk needs a terminal: standard input and output must be one")]
    NoTerminal,
    /// The terminal could not be set up.
    #[error("the terminal could not be set up: {0}")]
    Setup(#[source] io::Error),
    /// The keyboard cannot be read.
    #[error("the keyboard could not be read: {0}")]
    Input(#[source] io::Error),
    /// The screen cannot be written.
    #[error("the screen could not be written: {0}")]
    Output(io::ErrorKind),
    /// A fault in the desk; the terminal is restored and the report already given out.
    #[error("the desk crashed: {0}")]
    Crashed(String),
}

/// Shows the desk until it is left. Blocks the calling thread, which must not be one of the
/// runtime's; the terminal is given back before this returns, however it ends.
///
/// # Errors
/// See [`DeskError`].
pub fn run(
    handle: DeskHandle,
    options: DeskOptions,
    runtime: &tokio::runtime::Handle,
) -> Result<DeskExit, DeskError> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(DeskError::NoTerminal);
    }
    let shown = AssertUnwindSafe(|| runtime.block_on(show(handle, options)));
    catch_unwind(shown).unwrap_or_else(|payload| {
        let text = payload
            .downcast_ref::<&str>()
            .map(|text| (*text).to_owned())
            .or_else(|| payload.downcast_ref::<String>().cloned());
        Err(DeskError::Crashed(text.unwrap_or_default()))
    })
}

async fn show(handle: DeskHandle, options: DeskOptions) -> Result<DeskExit, DeskError> {
    // Listening comes first: a signal between taking the terminal and listening would leave it.
    let mut signals = Signals::listen().map_err(DeskError::Setup)?;
    let guard = TerminalGuard::enter(TerminalOptions::default(), options.log_file.clone())
        .map_err(DeskError::Setup)?;
    let screen = guard::screen().map_err(DeskError::Setup)?;
    let writer = Writer::start(screen).map_err(DeskError::Setup)?;
    let stop = options.stop.clone();
    let mut desk = Desk::new(handle, options, writer, guard);
    let traits = TerminalTraits::detect(|name| std::env::var(name).ok());
    let mut input = TerminalInput::start(traits.is_remote).map_err(DeskError::Setup)?;
    desk.draw();
    loop {
        if let Some(kind) = desk.writer.failure() {
            return Err(DeskError::Output(kind));
        }
        // One look at the writer for both: were it seen busy here and idle there, nothing would
        // wake the loop for the frame that waits.
        let busy = !desk.writer.is_idle();
        let wake = desk.next_wake(Instant::now(), busy);
        tokio::select! {
            biased;
            asked = signals.next() => match asked {
                Asked::End(number) => return Ok(desk.end(DeskExit::Signal(number))),
                Asked::Suspend => desk.suspend(false)?,
                Asked::Continue => desk.resume()?,
            },
            () = stop.cancelled() => return Ok(desk.end(DeskExit::Stopped)),
            input = input.next() => {
                if let Input::Event(event) = input.map_err(DeskError::Input)?
                    && desk.take(event)?
                {
                    return Ok(desk.end(DeskExit::Quit));
                }
            }
            // Reached once no more input is waiting: a burst of keys is one frame.
            () = std::future::ready(()), if desk.urgent && !busy => desk.draw(),
            changed = desk.changes.changed(), if !desk.dirty => {
                if changed.is_err() {
                    return Ok(desk.end(DeskExit::Stopped));
                }
                if desk.view_changed() {
                    return Ok(desk.end(DeskExit::Quit));
                }
            }
            answer = receive(&mut desk.asked), if desk.asked.is_some() => desk.answered(answer),
            () = desk.writer.freed(), if busy => {}
            () = sleep_until(wake.unwrap_or_else(Instant::now)), if wake.is_some() => desk.due(),
        }
    }
}

/// Begins with the layout that the desk was left with; one that cannot be used is told and left.
fn restore_layout(state: &mut DeskState, files: &DeskFiles, handle: &DeskHandle) {
    match files.load_last() {
        Ok(Some(workspaces)) => state.workspaces = workspaces,
        Ok(None) => {}
        Err(error) => {
            let text = format!("the last layout is not used: {error}");
            state.say(Tone::Bad, text, &handle.view().read());
        }
    }
}

async fn receive(asked: &mut Option<(u64, oneshot::Receiver<Preview>)>) -> Option<(u64, Preview)> {
    let (revision, receiver) = asked.as_mut()?;
    let answer = receiver.await;
    answer.ok().map(|preview| (*revision, preview))
}

struct Desk {
    // Dropped first, so that nothing is written after the terminal was given back.
    writer: Writer,
    guard: TerminalGuard,
    handle: DeskHandle,
    state: DeskState,
    files: DeskFiles,
    replay: Option<ReplayControl>,
    clock: bool,
    changes: watch::Receiver<u64>,
    /// When the view changed last.
    changed_at: Instant,
    asked: Option<(u64, oneshot::Receiver<Preview>)>,
    asked_at: Instant,
    /// When the user's theme files were looked at last.
    themes_at: Instant,
    /// The view changed since the preview was asked for.
    moved: bool,
    encoder: Encoder,
    next: Buffer,
    bytes: Vec<u8>,
    dirty: bool,
    /// A key wants its answer now, not at the next frame's time.
    urgent: bool,
    resized: bool,
    drawn_at: Option<Instant>,
    repainted_at: Option<Instant>,
    floor: Duration,
    interval: Duration,
    resumed_at: Option<Instant>,
}

impl Desk {
    fn new(handle: DeskHandle, options: DeskOptions, writer: Writer, guard: TerminalGuard) -> Self {
        let variable = |name: &str| std::env::var(name).ok();
        let mode = options.color.unwrap_or_else(|| ColorMode::detect(variable));
        let traits = TerminalTraits::detect(variable);
        let rate = if variable("SSH_CONNECTION").is_some() {
            options.config.remote_frames_per_second
        } else {
            options.config.frames_per_second
        };
        let floor = Duration::from_secs(1) / rate.clamp(1, 240);
        let mut state = DeskState::new(mode, options.config.ascii);
        state.stale_after_ms = options.stale_after_ms;
        state.feed_names = options.feed_names;
        state.is_replay = options.replay.is_some();
        state.themes = ThemeStore::of_user(options.config.up_down);
        let (theme, problem) = state.themes.choose(&options.config.theme);
        state.paint.theme = theme;
        if let Some(text) = problem {
            state.say(Tone::Bad, text, &handle.view().read());
        }
        restore_layout(&mut state, &options.files, &handle);
        state.use_keymap(options.keymap);
        if let Some(notice) = options.notice {
            state.say(Tone::Bad, notice, &handle.view().read());
        }
        let changes = handle.view().subscribe();
        let now = Instant::now();
        Self {
            writer,
            guard,
            handle,
            state,
            files: options.files,
            replay: options.replay,
            clock: options.config.clock,
            changes,
            changed_at: now,
            asked: None,
            asked_at: now,
            themes_at: now,
            moved: false,
            encoder: Encoder::new().erase_keeps_color(traits.erase_keeps_color),
            next: Buffer::default(),
            bytes: Vec::new(),
            dirty: true,
            urgent: false,
            resized: false,
            drawn_at: None,
            repainted_at: None,
            floor,
            interval: floor,
            resumed_at: None,
        }
    }

    /// Takes an event of the terminal; `true` when the desk is to be left.
    fn take(&mut self, event: Event) -> Result<bool, DeskError> {
        match event {
            Event::Key(event) => {
                let Some(key) = Key::read(&event) else {
                    return Ok(false);
                };
                let effects = {
                    let view = self.handle.view().read();
                    self.state.key(key, &view, std::time::Instant::now())
                };
                if self.carry_out_all(effects)? {
                    return Ok(true);
                }
            }
            Event::Mouse(event) => {
                let effects = {
                    let view = self.handle.view().read();
                    self.state.mouse(event, &view, std::time::Instant::now())
                };
                if self.carry_out_all(effects)? {
                    return Ok(true);
                }
            }
            Event::Paste(text) => {
                let view = self.handle.view().read();
                self.state.paste(&text, &view);
            }
            Event::Resize(..) => self.resized = true,
            _ => return Ok(false),
        }
        self.dirty = true;
        self.urgent = !self.resized;
        Ok(false)
    }

    /// `true` when the desk is to be left.
    fn carry_out_all(&mut self, effects: Vec<Effect>) -> Result<bool, DeskError> {
        for effect in effects {
            if self.carry_out(effect)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn carry_out(&mut self, effect: Effect) -> Result<bool, DeskError> {
        match effect {
            Effect::Quit => return Ok(true),
            Effect::Redraw => self.encoder.forget(),
            Effect::Suspend => self.suspend(true)?,
            Effect::Ask => self.ask(),
            Effect::Send(CommandBody::PlaceOrder(_), _) if too_small(screen_area()) => {
                let text = "not sent: the window is too small to show what would be sent";
                self.say(Tone::Bad, text.to_owned());
            }
            Effect::Send(body, text) => {
                let (tone, text) = match self.handle.send(body) {
                    Ok(_) => (Tone::Good, format!("asked: {text}")),
                    Err(error) => (Tone::Bad, format!("not sent ({text}): {error}")),
                };
                self.say(tone, text);
            }
            Effect::SaveLayout { name, text } => match self.files.save(&name, &text) {
                Ok(path) => self.say(Tone::Good, format!("layout saved in {}", path.display())),
                Err(error) => self.say(Tone::Bad, format!("layout not saved: {error}")),
            },
            Effect::LoadLayout(name) => match self.files.load(&name) {
                Ok(workspaces) => self.state.workspaces.replace(workspaces),
                Err(error) => self.say(Tone::Bad, format!("layout not loaded: {error}")),
            },
            Effect::Replay(wish) => {
                if let Some(control) = &self.replay {
                    wish.ask(control);
                }
            }
            Effect::Panic => crash(),
        }
        Ok(false)
    }

    fn say(&mut self, tone: Tone, text: String) {
        let view = self.handle.view().read();
        self.state.say(tone, text, &view);
    }

    /// Asks what risk says of the open ticket; an older question is forgotten.
    fn ask(&mut self) {
        let Open::Ticket(ticket) = &self.state.open else {
            return;
        };
        let revision = ticket.revision();
        match self.handle.preview(ticket.intent()) {
            Ok(receiver) => self.asked = Some((revision, receiver)),
            Err(error) => self.say(Tone::Bad, format!("risk cannot be asked: {error}")),
        }
        self.asked_at = Instant::now();
        self.moved = false;
    }

    fn answered(&mut self, answer: Option<(u64, Preview)>) {
        self.asked = None;
        if let (Some((revision, preview)), Open::Ticket(ticket)) = (answer, &mut self.state.open) {
            ticket.answered(revision, preview);
        }
        self.dirty = true;
    }

    /// `true` when the desk was to be left once nothing is held, and nothing is.
    fn view_changed(&mut self) -> bool {
        let is_flat = {
            let view = self.handle.view().read();
            self.state.observe(&view, std::time::Instant::now());
            open_business(&view) == (0, 0)
        };
        self.changed_at = Instant::now();
        self.dirty = true;
        self.moved = true;
        self.state.is_leaving && is_flat
    }

    /// Takes over what the user wrote into theme files. Looked at when the desk is awake anyway.
    fn refresh_themes(&mut self, now: Instant) {
        if now.duration_since(self.themes_at) < THEMES_INTERVAL {
            return;
        }
        self.themes_at = now;
        if let Some(news) = self.state.themes.refresh(&mut self.state.paint) {
            self.say(if news.good { Tone::Good } else { Tone::Bad }, news.text);
            self.dirty = true;
        }
    }

    /// Something's time has come.
    fn due(&mut self) {
        let now = Instant::now();
        if self.state.forget(now.into_std()) {
            self.dirty = true;
        }
        if self.ask_due().is_some_and(|due| due <= now) {
            self.ask();
        }
        let disarmed = {
            let view = self.handle.view().read();
            self.state.disarm_idle(&view, now.into_std())
        };
        self.dirty |= disarmed;
        self.refresh_themes(now);
        let minor = self.clock_due(now).into_iter().chain(self.age_due()).min();
        if minor.is_some_and(|due| due <= now) {
            self.dirty = true;
        }
        if self.frame_due(now).is_some_and(|due| due <= now) {
            self.draw();
        }
    }

    /// When to wake next for anything that no event will tell.
    fn next_wake(&self, now: Instant, busy: bool) -> Option<Instant> {
        let pending = self
            .state
            .pending
            .as_ref()
            .map(|pending| Instant::from_std(pending.until));
        [
            self.frame_due(now).filter(|_| !busy),
            pending,
            self.state.which_key_due().map(Instant::from_std),
            self.ask_due(),
            self.clock_due(now),
            self.age_due(),
            self.disarm_due(),
        ]
        .into_iter()
        .flatten()
        .min()
    }

    fn frame_due(&self, now: Instant) -> Option<Instant> {
        if !self.dirty {
            return None;
        }
        let after = |moment: Option<Instant>, wait| moment.map_or(now, |moment| moment + wait);
        Some(if self.resized {
            after(self.repainted_at, REPAINT_INTERVAL)
        } else {
            after(self.drawn_at, self.interval)
        })
    }

    fn ask_due(&self) -> Option<Instant> {
        let open = matches!(self.state.open, Open::Ticket(_));
        (open && self.moved && self.asked.is_none()).then(|| self.asked_at + ASK_INTERVAL)
    }

    fn disarm_due(&self) -> Option<Instant> {
        let due = self.state.disarm_due(&self.handle.view().read())?;
        Some(Instant::from_std(due))
    }

    /// The second after the one that is shown.
    fn clock_due(&self, now: Instant) -> Option<Instant> {
        let shown = self.state.clock.filter(|_| self.clock && !self.dirty)?;
        let ahead = shown.plus_nanos(1_000_000_000).nanos_since(wall_clock());
        let wait = u64::try_from(ahead).map_or(Duration::ZERO, Duration::from_nanos);
        Some(now + wait)
    }

    /// When the age of a silent feed reads differently.
    fn age_due(&self) -> Option<Instant> {
        let drawn_at = self.drawn_at.filter(|_| !self.dirty)?;
        let view = self.handle.view().read();
        // Counted from what was drawn, so that the moment does not move as it comes nearer.
        let wait = view
            .feeds
            .iter()
            .filter_map(|feed| {
                let age = feed.age_ms?.saturating_add(self.state.idle_ms);
                match self.state.health(feed) {
                    Health::Live => Some(self.state.stale_after_ms.saturating_sub(age)),
                    Health::Stale(_) if age < 60_000 => Some(1_000 - age % 1_000),
                    Health::Stale(_) => Some(60_000 - age % 60_000),
                    _ => None,
                }
            })
            .min()?;
        Some(drawn_at + Duration::from_millis(wait).max(self.floor))
    }

    fn idle_ms(&self) -> u64 {
        u64::try_from(self.changed_at.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Draws, unless the writer is busy: then the screen stays dirty and is drawn once when it is
    /// free.
    fn draw(&mut self) {
        if !self.writer.is_idle() {
            self.dirty = true;
            return;
        }
        let now = Instant::now();
        let area = screen_area();
        if self.next.area != area {
            self.next = Buffer::empty(area);
        }
        self.state.clock = self.clock.then(|| wall_clock().floor_second());
        self.state.idle_ms = self.idle_ms();
        self.state.area = area;
        self.state.log = log_lines(&self.state, &self.handle);
        {
            let view = self.handle.view().read();
            render(&view, &self.state, area, &mut self.next);
        }
        self.bytes.clear();
        if self.encoder.encode(&self.next, &mut self.bytes) && self.writer.offer(&mut self.bytes) {
            self.encoder.shown(&mut self.next);
        }
        self.pace();
        if self.resized {
            self.repainted_at = Some(now);
        }
        self.drawn_at = Some(now);
        self.resized = false;
        self.urgent = false;
        self.dirty = false;
    }

    /// A terminal that needs more than half of the time between frames is drawn less often.
    fn pace(&mut self) {
        let took = self.writer.took();
        self.interval = if took > self.interval / 2 {
            (self.interval * 2).min(SLOWEST_INTERVAL.max(self.floor))
        } else {
            (self.interval * 3 / 4).max(self.floor)
        };
    }

    fn suspend(&mut self, group: bool) -> Result<(), DeskError> {
        self.settle();
        self.guard.release();
        stop_here(group);
        self.guard.retake().map_err(DeskError::Setup)?;
        self.repaint();
        self.resumed_at = Some(Instant::now());
        Ok(())
    }

    /// Continued by somebody: the terminal may be in any state.
    fn resume(&mut self) -> Result<(), DeskError> {
        let own = self
            .resumed_at
            .is_some_and(|moment| moment.elapsed() < Duration::from_millis(500));
        if !own {
            self.settle();
            self.guard.retake().map_err(DeskError::Setup)?;
            self.repaint();
        }
        Ok(())
    }

    fn repaint(&mut self) {
        self.encoder.forget();
        self.dirty = true;
        self.draw();
    }

    /// Lets the writer finish; what a stuck terminal has not taken is thrown away.
    fn settle(&self) {
        let limit = Duration::from_millis(300);
        if !self.writer.drain(limit) {
            guard::discard_pending();
            self.writer.drain(limit);
        }
    }

    fn end(&self, exit: DeskExit) -> DeskExit {
        self.settle();
        let saved = write_layout(&self.state.workspaces)
            .map_err(|error| error.to_string())
            .and_then(|text| {
                self.files
                    .save_last(&text)
                    .map_err(|error| error.to_string())
            });
        if let Err(problem) = saved {
            warn!(problem, "the layout is not kept for the next start");
        }
        exit
    }
}

/// Only reached by `:panic!` in debug builds, for the test that the terminal survives a crash.
#[allow(clippy::panic, reason = "its purpose")]
fn crash() {
    panic!("crashed on purpose");
}

/// The newest lines of the log, where a pane shows them.
fn log_lines(state: &DeskState, handle: &DeskHandle) -> Vec<LogLine> {
    let root = &state.workspaces.current().root;
    if !root.leaves().any(|leaf| leaf.spec.name == "log") {
        return Vec::new();
    }
    let records = handle.log().newest(Level::DEBUG, 0, LOG_LINES);
    let line = |record: LogRecord| {
        let fields: Vec<String> = record
            .fields
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect();
        LogLine {
            time: record.time,
            tone: match record.level {
                Level::ERROR => LogTone::Error,
                Level::WARN => LogTone::Warning,
                Level::INFO => LogTone::Information,
                _ => LogTone::Detail,
            },
            text: format!("{} {}", record.message, fields.join(" ")),
        }
    };
    records.into_iter().map(line).collect()
}

fn wall_clock() -> Timestamp {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    Timestamp::from_nanos(i64::try_from(since.as_nanos()).unwrap_or(i64::MAX))
}

/// Asked of the terminal at every frame: not every link passes the signal of a resize on.
fn screen_area() -> Rect {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout());
    match size {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            Rect::new(0, 0, size.ws_col.min(1_000), size.ws_row.min(500))
        }
        _ => Rect::new(0, 0, 80, 24),
    }
}
