//! Reads what earlier runs did, newest first and no more than a screen shows.
//! Must not read the whole journal, however long it has grown.

use rusqlite::{Connection, Row, params};

use super::archive::Archive;
use super::error::StoreError;
use super::recover::{instruments, read_event};
use crate::domain::{Account, Decimal, Event, Instrument, InstrumentId, Timestamp};

/// Rows of the journal that are looked through at most; those of no interest count, too.
const ROWS_SEEN_MAX: i64 = 20_000;

/// An order that is filled bit by bit has a row for each bit: its fills tell the same.
const TRADES_BEFORE: &str = "SELECT sequence, cause, time_ns, kind, body FROM
    (SELECT sequence, cause, time_ns, kind, body FROM events
     WHERE sequence < ?1 ORDER BY sequence DESC LIMIT ?2)
    WHERE kind IN ('signal', 'risk', 'order', 'fill', 'stop', 'halted', 'resumed',
                   'store_failed', 'anomaly')
      AND NOT (kind = 'order' AND instr(body, '\"state\":\"partiallyfilled\"') > 0)
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

    /// The newest `limit` signals, decisions, states of orders, fills, stops, halts and anomalies
    /// before event `sequence`, oldest first, without the states between the fills of one order;
    /// a row that cannot be read is left out.
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

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::config::StoreConfig;
    use crate::domain::EventBody;
    use crate::store::Store;

    fn event(sequence: u64, body: EventBody) -> Event {
        Event {
            sequence,
            cause: 0,
            time: Timestamp::from_seconds(sequence.cast_signed()),
            body,
        }
    }

    #[test]
    fn the_newest_rows_before_a_number_and_no_more_than_asked_for() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &StoreConfig::default(), &[]).expect("a store");
        let writer = store.into_writer();
        let sample = |sequence: u64| {
            event(
                sequence,
                EventBody::AccountSampled(Account {
                    equity: Decimal::from(sequence),
                    ..Account::default()
                }),
            )
        };
        // Every third is of the trade lane, the others are samples of the account.
        let events: Vec<Event> = (1..=90)
            .map(|sequence| match sequence % 3 {
                0 => event(sequence, EventBody::Resumed),
                _ => sample(sequence),
            })
            .collect();
        writer.append(events).expect("taken");
        writer.close(Duration::from_secs(20)).expect("closed");
        let archive = Archive::open_read_only(folder.path()).expect("an archive");
        let trades = |before, limit| -> Vec<u64> {
            let found = archive.trades_before(before, limit).expect("read");
            found.iter().map(|event| event.sequence).collect()
        };
        assert_eq!(trades(91, 3), [84, 87, 90]);
        assert_eq!(trades(90, 3), [81, 84, 87]);
        assert_eq!(trades(10, 100), [3, 6, 9]);
        assert_eq!(trades(1, 100), [0_u64; 0]);
        let samples = archive.accounts_before(9, 4).expect("read");
        let told: Vec<(i64, Decimal)> = samples
            .iter()
            .map(|(time, account)| (time.seconds(), account.equity))
            .collect();
        assert_eq!(told, [4, 5, 7, 8].map(|it| (it, Decimal::from(it))));
        assert!(archive.stored_instruments().expect("read").is_empty());
    }

    #[test]
    fn a_row_that_cannot_be_read_is_left_out() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(folder.path(), &StoreConfig::default(), &[]).expect("a store");
        let writer = store.into_writer();
        let events: Vec<Event> = (1..=3).map(|it| event(it, EventBody::Resumed)).collect();
        writer.append(events).expect("taken");
        writer.close(Duration::from_secs(20)).expect("closed");
        let file = folder.path().join(crate::store::DATABASE_FILE);
        let changed = Connection::open(&file).expect("a file");
        changed
            .execute("UPDATE events SET body = '{\"odd\"' WHERE sequence = 2", [])
            .expect("changed");
        drop(changed);
        let archive = Archive::open_read_only(folder.path()).expect("an archive");
        let found = archive.trades_before(10, 10).expect("read");
        let numbers: Vec<u64> = found.iter().map(|event| event.sequence).collect();
        assert_eq!(numbers, [1, 3]);
    }
}
