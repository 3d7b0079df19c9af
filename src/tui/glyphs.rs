//! The characters the desk is drawn with, in Unicode and in ASCII.
//! Must not hold a character that is not one cell wide.

use titan_widgets::CandleGlyphs;

/// One set of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyphs {
    /// The chart's own.
    pub candles: CandleGlyphs,
    /// A rise, a purchase.
    pub up: &'static str,
    /// A fall, a sale.
    pub down: &'static str,
    /// Neither.
    pub flat: &'static str,
    /// Something alive.
    pub dot: &'static str,
    /// Something not alive.
    pub ring: &'static str,
    /// The chosen row.
    pub cursor: &'static str,
    /// Done.
    pub tick: &'static str,
    /// Refused.
    pub cross: &'static str,
    /// Leads to.
    pub arrow: &'static str,
    /// Ends of a badge.
    pub badge: [&'static str; 2],
    /// Between readouts of one line.
    pub separator: &'static str,
    /// Cut off here.
    pub ellipsis: &'static str,
    /// Something is missing.
    pub dash: &'static str,
    /// Corners, horizontal and vertical of a frame: top left, top right, bottom left, bottom
    /// right, horizontal, vertical.
    pub frame: [&'static str; 6],
    /// The same where orders are real.
    pub frame_live: [&'static str; 6],
    /// Filled and empty part of a gauge.
    pub gauge: [&'static str; 2],
    /// Keys that have no letter: left and right, up and down.
    pub arrows: [&'static str; 2],
    /// Whether lines may be drawn with braille.
    pub braille: bool,
}

impl Glyphs {
    /// Box drawing, blocks and a few arrows.
    pub const UNICODE: Self = Self {
        candles: CandleGlyphs::UNICODE,
        up: "▲",
        down: "▼",
        flat: "•",
        dot: "●",
        ring: "○",
        cursor: "▸",
        tick: "✓",
        cross: "✗",
        arrow: "→",
        badge: ["▐", "▌"],
        separator: "·",
        ellipsis: "…",
        dash: "–",
        frame: ["┌", "┐", "└", "┘", "─", "│"],
        frame_live: ["╔", "╗", "╚", "╝", "═", "║"],
        gauge: ["█", "░"],
        arrows: ["←→", "↑↓"],
        braille: true,
    };

    /// ASCII alone.
    pub const ASCII: Self = Self {
        candles: CandleGlyphs::ASCII,
        up: "^",
        down: "v",
        flat: "=",
        dot: "*",
        ring: "o",
        cursor: ">",
        tick: "+",
        cross: "x",
        arrow: ">",
        badge: ["[", "]"],
        separator: "|",
        ellipsis: "~",
        dash: "-",
        frame: ["+", "+", "+", "+", "-", "|"],
        frame_live: ["#", "#", "#", "#", "=", "#"],
        gauge: ["#", "."],
        arrows: ["Left/Right", "Up/Down"],
        braille: false,
    };

    /// Every glyph, for tests of their width.
    pub fn all(&self) -> Vec<&'static str> {
        let mut all = self.candles.all();
        all.extend([
            self.up,
            self.down,
            self.flat,
            self.dot,
            self.ring,
            self.cursor,
            self.tick,
            self.cross,
            self.arrow,
            self.separator,
            self.ellipsis,
            self.dash,
        ]);
        all.extend(self.badge);
        all.extend(self.frame);
        all.extend(self.frame_live);
        all.extend(self.gauge);
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::UnicodeWidthStr;

    #[test]
    fn every_glyph_is_one_cell_wide() {
        for glyph in Glyphs::UNICODE.all().into_iter().chain(Glyphs::ASCII.all()) {
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
        assert!(Glyphs::ASCII.all().iter().all(|glyph| glyph.is_ascii()));
    }
}
