//! The key help: every action with its keys and a sentence, where you are first; typing filters.
//! Must not leave an action out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::line::Line;
use super::prompt::draw_text;
use crate::tui::action::{self, Action, Scope};
use crate::tui::format;
use crate::tui::glyphs::Glyphs;
use crate::tui::keymap::{Binding, Key, Keymap};
use crate::tui::panes::{Pane, pen};
use crate::tui::state::DeskState;

/// Cells of the column of keys.
const KEY_COLUMNS: u16 = 23;

/// What the help remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Help {
    /// Shows only actions that hold it.
    pub filter: Line,
    /// The chosen action, counted among those shown.
    pub chosen: usize,
    /// Whether the actions of every scope are shown, not only of where the desk stands.
    pub everything: bool,
}

impl Help {
    /// Changes the filter.
    pub fn edit<T>(&mut self, change: impl FnOnce(&mut Line) -> T) -> T {
        self.chosen = 0;
        change(&mut self.filter)
    }

    /// Changes between what can be done here and everything.
    pub fn change_tab(&mut self) {
        self.chosen = 0;
        self.everything = !self.everything;
    }

    /// The action that Enter does.
    pub fn chosen_action(&self, state: &DeskState) -> Option<&'static Action> {
        let shown = self.shown(state);
        shown
            .get(self.chosen.min(shown.len().saturating_sub(1)))
            .copied()
    }

    /// The actions that are listed; those of everywhere where a filter finds none here.
    pub(in crate::tui) fn shown(&self, state: &DeskState) -> Vec<&'static Action> {
        let here = actions(state, self.filter.text(), self.everything);
        if here.is_empty() && !self.everything {
            return actions(state, self.filter.text(), true);
        }
        here
    }
}

/// The actions that match, by scope, those of the chosen pane first; of scopes that hold where the
/// desk stands, or of all.
fn actions(state: &DeskState, filter: &str, everything: bool) -> Vec<&'static Action> {
    let filter = filter.trim().trim_start_matches(':').to_lowercase();
    let here = state.desk_scopes();
    let mut scopes: Vec<Scope> = state.leaf().spec.scopes.to_vec();
    let others = Scope::ALL.into_iter();
    let others: Vec<Scope> = others
        .filter(|scope| !scopes.contains(scope) && (everything || here.contains(scope)))
        .collect();
    scopes.extend(others);
    scopes
        .into_iter()
        .flat_map(|scope| action::all().filter(move |action| action.scope == scope))
        .filter(|action| {
            let keys = all_keys(&state.keymap, action, &state.glyphs).join(", ");
            [action.name, action.label, action.doc, action.command, &keys]
                .into_iter()
                .chain(action.aliases.iter().copied())
                .any(|text| text.to_lowercase().contains(&filter))
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
    let inside = pane.frame(place, "", buffer);
    let shown = help.shown(pane.state);
    let chosen = help.chosen.min(shown.len().saturating_sub(1));
    let note = format!("{} of {}", shown.len(), action::all().count());
    pane.note(place, 24, &note, paint.dim(), buffer);
    draw_tabs(pane, help, place, buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.text(" filter: ", paint.dim());
    draw_text(&mut line, &help.filter, paint.strong());
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
                for word in doc.split_inclusive(' ') {
                    let is_typed = word.starts_with(':');
                    let typed = pane.fg(|theme| theme.accent);
                    pen.text(word, if is_typed { typed } else { paint.text() });
                }
                if *place == chosen {
                    let line = Rect::new(list.x, list.y + index, list.width, 1);
                    buffer.set_style(line, paint.behind(paint.theme.selection));
                }
            }
        }
    }
}

/// The tabs on the upper edge, the shown one marked.
fn draw_tabs(pane: &Pane, help: &Help, place: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let title = pane
        .fg(|theme| theme.title)
        .add_modifier(Modifier::REVERSED);
    let mut pen = pane.title_pen(place, buffer);
    pen.text(" Keys ", paint.strong());
    for (name, is_shown) in [("here", !help.everything), ("all", help.everything)] {
        if is_shown {
            pen.text(&format!("[{name}]"), title);
        } else {
            pen.text(&format!(" {name} "), paint.dim());
        }
    }
    pen.text(" Tab ", paint.dim());
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
        for doc in format::wrap(&sentence(action), room) {
            rows.push(Row::Keys(std::mem::take(&mut keys), doc, place));
        }
    }
    rows
}

