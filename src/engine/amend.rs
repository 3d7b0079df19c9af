//! Changing a working order's price and size.
//! Must not let a change go around risk, nor start a second one while one is on its way.

use crate::domain::{
    EventBody, Order, OrderId, OrderState, OrderTerms, OrderTransition, Price, Qty, Timestamp,
};
use crate::risk::Verdict;

use super::Engine;

impl Engine {
    /// What risk says now of another price or size of a working order, and the order as it would
    /// be; what is `None` stays.
    ///
    /// # Errors
    /// When the order cannot be changed at all; one line for a person to read.
    pub fn preview_change(
        &self,
        id: OrderId,
        price: Option<Price>,
        quantity: Option<Qty>,
    ) -> Result<(Verdict, Order), String> {
        let (order, terms) = self.changed(id, price, quantity)?;
        let verdict = self
            .assess_change(order, terms)
            .ok_or_else(|| format!("the instrument of order {id} is not listed"))?;
        Ok((verdict, order.with_terms(terms)))
    }

    /// Asks the venue for another price or size of an order, where risk approves. Both count
    /// toward every limit until the venue has answered.
    pub(super) fn amend(
        &mut self,
        id: OrderId,
        price: Option<Price>,
        quantity: Option<Qty>,
        cause: u64,
        now: Timestamp,
    ) -> Result<(), String> {
        let (verdict, changed) = self.preview_change(id, price, quantity)?;
        let Verdict {
            decision, approved, ..
        } = verdict;
        let denial = decision.denial();
        let body = EventBody::RiskDecided(Box::new(decision.clone()));
        let cause = self.log.emit(cause, now, body);
        let Some(approved) = approved else {
            return Err(format!("risk refuses the change of order {id}: {denial}"));
        };
        if let Some(working) = self.orders.working.get_mut(&id) {
            working.amendment = Some(decision);
        }
        let terms = changed.terms();
        self.change(
            id,
            OrderTransition::RequestReplace { terms },
            now,
            cause,
            None,
        );
        let feed = self
            .instruments
            .get(changed.instrument.index())
            .map(|state| state.feed);
        if let Some(state) = feed.and_then(|feed| self.feeds.get_mut(feed.index())) {
            state.venue.replace(approved, now);
        }
        Ok(())
    }

    /// The order, and what its price and size would be.
    fn changed(
        &self,
        id: OrderId,
        price: Option<Price>,
        quantity: Option<Qty>,
    ) -> Result<(&Order, OrderTerms), String> {
        let working = self.orders.working.get(&id);
        let order = &working.ok_or_else(|| self.orders.absence(id))?.order;
        match order.state {
            OrderState::Working | OrderState::PartiallyFilled => {}
            OrderState::Submitted => {
                return Err(format!("order {id} is on its way: wait for the venue"));
            }
            OrderState::ReplacePending => {
                return Err(format!(
                    "a change of order {id} is on its way: wait for the venue"
                ));
            }
            OrderState::CancelPending => return Err(format!("order {id} is being cancelled")),
            _ => {
                return Err(format!(
                    "the state of order {id} is not known: it cannot be changed"
                ));
            }
        }
        if order.is_at_market() {
            return Err(format!("order {id} trades at the market: it has no price"));
        }
        let kind = price.and_then(|price| order.kind.at(price));
        let terms = OrderTerms {
            kind: kind.unwrap_or(order.kind),
            quantity: quantity.unwrap_or(order.quantity),
        };
        if terms == order.terms() {
            return Err(format!("order {id} has this price and size already"));
        }
        if terms.quantity <= order.filled {
            let scale = self
                .instrument(order.instrument)
                .map_or(0, |instrument| instrument.quantity_scale);
            let filled = order.filled.display(scale);
            return Err(if order.filled.is_zero() {
                format!("order {id} needs a size above zero")
            } else {
                format!("{filled} of order {id} are filled: cancel it to keep no more")
            });
        }
        Ok((order, terms))
    }
}
