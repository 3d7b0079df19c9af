//! A price ladder: what rests on both sides of each price, own orders, and where trade is.
//! Must not sort, sum or round: the rows are drawn as they are given.

mod columns;
mod geometry;
mod parts;

use ratatui_core::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::blocks::{bar, eighths};
use crate::cells::{Pen, columns_of};
use crate::glyphs::MarketGlyphs;
use columns::{MARKS, Span, Widths, spans};
pub use geometry::LadderGeometry;
pub use parts::{LadderColumn, LadderPlace, LadderRow, LadderSide, LadderStyles, LadderTitles};

/// Columns of sizes at least, so that they do not move with every digit.
const SIZE_MIN: u16 = 4;

/// A ladder over rows of prices, highest first.
pub struct Ladder<'a> {
    rows: &'a [LadderRow<'a>],
    place: LadderPlace,
    titles: Option<LadderTitles<'a>>,
    own_width: u16,
    queue_width: u16,
    deltas: bool,
    traded: bool,
    full: Option<f64>,
    styles: LadderStyles,
    glyphs: MarketGlyphs,
    price_label: &'a dyn Fn(f64) -> String,
    size_label: &'a dyn Fn(f64) -> String,
}

/// The figures of a row as text, written once for both their width and their cells.
struct Texts {
    price: String,
    bid: String,
    ask: String,
    bid_delta: String,
    ask_delta: String,
    traded: String,
}

