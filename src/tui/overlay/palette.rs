//! The palette: actions, instruments, workspaces, timeframes, themes and settings in one list.
//! Must not do what is chosen: `dispatch` does.

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::fuzzy::Fuzzy;
use super::help;
use super::line::Line;
use super::prompt::draw_text;
use crate::config::keys;
use crate::tui::action::{self, Action, Argument};
use crate::tui::panes::{Pane, pen};
use crate::tui::state::DeskState;
use crate::view::View;

/// Most rows that are shown at once.
const ROWS: u16 = 18;
/// Most cells of the list's width.
const COLUMNS: u16 = 88;
/// Cells of the column that says what an entry is.
const KIND_COLUMNS: u16 = 10;
/// Cells of the column of labels.
const LABEL_COLUMNS: u16 = 26;
/// Most entries that are remembered as chosen before.
const RECENT_MAX: usize = 20;

/// What an entry stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Choice {
    /// Something to do.
    Action(&'static Action),
    /// An instrument, by its place in the view.
    Symbol(usize),
    /// A workspace, by its place.
    Workspace(usize),
    /// A timeframe, by its place in the series.
    Timeframe(usize),
    /// A theme, by the entry's label.
    Theme,
    /// A key of the configuration.
    Setting(&'static str),
}

impl Choice {
    /// What it is, for the badge.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Action(_) => "action",
            Self::Symbol(_) => "symbol",
            Self::Workspace(_) => "workspace",
            Self::Timeframe(_) => "timeframe",
            Self::Theme => "theme",
            Self::Setting(_) => "setting",
        }
    }

    /// What is added to the score: of two that fit alike, what is done oftener comes first.
    const fn weight(self) -> u32 {
        match self {
            Self::Action(_) => 6,
            Self::Symbol(_) | Self::Workspace(_) => 4,
            Self::Timeframe(_) | Self::Theme => 2,
            Self::Setting(_) => 0,
        }
    }
}

/// A row of the palette.
#[derive(Debug, Clone)]
pub struct Entry {
    /// What it stands for.
    pub choice: Choice,
    /// What it is called.
    pub label: String,
    /// A sentence about it.
    pub doc: String,
    /// Its keys, where it has some.
    pub keys: String,
    /// Other words it is found by.
    words: Vec<&'static str>,
}

impl Entry {
    /// The name in keymaps, for actions.
    const fn name(&self) -> &'static str {
        match self.choice {
            Choice::Action(action) => action.name,
            _ => "",
        }
    }

    /// Its name in the list of those chosen before.
    pub fn id(&self) -> String {
        format!("{} {}", self.choice.kind(), self.label)
    }
}

/// What the palette remembers.
#[derive(Debug, Clone)]
pub struct Palette {
    /// What was typed so far.
    pub line: Line,
    /// Place of the chosen row among those found.
    pub chosen: usize,
    entries: Vec<Entry>,
    /// Places in `entries` of what fits, best first.
    found: Vec<usize>,
}

impl Palette {
    /// Everything that can be chosen where the desk stands; what was chosen before comes first.
    pub fn new(state: &DeskState, view: &View) -> Self {
        let mut entries = actions(state);
        entries.extend(values(state, view));
        let place = |entry: &Entry| {
            let id = entry.id();
            state.recent.iter().position(|recent| *recent == id)
        };
        entries.sort_by_key(|entry| place(entry).unwrap_or(usize::MAX));
        let mut palette = Self {
            line: Line::default(),
            chosen: 0,
            entries,
            found: Vec::new(),
        };
        palette.look();
        palette
    }

    /// Changes what was typed and looks again.
    pub fn edit<T>(&mut self, change: impl FnOnce(&mut Line) -> T) -> T {
        let answer = change(&mut self.line);
        self.chosen = 0;
        self.look();
        answer
    }

    /// What fits, best first.
    pub fn found(&self) -> impl Iterator<Item = &Entry> {
        self.found
            .iter()
            .filter_map(|place| self.entries.get(*place))
    }

    /// The entry that Enter chooses.
    pub fn chosen_entry(&self) -> Option<&Entry> {
        let last = self.found.len().saturating_sub(1);
        self.found().nth(self.chosen.min(last))
    }

