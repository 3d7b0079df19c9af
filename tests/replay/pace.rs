//! The hand on a feed: what is delivered before a pause, and that nothing is during one.
//! Must not look at the engine.

use std::sync::Arc;

use crossbeam_channel::{Receiver, RecvTimeoutError};
use proptest::prelude::*;
use titan_tui::domain::{FeedId, Input};
use titan_tui::feeds::{FeedBatch, FeedCounters, FeedSink, InstrumentRegistry, PaceControl, run};
use tokio_util::sync::CancellationToken;

use super::*;

struct Held {
    pace: PaceControl,
    queue: Receiver<FeedBatch>,
    stop: CancellationToken,
    _runtime: tokio::runtime::Runtime,
}

impl Drop for Held {
    fn drop(&mut self) {
        self.stop.cancel();
        self.pace.wake();
    }
}

/// A feed under a hand that stands still before its first tick.
fn held(spec: FeedSpec, speed: Speed, length_s: i64) -> Held {
    let runtime = runtime();
    let (sender, queue) = crossbeam_channel::bounded(4_096);
    let registry = Arc::new(InstrumentRegistry::default());
    let sink = FeedSink::new(
        FeedId(0),
        registry,
        sender,
        Arc::new(FeedCounters::default()),
    );
    let pace = PaceControl::new(speed);
    pace.pause();
    let mut options = FeedOptions::new(Arc::new(Config::default()));
    options.pace = Some(pace.clone());
    options.start = Some(BEGIN);
    options.duration_ns = Some(length_s * 1_000_000_000);
    let stop = CancellationToken::new();
    runtime.spawn(run(spec, options, sink, stop.clone()));
    assert!(pace.wait_until_settled(PATIENCE));
    Held {
        pace,
        queue,
        stop,
        _runtime: runtime,
    }
}

impl Held {
    fn take(&self) -> Vec<Input> {
        self.queue
            .try_iter()
            .flat_map(|batch| batch.inputs)
            .collect()
    }

    fn go_to(&self, time: Timestamp) -> Vec<Input> {
        self.pace.go_to(time);
        assert!(self.pace.wait_until_settled(PATIENCE));
        self.take()
    }
}

fn tick_times(inputs: &[Input]) -> Vec<Timestamp> {
    let ticks = inputs.iter().filter_map(|input| match input {
        Input::Tick(tick) => Some(tick.event_time),
        _ => None,
    });
    ticks.collect()
}

#[test]
fn a_pause_is_exact_and_nothing_comes_while_it_lasts() {
    for speed in [Speed::Max, Speed::Times(50.0)] {
        let feed = held(FeedSpec::Sim, speed, 60);
        assert_eq!(
            tick_times(&feed.take()),
            [],
            "it stands before its first tick"
        );

        let inputs = feed.go_to(seconds(2));
        let times = tick_times(&inputs);
        // Ten steps a second, at 0 s and at 2 s as well, four instruments, a quote and a trade.
        assert_eq!(times.len(), 21 * 4 * 2);
        assert_eq!(times.last(), Some(&seconds(2)));

        // Between two ticks the clock is told.
        let between = seconds(2).plus_nanos(350_000_000);
        let inputs = feed.go_to(between);
        assert_eq!(tick_times(&inputs).len(), 3 * 4 * 2);
        let clock = Input::Time {
            feed: FeedId(0),
            now: between,
        };
        assert_eq!(inputs.last(), Some(&clock));

        let state = feed.pace.state();
        assert_eq!(state.position, Some(between));
        assert_eq!(state.next, Some(seconds(2).plus_nanos(400_000_000)));
        assert_eq!(state.begin, Some(BEGIN));
        assert_eq!(state.end, Some(seconds(60).plus_nanos(-100_000_000)));
        assert!(state.is_paused && !state.is_done);

        let silence = feed.queue.recv_timeout(Duration::from_millis(80));
        assert_eq!(silence.err(), Some(RecvTimeoutError::Timeout));
    }
}

#[test]
fn playing_to_a_moment_is_as_exact_as_going_there() {
    let feed = held(FeedSpec::Sim, Speed::Times(50.0), 60);
    feed.pace.pause_at(seconds(3));
    assert!(feed.pace.wait_until_settled(PATIENCE));
    let times = tick_times(&feed.take());
    assert_eq!(times.len(), 31 * 4 * 2);
    assert_eq!(feed.pace.position(), Some(seconds(3)));
    // A moment that has passed stops it where it is.
    assert_eq!(tick_times(&feed.go_to(seconds(1))), []);
    assert_eq!(feed.pace.position(), Some(seconds(3)));
}

#[test]
fn a_speed_that_changes_takes_event_time_with_it() {
    // So slow that no tick after the first comes by itself.
    let feed = held(FeedSpec::Sim, Speed::Times(0.000_1), 60);
    feed.go_to(seconds(1));
    feed.pace.play();
    feed.pace.set_speed(Speed::Times(50.0));
    feed.pace.pause_at(seconds(2));
    assert!(feed.pace.wait_until_settled(PATIENCE));
    assert_eq!(tick_times(&feed.take()).len(), 10 * 4 * 2);
    feed.pace.set_speed(Speed::Max);
    feed.pace.play();
    assert!(
        feed.pace.wait_until_settled(PATIENCE),
        "its end settles, too"
    );
    let state = feed.pace.state();
    assert!(state.is_done);
    assert_eq!(tick_times(&feed.take()).len(), (600 - 21) * 4 * 2);
}

#[test]
fn a_tape_pauses_before_its_first_later_row() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("t.csv");
    // A row that runs back waits with the later one before it.
    let rows = "ts_ms,price,qty\n1000,1,1\n1500,1,1\n2500,1,1\n1900,1,1\n3000,1,1\n9000,1,1\n";
    std::fs::write(&path, rows).expect("a tape");
    let feed = held(FeedSpec::Tape(path), Speed::Max, 60);
    let millis = |times: Vec<Timestamp>| times.iter().map(|it| it.millis()).collect::<Vec<_>>();
    assert!(tick_times(&feed.take()).is_empty());
    let cases: &[(i64, &[i64])] = &[
        (2_000, &[1_000, 1_500]),
        (2_400, &[]),
        (2_500, &[2_500, 1_900]),
        (8_999, &[3_000]),
        (9_000, &[9_000]),
    ];
    for (until, expected) in cases {
        let inputs = feed.go_to(Timestamp::from_millis(*until));
        assert_eq!(millis(tick_times(&inputs)), *expected, "{until}");
    }
    let state = feed.pace.state();
    assert!(state.is_done);
    assert_eq!(state.begin, Some(Timestamp::from_millis(1_000)));
    assert_eq!(state.end, Some(Timestamp::from_millis(9_000)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn pauses_anywhere_lose_and_double_nothing(mut stops in prop::collection::vec(0_i64..20_000, 0..12)) {
        stops.sort_unstable();
        let feed = held(FeedSpec::Sim, Speed::Max, 20);
        let mut times = Vec::new();
        for stop in stops {
            let until = BEGIN.plus_nanos(stop * 1_000_000);
            let some = tick_times(&feed.go_to(until));
            prop_assert!(some.iter().all(|time| *time <= until));
            times.extend(some);
        }
        feed.pace.play();
        prop_assert!(feed.pace.wait_until_settled(PATIENCE));
        times.extend(tick_times(&feed.take()));
        prop_assert_eq!(times.len(), 200 * 4 * 2);
        prop_assert!(times.is_sorted());
    }
}
