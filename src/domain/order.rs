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
    /// At whatever price there is, once the market has come to this price.
    Stop(Price),
}

impl OrderKind {
    /// The price that the order names: its limit, or where it is triggered.
    #[must_use]
    pub const fn price(self) -> Option<Price> {
        match self {
            Self::Market => None,
            Self::Limit(price) | Self::Stop(price) => Some(price),
        }
    }

    /// The same kind at another price; `None` for a market order, which names none.
    #[must_use]
    pub const fn at(self, price: Price) -> Option<Self> {
        match self {
            Self::Market => None,
            Self::Limit(_) => Some(Self::Limit(price)),
            Self::Stop(_) => Some(Self::Stop(price)),
        }
    }
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
    /// The target of a position.
    TakeProfit,
    /// Closing a position, or a part of it, on command.
    Flatten,
    /// Turning a position around on command.
    Reverse,
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
    /// A change of price or size is on its way; the former ones hold until it is answered.
    ReplacePending,
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

/// What of an order can be changed while it works.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct OrderTerms {
    /// Its kind, with the price in it.
    pub kind: OrderKind,
    /// The whole size, what is filled included.
    pub quantity: Qty,
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
    /// The market came to a stop order's price: it is a market order from now on.
    Trigger,
    /// Another price or size was asked for.
    RequestReplace {
        /// What is to hold.
        terms: OrderTerms,
    },
    /// The venue took the price and size that were asked for.
    Replace,
    /// The venue refused them; the former ones hold.
    RefuseReplace,
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
    /// Market, limit or stop.
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
    /// Where the position's target goes once this is filled.
    #[serde(default)]
    pub target_price: Option<Price>,
    /// Whether a stop order's price was reached.
    #[serde(default)]
    pub triggered: bool,
    /// The price and size that are on their way to the venue.
    #[serde(default)]
    pub replacement: Option<OrderTerms>,
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

    /// The most that may still be filled, whichever of its price and size and those on their way
    /// to the venue hold in the end.
    pub fn largest_open_quantity(&self) -> Qty {
        let replaced = self.replacement.map_or(Qty::ZERO, |terms| {
            terms.quantity.saturating_sub(self.filled)
        });
        self.open_quantity().max(replaced)
    }

    /// Its price and size.
    pub const fn terms(&self) -> OrderTerms {
        OrderTerms {
            kind: self.kind,
            quantity: self.quantity,
        }
    }

    /// The same order at another price and size.
    #[must_use]
    pub fn with_terms(&self, terms: OrderTerms) -> Self {
        Self {
            kind: terms.kind,
            quantity: terms.quantity,
            ..self.clone()
        }
    }

    /// Whether it trades at the market: a market order, or a stop whose price was reached.
    pub const fn is_at_market(&self) -> bool {
        match self.kind {
            OrderKind::Market => true,
            OrderKind::Limit(_) => false,
            OrderKind::Stop(_) => self.triggered,
        }
    }

    /// Whether it is there to leave or protect a position, not to enter one.
    pub const fn is_exit(&self) -> bool {
        self.reduce_only
            || matches!(
                self.origin,
                OrderOrigin::ProtectiveStop
                    | OrderOrigin::TakeProfit
                    | OrderOrigin::Flatten
                    | OrderOrigin::KillSwitch
            )
    }

    /// The state after `transition`, by the one table of legal changes.
    ///
    /// # Errors
    /// When the table does not hold the change, or a fill exceeds what is open; the order is
    /// left as it was.
    pub fn apply(&mut self, transition: OrderTransition) -> Result<OrderState, OrderError> {
        use OrderState as S;
        use OrderTransition as T;
        let refused = OrderError::ImpossibleTransition {
            order: self.id,
            state: self.state,
            transition,
        };
        let next = match (self.state, transition) {
            (S::Submitted | S::Unknown, T::Accept) => S::Working,
            // A cancel that was asked for before the venue had answered.
            (S::CancelPending, T::Accept) => S::CancelPending,
            (state, T::Fill { quantity }) if !state.is_final() => self.fill(quantity)?,
            (S::Working | S::ReplacePending | S::CancelPending | S::Unknown, T::Trigger)
                if matches!(self.kind, OrderKind::Stop(_)) && !self.triggered =>
            {
                self.triggered = true;
                self.state
            }
            (S::Working | S::PartiallyFilled, T::RequestReplace { terms })
                if terms.quantity > self.filled && !self.is_at_market() =>
            {
                self.replacement = Some(terms);
                S::ReplacePending
            }
            (S::ReplacePending | S::CancelPending | S::Unknown, T::Replace) => {
                let terms = self
                    .replacement
                    .filter(|terms| terms.quantity > self.filled)
                    .ok_or(refused)?;
                (self.kind, self.quantity) = (terms.kind, terms.quantity);
                self.after_replace()
            }
            (S::ReplacePending | S::CancelPending | S::Unknown, T::RefuseReplace)
                if self.replacement.is_some() =>
            {
                self.after_replace()
            }
            (
                S::Submitted | S::Working | S::PartiallyFilled | S::ReplacePending | S::Unknown,
                T::RequestCancel,
            ) => S::CancelPending,
            (state, T::Cancel) if !state.is_final() => S::Cancelled,
            (S::Submitted | S::Unknown, T::Reject) => S::Rejected,
            (
                S::Submitted
                | S::Working
                | S::PartiallyFilled
                | S::ReplacePending
                | S::CancelPending,
                T::Lose,
            ) => S::Unknown,
            _ => return Err(refused),
        };
        if next.is_final() {
            self.replacement = None;
        }
        self.state = next;
        Ok(next)
    }

