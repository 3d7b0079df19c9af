//! What the screen itself remembers: what is chosen, what is open, what was said last.
//! Must not read a clock: moments come with the call.

use std::cell::RefCell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use ratatui::layout::Rect;

use super::action::{ActionId, Scope};
use super::dispatch::Drag;
use super::glyphs::Glyphs;
use super::keymap::{Key, Keymap, Progress};
use super::overlay::help::Help;
use super::overlay::leave::Leave;
use super::overlay::palette::Palette;
use super::overlay::prompt::Prompt;
use super::overlay::studies::Studies;
use super::safety::KillProgress;
use super::theme::{ColorMode, Paint, ThemeStore, default_theme};
use super::ticket::Ticket;
use super::workspace::{Focus, Leaf, Link, PaneId, Workspaces};
use super::zone::Zone;
use crate::config::Mode;
use crate::domain::{FeedStatus, FormingBar, Timestamp};
use crate::view::{FeedView, InstrumentView, SeriesView, StudySet, View};

/// Everything the screen shows that is not in the view.
#[derive(Debug, Clone)]
pub struct DeskState {
    /// Theme and colour depth.
    pub paint: Paint,
    /// The themes there are.
    pub themes: ThemeStore,
    /// Characters.
    pub glyphs: Glyphs,
    /// The wall clock as shown; `None` hides it.
    pub clock: Option<Timestamp>,
    /// Milliseconds since the view last changed.
    pub idle_ms: u64,
    /// Age of a feed beyond which its panes are marked stale.
    pub stale_after_ms: u64,
    /// The feeds as configured, for the screen before the first tick.
    pub feed_names: Vec<String>,
    /// The area of the last frame.
    pub area: Rect,
    /// Which keys mean what.
    pub keymap: Arc<Keymap>,
    /// Keys that are not yet a whole sequence.
    pub progress: Progress,
    /// The panes.
    pub workspaces: Workspaces,
    /// Whether orders that increase risk may be sent; `None` until a key says: on paper they may.
    pub armed: Option<bool>,
    /// Time without a key after which a live desk is disarmed.
    pub disarm_after: Option<Duration>,
    /// When a key was pressed last.
    pub touched: Option<Instant>,
    /// How far a pressed kill switch has come.
    pub kill: Option<KillProgress>,
    /// Set while everything is closed before the desk is left.
    pub is_leaving: bool,
    /// Whether money is masked.
    pub is_private: bool,
    /// The zone of all times.
    pub zone: Zone,
    /// A border that the mouse is moving.
    pub drag: Option<Drag>,
    /// What is shown instead of what is, until it is let go.
    pub frozen: Option<Arc<View>>,
    /// Whether what is shown is a replay.
    pub is_replay: bool,
    /// What each link group shows.
    pub links: [Focus; Link::ALL.len()],
    /// What lies over the desk.
    pub open: Open,
    /// A first press that waits for its second.
    pub pending: Option<Pending>,
    /// The newest lines of the log, newest last; filled while a log is shown.
    pub log: Vec<LogLine>,
    /// What was said last.
    pub message: Option<Message>,
    /// The indicators that charts draw; a cache, which drawing brings up to the bars.
    pub studies: RefCell<StudySet>,
    /// Commands that were typed, the newest last, each once.
    pub history: Vec<String>,
    /// What was chosen in the palette, the newest first.
    pub recent: Vec<String>,
    /// Workspaces and panes that were chosen before, the newest last.
    pub(super) visited: Vec<(usize, PaneId)>,
    /// When Enter was pressed last.
    pub(super) last_enter: Option<Instant>,
}

/// What lies over the desk.
#[derive(Debug, Clone, Default)]
pub enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// The order preview.
    Ticket(Box<Ticket>),
    /// The key help.
    Help(Help),
    /// Something being typed.
    Prompt(Prompt),
    /// Everything that can be chosen, in one list.
    Palette(Box<Palette>),
    /// The chosen list's filter is being typed; this is the one before it.
    Filter(String),
    /// The columns of the chosen list, one of them chosen.
    Columns(usize),
    /// The indicators of the chosen chart.
    Studies(Box<Studies>),
    /// The first screen of a new desk.
    Tour,
    /// The question before leaving.
    Leave(Leave),
}

