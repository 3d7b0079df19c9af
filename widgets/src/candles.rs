//! A candle chart with volume, overlays, markers and axes.
//! Must not keep state between frames: what is shown follows from what is passed in.

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    widgets::Widget,
};

use crate::axis::time_step;
use crate::braille::BrailleCanvas;
use crate::cells::{blank, columns_of, put, put_right, put_text};
use crate::paint::{CandleGlyphs, CandleStyles, Shape};
use crate::scale::Scale;

/// One candle; times are in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Candle {
    /// Start.
    pub time: i64,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Size traded.
    pub volume: f64,
}

impl Candle {
    fn is_finite(&self) -> bool {
        self.open.is_finite()
            && self.high.is_finite()
            && self.low.is_finite()
            && self.close.is_finite()
    }

    fn rises(&self) -> bool {
        self.close >= self.open
    }
}

/// A line over the candles: one value a candle, NaN for none.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    /// Aligned with the candles' end: the last value belongs to the last candle.
    pub values: &'a [f64],
    /// Its colour.
    pub style: Style,
}

/// A horizontal line at a value, with a tag on the price axis.
#[derive(Debug, Clone)]
pub struct Marker<'a> {
    /// Where.
    pub value: f64,
    /// Written at the left end of the line.
    pub label: &'a str,
    /// Colour of line and tag.
    pub style: Style,
}

/// Columns of a body and of the gap after it, by zoom.
const ZOOMS: [(u16, u16); 5] = [(1, 0), (1, 1), (2, 1), (3, 1), (5, 1)];
/// The zoom to start with: bodies of one column with a gap.
pub const ZOOM_DEFAULT: u8 = 1;
/// The largest zoom.
pub const ZOOM_MAX: u8 = 4;

/// Columns between the labels of the time axis.
const TIME_LABEL_COLUMNS: u16 = 12;
/// Free columns between the newest candle and the price axis.
const RIGHT_AIR: u16 = 1;

/// A candle chart; see the methods for its parts.
pub struct CandleChart<'a> {
    candles: &'a [Candle],
    overlays: &'a [Overlay<'a>],
    markers: &'a [Marker<'a>],
    last: Option<f64>,
    zoom: u8,
    pan: usize,
    styles: CandleStyles,
    glyphs: CandleGlyphs,
    price_label: &'a dyn Fn(f64) -> String,
    time_label: &'a dyn Fn(i64, i64) -> String,
}

struct Layout {
    plot: Rect,
    volume: Option<Rect>,
    time_row: Option<u16>,
    axis: Option<Rect>,
    first: usize,
    count: usize,
    body: u16,
    step: u16,
}

impl<'a> CandleChart<'a> {
    /// A chart of `candles`, oldest first; `price_label` writes a value of the price axis.
    pub fn new(candles: &'a [Candle], price_label: &'a dyn Fn(f64) -> String) -> Self {
        Self {
            candles,
            overlays: &[],
            markers: &[],
            last: candles.last().map(|candle| candle.close),
            zoom: ZOOM_DEFAULT,
            pan: 0,
            styles: CandleStyles::default(),
            glyphs: CandleGlyphs::UNICODE,
            price_label,
            time_label: &|time, _| format!("{time}"),
        }
    }

