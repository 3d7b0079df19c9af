//! A bar that tells a share of a whole.
//! Must not label anything.

use ratatui_core::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::blocks::{bar, eighths};
use crate::cells::Pen;
use crate::glyphs::MarketGlyphs;
use crate::number::rounded;

/// A bar in the first line of its area: `▓▓▓░░`, or with its end on an eighth of a cell: `██▌  `.
#[derive(Debug, Clone, Copy)]
pub struct Gauge {
    share: f64,
    fine: bool,
    style: Style,
    rest: Style,
    glyphs: MarketGlyphs,
}

impl Gauge {
    /// A bar that is filled to `share`, 0 to 1; NaN is empty.
    pub fn new(share: f64) -> Self {
        Self {
            share,
            fine: false,
            style: Style::new(),
            rest: Style::new(),
            glyphs: MarketGlyphs::UNICODE,
        }
    }

    /// Whether its end lies on an eighth of a cell; on whole, shaded cells unless set.
    #[must_use]
    pub fn fine(mut self, fine: bool) -> Self {
        self.fine = fine;
        self
    }

    /// Its colour.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// The colour of what is not filled.
    #[must_use]
    pub fn rest(mut self, rest: Style) -> Self {
        self.rest = rest;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }
}

impl Widget for Gauge {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut pen = Pen::new(buffer, area);
        let area = pen.area();
        if area.is_empty() {
            return;
        }
        let (left, right, y) = (area.left(), area.right(), area.y);
        if self.fine && self.glyphs.fine {
            pen.run(left, right, y, " ", self.rest);
            let length = eighths(self.share, area.width);
            bar(area, length, false, self.style, &self.glyphs, &mut pen);
            return;
        }
        let [filled, empty] = self.glyphs.gauge;
        let cells = rounded(self.share.clamp(0.0, 1.0) * f64::from(area.width));
        let split = left.saturating_add(u16::try_from(cells).unwrap_or(0));
        pen.run(left, split, y, filled, self.style);
        pen.run(split, right, y, empty, self.rest);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(gauge: Gauge, width: u16) -> String {
        let area = Rect::new(0, 0, width, 1);
        let mut buffer = Buffer::empty(area);
        gauge.render(area, &mut buffer);
        let cells = buffer.content();
        cells.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn filled_to_its_share() {
        let ascii = MarketGlyphs::ASCII;
        for (gauge, expected) in [
            (Gauge::new(0.58), "▓▓▓░░"),
            (Gauge::new(0.0), "░░░░░"),
            (Gauge::new(7.0), "▓▓▓▓▓"),
            (Gauge::new(f64::NAN), "░░░░░"),
            (Gauge::new(0.5).fine(true), "██▌  "),
            (Gauge::new(0.4).glyphs(ascii), "##..."),
            (Gauge::new(0.4).fine(true).glyphs(ascii), "##..."),
        ] {
            assert_eq!(text(gauge, 5), expected, "{gauge:?}");
        }
    }
}
