//! A line being typed: a command, an instrument, a timeframe, a part of an old command; with the
//! list of what may come of it.
//! Must not do what was typed: `dispatch` does.

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::complete::{Candidate, Candidates, candidates};
use super::fuzzy::Fuzzy;
use super::help;
use super::line::Line;
use crate::tui::action::{self, ActionId, TypingAction};
use crate::tui::format;
use crate::tui::panes::{Pane, Pen, pen};
use crate::tui::state::DeskState;
use crate::view::View;

/// Most rows of the list above the line.
const LIST_ROWS: usize = 8;
/// Most cells of that list's width.
const LIST_COLUMNS: u16 = 100;

/// What is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// The name of an action.
    Command,
    /// A part of an instrument's name.
    Find,
    /// A timeframe.
    Timeframe,
    /// A part of a command that was typed before.
    History,
}

/// Candidates that Tab goes through.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Cycle {
    /// What stood before the cursor at the first Tab.
    typed: String,
    /// Place of the candidate that stands in the line.
    at: usize,
}

/// A line being typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What for.
    pub kind: PromptKind,
    /// What was typed so far.
    pub line: Line,
    /// The chosen row of what matches.
    pub chosen: usize,
    cycle: Option<Cycle>,
    /// How far back in the history the line was taken from, 1 for the newest; 0 for none.
    recalled: usize,
    /// What stood in the line before it was taken from the history.
    draft: String,
}

impl Prompt {
    /// An empty line.
    pub fn new(kind: PromptKind) -> Self {
        Self::with(kind, "")
    }

    /// A line that holds something already.
    pub fn with(kind: PromptKind, text: &str) -> Self {
        Self {
            kind,
            line: Line::new(text),
            chosen: 0,
            cycle: None,
            recalled: 0,
            draft: String::new(),
        }
    }

    /// What was typed so far.
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Adds a letter at the cursor.
    pub fn push(&mut self, letter: char) {
        self.edit(|line| line.push(letter));
    }

    /// Changes the line; what was chosen for the old one is forgotten.
    pub fn edit<T>(&mut self, change: impl FnOnce(&mut Line) -> T) -> T {
        self.chosen = 0;
        self.cycle = None;
        change(&mut self.line)
    }

    /// What is offered for the line as it was typed.
    pub(in crate::tui) fn offered(&self, state: &DeskState, view: &View) -> Candidates {
        let typed = match &self.cycle {
            Some(cycle) => cycle.typed.as_str(),
            None => self.line.before(),
        };
        match self.kind {
            PromptKind::Command => candidates(typed, state, view),
            PromptKind::Timeframe => Candidates {
                start: 0,
                ..candidates(&format!("timeframe {typed}"), state, view)
            },
            PromptKind::History => Candidates {
                list: matching_history(typed, &state.history),
                ..Candidates::default()
            },
            PromptKind::Find => Candidates::default(),
        }
    }

    /// Puts the next candidate into the line, or the one before. The only one there is stays.
    pub(in crate::tui) fn complete(&mut self, forward: bool, state: &DeskState, view: &View) {
        let offered = self.offered(state, view);
        let count = offered.list.len();
        let at = match (&self.cycle, forward) {
            (None, true) => 0,
            (None, false) => count.saturating_sub(1),
            (Some(cycle), true) => (cycle.at + 1) % count.max(1),
            (Some(cycle), false) => (cycle.at + count.saturating_sub(1)) % count.max(1),
        };
        let Some(candidate) = offered.list.get(at) else {
            return;
        };
        let typed = match self.cycle.take() {
            Some(cycle) => cycle.typed,
            None => self.line.before().to_owned(),
        };
        if count == 1 && self.kind == PromptKind::Command {
            self.line
                .replace(offered.start, &format!("{} ", candidate.word));
            return;
        }
        self.line.replace(offered.start, &candidate.word);
        self.cycle = Some(Cycle { typed, at });
    }

    /// Takes an older command into the line, or a newer one, and at last what was typed itself.
    pub(in crate::tui) fn recall(&mut self, older: bool, history: &[String]) {
        let place = if older {
            (self.recalled + 1).min(history.len())
        } else {
            self.recalled.saturating_sub(1)
        };
        if place == self.recalled {
            return;
        }
        if self.recalled == 0 {
            self.draft = self.text().to_owned();
        }
        let text = match place {
            0 => Some(&self.draft),
            back => history.iter().rev().nth(back - 1),
        };
        let line = Line::new(text.cloned().unwrap_or_default());
        self.edit(|old| *old = line);
        self.recalled = place;
    }

    /// Place of the row that is marked in the list; `None` where none is.
    fn marked(&self) -> Option<usize> {
        match self.kind {
            PromptKind::History => Some(self.chosen),
            _ => self.cycle.as_ref().map(|cycle| cycle.at),
        }
    }
}

/// Old commands that hold what was typed, newest first.
fn matching_history(typed: &str, history: &[String]) -> Vec<Candidate> {
    let mut fuzzy = Fuzzy::new(typed);
    history
        .iter()
        .rev()
        .filter(|command| fuzzy.score(command).is_some())
        .map(|command| Candidate {
            word: command.clone(),
            doc: String::new(),
        })
        .collect()
}

/// Indices of the instruments whose name or key fits `text`, best first.
pub(in crate::tui) fn matches(view: &View, text: &str) -> Vec<usize> {
    let mut fuzzy = Fuzzy::new(text);
    let mut found: Vec<(usize, u32)> = view
        .instruments
        .iter()
        .enumerate()
        .filter_map(|(index, row)| {
            let key = row.instrument.key.to_string();
            // The name says more than the venue's number for it.
            let name = fuzzy.score(&row.instrument.symbol).map(|score| score + 8);
            Some((index, name.max(fuzzy.score(&key))?))
        })
        .collect();
    found.sort_by_key(|(_, score)| Reverse(*score));
    found.into_iter().map(|(index, _)| index).collect()
}

