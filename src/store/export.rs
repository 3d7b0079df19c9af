//! Exports what an archive holds as CSV or JSON lines, row by row.
//! Must not load a whole table and must not round a price.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::archive::Archive;
use super::error::StoreError;
use super::recover::instruments;
use super::rows::RowWriter;
use crate::domain::{Instrument, InstrumentKey, Timeframe, Timestamp};

/// What to export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportKind {
    /// One-second candles, or bars where a timeframe is given.
    Candles,
    /// Confirmed indicator values.
    Indicators,
    /// Signals with their explanations.
    Signals,
    /// Orders as they stand.
    Orders,
    /// Executions.
    Fills,
    /// The numbered record of everything else.
    Events,
}

/// How to write it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Comma-separated values under a line of names.
    Csv,
    /// One JSON object a line.
    Jsonl,
}

/// Which rows to export; what is `None` does not restrict.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExportFilter {
    /// Of this instrument. Candles and indicators need one, unless only one is recorded.
    pub instrument: Option<InstrumentKey>,
    /// Bars of this length; indicators need one, unless only one is recorded.
    pub timeframe: Option<Timeframe>,
    /// The indicator; for signals, orders and fills the strategy; for events the kind.
    pub name: Option<String>,
    /// From this moment on.
    pub from: Option<Timestamp>,
    /// Up to this moment, which is left out.
    pub to: Option<Timestamp>,
}

/// Writes the rows that pass `filter` to `out`, oldest first, and tells how many there were.
///
/// # Errors
/// When the filter names what is not recorded, a row cannot be read, or `out` cannot be written.
pub fn export(
    archive: &Archive,
    what: ExportKind,
    filter: &ExportFilter,
    format: ExportFormat,
    out: &mut dyn Write,
) -> Result<u64, StoreError> {
    let job = Job::new(archive, filter)?;
    let columns = columns(what);
    // One read transaction: the engine may write on, and the export is of one moment.
    let transaction = archive
        .connection
        .unchecked_transaction()
        .map_err(|error| StoreError::database(&archive.path, error))?;
    let plan = match what {
        ExportKind::Candles => Some((job.one_instrument()?, job.bar_length()?)),
        ExportKind::Indicators => Some((job.one_instrument()?, Some(job.indicator_length()?))),
        _ => None,
    };
    let names = job.indicator_names()?;
    if what == ExportKind::Indicators {
        job.check_name(&names)?;
    }
    let mut rows = RowWriter::new(out, columns, format)?;
    match (what, plan) {
        (ExportKind::Candles, Some((ids, timeframe))) => {
            job.candles(&transaction, &ids, timeframe, &mut rows)
        }
        (ExportKind::Indicators, Some((ids, Some(timeframe)))) => {
            job.indicators(&transaction, &ids, timeframe, &names, &mut rows)
        }
        (ExportKind::Signals, _) => job.signals(&transaction, &mut rows),
        (ExportKind::Orders, _) => job.orders(&transaction, &mut rows),
        (ExportKind::Fills, _) => job.fills(&transaction, &mut rows),
        _ => job.events(&transaction, &mut rows),
    }
    .map_err(|failure| failure.at(archive))?;
    Ok(rows.finish()?)
}

const ORDER_COLUMNS: &[&str] = &[
    "order_id",
    "ts_ms",
    "time",
    "updated_ts_ms",
    "updated",
    "instrument",
    "symbol",
    "side",
    "kind",
    "quantity",
    "limit_price",
    "trigger_price",
    "stop_price",
    "target_price",
    "filled",
    "average_price",
    "time_in_force",
    "origin",
    "strategy",
    "reduce_only",
    "state",
    "reason",
];

