//! The bars of a chart as its widget takes them, and where each of them lies in time.
//! Must not draw.

use std::collections::VecDeque;

use ratatui::layout::Rect;
use titan_widgets::{Candle, CandleChart, ChartKind, default_brick, range_bars, renko};

use super::super::Pane;
use crate::domain::{Bar, FormingBar, Price, Qty};
use crate::tui::state::forming;
use crate::tui::workspace::{ChartState, Spot};
use crate::view::{BarRow, InstrumentView, SeriesView};

/// Candles before the first one shown that smoothed ones settle on.
const WARM_UP: usize = 64;

/// The bars of one chart.
pub(in crate::tui) struct Bars<'a> {
    pub(in crate::tui) row: &'a InstrumentView,
    pub(in crate::tui) series: &'a SeriesView,
    pub(super) forming: Option<FormingBar>,
    /// Closed bars left out at the front: those that cannot be seen.
    pub(super) skip: usize,
    /// The rest of them, and the forming one.
    pub(super) candles: Vec<Candle>,
    /// Bars right of those shown.
    pub(in crate::tui) pan: usize,
    /// Height of a brick in price units, where the trader gave one.
    pub(super) brick: Option<f64>,
    pub(in crate::tui) places: Places<'a>,
}

impl<'a> Bars<'a> {
    /// The bars of a chart drawn into `inside`; `None` where there is none.
    pub(in crate::tui) fn new(pane: &Pane<'a>, inside: Rect) -> Option<Self> {
        let row = pane.focus?;
        let series = pane.series(row)?;
        let chart = &pane.leaf.chart;
        let forming = forming(row, series);
        let count = series.bars.len() + usize::from(forming.is_some());
        let brick = chart.brick.and_then(|brick| {
            Price::from_decimal(brick, row.instrument.price_scale)
                .map(Price::as_f64)
                .ok()
        });
        let candles_from = |skip: usize| -> Vec<Candle> {
            let closed = series.bars.range(skip..).map(|row| candle(&row.bar));
            closed
                .chain(forming.iter().map(|bar| candle(bar)))
                .collect()
        };
        let kind = chart.kind.0;
        if kind.is_made() {
            let candles = candles_from(0);
            let places = Places::Made(made(kind, &candles, brick));
            return (count > 0).then(|| Self {
                row,
                series,
                forming,
                skip: 0,
                candles,
                pan: places.back(chart.right),
                brick,
                places,
            });
        }
        let places = Places::Closed {
            bars: &series.bars,
            forming: forming.map(|bar| bar.start.seconds()),
        };
        let pan = places.back(chart.right);
        // No more than can be seen, so that a long history costs nothing.
        let warm_up = if kind == ChartKind::HeikinAshi {
            WARM_UP
        } else {
            2
        };
        let seen = CandleChart::capacity(inside.width, chart.zoom) + pan + warm_up;
        let skip = count.saturating_sub(seen).min(series.bars.len());
        (count > 0).then(|| Self {
            row,
            series,
            forming,
            skip,
            candles: candles_from(skip),
            pan,
            brick,
            places,
        })
    }

    /// The candle of a time, among those given to the widget.
    pub(super) fn candle_at(&self, time: i64) -> Option<usize> {
        let after = self.candles.partition_point(|candle| candle.time <= time);
        after.checked_sub(1)
    }

    /// The close of the bar of a time.
    pub(in crate::tui) fn close_at(&self, time: i64) -> Option<f64> {
        let bars = match &self.places {
            Places::Closed { .. } => &self.candles,
            Places::Made(bars) => bars,
        };
        let after = bars.partition_point(|bar| bar.time <= time);
        Some(bars.get(after.checked_sub(1)?)?.close)
    }

    /// The closed bar behind a candle; `None` for the forming one.
    pub(super) fn closed(&self, candle: usize) -> Option<&'a BarRow> {
        self.series.bars.get(self.skip + candle)
    }

    /// The bar behind a candle.
    pub(super) fn bar(&self, candle: usize) -> Option<Bar> {
        let closed = self.closed(candle).map(|row| row.bar);
        closed.or_else(|| self.forming.map(|bar| *bar))
    }
}

