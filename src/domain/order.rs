//! An order and the one table of its state transitions.
//! Must not decide whether an order may be sent: that is `risk`'s.

use std::fmt;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::instrument::InstrumentId;
use super::number::{Price, Qty};
use super::time::Timestamp;

/// Side of an order, a fill or an aggressor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// Adds to a position.
    Buy,
    /// Takes from a position.
    Sell,
}

impl Side {
    /// The other side.
    #[must_use]
    pub const fn opposite(self) -> Self {
        match self {
            Self::Buy => Self::Sell,
            Self::Sell => Self::Buy,
        }
    }

    /// `quantity` with the sign that a fill of it gives the position.
    #[must_use]
    pub const fn signed(self, quantity: Qty) -> Qty {
        match self {
            Self::Buy => quantity,
            Self::Sell => quantity.negated(),
        }
    }
}

/// Number of an order, counted from 1 within one data folder; never used twice.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct OrderId(pub u64);

impl fmt::Display for OrderId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("T{}", self.0))
    }
}

/// How an order meets the market.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderKind {
    /// At whatever price there is.
    Market,
    /// At this price or better.
    Limit(Price),
}

/// How long an order works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TimeInForce {
    /// Until it is cancelled.
    Gtc,
    /// What can be filled at once; the rest is cancelled.
    Ioc,
}

/// Who asked for an order.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderOrigin {
    /// A strategy's signal, by the strategy's name.
    Strategy(String),
    /// A person at the keyboard or a command.
    Trader,
    /// The protective stop of a position.
    ProtectiveStop,
    /// Closing a position on command.
    Flatten,
    /// The kill switch.
    KillSwitch,
}

/// Where an order stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderState {
    /// Approved by risk and journaled; the venue has not answered yet.
    Submitted,
    /// The venue holds it.
    Working,
    /// A part is filled and the rest works.
    PartiallyFilled,
    /// A cancel is on its way.
    CancelPending,
    /// Done: all of it filled.
    Filled,
    /// Done: cancelled, perhaps after a part was filled.
    Cancelled,
    /// Done: the venue refused it.
    Rejected,
    /// Done: risk refused it; it never left.
    Denied,
    /// Nobody knows: an answer was lost and the venue has to be asked.
    Unknown,
}

impl OrderState {
    /// Whether nothing more can happen to the order.
    pub const fn is_final(self) -> bool {
        matches!(
            self,
            Self::Filled | Self::Cancelled | Self::Rejected | Self::Denied
        )
    }
}

/// What may happen to an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OrderTransition {
    /// The venue accepted it.
    Accept,
    /// This much was filled at this price.
    Fill {
        /// Size of this fill alone.
        quantity: Qty,
    },
    /// A cancel was asked for.
    RequestCancel,
    /// The venue confirmed the cancel.
    Cancel,
    /// The venue refused it.
    Reject,
    /// The answer was lost.
    Lose,
}

/// A transition that the table does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum OrderError {
    /// The order cannot do this in its state.
    #[error("order {order} is {state:?} and cannot take {transition:?}")]
    ImpossibleTransition {
        /// Which order.
        order: OrderId,
        /// Its state.
        state: OrderState,
        /// What was asked of it.
        transition: OrderTransition,
    },
    /// A fill larger than what is open.
    #[error("order {order} has {open} units open and cannot fill {filled}")]
    Overfilled {
        /// Which order.
        order: OrderId,
        /// Units that are open.
        open: i64,
        /// Units of the fill.
        filled: i64,
    },
}

/// An order as the desk knows it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Order {
    /// Its number.
    pub id: OrderId,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Market or limit.
    pub kind: OrderKind,
    /// How much was asked for.
    pub quantity: Qty,
    /// How long it works.
    pub time_in_force: TimeInForce,
    /// Who asked.
    pub origin: OrderOrigin,
    /// May only shrink the position.
    pub reduce_only: bool,
    /// Where the position's protective stop goes once this is filled.
    pub stop_price: Option<Price>,
    /// Where it stands.
    pub state: OrderState,
    /// How much is filled.
    pub filled: Qty,
    /// Sum of the fills' values in major units, for the average price.
    pub filled_value: Decimal,
    /// Event time of its creation.
    pub created: Timestamp,
    /// Event time of its last change.
    pub updated: Timestamp,
    /// Why it was denied, rejected or cancelled.
    pub reason: Option<String>,
}

