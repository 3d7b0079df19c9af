//! Maps values to rows and to parts of rows, by one of three measures.
//! Must not draw.

use crate::axis::nice_step;
use crate::number::{floored, rounded};

/// Beyond this a difference of two values could overflow.
const VALUE_MAX: f64 = 1e300;
/// Natural logarithms of the values that a scale may hold.
const LOG_MAX: f64 = 690.0;
/// How far beyond the scale a position is still told apart, in heights of the scale.
const BEYOND: f64 = 2.0;
/// Closest and widest view of a fitted scale.
const ZOOM: (f64, f64) = (1e-3, 1e4);
/// Rows that lie between two labels at least, where there is room.
const ROWS_OF_LABEL: u16 = 3;

/// What equal heights of a price scale mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ScaleKind {
    /// Equal differences.
    #[default]
    Linear,
    /// Equal ratios; linear where a price is not above zero.
    Log,
    /// Equal differences, labelled in percent of the first candle shown.
    Percent,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Measure {
    Linear,
    Log,
    Percent { base: f64 },
}

impl Measure {
    fn new(kind: ScaleKind, base: f64, low: f64) -> Self {
        match kind {
            ScaleKind::Log if low > 0.0 => Self::Log,
            ScaleKind::Percent if base.is_normal() => Self::Percent { base },
            _ => Self::Linear,
        }
    }

    fn unit(self, value: f64) -> f64 {
        let held = value.clamp(-VALUE_MAX, VALUE_MAX);
        match self {
            Self::Linear => held,
            Self::Log if held <= 0.0 => f64::NEG_INFINITY,
            Self::Log => held.ln(),
            Self::Percent { base } => (held - base) / base.abs() * 100.0,
        }
    }

    fn value(self, unit: f64) -> f64 {
        match self {
            Self::Linear => unit,
            Self::Log => unit.exp(),
            Self::Percent { base } => base + base.abs() * (unit / 100.0),
        }
    }

    /// The height of the scale of a series that does not move.
    fn flat(self, low: f64) -> f64 {
        match self {
            Self::Linear => (low.abs() * 1e-4).max(f64::MIN_POSITIVE * 1e10),
            Self::Log => 1e-4,
            Self::Percent { .. } => 1e-2,
        }
    }
}

/// A scale over a number of rows; parts of rows are counted from the bottom edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    measure: Measure,
    /// Bottom and top edge, by the measure.
    low: f64,
    high: f64,
    rows: u16,
    step: f64,
}

impl Scale {
    /// A linear scale over `rows` rows that holds `low` to `high` with a little air and round
    /// edges, so that it moves seldom; `None` where there is no row or a bound is not finite.
    pub fn fit(low: f64, high: f64, rows: u16) -> Option<Self> {
        Self::fit_kind(ScaleKind::Linear, low, low, high, rows)
    }

    /// The same by any measure; `base` is what 0 % stands for. A measure that cannot hold the
    /// values gives way to a linear one.
    pub fn fit_kind(kind: ScaleKind, base: f64, low: f64, high: f64, rows: u16) -> Option<Self> {
        let (measure, low, high) = bounds(kind, base, low, high)?;
        let span = (high - low).max(measure.flat(low));
        let middle = low / 2.0 + high / 2.0;
        let half = span * 0.53;
        let (low, high) = (middle - half, middle + half);
        let snap = label_step(low, high, rows) / 4.0;
        let snapped = ((low / snap).floor() * snap, (high / snap).ceil() * snap);
        let round = snapped.0.is_finite() && snapped.1.is_finite() && snapped.1 > snapped.0;
        let edges = if round { snapped } else { (low, high) };
        Self::from_edges(measure, edges, label_step(low, high, rows), rows)
    }

