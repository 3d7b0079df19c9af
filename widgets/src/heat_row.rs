//! One cell a value, as high as the value is: the shape of many things side by side.
//! Must not label anything.

use ratatui_core::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::cells::Pen;
use crate::glyphs::MarketGlyphs;
use crate::number::rounded;

/// A line of cells `▁▂▃▄▅▆▇█`, the first value at the left; cells of NaN stay empty.
#[derive(Clone, Copy)]
pub struct HeatRow<'a> {
    values: &'a [f64],
    range: Option<(f64, f64)>,
    style: &'a dyn Fn(f64) -> Style,
    glyphs: MarketGlyphs,
}

impl<'a> HeatRow<'a> {
    /// A line of `values`.
    pub fn new(values: &'a [f64]) -> Self {
        Self {
            values,
            range: None,
            style: &|_| Style::new(),
            glyphs: MarketGlyphs::UNICODE,
        }
    }

    /// The values of the lowest and the highest level; those of the values themselves unless set.
    #[must_use]
    pub fn range(mut self, range: Option<(f64, f64)>) -> Self {
        self.range = range;
        self
    }

    /// The style of a value.
    #[must_use]
    pub fn style(mut self, style: &'a dyn Fn(f64) -> Style) -> Self {
        self.style = style;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }
}

impl Widget for HeatRow<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut pen = Pen::new(buffer, area);
        let area = pen.area();
        let finite = || {
            self.values
                .iter()
                .copied()
                .filter(|value| value.is_finite())
        };
        let own = || Some((finite().reduce(f64::min)?, finite().reduce(f64::max)?));
        let Some((low, high)) = self.range.or_else(own) else {
            return;
        };
        for (x, value) in (area.left()..area.right()).zip(self.values) {
            if !value.is_finite() {
                continue;
            }
            let share = (value / 2.0 - low / 2.0) / (high / 2.0 - low / 2.0);
            // Values that are all the same stand in the middle.
            let share = if share.is_nan() { 0.5 } else { share };
            let level = rounded(share.clamp(0.0, 1.0) * 7.0);
            let level = usize::try_from(level).unwrap_or(0);
            if let Some(glyph) = self.glyphs.levels.get(level) {
                pen.put(x, area.y, glyph, (self.style)(*value));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(row: HeatRow) -> String {
        let area = Rect::new(0, 0, 9, 1);
        let mut buffer = Buffer::empty(area);
        row.render(area, &mut buffer);
        let cells = buffer.content();
        cells.iter().map(|cell| cell.symbol()).collect()
    }

    #[test]
    fn a_level_for_each_value() {
        let values = [0.0, 1.0, 2.0, 3.0, f64::NAN, 4.0, 5.0, 6.0, 7.0, 9.0];
        let ranged = HeatRow::new(&values).range(Some((0.0, 7.0)));
        assert_eq!(text(ranged), "▁▂▃▄ ▅▆▇█");
        assert_eq!(text(ranged.glyphs(MarketGlyphs::ASCII)), "_.-= +*#@");
        assert_eq!(text(HeatRow::new(&[5.0, 5.0])), "▅▅       ");
        assert_eq!(text(HeatRow::new(&[f64::MAX, -f64::MAX])), "█▁       ");
        assert_eq!(text(HeatRow::new(&[])), "         ");
    }
}
