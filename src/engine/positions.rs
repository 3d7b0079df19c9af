//! Getting out of positions: flatten, the kill switch's part in it, and protective stops.
//! Must not send a second closing order while one works, nor forget a wish to close.

use crate::domain::{
    EventBody, InstrumentId, OrderId, OrderIntent, OrderKind, OrderOrigin, OrderState, Price, Qty,
    Side, TimeInForce, Timestamp,
};

use super::Engine;
use super::trading::WorkingOrder;

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
        let is_idle = self.orders.ids(Some(id)).is_empty();
        if is_idle && !self.ledger.position(id).is_open() {
            return;
        }
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        state.flatten = Some(origin.clone());
        let body = EventBody::FlattenWanted {
            instrument: id,
            origin: Some(origin),
        };
        let cause = self.log.emit(cause, now, body);
        for order in self.orders.ids(Some(id)) {
            if !self.is_closing(order) {
                self.cancel(order, cause, now);
            }
        }
        self.finish_flatten(id, cause, now);
    }

    /// Whether this is a market order that closes a position: it is left to do its work.
    fn is_closing(&self, order: OrderId) -> bool {
        self.orders
            .working
            .get(&order)
            .is_some_and(WorkingOrder::is_closing)
    }

    /// Goes on with a wish to close, once nothing works against it.
    pub(super) fn finish_flatten(&mut self, id: InstrumentId, cause: u64, now: Timestamp) {
        if self
            .instruments
            .get(id.index())
            .is_none_or(|state| state.flatten.is_none())
            || self
                .orders
                .working
                .values()
                .any(|working| working.order.instrument == id)
        {
            return;
        }
        let origin = self
            .instruments
            .get_mut(id.index())
            .and_then(|state| state.flatten.take());
        let body = EventBody::FlattenWanted {
            instrument: id,
            origin: None,
        };
        let cause = self.log.emit(cause, now, body);
        if let Some(origin) = origin {
            self.close_position(id, origin, cause, now);
        }
    }

    fn close_position(
        &mut self,
        id: InstrumentId,
        origin: OrderOrigin,
        cause: u64,
        now: Timestamp,
    ) {
        let position = self.ledger.position(id).quantity();
        if position.is_zero() {
            return;
        }
        let side = if position.units() > 0 {
            Side::Sell
        } else {
            Side::Buy
        };
        let intent = OrderIntent {
            instrument: id,
            side,
            kind: OrderKind::Market,
            quantity: Some(position.abs()),
            time_in_force: TimeInForce::Gtc,
            origin,
            reduce_only: true,
            stop_price: None,
        };
        self.place(&intent, cause, now);
    }

    /// After a restart: goes on with what was on its way when the program ended. The kill switch
    /// closes what it finds open, whatever became of its first attempt.
    pub(super) fn resume_flatten(&mut self, id: InstrumentId) {
        let now = self.now;
        let is_killed = self.halt.as_ref().is_some_and(|halt| halt.kill);
        let closes = self
            .orders
            .working
            .values()
            .any(|working| working.order.instrument == id && working.is_closing());
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        if is_killed && state.flatten.is_none() && !closes && self.ledger.position(id).is_open() {
            self.flatten(id, OrderOrigin::KillSwitch, 0, now);
        } else {
            self.finish_flatten(id, 0, now);
        }
    }

    /// Executes the protective stop when the market has reached it.
    pub(super) fn check_stop(&mut self, id: InstrumentId, bid: Price, ask: Price, now: Timestamp) {
        let Some(state) = self.instruments.get(id.index()) else {
            return;
        };
        let Some(stop) = state.stop_price else { return };
        let position = self.ledger.position(id).quantity().units();
        let is_hit = (position > 0 && bid <= stop) || (position < 0 && ask >= stop);
        if !is_hit || self.is_leaving(id) {
            return;
        }
        self.set_stop(id, None, 0, now);
        self.flatten(id, OrderOrigin::ProtectiveStop, self.log.sequence, now);
    }

    /// Whether the position is being closed already.
    fn is_leaving(&self, id: InstrumentId) -> bool {
        self.instruments
            .get(id.index())
            .is_some_and(|state| state.flatten.is_some())
            || self
                .orders
                .working
                .values()
                .any(|working| working.order.instrument == id && working.is_closing())
    }

    /// Sets the stop of a position that a fill opened or turned around, removes that of one that
    /// is closed. A position that is being left gets no stop: it would cancel its own exit.
    pub(super) fn move_stop(
        &mut self,
        id: InstrumentId,
        order_stop: Option<Price>,
        before: Qty,
        cause: u64,
        now: Timestamp,
    ) {
        let after = self.ledger.position(id).quantity();
        let is_leaving = self.is_leaving(id);
        let Some(state) = self.instruments.get(id.index()) else {
            return;
        };
        let has_turned = before.units().signum() * after.units().signum() < 0;
        let stop_price = if after.is_zero() {
            None
        } else if is_leaving {
            state.stop_price
        } else if has_turned {
            order_stop
        } else {
            order_stop.or(state.stop_price)
        };
        self.set_stop(id, stop_price, cause, now);
    }

    fn set_stop(
        &mut self,
        id: InstrumentId,
        stop_price: Option<Price>,
        cause: u64,
        now: Timestamp,
    ) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        if stop_price != state.stop_price {
            state.stop_price = stop_price;
            self.log.emit(
                cause,
                now,
                EventBody::StopMoved {
                    instrument: id,
                    stop_price,
                },
            );
        }
    }
}

impl WorkingOrder {
    /// Whether this is a market order that closes a position.
    pub(super) fn is_closing(&self) -> bool {
        self.order.reduce_only
            && self.order.kind == OrderKind::Market
            && self.order.state != OrderState::CancelPending
    }
}
