//! The instruments: last price, change of the day, its line, and what is held of each.
//! Must not show more decimals than an instrument has.

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use titan_widgets::Sparkline;

use super::table::{self, Cell, Column, Table};
use super::{PLAIN, Pane, PaneSpec};
use crate::domain::{Price, Side};
use crate::tui::action::Scope;
use crate::tui::format;
use crate::tui::state::{DeskState, Health};
use crate::view::{InstrumentView, View};

/// Least cells of the line; two points a cell.
const SPARK: u16 = 6;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "watch",
    title: "Watch",
    doc: "The instruments: last price, change of the day, its line, what is held.",
    scopes: &[Scope::Table],
    rank: 25,
    draw,
    table: Some(&TABLE),
    current,
    choose,
    click: table::click,
    ..PLAIN
};

static TABLE: Table = Table {
    columns: &[
        Column::text("SYMBOL", 6),
        Column::number("LAST", 6),
        Column::number("CHG%", 5),
        Column::text("POS", 3).rank(6),
        Column::drawn("DAY", SPARK, draw_line).grows().rank(5),
        Column::number("LOW", 6).rank(8),
        Column::number("HIGH", 6).rank(8),
        Column::number("VOLUME", 6).rank(7),
        Column::text("EXCH", 4).rank(9),
    ],
    keys,
    cells,
    empty: "no instrument yet",
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let title = title(pane);
    let inside = pane.frame(area, &title, buffer);
    if pane.view.instruments.is_empty() {
        return pane.draw_waiting(inside, "the first tick", buffer);
    }
    let used = pane.title_cells(&title);
    if let Some(link) = pane.leaf.link {
        let slot = pane.paint().theme.links.get(link.index()).copied();
        let style = slot.map_or_else(|| pane.paint().dim(), |slot| pane.paint().fg(slot));
        pane.note(area, used, link.letter(), style, buffer);
    }
    table::draw(pane, &TABLE, inside, buffer);
    mark_current(pane, inside, buffer);
}

/// `Watch`, with the venue where all that is shown is of one.
fn title(pane: &Pane) -> String {
    if pane.tabs.len() > 1 {
        return "Watch".to_owned();
    }
    let filter = &pane.leaf.table.filter;
    if !filter.is_empty() {
        return format!("Watch {} {filter}", pane.state.glyphs.separator);
    }
    let mut venues = pane.view.instruments.iter();
    let venue = venues.next().map(|row| row.instrument.key.exchange());
    match venue {
        Some(venue) if venues.all(|row| row.instrument.key.exchange() == venue) => {
            format!("Watch {} {venue}", pane.state.glyphs.separator)
        }
        _ => "Watch".to_owned(),
    }
}

/// Marks the instrument that the group shows, also where the pane does not have the keys.
fn mark_current(pane: &Pane, inside: Rect, buffer: &mut Buffer) {
    let keys = table::keys(pane, &TABLE);
    let height = inside.height.saturating_sub(1);
    let window = table::window(pane, &keys, height);
    let own = current(pane);
    let place = keys.iter().position(|key| Some(*key) == own);
    let line = place
        .and_then(|place| place.checked_sub(window.first))
        .and_then(|line| u16::try_from(line).ok())
        .filter(|line| *line < height);
    if let Some(line) = line {
        let mut pen = pane.pen(inside, line + 1, buffer);
        pen.text(pane.state.glyphs.cursor, pane.fg(|theme| theme.accent));
    }
}

/// The instrument of the pane's group.
pub(super) fn current(pane: &Pane) -> Option<u64> {
    let last = pane.view.instruments.len().checked_sub(1)?;
    u64::try_from(pane.shown().instrument.min(last)).ok()
}

/// Shows an instrument in the pane's group.
pub(super) fn choose(state: &mut DeskState, _: &View, key: u64) {
    state.select_instrument(usize::try_from(key).unwrap_or(usize::MAX));
}

fn keys(pane: &Pane) -> Vec<u64> {
    (0..).take(pane.view.instruments.len()).collect()
}

fn instrument<'a>(pane: &'a Pane, key: u64) -> Option<&'a InstrumentView> {
    pane.view.instruments.get(usize::try_from(key).ok()?)
}

/// How an instrument's row is written: dimmed where its feed is silent or lost.
fn fade(pane: &Pane, row: &InstrumentView, style: Style) -> Style {
    let feed = pane.view.feeds.get(row.feed.index());
    match feed.map(|feed| pane.state.health(feed)) {
        Some(Health::Stale(_) | Health::Down(_)) => pane.paint().dim(),
        _ => style,
    }
}

