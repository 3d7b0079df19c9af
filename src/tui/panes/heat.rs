//! All instruments at a glance: a cell each, as high as the day went for it.
//! Must not rank by anything but the day's change.

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Modifier;
use ratatui::widgets::Widget;
use titan_widgets::HeatRow;

use super::{PLAIN, Pane, PaneSpec, pen};
use crate::tui::action::Scope;
use crate::tui::dispatch::Turn;
use crate::tui::state::{DeskState, Health};
use crate::view::{InstrumentView, View};

/// Cells of a change, `▲12.3`.
const CHANGE: u16 = 5;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "heat",
    title: "Heat",
    doc: "A cell for each instrument, as high as its day.",
    scopes: &[Scope::Table],
    rank: 60,
    draw,
    rows,
    current: super::watch::current,
    choose: super::watch::choose,
    click,
    ..PLAIN
};

/// Where the cells lie.
struct Grid {
    /// Cells of one, the gap behind it included.
    cell: u16,
    columns: u16,
    symbol: u16,
    has_change: bool,
}

impl Grid {
    fn of(pane: &Pane, width: u16) -> Self {
        let count = u16::try_from(pane.view.instruments.len()).unwrap_or(u16::MAX);
        let symbols = pane.view.instruments.iter();
        let symbol = symbols
            .map(|row| pen::width(&row.instrument.symbol))
            .max()
            .unwrap_or(0)
            .min(9);
        let room = width.saturating_sub(1);
        let plain = symbol.saturating_add(2);
        let full = plain.saturating_add(CHANGE + 1);
        // The change is shown where it costs no more than one column in two.
        let has_change = room >= full && (room / full).max(1) * 2 >= (room / plain).min(count);
        let cell = if has_change { full } else { plain };
        Self {
            cell,
            columns: (room / cell.max(1)).max(1),
            symbol,
            has_change,
        }
    }

    fn place(&self, index: usize, area: Rect) -> Option<Rect> {
        let index = u16::try_from(index).ok()?;
        let (line, column) = (index / self.columns, index % self.columns);
        let x = area.x + 1 + column * self.cell;
        let cell = Rect::new(x, area.y.saturating_add(line), self.cell, 1);
        (line < area.height).then(|| cell.intersection(area))
    }
}

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Heat", buffer);
    if pane.view.instruments.is_empty() {
        return pane.draw_waiting(inside, "the first tick", buffer);
    }
    let changes = || {
        let rows = pane.view.instruments.iter();
        rows.filter_map(InstrumentView::change_percent)
    };
    let most = changes().map(f64::abs).fold(0.0, f64::max);
    let grid = Grid::of(pane, inside.width);
    let chosen = current(pane);
    for (index, row) in pane.view.instruments.iter().enumerate() {
        let Some(place) = grid.place(index, inside) else {
            let left = pane.view.instruments.len() - index;
            let text = format!("{left} more");
            return pane.note(area, 8, &text, pane.paint().dim(), buffer);
        };
        draw_cell(pane, row, &grid, most, chosen == Some(index), place, buffer);
    }
    let used = pane.title_cells("Heat");
    pane.note(area, used, "day %", pane.paint().dim(), buffer);
}

fn current(pane: &Pane) -> Option<usize> {
    super::watch::current(pane).and_then(|key| usize::try_from(key).ok())
}

fn draw_cell(
    pane: &Pane,
    row: &InstrumentView,
    grid: &Grid,
    most: f64,
    is_chosen: bool,
    place: Rect,
    buffer: &mut Buffer,
) {
    let paint = pane.paint();
    let change = row.change_percent();
    let order = change.map_or(std::cmp::Ordering::Equal, |it| it.total_cmp(&0.0));
    let feed = pane.view.feeds.get(row.feed.index());
    let health = feed.map(|feed| pane.state.health(feed));
    let style = match health {
        Some(Health::Stale(_) | Health::Down(_)) => paint.dim(),
        _ => paint.signed(order),
    };
    if let Some(change) = change {
        HeatRow::new(&[change])
            .range(Some((-most, most)))
            .style(&|_| style)
            .glyphs(pane.state.glyphs.candles)
            .render(Rect { width: 1, ..place }, buffer);
    }
    let rest = Rect::new(place.x + 1, place.y, place.width.saturating_sub(2), 1);
    let mut pen = pane.pen(rest.intersection(place), 0, buffer);
    let name = match is_chosen {
        true => paint.text().add_modifier(Modifier::REVERSED),
        false => paint.text(),
    };
    let symbol = &row.instrument.symbol;
    pen.text(symbol, name);
    pen.gap(grid.symbol.saturating_sub(pen::width(symbol)));
    if grid.has_change {
        let arrow = super::watch::arrow(pane, order);
        let text = change.map_or_else(String::new, |change| format!("{arrow}{:.1}", change.abs()));
        pen.right(&text, CHANGE + 1, style);
    }
}

fn rows(pane: &Pane) -> Vec<u64> {
    (0..).take(pane.view.instruments.len()).collect()
}

/// A press on a cell shows its instrument.
fn click(state: &mut DeskState, turn: &mut Turn, inside: Rect, at: Position) {
    let pane = Pane::new(turn.view, state);
    let grid = Grid::of(&pane, inside.width);
    let hit = (0..turn.view.instruments.len())
        .find(|index| grid.place(*index, inside).is_some_and(|it| it.contains(at)));
    if let Some(index) = hit {
        choose(state, turn.view, index);
    }
}

fn choose(state: &mut DeskState, view: &View, index: usize) {
    super::watch::choose(state, view, u64::try_from(index).unwrap_or(u64::MAX));
}
