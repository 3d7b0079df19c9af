//! The panes of the desk, a file for each, and what they share: the registry, the pen, the frame.
//! Must not keep anything between two pictures.

pub(super) mod account;
pub(super) mod banner;
pub(super) mod chart;
pub(super) mod context;
pub(super) mod equity;
pub(super) mod fills;
pub(super) mod footer;
pub(super) mod heat;
pub(super) mod journal;
pub(super) mod ladder;
pub(super) mod log;
pub(super) mod message;
pub(super) mod orders;
pub(super) mod pen;
pub(super) mod position;
pub(super) mod positions;
pub(super) mod risk;
pub(super) mod signals;
pub(super) mod status;
pub(super) mod system;
pub(super) mod table;
pub(super) mod tape;
pub(super) mod trades;
mod waiting;
pub(super) mod watch;
pub(super) mod workspaces;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

pub(super) use pen::Pen;

use super::action::Scope;
use super::dispatch::Turn;
use super::state::{DeskState, Health, instrument_of, series_of};
use super::theme::{Paint, Slot};
use super::workspace::{Focus, Leaf, PaneId};
use crate::config::Mode;
use crate::domain::{Decimal, InstrumentId, Side, Timestamp};
use crate::tui::format;
use crate::view::{InstrumentView, SeriesView, View};

/// A kind of pane: a row of the registry.
#[derive(Debug)]
pub struct PaneSpec {
    /// Its name in layouts, `chart`.
    pub name: &'static str,
    /// Its title on tabs.
    pub title: &'static str,
    /// A sentence for the help.
    pub doc: &'static str,
    /// Where its keys are looked for before those of the desk, innermost first.
    pub scopes: &'static [Scope],
    /// On small screens the lowest stay, the others share a place.
    pub rank: u8,
    /// Draws it into an area, frame included.
    pub(super) draw: fn(&Pane, Rect, &mut Buffer),
    /// For lists with columns.
    pub table: Option<&'static table::Table>,
    /// For lists without columns: the keys of the rows in the order in which they are shown.
    pub(super) rows: fn(&Pane) -> Vec<u64>,
    /// For lists whose chosen row is decided elsewhere: its key.
    pub(super) current: fn(&Pane) -> Option<u64>,
    /// For lists: what choosing a row does at once.
    pub(super) choose: fn(&mut DeskState, &View, u64),
    /// What a press of the mouse does at a place inside its frame.
    pub(super) click: fn(&mut DeskState, &mut Turn, Rect, Position),
    /// What moving the pressed mouse from one place inside its frame to another does; answers from
    /// where the next move counts.
    pub(super) drag: fn(&mut DeskState, &mut Turn, Position, Position) -> Position,
    /// What letting go of the mouse does, where it was not moved.
    pub(super) release: fn(&mut DeskState, &mut Turn, Position),
    /// For lists: what Enter on a row does.
    pub(super) open: fn(&mut DeskState, &mut Turn, u64),
}

/// A pane that is no list, to begin a row of the registry with.
pub(super) const PLAIN: PaneSpec = PaneSpec {
    name: "",
    title: "",
    doc: "",
    scopes: &[],
    rank: u8::MAX,
    draw: |_, _, _| {},
    table: None,
    rows: |_| Vec::new(),
    current: |_| None,
    choose: |_, _, _| {},
    click: |_, _, _, _| {},
    drag: |_, _, _, to| to,
    release: |_, _, _| {},
    open: |_, _, _| {},
};

impl PaneSpec {
    /// The keys of its rows in the order in which they are shown.
    pub(super) fn keys(&self, pane: &Pane) -> Vec<u64> {
        match self.table {
            Some(table) => table::keys(pane, table),
            None => (self.rows)(pane),
        }
    }
}

impl PartialEq for PaneSpec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

/// Every kind of pane, in the order in which they are offered.
pub static PANES: &[&PaneSpec] = &[
    CHART,
    &ladder::SPEC,
    &tape::SPEC,
    &watch::SPEC,
    &context::SPEC,
    &heat::SPEC,
    &ladder::DEPTH,
    &signals::SPEC,
    &trades::SPEC,
    &positions::SPEC,
    &orders::SPEC,
    &fills::SPEC,
    &journal::SPEC,
    &equity::SPEC,
    &risk::SPEC,
    &account::SPEC,
    &system::SPEC,
    &log::SPEC,
];

/// The kind that a desk cannot do without.
pub const CHART: &PaneSpec = &chart::SPEC;

