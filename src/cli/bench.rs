//! `bench`: measures this build on this machine.
//! Must not hold logic of its own: what measures stands beside what is measured.

use std::io::Write;
use std::time::Duration;

use serde::Serialize;

use super::args::{BenchArgs, BenchKind, GlobalArgs};
use super::error::CliError;
use super::session::runtime;
use crate::config::Config;
use crate::runtime::bench::{
    self, BenchError, LatencyFigures, Machine, PipelineFigures, StoreFigures,
};
use crate::tui::{self, bench::RenderFigures};

/// Ticks of one pipeline measurement.
const TICKS: u64 = 10_000_000;
/// Ticks in a build without optimisation, where ten million would take minutes.
const TICKS_UNOPTIMIZED: u64 = 500_000;
/// Instruments that the pipeline is measured with.
const INSTRUMENTS: [u32; 2] = [1, 100];
/// How much faster than real time the loopback server walks.
const LIVE_SPEED: f64 = 200.0;
/// How long the live path is measured.
const LIVE_SECONDS: Duration = Duration::from_secs(10);

/// Everything that was measured.
#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    settings: Settings,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pipeline: Vec<PipelineFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency: Option<LatencyFigures>,
    #[serde(skip_serializing_if = "Option::is_none")]
    store: Option<StoreFigures>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    render: Vec<RenderFigures>,
    /// Of the first pipeline measurement, where anybody looks first.
    #[serde(skip_serializing_if = "Option::is_none")]
    ticks_per_s: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tick_to_order_ns: Option<crate::runtime::LatencySummary>,
}

/// The parts of the configuration that the figures depend on.
#[derive(Debug, Serialize)]
struct Settings {
    seed: u64,
    timeframes_s: Vec<u32>,
    indicators: Vec<String>,
    strategies: Vec<String>,
}

/// Measures and prints.
///
/// # Errors
/// When something cannot be measured.
pub fn run(global: &GlobalArgs, args: &BenchArgs, out: &mut dyn Write) -> Result<(), CliError> {
    let config = global.load_config(Vec::new())?.config;
    let wants = |kind| args.kind.is_none_or(|wanted| wanted == kind);
    let mut report = Report::new(&config);
    if wants(BenchKind::Pipeline) {
        let ticks = if report.machine.optimized {
            TICKS
        } else {
            TICKS_UNOPTIMIZED
        };
        for instruments in INSTRUMENTS {
            report
                .pipeline
                .push(bench::pipeline(&config, instruments, ticks)?);
        }
        report.ticks_per_s = report.pipeline.first().map(|it| it.ticks_per_s);
        report.tick_to_order_ns = report.pipeline.first().map(|it| it.tick_to_order_ns);
    }
    if wants(BenchKind::Latency) {
        let live = live_config(&config);
        let figures = bench::latency(&live, LIVE_SPEED, LIVE_SECONDS);
        report.latency = Some(runtime()?.block_on(figures)?);
    }
    if wants(BenchKind::Store) {
        let folder = global.data_dir()?.join("bench");
        let figures = bench::store(&config, &folder);
        // The folder is the bench's own; what it measured is of no use to anybody.
        let _ = std::fs::remove_dir_all(&folder);
        report.store = Some(figures?);
    }
    if wants(BenchKind::Render) {
        report.render = tui::bench::frames();
    }
    if args.json {
        let text = serde_json::to_string(&report)
            .map_err(|error| CliError::failed("the figures cannot be written", error))?;
        writeln!(out, "{text}")?;
    } else {
        report.print(out)?;
    }
    Ok(())
}

/// The configuration of the live measurement: short bars and easy votes, so that ten seconds hold
/// many decisions.
fn live_config(config: &Config) -> Config {
    let mut config = config.clone();
    for strategy in &mut config.strategies {
        strategy.timeframes_s = vec![5];
        strategy.threshold = 0.05;
        strategy.min_confidence = 0.0;
    }
    config.store.enabled = false;
    config
}

impl Report {
    fn new(config: &Config) -> Self {
        Self {
            machine: Machine::this(),
            settings: Settings {
                seed: config.seed,
                timeframes_s: config.market.timeframes_s.clone(),
                indicators: config.indicators.clone(),
                strategies: config.strategies.iter().map(|it| it.name.clone()).collect(),
            },
            pipeline: Vec::new(),
            latency: None,
            store: None,
            render: Vec::new(),
            ticks_per_s: None,
            tick_to_order_ns: None,
        }
    }

    fn print(&self, out: &mut dyn Write) -> std::io::Result<()> {
        let Machine {
            platform,
            cores,
            processor,
            optimized,
        } = &self.machine;
        let build = if *optimized {
            "release build"
        } else {
            "unoptimised build"
        };
        writeln!(out, "{processor}, {cores} cores, {platform}, {build}")?;
        for it in &self.pipeline {
            let (latency, millions) = (it.tick_to_order_ns, it.ticks_per_s / 1e6);
            writeln!(
                out,
                "pipeline  {:>3} instruments  {millions:>6.2} M ticks/s  {:>6.1} ns/tick  \
                 {} orders  decision p50 {} ns, p99 {} ns, p99.9 {} ns, max {} ns",
                it.instruments,
                it.ns_per_tick,
                it.orders,
                latency.p50,
                latency.p99,
                latency.p999,
                latency.max,
            )?;
        }
        self.print_others(out)
    }

    fn print_others(&self, out: &mut dyn Write) -> std::io::Result<()> {
        if let Some(it) = &self.latency {
            let (frame, engine) = (it.frame_to_order_ns, it.tick_to_order_ns);
            writeln!(
                out,
                "live path {} ticks, {} decisions: frame to order p50 {} us, p99 {} us, max {} us; \
                 within the engine p99 {} us",
                it.ticks,
                frame.count,
                frame.p50 / 1_000,
                frame.p99 / 1_000,
                frame.max / 1_000,
                engine.p99 / 1_000,
            )?;
        }
        if let Some(it) = &self.store {
            writeln!(
                out,
                "store     {:.0} candles/s ({} instruments a round), {:.0} durable commits/s",
                it.candles_per_s, it.instruments, it.commits_per_s,
            )?;
        }
        for it in &self.render {
            writeln!(
                out,
                "render    {:>3}x{:<3} frame p50 {} us, p99 {} us; {} bytes at first, {:.0} a frame",
                it.width,
                it.height,
                it.frame_ns.p50 / 1_000,
                it.frame_ns.p99 / 1_000,
                it.bytes_full,
                it.bytes_per_frame,
            )?;
        }
        Ok(())
    }
}

impl From<BenchError> for CliError {
    fn from(error: BenchError) -> Self {
        Self::Failure(error.to_string())
    }
}
