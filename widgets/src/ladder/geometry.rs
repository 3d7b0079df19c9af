//! The places of a drawn ladder, so that a caller can turn cells into prices and back.
//! Must not draw.

use ratatui_core::layout::{Position, Rect};

use super::columns::{Span, side};
use super::parts::{LadderColumn, LadderRow, LadderSide};

/// Where the rows and columns of a ladder lie.
#[derive(Debug, Clone, PartialEq)]
pub struct LadderGeometry {
    /// The rows shown and no others.
    list: Rect,
    /// Index of the first row shown, among all.
    first: usize,
    prices: Vec<f64>,
    spans: Vec<Span>,
}

impl LadderGeometry {
    /// `first` is the index of the row in the first line of `list`, which may be before all rows.
    pub(super) fn new(list: Rect, rows: &[LadderRow], first: isize) -> Self {
        let blank = u16::try_from(first.min(0).unsigned_abs())
            .unwrap_or(u16::MAX)
            .min(list.height);
        let first = usize::try_from(first).unwrap_or(0);
        let rows = rows.get(first..).unwrap_or(&[]);
        let count = rows.len().min(usize::from(list.height - blank));
        let prices = rows.iter().take(count).map(|row| row.price).collect();
        let height = u16::try_from(count).unwrap_or(0);
        Self {
            list: Rect::new(list.x, list.y + blank, list.width, height),
            first,
            prices,
            spans: Vec::new(),
        }
    }

    pub(super) fn set_spans(&mut self, spans: Vec<Span>) {
        self.spans = spans;
    }

    pub(super) fn spans(&self) -> &[Span] {
        &self.spans
    }

    pub(super) fn top(&self) -> u16 {
        self.list.y
    }

    pub(super) fn shown<'r, 'a>(&self, rows: &'r [LadderRow<'a>]) -> &'r [LadderRow<'a>] {
        rows.get(self.first..self.first + self.prices.len())
            .unwrap_or(&[])
    }

    /// Where the rows are, without the line of titles and lines that stayed empty.
    pub fn area(&self) -> Rect {
        self.list
    }

    /// Index of the first row shown, among all that were given.
    pub fn first(&self) -> usize {
        self.first
    }

    /// The prices shown, highest first.
    pub fn prices(&self) -> &[f64] {
        &self.prices
    }

    /// The price of a line; `None` where no row is.
    pub fn price_at(&self, y: u16) -> Option<f64> {
        let line = y.checked_sub(self.list.y)?;
        self.prices.get(usize::from(line)).copied()
    }

    /// The line of the row of a price, or of the next lower one; `None` where it is not shown.
    pub fn y_of(&self, price: f64) -> Option<u16> {
        let above = self.prices.partition_point(|shown| *shown > price);
        let shown = *self.prices.get(above)?;
        // Above the topmost row is not that row.
        let line = u16::try_from(above).ok()?;
        (above > 0 || shown >= price).then(|| self.list.y + line)
    }

    /// The column at `x`.
    pub fn column_at(&self, x: u16) -> Option<LadderColumn> {
        self.spans
            .iter()
            .find(|(_, left, width)| x >= *left && x - left < *width)
            .map(|(column, ..)| *column)
    }

    /// First cell and width of a column; `None` where it had no room.
    pub fn column(&self, column: LadderColumn) -> Option<(u16, u16)> {
        self.spans
            .iter()
            .find(|(shown, ..)| *shown == column)
            .map(|(_, left, width)| (*left, *width))
    }

    /// The side of the book at `x`; `None` on the price and on columns that belong to neither.
    pub fn side_at(&self, x: u16) -> Option<LadderSide> {
        self.column_at(x).and_then(side)
    }

    /// Price and side of a cell, for the mouse.
    pub fn at(&self, position: impl Into<Position>) -> Option<(f64, Option<LadderSide>)> {
        let position = position.into();
        Some((self.price_at(position.y)?, self.side_at(position.x)))
    }
}