/// How grave a line of the log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogTone {
    /// Something failed.
    Error,
    /// Something wants attention.
    Warning,
    /// Something to know.
    Information,
    /// Something for whoever looks for a fault.
    Detail,
}

/// A line of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogLine {
    /// Wall clock.
    pub time: Timestamp,
    /// How grave it is.
    pub tone: LogTone,
    /// What was said, with what came with it.
    pub text: String,
}

/// The first press of a double one.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Of which action.
    pub action: ActionId,
    /// The key that does it when it comes again; `None` where the whole sequence must.
    pub again: Option<Key>,
    /// What the footer says.
    pub text: String,
    /// When it is forgotten.
    pub until: Instant,
}

/// How a message is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Done, or on its way.
    Good,
    /// To know.
    Plain,
    /// Refused or wrong.
    Bad,
}

/// What the desk itself said; it makes way for the next thing that happens.
#[derive(Debug, Clone)]
pub struct Message {
    /// The words.
    pub text: String,
    /// How they are meant.
    pub tone: Tone,
    /// The view's sequence when it was said.
    pub sequence: u64,
}

/// How a feed is doing, age considered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Health {
    /// Nothing has come yet.
    Waiting,
    /// Delivering.
    Live,
    /// Connected, but silent for so many milliseconds.
    Stale(u64),
    /// Lost, and why.
    Down(String),
    /// At its end.
    Ended,
}

impl DeskState {
    /// A state that shows the first instrument.
    pub fn new(mode: ColorMode, ascii: bool) -> Self {
        Self {
            paint: Paint::new(default_theme(), mode),
            themes: ThemeStore::builtin(),
            glyphs: if ascii {
                Glyphs::ASCII
            } else {
                Glyphs::UNICODE
            },
            clock: None,
            idle_ms: 0,
            stale_after_ms: 5_000,
            feed_names: Vec::new(),
            area: Rect::default(),
            keymap: Keymap::shipped(),
            progress: Progress::default(),
            workspaces: Workspaces::new(),
            armed: None,
            disarm_after: None,
            touched: None,
            kill: None,
            is_leaving: false,
            is_private: false,
            zone: Zone::UTC,
            drag: None,
            frozen: None,
            is_replay: false,
            // Each group begins with an instrument of its own.
            links: Link::ALL.map(|link| Focus {
                instrument: link.index(),
                timeframe: 0,
            }),
            open: Open::Nothing,
            pending: None,
            log: Vec::new(),
            message: None,
            studies: RefCell::default(),
            history: Vec::new(),
            recent: Vec::new(),
            visited: Vec::new(),
            last_enter: None,
        }
    }

    /// Where keys are looked for, innermost first.
    pub fn scopes(&self) -> Vec<Scope> {
        let scope = match &self.open {
            Open::Nothing => return self.desk_scopes(),
            Open::Ticket(_) => Scope::Ticket,
            Open::Tour => Scope::Reading,
            Open::Help(_)
            | Open::Prompt(_)
            | Open::Palette(_)
            | Open::Leave(_)
            | Open::Filter(_)
            | Open::Columns(_)
            | Open::Studies(_) => Scope::Typing,
        };
        scope.chain().to_vec()
    }

    /// Where keys are looked for with nothing open over the panes, innermost first.
    pub fn desk_scopes(&self) -> Vec<Scope> {
        let leaf = self.leaf();
        let crosshair = leaf.chart.crosshair.map(|_| &Scope::Crosshair);
        let replay = self.is_replay.then_some(&Scope::Replay);
        let pane = replay.into_iter().chain(crosshair);
        let pane = pane.chain(leaf.spec.scopes);
        pane.chain(Scope::Desk.chain()).copied().collect()
    }

    /// Takes other keys; what was begun with the old ones is forgotten.
    pub fn use_keymap(&mut self, keymap: Arc<Keymap>) {
        self.keymap = keymap;
        self.progress.clear();
        self.pending = None;
    }

