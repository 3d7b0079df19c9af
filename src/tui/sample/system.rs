//! The sample's program: workers, latencies, queues, memory.
//! Must not be taken for measurements: every number is made up, and the same at each call.

use super::{NOW, at};
use crate::view::{
    BuildInfo, BusView, FeedView, Latencies, LatencyFigures, LatencyKind, QueueFigures,
    StoreFigures, SystemView, WorkerKind, WorkerRow, WorkerState,
};

/// The figures of the sample's one feed.
pub(super) fn feed() -> FeedView {
    FeedView {
        ticks: 128_412,
        ticks_per_s: 79.6,
        late: 7,
        connected_since: Some(at(9_120, 0)),
        ..FeedView::new("sim")
    }
}

/// A program that has run for two and a half hours.
pub(super) fn system() -> SystemView {
    let worker = |name: &str, kind| WorkerRow {
        name: name.to_owned(),
        kind,
        state: WorkerState::Running,
        restarts: 0,
        last_error: None,
        since: at(9_120, 0),
    };
    SystemView {
        workers: vec![
            worker("engine", WorkerKind::Engine),
            worker("store", WorkerKind::Store),
            worker("view", WorkerKind::View),
            WorkerRow {
                restarts: 1,
                last_error: Some("attempt to divide by zero".to_owned()),
                since: at(6_300, 0),
                ..worker("sim", WorkerKind::Feed)
            },
        ],
        latencies: latencies(),
        queues: QueueFigures {
            engine: 0,
            engine_capacity: 1_024,
            requests: 0,
            view: 0,
            view_lag_us: 84,
        },
        store: StoreFigures { waiting_rows: 42 },
        bus: BusView::Off,
        memory_bytes: Some(29_360_128),
        build: BuildInfo {
            version: "0.1.0",
            system: "linux",
            architecture: "x86_64",
            is_optimized: true,
        },
        started: at(9_120, 0),
        uptime_ms: u64::try_from((NOW.seconds() - at(9_120, 0).seconds()) * 1_000).unwrap_or(0),
    }
}

fn latencies() -> Latencies {
    let mut latencies = Latencies::default();
    let rows = [
        (LatencyKind::TickToDecision, 31, 4_100, 14_800, 21_000),
        (
            LatencyKind::DecisionToDurable,
            31,
            272_000,
            510_000,
            940_000,
        ),
        (
            LatencyKind::OrderToAcknowledgement,
            29,
            38_400_000,
            92_000_000,
            118_000_000,
        ),
        (LatencyKind::CommandToAnswer, 6, 301_000, 620_000, 620_000),
        (LatencyKind::Commit, 58, 244_000, 480_000, 930_000),
    ];
    for (kind, count, p50_ns, p99_ns, max_ns) in rows {
        let figures = LatencyFigures {
            count,
            p50_ns,
            p99_ns,
            max_ns,
        };
        latencies.set(kind, figures);
    }
    latencies
}
