//! The sample's decision records: a filled order, a working one, a refused one, a held lean.
//! Must not be taken for decisions: every number is made up, and the same at each call.

use std::collections::VecDeque;

use super::{preview, signals, working_orders};
use crate::domain::{
    Bar, Decimal, Decision, Order, OrderId, OrderIntent, OrderKind, OrderOrigin, OrderState, Price,
    Qty, Side, SignalAction, TimeInForce, Timestamp,
};
use crate::indicators::{IndicatorCatalog, IndicatorSpec};
use crate::view::{
    DecisionRecord, FillRow, OrderStep, Records, SignalOutcome, SignalRow, SizingFacts, Timing,
};

/// The indicators whose values the records hold.
pub(super) fn specs() -> Vec<IndicatorSpec> {
    IndicatorSpec::parse_list("EMA:9,EMA:21,RSI:14,MACD:12/26/9,BB:20/2,ATR:14").unwrap_or_default()
}

/// A record for each of the sample's signals.
pub(super) fn records(fills: &VecDeque<FillRow>) -> Records {
    let mut records = Records::default();
    for row in signals() {
        records.insert(record(&row, fills));
    }
    records
}

fn record(row: &SignalRow, fills: &VecDeque<FillRow>) -> DecisionRecord {
    let order = match &row.outcome {
        SignalOutcome::Filled(order) | SignalOutcome::Sent(order) => Some(*order),
        SignalOutcome::Denied(_) => Some(OrderId(40)),
        _ => None,
    };
    let decision = order.map(|order| decision(row, order));
    let working = order.and_then(|order| working_orders().remove(&order));
    let order = decision
        .as_ref()
        .map(|decision| working.unwrap_or_else(|| ended(row, decision)));
    let fills: Vec<_> = fills
        .iter()
        .filter(|it| Some(it.fill.order) == order.as_ref().map(|order| order.id))
        .map(|it| it.fill.clone())
        .collect();
    let close = row.signal.price;
    let value_count = IndicatorCatalog::new(&specs()).len();
    let values = [
        10_021.4, 10_008.9, 61.2, 12.4, 9.1, 3.3, 10_061.0, 10_010.0, 9_959.0, 38.5,
    ];
    DecisionRecord {
        sequence: row.sequence,
        cause: row.sequence.saturating_sub(40),
        time: row.time,
        instrument: row.signal.instrument,
        signal: Some(row.signal.clone()),
        bar: Some(Bar {
            start: row.signal.bar_start,
            open: Price::from_units(close.units() - 14),
            high: Price::from_units(close.units() + 3),
            low: Price::from_units(close.units() - 17),
            close,
            volume: Qty::from_units(1_240),
            count: 60,
        }),
        values: values.into_iter().map(Some).take(value_count).collect(),
        sizing: order.as_ref().map(sizing),
        steps: order.as_ref().map(steps).unwrap_or_default(),
        timing: order.as_ref().map(timing).unwrap_or_default(),
        decision,
        order,
        fills,
    }
}

fn decision(row: &SignalRow, order: OrderId) -> Decision {
    let is_approved = !matches!(row.outcome, SignalOutcome::Denied(_));
    let intent = OrderIntent {
        instrument: row.signal.instrument,
        side: if row.signal.action == SignalAction::Buy {
            Side::Buy
        } else {
            Side::Sell
        },
        kind: OrderKind::Market,
        quantity: None,
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Strategy(row.signal.strategy.clone()),
        reduce_only: false,
        stop_price: None,
    };
    Decision {
        order,
        time: row.time,
        ..preview(intent, is_approved).decision
    }
}

fn ended(row: &SignalRow, decision: &Decision) -> Order {
    let intent = &decision.intent;
    let state = if decision.approved {
        OrderState::Filled
    } else {
        OrderState::Denied
    };
    let quantity = Qty::from_units(190);
    let mut order = super::order(
        decision.order.0,
        intent.instrument.0,
        intent.side,
        quantity.units(),
        intent.kind,
        state,
    );
    order.created = row.time;
    order.updated = row.time.plus_nanos(41_000_000);
    if decision.approved {
        order.filled = quantity;
        order.stop_price = Some(Price::from_units(9_965));
    } else {
        order.reason = Some(decision.denial());
    }
    order
}

fn sizing(order: &Order) -> SizingFacts {
    let money = |cents| Some(Decimal::new(cents, 2));
    SizingFacts {
        equity: Decimal::new(10_084_210, 2),
        risk_percent: Decimal::ONE,
        risk_budget: money(100_842),
        entry: Some(Price::from_units(10_043)),
        stop: order.stop_price,
        stop_distance: order.stop_price.map(|_| Price::from_units(78)),
        loss_per_lot: order.stop_price.and(money(78)),
        by_risk: order.stop_price.map(|_| Qty::from_units(1_292)),
        quantity: order.quantity,
        lots: order.quantity.units(),
        notional: money(1_908_170),
        loss_to_stop: order.stop_price.and(money(14_820)),
        is_by_risk: true,
    }
}

fn steps(order: &Order) -> Vec<OrderStep> {
    let step = |sequence, time: Timestamp, state, filled| OrderStep {
        sequence,
        time,
        state,
        filled,
        reason: None,
    };
    let (zero, first) = (Qty::ZERO, order.created);
    let answered = first.plus_nanos(38_000_000);
    match order.state {
        OrderState::Denied => vec![OrderStep {
            reason: order.reason.clone(),
            ..step(1_134, first, OrderState::Denied, zero)
        }],
        OrderState::Filled => vec![
            step(1_088, first, OrderState::Submitted, zero),
            step(1_089, answered, OrderState::Working, zero),
            step(1_091, order.updated, OrderState::Filled, order.filled),
        ],
        state => vec![
            step(1_181, first, OrderState::Submitted, zero),
            step(1_182, answered, state, order.filled),
        ],
    }
}

fn timing(order: &Order) -> Timing {
    let is_sent = order.state != OrderState::Denied;
    let is_filled = order.state == OrderState::Filled;
    Timing {
        began: Some(order.created),
        tick_received: Some(0),
        asked: None,
        decided: Some(46),
        durable: Some(318),
        sent: is_sent.then_some(46),
        acknowledged: is_sent.then_some(38_412),
        filled: is_filled.then_some(41_020),
    }
}
