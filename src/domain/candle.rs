//! Candles of one second and bars of any timeframe; closed and forming bars are distinct types.
//! Must not decide when a bar closes: that is `market`'s.

use std::fmt;
use std::ops::Deref;

use serde::{Deserialize, Serialize};

use super::number::{Price, Qty};
use super::time::{NANOS_PER_SECOND, Timestamp};

/// A bar's length in whole seconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timeframe(u32);

impl Timeframe {
    /// One day.
    pub const DAY: Self = Self(86_400);
    /// One minute.
    pub const MINUTE: Self = Self(60);

    /// A timeframe from 5 s to one day, `None` outside that.
    pub const fn from_seconds(seconds: u32) -> Option<Self> {
        if seconds >= 5 && seconds <= 86_400 {
            Some(Self(seconds))
        } else {
            None
        }
    }

    /// Length in seconds.
    pub const fn seconds(self) -> u32 {
        self.0
    }

    /// Length in nanoseconds.
    pub const fn nanos(self) -> i64 {
        self.0 as i64 * NANOS_PER_SECOND
    }
}

impl fmt::Display for Timeframe {
    /// As traders write it: `5s`, `1m`, `4h`, `1d`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self.0 {
            seconds if seconds % 86_400 == 0 => format!("{}d", seconds / 86_400),
            seconds if seconds % 3_600 == 0 => format!("{}h", seconds / 3_600),
            seconds if seconds % 60 == 0 => format!("{}m", seconds / 60),
            seconds => format!("{seconds}s"),
        };
        formatter.pad(&text)
    }
}

/// Open, high, low, close, volume over one second that has closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Candle {
    /// Start of the second.
    pub start: Timestamp,
    /// First price by event time.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price by event time.
    pub close: Price,
    /// Sum of trade sizes; zero for candles made of quotes.
    pub volume: Qty,
    /// Ticks merged.
    pub count: u32,
}

/// Open, high, low, close, volume over one bucket of a timeframe.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Bar {
    /// Start of the bucket.
    pub start: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Sum of trade sizes.
    pub volume: Qty,
    /// One-second candles merged.
    pub count: u32,
}

impl Bar {
    /// A bar that so far holds one candle, in the bucket that starts at `start`.
    pub const fn from_candle(start: Timestamp, candle: &Candle) -> Self {
        Self {
            start,
            open: candle.open,
            high: candle.high,
            low: candle.low,
            close: candle.close,
            volume: candle.volume,
            count: 1,
        }
    }

    /// Adds a later candle of the same bucket.
    pub fn merge(&mut self, candle: &Candle) {
        self.high = self.high.max(candle.high);
        self.low = self.low.min(candle.low);
        self.close = candle.close;
        self.volume = self.volume.saturating_add(candle.volume);
        self.count = self.count.saturating_add(1);
    }
}

/// A bar that will never change; strategies and confirmed indicators take nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClosedBar(Bar);

impl ClosedBar {
    /// Declares a bar closed; `market` does it when its bucket is over, stores when they read it.
    pub const fn new(bar: Bar) -> Self {
        Self(bar)
    }
}

impl Deref for ClosedBar {
    type Target = Bar;

    fn deref(&self) -> &Bar {
        &self.0
    }
}

/// A bar whose bucket is not over: for the eye and for `peek`, never for a decision.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct FormingBar(Bar);

impl FormingBar {
    /// Wraps a bar that may still change.
    pub const fn new(bar: Bar) -> Self {
        Self(bar)
    }
}

impl Deref for FormingBar {
    type Target = Bar;

    fn deref(&self) -> &Bar {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timeframes_are_named_as_traders_write_them() {
        let name = |seconds| Timeframe::from_seconds(seconds).map(|tf| tf.to_string());
        assert_eq!(name(5).as_deref(), Some("5s"));
        assert_eq!(name(90).as_deref(), Some("90s"));
        assert_eq!(name(180).as_deref(), Some("3m"));
        assert_eq!(name(14_400).as_deref(), Some("4h"));
        assert_eq!(name(86_400).as_deref(), Some("1d"));
        assert_eq!(name(4), None);
        assert_eq!(name(86_401), None);
    }
}