    /// A scale whose edges are just `low` and `high`; `None` where there is no row, an edge is not
    /// finite, or no value lies between them.
    pub fn exact(kind: ScaleKind, base: f64, low: f64, high: f64, rows: u16) -> Option<Self> {
        let (measure, low, high) = bounds(kind, base, low, high)?;
        Self::from_edges(measure, (low, high), label_step(low, high, rows), rows)
    }

    fn from_edges(measure: Measure, edges: (f64, f64), step: f64, rows: u16) -> Option<Self> {
        let (low, high) = edges;
        let possible = rows > 0 && low.is_finite() && high.is_finite() && high > low;
        possible.then_some(Self {
            measure,
            low,
            high,
            rows,
            step,
        })
    }

    /// The same scale seen `zoom` times as close, moved up by `shift` of its height; unchanged
    /// where that is not possible.
    #[must_use]
    pub fn viewed(self, zoom: f64, shift: f64) -> Self {
        if !zoom.is_finite() || !shift.is_finite() || (zoom == 1.0 && shift == 0.0) {
            return self;
        }
        let span = self.high - self.low;
        let half = span / 2.0 / zoom.clamp(ZOOM.0, ZOOM.1);
        let middle = self.low / 2.0 + self.high / 2.0 + span * shift;
        let (mut low, mut high) = (middle - half, middle + half);
        if self.measure == Measure::Log {
            (low, high) = (low.max(-LOG_MAX), high.min(LOG_MAX));
        }
        let step = label_step(low, high, self.rows);
        let usable = high > low && (high - low).is_finite() && low.abs() < VALUE_MAX;
        let viewed = Self::from_edges(self.measure, (low, high), step, self.rows);
        viewed.filter(|_| usable).unwrap_or(self)
    }

    /// The rows.
    pub const fn rows(&self) -> u16 {
        self.rows
    }

    /// Value at the bottom edge.
    pub fn low(&self) -> f64 {
        self.measure.value(self.low)
    }

    /// Value at the top edge.
    pub fn high(&self) -> f64 {
        self.measure.value(self.high)
    }

    /// How many percent `value` lies above the base; `None` on a scale that is not in percent.
    pub fn percent_of(&self, value: f64) -> Option<f64> {
        matches!(self.measure, Measure::Percent { .. }).then(|| self.measure.unit(value))
    }

    /// Position of `value` in `parts` equal parts a row, from the bottom, held inside the scale.
    pub fn position(&self, value: f64, parts: u16) -> i32 {
        let full = f64::from(self.rows) * f64::from(parts);
        rounded((self.share(value) * full).round().clamp(0.0, full))
    }

    /// The same, but told also beyond the edges, up to two heights of the scale.
    pub fn offset(&self, value: f64, parts: u16) -> i32 {
        let full = f64::from(self.rows) * f64::from(parts);
        rounded((self.share(value) * full).clamp(-BEYOND * full, (1.0 + BEYOND) * full))
    }

    fn share(&self, value: f64) -> f64 {
        let share = (self.measure.unit(value) - self.low) / (self.high - self.low);
        if share.is_nan() { 0.0 } else { share }
    }

    /// The row of `value`, from the top; `None` where it lies off the scale.
    pub fn row(&self, value: f64) -> Option<u16> {
        let unit = self.measure.unit(value);
        if !value.is_finite() || unit < self.low || unit > self.high {
            return None;
        }
        let last = self.rows.saturating_sub(1);
        let from_bottom = u16::try_from(self.position(value, 8) / 8).ok()?;
        Some(last.saturating_sub(from_bottom.min(last)))
    }

    /// The value `rows` rows below the top edge: 0 is that edge, 0.5 the middle of the first row.
    pub fn value_at(&self, rows: f64) -> f64 {
        let share = rows / f64::from(self.rows);
        self.measure
            .value(self.high - share * (self.high - self.low))
    }

    /// What one row is worth; in the middle of the scale where rows differ.
    pub fn row_step(&self) -> f64 {
        let middle = f64::from(self.rows) / 2.0;
        self.value_at(middle - 0.5) - self.value_at(middle + 0.5)
    }

