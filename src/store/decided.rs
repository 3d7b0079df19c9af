//! Reads back what strategies said and what risk decided, for a comparison with a replay.
//! Must not judge or pair the rows: whoever compares does.

use std::collections::BTreeMap;

use rusqlite::{Connection, OptionalExtension, params};

use super::archive::Archive;
use super::error::StoreError;
use super::recover::{instruments, read_event};
use crate::domain::{Event, Instrument, InstrumentId, Timestamp};

/// Which rows to read; what is `None` does not restrict.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct DecidedFilter {
    /// From this event on.
    pub first_sequence: u64,
    /// Up to this event, which is included.
    pub last_sequence: Option<u64>,
    /// From this event time on.
    pub from: Option<Timestamp>,
    /// Up to this event time, which is included.
    pub to: Option<Timestamp>,
}

/// Signals and decisions in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Decided {
    /// The events; their instruments are numbered as in `instruments`.
    pub events: Vec<Event>,
    /// The instruments behind those numbers, as they were defined last.
    pub instruments: BTreeMap<InstrumentId, Instrument>,
}

impl Archive {
    /// The signals and decisions that pass `filter`.
    ///
    /// # Errors
    /// When the file or a row of it cannot be read.
    pub fn decided(&self, filter: &DecidedFilter) -> Result<Decided, StoreError> {
        let instruments = instruments(&self.connection, &self.path)?;
        let events = events(&self.connection, filter)
            .map_err(|error| StoreError::database(&self.path, error))?
            .map_err(|reason| StoreError::Unreadable {
                path: self.path.clone(),
                what: "a signal or decision".to_owned(),
                reason,
            })?;
        Ok(Decided {
            events,
            instruments: instruments.into_iter().collect(),
        })
    }

    /// How many decisions lie between two events, both included.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn decisions_between(&self, first: u64, last: u64) -> Result<u64, StoreError> {
        self.connection
            .query_row(
                "SELECT count(*) FROM events WHERE sequence BETWEEN ?1 AND ?2 AND kind = 'risk'",
                params![bound(first), bound(last)],
                |row| row.get::<_, i64>(0),
            )
            .map(i64::cast_unsigned)
            .map_err(|error| StoreError::database(&self.path, error))
    }

    /// Tells this database from others; `None` where no program has noted it yet.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn born(&self) -> Result<Option<i64>, StoreError> {
        self.connection
            .query_row("SELECT value FROM meta WHERE key = 'born'", [], |row| {
                row.get(0)
            })
            .optional()
            .map_err(|error| StoreError::database(&self.path, error))
    }
}

fn bound(sequence: u64) -> i64 {
    i64::try_from(sequence).unwrap_or(i64::MAX)
}

fn events(
    connection: &Connection,
    filter: &DecidedFilter,
) -> Result<Result<Vec<Event>, String>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "SELECT sequence, cause, time_ns, kind, body FROM events
         WHERE sequence BETWEEN ?1 AND ?2 AND time_ns BETWEEN ?3 AND ?4
           AND kind IN ('signal', 'risk')
         ORDER BY sequence",
    )?;
    let mut rows = statement.query(params![
        bound(filter.first_sequence),
        filter.last_sequence.map_or(i64::MAX, bound),
        filter.from.map_or(i64::MIN, Timestamp::nanos),
        filter.to.map_or(i64::MAX, Timestamp::nanos),
    ])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        match read_event(row) {
            Ok(event) => found.push(event),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok(found))
}
