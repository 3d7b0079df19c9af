//! Depth over time as the background of the plot.
//! Must not write a glyph.

use super::frame::Frame;
use crate::cells::Layers;
use crate::number::positive;

impl Frame<'_, '_> {
    pub(super) fn draw_heat(&self, layers: &mut Layers) {
        let Some((map, shade)) = self.chart.heat else {
            return;
        };
        let plot = self.layout.plot;
        if !map.low.is_finite() || !positive(map.step) {
            return;
        }
        let levels: Vec<(usize, usize)> = (0..plot.height)
            .map(|row| self.scale.buckets(row, map.low, map.step, map.levels))
            .collect();
        let columns = &self.layout.columns;
        for (index, bar) in self.shown.iter().enumerate() {
            let next = self.shown.get(index + 1).map(|bar| bar.time);
            let until = next.or(self.layout.window.until).unwrap_or(i64::MAX);
            let held = map.columns(bar.time, until);
            if held.is_empty() {
                continue;
            }
            let left = columns.first_of(index);
            let right = if index + 1 == self.shown.len() {
                plot.right()
            } else {
                left.saturating_add(columns.step)
            };
            for (y, levels) in (plot.y..).zip(&levels) {
                let intensity = map.most(held.clone(), *levels);
                if intensity > 0.0 {
                    let style = shade(intensity.min(1.0));
                    for x in left..right {
                        layers.pen.shade(x, y, style);
                    }
                }
            }
        }
    }
}
