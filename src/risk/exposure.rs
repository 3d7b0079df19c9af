//! What an order does to a position when the working orders are filled in the worst sequence.
//! Must not use prices: this is about quantities alone.

use crate::domain::{Qty, Side};

use super::guardian::RiskContext;

/// The position and working orders as one side of the market sees them, in quantity units. Wide
/// integers, so that no sum of quantities can overflow.
#[derive(Debug, Clone, Copy)]
pub(super) struct Exposure {
    side: Side,
    position: i128,
    working_buy: i128,
    working_sell: i128,
}

impl Exposure {
    pub(super) fn of(side: Side, context: &RiskContext<'_>) -> Self {
        let units = |quantity: Qty| i128::from(quantity.units());
        Self {
            side,
            position: units(context.position),
            working_buy: units(context.working_buy).max(0),
            working_sell: units(context.working_sell).max(0),
        }
    }

    /// Open quantity of the working orders on the order's own side.
    pub(super) const fn working(&self) -> i128 {
        match self.side {
            Side::Buy => self.working_buy,
            Side::Sell => self.working_sell,
        }
    }

    /// How much an order may close whatever is filled before it: the opposite position less what
    /// working orders of the same side may already close.
    pub(super) fn reducible(&self) -> i128 {
        let opposite = match self.side {
            Side::Buy => -self.position,
            Side::Sell => self.position,
        };
        (opposite.max(0) - self.working()).max(0)
    }

    /// The part of an order that would add to the position.
    pub(super) fn increase(&self, quantity: i128) -> i128 {
        (quantity - self.reducible()).max(0)
    }

    /// How far the position can come on the order's side before it is placed, signed so that
    /// above zero is exposure on that side.
    pub(super) const fn reach(&self) -> i128 {
        match self.side {
            Side::Buy => self.position + self.working_buy,
            Side::Sell => self.working_sell - self.position,
        }
    }

    /// The largest size, long or short, the position can come to with the order.
    pub(super) fn extreme(&self, quantity: i128) -> i128 {
        let (buy, sell) = match self.side {
            Side::Buy => (quantity, 0),
            Side::Sell => (0, quantity),
        };
        let long = self.position + self.working_buy + buy;
        let short = self.working_sell + sell - self.position;
        long.max(short).max(0)
    }

    /// The long position, zero where it is short or flat.
    pub(super) fn long(&self) -> i128 {
        self.position.max(0)
    }

    /// Whether the instrument counts as held before the order.
    pub(super) const fn is_held(&self) -> bool {
        self.position != 0 || self.working_buy != 0 || self.working_sell != 0
    }
}
