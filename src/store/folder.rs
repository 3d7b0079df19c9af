//! Opens a data folder for writing: owner's lock, schema, migration, recovery, history.
//! Must not write events: the writer does.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::error::StoreError;
use super::history;
use super::journal::Journal;
use super::lock::FolderLock;
use super::recover::{Recovery, recover};
use super::schema;
use super::writer::StoreWriter;
use crate::config::StoreConfig;
use crate::domain::{Candle, ClosedBar, InstrumentKey, Timeframe};

/// A data folder that this process owns.
#[derive(Debug)]
pub struct Store {
    journal: Journal,
    born: i64,
}

impl Store {
    /// Opens the folder, makes it and its tables where they are missing, and brings an older file
    /// up to date. `indicator_names` are the names by slot, each with whether its values are
    /// price-like and so in the instrument's smallest price units. Nothing in `config` changes how
    /// a folder is opened so far.
    ///
    /// # Errors
    /// When the folder cannot be made or written, another process owns it, or the file is not ours
    /// or newer than this program.
    pub fn open(
        data_dir: &Path,
        _config: &StoreConfig,
        indicator_names: &[(String, bool)],
    ) -> Result<Self, StoreError> {
        Self::open_locked(data_dir, own(data_dir)?, indicator_names)
    }

    /// As [`Store::open`], with an empty database: the one that is there is renamed, once the
    /// folder is owned.
    ///
    /// # Errors
    /// As [`Store::open`], and when the old files cannot be renamed.
    pub fn open_fresh(
        data_dir: &Path,
        _config: &StoreConfig,
        indicator_names: &[(String, bool)],
    ) -> Result<Self, StoreError> {
        let lock = own(data_dir)?;
        set_aside(data_dir)?;
        Self::open_locked(data_dir, lock, indicator_names)
    }

    fn open_locked(
        data_dir: &Path,
        lock: FolderLock,
        indicator_names: &[(String, bool)],
    ) -> Result<Self, StoreError> {
        let path = data_dir.join(schema::DATABASE_FILE);
        let connection = open_connection(&path, schema::current_version())?;
        let failed = |error| StoreError::database(&path, error);
        let names = register_names(&connection, indicator_names).map_err(failed)?;
        let born = register_birth(&connection).map_err(failed)?;
        let journal = Journal::new(connection, path.clone(), names, lock).map_err(failed)?;
        Ok(Self { journal, born })
    }

    /// Tells this database from others that were or will be in the folder.
    pub const fn born(&self) -> i64 {
        self.born
    }

    /// Path of the database.
    pub fn path(&self) -> &Path {
        self.journal.path()
    }

    /// What the folder holds for a start of the engine.
    ///
    /// # Errors
    /// When the file cannot be read, or an event without which orders or positions would be wrong
    /// cannot be understood.
    pub fn recover(&mut self) -> Result<Recovery, StoreError> {
        recover(&self.journal.connection, &self.journal.path)
    }

    /// The newest `limit` closed bars, oldest first; empty for an instrument never listed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bars(
        &self,
        key: &InstrumentKey,
        timeframe: Timeframe,
        limit: usize,
    ) -> Result<Vec<ClosedBar>, StoreError> {
        let bars = history::bars(&self.journal.connection, key, timeframe, limit)
            .map_err(|error| StoreError::database(&self.journal.path, error))?;
        Ok(bars.into_iter().map(|(_, bar)| bar).collect())
    }

    /// The newest `limit` one-second candles, oldest first; empty for an instrument never listed.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn candles(&self, key: &InstrumentKey, limit: usize) -> Result<Vec<Candle>, StoreError> {
        history::candles(&self.journal.connection, key, limit)
            .map_err(|error| StoreError::database(&self.journal.path, error))
    }

    /// Moves the connection to a thread of its own, named `store-writer`. Should the thread not
    /// start, the writer says so in its health and takes nothing.
    pub fn into_writer(self) -> StoreWriter {
        StoreWriter::start(self.journal)
    }
}

/// Makes the folder where it is missing and takes its lock.
fn own(data_dir: &Path) -> Result<FolderLock, StoreError> {
    std::fs::create_dir_all(data_dir).map_err(|source| StoreError::Folder {
        path: data_dir.to_owned(),
        source,
    })?;
    FolderLock::take(data_dir)
}

/// Renames the database and its log, never over files that were set aside before.
fn set_aside(data_dir: &Path) -> Result<(), StoreError> {
    const ENDINGS: [&str; 3] = ["", "-wal", "-shm"];
    let file = schema::DATABASE_FILE;
    let stamp = jiff::Timestamp::now().strftime("%Y%m%dT%H%M%SZ");
    let aside = std::iter::once(format!("{file}.{stamp}"))
        .chain((2..).map(|count| format!("{file}.{stamp}.{count}")))
        .find(|name| !data_dir.join(name).exists())
        .unwrap_or_default();
    for ending in ENDINGS {
        let from = data_dir.join(format!("{file}{ending}"));
        if from.exists() {
            std::fs::rename(&from, data_dir.join(format!("{aside}{ending}")))
                .map_err(|source| StoreError::Folder { path: from, source })?;
        }
    }
    Ok(())
}

pub(super) fn open_connection(path: &PathBuf, version: i64) -> Result<Connection, StoreError> {
    let failed = |error| StoreError::database(path, error);
    let mut connection = Connection::open(path).map_err(failed)?;
    connection
        .busy_timeout(schema::BUSY_TIMEOUT)
        .map_err(failed)?;
    // Before the first setting is changed: a file that is not ours is left as it is.
    schema::version(&connection, path)?;
    schema::prepare_writer(&connection).map_err(failed)?;
    schema::migrate(&mut connection, path, version)?;
    Ok(connection)
}

/// Notes once when the database was made, in nanoseconds since 1970.
fn register_birth(connection: &Connection) -> Result<i64, rusqlite::Error> {
    let now = i64::try_from(jiff::Timestamp::now().as_nanosecond()).unwrap_or_default();
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('born', ?1) ON CONFLICT (key) DO NOTHING",
        [now],
    )?;
    connection.query_row("SELECT value FROM meta WHERE key = 'born'", [], |row| {
        row.get(0)
    })
}

fn register_names(
    connection: &Connection,
    names: &[(String, bool)],
) -> Result<Vec<i64>, rusqlite::Error> {
    // Immediate, so that a file which cannot be written is found out now.
    let transaction = Transaction::new_unchecked(connection, TransactionBehavior::Immediate)?;
    let mut rows = Vec::with_capacity(names.len());
    {
        let mut statement = transaction.prepare(
            "INSERT INTO indicator_names (name, price_like) VALUES (?1, ?2)
             ON CONFLICT (name) DO UPDATE SET price_like = excluded.price_like RETURNING id",
        )?;
        for (name, price_like) in names {
            rows.push(statement.query_row((name, price_like), |row| row.get(0))?);
        }
    }
    transaction.commit()?;
    Ok(rows)
}
