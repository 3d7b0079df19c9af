//! Panels below the candles, each with a scale of its own.
//! Must not reckon an indicator.

use ratatui_core::{layout::Rect, style::Style};

use super::frame::Frame;
use super::parts::{Panel, PanelSeries, SeriesKind};
use super::shape::Shape;
use crate::blocks::reverse;
use crate::braille::BrailleCanvas;
use crate::cells::{Layer, Layers};
use crate::scale::{Scale, ScaleKind};

/// What a panel's scale has above and below its values, as a share of half their range.
const PANEL_AIR: f64 = 0.06;

impl Frame<'_, '_> {
    pub(super) fn draw_panels(&self, layers: &mut Layers) {
        for (panel, area) in self.chart.panels.iter().zip(&self.layout.panels) {
            self.draw_panel_title(panel, *area, layers);
            let area = Rect::new(area.x, area.y + 1, area.width, area.height - 1);
            let Some(scale) = self.panel_scale(panel, area.height) else {
                continue;
            };
            self.draw_levels(panel, area, &scale, layers);
            for series in panel.series {
                if series.kind == SeriesKind::Histogram {
                    self.draw_histogram(series, area, &scale, layers);
                }
            }
            let mut canvas = BrailleCanvas::new(area.width, area.height);
            for series in panel.series {
                if series.kind == SeriesKind::Line {
                    let value = |index| self.value(series.values, index);
                    canvas.path(self.points(area, &scale, value));
                    canvas.draw_layered(area, self.glyphs(), series.style, layers);
                    canvas.clear();
                }
            }
        }
    }

    fn draw_panel_title(&self, panel: &Panel, area: Rect, layers: &mut Layers) {
        let (glyph, style) = (self.glyphs().line_solid, self.styles().panel);
        for x in area.left()..area.right() {
            layers.put(x, area.y, glyph, style, Layer::Line);
        }
        let right = area.right();
        let mut x = area.x;
        for line in [&panel.title, &panel.readout] {
            if line.width() > 0 && x < right {
                x = layers.line(x, area.y, right, line, style);
                x = layers.label(x, area.y, right, " ", style);
            }
        }
    }

    fn panel_scale(&self, panel: &Panel, rows: u16) -> Option<Scale> {
        let linear = ScaleKind::Linear;
        let fixed = panel
            .range
            .and_then(|(low, high)| Scale::exact(linear, 0.0, low, high, rows));
        if fixed.is_some() {
            return fixed;
        }
        let mut ends: Option<(f64, f64)> = None;
        let mut hold = |value: f64| {
            let (low, high) = ends.unwrap_or((value, value));
            ends = Some((low.min(value), high.max(value)));
        };
        for series in panel.series {
            for index in 0..self.shown.len() {
                if let Some(value) = self.value(series.values, index) {
                    hold(value);
                }
            }
            if series.kind == SeriesKind::Histogram {
                hold(0.0);
            }
        }
        let levels = panel.levels.iter().filter(|level| level.is_finite());
        levels.for_each(|level| hold(*level));
        let (low, high) = ends?;
        // Rows are few here, so none is spent on round edges.
        let air = (high / 2.0 - low / 2.0) * PANEL_AIR;
        Scale::exact(linear, 0.0, low - air, high + air, rows)
            .or_else(|| Scale::fit(low, high, rows))
    }

    /// The panel's levels and its axis, which has round values where there are no levels.
    fn draw_levels(&self, panel: &Panel, area: Rect, scale: &Scale, layers: &mut Layers) {
        let mut ticks = scale.ticks();
        if !panel.levels.is_empty() {
            let row = |level: &f64| Some((scale.row(*level)?, *level));
            ticks = panel.levels.iter().filter_map(row).collect();
            for (row, _) in &ticks {
                let (glyph, style) = (self.glyphs().line_dotted, self.styles().level);
                for x in area.left()..area.right() {
                    layers.put(x, area.y + row, glyph, style, Layer::Grid);
                }
            }
        }
        let Some(axis) = self.layout.axis else { return };
        for (row, value) in ticks {
            let (text, style) = ((panel.label)(value), self.styles().axis);
            let y = area.y + row;
            layers
                .pen
                .text_right(axis.right(), y, axis.width, &text, style);
        }
    }

    fn draw_histogram(&self, series: &PanelSeries, area: Rect, scale: &Scale, layers: &mut Layers) {
        for index in 0..self.shown.len() {
            let Some(value) = self.value(series.values, index) else {
                continue;
            };
            let style = match series.negative {
                Some(negative) if value < 0.0 => negative,
                _ => series.style,
            };
            let shape = Shape::column(scale.span(0.0, value));
            self.draw_column(area, &shape, index, style, layers);
        }
    }

    /// A column as wide as the body of its bar.
    pub(super) fn draw_column(
        &self,
        area: Rect,
        shape: &Shape,
        index: usize,
        style: Style,
        layers: &mut Layers,
    ) {
        let left = self.layout.columns.first_of(index);
        for row in shape.rows(area.height) {
            let Some(stroke) = shape.stroke(i32::from(row), self.glyphs()) else {
                continue;
            };
            let (y, style) = (area.bottom() - 1 - row, reverse(style, stroke.reversed));
            for x in left..left.saturating_add(self.layout.columns.body) {
                layers.put(x, y, stroke.glyph, style, Layer::Candle);
            }
        }
    }
}
