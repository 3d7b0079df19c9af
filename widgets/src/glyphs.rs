//! The characters that all widgets are drawn with, in Unicode and in ASCII.
//! Must not hold a character that is not one cell wide.

/// A set of characters, each one cell wide.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarketGlyphs {
    /// Lower blocks of one to eight eighths.
    pub eighths: [&'static str; 8],
    /// Left blocks of one to eight eighths.
    pub left_eighths: [&'static str; 8],
    /// Eight levels from least to most, for one value a cell.
    pub levels: [&'static str; 8],
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
    /// Open, close, and both of them in one cell of a bar.
    pub bar_ticks: [&'static str; 3],
    /// A body that is drawn hollow.
    pub hollow: &'static str,
    /// Below the line of an area.
    pub area: &'static str,
    /// A dashed horizontal line.
    pub line: &'static str,
    /// A solid horizontal line.
    pub line_solid: &'static str,
    /// A dotted horizontal line.
    pub line_dotted: &'static str,
    /// A faint horizontal line.
    pub grid: &'static str,
    /// A dotted vertical line, between sessions.
    pub separator: &'static str,
    /// The crosshair: horizontal, vertical, where they meet.
    pub crosshair: [&'static str; 3],
    /// A box: top left, top right, bottom left, bottom right, horizontal, vertical.
    pub corners: [&'static str; 6],
    /// Between plot and price axis, beside the last price.
    pub pointer: &'static str,
    /// A marker above the top of the scale, and one below its bottom.
    pub beyond: [&'static str; 2],
    /// Left and right of the last price in a ladder.
    pub last: [&'static str; 2],
    /// Left and right of the price at the cursor in a ladder.
    pub cursor: [&'static str; 2],
    /// Filled and empty part of a gauge.
    pub gauge: [&'static str; 2],
    /// Whether edges may fall inside a cell and lines are braille.
    pub fine: bool,
    /// A dot of a line where braille is not to be used.
    pub dot: &'static str,
}

impl MarketGlyphs {
    /// Block elements, box drawing and braille.
    pub const UNICODE: Self = Self {
        eighths: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        left_eighths: ["▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"],
        levels: ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"],
        wick: "│",
        wick_upper: "╵",
        wick_lower: "╷",
        doji: ["─", "┴", "┬", "┼"],
        doji_edges: ["▔", "▁"],
        bar_ticks: ["┤", "├", "┼"],
        hollow: "░",
        area: "░",
        line: "╌",
        line_solid: "─",
        line_dotted: "┈",
        grid: "┈",
        separator: "┊",
        crosshair: ["┄", "┆", "┼"],
        corners: ["┌", "┐", "└", "┘", "─", "│"],
        pointer: "◂",
        beyond: ["▲", "▼"],
        last: ["▸", "◂"],
        cursor: ["[", "]"],
        gauge: ["▓", "░"],
        fine: true,
        dot: "·",
    };

    /// ASCII alone.
    pub const ASCII: Self = Self {
        eighths: ["_", "_", "_", "#", "#", "#", "#", "#"],
        left_eighths: ["#"; 8],
        levels: ["_", ".", "-", "=", "+", "*", "#", "@"],
        wick: "|",
        wick_upper: "'",
        wick_lower: ".",
        doji: ["-", "+", "+", "+"],
        doji_edges: ["-", "_"],
        bar_ticks: ["+", "+", "+"],
        hollow: "o",
        area: ":",
        line: "-",
        line_solid: "=",
        line_dotted: ".",
        grid: ".",
        separator: ":",
        crosshair: ["-", "|", "+"],
        corners: ["+", "+", "+", "+", "-", "|"],
        pointer: "<",
        beyond: ["^", "v"],
        last: [">", "<"],
        cursor: ["[", "]"],
        gauge: ["#", "."],
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
            self.area,
            self.line,
            self.line_solid,
            self.line_dotted,
            self.grid,
            self.separator,
            self.pointer,
            self.dot,
        ]);
        all.extend(self.left_eighths);
        all.extend(self.levels);
        all.extend(self.doji);
        all.extend(self.doji_edges);
        all.extend(self.bar_ticks);
        all.extend(self.crosshair);
        all.extend(self.corners);
        all.extend(self.beyond);
        all.extend(self.last);
        all.extend(self.cursor);
        all.extend(self.gauge);
        all
    }

    /// The lower block of `eighths` eighths, 1 to 8.
    pub(crate) fn lower(&self, eighths: i32) -> &'static str {
        pick(&self.eighths, eighths)
    }

    /// The left block of `eighths` eighths, 1 to 8.
    pub(crate) fn left(&self, eighths: i32) -> &'static str {
        pick(&self.left_eighths, eighths)
    }
}

fn pick(blocks: &[&'static str; 8], eighths: i32) -> &'static str {
    let [.., full] = blocks;
    usize::try_from(eighths.saturating_sub(1))
        .ok()
        .and_then(|index| blocks.get(index))
        .unwrap_or(full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_glyph_is_one_cell_wide() {
        let sets = [MarketGlyphs::UNICODE, MarketGlyphs::ASCII];
        for glyph in sets.iter().flat_map(MarketGlyphs::all) {
            assert_eq!(glyph.width(), 1, "{glyph}");
            assert_eq!(glyph.chars().count(), 1, "{glyph}");
        }
        for bits in 0..=0xff_u32 {
            let braille = char::from_u32(0x2800 + bits).unwrap().to_string();
            assert_eq!(braille.width(), 1);
        }
    }

    #[test]
    fn the_fallback_is_ascii() {
        for glyph in MarketGlyphs::ASCII.all() {
            assert_eq!(glyph.len(), 1, "{glyph}");
        }
    }
}
