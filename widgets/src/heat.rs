//! Depth over time: how much rests at each price, from nothing to full.
//! Must not choose colours.

/// Intensities in columns of time and levels of price, borrowed from whoever keeps them.
#[derive(Debug, Clone, Copy)]
pub struct HeatMap<'a> {
    /// When each column begins, rising; it holds until the next one, the last one for good.
    pub times: &'a [i64],
    /// Price at the lower edge of the lowest level.
    pub low: f64,
    /// Height of a level in price.
    pub step: f64,
    /// Levels in a column.
    pub levels: usize,
    /// Intensity of each cell, 0 to 1: column after column, lowest level first.
    pub cells: &'a [f32],
}

impl HeatMap<'_> {
    /// The columns that stand from `from` until before `until`: those that begin there, and the
    /// one that already held at the start.
    pub(crate) fn columns(&self, from: i64, until: i64) -> std::ops::Range<usize> {
        let begun = self.times.partition_point(|time| *time <= from);
        let end = self.times.partition_point(|time| *time < until);
        let first = begun.saturating_sub(1);
        // A column that begins later does not hold yet.
        if begun == 0 {
            0..end
        } else {
            first..end.max(begun)
        }
    }

    /// The highest intensity among some levels of some columns.
    pub(crate) fn most(&self, columns: std::ops::Range<usize>, levels: (usize, usize)) -> f32 {
        let column = |at: usize| {
            let start = at.saturating_mul(self.levels);
            let (from, to) = (
                start.saturating_add(levels.0),
                start.saturating_add(levels.1),
            );
            self.cells.get(from..to).unwrap_or(&[])
        };
        columns.flat_map(column).copied().fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_holds_until_the_next() {
        let map = HeatMap {
            times: &[60, 90, 180],
            low: 0.0,
            step: 1.0,
            levels: 2,
            cells: &[0.1, 0.2, 0.3, 0.4, 0.5, f32::NAN],
        };
        assert_eq!(map.columns(0, 60), 0..0);
        assert_eq!(map.columns(60, 120), 0..2);
        assert_eq!(map.columns(120, 180), 1..2);
        assert_eq!(map.columns(500, 560), 2..3);
        assert!((map.most(0..2, (0, 2)) - 0.4).abs() < 1e-6);
        assert!((map.most(2..3, (1, 2)) - 0.0).abs() < 1e-6);
        assert!((map.most(7..9, (0, 2)) - 0.0).abs() < 1e-6);
    }
}
