//! Why something happened: each event's cause, walked back to where it began.
//! Must not look at anything but the events, which is all that a screen has.

use super::Engine;
use super::tests::{ID, at, command, config, engine, order, short_strategies, swings, trade};
use crate::domain::{
    CommandBody, Event, EventBody, OrderId, OrderIntent, OrderKind, OrderOrigin, Price, Qty, Side,
};

/// The kinds of the events that led to `last`, newest first.
fn chain(events: &[Event], last: &Event) -> String {
    let mut kinds = vec![last.body.kind()];
    let mut cause = last.cause;
    while cause != 0 {
        let event = events.iter().find(|event| event.sequence == cause);
        let event = event.unwrap_or_else(|| panic!("event {cause} is not there"));
        assert!(event.cause < cause, "a cause comes first");
        kinds.push(event.body.kind());
        cause = event.cause;
    }
    kinds.join(" < ")
}

/// The newest event that fits.
fn newest(events: &[Event], fits: impl Fn(&EventBody) -> bool) -> &Event {
    let found = events.iter().rev().find(|event| fits(&event.body));
    found.expect("it happened")
}

fn last_fill(events: &[Event]) -> &Event {
    newest(events, |body| matches!(body, EventBody::Filled(_)))
}

fn settle(engine: &mut Engine, units: i64) {
    let millis = (engine.now().nanos() - at(0).nanos()) / 1_000_000;
    for later in [500, 1_000] {
        engine.step(&trade(millis + later, units));
    }
}

/// A position of 40 from the keyboard, with a stop at 99.00 and a target at 101.00.
fn guarded() -> Engine {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    let CommandBody::PlaceOrder(intent) = order(Side::Buy, OrderKind::Market, 40) else {
        unreachable!("an order");
    };
    let entry = OrderIntent {
        stop_price: Some(Price::from_units(9_900)),
        target_price: Some(Price::from_units(10_100)),
        ..intent
    };
    command(&mut engine, CommandBody::PlaceOrder(entry));
    settle(&mut engine, 10_000);
    engine
}

const ENTRY: &str = "fill < order < order < risk < asked";
const EXIT: &str = "fill < order < order < risk < flatten < flatten";

#[test]
fn a_strategys_fill_leads_back_to_its_bar() {
    let mut engine = engine(&config(short_strategies()), 1);
    for (millis, price) in swings(3_000) {
        engine.step(&trade(millis, price));
    }
    let events = engine.events();
    let is_of_strategy = |id: OrderId| {
        events.iter().any(|event| {
            matches!(&event.body, EventBody::RiskDecided(decision)
                if decision.order == id && matches!(decision.intent.origin, OrderOrigin::Strategy(_)))
        })
    };
    // The first of an order; the next one follows from it.
    let fill = events
        .iter()
        .find(|event| matches!(&event.body, EventBody::Filled(fill) if is_of_strategy(fill.order)));
    let fill = fill.expect("it trades");
    assert_eq!(
        chain(events, fill),
        "fill < order < order < risk < signal < bar"
    );
    let ignored = newest(events, |body| {
        matches!(body, EventBody::SignalIgnored { .. })
    });
    assert_eq!(chain(events, ignored), "ignored < signal < bar");
}

#[test]
fn a_traders_fill_leads_back_to_what_was_asked() {
    let engine = guarded();
    let events = engine.events();
    assert_eq!(chain(events, last_fill(events)), ENTRY);
    for (kind, expected) in [
        ("stop", format!("stop < {ENTRY}")),
        ("target", format!("target < {ENTRY}")),
        ("account", format!("account < {ENTRY}")),
        ("command", "command < asked".to_owned()),
    ] {
        let event = newest(events, |body| body.kind() == kind);
        assert_eq!(chain(events, event), expected);
    }
}

#[test]
fn the_fill_of_a_stop_or_target_leads_back_to_the_entry_or_to_who_moved_it() {
    for (end, guard) in [(9_890, "stop"), (10_110, "target")] {
        let mut engine = guarded();
        settle(&mut engine, end);
        let events = engine.events();
        // Removed as it is hit, by what had set it.
        let expected = format!("{EXIT} < {guard} < {guard} < {ENTRY}");
        assert_eq!(chain(events, last_fill(events)), expected);
    }
    let mut engine = guarded();
    command(
        &mut engine,
        CommandBody::SetStop {
            instrument: ID,
            stop_price: Some(Price::from_units(9_950)),
        },
    );
    settle(&mut engine, 9_940);
    let events = engine.events();
    let expected = format!("{EXIT} < stop < stop < asked");
    assert_eq!(chain(events, last_fill(events)), expected);
}

#[test]
fn what_the_trading_keys_lead_to_leads_back_to_them() {
    let cases = [
        (CommandBody::Flatten(ID), format!("{EXIT} < asked")),
        (CommandBody::Reverse(ID), ENTRY.to_owned()),
        (
            CommandBody::ClosePart {
                instrument: ID,
                percent: 50,
            },
            ENTRY.to_owned(),
        ),
        (
            CommandBody::Kill {
                reason: "test".to_owned(),
            },
            format!("{EXIT} < halted < asked"),
        ),
    ];
    for (body, expected) in cases {
        let mut engine = guarded();
        engine.settings.risk.allow_short = true;
        command(&mut engine, body.clone());
        settle(&mut engine, 10_000);
        let events = engine.events();
        assert_eq!(chain(events, last_fill(events)), expected, "{body:?}");
    }
}

#[test]
fn a_changed_orders_fill_leads_back_to_the_change() {
    let mut engine = guarded();
    command(
        &mut engine,
        order(Side::Buy, OrderKind::Limit(Price::from_units(9_950)), 10),
    );
    settle(&mut engine, 10_000);
    let resting = OrderId(engine.orders.last_order);
    command(
        &mut engine,
        CommandBody::AmendOrder {
            order: resting,
            price: Some(Price::from_units(9_960)),
            quantity: Some(Qty::from_units(20)),
        },
    );
    settle(&mut engine, 10_000);
    settle(&mut engine, 9_955);
    let events = engine.events();
    assert_eq!(chain(events, last_fill(events)), ENTRY);
    let decided = newest(events, |body| body.kind() == "risk");
    assert!(matches!(&decided.body, EventBody::RiskDecided(decision) if decision.amends));
    // A cancel, and what the venue says to it, leads back to who asked for it.
    command(
        &mut engine,
        order(Side::Buy, OrderKind::Limit(Price::from_units(9_000)), 10),
    );
    settle(&mut engine, 9_955);
    command(&mut engine, CommandBody::CancelEntries(None));
    settle(&mut engine, 9_955);
    let events = engine.events();
    let cancelled = newest(events, |body| body.kind() == "order");
    assert_eq!(chain(events, cancelled), "order < order < asked");
}
