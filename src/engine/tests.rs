//! The engine as a whole: inputs in, events out.
//! Must not look at private state where an event tells the same.

use std::sync::Arc;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::{Engine, EventHasher, Recovered, Settings, Snapshot};
use crate::config::{Config, StrategyConfig};
use crate::domain::time::{NANOS_PER_MILLI, NANOS_PER_SECOND};
use crate::domain::{
    CandleSource, Command, CommandBody, CommandId, CommandOutcome, Event, EventBody, FeedId,
    FeedStatus, Input, Instrument, InstrumentId, InstrumentKey, OrderIntent, OrderKind,
    OrderOrigin, OrderState, Price, Qty, Session, Side, Tick, TickBody, TimeInForce, Timestamp,
};

const START: i64 = 1_767_571_200;
pub(super) const ID: InstrumentId = InstrumentId(0);
pub(super) const FEED: FeedId = FeedId(0);

pub(super) fn instrument(token: &str) -> Arc<Instrument> {
    Arc::new(Instrument {
        key: InstrumentKey::new("TEST", token).unwrap(),
        symbol: token.to_owned(),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 0,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

pub(super) fn config(strategies: Vec<StrategyConfig>) -> Config {
    let mut config = Config {
        strategies,
        ..Config::default()
    };
    config.market.timeframes_s = vec![5, 15, 60];
    config.risk.stop_timeframe_s = 5;
    config
}

pub(super) fn short_strategies() -> Vec<StrategyConfig> {
    [StrategyConfig::confluence(), StrategyConfig::crossover()]
        .into_iter()
        .map(|strategy| StrategyConfig {
            timeframes_s: vec![5],
            ..strategy
        })
        .collect()
}

pub(super) fn engine(config: &Config, instruments: u32) -> Engine {
    let mut engine = Engine::new(Settings::new(config).unwrap()).unwrap();
    list(&mut engine, instruments);
    engine
}

pub(super) fn list(engine: &mut Engine, instruments: u32) {
    for index in 0..instruments {
        let (id, instrument) = (InstrumentId(index), instrument(&format!("T{index}")));
        engine.step(&Input::List {
            feed: FEED,
            id,
            instrument,
        });
    }
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_seconds(START).plus_nanos(millis * NANOS_PER_MILLI)
}

pub(super) fn trade(millis: i64, price: i64) -> Input {
    trade_of(ID, millis, price)
}

pub(super) fn trade_of(instrument: InstrumentId, millis: i64, price: i64) -> Input {
    let (price, quantity) = (Price::from_units(price), Qty::from_units(1_000));
    let body = TickBody::Trade {
        price,
        quantity,
        side: None,
    };
    Input::Tick(Tick {
        instrument,
        event_time: at(millis),
        body,
    })
}

pub(super) fn command(engine: &mut Engine, body: CommandBody) -> CommandOutcome {
    // Every command leaves an event, so the number is new each time.
    let id = CommandId(engine.sequence() + 1);
    engine.step(&Input::Command(Command { id, body }));
    engine
        .events()
        .iter()
        .rev()
        .find_map(|event| match &event.body {
            EventBody::CommandAnswered { outcome, .. } => Some(outcome.clone()),
            _ => None,
        })
        .expect("each command is answered")
}

pub(super) fn order(side: Side, kind: OrderKind, quantity: i64) -> CommandBody {
    CommandBody::PlaceOrder(OrderIntent {
        instrument: ID,
        side,
        kind,
        quantity: Some(Qty::from_units(quantity)),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Trader,
        reduce_only: false,
        stop_price: None,
        target_price: None,
    })
}

pub(super) fn states(events: &[Event]) -> Vec<(u64, OrderState)> {
    events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::OrderChanged(order) => Some((order.id.0, order.state)),
            _ => None,
        })
        .collect()
}

pub(super) fn position(engine: &Engine) -> i64 {
    engine.ledger().position(ID).quantity().units()
}

/// Ticks every 250 ms in long swings, so that strategies cross.
pub(super) fn swings(count: i64) -> Vec<(i64, i64)> {
    (0..count)
        .map(|tick| {
            let phase = tick % 480;
            let swing = if phase < 240 { phase } else { 480 - phase };
            (tick * 250, 10_000 + swing * 2 + tick * 7 % 11)
        })
        .collect()
}

fn hash(events: &[Event]) -> String {
    let mut hasher = EventHasher::default();
    events.iter().for_each(|event| hasher.add(event));
    hasher.hex()
}

#[test]
fn a_flatten_waits_for_its_cancels_before_it_closes() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    command(&mut engine, order(Side::Buy, OrderKind::Market, 100));
    engine.step(&trade(500, 10_000));
    assert_eq!(position(&engine), 100);
    let limit = OrderKind::Limit(Price::from_units(9_900));
    command(&mut engine, order(Side::Buy, limit, 50));
    engine.step(&trade(1_000, 10_000));
    engine.clear_events();

    command(&mut engine, CommandBody::Flatten(ID));
    for millis in [1_200, 1_400, 1_600, 1_800] {
        engine.step(&trade(millis, 10_000));
    }
    assert_eq!(
        states(engine.events()),
        [
            (2, OrderState::CancelPending),
            (2, OrderState::Cancelled),
            (3, OrderState::Submitted),
            (3, OrderState::Working),
            (3, OrderState::Filled),
        ]
    );
    assert_eq!(position(&engine), 0);
}

