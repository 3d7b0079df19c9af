//! The depth of the book over time, for the ground of a chart.
//! Must not keep a book: the view does.

use ratatui::layout::Rect;
use ratatui::style::Style;
use titan_widgets::{ChartGeometry, HeatMap};

use super::super::Pane;
use super::bars::size;
use crate::view::InstrumentView;

/// Shades of the ground.
const SHADES: u8 = 8;

/// How much rested at each price, book after book.
pub(super) struct Heat {
    times: Vec<i64>,
    low: f64,
    step: f64,
    levels: usize,
    cells: Vec<f32>,
}

impl Heat {
    /// The books of an instrument within the prices that a chart shows; `None` where there is no
    /// book.
    pub(super) fn of(row: &InstrumentView, geometry: &ChartGeometry) -> Option<Self> {
        let (low, high) = geometry.prices();
        let plot: Rect = geometry.plot();
        let tick = row.instrument.tick_size.as_f64().max(1.0);
        let fine = (high - low) / f64::from(plot.height.max(1)) / 2.0;
        let step = (fine / tick).ceil().max(1.0) * tick;
        let low = (low / step).floor() * step;
        let levels = whole(((high - low) / step).ceil());
        let (from, _) = geometry.times()?;
        let history = row.book.history.iter();
        let books = history.chain(row.book.depth.iter());
        // The book that already stood when the first bar began is part of the picture.
        let skip = row
            .book
            .history
            .partition_point(|book| book.time.seconds() <= from);
        let mut heat = Self {
            times: Vec::new(),
            low,
            step,
            levels,
            cells: Vec::new(),
        };
        let mut most = 0.0_f32;
        for book in books.skip(skip.saturating_sub(1)) {
            let first = heat.cells.len();
            heat.times.push(book.time.seconds());
            heat.cells.resize(first + levels, 0.0);
            for level in book.bids.iter().chain(&book.asks) {
                let place = whole((level.price.as_f64() - low) / step);
                let is_in = level.price.as_f64() >= low && place < levels;
                if let (true, Some(cell)) = (is_in, heat.cells.get_mut(first + place)) {
                    *cell += single(size(level.quantity));
                    most = most.max(*cell);
                }
            }
        }
        // Roots, so that small sizes are seen beside walls.
        for cell in &mut heat.cells {
            *cell = (*cell / most.max(1.0)).sqrt();
        }
        (!heat.times.is_empty()).then_some(heat)
    }

    /// For the widget.
    pub(super) fn map(&self) -> HeatMap<'_> {
        HeatMap {
            times: &self.times,
            low: self.low,
            step: self.step,
            levels: self.levels,
            cells: &self.cells,
        }
    }
}

/// The styles of the shades, weakest first.
pub(super) fn shades(pane: &Pane) -> Vec<Style> {
    (1..=SHADES)
        .map(|level| pane.paint().heat(level, SHADES))
        .collect()
}

/// The style of an intensity above 0 and up to 1.
pub(super) fn shade(shades: &[Style], intensity: f32) -> Style {
    let place = whole(f64::from(intensity) * f64::from(SHADES)).saturating_sub(1);
    shades
        .get(place)
        .or(shades.last())
        .copied()
        .unwrap_or_default()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "held between zero and what a screen has; the cast saturates"
)]
fn whole(value: f64) -> usize {
    value.clamp(0.0, 1e6) as usize
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "a shade needs no more digits"
)]
const fn single(value: f64) -> f32 {
    value as f32
}
