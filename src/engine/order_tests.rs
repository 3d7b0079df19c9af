//! Orders that are changed, cancelled or asked for twice, and signals that make none.
//! Must not repeat what risk and the venue show of themselves.

use super::Engine;
use super::tests::{
    FEED, ID, at, command, config, engine, order, position, short_strategies, states, swings, trade,
};
use crate::config::{Config, StrategyConfig};
use crate::domain::{
    Command, CommandBody, CommandId, CommandOutcome, EventBody, FeedStatus, IgnoreReason, Input,
    InstrumentId, OrderId, OrderIntent, OrderKind, OrderState, Price, Qty, Real, Side,
    SignalAction,
};

pub(super) fn price(units: i64) -> Price {
    Price::from_units(units)
}

pub(super) fn limit(units: i64) -> OrderKind {
    OrderKind::Limit(price(units))
}

fn amend(id: u64, to_price: Option<i64>, quantity: Option<i64>) -> CommandBody {
    CommandBody::AmendOrder {
        order: OrderId(id),
        price: to_price.map(price),
        quantity: quantity.map(Qty::from_units),
    }
}

/// An order with a stop and a target.
pub(super) fn bracket(
    side: Side,
    kind: OrderKind,
    quantity: i64,
    stop: i64,
    target: i64,
) -> CommandBody {
    let CommandBody::PlaceOrder(intent) = order(side, kind, quantity) else {
        unreachable!("an order");
    };
    CommandBody::PlaceOrder(OrderIntent {
        stop_price: Some(price(stop)),
        target_price: Some(price(target)),
        ..intent
    })
}

pub(super) fn shorting() -> Config {
    let mut config = config(Vec::new());
    config.risk.allow_short = true;
    config
}

/// An engine at 100.00 that holds so many.
pub(super) fn holding(config: &Config, quantity: i64) -> Engine {
    let mut engine = engine(config, 1);
    engine.step(&trade(0, 10_000));
    if quantity != 0 {
        let side = if quantity > 0 { Side::Buy } else { Side::Sell };
        command(&mut engine, order(side, OrderKind::Market, quantity.abs()));
        settle(&mut engine, 10_000);
    }
    assert_eq!(position(&engine), quantity);
    engine.clear_events();
    engine
}

/// Lets everything that is on its way arrive, at this price.
pub(super) fn settle(engine: &mut Engine, units: i64) {
    let millis = (engine.now().nanos() - at(0).nanos()) / 1_000_000;
    for later in [500, 1_000, 1_500] {
        engine.step(&trade(millis + later, units));
    }
}

pub(super) fn refusal(outcome: &CommandOutcome) -> &str {
    match outcome {
        CommandOutcome::Refused(text) | CommandOutcome::Partly { text, .. } => text,
        CommandOutcome::Done(_) => "",
    }
}

pub(super) fn open_sizes(engine: &Engine) -> Vec<(u64, i64)> {
    engine
        .working_orders()
        .map(|order| (order.id.0, order.open_quantity().units()))
        .collect()
}

#[test]
fn a_change_goes_to_the_venue_and_holds_from_its_answer_on() {
    let mut engine = holding(&config(Vec::new()), 0);
    command(&mut engine, order(Side::Buy, limit(9_900), 50));
    settle(&mut engine, 10_000);
    engine.clear_events();
    let done = command(&mut engine, amend(1, Some(9_950), Some(80)));
    assert_eq!(done, CommandOutcome::Done(Some(OrderId(1))));
    let before = engine.working_orders().next().expect("it works");
    assert_eq!(
        (before.kind, before.quantity),
        (limit(9_900), Qty::from_units(50))
    );
    settle(&mut engine, 10_000);
    let after = engine.working_orders().next().expect("it works");
    assert_eq!(
        (after.kind, after.quantity),
        (limit(9_950), Qty::from_units(80))
    );
    assert_eq!(
        states(engine.events()),
        [(1, OrderState::ReplacePending), (1, OrderState::Working)]
    );
    settle(&mut engine, 9_940);
    assert_eq!(position(&engine), 80);
}

