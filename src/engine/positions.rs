//! Getting out of positions: flatten, close a part, turn around, and the kill switch's stages.
//! Must not send a second closing order while one works, nor forget a wish to close.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::domain::{
    CommandOutcome, EventBody, Instrument, InstrumentId, KillStage, OrderId, OrderIntent,
    OrderKind, OrderOrigin, OrderState, Qty, Side, TimeInForce, Timestamp,
};
use crate::portfolio::money::{floor_to_lot, lot_units};

use super::Engine;
use super::trading::{Placed, WorkingOrder};

/// A wish to close a position, or to turn it around, once nothing works against it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Leave {
    /// Who wants it.
    pub(super) origin: OrderOrigin,
    /// The event that told it, the cause of what comes of it.
    pub(super) event: u64,
}

impl Engine {
    /// Cancels an instrument's orders and closes its position once none works any more. The wish
    /// is journaled first: a restart in between goes on with it.
    pub(super) fn flatten(
        &mut self,
        id: InstrumentId,
        origin: OrderOrigin,
        cause: u64,
        now: Timestamp,
    ) {
        if !self.is_traded(id) && !self.ledger.position(id).is_open() {
            return;
        }
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let body = EventBody::FlattenWanted {
            instrument: id,
            origin: Some(origin.clone()),
        };
        let event = self.log.emit(cause, now, body);
        state.leave = Some(Leave { origin, event });
        // A market order that closes is left to do its work.
        let others =
            |working: &&WorkingOrder| working.order.instrument == id && !working.is_closing();
        let orders: Vec<OrderId> = self
            .orders
            .working
            .values()
            .filter(others)
            .map(|working| working.order.id)
            .collect();
        for order in orders {
            self.cancel(order, event, now);
        }
        self.finish_flatten(id, event, now);
    }

    /// Whether an order of the instrument works.
    fn is_traded(&self, id: InstrumentId) -> bool {
        self.orders
            .working
            .values()
            .any(|working| working.order.instrument == id)
    }

    /// Goes on with a wish to close, once nothing works against it; tells what came of it where
    /// something did.
    pub(super) fn finish_flatten(
        &mut self,
        id: InstrumentId,
        cause: u64,
        now: Timestamp,
    ) -> Option<CommandOutcome> {
        if self.is_traded(id) {
            return None;
        }
        let leave = self.instruments.get_mut(id.index())?.leave.take()?;
        let body = EventBody::FlattenWanted {
            instrument: id,
            origin: None,
        };
        let cause = if cause == 0 { leave.event } else { cause };
        let cause = self.log.emit(cause, now, body);
        let outcome = match leave.origin {
            OrderOrigin::Reverse => self.turn_around(id, cause, now),
            origin => {
                let quantity = self.ledger.position(id).quantity().abs();
                outcome_of(self.close(id, quantity, origin, cause, now))
            }
        };
        Some(outcome)
    }

    /// Sends an order that takes so much from a position; `None` where nothing is held.
    fn close(
        &mut self,
        id: InstrumentId,
        quantity: Qty,
        origin: OrderOrigin,
        cause: u64,
        now: Timestamp,
    ) -> Option<Placed> {
        let position = self.ledger.position(id).quantity();
        if position.is_zero() {
            return None;
        }
        let intent = OrderIntent {
            reduce_only: true,
            ..at_market(id, leaving_side(position), quantity, origin)
        };
        self.place(&intent, cause, now)
    }

    /// Closes a part of a position, rounded down to whole lots and at least one.
    pub(super) fn close_part(
        &mut self,
        id: InstrumentId,
        percent: u8,
        cause: u64,
        now: Timestamp,
    ) -> CommandOutcome {
        if !(1..=100).contains(&percent) {
            let text = format!("{percent} % of a position cannot be closed: use 1 to 100");
            return CommandOutcome::Refused(text);
        }
        let instrument = match self.held(id) {
            Ok(instrument) => instrument,
            Err(text) => return CommandOutcome::Refused(text),
        };
        let whole = self.ledger.position(id).quantity().abs();
        let part = i128::from(whole.units()) * i128::from(percent) / 100;
        let part = Qty::from_units(i64::try_from(part).unwrap_or(i64::MAX));
        let lot = Qty::from_units(lot_units(&instrument));
        let quantity = floor_to_lot(&instrument, part).max(lot).min(whole);
        outcome_of(self.close(id, quantity, OrderOrigin::Flatten, cause, now))
    }

    /// Turns a position around, once the instrument's orders are cancelled.
    pub(super) fn reverse(
        &mut self,
        id: InstrumentId,
        cause: u64,
        now: Timestamp,
    ) -> CommandOutcome {
        if let Err(text) = self.held(id) {
            return CommandOutcome::Refused(text);
        }
        if !self.is_traded(id) {
            return self.turn_around(id, cause, now);
        }
        self.flatten(id, OrderOrigin::Reverse, cause, now);
        CommandOutcome::Done(None)
    }