const fn columns(what: ExportKind) -> &'static [&'static str] {
    match what {
        ExportKind::Candles => &["ts_ms", "open", "high", "low", "close", "volume", "count"],
        ExportKind::Indicators => &["ts_ms", "name", "value"],
        ExportKind::Signals => &[
            "sequence",
            "cause",
            "ts_ms",
            "time",
            "instrument",
            "symbol",
            "strategy",
            "timeframe_s",
            "bar_start_ms",
            "action",
            "confidence",
            "price",
            "blocked_by",
            "explanation",
        ],
        ExportKind::Orders => ORDER_COLUMNS,
        ExportKind::Fills => &[
            "execution_id",
            "order_id",
            "ts_ms",
            "time",
            "instrument",
            "symbol",
            "side",
            "quantity",
            "price",
            "fee",
            "slippage",
            "realized_pnl",
            "liquidity",
            "order_kind",
            "order_quantity",
            "order_state",
            "origin",
            "strategy",
        ],
        ExportKind::Events => &[
            "sequence",
            "cause",
            "ts_ms",
            "time",
            "kind",
            "instrument",
            "body",
        ],
    }
}

/// What can go wrong while rows flow.
pub(super) enum Failure {
    Sql(rusqlite::Error),
    Output(io::Error),
    Row { what: String, reason: String },
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Sql(error)
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl Failure {
    fn at(self, archive: &Archive) -> StoreError {
        match self {
            Self::Sql(error) => StoreError::database(&archive.path, error),
            Self::Output(error) => StoreError::Output(error),
            Self::Row { what, reason } => StoreError::Unreadable {
                path: archive.path.clone(),
                what,
                reason,
            },
        }
    }
}

/// Name of an indicator and whether it is price-like, by its row.
pub(super) type Names = BTreeMap<i64, (String, bool)>;

/// One export.
pub(super) struct Job<'a> {
    archive: &'a Archive,
    pub(super) filter: &'a ExportFilter,
    pub(super) known: BTreeMap<u32, Instrument>,
}

impl<'a> Job<'a> {
    fn new(archive: &'a Archive, filter: &'a ExportFilter) -> Result<Self, StoreError> {
        let known = instruments(&archive.connection, &archive.path)?
            .into_iter()
            .map(|(id, instrument)| (id.0, instrument))
            .collect();
        let job = Self {
            archive,
            filter,
            known,
        };
        if let Some(key) = &filter.instrument
            && job.rows_of(key).is_empty()
        {
            return Err(job.unknown_text(
                format!("instrument {key}"),
                &key.to_string(),
                job.keys(),
            ));
        }
        Ok(job)
    }

    fn keys(&self) -> Vec<String> {
        let mut keys: Vec<String> = self
            .known
            .values()
            .map(|instrument| instrument.key.to_string())
            .collect();
        keys.sort();
        keys.dedup();
        keys
    }

    pub(super) fn rows_of(&self, key: &InstrumentKey) -> Vec<u32> {
        self.known
            .iter()
            .filter(|(_, instrument)| instrument.key == *key)
            .map(|(row, _)| *row)
            .collect()
    }

    fn unknown_text(&self, asked: String, near: &str, known: Vec<String>) -> StoreError {
        let nearest = known
            .iter()
            .map(|name| {
                let score = strsim::jaro_winkler(&name.to_uppercase(), &near.to_uppercase());
                (score, name)
            })
            .filter(|(score, _)| *score > 0.85)
            .max_by(|a, b| a.0.total_cmp(&b.0));
        let hint = match nearest {
            Some((_, name)) => format!("did you mean {name}?"),
            None if known.is_empty() => "nothing of the kind is".to_owned(),
            None => format!("there is {}", listed(&known)),
        };
        StoreError::Unknown {
            path: self.archive.path.clone(),
            asked,
            hint,
        }
    }

    /// The rows of the instrument asked for; the only one there is where none was.
    fn one_instrument(&self) -> Result<Vec<u32>, StoreError> {
        let key = match &self.filter.instrument {
            Some(key) => key.clone(),
            None => {
                let keys = self.keys();
                match (keys.len(), self.known.values().next()) {
                    (1, Some(only)) => only.key.clone(),
                    _ => {
                        return Err(self.unknown_text(
                            "an export without an instrument".to_owned(),
                            "",
                            keys,
                        ));
                    }
                }
            }
        };
        Ok(self.rows_of(&key))
    }

