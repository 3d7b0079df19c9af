//! Candles made into other bars: Heikin-Ashi, Renko bricks and range bars.
//! Must not draw, and must not make bars without bound from a wild price.

use crate::candle::Candle;
use crate::number::{float, index, positive};

/// Bars made of one candle at most; of a longer move the ones nearest to its end are kept.
const BARS_OF_CANDLE_MAX: f64 = 1_024.0;
/// Bars kept of a whole series at most, the newest.
const BARS_MAX: usize = 8_192;
/// Share of a step that rounding may take from it.
const SLACK: f64 = 1e-9;

/// Bars and, for each, the index of the candle that completed it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Made {
    pub(crate) bars: Vec<Candle>,
    pub(crate) sources: Vec<usize>,
}

impl Made {
    fn push(&mut self, bar: Candle, source: usize) {
        if self.bars.len() >= BARS_MAX * 2 {
            self.keep_newest();
        }
        self.bars.push(bar);
        self.sources.push(source);
    }

    fn keep_newest(&mut self) {
        let extra = self.bars.len().saturating_sub(BARS_MAX);
        self.bars.drain(..extra);
        self.sources.drain(..extra);
    }

    /// Shares `volume` among the bars from `first` on.
    fn spread(&mut self, first: usize, volume: f64) {
        let bars = self.bars.get_mut(first..).unwrap_or_default();
        let share = volume / float(bars.len().max(1));
        for bar in bars {
            bar.volume += share;
        }
    }
}

/// Smoothed candles: the close is the mean of the four prices, the open the middle of the
/// smoothed candle before. One bar a candle; a candle that is not finite stays as it is.
pub fn heikin_ashi(candles: &[Candle]) -> Vec<Candle> {
    let mut previous: Option<(f64, f64)> = None;
    let smooth = |candle: &Candle| {
        if !candle.is_finite() {
            return *candle;
        }
        let close = candle.open / 4.0 + candle.high / 4.0 + candle.low / 4.0 + candle.close / 4.0;
        let (open, before) = previous.unwrap_or((candle.open, candle.close));
        let open = open / 2.0 + before / 2.0;
        previous = Some((open, close));
        Candle {
            open,
            high: candle.high.max(open).max(close),
            low: candle.low.min(open).min(close),
            close,
            ..*candle
        }
    };
    candles.iter().map(smooth).collect()
}

/// Renko bricks of the height `brick`: one more in the direction of the last for each full brick
/// that the close moves on, and a turn only after a full brick beyond the last one's open. Bricks
/// lie on multiples of `brick`, so that they stay where they are when old candles are left out.
/// The time of a brick is that of the candle that completed it, and the volume since the brick
/// before is shared among those made at once. Empty where `brick` is not positive.
pub fn renko(candles: &[Candle], brick: f64) -> Vec<Candle> {
    renko_made(candles, brick).bars
}

pub(crate) fn renko_made(candles: &[Candle], brick: f64) -> Made {
    let mut made = Made::default();
    if !positive(brick) {
        return made;
    }
    // Lower and upper edge of the last brick, in bricks; equal before the first.
    let mut edges: Option<(f64, f64)> = None;
    let mut volume = 0.0;
    for (source, candle) in candles.iter().enumerate() {
        let (level, open) = (candle.close / brick, candle.open / brick);
        if !candle.is_finite() || !level.is_finite() || !open.is_finite() {
            continue;
        }
        volume += candle.traded();
        let (low, high) = edges.unwrap_or((open.round(), open.round()));
        let up = (level + SLACK).floor() - high;
        let down = low - (level - SLACK).ceil();
        let first = made.bars.len();
        if up >= 1.0 {
            for count in steps(up) {
                made.push(block(candle, high + count, 1.0, brick), source);
            }
            edges = Some((high + up - 1.0, high + up));
        } else if down >= 1.0 {
            for count in steps(down) {
                made.push(block(candle, low - count, -1.0, brick), source);
            }
            edges = Some((low - down, low - down + 1.0));
        } else {
            edges = Some((low, high));
        }
        if made.bars.len() > first {
            made.spread(first, volume);
            volume = 0.0;
        }
    }
    made.keep_newest();
    made
}

