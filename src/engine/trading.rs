//! From signals and commands to orders, fills and the ledger.
//! Must not send an order that risk has not approved: `Approved` leaves no other way.

use std::collections::{BTreeMap, VecDeque};

use rust_decimal::Decimal;

use crate::domain::{
    Decision, EventBody, IgnoreReason, InstrumentId, KillStage, Order, OrderId, OrderIntent,
    OrderKind, OrderOrigin, OrderState, OrderTerms, OrderTransition, Price, Qty, Real, Side,
    Signal, SignalAction, TimeInForce, Timestamp,
};
use crate::risk::{RiskContext, Verdict, committed_cash};

use super::Engine;

/// Final orders that are remembered, so that a late wish for one of them is told what became of it.
const DONE_KEPT: usize = 256;

/// Why new orders are refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Halt {
    pub(super) reason: String,
    pub(super) kill: bool,
    /// How far a kill has come; `None` before its first stage.
    pub(super) stage: Option<KillStage>,
}

/// Orders that are not final, and the next numbers.
#[derive(Debug, Default)]
pub(super) struct Orders {
    pub(super) working: BTreeMap<OrderId, WorkingOrder>,
    /// The newest of those that are final.
    pub(super) done: VecDeque<(OrderId, OrderState)>,
    pub(super) last_order: u64,
    pub(super) last_execution: u64,
}

/// An order that is not final, with the decision that approved it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WorkingOrder {
    pub(super) order: Order,
    /// Approved the order as it is.
    pub(super) decision: Decision,
    /// Approved the change that is on its way.
    pub(super) amendment: Option<Decision>,
    /// Number of the event that last changed it, the cause of the next.
    pub(super) last_event: u64,
}

/// What became of an intent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Placed {
    /// It is on its way to the venue.
    Sent(OrderId),
    /// Risk refused it, with the codes of the failed checks.
    Denied(OrderId, String),
}

impl WorkingOrder {
    /// Once a change is answered, its decision is the order's, or nobody's.
    pub(super) fn settle(&mut self) {
        if self.order.replacement.is_none()
            && let Some(amendment) = self.amendment.take()
            && amendment.quantity == self.order.quantity
            && amendment.intent.kind == self.order.kind
        {
            self.decision = amendment;
        }
    }

    /// Cash that it may still take, as it is or as its change would make it.
    fn committed_cash(&self, engine: &Engine) -> Option<Decimal> {
        let fee_bps = engine.settings.paper.taker_fee_bps;
        let instrument = engine.instrument(self.order.instrument)?;
        let cash = |quantity: Qty, decision: &Decision| {
            let open = quantity.saturating_sub(self.order.filled);
            committed_cash(open, decision.reference_price?, instrument, fee_bps)
        };
        let as_it_is = cash(self.order.quantity, &self.decision)?;
        match (self.order.replacement, &self.amendment) {
            (Some(terms), Some(amendment)) => Some(as_it_is.max(cash(terms.quantity, amendment)?)),
            _ => Some(as_it_is),
        }
    }
}

