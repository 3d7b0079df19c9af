//! The tables, the readable views and the steps from one version of the file to the next.
//! Must not read or write rows of the trade.

use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior};

use super::error::StoreError;

/// Name of the database in the data folder.
pub const DATABASE_FILE: &str = "titan.db";

/// How long one attempt waits for another program's lock.
pub(super) const BUSY_TIMEOUT: Duration = Duration::from_millis(250);

/// Marks the file as ours (`TITN`).
const APPLICATION_ID: i64 = 0x5449_544E;

/// Rows of candles, bars and indicators are keyed by time first: a round of ten thousand
/// instruments then lands on a hundred neighbouring pages and not on ten thousand, which keeps the
/// log small and the fsync of an order that comes after it short. Readers seek by (time,
/// instrument).
const TABLES: &str = "
CREATE TABLE meta (
    key   TEXT PRIMARY KEY NOT NULL,
    value INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE instruments (
    id             INTEGER PRIMARY KEY,
    exchange       TEXT NOT NULL,
    token          TEXT NOT NULL,
    symbol         TEXT NOT NULL,
    currency       TEXT NOT NULL,
    price_scale    INTEGER NOT NULL,
    quantity_scale INTEGER NOT NULL,
    price_unit     INTEGER NOT NULL,
    quantity_unit  INTEGER NOT NULL,
    definition     TEXT NOT NULL,
    listed         INTEGER NOT NULL,
    UNIQUE (exchange, token, price_scale, quantity_scale)
);

CREATE TABLE candles_1s (
    start_ms   INTEGER NOT NULL,
    instrument INTEGER NOT NULL,
    open       INTEGER NOT NULL,
    high       INTEGER NOT NULL,
    low        INTEGER NOT NULL,
    close      INTEGER NOT NULL,
    volume     INTEGER NOT NULL,
    count      INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    PRIMARY KEY (start_ms, instrument)
) WITHOUT ROWID;

CREATE TABLE candles_tf (
    timeframe_s INTEGER NOT NULL,
    start_ms    INTEGER NOT NULL,
    instrument  INTEGER NOT NULL,
    open        INTEGER NOT NULL,
    high        INTEGER NOT NULL,
    low         INTEGER NOT NULL,
    close       INTEGER NOT NULL,
    volume      INTEGER NOT NULL,
    count       INTEGER NOT NULL,
    sequence    INTEGER NOT NULL,
    PRIMARY KEY (timeframe_s, start_ms, instrument)
) WITHOUT ROWID;

CREATE TABLE indicator_names (
    id         INTEGER PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    price_like INTEGER NOT NULL
);

CREATE TABLE indicators (
    timeframe_s INTEGER NOT NULL,
    start_ms    INTEGER NOT NULL,
    instrument  INTEGER NOT NULL,
    name        INTEGER NOT NULL,
    value       REAL NOT NULL,
    PRIMARY KEY (timeframe_s, start_ms, instrument, name)
) WITHOUT ROWID;

CREATE TABLE signals (
    sequence     INTEGER PRIMARY KEY,
    cause        INTEGER NOT NULL,
    time_ns      INTEGER NOT NULL,
    instrument   INTEGER NOT NULL REFERENCES instruments (id),
    strategy     TEXT NOT NULL,
    timeframe_s  INTEGER NOT NULL,
    bar_start_ms INTEGER NOT NULL,
    action       TEXT NOT NULL,
    confidence   REAL,
    price        INTEGER NOT NULL,
    blocked_by   TEXT,
    explanation  TEXT NOT NULL
);

CREATE TABLE orders (
    id            INTEGER PRIMARY KEY,
    sequence      INTEGER NOT NULL,
    instrument    INTEGER NOT NULL REFERENCES instruments (id),
    side          TEXT NOT NULL,
    kind          TEXT NOT NULL,
    limit_price   INTEGER,
    stop_price    INTEGER,
    quantity      INTEGER NOT NULL,
    filled        INTEGER NOT NULL,
    filled_value  TEXT NOT NULL,
    time_in_force TEXT NOT NULL,
    origin        TEXT NOT NULL,
    strategy      TEXT,
    reduce_only   INTEGER NOT NULL,
    state         TEXT NOT NULL,
    created_ns    INTEGER NOT NULL,
    updated_ns    INTEGER NOT NULL,
    reason        TEXT
);

CREATE TABLE fills (
    execution    INTEGER PRIMARY KEY,
    sequence     INTEGER NOT NULL,
    order_id     INTEGER NOT NULL,
    instrument   INTEGER NOT NULL REFERENCES instruments (id),
    side         TEXT NOT NULL,
    quantity     INTEGER NOT NULL,
    price        INTEGER NOT NULL,
    fee          TEXT NOT NULL,
    slippage     TEXT NOT NULL,
    realized_pnl TEXT NOT NULL,
    liquidity    TEXT NOT NULL,
    time_ns      INTEGER NOT NULL
);
CREATE INDEX fills_by_order ON fills (order_id);

CREATE TABLE events (
    sequence INTEGER PRIMARY KEY,
    cause    INTEGER NOT NULL,
    time_ns  INTEGER NOT NULL,
    kind     TEXT NOT NULL,
    body     TEXT NOT NULL
);

CREATE TABLE equity (
    sequence         INTEGER PRIMARY KEY,
    time_ns          INTEGER NOT NULL,
    cash             TEXT NOT NULL,
    equity           TEXT NOT NULL,
    realized_pnl     TEXT NOT NULL,
    unrealized_pnl   TEXT NOT NULL,
    fees             TEXT NOT NULL,
    peak_equity      TEXT NOT NULL,
    day_start_equity TEXT NOT NULL
);

CREATE TABLE engine_snapshots (
    sequence        INTEGER PRIMARY KEY,
    time_ns         INTEGER NOT NULL,
    version         INTEGER NOT NULL,
    checksum        INTEGER NOT NULL,
    candles_from_ms INTEGER,
    body            TEXT NOT NULL
);
";

/// Decimals in the major unit as REAL, so that they compare and sum in SQL; the tables hold the
/// exact integers.
const VIEWS: &str = "
CREATE VIEW v_candles_1s AS
SELECT i.exchange || ':' || i.token AS instrument, i.symbol,
       strftime('%Y-%m-%dT%H:%M:%SZ', c.start_ms / 1000, 'unixepoch') AS time,
       c.start_ms AS ts_ms,
       round(c.open * 1.0 / i.price_unit, i.price_scale) AS open,
       round(c.high * 1.0 / i.price_unit, i.price_scale) AS high,
       round(c.low * 1.0 / i.price_unit, i.price_scale) AS low,
       round(c.close * 1.0 / i.price_unit, i.price_scale) AS close,
       round(c.volume * 1.0 / i.quantity_unit, i.quantity_scale) AS volume,
       c.count
FROM candles_1s c JOIN instruments i ON i.id = c.instrument;

CREATE VIEW v_candles AS
SELECT i.exchange || ':' || i.token AS instrument, i.symbol, c.timeframe_s,
       strftime('%Y-%m-%dT%H:%M:%SZ', c.start_ms / 1000, 'unixepoch') AS time,
       c.start_ms AS ts_ms,
       round(c.open * 1.0 / i.price_unit, i.price_scale) AS open,
       round(c.high * 1.0 / i.price_unit, i.price_scale) AS high,
       round(c.low * 1.0 / i.price_unit, i.price_scale) AS low,
       round(c.close * 1.0 / i.price_unit, i.price_scale) AS close,
       round(c.volume * 1.0 / i.quantity_unit, i.quantity_scale) AS volume,
       c.count
FROM candles_tf c JOIN instruments i ON i.id = c.instrument;

CREATE VIEW v_indicators AS
SELECT i.exchange || ':' || i.token AS instrument, i.symbol, v.timeframe_s,
       strftime('%Y-%m-%dT%H:%M:%SZ', v.start_ms / 1000, 'unixepoch') AS time,
       v.start_ms AS ts_ms, n.name,
       CASE WHEN n.price_like THEN v.value / i.price_unit ELSE v.value END AS value
FROM indicators v
JOIN instruments i ON i.id = v.instrument
JOIN indicator_names n ON n.id = v.name;

CREATE VIEW v_orders AS
SELECT o.id AS order_id, i.exchange || ':' || i.token AS instrument, i.symbol,
       strftime('%Y-%m-%dT%H:%M:%fZ', o.created_ns / 1000000 / 1000.0, 'unixepoch') AS created,
       strftime('%Y-%m-%dT%H:%M:%fZ', o.updated_ns / 1000000 / 1000.0, 'unixepoch') AS updated,
       o.side, o.kind,
       round(o.limit_price * 1.0 / i.price_unit, i.price_scale) AS limit_price,
       round(o.stop_price * 1.0 / i.price_unit, i.price_scale) AS stop_price,
       round(o.quantity * 1.0 / i.quantity_unit, i.quantity_scale) AS quantity,
       round(o.filled * 1.0 / i.quantity_unit, i.quantity_scale) AS filled,
       CASE WHEN o.filled > 0
            THEN CAST(o.filled_value AS REAL) * i.quantity_unit / o.filled END AS average_price,
       o.time_in_force, o.origin, o.strategy, o.reduce_only, o.state, o.reason
FROM orders o JOIN instruments i ON i.id = o.instrument;

CREATE VIEW v_fills AS
SELECT f.execution AS execution_id, f.order_id, i.exchange || ':' || i.token AS instrument,
       i.symbol,
       strftime('%Y-%m-%dT%H:%M:%fZ', f.time_ns / 1000000 / 1000.0, 'unixepoch') AS time,
       f.side,
       round(f.quantity * 1.0 / i.quantity_unit, i.quantity_scale) AS quantity,
       round(f.price * 1.0 / i.price_unit, i.price_scale) AS price,
       CAST(f.fee AS REAL) AS fee, CAST(f.slippage AS REAL) AS slippage,
       CAST(f.realized_pnl AS REAL) AS realized_pnl, f.liquidity
FROM fills f JOIN instruments i ON i.id = f.instrument;
";

/// Stop orders and targets.
const STOPS_AND_TARGETS: &str = "
ALTER TABLE orders ADD COLUMN trigger_price INTEGER;
ALTER TABLE orders ADD COLUMN target_price INTEGER;

DROP VIEW v_orders;
CREATE VIEW v_orders AS
SELECT o.id AS order_id, i.exchange || ':' || i.token AS instrument, i.symbol,
       strftime('%Y-%m-%dT%H:%M:%fZ', o.created_ns / 1000000 / 1000.0, 'unixepoch') AS created,
       strftime('%Y-%m-%dT%H:%M:%fZ', o.updated_ns / 1000000 / 1000.0, 'unixepoch') AS updated,
       o.side, o.kind,
       round(o.limit_price * 1.0 / i.price_unit, i.price_scale) AS limit_price,
       round(o.trigger_price * 1.0 / i.price_unit, i.price_scale) AS trigger_price,
       round(o.stop_price * 1.0 / i.price_unit, i.price_scale) AS stop_price,
       round(o.target_price * 1.0 / i.price_unit, i.price_scale) AS target_price,
       round(o.quantity * 1.0 / i.quantity_unit, i.quantity_scale) AS quantity,
       round(o.filled * 1.0 / i.quantity_unit, i.quantity_scale) AS filled,
       CASE WHEN o.filled > 0
            THEN CAST(o.filled_value AS REAL) * i.quantity_unit / o.filled END AS average_price,
       o.time_in_force, o.origin, o.strategy, o.reduce_only, o.state, o.reason
FROM orders o JOIN instruments i ON i.id = o.instrument;
";

/// Each step brings a file from the version of its index to the next; steps are only ever added.
const STEPS: &[&str] = &[TABLES, VIEWS, STOPS_AND_TARGETS];

/// The version that this program writes.
pub fn current_version() -> i64 {
    i64::try_from(STEPS.len()).unwrap_or(i64::MAX)
}

/// Settings of a connection that writes.
pub(super) fn prepare_writer(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(48);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -32768;
         PRAGMA wal_autocheckpoint = 4000;
         PRAGMA journal_size_limit = 67108864;",
    )
}

