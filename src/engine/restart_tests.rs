//! What was found wrong once, each with the inputs that showed it.
//! Must not repeat what `tests` shows of the ordinary course of things.

use rust_decimal::Decimal;

use super::tests::{
    FEED, ID, command, config, engine, instrument, list, order, position, short_strategies, states,
    swings, trade, trade_of,
};
use super::{Engine, Recovered, Settings};
use crate::config::Config;
use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{
    Account, Candle, CommandBody, CommandOutcome, Event, EventBody, FeedId, Input, InstrumentId,
    OrderKind, OrderState, Price, Side, Timeframe, Timestamp,
};

fn candles_of(events: &[Event]) -> Vec<Candle> {
    events
        .iter()
        .filter_map(|event| match event.body {
            EventBody::CandleClosed { candle, .. } => Some(candle),
            _ => None,
        })
        .collect()
}

fn restarted(config: &Config, recovered: Recovered) -> Engine {
    let mut engine = Engine::new(Settings::new(config).unwrap()).unwrap();
    engine.restore(recovered, FeedId(1)).unwrap();
    engine
}

fn kinds(events: &[Event], kind: &str) -> usize {
    events
        .iter()
        .filter(|event| event.body.kind() == kind)
        .count()
}

fn sell(quantity: i64) -> CommandBody {
    order(Side::Sell, OrderKind::Market, quantity)
}

fn buy_with_stop(engine: &mut Engine, quantity: i64, stop: i64) {
    let CommandBody::PlaceOrder(mut intent) = order(Side::Buy, OrderKind::Market, quantity) else {
        unreachable!("an order");
    };
    intent.stop_price = Some(Price::from_units(stop));
    command(engine, CommandBody::PlaceOrder(intent));
}

#[test]
fn a_recorded_bar_is_not_closed_again_after_a_restart() {
    let config = config(short_strategies());
    let mut first = engine(&config, 1);
    for (millis, price) in swings(800) {
        first.step(&trade(millis, price));
    }
    // The newest 5 s bar was closed by a tick 300 ms past its end; no later second says so.
    let events = first.take_events();
    let last_bar = events
        .iter()
        .rev()
        .find_map(|event| match event.body {
            EventBody::BarClosed { timeframe, bar, .. } if timeframe.seconds() == 5 => Some(bar),
            _ => None,
        })
        .unwrap();
    let end = last_bar.start.plus_nanos(5 * NANOS_PER_SECOND);
    let key = instrument("T0").key.clone();
    let candles: Vec<Candle> = candles_of(&events)
        .into_iter()
        .filter(|candle| candle.start < end)
        .collect();
    let five = Timeframe::from_seconds(5).unwrap();
    let mut second = restarted(
        &config,
        Recovered {
            instruments: [(ID, (*instrument("T0")).clone())].into_iter().collect(),
            candles: vec![(key.clone(), candles)],
            bars: vec![(key, five, last_bar.start)],
            last_sequence: first.sequence(),
            ..Recovered::default()
        },
    );
    list(&mut second, 1);
    let millis = (end.nanos() - Timestamp::from_seconds(1_767_571_200).nanos()) / 1_000_000;
    second.step(&trade(millis + 1_500, 10_000));
    let again = second.events().iter().any(|event| {
        matches!(event.body, EventBody::BarClosed { bar, timeframe, .. }
            if timeframe == five && bar.start == last_bar.start)
    });
    assert!(!again);
    assert_eq!(kinds(second.events(), "signal"), 0);
}

#[test]
fn what_no_feed_has_claimed_is_saved_again() {
    let config = config(Vec::new());
    let mut first = engine(&config, 1);
    for (millis, price) in swings(100) {
        first.step(&trade(millis, price));
    }
    let candles = candles_of(&first.take_events());
    let recovered = Recovered {
        instruments: [(ID, (*instrument("T0")).clone())].into_iter().collect(),
        candles: vec![(instrument("T0").key.clone(), candles)],
        ..Recovered::default()
    };
    // Nothing lists the instrument in the second run; the third must still know its seconds.
    let second = restarted(&config, recovered);
    let known = second.closed_seconds();
    let snapshot = second.snapshot().unwrap();
    let third = restarted(
        &config,
        Recovered {
            snapshot: Some(snapshot),
            ..Recovered::default()
        },
    );
    assert_eq!(third.closed_seconds(), known);
    assert!(known.iter().all(|(_, until)| *until > Timestamp::ZERO));
}

