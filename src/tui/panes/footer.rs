//! The footer: the keys of what is open, from the action table; or the second press wanted.
//! Must not name a key that does nothing here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Pane, pen};
use crate::tui::action::{self, Action, Danger, Scope};
use crate::tui::overlay::help::sequence;
use crate::tui::state::Open;

/// Draws the line.
pub(in crate::tui) fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    if let Some(pending) = &pane.state.pending {
        let style = paint.on(paint.theme.warn).add_modifier(Modifier::BOLD);
        let mut pen = pane.pen(area, 0, buffer);
        pen.text(" ", style);
        pen.rest(&pending.text, style);
        return;
    }
    let scopes = pane.state.scopes();
    let mut rows: Vec<&Action> = action::all()
        .filter(|action| !action.hint.is_empty() && scopes.contains(&action.scope))
        .filter(|action| is_wanted(pane, action))
        .collect();
    let is_covered = !matches!(pane.state.open, Open::Nothing);
    rows.sort_by_key(|action| {
        (
            is_covered && Some(&action.scope) != scopes.first(),
            action.rank,
        )
    });
    let mut line = pane.pen(area, 0, buffer);
    line.gap(1);
    for action in rows {
        let Some(keys) = keys(pane, action) else {
            continue;
        };
        let needed = pen::width(&keys)
            .saturating_add(pen::width(action.hint))
            .saturating_add(1);
        if needed > line.left() {
            continue;
        }
        let style = match action.danger {
            Danger::Reduces => pane.fg(|theme| theme.warn),
            _ => pane.fg(|theme| theme.accent),
        };
        line.text(&keys, style);
        line.text(&format!(" {}", action.hint), paint.dim());
        line.gap(2);
    }
}

/// With something open, the keys of what is open and those that reduce risk from anywhere.
fn is_wanted(pane: &Pane, action: &Action) -> bool {
    match pane.state.open {
        Open::Nothing => true,
        _ => {
            Some(&action.scope) == pane.state.scopes().first()
                || action.danger == Danger::Reduces && action.scope == Scope::Always
        }
    }
}

/// The first keys of an action; with those of its opposite, where the two make one hint.
fn keys(pane: &Pane, action: &Action) -> Option<String> {
    let glyphs = &pane.state.glyphs;
    let keymap = &pane.state.keymap;
    let label = |action: &Action| {
        let keys = keymap.chords(action.id).next()?;
        Some(sequence(keys, action, glyphs))
    };
    let own = label(action)?;
    let others = action::all().filter(|other| other.scope == action.scope);
    let partner = others
        .into_iter()
        .find(|other| other.hint.is_empty() && is_pair(other, action));
    let Some((other, first)) = partner.and_then(|other| Some((other, label(other)?))) else {
        return Some(own);
    };
    let place = |id| action::all().position(|row| row.id == id);
    let pair = if place(other.id) < place(action.id) {
        [first, own]
    } else {
        [own, first]
    };
    let joint = if pair.iter().all(|key| key.chars().count() == 1) {
        ""
    } else {
        "/"
    };
    Some(pair.join(joint))
}

/// Two actions of the same place in the footer, one without words, share a hint.
fn is_pair(a: &Action, b: &Action) -> bool {
    const PAIRS: [[&str; 2]; 12] = [
        ["instrument.previous", "instrument.next"],
        ["timeframe.shorter", "timeframe.longer"],
        ["chart.pan_left", "chart.pan_right"],
        ["chart.zoom_out", "chart.zoom_in"],
        ["chart.event_previous", "chart.event_next"],
        ["crosshair.left", "crosshair.right"],
        ["crosshair.up", "crosshair.down"],
        ["ladder.up", "ladder.down"],
        ["list.up", "list.down"],
        ["ticket.price_up", "ticket.price_down"],
        ["ticket.less", "ticket.more"],
        ["typing.up", "typing.down"],
    ];
    PAIRS
        .iter()
        .any(|pair| pair.contains(&a.name) && pair.contains(&b.name) && a.id != b.id)
}
