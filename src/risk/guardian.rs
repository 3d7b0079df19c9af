//! Takes what somebody wants and the state of the world, and answers with a full record.
//! Must not remember anything between two questions, so that a preview is the same call.

use rust_decimal::Decimal;

use crate::config::model::RiskConfig;
use crate::domain::{
    Account, Check, Decision, Instrument, Order, OrderId, OrderIntent, OrderOrigin, OrderState,
    OrderTerms, Price, Qty, Timestamp,
};
use crate::portfolio::money::value;

use super::approved::Approved;
use super::exposure::Exposure;
use super::limits::{self, LimitError};
use super::prices::Prices;
use super::review::Review;
use super::sizing::{self, with_fee};

/// Everything a decision may depend on besides the configuration and the order itself.
#[derive(Debug, Clone, Copy)]
pub struct RiskContext<'a> {
    /// The order's instrument.
    pub instrument: &'a Instrument,
    /// Event time of the decision.
    pub now: Timestamp,
    /// Event time of the instrument's newest tick.
    pub last_tick: Option<Timestamp>,
    /// Best bid.
    pub bid: Option<Price>,
    /// Best ask.
    pub ask: Option<Price>,
    /// Price of the newest trade.
    pub last: Option<Price>,
    /// Average true range of the stop's timeframe, in the instrument's price units.
    pub atr: Option<f64>,
    /// The instrument's position; below zero for a short one.
    pub position: Qty,
    /// Where the position's protective stop lies.
    pub position_stop: Option<Price>,
    /// Open quantity of the instrument's orders to buy that are not final, whatever their state;
    /// where a change is on its way, the larger of the two sizes. An order whose change is being
    /// decided is not among them.
    pub working_buy: Qty,
    /// The same of orders to sell.
    pub working_sell: Qty,
    /// Instruments with a position or with an order that may open one, this one included.
    pub open_positions: usize,
    /// What it would cost to buy back all short positions, in major units
    /// (`Ledger::short_value`).
    pub short_value: Decimal,
    /// Cash that working orders of all instruments may still take, in major units: the sum of
    /// [`committed_cash`] over those that are not reduce-only.
    pub committed_cash: Decimal,
    /// The account, marked at the last prices.
    pub account: &'a Account,
    /// Why new orders are stopped; `None` when they are not.
    pub halted: Option<&'a str>,
    /// The fee to reckon with, in basis points of the value.
    pub fee_bps: Decimal,
}

/// The answer to one order.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The full record, for the journal.
    pub decision: Decision,
    /// The order with its size, stop and target, where it was approved; of a change, the order as
    /// it will be.
    pub approved: Option<Approved<Order>>,
    /// The size, given or found, approved or not.
    pub quantity: Option<Qty>,
    /// Where the protective stop of what it opens would lie, approved or not.
    pub stop_price: Option<Price>,
}

impl Verdict {
    /// The order as the desk should record it: `Submitted` when approved, else `Denied` with the
    /// failed controls as its reason and the quantity that was asked for (zero where none was).
    pub fn order(&self) -> Order {
        self.approved
            .as_ref()
            .map_or_else(|| self.denied(), |order| order.get().clone())
    }

    fn denied(&self) -> Order {
        let intent = &self.decision.intent;
        let quantity = intent.quantity.unwrap_or_default();
        Order {
            state: OrderState::Denied,
            reason: Some(self.decision.denial()),
            ..order_of(
                &self.decision,
                quantity,
                intent.stop_price,
                intent.target_price,
            )
        }
    }
}

/// What came of the controls.
struct Judged {
    quantity: Option<Qty>,
    stop: Option<Price>,
    target: Option<Price>,
    reference_price: Option<Price>,
    passed: bool,
    checks: Vec<Check>,
}

/// The gate between wanting an order and sending one.
#[derive(Debug, Clone)]
pub struct RiskGuardian {
    config: RiskConfig,
}

impl RiskGuardian {
    /// A guardian that keeps these limits.
    ///
    /// # Errors
    /// When a limit could not be kept as it is written; the error names its key.
    pub fn new(config: RiskConfig) -> Result<Self, LimitError> {
        limits::check(&config)?;
        Ok(Self { config })
    }

    /// The limits that are kept.
    pub const fn config(&self) -> &RiskConfig {
        &self.config
    }

    /// Decides on one order. Every control of `DenialReason` is made, in that order, and recorded
    /// with its limit and what it saw; one failure denies. A control that cannot be evaluated
    /// fails. Nothing is changed by asking, so a preview is this call with its answer thrown
    /// away.
    pub fn decide(
        &self,
        order: OrderId,
        intent: &OrderIntent,
        context: &RiskContext<'_>,
    ) -> Verdict {
        let judged = self.judge(intent, context, false);
        let quantity = judged.quantity.filter(|_| judged.passed);
        let decision = Decision {
            order,
            intent: intent.clone(),
            amends: false,
            quantity: quantity.unwrap_or_default(),
            reference_price: judged.reference_price,
            approved: quantity.is_some(),
            checks: judged.checks,
            time: context.now,
        };
        let approved = quantity.map(|quantity| {
            let order = order_of(&decision, quantity, judged.stop, judged.target);
            Approved::new(order)
        });
        Verdict {
            decision,
            approved,
            quantity: judged.quantity,
            stop_price: judged.stop,
        }
    }