impl<'a> Ladder<'a> {
    /// A ladder of `rows`, highest price first, with writers of prices and of sizes.
    pub fn new(
        rows: &'a [LadderRow<'a>],
        price_label: &'a dyn Fn(f64) -> String,
        size_label: &'a dyn Fn(f64) -> String,
    ) -> Self {
        Self {
            rows,
            place: LadderPlace::Last,
            titles: None,
            own_width: 2,
            queue_width: 0,
            deltas: false,
            traded: false,
            full: None,
            styles: LadderStyles::default(),
            glyphs: MarketGlyphs::UNICODE,
            price_label,
            size_label,
        }
    }

    /// Which prices are shown.
    #[must_use]
    pub fn place(mut self, place: LadderPlace) -> Self {
        self.place = place;
        self
    }

    /// Titles of the columns in a first line; none unless set.
    #[must_use]
    pub fn titles(mut self, titles: Option<LadderTitles<'a>>) -> Self {
        self.titles = titles;
        self
    }

    /// Columns kept for own orders also while there are none, 2 unless set; 0 for no column.
    #[must_use]
    pub fn own_width(mut self, columns: u16) -> Self {
        self.own_width = columns;
        self
    }

    /// Columns kept for the queue also while there is none, 0 unless set.
    #[must_use]
    pub fn queue_width(mut self, columns: u16) -> Self {
        self.queue_width = columns;
        self
    }

    /// Whether there are columns of the changes of sizes, given room.
    #[must_use]
    pub fn deltas(mut self, deltas: bool) -> Self {
        self.deltas = deltas;
        self
    }

    /// Whether there is a column of what was traded, given room.
    #[must_use]
    pub fn traded(mut self, traded: bool) -> Self {
        self.traded = traded;
        self
    }

    /// The size that fills a bar; the largest one shown unless set.
    #[must_use]
    pub fn full(mut self, size: Option<f64>) -> Self {
        self.full = size;
        self
    }

    /// Colours.
    #[must_use]
    pub fn styles(mut self, styles: LadderStyles) -> Self {
        self.styles = styles;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// Where the rows and columns would lie in `area`.
    pub fn geometry(&self, area: Rect) -> LadderGeometry {
        self.lay_out(area).0
    }

    /// Draws the ladder and answers where its rows and columns lie.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) -> LadderGeometry {
        let mut pen = Pen::new(buffer, area);
        let (geometry, texts) = self.lay_out(pen.area());
        self.draw_titles(&geometry, &mut pen);
        let full = self.full_size(geometry.shown(self.rows));
        for ((row, texts), y) in geometry
            .shown(self.rows)
            .iter()
            .zip(&texts)
            .zip(geometry.top()..)
        {
            if row.cursor {
                let area = pen.area();
                pen.run(area.left(), area.right(), y, " ", self.styles.cursor);
            }
            for span in geometry.spans() {
                self.draw_column(row, texts, *span, y, full, &mut pen);
            }
        }
        geometry
    }

    fn lay_out(&self, area: Rect) -> (LadderGeometry, Vec<Texts>) {
        let titled = u16::from(self.titles.is_some() && area.height > 1);
        // Without a column there is no row either.
        let height = if area.width > 0 { area.height } else { titled };
        let list = Rect::new(area.x, area.y + titled, area.width, height - titled);
        let mut geometry = LadderGeometry::new(list, self.rows, self.first(list.height));
        let shown = geometry.shown(self.rows);
        let texts: Vec<Texts> = shown.iter().map(|row| self.texts(row)).collect();
        geometry.set_spans(spans(area.x, area.width, &self.widths(shown, &texts)));
        (geometry, texts)
    }

    /// The index of the row at the top, below zero where lines above the rows stay empty.
    fn first(&self, height: u16) -> isize {
        let at_price = |price: f64| {
            let above = self.rows.partition_point(|row| row.price > price);
            above.min(self.rows.len().saturating_sub(1))
        };
        let find = |is: fn(&LadderRow) -> bool| self.rows.iter().position(is);
        let (index, back) = match self.place {
            LadderPlace::Top(price) => (at_price(price), 0),
            LadderPlace::Middle(price) => (at_price(price), height / 2),
            LadderPlace::Last => {
                let index = find(|row| row.last).or_else(|| find(|row| row.best_bid));
                (index.unwrap_or(self.rows.len() / 2), height / 2)
            }
        };
        let index = isize::try_from(index).unwrap_or(isize::MAX);
        index.saturating_sub_unsigned(usize::from(back))
    }

    fn texts(&self, row: &LadderRow) -> Texts {
        let size = |value: f64| {
            if value.is_finite() && value > 0.0 {
                (self.size_label)(value)
            } else {
                String::new()
            }
        };
        let delta = |value: f64| {
            if !self.deltas || !value.is_finite() || value == 0.0 {
                return String::new();
            }
            let sign = if value > 0.0 { '+' } else { '-' };
            format!("{sign}{}", (self.size_label)(value.abs()))
        };
        Texts {
            price: (self.price_label)(row.price),
            bid: size(row.bid),
            ask: size(row.ask),
            bid_delta: delta(row.bid_delta),
            ask_delta: delta(row.ask_delta),
            traded: if self.traded {
                size(row.traded)
            } else {
                String::new()
            },
        }
    }

    fn widths(&self, shown: &[LadderRow], texts: &[Texts]) -> Widths {
        let mut widths = Widths::default();
        if self.deltas {
            widths.delta = SIZE_MIN;
        }
        if self.traded {
            widths.traded = SIZE_MIN;
        }
        widths.size = SIZE_MIN;
        for text in texts {
            let of = |text: &String| columns_of(text);
            widths.price = widths.price.max(of(&text.price));
            widths.size = widths.size.max(of(&text.bid)).max(of(&text.ask));
            widths.delta = widths
                .delta
                .max(of(&text.bid_delta))
                .max(of(&text.ask_delta));
            widths.traded = widths.traded.max(of(&text.traded));
        }
        (widths.own, widths.queue) = (self.own_width, self.queue_width);
        for row in shown {
            widths.queue = widths.queue.max(columns_of(row.queue));
            if self.own_width > 0 {
                let own = columns_of(row.own_bid).max(columns_of(row.own_ask));
                widths.own = widths.own.max(own);
            }
        }
        widths
    }

    fn full_size(&self, shown: &[LadderRow]) -> f64 {
        let sizes = shown.iter().flat_map(|row| [row.bid, row.ask]);
        let most = sizes.filter(|size| size.is_finite()).fold(0.0, f64::max);
        self.full.filter(|full| *full > 0.0).unwrap_or(most)
    }

    fn draw_titles(&self, geometry: &LadderGeometry, pen: &mut Pen) {
        let Some(titles) = self.titles else { return };
        let Some(y) = geometry.top().checked_sub(1).filter(|y| *y >= pen.area().y) else {
            return;
        };
        for (column, x, width) in geometry.spans() {
            let (right, style) = (x + width, self.styles.title);
            let text = match column {
                LadderColumn::Own => titles.own,
                LadderColumn::Queue => titles.queue,
                LadderColumn::BidDelta | LadderColumn::AskDelta => titles.delta,
                LadderColumn::BidSize => titles.bid,
                LadderColumn::AskSize => titles.ask,
                LadderColumn::Traded => titles.traded,
                LadderColumn::Price => {
                    pen.text_right(
                        right.saturating_sub(MARKS / 2),
                        y,
                        *width,
                        titles.price,
                        style,
                    );
                    continue;
                }
                LadderColumn::BidBar | LadderColumn::AskBar => continue,
            };
            self.draw_text((*column, *x, *width), y, text, style, pen);
        }
    }

    /// Columns left of the price end with their gap, columns right of it begin with it.
    fn draw_text(&self, span: Span, y: u16, text: &str, style: Style, pen: &mut Pen) {
        let (column, x, width) = span;
        match column {
            LadderColumn::Own | LadderColumn::Queue => {
                pen.text(x, y, (x + width).saturating_sub(1), text, style);
            }
            LadderColumn::BidDelta | LadderColumn::BidSize => {
                let right = (x + width).saturating_sub(1);
                pen.text_right(right, y, width.saturating_sub(1), text, style);
            }
            _ => pen.text_right(x + width, y, width, text, style),
        }
    }

    fn draw_column(
        &self,
        row: &LadderRow,
        texts: &Texts,
        span: Span,
        y: u16,
        full: f64,
        pen: &mut Pen,
    ) {
        let styles = &self.styles;
        let delta = |value: f64| {
            if value > 0.0 {
                styles.stacked
            } else {
                styles.pulled
            }
        };
        let (text, style) = match span.0 {
            LadderColumn::Own if !row.own_bid.is_empty() => (row.own_bid, styles.own_bid),
            LadderColumn::Own => (row.own_ask, styles.own_ask),
            LadderColumn::Queue => (row.queue, styles.queue),
            LadderColumn::BidDelta => (texts.bid_delta.as_str(), delta(row.bid_delta)),
            LadderColumn::BidSize => (texts.bid.as_str(), styles.bid),
            LadderColumn::AskSize => (texts.ask.as_str(), styles.ask),
            LadderColumn::AskDelta => (texts.ask_delta.as_str(), delta(row.ask_delta)),
            LadderColumn::Traded => (texts.traded.as_str(), styles.traded),
            LadderColumn::Price => return self.draw_price(row, &texts.price, span, y, pen),
            LadderColumn::BidBar | LadderColumn::AskBar => {
                return self.draw_bar(row, span, y, full, pen);
            }
        };
        if !text.is_empty() {
            self.draw_text(span, y, text, self.on_row(row, style), pen);
        }
    }

    fn on_row(&self, row: &LadderRow, style: Style) -> Style {
        if row.cursor {
            self.styles.cursor.patch(style)
        } else {
            style
        }
    }

    fn draw_bar(&self, row: &LadderRow, span: Span, y: u16, full: f64, pen: &mut Pen) {
        let (column, x, width) = span;
        let leftwards = column == LadderColumn::BidBar;
        let (size, style) = if leftwards {
            (row.bid, self.styles.bid_bar)
        } else {
            (row.ask, self.styles.ask_bar)
        };
        if size.is_finite() && size > 0.0 && full > 0.0 {
            let length = eighths(size / full, width);
            let area = Rect::new(x, y, width, 1);
            // The cursor's reversal would turn the bar into its gap, so only its ground is kept.
            let style = match self.styles.cursor.bg.filter(|_| row.cursor) {
                Some(ground) => style.bg(ground),
                None => style,
            };
            bar(area, length, leftwards, style, &self.glyphs, pen);
        }
    }

    fn draw_price(&self, row: &LadderRow, text: &str, span: Span, y: u16, pen: &mut Pen) {
        let (_, x, width) = span;
        let styles = &self.styles;
        let style = if row.last {
            styles.last
        } else if row.best_bid {
            styles.best_bid
        } else if row.best_ask {
            styles.best_ask
        } else {
            styles.price
        };
        let style = self.on_row(row, style);
        let right = x + width;
        if columns_of(text).saturating_add(MARKS) > width {
            // Too narrow for the marks: the price itself matters more.
            pen.text(x, y, right, text, style);
            return;
        }
        pen.text_right(right - MARKS / 2, y, width, text, style);
        if row.last {
            let [before, after] = self.glyphs.last;
            pen.put(x, y, before, style);
            pen.put(right - 1, y, after, style);
        }
        if row.cursor {
            let [before, after] = self.glyphs.cursor;
            pen.put(x + 1, y, before, style);
            pen.put(right - 2, y, after, style);
        }
    }
}

impl Widget for Ladder<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        self.draw(area, buffer);
    }
}

impl Widget for &Ladder<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        self.draw(area, buffer);
    }
}

#[cfg(test)]
mod tests;
