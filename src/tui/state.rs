//! What the screen itself remembers: what is chosen, what is open, what was said last.
//! Must not read a clock: moments come with the call.

use std::time::Instant;

use super::actions::{ActionId, Scope};
use super::glyphs::Glyphs;
use super::theme::{ColorMode, Paint, ThemeStore, default_theme};
use super::ticket::Ticket;
use crate::domain::{FeedStatus, FormingBar, Timestamp};
use crate::view::{FeedView, InstrumentView, SeriesView, View};

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
    /// Chosen instrument, an index.
    pub instrument: usize,
    /// Chosen timeframe, an index.
    pub timeframe: usize,
    /// Width of candles.
    pub zoom: u8,
    /// Bars between the newest and the right edge.
    pub pan: usize,
    /// Which list is shown where there is room for one.
    pub panel: Panel,
    /// Rows between the newest and the end of the lists.
    pub scroll: usize,
    /// What lies over the desk.
    pub open: Open,
    /// A first press that waits for its second.
    pub pending: Option<Pending>,
    /// What was said last.
    pub message: Option<Message>,
    /// When Enter was pressed last.
    pub(super) last_enter: Option<Instant>,
}

/// The lists that share a place on small screens.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Panel {
    /// The signal feed.
    #[default]
    Signals,
    /// The trade log.
    Trades,
    /// Instruments.
    Watch,
    /// Working orders.
    Orders,
}

impl Panel {
    /// All, in the order of Tab.
    pub const ALL: [Self; 4] = [Self::Signals, Self::Trades, Self::Watch, Self::Orders];

    /// Its tab's text.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Signals => "Signals",
            Self::Trades => "Trade log",
            Self::Watch => "Watch",
            Self::Orders => "Orders",
        }
    }

    /// The list `steps` further, round and round.
    #[must_use]
    pub fn step(self, forward: bool) -> Self {
        match (self, forward) {
            (Self::Signals, true) | (Self::Watch, false) => Self::Trades,
            (Self::Trades, true) | (Self::Orders, false) => Self::Watch,
            (Self::Watch, true) | (Self::Signals, false) => Self::Orders,
            (Self::Orders, true) | (Self::Trades, false) => Self::Signals,
        }
    }
}

/// What lies over the desk.
#[derive(Debug, Clone, Default)]
pub enum Open {
    /// Nothing.
    #[default]
    Nothing,
    /// The order preview.
    Ticket(Box<Ticket>),
    /// The key help, scrolled by rows.
    Help(usize),
    /// A name being typed, with the chosen row.
    Find(String, usize),
    /// A command being typed.
    Command(String),
}

/// The first press of a double one.
#[derive(Debug, Clone)]
pub struct Pending {
    /// Of which action.
    pub action: ActionId,
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
            instrument: 0,
            timeframe: 0,
            zoom: titan_widgets::ZOOM_DEFAULT,
            pan: 0,
            panel: Panel::default(),
            scroll: 0,
            open: Open::Nothing,
            pending: None,
            message: None,
            last_enter: None,
        }
    }

    /// Where keys are looked for.
    pub fn scope(&self) -> Scope {
        match self.open {
            Open::Nothing => Scope::Desk,
            Open::Ticket(_) => Scope::Ticket,
            Open::Help(_) => Scope::Help,
            Open::Find(..) | Open::Command(_) => Scope::Typing,
        }
    }

    /// The chosen instrument; the last one where the choice lies beyond.
    pub fn focus<'v>(&self, view: &'v View) -> Option<&'v InstrumentView> {
        view.instruments
            .get(self.instrument)
            .or_else(|| view.instruments.last())
    }

    /// The chosen timeframe's bars of an instrument.
    pub fn series<'v>(&self, row: &'v InstrumentView) -> Option<&'v SeriesView> {
        row.series.get(self.timeframe).or_else(|| row.series.last())
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

    /// How the chosen instrument's feed is doing.
    pub fn focus_health(&self, view: &View) -> Health {
        self.focus(view)
            .and_then(|row| view.feeds.get(row.feed.index()))
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
