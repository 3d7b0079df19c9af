//! From signals and commands to orders, fills and the ledger.
//! Must not send an order that risk has not approved: `Approved` leaves no other way.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{
    Decision, EventBody, ExecutionId, FeedId, Fill, InstrumentId, Liquidity, Order, OrderId,
    OrderIntent, OrderKind, OrderOrigin, OrderState, OrderTransition, Price, Qty, Side, Signal,
    SignalAction, TimeInForce, Timestamp,
};
use crate::execution::VenueReport;
use crate::risk::{RiskContext, Verdict, committed_cash};

use super::Engine;

/// How often the account is sampled while nothing is filled.
const SAMPLE_INTERVAL_NS: i64 = 60 * NANOS_PER_SECOND;

/// Why new orders are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halt {
    pub(super) reason: String,
    pub(super) kill: bool,
}

/// Orders that are not final, and the next numbers.
#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) working: BTreeMap<OrderId, WorkingOrder>,
    pub(super) last_order: u64,
    pub(super) last_execution: u64,
}

/// An order that is not final, with the decision that approved it.
#[derive(Debug, Clone)]
pub(super) struct WorkingOrder {
    pub(super) order: Order,
    pub(super) decision: Decision,
    /// Number of the event that last changed it, the cause of the next.
    pub(super) last_event: u64,
}

impl Orders {
    /// Open quantities of an instrument's working orders, buys and sells.
    fn open_quantities(&self, instrument: InstrumentId) -> (Qty, Qty) {
        let mut sums = (Qty::ZERO, Qty::ZERO);
        for WorkingOrder { order, .. } in self.working.values() {
            if order.instrument == instrument {
                let side = match order.side {
                    Side::Buy => &mut sums.0,
                    Side::Sell => &mut sums.1,
                };
                *side = side.saturating_add(order.open_quantity());
            }
        }
        sums
    }

    /// Numbers of an instrument's working orders, or of all.
    pub(super) fn ids(&self, instrument: Option<InstrumentId>) -> Vec<OrderId> {
        self.working
            .values()
            .filter(|working| instrument.is_none_or(|id| working.order.instrument == id))
            .map(|working| working.order.id)
            .collect()
    }
}

impl Engine {
    pub(super) fn on_signal(&mut self, config: usize, signal: Signal, cause: u64, now: Timestamp) {
        let intent = self.intent_of(config, &signal);
        let cause = self
            .log
            .emit(cause, now, EventBody::SignalRaised(Box::new(signal)));
        if let Some(intent) = intent {
            self.place(&intent, cause, now);
        }
    }

    /// The order that a signal asks for: into the position it points to, or out of the opposite.
    fn intent_of(&self, config: usize, signal: &Signal) -> Option<OrderIntent> {
        let strategy = self.settings.strategies.get(config)?;
        if !strategy.trade || signal.confidence.0 < strategy.min_confidence {
            return None;
        }
        let side = match signal.action {
            SignalAction::Buy => Side::Buy,
            SignalAction::Sell => Side::Sell,
            SignalAction::Hold => return None,
        };
        let position = self.ledger.position(signal.instrument).quantity();
        let (buys, sells) = self.orders.open_quantities(signal.instrument);
        let (same, working) = match side {
            Side::Buy => (position.units() > 0, buys),
            Side::Sell => (position.units() < 0, sells),
        };
        if same || !working.is_zero() {
            return None;
        }
        let closes = !position.is_zero();
        if !closes && side == Side::Sell && !self.settings.risk.allow_short {
            return None;
        }
        Some(OrderIntent {
            instrument: signal.instrument,
            side,
            kind: OrderKind::Market,
            quantity: closes.then(|| position.abs()),
            time_in_force: TimeInForce::Gtc,
            origin: OrderOrigin::Strategy(signal.strategy.clone()),
            reduce_only: closes,
            stop_price: None,
        })
    }