    /// Lines over the candles.
    #[must_use]
    pub fn overlays(mut self, overlays: &'a [Overlay<'a>]) -> Self {
        self.overlays = overlays;
        self
    }

    /// Horizontal lines with tags.
    #[must_use]
    pub fn markers(mut self, markers: &'a [Marker<'a>]) -> Self {
        self.markers = markers;
        self
    }

    /// The last price, for its tag; the newest candle's close unless set.
    #[must_use]
    pub fn last(mut self, last: Option<f64>) -> Self {
        self.last = last;
        self
    }

    /// How wide a candle is, 0 to [`ZOOM_MAX`].
    #[must_use]
    pub fn zoom(mut self, zoom: u8) -> Self {
        self.zoom = zoom;
        self
    }

    /// How many candles back from the newest the right edge lies.
    #[must_use]
    pub fn pan(mut self, pan: usize) -> Self {
        self.pan = pan;
        self
    }

    /// Colours.
    #[must_use]
    pub fn styles(mut self, styles: CandleStyles) -> Self {
        self.styles = styles;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: CandleGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// Writes a label of the time axis from a time and the axis' step, both in seconds.
    #[must_use]
    pub fn time_label(mut self, time_label: &'a dyn Fn(i64, i64) -> String) -> Self {
        self.time_label = time_label;
        self
    }

    /// How many candles a chart `columns` wide shows at `zoom`, the axis not counted.
    pub fn capacity(columns: u16, zoom: u8) -> usize {
        let (body, gap) = zoom_columns(zoom);
        usize::from(columns.saturating_sub(RIGHT_AIR).saturating_add(gap) / (body + gap))
    }

    fn visible(&self, capacity: usize) -> (usize, usize) {
        let pan = self.pan.min(self.candles.len().saturating_sub(1));
        let end = self.candles.len() - pan;
        let count = capacity.min(end);
        (end - count, count)
    }

    fn shown(&self, first: usize, count: usize) -> &'a [Candle] {
        self.candles.get(first..first + count).unwrap_or(&[])
    }

    fn layout(&self, area: Rect) -> Layout {
        let (body, gap) = zoom_columns(self.zoom);
        let time_rows = u16::from(area.height >= 6);
        let volume_rows = match area.height {
            0..=8 => 0,
            height => (height / 6).clamp(2, 8),
        };
        let rows = area.height - time_rows - volume_rows;
        // Labels of the outermost values tell how wide the axis is, before it has a scale.
        let rough = self.visible(Self::capacity(area.width, self.zoom));
        let label_width = self
            .bounds(self.shown(rough.0, rough.1), rows)
            .into_iter()
            .flat_map(|(low, high)| [low, high])
            .chain(self.last)
            .filter(|value| value.is_finite())
            .map(|value| columns_of(&(self.price_label)(value)))
            .max()
            .unwrap_or(0);
        let axis_width = label_width.saturating_add(2);
        let axis = area.width >= axis_width.saturating_add(8);
        let plot_width = if axis {
            area.width - axis_width
        } else {
            area.width
        };
        let (first, count) = self.visible(Self::capacity(plot_width, self.zoom));
        Layout {
            plot: Rect::new(area.x, area.y, plot_width, rows),
            volume: (volume_rows > 0)
                .then(|| Rect::new(area.x, area.y + rows, plot_width, volume_rows)),
            time_row: (time_rows > 0).then(|| area.y + area.height - 1),
            axis: axis.then(|| Rect::new(area.x + plot_width, area.y, axis_width, rows)),
            first,
            count,
            body,
            step: body + gap,
        }
    }

    /// Lowest and highest price of the candles, stretched to markers that lie near.
    fn bounds(&self, candles: &[Candle], rows: u16) -> Option<(f64, f64)> {
        let finite = || candles.iter().filter(|candle| candle.is_finite());
        let low = finite().map(|candle| candle.low).reduce(f64::min)?;
        let high = finite().map(|candle| candle.high).reduce(f64::max)?;
        let reach = (high / 2.0 - low / 2.0).abs() * 0.7;
        let mut bounds = (low.min(high), high.max(low));
        // A low chart has no row to give away.
        let markers = if rows < 8 { &[] } else { self.markers };
        for marker in markers {
            if marker.value >= low - reach && marker.value <= high + reach {
                bounds = (bounds.0.min(marker.value), bounds.1.max(marker.value));
            }
        }
        Some(bounds)
    }
}

impl Widget for CandleChart<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let area = area.intersection(buffer.area);
        if area.is_empty() {
            return;
        }
        let layout = self.layout(area);
        let candles = self.shown(layout.first, layout.count);
        let Some(scale) = self
            .bounds(candles, layout.plot.height)
            .and_then(|(low, high)| Scale::fit(low, high, layout.plot.height))
        else {
            return;
        };
        self.draw_grid(&layout, &scale, buffer);
        for overlay in self.overlays {
            self.draw_overlay(&layout, &scale, overlay, buffer);
        }
        self.draw_candles(&layout, &scale, candles, buffer);
        self.draw_markers(&layout, &scale, buffer);
        self.draw_volume(&layout, candles, buffer);
        self.draw_times(&layout, candles, buffer);
        self.draw_last(&layout, &scale, buffer);
    }
}

