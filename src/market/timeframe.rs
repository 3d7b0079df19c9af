//! Bars of one timeframe, rolled up from one-second candles in O(1).
//! Must make one bar for one bucket, ever, and none for a bucket without a candle.

use crate::domain::{Bar, Candle, ClosedBar, FormingBar, Timeframe, Timestamp};

use super::session::SessionCalendar;

/// Builds the bars of one instrument and timeframe.
#[derive(Debug, Clone)]
pub struct TimeframeBuilder {
    timeframe: Timeframe,
    forming: Option<Forming>,
    closed_until: Timestamp,
}

#[derive(Debug, Clone, Copy)]
struct Forming {
    bar: Bar,
    end: Timestamp,
}

impl TimeframeBuilder {
    /// A builder that has seen nothing.
    pub const fn new(timeframe: Timeframe) -> Self {
        Self {
            timeframe,
            forming: None,
            closed_until: Timestamp::MIN,
        }
    }

    /// Its timeframe.
    pub const fn timeframe(&self) -> Timeframe {
        self.timeframe
    }

    /// Continues after a restart with the bar that was forming and the end of the last closed one.
    pub fn resume_from(
        &mut self,
        closed_until: Timestamp,
        forming: Option<Bar>,
        calendar: &mut SessionCalendar,
    ) {
        self.closed_until = closed_until;
        self.forming = forming.map(|bar| {
            let (_, end) = calendar
                .segment(bar.start)
                .bucket(self.timeframe, bar.start);
            Forming { bar, end }
        });
    }

    /// End of the newest closed bucket.
    pub const fn closed_until(&self) -> Timestamp {
        self.closed_until
    }

    /// Adds a closed second; returns the bar it ends, when it is the first of a later bucket.
    #[inline]
    pub fn fold(&mut self, candle: &Candle, calendar: &mut SessionCalendar) -> Option<ClosedBar> {
        match &mut self.forming {
            Some(forming) if candle.start < forming.end => {
                forming.bar.merge(candle);
                None
            }
            _ => self.open_bucket(candle, calendar),
        }
    }

    fn open_bucket(
        &mut self,
        candle: &Candle,
        calendar: &mut SessionCalendar,
    ) -> Option<ClosedBar> {
        let closed = self.close_until(candle.start);
        // A bucket that was closed early, at the end of a tape, stays closed when more data come.
        if candle.start >= self.closed_until {
            let (start, end) = calendar
                .segment(candle.start)
                .bucket(self.timeframe, candle.start);
            self.forming = Some(Forming {
                bar: Bar::from_candle(start, candle),
                end,
            });
        }
        closed
    }

    /// The forming bar, closed, when its bucket ends at or before `now`.
    pub fn close_until(&mut self, now: Timestamp) -> Option<ClosedBar> {
        let forming = self.forming.filter(|forming| forming.end <= now)?;
        self.forming = None;
        self.closed_until = forming.end;
        Some(ClosedBar::new(forming.bar))
    }

    /// The bar that is not over.
    pub fn forming(&self) -> Option<FormingBar> {
        self.forming.map(|forming| FormingBar::new(forming.bar))
    }

    /// End of the forming bar's bucket, `MAX` when none is forming.
    #[inline]
    pub fn next_close(&self) -> Timestamp {
        self.forming.map_or(Timestamp::MAX, |forming| forming.end)
    }

    /// What the forming bar would be with these later, still open seconds.
    pub fn forming_with<'a>(
        &self,
        open_seconds: impl Iterator<Item = &'a Candle>,
        calendar: &mut SessionCalendar,
    ) -> Option<FormingBar> {
        let mut preview = self.clone();
        for candle in open_seconds {
            preview.fold(candle, calendar);
        }
        preview.forming()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Price, Qty, Session};

    fn candle(second: i64, open: i64, close: i64) -> Candle {
        Candle {
            start: Timestamp::from_seconds(second),
            open: Price::from_units(open),
            high: Price::from_units(open.max(close)),
            low: Price::from_units(open.min(close)),
            close: Price::from_units(close),
            volume: Qty::from_units(1),
            count: 1,
        }
    }

    #[test]
    fn bars_are_the_union_of_their_candles() {
        let mut calendar = SessionCalendar::new(&Session::Continuous).unwrap();
        let mut builder = TimeframeBuilder::new(Timeframe::MINUTE);
        assert_eq!(builder.fold(&candle(60, 5, 7), &mut calendar), None);
        assert_eq!(builder.fold(&candle(119, 7, 3), &mut calendar), None);
        let closed = builder.fold(&candle(185, 9, 9), &mut calendar).unwrap();
        assert_eq!(closed.start, Timestamp::from_seconds(60));
        let units = [closed.open, closed.high, closed.low, closed.close].map(Price::units);
        assert_eq!(
            (units, closed.volume.units(), closed.count),
            ([5, 7, 3, 3], 2, 2)
        );
        assert_eq!(builder.close_until(Timestamp::from_seconds(239)), None);
        assert_eq!(
            builder
                .close_until(Timestamp::from_seconds(240))
                .unwrap()
                .start,
            Timestamp::from_seconds(180)
        );
        assert_eq!(builder.next_close(), Timestamp::MAX);
    }

    #[test]
    fn a_bucket_closed_early_is_not_made_twice() {
        let mut calendar = SessionCalendar::new(&Session::Continuous).unwrap();
        let mut builder = TimeframeBuilder::new(Timeframe::MINUTE);
        builder.fold(&candle(60, 1, 1), &mut calendar);
        assert!(builder.close_until(Timestamp::from_seconds(120)).is_some());
        assert_eq!(builder.fold(&candle(100, 2, 2), &mut calendar), None);
        assert_eq!(builder.forming(), None);
    }

    proptest! {
        /// Rolling up candle by candle equals grouping them by bucket at once.
        #[test]
        fn roll_up_equals_grouping(
            gaps in prop::collection::vec(1_i64..90, 1..200),
            prices in prop::collection::vec(1_i64..1_000, 400),
            seconds in prop::sample::select(vec![5_u32, 60, 120, 180, 300, 3_600]),
        ) {
            let timeframe = Timeframe::from_seconds(seconds).unwrap();
            let mut calendar = SessionCalendar::new(&Session::Continuous).unwrap();
            let mut builder = TimeframeBuilder::new(timeframe);
            let mut second = 1_000;
            let mut bars: Vec<Bar> = Vec::new();
            let mut expected: Vec<Bar> = Vec::new();
            for (index, gap) in gaps.iter().enumerate() {
                second += gap;
                let next = candle(second, prices[2 * index], prices[2 * index + 1]);
                bars.extend(builder.fold(&next, &mut calendar).map(|bar| *bar));
                let start = Timestamp::from_seconds(second - second % i64::from(seconds));
                match expected.last_mut() {
                    Some(bar) if bar.start == start => bar.merge(&next),
                    _ => expected.push(Bar::from_candle(start, &next)),
                }
            }
            bars.extend(builder.close_until(Timestamp::MAX).map(|bar| *bar));
            prop_assert_eq!(bars, expected);
        }
    }
}