/// 0, 1 … for each of `count` steps, the first ones left out where they are too many.
fn steps(count: f64) -> impl Iterator<Item = f64> {
    let skipped = (count - BARS_OF_CANDLE_MAX).max(0.0);
    (0..index(count - skipped)).map(move |step| skipped + float(step))
}

fn block(candle: &Candle, from: f64, direction: f64, brick: f64) -> Candle {
    let (open, close) = (from * brick, (from + direction) * brick);
    Candle {
        time: candle.time,
        open,
        high: open.max(close),
        low: open.min(close),
        close,
        volume: 0.0,
    }
}

/// Bars that are each `range` high, the last one excepted, which is still forming. The path inside
/// a candle is taken to be open, low, high, close when it rises, and open, high, low, close when
/// it falls. The time of a bar is that of the candle that completed it, and a candle's volume is
/// shared among the bars it touches. Empty where `range` is not positive.
pub fn range_bars(candles: &[Candle], range: f64) -> Vec<Candle> {
    range_made(candles, range).bars
}

pub(crate) fn range_made(candles: &[Candle], range: f64) -> Made {
    let mut made = Made::default();
    if !positive(range) {
        return made;
    }
    let mut forming: Option<(Candle, usize)> = None;
    for (source, candle) in candles.iter().enumerate() {
        if !candle.is_finite() {
            continue;
        }
        let first = made.bars.len();
        let mut bar = forming.map_or_else(|| flat(candle.open), |(bar, _)| bar);
        bar.time = candle.time;
        let (near, far) = if candle.rises() {
            (candle.low, candle.high)
        } else {
            (candle.high, candle.low)
        };
        for price in [candle.open, near, far, candle.close] {
            bar = walk(&mut made, bar, price, range, source);
        }
        let share = candle.traded() / float(made.bars.len().saturating_sub(first) + 1);
        for bar in made.bars.get_mut(first..).unwrap_or_default() {
            bar.volume += share;
        }
        bar.volume += share;
        forming = Some((bar, source));
    }
    if let Some((bar, source)) = forming {
        made.push(bar, source);
    }
    made.keep_newest();
    made
}

fn flat(price: f64) -> Candle {
    Candle {
        open: price,
        high: price,
        low: price,
        close: price,
        ..Candle::default()
    }
}

