//! When what happened to each order, by this machine's clock: the facts behind a record's timing.
//! Must not influence anything: it looks at what was said, and only where a screen is there.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::domain::{CommandId, Event, EventBody, OrderId, OrderState, Timestamp};
use crate::view::{LatencyKind, Timing};

use super::log_ring::wall_clock;

/// Orders and commands that are followed at most; the oldest are then left as they are.
const FOLLOWED_MAX: usize = 4_096;

/// What made the engine take a step.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cause {
    /// A tick of a batch that was read at this moment.
    Tick {
        /// When the batch was read.
        received: Instant,
        /// When the engine took the tick.
        taken: Instant,
    },
    /// A command that was taken at this moment.
    Command(Instant),
    /// The passing of time, or the store's state.
    Other,
}

/// Follows orders and commands by the clock.
#[derive(Debug)]
pub(super) struct Stopwatch {
    started: Instant,
    started_wall: Timestamp,
    orders: BTreeMap<OrderId, Laps>,
    commands: BTreeMap<CommandId, Instant>,
    changed: Vec<OrderId>,
    latencies: Vec<(LatencyKind, Duration)>,
}

#[derive(Debug, Clone, Copy)]
struct Laps {
    received: Option<Instant>,
    asked: Option<Instant>,
    decided: Instant,
    durable: Option<Instant>,
    acknowledged: Option<Instant>,
    filled: Option<Instant>,
    is_final: bool,
}

impl Stopwatch {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            started: now,
            started_wall: wall_clock(),
            orders: BTreeMap::new(),
            commands: BTreeMap::new(),
            changed: Vec::new(),
            latencies: Vec::new(),
        }
    }

    /// Notes what a step of the engine caused.
    pub(super) fn observe(&mut self, caused: &[Event], cause: Cause, now: Instant) {
        for event in caused {
            match &event.body {
                EventBody::RiskDecided(decision) => self.decide(decision.order, cause, now),
                EventBody::OrderChanged(order) => self.change(order.id, order.state, now),
                EventBody::Filled(fill) => {
                    if let Some(laps) = self.orders.get_mut(&fill.order) {
                        laps.filled.get_or_insert(now);
                        self.changed.push(fill.order);
                    }
                }
                EventBody::CommandAnswered { command, .. } => {
                    if let Cause::Command(asked) = cause {
                        self.commands.insert(*command, asked);
                        bound(&mut self.commands);
                    }
                }
                _ => {}
            }
        }
    }

    fn decide(&mut self, order: OrderId, cause: Cause, now: Instant) {
        let (mut received, mut asked) = (None, None);
        match cause {
            Cause::Tick {
                received: read,
                taken,
            } => {
                received = Some(read);
                let took = now.saturating_duration_since(taken);
                self.latencies.push((LatencyKind::TickToDecision, took));
            }
            Cause::Command(taken) => asked = Some(taken),
            Cause::Other => {}
        }
        let laps = Laps {
            received,
            asked,
            decided: now,
            durable: None,
            acknowledged: None,
            filled: None,
            is_final: false,
        };
        self.orders.insert(order, laps);
        bound(&mut self.orders);
        self.changed.push(order);
    }

    fn change(&mut self, order: OrderId, state: OrderState, now: Instant) {
        let Some(laps) = self.orders.get_mut(&order) else {
            return;
        };
        let is_answer = !matches!(
            state,
            OrderState::Submitted | OrderState::Denied | OrderState::CancelPending
        );
        if is_answer && laps.acknowledged.is_none() {
            laps.acknowledged = Some(now);
            let took = now.saturating_duration_since(laps.decided);
            self.latencies
                .push((LatencyKind::OrderToAcknowledgement, took));
        }
        laps.is_final = state.is_final();
        self.changed.push(order);
    }

    /// Notes events that may be shown now; `is_kept` says that they are on the disk.
    pub(super) fn shown(&mut self, events: &[Event], is_kept: bool, now: Instant) {
        for event in events {
            match &event.body {
                EventBody::RiskDecided(decision) if is_kept => {
                    let order = decision.order;
                    if let Some(laps) = self.orders.get_mut(&order) {
                        laps.durable = Some(now);
                        let took = now.saturating_duration_since(laps.decided);
                        self.latencies.push((LatencyKind::DecisionToDurable, took));
                        self.changed.push(order);
                    }
                }
                EventBody::CommandAnswered { command, .. } => {
                    if let Some(asked) = self.commands.remove(command) {
                        let took = now.saturating_duration_since(asked);
                        self.latencies.push((LatencyKind::CommandToAnswer, took));
                    }
                }
                _ => {}
            }
        }
    }

    /// The orders that changed since the last call and how long each took so far; those that are
    /// done and shown are followed no longer.
    pub(super) fn take_timings(&mut self, is_kept: bool) -> Vec<(OrderId, Timing)> {
        let mut changed = std::mem::take(&mut self.changed);
        changed.sort_unstable();
        changed.dedup();
        let mut timings = Vec::with_capacity(changed.len());
        for order in changed {
            let Some(laps) = self.orders.get(&order) else {
                continue;
            };
            timings.push((order, self.timing(laps)));
            if laps.is_final && (laps.durable.is_some() || !is_kept) {
                self.orders.remove(&order);
            }
        }
        timings
    }

    /// What was measured since the last call.
    pub(super) fn take_latencies(&mut self) -> Vec<(LatencyKind, Duration)> {
        std::mem::take(&mut self.latencies)
    }

    fn timing(&self, laps: &Laps) -> Timing {
        let first = [laps.received, laps.asked, Some(laps.decided)]
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(laps.decided);
        let since = |moment: Option<Instant>| {
            let passed = moment?.saturating_duration_since(first);
            u64::try_from(passed.as_micros()).ok()
        };
        let began = first.saturating_duration_since(self.started);
        let began = i64::try_from(began.as_nanos()).unwrap_or(i64::MAX);
        let decided = since(Some(laps.decided));
        Timing {
            began: Some(self.started_wall.plus_nanos(began)),
            tick_received: since(laps.received),
            asked: since(laps.asked),
            decided,
            durable: since(laps.durable),
            // The paper venue lives within the engine: it has the order with the decision.
            sent: decided.filter(|_| laps.acknowledged.is_some() || !laps.is_final),
            acknowledged: since(laps.acknowledged),
            filled: since(laps.filled),
        }
    }
}