#[test]
fn the_kill_switch_flattens_refuses_and_can_be_lifted() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    command(&mut engine, order(Side::Buy, OrderKind::Market, 100));
    engine.step(&trade(500, 10_000));
    command(
        &mut engine,
        CommandBody::Kill {
            reason: "test".to_owned(),
        },
    );
    assert_eq!(engine.halt_reason(), Some(("test", true)));
    // A later halt does not weaken it.
    command(
        &mut engine,
        CommandBody::Halt {
            reason: "store".to_owned(),
        },
    );
    assert_eq!(engine.halt_reason(), Some(("test", true)));
    engine.step(&trade(1_000, 10_000));
    assert_eq!(position(&engine), 0, "the position is closed");

    let refused = command(&mut engine, order(Side::Buy, OrderKind::Market, 1));
    assert!(matches!(refused, CommandOutcome::Refused(_)), "{refused:?}");
    command(&mut engine, CommandBody::Resume);
    let taken = command(&mut engine, order(Side::Buy, OrderKind::Market, 1));
    assert!(matches!(taken, CommandOutcome::Done(Some(_))), "{taken:?}");
}

#[test]
fn a_protective_stop_closes_the_position_once() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    let CommandBody::PlaceOrder(mut intent) = order(Side::Buy, OrderKind::Market, 100) else {
        unreachable!("an order");
    };
    intent.stop_price = Some(Price::from_units(9_950));
    command(&mut engine, CommandBody::PlaceOrder(intent));
    engine.step(&trade(500, 10_000));
    engine.clear_events();
    for (millis, price) in [(600, 9_960), (700, 9_950), (750, 9_940), (1_500, 9_940)] {
        engine.step(&trade(millis, price));
    }
    let stops: Vec<_> = engine
        .events()
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::RiskDecided(decision) => Some(decision.intent.origin.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(stops, [OrderOrigin::ProtectiveStop]);
    assert_eq!(position(&engine), 0);
}

#[test]
fn stale_prices_refuse_what_increases_risk() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 10_000));
    engine.step(&Input::Time {
        feed: FEED,
        now: at(60_000),
    });
    let refused = command(&mut engine, order(Side::Buy, OrderKind::Market, 1));
    assert!(matches!(refused, CommandOutcome::Refused(_)), "{refused:?}");
}

#[test]
fn a_timer_closes_a_second_that_no_tick_follows() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(200, 10_000));
    let candles = |engine: &Engine| {
        engine
            .events()
            .iter()
            .filter(|event| event.body.kind() == "candle")
            .count()
    };
    engine.step(&Input::Time {
        feed: FEED,
        now: at(1_999),
    });
    assert_eq!(candles(&engine), 0, "window and grace are not over");
    engine.step(&Input::Time {
        feed: FEED,
        now: at(2_000),
    });
    assert_eq!(candles(&engine), 1);
}

#[test]
fn the_end_of_a_feed_closes_every_bar_that_has_data() {
    let mut engine = engine(&config(Vec::new()), 1);
    for (millis, price) in swings(100) {
        engine.step(&trade(millis, price));
    }
    engine.step(&Input::Feed {
        feed: FEED,
        status: FeedStatus::Ended,
    });
    let bars = |seconds: u32| {
        let is_bar = |event: &&Event| matches!(&event.body, EventBody::BarClosed { timeframe, .. } if timeframe.seconds() == seconds);
        engine.events().iter().filter(is_bar).count()
    };
    assert_eq!((bars(5), bars(15), bars(60)), (5, 2, 1));
}

#[test]
fn nonsense_from_a_feed_is_counted_and_changes_nothing() {
    let mut engine = engine(&config(Vec::new()), 1);
    engine.step(&trade(0, 0));
    engine.step(&trade(0, -5));
    engine.step(&trade_of(InstrumentId(9), 0, 10));
    let crossed = TickBody::Quote {
        bid: Price::from_units(11),
        bid_quantity: Qty::ZERO,
        ask: Price::from_units(10),
        ask_quantity: Qty::ZERO,
    };
    engine.step(&Input::Tick(Tick {
        instrument: ID,
        event_time: at(0),
        body: crossed,
    }));
    assert_eq!(engine.counters().bad_ticks, 4);
    assert_eq!(engine.counters().ticks, 0);
}

