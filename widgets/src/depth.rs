//! What could be bought and sold down to each price: the cumulated book.
//! Must not sort: both sides come best price first.

use ratatui_core::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::blocks::eighths;
use crate::cells::{Pen, columns_of};
use crate::glyphs::MarketGlyphs;

/// Price and size of a level of the book.
pub type DepthLevel = (f64, f64);

/// The styles of a depth curve, all given by the caller.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DepthStyles {
    /// What rests to buy.
    pub bid: Style,
    /// What rests to sell.
    pub ask: Style,
    /// Labels.
    pub axis: Style,
}

/// Cumulated sizes as columns: bids fall towards the middle, asks rise from it.
pub struct DepthCurve<'a> {
    bids: &'a [DepthLevel],
    asks: &'a [DepthLevel],
    reach: Option<f64>,
    styles: DepthStyles,
    glyphs: MarketGlyphs,
    price_label: &'a dyn Fn(f64) -> String,
}

impl<'a> DepthCurve<'a> {
    /// A curve of both sides, best price first; `price_label` writes the prices below it.
    pub fn new(
        bids: &'a [DepthLevel],
        asks: &'a [DepthLevel],
        price_label: &'a dyn Fn(f64) -> String,
    ) -> Self {
        Self {
            bids,
            asks,
            reach: None,
            styles: DepthStyles::default(),
            glyphs: MarketGlyphs::UNICODE,
            price_label,
        }
    }

    /// How far from the middle the curve reaches in price; as far as both sides go unless set.
    #[must_use]
    pub fn reach(mut self, reach: Option<f64>) -> Self {
        self.reach = reach;
        self
    }

    /// Colours.
    #[must_use]
    pub fn styles(mut self, styles: DepthStyles) -> Self {
        self.styles = styles;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// The middle of the book and the distance from it that is shown.
    fn range(&self) -> Option<(f64, f64)> {
        let middle = match (self.bids.first(), self.asks.first()) {
            (Some(bid), Some(ask)) => bid.0 / 2.0 + ask.0 / 2.0,
            (Some(best), None) | (None, Some(best)) => best.0,
            (None, None) => return None,
        };
        let ends = [self.bids.last(), self.asks.last()].into_iter().flatten();
        let own = || {
            ends.map(|level| (level.0 - middle).abs())
                .fold(0.0, f64::max)
        };
        let reach = self.reach.unwrap_or_else(own);
        (middle.is_finite() && reach.is_finite() && reach > 0.0).then_some((middle, reach))
    }

    /// What rests within each of `columns` equal distances from the middle.
    fn sums(levels: &[DepthLevel], middle: f64, reach: f64, columns: u16) -> Vec<f64> {
        let mut levels = levels.iter().peekable();
        let mut sum = 0.0;
        let distance = |column: u16| reach * f64::from(column) / f64::from(columns);
        let sum_to = |column: u16| {
            let within = distance(column) * (1.0 + 1e-12);
            while let Some((_, size)) = levels.next_if(|level| (level.0 - middle).abs() <= within) {
                sum += if size.is_finite() { size.max(0.0) } else { 0.0 };
            }
            sum
        };
        (1..=columns).map(sum_to).collect()
    }

    fn draw_column(&self, x: u16, area: Rect, height: i32, style: Style, pen: &mut Pen) {
        for row in 0..area.height {
            let part = height - i32::from(row) * 8;
            if part <= 0 {
                return;
            }
            let glyph = self.glyphs.lower(part.min(8));
            pen.put(x, area.bottom() - 1 - row, glyph, style);
        }
    }

    fn draw_labels(&self, area: Rect, (middle, reach): (f64, f64), pen: &mut Pen) {
        let y = area.bottom();
        let style = self.styles.axis;
        let [low, mid, high] =
            [middle - reach, middle, middle + reach].map(|price| (self.price_label)(price));
        let widths = [&low, &mid, &high].map(|label| columns_of(label));
        let [low_width, mid_width, high_width] = widths;
        let center = area.x + area.width / 2;
        let from = center.saturating_sub(mid_width / 2);
        let to = from.saturating_add(mid_width);
        if from > area.x.saturating_add(low_width) && to.saturating_add(high_width) < area.right() {
            pen.text(area.x, y, area.right(), &low, style);
            pen.text_right(area.right(), y, area.width, &high, style);
        }
        pen.text(from.max(area.x), y, area.right(), &mid, style);
    }
}

impl Widget for DepthCurve<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut pen = Pen::new(buffer, area);
        let area = pen.area();
        let half = area.width / 2;
        let Some((middle, reach)) = self.range().filter(|_| half > 0 && area.height > 0) else {
            return;
        };
        let labels = u16::from(area.height >= 3);
        let plot = Rect::new(area.x, area.y, area.width, area.height - labels);
        let sums = [self.bids, self.asks].map(|levels| Self::sums(levels, middle, reach, half));
        let most = sums.iter().flatten().copied().fold(0.0, f64::max);
        let [bids, asks] = sums;
        let center = area.x + half;
        for (step, (bid, ask)) in (0..half).zip(bids.into_iter().zip(asks)) {
            let height = |sum: f64| eighths(sum / most, plot.height);
            let (left, right) = (center - 1 - step, area.right() - half + step);
            self.draw_column(left, plot, height(bid), self.styles.bid, &mut pen);
            self.draw_column(right, plot, height(ask), self.styles.ask, &mut pen);
        }
        if labels > 0 {
            self.draw_labels(plot, (middle, reach), &mut pen);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_add_up_from_the_middle() {
        let bids = [(99.0, 2.0), (98.0, 2.0), (95.0, 4.0)];
        let asks = [(101.0, 1.0), (103.0, 1.0), (105.0, 2.0)];
        let area = Rect::new(0, 0, 21, 4);
        let mut buffer = Buffer::empty(area);
        DepthCurve::new(&bids, &asks, &|price| format!("{price:.0}")).render(area, &mut buffer);
        assert_eq!(
            buffer,
            Buffer::with_lines([
                "█                    ",
                "█▄▄▄▄▄▄             ▄",
                "███████▆▆   ▃▃▃▃▆▆▆▆█",
                "95       100      105",
            ])
        );
    }
}
