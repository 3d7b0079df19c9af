//! The rows of a ladder on a screen: which prices, what stands at each, and in which style.
//! Must not decide what a press or a key does.

use std::collections::BTreeMap;

use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use titan_widgets::{Ladder, LadderPlace, LadderRow, LadderSide, LadderStyles, LadderTitles};

use super::grid::{Grid, cursor, middle, top};
use super::levels::{Level, Levels};
use super::marks::{self, Mark};
use super::sizes::{Sizes, major};
use crate::domain::{Price, Qty, Side};
use crate::tui::format;
use crate::tui::panes::Pane;
use crate::view::InstrumentView;

/// Lines that are too few for a line of titles.
const TITLED: u16 = 16;
/// Columns that are too few for a column of the queue.
const QUEUED: u16 = 56;

/// What the rows are made of.
pub(super) struct Rows {
    grid: Grid,
    /// Highest first.
    prices: Vec<Price>,
    levels: Levels,
    marks: BTreeMap<Price, Mark>,
    /// The row of the last price.
    last: Option<Price>,
    /// The row of the cursor, and whether it was set.
    cursor: Option<(Price, bool)>,
}

impl Rows {
    /// The rows of `area`.
    pub(super) fn new(
        pane: &Pane,
        row: &InstrumentView,
        grid: Grid,
        mut levels: Levels,
        area: Rect,
    ) -> Self {
        let height = area.height.saturating_sub(u16::from(is_titled(area)));
        let top = top(&pane.leaf.ladder, row, height);
        let prices: Vec<Price> = (0..i64::from(height))
            .filter_map(|line| Some(grid.moved(top?, -line)))
            .filter(|price| price.units() > 0)
            .collect();
        if let (Some(high), Some(low)) = (prices.first(), prices.last()) {
            levels.add_traded(&row.traded, grid, *low, *high);
        }
        let last = middle(row).map(|last| match levels.best_ask {
            Some(ask) if last >= ask => grid.above(last),
            _ => grid.below(last),
        });
        let cursor = cursor(&pane.leaf.ladder, row).map(|(price, is_set)| match is_set {
            true => (grid.below(price), true),
            false => (last.unwrap_or(price), false),
        });
        Self {
            grid,
            prices,
            levels,
            marks: marks::of(pane, row, grid),
            last,
            cursor,
        }
    }

    /// Whether the market lies above what is shown; `None` where it is in sight.
    pub(super) fn market_out_of_sight(&self) -> Option<bool> {
        let (last, high, low) = (self.last?, self.prices.first()?, self.prices.last()?);
        if last > *high {
            Some(true)
        } else if last < *low {
            Some(false)
        } else {
            None
        }
    }

    /// Whether the levels are of a book.
    pub(super) fn has_book(&self) -> bool {
        self.levels.has_book
    }

    /// Draws them.
    pub(super) fn draw(&self, pane: &Pane, row: &InstrumentView, area: Rect, buffer: &mut Buffer) {
        self.with_ladder(pane, row, area, |ladder| {
            ladder.draw(area, buffer);
        });
    }

    /// The price and the side of the book at a place.
    pub(super) fn at(
        &self,
        pane: &Pane,
        row: &InstrumentView,
        area: Rect,
        at: Position,
    ) -> Option<(Price, Option<Side>)> {
        let geometry = self.with_ladder(pane, row, area, |ladder| ladder.geometry(area));
        let line = at.y.checked_sub(geometry.area().y)?;
        let price = self.prices.get(usize::from(line)).copied()?;
        let side = geometry.side_at(at.x).map(|side| match side {
            LadderSide::Bid => Side::Buy,
            LadderSide::Ask => Side::Sell,
        });
        Some((price, side))
    }

    fn with_ladder<T>(
        &self,
        pane: &Pane,
        row: &InstrumentView,
        area: Rect,
        use_it: impl FnOnce(&Ladder) -> T,
    ) -> T {
        let instrument = &row.instrument;
        let size = |quantity: Qty| major(quantity, instrument);
        let none = Mark::default();
        let is_queued = area.width >= QUEUED;
        let rows: Vec<LadderRow> = self
            .prices
            .iter()
            .map(|price| {
                let level = self.levels.rows.get(price).copied().unwrap_or_default();
                let mark = self.marks.get(price).unwrap_or(&none);
                LadderRow {
                    price: price.as_f64(),
                    bid: size(level.bid),
                    ask: size(level.ask),
                    traded: size(level.traded),
                    bid_delta: size(level.bid_delta),
                    ask_delta: size(level.ask_delta),
                    own_bid: &mark.orders,
                    own_ask: &mark.exits,
                    queue: if is_queued { &mark.queue } else { "" },
                    best_bid: self.is_best(self.levels.best_bid, Side::Buy, *price),
                    best_ask: self.is_best(self.levels.best_ask, Side::Sell, *price),
                    last: self.last == Some(*price),
                    cursor: self.cursor.is_some_and(|(row, _)| row == *price),
                }
            })
            .collect();
        let shown = |of: fn(&Level) -> Qty| {
            let levels = self.prices.iter().filter_map(|it| self.levels.rows.get(it));
            levels.map(of).max().unwrap_or(Qty::ZERO)
        };
        let largest = shown(|level| level.bid).max(shown(|level| level.ask));
        let sizes = Sizes::of(size(largest), instrument);
        let price_label = |price: f64| format::price_units(price, instrument);
        let size_label = |size: f64| sizes.label(size);
        let ladder = Ladder::new(&rows, &price_label, &size_label)
            .place(
                self.prices
                    .first()
                    .map_or(LadderPlace::Last, |price| LadderPlace::Top(price.as_f64())),
            )
            .titles(is_titled(area).then(LadderTitles::default))
            .deltas(self.levels.has_book)
            .traded(!row.traded.levels.is_empty())
            .styles(self.styles(pane, row))
            .glyphs(glyphs(pane));
        use_it(&ladder)
    }

    fn is_best(&self, best: Option<Price>, side: Side, row: Price) -> bool {
        best.is_some_and(|best| self.grid.of_side(best, side) == row)
    }

    fn styles(&self, pane: &Pane, row: &InstrumentView) -> LadderStyles {
        let paint = pane.paint();
        let theme = &paint.theme;
        let fade = |style: Style| super::fade(pane, style);
        let text = fade(paint.fg(theme.panel_text));
        let own = paint.fg(theme.own_order);
        LadderStyles {
            bid: text,
            ask: text,
            bid_bar: fade(paint.fg(theme.bid)),
            ask_bar: fade(paint.fg(theme.ask)),
            price: text,
            best_bid: fade(paint.fg(theme.up)),
            best_ask: fade(paint.fg(theme.down)),
            last: super::last_style(pane, row),
            cursor: match self.cursor {
                Some((_, true)) => paint.behind(theme.cursor_row),
                _ => Style::new(),
            },
            own_bid: own,
            own_ask: pane.fg(|theme| theme.alarm),
            queue: own,
            stacked: fade(paint.fg(theme.up)),
            pulled: fade(paint.fg(theme.down)),
            traded: paint.dim(),
            title: paint.dim(),
        }
    }
}

/// The cursor's marks are those of every chosen row of the desk; the last price is told by its
/// ground.
fn glyphs(pane: &Pane) -> titan_widgets::MarketGlyphs {
    let glyphs = &pane.state.glyphs;
    titan_widgets::MarketGlyphs {
        cursor: [glyphs.cursor, glyphs.cursor_end],
        last: [" ", " "],
        ..glyphs.candles
    }
}

fn is_titled(area: Rect) -> bool {
    area.height >= TITLED
}