#[test]
fn while_a_change_is_on_its_way_the_larger_of_the_two_counts() {
    // 20 % of 100 000 at 100.00 is 200.
    let mut small = config(Vec::new());
    small.account.initial_cash = rust_decimal::Decimal::from(100_000);
    let mut engine = holding(&small, 0);
    command(&mut engine, order(Side::Buy, limit(10_000), 50));
    engine.step(&trade(200, 10_010));
    engine.step(&trade(700, 10_010));
    command(&mut engine, amend(1, None, Some(150)));
    let too_much = command(&mut engine, order(Side::Buy, limit(10_000), 60));
    assert!(refusal(&too_much).contains("max_position"), "{too_much:?}");
    command(&mut engine, order(Side::Buy, limit(10_000), 50));
    settle(&mut engine, 10_010);
    // Smaller again: until the venue has said so, it may still be filled as it was.
    command(&mut engine, amend(1, None, Some(20)));
    let too_early = command(&mut engine, order(Side::Buy, limit(10_000), 100));
    assert!(
        refusal(&too_early).contains("max_position"),
        "{too_early:?}"
    );
    settle(&mut engine, 10_010);
    let now = command(&mut engine, order(Side::Buy, limit(10_000), 100));
    assert!(matches!(now, CommandOutcome::Done(_)), "{now:?}");
}

#[test]
fn what_cannot_be_changed_is_refused_in_one_line() {
    let mut engine = holding(&config(Vec::new()), 0);
    let refused = |body: CommandBody, expected: &str, engine: &mut Engine| {
        let outcome = command(engine, body);
        assert_eq!(refusal(&outcome), expected);
    };
    refused(
        amend(9, Some(1), None),
        "order T9 is not working",
        &mut engine,
    );
    command(&mut engine, order(Side::Buy, limit(9_900), 50));
    refused(
        amend(1, Some(9_901), None),
        "order T1 is on its way: wait for the venue",
        &mut engine,
    );
    settle(&mut engine, 10_000);
    refused(
        amend(1, Some(9_900), Some(50)),
        "order T1 has this price and size already",
        &mut engine,
    );
    refused(
        amend(1, None, Some(0)),
        "order T1 needs a size above zero",
        &mut engine,
    );
    refused(
        amend(1, None, Some(9_999)),
        "risk refuses the change of order T1: max_notional, max_position",
        &mut engine,
    );
    refused(
        amend(1, Some(-5), None),
        "risk refuses the change of order T1: grid, max_notional, max_position, buying_power",
        &mut engine,
    );
    command(&mut engine, amend(1, None, Some(40)));
    refused(
        amend(1, None, Some(30)),
        "a change of order T1 is on its way: wait for the venue",
        &mut engine,
    );
    settle(&mut engine, 10_000);
    command(&mut engine, CommandBody::CancelOrder(OrderId(1)));
    refused(
        amend(1, None, Some(30)),
        "order T1 is being cancelled",
        &mut engine,
    );
    settle(&mut engine, 10_000);
    refused(
        amend(1, None, Some(30)),
        "order T1 is cancelled",
        &mut engine,
    );
    refused(
        CommandBody::CancelOrder(OrderId(1)),
        "order T1 is cancelled",
        &mut engine,
    );
    command(&mut engine, order(Side::Buy, OrderKind::Market, 10));
    settle(&mut engine, 10_000);
    let filled = OrderId(engine.orders.last_order);
    refused(
        amend(filled.0, None, Some(30)),
        &format!("order {filled} is filled"),
        &mut engine,
    );
}

