//! Leaving a position: stop and target, a part of it, turning it around, and the kill switch.
//! Must not repeat what risk and the venue show of themselves.

use super::order_tests::{bracket, holding, limit, open_sizes, price, refusal, settle, shorting};
use super::tests::{FEED, ID, at, command, config, order, position, trade};
use crate::domain::{
    CommandBody, CommandOutcome, EventBody, Input, KillStage, OrderKind, OrderOrigin, OrderState,
    Qty, Side, Tick, TickBody,
};

fn set_stop(stop: Option<i64>) -> CommandBody {
    CommandBody::SetStop {
        instrument: ID,
        stop_price: stop.map(price),
    }
}

fn set_target(target: Option<i64>) -> CommandBody {
    CommandBody::SetTarget {
        instrument: ID,
        target_price: target.map(price),
    }
}

fn close_part(percent: u8) -> CommandBody {
    CommandBody::ClosePart {
        instrument: ID,
        percent,
    }
}

#[test]
fn a_target_closes_the_position_once_and_both_guards_go_with_it() {
    // Entry, stop, target, then the price that ends it and by what.
    let cases = [
        (Side::Buy, 9_900, 10_100, 10_100, OrderOrigin::TakeProfit),
        (Side::Buy, 9_900, 10_100, 9_900, OrderOrigin::ProtectiveStop),
        (Side::Sell, 10_100, 9_900, 9_890, OrderOrigin::TakeProfit),
        (
            Side::Sell,
            10_100,
            9_900,
            10_200,
            OrderOrigin::ProtectiveStop,
        ),
    ];
    for (side, stop, target, end, origin) in cases {
        let mut engine = holding(&shorting(), 0);
        command(
            &mut engine,
            bracket(side, OrderKind::Market, 40, stop, target),
        );
        settle(&mut engine, 10_000);
        engine.clear_events();
        settle(&mut engine, end);
        let closing: Vec<_> = engine
            .events()
            .iter()
            .filter_map(|event| match &event.body {
                EventBody::RiskDecided(decision) => Some(decision.intent.origin.clone()),
                _ => None,
            })
            .collect();
        assert_eq!(closing, [origin], "{side:?}");
        assert_eq!(position(&engine), 0);
        assert_eq!((engine.stop_of(ID), engine.target_of(ID)), (None, None));
    }
}

#[test]
fn guards_stay_with_a_position_that_only_shrinks() {
    let mut engine = holding(&shorting(), 0);
    command(
        &mut engine,
        bracket(Side::Buy, OrderKind::Market, 40, 9_900, 10_100),
    );
    settle(&mut engine, 10_000);
    // A sale with guards of its own that turns the position around in the end; there are only 30
    // to be had at first.
    engine.step(&Input::Tick(Tick {
        instrument: ID,
        event_time: engine.now(),
        body: TickBody::Trade {
            price: price(10_000),
            quantity: Qty::from_units(30),
            side: None,
        },
    }));
    command(
        &mut engine,
        bracket(Side::Sell, OrderKind::Market, 60, 10_200, 9_800),
    );
    engine.step(&Input::Time {
        feed: FEED,
        now: engine.now().plus_nanos(400_000_000),
    });
    assert_eq!(position(&engine), 10);
    assert_eq!(
        engine.stop_of(ID),
        Some(price(9_900)),
        "that of what is left"
    );
    settle(&mut engine, 10_000);
    assert_eq!(position(&engine), -20);
    assert_eq!(engine.stop_of(ID), Some(price(10_200)));
    assert_eq!(engine.target_of(ID), Some(price(9_800)));
}

/// Where a guard lies, or why it was refused.
type Guarded = Result<Option<i64>, &'static str>;

#[test]
fn guards_are_moved_and_refused_in_one_line() {
    // What is held, the command, then the refusal, or where the guard lies.
    let cases: &[(i64, CommandBody, Guarded)] = &[
        (
            0,
            set_stop(Some(9_900)),
            Err("no position in T0: there is nothing to set a stop for"),
        ),
        (
            0,
            set_target(None),
            Err("no position in T0: there is nothing to set a target for"),
        ),
        (30, set_stop(Some(9_900)), Ok(Some(9_900))),
        (30, set_stop(None), Ok(None)),
        (30, set_target(Some(10_001)), Ok(Some(10_001))),
        (
            30,
            set_stop(Some(10_000)),
            Err(
                "the stop of a long position lies below the market: 100.00 does not, T0 is at 100.00",
            ),
        ),
        (
            30,
            set_target(Some(9_999)),
            Err(
                "the target of a long position lies above the market: 99.99 does not, T0 is at 100.00",
            ),
        ),
        (
            30,
            set_stop(Some(0)),
            Err("0.00 is no price of T0: use multiples of 0.01"),
        ),
        (-30, set_stop(Some(10_100)), Ok(Some(10_100))),
        (-30, set_target(Some(9_900)), Ok(Some(9_900))),
        (
            -30,
            set_stop(Some(9_900)),
            Err(
                "the stop of a short position lies above the market: 99.00 does not, T0 is at 100.00",
            ),
        ),
    ];
    for (held, body, expected) in cases {
        let mut engine = holding(&shorting(), *held);
        let outcome = command(&mut engine, body.clone());
        let guard = match body {
            CommandBody::SetStop { .. } => engine.stop_of(ID),
            _ => engine.target_of(ID),
        };
        match expected {
            Ok(lies) => {
                assert_eq!(outcome, CommandOutcome::Done(None), "{body:?}");
                assert_eq!(guard, lies.map(price));
            }
            Err(text) => assert_eq!(refusal(&outcome), *text),
        }
    }
}