/// Settings of a connection that only reads.
pub(super) fn prepare_reader(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.execute_batch("PRAGMA query_only = ON; PRAGMA temp_store = MEMORY;")
}

/// The file's version; refuses files that are not ours or newer than this program.
pub(super) fn version(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let number = |pragma: &str| {
        connection
            .query_row(&format!("PRAGMA {pragma}"), [], |row| row.get::<_, i64>(0))
            .map_err(|error| StoreError::database(path, error))
    };
    let (application, version) = (number("application_id")?, number("user_version")?);
    let table = connection
        .query_row("SELECT name FROM sqlite_schema LIMIT 1", [], |_| Ok(()))
        .optional()
        .map_err(|error| StoreError::database(path, error))?;
    if application != APPLICATION_ID && (version != 0 || table.is_some()) {
        return Err(StoreError::NotADatabase {
            path: path.to_owned(),
        });
    }
    let known = current_version();
    if version > known {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found: version,
            known,
        });
    }
    Ok(version)
}

/// Brings the file to the current version, all steps in one transaction.
pub(super) fn migrate(
    connection: &mut Connection,
    path: &Path,
    target: i64,
) -> Result<(), StoreError> {
    let found = version(connection, path)?;
    if found >= target {
        return Ok(());
    }
    let run = |transaction: Transaction<'_>| -> Result<(), rusqlite::Error> {
        let (from, to) = (
            usize::try_from(found).unwrap_or(0),
            usize::try_from(target).unwrap_or(0),
        );
        for step in STEPS.iter().take(to).skip(from) {
            transaction.execute_batch(step)?;
        }
        transaction.execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = {target};"
        ))?;
        transaction.commit()
    };
    connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .and_then(run)
        .map_err(|error| StoreError::database(path, error))
}
