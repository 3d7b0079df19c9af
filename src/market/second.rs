//! One-second candles in event time, with a window for ticks that arrive out of order.
//! Must make one candle for one second, ever, and none for a second without a tick.

use std::collections::VecDeque;

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{Candle, Price, Qty, Timestamp};

/// A tick that came after its second could still take it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Late;

/// Builds the one-second candles of one instrument.
///
/// A second closes once the watermark (the newest event time) lies a reorder window past its
/// end; a tick older than the watermark by more than the window is refused. The two rules meet:
/// a second that is closed has no tick left that would be accepted.
#[derive(Debug, Clone)]
pub struct SecondAggregator {
    window_ns: i64,
    watermark: Timestamp,
    closed_until: Timestamp,
    /// Seconds that may still change, oldest first.
    open: VecDeque<OpenSecond>,
}

#[derive(Debug, Clone, Copy)]
struct OpenSecond {
    candle: Candle,
    first: Timestamp,
    last: Timestamp,
}

impl OpenSecond {
    const fn new(start: Timestamp, time: Timestamp, price: Price, quantity: Qty) -> Self {
        let candle = Candle {
            start,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: quantity,
            count: 1,
        };
        Self {
            candle,
            first: time,
            last: time,
        }
    }

    fn take(&mut self, time: Timestamp, price: Price, quantity: Qty) {
        let candle = &mut self.candle;
        candle.high = candle.high.max(price);
        candle.low = candle.low.min(price);
        candle.volume = candle.volume.saturating_add(quantity);
        candle.count = candle.count.saturating_add(1);
        if time >= self.last {
            self.last = time;
            candle.close = price;
        } else if time < self.first {
            self.first = time;
            candle.open = price;
        }
    }

    fn end(&self) -> Timestamp {
        self.candle.start + NANOS_PER_SECOND
    }
}

impl SecondAggregator {
    /// An aggregator that waits `window_ns` for stragglers.
    pub fn new(window_ns: i64) -> Self {
        let window_ns = window_ns.max(0);
        let seconds = usize::try_from(window_ns / NANOS_PER_SECOND).unwrap_or(0);
        Self {
            window_ns,
            watermark: Timestamp::MIN,
            closed_until: Timestamp::MIN,
            open: VecDeque::with_capacity(seconds.saturating_add(3)),
        }
    }

    /// Continues after a restart: seconds before `until` are closed and stay so.
    pub fn resume_from(&mut self, until: Timestamp) {
        self.closed_until = self.closed_until.max(until);
        self.open.retain(|second| second.candle.start >= until);
    }

    /// End of the newest closed second.
    pub const fn closed_until(&self) -> Timestamp {
        self.closed_until
    }

    /// Whether a tick of this time still counts.
    ///
    /// # Errors
    /// `Late` when it is older than the reorder window allows or its second is closed.
    #[inline]
    pub fn check(&self, time: Timestamp) -> Result<(), Late> {
        if time.plus_nanos(self.window_ns) < self.watermark || time < self.closed_until {
            Err(Late)
        } else {
            Ok(())
        }
    }

    /// Moves the watermark; call before [`Self::pop_closed`] with each accepted tick's time.
    #[inline]
    pub fn observe(&mut self, time: Timestamp) {
        self.watermark = self.watermark.max(time);
    }

    /// Adds a tick that [`Self::check`] accepted to its own second.
    #[inline]
    pub fn push(&mut self, time: Timestamp, price: Price, quantity: Qty) {
        if let Some(newest) = self.open.back_mut()
            && time >= newest.candle.start
            && time < newest.end()
        {
            newest.take(time, price, quantity);
            return;
        }
        self.push_elsewhere(time, price, quantity);
    }

    fn push_elsewhere(&mut self, time: Timestamp, price: Price, quantity: Qty) {
        let start = time.floor_second();
        let place = self
            .open
            .partition_point(|second| second.candle.start < start);
        match self.open.get_mut(place) {
            Some(second) if second.candle.start == start => second.take(time, price, quantity),
            _ => self
                .open
                .insert(place, OpenSecond::new(start, time, price, quantity)),
        }
    }

    /// The oldest open second, if `now` lies a reorder window past its end.
    pub fn pop_closed(&mut self, now: Timestamp) -> Option<Candle> {
        let oldest = self.open.front()?;
        if oldest.end().plus_nanos(self.window_ns) > now {
            return None;
        }
        let candle = self.open.pop_front()?.candle;
        self.closed_until = candle.start + NANOS_PER_SECOND;
        Some(candle)
    }

    /// When the oldest open second may close, `MAX` when none is open.
    #[inline]
    pub fn next_close(&self) -> Timestamp {
        self.open.front().map_or(Timestamp::MAX, |second| {
            second.end().plus_nanos(self.window_ns)
        })
    }