    /// Round values inside the scale, lowest first, with their rows; no two on one row.
    pub fn ticks(&self) -> Vec<(u16, f64)> {
        if self.measure == Measure::Log {
            return self.log_ticks();
        }
        let mut ticks: Vec<(u16, f64)> = Vec::new();
        let first = (self.low / self.step).ceil();
        for index in 0..u32::from(self.rows).saturating_add(1) {
            let value = self.measure.value((first + f64::from(index)) * self.step);
            let Some(row) = self.row(value) else {
                // Rounding may put the first one just below the edge.
                if index == 0 {
                    continue;
                }
                break;
            };
            if ticks.last().is_none_or(|(last, _)| *last != row) {
                ticks.push((row, value));
            }
        }
        ticks
    }

    /// Each label is as round as the distance to the one below allows.
    fn log_ticks(&self) -> Vec<(u16, f64)> {
        let mut ticks: Vec<(u16, f64)> = Vec::new();
        let mut value = self.low();
        let reach = (self.high - self.low) * f64::from(ROWS_OF_LABEL) / f64::from(self.rows);
        for _ in 0..self.rows {
            let step = nice_step(value * reach.exp() - value);
            let next = ((value / step * (1.0 + 1e-12)).floor() + 1.0) * step;
            let Some(row) = self.row(next).filter(|_| next > value) else {
                break;
            };
            value = next;
            let near = |(last, _): &(u16, f64)| last.saturating_sub(row) < 2;
            if !ticks.last().is_some_and(near) {
                ticks.push((row, value));
            }
        }
        ticks
    }

    /// The parts of a row that a value reaches into from below, for columns that stand on `zero`.
    pub(crate) fn span(&self, zero: f64, value: f64) -> (i32, i32) {
        let (from, to) = (self.position(zero, 8), self.position(value, 8));
        (from.min(to), from.max(to))
    }

    /// The buckets of a height `step` above `low` whose middles lie in `row` from the top; the one
    /// that holds the middle of the row where they are higher than rows.
    pub(crate) fn buckets(&self, row: u16, low: f64, step: f64, count: usize) -> (usize, usize) {
        let row = f64::from(row);
        let at = |rows: f64| (self.value_at(rows) - low) / step;
        let held = |index: i32| usize::try_from(index).unwrap_or(0).min(count);
        let bounds = [row + 1.0, row].map(|edge| held(rounded((at(edge) - 0.5).ceil())));
        let [from, to] = bounds;
        if to > from {
            return (from, to);
        }
        let middle = floored(at(row + 0.5));
        match usize::try_from(middle) {
            Ok(middle) if middle < count => (middle, middle + 1),
            _ => (0, 0),
        }
    }
}

fn bounds(kind: ScaleKind, base: f64, low: f64, high: f64) -> Option<(Measure, f64, f64)> {
    if !low.is_finite() || !high.is_finite() {
        return None;
    }
    let (low, high) = (low.min(high), low.max(high));
    let measure = Measure::new(kind, base, low);
    Some((measure, measure.unit(low), measure.unit(high)))
}

