//! The sample's markets: books, prints, traded volume, the day so far.
//! Must not be taken for data: every number is made up, and the same at each call.

use std::sync::Arc;

use super::{NOW, Random};
use crate::domain::time::NANOS_PER_DAY;
use crate::domain::{Bar, Depth, DepthLevel, Price, Print, Qty, Side, Timestamp};
use crate::view::{BookFlow, InstrumentView};

/// Levels of one side of a book.
const LEVELS: i64 = 20;
/// Prints on the tape.
const PRINTS: i64 = 80;
/// Books of the history.
const BOOKS: i64 = 40;

/// Midnight UTC before a moment.
pub(super) const fn day_of(time: Timestamp) -> Timestamp {
    time.plus_nanos(-time.nanos().rem_euclid(NANOS_PER_DAY))
}

/// Bought less sold volume of a bar: more of it in the bar's own direction.
pub(super) fn delta(bar: &Bar) -> Qty {
    let share = (bar.close.units() - bar.open.units()).signum() * 3 + bar.start.seconds() / 60 % 3;
    Qty::from_units(bar.volume.units() * share / 10)
}

/// A book around `last`.
pub(super) fn depth(last: Price, tick: i64, lot: i64, seed: u64) -> Arc<Depth> {
    Arc::new(book(last, tick, lot, &mut Random(seed ^ 0xD0), NOW))
}

fn book(last: Price, tick: i64, lot: i64, random: &mut Random, time: Timestamp) -> Depth {
    let mut side = |way: i64, best: i64| {
        (1..=LEVELS)
            .map(|depth| {
                let wall = if depth % 7 == 0 { 3 } else { 1 };
                let drawn = (20 + random.next().abs() / 8) * (4 + depth) / 5 * wall;
                let size = if depth == 1 { best } else { drawn };
                DepthLevel {
                    price: Price::from_units(last.units() + way * depth * tick),
                    quantity: Qty::from_units(size * lot),
                }
            })
            .collect()
    };
    Depth {
        bids: side(-1, 40),
        asks: side(1, 25),
        time,
    }
}

/// Gives an instrument its book, tape, traded volume and day.
pub(super) fn dress(
    row: &mut InstrumentView,
    depth: Arc<Depth>,
    start: i64,
    tick: i64,
    lot: i64,
    seed: u64,
) {
    let mut random = Random(seed ^ 0x7A);
    let last = row
        .market
        .as_ref()
        .and_then(|market| market.last)
        .unwrap_or_default();
    for ago in (1..=BOOKS).rev() {
        let time = NOW.plus_nanos(-ago * 15_000_000_000);
        let near = Price::from_units(last.units() + random.next() / 200 * tick);
        let older = book(near, tick, lot, &mut random, time);
        row.book.history.push_back(Arc::new(older));
    }
    let size = |lots: i64| Qty::from_units(lots * lot);
    row.book.flow = BookFlow {
        bid_stacked: size(62),
        bid_pulled: size(18),
        ask_stacked: size(27),
        ask_pulled: size(41),
    };
    row.book.earlier = Some(Arc::new(earlier(&depth, lot)));
    row.book.depth = Some(depth);
    tape(row, last, tick, lot, &mut random);
    day(row, start, tick, lot, &mut random);
}

/// The book of five seconds before: here and there more or less.
fn earlier(depth: &Depth, lot: i64) -> Depth {
    let mut before = depth.clone();
    let levels = before.bids.iter_mut().chain(&mut before.asks);
    for (index, level) in (0..).zip(levels) {
        let more = match index % 5 {
            0 => -18,
            2 => 11,
            3 => -7,
            _ => 0,
        };
        level.quantity = level.quantity.saturating_add(Qty::from_units(more * lot));
    }
    before.time = NOW.plus_nanos(-5_000_000_000);
    before
}

fn tape(row: &mut InstrumentView, last: Price, tick: i64, lot: i64, random: &mut Random) {
    for ago in (0..PRINTS).rev() {
        let away = random.next() / 400;
        let side = match random.next() {
            draw if draw < 0 => Side::Sell,
            _ => Side::Buy,
        };
        let sequence = 10_701 - u64::try_from(ago).unwrap_or(0);
        row.tape.prints.push_back(Print {
            time: NOW.plus_nanos(-(ago * 213 + random.next().abs() / 10) * 1_000_000),
            price: Price::from_units(last.units() + if ago == 0 { 0 } else { away * tick }),
            quantity: Qty::from_units((1 + random.next().abs() / 25) * lot),
            side: Some(side),
            sequence_in_feed: sequence,
        });
    }
}

fn day(row: &mut InstrumentView, start: i64, tick: i64, lot: i64, random: &mut Random) {
    let Some(series) = row.series.first() else {
        return;
    };
    let bars = series.bars.iter().map(|it| it.bar);
    let range = bars.clone().map(|bar| (bar.high, bar.low));
    row.day.start = Some(day_of(NOW));
    row.day.open = bars.clone().next().map(|bar| bar.open);
    row.day.previous_close = Some(Price::from_units(start));
    row.day.high = range.clone().map(|(high, _)| high).max();
    row.day.low = range.map(|(_, low)| low).min();
    row.day.last = series.forming.map(|bar| bar.close);
    row.day.volume = bars
        .clone()
        .fold(Qty::ZERO, |sum, bar| sum.saturating_add(bar.volume));
    row.spark.points = bars
        .clone()
        .step_by(4)
        .map(|bar| (bar.start, bar.close))
        .collect();
    row.traded.session_start = row.day.start;
    let last = row.day.last.unwrap_or_default().units();
    for away in -30..=30_i64 {
        let level = row
            .traded
            .levels
            .entry(Price::from_units(last + away * tick))
            .or_default();
        let near = 31 - away.abs();
        level.bought = Qty::from_units((near + random.next().abs() / 40) * lot);
        level.sold = Qty::from_units((near + random.next().abs() / 40) * lot);
    }
}
