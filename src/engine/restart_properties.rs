//! Random trading, broken off anywhere: what holds throughout, and what a restart finds.
//! Must not know how a snapshot or a journal is kept: both go through text, as the store's do.

use proptest::prelude::*;

use super::guards::Guard;
use super::positions::Leave;
use super::tests::{FEED, ID, config, engine, instrument, list, order, trade};
use super::trading::{Halt, WorkingOrder};
use super::{Engine, Recovered, Settings, Snapshot};
use crate::config::Config;
use crate::domain::{
    Command, CommandBody, CommandId, Event, EventBody, FeedId, FeedStatus, Input, OrderId,
    OrderIntent, OrderKind, Price, Qty, Side, TimeInForce,
};

/// Something that happens; prices are distances from the last one.
#[derive(Debug, Clone)]
enum Step {
    Tick {
        wait: i64,
        by: i64,
    },
    Place(Box<Entry>),
    Amend {
        nth: usize,
        by: Option<i64>,
        quantity: Option<i64>,
    },
    Cancel(usize),
    CancelEntries,
    Flatten,
    ClosePart(u8),
    Reverse,
    SetStop(Option<i64>),
    SetTarget(Option<i64>),
    Kill,
    Resume,
}

#[derive(Debug, Clone)]
struct Entry {
    buys: bool,
    kind: u8,
    by: i64,
    quantity: Option<i64>,
    stop: Option<i64>,
    target: Option<i64>,
    reduce_only: bool,
    immediate: bool,
}

fn any_step() -> impl Strategy<Value = Step> {
    let near = -60_i64..60;
    let some_near = || prop::option::of(-60_i64..60);
    let entry = (
        (any::<bool>(), 0_u8..3, near.clone()),
        (
            prop::option::weighted(0.9, 1_i64..300),
            some_near(),
            some_near(),
        ),
        (prop::bool::weighted(0.2), prop::bool::weighted(0.2)),
    )
        .prop_map(
            |((buys, kind, by), (quantity, stop, target), (reduce_only, immediate))| Entry {
                buys,
                kind,
                by,
                quantity,
                stop,
                target,
                reduce_only,
                immediate,
            },
        );
    prop_oneof![
        12 => (1_i64..400, near).prop_map(|(wait, by)| Step::Tick { wait, by: by / 2 }),
        6 => entry.prop_map(|entry| Step::Place(Box::new(entry))),
        4 => (0_usize..4, some_near(), prop::option::of(1_i64..300))
            .prop_map(|(nth, by, quantity)| Step::Amend { nth, by, quantity }),
        1 => (0_usize..4).prop_map(Step::Cancel),
        1 => Just(Step::CancelEntries),
        1 => Just(Step::Flatten),
        2 => (0_u8..=101).prop_map(Step::ClosePart),
        2 => Just(Step::Reverse),
        2 => some_near().prop_map(Step::SetStop),
        2 => some_near().prop_map(Step::SetTarget),
        1 => Just(Step::Kill),
        2 => Just(Step::Resume),
    ]
}

fn settings(shorts: bool) -> Config {
    let mut config = config(Vec::new());
    config.risk.allow_short = shorts;
    config.account.initial_cash = rust_decimal::Decimal::from(200_000);
    config
}

/// A desk that is traded on, and all that it ever said.
struct Desk {
    config: Config,
    engine: Engine,
    events: Vec<Event>,
    millis: i64,
    last: i64,
    commands: u64,
}

impl Desk {
    fn new(config: Config) -> Self {
        let mut engine = engine(&config, 1);
        engine.step(&trade(0, 10_000));
        Self {
            config,
            engine,
            events: Vec::new(),
            millis: 0,
            last: 10_000,
            commands: 0,
        }
    }

    fn near(&self, by: i64) -> Price {
        Price::from_units(self.last + by)
    }

