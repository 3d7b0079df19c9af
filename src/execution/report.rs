//! What a venue says of the orders it was sent.
//! Must not hold a venue's state: each report stands for itself.

use rust_decimal::Decimal;

use crate::domain::{ExecutionId, Liquidity, OrderId, Price, Qty, Timestamp};

/// What a venue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VenueReport {
    /// The order has arrived and works.
    Accepted {
        /// Which order.
        order: OrderId,
        /// When it arrived.
        time: Timestamp,
    },
    /// The market has reached a stop: it is a market order from now on.
    Triggered {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
    },
    /// The order's new price and size hold.
    Replaced {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
    },
    /// The order's new price and size were refused; where there is such an order, the former ones
    /// hold.
    ReplaceRejected {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
    /// A part of an order, or all of it, was traded.
    Filled {
        /// Which order.
        order: OrderId,
        /// The venue's number, counted from 1 over all instruments.
        execution: ExecutionId,
        /// At what price.
        price: Price,
        /// How much, in whole lots; above zero.
        quantity: Qty,
        /// Fee in major units, rounded to 8 decimals; never below zero.
        fee: Decimal,
        /// Price paid beyond the order's reference, per unit in major units; above zero is worse,
        /// zero where there was no reference.
        slippage: Decimal,
        /// Maker or taker.
        liquidity: Liquidity,
        /// Event time.
        time: Timestamp,
    },
    /// The order works no more; what was filled stays filled.
    Cancelled {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
    /// The order was not taken.
    Rejected {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
    /// A cancel found no order: it was filled before, cancelled before, or never there.
    CancelRejected {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
}
