//! A line of braille one cell high: the shape of a series at a glance.
//! Must not label anything.

use ratatui_core::{buffer::Buffer, layout::Rect, style::Style, widgets::Widget};

use crate::braille::BrailleCanvas;
use crate::cells::Pen;
use crate::glyphs::MarketGlyphs;
use crate::scale::Scale;

/// A braille line over the newest values that fit, two to a cell.
#[derive(Debug, Clone, Copy)]
pub struct Sparkline<'a> {
    values: &'a [f64],
    style: Style,
    glyphs: MarketGlyphs,
}

impl<'a> Sparkline<'a> {
    /// A line over `values`, oldest first.
    pub fn new(values: &'a [f64]) -> Self {
        Self {
            values,
            style: Style::new(),
            glyphs: MarketGlyphs::UNICODE,
        }
    }

    /// Its colour.
    #[must_use]
    pub fn style(mut self, style: Style) -> Self {
        self.style = style;
        self
    }

    /// Characters; dots where braille is not to be used.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }
}

impl Widget for Sparkline<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut pen = Pen::new(buffer, area);
        let area = pen.area();
        let fits = usize::from(area.width) * 2;
        let values = self
            .values
            .get(self.values.len().saturating_sub(fits)..)
            .unwrap_or(self.values);
        let finite = || values.iter().copied().filter(|value| value.is_finite());
        let low = finite().fold(f64::INFINITY, f64::min);
        let high = finite().fold(f64::NEG_INFINITY, f64::max);
        let Some(scale) = Scale::fit(low, high, area.height) else {
            return;
        };
        let mut canvas = BrailleCanvas::new(area.width, area.height);
        let bottom = i32::from(area.height) * 4 - 1;
        let point = |(x, value): (i32, &f64)| {
            let y = bottom - scale.position(*value, 4).min(bottom);
            value.is_finite().then_some((x, y))
        };
        canvas.path((0..).zip(values).map(point));
        canvas.draw(area, &self.glyphs, self.style, &mut pen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rises_from_left_to_right() {
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        Sparkline::new(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]).render(area, &mut buffer);
        assert_eq!(buffer, Buffer::with_lines(["⡠⠔⠒⠉"]));
    }
}