/// The kind of a name in layouts.
pub fn by_name(name: &str) -> Option<&'static PaneSpec> {
    PANES.iter().copied().find(|spec| spec.name == name)
}

/// The inside of a frame.
pub(super) fn inner(area: Rect) -> Rect {
    Rect::new(
        area.x.saturating_add(1),
        area.y.saturating_add(1),
        area.width.saturating_sub(2),
        area.height.saturating_sub(2),
    )
}

/// What a pane is drawn from.
pub(super) struct Pane<'a> {
    pub(super) view: &'a View,
    pub(super) state: &'a DeskState,
    /// The pane itself; for what is no pane, the chosen one.
    pub(super) leaf: &'a Leaf,
    /// Whether it is the chosen pane of several.
    pub(super) is_chosen: bool,
    /// The panes that share its place.
    pub(super) tabs: &'a [PaneId],
    /// Its instrument.
    pub(super) focus: Option<&'a InstrumentView>,
}

impl<'a> Pane<'a> {
    /// For what is drawn around and over the panes: the chosen pane's instrument.
    pub(super) fn new(view: &'a View, state: &'a DeskState) -> Self {
        Self::of(view, state, state.leaf(), &[])
    }

    /// For a pane that shares its place with `tabs`.
    pub(super) fn of(
        view: &'a View,
        state: &'a DeskState,
        leaf: &'a Leaf,
        tabs: &'a [PaneId],
    ) -> Self {
        Self {
            view,
            state,
            leaf,
            is_chosen: leaf.id == state.leaf().id,
            tabs,
            focus: instrument_of(view, state.focus_of(leaf)),
        }
    }

    /// What it shows.
    pub(super) fn shown(&self) -> Focus {
        self.state.focus_of(self.leaf)
    }

    /// The bars it shows of an instrument.
    pub(super) fn series(&self, row: &'a InstrumentView) -> Option<&'a SeriesView> {
        series_of(row, self.shown())
    }

    /// How the feed of its instrument is doing.
    pub(super) fn health(&self) -> Health {
        self.state.instrument_health(self.focus, self.view)
    }

    pub(super) fn paint(&self) -> &Paint {
        &self.state.paint
    }

    pub(super) fn fg(&self, slot: impl FnOnce(&super::theme::Theme) -> Slot) -> Style {
        self.state.paint.fg(slot(&self.state.paint.theme))
    }

    pub(super) fn instrument(&self, id: InstrumentId) -> Option<&'a InstrumentView> {
        self.view.instruments.get(id.index())
    }

