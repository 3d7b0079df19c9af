//! The first screen of a new desk: what it shows, and the dozen keys that are enough to begin.
//! Must not name a key that the keymap does not have.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::help;
use crate::config::Mode;
use crate::tui::action;
use crate::tui::panes::{Pane, pen};

/// Cells of the column of keys.
const KEY_COLUMNS: u16 = 12;

/// What is told of each action, by its name.
const STEPS: [(&str, &str); 12] = [
    (
        "help",
        "the keys of where you are; type to filter, Enter does it",
    ),
    ("command", "type the name of anything"),
    ("find", "another instrument"),
    ("pane.next", "another pane; the arrows move in it"),
    ("workspace.2", "another workspace, up to nine"),
    ("pane.zoom", "the pane alone on the screen"),
    (
        "order.buy_limit",
        "preview an order to buy; Enter sends it, Esc does not",
    ),
    ("order.sell_limit", "preview an order to sell"),
    ("position.flatten", "close the position of this instrument"),
    (
        "order.cancel_entries",
        "cancel every order that is not an exit",
    ),
    ("kill", "KILL: cancel all, close all, refuse what comes"),
    ("leave", "leave"),
];

/// Draws it over the desk.
pub(in crate::tui) fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let (width, height) = (area.width.min(76), area.height.min(21));
    let place = Rect::new(
        area.x + (area.width - width) / 2,
        area.y + (area.height - height) / 2,
        width,
        height,
    );
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Welcome", buffer);
    let money = match pane.view.mode {
        Mode::Paper => "This is a paper account: no order leaves this machine.",
        Mode::Live => "This is a LIVE account: orders go to a venue. The desk begins disarmed.",
    };
    let spare = inside.height.saturating_sub(lines(STEPS.len()) + 2);
    let mut row = u16::from(spare > 2);
    pane.pen(inside, row, buffer)
        .rest(&format!(" {money}"), pane.fg(|theme| theme.warn));
    row += 1 + u16::from(spare > 1);
    for (name, text) in STEPS {
        let Some(action) = action::by_name(name) else {
            continue;
        };
        let mut pen = pane.pen(inside, row, buffer);
        pen.gap(1);
        let keys = pane.state.keymap.chords(action.id).next().map_or_else(
            || format!(":{}", action.command_word()),
            |keys| help::sequence(keys, action, &pane.state.glyphs),
        );
        pen.cell(&keys, KEY_COLUMNS, paint.strong());
        pen.rest(text, paint.text());
        row += 1;
    }
    let last = inside.height.saturating_sub(1);
    if row < last {
        let text = " Esc closes this; :tour shows it again.";
        pane.pen(inside, last, buffer).rest(text, paint.dim());
    }
}

fn lines(count: usize) -> u16 {
    u16::try_from(count).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_step_is_an_action() {
        for (name, text) in STEPS {
            assert!(action::by_name(name).is_some(), "{name}");
            assert!(text.chars().count() < 62, "{text}");
        }
    }
}