/// Runs all ticks; before the tick `split`, if there is one, the engine is saved as text, dropped
/// and rebuilt, and the ticks of its open second come again, as a tape's would.
fn run_with_restart(config: &Config, ticks: &[(i64, i64)], split: Option<usize>) -> Vec<Event> {
    let mut engine = engine(config, 1);
    let mut events = Vec::new();
    for (index, (millis, price)) in ticks.iter().enumerate() {
        if split == Some(index) {
            events.append(&mut engine.take_events());
            let text = serde_json::to_string(&engine.snapshot().unwrap()).unwrap();
            let snapshot: Snapshot = serde_json::from_str(&text).unwrap();
            let last_sequence = snapshot.sequence;
            engine = Engine::new(Settings::new(config).unwrap()).unwrap();
            let recovered = Recovered {
                snapshot: Some(snapshot),
                last_sequence,
                ..Recovered::default()
            };
            engine.restore(recovered, FeedId(1)).unwrap();
            list(&mut engine, 1);
            for (millis, price) in ticks.iter().take(index) {
                engine.step(&trade(*millis, *price));
            }
        }
        engine.step(&trade(*millis, *price));
    }
    engine.step(&Input::Feed {
        feed: FEED,
        status: FeedStatus::Ended,
    });
    events.append(&mut engine.take_events());
    events
}

/// What the market gave rise to, without numbers that a restart's own events shift.
fn market(events: &[Event]) -> Vec<EventBody> {
    events
        .iter()
        .filter(|event| matches!(event.body.kind(), "candle" | "bar" | "indicator" | "signal"))
        .map(|event| event.body.clone())
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Time inputs between the ticks change nothing, however many there are.
    #[test]
    fn the_grain_of_time_does_not_matter(
        gaps in prop::collection::vec(1_i64..4_000, 1..300),
        grain in 7_i64..2_000,
    ) {
        let config = config(short_strategies());
        let mut plain = engine(&config, 2);
        let mut fine = engine(&config, 2);
        let mut millis = 0;
        for (index, gap) in (0_i64..).zip(&gaps) {
            let before = millis;
            millis += gap;
            let id = InstrumentId(u32::try_from(index % 2).unwrap());
            let tick = trade_of(id, millis, 10_000 + index * 37 % 900);
            let mut now = before;
            while now < millis {
                fine.step(&Input::Time { feed: FEED, now: at(now) });
                now += grain;
            }
            plain.step(&tick);
            fine.step(&tick);
        }
        prop_assert_eq!(hash(plain.events()), hash(fine.events()));
    }

    /// A restart from a snapshot gives the bars, values and signals of a run without one.
    #[test]
    fn a_restart_changes_no_bar_value_or_signal(split in 1_usize..1_900) {
        let ticks = swings(2_000);
        let config = config(short_strategies());
        let whole = run_with_restart(&config, &ticks, None);
        let restarted = run_with_restart(&config, &ticks, Some(split));
        prop_assert!(market(&whole).iter().any(|body| body.kind() == "signal"));
        prop_assert_eq!(market(&whole), market(&restarted));
    }

    /// Whatever is traded, cash and positions at cost balance, and sequences have no gap.
    #[test]
    fn events_are_numbered_without_a_gap(count in 100_i64..1_500) {
        let config = config(short_strategies());
        let events = run_with_restart(&config, &swings(count), None);
        for (expected, event) in (1_u64..).zip(&events) {
            prop_assert_eq!(event.sequence, expected);
            prop_assert!(event.cause < event.sequence);
        }
    }
}

#[test]
fn an_order_and_a_position_survive_a_restart_by_the_journal_alone() {
    let config = config(Vec::new());
    let mut first = engine(&config, 1);
    first.step(&trade(0, 10_000));
    command(&mut first, order(Side::Buy, OrderKind::Market, 100));
    first.step(&trade(500, 10_000));
    let limit = OrderKind::Limit(Price::from_units(9_900));
    command(&mut first, order(Side::Buy, limit, 50));
    first.step(&trade(1_000, 10_000));
    let events = first.take_events();
    let (last_sequence, fee) = (first.sequence(), first.ledger().account().fees);

    let mut second = Engine::new(Settings::new(&config).unwrap()).unwrap();
    let recovered = Recovered {
        events,
        instruments: [(ID, (*instrument("T0")).clone())].into_iter().collect(),
        last_sequence,
        last_order: 2,
        last_execution: 1,
        ..Recovered::default()
    };
    second.restore(recovered, FeedId(1)).unwrap();
    list(&mut second, 1);
    assert_eq!(position(&second), 100);
    assert_eq!(second.ledger().account().fees, fee);
    assert_eq!(
        second
            .working_orders()
            .map(|order| order.id.0)
            .collect::<Vec<_>>(),
        [2]
    );
    second.step(&trade(2_000, 9_890));
    assert_eq!(position(&second), 150, "the limit order still works");
    assert_eq!(
        second.sequence() - last_sequence,
        second.events().len() as u64
    );
}

#[test]
fn a_new_second_is_a_whole_second_later() {
    // Guards the unit: a grace in the wrong unit would close everything at once or never.
    let settings = Settings::new(&Config::default()).unwrap();
    assert_eq!(settings.reorder_window_ns, 300 * NANOS_PER_MILLI);
    assert!(settings.close_grace_ns < NANOS_PER_SECOND);
}