    fn play(&mut self, step: &Step) {
        let body = match step {
            Step::Tick { wait, by } => {
                self.millis += wait;
                self.last = (self.last + by).clamp(9_000, 11_000);
                self.engine.step(&trade(self.millis, self.last));
                return;
            }
            Step::Place(entry) => CommandBody::PlaceOrder(self.intent(entry)),
            Step::Amend { nth, by, quantity } => CommandBody::AmendOrder {
                order: self.nth(*nth),
                price: by.map(|by| self.near(by)),
                quantity: quantity.map(Qty::from_units),
            },
            Step::Cancel(nth) => CommandBody::CancelOrder(self.nth(*nth)),
            Step::CancelEntries => CommandBody::CancelEntries(None),
            Step::Flatten => CommandBody::Flatten(ID),
            Step::ClosePart(percent) => CommandBody::ClosePart {
                instrument: ID,
                percent: *percent,
            },
            Step::Reverse => CommandBody::Reverse(ID),
            Step::SetStop(by) => CommandBody::SetStop {
                instrument: ID,
                stop_price: by.map(|by| self.near(by)),
            },
            Step::SetTarget(by) => CommandBody::SetTarget {
                instrument: ID,
                target_price: by.map(|by| self.near(by)),
            },
            Step::Kill => CommandBody::Kill {
                reason: "test".to_owned(),
            },
            Step::Resume => CommandBody::Resume,
        };
        self.commands += 1;
        let id = CommandId(self.commands);
        self.engine.step(&Input::Command(Command { id, body }));
    }

    fn intent(&self, entry: &Entry) -> OrderIntent {
        let side = if entry.buys { Side::Buy } else { Side::Sell };
        let CommandBody::PlaceOrder(plain) = order(side, OrderKind::Market, 1) else {
            unreachable!("an order");
        };
        OrderIntent {
            kind: match entry.kind {
                0 => OrderKind::Market,
                1 => OrderKind::Limit(self.near(entry.by)),
                _ => OrderKind::Stop(self.near(entry.by)),
            },
            quantity: entry.quantity.map(Qty::from_units),
            stop_price: entry.stop.map(|by| self.near(by)),
            target_price: entry.target.map(|by| self.near(by)),
            reduce_only: entry.reduce_only,
            time_in_force: if entry.immediate {
                TimeInForce::Ioc
            } else {
                TimeInForce::Gtc
            },
            ..plain
        }
    }

    fn nth(&self, nth: usize) -> OrderId {
        let order = self.engine.working_orders().nth(nth);
        order.map_or(OrderId(1), |order| order.id)
    }

    fn collect(&mut self) {
        self.events.append(&mut self.engine.take_events());
    }

    /// What money depends on, as it stands.
    fn state(&self) -> State {
        let instrument = self.engine.instruments.first();
        State {
            position: self.engine.ledger.position(ID).quantity(),
            cash: self.engine.ledger.account().cash,
            halt: self.engine.halt.clone(),
            working: self.engine.orders.working.values().cloned().collect(),
            guards: instrument.map(|state| (state.stop, state.target)),
            leave: instrument.and_then(|state| state.leave.clone()),
        }
    }

    /// Ends without a word and starts again from what is on disk: the newest snapshot, if there
    /// was one, and the journal after it.
    fn restart(&mut self, snapshot: Option<String>) {
        self.collect();
        let newest = |pick: fn(&EventBody) -> u64| {
            self.events
                .iter()
                .map(|event| pick(&event.body))
                .max()
                .unwrap_or(0)
        };
        let last_order = newest(|body| match body {
            EventBody::RiskDecided(decision) => decision.order.0,
            _ => 0,
        });
        let last_execution = newest(|body| match body {
            EventBody::Filled(fill) => fill.execution.0,
            _ => 0,
        });
        let snapshot = snapshot.map(|text| serde_json::from_str::<Snapshot>(&text).unwrap());
        let after = snapshot.as_ref().map_or(0, |it| it.sequence);
        let events = self
            .events
            .iter()
            .filter(|event| event.sequence > after && !is_market(&event.body))
            .map(|event| serde_json::from_str(&serde_json::to_string(event).unwrap()).unwrap())
            .collect();
        let recovered = Recovered {
            snapshot,
            events,
            instruments: [(ID, (*instrument("T0")).clone())].into_iter().collect(),
            last_sequence: self.engine.sequence(),
            last_order,
            last_execution,
            ..Recovered::default()
        };
        self.engine = Engine::new(Settings::new(&self.config).unwrap()).unwrap();
        self.engine.restore(recovered, FeedId(1)).unwrap();
        self.collect();
    }

