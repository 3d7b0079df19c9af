//! A desk of its own, in memory, beside the one that trades: a tape, a recorded session or the demo
//! under a hand that pauses, steps and goes to any time.
//! Must not touch the live desk, its store or its log.

mod control;
mod decisions;
mod diff;
mod keeper;
mod sessions;
mod source;

use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use thiserror::Error;

use super::desk::{DeskError, Seat};
use super::handle::{DeskHandle, Drained};
use super::summary::Summary;
use crate::config::{Config, DeskConfig};
use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{InstrumentKey, QuoteBasis, Timestamp};
use crate::feeds::{FeedSpec, Speed};
use crate::view::View;

pub(in crate::runtime) use decisions::DecisionTap;

pub use control::{ReplayControl, ReplayStatus, Step, Trip};
pub use decisions::{DecisionBook, DecisionKey, DecisionRecord, Verdict};
pub use sessions::{RecordedSession, sessions};

pub use diff::{DecisionDiff, DiffField, DiffKind, DiffRow, DiffSummary};

use control::Shared;
use decisions::SharedBook;
use keeper::Keeper;

/// Event time at which the demo's market begins: a Monday morning in Mumbai.
pub const DEMO_BEGIN: Timestamp = Timestamp::from_seconds(1_767_584_700);
/// Where the demo opens: three hours later, with bars and signals to look at.
pub const DEMO_OPEN: Timestamp = Timestamp::from_seconds(1_767_584_700 + 3 * 3_600);
/// Seed of the demo.
const DEMO_SEED: u64 = 42;
/// Commands of a replay are numbered from here on, so that none has a number of a recorded one.
const FIRST_COMMAND: u64 = 1 << 32;

/// What is replayed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplaySource {
    /// A file of recorded ticks.
    Tape(PathBuf),
    /// A recorded session of the data folder, by its ID, its date or as `last`.
    Session(String),
    /// The simulated exchange from this event time on.
    Simulation(Timestamp),
}

impl ReplaySource {
    fn feed(&self) -> FeedSpec {
        match self {
            Self::Tape(path) => FeedSpec::Tape(path.clone()),
            Self::Session(session) => FeedSpec::Session(session.clone()),
            Self::Simulation(_) => FeedSpec::Sim,
        }
    }
}

/// What a replay is started with.
#[derive(Debug, Clone)]
pub struct ReplayOptions {
    /// What is replayed.
    pub source: ReplaySource,
    /// Strategies, risk and the rest, as the live desk has them or as they are to be tried.
    pub config: Arc<Config>,
    /// Where sessions and what was decided live are found; nothing is written there.
    pub data_dir: Option<PathBuf>,
    /// Which side of a quote makes the candles of a tape of quotes.
    pub basis: QuoteBasis,
    /// Take only these instruments; all where empty.
    pub only: Vec<InstrumentKey>,
    /// How fast it plays.
    pub speed: Speed,
    /// Opens at this event time, on the way to which it plays as fast as it can.
    pub from: Option<Timestamp>,
    /// Pauses at this event time.
    pub to: Option<Timestamp>,
    /// Whether it waits at its begin, or at `from`.
    pub is_paused: bool,
    /// Whether a view is kept for a screen.
    pub has_screen: bool,
}

impl ReplayOptions {
    /// A replay from its begin at the speed of the wall clock, for a screen.
    pub const fn new(source: ReplaySource, config: Arc<Config>, data_dir: Option<PathBuf>) -> Self {
        Self {
            source,
            config,
            data_dir,
            basis: QuoteBasis::Mid,
            only: Vec::new(),
            speed: Speed::LIVE,
            from: None,
            to: None,
            is_paused: false,
            has_screen: true,
        }
    }

    /// The demo: the simulated exchange with the built-in configuration and a fixed seed and begin,
    /// so that its view at any event time is the same on every machine. `desk` is how the screen
    /// is drawn, which changes nothing of that. It opens at [`DEMO_OPEN`].
    pub fn demo(desk: DeskConfig) -> Self {
        let config = Config {
            seed: DEMO_SEED,
            desk,
            ..Config::default()
        };
        let source = ReplaySource::Simulation(DEMO_BEGIN);
        Self {
            from: Some(DEMO_OPEN),
            ..Self::new(source, Arc::new(config), None)
        }
    }
}

