//! Puts batches of events into the tables, each batch in one transaction.
//! Must not wait, retry or hide a failure: a batch is wholly written or not at all.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{CachedStatement, Connection, OptionalExtension, Transaction, TransactionBehavior};
use rusqlite::{params, params_from_iter};

use super::lock::FolderLock;
use super::recover::{SNAPSHOT_VERSION, SnapshotRow, checksum};
use super::words;
use crate::domain::{
    Account, Candle, ClosedBar, CommandOutcome, Event, EventBody, Fill, Instrument, InstrumentId,
    Order, Signal, Timeframe,
};

/// Snapshots kept; the older ones serve when the newest is damaged.
pub(super) const SNAPSHOTS_KEPT: i64 = 5;

/// Something to write.
#[derive(Debug)]
pub(super) enum Item {
    /// Events in their order.
    Events(Arc<[Event]>),
    /// The engine's state after its sequence.
    Snapshot(SnapshotRow),
}

impl Item {
    /// Rows for the count of what waits.
    pub(super) fn rows(&self) -> usize {
        match self {
            Self::Events(events) => events.len(),
            Self::Snapshot(_) => 1,
        }
    }
}

/// What is known of the file beyond its rows; thrown away when a batch is rolled back.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Counters {
    pub(super) last_sequence: u64,
    pub(super) last_order: u64,
    pub(super) last_execution: u64,
    last_candle: u64,
    newest_snapshot: Option<i64>,
    candles_from: Option<i64>,
    mark_changed: bool,
}

impl Counters {
    /// Reads the counters of the file; numbers once given are never given again.
    pub(super) fn load(connection: &Connection) -> Result<Self, rusqlite::Error> {
        let number = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
        let highest = |key: &str, column: &str, table: &str| {
            number(&format!(
                "SELECT max(coalesce((SELECT value FROM meta WHERE key = '{key}'), 0),
                            coalesce((SELECT max({column}) FROM {table}), 0))"
            ))
            .map(i64::cast_unsigned)
        };
        let newest = connection
            .query_row(
                "SELECT sequence, candles_from_ms FROM engine_snapshots
                 ORDER BY sequence DESC LIMIT 1",
                [],
                |row| Ok((row.get(0)?, row.get(1)?)),
            )
            .optional()?;
        let last_sequence = highest("last_sequence", "sequence", "events")?;
        Ok(Self {
            last_sequence,
            last_order: highest("last_order", "id", "orders")?,
            last_execution: highest("last_execution", "execution", "fills")?,
            last_candle: last_sequence,
            newest_snapshot: newest.map(|(sequence, _)| sequence),
            candles_from: newest.and_then(|(_, from)| from),
            mark_changed: false,
        })
    }
}

/// The writing end of the database, with the folder's lock.
#[derive(Debug)]
pub(super) struct Journal {
    pub(super) connection: Connection,
    pub(super) path: PathBuf,
    pub(super) counters: Counters,
    /// Row of each instrument of this run, by its id.
    ids: Vec<Option<i64>>,
    /// Row of each indicator name of this run, by its slot.
    names: Vec<i64>,
    full: Option<bool>,
    _lock: FolderLock,
}