    fn fill(&mut self, quantity: Qty) -> Result<OrderState, OrderError> {
        let open = self.open_quantity();
        if quantity > open || quantity.units() <= 0 {
            return Err(OrderError::Overfilled {
                order: self.id,
                open: open.units(),
                filled: quantity.units(),
            });
        }
        self.filled = self.filled.saturating_add(quantity);
        Ok(if self.open_quantity().is_zero() {
            OrderState::Filled
        } else if matches!(
            self.state,
            OrderState::CancelPending | OrderState::ReplacePending
        ) {
            self.state
        } else {
            OrderState::PartiallyFilled
        })
    }

    /// The state once the venue has answered a change, one way or the other.
    fn after_replace(&mut self) -> OrderState {
        self.replacement = None;
        if self.state == OrderState::CancelPending {
            OrderState::CancelPending
        } else if self.filled.is_zero() {
            OrderState::Working
        } else {
            OrderState::PartiallyFilled
        }
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
            target_price: None,
            triggered: false,
            replacement: None,
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

    #[test]
    fn a_change_of_terms_holds_from_the_venues_answer_on() {
        use OrderState as S;
        use OrderTransition as T;
        let limit = |units| OrderKind::Limit(Price::from_units(units));
        let terms = |price, quantity| OrderTerms {
            kind: limit(price),
            quantity: Qty::from_units(quantity),
        };
        let fill = |units| T::Fill {
            quantity: Qty::from_units(units),
        };
        let request = |price, quantity| T::RequestReplace {
            terms: terms(price, quantity),
        };
        // What happens in turn, then the state, the terms and the most that may still be filled.
        let cases: &[(&[T], S, OrderTerms, i64)] = &[
            (&[request(101, 12)], S::ReplacePending, terms(100, 10), 12),
            (
                &[request(101, 12), T::Replace],
                S::Working,
                terms(101, 12),
                12,
            ),
            (
                &[request(101, 6), T::RefuseReplace],
                S::Working,
                terms(100, 10),
                10,
            ),
            (
                &[fill(4), request(100, 6), T::Replace],
                S::PartiallyFilled,
                terms(100, 6),
                2,
            ),
            (
                &[request(100, 6), fill(4), T::Replace],
                S::PartiallyFilled,
                terms(100, 6),
                2,
            ),
            (&[request(100, 6), fill(10)], S::Filled, terms(100, 10), 0),
            (
                &[request(100, 6), fill(6), T::Cancel],
                S::Cancelled,
                terms(100, 10),
                4,
            ),
            (
                &[request(101, 12), T::RequestCancel, T::Replace],
                S::CancelPending,
                terms(101, 12),
                12,
            ),
        ];
        for (steps, state, held, open) in cases {
            let mut subject = Order {
                kind: limit(100),
                ..order(S::Working, 0)
            };
            for step in *steps {
                subject
                    .apply(*step)
                    .unwrap_or_else(|error| panic!("{steps:?}: {error}"));
            }
            assert_eq!(subject.state, *state, "{steps:?}");
            assert_eq!(subject.terms(), *held, "{steps:?}");
            assert_eq!(subject.largest_open_quantity().units(), *open, "{steps:?}");
        }
        // What no answer may do: shrink below what is filled, or answer what was not asked.
        let refused: &[(S, i64, T)] = &[
            (S::Working, 4, request(100, 4)),
            (S::Submitted, 0, request(100, 4)),
            (S::CancelPending, 0, request(100, 4)),
            (S::ReplacePending, 0, T::Replace),
            (S::Working, 0, T::RefuseReplace),
            (S::Working, 0, T::Trigger),
        ];
        for (state, filled, transition) in refused {
            let mut subject = Order {
                kind: limit(100),
                ..order(*state, *filled)
            };
            let before = subject.clone();
            assert!(
                subject.apply(*transition).is_err(),
                "{state:?} {transition:?}"
            );
            assert_eq!(subject, before);
        }
    }

    #[test]
    fn a_stop_order_is_triggered_once_and_then_at_the_market() {
        let mut stop = Order {
            kind: OrderKind::Stop(Price::from_units(100)),
            ..order(OrderState::Working, 0)
        };
        assert!(!stop.is_at_market());
        assert_eq!(
            stop.apply(OrderTransition::Trigger),
            Ok(OrderState::Working)
        );
        assert!(stop.is_at_market());
        assert!(stop.apply(OrderTransition::Trigger).is_err());
        let terms = stop.terms();
        assert!(
            stop.apply(OrderTransition::RequestReplace { terms })
                .is_err()
        );
    }
}
