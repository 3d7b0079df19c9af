//! What lists share: which row is chosen, and which rows fit.
//! Must not know what a row says.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::Pane;

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
