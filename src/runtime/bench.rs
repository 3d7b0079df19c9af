//! Measures the engine, the live path and the store on this machine.
//! Must not measure anything that a run would not do.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hdrhistogram::Histogram;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::config::Config;
use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{
    Candle, CandleSource, Event, EventBody, FeedId, Input, Instrument, InstrumentId, InstrumentKey,
    InstrumentKeyError, Price, Qty, Session, Tick, TickBody, Timestamp,
};
use crate::engine::{Engine, EngineError, Settings};
use crate::feeds::sim::Walk;
use crate::feeds::tickserver::{TickServer, TickServerOptions};
use crate::feeds::{FeedOptions, FeedSpec, Speed};

use super::desk::{Desk, DeskError, RunOptions};
use super::summary::{LatencySummary, Tally};

/// Event time between two ticks of an instrument.
const TICK_INTERVAL_MS: i64 = 100;
/// Start price of every walk in price units.
const START_UNITS: i64 = 2_566_000;
/// Ticks after which the events are read and forgotten, as a run does.
const TICKS_PER_ROUND: u64 = 1_024;

/// The machine that was measured on.
#[derive(Debug, Clone, Serialize)]
pub struct Machine {
    /// Operating system and architecture.
    pub platform: String,
    /// Processors that the program may use.
    pub cores: usize,
    /// Name of the processor, where the system tells it.
    pub processor: String,
    /// Whether this program was built with optimisation.
    pub optimized: bool,
}

impl Machine {
    /// This machine.
    pub fn this() -> Self {
        let processor = std::fs::read_to_string("/proc/cpuinfo")
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|line| line.starts_with("model name"))?;
                Some(line.split_once(':')?.1.trim().to_owned())
            })
            .unwrap_or_else(|| "unknown".to_owned());
        Self {
            platform: format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH),
            cores: std::thread::available_parallelism().map_or(1, std::num::NonZero::get),
            processor,
            optimized: !cfg!(debug_assertions),
        }
    }
}

/// Throughput of the whole engine, the store left out.
#[derive(Debug, Clone, Serialize)]
pub struct PipelineFigures {
    /// Instruments walked in turn.
    pub instruments: u32,
    /// Ticks fed.
    pub ticks: u64,
    /// Ticks taken a second on the one thread.
    pub ticks_per_s: f64,
    /// The same for one tick.
    pub ns_per_tick: f64,
    /// Events that came of them.
    pub events: u64,
    /// Orders approved.
    pub orders: u64,
    /// Executions.
    pub fills: u64,
    /// Hash over all events.
    pub event_hash: String,
    /// From taking a tick to its order decision, measured in a pass of its own.
    pub tick_to_order_ns: LatencySummary,
}

