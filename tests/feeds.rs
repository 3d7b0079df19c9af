//! Feeds against files, local servers and recorded frames.
//! Must not reach beyond this machine.

mod binance;
mod restart;
mod sim;
mod tape;
mod tickserver;

use std::collections::HashMap;
use std::io::{Read, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use futures_util::{SinkExt, StreamExt};
use proptest::prelude::*;
use titan_tui::config::{Config, InstrumentConfig};
use titan_tui::domain::{
    CandleSource, FeedId, FeedStatus, Input, Instrument, InstrumentKey, Price, Qty, QuoteBasis,
    Side, Tick, TickBody, Timestamp,
};
use titan_tui::feeds::sim::{NIFTY_START, Walk};
use titan_tui::feeds::tickserver::{TickServer, TickServerOptions};
use titan_tui::feeds::{
    FeedBatch, FeedCounters, FeedError, FeedOptions, FeedSink, FeedSpec, InstrumentRegistry, Speed,
    instruments, run,
};
use tokio::net::TcpListener;
use tokio_tungstenite::tungstenite::Message;
use tokio_util::sync::CancellationToken;

use crate::support::shared_data;

struct Running {
    queue: Receiver<FeedBatch>,
    counters: Arc<FeedCounters>,
    registry: Arc<InstrumentRegistry>,
    stop: CancellationToken,
    task: tokio::task::JoinHandle<Result<(), FeedError>>,
    runtime: tokio::runtime::Runtime,
}

/// What a feed that ran to its end has said.
struct Ended {
    result: Result<(), FeedError>,
    inputs: Vec<Input>,
    batches: Vec<usize>,
    malformed: u64,
    registry: Arc<InstrumentRegistry>,
}

impl Ended {
    fn ticks(&self) -> Vec<Tick> {
        ticks_of(&self.inputs)
    }

    fn listed(&self) -> Vec<Arc<Instrument>> {
        self.registry
            .all()
            .into_iter()
            .map(|(_, made)| made)
            .collect()
    }
}

fn ticks_of(inputs: &[Input]) -> Vec<Tick> {
    inputs
        .iter()
        .filter_map(|input| match input {
            Input::Tick(tick) => Some(*tick),
            _ => None,
        })
        .collect()
}

fn options() -> FeedOptions {
    let mut config = Config::default();
    // Nothing listens there, so no test asks the real venue.
    config.binance.rest_url = "http://127.0.0.1:1".to_owned();
    FeedOptions {
        speed: Speed::Max,
        ..FeedOptions::new(Arc::new(config))
    }
}

fn with_config(change: impl FnOnce(&mut Config)) -> FeedOptions {
    let mut options = options();
    change(Arc::make_mut(&mut options.config));
    options
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("runtime")
}

fn start_with_room(room: usize, spec: FeedSpec, options: FeedOptions) -> Running {
    start_after(InstrumentRegistry::default(), &[], room, spec, options)
}

/// Starts a feed that finds these instruments known, as after a restart, and lets only some in.
fn start_after(
    registry: InstrumentRegistry,
    only: &[InstrumentKey],
    room: usize,
    spec: FeedSpec,
    options: FeedOptions,
) -> Running {
    let runtime = runtime();
    let (sender, queue) = crossbeam_channel::bounded(room);
    let registry = Arc::new(registry);
    let counters = Arc::new(FeedCounters::default());
    let sink = FeedSink::new(
        FeedId(0),
        Arc::clone(&registry),
        sender,
        Arc::clone(&counters),
    )
    .only(only);
    let stop = CancellationToken::new();
    let task = runtime.spawn(run(spec, options, sink, stop.clone()));
    Running {
        queue,
        counters,
        registry,
        stop,
        task,
        runtime,
    }
}

fn start(spec: FeedSpec, options: FeedOptions) -> Running {
    start_with_room(64, spec, options)
}

impl Running {
    /// Takes inputs until `enough`, at most ten seconds.
    fn until(&self, enough: impl Fn(&[Input]) -> bool) -> Vec<Input> {
        let mut inputs = Vec::new();
        let begun = Instant::now();
        while !enough(&inputs) {
            match self.queue.recv_timeout(Duration::from_millis(50)) {
                Ok(batch) => inputs.extend(batch.inputs),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {}
            }
            assert!(begun.elapsed() < Duration::from_secs(10), "only {inputs:?}");
        }
        inputs
    }

    fn stop(self) -> Result<(), FeedError> {
        self.stop.cancel();
        drop(self.queue);
        self.runtime.block_on(self.task).expect("no panic")
    }
}

fn play(spec: FeedSpec, options: FeedOptions) -> Ended {
    let running = start(spec, options);
    let mut inputs = Vec::new();
    let mut batches = Vec::new();
    for batch in &running.queue {
        batches.push(batch.inputs.len());
        inputs.extend(batch.inputs);
    }
    Ended {
        result: running.runtime.block_on(running.task).expect("no panic"),
        inputs,
        batches,
        malformed: running.counters.malformed.load(Ordering::Relaxed),
        registry: running.registry,
    }
}

fn trade(tick: &Tick) -> (i64, i64, i64, Option<Side>) {
    match tick.body {
        TickBody::Trade {
            price,
            quantity,
            side,
        } => (
            tick.event_time.nanos(),
            price.units(),
            quantity.units(),
            side,
        ),
        TickBody::Quote { .. } => panic!("a quote"),
    }
}

fn downs(inputs: &[Input]) -> Vec<String> {
    inputs
        .iter()
        .filter_map(|input| match input {
            Input::Feed {
                status: FeedStatus::Down(why),
                ..
            } => Some(why.clone()),
            _ => None,
        })
        .collect()
}

/// Serves each connection one list of texts and then drops it; the last one is held open.
fn scripted(runtime: &tokio::runtime::Runtime, scripts: Vec<Vec<String>>) -> String {
    let listener = runtime
        .block_on(TcpListener::bind("127.0.0.1:0"))
        .expect("bind");
    let address = listener.local_addr().expect("address");
    runtime.spawn(async move {
        let count = scripts.len();
        for (index, script) in scripts.into_iter().enumerate() {
            let (stream, _) = listener.accept().await.expect("accept");
            let mut socket = tokio_tungstenite::accept_async(stream)
                .await
                .expect("handshake");
            for text in script {
                if socket.feed(Message::text(text)).await.is_err() {
                    break;
                }
            }
            let _ = socket.flush().await;
            if index + 1 == count {
                while let Some(Ok(_)) = socket.next().await {}
            }
        }
    });
    format!("ws://{address}")
}
