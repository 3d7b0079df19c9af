//! Where the log goes: JSON lines on stderr without a screen, into a daily file beside one.
//! Must not write to stdout, which belongs to summaries, exports and the screen.

use std::path::{Path, PathBuf};

use thiserror::Error;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_appender::rolling::{InitError, RollingFileAppender, Rotation};
use tracing_subscriber::EnvFilter;

/// Days whose log files are kept.
const FILES_KEPT: usize = 14;
/// Name of the log's folder within the data folder.
const FOLDER: &str = "log";

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
    _worker: WorkerGuard,
    /// The folder of the log files, where there are any.
    pub folder: Option<PathBuf>,
}

/// Logs JSON lines to stderr.
///
/// # Errors
/// When the level is none.
pub fn to_stderr(level: &str) -> Result<LogGuard, LogError> {
    let (writer, worker) = tracing_appender::non_blocking::NonBlockingBuilder::default()
        .lossy(false)
        .finish(std::io::stderr());
    start(writer, level)?;
    Ok(LogGuard {
        _worker: worker,
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
    start(writer, level)?;
    Ok(LogGuard {
        _worker: worker,
        folder: Some(folder),
    })
}

fn start(writer: tracing_appender::non_blocking::NonBlocking, level: &str) -> Result<(), LogError> {
    let filter = EnvFilter::try_new(level).map_err(|_| LogError::Level {
        text: level.to_owned(),
    })?;
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_env_filter(filter)
        .with_writer(writer)
        .try_init()
        .map_err(|_| LogError::Twice)
}