/// Draws the line with its cursor.
pub(super) fn draw_text(pen: &mut Pen, line: &Line, style: Style) {
    let cursor = Style::new().add_modifier(Modifier::REVERSED);
    pen.text(line.before(), style);
    let mut rest = line.after().chars();
    let under = rest.next().unwrap_or(' ');
    pen.text(&under.to_string(), style.patch(cursor));
    pen.text(rest.as_str(), style);
}

/// Draws the line a command is typed on.
pub(in crate::tui) fn draw_line(pane: &Pane, prompt: &Prompt, area: Rect, buffer: &mut Buffer) {
    let mut pen = pane.pen(area, 0, buffer);
    pen.gap(1);
    let mark = match prompt.kind {
        PromptKind::Command | PromptKind::Find => ":",
        PromptKind::Timeframe => "timeframe ",
        PromptKind::History => "history: ",
    };
    pen.text(mark, pane.fg(|theme| theme.accent));
    draw_text(&mut pen, &prompt.line, pane.paint().strong());
}

/// Draws what may be typed next above the line at `line`, within `area`.
pub(in crate::tui) fn draw_list(
    pane: &Pane,
    prompt: &Prompt,
    line: Rect,
    area: Rect,
    buffer: &mut Buffer,
) {
    let offered = prompt.offered(pane.state, pane.view);
    let (usage, list) = (offered.usage, &offered.list);
    let free = line.y.saturating_sub(area.y + 1);
    let most = LIST_ROWS.min(usize::from(free.saturating_sub(3)));
    let shown = list.len().min(most);
    if shown == 0 && usage.is_empty() {
        return;
    }
    let rows = u16::try_from(shown).unwrap_or(0).saturating_add(2);
    let width = area.width.min(LIST_COLUMNS);
    let top = line.y.saturating_sub(rows.min(free));
    let place = Rect::new(area.x, top, width, line.y - top);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let title = match (prompt.kind, usage) {
        (PromptKind::History, _) => "History",
        (PromptKind::Timeframe, _) => "Timeframe",
        (_, "") => "Commands",
        (_, usage) => usage,
    };
    let inside = pane.frame(place, title, buffer);
    let mut notes = Vec::new();
    if prompt.kind == PromptKind::Command && !pane.state.history.is_empty() {
        let search = ActionId::Typing(TypingAction::History);
        if let Some(row) = action::row(search) {
            let keys = help::first_keys(&pane.state.keymap, row, &pane.state.glyphs);
            notes.push(format!("{keys} history"));
        }
    }
    if list.len() > shown {
        notes.push(format!("{shown} of {}", list.len()));
    }
    let used = pen::width(title).saturating_add(4);
    pane.note(place, used, &notes.join(", "), paint.dim(), buffer);
    let marked = prompt.marked();
    let at = marked.map_or(0, |at| at.min(list.len().saturating_sub(1)));
    let first = at.saturating_sub(shown.saturating_sub(1));
    let word_columns = list
        .iter()
        .map(|it| pen::width(&it.word))
        .max()
        .unwrap_or(0);
    let word_columns = word_columns.clamp(8, inside.width / 2);
    for (index, (place, candidate)) in (0..).zip(list.iter().enumerate().skip(first).take(shown)) {
        let mut pen = pane.pen(inside, index, buffer);
        pen.gap(1);
        if candidate.doc.is_empty() {
            pen.rest(&candidate.word, paint.strong());
        } else {
            pen.cell(&candidate.word, word_columns, paint.strong());
            pen.gap(2);
            pen.rest(&candidate.doc, paint.dim());
        }
        if marked.is_some() && place == at {
            let row = Rect::new(inside.x, inside.y + index, inside.width, 1);
            buffer.set_style(row, paint.behind(paint.theme.selection));
        }
    }
}

/// Draws the list over the chart.
pub(in crate::tui) fn draw_find(pane: &Pane, prompt: &Prompt, area: Rect, buffer: &mut Buffer) {
    let found = matches(pane.view, prompt.text());
    let rows = u16::try_from(found.len()).unwrap_or(u16::MAX).clamp(1, 12);
    let width = area.width.saturating_sub(4).min(44);
    let height = rows.saturating_add(3).min(area.height.saturating_sub(1));
    let place = Rect::new(area.x + 2, area.y + 1, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Instrument", buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.text("/", pane.fg(|theme| theme.accent));
    draw_text(&mut line, &prompt.line, paint.strong());
    if found.is_empty() {
        return pane
            .pen(inside, 1, buffer)
            .rest(" nothing matches", paint.dim());
    }
    let chosen = prompt.chosen.min(found.len() - 1);
    let visible = usize::from(inside.height.saturating_sub(1));
    let first = chosen.saturating_sub(visible.saturating_sub(1));
    let shown = found.iter().enumerate().skip(first).take(visible);
    for (index, (place, found)) in (1..).zip(shown) {
        let Some(row) = pane.view.instruments.get(*found) else {
            continue;
        };
        let mut line = pane.pen(inside, index, buffer);
        let style = if place == chosen {
            paint.strong()
        } else {
            paint.text()
        };
        let mark = if place == chosen {
            pane.state.glyphs.cursor
        } else {
            " "
        };
        line.text(mark, pane.fg(|theme| theme.accent));
        line.cell(&row.instrument.symbol, 12, style);
        line.cell(&row.instrument.key.to_string(), 16, paint.dim());
        let last = row.market.as_ref().and_then(|market| market.last);
        if let Some(last) = last {
            let room = line.left();
            line.right(&format::price(last, &row.instrument), room, paint.text());
        }
    }
}
