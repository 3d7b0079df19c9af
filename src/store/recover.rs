//! What a start finds in the data folder: the newest sound snapshot and all that came after it.
//! Must not apply anything: the engine does.

use std::collections::BTreeMap;
use std::hash::Hasher;
use std::path::Path;

use rusqlite::{Connection, Row, params};
use siphasher::sip::SipHasher13;

use super::error::StoreError;
use super::history::candle_from_row;
use super::journal::Counters;
use crate::domain::{
    Candle, Event, EventBody, ExecutionId, Instrument, InstrumentId, InstrumentKey, OrderId,
    Timeframe, Timestamp,
};

/// Version of the way snapshots are kept here; what is in the body is the engine's.
pub(super) const SNAPSHOT_VERSION: i64 = 1;

/// Without a snapshot, candles of this long before the newest are given back.
const CANDLES_WITHOUT_SNAPSHOT_MS: i64 = 86_400_000;

/// A state of the engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotRow {
    /// The last event that it holds.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// The engine's JSON.
    pub body: String,
}

/// What a data folder holds for a start.
///
/// Instrument ids in `events` are not those of any run: they are the rows of the table
/// `instruments`, and [`Recovery::key`] names them. Feed and command numbers are those of the run
/// that wrote them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Recovery {
    /// The newest snapshot whose checksum is right.
    pub snapshot: Option<SnapshotRow>,
    /// Events after the snapshot in order, or all; candles, bars and indicators are not among them.
    pub events: Vec<Event>,
    /// One-second candles whose sequence is after the snapshot's, oldest first; without a snapshot
    /// those of the last 24 hours that were recorded.
    pub candles: Vec<(InstrumentKey, Vec<Candle>)>,
    /// Start of the newest closed bar of each instrument and timeframe, of those recorded after
    /// the snapshot.
    pub bars: Vec<(InstrumentKey, Timeframe, Timestamp)>,
    /// Every instrument ever listed, by stored id in ascending order.
    pub instruments: Vec<(InstrumentId, Instrument)>,
    /// The last sequence on the disk, of any kind of event; 0 in a new folder.
    pub last_sequence: u64,
    /// The first order number never used.
    pub next_order_id: OrderId,
    /// The first execution number never used.
    pub next_execution_id: ExecutionId,
    /// Lines for the screen: snapshots passed over, rows that could not be read.
    pub problems: Vec<String>,
}

impl Recovery {
    /// The instrument behind a stored id.
    pub fn instrument(&self, stored: InstrumentId) -> Option<&Instrument> {
        let at = self
            .instruments
            .binary_search_by_key(&stored, |(id, _)| *id)
            .ok()?;
        self.instruments.get(at).map(|(_, instrument)| instrument)
    }

    /// The lasting name behind a stored id.
    pub fn key(&self, stored: InstrumentId) -> Option<&InstrumentKey> {
        self.instrument(stored).map(|instrument| &instrument.key)
    }
}

/// Guards a snapshot's every field against damage that SQLite does not see.
pub(super) fn checksum(snapshot: &SnapshotRow) -> u64 {
    let mut hasher =
        SipHasher13::new_with_keys(0x7469_7461_6e2d_7475, SNAPSHOT_VERSION.cast_unsigned());
    hasher.write(&snapshot.sequence.to_le_bytes());
    hasher.write(&snapshot.time.nanos().to_le_bytes());
    hasher.write(snapshot.body.as_bytes());
    hasher.finish()
}