    fn end(&mut self) {
        for _ in 0..4 {
            self.play(&Step::Tick { wait: 500, by: 0 });
        }
        self.engine.step(&Input::Feed {
            feed: FEED,
            status: FeedStatus::Ended,
        });
        self.collect();
    }
}

fn is_market(body: &EventBody) -> bool {
    matches!(body.kind(), "candle" | "bar" | "indicator")
}

#[derive(Debug, Clone, PartialEq)]
struct State {
    position: Qty,
    cash: rust_decimal::Decimal,
    halt: Option<Halt>,
    working: Vec<WorkingOrder>,
    guards: Option<(Guard, Guard)>,
    leave: Option<Leave>,
}

/// What no sequence of orders, changes, ticks and restarts may break.
fn check(desk: &Desk) -> Result<(), TestCaseError> {
    let events = &desk.events;
    let mut position = 0;
    let mut reduce_only = std::collections::BTreeMap::new();
    for (expected, event) in (1_u64..).zip(events) {
        prop_assert_eq!(event.sequence, expected, "no gap");
        prop_assert!(event.cause < event.sequence);
        match &event.body {
            EventBody::Anomaly { text, .. } => prop_assert!(false, "{}", text),
            EventBody::OrderChanged(order) => {
                reduce_only.insert(order.id, order.reduce_only);
                prop_assert!(order.filled <= order.quantity);
            }
            EventBody::Filled(fill) => {
                let before: i64 = position;
                position += fill.side.signed(fill.quantity).units();
                if reduce_only.get(&fill.order) == Some(&true) {
                    prop_assert!(position.abs() < before.abs(), "{} to {}", before, position);
                    prop_assert!(position * before >= 0);
                }
            }
            _ => {}
        }
    }
    prop_assert_eq!(desk.engine.ledger.position(ID).quantity().units(), position);
    if position == 0 {
        prop_assert_eq!(
            (desk.engine.stop_of(ID), desk.engine.target_of(ID)),
            (None, None)
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    /// Positions are the sum of the fills, whatever is asked in whatever order.
    #[test]
    fn positions_are_the_sum_of_fills(
        steps in prop::collection::vec(any_step(), 1..150), shorts in any::<bool>(),
    ) {
        let mut desk = Desk::new(settings(shorts));
        for step in &steps {
            desk.play(step);
        }
        desk.end();
        check(&desk)?;
        if let Some(halt) = desk.engine.halt.as_ref().filter(|halt| halt.kill) {
            prop_assert_eq!(halt.stage, Some(crate::domain::KillStage::Flat));
            prop_assert_eq!(desk.engine.ledger.open_positions(), 0);
        }
    }

    /// A restart finds orders with their changes, stops, targets, wishes and the kill's stage as
    /// they were, from the journal alone as from a snapshot and what came after it; and goes on.
    #[test]
    fn a_restart_finds_everything_that_money_depends_on(
        steps in prop::collection::vec(any_step(), 1..100), shorts in any::<bool>(),
        saved in prop::option::of(0.0_f64..1.0), ended in 0.0_f64..1.0,
    ) {
        let mut desk = Desk::new(settings(shorts));
        let at = |part: f64| (steps.len() as f64 * part) as usize;
        let mut snapshot = None;
        for (index, step) in steps.iter().enumerate() {
            if index == at(ended) {
                let before = desk.state();
                desk.restart(snapshot.take());
                let after = desk.state();
                if desk.engine.instruments.is_empty() {
                    // Not listed before its feed does: nothing may depend on it.
                    prop_assert!(before.position.is_zero() && before.working.is_empty());
                    prop_assert_eq!((after.cash, &after.halt), (before.cash, &before.halt));
                } else {
                    prop_assert_eq!(&after, &before);
                }
                list(&mut desk.engine, 1);
                let last = desk.last;
                desk.engine.step(&trade(desk.millis, last));
            }
            if saved.map(at) == Some(index) && index < at(ended) {
                snapshot = Some(serde_json::to_string(&desk.engine.snapshot().unwrap()).unwrap());
            }
            desk.play(step);
        }
        desk.end();
        check(&desk)?;
    }
}