/// Where each bar of a chart lies in time, counted from the oldest.
pub(in crate::tui) enum Places<'a> {
    /// A bar is a candle.
    Closed {
        bars: &'a VecDeque<BarRow>,
        /// Start of the forming one.
        forming: Option<i64>,
    },
    /// Bars are made of candles.
    Made(Vec<Candle>),
}

impl Places<'_> {
    /// How many bars there are.
    pub(in crate::tui) fn len(&self) -> usize {
        match self {
            Self::Closed { bars, forming } => bars.len() + usize::from(forming.is_some()),
            Self::Made(bars) => bars.len(),
        }
    }

    /// Start of a bar.
    pub(in crate::tui) fn time(&self, index: usize) -> Option<i64> {
        match self {
            Self::Closed { bars, forming } => match bars.get(index) {
                Some(row) => Some(row.bar.start.seconds()),
                None => (*forming).filter(|_| index == bars.len()),
            },
            Self::Made(bars) => bars.get(index).map(|bar| bar.time),
        }
    }

    /// The last bar that does not begin after `time`; the oldest where all do.
    pub(in crate::tui) fn at(&self, time: i64) -> usize {
        let after = match self {
            Self::Closed { bars, forming } => {
                let closed = bars.partition_point(|row| row.bar.start.seconds() <= time);
                closed + usize::from(forming.is_some_and(|start| start <= time))
            }
            Self::Made(bars) => bars.partition_point(|bar| bar.time <= time),
        };
        after.saturating_sub(1)
    }

    /// The bar of a place.
    pub(in crate::tui) fn index(&self, spot: Spot) -> usize {
        self.at(spot.time).saturating_sub(spot.before)
    }

    /// The place of a bar, the newest where it lies beyond.
    pub(in crate::tui) fn spot(&self, index: usize) -> Spot {
        let index = index.min(self.len().saturating_sub(1));
        let time = self.time(index).unwrap_or_default();
        Spot {
            time,
            before: self.at(time).saturating_sub(index),
        }
    }

    /// Bars right of a place; none where there is no place.
    pub(in crate::tui) fn back(&self, spot: Option<Spot>) -> usize {
        spot.map_or(0, |spot| self.len().saturating_sub(self.index(spot) + 1))
    }

    /// The place with so many bars right of it; `None` for the newest, which goes on with time.
    pub(in crate::tui) fn spot_back(&self, back: usize) -> Option<Spot> {
        let newest = self.len().checked_sub(1)?;
        (back > 0).then(|| self.spot(newest.saturating_sub(back)))
    }
}

fn made(kind: ChartKind, candles: &[Candle], brick: Option<f64>) -> Vec<Candle> {
    let brick = brick
        .filter(|brick| *brick > 0.0)
        .unwrap_or_else(|| default_brick(candles));
    match kind {
        ChartKind::Renko => renko(candles, brick),
        _ => range_bars(candles, brick),
    }
}

/// A quantity in its smallest units, for what is drawn.
pub(super) const fn size(quantity: Qty) -> f64 {
    Price::from_units(quantity.units()).as_f64()
}

fn candle(bar: &Bar) -> Candle {
    Candle {
        time: bar.start.seconds(),
        open: bar.open.as_f64(),
        high: bar.high.as_f64(),
        low: bar.low.as_f64(),
        close: bar.close.as_f64(),
        volume: size(bar.volume),
    }
}

/// How many times as close prices are seen, and by which share of their height they are moved.
pub(super) fn price_view(chart: &ChartState) -> (f64, f64) {
    let zoom = 1.25_f64.powi(i32::from(chart.price_zoom));
    (zoom, f64::from(chart.price_shift) / 10.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bricks_of_one_time_are_told_apart() {
        let brick = |time| Candle {
            time,
            ..Candle::default()
        };
        let places = Places::Made([0, 60, 60, 60, 120].map(brick).to_vec());
        for index in 0..5 {
            assert_eq!(places.index(places.spot(index)), index);
            assert_eq!(places.back(places.spot_back(index)), index);
        }
        assert_eq!(
            places.spot(2),
            Spot {
                time: 60,
                before: 1
            }
        );
        assert_eq!(places.spot_back(0), None);
        // More come: what was chosen stays.
        let more = Places::Made([0, 60, 60, 60, 120, 180, 180].map(brick).to_vec());
        assert_eq!(more.index(places.spot(2)), 2);
        assert_eq!(more.at(-5), 0);
    }
}
