//! Reads what earlier runs did, newest first and no more than a screen shows.
//! Must not read the whole journal, however long it has grown.

use rusqlite::{Connection, Row, params};

use super::archive::Archive;
use super::error::StoreError;
use super::recover::{instruments, read_event};
use crate::domain::{Account, Decimal, Event, Instrument, InstrumentId, Timestamp};

/// Rows of the journal that are looked through at most; those of no interest count, too.
const ROWS_SEEN_MAX: i64 = 20_000;

const TRADES_BEFORE: &str = "SELECT sequence, cause, time_ns, kind, body FROM
    (SELECT sequence, cause, time_ns, kind, body FROM events
     WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2)
    WHERE kind IN ('signal', 'risk', 'order', 'fill', 'stop', 'halted', 'resumed',
                   'store_failed', 'anomaly')
    ORDER BY sequence DESC LIMIT ?3";
const ACCOUNTS_BEFORE: &str = "SELECT time_ns, cash, equity, realized_pnl, unrealized_pnl, fees,
    peak_equity, day_start_equity
    FROM equity WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2";

impl Archive {
    /// Every instrument ever listed by its number in the file, in ascending order: the numbers
    /// that the events of [`Archive::trades_before`] carry.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn stored_instruments(&self) -> Result<Vec<(InstrumentId, Instrument)>, StoreError> {
        instruments(&self.connection, &self.path)
    }

    /// The newest `limit` signals, decisions, orders, fills, stops, halts and anomalies before
    /// event `sequence`, oldest first; a row that cannot be read is left out.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn trades_before(&self, sequence: u64, limit: usize) -> Result<Vec<Event>, StoreError> {
        trades(&self.connection, sequence, limit)
            .map_err(|error| StoreError::database(&self.path, error))
    }

    /// The newest `limit` samples of the account before event `sequence`, oldest first.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn accounts_before(
        &self,
        sequence: u64,
        limit: usize,
    ) -> Result<Vec<(Timestamp, Account)>, StoreError> {
        accounts(&self.connection, sequence, limit)
            .map_err(|error| StoreError::database(&self.path, error))
    }
}

fn trades(
    connection: &Connection,
    sequence: u64,
    limit: usize,
) -> Result<Vec<Event>, rusqlite::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(TRADES_BEFORE)?;
    let mut rows = statement.query(params![sequence.cast_signed(), ROWS_SEEN_MAX, limit])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        match read_event(row) {
            Ok(event) => found.push(event),
            Err(reason) => tracing::warn!(reason, "an event of an earlier run is not shown"),
        }
    }
    found.reverse();
    Ok(found)
}

fn accounts(
    connection: &Connection,
    sequence: u64,
    limit: usize,
) -> Result<Vec<(Timestamp, Account)>, rusqlite::Error> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(ACCOUNTS_BEFORE)?;
    let rows = statement.query_map(params![sequence.cast_signed(), limit], account_from_row)?;
    let mut found = rows.collect::<Result<Vec<_>, _>>()?;
    found.reverse();
    Ok(found)
}

fn account_from_row(row: &Row<'_>) -> Result<(Timestamp, Account), rusqlite::Error> {
    let money = |column: usize| -> Result<Decimal, rusqlite::Error> {
        let text = row.get_ref(column)?.as_str()?;
        text.parse().map_err(|error| {
            let kind = rusqlite::types::Type::Text;
            rusqlite::Error::FromSqlConversionFailure(column, kind, Box::new(error))
        })
    };
    let account = Account {
        cash: money(1)?,
        equity: money(2)?,
        realized_pnl: money(3)?,
        unrealized_pnl: money(4)?,
        fees: money(5)?,
        peak_equity: money(6)?,
        day_start_equity: money(7)?,
    };
    Ok((Timestamp::from_nanos(row.get(0)?), account))
}
