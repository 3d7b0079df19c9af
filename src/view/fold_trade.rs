//! The trade lane's part of folding: signals, decisions, orders, fills, money, halts.
//! Must keep rows in the order of their numbers, though those of earlier runs come later.

use std::collections::VecDeque;

use crate::domain::{
    CommandOutcome, Decision, Event, EventBody, Fill, InstrumentId, Order, OrderOrigin, OrderState,
    Price, Signal, SignalAction,
};

use super::book::QueueSpot;
use super::equity::EquityPoint;
use super::fold::ViewFold;
use super::fold_market::queued_at;
use super::model::{
    FillRow, HaltView, ROWS_KEPT, SignalOutcome, SignalRow, TRADES_KEPT, TradeLogEntry,
    TradeLogRow, View,
};
use super::records::{DecisionRecord, Timing};
use super::sizing::SizingFacts;
use super::trades::{self, OpenTrade};

impl ViewFold {
    /// Folds an event of signals, orders and money in.
    pub(super) fn apply_trade(&mut self, view: &mut View, event: &Event) {
        match &event.body {
            EventBody::SignalRaised(signal) => on_signal(view, event, signal),
            EventBody::RiskDecided(decision) => on_decision(view, event, decision),
            EventBody::OrderChanged(order) => self.on_order(view, event, order),
            EventBody::Filled(fill) => self.on_fill(view, event, fill),
            EventBody::StopMoved {
                instrument,
                stop_price,
            } => self.on_stop(view, *instrument, *stop_price),
            EventBody::AccountSampled(account) => {
                view.account = *account;
                let point = EquityPoint::of(account, event.time);
                view.equity.take(point);
                view.session.sample(&point);
            }
            EventBody::Halted { reason, kill } => {
                let (reason, kill) = (reason.clone(), *kill);
                if !self.is_past {
                    view.halt = Some(HaltView {
                        reason: reason.clone(),
                        kill,
                    });
                }
                log(view, event, TradeLogEntry::Halted { reason, kill });
            }
            EventBody::Resumed => {
                if !self.is_past {
                    view.halt = None;
                }
                log(view, event, TradeLogEntry::Resumed);
            }
            EventBody::CommandAnswered {
                outcome: CommandOutcome::Refused(text),
                ..
            } => log(view, event, TradeLogEntry::Note(text.clone())),
            EventBody::StoreFailed { reason } => {
                log(view, event, TradeLogEntry::Note(reason.clone()));
            }
            EventBody::Anomaly { text, .. } => log(view, event, TradeLogEntry::Note(text.clone())),
            _ => {}
        }
    }

    fn on_order(&self, view: &mut View, event: &Event, order: &Order) {
        let is_first = view
            .records
            .of_order(order.id)
            .is_some_and(|record| record.steps.is_empty());
        view.records.change(event.sequence, event.time, order);
        if is_first && let Some(sizing) = self.sizing(view, order) {
            view.records.size(order.id, sizing);
        }
        if !self.is_past {
            if order.state.is_final() {
                view.working_orders.remove(&order.id);
                view.queue.remove(&order.id);
            } else {
                view.working_orders.insert(order.id, order.clone());
                join_queue(view, order);
            }
        }
        let known = view.orders.get(&order.id);
        if known.is_none_or(|known| known.updated <= order.updated) {
            view.orders.insert(order.id, order.clone());
        }
        if view.orders.len() > ROWS_KEPT {
            view.orders.pop_first();
        }
        // A refusal is logged with its checks, and fills are logged as such.
        let is_told_elsewhere = matches!(
            order.state,
            OrderState::Denied | OrderState::Filled | OrderState::PartiallyFilled
        );
        if !is_told_elsewhere {
            log(view, event, TradeLogEntry::Order(order.clone()));
        }
    }

    /// How an order's size came about; unknown for earlier runs, whose equity is not known here.
    fn sizing(&self, view: &View, order: &Order) -> Option<SizingFacts> {
        if self.is_past {
            return None;
        }
        let decision = view.records.of_order(order.id)?.decision.as_ref()?;
        let instrument = &view.instrument(order.instrument)?.instrument;
        let equity = self.books.account().equity;
        Some(SizingFacts::of(
            decision,
            order,
            instrument,
            equity,
            &view.limits,
        ))
    }

    fn on_fill(&mut self, view: &mut View, event: &Event, fill: &Fill) {
        log(view, event, TradeLogEntry::Fill(fill.clone()));
        let row = FillRow {
            sequence: event.sequence,
            fill: fill.clone(),
        };
        push(&mut view.fills, row, ROWS_KEPT, |row| row.sequence);
        for row in &mut view.signals {
            if row.outcome == SignalOutcome::Sent(fill.order) {
                row.outcome = SignalOutcome::Filled(fill.order);
            }
        }
        self.follow_trade(view, event, fill);
        view.records
            .fill(fill, !self.held(fill.instrument).is_zero());
        let Some(row) = view.instruments.get_mut(fill.instrument.index()) else {
            return;
        };
        // A duplicate changes nothing, which is what a replica wants; those of earlier runs are.
        if self.ledger.apply(fill, &row.instrument).is_ok() {
            let _ = self
                .ledger
                .mark(fill.instrument, fill.price, &row.instrument);
            row.position = self.position(fill.instrument, &row.instrument, &row.position);
        }
        if self.books.apply(fill, &row.instrument).is_ok() {
            let _ = self
                .books
                .mark(fill.instrument, fill.price, &row.instrument);
        }
    }

