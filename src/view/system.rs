//! How the program itself is doing: workers, latencies, queues, memory.
//! Must not measure anything: the runtime does, and this is what it says.

use crate::domain::Timestamp;

/// How the program itself is doing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SystemView {
    /// What runs beside the screen, in the order in which it was started.
    pub workers: Vec<WorkerRow>,
    /// How long things took since the start.
    pub latencies: Latencies,
    /// What waits between the threads.
    pub queues: QueueFigures,
    /// How far the store is behind.
    pub store: StoreFigures,
    /// The link to other programs.
    pub bus: BusView,
    /// Memory that the process holds, where the system tells it.
    pub memory_bytes: Option<u64>,
    /// What was built.
    pub build: BuildInfo,
    /// Wall clock of the start.
    pub started: Timestamp,
    /// Time since the start.
    pub uptime_ms: u64,
}

/// One worker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkerRow {
    /// Its name, for a feed as it was configured.
    pub name: String,
    /// What it does.
    pub kind: WorkerKind,
    /// How it is doing.
    pub state: WorkerState,
    /// How often it was started again.
    pub restarts: u32,
    /// What went wrong last.
    pub last_error: Option<String>,
    /// Wall clock since when it is in this state.
    pub since: Timestamp,
}

/// What a worker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerKind {
    /// Turns inputs into events, on a thread of its own.
    Engine,
    /// Brings ticks.
    Feed,
    /// Writes rows to the disk.
    Store,
    /// Folds events into this view.
    View,
}

impl WorkerKind {
    /// A word for it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Engine => "engine",
            Self::Feed => "feed",
            Self::Store => "store",
            Self::View => "view",
        }
    }
}

/// How a worker is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkerState {
    /// It works.
    Running,
    /// It crashed and is started again.
    Restarting {
        /// Which attempt this is.
        attempt: u32,
        /// Wall clock at which it is made.
        at: Timestamp,
    },
    /// It has ended in order.
    Stopped,
    /// It failed; the text says why and what to do.
    Failed(String),
}

impl WorkerState {
    /// A word for it.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Restarting { .. } => "restarting",
            Self::Stopped => "stopped",
            Self::Failed(_) => "failed",
        }
    }
}

/// Something whose duration is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LatencyKind {
    /// From the engine's taking a tick to its order decision.
    TickToDecision,
    /// From a decision to its safety on the disk.
    DecisionToDurable,
    /// From handing an order over to the venue's first answer; on paper mostly the delay that
    /// `paper.latency_min_ms` and `paper.latency_mean_extra_ms` make.
    OrderToAcknowledgement,
    /// From taking a command to its answer being safe on the disk.
    CommandToAnswer,
    /// From handing a batch with orders to the store to its being on the disk.
    Commit,
}

impl LatencyKind {
    /// All, in the order of the screen.
    pub const ALL: [Self; 5] = [
        Self::TickToDecision,
        Self::DecisionToDurable,
        Self::OrderToAcknowledgement,
        Self::CommandToAnswer,
        Self::Commit,
    ];

    /// What is measured, in a few words.
    pub const fn name(self) -> &'static str {
        match self {
            Self::TickToDecision => "tick to decision",
            Self::DecisionToDurable => "decision to durable",
            Self::OrderToAcknowledgement => "order to ack",
            Self::CommandToAnswer => "command to answer",
            Self::Commit => "store commit",
        }
    }
}

/// The figures of each latency.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Latencies {
    figures: [LatencyFigures; LatencyKind::ALL.len()],
}

impl Latencies {
    /// The figures of one.
    pub fn get(&self, kind: LatencyKind) -> LatencyFigures {
        let found = self.iter().find(|(it, _)| *it == kind);
        found.map(|(_, figures)| figures).unwrap_or_default()
    }

    /// Says the figures of one.
    pub fn set(&mut self, kind: LatencyKind, figures: LatencyFigures) {
        for (it, place) in LatencyKind::ALL.into_iter().zip(&mut self.figures) {
            if it == kind {
                *place = figures;
            }
        }
    }

    /// All, in the order of the screen.
    pub fn iter(&self) -> impl Iterator<Item = (LatencyKind, LatencyFigures)> {
        LatencyKind::ALL.into_iter().zip(self.figures)
    }
}

/// Percentiles in nanoseconds; all zero where nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct LatencyFigures {
    /// Measurements.
    pub count: u64,
    /// Median.
    pub p50_ns: u64,
    /// 99th percentile.
    pub p99_ns: u64,
    /// Largest.
    pub max_ns: u64,
}

/// What waits between the threads.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Batches of ticks that wait for the engine.
    pub engine: usize,
    /// Most that may.
    pub engine_capacity: usize,
    /// Commands and previews that wait for the engine.
    pub requests: usize,
    /// Packages that wait for the view.
    pub view: usize,
    /// Age of the newest package when it was folded in, in microseconds.
    pub view_lag_us: u64,
}

/// How far the store is behind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct StoreFigures {
    /// Rows that are not written yet.
    pub waiting_rows: usize,
}

/// The link to other programs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BusView {
    /// There is none in this build: Redis joins later.
    #[default]
    Off,
}

impl BusView {
    /// What to show of it.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Off => "off: redis joins later",
        }
    }
}

/// What was built.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct BuildInfo {
    /// Version of the program.
    pub version: &'static str,
    /// Operating system.
    pub system: &'static str,
    /// Architecture.
    pub architecture: &'static str,
    /// Whether it was built with optimisation.
    pub is_optimized: bool,
}
