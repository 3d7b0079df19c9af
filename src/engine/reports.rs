//! What venues report: orders change, fills are booked, the account is valued.
//! Must not book an execution twice or change an order outside its table of transitions.

use rust_decimal::Decimal;

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{
    EventBody, ExecutionId, FeedId, Fill, InstrumentId, Liquidity, OrderId, OrderState,
    OrderTransition, Price, Qty, Timestamp,
};
use crate::execution::VenueReport;

use super::Engine;

/// How often the account is sampled while nothing is filled.
const SAMPLE_INTERVAL_NS: i64 = 60 * NANOS_PER_SECOND;

impl Engine {
    pub(super) fn venue_trade(
        &mut self,
        feed: FeedId,
        id: InstrumentId,
        price: Price,
        quantity: Qty,
        now: Timestamp,
    ) {
        let Some(state) = self.feeds.get_mut(feed.index()) else {
            return;
        };
        state
            .venue
            .on_trade(id, price, quantity, now, &mut self.reports);
        if !self.reports.is_empty() {
            self.on_reports();
        }
    }

    pub(super) fn venue_quote(
        &mut self,
        feed: FeedId,
        id: InstrumentId,
        bid: (Price, Qty),
        ask: (Price, Qty),
        now: Timestamp,
    ) {
        let Some(state) = self.feeds.get_mut(feed.index()) else {
            return;
        };
        state.venue.on_quote(id, bid, ask, now, &mut self.reports);
        if !self.reports.is_empty() {
            self.on_reports();
        }
    }

    pub(super) fn run_venue(&mut self, feed: FeedId, now: Timestamp) {
        let Some(state) = self.feeds.get_mut(feed.index()) else {
            return;
        };
        state.venue.run_until(now, &mut self.reports);
        self.on_reports();
    }

    fn on_reports(&mut self) {
        let mut reports = std::mem::take(&mut self.reports);
        for report in reports.drain(..) {
            self.on_report(report);
        }
        self.reports = reports;
    }

    fn on_report(&mut self, report: VenueReport) {
        match report {
            VenueReport::Accepted { order, time } => {
                self.change(order, OrderTransition::Accept, time, 0, None);
            }
            VenueReport::Cancelled {
                order,
                time,
                reason,
            } => {
                self.change(order, OrderTransition::Cancel, time, 0, Some(reason));
            }
            VenueReport::Rejected {
                order,
                time,
                reason,
            } => {
                self.change(order, OrderTransition::Reject, time, 0, Some(reason));
            }
            // The fill or cancel that overtook it has said all there is to say, unless the venue
            // never had the order.
            VenueReport::CancelRejected {
                order,
                time,
                reason,
            } => {
                if self.orders.working.contains_key(&order) {
                    self.change(order, OrderTransition::Cancel, time, 0, Some(reason));
                }
            }
            VenueReport::Triggered { order, time } => {
                self.change(order, OrderTransition::Trigger, time, 0, None);
            }
            VenueReport::Replaced { order, time } => {
                self.change(order, OrderTransition::Replace, time, 0, None);
            }
            // Of an order that is final meanwhile, the fill or cancel has said all there is to say.
            VenueReport::ReplaceRejected {
                order,
                time,
                reason,
            } => {
                if self.orders.working.contains_key(&order) {
                    self.change(order, OrderTransition::RefuseReplace, time, 0, Some(reason));
                }
            }
            VenueReport::Filled {
                order,
                price,
                quantity,
                fee,
                slippage,
                liquidity,
                time,
                ..
            } => self.on_fill(order, price, quantity, fee, slippage, liquidity, time),
        }
    }

    #[allow(clippy::too_many_arguments, reason = "the fields of one venue report")]
    fn on_fill(
        &mut self,
        id: OrderId,
        price: Price,
        quantity: Qty,
        fee: Decimal,
        slippage: Decimal,
        liquidity: Liquidity,
        time: Timestamp,
    ) {
        let Some(working) = self.orders.working.get(&id) else {
            self.distrust(
                Some(id),
                format!("a fill came for order {id}, which is not working"),
            );
            return;
        };
        let (instrument_id, side) = (working.order.instrument, working.order.side);
        let (cause, order) = (working.last_event, working.order.clone());
        let Some(instrument) = self.instrument(instrument_id).cloned() else {
            return;
        };
        self.orders.last_execution += 1;
        let mut fill = Fill {
            execution: ExecutionId(self.orders.last_execution),
            order: id,
            instrument: instrument_id,
            side,
            quantity,
            price,
            fee,
            slippage,
            realized_pnl: Decimal::ZERO,
            liquidity,
            time,
        };
        let before = match self.ledger.apply(&fill, &instrument) {
            Ok(applied) => {
                fill.realized_pnl = applied.realized_pnl;
                applied.before
            }
            Err(error) => {
                self.distrust(
                    Some(id),
                    format!("a fill of order {id} is not booked: {error}"),
                );
                return;
            }
        };
        self.mark(instrument_id, price);
        if let Some(working) = self.orders.working.get_mut(&id)
            && let Some(value) = instrument.notional(price, quantity)
            && let Some(sum) = working.order.filled_value.checked_add(value)
        {
            working.order.filled_value = sum;
        }
        let cause = self
            .log
            .emit(cause, time, EventBody::Filled(Box::new(fill)));
        self.change(id, OrderTransition::Fill { quantity }, time, cause, None);
        self.move_guards(instrument_id, &order, before, cause, time);
        self.sample_account(cause, time);
    }

    /// Takes an order through a transition; `None` when the order or the transition is not there.
    pub(super) fn change(
        &mut self,
        id: OrderId,
        transition: OrderTransition,
        time: Timestamp,
        cause: u64,
        reason: Option<String>,
    ) -> Option<OrderState> {
        let Some(working) = self.orders.working.get_mut(&id) else {
            self.anomaly(
                Some(id),
                format!("order {id} is not working: {transition:?} is ignored"),
            );
            return None;
        };
        let state = match working.order.apply(transition) {
            Ok(state) => state,
            Err(error) => {
                self.anomaly(Some(id), error.to_string());
                return None;
            }
        };
        working.settle();
        working.order.updated = time;
        if reason.is_some() {
            working.order.reason = reason;
        }
        let cause = if cause == 0 {
            working.last_event
        } else {
            cause
        };
        let body = EventBody::OrderChanged(Box::new(working.order.clone()));
        let sequence = self.log.emit(cause, time, body);
        working.last_event = sequence;
        if state.is_final()
            && let Some(done) = self.orders.finish(id)
        {
            self.finish_flatten(done.order.instrument, sequence, time);
        }
        self.advance_kill(sequence, time);
        Some(state)
    }

    /// Values a position at `price`; a price that the ledger cannot take is an anomaly.
    pub(super) fn mark(&mut self, id: InstrumentId, price: Price) {
        let Some(state) = self.instruments.get(id.index()) else {
            return;
        };
        if let Err(error) = self.ledger.mark(id, price, &state.instrument) {
            self.anomaly(
                None,
                format!("{} is not marked: {error}", state.instrument.key),
            );
        }
    }

    pub(super) fn sample_account(&mut self, cause: u64, now: Timestamp) {
        let account = self.ledger.sample(now);
        self.log
            .emit(cause, now, EventBody::AccountSampled(account));
        let into_interval = now.nanos().rem_euclid(SAMPLE_INTERVAL_NS);
        self.next_sample = now.plus_nanos(SAMPLE_INTERVAL_NS - into_interval);
    }
}
