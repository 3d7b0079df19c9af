//! One instrument's position: its size, the total that was paid for it and what it is worth.
//! Must not keep an average price: an average is rounded, and rounding would leak money.

use rust_decimal::Decimal;

use crate::domain::{ExecutionId, Fill, Instrument, Price, Qty};

use super::ledger::LedgerError;
use super::money::{exact_add, exact_sub, value};

/// Decimals to which the cost of a partial close is rounded. What is rounded off stays in the
/// cost of what is still held, so it comes back when the rest is closed.
const CLOSED_COST_DECIMALS: u32 = 12;
/// Least decimals of an average price, which is for the eye only.
const AVERAGE_DECIMALS_MIN: u32 = 8;

/// A position in one instrument, long above zero and short below.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Position {
    pub(super) quantity: Qty,
    pub(super) cost: Decimal,
    pub(super) realized_pnl: Decimal,
    pub(super) fees: Decimal,
    pub(super) unrealized_pnl: Decimal,
    pub(super) last_price: Option<Price>,
    pub(super) newest_execution: Option<ExecutionId>,
}

/// What one fill does to a position and to the cash.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) position: Position,
    pub(super) realized_pnl: Decimal,
    pub(super) cash: Decimal,
}

impl Position {
    /// How much is held; below zero for a short position.
    pub const fn quantity(&self) -> Qty {
        self.quantity
    }

    /// Total paid for what is held, in major units; below zero for a short position, where it is
    /// what was received. Fees are not part of it.
    pub const fn cost(&self) -> Decimal {
        self.cost
    }

    /// Profit of what was closed so far, before fees, in major units.
    pub const fn realized_pnl(&self) -> Decimal {
        self.realized_pnl
    }

    /// Fees of this instrument's fills, in major units.
    pub const fn fees(&self) -> Decimal {
        self.fees
    }

    /// Profit of what is held at the last price, in major units.
    pub const fn unrealized_pnl(&self) -> Decimal {
        self.unrealized_pnl
    }

    /// The price of the last mark; before the first mark the price of the first fill.
    pub const fn last_price(&self) -> Option<Price> {
        self.last_price
    }

    /// Whether something is held.
    pub const fn is_open(&self) -> bool {
        !self.quantity.is_zero()
    }

    /// Average price paid for what is held, in major units with at least 8 decimals; `None` when
    /// nothing is held. For the eye: all accounting uses [`Position::cost`].
    pub fn average_price(&self, instrument: &Instrument) -> Option<Decimal> {
        if !self.is_open() {
            return None;
        }
        let quantity = self.quantity.to_decimal(instrument.quantity_scale);
        let decimals = u32::from(instrument.price_scale).max(AVERAGE_DECIMALS_MIN);
        Some(self.cost.checked_div(quantity)?.round_dp(decimals))
    }

    /// What is held at the last price, in major units; below zero for a short position.
    pub(super) fn market_value(&self) -> Option<Decimal> {
        exact_add(self.cost, self.unrealized_pnl)
    }

    /// What it would cost to buy back a short position; zero for a long one.
    pub(super) fn short_value(&self) -> Option<Decimal> {
        if self.quantity.units() < 0 {
            Some((-self.market_value()?).max(Decimal::ZERO))
        } else {
            Some(Decimal::ZERO)
        }
    }

    /// The position valued at `price`.
    pub(super) fn marked(mut self, price: Price, instrument: &Instrument) -> Option<Self> {
        self.last_price = Some(price);
        self.unrealized_pnl = if self.is_open() {
            let worth = value(instrument, price, i128::from(self.quantity.units()))?;
            exact_sub(worth, self.cost)?
        } else {
            Decimal::ZERO
        };
        Some(self)
    }

    /// The position after `fill`, what it realised and what it moved in cash (fee included).
    pub(super) fn after(self, fill: &Fill, instrument: &Instrument) -> Result<Change, LedgerError> {
        self.after_checked(fill, instrument)
            .ok_or(LedgerError::Overflow {
                execution: fill.execution,
            })
    }

    fn after_checked(self, fill: &Fill, instrument: &Instrument) -> Option<Change> {
        let held = i128::from(self.quantity.units());
        let delta = i128::from(fill.side.signed(fill.quantity).units());
        let closes = held.signum() * delta.signum() < 0;
        // Signed like the position: this much of it goes away.
        let closed = if closes {
            held.signum() * delta.abs().min(held.abs())
        } else {
            0
        };
        let opened = delta + closed;

        let closed_cost = self.cost_of(closed)?;
        let proceeds = value(instrument, fill.price, closed)?;
        let realized_pnl = exact_sub(proceeds, closed_cost)?;
        let opened_cost = value(instrument, fill.price, opened)?;
        let cash = exact_sub(exact_sub(proceeds, opened_cost)?, fill.fee)?;

        let next = Self {
            quantity: Qty::from_units(i64::try_from(held + delta).ok()?),
            cost: exact_add(exact_sub(self.cost, closed_cost)?, opened_cost)?,
            realized_pnl: exact_add(self.realized_pnl, realized_pnl)?,
            fees: exact_add(self.fees, fill.fee)?,
            newest_execution: Some(fill.execution),
            ..self
        };
        let price = self.last_price.unwrap_or(fill.price);
        Some(Change {
            position: next.marked(price, instrument)?,
            realized_pnl,
            cash,
        })
    }

    /// The part of the cost that belongs to `closed` units, rounded unless it is all of them.
    fn cost_of(&self, closed: i128) -> Option<Decimal> {
        let held = i128::from(self.quantity.units());
        if closed == 0 {
            return Some(Decimal::ZERO);
        }
        if closed == held {
            return Some(self.cost);
        }
        let closed = Decimal::try_from_i128_with_scale(closed, 0).ok()?;
        let held = Decimal::try_from_i128_with_scale(held, 0).ok()?;
        let part = self.cost.checked_mul(closed.checked_div(held)?)?;
        Some(part.round_dp(CLOSED_COST_DECIMALS))
    }
}