fn label_step(low: f64, high: f64, rows: u16) -> f64 {
    nice_step((high - low) / f64::from((rows / ROWS_OF_LABEL).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        let scale = Scale::fit(64_011.0, 64_140.0, 20).unwrap();
        let ticks = scale.ticks();
        assert!(ticks.len() >= 3, "{ticks:?}");
        for (row, value) in ticks {
            assert!(row < 20);
            assert!((value % 5.0).abs() < 1e-9, "{value}");
        }
    }

    #[test]
    fn a_flat_series_has_a_scale() {
        let scale = Scale::fit(100.0, 100.0, 10).unwrap();
        assert!(scale.low() < 100.0 && scale.high() > 100.0);
        assert!(Scale::fit(0.0, 0.0, 10).is_some());
        assert!(Scale::fit(1.0, 2.0, 0).is_none());
        assert!(Scale::fit(f64::NAN, 2.0, 3).is_none());
    }

    #[test]
    fn the_largest_numbers_do_not_overflow() {
        let scale = Scale::fit(-f64::MAX, f64::MAX, 7).unwrap();
        assert!(scale.position(f64::MAX, 8) > 40);
        assert_eq!(scale.position(f64::NAN, 8), 0);
    }

    #[test]
    fn equal_ratios_are_equally_high_on_a_log_scale() {
        let scale = Scale::exact(ScaleKind::Log, 0.0, 1.0, 10_000.0, 40).unwrap();
        for (value, position) in [(1.0, 0), (10.0, 80), (100.0, 160), (1_000.0, 240)] {
            assert_eq!(scale.position(value, 8), position);
        }
        assert_eq!(scale.position(-5.0, 8), 0);
        let ticks = scale.ticks();
        assert!(ticks.len() >= 8, "{ticks:?}");
        assert!(ticks.windows(2).all(|pair| pair[1].0 + 2 <= pair[0].0));
    }

    #[test]
    fn log_labels_are_round_over_a_small_range_too() {
        let scale = Scale::fit_kind(ScaleKind::Log, 0.0, 64_011.0, 64_140.0, 20).unwrap();
        let ticks = scale.ticks();
        assert!(ticks.len() >= 3, "{ticks:?}");
        assert!(
            ticks.iter().all(|(_, value)| value % 5.0 < 1e-9),
            "{ticks:?}"
        );
    }

    #[test]
    fn prices_below_zero_have_no_logarithm() {
        let scale = Scale::fit_kind(ScaleKind::Log, 0.0, -37.0, 12.0, 10).unwrap();
        assert!(scale.low() <= -37.0 && scale.row(-37.0).is_some());
    }

    #[test]
    fn percent_counts_from_its_base() {
        let scale = Scale::fit_kind(ScaleKind::Percent, 200.0, 190.0, 220.0, 24).unwrap();
        assert_eq!(scale.percent_of(210.0), Some(5.0));
        assert!(
            scale
                .ticks()
                .iter()
                .any(|(_, value)| (value - 208.0).abs() < 1e-9)
        );
        assert_eq!(Scale::fit(1.0, 2.0, 3).unwrap().percent_of(1.0), None);
    }

    #[test]
    fn rows_and_values_agree() {
        for kind in [ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percent] {
            let scale = Scale::fit_kind(kind, 100.0, 80.0, 140.0, 23).unwrap();
            for row in 0..23 {
                let value = scale.value_at(f64::from(row) + 0.5);
                assert_eq!(scale.row(value), Some(row), "{kind:?}");
            }
        }
    }

    #[test]
    fn a_view_moves_and_zooms() {
        let scale = Scale::exact(ScaleKind::Linear, 0.0, 100.0, 200.0, 10).unwrap();
        let near = scale.viewed(2.0, 0.5);
        assert!((near.low() - 175.0).abs() < 1e-9 && (near.high() - 225.0).abs() < 1e-9);
        assert!((near.row_step() - 5.0).abs() < 1e-9);
        assert_eq!(scale.viewed(f64::NAN, 0.0), scale);
        assert_eq!(near.offset(150.0, 8), -40);
    }

    #[test]
    fn buckets_of_a_row() {
        let scale = Scale::exact(ScaleKind::Linear, 0.0, 0.0, 4.0, 4).unwrap();
        // Finer than rows, as fine, and coarser.
        assert_eq!(scale.buckets(3, 0.0, 0.5, 8), (0, 2));
        assert_eq!(scale.buckets(0, 0.0, 1.0, 4), (3, 4));
        assert_eq!(scale.buckets(2, 0.0, 2.0, 2), (0, 1));
        assert_eq!(scale.buckets(0, 0.0, 1.0, 2), (0, 0));
    }
}
