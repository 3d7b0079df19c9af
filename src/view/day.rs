//! How an instrument's trading day has gone so far: change, range, volume, a line of prices.
//! Must not be made of conflated prices: seconds and bars are what it is told.

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{Price, Qty, Timestamp};

/// Most points of a sparkline.
pub const SPARK_POINTS: usize = 64;

/// The trading day of one instrument, from its closed seconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DayView {
    /// Start of the day: the session's open, or UTC midnight around the clock.
    pub start: Option<Timestamp>,
    /// First price of the day.
    pub open: Option<Price>,
    /// Highest price of the day.
    pub high: Option<Price>,
    /// Lowest price of the day.
    pub low: Option<Price>,
    /// Newest price of the day.
    pub last: Option<Price>,
    /// Last price of the day before, where it is known.
    pub previous_close: Option<Price>,
    /// Sum of trade sizes.
    pub volume: Qty,
}

/// A stretch of trading within one day.
#[derive(Debug, Clone, Copy)]
pub(super) struct Stretch {
    pub(super) open: Price,
    pub(super) high: Price,
    pub(super) low: Price,
    pub(super) close: Price,
    pub(super) volume: Qty,
}

impl DayView {
    /// The price that the day's change counts from: the previous close, else the first price.
    pub fn reference(&self) -> Option<Price> {
        self.previous_close.or(self.open)
    }

    /// Change of `last` in percent.
    pub fn change_percent(&self, last: Price) -> Option<f64> {
        let reference = self.reference()?.as_f64();
        (reference > 0.0).then(|| (last.as_f64() - reference) / reference * 100.0)
    }

    /// Adds a later stretch, of the same day or the first of a new one.
    pub(super) fn take(&mut self, day: Timestamp, stretch: &Stretch) {
        if self.start.is_some_and(|start| day < start) {
            return;
        }
        if self.start != Some(day) {
            *self = Self {
                start: Some(day),
                previous_close: self.last,
                ..Self::default()
            };
        }
        self.open.get_or_insert(stretch.open);
        self.high = self.high.max(Some(stretch.high));
        self.low = Some(self.low.map_or(stretch.low, |low| low.min(stretch.low)));
        self.last = Some(stretch.close);
        self.volume = self.volume.saturating_add(stretch.volume);
    }

    /// Puts what is known of the time before in front of what is known already.
    pub(super) fn precede(&mut self, older: Self) {
        match (self.start, older.start) {
            (_, None) => {}
            (None, Some(_)) => *self = older,
            (Some(own), Some(before)) if own == before => {
                self.open = older.open.or(self.open);
                self.high = self.high.max(older.high);
                self.low = match (self.low, older.low) {
                    (Some(own), Some(older)) => Some(own.min(older)),
                    (own, older) => own.or(older),
                };
                self.previous_close = older.previous_close.or(self.previous_close);
                self.volume = self.volume.saturating_add(older.volume);
            }
            (Some(own), Some(before)) if before < own => {
                self.previous_close = older.last.or(self.previous_close);
            }
            _ => {}
        }
    }
}

/// Prices spread evenly over the trading day so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sparkline {
    /// Time and price, oldest first; the newest moves with the market until its time is over.
    pub points: Vec<(Timestamp, Price)>,
    /// Least time between two points.
    step_ns: i64,
}

impl Default for Sparkline {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            step_ns: NANOS_PER_SECOND,
        }
    }
}

impl Sparkline {
    /// Adds a later price; where there is no room, every second point goes.
    pub(super) fn take(&mut self, time: Timestamp, price: Price) {
        match self.points.last_mut() {
            Some(newest) if time < newest.0.plus_nanos(self.step_ns) => newest.1 = price,
            _ => self.points.push((time, price)),
        }
        if self.points.len() > SPARK_POINTS {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
            self.step_ns = self.step_ns.saturating_mul(2);
        }
    }

