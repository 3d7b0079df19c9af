//! Figures of the program itself on their way to the screen: ages, queues, latencies, memory.
//! Must not cost the engine's thread more than reading counters: the view's thread does the rest.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use crate::domain::Timestamp;
use crate::view::{
    BuildInfo, Counters, Latencies, LatencyFigures, LatencyKind, QueueFigures, StoreView, View,
    WorkerKind, WorkerRow, WorkerState,
};

use super::stopwatch::Stopwatch;
use super::supervise::{Worker, Workers};

/// Longest latency that the histograms tell apart: one minute.
const LATENCY_MAX_NS: u64 = 60_000_000_000;

/// What the engine's thread keeps of the program while it runs.
pub(super) struct Monitor {
    begun: Instant,
    workers: Workers,
    /// Says by being dropped that the engine has ended, or crashed.
    _engine: Worker,
    /// Where there is a store.
    store: Option<Worker>,
    pub(super) stopwatch: Stopwatch,
}

impl Monitor {
    /// Puts engine and store on the board.
    pub(super) fn new(workers: &Workers, has_store: bool) -> Self {
        let begun = Instant::now();
        Self {
            begun,
            _engine: workers.add("engine", WorkerKind::Engine),
            store: has_store.then(|| workers.add("store", WorkerKind::Store)),
            workers: workers.clone(),
            stopwatch: Stopwatch::new(begun),
        }
    }

    /// All workers, the store in the state that the journal knows.
    pub(super) fn rows(&self, store: &StoreView) -> Vec<WorkerRow> {
        if let Some(worker) = &self.store {
            worker.set(match store {
                StoreView::Failing { text, .. } => WorkerState::Failed(text.clone()),
                StoreView::Off | StoreView::Healthy => WorkerState::Running,
            });
        }
        self.workers.rows()
    }

    pub(super) fn uptime(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.begun)
    }
}

/// What the engine's thread knows of the program beside its events.
#[derive(Debug, Clone)]
pub(super) struct Health {
    pub(super) counters: Counters,
    pub(super) store: StoreView,
    /// By feed.
    pub(super) feeds: Vec<FeedFacts>,
    pub(super) workers: Vec<WorkerRow>,
    pub(super) queues: QueueFigures,
    pub(super) waiting_rows: usize,
    pub(super) uptime: Duration,
}

/// What is known of a feed beside its state.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(super) struct FeedFacts {
    pub(super) age_ms: Option<u64>,
    pub(super) ticks: u64,
    pub(super) ticks_per_s: f64,
    pub(super) dropped: u64,
    pub(super) malformed: u64,
    pub(super) reconnects: u64,
    pub(super) connected_since: Option<Timestamp>,
    pub(super) next_retry_at: Option<Timestamp>,
}

impl Health {
    /// Puts the figures where the screen reads them.
    pub(super) fn show(self, view: &mut View) {
        let mut late = vec![0_u64; view.feeds.len()];
        for row in &view.instruments {
            let ticks = row.market.as_ref().map_or(0, |market| market.late_ticks);
            if let Some(sum) = late.get_mut(row.feed.index()) {
                *sum = sum.saturating_add(ticks);
            }
        }
        for ((row, facts), late) in view.feeds.iter_mut().zip(self.feeds).zip(late) {
            row.age_ms = facts.age_ms;
            row.ticks = facts.ticks;
            row.ticks_per_s = facts.ticks_per_s;
            row.dropped = facts.dropped;
            row.malformed = facts.malformed;
            row.reconnects = facts.reconnects;
            row.connected_since = facts.connected_since;
            row.next_retry_at = facts.next_retry_at;
            row.late = late;
        }
        view.counters = self.counters;
        view.store = self.store;
        let system = &mut view.system;
        system.workers = self.workers;
        system.store.waiting_rows = self.waiting_rows;
        system.uptime_ms = u64::try_from(self.uptime.as_millis()).unwrap_or(u64::MAX);
        // What waits for the view is known on its own side.
        system.queues = QueueFigures {
            view: system.queues.view,
            view_lag_us: system.queues.view_lag_us,
            ..self.queues
        };
    }
}

/// Histograms of every latency.
#[derive(Debug)]
pub(super) struct LatencyBook {
    histograms: Vec<(LatencyKind, Option<Histogram<u64>>, bool)>,
}

impl LatencyBook {
    pub(super) fn new() -> Self {
        let histogram = || Histogram::new_with_bounds(1, LATENCY_MAX_NS, 2).ok();
        Self {
            histograms: LatencyKind::ALL
                .into_iter()
                .map(|kind| (kind, histogram(), false))
                .collect(),
        }
    }

    pub(super) fn record(&mut self, kind: LatencyKind, took: Duration) {
        for (own, histogram, is_new) in &mut self.histograms {
            if *own == kind
                && let Some(histogram) = histogram
            {
                let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
                histogram.saturating_record(nanos);
                *is_new = true;
            }
        }
    }

    /// The figures of those with new measurements; a percentile walks a whole histogram.
    pub(super) fn take_new(&mut self) -> Vec<(LatencyKind, LatencyFigures)> {
        let mut found = Vec::new();
        for (kind, histogram, is_new) in &mut self.histograms {
            if std::mem::take(is_new)
                && let Some(histogram) = histogram
            {
                let figures = LatencyFigures {
                    count: histogram.len(),
                    p50_ns: histogram.value_at_quantile(0.5),
                    p99_ns: histogram.value_at_quantile(0.99),
                    max_ns: histogram.max(),
                };
                found.push((*kind, figures));
            }
        }
        found
    }
}

/// Puts new figures among the others.
pub(super) fn show_latencies(latencies: &mut Latencies, new: Vec<(LatencyKind, LatencyFigures)>) {
    for (kind, figures) in new {
        latencies.set(kind, figures);
    }
}

/// Memory that the process holds, where the system tells it.
pub(super) fn memory_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    resident_bytes(&status)
}

fn resident_bytes(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_ascii_whitespace().nth(1)?.parse().ok()?;
    kilobytes.checked_mul(1_024)
}

/// This program.
pub(super) const fn build_info() -> BuildInfo {
    BuildInfo {
        version: env!("CARGO_PKG_VERSION"),
        system: std::env::consts::OS,
        architecture: std::env::consts::ARCH,
        is_optimized: !cfg!(debug_assertions),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_is_read_in_bytes() {
        let cases = [
            (
                "Name:\ttitan\nVmPeak:\t 9 kB\nVmRSS:\t   17400 kB\n",
                Some(17_817_600),
            ),
            ("VmRSS:\tmany kB\n", None),
            ("", None),
        ];
        for (status, expected) in cases {
            assert_eq!(resident_bytes(status), expected, "{status:?}");
        }
    }

    #[test]
    fn figures_are_told_where_there_is_something_new() {
        let mut book = LatencyBook::new();
        assert_eq!(book.take_new(), []);
        for millis in 1..=100 {
            book.record(LatencyKind::Commit, Duration::from_millis(millis));
        }
        let new = book.take_new();
        let mut latencies = Latencies::default();
        show_latencies(&mut latencies, new);
        let figures = latencies.get(LatencyKind::Commit);
        assert_eq!(figures.count, 100);
        assert!(
            (49..=51).contains(&(figures.p50_ns / 1_000_000)),
            "{figures:?}"
        );
        assert!(
            (98..=101).contains(&(figures.p99_ns / 1_000_000)),
            "{figures:?}"
        );
        assert_eq!(latencies.get(LatencyKind::TickToDecision).count, 0);
        assert_eq!(book.take_new(), []);
    }
}
