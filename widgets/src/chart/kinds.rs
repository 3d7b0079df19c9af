//! The bars themselves, in each way of drawing them, and the lines over them.
//! Must not know of axes.

use ratatui_core::style::Style;

use super::frame::Frame;
use super::parts::ChartKind;
use super::shape::Shape;
use crate::blocks::reverse;
use crate::braille::BrailleCanvas;
use crate::candle::Candle;
use crate::cells::{Layer, Layers};
use crate::number::rounded;

impl Frame<'_, '_> {
    pub(super) fn draw_bars(&self, layers: &mut Layers) {
        match self.chart.kind {
            ChartKind::Line => self.draw_line(layers),
            ChartKind::Area if self.glyphs().fine => self.draw_area(layers),
            ChartKind::Area => {
                self.draw_area(layers);
                self.draw_line(layers);
            }
            ChartKind::Bars => self.each_bar(|index, bar| self.draw_bar(index, bar, layers)),
            _ => self.each_bar(|index, bar| self.draw_candle(index, bar, layers)),
        }
    }

    /// Calls for each bar that reaches into the scale.
    fn each_bar(&self, mut draw: impl FnMut(usize, &Candle)) {
        let (low, high) = (self.scale.low(), self.scale.high());
        for (index, bar) in self.shown.iter().enumerate() {
            if bar.is_finite() && bar.low.min(bar.high) <= high && bar.high.max(bar.low) >= low {
                draw(index, bar);
            }
        }
    }

    fn draw_candle(&self, index: usize, bar: &Candle, layers: &mut Layers) {
        let hollow = match self.chart.kind {
            ChartKind::Hollow => bar.close > bar.open,
            _ => self.styles().hollow_up && bar.rises(),
        };
        let part = |value| self.scale.offset(value, 8);
        let shape = Shape {
            body_low: part(bar.open.min(bar.close)),
            body_high: part(bar.open.max(bar.close)),
            wick_low: part(bar.low),
            wick_high: part(bar.high),
            hollow,
        };
        self.draw_shape(&shape, index, self.bar_style(index, bar), layers);
    }

    /// A hollow candle tells by its body how it closed against its open, and by its colour how
    /// it closed against the close before.
    fn bar_style(&self, index: usize, bar: &Candle) -> Style {
        let before = (self.layout.window.first + index)
            .checked_sub(1)
            .and_then(|before| self.bars.all().get(before));
        let rises = match (self.chart.kind, before) {
            (ChartKind::Hollow, Some(before)) => bar.close >= before.close,
            _ => bar.rises(),
        };
        if rises {
            self.styles().up
        } else {
            self.styles().down
        }
    }

    fn draw_shape(&self, shape: &Shape, index: usize, style: Style, layers: &mut Layers) {
        let (plot, glyphs) = (self.layout.plot, self.glyphs());
        let column = self.layout.columns.first_of(index);
        let middle = self.layout.columns.middle_of(index);
        for row in shape.rows(plot.height) {
            let Some(stroke) = shape.stroke(i32::from(row), glyphs) else {
                continue;
            };
            let y = plot.bottom() - 1 - row;
            let style = reverse(style, stroke.reversed);
            if !stroke.body {
                layers.put(middle, y, stroke.glyph, style, Layer::Candle);
                continue;
            }
            // The cross of a thin body has its wick in the middle column alone.
            let [flat, ..] = glyphs.doji;
            let crossing = glyphs.doji.contains(&stroke.glyph);
            for x in column..column.saturating_add(self.layout.columns.body) {
                let glyph = if crossing && x != middle {
                    flat
                } else {
                    stroke.glyph
                };
                layers.put(x, y, glyph, style, Layer::Candle);
            }
        }
    }