/// Why nothing could be measured.
#[derive(Debug, thiserror::Error)]
pub enum BenchError {
    /// The configuration's trading sections are impossible.
    #[error(transparent)]
    Engine(#[from] EngineError),
    /// The desk could not run.
    #[error(transparent)]
    Desk(#[from] DeskError),
    /// A name for a bench instrument is none.
    #[error(transparent)]
    Key(#[from] InstrumentKeyError),
    /// The loopback tick server could not run.
    #[error("the loopback tick server: {0}")]
    Server(#[from] crate::feeds::FeedError),
    /// The store could not be used.
    #[error(transparent)]
    Store(#[from] crate::store::StoreError),
    /// The commit was not confirmed.
    #[error("the store did not confirm a commit within {0:?}")]
    Unconfirmed(Duration),
}

/// Seeded walks, ten ticks a second for each instrument in event time, through a new engine.
pub struct WalkedEngine {
    engine: Engine,
    walks: Vec<Walk>,
    time: Timestamp,
    next: usize,
}

impl WalkedEngine {
    /// An engine with `instruments` listed and nothing fed.
    ///
    /// # Errors
    /// When the configuration is impossible.
    pub fn new(config: &Config, instruments: u32) -> Result<Self, BenchError> {
        let mut engine = Engine::new(Settings::new(config)?)?;
        let mut walks = Vec::new();
        for index in 0..instruments {
            let instrument = bench_instrument(index)?;
            let (feed, id) = (FeedId(0), InstrumentId(index));
            engine.step(&Input::List {
                feed,
                id,
                instrument: Arc::new(instrument),
            });
            walks.push(Walk::new(config.seed, u64::from(index), START_UNITS));
        }
        let time = Timestamp::from_seconds(1_767_571_200);
        Ok(Self {
            engine,
            walks,
            time,
            next: 0,
        })
    }

    /// Feeds the next tick of the next instrument.
    #[inline]
    pub fn step(&mut self) {
        if self.next >= self.walks.len() {
            self.next = 0;
            self.time = self.time.plus_nanos(TICK_INTERVAL_MS * NANOS_PER_MILLI);
        }
        if let Some(walk) = self.walks.get_mut(self.next) {
            let (price, quantity) = walk.next();
            let instrument = InstrumentId(u32::try_from(self.next).unwrap_or(0));
            let body = TickBody::Trade {
                price: Price::from_units(price),
                quantity: Qty::from_units(quantity),
                side: None,
            };
            let event_time = self.time;
            self.engine.step(&Input::Tick(Tick {
                instrument,
                event_time,
                body,
            }));
        }
        self.next += 1;
    }

    /// The events since they were last cleared.
    pub fn events(&self) -> &[Event] {
        self.engine.events()
    }

    /// Forgets the events.
    pub fn clear_events(&mut self) {
        self.engine.clear_events();
    }
}

/// Runs `ticks` through a new engine and says how fast it was.
///
/// # Errors
/// When the configuration is impossible.
pub fn pipeline(
    config: &Config,
    instruments: u32,
    ticks: u64,
) -> Result<PipelineFigures, BenchError> {
    let mut walked = WalkedEngine::new(config, instruments)?;
    let mut tally = Tally::new();
    let mut events = 0;
    let started = Instant::now();
    let mut left = ticks;
    while left > 0 {
        let round = left.min(TICKS_PER_ROUND);
        for _ in 0..round {
            walked.step();
        }
        events += walked.events().len() as u64;
        for event in walked.events() {
            tally.add(event);
        }
        walked.clear_events();
        left -= round;
    }
    let elapsed_s = started.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let ticks_f64 = ticks as f64;
    let (orders, fills, event_hash) = tally.trades();
    Ok(PipelineFigures {
        instruments,
        ticks,
        ticks_per_s: (ticks_f64 / elapsed_s).round(),
        ns_per_tick: elapsed_s * 1e9 / ticks_f64,
        events,
        orders,
        fills,
        event_hash,
        tick_to_order_ns: decision_latency(config, instruments, ticks)?,
    })
}

fn decision_latency(
    config: &Config,
    instruments: u32,
    ticks: u64,
) -> Result<LatencySummary, BenchError> {
    let mut walked = WalkedEngine::new(config, instruments)?;
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 60_000_000_000, 3).ok();
    for _ in 0..ticks {
        let started = Instant::now();
        walked.step();
        if !walked.events().is_empty() {
            let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
            let decided = walked
                .events()
                .iter()
                .any(|it| matches!(it.body, EventBody::RiskDecided(_)));
            if let (true, Some(histogram)) = (decided, &mut histogram) {
                histogram.saturating_record(nanos);
            }
            walked.clear_events();
        }
    }
    Ok(LatencySummary::of(histogram.as_ref()))
}

fn bench_instrument(index: u32) -> Result<Instrument, InstrumentKeyError> {
    Ok(Instrument {
        key: InstrumentKey::new("BENCH", &format!("W{index}"))?,
        symbol: format!("W{index}"),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 2,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: rust_decimal::Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

/// The live path over a loopback WebSocket: tick server, socket, adapter, engine.
#[derive(Debug, Clone, Serialize)]
pub struct LatencyFigures {
    /// Ticks that came over the socket.
    pub ticks: u64,
    /// How many times faster than real time the server walked.
    pub speed: f64,
    /// Seconds measured.
    pub seconds: f64,
    /// From the frame's reading to the order decision it led to.
    pub frame_to_order_ns: LatencySummary,
    /// The part of it inside the engine.
    pub tick_to_order_ns: LatencySummary,
}

/// Runs the live path for `length` with a server that walks `speed` times faster than real time.
///
/// # Errors
/// When server or desk cannot run.
pub async fn latency(
    config: &Config,
    speed: f64,
    length: Duration,
) -> Result<LatencyFigures, BenchError> {
    let stop = CancellationToken::new();
    let server = TickServer::bind(TickServerOptions {
        listen: ([127, 0, 0, 1], 0).into(),
        seed: config.seed,
        speed: Speed::Times(speed),
        ..TickServerOptions::default()
    })
    .await?;
    let url = format!("ws://{}/ws", server.address());
    let serving = tokio::spawn(server.run(stop.clone()));
    let options = RunOptions {
        data_dir: None,
        fresh: false,
        feeds: vec![FeedSpec::TickServer(url)],
        feed_options: FeedOptions::new(Arc::new(config.clone())),
        only: Vec::new(),
        exit_at_end: false,
        has_screen: false,
    };
    let desk = Desk::start(options, &tokio::runtime::Handle::current())?;
    tokio::time::sleep(length).await;
    let summary = desk.finish().await?;
    stop.cancel();
    // The server ends with the token; how it ends says nothing about the figures.
    let _ = serving.await;
    Ok(LatencyFigures {
        ticks: summary.ticks,
        speed,
        seconds: summary.elapsed_s,
        frame_to_order_ns: summary.frame_to_order_ns,
        tick_to_order_ns: summary.tick_to_order_ns,
    })
}

/// What the store takes.
#[derive(Debug, Clone, Serialize)]
pub struct StoreFigures {
    /// Instruments that close a candle in each round.
    pub instruments: u32,
    /// Candles written.
    pub candles: u64,
    /// Candles a second, until the last is on disk.
    pub candles_per_s: f64,
    /// Durable commits of one event each, one after another, a second.
    pub commits_per_s: f64,
}

/// Writes one-second candles of 10 000 instruments, then single durable events, into `folder`.
///
/// # Errors
/// When the folder cannot be used or a commit is not confirmed.
pub fn store(config: &Config, folder: &Path) -> Result<StoreFigures, BenchError> {
    const INSTRUMENTS: u32 = 10_000;
    const ROUNDS: i64 = 20;
    const COMMITS: u32 = 200;
    const PATIENCE: Duration = Duration::from_secs(60);

    let writer = crate::store::Store::open(folder, &config.store, &[])?.into_writer();
    let mut sequence = 0;
    let mut event = |time: Timestamp, body: EventBody| {
        sequence += 1;
        Event {
            sequence,
            cause: 0,
            time,
            body,
        }
    };
    let mut listing = Vec::new();
    for index in 0..INSTRUMENTS {
        let instrument = Arc::new(bench_instrument(index)?);
        let (id, feed) = (InstrumentId(index), FeedId(0));
        listing.push(event(
            Timestamp::ZERO,
            EventBody::Listed {
                id,
                feed,
                instrument,
            },
        ));
    }
    let unconfirmed = |_| BenchError::Unconfirmed(PATIENCE);
    writer
        .commit(listing)?
        .wait(PATIENCE)
        .map_err(unconfirmed)?;

    let started = Instant::now();
    for round in 0..ROUNDS {
        let start = Timestamp::from_seconds(1_767_571_200 + round);
        let candles: Vec<Event> = (0..INSTRUMENTS)
            .map(|index| event(start, bench_candle(InstrumentId(index), start)))
            .collect();
        writer.append(candles)?;
    }
    writer
        .commit(vec![event(Timestamp::ZERO, EventBody::Resumed)])?
        .wait(PATIENCE)
        .map_err(unconfirmed)?;
    let candles_s = started.elapsed().as_secs_f64();

    let started = Instant::now();
    for _ in 0..COMMITS {
        let one = vec![event(Timestamp::ZERO, EventBody::Resumed)];
        writer.commit(one)?.wait(PATIENCE).map_err(unconfirmed)?;
    }
    let commits_s = started.elapsed().as_secs_f64();
    writer.close(PATIENCE)?;
    let candles = u64::from(INSTRUMENTS) * ROUNDS.unsigned_abs();
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    let candles_per_s = (candles as f64 / candles_s).round();
    Ok(StoreFigures {
        instruments: INSTRUMENTS,
        candles,
        candles_per_s,
        commits_per_s: (f64::from(COMMITS) / commits_s).round(),
    })
}

fn bench_candle(instrument: InstrumentId, start: Timestamp) -> EventBody {
    let price = Price::from_units(START_UNITS + i64::from(instrument.0));
    let candle = Candle {
        start,
        open: price,
        high: price,
        low: price,
        close: price,
        volume: Qty::from_units(10),
        count: 10,
    };
    EventBody::CandleClosed { instrument, candle }
}
