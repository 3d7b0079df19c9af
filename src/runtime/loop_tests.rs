//! The engine's loop by itself: what it does after a sleep, and when a recorded day is over.
//! Must not start a desk.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};
use rust_decimal::Decimal;
use tokio::sync::oneshot;
use tokio_util::sync::CancellationToken;

use super::engine_loop::EngineLoop;
use super::feed_timers::FeedTimers;
use super::handle::Request;
use super::journal::Journal;
use super::replay::{ReplayDesk, ReplayOptions, ReplaySource, sessions};
use super::summary::Tally;
use super::supervise::Workers;
use super::vitals::Monitor;
use super::wake::{WakeWatch, sleepless};
use crate::config::{Config, StrategyConfig};
use crate::domain::{
    CandleSource, EventBody, FeedId, Input, Instrument, InstrumentId, Price, Qty, Session, Tick,
    TickBody, Timestamp,
};
use crate::engine::{Engine, Settings};
use crate::feeds::recording::{self, Recorder, RecorderOptions};
use crate::feeds::{FeedBatch, Speed};
use crate::store::Store;

const PATIENCE: Duration = Duration::from_secs(60);

fn config() -> Config {
    let mut config = Config::default();
    config.market.timeframes_s = vec![5];
    config.risk.stop_timeframe_s = 5;
    config.strategies = [StrategyConfig::confluence(), StrategyConfig::crossover()]
        .map(|strategy| StrategyConfig {
            timeframes_s: vec![5],
            ..strategy
        })
        .to_vec();
    config
}

/// A loop on one live feed, and the ways into it.
fn engine_loop(config: &Config) -> (EngineLoop, Sender<FeedBatch>, Sender<Request>) {
    let (feeds, batches): (_, Receiver<FeedBatch>) = bounded(64);
    let (asks, requests) = bounded(64);
    let settings = Settings::new(config).expect("settings");
    let made = EngineLoop {
        monitor: Monitor::new(&Workers::default(), false),
        engine: Engine::new(settings).expect("an engine"),
        batches,
        requests,
        journal: Journal::new(None),
        view: None,
        timers: FeedTimers::new(&[true], Instant::now()),
        feed_counters: Vec::new(),
        taker_fee_bps: Decimal::ZERO,
        snapshot_interval: Duration::from_secs(3_600),
        exit_at_end: true,
        stop: CancellationToken::new(),
        tally: Tally::new(),
        logger: None,
        recorder: None,
        tap: None,
        wake: WakeWatch::new(5_000),
        is_paced: false,
        drains: Vec::new(),
    };
    (made, feeds, asks)
}

fn listing() -> Input {
    Input::List {
        feed: FeedId(0),
        id: InstrumentId(0),
        instrument: Arc::new(Instrument {
            key: "SIM:SWING".parse().expect("a key"),
            symbol: "SWING".to_owned(),
            currency: "USD".to_owned(),
            price_scale: 2,
            quantity_scale: 0,
            tick_size: Price::from_units(1),
            lot_size: Qty::from_units(1),
            minimum_notional: Decimal::ZERO,
            session: Session::Continuous,
            candle_source: CandleSource::Trades,
        }),
    }
}

/// Four ticks a second in long swings.
fn ticks(numbers: std::ops::Range<i64>) -> Vec<Input> {
    let tick = |number: i64| {
        let phase = number % 480;
        let swing = if phase < 240 { phase } else { 480 - phase };
        Input::Tick(Tick {
            instrument: InstrumentId(0),
            event_time: Timestamp::from_millis(1_767_571_200_000 + number * 250),
            body: TickBody::Trade {
                price: Price::from_units(10_000 + swing * 2 + number % 7),
                quantity: Qty::from_units(1),
                side: None,
            },
        })
    };
    numbers.map(tick).collect()
}

fn batch(inputs: Vec<Input>) -> FeedBatch {
    FeedBatch {
        feed: FeedId(0),
        received: Instant::now(),
        inputs,
    }
}

