//! Events at their bars: above the high, below the low, or at a price.
//! Must not hide the candle that an event stands above or below.

use super::frame::Frame;
use super::parts::{BarPlace, ChartEvent, EventPlace};
use crate::candle::Candle;
use crate::cells::{Layer, Layers};

impl Frame<'_, '_> {
    pub(super) fn draw_events(&self, layers: &mut Layers) {
        let selected = |at: usize| self.chart.selected == Some(at);
        let mut seen: Vec<(bool, i64, usize, &ChartEvent)> = self
            .chart
            .events
            .iter()
            .enumerate()
            .filter_map(|(at, event)| {
                let index = self.index_of(BarPlace::Time(event.time))?;
                Some((selected(at), event.time, index, event))
            })
            .collect();
        // The last one drawn stays: the newest, and above all the chosen one.
        seen.sort_by_key(|(selected, time, ..)| (*selected, *time));
        for (selected, _, index, event) in seen {
            let Some(bar) = self.shown.get(index) else {
                continue;
            };
            let x = self.layout.columns.middle_of(index);
            let glyph = event
                .glyph
                .chars()
                .next()
                .filter(|glyph| !glyph.is_control());
            let (Some(y), Some(glyph)) = (self.event_row(event.place, bar, x, layers), glyph)
            else {
                continue;
            };
            let style = if selected {
                event.style.patch(self.styles().selected)
            } else {
                event.style
            };
            let mut bytes = [0; 4];
            layers.put(x, y, glyph.encode_utf8(&mut bytes), style, Layer::Event);
        }
    }

    /// The nearest row beyond the candle in whose column `x` it is; at the edge of the plot the
    /// outermost one.
    fn event_row(
        &self,
        place: EventPlace,
        bar: &Candle,
        x: u16,
        layers: &mut Layers,
    ) -> Option<u16> {
        let plot = self.layout.plot;
        let (low, high) = if self.chart.shows_closes() {
            (bar.close, bar.close)
        } else {
            (bar.low, bar.high)
        };
        let rows = i32::from(plot.height);
        let row = match place {
            EventPlace::At(price) => return Some(plot.y + self.scale.row(price)?),
            _ if !low.is_finite() || !high.is_finite() => return None,
            EventPlace::Above => rows - 1 - self.scale.offset(high, 8).div_euclid(8),
            EventPlace::Below => rows - self.scale.offset(low, 8).saturating_add(7).div_euclid(8),
        };
        let row = u16::try_from(row.clamp(0, rows - 1)).ok()?;
        let is_bar = |layers: &mut Layers, row: u16| {
            let layer = layers.layer(x, plot.y + row);
            matches!(layer, Some(Layer::Candle | Layer::Overlay))
        };
        let free = match place {
            EventPlace::Below => (row..plot.height).find(|row| !is_bar(layers, *row)),
            _ => (0..=row).rev().find(|row| !is_bar(layers, *row)),
        };
        let edge = match place {
            EventPlace::Below => plot.height - 1,
            _ => 0,
        };
        Some(plot.y + free.unwrap_or(edge))
    }
}