#[test]
fn a_fill_that_overtakes_a_change_ends_it() {
    let mut engine = holding(&config(Vec::new()), 0);
    command(&mut engine, order(Side::Buy, limit(9_900), 50));
    settle(&mut engine, 10_000);
    engine.clear_events();
    command(&mut engine, amend(1, Some(9_800), None));
    // Before the change has arrived.
    let millis = (engine.now().nanos() - at(0).nanos()) / 1_000_000;
    engine.step(&trade(millis + 1, 9_890));
    settle(&mut engine, 9_890);
    assert_eq!(position(&engine), 50);
    assert_eq!(
        states(engine.events()),
        [(1, OrderState::ReplacePending), (1, OrderState::Filled)]
    );
    let anomalies = engine
        .events()
        .iter()
        .filter(|event| event.body.kind() == "anomaly");
    assert_eq!(anomalies.count(), 0);
}

#[test]
fn a_stop_order_gaps_to_the_market_and_its_fill_gets_its_guards() {
    let mut engine = holding(&config(Vec::new()), 0);
    let entry = bracket(Side::Buy, OrderKind::Stop(price(10_050)), 20, 9_950, 10_500);
    command(&mut engine, entry);
    settle(&mut engine, 10_040);
    assert_eq!(open_sizes(&engine), [(1, 20)]);
    assert_eq!(position(&engine), 0);
    settle(&mut engine, 10_300);
    assert_eq!(position(&engine), 20);
    let paid = engine.ledger().position(ID).cost();
    assert!(paid > rust_decimal::Decimal::from(20 * 103), "{paid}");
    assert_eq!(engine.stop_of(ID), Some(price(9_950)));
    assert_eq!(engine.target_of(ID), Some(price(10_500)));
}

#[test]
fn entries_are_cancelled_and_exits_stay() {
    let mut engine = holding(&shorting(), 100);
    let exit = |quantity: i64, at_price: i64| {
        let CommandBody::PlaceOrder(intent) = order(Side::Sell, limit(at_price), quantity) else {
            unreachable!("an order");
        };
        CommandBody::PlaceOrder(OrderIntent {
            reduce_only: true,
            ..intent
        })
    };
    let first = engine.orders.last_order + 1;
    command(&mut engine, exit(40, 10_100));
    command(
        &mut engine,
        order(Side::Sell, OrderKind::Stop(price(9_900)), 60),
    );
    command(&mut engine, order(Side::Buy, limit(9_900), 10));
    // Nothing is left for it to close: it would open a short position.
    command(&mut engine, order(Side::Sell, limit(10_200), 10));
    settle(&mut engine, 10_000);
    assert_eq!(open_sizes(&engine).len(), 4);
    command(
        &mut engine,
        CommandBody::CancelEntries(Some(InstrumentId(0))),
    );
    settle(&mut engine, 10_000);
    assert_eq!(open_sizes(&engine), [(first, 40), (first + 1, 60)]);
    command(&mut engine, CommandBody::CancelAll(None));
    settle(&mut engine, 10_000);
    assert_eq!(open_sizes(&engine), []);
}

#[test]
fn a_reduce_only_order_never_opens_a_position() {
    let mut engine = holding(&shorting(), 100);
    let CommandBody::PlaceOrder(intent) = order(Side::Sell, limit(10_100), 80) else {
        unreachable!("an order");
    };
    let exit = OrderIntent {
        reduce_only: true,
        ..intent
    };
    command(&mut engine, CommandBody::PlaceOrder(exit));
    // An order of its own kind takes the position away from under it.
    command(&mut engine, order(Side::Sell, OrderKind::Market, 70));
    settle(&mut engine, 10_000);
    assert_eq!(position(&engine), 30);
    // It is larger than what is left, and ends where that does.
    settle(&mut engine, 10_200);
    assert_eq!(position(&engine), 0);
    assert_eq!(open_sizes(&engine), []);
}