    fn look(&mut self) {
        let typed = self.line.text().trim();
        if typed.is_empty() {
            self.found = (0..self.entries.len()).collect();
            return;
        }
        let mut fuzzy = Fuzzy::new(typed);
        let lower = typed.to_lowercase();
        let mut scored: Vec<(usize, u8, u32)> = self
            .entries
            .iter()
            .enumerate()
            .filter_map(|(place, entry)| {
                let words = entry.words.iter().copied();
                let texts = std::iter::once(entry.label.as_str()).chain(words);
                let begins = texts
                    .clone()
                    .filter_map(|text| text.to_lowercase().strip_prefix(&lower).map(str::len))
                    .min();
                let class = match begins {
                    Some(0) => 0,
                    Some(_) => 1,
                    None => 2,
                };
                let name = entry.name();
                let score = fuzzy.best(texts.chain([name]))? + entry.choice.weight();
                Some((place, class, score))
            })
            .collect();
        // What begins with the letters was meant more likely than what only holds them.
        scored.sort_by_key(|(_, class, score)| (*class, Reverse(*score)));
        self.found = scored.into_iter().map(|(place, ..)| place).collect();
    }
}

/// The newest first, each once, as many as are kept.
pub(in crate::tui) fn remember(recent: &mut Vec<String>, id: String) {
    recent.retain(|other| *other != id);
    recent.insert(0, id);
    recent.truncate(RECENT_MAX);
}

/// The actions that can be done with nothing open, by their place in the footer.
fn actions(state: &DeskState) -> Vec<Entry> {
    let scopes = state.desk_scopes();
    // Workspaces are in the list by their own names.
    let is_number = |action: &Action| action.name.ends_with(|it: char| it.is_ascii_digit());
    let mut actions: Vec<&'static Action> = action::all()
        .filter(|action| scopes.contains(&action.scope) && !is_number(action))
        .collect();
    actions.sort_by_key(|action| action.rank);
    actions
        .into_iter()
        .map(|action| {
            let word = Some(action.command_word()).filter(|word| !word.is_empty());
            let words = word.into_iter().chain(action.alias_words());
            Entry {
                choice: Choice::Action(action),
                label: action.label.to_owned(),
                doc: action.doc.to_owned(),
                keys: help::first_keys(&state.keymap, action, &state.glyphs),
                words: words.collect(),
            }
        })
        .collect()
}

fn values(state: &DeskState, view: &View) -> Vec<Entry> {
    let entry = |choice: Choice, label: String, doc: String| Entry {
        choice,
        label,
        doc,
        keys: String::new(),
        words: Vec::new(),
    };
    let symbols = view.instruments.iter().enumerate().map(|(place, row)| {
        let (label, doc) = (
            row.instrument.symbol.clone(),
            row.instrument.key.to_string(),
        );
        entry(Choice::Symbol(place), label, doc)
    });
    let workspaces = state.workspaces.all().iter().enumerate();
    let workspaces = workspaces.map(|(place, it)| {
        let doc = format!("workspace {}", place + 1);
        entry(Choice::Workspace(place), it.name.clone(), doc)
    });
    let series = state.focus(view).map_or(&[][..], |row| &row.series);
    let timeframes = series.iter().enumerate().map(|(place, it)| {
        let label = it.timeframe.to_string();
        entry(
            Choice::Timeframe(place),
            label,
            "bars of this length".to_owned(),
        )
    });
    let themes = state.themes.names().into_iter();
    let themes = themes.map(|name| entry(Choice::Theme, name.to_string(), String::new()));
    let settings = keys::KEYS.iter().filter(|key| !key.path.contains("[]"));
    let settings = settings.map(|key| {
        entry(
            Choice::Setting(key.path),
            key.path.to_owned(),
            key.doc.to_owned(),
        )
    });
    let lists = symbols.chain(workspaces).chain(timeframes);
    lists.chain(themes).chain(settings).collect()
}

/// The command that changes a setting, where the desk has one: its word.
pub(in crate::tui) fn setting_command() -> Option<&'static str> {
    let takes_key = |action: &&Action| {
        action
            .placeholders()
            .next()
            .is_some_and(|it| it.argument == Argument::Setting)
    };
    action::all().find(takes_key).map(Action::command_word)
}

