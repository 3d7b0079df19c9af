//! The characters the desk is drawn with, in Unicode and in ASCII.
//! Must not hold a character that is not one cell wide.

use titan_widgets::CandleGlyphs;

/// One row of the table of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Glyph {
    /// The field it stands in.
    pub field: &'static str,
    /// One cell, or the word of a key where `word` says so.
    pub unicode: &'static str,
    /// What stands for it where only ASCII may.
    pub ascii: &'static str,
    /// What it means.
    pub doc: &'static str,
    /// A word in running text: its stand-in may be longer.
    pub word: bool,
}

macro_rules! glyphs {
    (
        one { $( $(#[doc = $doc:literal])+ $field:ident: $unicode:literal $ascii:literal; )+ }
        many { $(
            #[doc = $list_doc:literal]
            $list:ident: $count:literal [$($item:literal)+] [$($item_ascii:literal)+];
        )+ }
        words { $(
            $(#[doc = $word_doc:literal])+ $word:ident: $long:literal $long_ascii:literal;
        )+ }
    ) => {
        /// One set of characters.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub struct Glyphs {
            /// The chart's own.
            pub candles: CandleGlyphs,
            $( $(#[doc = $doc])+ pub $field: &'static str, )+
            $( #[doc = $list_doc] pub $list: [&'static str; $count], )+
            $( $(#[doc = $word_doc])+ pub $word: &'static str, )+
            /// Keys that have no letter: left and right, up and down.
            pub arrows: [&'static str; 2],
            /// Whether lines may be drawn with braille.
            pub braille: bool,
        }

        impl Glyphs {
            /// Box drawing, blocks and a few signs.
            pub const UNICODE: Self = Self {
                candles: CandleGlyphs::UNICODE,
                $( $field: $unicode, )+
                $( $list: [$($item),+], )+
                $( $word: $long, )+
                arrows: ["←→", "↑↓"],
                braille: true,
            };

            /// ASCII alone.
            pub const ASCII: Self = Self {
                candles: CandleGlyphs::ASCII,
                $( $field: $ascii, )+
                $( $list: [$($item_ascii),+], )+
                $( $word: $long_ascii, )+
                arrows: ["Left/Right", "Up/Down"],
                braille: false,
            };
        }

        /// The desk's own characters; [`table`] adds those of the widgets.
        const OWN: &[Glyph] = &[
            $( Glyph {
                field: stringify!($field),
                unicode: $unicode,
                ascii: $ascii,
                doc: concat!($($doc),+).trim_ascii(),
                word: false,
            }, )+
            $( $( Glyph {
                field: stringify!($list),
                unicode: $item,
                ascii: $item_ascii,
                doc: $list_doc.trim_ascii(),
                word: false,
            }, )+ )+
            $( Glyph {
                field: stringify!($word),
                unicode: $long,
                ascii: $long_ascii,
                doc: concat!($($word_doc),+).trim_ascii(),
                word: true,
            }, )+
        ];
    };
}

glyphs! {
    one {
        /// A rise, a purchase.
        up: "▲" "^";
        /// A fall, a sale.
        down: "▼" "v";
        /// Neither.
        flat: "•" "=";
        /// Something alive.
        dot: "●" "*";
        /// Something not alive.
        ring: "○" "o";
        /// The chosen row.
        cursor: "▸" ">";
        /// The other end of the chosen row.
        cursor_end: "◂" "<";
        /// Done.
        tick: "✓" "+";
        /// Refused.
        cross: "✗" "x";
        /// Leads to.
        arrow: "→" ">";
        /// Between readouts of one line.
        separator: "·" "|";
        /// Cut off here.
        ellipsis: "…" "~";
        /// Something is missing.
        dash: "–" "-";
        /// In place of a digit that is not to be seen.
        mask: "•" "*";
        /// A pane that fills the screen, or may.
        expand: "⤢" "Z";
        /// A ladder that keeps its middle.
        centre: "▤" "=";
        /// Stands still.
        paused: "⏸" "!";
        /// A fill on the chart.
        fill: "◆" "@";
        /// An alert on the chart.
        alert: "◇" "!";
        /// Times a number.
        times: "×" "x";
        /// A difference.
        delta: "Δ" "d";
    }
    many {
        /// A signal that became an order: to buy, to sell.
        taken: 2 ["▲" "▼"] ["^" "v"];
        /// A signal that was held back: to buy, to sell.
        blocked: 2 ["△" "▽"] ["/" "\\"];
        /// Ends of a badge.
        badge: 2 ["▐" "▌"] ["[" "]"];
        /// A frame: top left, top right, bottom left, bottom right, horizontal, vertical.
        frame: 6 ["┌" "┐" "└" "┘" "─" "│"] ["+" "+" "+" "+" "-" "|"];
        /// The same where orders are real.
        frame_live: 6 ["╔" "╗" "╚" "╝" "═" "║"] ["#" "#" "#" "#" "=" "#"];
        /// The same in a replay: double rails, told from the live frame without colour.
        frame_replay: 6 ["╒" "╕" "╘" "╛" "═" "│"] ["+" "+" "+" "+" "=" "|"];
        /// Filled and empty part of a gauge.
        gauge: 2 ["█" "░"] ["#" "."];
        /// Filled and empty part of a gauge that stands in a line of text.
        bar: 2 ["▓" "░"] ["#" "."];
        /// From little to much.
        shades: 4 ["░" "▒" "▓" "█"] ["." ":" "%" "#"];
    }
    words {
        /// The space key.
        space_key: "␣" "Space";
        /// The Enter key.
        enter_key: "⏎" "Enter";
        /// The Tab key.
        tab_key: "⇥" "Tab";
        /// Not less than.
        at_least: "≥" ">=";
        /// Not more than.
        at_most: "≤" "<=";
    }
}

/// Every character the program draws with, each with what stands for it in ASCII. Braille, which
/// is only drawn where `braille` says so, is not listed.
pub fn table() -> Vec<Glyph> {
    let candles = CandleGlyphs::UNICODE.all().into_iter();
    let candles = candles.zip(CandleGlyphs::ASCII.all());
    let arrows = Glyphs::UNICODE.arrows.into_iter();
    let arrows = arrows.zip(Glyphs::ASCII.arrows);
    let row = |field, doc, word| {
        move |(unicode, ascii)| Glyph {
            field,
            unicode,
            ascii,
            doc,
            word,
        }
    };
    let mut all = OWN.to_vec();
    all.extend(arrows.map(row("arrows", "Keys that have no letter.", true)));
    all.extend(candles.map(row("candles", "A part of the chart.", false)));
    all
}

#[cfg(test)]
mod tests {
    use super::*;
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

    #[test]
    fn every_glyph_is_one_cell_wide_or_has_a_stand_in_that_is() {
        for glyph in table() {
            for letter in glyph.unicode.chars() {
                assert_eq!(letter.width(), Some(1), "{glyph:?}");
                let ambiguous = letter.width_cjk() != Some(1);
                assert!(!ambiguous || glyph.ascii.is_ascii(), "{glyph:?}");
            }
            assert!(
                !glyph.ascii.is_empty() && glyph.ascii.is_ascii(),
                "{glyph:?}"
            );
            if !glyph.word {
                assert_eq!(glyph.unicode.width(), 1, "{glyph:?}");
                assert_eq!(glyph.unicode.chars().count(), 1, "{glyph:?}");
                assert_eq!(glyph.ascii.len(), 1, "{glyph:?}");
            }
        }
        for bits in 0..=0xff_u32 {
            let braille = char::from_u32(0x2800 + bits).unwrap();
            assert_eq!((braille.width(), braille.width_cjk()), (Some(1), Some(1)));
        }
    }

    #[test]
    fn frames_of_different_modes_differ_without_colour() {
        for set in [Glyphs::UNICODE, Glyphs::ASCII] {
            assert_ne!(set.frame, set.frame_live);
            assert_ne!(set.frame, set.frame_replay);
            assert_ne!(set.frame_live, set.frame_replay);
            assert_ne!(set.taken, set.blocked);
        }
    }
}
