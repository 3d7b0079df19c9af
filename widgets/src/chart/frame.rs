//! One drawing of a chart: its bars, its layout and its scale, reckoned once for all parts.
//! Must not outlive the drawing.

use std::borrow::Cow;

use ratatui_core::layout::Rect;

use super::geometry::ChartGeometry;
use super::layout::Layout;
use super::parts::{BarPlace, ChartKind};
use super::{CandleChart, CandleStyles};
use crate::candle::Candle;
use crate::glyphs::MarketGlyphs;
use crate::scale::Scale;
use crate::transform::{heikin_ashi, range_made, renko_made};

/// The bars of a chart, and of which candle each one is.
pub(super) struct Bars<'a> {
    bars: Cow<'a, [Candle]>,
    /// The candle that completed each bar, where bars are not the candles in turn.
    sources: Option<Vec<usize>>,
}

impl<'a> Bars<'a> {
    pub(super) fn new(kind: ChartKind, candles: &'a [Candle], brick: impl FnOnce() -> f64) -> Self {
        let made = match kind {
            ChartKind::HeikinAshi => {
                return Self {
                    bars: Cow::Owned(heikin_ashi(candles)),
                    sources: None,
                };
            }
            ChartKind::Renko => renko_made(candles, brick()),
            ChartKind::Range => range_made(candles, brick()),
            _ => {
                return Self {
                    bars: Cow::Borrowed(candles),
                    sources: None,
                };
            }
        };
        Self {
            bars: Cow::Owned(made.bars),
            sources: Some(made.sources),
        }
    }

    pub(super) fn all(&self) -> &[Candle] {
        &self.bars
    }

    fn source(&self, index: usize) -> Option<usize> {
        match &self.sources {
            Some(sources) => sources.get(index).copied(),
            None => Some(index),
        }
    }
}

/// All that the parts of a chart need to draw themselves.
pub(super) struct Frame<'c, 'a> {
    pub(super) chart: &'c CandleChart<'a>,
    pub(super) bars: &'c Bars<'c>,
    /// The bars shown.
    pub(super) shown: &'c [Candle],
    pub(super) layout: Layout,
    pub(super) scale: Scale,
}

impl<'c, 'a> Frame<'c, 'a> {
    /// `None` where there is nothing to draw or no room for it.
    pub(super) fn new(chart: &'c CandleChart<'a>, bars: &'c Bars<'c>, area: Rect) -> Option<Self> {
        if area.is_empty() {
            return None;
        }
        let layout = chart.layout(bars.all(), area);
        let shown = layout.window.of(bars.all());
        let scale = chart.price_scale(shown, &layout.window, layout.plot.height)?;
        Some(Self {
            chart,
            bars,
            shown,
            layout,
            scale,
        })
    }

    pub(super) fn into_geometry(self) -> ChartGeometry {
        let sources = self.bars.sources.as_ref().map(|sources| {
            let shown = sources.iter().skip(self.layout.window.first);
            shown.take(self.shown.len()).copied().collect()
        });
        ChartGeometry::new(self.layout, self.shown, sources, self.scale)
    }

    pub(super) fn styles(&self) -> &CandleStyles {
        &self.chart.styles
    }

    pub(super) fn glyphs(&self) -> &MarketGlyphs {
        &self.chart.glyphs
    }

    pub(super) fn index_of(&self, place: BarPlace) -> Option<usize> {
        self.layout.window.index(self.shown, place)
    }

    /// The value of a series at the bar at `index` of those shown; the series' last value belongs
    /// to the last candle.
    pub(super) fn value(&self, values: &[f64], index: usize) -> Option<f64> {
        let source = self.bars.source(self.layout.window.first + index)?;
        let from_end = self.chart.candles.len().checked_sub(source)?;
        let value = values.get(values.len().checked_sub(from_end)?)?;
        value.is_finite().then_some(*value)
    }

    /// The points of a series in dots of a braille canvas over `area`; values off the scale are
    /// told as lying beyond it.
    pub(super) fn points<'s>(
        &'s self,
        area: Rect,
        scale: &'s Scale,
        value: impl Fn(usize) -> Option<f64> + 's,
    ) -> impl Iterator<Item = Option<(i32, i32)>> + 's {
        let columns = &self.layout.columns;
        let bottom = i32::from(area.height) * 4 - 1;
        (0..self.shown.len()).map(move |index| {
            let offset = scale.offset(value(index)?, 4);
            // The top edge belongs to the topmost dot.
            let offset = if offset == bottom + 1 { bottom } else { offset };
            let column = columns.first_of(index).saturating_sub(area.x);
            let x = i32::from(column) * 2 + i32::from(columns.body);
            Some((x, bottom - offset))
        })
    }
}
