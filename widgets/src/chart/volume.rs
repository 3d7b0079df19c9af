//! Volume below the candles, and volume by price behind them.
//! Must not know where the volume comes from.

use super::frame::Frame;
use super::shape::Shape;
use crate::blocks::{bar_cells, eighths, reverse};
use crate::cells::{Layer, Layers};
use crate::number::rounded;

/// Percent of the plot that the longest row of a volume profile takes.
const PROFILE_PERCENT: u16 = 30;

impl Frame<'_, '_> {
    pub(super) fn draw_volume(&self, layers: &mut Layers) {
        let Some(area) = self.layout.volume else {
            return;
        };
        let volumes = self.shown.iter().map(|bar| bar.traded());
        let most = volumes.fold(0.0, f64::max);
        if most <= 0.0 {
            return;
        }
        let full = f64::from(area.height) * 8.0;
        for (index, bar) in self.shown.iter().enumerate() {
            let share = bar.traded() / most;
            if share.is_nan() || share <= 0.0 {
                continue;
            }
            // A column is seen however small its volume is.
            let height = rounded(share * full).max(2);
            let style = if bar.rises() {
                self.styles().volume_up
            } else {
                self.styles().volume_down
            };
            self.draw_column(area, &Shape::column((0, height)), index, style, layers);
        }
    }

    pub(super) fn draw_profile(&self, layers: &mut Layers) {
        let Some(profile) = self.chart.profile else {
            return;
        };
        let plot = self.layout.plot;
        let longest = plot.width.saturating_mul(PROFILE_PERCENT) / 100;
        let edge = |row: u16| self.scale.value_at(f64::from(row));
        let volume = |row: u16| profile.volume_between(edge(row + 1), edge(row));
        let volumes: Vec<f64> = (0..plot.height).map(volume).collect();
        let most = volumes.iter().copied().fold(0.0, f64::max);
        if most <= 0.0 {
            return;
        }
        let control = self.scale.row(profile.point_of_control());
        let (low, high) = profile.value_area();
        let (styles, glyphs) = (self.styles(), self.glyphs());
        for (row, volume) in (0..plot.height).zip(volumes) {
            let middle = self.scale.value_at(f64::from(row) + 0.5);
            let style = if control == Some(row) {
                styles.profile_control
            } else if middle >= low && middle <= high {
                styles.profile_value
            } else {
                styles.profile
            };
            let cells = bar_cells(eighths(volume / most, longest), true, glyphs);
            for ((glyph, reversed), step) in cells.zip(0..longest) {
                let (x, y) = (plot.right() - 1 - step, plot.y + row);
                layers.put(x, y, glyph, reverse(style, reversed), Layer::Profile);
            }
        }
    }
}
