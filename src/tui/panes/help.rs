//! The key help: every action with its keys and a sentence, by scope.
//! Must not leave an action out.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Pane, pen};
use crate::tui::actions::{ACTIONS, Action, Scope};
use crate::tui::format;
use crate::tui::glyphs::Glyphs;

/// A line of the help.
pub(in crate::tui) enum Line {
    /// A heading.
    Scope(Scope),
    /// An action.
    Action(&'static Action),
    /// Nothing.
    Blank,
}

/// Every line, in order.
pub(in crate::tui) fn lines() -> Vec<Line> {
    let mut lines = Vec::new();
    for scope in Scope::ALL {
        if !lines.is_empty() {
            lines.push(Line::Blank);
        }
        lines.push(Line::Scope(scope));
        lines.extend(
            ACTIONS
                .iter()
                .filter(|row| row.scope == scope)
                .map(Line::Action),
        );
    }
    lines
}

/// Draws the list over the desk.
pub(in crate::tui) fn draw(pane: &Pane, scroll: usize, area: Rect, buffer: &mut Buffer) {
    let width = if area.width < 110 { area.width } else { 104 };
    let height = area.height.saturating_sub(4).min(48);
    let place = Rect::new(area.x + (area.width - width) / 2, area.y + 1, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Keys", buffer);
    let rows = rows(pane, inside.width);
    let height = usize::from(inside.height);
    let first = scroll.min(rows.len().saturating_sub(height));
    let last = (first + height).min(rows.len());
    let note = format!("{}-{last} of {}", first + 1, rows.len());
    pane.note(place, 6, &note, paint.dim(), buffer);
    for (index, row) in (0..inside.height).zip(rows.iter().skip(first)) {
        let mut pen = pane.pen(inside, index, buffer);
        pen.gap(1);
        match row {
            Row::Heading(text) => pen.rest(text, pane.fg(|theme| theme.accent)),
            Row::Keys(keys, doc) => {
                pen.cell(keys, KEY_COLUMNS, paint.strong());
                pen.rest(doc, paint.text());
            }
        }
    }
}

/// Cells of the column of keys.
const KEY_COLUMNS: u16 = 23;

/// A line as it is drawn.
enum Row {
    Heading(&'static str),
    Keys(String, String),
}

/// The list in lines of a width: long sentences go on below.
fn rows(pane: &Pane, width: u16) -> Vec<Row> {
    let room = usize::from(width.saturating_sub(KEY_COLUMNS + 2)).max(16);
    let mut rows = Vec::new();
    for line in lines() {
        match line {
            Line::Blank => rows.push(Row::Keys(String::new(), String::new())),
            Line::Scope(scope) => rows.push(Row::Heading(scope.title())),
            Line::Action(action) => {
                let mut keys = keys(action, &pane.state.glyphs);
                for doc in format::wrap(action.doc, room) {
                    rows.push(Row::Keys(std::mem::take(&mut keys), doc));
                }
            }
        }
    }
    rows
}

/// All keys of an action, or what is typed.
pub(in crate::tui) fn keys(action: &Action, glyphs: &Glyphs) -> String {
    if action.keys.is_empty() {
        return format!(":{}", action.name);
    }
    action
        .keys
        .iter()
        .map(|key| {
            let label = key.label(glyphs);
            if action.twice {
                format!("{label} {label}")
            } else {
                label
            }
        })
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_action_is_in_the_help() {
        let lines = lines();
        for action in ACTIONS {
            let shown = lines
                .iter()
                .any(|line| matches!(line, Line::Action(row) if row.id == action.id));
            assert!(shown, "{}", action.name);
            assert!(
                keys(action, &Glyphs::UNICODE).chars().count() <= 22,
                "{}",
                action.name
            );
            assert!(action.doc.ends_with('.'), "{}", action.name);
        }
    }
}