impl Order {
    /// How much is not filled yet.
    pub fn open_quantity(&self) -> Qty {
        self.quantity.saturating_sub(self.filled)
    }

    /// The state after `transition`, by the one table of legal changes.
    ///
    /// # Errors
    /// When the table does not hold the change, or a fill exceeds what is open; the order is
    /// left as it was.
    pub fn apply(&mut self, transition: OrderTransition) -> Result<OrderState, OrderError> {
        use OrderState as S;
        use OrderTransition as T;
        let next = match (self.state, transition) {
            (S::Submitted | S::Unknown, T::Accept) => S::Working,
            // A cancel that was asked for before the venue had answered.
            (S::CancelPending, T::Accept) => S::CancelPending,
            (
                S::Submitted | S::Working | S::PartiallyFilled | S::CancelPending | S::Unknown,
                T::Fill { quantity },
            ) => {
                let open = self.open_quantity();
                if quantity > open || quantity.units() <= 0 {
                    return Err(OrderError::Overfilled {
                        order: self.id,
                        open: open.units(),
                        filled: quantity.units(),
                    });
                }
                self.filled = self.filled.saturating_add(quantity);
                if self.open_quantity().is_zero() {
                    S::Filled
                } else if self.state == S::CancelPending {
                    S::CancelPending
                } else {
                    S::PartiallyFilled
                }
            }
            (S::Submitted | S::Working | S::PartiallyFilled | S::Unknown, T::RequestCancel) => {
                S::CancelPending
            }
            (
                S::Submitted | S::Working | S::PartiallyFilled | S::CancelPending | S::Unknown,
                T::Cancel,
            ) => S::Cancelled,
            (S::Submitted | S::Unknown, T::Reject) => S::Rejected,
            (S::Submitted | S::Working | S::PartiallyFilled | S::CancelPending, T::Lose) => {
                S::Unknown
            }
            (state, transition) => {
                return Err(OrderError::ImpossibleTransition {
                    order: self.id,
                    state,
                    transition,
                });
            }
        };
        self.state = next;
        Ok(next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(state: OrderState, filled: i64) -> Order {
        Order {
            id: OrderId(1),
            instrument: InstrumentId(0),
            side: Side::Buy,
            kind: OrderKind::Market,
            quantity: Qty::from_units(10),
            time_in_force: TimeInForce::Gtc,
            origin: OrderOrigin::Trader,
            reduce_only: false,
            stop_price: None,
            state,
            filled: Qty::from_units(filled),
            filled_value: Decimal::ZERO,
            created: Timestamp::ZERO,
            updated: Timestamp::ZERO,
            reason: None,
        }
    }

    #[test]
    fn the_table_of_transitions() {
        use OrderState as S;
        use OrderTransition as T;
        let fill = |units| T::Fill {
            quantity: Qty::from_units(units),
        };
        let cases: &[(S, i64, T, Option<S>)] = &[
            (S::Submitted, 0, T::Accept, Some(S::Working)),
            (S::Submitted, 0, T::Reject, Some(S::Rejected)),
            (S::Submitted, 0, fill(10), Some(S::Filled)),
            (S::Working, 0, fill(4), Some(S::PartiallyFilled)),
            (S::PartiallyFilled, 4, fill(6), Some(S::Filled)),
            (S::PartiallyFilled, 4, fill(7), None),
            (S::Working, 0, fill(0), None),
            (S::Working, 0, T::RequestCancel, Some(S::CancelPending)),
            (S::CancelPending, 0, T::Accept, Some(S::CancelPending)),
            (S::CancelPending, 0, fill(4), Some(S::CancelPending)),
            (S::CancelPending, 0, T::Cancel, Some(S::Cancelled)),
            (S::Working, 0, T::Lose, Some(S::Unknown)),
            (S::Unknown, 0, T::Accept, Some(S::Working)),
            (S::Filled, 10, T::Cancel, None),
            (S::Cancelled, 0, fill(1), None),
            (S::Denied, 0, T::Accept, None),
            (S::Working, 0, T::Accept, None),
        ];
        for (state, filled, transition, expected) in cases {
            let mut subject = order(*state, *filled);
            let before = subject.clone();
            let result = subject.apply(*transition).ok();
            assert_eq!(result, *expected, "{state:?} {transition:?}");
            if expected.is_none() {
                assert_eq!(subject, before, "a refused transition changes nothing");
            }
        }
    }
}
