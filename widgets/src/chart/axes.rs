//! Grid, labels and tags of the axes, and the lines between sessions.
//! Must not draw over candles.

use ratatui_core::style::Style;

use super::frame::Frame;
use crate::axis::time_step;
use crate::cells::{Layer, Layers, columns_of};
use crate::number::{float, seconds};

/// Columns between the labels of the time axis.
const TIME_LABEL_COLUMNS: u16 = 12;

impl Frame<'_, '_> {
    pub(super) fn draw_grid(&self, layers: &mut Layers) {
        let plot = self.layout.plot;
        for (row, value) in self.scale.ticks() {
            let y = plot.y + row;
            if let Some(grid) = self.styles().grid {
                for x in plot.left()..plot.right() {
                    layers.put(x, y, self.glyphs().grid, grid, Layer::Grid);
                }
            }
            if let Some(axis) = self.layout.axis {
                let label = match self.scale.percent_of(value) {
                    Some(percent) => (self.chart.percent_label)(percent),
                    None => (self.chart.price_label)(value),
                };
                let style = self.styles().axis;
                layers
                    .pen
                    .text_right(axis.right(), y, axis.width, &label, style);
            }
        }
    }

    pub(super) fn draw_separators(&self, layers: &mut Layers) {
        let Some(first) = self.shown.first() else {
            return;
        };
        let lowest = self.lowest_row();
        for time in self.chart.separators {
            let index = self.shown.partition_point(|bar| bar.time < *time);
            if *time <= first.time || index >= self.shown.len() {
                continue;
            }
            let columns = &self.layout.columns;
            let gap = columns.step - columns.body;
            let x = columns.first_of(index).saturating_sub(gap.min(1));
            for y in self.layout.plot.y..lowest {
                let (glyph, style) = (self.glyphs().separator, self.styles().separator);
                layers.put(x, y, glyph, style, Layer::Separator);
            }
        }
    }

    /// The row below plot, volume and panels.
    pub(super) fn lowest_row(&self) -> u16 {
        self.layout.time_row.unwrap_or(self.layout.area.bottom())
    }

    pub(super) fn draw_times(&self, layers: &mut Layers) {
        let (Some(y), Some(spacing)) = (self.layout.time_row, self.spacing()) else {
            return;
        };
        let plot = self.layout.plot;
        let columns = &self.layout.columns;
        let step = time_step(spacing / f64::from(columns.step), TIME_LABEL_COLUMNS);
        // A label half hidden by the crosshair's tag would be misread.
        let tag = self.time_tag().map_or(0..0, |tag| tag.columns);
        let mut free_from = plot.x;
        let mut before = None;
        for (index, bar) in self.shown.iter().enumerate() {
            // A label stands at the first bar of a step, also where there is none at its start.
            let period = bar.time.div_euclid(step);
            let begins = match before {
                Some(before) => period > before,
                None => bar.time.rem_euclid(step) == 0,
            };
            before = Some(period);
            let x = columns.first_of(index);
            if !begins || x < free_from {
                continue;
            }
            let label = (self.chart.time_label)(bar.time, step);
            let end = x.saturating_add(columns_of(&label));
            let hidden = x < tag.end && end > tag.start;
            if end <= plot.right() && !hidden {
                layers
                    .pen
                    .text(x, y, plot.right(), &label, self.styles().axis);
                free_from = end.saturating_add(2);
            }
        }
    }

    /// Seconds from bar to bar: the shortest where bars are candles, as others are gaps, and the
    /// mean where they are made of them.
    pub(super) fn spacing(&self) -> Option<f64> {
        let [first, .., last] = self.shown else {
            return None;
        };
        if self.chart.kind.is_made() {
            let span = seconds(last.time) - seconds(first.time);
            return Some((span / float(self.shown.len() - 1)).max(1.0));
        }
        let gaps = self.shown.windows(2).filter_map(|pair| match pair {
            [a, b] => b.time.checked_sub(a.time).filter(|gap| *gap > 0),
            _ => None,
        });
        Some(gaps.min().map_or(1.0, seconds))
    }

    pub(super) fn draw_last(&self, layers: &mut Layers) {
        let last = self.chart.last.filter(|last| last.is_finite());
        let (Some(last), Some(axis)) = (last, self.layout.axis) else {
            return;
        };
        let styles = self.styles();
        let newest = self.chart.candles.last();
        let rises = newest.is_none_or(|candle| last >= candle.open);
        let (tag, pointer) = if rises {
            (styles.last_up, styles.up)
        } else {
            (styles.last_down, styles.down)
        };
        let row = self.scale.row(last).unwrap_or(if last > self.scale.high() {
            0
        } else {
            self.layout.plot.height.saturating_sub(1)
        });
        let y = axis.y + row;
        layers
            .pen
            .run(axis.left(), axis.right(), y, " ", styles.axis);
        layers.pen.put(axis.x, y, self.glyphs().pointer, pointer);
        self.draw_tag(y, 1, &(self.chart.price_label)(last), tag, layers);
    }

    /// Fills the axis from the column `from` on and writes `text` at its right.
    pub(super) fn draw_tag(
        &self,
        y: u16,
        from: u16,
        text: &str,
        style: Style,
        layers: &mut Layers,
    ) {
        let Some(axis) = self.layout.axis else { return };
        let pen = &mut layers.pen;
        pen.run(
            axis.left().saturating_add(from),
            axis.right(),
            y,
            " ",
            style,
        );
        let room = axis.width.saturating_sub(from);
        pen.text_right(axis.right(), y, room, text, style);
    }
}
