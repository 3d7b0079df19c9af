//! Horizontal lines at values, their labels and their tags on the price axis.
//! Must not hide a candle behind a line.

use super::frame::Frame;
use super::parts::{LabelPlace, LineKind, Marker};
use crate::cells::{Layer, Layers, columns_of};

/// Rows of a plot below which lines off the scale are not told at its edge.
const ROWS_FOR_EDGE: u16 = 8;

impl Frame<'_, '_> {
    pub(super) fn draw_markers(&self, layers: &mut Layers) {
        // Markers off the scale stand at its edge, one below the other, on rows of their own.
        let rows = self.chart.markers.iter();
        let mut taken: Vec<u16> = rows
            .filter_map(|marker| self.scale.row(marker.value))
            .collect();
        for marker in self.chart.markers {
            if !marker.value.is_finite() {
                continue;
            }
            if let Some(row) = self.scale.row(marker.value) {
                self.draw_line_of(marker, row, layers);
                self.draw_label_of(marker, row, None, layers);
            } else if let Some(row) = self.edge_row(marker, &taken) {
                taken.push(row);
                let [above, below] = self.glyphs().beyond;
                let arrow = if self.is_over(marker) { above } else { below };
                self.draw_label_of(marker, row, Some(arrow), layers);
            }
        }
    }

    fn is_over(&self, marker: &Marker) -> bool {
        marker.value > self.scale.high()
    }

    /// A free row at the edge for a line off the scale.
    fn edge_row(&self, marker: &Marker, taken: &[u16]) -> Option<u16> {
        let height = self.layout.plot.height;
        // On a low chart the candles need every row.
        if !marker.pinned || height < ROWS_FOR_EDGE {
            return None;
        }
        let free = |row: &u16| !taken.contains(row);
        if self.is_over(marker) {
            (0..height).find(free)
        } else {
            (0..height).rev().find(free)
        }
    }

    fn draw_line_of(&self, marker: &Marker, row: u16, layers: &mut Layers) {
        let glyphs = self.glyphs();
        let glyph = match marker.line {
            LineKind::Dashed => glyphs.line,
            LineKind::Dotted => glyphs.line_dotted,
            LineKind::Solid => glyphs.line_solid,
            LineKind::Bare => return,
        };
        let plot = self.layout.plot;
        for x in plot.left()..plot.right() {
            layers.put(x, plot.y + row, glyph, marker.style, Layer::Line);
        }
    }

    fn draw_label_of(&self, marker: &Marker, row: u16, arrow: Option<&str>, layers: &mut Layers) {
        let plot = self.layout.plot;
        let y = plot.y + row;
        let told = match arrow {
            Some(arrow) => format!("{} {arrow}", marker.label),
            None => marker.label.to_owned(),
        };
        let price = (self.chart.price_label)(marker.value);
        if marker.place == LabelPlace::Axis {
            let room = self.layout.axis.map_or(0, |axis| axis.width);
            let text = if columns_of(&told) <= room {
                &told
            } else {
                &price
            };
            return self.draw_tag(y, 0, text, marker.style, layers);
        }
        let width = columns_of(&told);
        if width > 0 && width.saturating_add(4) < plot.width {
            let x = match marker.place {
                LabelPlace::Right => plot.right() - width - 1,
                _ => plot.x,
            };
            layers.label(x, y, plot.right(), &told, marker.style);
        }
        self.draw_tag(y, 0, &price, marker.style, layers);
    }
}