    /// When the keys that may follow a begun sequence are to be shown.
    pub fn which_key_due(&self) -> Option<Instant> {
        self.progress.which_key_due()
    }

    /// Whether orders that increase risk may be sent.
    pub fn is_armed(&self, view: &View) -> bool {
        self.armed.unwrap_or(view.mode == Mode::Paper)
    }

    /// The chosen pane.
    pub fn leaf(&self) -> &Leaf {
        self.workspaces.current().chosen()
    }

    /// The chosen pane, to change what it remembers.
    pub fn leaf_mut(&mut self) -> &mut Leaf {
        self.workspaces.current_mut().chosen_mut()
    }

    /// What a pane shows: that of its group, or its own.
    pub fn focus_of(&self, leaf: &Leaf) -> Focus {
        let shared = leaf
            .link
            .and_then(|link| self.links.get(link.index()).copied())
            .unwrap_or(leaf.own);
        Focus {
            timeframe: leaf.chart.timeframe.unwrap_or(shared.timeframe),
            ..shared
        }
    }

    /// What the chosen pane shows, for all that trades.
    pub fn context(&self) -> Focus {
        self.focus_of(self.leaf())
    }

    /// Changes what the chosen pane and its group show; a chart that has a timeframe of its own
    /// keeps it to itself.
    pub fn set_context(&mut self, focus: Focus) {
        let leaf = self.leaf_mut();
        let link = leaf.link;
        let has_own = leaf.chart.timeframe.is_some();
        if has_own {
            leaf.chart.timeframe = Some(focus.timeframe);
        }
        let group = match link.and_then(|link| self.links.get_mut(link.index())) {
            Some(group) => group,
            None => &mut self.leaf_mut().own,
        };
        let timeframe = match has_own {
            true => group.timeframe,
            false => focus.timeframe,
        };
        *group = Focus { timeframe, ..focus };
    }

    /// The instrument of the chosen pane; the last one where the choice lies beyond.
    pub fn focus<'v>(&self, view: &'v View) -> Option<&'v InstrumentView> {
        instrument_of(view, self.context())
    }

    /// How a feed is doing.
    pub fn health(&self, feed: &FeedView) -> Health {
        match &feed.status {
            FeedStatus::Down(text) => Health::Down(text.clone()),
            FeedStatus::Ended => Health::Ended,
            FeedStatus::Connecting => Health::Waiting,
            FeedStatus::Live => match feed.age_ms.map(|age| age.saturating_add(self.idle_ms)) {
                None => Health::Waiting,
                Some(age) if age >= self.stale_after_ms => Health::Stale(age),
                Some(_) => Health::Live,
            },
        }
    }

    /// How an instrument's feed is doing.
    pub fn instrument_health(&self, row: Option<&InstrumentView>, view: &View) -> Health {
        row.and_then(|row| view.feeds.get(row.feed.index()))
            .map_or(Health::Waiting, |feed| self.health(feed))
    }

    /// Says something until something newer happens.
    pub fn say(&mut self, tone: Tone, text: impl Into<String>, view: &View) {
        self.message = Some(Message {
            text: text.into(),
            tone,
            sequence: view.sequence,
        });
    }
}

/// The instrument of a focus; the last one where the choice lies beyond.
pub(super) fn instrument_of(view: &View, focus: Focus) -> Option<&InstrumentView> {
    view.instruments
        .get(focus.instrument)
        .or_else(|| view.instruments.last())
}

/// The bars of a focus.
pub(super) fn series_of(row: &InstrumentView, focus: Focus) -> Option<&SeriesView> {
    row.series
        .get(focus.timeframe)
        .or_else(|| row.series.last())
}

/// The forming bar of a series, from the series itself or from the newest market state.
pub(super) fn forming(row: &InstrumentView, series: &SeriesView) -> Option<FormingBar> {
    series.forming.or_else(|| {
        row.market.as_ref().and_then(|market| {
            market
                .forming
                .iter()
                .find(|(timeframe, _)| *timeframe == series.timeframe)
                .map(|(_, bar)| *bar)
        })
    })
}
