//! What lists share: columns, sorting, filtering, the chosen row, and which rows fit.
//! Must not know what a row says.

mod filter;

use std::cmp::Ordering;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;

use super::{Pane, Pen};
use crate::domain::Decimal;
use crate::tui::dispatch::Turn;
use crate::tui::state::DeskState;

pub(in crate::tui) use filter::Filter;

/// A column of a list.
#[derive(Debug, Clone, Copy)]
pub struct Column {
    /// Over it, in capitals.
    pub title: &'static str,
    /// Least cells.
    pub width: u16,
    /// Whether it stands against the right, as numbers do.
    pub is_right: bool,
    /// Takes the room that is left.
    pub grows: bool,
    /// The highest go first where the list is narrow; 0 stays.
    pub rank: u8,
    /// Draws its cells, which have no text then.
    pub(in crate::tui) draw: Option<DrawCell>,
}

/// Draws the cell of a row that is more than text.
pub(in crate::tui) type DrawCell = fn(&Pane, u64, Rect, &mut Buffer);

impl Column {
    /// For words.
    pub const fn text(title: &'static str, width: u16) -> Self {
        Self {
            title,
            width,
            is_right: false,
            grows: false,
            rank: 0,
            draw: None,
        }
    }

    /// For what is drawn; its cells are sorted by their values.
    pub(in crate::tui) const fn drawn(title: &'static str, width: u16, draw: DrawCell) -> Self {
        Self {
            draw: Some(draw),
            ..Self::text(title, width)
        }
    }

    /// For numbers.
    pub const fn number(title: &'static str, width: u16) -> Self {
        Self {
            is_right: true,
            ..Self::text(title, width)
        }
    }

    /// Goes when there is no room; the highest rank first.
    #[must_use]
    pub const fn rank(mut self, rank: u8) -> Self {
        self.rank = rank;
        self
    }

    /// Takes the room that is left.
    #[must_use]
    pub const fn grows(mut self) -> Self {
        self.grows = true;
        self
    }
}

/// What a cell is sorted and filtered by.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Its text.
    Text,
    /// A number.
    Number(f64),
}

/// A cell of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// As it is written.
    pub text: String,
    /// How.
    pub style: Style,
    /// What it is sorted by.
    pub value: Value,
}

impl Cell {
    /// A word.
    pub fn text(text: impl Into<String>, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            value: Value::Text,
        }
    }

    /// A number as it is written, and its value.
    pub fn number(text: impl Into<String>, value: f64, style: Style) -> Self {
        Self {
            text: text.into(),
            style,
            value: Value::Number(value),
        }
    }

    /// An exact number as it is written, and its value.
    pub fn decimal(text: impl Into<String>, value: Decimal, style: Style) -> Self {
        Self::number(text, f64::try_from(value).unwrap_or(f64::NAN), style)
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (&self.value, &other.value) {
            (Value::Number(own), Value::Number(other)) => own.total_cmp(other),
            _ => self.text.cmp(&other.text),
        }
    }
}

/// A kind of list.
#[derive(Debug)]
pub struct Table {
    /// Its columns.
    pub columns: &'static [Column],
    /// The keys of all rows in their own order.
    pub(in crate::tui) keys: fn(&Pane) -> Vec<u64>,
    /// The cells of a row, one for each column; `None` where the row is gone.
    pub(in crate::tui) cells: fn(&Pane, u64) -> Option<Vec<Cell>>,
    /// What stands in a list without rows.
    pub empty: &'static str,
}

/// The keys of the rows that are shown, in the order in which they are shown.
pub(in crate::tui) fn keys(pane: &Pane, table: &Table) -> Vec<u64> {
    let keys = (table.keys)(pane);
    let state = &pane.leaf.table;
    if state.filter.is_empty() && state.sort.is_none() {
        return keys;
    }
    let filter = Filter::read(&state.filter, table.columns);
    let mut rows: Vec<(u64, Vec<Cell>)> = keys
        .into_iter()
        .filter_map(|key| Some((key, (table.cells)(pane, key)?)))
        .filter(|(_, cells)| filter.accepts(cells))
        .collect();
    if let Some((column, descending)) = state.sort {
        rows.sort_by(|(_, a), (_, b)| {
            let order = match (a.get(column), b.get(column)) {
                (Some(a), Some(b)) => a.compare(b),
                _ => Ordering::Equal,
            };
            if descending { order.reverse() } else { order }
        });
    }
    rows.into_iter().map(|(key, _)| key).collect()
}

/// Draws a list into the inside of its frame: a line of titles, then the rows that fit.
pub(in crate::tui) fn draw(pane: &Pane, table: &Table, area: Rect, buffer: &mut Buffer) {
    let keys = keys(pane, table);
    let dim = pane.paint().dim();
    if keys.is_empty() {
        let filter = &pane.leaf.table.filter;
        let text = match filter.is_empty() {
            true => table.empty.to_owned(),
            false => format!("no row matches {filter}"),
        };
        return pane.hint(area, &text, dim, buffer);
    }
    let body = Rect::new(
        area.x,
        area.y + 1,
        area.width,
        area.height.saturating_sub(1),
    );
    let window = window(pane, &keys, body.height);
    let shown = || {
        keys.iter()
            .skip(window.first)
            .take(usize::from(body.height))
    };
    let rows: Vec<Vec<Cell>> = shown()
        .map(|key| (table.cells)(pane, *key).unwrap_or_default())
        .collect();
    let widths = widths(pane, table, &rows, area.width.saturating_sub(2));
    titles(pane, table, &widths, area, buffer);
    for (line, (place, (key, cells))) in
        (0..body.height).zip((window.first..).zip(shown().zip(&rows)))
    {
        let mut pen = pane.pen(body, line, buffer);
        pen.gap(1);
        let mut drawn = Vec::new();
        for (width, (column, cell)) in widths.iter().zip(table.columns.iter().zip(cells)) {
            if let (Some(draw), Some(width)) = (column.draw, width) {
                let width = (*width).min(pen.left());
                drawn.push((draw, Rect::new(pen.x(), body.y + line, width, 1)));
            }
            write(&mut pen, column, *width, &cell.text, cell.style);
        }
        for (draw, place) in drawn {
            draw(pane, *key, place, buffer);
        }
        mark(pane, window.chosen == Some(place), body, line, buffer);
    }
}