impl Journal {
    pub(super) fn new(
        connection: Connection,
        path: PathBuf,
        names: Vec<i64>,
        lock: FolderLock,
    ) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            counters: Counters::load(&connection)?,
            connection,
            path,
            ids: Vec::new(),
            names,
            full: None,
            _lock: lock,
        })
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn slots(&self) -> usize {
        self.names.len()
    }

    /// Writes `items` in one transaction; with `full` they and all before them are on the disk
    /// when this returns. Writing the same items again changes nothing.
    pub(super) fn write(&mut self, items: &[Item], full: bool) -> Result<(), rusqlite::Error> {
        self.set_synchronous(full)?;
        let transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut pass = Pass::new(&transaction, &mut self.ids, &self.names, self.counters)?;
        for item in items {
            match item {
                Item::Events(events) => {
                    for event in events.iter() {
                        pass.event(event)?;
                    }
                }
                Item::Snapshot(snapshot) => pass.snapshot(snapshot)?,
            }
        }
        let counters = pass.finish(self.counters)?;
        transaction.commit()?;
        self.counters = counters;
        Ok(())
    }

    fn set_synchronous(&mut self, full: bool) -> Result<(), rusqlite::Error> {
        if self.full != Some(full) {
            self.full = None;
            self.connection.execute_batch(if full {
                "PRAGMA synchronous = FULL"
            } else {
                "PRAGMA synchronous = NORMAL"
            })?;
            self.full = Some(full);
        }
        Ok(())
    }

    /// Folds the log into the database so that a copy of the one file is whole.
    pub(super) fn finish(self) {
        // A reader may keep the log open; the next start folds it in then.
        let _ = self
            .connection
            .execute_batch("PRAGMA wal_checkpoint(TRUNCATE)");
    }
}

const INSERT_CANDLE: &str = "INSERT OR IGNORE INTO candles_1s
    (start_ms, instrument, open, high, low, close, volume, count, sequence)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const INSERT_BAR: &str = "INSERT OR IGNORE INTO candles_tf
    (timeframe_s, start_ms, instrument, open, high, low, close, volume, count, sequence)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)";
const INSERT_INDICATOR: &str = "INSERT OR IGNORE INTO indicators
    (timeframe_s, start_ms, instrument, name, value) VALUES (?1, ?2, ?3, ?4, ?5)";
const INSERT_EVENT: &str = "INSERT OR IGNORE INTO events (sequence, cause, time_ns, kind, body)
    VALUES (?1, ?2, ?3, ?4, ?5)";
const UPSERT_INSTRUMENT: &str = "INSERT INTO instruments
    (exchange, token, symbol, currency, price_scale, quantity_scale, price_unit, quantity_unit,
     definition, listed)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
    ON CONFLICT (exchange, token, price_scale, quantity_scale) DO UPDATE SET
        symbol = excluded.symbol, currency = excluded.currency,
        definition = excluded.definition, listed = excluded.listed
    RETURNING id";
const INSERT_SIGNAL: &str = "INSERT OR IGNORE INTO signals
    (sequence, cause, time_ns, instrument, strategy, timeframe_s, bar_start_ms, action, confidence,
     price, blocked_by, explanation)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const UPSERT_ORDER: &str = "INSERT INTO orders
    (id, sequence, instrument, side, kind, limit_price, stop_price, quantity, filled, filled_value,
     time_in_force, origin, strategy, reduce_only, state, created_ns, updated_ns, reason,
     trigger_price, target_price)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19,
     ?20)
    ON CONFLICT (id) DO UPDATE SET
        sequence = excluded.sequence, limit_price = excluded.limit_price,
        trigger_price = excluded.trigger_price, stop_price = excluded.stop_price,
        target_price = excluded.target_price, quantity = excluded.quantity, filled = excluded.filled,
        filled_value = excluded.filled_value, state = excluded.state,
        updated_ns = excluded.updated_ns, reason = excluded.reason
    WHERE excluded.sequence >= orders.sequence";
const INSERT_FILL: &str = "INSERT OR IGNORE INTO fills
    (execution, sequence, order_id, instrument, side, quantity, price, fee, slippage, realized_pnl,
     liquidity, time_ns)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)";
const INSERT_EQUITY: &str = "INSERT OR IGNORE INTO equity
    (sequence, time_ns, cash, equity, realized_pnl, unrealized_pnl, fees, peak_equity,
     day_start_equity)
    VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)";
const UPSERT_META: &str = "INSERT INTO meta (key, value) VALUES (?1, ?2)
    ON CONFLICT (key) DO UPDATE SET value = excluded.value";

/// One transaction's work.
struct Pass<'a> {
    transaction: &'a Transaction<'a>,
    ids: &'a mut Vec<Option<i64>>,
    names: &'a [i64],
    counters: Counters,
    candle: CachedStatement<'a>,
    bar: CachedStatement<'a>,
    indicator: CachedStatement<'a>,
}