    /// Asks risk about an order as things stand; `None` when its instrument is not listed.
    pub(super) fn assess(&self, order: OrderId, intent: &OrderIntent) -> Option<Verdict> {
        let id = intent.instrument;
        let state = self.instruments.get(id.index())?;
        let account = self.ledger.account();
        let (working_buy, working_sell) = self.orders.open_quantities(id);
        let context = RiskContext {
            instrument: &state.instrument,
            now: self.feed_now(state.feed),
            last_tick: state.prices.tick_time,
            bid: state.prices.bid.map(|(price, _)| price),
            ask: state.prices.ask.map(|(price, _)| price),
            last: state.prices.last,
            atr: self.stop_range(id),
            position: self.ledger.position(id).quantity(),
            working_buy,
            working_sell,
            open_positions: self.instruments_in_use(id),
            short_value: self.ledger.short_value(),
            committed_cash: self.committed_cash(),
            account: &account,
            halted: self.halt_reason().map(|(reason, _)| reason),
            fee_bps: self.settings.paper.taker_fee_bps,
        };
        Some(self.guardian.decide(order, intent, &context))
    }

    /// The average true range that sets protective stops, in price units.
    fn stop_range(&self, id: InstrumentId) -> Option<f64> {
        let seconds = self.settings.risk.stop_timeframe_s;
        let frame = self
            .instruments
            .get(id.index())?
            .frames
            .iter()
            .find(|frame| frame.builder.timeframe().seconds() == seconds)?;
        *frame
            .indicators
            .values()
            .get(self.settings.stop_slot?.index())?
    }

    /// Instruments held or about to be, `asked` included.
    fn instruments_in_use(&self, asked: InstrumentId) -> usize {
        let is_held = |id: InstrumentId| self.ledger.position(id).is_open();
        let mut opening: Vec<InstrumentId> = self
            .orders
            .working
            .values()
            .filter(|working| !working.order.reduce_only)
            .map(|working| working.order.instrument)
            .chain([asked])
            .filter(|id| !is_held(*id))
            .collect();
        opening.sort_unstable();
        opening.dedup();
        self.ledger.open_positions() + opening.len()
    }

    /// Cash that working orders may still take, in major units.
    fn committed_cash(&self) -> Decimal {
        let fee_bps = self.settings.paper.taker_fee_bps;
        self.orders
            .working
            .values()
            .filter(|working| !working.order.reduce_only)
            .filter_map(
                |WorkingOrder {
                     order, decision, ..
                 }| {
                    let instrument = self.instrument(order.instrument)?;
                    committed_cash(order, decision.reference_price?, instrument, fee_bps)
                },
            )
            .sum()
    }

    /// Decides on an order and, if approved, hands it to the venue; returns its number and
    /// whether it was sent, `None` when its instrument is not listed.
    pub(super) fn place(
        &mut self,
        intent: &OrderIntent,
        cause: u64,
        now: Timestamp,
    ) -> Option<(OrderId, bool)> {
        let id = OrderId(self.orders.last_order + 1);
        let reference = self.touch(intent.instrument, intent.side);
        let verdict = self.assess(id, intent)?;
        self.orders.last_order = id.0;
        let order = verdict.order();
        let Verdict { decision, approved } = verdict;
        let cause = self.log.emit(
            cause,
            now,
            EventBody::RiskDecided(Box::new(decision.clone())),
        );
        let last_event =
            self.log
                .emit(cause, now, EventBody::OrderChanged(Box::new(order.clone())));
        let Some(approved) = approved else {
            return Some((id, false));
        };
        let feed = self
            .instruments
            .get(order.instrument.index())
            .map(|state| state.feed);
        self.orders.working.insert(
            id,
            WorkingOrder {
                order,
                decision,
                last_event,
            },
        );
        if let Some(feed) = feed
            && let Some(state) = self.feeds.get_mut(feed.index())
        {
            state.venue.submit(approved, reference, now);
        }
        Some((id, true))
    }

    /// The price an order of this side would meet now: the best opposite quote, else the last.
    fn touch(&self, id: InstrumentId, side: Side) -> Option<Price> {
        let prices = self.instruments.get(id.index())?.prices;
        let quote = match side {
            Side::Buy => prices.ask,
            Side::Sell => prices.bid,
        };
        quote.map(|(price, _)| price).or(prices.last)
    }

