//! The curve of equity and its drawdown, from the account's samples.
//! Must not grow without end: when it is full, every second point goes.

use rust_decimal::Decimal;

use crate::domain::{Account, Timestamp};

/// Most points of the curve.
pub const EQUITY_POINTS: usize = 4_096;

/// Equity at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EquityPoint {
    /// Event time.
    pub time: Timestamp,
    /// In major units.
    pub equity: Decimal,
    /// Highest equity up to then.
    pub peak: Decimal,
}

impl EquityPoint {
    /// A point of the account's sample.
    pub const fn of(account: &Account, time: Timestamp) -> Self {
        Self {
            time,
            equity: account.equity,
            peak: account.peak_equity,
        }
    }

    /// Fall from the peak in major units, zero at the peak.
    pub fn drawdown(&self) -> Decimal {
        (self.peak - self.equity).max(Decimal::ZERO)
    }

    /// Fall from the peak in percent of it.
    pub fn drawdown_percent(&self) -> Option<Decimal> {
        let share = self.drawdown().checked_div(self.peak)?;
        share.checked_mul(Decimal::ONE_HUNDRED)
    }
}

/// Equity over time, oldest first, evenly thinned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EquityCurve {
    /// At most [`EQUITY_POINTS`], without the newest.
    pub points: Vec<EquityPoint>,
    /// The newest sample, whether it is one of the points or not.
    pub newest: Option<EquityPoint>,
    /// Each so many samples become a point.
    stride: u64,
    samples: u64,
}

impl Default for EquityCurve {
    fn default() -> Self {
        Self {
            points: Vec::new(),
            newest: None,
            stride: 1,
            samples: 0,
        }
    }
}

impl EquityCurve {
    /// All that is to be drawn, oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &EquityPoint> {
        let last = self.points.last();
        let newest = self.newest.as_ref();
        self.points
            .iter()
            .chain(newest.filter(move |it| Some(*it) != last))
    }

    /// The deepest fall from a peak among the points kept.
    pub fn deepest(&self) -> Option<&EquityPoint> {
        self.iter().max_by_key(|point| point.drawdown())
    }

    /// Adds the newest sample.
    pub(super) fn take(&mut self, point: EquityPoint) {
        self.newest = Some(point);
        let is_due = self.samples.is_multiple_of(self.stride);
        self.samples += 1;
        if !is_due {
            return;
        }
        if self.points.len() >= EQUITY_POINTS {
            let mut keep = false;
            self.points.retain(|_| {
                keep = !keep;
                keep
            });
            self.stride *= 2;
            // The point that would come now is one that was just thinned out.
            if !(self.samples - 1).is_multiple_of(self.stride) {
                return;
            }
        }
        self.points.push(point);
    }

    /// Puts samples of earlier runs in front, oldest first.
    pub(super) fn precede(&mut self, older: impl IntoIterator<Item = EquityPoint>) {
        let newer = std::mem::take(self);
        for point in older {
            self.take(point);
        }
        for point in newer.iter() {
            self.take(*point);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(second: i64) -> EquityPoint {
        EquityPoint {
            time: Timestamp::from_seconds(second),
            equity: Decimal::from(second % 100),
            peak: Decimal::from(100),
        }
    }

    #[test]
    fn a_full_curve_is_thinned_evenly_and_keeps_its_ends() {
        let mut curve = EquityCurve::default();
        for second in 0..50_000 {
            curve.take(point(second));
            assert!(curve.points.len() <= EQUITY_POINTS);
        }
        let gaps: Vec<i64> = curve
            .points
            .windows(2)
            .map(|pair| pair[1].time.seconds() - pair[0].time.seconds())
            .collect();
        assert!(gaps.iter().all(|gap| *gap == 16), "{:?}", &gaps[..9]);
        assert_eq!(curve.points[0], point(0));
        assert_eq!(curve.iter().last(), Some(&point(49_999)));
        assert!(curve.points.len() > EQUITY_POINTS / 2);
    }

    #[test]
    fn drawdown_is_the_fall_from_the_peak() {
        // Equity and peak; drawdown in major units and in percent.
        let cases = [
            (90, 120, 30, Some(25)),
            (120, 120, 0, Some(0)),
            (5, 0, 0, None),
        ];
        for (equity, peak, fall, percent) in cases {
            let point = EquityPoint {
                time: Timestamp::ZERO,
                equity: Decimal::from(equity),
                peak: Decimal::from(peak),
            };
            assert_eq!(point.drawdown(), Decimal::from(fall));
            assert_eq!(point.drawdown_percent(), percent.map(Decimal::from));
        }
    }

    #[test]
    fn earlier_runs_come_first() {
        let mut curve = EquityCurve::default();
        curve.take(point(10));
        curve.take(point(11));
        curve.precede([point(1), point(2)]);
        let seconds: Vec<i64> = curve.iter().map(|it| it.time.seconds()).collect();
        assert_eq!(seconds, [1, 2, 10, 11]);
    }
}