impl<'a> Pass<'a> {
    fn new(
        transaction: &'a Transaction<'a>,
        ids: &'a mut Vec<Option<i64>>,
        names: &'a [i64],
        counters: Counters,
    ) -> Result<Self, rusqlite::Error> {
        Ok(Self {
            candle: transaction.prepare_cached(INSERT_CANDLE)?,
            bar: transaction.prepare_cached(INSERT_BAR)?,
            indicator: transaction.prepare_cached(INSERT_INDICATOR)?,
            transaction,
            ids,
            names,
            counters,
        })
    }

    /// The row of an instrument; the queue has checked that it was listed.
    fn row(&self, id: InstrumentId) -> Result<i64, rusqlite::Error> {
        self.ids
            .get(id.index())
            .copied()
            .flatten()
            .ok_or(rusqlite::Error::QueryReturnedNoRows)
    }

    fn event(&mut self, event: &Event) -> Result<(), rusqlite::Error> {
        self.counters.last_sequence = self.counters.last_sequence.max(event.sequence);
        match &event.body {
            EventBody::CandleClosed { instrument, candle } => {
                return self.candle(event.sequence, *instrument, candle);
            }
            EventBody::BarClosed {
                instrument,
                timeframe,
                bar,
            } => return self.bar(event.sequence, *instrument, *timeframe, bar),
            EventBody::IndicatorConfirmed {
                instrument,
                timeframe,
                slot,
                bar_start,
                value,
            } => {
                let row = self.row(*instrument)?;
                let name = self.names.get(slot.index()).copied();
                // Values that are not finite stand for "not ready", and those are never written.
                if let (Some(name), true) = (name, value.0.is_finite()) {
                    self.indicator.execute(params![
                        timeframe.seconds(),
                        bar_start.millis(),
                        row,
                        name,
                        value.0
                    ])?;
                }
                return Ok(());
            }
            EventBody::Listed { id, instrument, .. } => {
                self.list(event.sequence, *id, instrument)?;
            }
            EventBody::SignalRaised(signal) => self.signal(event, signal)?,
            EventBody::RiskDecided(decision) => self.order_seen(decision.order.0),
            EventBody::OrderChanged(order) => self.order(event.sequence, order)?,
            EventBody::Filled(fill) => self.fill(event.sequence, fill)?,
            EventBody::AccountSampled(account) => self.account(event, account)?,
            EventBody::CommandAnswered {
                outcome:
                    CommandOutcome::Done(Some(order))
                    | CommandOutcome::Partly {
                        order: Some(order), ..
                    },
                ..
            } => self.order_seen(order.0),
            _ => {}
        }
        self.journal(event)
    }

    /// The numbered row, its instrument as the row of `instruments`.
    fn journal(&self, event: &Event) -> Result<(), rusqlite::Error> {
        let text = match event.body.instrument() {
            Some(id) => {
                let mut body = event.body.clone();
                let row = u32::try_from(self.row(id)?).unwrap_or(u32::MAX);
                body.set_instrument(InstrumentId(row));
                serde_json::to_string(&body)
            }
            None => serde_json::to_string(&event.body),
        }
        .map_err(unfit)?;
        self.transaction
            .prepare_cached(INSERT_EVENT)?
            .execute(params![
                event.sequence.cast_signed(),
                event.cause.cast_signed(),
                event.time.nanos(),
                event.body.kind(),
                text
            ])?;
        Ok(())
    }