/// Reads all that a start needs, from one moment of the file.
pub(super) fn recover(connection: &Connection, path: &Path) -> Result<Recovery, StoreError> {
    let failed = |error| StoreError::database(path, error);
    let transaction = connection.unchecked_transaction().map_err(failed)?;
    let counters = Counters::load(&transaction).map_err(failed)?;
    let mut recovery = Recovery {
        instruments: instruments(&transaction, path)?,
        last_sequence: counters.last_sequence,
        next_order_id: OrderId(counters.last_order.saturating_add(1)),
        next_execution_id: ExecutionId(counters.last_execution.saturating_add(1)),
        ..Recovery::default()
    };
    let (snapshot, from) = snapshot(&transaction, &mut recovery.problems).map_err(failed)?;
    let after = snapshot
        .as_ref()
        .map_or(0, |row| row.sequence.cast_signed());
    recovery.snapshot = snapshot;
    recovery.events = events(&transaction, path, after, &mut recovery.problems)?;
    let from = if recovery.snapshot.is_some() {
        from
    } else {
        transaction
            .query_row("SELECT max(start_ms) FROM candles_1s", [], |row| {
                row.get::<_, Option<i64>>(0)
            })
            .map_err(failed)?
            .map(|newest| newest.saturating_sub(CANDLES_WITHOUT_SNAPSHOT_MS))
    };
    if let Some(from) = from {
        recovery.candles =
            candles(&transaction, from, after, &recovery.instruments).map_err(failed)?;
        recovery.bars =
            newest_bars(&transaction, from, after, &recovery.instruments).map_err(failed)?;
    }
    Ok(recovery)
}

/// Every instrument of the file by its row.
pub(super) fn instruments(
    connection: &Connection,
    path: &Path,
) -> Result<Vec<(InstrumentId, Instrument)>, StoreError> {
    let failed = |error| StoreError::database(path, error);
    let mut statement = connection
        .prepare("SELECT id, definition FROM instruments ORDER BY id")
        .map_err(failed)?;
    let mut rows = statement.query([]).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let id: u32 = row.get(0).map_err(failed)?;
        let text: String = row.get(1).map_err(failed)?;
        let instrument = serde_json::from_str(&text).map_err(|error| StoreError::Unreadable {
            path: path.to_owned(),
            what: format!("instrument {id}"),
            reason: error.to_string(),
        })?;
        found.push((InstrumentId(id), instrument));
    }
    Ok(found)
}

/// The newest sound snapshot, and the second from which candles after it are to be looked for.
fn snapshot(
    connection: &Connection,
    problems: &mut Vec<String>,
) -> Result<(Option<SnapshotRow>, Option<i64>), rusqlite::Error> {
    let mut statement = connection.prepare(
        "SELECT sequence, time_ns, version, checksum, candles_from_ms, body
         FROM engine_snapshots ORDER BY sequence DESC",
    )?;
    let mut rows = statement.query([])?;
    let mut from: Option<i64> = None;
    while let Some(row) = rows.next()? {
        let sequence: i64 = row.get(0)?;
        // Each mark covers the time up to the next snapshot, so an older one needs them all.
        let mark: Option<i64> = row.get(4).unwrap_or(None);
        from = match (from, mark) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        match sound_snapshot(row, sequence) {
            Some(snapshot) => return Ok((Some(snapshot), from)),
            None => problems.push(format!(
                "the snapshot at event {sequence} is damaged: the one before it is used"
            )),
        }
    }
    Ok((None, from))
}

fn sound_snapshot(row: &Row<'_>, sequence: i64) -> Option<SnapshotRow> {
    let snapshot = SnapshotRow {
        sequence: sequence.cast_unsigned(),
        time: Timestamp::from_nanos(row.get(1).ok()?),
        body: row.get(5).ok()?,
    };
    let version: i64 = row.get(2).ok()?;
    let stored: i64 = row.get(3).ok()?;
    let sound = version == SNAPSHOT_VERSION && checksum(&snapshot).cast_signed() == stored;
    sound.then_some(snapshot)
}

/// Whether the state of orders, positions or money can be told without an event of this kind.
fn is_dispensable(kind: &str) -> bool {
    matches!(
        kind,
        "signal" | "ignored" | "feed" | "anomaly" | "account" | "listed" | "asked"
    )
}

