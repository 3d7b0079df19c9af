//! Reads candles, bars and indicator values of one instrument by time.
//! Must not hold more than what was asked for.

use rusqlite::{Connection, OptionalExtension, Row, Statement, params};

use crate::domain::{Bar, Candle, ClosedBar, InstrumentKey, Price, Qty, Timeframe, Timestamp};

/// Seeks that may miss before a search backwards gives up; about two seconds of work, and the last
/// 500 000 recorded moments of the other instruments.
const MISSES_MAX: usize = 500_000;

const CANDLE_BEFORE: &str = "SELECT start_ms, instrument, open, high, low, close, volume, count
    FROM candles_1s WHERE (start_ms, instrument) <= (?1, ?2)
    ORDER BY start_ms DESC, instrument DESC LIMIT 1";
const BAR_BEFORE: &str =
    "SELECT start_ms, instrument, open, high, low, close, volume, count, sequence
    FROM candles_tf WHERE timeframe_s = ?3 AND (start_ms, instrument) <= (?1, ?2)
    ORDER BY start_ms DESC, instrument DESC LIMIT 1";

/// Reads `start_ms, instrument, open, high, low, close, volume, count`.
pub(super) fn candle_from_row(row: &Row<'_>) -> Result<Candle, rusqlite::Error> {
    Ok(Candle {
        start: Timestamp::from_millis(row.get(0)?),
        open: Price::from_units(row.get(2)?),
        high: Price::from_units(row.get(3)?),
        low: Price::from_units(row.get(4)?),
        close: Price::from_units(row.get(5)?),
        volume: Qty::from_units(row.get(6)?),
        count: row.get(7)?,
    })
}

fn bar_from_row(row: &Row<'_>) -> Result<ClosedBar, rusqlite::Error> {
    let Candle {
        start,
        open,
        high,
        low,
        close,
        volume,
        count,
    } = candle_from_row(row)?;
    Ok(ClosedBar::new(Bar {
        start,
        open,
        high,
        low,
        close,
        volume,
        count,
    }))
}

/// The row under which an instrument was listed last.
pub(super) fn newest_row(
    connection: &Connection,
    key: &InstrumentKey,
) -> Result<Option<i64>, rusqlite::Error> {
    connection
        .prepare_cached(
            "SELECT id FROM instruments WHERE exchange = ?1 AND token = ?2
             ORDER BY listed DESC, id DESC LIMIT 1",
        )?
        .query_row(params![key.exchange(), key.token()], |row| row.get(0))
        .optional()
}

/// The newest `limit` candles, oldest first; none for an instrument that is not known.
pub(super) fn candles(
    connection: &Connection,
    key: &InstrumentKey,
    limit: usize,
) -> Result<Vec<Candle>, rusqlite::Error> {
    let Some(id) = newest_row(connection, key)? else {
        return Ok(Vec::new());
    };
    let mut statement = connection.prepare_cached(CANDLE_BEFORE)?;
    newest(limit, id, candle_from_row, |at, read| {
        statement.query_row(params![at, id], read).optional()
    })
}

/// The newest `limit` bars, oldest first, each with the number of its event; none for an instrument
/// that is not known.
pub(super) fn bars(
    connection: &Connection,
    key: &InstrumentKey,
    timeframe: Timeframe,
    limit: usize,
) -> Result<Vec<(u64, ClosedBar)>, rusqlite::Error> {
    let Some(id) = newest_row(connection, key)? else {
        return Ok(Vec::new());
    };
    let read = |row: &Row<'_>| {
        let sequence: i64 = row.get(8)?;
        Ok((sequence.cast_unsigned(), bar_from_row(row)?))
    };
    let mut statement = connection.prepare_cached(BAR_BEFORE)?;
    newest(limit, id, read, |at, read| {
        statement
            .query_row(params![at, id, timeframe.seconds()], read)
            .optional()
    })
}

/// What one seek found: its moment, its instrument, and its row where that is the one asked for.
type Found<T> = (i64, i64, Option<T>);

/// Walks backwards over rows that are keyed by (time, instrument), jumping over the instruments
/// between.
fn newest<T>(
    limit: usize,
    id: i64,
    read: impl Fn(&Row<'_>) -> Result<T, rusqlite::Error>,
    mut seek: impl FnMut(
        i64,
        &mut dyn FnMut(&Row<'_>) -> Result<Found<T>, rusqlite::Error>,
    ) -> Result<Option<Found<T>>, rusqlite::Error>,
) -> Result<Vec<T>, rusqlite::Error> {
    let mut found = Vec::new();
    let mut misses = 0;
    let mut at = i64::MAX;
    let mut take = |row: &Row<'_>| -> Result<Found<T>, rusqlite::Error> {
        let (start, instrument) = (row.get(0)?, row.get(1)?);
        let value = if instrument == id {
            Some(read(row)?)
        } else {
            None
        };
        Ok((start, instrument, value))
    };
    while found.len() < limit && misses < MISSES_MAX {
        let Some((start, instrument, value)) = seek(at, &mut take)? else {
            break;
        };
        if let Some(value) = value {
            found.push(value);
            misses = 0;
        } else {
            misses += 1;
        }
        // A greater instrument at an earlier moment: ours may stand at that moment too. Otherwise
        // nothing of ours is left at `start`.
        at = if instrument > id {
            start
        } else {
            match start.checked_sub(1) {
                Some(before) => before,
                None => break,
            }
        };
    }
    found.reverse();
    Ok(found)
}

/// Visits the moments of an instrument from `from` to before `to` in order. `seek` selects
/// `start_ms, instrument, …` of the first row at or after (?1, ?2), with the timeframe as ?3 where
/// it has one.
pub(super) fn walk<E: From<rusqlite::Error>>(
    seek: &mut Statement<'_>,
    id: i64,
    timeframe: Option<Timeframe>,
    (from, to): (i64, i64),
    mut visit: impl FnMut(&Row<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let mut at = from;
    loop {
        let mut rows = match timeframe {
            None => seek.query(params![at, id])?,
            Some(timeframe) => seek.query(params![at, id, timeframe.seconds()])?,
        };
        let Some(row) = rows.next()? else {
            return Ok(());
        };
        let (start, instrument): (i64, i64) = (row.get(0)?, row.get(1)?);
        if start >= to {
            return Ok(());
        }
        if instrument == id {
            visit(row)?;
        }
        at = if instrument < id {
            start
        } else {
            match start.checked_add(1) {
                Some(after) => after,
                None => return Ok(()),
            }
        };
    }
}