/// Why a replay is not where it should be.
#[derive(Debug, Error)]
pub enum ReplayError {
    /// A thread could not be started.
    #[error("the replay's thread cannot be started: {0}")]
    Thread(#[from] std::io::Error),
    /// Its desk could not be started, or broke; the text says why and what to do.
    #[error("{0}")]
    Failed(String),
    /// It did not come so far within the time it was given.
    #[error("the replay did not come to {target} within {seconds} s")]
    Late {
        /// Where it should be.
        target: String,
        /// The time it was given.
        seconds: u64,
    },
    /// The replay's thread panicked; its last words are in the log.
    #[error("the replay crashed: see the log; the live desk is not concerned")]
    Crashed,
    /// Its desk did not end well.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// A running replay. Dropping it ends it, without waiting for that.
#[derive(Debug)]
pub struct ReplayDesk {
    handle: DeskHandle,
    control: ReplayControl,
    keeper: Option<JoinHandle<Result<Option<Summary>, DeskError>>>,
}

impl ReplayDesk {
    /// Starts a replay. What takes time is done on a thread of its own: the view is empty at first,
    /// and where the source cannot be read, the status says so.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(options: ReplayOptions) -> Result<Self, ReplayError> {
        let config = &options.config;
        let source = options.source.feed().to_string();
        let view = View::new(
            config.mode,
            &config.account.currency,
            std::slice::from_ref(&source),
        );
        let seat = Seat::new(view);
        let book = SharedBook::new();
        let grace_ms = config
            .market
            .reorder_window_ms
            .saturating_add(config.market.close_grace_ms);
        let (wishes, asked) = crossbeam_channel::unbounded();
        let shared = Arc::new(Shared::new(
            source,
            options.speed,
            (Arc::clone(&seat.view), book),
            wishes,
            i64::from(grace_ms) * NANOS_PER_MILLI,
        ));
        let handle = DeskHandle::new(Arc::clone(&seat.view), seat.sender.clone())
            .of_replay(FIRST_COMMAND, Arc::clone(&shared.gate));
        let control = ReplayControl {
            shared: Arc::clone(&shared),
        };
        if let Some(from) = options.from {
            control.open_at(from);
        }
        let keeper = Keeper::new(options, seat, shared, handle.clone(), asked);
        let keeper = std::thread::Builder::new()
            .name("replay".to_owned())
            .spawn(move || keeper.run())?;
        Ok(Self {
            handle,
            control,
            keeper: Some(keeper),
        })
    }

    /// What a screen holds of the replay. It is the same one for as long as the replay lasts, and
    /// what is sent through it acts in the replay alone.
    pub const fn handle(&self) -> &DeskHandle {
        &self.handle
    }

    /// The hand on it.
    pub const fn control(&self) -> &ReplayControl {
        &self.control
    }

    /// Goes to `time`, pauses there and waits until the view is exactly that of this time, or of
    /// the end where that comes first. Not for a screen.
    ///
    /// # Errors
    /// When the replay is broken or did not come so far within `patience`.
    pub fn run_to(&self, time: Timestamp, patience: Duration) -> Result<Drained, ReplayError> {
        self.control.go_to(time);
        let has_come = self.control.wait_until_still(patience);
        self.arrived(has_come, || time.to_rfc3339(), patience)
    }

    /// Waits until it has paused by itself or is at its end, and all of it is shown. Not for a
    /// screen.
    ///
    /// # Errors
    /// When the replay is broken or did not come so far within `patience`.
    pub fn run_out(&self, patience: Duration) -> Result<Drained, ReplayError> {
        let has_come = self.control.wait_until_still(patience);
        self.arrived(has_come, || "its end".to_owned(), patience)
    }

    fn arrived(
        &self,
        has_come: bool,
        target: impl Fn() -> String,
        patience: Duration,
    ) -> Result<Drained, ReplayError> {
        let late = || ReplayError::Late {
            target: target(),
            seconds: patience.as_secs(),
        };
        if let Some(fault) = self.control.status().fault {
            return Err(ReplayError::Failed(fault));
        }
        if !has_come {
            return Err(late());
        }
        keeper::drained(&self.handle, patience).ok_or_else(late)
    }

    /// Ends it and waits for that; what it did, where it did anything.
    ///
    /// # Errors
    /// When its desk broke.
    pub fn finish(mut self) -> Result<Option<Summary>, ReplayError> {
        self.control.leave();
        let keeper = self.keeper.take().ok_or(ReplayError::Crashed)?;
        let ended = keeper.join().map_err(|_| ReplayError::Crashed)?;
        Ok(ended?)
    }
}

impl Drop for ReplayDesk {
    fn drop(&mut self) {
        self.control.leave();
    }
}