    pub(super) fn symbol(&self, id: InstrumentId) -> &'a str {
        self.instrument(id)
            .map_or("?", |row| row.instrument.symbol.as_str())
    }

    /// An amount of money, or its mask.
    pub(super) fn money(&self, value: Decimal, places: u32) -> String {
        match self.state.is_private {
            true => self.mask(),
            false => format::money(value, places),
        }
    }

    /// The same with a sign in front of gains too.
    pub(super) fn signed_money(&self, value: Decimal, places: u32) -> String {
        match self.state.is_private {
            true => self.mask(),
            false => format::signed_money(value, places),
        }
    }

    fn mask(&self) -> String {
        self.state.glyphs.flat.repeat(3)
    }

    /// `14:03:27` in the zone of the desk.
    pub(super) fn clock(&self, time: Timestamp) -> String {
        format::clock(self.state.zone.shift(time))
    }

    /// `14:03:27.482` in the zone of the desk.
    pub(super) fn clock_millis(&self, time: Timestamp) -> String {
        format::clock_millis(self.state.zone.shift(time))
    }

    /// A label of a time axis in the zone of the desk, from seconds.
    pub(super) fn axis_time(&self, seconds: i64, step_s: i64) -> String {
        let shifted = self.state.zone.shift(Timestamp::from_seconds(seconds));
        format::axis_time(shifted.seconds(), step_s)
    }

    /// `▲ BUY` and `▼ SELL`, told apart without colour too.
    pub(super) fn side(&self, side: Side) -> (String, Style) {
        match side {
            Side::Buy => (
                format!("{} BUY", self.state.glyphs.up),
                self.fg(|theme| theme.up),
            ),
            Side::Sell => (
                format!("{} SELL", self.state.glyphs.down),
                self.fg(|theme| theme.down),
            ),
        }
    }

    pub(super) fn side_style(&self, side: Side) -> Style {
        self.side(side).1
    }

    /// Draws a frame with a title and gives what is left inside.
    pub(super) fn frame(&self, area: Rect, title: &str, buffer: &mut Buffer) -> Rect {
        let [top_left, top_right, bottom_left, bottom_right, across, down] = match self.view.mode {
            Mode::Paper if self.state.is_replay => self.state.glyphs.frame_replay,
            Mode::Paper => self.state.glyphs.frame,
            Mode::Live => self.state.glyphs.frame_live,
        };
        let style = match self.view.mode {
            Mode::Paper if self.state.is_replay => self.fg(|theme| theme.replay),
            Mode::Paper => self.paint().frame(self.is_chosen),
            Mode::Live => self.fg(|theme| theme.live),
        };
        if area.width < 2 || area.height < 2 {
            return Rect::default();
        }
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.left()..area.right() {
            for y in [area.top(), bottom] {
                pen::put(buffer, x, y, across, style);
            }
        }
        for y in area.top()..area.bottom() {
            for x in [area.left(), right] {
                pen::put(buffer, x, y, down, style);
            }
        }
        pen::put(buffer, area.left(), area.top(), top_left, style);
        pen::put(buffer, right, area.top(), top_right, style);
        pen::put(buffer, area.left(), bottom, bottom_left, style);
        pen::put(buffer, right, bottom, bottom_right, style);
        if self.tabs.len() > 1 {
            self.tab_titles(area, title, buffer);
        } else if !title.is_empty() {
            let mut pen = self.title_pen(area, buffer);
            pen.text(" ", style);
            pen.text(title, self.title_style());
            pen.text(" ", style);
        }
        Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
    }

    /// Writes on a frame's upper edge.
    pub(super) fn title_pen<'b>(&self, area: Rect, buffer: &'b mut Buffer) -> Pen<'b> {
        let line = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
        Pen::new(buffer, line).ellipsis(self.state.glyphs.ellipsis)
    }

    /// Writes a note at the right end of a frame's upper edge, where `used` cells are taken.
    pub(super) fn note(
        &self,
        area: Rect,
        used: u16,
        text: &str,
        style: Style,
        buffer: &mut Buffer,
    ) {
        let width = pen::width(text).saturating_add(2);
        if text.is_empty() || width.saturating_add(used).saturating_add(2) > area.width {
            return;
        }
        let line = Rect::new(area.right() - 1 - width, area.y, width, 1);
        let mut pen = Pen::new(buffer, line);
        pen.text(" ", style);
        pen.text(text, style);
        pen.text(" ", style);
    }

    /// A pen on row `index` of `area`.
    pub(super) fn pen<'b>(&self, area: Rect, index: u16, buffer: &'b mut Buffer) -> Pen<'b> {
        let line = if index < area.height {
            Rect::new(area.x, area.y + index, area.width, 1)
        } else {
            Rect::default()
        };
        Pen::new(buffer, line).ellipsis(self.state.glyphs.ellipsis)
    }

    /// A hint in the middle of an empty pane.
    pub(super) fn hint(&self, area: Rect, text: &str, style: Style, buffer: &mut Buffer) {
        let width = pen::width(text).min(area.width);
        let line = Rect::new(
            area.x + (area.width - width) / 2,
            area.y + area.height.saturating_sub(1) / 2,
            width,
            area.height.min(1),
        );
        Pen::new(buffer, line)
            .ellipsis(self.state.glyphs.ellipsis)
            .rest(text, style);
    }

    fn title_style(&self) -> Style {
        self.paint().title(self.is_chosen)
    }

    /// The titles of the panes that share a place, the shown one's own marked.
    fn tab_titles(&self, area: Rect, title: &str, buffer: &mut Buffer) {
        let (dim, shown) = (self.paint().dim(), self.title_style());
        let root = &self.state.workspaces.current().root;
        let mut pen = self.title_pen(area, buffer);
        pen.text(" ", dim);
        for leaf in self.tabs.iter().filter_map(|id| root.find(*id)) {
            if leaf.id == self.leaf.id {
                pen.text(&format!("[{title}]"), shown);
            } else {
                pen.text(&format!(" {} ", leaf.spec.title), dim);
            }
        }
    }

    /// What the note at the end of a title says of the pane's feed, where it is not well.
    pub(super) fn health_note(&self) -> Option<(String, Style)> {
        match self.health() {
            Health::Stale(age) => Some((
                format!("STALE {}", format::age(age)),
                self.fg(|theme| theme.alarm).add_modifier(Modifier::BOLD),
            )),
            Health::Down(_) => Some(("DOWN".to_owned(), self.fg(|theme| theme.alarm))),
            Health::Waiting | Health::Live | Health::Ended => None,
        }
    }
}