/// What an action does and what is typed for it.
fn sentence(action: &Action) -> String {
    let own = Some(action.command).filter(|command| !command.is_empty());
    let words = own.into_iter().chain(action.alias_words());
    words.fold(action.doc.to_owned(), |text, word| {
        format!("{text} :{word}")
    })
}

/// The keys of an action, as many as fit their column, or what is typed.
pub(in crate::tui) fn keys(keymap: &Keymap, action: &Action, glyphs: &Glyphs) -> String {
    let chords = all_keys(keymap, action, glyphs);
    let Some((first, rest)) = chords.split_first() else {
        return first_keys(keymap, action, glyphs);
    };
    let most = usize::from(KEY_COLUMNS) - 1;
    let mut text: String = first.chars().take(most).collect();
    for keys in rest {
        if text.chars().count() + 2 + keys.chars().count() <= most {
            text = format!("{text}, {keys}");
        }
    }
    text
}

/// The first sequence of an action, or what is typed.
pub(in crate::tui) fn first_keys(keymap: &Keymap, action: &Action, glyphs: &Glyphs) -> String {
    let first = all_keys(keymap, action, glyphs).into_iter().next();
    first.unwrap_or_else(|| match action.command_word() {
        "" => String::new(),
        word => format!(":{word}"),
    })
}

/// Every sequence of an action, those that hand something to it last.
fn all_keys(keymap: &Keymap, action: &Action, glyphs: &Glyphs) -> Vec<String> {
    let rows = keymap.bindings.iter().filter(|row| !row.copied);
    let mut rows: Vec<&Binding> = rows.filter(|row| row.run.id == action.id).collect();
    rows.sort_by_key(|row| !row.arguments.is_empty());
    rows.into_iter()
        .map(|row| sequence(&row.on, action, glyphs))
        .collect()
}

/// A sequence of keys as it is pressed; of one that is pressed twice, its last key comes again.
pub(in crate::tui) fn sequence(keys: &[Key], action: &Action, glyphs: &Glyphs) -> String {
    let twice = action.wants_second_press(keys.len());
    let mut keys: Vec<String> = keys.iter().map(|key| key.label(glyphs)).collect();
    if twice {
        keys.extend(keys.last().cloned());
    }
    keys.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::ColorMode;

    fn names(help: &Help, state: &DeskState) -> Vec<&'static str> {
        help.shown(state).iter().map(|row| row.name).collect()
    }

    #[test]
    fn every_action_is_in_the_help() {
        let state = DeskState::new(ColorMode::Mono, false);
        let mut help = Help::default();
        help.change_tab();
        let shown = help.shown(&state);
        assert_eq!(shown.len(), action::all().count());
        for action in shown {
            let keys = keys(&state.keymap, action, &Glyphs::UNICODE);
            assert!(
                !keys.is_empty(),
                "{} has no key and no command",
                action.name
            );
            assert!(keys.chars().count() <= 22, "{}: {keys}", action.name);
        }
    }

    #[test]
    fn the_first_tab_lists_what_can_be_done_here() {
        let state = DeskState::new(ColorMode::Mono, false);
        let help = Help::default();
        let here = state.desk_scopes();
        assert!(
            help.shown(&state)
                .iter()
                .all(|row| here.contains(&row.scope))
        );
        assert_eq!(help.shown(&state)[0].scope, state.leaf().spec.scopes[0]);
    }

    #[test]
    fn typing_filters_and_finds_what_is_elsewhere() {
        let state = DeskState::new(ColorMode::Mono, false);
        let typed = |text: &str| Help {
            filter: Line::new(text),
            ..Help::default()
        };
        assert_eq!(
            names(&typed("position.flatten"), &state),
            ["position.flatten"]
        );
        assert!(names(&typed(":theme"), &state).contains(&"theme.next"));
        assert!(names(&typed("ticket.send"), &state).contains(&"ticket.send"));
        assert!(names(&typed("no such thing"), &state).is_empty());
    }
}
