//! Which columns of a ladder have room, and where they stand.
//! Must not draw.

use super::parts::{LadderColumn, LadderSide};

/// Columns of a bar at least.
const BAR_MIN: u16 = 3;
/// Columns of a bar before less important columns get room.
const BAR_GOOD: u16 = 6;
/// Columns beside the price for the marks of the last price and of the cursor.
pub(super) const MARKS: u16 = 4;
/// Columns between two columns of figures.
const GAP: u16 = 1;

/// The widths that the texts of each column ask for; 0 where a column is not wanted.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Widths {
    pub(super) own: u16,
    pub(super) queue: u16,
    pub(super) delta: u16,
    pub(super) size: u16,
    pub(super) price: u16,
    pub(super) traded: u16,
}

/// A column with its first cell and its width.
pub(super) type Span = (LadderColumn, u16, u16);

/// The columns that fit into `width` cells from `left` on. Given up in turn are the volume, the
/// changes, the queue, the figures of sizes, the bars and the own orders; what is left over goes
/// to the bars.
pub(super) fn spans(left: u16, width: u16, widths: &Widths) -> Vec<Span> {
    use LadderColumn::{
        AskBar, AskDelta, AskSize, BidBar, BidDelta, BidSize, Own, Price, Queue, Traded,
    };
    let price = widths.price.saturating_add(MARKS).min(width);
    let mut rest = width - price;
    let mut chosen: Vec<(LadderColumn, u16)> = vec![(Price, price)];
    let mut take = |columns: &[LadderColumn], each: u16, gap: u16, spare: u16| {
        let cost = each.saturating_add(gap);
        let all = columns
            .iter()
            .fold(0_u16, |sum, _| sum.saturating_add(cost));
        let fits = each > 0 && all.saturating_add(spare) <= rest;
        if fits {
            rest -= all;
            chosen.extend(columns.iter().map(|column| (*column, cost)));
        }
        fits
    };
    take(&[Own], widths.own, GAP, 0);
    let bars = take(&[BidBar, AskBar], BAR_MIN, 0, 0);
    // What matters less is not shown instead of what matters more, nor of bars one can read.
    let more = (BAR_GOOD - BAR_MIN) * 2;
    let wanted = [
        (&[BidSize, AskSize][..], widths.size, 0),
        (&[Queue], widths.queue, more),
        (&[BidDelta, AskDelta], widths.delta, more),
        (&[Traded], widths.traded, more),
    ];
    for (columns, each, spare) in wanted {
        if each > 0 && !take(columns, each, GAP, spare) {
            break;
        }
    }
    if bars {
        for (column, width) in &mut chosen {
            match column {
                BidBar => *width += rest - rest / 2,
                AskBar => *width += rest / 2,
                _ => {}
            }
        }
    }
    chosen.sort_by_key(|(column, _)| *column);
    let mut x = left;
    let place = |(column, width): (LadderColumn, u16)| {
        let span = (column, x, width);
        x += width;
        span
    };
    chosen.into_iter().map(place).collect()
}

/// The side of the book that a column belongs to.
pub(super) fn side(column: LadderColumn) -> Option<LadderSide> {
    use LadderColumn::{AskBar, AskDelta, AskSize, BidBar, BidDelta, BidSize};
    match column {
        BidDelta | BidSize | BidBar => Some(LadderSide::Bid),
        AskBar | AskSize | AskDelta => Some(LadderSide::Ask),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use LadderColumn::*;

    const WIDTHS: Widths = Widths {
        own: 2,
        queue: 4,
        delta: 3,
        size: 4,
        price: 7,
        traded: 5,
    };

    #[test]
    fn columns_are_given_up_in_turn() {
        let shown = |width| -> Vec<LadderColumn> {
            spans(0, width, &WIDTHS).iter().map(|span| span.0).collect()
        };
        for (width, expected) in [
            (
                55,
                &[
                    Own, Queue, BidDelta, BidSize, BidBar, Price, AskBar, AskSize, AskDelta, Traded,
                ][..],
            ),
            (
                49,
                &[
                    Own, Queue, BidDelta, BidSize, BidBar, Price, AskBar, AskSize, AskDelta,
                ],
            ),
            (41, &[Own, Queue, BidSize, BidBar, Price, AskBar, AskSize]),
            (30, &[Own, BidSize, BidBar, Price, AskBar, AskSize]),
            (20, &[Own, BidBar, Price, AskBar]),
            (15, &[Own, Price]),
            (5, &[Price]),
        ] {
            assert_eq!(shown(width), expected, "{width}");
        }
    }

    #[test]
    fn columns_fill_the_width() {
        for width in 0..120 {
            let spans = spans(7, width, &WIDTHS);
            let mut x = 7;
            for (_, start, width) in &spans {
                assert_eq!(*start, x);
                x += width;
            }
            assert!(x - 7 <= width);
            assert!(width < 20 || x - 7 == width, "{width} {spans:?}");
        }
    }
}
