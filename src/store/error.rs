//! What can go wrong with the data folder, each in one line with its remedy.
//! Must not print or log: whoever called decides where the line goes.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::domain::InstrumentId;
use crate::domain::instrument::InstrumentKeyError;

/// Why the store could not do what was asked.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The data folder cannot be made, entered or written.
    #[error("cannot use {path} as the data folder ({source}): choose a folder you may write to")]
    Folder {
        /// Which folder or file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// Another engine owns the folder.
    #[error(
        "{path} is in use by another titan-tui ({owner}): close it or choose another data folder"
    )]
    InUse {
        /// Which folder.
        path: PathBuf,
        /// `process 1234`, as far as it is known.
        owner: String,
    },
    /// There is nothing to read.
    #[error("nothing is recorded in {path}: run the desk with this data folder first")]
    Nothing {
        /// Which folder.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("{path} is not a titan-tui database: move it away or choose another data folder")]
    NotADatabase {
        /// Which file.
        path: PathBuf,
    },
    /// A newer program wrote the file.
    #[error(
        "{path} was written by a newer titan-tui (schema {found}, this one knows {known}): update titan-tui"
    )]
    Newer {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version known here.
        known: i64,
    },
    /// An older program wrote the file, and a reader may not change it.
    #[error(
        "{path} has the older schema {found} (this titan-tui reads {known}): start the desk once with this data folder to bring it up to date"
    )]
    Older {
        /// Which file.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The version that is read.
        known: i64,
    },
    /// SQLite refused.
    #[error("{}", describe(path, source))]
    Database {
        /// Which file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A stored row cannot be read back.
    #[error(
        "{path}: {what} cannot be read ({reason}): restore the file from a copy, or move it away to start anew"
    )]
    Unreadable {
        /// Which file.
        path: PathBuf,
        /// Which row.
        what: String,
        /// Why.
        reason: String,
    },
    /// An event names an instrument that no `Listed` event gave to this writer.
    #[error(
        "event {sequence} ({kind}) names instrument {instrument:?}, which was never listed: append its Listed event first"
    )]
    Unlisted {
        /// Sequence of the event.
        sequence: u64,
        /// Its kind.
        kind: &'static str,
        /// The id it carries.
        instrument: InstrumentId,
    },
    /// An event names an indicator outside the list that the store was opened with.
    #[error(
        "event {sequence} names indicator slot {slot}, beyond the {known} names the store was opened with"
    )]
    UnknownSlot {
        /// Sequence of the event.
        sequence: u64,
        /// The slot.
        slot: u16,
        /// How many there are.
        known: usize,
    },
    /// Too many rows wait for a disk that does not take them.
    #[error("{waiting} rows wait for the disk and no more are taken: {text}")]
    Full {
        /// How many.
        waiting: usize,
        /// What keeps them.
        text: String,
    },
    /// The writer thread is gone.
    #[error("the store's writer has stopped: restart titan-tui; nothing more is recorded")]
    Stopped,
    /// Rows were left unwritten at the end.
    #[error("{rows} rows could not be written to {path} before closing: {text}")]
    NotWritten {
        /// Which file.
        path: PathBuf,
        /// How many.
        rows: usize,
        /// What kept them.
        text: String,
    },
    /// What was asked for is not there.
    #[error("{asked} is not recorded in {path}; {hint}")]
    Unknown {
        /// Which file.
        path: PathBuf,
        /// What was asked for.
        asked: String,
        /// The nearest known, or what there is.
        hint: String,
    },
    /// A name in the file is not an instrument's.
    #[error(transparent)]
    Key(#[from] InstrumentKeyError),
    /// The output of an export cannot be written.
    #[error("cannot write the export: {0}")]
    Output(#[from] std::io::Error),
}

impl StoreError {
    /// Names the file and tells apart what SQLite reports.
    pub(super) fn database(path: &Path, source: rusqlite::Error) -> Self {
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase) => Self::NotADatabase {
                path: path.to_owned(),
            },
            _ => Self::Database {
                path: path.to_owned(),
                source,
            },
        }
    }
}

/// One line on what SQLite reported of `path` and what to do about it.
pub(super) fn describe(path: &Path, error: &rusqlite::Error) -> String {
    let file = path.display();
    match error.sqlite_error_code() {
        Some(ErrorCode::DiskFull) => {
            let folder = path.parent().unwrap_or(path).display();
            format!("the disk is full: free space on {folder}")
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!("{file} is locked by another program: close whatever has it open for writing")
        }
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            format!("{file} cannot be written: make the file and its folder writable")
        }
        Some(ErrorCode::CannotOpen) => {
            format!("{file} cannot be opened: check that its folder is there and writable")
        }
        Some(ErrorCode::SystemIoFailure) => {
            format!("the disk reports an error on {file} ({error}): check the disk")
        }
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => {
            format!("{file} is damaged ({error}): restore it from a copy or move it away")
        }
        _ => format!("{file}: {error}"),
    }
}
