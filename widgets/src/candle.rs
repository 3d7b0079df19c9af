//! The candle, and what is reckoned from many: the average true range.
//! Must not draw.

use crate::axis::nice_step;

/// One candle; times are in seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Candle {
    /// Start.
    pub time: i64,
    /// First price.
    pub open: f64,
    /// Highest price.
    pub high: f64,
    /// Lowest price.
    pub low: f64,
    /// Last price.
    pub close: f64,
    /// Size traded.
    pub volume: f64,
}

impl Candle {
    /// Whether all four prices are numbers; a candle that is not finite is not drawn.
    pub fn is_finite(&self) -> bool {
        self.open.is_finite()
            && self.high.is_finite()
            && self.low.is_finite()
            && self.close.is_finite()
    }

    /// Whether it closed at or above its open.
    pub fn rises(&self) -> bool {
        self.close >= self.open
    }

    /// The volume, 0 where it is no number or below zero.
    pub(crate) fn traded(&self) -> f64 {
        if self.volume.is_finite() {
            self.volume.max(0.0)
        } else {
            0.0
        }
    }
}

/// Candles whose ranges make the step of Renko and range bars where none is given.
const BRICK_LENGTH: usize = 14;

/// The mean of the true ranges of the last `length` candles: how far price moves in one candle,
/// gaps counted. `None` without a finite candle.
pub fn average_true_range(candles: &[Candle], length: usize) -> Option<f64> {
    let from = candles.len().saturating_sub(length);
    let mut previous = from
        .checked_sub(1)
        .and_then(|index| candles.get(index))
        .filter(|candle| candle.is_finite())
        .map(|candle| candle.close);
    let (mut sum, mut count) = (0.0, 0.0);
    for candle in candles
        .get(from..)?
        .iter()
        .filter(|candle| candle.is_finite())
    {
        let close = previous.unwrap_or(candle.open);
        sum += candle.high.max(close) - candle.low.min(close);
        count += 1.0;
        previous = Some(candle.close);
    }
    (count > 0.0).then(|| sum / count)
}

/// The step of Renko and range bars where none is given: the average true range of the last
/// fourteen candles as a round number, so that it does not change with every candle.
pub fn default_brick(candles: &[Candle]) -> f64 {
    nice_step(average_true_range(candles, BRICK_LENGTH).unwrap_or(1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_count_in_the_true_range() {
        let candle = |open, high, low, close| Candle {
            open,
            high,
            low,
            close,
            ..Candle::default()
        };
        let candles = [
            candle(10.0, 12.0, 9.0, 11.0),
            // A gap of 4 above the close before.
            candle(15.0, 16.0, 15.0, 16.0),
            candle(f64::NAN, 1.0, 1.0, 1.0),
            candle(16.0, 17.0, 14.0, 15.0),
        ];
        assert_eq!(
            average_true_range(&candles, 9),
            Some((3.0 + 5.0 + 3.0) / 3.0)
        );
        assert_eq!(average_true_range(&candles, 3), Some((5.0 + 3.0) / 2.0));
        assert_eq!(average_true_range(&[], 3), None);
        assert!((default_brick(&candles) - 5.0).abs() < 1e-12);
    }
}
