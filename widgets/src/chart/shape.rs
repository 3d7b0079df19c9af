//! One candle, bar or column drawn into the cells of its columns.
//! Must not know of axes or of the candles beside it.

use crate::glyphs::MarketGlyphs;

/// A candle in eighths of a row, counted from the bottom edge.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    pub(crate) body_low: i32,
    pub(crate) body_high: i32,
    pub(crate) wick_low: i32,
    pub(crate) wick_high: i32,
    pub(crate) hollow: bool,
}

/// What one cell of a candle shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stroke {
    pub(crate) glyph: &'static str,
    /// Foreground and background change places: the glyph is what is left empty.
    pub(crate) reversed: bool,
    /// Part of the body, so it is as wide as the body.
    pub(crate) body: bool,
}

impl Shape {
    /// A column without wicks, from one end to the other.
    pub(crate) fn column((low, high): (i32, i32)) -> Self {
        Self {
            body_low: low,
            body_high: high,
            wick_low: low,
            wick_high: low,
            hollow: false,
        }
    }

    /// Lowest and highest row that may show something, counted from the bottom.
    pub(crate) fn rows(&self, rows: u16) -> std::ops::RangeInclusive<u16> {
        let lowest = self.wick_low.min(self.body_low.saturating_sub(1)) / 8;
        let highest = self.wick_high.max(self.body_high) / 8;
        let last = i32::from(rows) - 1;
        let held = |row: i32| u16::try_from(row.clamp(0, last.max(0))).unwrap_or(0);
        held(lowest)..=held(highest)
    }

    /// The row of a body without height; one at the very bottom lies in the lowest row.
    fn thin_row(&self) -> i32 {
        let row = self.body_low.min(self.body_high - 1).div_euclid(8);
        if self.body_high == 0 { 0 } else { row }
    }

    /// What the cell `row`, counted from the bottom, shows; `None` for nothing.
    pub(crate) fn stroke(&self, row: i32, glyphs: &MarketGlyphs) -> Option<Stroke> {
        let bottom = row * 8;
        let low = self.body_low.max(bottom) - bottom;
        let high = self.body_high.min(bottom + 8) - bottom;
        let inside = self.body_low < bottom + 8 && self.body_high >= bottom;
        let thin = self.body_high - self.body_low < 2;
        if thin && self.thin_row() == row {
            return Some(self.doji(bottom, glyphs));
        }
        if inside && !thin && high > low {
            return Some(self.block(low, high, glyphs));
        }
        self.wick(bottom, glyphs)
    }

    fn block(&self, low: i32, high: i32, glyphs: &MarketGlyphs) -> Stroke {
        let stroke = |glyph, reversed| Stroke {
            glyph,
            reversed,
            body: true,
        };
        if self.hollow {
            return stroke(glyphs.hollow, false);
        }
        if !glyphs.fine {
            return stroke(glyphs.lower(8), false);
        }
        match (low, high) {
            (0, high) => stroke(glyphs.lower(high), false),
            (low, 8) => stroke(glyphs.lower(low), true),
            // Both edges fall inside: no glyph has that, so the edge that lies nearer to the
            // cell's own edge is given up.
            (low, high) if low <= 8 - high => stroke(glyphs.lower(high), false),
            (low, _) => stroke(glyphs.lower(low), true),
        }
    }

    fn doji(&self, bottom: i32, glyphs: &MarketGlyphs) -> Stroke {
        let above = self.wick_high - self.body_high >= 3;
        let below = self.body_low - self.wick_low >= 3;
        let offset = self.body_low - bottom;
        let [alone, up, down, both] = glyphs.doji;
        let [top, base] = glyphs.doji_edges;
        let glyph = match (above, below) {
            (true, true) => both,
            (true, false) => up,
            (false, true) => down,
            (false, false) if offset >= 7 => top,
            (false, false) if offset <= 0 => base,
            (false, false) => alone,
        };
        Stroke {
            glyph,
            reversed: false,
            body: true,
        }
    }

    fn wick(&self, bottom: i32, glyphs: &MarketGlyphs) -> Option<Stroke> {
        let covered = |from: i32| self.wick_high.min(from + 4) - self.wick_low.max(from);
        let (lower, upper) = (covered(bottom), covered(bottom + 4));
        let glyph = match (lower >= 2, upper >= 2) {
            (true, true) => glyphs.wick,
            (true, false) => glyphs.wick_lower,
            (false, true) => glyphs.wick_upper,
            (false, false) => return None,
        };
        Some(Stroke {
            glyph,
            reversed: false,
            body: false,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(shape: Shape, rows: i32) -> String {
        (0..rows)
            .rev()
            .map(|row| match shape.stroke(row, &MarketGlyphs::UNICODE) {
                None => " ".to_owned(),
                Some(stroke) if stroke.reversed => format!("({})", stroke.glyph),
                Some(stroke) => stroke.glyph.to_owned(),
            })
            .collect()
    }

    #[test]
    fn edges_lie_on_eighths_and_lower_edges_are_reversed() {
        let shape = Shape {
            body_low: 11,
            body_high: 27,
            wick_low: 4,
            wick_high: 36,
            hollow: false,
        };
        assert_eq!(column(shape, 5), "╷▃█(▃)╵");
    }

    #[test]
    fn a_body_without_height_is_a_cross() {
        let shape = Shape {
            body_low: 12,
            body_high: 12,
            wick_low: 2,
            wick_high: 22,
            hollow: false,
        };
        assert_eq!(column(shape, 3), "│┼│");
        let flat = Shape {
            wick_low: 12,
            wick_high: 12,
            ..shape
        };
        assert_eq!(column(flat, 3), " ─ ");
    }

    #[test]
    fn a_body_at_the_very_top_is_not_lost() {
        let shape = Shape {
            body_low: 24,
            body_high: 24,
            wick_low: 24,
            wick_high: 24,
            hollow: false,
        };
        assert_eq!(column(shape, 3), "▔  ");
    }
}