impl Orders {
    /// The most that an instrument's working orders may still fill, buys and sells, without the
    /// order `except`.
    fn open_quantities(&self, instrument: InstrumentId, except: Option<OrderId>) -> (Qty, Qty) {
        let mut sums = (Qty::ZERO, Qty::ZERO);
        for WorkingOrder { order, .. } in self.working.values() {
            if order.instrument == instrument && Some(order.id) != except {
                let side = match order.side {
                    Side::Buy => &mut sums.0,
                    Side::Sell => &mut sums.1,
                };
                *side = side.saturating_add(order.largest_open_quantity());
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

    /// Takes out an order that is final.
    pub(super) fn finish(&mut self, id: OrderId) -> Option<WorkingOrder> {
        let done = self.working.remove(&id)?;
        if self.done.len() >= DONE_KEPT {
            self.done.pop_front();
        }
        self.done.push_back((id, done.order.state));
        Some(done)
    }

    /// Why nothing can be done with an order that does not work, for a person to read.
    pub(super) fn absence(&self, id: OrderId) -> String {
        let known = self.done.iter().rev().find(|(done, _)| *done == id);
        match known.map(|(_, state)| state) {
            Some(OrderState::Filled) => format!("order {id} is filled"),
            Some(OrderState::Rejected) => format!("the venue has rejected order {id}"),
            Some(_) => format!("order {id} is cancelled"),
            None => format!("order {id} is not working"),
        }
    }
}

impl Engine {
    pub(super) fn on_signal(&mut self, config: usize, signal: Signal, cause: u64, now: Timestamp) {
        let (instrument, wanted) = (signal.instrument, self.intent_of(config, &signal));
        let cause = self
            .log
            .emit(cause, now, EventBody::SignalRaised(Box::new(signal)));
        match wanted {
            Ok(Some(intent)) => {
                self.place(&intent, cause, now);
            }
            // The strategy has said itself what held it back.
            Ok(None) => {}
            Err(reason) => {
                let body = EventBody::SignalIgnored { instrument, reason };
                self.log.emit(cause, now, body);
            }
        }
    }

    /// The order that a signal asks for: into the position it points to, or out of the opposite.
    fn intent_of(
        &self,
        config: usize,
        signal: &Signal,
    ) -> Result<Option<OrderIntent>, IgnoreReason> {
        let side = match signal.action {
            SignalAction::Buy => Side::Buy,
            SignalAction::Sell => Side::Sell,
            SignalAction::Hold => return Ok(None),
        };
        let Some(strategy) = self.settings.strategies.get(config) else {
            return Ok(None);
        };
        if !strategy.trade {
            return Err(IgnoreReason::TradingOff);
        }
        if signal.confidence.0 < strategy.min_confidence {
            return Err(IgnoreReason::LowConfidence {
                confidence: signal.confidence,
                minimum: Real(strategy.min_confidence),
            });
        }
        let position = self.ledger.position(signal.instrument).quantity();
        let (buys, sells) = self.orders.open_quantities(signal.instrument, None);
        let working = match side {
            Side::Buy if position.units() > 0 => return Err(IgnoreReason::AlreadyLong),
            Side::Sell if position.units() < 0 => return Err(IgnoreReason::AlreadyShort),
            Side::Buy => buys,
            Side::Sell => sells,
        };
        if !working.is_zero() {
            return Err(IgnoreReason::AlreadyWorking(side));
        }
        let closes = !position.is_zero();
        if !closes && side == Side::Sell && !self.settings.risk.allow_short {
            return Err(IgnoreReason::NothingToSell);
        }
        Ok(Some(OrderIntent {
            instrument: signal.instrument,
            side,
            kind: OrderKind::Market,
            quantity: closes.then(|| position.abs()),
            time_in_force: TimeInForce::Gtc,
            origin: OrderOrigin::Strategy(signal.strategy.clone()),
            reduce_only: closes,
            stop_price: None,
            target_price: None,
        }))
    }

    /// Asks risk about an order as things stand; `None` when its instrument is not listed.
    pub(super) fn assess(&self, order: OrderId, intent: &OrderIntent) -> Option<Verdict> {
        self.with_context(intent.instrument, None, |context| {
            self.guardian.decide(order, intent, context)
        })
    }

    /// Asks risk about another price or size of a working order; `None` when its instrument is not
    /// listed.
    pub(super) fn assess_change(&self, order: &Order, terms: OrderTerms) -> Option<Verdict> {
        self.with_context(order.instrument, Some(order.id), |context| {
            self.guardian.decide_change(order, terms, context)
        })
    }

    /// The world as risk sees it, as if there were no order `except`.
    fn with_context<T>(
        &self,
        id: InstrumentId,
        except: Option<OrderId>,
        ask: impl FnOnce(&RiskContext<'_>) -> T,
    ) -> Option<T> {
        let state = self.instruments.get(id.index())?;
        let account = self.ledger.account();
        let (working_buy, working_sell) = self.orders.open_quantities(id, except);
        Some(ask(&RiskContext {
            instrument: &state.instrument,
            now: self.feed_now(state.feed),
            last_tick: state.prices.tick_time,
            bid: state.prices.bid.map(|(price, _)| price),
            ask: state.prices.ask.map(|(price, _)| price),
            last: state.prices.last,
            atr: self.stop_range(id),
            position: self.ledger.position(id).quantity(),
            position_stop: state.stop.price,
            working_buy,
            working_sell,
            open_positions: self.instruments_in_use(id),
            short_value: self.ledger.short_value(),
            committed_cash: self.committed_cash(except),
            account: &account,
            halted: self.halt_reason().map(|(reason, _)| reason),
            fee_bps: self.settings.paper.taker_fee_bps,
        }))
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

    /// Cash that working orders other than `except` may still take, in major units; where that
    /// cannot be told, all there can be.
    fn committed_cash(&self, except: Option<OrderId>) -> Decimal {
        self.orders
            .working
            .values()
            .filter(|working| !working.order.reduce_only && Some(working.order.id) != except)
            .try_fold(Decimal::ZERO, |sum, working| {
                sum.checked_add(working.committed_cash(self)?)
            })
            .unwrap_or(Decimal::MAX)
    }

    /// Decides on an order and, if approved, hands it to the venue; `None` when its instrument is
    /// not listed.
    pub(super) fn place(
        &mut self,
        intent: &OrderIntent,
        cause: u64,
        now: Timestamp,
    ) -> Option<Placed> {
        let id = OrderId(self.orders.last_order + 1);
        let reference = self.touch(intent.instrument, intent.side);
        let verdict = self.assess(id, intent)?;
        self.orders.last_order = id.0;
        let order = verdict.order();
        let Verdict {
            decision, approved, ..
        } = verdict;
        let cause = self.log.emit(
            cause,
            now,
            EventBody::RiskDecided(Box::new(decision.clone())),
        );
        let last_event =
            self.log
                .emit(cause, now, EventBody::OrderChanged(Box::new(order.clone())));
        let Some(approved) = approved else {
            return Some(Placed::Denied(id, decision.denial()));
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
                amendment: None,
                last_event,
            },
        );
        if let Some(feed) = feed
            && let Some(state) = self.feeds.get_mut(feed.index())
        {
            state.venue.submit(approved, reference, now);
        }
        Some(Placed::Sent(id))
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
