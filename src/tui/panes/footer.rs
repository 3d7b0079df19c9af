//! The footer: the keys of what is open, from the action table; or the second press wanted.
//! Must not name a key that does nothing here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::{Pane, pen};
use crate::tui::actions::{ACTIONS, Action, Danger, Scope};

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
    let scope = pane.state.scope();
    let mut rows: Vec<&Action> = ACTIONS
        .iter()
        .filter(|action| !action.hint.is_empty() && shown(scope, action))
        .collect();
    rows.sort_by_key(|action| (action.scope != scope && scope != Scope::Desk, action.rank));
    let mut line = pane.pen(area, 0, buffer);
    line.gap(1);
    for action in rows {
        let keys = keys(pane, action);
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

fn shown(scope: Scope, action: &Action) -> bool {
    match scope {
        Scope::Desk => scope.chain().contains(&action.scope),
        _ => {
            action.scope == scope
                || action.danger == Danger::Reduces && action.scope == Scope::Always
        }
    }
}

/// The first key of an action; with that of its opposite, where the two make one hint.
fn keys(pane: &Pane, action: &Action) -> String {
    let glyphs = &pane.state.glyphs;
    let label = |action: &Action| {
        action
            .keys
            .first()
            .map(|key| key.label(glyphs))
            .unwrap_or_default()
    };
    let own = label(action);
    if action.twice {
        return format!("{own} {own}");
    }
    let partner = ACTIONS.iter().find(|other| {
        other.scope == action.scope && other.hint.is_empty() && is_pair(other, action)
    });
    match partner {
        Some(other) => {
            let first = label(other);
            let before = ACTIONS
                .iter()
                .position(|row| row.id == other.id)
                .zip(ACTIONS.iter().position(|row| row.id == action.id))
                .is_some_and(|(other, own)| other < own);
            let pair = if before { [first, own] } else { [own, first] };
            let joint = if pair.iter().all(|key| key.chars().count() == 1) {
                ""
            } else {
                "/"
            };
            pair.join(joint)
        }
        None => own,
    }
}

fn is_pair(a: &Action, b: &Action) -> bool {
    use crate::tui::actions::ActionId as Id;
    [
        (Id::InstrumentPrevious, Id::InstrumentNext),
        (Id::TimeframePrevious, Id::TimeframeNext),
        (Id::PanLeft, Id::PanRight),
        (Id::ZoomOut, Id::ZoomIn),
        (Id::TicketPriceUp, Id::TicketPriceDown),
        (Id::TicketLess, Id::TicketMore),
        (Id::HelpUp, Id::HelpDown),
        (Id::HelpPageUp, Id::HelpPageDown),
        (Id::TypingUp, Id::TypingDown),
    ]
    .iter()
    .any(|(one, other)| (a.id, b.id) == (*one, *other) || (b.id, a.id) == (*one, *other))
}
