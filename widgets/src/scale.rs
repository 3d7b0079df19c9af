//! Maps values to rows and to eighths of rows.
//! Must not draw.

use crate::axis::nice_step;

/// Beyond this a difference of two values could overflow.
const VALUE_MAX: f64 = 1e300;

/// A linear scale over a number of rows; eighths are counted from the bottom edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    low: f64,
    high: f64,
    rows: u16,
    step: f64,
}

impl Scale {
    /// A scale over `rows` rows that holds `low` to `high` with a little air and round edges, so
    /// that it moves seldom; `None` where there is no row or a bound is not finite.
    pub fn fit(low: f64, high: f64, rows: u16) -> Option<Self> {
        if rows == 0 || !low.is_finite() || !high.is_finite() {
            return None;
        }
        let (low, high) = (low.min(high), low.max(high));
        let (low, high) = (
            low.clamp(-VALUE_MAX, VALUE_MAX),
            high.clamp(-VALUE_MAX, VALUE_MAX),
        );
        let flat = (low.abs() * 1e-4).max(f64::MIN_POSITIVE * 1e10);
        let span = (high - low).max(flat);
        let middle = low / 2.0 + high / 2.0;
        let half = span * 0.53;
        let (low, high) = (middle - half, middle + half);
        let labels = f64::from((rows / 3).max(1));
        let step = nice_step((high - low) / labels);
        let snap = step / 4.0;
        let snapped = ((low / snap).floor() * snap, (high / snap).ceil() * snap);
        let (low, high) = if snapped.0.is_finite() && snapped.1.is_finite() && snapped.1 > snapped.0
        {
            snapped
        } else {
            (low, high)
        };
        (high > low).then_some(Self {
            low,
            high,
            rows,
            step,
        })
    }

    /// The rows.
    pub const fn rows(&self) -> u16 {
        self.rows
    }

    /// Value at the bottom edge.
    pub const fn low(&self) -> f64 {
        self.low
    }

    /// Value at the top edge.
    pub const fn high(&self) -> f64 {
        self.high
    }

    /// Position of `value` in `parts` equal parts a row, from the bottom, held inside the scale.
    pub fn position(&self, value: f64, parts: u16) -> i32 {
        let full = f64::from(self.rows) * f64::from(parts);
        let share = (value.clamp(-VALUE_MAX, VALUE_MAX) - self.low) / (self.high - self.low);
        if share.is_nan() {
            return 0;
        }
        // Held between 0 and 65 535² / 8 by the clamp, so the cast cannot lose anything.
        (share * full).round().clamp(0.0, full) as i32
    }

    /// The row of `value`, from the top; `None` where it lies off the scale.
    pub fn row(&self, value: f64) -> Option<u16> {
        if !value.is_finite() || value < self.low || value > self.high {
            return None;
        }
        let from_bottom = u16::try_from(self.position(value, 8) / 8).ok()?;
        Some(
            self.rows
                .saturating_sub(1)
                .saturating_sub(from_bottom.min(self.rows.saturating_sub(1))),
        )
    }

    /// Round values inside the scale, lowest first, with their rows; no two on one row.
    pub fn ticks(&self) -> Vec<(u16, f64)> {
        let mut ticks: Vec<(u16, f64)> = Vec::new();
        let first = (self.low / self.step).ceil();
        for index in 0..u32::from(self.rows).saturating_add(1) {
            let value = (first + f64::from(index)) * self.step;
            let Some(row) = self.row(value) else { break };
            if ticks.last().is_none_or(|(last, _)| *last != row) {
                ticks.push((row, value));
            }
        }
        ticks
    }
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
}