#[test]
fn a_part_is_closed_in_whole_lots_and_at_least_one() {
    for (held, percent, closed) in [
        (100, 25, 25),
        (100, 33, 33),
        (10, 33, 3),
        (10, 1, 1),
        (-10, 50, -5),
        (7, 100, 7),
    ] {
        let mut engine = holding(&shorting(), held);
        let done = command(&mut engine, close_part(percent));
        assert!(matches!(done, CommandOutcome::Done(Some(_))), "{done:?}");
        settle(&mut engine, 10_000);
        assert_eq!(position(&engine), held - closed, "{percent} % of {held}");
    }
    let mut engine = holding(&config(Vec::new()), 10);
    for percent in [0, 101] {
        let refused = command(&mut engine, close_part(percent));
        let expected = format!("{percent} % of a position cannot be closed: use 1 to 100");
        assert_eq!(refusal(&refused), expected);
    }
    command(&mut engine, CommandBody::Flatten(ID));
    let refused = command(&mut engine, close_part(50));
    assert_eq!(refusal(&refused), "the position in T0 is being closed");
    settle(&mut engine, 10_000);
    let refused = command(&mut engine, close_part(50));
    assert_eq!(refusal(&refused), "no position in T0");
}

#[test]
fn a_protective_stop_is_watched_while_a_part_is_being_closed() {
    let mut engine = holding(&config(Vec::new()), 100);
    command(&mut engine, set_stop(Some(9_900)));
    command(&mut engine, close_part(25));
    // The stop is passed before the part is closed.
    let millis = (engine.now().nanos() - at(0).nanos()) / 1_000_000;
    engine.step(&trade(millis + 1, 9_890));
    settle(&mut engine, 9_890);
    assert_eq!(position(&engine), 0);
}

#[test]
fn a_position_is_turned_around_by_one_order_or_only_closed() {
    for held in [40, -40] {
        let mut engine = holding(&shorting(), held);
        let done = command(&mut engine, CommandBody::Reverse(ID));
        assert!(matches!(done, CommandOutcome::Done(Some(_))), "{done:?}");
        let sizes = open_sizes(&engine);
        assert_eq!(
            sizes.iter().map(|(_, size)| *size).collect::<Vec<_>>(),
            [80]
        );
        settle(&mut engine, 10_000);
        assert_eq!(position(&engine), -held);
    }
    // Where risk refuses the other side, what is held is closed, and the answer says so.
    let mut engine = holding(&config(Vec::new()), 40);
    let partly = command(&mut engine, CommandBody::Reverse(ID));
    assert!(
        matches!(partly, CommandOutcome::Partly { order: Some(_), .. }),
        "{partly:?}"
    );
    assert_eq!(
        refusal(&partly),
        "only closed: risk refuses the other side (short_sale)"
    );
    settle(&mut engine, 10_000);
    assert_eq!(position(&engine), 0);
    let refused = command(&mut engine, CommandBody::Reverse(ID));
    assert_eq!(refusal(&refused), "no position in T0");
}

#[test]
fn a_reversal_cancels_what_works_first() {
    let mut engine = holding(&shorting(), 40);
    command(&mut engine, set_stop(Some(9_900)));
    command(&mut engine, order(Side::Buy, limit(9_950), 10));
    settle(&mut engine, 10_000);
    let done = command(&mut engine, CommandBody::Reverse(ID));
    assert_eq!(done, CommandOutcome::Done(None));
    settle(&mut engine, 10_000);
    assert_eq!(position(&engine), -40);
    assert_eq!(open_sizes(&engine), []);
    assert_eq!(engine.stop_of(ID), None, "that of the other side is gone");
}

#[test]
fn a_kill_tells_its_stages_in_order() {
    let mut engine = holding(&config(Vec::new()), 100);
    command(&mut engine, order(Side::Buy, limit(9_900), 10));
    command(
        &mut engine,
        order(Side::Sell, OrderKind::Stop(price(9_800)), 40),
    );
    settle(&mut engine, 10_000);
    engine.clear_events();
    command(
        &mut engine,
        CommandBody::Kill {
            reason: "test".to_owned(),
        },
    );
    settle(&mut engine, 10_000);
    settle(&mut engine, 10_000);
    let stages: Vec<String> = engine
        .events()
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::Halted { kill: true, .. } => Some("latched".to_owned()),
            EventBody::KillAdvanced { stage } => Some(format!("{stage:?}")),
            EventBody::OrderChanged(order) => match order.state {
                OrderState::Cancelled => Some("cancelled".to_owned()),
                OrderState::Filled => Some("filled".to_owned()),
                _ => None,
            },
            _ => None,
        })
        .collect();
    assert_eq!(
        stages,
        [
            "latched",
            "cancelled",
            "cancelled",
            "OrdersCancelled",
            "filled",
            "Flat"
        ]
    );
    assert_eq!(position(&engine), 0);
    assert_eq!(engine.working_orders().count(), 0);
    assert_eq!(engine.halt_reason(), Some(("test", true)));

    // Where there is nothing to do, it is done at once.
    let mut idle = holding(&config(Vec::new()), 0);
    command(
        &mut idle,
        CommandBody::Kill {
            reason: "test".to_owned(),
        },
    );
    let told: Vec<_> = idle
        .events()
        .iter()
        .filter_map(|event| match event.body {
            EventBody::KillAdvanced { stage } => Some(stage),
            _ => None,
        })
        .collect();
    assert_eq!(told, [KillStage::OrdersCancelled, KillStage::Flat]);
}