/// Takes the forming bar to `price`; each bar that it fills on the way is complete.
fn walk(made: &mut Made, mut bar: Candle, price: f64, range: f64, source: usize) -> Candle {
    let time = bar.time;
    let opens = |price| Candle {
        time,
        ..flat(price)
    };
    let slack = range * SLACK;
    let mut steps = 0.0;
    while price > bar.low + range + slack || price < bar.high - range - slack {
        let edge = if price > bar.low + range {
            bar.low + range
        } else {
            bar.high - range
        };
        if steps >= BARS_OF_CANDLE_MAX || !edge.is_finite() {
            return opens(price);
        }
        steps += 1.0;
        bar.high = bar.high.max(edge);
        bar.low = bar.low.min(edge);
        bar.close = edge;
        made.push(bar, source);
        bar = opens(edge);
    }
    bar.high = bar.high.max(price);
    bar.low = bar.low.min(price);
    bar.close = price;
    bar
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn candle(time: i64, open: f64, high: f64, low: f64, close: f64, volume: f64) -> Candle {
        Candle {
            time,
            open,
            high,
            low,
            close,
            volume,
        }
    }

    #[test]
    fn heikin_ashi_by_hand() {
        let candles = [
            candle(0, 10.0, 14.0, 8.0, 12.0, 1.0),
            candle(60, 12.0, 16.0, 12.0, 16.0, 2.0),
            candle(120, f64::NAN, 1.0, 1.0, 1.0, 3.0),
            candle(180, 16.0, 16.0, 6.0, 6.0, 4.0),
        ];
        let smooth = heikin_ashi(&candles);
        assert_eq!(smooth[0], candle(0, 11.0, 14.0, 8.0, 11.0, 1.0));
        assert_eq!(smooth[1], candle(60, 11.0, 16.0, 11.0, 14.0, 2.0));
        assert!(smooth[2].open.is_nan());
        assert_eq!(smooth[3], candle(180, 12.5, 16.0, 6.0, 11.0, 4.0));
    }

    #[test]
    fn renko_by_hand() {
        let closes = [
            // Base at 100, then two bricks up.
            (0, 100.0, 104.9),
            (60, 104.9, 105.0),
            (120, 105.0, 112.0),
            // Down by less than two bricks from the top: no turn.
            (180, 112.0, 100.1),
            // A turn: from the last brick's open at 105 down to 95.
            (240, 100.1, 94.0),
        ];
        let candles: Vec<Candle> = closes
            .iter()
            .map(|(time, open, close)| candle(*time, *open, *open, *open, *close, 6.0))
            .collect();
        let bricks: Vec<_> = renko(&candles, 5.0)
            .iter()
            .map(|brick| (brick.time, brick.open, brick.close, brick.volume))
            .collect();
        assert_eq!(
            bricks,
            [
                (60, 100.0, 105.0, 12.0),
                (120, 105.0, 110.0, 6.0),
                (240, 105.0, 100.0, 6.0),
                (240, 100.0, 95.0, 6.0),
            ]
        );
        assert!(renko(&candles, 0.0).is_empty());
        assert!(renko(&candles, f64::NAN).is_empty());
    }

    #[test]
    fn bricks_stay_where_they_are_when_old_candles_go() {
        let candles: Vec<Candle> = (0..200)
            .map(|at| {
                let price = |at: i32| 100.0 + (f64::from(at) * 0.3).sin() * 9.0;
                let (open, close) = (price(at), price(at + 1));
                candle(at.into(), open, open, close, close, 1.0)
            })
            .collect();
        let all = renko(&candles, 2.0);
        let fewer = renko(&candles[60..], 2.0);
        assert_eq!(all[all.len() - 20..], fewer[fewer.len() - 20..]);
    }

    #[test]
    fn range_bars_by_hand() {
        let candles = [
            // Path 10, 9, 12, 11.
            candle(0, 10.0, 12.0, 9.0, 11.0, 4.0),
            // Path 11, 11.5, 7, 8.
            candle(60, 11.0, 11.5, 7.0, 8.0, 9.0),
        ];
        let bars = range_bars(&candles, 2.0);
        assert_eq!(
            bars,
            [
                // 10, 9, then up through 11.
                candle(0, 10.0, 11.0, 9.0, 11.0, 2.0),
                // 11 to 12 in the first candle; in the second down through 10.
                candle(60, 11.0, 12.0, 10.0, 10.0, 2.0 + 3.0),
                candle(60, 10.0, 10.0, 8.0, 8.0, 3.0),
                candle(60, 8.0, 8.0, 7.0, 8.0, 3.0),
            ]
        );
        assert!(range_bars(&candles, -1.0).is_empty());
    }

    #[test]
    fn a_wild_price_makes_no_flood() {
        let candles = [
            candle(0, 1.0, 1e12, 1.0, 1e12, 1.0),
            candle(1, 1.0, f64::MAX, -f64::MAX, 5.0, 1.0),
        ];
        assert!(renko(&candles, 1e-3).len() <= BARS_MAX);
        let bricks = renko(&candles[..1], 1e9);
        assert_eq!(bricks.len(), 1_000);
        assert!(range_bars(&candles, 1e-3).len() <= BARS_MAX);
    }

    proptest! {
        #[test]
        fn every_range_bar_but_the_last_is_as_high_as_asked(
            prices in proptest::collection::vec(90.0..110.0_f64, 2..60),
            range in 0.5..5.0_f64,
        ) {
            let candles: Vec<Candle> = prices
                .windows(2)
                .map(|pair| {
                    let (high, low) = (pair[0].max(pair[1]), pair[0].min(pair[1]));
                    candle(0, pair[0], high + 0.3, low - 0.3, pair[1], 1.0)
                })
                .collect();
            let bars = range_bars(&candles, range);
            let (last, full) = bars.split_last().unwrap();
            for bar in full {
                prop_assert!((bar.high - bar.low - range).abs() < 1e-6);
            }
            prop_assert!(last.high - last.low <= range + 1e-6);
            let sum: f64 = bars.iter().map(|bar| bar.volume).sum();
            prop_assert!((sum - (prices.len() - 1) as f64).abs() < 1e-6);
        }
    }
}