    /// One order of twice the position, so that it is decided on as a whole; where risk refuses
    /// that, one that only closes.
    fn turn_around(&mut self, id: InstrumentId, cause: u64, now: Timestamp) -> CommandOutcome {
        let position = self.ledger.position(id).quantity();
        if position.is_zero() {
            return CommandOutcome::Done(None);
        }
        let twice = Qty::from_units(position.abs().units().saturating_mul(2));
        let intent = at_market(id, leaving_side(position), twice, OrderOrigin::Reverse);
        let denial = match self.place(&intent, cause, now) {
            Some(Placed::Denied(_, denial)) => denial,
            placed => return outcome_of(placed),
        };
        match self.close(id, position.abs(), OrderOrigin::Reverse, cause, now) {
            Some(Placed::Sent(order)) => CommandOutcome::Partly {
                order: Some(order),
                text: format!("only closed: risk refuses the other side ({denial})"),
            },
            placed => outcome_of(placed),
        }
    }

    /// The instrument, where a position is held that is not being left.
    fn held(&self, id: InstrumentId) -> Result<Arc<Instrument>, String> {
        let instrument = self
            .instrument(id)
            .ok_or_else(|| "the instrument is not listed".to_owned())?;
        let symbol = &instrument.symbol;
        if !self.ledger.position(id).is_open() {
            return Err(format!("no position in {symbol}"));
        }
        if self.is_leaving(id) {
            return Err(format!("the position in {symbol} is being closed"));
        }
        Ok(Arc::clone(instrument))
    }

    /// After a restart: goes on with what was on its way when the program ended. The kill switch
    /// closes what it finds open, whatever became of its first attempt.
    pub(super) fn resume_flatten(&mut self, id: InstrumentId) {
        let now = self.now;
        let is_killed = self.halt.as_ref().is_some_and(|halt| halt.kill);
        if is_killed && !self.is_leaving(id) && self.ledger.position(id).is_open() {
            self.flatten(id, OrderOrigin::KillSwitch, 0, now);
        } else {
            self.finish_flatten(id, 0, now);
        }
        self.advance_kill(0, now);
    }

    /// Whether all of the position is being closed already.
    pub(super) fn is_leaving(&self, id: InstrumentId) -> bool {
        if self
            .instruments
            .get(id.index())
            .is_some_and(|state| state.leave.is_some())
        {
            return true;
        }
        let held = self.ledger.position(id).quantity().abs();
        let closing = self
            .orders
            .working
            .values()
            .filter(|working| working.order.instrument == id && working.is_closing())
            .fold(Qty::ZERO, |sum, working| {
                sum.saturating_add(working.order.open_quantity())
            });
        !closing.is_zero() && closing >= held
    }

    /// The working orders, of an instrument or of all, that may open or add to a position: neither
    /// meant to leave or protect it, nor small enough to do nothing else.
    pub(super) fn entries(&self, instrument: Option<InstrumentId>) -> Vec<OrderId> {
        let mut left: BTreeMap<InstrumentId, Qty> = BTreeMap::new();
        let mut entries = Vec::new();
        for WorkingOrder { order, .. } in self.orders.working.values() {
            let id = order.instrument;
            if instrument.is_some_and(|wanted| wanted != id) {
                continue;
            }
            let position = self.ledger.position(id).quantity();
            let left = left.entry(id).or_insert_with(|| position.abs());
            let open = order.largest_open_quantity();
            let takes = order.side == leaving_side(position) && open <= *left;
            if order.is_exit() || takes {
                *left = left.saturating_sub(open);
            } else {
                entries.push(order.id);
            }
        }
        entries
    }

    /// Tells how far the kill switch has come, each stage once.
    pub(super) fn advance_kill(&mut self, cause: u64, now: Timestamp) {
        let Some(halt) = self.halt.as_ref().filter(|halt| halt.kill) else {
            return;
        };
        let before = halt.stage;
        let stage = if self.orders.working.is_empty() && self.ledger.open_positions() == 0 {
            KillStage::Flat
        } else if self.orders.working.values().all(WorkingOrder::is_closing) {
            KillStage::OrdersCancelled
        } else {
            return;
        };
        for next in [KillStage::OrdersCancelled, KillStage::Flat] {
            if Some(next) > before && next <= stage {
                self.log
                    .emit(cause, now, EventBody::KillAdvanced { stage: next });
            }
        }
        if let Some(halt) = &mut self.halt {
            halt.stage = before.max(Some(stage));
        }
    }
}

/// The side that takes from a position.
const fn leaving_side(position: Qty) -> Side {
    if position.units() > 0 {
        Side::Sell
    } else {
        Side::Buy
    }
}

const fn at_market(
    instrument: InstrumentId,
    side: Side,
    quantity: Qty,
    origin: OrderOrigin,
) -> OrderIntent {
    OrderIntent {
        instrument,
        side,
        kind: OrderKind::Market,
        quantity: Some(quantity),
        time_in_force: TimeInForce::Gtc,
        origin,
        reduce_only: false,
        stop_price: None,
        target_price: None,
    }
}

/// A command's outcome by what became of its order.
pub(super) fn outcome_of(placed: Option<Placed>) -> CommandOutcome {
    match placed {
        Some(Placed::Sent(order)) => CommandOutcome::Done(Some(order)),
        Some(Placed::Denied(order, denial)) => {
            CommandOutcome::Refused(format!("risk refuses order {order}: {denial}"))
        }
        None => CommandOutcome::Done(None),
    }
}

impl WorkingOrder {
    /// Whether this closes a position at the market.
    pub(super) fn is_closing(&self) -> bool {
        self.order.reduce_only
            && self.order.is_at_market()
            && self.order.state != OrderState::CancelPending
    }
}
