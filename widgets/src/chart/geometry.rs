//! The places of a drawn chart, so that a caller can turn cells into prices and times and back.
//! Must not draw.

use ratatui_core::layout::{Position, Rect};

use super::layout::{Columns, Layout, Window};
use super::parts::BarPlace;
use crate::candle::Candle;
use crate::scale::Scale;

/// Where the parts of a chart lie in its area, and what its cells stand for.
#[derive(Debug, Clone)]
pub struct ChartGeometry {
    layout: Layout,
    bars: Vec<Candle>,
    /// The candle of each bar, where bars are not the candles in turn.
    sources: Option<Vec<usize>>,
    scale: Scale,
}

impl ChartGeometry {
    pub(super) fn new(
        layout: Layout,
        bars: &[Candle],
        sources: Option<Vec<usize>>,
        scale: Scale,
    ) -> Self {
        Self {
            layout,
            bars: bars.to_vec(),
            sources,
            scale,
        }
    }

    fn columns(&self) -> &Columns {
        &self.layout.columns
    }

    fn window(&self) -> &Window {
        &self.layout.window
    }

    /// Where the candles are drawn.
    pub fn plot(&self) -> Rect {
        self.layout.plot
    }

    /// Where the volume is drawn.
    pub fn volume(&self) -> Option<Rect> {
        self.layout.volume
    }

    /// Where the price labels stand; none on a narrow chart.
    pub fn axis(&self) -> Option<Rect> {
        self.layout.axis
    }

    /// The row of the time labels; none on a low chart.
    pub fn time_row(&self) -> Option<u16> {
        self.layout.time_row
    }

    /// The panels that had room, with the lines of their titles.
    pub fn panels(&self) -> &[Rect] {
        &self.layout.panels
    }

    /// The bars shown, oldest first: what the kind of the chart made of the candles.
    pub fn bars(&self) -> &[Candle] {
        &self.bars
    }

    /// How many bars there are in all, for the bounds of a pan.
    pub fn total(&self) -> usize {
        self.window().total
    }

    /// Bars right of those shown: the pan as it could be kept.
    pub fn pan(&self) -> usize {
        let window = self.window();
        window.total - window.first - window.count
    }

    /// Start of the oldest and of the newest bar shown.
    pub fn times(&self) -> Option<(i64, i64)> {
        Some((self.bars.first()?.time, self.bars.last()?.time))
    }

    /// Lowest and highest price of the plot.
    pub fn prices(&self) -> (f64, f64) {
        (self.scale.low(), self.scale.high())
    }

    /// The price of one row; of a row in the middle on a logarithmic scale.
    pub fn price_step(&self) -> f64 {
        self.scale.row_step()
    }

    /// The index of a place among [`bars`](Self::bars); `None` where it is not shown.
    pub fn index_of(&self, place: BarPlace) -> Option<usize> {
        self.window().index(&self.bars, place)
    }

    /// The bar of a place; `None` where it is not shown.
    pub fn bar(&self, place: BarPlace) -> Option<&Candle> {
        self.bars.get(self.index_of(place)?)
    }

    /// The index of the candle that a bar was made of, among those given to the chart; for the
    /// value of an indicator at the crosshair. `None` where the place is not shown.
    pub fn candle_of(&self, place: BarPlace) -> Option<usize> {
        let index = self.index_of(place)?;
        match &self.sources {
            Some(sources) => sources.get(index).copied(),
            None => Some(self.window().first + index),
        }
    }

    /// The bar at a column of the plot; `None` left of the oldest and outside the plot.
    pub fn bar_at(&self, x: u16) -> Option<&Candle> {
        self.bars.get(self.columns().index_at(x)?)
    }

    /// The start of the bar at a column.
    pub fn time_at(&self, x: u16) -> Option<i64> {
        self.bar_at(x).map(|bar| bar.time)
    }

    /// How many bars before the newest of all the bar at a column is.
    pub fn back_at(&self, x: u16) -> Option<usize> {
        let index = self.columns().index_at(x)?;
        let window = self.window();
        Some(window.total - 1 - (window.first + index))
    }

    /// The price in the middle of a row of the plot; `None` outside it.
    pub fn price_at(&self, y: u16) -> Option<f64> {
        let row = y.checked_sub(self.layout.plot.y)?;
        (row < self.layout.plot.height).then(|| self.scale.value_at(f64::from(row) + 0.5))
    }

    /// The row of a price; `None` where it lies off the scale.
    pub fn y_of(&self, price: f64) -> Option<u16> {
        Some(self.layout.plot.y + self.scale.row(price)?)
    }

    /// The middle column of the bar of a time; `None` where it is not shown.
    pub fn x_of(&self, time: i64) -> Option<u16> {
        self.x_of_place(BarPlace::Time(time))
    }

    /// The middle column of the bar of a place; `None` where it is not shown.
    pub fn x_of_place(&self, place: BarPlace) -> Option<u16> {
        Some(self.columns().middle_of(self.index_of(place)?))
    }

    /// Bar and price of a cell of the plot, for the mouse.
    pub fn at(&self, position: impl Into<Position>) -> Option<(i64, f64)> {
        let position = position.into();
        Some((self.time_at(position.x)?, self.price_at(position.y)?))
    }

    /// The place `bars` bars right of another (left where below zero), held among all shown, for
    /// a crosshair that is moved by keys. It is told by distance, so that bars of one time can be
    /// told apart; `None` only without any bar.
    pub fn moved(&self, place: BarPlace, bars: isize) -> Option<BarPlace> {
        let last = self.bars.len().checked_sub(1)?;
        let index = self.index_of(place).unwrap_or(last);
        let index = index.saturating_add_signed(bars).min(last);
        let window = self.window();
        Some(BarPlace::Back(window.total - 1 - (window.first + index)))
    }
}