#[test]
fn after_a_sleep_the_clocks_go_before_what_was_waiting() {
    let (mut subject, ..) = engine_loop(&config());
    subject.on_batches(batch([vec![listing()], ticks(0..10)].concat()));
    subject.engine.clear_events();
    subject
        .wake
        .pretend_asleep(sleepless(), Duration::from_secs(600));
    subject.on_batches(batch(ticks(10..12)));
    let events = subject.engine.take_events();
    let at = |wanted: fn(&EventBody) -> bool| events.iter().position(|event| wanted(&event.body));
    let halted = at(|body| matches!(body, EventBody::Halted { kill: false, .. }));
    let closed = at(|body| matches!(body, EventBody::BarClosed { .. }));
    let resumed = at(|body| matches!(body, EventBody::Resumed));
    assert!(
        halted.is_some() && halted < closed && closed < resumed,
        "{events:#?}"
    );
    let taken = subject.engine.counters();
    assert_eq!(
        (taken.ticks, taken.late_ticks),
        (10, 2),
        "what waited is late"
    );
}

fn recorder(folder: &Path, born: i64) -> Recorder {
    Recorder::start(RecorderOptions {
        recordings: recording::folder(folder),
        feeds: vec!["sim".to_owned()],
        seed: 42,
        store_born: Some(born),
        sequence: 0,
        state: None,
        keep_days: 14,
        keep_bytes: 1 << 40,
    })
    .expect("a recorder")
}

fn drain(asks: &Sender<Request>) {
    let (reply, answer) = oneshot::channel();
    asks.send(Request::Drain { reply }).expect("room");
    answer.blocking_recv().expect("an answer");
}

/// Removes the first day, as the limits on recordings do.
fn forget_first_day(folder: &Path) {
    let found = recording::find(&recording::folder(folder), "last").expect("a session");
    let path = found.folder.join("session.json");
    let text = std::fs::read_to_string(&path).expect("a list");
    let mut session: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    session["days"].as_array_mut().expect("days").remove(0);
    std::fs::write(&path, session.to_string()).expect("written");
}

#[test]
fn a_later_day_of_a_session_replays_from_the_state_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let config = config();
    let names = Settings::new(&config).expect("settings").catalog;
    let names: Vec<(String, bool)> = names.names().map(|it| (it.to_owned(), false)).collect();
    let store = Store::open(folder.path(), &config.store, &names).expect("a store");
    let (mut subject, feeds, asks) = engine_loop(&config);
    let recorder = recorder(folder.path(), store.born());
    let handle = recorder.handle();
    subject.recorder = Some(recorder);
    subject.journal = Journal::new(Some(store.into_writer()));
    // Event time is the ticks' alone.
    subject.timers = FeedTimers::new(&[false], Instant::now());
    let running = std::thread::spawn(move || subject.run());

    feeds
        .send(batch([vec![listing()], ticks(0..2_404)].concat()))
        .expect("room");
    drain(&asks);
    handle.ask_for_state();
    while handle.is_asking_for_state() {
        drain(&asks);
    }
    feeds.send(batch(ticks(2_404..4_800))).expect("room");
    drop(feeds);
    let lived = running.join().expect("no panic").expect("written");
    assert!(lived.orders > 2, "{lived:?}");

    let of_days: BTreeMap<usize, usize> = [2, 1]
        .into_iter()
        .map(|days| {
            let found = sessions(folder.path());
            let session = found[0].session.as_ref().expect("readable");
            assert_eq!(session.days.len(), days);
            let source = ReplaySource::Session("last".to_owned());
            let replay = ReplayDesk::start(ReplayOptions {
                speed: Speed::Max,
                has_screen: false,
                ..ReplayOptions::new(
                    source,
                    Arc::new(config.clone()),
                    Some(folder.path().to_owned()),
                )
            })
            .expect("a replay");
            replay.run_out(PATIENCE).expect("the end");
            let diff = replay.control().diff();
            assert!(
                diff.summary.is_same(),
                "{days}: {} {:#?}",
                diff.summary,
                diff.rows
            );
            forget_first_day(folder.path());
            (days, diff.rows.len())
        })
        .collect();
    assert!(of_days[&1] > 2 && of_days[&1] < of_days[&2], "{of_days:?}");
}