fn write(pen: &mut Pen, column: &Column, width: Option<u16>, text: &str, style: Style) {
    let Some(width) = width else { return };
    if column.is_right {
        pen.right(text, width, style);
    } else {
        pen.cell(text, width, style);
    }
    pen.gap(1);
}

fn titles(pane: &Pane, table: &Table, widths: &[Option<u16>], area: Rect, buffer: &mut Buffer) {
    let mut pen = pane.pen(area, 0, buffer);
    pen.gap(1);
    for (place, (width, column)) in widths.iter().zip(table.columns).enumerate() {
        let sorted = pane.leaf.table.sort.filter(|(column, _)| *column == place);
        let (title, style) = match sorted {
            Some((_, descending)) => {
                let glyphs = &pane.state.glyphs;
                let arrow = if descending { glyphs.down } else { glyphs.up };
                let title = format!("{}{arrow}", column.title);
                (title, pane.fg(|theme| theme.accent))
            }
            None => (column.title.to_owned(), pane.paint().dim()),
        };
        write(&mut pen, column, *width, &title, style);
    }
}

/// Cells of each column; `None` for those that are hidden or have no room.
fn widths(pane: &Pane, table: &Table, rows: &[Vec<Cell>], room: u16) -> Vec<Option<u16>> {
    let hidden = &pane.leaf.table.hidden;
    let mut widths: Vec<Option<u16>> = table
        .columns
        .iter()
        .enumerate()
        .map(|(place, column)| {
            let widest = rows.iter().filter_map(|cells| cells.get(place));
            let widest = widest.map(|cell| super::pen::width(&cell.text)).max();
            let wanted = match column.grows || column.draw.is_some() {
                true => column.width,
                false => widest.unwrap_or(0).max(super::pen::width(column.title)),
            };
            let most = column.width.saturating_mul(2);
            (!hidden.contains(&place)).then(|| wanted.clamp(column.width.min(wanted), most))
        })
        .collect();
    let total =
        |widths: &[Option<u16>]| widths.iter().flatten().map(|width| width + 1).sum::<u16>();
    while total(&widths) > room.saturating_add(1) {
        let worst = table
            .columns
            .iter()
            .enumerate()
            .filter(|(place, column)| {
                column.rank > 0 && widths.get(*place).is_some_and(Option::is_some)
            })
            .max_by_key(|(place, column)| (column.rank, *place));
        let Some((place, _)) = worst else { break };
        if let Some(width) = widths.get_mut(place) {
            *width = None;
        }
    }
    let left = room.saturating_add(1).saturating_sub(total(&widths));
    let growing = table.columns.iter().position(|column| column.grows);
    if let Some(Some(width)) = growing.and_then(|place| widths.get_mut(place)) {
        *width = width.saturating_add(left);
    }
    widths
}

/// Which rows of a list are shown, and which of them is chosen.
pub(in crate::tui) struct Rows {
    /// Place of the first shown row.
    pub(in crate::tui) first: usize,
    /// Place of the chosen row; `None` in an empty list and in a pane that is not chosen.
    pub(in crate::tui) chosen: Option<usize>,
}

/// The window of `height` rows over a list whose rows have `keys`, so that the chosen one is in it.
pub(in crate::tui) fn window(pane: &Pane, keys: &[u64], height: u16) -> Rows {
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
    let wanted = (pane.leaf.spec.current)(pane).or(pane.leaf.table.chosen);
    let place = keys.iter().position(|key| Some(*key) == wanted);
    place.or(if keys.is_empty() { None } else { Some(0) })
}

/// Lays the ground of the chosen row under what was written on line `line` of `area`.
pub(in crate::tui) fn mark(
    pane: &Pane,
    is_chosen: bool,
    area: Rect,
    line: u16,
    buffer: &mut Buffer,
) {
    if is_chosen {
        let paint = pane.paint();
        let row = Rect::new(area.x, area.y + line, area.width, 1);
        buffer.set_style(row, paint.behind(paint.theme.selection));
    }
}

/// A press in a list without titles chooses the row under it; one on the chosen row opens it.
pub(in crate::tui) fn click(state: &mut DeskState, turn: &mut Turn, inside: Rect, at: Position) {
    let has_titles = u16::from(state.leaf().spec.table.is_some());
    if at.y < inside.y + has_titles {
        return;
    }
    let spec = state.leaf().spec;
    let pane = Pane::new(turn.view, state);
    let keys = spec.keys(&pane);
    let window = window(&pane, &keys, inside.height.saturating_sub(has_titles));
    let place = window.first + usize::from(at.y - inside.y - has_titles);
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