fn events(
    connection: &Connection,
    path: &Path,
    after: i64,
    problems: &mut Vec<String>,
) -> Result<Vec<Event>, StoreError> {
    let failed = |error| StoreError::database(path, error);
    let mut statement = connection
        .prepare(
            "SELECT sequence, cause, time_ns, kind, body FROM events
             WHERE sequence > ?1 ORDER BY sequence",
        )
        .map_err(failed)?;
    let mut rows = statement.query([after]).map_err(failed)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next().map_err(failed)? {
        let sequence: i64 = row.get(0).map_err(failed)?;
        let kind: String = row.get(3).map_err(failed)?;
        match read_event(row) {
            Ok(event) => found.push(event),
            Err(reason) if is_dispensable(&kind) => {
                problems.push(format!(
                    "event {sequence} ({kind}) cannot be read and is passed over: {reason}"
                ));
            }
            Err(reason) => {
                return Err(StoreError::Unreadable {
                    path: path.to_owned(),
                    what: format!("event {sequence} ({kind})"),
                    reason,
                });
            }
        }
    }
    Ok(found)
}

/// Reads an event from the columns sequence, cause, time_ns, kind, body.
pub(super) fn read_event(row: &Row<'_>) -> Result<Event, String> {
    let number = |column| row.get::<_, i64>(column).map_err(|error| error.to_string());
    let text = row
        .get_ref(4)
        .map_err(|error| error.to_string())?
        .as_str()
        .map_err(|error| error.to_string())?;
    let body: EventBody = serde_json::from_str(text).map_err(|error| error.to_string())?;
    Ok(Event {
        sequence: number(0)?.cast_unsigned(),
        cause: number(1)?.cast_unsigned(),
        time: Timestamp::from_nanos(number(2)?),
        body,
    })
}

/// A bar that is recorded is closed, though no later second may say so.
fn newest_bars(
    connection: &Connection,
    from: i64,
    after: i64,
    instruments: &[(InstrumentId, Instrument)],
) -> Result<Vec<(InstrumentKey, Timeframe, Timestamp)>, rusqlite::Error> {
    let mut next =
        connection.prepare("SELECT min(timeframe_s) FROM candles_tf WHERE timeframe_s > ?1")?;
    let mut newest = connection.prepare(
        "SELECT instrument, max(start_ms) FROM candles_tf
         WHERE timeframe_s = ?1 AND start_ms >= ?2 AND sequence > ?3 GROUP BY instrument",
    )?;
    let mut found = Vec::new();
    let mut seconds = 0_u32;
    while let Some(longer) = next.query_row([seconds], |row| row.get::<_, Option<u32>>(0))? {
        seconds = longer;
        let Some(timeframe) = Timeframe::from_seconds(seconds) else {
            continue;
        };
        // A bar may have begun its whole length before the first second that is looked for.
        let from = from.saturating_sub(i64::from(seconds) * 1_000);
        let mut rows = newest.query(params![seconds, from, after])?;
        while let Some(row) = rows.next()? {
            let id = InstrumentId(row.get(0)?);
            let start = Timestamp::from_millis(row.get(1)?);
            let known = instruments.iter().find(|(stored, _)| *stored == id);
            found.extend(known.map(|(_, it)| (it.key.clone(), timeframe, start)));
        }
    }
    Ok(found)
}

fn candles(
    connection: &Connection,
    from: i64,
    after: i64,
    instruments: &[(InstrumentId, Instrument)],
) -> Result<Vec<(InstrumentKey, Vec<Candle>)>, rusqlite::Error> {
    let mut statement = connection.prepare(
        "SELECT start_ms, instrument, open, high, low, close, volume, count FROM candles_1s
         WHERE start_ms >= ?1 AND sequence > ?2 ORDER BY start_ms, instrument",
    )?;
    let mut rows = statement.query(params![from, after])?;
    let mut by_row: BTreeMap<u32, Vec<Candle>> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        by_row
            .entry(row.get(1)?)
            .or_default()
            .push(candle_from_row(row)?);
    }
    Ok(instruments
        .iter()
        .filter_map(|(id, instrument)| Some((instrument.key.clone(), by_row.remove(&id.0)?)))
        .collect())
}