    /// The seconds that may still change, oldest first.
    pub fn open_seconds(&self) -> impl Iterator<Item = &Candle> {
        self.open.iter().map(|second| &second.candle)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    /// Feeds `(milliseconds, price, quantity)` and returns the closed candles and late ticks.
    fn run(window_ms: i64, ticks: &[(i64, i64, i64)]) -> (Vec<Candle>, usize) {
        let mut aggregator = SecondAggregator::new(window_ms * 1_000_000);
        let mut candles = Vec::new();
        let mut late = 0;
        for &(millis, price, quantity) in ticks {
            if aggregator.check(at(millis)).is_err() {
                late += 1;
                continue;
            }
            aggregator.observe(at(millis));
            while let Some(candle) = aggregator.pop_closed(aggregator.watermark) {
                candles.push(candle);
            }
            aggregator.push(
                at(millis),
                Price::from_units(price),
                Qty::from_units(quantity),
            );
        }
        while let Some(candle) = aggregator.pop_closed(Timestamp::MAX) {
            candles.push(candle);
        }
        (candles, late)
    }

    fn candle(second: i64, ohlc: [i64; 4], volume: i64, count: u32) -> Candle {
        let [open, high, low, close] = ohlc.map(Price::from_units);
        let volume = Qty::from_units(volume);
        Candle {
            start: Timestamp::from_seconds(second),
            open,
            high,
            low,
            close,
            volume,
            count,
        }
    }

    #[test]
    fn ticks_become_candles_and_empty_seconds_none() {
        let (candles, late) = run(
            300,
            &[
                (1_000, 10, 1),
                (1_500, 12, 2),
                (1_999, 9, 1),
                (4_000, 11, 5),
            ],
        );
        assert_eq!(late, 0);
        assert_eq!(
            candles,
            [
                candle(1, [10, 12, 9, 9], 4, 3),
                candle(4, [11, 11, 11, 11], 5, 1)
            ]
        );
    }

    #[test]
    fn a_tick_within_the_window_lands_in_its_own_second_by_its_own_time() {
        let (candles, late) = run(
            300,
            &[
                (1_500, 10, 1),
                (2_100, 20, 1),
                (1_900, 15, 1),
                (1_810, 9, 1),
            ],
        );
        assert_eq!(late, 0);
        assert_eq!(
            candles,
            [
                candle(1, [10, 15, 9, 15], 3, 3),
                candle(2, [20, 20, 20, 20], 1, 1)
            ]
        );
    }

    #[test]
    fn a_late_tick_makes_no_second_candle_for_a_finished_second() {
        let (candles, late) = run(300, &[(1_500, 10, 1), (2_300, 20, 1), (1_999, 99, 1)]);
        assert_eq!(late, 1);
        assert_eq!(
            candles,
            [
                candle(1, [10, 10, 10, 10], 1, 1),
                candle(2, [20, 20, 20, 20], 1, 1)
            ]
        );
    }

    #[test]
    fn a_restart_refuses_what_is_closed() {
        let mut aggregator = SecondAggregator::new(0);
        aggregator.resume_from(at(5_000));
        assert_eq!(aggregator.check(at(4_999)), Err(Late));
        assert_eq!(aggregator.check(at(5_000)), Ok(()));
    }

    proptest! {
        /// Shuffling ticks within the window changes no candle, if times differ.
        #[test]
        fn order_within_the_window_does_not_matter(
            gaps in prop::collection::vec(1_i64..400, 1..60),
            prices in prop::collection::vec(1_i64..1_000, 60),
            jitter in prop::collection::vec(0_i64..250, 60),
        ) {
            let mut time = 10_000;
            let mut sorted = Vec::new();
            for (index, gap) in gaps.iter().enumerate() {
                time += gap;
                sorted.push((time, prices[index], 1));
            }
            let mut shuffled: Vec<_> = sorted
                .iter()
                .enumerate()
                .map(|(index, tick)| (tick.0 + jitter[index], *tick))
                .collect();
            shuffled.sort_by_key(|(arrival, _)| *arrival);
            let shuffled: Vec<_> = shuffled.into_iter().map(|(_, tick)| tick).collect();
            prop_assert_eq!(run(300, &sorted), run(300, &shuffled));
        }

        /// Whatever comes, no second has two candles and starts ascend.
        #[test]
        fn one_candle_for_one_second(
            ticks in prop::collection::vec((0_i64..20_000, 1_i64..100, 0_i64..9), 0..200),
            window_ms in 0_i64..3_000,
        ) {
            let (candles, late) = run(window_ms, &ticks);
            prop_assert!(candles.windows(2).all(|pair| pair[0].start < pair[1].start));
            let merged: u32 = candles.iter().map(|candle| candle.count).sum();
            prop_assert_eq!(merged as usize + late, ticks.len());
        }
    }
}