#[test]
fn a_wish_to_close_survives_a_restart() {
    let config = config(Vec::new());
    let mut first = engine(&config, 1);
    first.step(&trade(0, 10_000));
    command(&mut first, order(Side::Buy, OrderKind::Market, 100));
    first.step(&trade(500, 10_000));
    let limit = OrderKind::Limit(Price::from_units(9_900));
    command(&mut first, order(Side::Buy, limit, 50));
    first.step(&trade(1_000, 10_000));
    command(
        &mut first,
        CommandBody::Kill {
            reason: "test".to_owned(),
        },
    );
    let events = first.take_events();

    let mut second = restarted(
        &config,
        Recovered {
            events,
            instruments: [(ID, (*instrument("T0")).clone())].into_iter().collect(),
            last_sequence: first.sequence(),
            last_order: 2,
            last_execution: 1,
            ..Recovered::default()
        },
    );
    list(&mut second, 1);
    assert_eq!(second.halt_reason(), Some(("test", true)));
    for millis in [2_000, 2_500, 3_000, 3_500] {
        second.step(&trade(millis, 10_000));
    }
    assert_eq!(position(&second), 0);
    assert_eq!(second.working_orders().count(), 0);
}

#[test]
fn a_reversal_does_not_keep_the_stop_of_the_other_side() {
    let mut config = config(Vec::new());
    config.risk.allow_short = true;
    let mut engine = engine(&config, 1);
    engine.step(&trade(0, 10_000));
    buy_with_stop(&mut engine, 100, 9_500);
    engine.step(&trade(500, 10_000));
    assert_eq!(engine.stops().count(), 1);
    command(&mut engine, sell(150));
    engine.step(&trade(1_000, 10_000));
    assert_eq!(position(&engine), -50);
    assert_eq!(engine.stops().count(), 0);
}

#[test]
fn a_stop_does_not_cancel_the_order_that_closes_its_position() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    buy_with_stop(&mut engine, 100, 9_950);
    engine.step(&trade(500, 10_000));
    engine.clear_events();
    // Several ticks below the stop before the closing order has reached the venue.
    for millis in [600, 605, 610, 615, 1_500] {
        engine.step(&trade(millis, 9_940));
    }
    assert_eq!(position(&engine), 0);
    let cancelled = states(engine.events())
        .iter()
        .any(|(_, state)| *state == OrderState::CancelPending);
    assert!(!cancelled);
}

#[test]
fn cancelling_an_order_on_its_way_is_no_anomaly() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    let limit = OrderKind::Limit(Price::from_units(9_000));
    command(&mut engine, order(Side::Buy, limit, 10));
    command(&mut engine, CommandBody::CancelAll(None));
    command(&mut engine, CommandBody::CancelAll(None));
    engine.step(&trade(2_000, 10_000));
    assert_eq!(kinds(engine.events(), "anomaly"), 0);
    assert_eq!(engine.working_orders().count(), 0);
}

#[test]
fn one_open_position_is_allowed_where_one_is_the_limit() {
    let mut config = config(Vec::new());
    config.risk.max_open_positions = 1;
    let mut engine = engine(&config, 2);
    engine.step(&trade(0, 10_000));
    engine.step(&trade_of(InstrumentId(1), 0, 10_000));
    let first = command(&mut engine, order(Side::Buy, OrderKind::Market, 10));
    assert!(matches!(first, CommandOutcome::Done(_)), "{first:?}");
    let CommandBody::PlaceOrder(mut intent) = order(Side::Buy, OrderKind::Market, 10) else {
        unreachable!("an order");
    };
    intent.instrument = InstrumentId(1);
    let second = command(&mut engine, CommandBody::PlaceOrder(intent));
    assert!(matches!(second, CommandOutcome::Refused(_)), "{second:?}");
}

#[test]
fn the_store_neither_lifts_nor_replaces_a_halt() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    command(
        &mut engine,
        CommandBody::Halt {
            reason: "lunch".to_owned(),
        },
    );
    engine.step(&Input::Store(Some("disk full".to_owned())));
    engine.step(&Input::Store(None));
    assert_eq!(engine.halt_reason(), Some(("lunch", false)));
    command(&mut engine, CommandBody::Resume);
    engine.step(&Input::Store(Some("disk full".to_owned())));
    assert_eq!(engine.halt_reason(), Some(("disk full", false)));
    let refused = command(&mut engine, order(Side::Buy, OrderKind::Market, 1));
    assert!(matches!(refused, CommandOutcome::Refused(_)), "{refused:?}");
}

