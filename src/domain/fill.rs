//! An execution: what was really bought or sold, at what price and cost.
//! Must not compute profit: that is `portfolio`'s.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use super::instrument::InstrumentId;
use super::number::{Price, Qty};
use super::order::{OrderId, Side};
use super::time::Timestamp;

/// The venue's number of an execution; a fill is applied once, whatever is repeated.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct ExecutionId(pub u64);

/// Whether a fill took liquidity or gave it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Liquidity {
    /// It rested in the book.
    Maker,
    /// It crossed the spread.
    Taker,
}

/// One execution of an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Fill {
    /// The venue's number.
    pub execution: ExecutionId,
    /// Of which order.
    pub order: OrderId,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Bought or sold.
    pub side: Side,
    /// How much; above zero.
    pub quantity: Qty,
    /// At what price.
    pub price: Price,
    /// Fee in major units of the currency; above zero is a cost.
    pub fee: Decimal,
    /// Price paid beyond the reference at decision time, per unit in major units; above zero is
    /// worse.
    pub slippage: Decimal,
    /// Profit that this fill realised, before its fee.
    pub realized_pnl: Decimal,
    /// Maker or taker.
    pub liquidity: Liquidity,
    /// Event time.
    pub time: Timestamp,
}
