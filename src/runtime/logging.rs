//! Where the log goes: JSON lines on stderr without a screen, into a daily file beside one, and
//! the newest lines into memory for the log pane.
//! Must not write to stdout, which belongs to summaries, exports and the screen.

use std::path::{Path, PathBuf};

use thiserror::Error;
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry};

pub use super::log_ring::{LogRecord, LogRing, RECORDS_KEPT};

use super::log_ring::RingLayer;

/// Days whose log files are kept.
const FILES_KEPT: usize = 14;
/// Name of the log's folder within the data folder.
const FOLDER: &str = "log";

/// The newest lines of this process: a log is the process's, and so are they.
static RING: LogRing = LogRing::new();

/// The newest lines of the log.
pub fn ring() -> &'static LogRing {
    &RING
}

/// Why there is no log.
#[derive(Debug, Error)]
pub enum LogError {
    /// The level or filter makes no sense.
    #[error("log level `{text}` is none: use error, warn, info, debug or trace")]
    Level {
        /// What was given.
        text: String,
    },
    /// The folder or file cannot be written.
    #[error("cannot write the log in {folder}: {source}; choose another --data-dir")]
    Folder {
        /// Where.
        folder: PathBuf,
        /// Why not.
        source: InitError,
    },
    /// A log was set up before.
    #[error("the log is set up twice")]
    Twice,
}

/// Keeps the log's thread alive; what is still in its queue is written when this is dropped.
#[must_use]
#[derive(Debug)]
pub struct LogGuard {
    /// `None` where nothing is written.
    _worker: Option<WorkerGuard>,
    /// The folder of the log files, where there are any.
    pub folder: Option<PathBuf>,
}

/// Logs JSON lines to stderr.
///
/// # Errors
/// When the level is none.
pub fn to_stderr(level: &str) -> Result<LogGuard, LogError> {
    let (writer, worker) = NonBlockingBuilder::default()
        .lossy(false)
        .finish(std::io::stderr());
    start(Some(writer), level)?;
    Ok(LogGuard {
        _worker: Some(worker),
        folder: None,
    })
}

/// Keeps the newest lines for the log pane and writes nothing.
///
/// # Errors
/// When the level is none.
pub fn to_memory(level: &str) -> Result<LogGuard, LogError> {
    start(None, level)?;
    Ok(LogGuard {
        _worker: None,
        folder: None,
    })
}

/// Logs JSON lines into a file a day within `data_dir`.
///
/// # Errors
/// When the level is none or the folder cannot be written.
pub fn to_folder(data_dir: &Path, level: &str) -> Result<LogGuard, LogError> {
    let folder = data_dir.join(FOLDER);
    // The appender complains on stderr of a folder that it is about to make.
    let _ = std::fs::create_dir_all(&folder);
    let appender = RollingFileAppender::builder()
        .rotation(Rotation::DAILY)
        .filename_prefix("titan-tui")
        .filename_suffix("jsonl")
        .max_log_files(FILES_KEPT)
        .build(&folder)
        .map_err(|source| LogError::Folder {
            folder: folder.clone(),
            source,
        })?;
    let (writer, worker) = tracing_appender::non_blocking(appender);
    start(Some(writer), level)?;
    Ok(LogGuard {
        _worker: Some(worker),
        folder: Some(folder),
    })
}

fn start(writer: Option<NonBlocking>, level: &str) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(level).map_err(|_| LogError::Level {
        text: level.to_owned(),
    })?;
    let lines = writer.map(|writer| {
        tracing_subscriber::fmt::layer()
            .json()
            .flatten_event(true)
            .with_writer(writer)
            .boxed()
    });
    Registry::default()
        .with(lines)
        .with(RingLayer(&RING))
        .with(filter)
        .try_init()
        .map_err(|_| LogError::Twice)
}