    fn list(
        &mut self,
        sequence: u64,
        id: InstrumentId,
        instrument: &Instrument,
    ) -> Result<(), rusqlite::Error> {
        let unit = |scale: u8| 10_i64.checked_pow(u32::from(scale)).unwrap_or(i64::MAX);
        let definition = serde_json::to_string(instrument).map_err(unfit)?;
        let row: i64 = self
            .transaction
            .prepare_cached(UPSERT_INSTRUMENT)?
            .query_row(
                params![
                    instrument.key.exchange(),
                    instrument.key.token(),
                    instrument.symbol,
                    instrument.currency,
                    instrument.price_scale,
                    instrument.quantity_scale,
                    unit(instrument.price_scale),
                    unit(instrument.quantity_scale),
                    definition,
                    sequence.cast_signed()
                ],
                |row| row.get(0),
            )?;
        if self.ids.len() <= id.index() {
            self.ids.resize(id.index() + 1, None);
        }
        if let Some(slot) = self.ids.get_mut(id.index()) {
            *slot = Some(row);
        }
        Ok(())
    }

    fn candle(
        &mut self,
        sequence: u64,
        instrument: InstrumentId,
        candle: &Candle,
    ) -> Result<(), rusqlite::Error> {
        let row = self.row(instrument)?;
        let start = candle.start.millis();
        self.counters.last_candle = self.counters.last_candle.max(sequence);
        if self.counters.candles_from.is_none_or(|from| start < from) {
            self.counters.candles_from = Some(start);
            self.counters.mark_changed = true;
        }
        self.candle.execute(params![
            start,
            row,
            candle.open.units(),
            candle.high.units(),
            candle.low.units(),
            candle.close.units(),
            candle.volume.units(),
            candle.count,
            sequence.cast_signed()
        ])?;
        Ok(())
    }

    fn bar(
        &mut self,
        sequence: u64,
        instrument: InstrumentId,
        timeframe: Timeframe,
        bar: &ClosedBar,
    ) -> Result<(), rusqlite::Error> {
        let row = self.row(instrument)?;
        self.bar.execute(params![
            timeframe.seconds(),
            bar.start.millis(),
            row,
            bar.open.units(),
            bar.high.units(),
            bar.low.units(),
            bar.close.units(),
            bar.volume.units(),
            bar.count,
            sequence.cast_signed()
        ])?;
        Ok(())
    }

    fn signal(&self, event: &Event, signal: &Signal) -> Result<(), rusqlite::Error> {
        let explanation = serde_json::to_string(&signal.explanation).map_err(unfit)?;
        self.transaction
            .prepare_cached(INSERT_SIGNAL)?
            .execute(params![
                event.sequence.cast_signed(),
                event.cause.cast_signed(),
                event.time.nanos(),
                self.row(signal.instrument)?,
                signal.strategy,
                signal.timeframe.seconds(),
                signal.bar_start.millis(),
                words::action(signal.action),
                signal.confidence.0,
                signal.price.units(),
                signal.blocked_by,
                explanation
            ])?;
        Ok(())
    }

    fn order_seen(&mut self, order: u64) {
        self.counters.last_order = self.counters.last_order.max(order);
    }

    fn order(&mut self, sequence: u64, order: &Order) -> Result<(), rusqlite::Error> {
        self.order_seen(order.id.0);
        self.transaction
            .prepare_cached(UPSERT_ORDER)?
            .execute(params![
                order.id.0.cast_signed(),
                sequence.cast_signed(),
                self.row(order.instrument)?,
                words::side(order.side),
                words::kind(order.kind),
                words::limit_price(order.kind),
                order.stop_price.map(|price| price.units()),
                order.quantity.units(),
                order.filled.units(),
                order.filled_value.to_string(),
                words::time_in_force(order.time_in_force),
                words::origin(&order.origin),
                words::strategy(&order.origin),
                order.reduce_only,
                words::state(order.state),
                order.created.nanos(),
                order.updated.nanos(),
                order.reason,
                words::trigger_price(order.kind),
                order.target_price.map(|price| price.units())
            ])?;
        Ok(())
    }

