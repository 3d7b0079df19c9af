//! How the day went so far: trades, profit factor, expectancy, signals, the deepest fall.
//! Must not count a day that is over.

use rust_decimal::Decimal;

use crate::domain::time::NANOS_PER_DAY;
use crate::domain::{OrderOrigin, Timestamp};

use super::equity::EquityPoint;
use super::trades::ClosedTrade;

/// Counts and sums since midnight UTC of event time; money in major units, after fees.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SessionStats {
    /// Midnight; the epoch before the first event.
    pub day: Timestamp,
    /// Round trips that ended.
    pub trades: u32,
    /// Those with a profit.
    pub wins: u32,
    /// Those with a loss.
    pub losses: u32,
    /// Sum of the profits.
    pub gross_profit: Decimal,
    /// Sum of the losses, above zero.
    pub gross_loss: Decimal,
    /// Best trade.
    pub best: Option<Decimal>,
    /// Worst trade; below zero is a loss.
    pub worst: Option<Decimal>,
    /// Sum of the multiples of risk of the trades that had a stop.
    pub r_sum: Decimal,
    /// Trades that had a stop.
    pub r_count: u32,
    /// Trades that a signal began.
    pub strategy_trades: u32,
    /// Those with a profit.
    pub strategy_wins: u32,
    /// Signals raised.
    pub signals: u32,
    /// Signals that their strategy held back.
    pub held: u32,
    /// Signals whose order risk refused.
    pub denied: u32,
    /// Signals that became an order.
    pub sent: u32,
    /// Highest equity of the day.
    pub peak_equity: Option<Decimal>,
    /// Deepest fall from it.
    pub max_drawdown: Decimal,
}

impl SessionStats {
    /// Profits by losses; `None` without a loss.
    pub fn profit_factor(&self) -> Option<Decimal> {
        self.gross_profit.checked_div(self.gross_loss)
    }

    /// Mean result of a trade.
    pub fn expectancy(&self) -> Option<Decimal> {
        self.net().checked_div(self.trades.into())
    }

    /// Sum of all results.
    pub fn net(&self) -> Decimal {
        self.gross_profit - self.gross_loss
    }

    /// Mean multiple of the risk taken.
    pub fn average_r(&self) -> Option<Decimal> {
        self.r_sum.checked_div(self.r_count.into())
    }

    /// Share of the trades with a profit, in percent.
    pub fn win_percent(&self) -> Option<Decimal> {
        percent(self.wins, self.trades)
    }

    /// Share of the trades of signals with a profit, in percent: how often signals were right.
    pub fn hit_percent(&self) -> Option<Decimal> {
        percent(self.strategy_wins, self.strategy_trades)
    }

    /// Begins a new day where `time` lies in one; whether `time` counts.
    pub(super) fn roll(&mut self, time: Timestamp) -> bool {
        let day = time.plus_nanos(-time.nanos().rem_euclid(NANOS_PER_DAY));
        if day > self.day {
            *self = Self {
                day,
                ..Self::default()
            };
        }
        day == self.day
    }

    pub(super) fn close(&mut self, trade: &ClosedTrade) {
        if !self.roll(trade.exit_time) {
            return;
        }
        let net = trade.net();
        let is_win = net > Decimal::ZERO;
        self.trades += 1;
        self.wins += u32::from(is_win);
        if is_win {
            self.gross_profit += net;
        } else if net < Decimal::ZERO {
            self.losses += 1;
            self.gross_loss -= net;
        }
        self.best = self.best.max(Some(net));
        self.worst = Some(self.worst.map_or(net, |worst| worst.min(net)));
        if let Some(r) = trade.r_multiple {
            self.r_sum += r;
            self.r_count += 1;
        }
        if matches!(trade.origin, OrderOrigin::Strategy(_)) {
            self.strategy_trades += 1;
            self.strategy_wins += u32::from(is_win);
        }
    }

    pub(super) fn sample(&mut self, point: &EquityPoint) {
        if !self.roll(point.time) {
            return;
        }
        let peak = self
            .peak_equity
            .map_or(point.equity, |peak| peak.max(point.equity));
        self.peak_equity = Some(peak);
        self.max_drawdown = self.max_drawdown.max(peak - point.equity);
    }
}

fn percent(part: u32, whole: u32) -> Option<Decimal> {
    let share = Decimal::from(part).checked_div(whole.into())?;
    share.checked_mul(Decimal::ONE_HUNDRED)
}
