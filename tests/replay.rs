//! Replays: the pace, the desk beside the desk, recordings, the comparison, the demo.
//! Must not wait for the wall clock where event time can be asked for.

mod command;
mod demo;
mod desk;
mod pace;
mod screen;
mod session;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use titan_tui::config::{Config, StrategyConfig};
use titan_tui::domain::Timestamp;
use titan_tui::feeds::{FeedOptions, FeedSpec, Speed};
use titan_tui::runtime::replay::{ReplayDesk, ReplayOptions, ReplaySource};
use titan_tui::runtime::{Desk, RunOptions, Summary};

/// A hang, not a measurement.
const PATIENCE: Duration = Duration::from_secs(120);
/// Begin of every simulated market here.
const BEGIN: Timestamp = Timestamp::from_seconds(1_767_584_700);

/// Short bars, so that minutes of event time hold many decisions.
fn busy() -> Config {
    let mut config = Config::default();
    config.market.timeframes_s = vec![5, 15, 60];
    config.risk.stop_timeframe_s = 5;
    config.strategies = [StrategyConfig::confluence(), StrategyConfig::crossover()]
        .map(|strategy| StrategyConfig {
            timeframes_s: vec![5],
            ..strategy
        })
        .to_vec();
    config
}

fn seconds(seconds: i64) -> Timestamp {
    BEGIN.plus_nanos(seconds * 1_000_000_000)
}

/// A run of the simulated exchange into `folder`, as fast as it can.
fn options(folder: &Path, config: Config, begin: Timestamp, length_s: i64) -> RunOptions {
    let mut feed_options = FeedOptions::new(Arc::new(config));
    feed_options.speed = Speed::Max;
    feed_options.start = Some(begin);
    feed_options.duration_ns = Some(length_s * 1_000_000_000);
    RunOptions {
        data_dir: Some(folder.to_owned()),
        fresh: false,
        feeds: vec![FeedSpec::Sim],
        feed_options,
        only: Vec::new(),
        exit_at_end: true,
        has_screen: false,
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Runs a desk to the end of its feeds.
fn live(options: RunOptions) -> Summary {
    let runtime = runtime();
    let desk = Desk::start(options, runtime.handle()).expect("a desk");
    runtime
        .block_on(async {
            desk.wait().await;
            desk.finish().await
        })
        .expect("a summary")
}

fn session(folder: &Path, config: Config, name: &str) -> ReplayOptions {
    let source = ReplaySource::Session(name.to_owned());
    ReplayOptions {
        speed: Speed::Max,
        has_screen: false,
        ..ReplayOptions::new(source, Arc::new(config), Some(folder.to_owned()))
    }
}

/// Replays to the end.
fn replay(options: ReplayOptions) -> ReplayDesk {
    let desk = ReplayDesk::start(options).expect("a replay");
    desk.run_out(PATIENCE).expect("the end");
    desk
}

fn hash_of(desk: ReplayDesk) -> String {
    let summary = desk.finish().expect("no failure").expect("it ran");
    summary.event_hash
}
