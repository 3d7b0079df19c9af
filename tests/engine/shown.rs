//! What a screen reads of a run, and of the same folder opened again.
//! Must not draw anything: the view is compared.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use titan_tui::config::{Config, StrategyConfig};
use titan_tui::domain::OrderState;
use titan_tui::feeds::{FeedOptions, FeedSpec, Speed};
use titan_tui::runtime::{Desk, DeskHandle, RunOptions};
use titan_tui::view::{LatencyKind, RecordOutcome, View, WorkerKind, WorkerState};

use super::write_tape;

const PATIENCE: Duration = Duration::from_secs(60);

fn options(folder: &Path, feed: FeedSpec, exit_at_end: bool) -> RunOptions {
    let mut config = Config::default();
    config.market.timeframes_s = vec![5, 60];
    config.risk.stop_timeframe_s = 5;
    config.strategies = vec![StrategyConfig {
        timeframes_s: vec![5],
        ..StrategyConfig::crossover()
    }];
    RunOptions {
        data_dir: Some(folder.join("data")),
        fresh: false,
        feeds: vec![feed],
        feed_options: FeedOptions {
            speed: Speed::Max,
            ..FeedOptions::new(Arc::new(config))
        },
        only: Vec::new(),
        exit_at_end,
        has_screen: true,
    }
}

/// The usual tape with a hundred times the size of each trade, so that orders are filled in a few
/// pieces and not in hundreds.
fn write_large_tape(path: &Path, seconds: i64) {
    write_tape(path, seconds);
    let text = std::fs::read_to_string(path).expect("a tape");
    let large: String = text
        .lines()
        .map(|line| match line.starts_with("ts_ms") {
            true => format!("{line}\n"),
            false => format!("{line}00\n"),
        })
        .collect();
    std::fs::write(path, large).expect("the tape");
}

/// Waits until the view is as wanted.
#[track_caller]
fn until(handle: &DeskHandle, is_wanted: impl Fn(&View) -> bool) {
    let begun = Instant::now();
    while !is_wanted(&handle.view().read()) {
        assert!(
            begun.elapsed() < PATIENCE,
            "{:#?}",
            handle.view().read().system
        );
        std::thread::yield_now();
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

#[test]
fn a_desk_that_is_started_again_shows_the_past() {
    let folder = tempfile::tempdir().expect("a folder");
    let tape = folder.path().join("swing.csv");
    write_large_tape(&tape, 900);
    let feed = FeedSpec::Tape(tape);
    let runtime = runtime();

    let run = options(folder.path(), feed.clone(), true);
    let desk = Desk::start(run, runtime.handle()).expect("a desk");
    let first = desk.handle().clone();
    runtime.block_on(desk.wait());
    runtime.block_on(desk.finish()).expect("it ends well");
    let first = first.view().read().clone();
    assert!(
        first.closed_trades.len() > 2,
        "{}",
        first.closed_trades.len()
    );
    for trade in &first.closed_trades {
        assert!(
            trade.mae.is_some() && trade.bars_held.is_some(),
            "{trade:?}"
        );
    }

    let run = options(folder.path(), feed, false);
    let desk = Desk::start(run, runtime.handle()).expect("a desk");
    let handle = desk.handle().clone();
    until(&handle, |view| !view.fills.is_empty());
    let again = handle.view().read().clone();
    assert_eq!(again.fills, first.fills);
    assert_eq!(again.orders, first.orders);
    let signals = |view: &View| -> Vec<_> {
        let rows = view.signals.iter();
        rows.map(|row| (row.sequence, row.outcome.clone()))
            .collect()
    };
    assert_eq!(signals(&again), signals(&first));
    let trades = |view: &View| -> Vec<_> {
        let rows = view.closed_trades.iter();
        rows.map(|it| (it.sequence, it.net(), it.r_multiple))
            .collect()
    };
    assert_eq!(trades(&again), trades(&first));
    let curve = |view: &View| view.equity.iter().copied().collect::<Vec<_>>();
    let (before, now) = (curve(&first), curve(&again));
    assert_eq!(now[..before.len()], before[..]);
    let last = first.fills.back().expect("a fill");
    let record = again.records.of_execution(last.fill.execution);
    assert_eq!(record.expect("its record").outcome(), RecordOutcome::Filled);
    runtime.block_on(desk.finish()).expect("it ends well");
}

#[test]
fn workers_feeds_latencies_and_records_are_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut run = options(folder.path(), FeedSpec::Sim, false);
    run.feed_options.speed = Speed::Times(600.0);
    let runtime = runtime();
    let desk = Desk::start(run, runtime.handle()).expect("a desk");
    let handle = desk.handle().clone();
    let answered = |view: &View| {
        view.records
            .iter()
            .any(|it| it.timing.filled.is_some() && it.timing.durable.is_some())
    };
    until(&handle, |view| {
        answered(view) && view.feeds[0].ticks > 0 && view.feeds[0].ticks_per_s > 0.0
    });
    let view = handle.view().read().clone();
    let workers: Vec<_> = view.system.workers.iter().map(|it| it.kind).collect();
    use WorkerKind::{Engine, Feed, Store};
    assert_eq!(workers, [Engine, Store, WorkerKind::View, Feed]);
    for worker in &view.system.workers {
        assert_eq!(worker.state, WorkerState::Running, "{worker:?}");
    }
    let feed = &view.feeds[0];
    assert!(feed.connected_since.is_some() && feed.next_retry_at.is_none());
    assert_eq!(feed.reconnects, 0);
    for kind in LatencyKind::ALL {
        let figures = view.system.latencies.get(kind);
        if kind != LatencyKind::CommandToAnswer {
            assert!(
                figures.count > 0 && figures.p99_ns <= figures.max_ns,
                "{kind:?}"
            );
        }
    }
    for record in view.records.iter() {
        let (Some(order), timing) = (&record.order, &record.timing) else {
            continue;
        };
        if order.state == OrderState::Filled {
            assert!(timing.decided < timing.durable, "{timing:?}");
            assert_eq!(timing.sent, timing.decided, "{timing:?}");
            assert!(timing.acknowledged <= timing.filled, "{timing:?}");
        }
    }
    for row in &view.instruments {
        let depth = row.book.depth.as_ref().expect("a book");
        assert!(depth.is_sound() && depth.bids.len() == 20);
        assert!(!row.tape.prints.is_empty() && !row.spark.points.is_empty());
        assert!(row.day.open.is_some());
    }
    assert!(view.system.memory_bytes.is_none_or(|bytes| bytes > 1 << 20));
    assert!(!view.system.build.version.is_empty());
    runtime.block_on(desk.finish()).expect("it ends well");
    let workers = &handle.view().read().system.workers;
    assert!(
        workers
            .iter()
            .all(|it| it.kind != Engine || it.restarts == 0)
    );
}
