//! What lists share: which row is chosen, and which rows fit.
//! Must not know what a row says.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};

use super::Pane;
use crate::tui::dispatch::Turn;
use crate::tui::state::DeskState;

/// Which rows of a list are shown, and which of them is chosen.
pub(super) struct Rows {
    /// Place of the first shown row.
    pub(super) first: usize,
    /// Place of the chosen row; `None` in an empty list.
    pub(super) chosen: Option<usize>,
}

/// The window of `height` rows over a list whose rows have `keys`, so that the chosen one is in it.
pub(super) fn window(pane: &Pane, keys: &[u64], height: u16) -> Rows {
    let height = usize::from(height);
    let chosen = chosen(pane, keys);
    let last = keys.len().saturating_sub(height);
    let first = chosen.map_or(0, |place| {
        let least = place.saturating_sub(height.saturating_sub(1));
        pane.leaf.table.offset.clamp(least, place)
    });
    Rows {
        first: first.min(last),
        chosen: chosen.filter(|_| pane.is_chosen),
    }
}

/// Place of the chosen row: the one whose key was chosen, or the first.
fn chosen(pane: &Pane, keys: &[u64]) -> Option<usize> {
    let wanted = pane.leaf.table.chosen;
    let place = keys.iter().position(|key| Some(*key) == wanted);
    place.or(if keys.is_empty() { None } else { Some(0) })
}

/// Lays the ground of the chosen row under what was written on line `line` of `area`.
pub(super) fn mark(pane: &Pane, is_chosen: bool, area: Rect, line: u16, buffer: &mut Buffer) {
    if is_chosen {
        let row = Rect::new(area.x, area.y + line, area.width, 1);
        buffer.set_style(row, pane.paint().selected());
    }
}

/// A press in a list chooses the row under it; a second press on the chosen row opens it.
pub(super) fn click(state: &mut DeskState, turn: &mut Turn, inside: Rect, at: Position) {
    let spec = state.leaf().spec;
    let pane = Pane::new(turn.view, state);
    let keys = (spec.rows)(&pane);
    let window = window(&pane, &keys, inside.height);
    let place = window.first + usize::from(at.y.saturating_sub(inside.y));
    let Some(key) = keys.get(place).copied() else {
        return;
    };
    if state.leaf().table.chosen == Some(key) {
        (spec.open)(state, turn, key);
    } else {
        state.leaf_mut().table.chosen = Some(key);
        (spec.choose)(state, turn.view, key);
    }
}