#[test]
fn a_command_that_comes_twice_is_answered_twice_and_done_once() {
    let mut engine = holding(&config(Vec::new()), 0);
    let buy = Command {
        id: CommandId(77),
        body: order(Side::Buy, limit(9_900), 10),
    };
    engine.step(&Input::Command(buy.clone()));
    engine.step(&Input::Command(buy));
    // Whatever it asks the second time.
    engine.step(&Input::Command(Command {
        id: CommandId(77),
        body: CommandBody::Kill {
            reason: "no".to_owned(),
        },
    }));
    let answers: Vec<_> = engine
        .events()
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::CommandAnswered { command, outcome } => Some((command.0, outcome.clone())),
            _ => None,
        })
        .collect();
    assert_eq!(
        answers,
        vec![(77, CommandOutcome::Done(Some(OrderId(1)))); 3]
    );
    assert_eq!(open_sizes(&engine), [(1, 10)]);
    assert_eq!(engine.halt_reason(), None);
}

#[test]
fn a_command_for_an_instrument_that_is_not_there_is_refused_and_not_recorded() {
    let mut engine = holding(&config(Vec::new()), 0);
    let outcome = command(&mut engine, CommandBody::Flatten(InstrumentId(9)));
    assert_eq!(refusal(&outcome), "the instrument is not listed");
    let named = engine
        .events()
        .iter()
        .filter_map(|event| event.body.instrument());
    assert!(named.eq(std::iter::empty()), "the store could not place it");
}

/// The reasons why signals of a run made no order, each once, in the order of their first.
fn reasons(config: &Config, prepare: impl FnOnce(&mut Engine)) -> Vec<String> {
    let mut engine = engine(config, 1);
    engine.step(&trade(0, 10_000));
    prepare(&mut engine);
    for (millis, units) in swings(3_000) {
        engine.step(&trade(millis + 2_000, units));
    }
    engine.step(&Input::Feed {
        feed: FEED,
        status: FeedStatus::Ended,
    });
    let events = engine.events();
    let mut found: Vec<String> = Vec::new();
    for event in events {
        let EventBody::SignalRaised(signal) = &event.body else {
            continue;
        };
        let told = events.iter().filter(|other| other.cause == event.sequence);
        let told: Vec<_> = told.map(|other| &other.body).collect();
        match told[..] {
            [] => assert_eq!(signal.action, SignalAction::Hold),
            [EventBody::RiskDecided(_)] => {}
            [EventBody::SignalIgnored { instrument, reason }] => {
                assert_eq!(*instrument, signal.instrument);
                let text = match reason {
                    IgnoreReason::LowConfidence { .. } => "low confidence".to_owned(),
                    other => other.to_string(),
                };
                if !found.contains(&text) {
                    found.push(text);
                }
            }
            ref other => panic!("{other:?}"),
        }
    }
    found
}

#[test]
fn a_signal_that_makes_no_order_says_why() {
    let strategies = |change: fn(&mut StrategyConfig)| {
        let mut strategies = short_strategies();
        strategies.iter_mut().for_each(change);
        strategies
    };
    let off = config(strategies(|strategy| strategy.trade = false));
    assert_eq!(reasons(&off, |_| ()), ["trading is off for this strategy"]);
    let shy = config(strategies(|strategy| strategy.min_confidence = 0.99));
    assert_eq!(reasons(&shy, |_| ()), ["low confidence"]);
    let plain = config(strategies(|_| ()));
    let found = reasons(&plain, |_| ());
    assert!(
        found.contains(&"nothing to sell, and shorting is off".to_owned()),
        "{found:?}"
    );
    // A position and an order that are there before the first signal.
    let found = reasons(&plain, |engine| {
        command(engine, order(Side::Buy, OrderKind::Market, 10));
        settle(engine, 10_000);
        command(engine, order(Side::Sell, limit(99_000), 10));
    });
    assert_eq!(found, ["an order to sell works", "already long"]);
    let text = IgnoreReason::LowConfidence {
        confidence: Real(0.419),
        minimum: Real(0.55),
    };
    assert_eq!(text.to_string(), "confidence 0.41 < 0.55");
}
