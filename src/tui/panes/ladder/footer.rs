//! Below the rows of a ladder: which side is heavier, what moved, the queue, and the keys.
//! Must not name a key that does nothing here.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::levels::Levels;
use super::sizes::{Sizes, major};
use super::{Grid, NO_BOOK, cursor, marks};
use crate::domain::Qty;
use crate::tui::action::{self, Action, ActionId, Danger, LadderAction, TradingAction};
use crate::tui::format;
use crate::tui::overlay::help::sequence;
use crate::tui::panes::{Pane, pen};
use crate::view::InstrumentView;

/// Rows of a ladder for each line below it.
const ROWS_A_LINE: u16 = 6;
/// Most cells of the gauge.
const GAUGE: u16 = 10;

/// The keys that are named, where there is room, in this order.
const KEYS: [ActionId; 6] = [
    ActionId::Trading(TradingAction::BuyLimit),
    ActionId::Trading(TradingAction::SellLimit),
    ActionId::Ladder(LadderAction::Preview),
    ActionId::Ladder(LadderAction::Cancel),
    ActionId::Ladder(LadderAction::Centre),
    ActionId::Ladder(LadderAction::Group),
];

/// How many of them trade, which are not to be cut for the width of a gap.
const TRADING_KEYS: usize = 4;

/// Texts at the left and at the right of a line.
pub(super) struct Line {
    left: Vec<(String, Style)>,
    right: Vec<(String, Style)>,
}

/// The lines for which a ladder has room, the keys last.
pub(super) fn lines(pane: &Pane, row: &InstrumentView, levels: &Levels, inside: Rect) -> Vec<Line> {
    let most = usize::from(inside.height / ROWS_A_LINE);
    if most == 0 {
        return Vec::new();
    }
    let mut lines = vec![balance(pane, row, levels, inside.width)];
    if levels.has_book {
        lines.push(flow(pane, row));
    } else {
        let room = usize::from(inside.width.saturating_sub(2));
        let warn = pane.fg(|theme| theme.warn);
        let text = format::wrap(NO_BOOK, room).into_iter();
        lines.extend(text.map(|text| plain(text, warn)));
    }
    lines.extend(queue(pane, row));
    lines.truncate(most - 1);
    lines.push(keys(pane, row, inside.width));
    lines
}

/// Draws them.
pub(super) fn draw(pane: &Pane, lines: &[Line], area: Rect, buffer: &mut Buffer) {
    for (index, line) in (0..area.height).zip(lines) {
        let mut pen = pane.pen(area, index, buffer);
        pen.gap(1);
        let room = |texts: &[(String, Style)]| {
            let widths = texts.iter().map(|(text, _)| pen::width(text));
            widths.fold(0, u16::saturating_add)
        };
        for (text, style) in &line.left {
            pen.text(text, *style);
        }
        let right = room(&line.right).saturating_add(1);
        if !line.right.is_empty() && right < pen.left() {
            pen.keep(right);
            for (text, style) in &line.right {
                pen.text(text, *style);
            }
        }
    }
}

fn plain(text: String, style: Style) -> Line {
    Line {
        left: vec![(text, style)],
        right: Vec::new(),
    }
}

/// `imb 0.58 B▓▓▓▓▓▓░░░░S  spr 0.5`.
fn balance(pane: &Pane, row: &InstrumentView, levels: &Levels, width: u16) -> Line {
    let paint = pane.paint();
    let fade = |style: Style| super::fade(pane, style);
    let (up, down) = (
        fade(paint.fg(paint.theme.up)),
        fade(paint.fg(paint.theme.down)),
    );
    let mut left = Vec::new();
    let spread = levels.spread();
    let spread = spread.map(|spread| format::price(spread, &row.instrument));
    if let Some(share) = levels.imbalance() {
        let taken = spread.as_ref().map_or(0, |text| pen::width(text) + 6);
        let room = width.saturating_sub(13 + taken);
        let cells = usize::from(room.min(GAUGE));
        let [filled, empty] = pane.state.glyphs.bar;
        let bids = (0..cells).filter(|cell| is_filled(*cell, cells, share));
        let bids = bids.count();
        left.push(("imb ".to_owned(), paint.dim()));
        left.push((format!("{share:.2} "), fade(paint.text())));
        if cells >= 4 {
            left.push((format!("B{}", filled.repeat(bids)), up));
            left.push((format!("{}S", empty.repeat(cells - bids)), down));
        }
    }
    let right = spread.map_or_else(Vec::new, |spread| {
        vec![
            ("spr ".to_owned(), paint.dim()),
            (spread, fade(paint.text())),
        ]
    });
    Line { left, right }
}

/// Whether a cell of a gauge lies within its share.
fn is_filled(cell: usize, cells: usize, share: f64) -> bool {
    let middle = |cell: usize| -> f64 {
        let places = u32::try_from(cell * 2 + 1).unwrap_or(u32::MAX);
        f64::from(places) / 2.0
    };
    middle(cell) <= share * (middle(cells) - 0.5)
}

