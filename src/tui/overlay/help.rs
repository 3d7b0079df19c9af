//! The key help: every action with its keys and a sentence, where you are first; typing filters.
//! Must not leave an action out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::action::{self, Action, Scope, Tap};
use crate::tui::format;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::Keymap;
use crate::tui::panes::{Pane, pen};
use crate::tui::state::DeskState;

/// Cells of the column of keys.
const KEY_COLUMNS: u16 = 23;

/// What the help remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    /// Shows only actions that hold it.
    pub filter: String,
    /// The chosen action, counted among those shown.
    pub chosen: usize,
}

impl Help {
    /// Adds a letter to the filter.
    pub fn push(&mut self, letter: char) {
        self.filter.push(letter);
        self.chosen = 0;
    }

    /// Takes the filter's last letter away; `None` where it was empty.
    pub fn erase(&mut self) -> Option<char> {
        self.chosen = 0;
        self.filter.pop()
    }

    /// The action that Enter does.
    pub fn chosen_action(&self, state: &DeskState) -> Option<&'static Action> {
        let shown = actions(state, &self.filter);
        shown
            .get(self.chosen.min(shown.len().saturating_sub(1)))
            .copied()
    }
}

/// The actions that match, by scope, those of the chosen pane first.
pub(in crate::tui) fn actions(state: &DeskState, filter: &str) -> Vec<&'static Action> {
    let filter = filter.to_lowercase();
    let here = state.leaf().spec.scopes;
    let mut scopes: Vec<Scope> = here.to_vec();
    scopes.extend(Scope::ALL.into_iter().filter(|scope| !here.contains(scope)));
    scopes
        .into_iter()
        .flat_map(|scope| action::all().filter(move |action| action.scope == scope))
        .filter(|action| {
            let keys = keys(&state.keymap, action, &state.glyphs).to_lowercase();
            [action.name, action.label, action.doc]
                .iter()
                .any(|text| text.to_lowercase().contains(&filter))
                || keys.contains(&filter)
        })
        .collect()
}

/// A line as it is drawn.
enum Row {
    Heading(&'static str),
    /// Keys, sentence, and the action's place among those shown.
    Keys(String, String, usize),
}

/// Draws the list over the desk.
pub(in crate::tui) fn draw(pane: &Pane, help: &Help, area: Rect, buffer: &mut Buffer) {
    let width = if area.width < 110 { area.width } else { 104 };
    let height = area.height.saturating_sub(4).min(48);
    let place = Rect::new(area.x + (area.width - width) / 2, area.y + 1, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Keys", buffer);
    let shown = actions(pane.state, &help.filter);
    let chosen = help.chosen.min(shown.len().saturating_sub(1));
    let note = format!("{} of {}", shown.len(), action::all().count());
    pane.note(place, 6, &note, paint.dim(), buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.text(" filter: ", paint.dim());
    line.text(&help.filter, paint.strong());
    line.text(" ", Style::new().add_modifier(Modifier::REVERSED));
    let list = Rect::new(
        inside.x,
        inside.y + 1,
        inside.width,
        inside.height.saturating_sub(1),
    );
    let rows = rows(pane, &shown, list.width);
    let at = rows
        .iter()
        .position(|row| matches!(row, Row::Keys(_, _, place) if *place == chosen))
        .unwrap_or(0);
    let height = usize::from(list.height);
    let first = at
        .saturating_sub(height / 2)
        .min(rows.len().saturating_sub(height));
    for (index, row) in (0..list.height).zip(rows.iter().skip(first)) {
        let mut pen = pane.pen(list, index, buffer);
        pen.gap(1);
        match row {
            Row::Heading(text) => pen.rest(text, pane.fg(|theme| theme.accent)),
            Row::Keys(keys, doc, place) => {
                pen.cell(keys, KEY_COLUMNS, paint.strong());
                pen.rest(doc, paint.text());
                if *place == chosen {
                    let line = Rect::new(list.x, list.y + index, list.width, 1);
                    buffer.set_style(line, paint.behind(paint.theme.selection));
                }
            }
        }
    }
}

/// The list in lines of a width: long sentences go on below.
fn rows(pane: &Pane, shown: &[&'static Action], width: u16) -> Vec<Row> {
    let room = usize::from(width.saturating_sub(KEY_COLUMNS + 2)).max(16);
    let mut rows = Vec::new();
    let mut scope = None;
    for (place, action) in shown.iter().enumerate() {
        if scope != Some(action.scope) {
            if scope.is_some() {
                rows.push(Row::Heading(""));
            }
            rows.push(Row::Heading(action.scope.title()));
            scope = Some(action.scope);
        }
        let mut keys = keys(&pane.state.keymap, action, &pane.state.glyphs);
        for doc in format::wrap(action.doc, room) {
            rows.push(Row::Keys(std::mem::take(&mut keys), doc, place));
        }
    }
    rows
}

/// All keys of an action, or what is typed.
pub(in crate::tui) fn keys(keymap: &Keymap, action: &Action, glyphs: &Glyphs) -> String {
    let chords: Vec<String> = keymap
        .chords(action.id)
        .map(|keys| sequence(keys, action, glyphs))
        .collect();
    if chords.is_empty() {
        return format!(":{}", action.command_word());
    }
    chords.join(", ")
}

/// A sequence of keys as it is pressed.
pub(in crate::tui) fn sequence(
    keys: &[crate::tui::keymap::Key],
    action: &Action,
    glyphs: &Glyphs,
) -> String {
    let keys: Vec<String> = keys.iter().map(|key| key.label(glyphs)).collect();
    let once = keys.join(" ");
    match action.tap {
        Tap::Once => once,
        Tap::Twice => format!("{once} {once}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::ColorMode;

    #[test]
    fn every_action_is_in_the_help() {
        let state = DeskState::new(ColorMode::Mono, false);
        let shown = actions(&state, "");
        assert_eq!(shown.len(), action::all().count());
        for action in shown {
            let keys = keys(&state.keymap, action, &Glyphs::UNICODE);
            assert!(keys.chars().count() <= 22, "{}: {keys}", action.name);
        }
    }

    #[test]
    fn typing_filters() {
        let state = DeskState::new(ColorMode::Mono, false);
        let found = actions(&state, "flatten");
        assert_eq!(found.first().map(|row| row.name), Some("position.flatten"));
    }
}