    /// Decides on another price or size of a working order, which `context` must not count among
    /// the working ones: what would still be open of it is judged like a new order, so whichever of
    /// the two holds at a moment keeps the limits. Less of the same is never refused by a limit.
    pub fn decide_change(
        &self,
        order: &Order,
        terms: OrderTerms,
        context: &RiskContext<'_>,
    ) -> Verdict {
        let intent = OrderIntent {
            instrument: order.instrument,
            side: order.side,
            kind: terms.kind,
            quantity: Some(terms.quantity),
            time_in_force: order.time_in_force,
            origin: OrderOrigin::Trader,
            reduce_only: order.reduce_only,
            stop_price: order.stop_price,
            target_price: order.target_price,
        };
        let open = OrderIntent {
            quantity: Some(terms.quantity.saturating_sub(order.filled)),
            ..intent.clone()
        };
        let lessens = terms.kind == order.kind && terms.quantity <= order.quantity;
        let judged = self.judge(&open, context, lessens);
        let decision = Decision {
            order: order.id,
            intent,
            amends: true,
            quantity: if judged.passed {
                terms.quantity
            } else {
                Qty::ZERO
            },
            reference_price: judged.reference_price,
            approved: judged.passed,
            checks: judged.checks,
            time: context.now,
        };
        let approved = judged
            .passed
            .then(|| Approved::new(order.with_terms(terms)));
        Verdict {
            decision,
            approved,
            quantity: Some(terms.quantity),
            stop_price: order.stop_price,
        }
    }

    fn judge(&self, intent: &OrderIntent, context: &RiskContext<'_>, lessens: bool) -> Judged {
        let prices = Prices::of(intent, context, self.config.market_collar_percent);
        let exposure = Exposure::of(intent.side, context);
        let sizing = sizing::size(&self.config, intent, context, &exposure, &prices);
        let checks = Review {
            config: &self.config,
            intent,
            context,
            prices,
            exposure,
            sizing,
            lessens,
        }
        .checks();
        Judged {
            quantity: sizing.quantity,
            stop: sizing.stop,
            target: sizing.target,
            reference_price: prices.worst,
            passed: sizing.quantity.is_some() && checks.iter().all(|check| check.passed),
            checks,
        }
    }

    /// Approves once more an order that the journal holds, after a restart: only one that is not
    /// final, has something open, and is in every respect the order that `decision` approved. The
    /// same goes for the order as a change of it would make it.
    pub fn readmit(&self, order: Order, decision: &Decision) -> Option<Approved<Order>> {
        let intent = &decision.intent;
        let was_approved = decision.approved
            && !decision.checks.is_empty()
            && decision.checks.iter().all(|check| check.passed);
        let is_same = order.id == decision.order
            && order.quantity == decision.quantity
            && order.instrument == intent.instrument
            && order.side == intent.side
            && order.kind == intent.kind
            && order.time_in_force == intent.time_in_force
            && order.reduce_only == intent.reduce_only;
        let is_open = !order.state.is_final()
            && order.filled.units() >= 0
            && order.open_quantity().units() > 0;
        (was_approved && is_same && is_open).then(|| Approved::new(order))
    }
}

/// Cash that the open part of a working order may still take, in major units, fee included:
/// `reference` is the price its decision counted it at (`Decision::reference_price`). `None` when
/// it does not fit.
pub fn committed_cash(
    open: Qty,
    reference: Price,
    instrument: &Instrument,
    fee_bps: Decimal,
) -> Option<Decimal> {
    let open = i128::from(open.units().max(0));
    with_fee(value(instrument, reference, open)?, fee_bps)
}

fn order_of(
    decision: &Decision,
    quantity: Qty,
    stop_price: Option<Price>,
    target_price: Option<Price>,
) -> Order {
    let intent = &decision.intent;
    Order {
        id: decision.order,
        instrument: intent.instrument,
        side: intent.side,
        kind: intent.kind,
        quantity,
        time_in_force: intent.time_in_force,
        origin: intent.origin.clone(),
        reduce_only: intent.reduce_only,
        stop_price,
        target_price,
        triggered: false,
        replacement: None,
        state: OrderState::Submitted,
        filled: Qty::ZERO,
        filled_value: Decimal::ZERO,
        created: decision.time,
        updated: decision.time,
        reason: None,
    }
}
