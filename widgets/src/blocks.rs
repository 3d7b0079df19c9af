//! Bars of block elements whose ends lie on eighths of a cell.
//! Must not know what a bar stands for.

use ratatui_core::{
    layout::Rect,
    style::{Modifier, Style},
};

use crate::cells::Pen;
use crate::glyphs::MarketGlyphs;
use crate::number::rounded;

/// Eighths of `width` columns for a share of one; at least one where the share is above nothing.
pub(crate) fn eighths(share: f64, width: u16) -> i32 {
    if share.is_nan() || share <= 0.0 {
        return 0;
    }
    rounded(share.min(1.0) * f64::from(width) * 8.0).max(1)
}

/// The glyph of each cell of a bar of `eighths`, from where it stands on, and whether foreground
/// and background change places there.
pub(crate) fn bar_cells(
    eighths: i32,
    leftwards: bool,
    glyphs: &MarketGlyphs,
) -> impl Iterator<Item = (&'static str, bool)> + '_ {
    let whole = if glyphs.fine {
        eighths / 8
    } else {
        // Without blocks a bar has no part of a cell, but it is never lost.
        ((eighths + 4) / 8).max(i32::from(eighths > 0))
    };
    let part = if glyphs.fine { eighths % 8 } else { 0 };
    let edge = match (part, leftwards) {
        (0, _) => None,
        (part, false) => Some((glyphs.left(part), false)),
        // No block starts at the right: what is left empty is drawn, reversed.
        (part, true) => Some((glyphs.left(8 - part), true)),
    };
    (0..whole).map(|_| (glyphs.left(8), false)).chain(edge)
}

/// A bar in the first line of `area`, from its left edge, or from its right edge leftwards.
pub(crate) fn bar(
    area: Rect,
    eighths: i32,
    leftwards: bool,
    style: Style,
    glyphs: &MarketGlyphs,
    pen: &mut Pen,
) {
    for ((glyph, reversed), step) in bar_cells(eighths, leftwards, glyphs).zip(0..area.width) {
        let x = if leftwards {
            area.right() - 1 - step
        } else {
            area.left() + step
        };
        pen.put(x, area.y, glyph, reverse(style, reversed));
    }
}

/// The style with foreground and background changed, where that is wanted.
pub(crate) fn reverse(style: Style, reversed: bool) -> Style {
    if reversed {
        style.add_modifier(Modifier::REVERSED)
    } else {
        style
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui_core::buffer::Buffer;

    fn draw(eighths: i32, leftwards: bool, glyphs: &MarketGlyphs) -> (String, bool) {
        let area = Rect::new(0, 0, 4, 1);
        let mut buffer = Buffer::empty(area);
        let mut pen = Pen::new(&mut buffer, area);
        bar(area, eighths, leftwards, Style::new(), glyphs, &mut pen);
        let cells = buffer.content();
        let text = cells.iter().map(|cell| cell.symbol()).collect();
        let reversed =
            |cell: &ratatui_core::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
        (text, cells.iter().any(reversed))
    }

    #[test]
    fn bars_end_on_eighths() {
        let unicode = MarketGlyphs::UNICODE;
        for (eighths, leftwards, text, reversed) in [
            (0, false, "    ", false),
            (1, false, "▏   ", false),
            (19, false, "██▍ ", false),
            (19, true, " ▋██", true),
            (16, true, "  ██", false),
            (99, true, "████", false),
        ] {
            let expected = (text.to_owned(), reversed);
            assert_eq!(draw(eighths, leftwards, &unicode), expected);
        }
        let ascii = draw(19, true, &MarketGlyphs::ASCII);
        assert_eq!(ascii, ("  ##".to_owned(), false));
        assert_eq!(draw(1, false, &MarketGlyphs::ASCII).0, "#   ");
    }

    #[test]
    fn a_share_above_nothing_is_seen() {
        assert_eq!(eighths(1e-9, 10), 1);
        assert_eq!(eighths(f64::NAN, 10), 0);
        assert_eq!(eighths(7.0, 10), 80);
    }
}