fn bound<K: Ord, V>(followed: &mut BTreeMap<K, V>) {
    if followed.len() > FOLLOWED_MAX {
        followed.pop_first();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{
        CommandOutcome, Decimal, Decision, ExecutionId, Fill, InstrumentId, Liquidity, Order,
        OrderIntent, OrderKind, OrderOrigin, Price, Qty, Side, TimeInForce,
    };

    const ID: OrderId = OrderId(7);

    fn event(body: EventBody) -> Event {
        Event {
            sequence: 1,
            cause: 0,
            time: Timestamp::ZERO,
            body,
        }
    }

    fn decided(approved: bool) -> Event {
        let intent = OrderIntent {
            instrument: InstrumentId(0),
            side: Side::Buy,
            kind: OrderKind::Market,
            quantity: None,
            time_in_force: TimeInForce::Gtc,
            origin: OrderOrigin::Trader,
            reduce_only: false,
            stop_price: None,
        };
        event(EventBody::RiskDecided(Box::new(Decision {
            order: ID,
            intent,
            quantity: Qty::from_units(1),
            reference_price: None,
            approved,
            checks: Vec::new(),
            time: Timestamp::ZERO,
        })))
    }

    fn changed(state: OrderState) -> Event {
        event(EventBody::OrderChanged(Box::new(Order {
            id: ID,
            instrument: InstrumentId(0),
            side: Side::Buy,
            kind: OrderKind::Market,
            quantity: Qty::from_units(1),
            time_in_force: TimeInForce::Gtc,
            origin: OrderOrigin::Trader,
            reduce_only: false,
            stop_price: None,
            state,
            filled: Qty::ZERO,
            filled_value: Decimal::ZERO,
            created: Timestamp::ZERO,
            updated: Timestamp::ZERO,
            reason: None,
        })))
    }

    fn filled() -> Event {
        event(EventBody::Filled(Box::new(Fill {
            execution: ExecutionId(1),
            order: ID,
            instrument: InstrumentId(0),
            side: Side::Buy,
            quantity: Qty::from_units(1),
            price: Price::from_units(1),
            fee: Decimal::ZERO,
            slippage: Decimal::ZERO,
            realized_pnl: Decimal::ZERO,
            liquidity: Liquidity::Taker,
            time: Timestamp::ZERO,
        })))
    }

    #[test]
    fn an_order_of_a_tick_from_its_reading_to_its_fill() {
        let start = Instant::now();
        let at = |micros| start + Duration::from_micros(micros);
        let mut watch = Stopwatch::new(start);
        let cause = Cause::Tick {
            received: at(100),
            taken: at(130),
        };
        watch.observe(
            &[decided(true), changed(OrderState::Submitted)],
            cause,
            at(150),
        );
        watch.shown(&[decided(true)], true, at(400));
        watch.observe(&[changed(OrderState::Working)], Cause::Other, at(40_100));
        let [(order, timing)] = watch.take_timings(true)[..] else {
            panic!("one order");
        };
        assert_eq!(order, ID);
        let micros = [
            timing.tick_received,
            timing.asked,
            timing.decided,
            timing.durable,
            timing.sent,
            timing.acknowledged,
            timing.filled,
        ];
        let expected = [
            Some(0),
            None,
            Some(50),
            Some(300),
            Some(50),
            Some(40_000),
            None,
        ];
        assert_eq!(micros, expected);
        watch.observe(
            &[filled(), changed(OrderState::Filled)],
            Cause::Other,
            at(41_100),
        );
        let timing = watch.take_timings(true)[0].1;
        assert_eq!(timing.filled, Some(41_000));
        assert!(watch.orders.is_empty() && watch.take_timings(true).is_empty());
        let expected = [
            (LatencyKind::TickToDecision, Duration::from_micros(20)),
            (LatencyKind::DecisionToDurable, Duration::from_micros(250)),
            (
                LatencyKind::OrderToAcknowledgement,
                Duration::from_micros(39_950),
            ),
        ];
        assert_eq!(watch.take_latencies(), expected);
    }

    #[test]
    fn a_command_is_timed_to_its_answer_and_what_was_denied_is_not_sent() {
        let start = Instant::now();
        let at = |micros| start + Duration::from_micros(micros);
        let mut watch = Stopwatch::new(start);
        let answered = event(EventBody::CommandAnswered {
            command: CommandId(3),
            outcome: CommandOutcome::Done(None),
        });
        let caused = [
            decided(false),
            changed(OrderState::Denied),
            answered.clone(),
        ];
        watch.observe(&caused, Cause::Command(at(10)), at(30));
        watch.shown(&caused, false, at(90));
        let timing = watch.take_timings(false)[0].1;
        assert_eq!((timing.asked, timing.decided), (Some(0), Some(20)));
        assert_eq!((timing.sent, timing.durable), (None, None));
        assert_eq!(
            watch.take_latencies(),
            [(LatencyKind::CommandToAnswer, Duration::from_micros(80))]
        );
        watch.shown(&[answered], false, at(99));
        assert_eq!(watch.take_latencies(), [], "told once");
    }
}