    fn fill(&mut self, sequence: u64, fill: &Fill) -> Result<(), rusqlite::Error> {
        self.counters.last_execution = self.counters.last_execution.max(fill.execution.0);
        self.order_seen(fill.order.0);
        self.transaction
            .prepare_cached(INSERT_FILL)?
            .execute(params![
                fill.execution.0.cast_signed(),
                sequence.cast_signed(),
                fill.order.0.cast_signed(),
                self.row(fill.instrument)?,
                words::side(fill.side),
                fill.quantity.units(),
                fill.price.units(),
                fill.fee.to_string(),
                fill.slippage.to_string(),
                fill.realized_pnl.to_string(),
                words::liquidity(fill.liquidity),
                fill.time.nanos()
            ])?;
        Ok(())
    }

    fn account(&self, event: &Event, account: &Account) -> Result<(), rusqlite::Error> {
        let money = [
            account.cash,
            account.equity,
            account.realized_pnl,
            account.unrealized_pnl,
            account.fees,
            account.peak_equity,
            account.day_start_equity,
        ]
        .map(|value| rusqlite::types::Value::Text(value.to_string()));
        let head =
            [event.sequence.cast_signed(), event.time.nanos()].map(rusqlite::types::Value::Integer);
        self.transaction
            .prepare_cached(INSERT_EQUITY)?
            .execute(params_from_iter(head.into_iter().chain(money)))?;
        Ok(())
    }

    /// Records from which second on the newest snapshot's candles have to be looked for: a bound
    /// for the search alone, the choice is by sequence.
    fn write_mark(&mut self) -> Result<(), rusqlite::Error> {
        if self.counters.mark_changed {
            self.transaction
                .prepare_cached(
                    "UPDATE engine_snapshots SET candles_from_ms = ?1 WHERE sequence = ?2",
                )?
                .execute(params![
                    self.counters.candles_from,
                    self.counters.newest_snapshot
                ])?;
            self.counters.mark_changed = false;
        }
        Ok(())
    }

    fn snapshot(&mut self, snapshot: &SnapshotRow) -> Result<(), rusqlite::Error> {
        self.write_mark()?;
        let sequence = snapshot.sequence.cast_signed();
        // Candles later than the snapshot may have been written before it.
        let from: Option<i64> = if self.counters.last_candle > snapshot.sequence {
            self.transaction.query_row(
                "SELECT min(start_ms) FROM candles_1s WHERE start_ms >= ?1 AND sequence > ?2",
                params![self.counters.candles_from.unwrap_or(i64::MIN), sequence],
                |row| row.get(0),
            )?
        } else {
            None
        };
        self.transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO engine_snapshots
                 (sequence, time_ns, version, checksum, candles_from_ms, body)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                sequence,
                snapshot.time.nanos(),
                SNAPSHOT_VERSION,
                checksum(snapshot).cast_signed(),
                from,
                snapshot.body
            ])?;
        self.transaction.execute(
            "DELETE FROM engine_snapshots WHERE sequence NOT IN
             (SELECT sequence FROM engine_snapshots ORDER BY sequence DESC LIMIT ?1)",
            [SNAPSHOTS_KEPT],
        )?;
        if self
            .counters
            .newest_snapshot
            .is_none_or(|newest| newest <= sequence)
        {
            self.counters.newest_snapshot = Some(sequence);
            self.counters.candles_from = from;
        }
        self.counters.last_sequence = self.counters.last_sequence.max(snapshot.sequence);
        Ok(())
    }

    /// Writes the counters that changed. The sequence is written always: a transaction without a
    /// changed page would not be flushed, and a commit promises that all before it is on the disk.
    fn finish(mut self, before: Counters) -> Result<Counters, rusqlite::Error> {
        self.write_mark()?;
        let mut statement = self.transaction.prepare_cached(UPSERT_META)?;
        let now = self.counters;
        statement.execute(params!["last_sequence", now.last_sequence.cast_signed()])?;
        if now.last_order != before.last_order {
            statement.execute(params!["last_order", now.last_order.cast_signed()])?;
        }
        if now.last_execution != before.last_execution {
            statement.execute(params!["last_execution", now.last_execution.cast_signed()])?;
        }
        Ok(now)
    }
}

fn unfit(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(Box::new(error))
}
