//! From signals and commands to orders, fills and the ledger.
//! Must not send an order that risk has not approved: `Approved` leaves no other way.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::domain::{
    Decision, EventBody, InstrumentId, Order, OrderId, OrderIntent, OrderKind, OrderOrigin,
    OrderState, OrderTransition, Price, Qty, Side, Signal, SignalAction, TimeInForce, Timestamp,
};
use crate::risk::{RiskContext, Verdict, committed_cash};

use super::Engine;

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

    /// Instruments held or about to be held by a working order; `asked` only where it is held.
    fn instruments_in_use(&self, asked: InstrumentId) -> usize {
        let is_held = |id: InstrumentId| self.ledger.position(id).is_open();
        let mut opening: Vec<InstrumentId> = self
            .orders
            .working
            .values()
            .filter(|working| !working.order.reduce_only)
            .map(|working| working.order.instrument)
            .filter(|id| *id != asked && !is_held(*id))
            .collect();
        opening.sort_unstable();
        opening.dedup();
        self.ledger.open_positions() + opening.len()
    }

    /// Cash that working orders may still take, in major units; where that cannot be told, all
    /// there can be.
    fn committed_cash(&self) -> Decimal {
        let fee_bps = self.settings.paper.taker_fee_bps;
        self.orders
            .working
            .values()
            .filter(|working| !working.order.reduce_only)
            .try_fold(
                Decimal::ZERO,
                |sum,
                 WorkingOrder {
                     order, decision, ..
                 }| {
                    let instrument = self.instrument(order.instrument)?;
                    let cash =
                        committed_cash(order, decision.reference_price?, instrument, fee_bps)?;
                    sum.checked_add(cash)
                },
            )
            .unwrap_or(Decimal::MAX)
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
    pub fn touch(&self, id: InstrumentId, side: Side) -> Option<Price> {
        let prices = self.instruments.get(id.index())?.prices;
        let quote = match side {
            Side::Buy => prices.ask,
            Side::Sell => prices.bid,
        };
        quote.map(|(price, _)| price).or(prices.last)
    }

    /// Asks the venue to cancel an order; `false` when it is not working.
    pub(super) fn cancel(&mut self, id: OrderId, cause: u64, now: Timestamp) -> bool {
        let Some(order) = self.orders.working.get(&id).map(|working| &working.order) else {
            return false;
        };
        let instrument = order.instrument;
        if order.state == OrderState::CancelPending {
            return true;
        }
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
}