    fn bar_length(&self) -> Result<Option<Timeframe>, StoreError> {
        match self.filter.timeframe {
            None => Ok(None),
            Some(asked) => self.check_length("candles_tf", asked).map(Some),
        }
    }

    fn check_length(&self, table: &str, asked: Timeframe) -> Result<Timeframe, StoreError> {
        let known = self.lengths(table)?;
        if known.is_empty() || known.contains(&i64::from(asked.seconds())) {
            return Ok(asked);
        }
        Err(self.unknown_text(
            format!("timeframe {asked}"),
            "",
            known.iter().map(|seconds| format!("{seconds}s")).collect(),
        ))
    }

    fn indicator_length(&self) -> Result<Timeframe, StoreError> {
        if let Some(asked) = self.filter.timeframe {
            return self.check_length("indicators", asked);
        }
        let known = self.lengths("indicators")?;
        let only = match known.as_slice() {
            [] => Some(Timeframe::MINUTE),
            [only] => u32::try_from(*only).ok().and_then(Timeframe::from_seconds),
            _ => None,
        };
        only.ok_or_else(|| {
            self.unknown_text(
                "an export of indicators without a timeframe".to_owned(),
                "",
                known.iter().map(|seconds| format!("{seconds}s")).collect(),
            )
        })
    }

    /// The timeframes of a table, by a seek for each.
    fn lengths(&self, table: &str) -> Result<Vec<i64>, StoreError> {
        let find = || -> Result<Vec<i64>, rusqlite::Error> {
            let mut statement = self.archive.connection.prepare(&format!(
                "SELECT min(timeframe_s) FROM {table} WHERE timeframe_s > ?1"
            ))?;
            let mut found = Vec::new();
            let mut last = 0_i64;
            while let Some(next) =
                statement.query_row([last], |row| row.get::<_, Option<i64>>(0))?
            {
                found.push(next);
                last = next;
            }
            Ok(found)
        };
        find().map_err(|error| StoreError::database(&self.archive.path, error))
    }

    fn indicator_names(&self) -> Result<Names, StoreError> {
        let read = || -> Result<Names, rusqlite::Error> {
            self.archive
                .connection
                .prepare("SELECT id, name, price_like FROM indicator_names")?
                .query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?
                .collect()
        };
        read().map_err(|error| StoreError::database(&self.archive.path, error))
    }

    fn check_name(&self, names: &Names) -> Result<(), StoreError> {
        let Some(asked) = &self.filter.name else {
            return Ok(());
        };
        if names.values().any(|(name, _)| name == asked) {
            return Ok(());
        }
        let known = names.values().map(|(name, _)| name.clone()).collect();
        Err(self.unknown_text(format!("indicator {asked}"), asked, known))
    }

    /// Bounds in milliseconds, from the first that is in to the first that is out.
    pub(super) fn range_ms(&self) -> (i64, i64) {
        let up = |time: Timestamp| {
            let nanos = time.nanos();
            nanos
                .div_euclid(1_000_000)
                .saturating_add(i64::from(nanos.rem_euclid(1_000_000) != 0))
        };
        (
            self.filter.from.map_or(i64::MIN, up),
            self.filter.to.map_or(i64::MAX, up),
        )
    }
}

/// The first few names, and how many more there are.
fn listed(names: &[String]) -> String {
    const SHOWN: usize = 12;
    let mut text = names
        .iter()
        .take(SHOWN)
        .map(String::as_str)
        .collect::<Vec<_>>()
        .join(", ");
    if names.len() > SHOWN {
        text.push_str(&format!(" and {} more", names.len() - SHOWN));
    }
    text
}
