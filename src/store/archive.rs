//! Reads a data folder while an engine may be writing it.
//! Must not change anything in the folder.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use super::error::StoreError;
use super::history;
use super::recover::instruments;
use super::schema;
use crate::domain::{Candle, ClosedBar, Instrument, InstrumentKey, Timeframe};

/// A data folder opened for reading.
#[derive(Debug)]
pub struct Archive {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
}

impl Archive {
    /// Opens the folder's database for reading alone; an engine may own the folder meanwhile.
    ///
    /// # Errors
    /// When there is no database, it is not ours, or its schema is newer or older than this
    /// program's.
    pub fn open_read_only(data_dir: &Path) -> Result<Self, StoreError> {
        let path = data_dir.join(schema::DATABASE_FILE);
        if !path.exists() {
            return Err(StoreError::Nothing {
                path: data_dir.to_owned(),
            });
        }
        let (connection, found) = match connect(&path) {
            Err(error) => connect_unchanging(&path).ok_or(error)?,
            Ok(opened) => opened,
        };
        let known = schema::current_version();
        if found < known {
            return Err(StoreError::Older { path, found, known });
        }
        Ok(Self { connection, path })
    }

    /// Every instrument ever listed, the latest definition of each last.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn instruments(&self) -> Result<Vec<Instrument>, StoreError> {
        Ok(instruments(&self.connection, &self.path)?
            .into_iter()
            .map(|(_, instrument)| instrument)
            .collect())
    }

    /// As [`super::Store::bars`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bars(
        &self,
        key: &InstrumentKey,
        timeframe: Timeframe,
        limit: usize,
    ) -> Result<Vec<ClosedBar>, StoreError> {
        let bars = history::bars(&self.connection, key, timeframe, limit)
            .map_err(|error| StoreError::database(&self.path, error))?;
        Ok(bars.into_iter().map(|(_, bar)| bar).collect())
    }

    /// Those of the newest `limit` closed bars that came before event `sequence`, oldest first: a
    /// reader that follows the events from there on gets the others with them.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn bars_before(
        &self,
        key: &InstrumentKey,
        timeframe: Timeframe,
        limit: usize,
        sequence: u64,
    ) -> Result<Vec<ClosedBar>, StoreError> {
        let bars = history::bars(&self.connection, key, timeframe, limit)
            .map_err(|error| StoreError::database(&self.path, error))?;
        let earlier = bars.into_iter().filter(|(number, _)| *number < sequence);
        Ok(earlier.map(|(_, bar)| bar).collect())
    }

    /// As [`super::Store::candles`].
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn candles(&self, key: &InstrumentKey, limit: usize) -> Result<Vec<Candle>, StoreError> {
        history::candles(&self.connection, key, limit)
            .map_err(|error| StoreError::database(&self.path, error))
    }
}

fn connect(path: &Path) -> Result<(Connection, i64), StoreError> {
    let failed = |error| StoreError::database(path, error);
    let connection =
        Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
    schema::prepare_reader(&connection).map_err(failed)?;
    let found = schema::version(&connection, path)?;
    Ok((connection, found))
}

/// Opens a file on a disk that cannot be written: SQLite wants to put an index of its log beside
/// it, and does without only when it is told that nobody changes the file. So it is told, where
/// there is no log.
fn connect_unchanging(path: &Path) -> Option<(Connection, i64)> {
    let log = path.with_extension("db-wal");
    if std::fs::metadata(log).is_ok_and(|log| log.len() > 0) {
        return None;
    }
    let mut uri = "file:".to_owned();
    for byte in path.to_str()?.bytes() {
        if byte.is_ascii_alphanumeric() || b"/._-".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri.push_str("?immutable=1");
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI;
    let connection = Connection::open_with_flags(uri, flags).ok()?;
    schema::prepare_reader(&connection).ok()?;
    let found = schema::version(&connection, path).ok()?;
    Some((connection, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_that_cannot_be_written_is_read_all_the_same() {
        let folder = tempfile::tempdir().expect("a folder");
        let odd = folder.path().join("50% of it?");
        let config = crate::config::StoreConfig::default();
        let writer = super::super::Store::open(&odd, &config, &[])
            .expect("a store")
            .into_writer();
        writer
            .close(std::time::Duration::from_secs(20))
            .expect("closed");
        let (_, version) = connect_unchanging(&odd.join(schema::DATABASE_FILE)).expect("opened");
        assert_eq!(version, schema::current_version());
        let log = odd.join("titan.db-wal");
        std::fs::write(log, "rows that only the log has").expect("a log");
        assert!(connect_unchanging(&odd.join(schema::DATABASE_FILE)).is_none());
    }
}
