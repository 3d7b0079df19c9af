//! The view as a replica of the engine.
//! Must not be told anything but the engine's events and market updates.

mod batches;
mod fixture;
mod limits;
mod past;
mod records;
mod studies;
mod trades;

use super::{SignalOutcome, TradeLogEntry};
use crate::domain::{CandleSource, Qty, Side, Timeframe, Timestamp};
use fixture::{ID, Recording};

#[test]
fn money_positions_and_orders_are_the_engines() {
    let recording = Recording::of_swings();
    let (engine, view) = (&recording.engine, recording.view());
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
fn bars_values_and_outcomes_are_there() {
    let view = Recording::of_swings().view();
    let row = view.instruments.first().expect("an instrument");
    let minutes = row
        .series
        .iter()
        .find(|it| it.timeframe == Timeframe::MINUTE)
        .expect("minutes");
    assert_eq!(minutes.bars.len(), 16, "1000 s of ticks");
    assert!(minutes.forming.is_some());
    assert!(minutes.values.iter().any(Option::is_some));
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
    assert_eq!(row.instrument.candle_source, CandleSource::Trades);
}

#[test]
fn the_day_its_line_and_its_range_come_of_every_second() {
    let recording = Recording::of_swings();
    let view = recording.view();
    let row = &view.instruments[0];
    let prices: Vec<_> = recording.trades().map(|trade| trade.price).collect();
    assert_eq!(row.day.start, Some(Timestamp::from_seconds(1_767_571_200)));
    assert_eq!(row.day.open, prices.first().copied());
    assert_eq!(row.day.high, prices.iter().max().copied());
    assert_eq!(row.day.low, prices.iter().min().copied());
    assert!(row.spark.points.len() > 32);
    let last = row.market.as_ref().and_then(|market| market.last).unwrap();
    assert_eq!(row.change_percent(), row.day.change_percent(last));
}

/// Bought less sold volume of each minute, from the ticks themselves.
fn deltas(recording: &Recording) -> Vec<(Timestamp, i64)> {
    let mut deltas: Vec<(Timestamp, i64)> = Vec::new();
    for trade in recording.trades() {
        let start = Timestamp::from_seconds(trade.time.seconds() / 60 * 60);
        let signed = match trade.side {
            Side::Buy => trade.quantity.units(),
            Side::Sell => -trade.quantity.units(),
        };
        match deltas.last_mut() {
            Some(newest) if newest.0 == start => newest.1 += signed,
            _ => deltas.push((start, signed)),
        }
    }
    deltas
}

#[test]
fn the_tape_is_whole_and_every_bar_has_its_delta() {
    let recording = Recording::of_swings();
    let view = recording.view();
    let row = &view.instruments[0];
    assert_eq!((row.tape.missed, row.tape.prints.len()), (0, 256));
    let newest = row.tape.prints.back().expect("a print");
    assert_eq!(newest.sequence_in_feed, 4_000);
    let minutes = row
        .series
        .iter()
        .find(|it| it.timeframe == Timeframe::MINUTE)
        .expect("minutes");
    let known: Vec<(Timestamp, i64)> = minutes
        .bars
        .iter()
        .map(|it| (it.bar.start, it.delta.expect("a whole bar").units()))
        .collect();
    let mut expected = deltas(&recording);
    let forming = expected.pop().expect("a forming bar");
    assert_eq!(known, expected);
    assert_eq!(minutes.forming_delta().map(Qty::units), Some(forming.1));
    let traded: i64 = row
        .traded
        .levels
        .values()
        .map(|it| it.total().units())
        .sum();
    let all: i64 = recording.trades().map(|it| it.quantity.units()).sum();
    assert_eq!((traded, row.traded.missed_some), (all, false));
}

#[test]
fn the_newest_book_arrives() {
    let recording = Recording::of_swings();
    let view = recording.view();
    let depth = view.instruments[0].book.depth.as_ref().expect("a book");
    assert_eq!(Some(depth.as_ref()), recording.newest_depth());
    let imbalance = view.instruments[0].book.imbalance(5).expect("two sides");
    assert!((0.0..=1.0).contains(&imbalance));
}