impl CandleChart<'_> {
    fn draw_grid(&self, layout: &Layout, scale: &Scale, buffer: &mut Buffer) {
        for (row, value) in scale.ticks() {
            let y = layout.plot.y + row;
            if let Some(grid) = self.styles.grid {
                for x in layout.plot.left()..layout.plot.right() {
                    put(buffer, x, y, self.glyphs.grid, grid);
                }
            }
            if let Some(axis) = layout.axis {
                let label = (self.price_label)(value);
                put_right(
                    buffer,
                    axis.right(),
                    y,
                    axis.width,
                    &label,
                    self.styles.axis,
                );
            }
        }
    }

    fn draw_overlay(&self, layout: &Layout, scale: &Scale, overlay: &Overlay, buffer: &mut Buffer) {
        let mut canvas = BrailleCanvas::new(layout.plot.width, layout.plot.height);
        let missing = self.candles.len().saturating_sub(overlay.values.len());
        let bottom = i32::from(layout.plot.height) * 4 - 1;
        let mut previous = None;
        for index in 0..layout.count {
            let value = (layout.first + index)
                .checked_sub(missing)
                .and_then(|index| overlay.values.get(index))
                .copied()
                .filter(|value| value.is_finite());
            let Some(value) = value else {
                previous = None;
                continue;
            };
            let column = self.column(layout, index);
            let center =
                (i32::from(column) * 2 + i32::from(layout.body)) - i32::from(layout.plot.x) * 2;
            let point = (center, bottom - scale.position(value, 4).min(bottom));
            canvas.line(previous.unwrap_or(point), point);
            previous = Some(point);
        }
        for row in 0..layout.plot.height {
            for column in 0..layout.plot.width {
                let Some(glyph) = canvas.glyph(column, row) else {
                    continue;
                };
                let (x, y) = (layout.plot.x + column, layout.plot.y + row);
                if let Some(cell) = buffer.cell_mut((x, y)) {
                    if self.glyphs.fine {
                        cell.set_char(glyph);
                    } else {
                        cell.set_symbol(self.glyphs.dot);
                    }
                    cell.set_style(overlay.style);
                }
            }
        }
    }

    /// First column of the candle at `index` of those shown; the newest stands at the right.
    fn column(&self, layout: &Layout, index: usize) -> u16 {
        let from_right = layout.count - 1 - index.min(layout.count - 1);
        let back = usize::from(layout.step) * from_right + usize::from(layout.body);
        let right = layout.plot.right().saturating_sub(RIGHT_AIR);
        right.saturating_sub(u16::try_from(back).unwrap_or(u16::MAX))
    }

    fn draw_candles(
        &self,
        layout: &Layout,
        scale: &Scale,
        candles: &[Candle],
        buffer: &mut Buffer,
    ) {
        for (index, candle) in candles.iter().enumerate() {
            if !candle.is_finite() {
                continue;
            }
            let column = self.column(layout, index);
            let ends = (candle.open.min(candle.close), candle.open.max(candle.close));
            let shape = Shape {
                body_low: scale.position(ends.0, 8),
                body_high: scale.position(ends.1, 8),
                wick_low: scale.position(candle.low, 8),
                wick_high: scale.position(candle.high, 8),
                hollow: self.styles.hollow_up && candle.rises(),
            };
            let style = if candle.rises() {
                self.styles.up
            } else {
                self.styles.down
            };
            self.draw_shape(layout, &shape, column, style, buffer);
        }
    }

    fn draw_shape(
        &self,
        layout: &Layout,
        shape: &Shape,
        column: u16,
        style: Style,
        buffer: &mut Buffer,
    ) {
        for row in 0..layout.plot.height {
            let y = layout.plot.bottom() - 1 - row;
            let Some(stroke) = shape.stroke(i32::from(row), &self.glyphs) else {
                continue;
            };
            let style = if stroke.reversed {
                style.add_modifier(Modifier::REVERSED)
            } else {
                style
            };
            let columns = if stroke.body {
                column..column.saturating_add(layout.body)
            } else {
                let center = column + (layout.body - 1) / 2;
                center..center + 1
            };
            let middle = column + (layout.body - 1) / 2;
            for x in columns {
                // The cross of a thin body has its wick in the middle column alone.
                let [flat, ..] = self.glyphs.doji;
                let crossing = self.glyphs.doji.contains(&stroke.glyph);
                let glyph = if crossing && x != middle {
                    flat
                } else {
                    stroke.glyph
                };
                put(buffer, x, y, glyph, style);
            }
        }
    }

    fn draw_markers(&self, layout: &Layout, scale: &Scale, buffer: &mut Buffer) {
        // Markers off the scale stand at its edge, one below the other, on rows of their own.
        let mut taken: Vec<u16> = self
            .markers
            .iter()
            .filter_map(|marker| scale.row(marker.value))
            .collect();
        for marker in self.markers {
            if !marker.value.is_finite() {
                continue;
            }
            let [above, below] = self.glyphs.beyond;
            let (row, beyond) = match scale.row(marker.value) {
                Some(row) => (row, None),
                // On a low chart the candles need every row.
                None if layout.plot.height < 8 => continue,
                None => {
                    let over = marker.value > scale.high();
                    let rows = 0..layout.plot.height;
                    let free = if over {
                        rows.into_iter().find(|row| !taken.contains(row))
                    } else {
                        rows.rev().find(|row| !taken.contains(row))
                    };
                    let Some(row) = free else { continue };
                    taken.push(row);
                    (row, Some(if over { above } else { below }))
                }
            };
            let y = layout.plot.y + row;
            if beyond.is_none() {
                for x in layout.plot.left()..layout.plot.right() {
                    let free = buffer.cell((x, y)).is_some_and(|cell| {
                        cell.symbol() == " " || cell.symbol() == self.glyphs.grid
                    });
                    if free {
                        put(buffer, x, y, self.glyphs.line, marker.style);
                    }
                }
            }
            let label = match beyond {
                Some(arrow) => format!("{} {arrow}", marker.label),
                None => marker.label.to_owned(),
            };
            let width = columns_of(&label);
            if width > 0 && width + 4 < layout.plot.width {
                put_text(buffer, layout.plot.x, y, &label, marker.style);
            }
            if let Some(axis) = layout.axis {
                let text = (self.price_label)(marker.value);
                blank(buffer, axis, y, marker.style);
                put_right(buffer, axis.right(), y, axis.width, &text, marker.style);
            }
        }
    }

    fn draw_volume(&self, layout: &Layout, candles: &[Candle], buffer: &mut Buffer) {
        let Some(area) = layout.volume else { return };
        let most = candles
            .iter()
            .map(|candle| candle.volume)
            .filter(|volume| volume.is_finite())
            .fold(0.0, f64::max);
        if most <= 0.0 {
            return;
        }
        let full = i32::from(area.height) * 8;
        for (index, candle) in candles.iter().enumerate() {
            let share = (candle.volume / most).clamp(0.0, 1.0);
            if share.is_nan() || share <= 0.0 {
                continue;
            }
            // Between 1 and eight times the rows, so the cast cannot lose anything.
            let height = ((share * f64::from(full)).round() as i32).max(1);
            let shape = Shape {
                body_low: 0,
                body_high: height.max(2),
                wick_low: 0,
                wick_high: 0,
                hollow: false,
            };
            let style = if candle.rises() {
                self.styles.volume_up
            } else {
                self.styles.volume_down
            };
            for row in 0..area.height {
                let Some(stroke) = shape.stroke(i32::from(row), &self.glyphs) else {
                    continue;
                };
                let column = self.column(layout, index);
                for x in column..column.saturating_add(layout.body) {
                    put(buffer, x, area.bottom() - 1 - row, stroke.glyph, style);
                }
            }
        }
    }

    fn draw_times(&self, layout: &Layout, candles: &[Candle], buffer: &mut Buffer) {
        let (Some(y), [first, second, ..]) = (layout.time_row, candles) else {
            return;
        };
        let spacing = candles
            .windows(2)
            .filter_map(|pair| match pair {
                [a, b] => b.time.checked_sub(a.time).filter(|gap| *gap > 0),
                _ => None,
            })
            .min()
            .unwrap_or_else(|| second.time.saturating_sub(first.time).max(1));
        // A spacing above 68 years has no axis worth drawing.
        let seconds = i32::try_from(spacing).map_or(f64::from(i32::MAX), f64::from);
        let step = time_step(seconds / f64::from(layout.step), TIME_LABEL_COLUMNS);
        let mut free_from = layout.plot.x;
        for (index, candle) in candles.iter().enumerate() {
            if candle.time.rem_euclid(step) != 0 {
                continue;
            }
            let label = (self.time_label)(candle.time, step);
            let x = self.column(layout, index);
            let end = x.saturating_add(columns_of(&label));
            if x >= free_from && end <= layout.plot.right() {
                put_text(buffer, x, y, &label, self.styles.axis);
                free_from = end.saturating_add(2);
            }
        }
    }

    fn draw_last(&self, layout: &Layout, scale: &Scale, buffer: &mut Buffer) {
        let (Some(last), Some(axis)) = (self.last.filter(|last| last.is_finite()), layout.axis)
        else {
            return;
        };
        let rises = self.candles.last().is_none_or(|candle| last >= candle.open);
        let style = if rises {
            self.styles.last_up
        } else {
            self.styles.last_down
        };
        let row = scale.row(last).unwrap_or(if last > scale.high() {
            0
        } else {
            layout.plot.height.saturating_sub(1)
        });
        let y = axis.y + row;
        blank(buffer, axis, y, self.styles.axis);
        let pointer = if rises {
            self.styles.up
        } else {
            self.styles.down
        };
        put(buffer, axis.x, y, self.glyphs.pointer, pointer);
        for x in axis.x + 1..axis.right() {
            put(buffer, x, y, " ", style);
        }
        let text = (self.price_label)(last);
        put_right(buffer, axis.right(), y, axis.width - 1, &text, style);
    }
}

fn zoom_columns(zoom: u8) -> (u16, u16) {
    ZOOMS
        .get(usize::from(zoom.min(ZOOM_MAX)))
        .copied()
        .unwrap_or((1, 1))
}

#[cfg(test)]
#[path = "candles_tests.rs"]
mod tests;