    /// Asks the venue to cancel an order; `false` when it is not working.
    pub(super) fn cancel(&mut self, id: OrderId, cause: u64, now: Timestamp) -> bool {
        let Some(instrument) = self
            .orders
            .working
            .get(&id)
            .map(|working| working.order.instrument)
        else {
            return false;
        };
        if self
            .change(id, OrderTransition::RequestCancel, now, cause, None)
            .is_none()
        {
            return false;
        }
        if let Some(feed) = self
            .instruments
            .get(instrument.index())
            .map(|state| state.feed)
            && let Some(state) = self.feeds.get_mut(feed.index())
        {
            state.venue.cancel(id, instrument, now);
        }
        true
    }

    /// Cancels an instrument's orders and closes its position once none works any more.
    pub(super) fn flatten(
        &mut self,
        id: InstrumentId,
        origin: OrderOrigin,
        cause: u64,
        now: Timestamp,
    ) {
        for order in self.orders.ids(Some(id)) {
            self.cancel(order, cause, now);
        }
        if let Some(state) = self.instruments.get_mut(id.index()) {
            state.flatten = Some(origin);
        }
        self.finish_flatten(id, cause, now);
    }

    fn finish_flatten(&mut self, id: InstrumentId, cause: u64, now: Timestamp) {
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

    /// Executes the protective stop when the market has reached it.
    pub(super) fn check_stop(&mut self, id: InstrumentId, bid: Price, ask: Price, now: Timestamp) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let Some(stop) = state.stop_price else { return };
        let position = self.ledger.position(id).quantity().units();
        let is_hit = (position > 0 && bid <= stop) || (position < 0 && ask >= stop);
        if is_hit && state.flatten.is_none() {
            state.stop_price = None;
            let body = EventBody::StopMoved {
                instrument: id,
                stop_price: None,
            };
            let cause = self.log.emit(0, now, body);
            self.flatten(id, OrderOrigin::ProtectiveStop, cause, now);
        }
    }

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
            // The fill or cancel that overtook it has said all there is to say.
            VenueReport::CancelRejected { .. } => {}
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
            self.anomaly(
                Some(id),
                format!("a fill came for order {id}, which is not working"),
            );
            return;
        };
        let (instrument_id, side) = (working.order.instrument, working.order.side);
        let (cause, stop_price) = (working.last_event, working.order.stop_price);
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
        match self.ledger.apply(&fill, &instrument) {
            Ok(applied) => fill.realized_pnl = applied.realized_pnl,
            Err(error) => {
                self.anomaly(
                    Some(id),
                    format!("a fill of order {id} is not booked: {error}"),
                );
                return;
            }
        }
        self.mark(instrument_id, price);
        let value = instrument.notional(price, quantity).unwrap_or_default();
        if let Some(working) = self.orders.working.get_mut(&id) {
            working.order.filled_value += value;
        }
        let cause = self
            .log
            .emit(cause, time, EventBody::Filled(Box::new(fill)));
        self.change(id, OrderTransition::Fill { quantity }, time, cause, None);
        self.move_stop(instrument_id, stop_price, cause, time);
        self.sample_account(cause, time);
    }

    /// Sets the stop of a position that was opened, removes that of one that is closed.
    fn move_stop(
        &mut self,
        id: InstrumentId,
        order_stop: Option<Price>,
        cause: u64,
        now: Timestamp,
    ) {
        let is_flat = !self.ledger.position(id).is_open();
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let stop_price = if is_flat {
            None
        } else {
            order_stop.or(state.stop_price)
        };
        if stop_price != state.stop_price {
            state.stop_price = stop_price;
            let body = EventBody::StopMoved {
                instrument: id,
                stop_price,
            };
            self.log.emit(cause, now, body);
        }
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
            && let Some(done) = self.orders.working.remove(&id)
        {
            self.finish_flatten(done.order.instrument, sequence, time);
        }
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
