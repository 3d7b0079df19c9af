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
        let failed = |error| StoreError::database(&path, error);
        let connection =
            Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(failed)?;
        schema::prepare_reader(&connection).map_err(failed)?;
        let (found, known) = (
            schema::version(&connection, &path)?,
            schema::current_version(),
        );
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
        history::bars(&self.connection, key, timeframe, limit)
            .map_err(|error| StoreError::database(&self.path, error))
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