    /// Puts older prices in front, oldest first.
    pub(super) fn precede(&mut self, older: impl Iterator<Item = (Timestamp, Price)>) {
        let newer = std::mem::take(self);
        let from = newer.points.first().map_or(Timestamp::MAX, |point| point.0);
        for (time, price) in older.filter(|(time, _)| *time < from) {
            self.take(time, price);
        }
        for (time, price) in newer.points {
            self.take(time, price);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stretch(open: i64, high: i64, low: i64, close: i64) -> Stretch {
        let [open, high, low, close] = [open, high, low, close].map(Price::from_units);
        Stretch {
            open,
            high,
            low,
            close,
            volume: Qty::from_units(10),
        }
    }

    #[test]
    fn a_day_counts_from_the_close_before_it() {
        let day = |number: i64| Timestamp::from_seconds(number * 86_400);
        let mut view = DayView::default();
        view.take(day(1), &stretch(100, 105, 99, 104));
        view.take(day(1), &stretch(104, 110, 104, 108));
        assert_eq!(view.change_percent(Price::from_units(110)), Some(10.0));
        assert_eq!((view.high, view.low), price_pair(110, 99));
        view.take(day(2), &stretch(107, 109, 106, 106));
        assert_eq!(view.previous_close, Some(Price::from_units(108)));
        assert_eq!(view.volume, Qty::from_units(10));
        assert_eq!(view.change_percent(Price::from_units(81)), Some(-25.0));
        let before = view;
        view.take(day(1), &stretch(1, 1, 1, 1));
        assert_eq!(view, before, "a day that is over stays so");
    }

    fn price_pair(high: i64, low: i64) -> (Option<Price>, Option<Price>) {
        (Some(Price::from_units(high)), Some(Price::from_units(low)))
    }

    #[test]
    fn history_goes_before_what_is_known() {
        let day = |number: i64| Timestamp::from_seconds(number * 86_400);
        let of = |days: &[(i64, Stretch)]| {
            let mut view = DayView::default();
            for (number, stretch) in days {
                view.take(day(*number), stretch);
            }
            view
        };
        let (first, second, third) = (
            stretch(90, 95, 85, 94),
            stretch(100, 101, 99, 100),
            stretch(100, 120, 100, 119),
        );
        let cases = [
            (vec![(2, third)], vec![(1, first), (2, second)]),
            (vec![(2, third)], vec![(1, first)]),
            (vec![], vec![(1, first), (2, second)]),
            (vec![(1, first), (2, second)], vec![]),
        ];
        for (newer, older) in cases {
            let mut view = of(&newer);
            view.precede(of(&older));
            let whole = [older.as_slice(), newer.as_slice()].concat();
            assert_eq!(view, of(&whole), "{older:?} before {newer:?}");
        }
    }

    #[test]
    fn a_sparkline_spans_its_time_and_stays_small() {
        let mut line = Sparkline::default();
        for second in 0..20_000 {
            line.take(Timestamp::from_seconds(second), Price::from_units(second));
            assert!(line.points.len() <= SPARK_POINTS);
        }
        assert_eq!(line.points[0].1.units(), 0);
        assert_eq!(line.points.last().unwrap().1.units(), 19_999);
        let gaps: Vec<i64> = line
            .points
            .windows(2)
            .map(|pair| pair[1].0.nanos_since(pair[0].0) / NANOS_PER_SECOND)
            .collect();
        assert!(gaps.iter().all(|gap| *gap == 512), "{gaps:?}");
        let mut late = Sparkline::default();
        late.take(Timestamp::from_seconds(100), Price::from_units(7));
        let minutes = [0, 60, 120].map(|at| (Timestamp::from_seconds(at), Price::from_units(at)));
        late.precede(minutes.into_iter());
        let prices: Vec<i64> = late.points.iter().map(|point| point.1.units()).collect();
        assert_eq!(prices, [0, 60, 7]);
    }
}
