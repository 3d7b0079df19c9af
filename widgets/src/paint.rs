//! Glyphs and styles of a candle chart, and one candle drawn into its cells.
//! Must not know of axes or of the candles beside it.

use ratatui_core::style::{Modifier, Style};

/// The characters a chart is drawn with, each one cell wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleGlyphs {
    /// Lower blocks of one to eight eighths.
    pub eighths: [&'static str; 8],
    /// A wick through the whole cell.
    pub wick: &'static str,
    /// A wick in the upper half.
    pub wick_upper: &'static str,
    /// A wick in the lower half.
    pub wick_lower: &'static str,
    /// A body thinner than a block: alone, with a wick above, below, and both.
    pub doji: [&'static str; 4],
    /// A thin body at the top and at the bottom of a cell.
    pub doji_edges: [&'static str; 2],
    /// A body that is drawn hollow.
    pub hollow: &'static str,
    /// A horizontal line.
    pub line: &'static str,
    /// A faint horizontal line.
    pub grid: &'static str,
    /// Between plot and price axis, beside the last price.
    pub pointer: &'static str,
    /// A marker above the top of the scale, and one below its bottom.
    pub beyond: [&'static str; 2],
    /// Whether edges may fall inside a cell and overlays are braille.
    pub fine: bool,
    /// A dot of an overlay where braille is not to be used.
    pub dot: &'static str,
}

impl CandleGlyphs {
    /// Block elements, box drawing and braille.
    pub const UNICODE: Self = Self {
        eighths: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        wick: "│",
        wick_upper: "╵",
        wick_lower: "╷",
        doji: ["─", "┴", "┬", "┼"],
        doji_edges: ["▔", "▁"],
        hollow: "░",
        line: "╌",
        grid: "┈",
        pointer: "◂",
        beyond: ["▲", "▼"],
        fine: true,
        dot: "·",
    };

    /// ASCII alone.
    pub const ASCII: Self = Self {
        eighths: ["_", "_", "_", "#", "#", "#", "#", "#"],
        wick: "|",
        wick_upper: "'",
        wick_lower: ".",
        doji: ["-", "+", "+", "+"],
        doji_edges: ["-", "_"],
        hollow: "o",
        line: "-",
        grid: ".",
        pointer: "<",
        beyond: ["^", "v"],
        fine: false,
        dot: ".",
    };

    /// Every glyph, for tests of their width.
    pub fn all(&self) -> Vec<&'static str> {
        let mut all = self.eighths.to_vec();
        all.extend([
            self.wick,
            self.wick_upper,
            self.wick_lower,
            self.hollow,
            self.line,
            self.grid,
            self.pointer,
            self.dot,
        ]);
        all.extend(self.doji);
        all.extend(self.doji_edges);
        all.extend(self.beyond);
        all
    }
}

/// The styles a chart is drawn with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CandleStyles {
    /// Candles that closed at or above their open.
    pub up: Style,
    /// Candles that closed below it.
    pub down: Style,
    /// Volume of the former.
    pub volume_up: Style,
    /// Volume of the latter.
    pub volume_down: Style,
    /// Axis labels.
    pub axis: Style,
    /// Lines at the price labels; `None` for no lines.
    pub grid: Option<Style>,
    /// Tag of the last price after a rise.
    pub last_up: Style,
    /// Tag of the last price after a fall.
    pub last_down: Style,
    /// Draw rising bodies hollow: for screens without colour.
    pub hollow_up: bool,
}

impl Default for CandleStyles {
    fn default() -> Self {
        Self {
            up: Style::new(),
            down: Style::new(),
            volume_up: Style::new(),
            volume_down: Style::new(),
            axis: Style::new(),
            grid: None,
            last_up: Style::new().add_modifier(Modifier::REVERSED),
            last_down: Style::new().add_modifier(Modifier::REVERSED),
            hollow_up: true,
        }
    }
}

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
    /// What the cell `row`, counted from the bottom, shows; `None` for nothing.
    pub(crate) fn stroke(&self, row: i32, glyphs: &CandleGlyphs) -> Option<Stroke> {
        let bottom = row * 8;
        let low = self.body_low.max(bottom) - bottom;
        let high = self.body_high.min(bottom + 8) - bottom;
        let inside = self.body_low < bottom + 8 && self.body_high >= bottom;
        let thin = self.body_high - self.body_low < 2;
        if thin && self.body_low.min(self.body_high - 1).max(0) / 8 == row {
            return Some(self.doji(bottom, glyphs));
        }
        if inside && !thin && high > low {
            return Some(self.block(low, high, glyphs));
        }
        self.wick(bottom, glyphs)
    }

    fn block(&self, low: i32, high: i32, glyphs: &CandleGlyphs) -> Stroke {
        let stroke = |glyph, reversed| Stroke {
            glyph,
            reversed,
            body: true,
        };
        let [.., full] = glyphs.eighths;
        if self.hollow {
            return stroke(glyphs.hollow, false);
        }
        if !glyphs.fine {
            return stroke(full, false);
        }
        let lower = |count: i32| {
            usize::try_from(count - 1)
                .ok()
                .and_then(|index| glyphs.eighths.get(index).copied())
                .unwrap_or(full)
        };
        match (low, high) {
            (0, high) => stroke(lower(high), false),
            (low, 8) => stroke(lower(low), true),
            // Both edges fall inside: no glyph has that, so the edge that lies nearer to the
            // cell's own edge is given up.
            (low, high) if low <= 8 - high => stroke(lower(high), false),
            (low, _) => stroke(lower(low), true),
        }
    }

    fn doji(&self, bottom: i32, glyphs: &CandleGlyphs) -> Stroke {
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

    fn wick(&self, bottom: i32, glyphs: &CandleGlyphs) -> Option<Stroke> {
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
            .map(|row| match shape.stroke(row, &CandleGlyphs::UNICODE) {
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