    /// A bar with its open at the left and its close at the right.
    fn draw_bar(&self, index: usize, bar: &Candle, layers: &mut Layers) {
        let (plot, glyphs) = (self.layout.plot, self.glyphs());
        let part = |value| self.scale.offset(value, 8);
        let (low, high) = (part(bar.low), part(bar.high));
        let body = (part(bar.open), part(bar.close));
        // Away from the line itself there is neither body nor wick.
        let line = Shape {
            body_low: -9,
            body_high: -9,
            wick_low: low,
            wick_high: high.max(low + 2),
            hollow: false,
        };
        let style = self.bar_style(index, bar);
        let row_of = |part: i32| (part.min(i32::from(plot.height) * 8 - 1)).div_euclid(8);
        let (open, close) = (row_of(body.0), row_of(body.1));
        let columns = &self.layout.columns;
        let (left, middle) = (columns.first_of(index), columns.middle_of(index));
        let [tick_open, tick_close, tick_both] = glyphs.bar_ticks;
        let [flat, ..] = glyphs.doji;
        for row in line.rows(plot.height) {
            let y = plot.bottom() - 1 - row;
            let row = i32::from(row);
            let glyph = match (row == open, row == close) {
                (true, true) => Some(tick_both),
                (true, false) => Some(tick_open),
                (false, true) => Some(tick_close),
                (false, false) => line.stroke(row, glyphs).map(|stroke| stroke.glyph),
            };
            if let Some(glyph) = glyph {
                layers.put(middle, y, glyph, style, Layer::Candle);
            }
            let opening = if row == open { left..middle } else { 0..0 };
            let closing = if row == close {
                middle + 1..left.saturating_add(columns.body)
            } else {
                0..0
            };
            for x in opening.chain(closing) {
                layers.put(x, y, flat, style, Layer::Candle);
            }
        }
    }

    fn draw_line(&self, layers: &mut Layers) {
        let plot = self.layout.plot;
        let mut canvas = BrailleCanvas::new(plot.width, plot.height);
        canvas.path(self.points(plot, &self.scale, |index| self.close(index)));
        canvas.draw_layered(plot, self.glyphs(), self.styles().line, layers);
    }

    fn close(&self, index: usize) -> Option<f64> {
        self.shown
            .get(index)
            .map(|bar| bar.close)
            .filter(|close| close.is_finite())
    }

    /// Columns up to the closes, and between two bars up to the line that joins them.
    fn draw_area(&self, layers: &mut Layers) {
        let columns = &self.layout.columns;
        let mut before: Option<(u16, i32)> = None;
        for index in 0..self.shown.len() {
            let Some(close) = self.close(index) else {
                before = None;
                continue;
            };
            let here = (columns.middle_of(index), self.scale.offset(close, 8));
            let (x, height) = before.unwrap_or(here);
            let width = here.0.saturating_sub(x);
            for step in 0..=width {
                let share = f64::from(step) / f64::from(width.max(1));
                let rise = f64::from(here.1 - height) * share;
                self.draw_area_column(x + step, height + rounded(rise), layers);
            }
            before = Some(here);
        }
    }

    fn draw_area_column(&self, x: u16, height: i32, layers: &mut Layers) {
        let (plot, glyphs) = (self.layout.plot, self.glyphs());
        let top = height.max(1) - 1;
        for row in 0..plot.height {
            let (y, bottom) = (plot.bottom() - 1 - row, i32::from(row) * 8);
            if bottom > top || height <= 0 {
                break;
            }
            if top >= bottom + 8 || !glyphs.fine {
                layers.put(x, y, glyphs.area, self.styles().area, Layer::Fill);
            } else {
                let glyph = glyphs.lower(top - bottom + 1);
                layers.put(x, y, glyph, self.styles().line, Layer::Overlay);
            }
        }
    }

    pub(super) fn draw_overlays(&self, layers: &mut Layers) {
        if self.chart.overlays.is_empty() {
            return;
        }
        let plot = self.layout.plot;
        let mut canvas = BrailleCanvas::new(plot.width, plot.height);
        for overlay in self.chart.overlays {
            let value = |index| self.value(overlay.values, index);
            canvas.path(self.points(plot, &self.scale, value));
            canvas.draw_layered(plot, self.glyphs(), overlay.style, layers);
            canvas.clear();
        }
    }
}