fn cells(pane: &Pane, key: u64) -> Option<Vec<Cell>> {
    let row = instrument(pane, key)?;
    let instrument = &row.instrument;
    let paint = pane.paint();
    let fade = |style: Style| fade(pane, row, style);
    let text = fade(paint.text());
    let missing = || Cell::text(pane.state.glyphs.dash, paint.dim());
    let price = |price: Option<Price>, style: Style| {
        price.map_or_else(missing, |price| {
            let value = price.to_decimal(instrument.price_scale);
            Cell::decimal(format::price(price, instrument), value, style)
        })
    };
    let is_own = current(pane) == Some(key);
    let name = if is_own { paint.strong() } else { paint.text() };
    let last = row.market.as_ref().and_then(|market| market.last);
    let change = row.change_percent();
    let order = change.map_or(Ordering::Equal, |change| change.total_cmp(&0.0));
    let style = fade(paint.signed(order));
    let changed = change.map_or_else(missing, |change| {
        let text = format!("{}{:.2}", arrow(pane, order), change.abs());
        Cell::number(text, change, style)
    });
    let volume = row.day.volume;
    let day = |price: Option<Price>| price.filter(|_| row.day.start.is_some());
    Some(vec![
        Cell::text(&instrument.symbol, fade(name)),
        price(last.or(row.day.last), text),
        changed,
        held(pane, row),
        Cell::number("", change.unwrap_or(0.0), style),
        price(day(row.day.low), fade(paint.dim())),
        price(day(row.day.high), fade(paint.dim())),
        Cell::decimal(
            short_volume(row),
            volume.to_decimal(instrument.quantity_scale),
            fade(paint.dim()),
        ),
        Cell::text(instrument.key.exchange(), paint.dim()),
    ])
}

/// `L` or `S` where a position is held, in the colour of its profit.
fn held(pane: &Pane, row: &InstrumentView) -> Cell {
    let held = row.position.quantity;
    let side = match held.units() {
        0 => return Cell::text("", pane.paint().dim()),
        1.. => Side::Buy,
        _ => Side::Sell,
    };
    let letter = if side == Side::Buy { "L" } else { "S" };
    let profit = format::sign(row.position.unrealized_pnl);
    Cell::text(letter, pane.paint().profit(profit))
}

/// The day's volume in a few digits.
fn short_volume(row: &InstrumentView) -> String {
    let volume = super::ladder::major(row.day.volume, &row.instrument);
    super::ladder::Sizes::of(volume, &row.instrument).label(volume)
}

/// The sign of a change.
pub(super) fn arrow(pane: &Pane, order: Ordering) -> &'static str {
    match order {
        Ordering::Greater => pane.state.glyphs.up,
        Ordering::Less => pane.state.glyphs.down,
        Ordering::Equal => pane.state.glyphs.flat,
    }
}

/// The day's prices as a line, from its first to its last.
fn draw_line(pane: &Pane, key: u64, area: Rect, buffer: &mut Buffer) {
    let Some(row) = instrument(pane, key) else {
        return;
    };
    let change = row.change_percent().unwrap_or(0.0);
    let style = fade(pane, row, pane.paint().signed(change.total_cmp(&0.0)));
    let all: Vec<f64> = row.spark.points.iter().map(|it| it.1.as_f64()).collect();
    let values = spread(&all, usize::from(area.width) * 2);
    Sparkline::new(&values)
        .style(style)
        .glyphs(pane.state.glyphs.candles)
        .render(area, buffer);
}

/// `count` of the values at even distances, the first and the last among them.
fn spread(values: &[f64], count: usize) -> Vec<f64> {
    if values.len() <= count || count < 2 {
        return values.to_vec();
    }
    let last = values.len() - 1;
    (0..count)
        .filter_map(|index| values.get(index * last / (count - 1)).copied())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_ends() {
        for (values, count, expected) in [
            (vec![1.0, 2.0], 4, vec![1.0, 2.0]),
            (vec![1.0, 2.0, 3.0, 4.0, 5.0], 3, vec![1.0, 3.0, 5.0]),
            (vec![1.0, 2.0, 3.0, 4.0], 3, vec![1.0, 2.0, 4.0]),
            (vec![1.0, 2.0, 3.0], 1, vec![1.0, 2.0, 3.0]),
            (vec![], 3, vec![]),
        ] {
            assert_eq!(spread(&values, count), expected);
        }
    }
}
