//! How many candles, bars and indicator values, and how many durable commits, the store takes in a
//! second. Must print the settings beside the figures.

#![allow(missing_docs, clippy::print_stdout, clippy::expect_used)]

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use titan_tui::config::StoreConfig;
use titan_tui::domain::{
    Bar, Candle, CandleSource, ClosedBar, Decimal, Event, EventBody, FeedId, IndicatorSlot,
    Instrument, InstrumentId, Order, OrderId, OrderKind, OrderOrigin, OrderState, Price, Qty, Real,
    Session, Side, TimeInForce, Timeframe, Timestamp,
};
use titan_tui::store::{DATABASE_FILE, Store, StoreWriter};

const INSTRUMENTS: u32 = 10_000;
const ROUNDS: i64 = 20;
const INDICATORS: u16 = 30;
const COMMITS: u64 = 2_000;
const LONG: Duration = Duration::from_secs(600);

/// Numbers events as the engine does.
struct Numbers(u64);

impl Numbers {
    fn event(&mut self, time: Timestamp, body: EventBody) -> Event {
        self.0 += 1;
        Event {
            sequence: self.0,
            cause: 0,
            time,
            body,
        }
    }
}

fn candle(start: Timestamp, instrument: u32) -> Candle {
    let base = 1_000_000 + i64::from(instrument);
    Candle {
        start,
        open: Price::from_units(base),
        high: Price::from_units(base + 50),
        low: Price::from_units(base - 50),
        close: Price::from_units(base + 10),
        volume: Qty::from_units(1_234),
        count: 10,
    }
}

fn start(folder: &Path, numbers: &mut Numbers) -> StoreWriter {
    let names: Vec<(String, bool)> = (0..INDICATORS)
        .map(|slot| (format!("SMA_{slot}"), true))
        .collect();
    let writer = Store::open(folder, &StoreConfig::default(), &names)
        .expect("a store")
        .into_writer();
    let listed: Vec<Event> = (0..INSTRUMENTS)
        .map(|id| {
            let instrument = Arc::new(Instrument {
                key: format!("SIM:N{id}").parse().expect("a key"),
                symbol: format!("N{id}"),
                currency: "USD".to_owned(),
                price_scale: 2,
                quantity_scale: 0,
                tick_size: Price::from_units(1),
                lot_size: Qty::from_units(1),
                minimum_notional: Decimal::ZERO,
                session: Session::Continuous,
                candle_source: CandleSource::Trades,
            });
            let body = EventBody::Listed {
                id: InstrumentId(id),
                feed: FeedId(0),
                instrument,
            };
            numbers.event(Timestamp::ZERO, body)
        })
        .collect();
    commit(&writer, listed);
    writer
}

fn commit(writer: &StoreWriter, events: Vec<Event>) {
    let ticket = writer.commit(events).expect("taken");
    ticket.wait(LONG).expect("on the disk");
}

fn candles(writer: &StoreWriter, numbers: &mut Numbers) {
    let from = Instant::now();
    for round in 0..ROUNDS {
        let start = Timestamp::from_seconds(1_700_000_000 + round);
        let events: Vec<Event> = (0..INSTRUMENTS)
            .map(|id| {
                let body = EventBody::CandleClosed {
                    instrument: InstrumentId(id),
                    candle: candle(start, id),
                };
                numbers.event(start, body)
            })
            .collect();
        writer.append(events).expect("taken");
    }
    commit(writer, Vec::new());
    let rows = f64::from(INSTRUMENTS) * 20.0;
    let seconds = from.elapsed().as_secs_f64();
    println!(
        "candles: {ROUNDS} rounds of {INSTRUMENTS} one-second candles: {:.0} rows/s ({seconds:.2} s to the disk)",
        rows / seconds
    );
}

fn minute(writer: &StoreWriter, numbers: &mut Numbers) {
    let start = Timestamp::from_seconds(1_700_000_040);
    let from = Instant::now();
    let mut rows = 0_u32;
    for id in 0..INSTRUMENTS {
        let instrument = InstrumentId(id);
        let timeframe = Timeframe::MINUTE;
        let bar = ClosedBar::new(Bar::from_candle(start, &candle(start, id)));
        let closed = EventBody::BarClosed {
            instrument,
            timeframe,
            bar,
        };
        let mut events = vec![numbers.event(start, closed)];
        for slot in 0..INDICATORS {
            let value = EventBody::IndicatorConfirmed {
                instrument,
                timeframe,
                slot: IndicatorSlot(slot),
                bar_start: start,
                value: Real(1_000_000.5 + f64::from(slot)),
            };
            events.push(numbers.event(start, value));
        }
        rows += 1 + u32::from(INDICATORS);
        writer.append(events).expect("taken");
    }
    commit(writer, Vec::new());
    let seconds = from.elapsed().as_secs_f64();
    println!(
        "minute:  {INSTRUMENTS} bars of 60 s with {INDICATORS} indicator values each: {:.0} rows/s ({seconds:.2} s to the disk)",
        f64::from(rows) / seconds
    );
}

fn order(id: u64) -> EventBody {
    EventBody::OrderChanged(Box::new(Order {
        id: OrderId(id),
        instrument: InstrumentId(0),
        side: Side::Buy,
        kind: OrderKind::Market,
        quantity: Qty::from_units(10),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Trader,
        reduce_only: false,
        stop_price: None,
        target_price: None,
        triggered: false,
        replacement: None,
        state: OrderState::Submitted,
        filled: Qty::ZERO,
        filled_value: Decimal::ZERO,
        created: Timestamp::ZERO,
        updated: Timestamp::ZERO,
        reason: None,
    }))
}

fn commits(writer: &StoreWriter, numbers: &mut Numbers) {
    let mut times: Vec<Duration> = Vec::new();
    let from = Instant::now();
    for id in 1..=COMMITS {
        let event = numbers.event(Timestamp::ZERO, order(id));
        let one = Instant::now();
        commit(writer, vec![event]);
        times.push(one.elapsed());
    }
    let seconds = from.elapsed().as_secs_f64();
    times.sort();
    let at = |share: usize| {
        times
            .get(times.len() * share / 100)
            .copied()
            .unwrap_or_default()
    };
    println!(
        "commits: {COMMITS} single order events, each waited for: {:.0}/s (median {:?}, 99 % {:?})",
        2_000.0 / seconds,
        at(50),
        at(99)
    );
    let from = Instant::now();
    let tickets: Vec<_> = (1..=COMMITS)
        .map(|id| {
            let event = numbers.event(Timestamp::ZERO, order(COMMITS + id));
            writer.commit(vec![event]).expect("taken")
        })
        .collect();
    for ticket in tickets {
        ticket.wait(LONG).expect("on the disk");
    }
    println!(
        "group:   {COMMITS} single order commits in line together: {:.0}/s",
        2_000.0 / from.elapsed().as_secs_f64()
    );
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    println!(
        "store: SQLite, WAL, synchronous NORMAL for candles, FULL for commits; {}",
        folder.path().display()
    );
    let mut numbers = Numbers(0);
    let writer = start(folder.path(), &mut numbers);
    candles(&writer, &mut numbers);
    minute(&writer, &mut numbers);
    commits(&writer, &mut numbers);
    writer.close(LONG).expect("closed");
    let bytes = std::fs::metadata(folder.path().join(DATABASE_FILE)).map_or(0, |file| file.len());
    println!("file:    {} bytes", bytes);
}