/// What was laid and pulled on each side of late.
fn flow(pane: &Pane, row: &InstrumentView) -> Line {
    let paint = pane.paint();
    let flow = row.book.flow;
    let largest = [
        flow.bid_stacked,
        flow.bid_pulled,
        flow.ask_stacked,
        flow.ask_pulled,
    ];
    let size = |quantity: Qty| major(quantity, &row.instrument);
    let largest = largest.into_iter().map(size).fold(0.0, f64::max);
    let sizes = Sizes::of(largest, &row.instrument);
    let side = |letter: &str, stacked: Qty, pulled: Qty, style: Style| {
        let stacked = sizes.label(size(stacked));
        let pulled = sizes.label(size(pulled));
        let text = format!("+{stacked} -{pulled}  ");
        [
            (format!("{letter} "), super::fade(pane, style)),
            (text, super::fade(pane, paint.text())),
        ]
    };
    let up = pane.fg(|theme| theme.up);
    let down = pane.fg(|theme| theme.down);
    let bids = side("B", flow.bid_stacked, flow.bid_pulled, up);
    let asks = side("S", flow.ask_stacked, flow.ask_pulled, down);
    Line {
        left: bids.into_iter().chain(asks).collect(),
        right: vec![("5 s".to_owned(), paint.dim())],
    }
}

/// `my Q ahead 3.41 of 8.20`, for the own order that is nearest to the market; nothing where no
/// place is known.
fn queue(pane: &Pane, row: &InstrumentView) -> Option<Line> {
    let grid = Grid::of(&pane.leaf.ladder, row);
    let middle = super::middle(row)?;
    let own = pane
        .view
        .working_orders
        .values()
        .filter(|order| order.instrument == row.id);
    let spots = own.filter_map(|order| {
        let price = marks::row_of(order, grid)?;
        let spot = pane.view.queue.get(&order.id)?;
        let away = price.units().abs_diff(middle.units());
        Some((away, spot))
    });
    let (_, spot) = spots.min_by_key(|(away, _)| *away)?;
    let paint = pane.paint();
    let size = |quantity: Qty| major(quantity, &row.instrument);
    let sizes = Sizes::of(size(spot.level), &row.instrument);
    Some(Line {
        left: vec![
            ("my Q ahead ".to_owned(), paint.dim()),
            (sizes.label(size(spot.ahead)), paint.text()),
            (" of ".to_owned(), paint.dim()),
            (sizes.label(size(spot.level)), paint.text()),
        ],
        right: Vec::new(),
    })
}

/// What the keys do here, and the price they do it at once the cursor was moved.
fn keys(pane: &Pane, row: &InstrumentView, width: u16) -> Line {
    let own = cursor(&pane.leaf.ladder, row).filter(|(_, is_set)| *is_set);
    let own = own.map(|(price, _)| format!("@ {}", format::price(price, &row.instrument)));
    let taken = own.as_ref().map_or(1, |text| pen::width(text) + 2);
    let room = width.saturating_sub(1 + taken);
    let glyphs = &pane.state.glyphs;
    let hints: Vec<(String, &Action)> = KEYS
        .into_iter()
        .filter_map(action::row)
        .filter_map(|action| {
            let keys = pane.state.keymap.chords(action.id).next()?;
            let keys = sequence(keys, action, glyphs);
            // A narrow line has room for its sign.
            let keys = if keys == "Enter" {
                glyphs.enter_key.to_owned()
            } else {
                keys
            };
            Some((keys, action))
        })
        .collect();
    let widths = || {
        let cells = |(keys, action): &(String, &Action)| {
            pen::width(keys).saturating_add(pen::width(action.hint) + 1)
        };
        hints.iter().map(cells)
    };
    let needed = widths()
        .take(TRADING_KEYS)
        .fold(0, |sum, cells| sum + cells + 2);
    let gap = if needed <= room + 2 { 2 } else { 1 };
    let (mut left, mut used) = (Vec::new(), 0);
    for ((keys, action), cells) in hints.iter().zip(widths()) {
        let space = if left.is_empty() { 0 } else { gap };
        used += space + cells;
        if used > room {
            break;
        }
        let style = match action.danger {
            Danger::Reduces => pane.fg(|theme| theme.warn),
            _ => pane.fg(|theme| theme.accent),
        };
        left.push((format!("{}{keys}", " ".repeat(space.into())), style));
        left.push((format!(" {}", action.hint), pane.paint().dim()));
    }
    let right = own.map_or_else(Vec::new, |text| vec![(text, pane.fg(|theme| theme.accent))]);
    Line { left, right }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_gauge_is_filled_to_the_nearest_cell() {
        for (share, filled) in [
            (0.0, 0),
            (0.04, 0),
            (0.05, 1),
            (0.58, 6),
            (0.5, 5),
            (1.0, 10),
        ] {
            let cells = (0..10).filter(|cell| is_filled(*cell, 10, share));
            assert_eq!(cells.count(), filled, "{share}");
        }
    }
}