/// Draws the list over the desk.
pub(in crate::tui) fn draw(pane: &Pane, palette: &Palette, area: Rect, buffer: &mut Buffer) {
    let width = area.width.saturating_sub(2).min(COLUMNS);
    let height = area.height.saturating_sub(5).min(ROWS + 3);
    let left = area.x + (area.width - width) / 2;
    let place = Rect::new(left, area.y + 1, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Palette", buffer);
    let count = palette.found.len();
    let note = format!("{count} of {}", palette.entries.len());
    pane.note(place, 9, &note, paint.dim(), buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.gap(1);
    line.text(pane.state.glyphs.cursor, pane.fg(|theme| theme.accent));
    draw_text(&mut line, &palette.line, paint.strong());
    if count == 0 {
        let text = " nothing fits: fewer letters, or : for the command line";
        return pane.pen(inside, 1, buffer).rest(text, paint.dim());
    }
    let chosen = palette.chosen.min(count - 1);
    let visible = usize::from(inside.height.saturating_sub(1));
    let first = chosen.saturating_sub(visible.saturating_sub(1));
    let rows = palette.found().enumerate().skip(first).take(visible);
    for (index, (place, entry)) in (1..).zip(rows) {
        draw_entry(pane, entry, inside, index, buffer);
        if place == chosen {
            let row = Rect::new(inside.x, inside.y + index, inside.width, 1);
            buffer.set_style(row, paint.behind(paint.theme.selection));
        }
    }
}

fn draw_entry(pane: &Pane, entry: &Entry, inside: Rect, index: u16, buffer: &mut Buffer) {
    let paint = pane.paint();
    let keys = pen::width(&entry.keys);
    let room = inside.width.saturating_sub(keys + 2);
    let mut line = pane.pen(
        Rect {
            width: room,
            ..inside
        },
        index,
        buffer,
    );
    line.gap(1);
    line.cell(entry.choice.kind(), KIND_COLUMNS, paint.dim());
    line.cell(&entry.label, LABEL_COLUMNS, paint.strong());
    line.gap(1);
    if line.left() > 8 {
        line.rest(&entry.doc, paint.dim());
    }
    let mut line = pane.pen(inside, index, buffer);
    line.keep(keys + 1);
    line.text(&entry.keys, pane.fg(|theme| theme.accent));
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, sample};

    /// Actions that are used most.
    const TOP: usize = 20;
    /// Most letters that may be needed for one of them.
    const LETTERS: usize = 4;

    fn palette() -> Palette {
        Palette::new(&DeskState::new(ColorMode::Mono, false), &sample::view())
    }

    fn first(palette: &mut Palette, typed: &str) -> Option<Choice> {
        palette.edit(|line| *line = Line::new(typed));
        palette.chosen_entry().map(|entry| entry.choice)
    }

    /// The beginnings that come to mind for an action: of its label, its command, its words.
    fn queries(entry: &Entry) -> Vec<String> {
        let initials: String = entry
            .label
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .collect();
        let begin = |text: &str| text.chars().take(LETTERS).collect::<String>();
        let texts = entry.words.iter().copied().chain([entry.label.as_str()]);
        texts.map(begin).chain([initials]).collect()
    }

    #[test]
    fn four_letters_find_each_of_the_top_actions() {
        let mut palette = palette();
        let top: Vec<Entry> = palette
            .found()
            .filter(|entry| matches!(entry.choice, Choice::Action(_)))
            .take(TOP)
            .cloned()
            .collect();
        assert_eq!(top.len(), TOP);
        for entry in top {
            let tried = queries(&entry);
            let hit = tried
                .iter()
                .any(|typed| first(&mut palette, typed) == Some(entry.choice));
            assert!(hit, "{} by {tried:?}", entry.label);
        }
    }

    #[test]
    fn every_kind_is_found_by_its_name() {
        let mut palette = palette();
        let cases = [
            ("orion", "symbol"),
            ("signals", "workspace"),
            ("5m", "timeframe"),
            ("okabe", "theme"),
            ("desk.clock", "setting"),
            ("GP", "action"),
        ];
        for (typed, kind) in cases {
            let found = first(&mut palette, typed).map(Choice::kind);
            assert_eq!(found, Some(kind), "{typed}");
        }
        assert_eq!(first(&mut palette, "qqqqqq"), None);
    }

    #[test]
    fn what_was_chosen_comes_first_next_time() {
        let mut state = DeskState::new(ColorMode::Mono, false);
        remember(&mut state.recent, "theme okabe".to_owned());
        remember(&mut state.recent, "symbol RHEA".to_owned());
        remember(&mut state.recent, "theme okabe".to_owned());
        let palette = Palette::new(&state, &sample::view());
        let labels: Vec<&str> = palette
            .found()
            .take(2)
            .map(|it| it.label.as_str())
            .collect();
        assert_eq!(labels, ["okabe", "RHEA"]);
    }
}