    /// Opens, grows, shrinks and closes the round trip that a fill belongs to.
    fn follow_trade(&mut self, view: &mut View, event: &Event, fill: &Fill) {
        let id = fill.instrument;
        let order = view.order(fill.order);
        let origin = order.map_or(OrderOrigin::Trader, |order| order.origin.clone());
        let signal = view.records.of_order(fill.order);
        let signal = signal.and_then(|record| record.signal.as_ref());
        let timeframe = signal.map(|signal| signal.timeframe);
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        let before = self.held(id);
        let after = before.saturating_add(fill.side.signed(fill.quantity));
        let (closing, opening) = trades::split(fill, before, &row.instrument);
        let mut closed = None;
        if let Some(part) = closing {
            if let Some(trade) = &mut row.open_trade {
                trade.exit(&part, fill.realized_pnl);
            }
            let is_over = after.is_zero() || after.units().signum() != before.units().signum();
            if is_over {
                closed = row.open_trade.take().map(|trade| {
                    trade.close(event.sequence, fill, origin.clone(), &row.instrument)
                });
            }
        }
        if let Some(part) = opening {
            let begins = before.is_zero() || closing.is_some();
            if begins {
                let shortest = row.series.first().map(|series| series.timeframe);
                row.open_trade = Some(OpenTrade {
                    timeframe: timeframe.or(shortest),
                    ..OpenTrade::new(fill, origin, !self.is_past)
                });
            }
            if let Some(trade) = &mut row.open_trade {
                trade.enter(&part);
            }
        }
        self.set_held(id, after);
        if let Some(trade) = closed {
            view.session.close(&trade);
            let trades = &mut view.closed_trades;
            push(trades, trade, TRADES_KEPT, |trade| trade.sequence);
        }
    }

    fn on_stop(&self, view: &mut View, id: InstrumentId, stop_price: Option<Price>) {
        let Some(row) = view.instruments.get_mut(id.index()) else {
            return;
        };
        if !self.is_past {
            row.position.stop_price = stop_price;
        }
        if let Some(trade) = &mut row.open_trade {
            trade.stop_price = trade.stop_price.or(stop_price);
        }
    }
}

fn on_signal(view: &mut View, event: &Event, signal: &Signal) {
    if view.session.roll(event.time) {
        view.session.signals += 1;
        view.session.held += u32::from(signal.action == SignalAction::Hold);
    }
    let series = view.instrument(signal.instrument).and_then(|row| {
        let series = row.series.iter();
        series
            .into_iter()
            .find(|series| series.timeframe == signal.timeframe)
    });
    let newest = series.and_then(|series| series.bars.back().map(|row| (series, row.bar)));
    let raised_by = newest.filter(|(_, bar)| bar.start == signal.bar_start);
    view.records.insert(DecisionRecord {
        sequence: event.sequence,
        cause: event.cause,
        time: event.time,
        instrument: signal.instrument,
        signal: Some(signal.clone()),
        bar: raised_by.map(|(_, bar)| bar),
        values: raised_by.map_or_else(Vec::new, |(series, _)| series.values.clone()),
        decision: None,
        sizing: None,
        order: None,
        steps: Vec::new(),
        fills: Vec::new(),
        timing: Timing::default(),
    });
    let row = SignalRow {
        sequence: event.sequence,
        time: event.time,
        signal: signal.clone(),
        outcome: SignalOutcome::NoOrder,
    };
    push(&mut view.signals, row, ROWS_KEPT, |row| row.sequence);
}

fn on_decision(view: &mut View, event: &Event, decision: &Decision) {
    let is_signal = matches!(decision.intent.origin, OrderOrigin::Strategy(_));
    let signal = is_signal.then_some(event.cause);
    view.records.decide(signal, decision, || DecisionRecord {
        sequence: event.sequence,
        cause: event.cause,
        time: event.time,
        instrument: decision.intent.instrument,
        signal: None,
        bar: None,
        values: Vec::new(),
        decision: None,
        sizing: None,
        order: None,
        steps: Vec::new(),
        fills: Vec::new(),
        timing: Timing::default(),
    });
    if is_signal && view.session.roll(event.time) {
        view.session.sent += u32::from(decision.approved);
        view.session.denied += u32::from(!decision.approved);
    }
    let outcome = if decision.approved {
        SignalOutcome::Sent(decision.order)
    } else {
        SignalOutcome::Denied(decision.denial())
    };
    if is_signal
        && let Ok(index) = view
            .signals
            .binary_search_by_key(&event.cause, |row| row.sequence)
        && let Some(row) = view.signals.get_mut(index)
    {
        row.outcome = outcome;
    }
    if !decision.approved {
        log(view, event, TradeLogEntry::Denied(decision.clone()));
    }
}

/// An order that rests from now on stands behind all that rests there already.
fn join_queue(view: &mut View, order: &Order) {
    let Some(price) = queued_at(order, order.instrument) else {
        return;
    };
    if view.queue.contains_key(&order.id) {
        return;
    }
    let row = view.instrument(order.instrument);
    let depth = row.and_then(|row| row.book.depth.as_ref());
    let spot = depth.and_then(|depth| QueueSpot::join(depth, order.side, price));
    view.queue.extend(spot.map(|spot| (order.id, spot)));
}

/// Adds a row at its place by number; the oldest goes where there is no room.
fn push<T>(rows: &mut VecDeque<T>, row: T, kept: usize, number: impl Fn(&T) -> u64) {
    let own = number(&row);
    let place = rows.partition_point(|other| number(other) <= own);
    if rows.len() < kept {
        rows.insert(place, row);
    } else if place > 0 {
        rows.pop_front();
        rows.insert(place - 1, row);
    }
}

fn log(view: &mut View, event: &Event, entry: TradeLogEntry) {
    let row = TradeLogRow {
        sequence: event.sequence,
        time: event.time,
        entry,
    };
    push(&mut view.trade_log, row, ROWS_KEPT, |row| row.sequence);
}
