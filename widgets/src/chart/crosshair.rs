//! The crosshair and the measuring box.
//! Must not move anything: both are drawn where the caller put them.

use std::ops::Range;

use super::frame::Frame;
use super::layout::index_of;
use super::parts::{BarPlace, MeasureFacts};
use crate::candle::Candle;
use crate::cells::{Layer, Layers, columns_of};
use crate::number::rounded;

/// What lies between two points; `None` without a bar.
pub(super) fn facts(
    bars: &[Candle],
    from: (BarPlace, f64),
    to: (BarPlace, f64),
) -> Option<MeasureFacts> {
    let (first, second) = (index_of(bars, from.0), index_of(bars, to.0));
    let (begin, end) = (bars.get(first)?, bars.get(second)?);
    let price = to.1 - from.1;
    let count = |index: usize| i64::try_from(index).unwrap_or(i64::MAX);
    Some(MeasureFacts {
        price,
        percent: if from.1 == 0.0 {
            f64::NAN
        } else {
            price / from.1.abs() * 100.0
        },
        bars: count(second) - count(first),
        seconds: end.time.saturating_sub(begin.time),
    })
}

/// A label on the time axis, with a column of ground on both sides.
pub(super) struct TimeTag {
    pub(super) columns: Range<u16>,
    text: String,
}

impl Frame<'_, '_> {
    pub(super) fn draw_crosshair(&self, layers: &mut Layers) {
        let Some(crosshair) = self.chart.crosshair else {
            return;
        };
        let plot = self.layout.plot;
        let style = self.styles().crosshair;
        let [horizontal, vertical, crossing] = self.glyphs().crosshair;
        let index = self.index_of(crosshair.bar);
        let x = index.map(|index| self.layout.columns.middle_of(index));
        let row = crosshair.price.and_then(|price| self.scale.row(price));
        if let Some(row) = row {
            for x in plot.left()..plot.right() {
                layers.put(x, plot.y + row, horizontal, style, Layer::Crosshair);
            }
        }
        if let Some(x) = x {
            for y in plot.y..self.lowest_row() {
                let glyph = if row.is_some_and(|row| plot.y + row == y) {
                    crossing
                } else {
                    vertical
                };
                layers.put(x, y, glyph, style, Layer::Crosshair);
            }
        }
        if let (Some(row), Some(price)) = (row, crosshair.price) {
            let text = (self.chart.price_label)(price);
            let tag = self.styles().crosshair_tag;
            self.draw_tag(plot.y + row, 0, &text, tag, layers);
        }
        if let (Some(tag), Some(y)) = (self.time_tag(), self.layout.time_row) {
            let (left, right) = (tag.columns.start, tag.columns.end);
            let style = self.styles().crosshair_tag;
            layers.pen.run(left, right, y, " ", style);
            layers.pen.text(left + 1, y, right, &tag.text, style);
        }
    }

    /// The tag of the crosshair on the time axis.
    pub(super) fn time_tag(&self) -> Option<TimeTag> {
        let index = self.index_of(self.chart.crosshair?.bar)?;
        let bar = self.shown.get(index)?;
        let x = self.layout.columns.middle_of(index);
        let text = match self.chart.time_tag {
            Some(tag) => tag(bar.time),
            // A step of one bar, so that the label is as exact as the bars are.
            None => {
                let step = rounded(self.spacing().unwrap_or(1.0));
                (self.chart.time_label)(bar.time, i64::from(step.max(1)))
            }
        };
        let area = self.layout.area;
        let width = columns_of(&text).saturating_add(2);
        if width > area.width {
            return None;
        }
        let left = x
            .saturating_sub(width / 2)
            .clamp(area.left(), area.right() - width);
        Some(TimeTag {
            columns: left..left + width,
            text,
        })
    }

    pub(super) fn draw_measurement(&self, layers: &mut Layers) {
        let Some(measurement) = self.chart.measurement else {
            return;
        };
        let (from, to) = (measurement.from, measurement.to);
        let Some(facts) = facts(self.bars.all(), from, to) else {
            return;
        };
        if !from.1.is_finite() || !to.1.is_finite() {
            return;
        }
        let sorted = |a: u16, b: u16| (a.min(b), a.max(b));
        let (left, right) = sorted(self.column_of(from.0), self.column_of(to.0));
        let (top, bottom) = sorted(self.row_of(from.1), self.row_of(to.1));
        self.draw_box((left, right), (top, bottom), layers);
        let text = (measurement.label)(facts);
        let (plot, width) = (self.layout.plot, columns_of(&text));
        let x = left
            .min(plot.right().saturating_sub(width))
            .max(plot.left());
        let y = if top > plot.top() {
            top - 1
        } else if bottom + 1 < plot.bottom() {
            bottom + 1
        } else {
            top
        };
        layers.label(x, y, plot.right(), &text, self.styles().measure);
    }

    /// The column of a place, held inside the plot.
    fn column_of(&self, place: BarPlace) -> u16 {
        let index = index_of(self.bars.all(), place);
        let plot = self.layout.plot;
        match index.checked_sub(self.layout.window.first) {
            None => plot.left(),
            Some(index) if index >= self.shown.len() => plot.right() - 1,
            Some(index) => self.layout.columns.middle_of(index),
        }
    }

    /// The row of a price, held inside the plot.
    fn row_of(&self, price: f64) -> u16 {
        let plot = self.layout.plot;
        let over = price > self.scale.high();
        let edge = if over { 0 } else { plot.height - 1 };
        plot.y + self.scale.row(price).unwrap_or(edge)
    }

    fn draw_box(&self, (left, right): (u16, u16), (top, bottom): (u16, u16), layers: &mut Layers) {
        let style = self.styles().measure;
        let [top_left, top_right, low_left, low_right, flat, upright] = self.glyphs().corners;
        let mut put = |x, y, glyph| layers.put(x, y, glyph, style, Layer::Measure);
        for x in left..=right {
            put(x, top, flat);
            put(x, bottom, flat);
        }
        if top == bottom {
            return;
        }
        for y in top..=bottom {
            put(left, y, upright);
            put(right, y, upright);
        }
        if left < right {
            put(left, top, top_left);
            put(right, top, top_right);
            put(left, bottom, low_left);
            put(right, bottom, low_right);
        }
    }
}