#[test]
fn the_peak_of_equity_survives_a_restart_by_the_journal() {
    let account = Account {
        peak_equity: Decimal::from(1_200_000),
        day_start_equity: Decimal::from(1_100_000),
        ..Account::default()
    };
    let time = Timestamp::from_seconds(1_767_571_200);
    let body = EventBody::AccountSampled(account);
    let events = vec![Event {
        sequence: 1,
        cause: 0,
        time,
        body,
    }];
    let recovered = Recovered {
        events,
        last_sequence: 1,
        ..Recovered::default()
    };
    let engine = restarted(&config(Vec::new()), recovered);
    let found = engine.ledger().account();
    assert_eq!(found.peak_equity, account.peak_equity);
    assert_eq!(found.day_start_equity, account.day_start_equity);
}

#[test]
fn a_bar_is_the_union_of_its_seconds_when_instruments_are_skewed() {
    let config = config(Vec::new());
    let mut engine = engine(&config, 2);
    let other = InstrumentId(1);
    for tick in [
        trade(57_000, 10_000),
        trade_of(other, 66_000, 10_000),
        trade(59_500, 10_001),
        trade_of(other, 72_000, 10_000),
        trade(61_000, 10_002),
    ] {
        engine.step(&tick);
    }
    engine.step(&Input::Feed {
        feed: FEED,
        status: crate::domain::FeedStatus::Ended,
    });
    let seconds = engine
        .events()
        .iter()
        .filter(|event| matches!(event.body, EventBody::CandleClosed { instrument: ID, .. }));
    let merged: u32 = engine
        .events()
        .iter()
        .filter_map(|event| match event.body {
            EventBody::BarClosed {
                instrument: ID,
                timeframe,
                bar,
            } if timeframe.seconds() == 60 => Some(bar.count),
            _ => None,
        })
        .sum();
    assert_eq!(merged as usize, seconds.count());
}

#[test]
fn a_position_can_be_closed_after_its_tape_has_ended() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    command(&mut engine, order(Side::Buy, OrderKind::Market, 100));
    engine.step(&trade(500, 10_000));
    engine.step(&Input::Feed {
        feed: FEED,
        status: crate::domain::FeedStatus::Ended,
    });
    assert_eq!(position(&engine), 100);
    command(&mut engine, CommandBody::Flatten(ID));
    assert_eq!(position(&engine), 0);
}

/// What versions before stop orders, targets and changes of orders did not write.
const NEWER_KEYS: [&str; 9] = [
    "kill_stage",
    "amendment",
    "stop_event",
    "target_price",
    "target_event",
    "flatten_event",
    "triggered",
    "replacement",
    "amends",
];

fn without_newer_keys(value: &mut serde_json::Value) {
    match value {
        serde_json::Value::Object(fields) => {
            fields.retain(|key, _| !NEWER_KEYS.contains(&key.as_str()));
            fields.values_mut().for_each(without_newer_keys);
        }
        serde_json::Value::Array(items) => items.iter_mut().for_each(without_newer_keys),
        _ => {}
    }
}

fn as_written_before<T: serde::Serialize + serde::de::DeserializeOwned>(now: &T) -> T {
    let mut value = serde_json::to_value(now).unwrap();
    without_newer_keys(&mut value);
    serde_json::from_value(value).unwrap()
}

#[test]
fn a_snapshot_and_a_journal_of_an_older_version_can_be_read() {
    let config = config(Vec::new());
    let mut first = engine(&config, 1);
    first.step(&trade(0, 10_000));
    buy_with_stop(&mut first, 100, 9_500);
    first.step(&trade(500, 10_000));
    let limit = OrderKind::Limit(Price::from_units(9_900));
    command(&mut first, order(Side::Buy, limit, 50));
    first.step(&trade(1_000, 10_000));
    let events: Vec<Event> = first.take_events().iter().map(as_written_before).collect();
    let instruments: std::collections::BTreeMap<_, _> =
        [(ID, (*instrument("T0")).clone())].into_iter().collect();
    let snapshot = as_written_before(&first.snapshot().unwrap());
    let (last_sequence, last_order, last_execution) = (first.sequence(), 2, 1);
    for recovered in [
        Recovered {
            snapshot: Some(snapshot),
            last_sequence,
            ..Recovered::default()
        },
        Recovered {
            events,
            instruments,
            last_sequence,
            last_order,
            last_execution,
            ..Recovered::default()
        },
    ] {
        let mut second = restarted(&config, recovered);
        list(&mut second, 1);
        assert_eq!(position(&second), 100);
        assert_eq!(second.stop_of(ID), Some(Price::from_units(9_500)));
        assert_eq!(second.target_of(ID), None);
        second.step(&trade(2_000, 9_890));
        assert_eq!(position(&second), 150, "the limit order still works");
        assert_eq!(kinds(second.events(), "anomaly"), 0);
    }
}
