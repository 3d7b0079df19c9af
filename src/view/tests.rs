//! The view as a replica of the engine.
//! Must not be told anything but the engine's events and market updates.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use super::{SignalOutcome, TradeLogEntry, View, ViewFold};
use crate::config::{Config, Mode, StrategyConfig};
use crate::domain::{
    CandleSource, Command, CommandBody, CommandId, FeedId, Input, Instrument, InstrumentId,
    InstrumentKey, Price, Qty, Session, Tick, TickBody, Timestamp,
};
use crate::engine::{Engine, Settings};

const ID: InstrumentId = InstrumentId(0);

/// An engine that has traded on long swings, and a view that was folded beside it.
fn traded() -> (Engine, View) {
    let mut config = Config::default();
    config.market.timeframes_s = vec![5, 60];
    config.risk.stop_timeframe_s = 5;
    config.strategies = vec![StrategyConfig {
        timeframes_s: vec![5],
        ..StrategyConfig::crossover()
    }];
    let settings = Settings::new(&config).unwrap();
    let mut engine = Engine::new(settings.clone()).unwrap();
    let mut view = View::new(Mode::Paper, "USD", &["test".to_owned()]);
    let mut fold = ViewFold::new(
        &settings.timeframes,
        &settings.catalog,
        engine.ledger().clone(),
        BTreeMap::new(),
    );
    let instrument = Arc::new(Instrument {
        key: InstrumentKey::new("TEST", "SWING").unwrap(),
        symbol: "SWING".to_owned(),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 0,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    });
    engine.step(&Input::List {
        feed: FeedId(0),
        id: ID,
        instrument,
    });
    for tick in 0..4_000_i64 {
        let phase = tick % 480;
        let swing = if phase < 240 { phase } else { 480 - phase };
        let (price, quantity) = (
            Price::from_units(10_000 + swing * 2),
            Qty::from_units(5_000),
        );
        let event_time = Timestamp::from_millis(1_767_571_200_000 + tick * 250);
        let body = TickBody::Trade {
            price,
            quantity,
            side: None,
        };
        engine.step(&Input::Tick(Tick {
            instrument: ID,
            event_time,
            body,
        }));
        for event in engine.take_events() {
            fold.apply(&mut view, &event);
        }
        let mut updates = Vec::new();
        engine.take_market_updates(&mut updates);
        for update in updates {
            fold.apply_market(&mut view, update);
        }
    }
    let reason = "test".to_owned();
    let body = CommandBody::Halt { reason };
    engine.step(&Input::Command(Command {
        id: CommandId(1),
        body,
    }));
    for event in engine.take_events() {
        fold.apply(&mut view, &event);
    }
    (engine, view)
}

#[test]
fn money_positions_and_orders_are_the_engines() {
    let (engine, view) = traded();
    let row = view.instruments.first().expect("an instrument");
    let position = engine.ledger().position(ID);
    assert_eq!(row.position.quantity, position.quantity());
    assert_eq!(row.position.realized_pnl, position.realized_pnl());
    assert_eq!(
        row.position.stop_price,
        engine.stops().next().map(|(_, price)| price)
    );
    assert_eq!(view.account.cash, engine.ledger().account().cash);
    assert_eq!(view.account.fees, engine.ledger().account().fees);
    let working: Vec<_> = engine.working_orders().map(|order| order.id).collect();
    assert_eq!(
        view.working_orders.keys().copied().collect::<Vec<_>>(),
        working
    );
    assert_eq!(view.sequence, engine.sequence());
    assert!(view.halt.is_some());
}

#[test]
fn bars_overlays_and_outcomes_are_there() {
    let (_, view) = traded();
    let row = view.instruments.first().expect("an instrument");
    let minutes = row
        .series
        .iter()
        .find(|it| it.timeframe.seconds() == 60)
        .expect("minutes");
    assert_eq!(minutes.bars.len(), 16, "1000 s of ticks");
    assert!(minutes.forming.is_some());
    assert!(
        minutes
            .bars
            .back()
            .is_some_and(|bar| bar.overlays[0].is_some())
    );
    assert!(
        view.signals
            .iter()
            .any(|it| matches!(it.outcome, SignalOutcome::Filled(_)))
    );
    assert!(
        view.trade_log
            .iter()
            .any(|it| matches!(it.entry, TradeLogEntry::Fill(_)))
    );
}
