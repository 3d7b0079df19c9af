//! The instruments: last price, change over the drawn line, and the line.
//! Must not show more decimals than an instrument has.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use titan_widgets::Sparkline;

use super::{PLAIN, Pane, PaneSpec, table};
use crate::domain::{Decimal, Price};
use crate::tui::action::Scope;
use crate::tui::format;
use crate::tui::state::{DeskState, Health, forming};
use crate::view::{InstrumentView, View};

/// Most cells of the line; two bars a cell.
const SPARK_COLUMNS: u16 = 10;

/// Widths of the columns, the same in every row.
struct Columns {
    symbol: u16,
    price: u16,
    change: u16,
}

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "watch",
    title: "Watch",
    doc: "The instruments: last price, change, and a line.",
    scopes: &[Scope::Table],
    rank: 25,
    draw,
    rows,
    click: table::click,
    choose,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Watch", buffer);
    if pane.view.instruments.is_empty() {
        let text = format!("no instrument yet {}", pane.state.glyphs.ellipsis);
        return pane.hint(inside, &text, pane.paint().dim(), buffer);
    }
    let bars = usize::from(SPARK_COLUMNS) * 2;
    let timeframe = pane
        .focus
        .and_then(|row| pane.series(row))
        .map_or_else(String::new, |series| {
            format!("{bars} x {}", series.timeframe)
        });
    pane.note(area, 8, &timeframe, pane.paint().dim(), buffer);
    let rows = usize::from(inside.height);
    let count = pane.view.instruments.len();
    let chosen = pane.shown().instrument.min(count.saturating_sub(1));
    let first = chosen.saturating_sub(rows.saturating_sub(1));
    let columns = columns(pane);
    let shown = pane.view.instruments.iter().enumerate().skip(first);
    for (line, (index, row)) in (0..inside.height).zip(shown) {
        draw_row(pane, row, index == chosen, &columns, line, inside, buffer);
    }
}

fn rows(pane: &Pane) -> Vec<u64> {
    (0..).take(pane.view.instruments.len()).collect()
}

fn choose(state: &mut DeskState, _: &View, key: u64) {
    state.select_instrument(usize::try_from(key).unwrap_or(usize::MAX));
}

fn draw_row(
    pane: &Pane,
    row: &InstrumentView,
    chosen: bool,
    columns: &Columns,
    line: u16,
    area: Rect,
    buffer: &mut Buffer,
) {
    let paint = pane.paint();
    let stale = pane
        .view
        .feeds
        .get(row.feed.index())
        .map(|feed| pane.state.health(feed))
        .is_some_and(|health| matches!(health, Health::Stale(_) | Health::Down(_)));
    let fade = |style: Style| if stale { paint.dim() } else { style };
    let closes = closes(pane, row);
    let last = row.market.as_ref().and_then(|market| market.last);
    let first = closes.first().copied();
    let order = match (last, first) {
        (Some(last), Some(first)) => last.cmp(&first),
        _ => std::cmp::Ordering::Equal,
    };
    let style = fade(paint.signed(order));
    let mut pen = pane.pen(area, line, buffer);
    let mark = if chosen {
        pane.state.glyphs.cursor
    } else {
        " "
    };
    let name = if chosen { paint.strong() } else { paint.text() };
    pen.text(mark, pane.fg(|theme| theme.accent));
    pen.cell(&row.instrument.symbol, columns.symbol, fade(name));
    pen.gap(1);
    let price = last.map_or_else(
        || pane.state.glyphs.dash.to_owned(),
        |last| format::price(last, &row.instrument),
    );
    let tail = columns.change + 2 + SPARK_COLUMNS;
    let stretch = pen.left().saturating_sub(columns.price + tail).min(12);
    pen.right(&price, columns.price + stretch, fade(paint.text()));
    pen.gap(1);
    let change = match (last, first) {
        (Some(last), Some(first)) => change_text(pane, last, first),
        _ => String::new(),
    };
    pen.right(&change, columns.change, style);
    pen.gap(1);
    let cells = pen.left().min(SPARK_COLUMNS);
    if cells >= 4 && pane.state.glyphs.braille {
        let place = Rect::new(pen.x(), area.y + line, cells, 1);
        let values: Vec<f64> = closes.iter().map(|price| price.as_f64()).collect();
        Sparkline::new(&values).style(style).render(place, buffer);
    }
}

fn columns(pane: &Pane) -> Columns {
    let widest = |width: fn(&InstrumentView) -> u16| {
        pane.view.instruments.iter().map(width).max().unwrap_or(0)
    };
    Columns {
        symbol: widest(|row| super::pen::width(&row.instrument.symbol)).clamp(4, 9),
        price: widest(|row| {
            let last = row.market.as_ref().and_then(|market| market.last);
            last.map_or(1, |last| {
                super::pen::width(&format::price(last, &row.instrument))
            })
        }),
        change: 6,
    }
}

fn change_text(pane: &Pane, last: Price, first: Price) -> String {
    let arrow = match last.cmp(&first) {
        std::cmp::Ordering::Greater => pane.state.glyphs.up,
        std::cmp::Ordering::Less => pane.state.glyphs.down,
        std::cmp::Ordering::Equal => pane.state.glyphs.flat,
    };
    let part = Decimal::from(last.units()) - Decimal::from(first.units());
    let share = format::percent(part, Decimal::from(first.units()));
    format!("{arrow}{}", share.trim_start_matches(['+', '-']))
}

/// The newest closes, the forming bar's included, as many as the line shows.
fn closes(pane: &Pane, row: &InstrumentView) -> Vec<Price> {
    let Some(series) = pane.series(row) else {
        return Vec::new();
    };
    let wanted = usize::from(SPARK_COLUMNS) * 2 - 1;
    let skip = series.bars.len().saturating_sub(wanted);
    let closed = series.bars.iter().skip(skip).map(|row| row.bar.close);
    closed
        .chain(forming(row, series).map(|bar| bar.close))
        .collect()
}
