//! The price ladder: what rests at each price, what changed, what was traded, and own orders.
//! Must not show a level that the feed did not give.

mod curve;
mod footer;
mod grid;
mod levels;
mod marks;
mod rows;
mod sizes;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Modifier, Style};

pub(super) use curve::SPEC as DEPTH;
pub(in crate::tui) use grid::{Grid, cursor, middle, next_group};
pub(in crate::tui) use marks::row_of;
pub(super) use sizes::{Sizes, lot_decimals, major};

use super::{PLAIN, Pane, PaneSpec};
use crate::domain::{Price, Qty, Side};
use crate::tui::action::Scope;
use crate::tui::dispatch::Turn;
use crate::tui::format;
use crate::tui::state::DeskState;
use crate::view::InstrumentView;
use levels::Levels;
use rows::Rows;

/// What a ladder says that has best bid and ask and no book.
const NO_BOOK: &str = "L1 only: this feed gives no depth";

/// Its row of the registry.
pub(in crate::tui) static SPEC: PaneSpec = PaneSpec {
    name: "dom",
    title: "DOM",
    doc: "The price ladder: depth, changes, volume and own orders by price.",
    scopes: &[Scope::Ladder],
    rank: 5,
    draw,
    click,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let Some(row) = pane.focus.filter(|row| middle(row).is_some()) else {
        let inside = pane.frame(area, "DOM", buffer);
        return pane.draw_waiting(inside, "the first price", buffer);
    };
    let grid = Grid::of(&pane.leaf.ladder, row);
    let title = format!("DOM {}", format::price(grid.step(), &row.instrument));
    let inside = pane.frame(area, &title, buffer);
    let levels = Levels::of(row, grid, pane.leaf.ladder.depth);
    let below = footer::lines(pane, row, &levels, inside);
    let (list, foot) = parts(inside, below.len());
    let rows = Rows::new(pane, row, grid, levels, list);
    note(pane, row, &rows, area, &title, buffer);
    rows.draw(pane, row, list, buffer);
    footer::draw(pane, &below, foot, buffer);
}

/// The rows of prices, and what stands below them.
fn parts(inside: Rect, below: usize) -> (Rect, Rect) {
    let below = u16::try_from(below).unwrap_or(u16::MAX).min(inside.height);
    let list = Rect {
        height: inside.height - below,
        ..inside
    };
    let foot = Rect::new(inside.x, list.bottom(), inside.width, below);
    (list, foot)
}

/// At the right of the title: what is wrong with the data, else where the market went, else how
/// the ladder stands.
fn note(
    pane: &Pane,
    row: &InstrumentView,
    rows: &Rows,
    area: Rect,
    title: &str,
    buffer: &mut Buffer,
) {
    let used = pane.title_cells(title);
    let glyphs = &pane.state.glyphs;
    let warn = pane.fg(|theme| theme.warn);
    if let Some((text, style)) = pane.health_note() {
        return pane.note(area, used, &text, style, buffer);
    }
    if let Some(upwards) = rows.market_out_of_sight() {
        let arrow = if upwards { glyphs.up } else { glyphs.down };
        let last =
            middle(row).map_or_else(String::new, |price| format::price(price, &row.instrument));
        let text = format!("market {arrow} {last}");
        return pane.note(area, used, &text, warn, buffer);
    }
    if !rows.has_book() {
        let fits = super::pen::width(NO_BOOK).saturating_add(used + 4) <= area.width;
        let text = if fits { NO_BOOK } else { "L1 only" };
        return pane.note(area, used, text, warn, buffer);
    }
    let ladder = &pane.leaf.ladder;
    let stands = match ladder.is_static {
        true => "static".to_owned(),
        false => format!("{} centre", glyphs.centre),
    };
    let depth = ladder.depth.map_or_else(String::new, |rows| {
        format!("{rows} deep {} ", glyphs.separator)
    });
    let text = format!("{depth}{stands}");
    pane.note(area, used, &text, pane.paint().dim(), buffer);
}

/// A press puts the price cursor on a row; one on the cursor's own row opens the preview, to buy on
/// the side of the bids and to sell on that of the asks.
fn click(state: &mut DeskState, turn: &mut Turn, inside: Rect, at: Position) {
    let pane = Pane::new(turn.view, state);
    let Some(row) = pane.focus.filter(|row| middle(row).is_some()) else {
        return;
    };
    let ladder = &pane.leaf.ladder;
    let grid = Grid::of(ladder, row);
    let levels = Levels::of(row, grid, ladder.depth);
    let below = footer::lines(&pane, row, &levels, inside).len();
    let (list, _) = parts(inside, below);
    let rows = Rows::new(&pane, row, grid, levels, list);
    let Some((price, side)) = rows.at(&pane, row, list, at) else {
        return;
    };
    let id = row.id;
    let is_again =
        cursor(ladder, row).is_some_and(|(shown, is_set)| is_set && grid.below(shown) == price);
    if is_again {
        state.preview_at_cursor(side, turn);
    } else {
        state.leaf_mut().ladder.cursor = Some((id, price));
    }
}

/// Which side an order at a price would rest on: below the market it buys.
pub(in crate::tui) fn resting_side(row: &InstrumentView, price: Price) -> Side {
    let market = row.market.as_ref();
    let bid = market.and_then(|market| market.bid);
    let ask = market.and_then(|market| market.ask);
    let is_above = match (bid, ask) {
        (_, Some((ask, _))) if price >= ask => true,
        (Some((bid, _)), _) if price <= bid => false,
        _ => middle(row).is_some_and(|middle| price > middle),
    };
    if is_above { Side::Sell } else { Side::Buy }
}

/// A quantity as a float, to be compared with others of its instrument.
fn number(quantity: Qty) -> f64 {
    Price::from_units(quantity.units()).as_f64()
}

/// A style, or that of old data.
fn fade(pane: &Pane, style: Style) -> Style {
    if pane.is_stale() {
        pane.paint().dim()
    } else {
        style
    }
}

/// The style of the last price: the pane's one bold element.
fn last_style(pane: &Pane, row: &InstrumentView) -> Style {
    let theme = &pane.paint().theme;
    let side = row.tape.prints.back().and_then(|print| print.side);
    let style = match side {
        Some(Side::Buy) => pane.paint().on(theme.up),
        Some(Side::Sell) => pane.paint().on(theme.down),
        None => pane.paint().on(theme.accent),
    };
    let style = match pane.is_stale() {
        true => pane.paint().dim().add_modifier(Modifier::REVERSED),
        false => style,
    };
    style.add_modifier(Modifier::BOLD)
}
