//! Reads a tape row by row: which columns it has, and what a row says.
//! Must not allocate for a row that is good.

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use csv::{ByteRecord, ErrorKind};
use thiserror::Error;

use super::open;
use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{CandleSource, NumberError, Price, Qty, QuoteBasis, Side, TickBody, Timestamp};
use crate::feeds::digits;
use crate::feeds::error::FeedError;

/// The column of what a recording holds beside ticks; other tapes have none of that name.
pub(in crate::feeds) const MARK_COLUMN: &str = "titan_input";

/// Why a row is skipped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum RowError {
    /// A column that the row is too short for, or that is empty.
    #[error("{column} is missing")]
    Missing {
        /// Which column.
        column: &'static str,
    },
    /// A number that is none, or does not fit.
    #[error("{column} {error}")]
    Number {
        /// Which column.
        column: &'static str,
        /// What is wrong with it.
        error: NumberError,
    },
    /// A price or size that a market cannot have.
    #[error("{column} is not above zero")]
    NotPositive {
        /// Which column.
        column: &'static str,
    },
    /// A size below zero.
    #[error("{column} is negative")]
    Negative {
        /// Which column.
        column: &'static str,
    },
    /// A bid above its ask.
    #[error("the quote is crossed: its bid is above its ask")]
    Crossed,
    /// A side that is neither.
    #[error("side is neither buy nor sell")]
    Side,
    /// A time at or before 1970, or beyond 2262.
    #[error("the time lies outside 1970 to 2262")]
    Time,
    /// A time that the rows around it refute.
    #[error("the time {time} is more than a day ahead, and the next row does not confirm it")]
    Ahead {
        /// The time.
        time: String,
    },
    /// What a recording holds beside ticks, and is not understood.
    #[error("the recorded input is not understood: {reason}")]
    Mark {
        /// What is wrong with it.
        reason: String,
    },
    /// A symbol that cannot be an instrument's name.
    #[error("`{symbol}` cannot be the name of an instrument")]
    Symbol {
        /// What was read.
        symbol: String,
    },
}

/// Where a tape has what. Where it has trades and quotes, a row with a price is a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Columns {
    time: usize,
    nanos_per_unit: i64,
    symbol: Option<usize>,
    trades: Option<TradeColumns>,
    quotes: Option<QuoteColumns>,
    /// What a recording holds beside ticks.
    mark: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct TradeColumns {
    price: usize,
    quantity: usize,
    side: Option<usize>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct QuoteColumns {
    bid: usize,
    ask: usize,
    bid_quantity: Option<usize>,
    ask_quantity: Option<usize>,
}

/// What one row is.
#[derive(Debug, Clone, Copy)]
enum Body {
    Trade(TradeColumns),
    Quote(QuoteColumns),
}

impl Columns {
    /// Finds the columns by the first line, or says what is missing.
    fn find(header: &ByteRecord) -> Result<Self, String> {
        let find = |name: &str| header.iter().position(|field| names(field, name));
        let (time, nanos_per_unit) = match (find("ts_ns"), find("ts_ms")) {
            (Some(column), _) => (Some(column), 1),
            (None, column) => (column, NANOS_PER_MILLI),
        };
        let (price, quantity) = (find("price"), find("qty"));
        let (bid, ask) = (find("bid"), find("ask"));
        let trades = price.zip(quantity).map(|(price, quantity)| TradeColumns {
            price,
            quantity,
            side: find("side"),
        });
        let quotes = bid.zip(ask).map(|(bid, ask)| QuoteColumns {
            bid,
            ask,
            bid_quantity: find("bid_qty"),
            ask_quantity: find("ask_qty"),
        });
        let has_body = trades.is_some() || quotes.is_some();
        if let (Some(time), true) = (time, has_body) {
            return Ok(Self {
                time,
                nanos_per_unit,
                symbol: find("symbol"),
                trades,
                quotes,
                mark: find(MARK_COLUMN),
            });
        }
        let mut missing = Vec::new();
        if time.is_none() {
            missing.push("ts_ns (or ts_ms)");
        }
        if !has_body {
            missing.push(match (price, quantity, bid, ask) {
                (Some(_), None, ..) => "qty",
                (None, Some(_), ..) => "price",
                (_, _, Some(_), None) => "ask",
                (_, _, None, Some(_)) => "bid",
                _ => "price and qty (or bid and ask)",
            });
        }
        Err(missing.join(" and "))
    }

    /// What a row is by its fields.
    #[inline]
    fn body(&self, record: &ByteRecord) -> Option<Body> {
        match (self.trades, self.quotes) {
            (Some(trade), Some(quote)) => {
                let price = record.get(trade.price).unwrap_or_default();
                Some(if price.trim_ascii().is_empty() {
                    Body::Quote(quote)
                } else {
                    Body::Trade(trade)
                })
            }
            (Some(trade), None) => Some(Body::Trade(trade)),
            (None, Some(quote)) => Some(Body::Quote(quote)),
            (None, None) => None,
        }
    }
}

fn names(field: &[u8], name: &str) -> bool {
    let field = field.strip_prefix("\u{feff}".as_bytes()).unwrap_or(field);
    field.trim_ascii().eq_ignore_ascii_case(name.as_bytes())
}

/// A tape that is being read.
pub struct TapeReader {
    path: PathBuf,
    reader: csv::Reader<Box<dyn Read + Send>>,
    record: ByteRecord,
    columns: Columns,
    rows: u64,
}

impl TapeReader {
    /// Opens a file and reads its first line.
    ///
    /// # Errors
    /// When the file cannot be read or its columns are not those of a tape.
    pub fn open(path: &Path) -> Result<Self, FeedError> {
        let source = open::open(path).map_err(|error| unreadable(path, &error))?;
        Self::new(path, source)
    }

    /// Reads a tape from memory, compressed or not; `path` only names it in errors.
    ///
    /// # Errors
    /// When it is damaged or its columns are not those of a tape.
    pub fn from_bytes(path: &Path, bytes: Vec<u8>) -> Result<Self, FeedError> {
        let source = open::look_through(io::Cursor::new(bytes));
        Self::new(path, source.map_err(|error| unreadable(path, &error))?)
    }

    /// Reads what is decompressed already; `path` only names it in errors.
    ///
    /// # Errors
    /// When its columns are not those of a tape.
    pub(in crate::feeds) fn new(
        path: &Path,
        source: Box<dyn Read + Send>,
    ) -> Result<Self, FeedError> {
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(true)
            .flexible(true)
            .buffer_capacity(1 << 17)
            .from_reader(source);
        let header = match reader.byte_headers() {
            Ok(header) => header,
            Err(error) => return Err(broken(path, 0, error)),
        };
        let columns = Columns::find(header).map_err(|missing| FeedError::MissingColumns {
            path: path.to_owned(),
            missing,
            found: found(header),
        })?;
        Ok(Self {
            path: path.to_owned(),
            reader,
            record: ByteRecord::new(),
            columns,
            rows: 0,
        })
    }

    /// Rows read so far, good or bad.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// What makes the candles of this tape: its trades, or its quotes by `basis`.
    pub const fn candle_source(&self, basis: QuoteBasis) -> CandleSource {
        match self.columns.trades {
            Some(_) => CandleSource::Trades,
            None => CandleSource::Quotes(basis),
        }
    }

    /// The next row, `None` at the end.
    ///
    /// # Errors
    /// When the file is damaged, for example cut short.
    pub fn next_row(&mut self) -> Result<Option<Row<'_>>, FeedError> {
        match self.reader.read_byte_record(&mut self.record) {
            Ok(true) => {
                self.rows = self.rows.saturating_add(1);
                Ok(Some(Row {
                    record: &self.record,
                    columns: self.columns,
                }))
            }
            Ok(false) => Ok(None),
            Err(error) => Err(broken(&self.path, self.rows, error)),
        }
    }
}

fn unreadable(path: &Path, error: &io::Error) -> FeedError {
    FeedError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    }
}

fn broken(path: &Path, rows: u64, error: csv::Error) -> FeedError {
    let reason = match error.into_kind() {
        ErrorKind::Io(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            "its compressed data end too early".to_owned()
        }
        ErrorKind::Io(error) => error.to_string(),
        other => format!("{other:?}"),
    };
    FeedError::Damaged {
        path: path.to_owned(),
        rows,
        reason,
    }
}

fn found(header: &ByteRecord) -> String {
    const SHOWN: usize = 20;
    if header.is_empty() {
        return "none, it is empty".to_owned();
    }
    header
        .iter()
        .take(SHOWN)
        .map(|field| {
            String::from_utf8_lossy(field)
                .chars()
                .filter(|character| !character.is_control())
                .take(SHOWN)
                .collect::<String>()
        })
        .collect::<Vec<_>>()
        .join(", ")
}

/// One row of a tape.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    record: &'a ByteRecord,
    columns: Columns,
}

impl<'a> Row<'a> {
    /// Its line in the file, counted from 1.
    pub fn line(&self) -> u64 {
        self.record.position().map_or(0, |position| position.line())
    }

    /// The bytes of its symbol; `None` where the tape has no such column.
    pub fn symbol(&self) -> Option<&'a [u8]> {
        self.columns
            .symbol
            .map(|column| self.record.get(column).unwrap_or_default().trim_ascii())
    }

    /// What a recording holds in place of a tick; `None` for a tick.
    #[inline]
    pub fn mark(&self) -> Option<&'a [u8]> {
        self.record
            .get(self.columns.mark?)
            .filter(|mark| !mark.is_empty())
    }

    /// Its time and what happened, at these scales.
    ///
    /// # Errors
    /// When a field is missing or says what no market can.
    #[inline]
    pub fn decode(
        &self,
        price_scale: u8,
        quantity_scale: u8,
    ) -> Result<(Timestamp, TickBody), RowError> {
        let time = self.time()?;
        let missing = RowError::Missing { column: "price" };
        let body = match self.columns.body(self.record).ok_or(missing)? {
            Body::Trade(TradeColumns {
                price,
                quantity,
                side,
            }) => TickBody::Trade {
                price: self.price(price, "price", price_scale)?,
                quantity: Qty::from_units(positive(
                    self.number(quantity, "qty", quantity_scale)?,
                    "qty",
                )?),
                side: self.side(side)?,
            },
            Body::Quote(QuoteColumns {
                bid,
                ask,
                bid_quantity,
                ask_quantity,
            }) => {
                let bid = self.price(bid, "bid", price_scale)?;
                let ask = self.price(ask, "ask", price_scale)?;
                if bid > ask {
                    return Err(RowError::Crossed);
                }
                TickBody::Quote {
                    bid,
                    bid_quantity: self.size(bid_quantity, "bid_qty", quantity_scale)?,
                    ask,
                    ask_quantity: self.size(ask_quantity, "ask_qty", quantity_scale)?,
                }
            }
        };
        Ok((time, body))
    }

    /// The fields that are prices and those that are quantities, for finding the scales.
    pub(super) fn numbers(&self) -> ([&'a [u8]; 2], [&'a [u8]; 2]) {
        let field = |column: usize| self.record.get(column).unwrap_or_default().trim_ascii();
        let size = |column: Option<usize>| match column.map(field) {
            None | Some(b"") => b"0".as_slice(),
            Some(text) => text,
        };
        match self.columns.body(self.record) {
            Some(Body::Trade(TradeColumns {
                price, quantity, ..
            })) => ([field(price), b"0"], [field(quantity), b"0"]),
            Some(Body::Quote(QuoteColumns {
                bid,
                ask,
                bid_quantity,
                ask_quantity,
            })) => (
                [field(bid), field(ask)],
                [size(bid_quantity), size(ask_quantity)],
            ),
            None => ([b"", b""], [b"", b""]),
        }
    }

    /// Its time alone.
    ///
    /// # Errors
    /// When it is missing or lies outside the range.
    pub fn time(&self) -> Result<Timestamp, RowError> {
        let units = self.number(self.columns.time, "the time", 0)?;
        match units.checked_mul(self.columns.nanos_per_unit) {
            Some(nanos) if nanos > 0 => Ok(Timestamp::from_nanos(nanos)),
            _ => Err(RowError::Time),
        }
    }

    fn number(&self, column: usize, name: &'static str, scale: u8) -> Result<i64, RowError> {
        let bytes = self.record.get(column).unwrap_or_default().trim_ascii();
        if bytes.is_empty() {
            return Err(RowError::Missing { column: name });
        }
        digits::fixed(bytes, scale).map_err(|error| RowError::Number {
            column: name,
            error,
        })
    }

    fn price(&self, column: usize, name: &'static str, scale: u8) -> Result<Price, RowError> {
        positive(self.number(column, name, scale)?, name).map(Price::from_units)
    }

    /// A size beside a quote, zero where the tape has none.
    fn size(&self, column: Option<usize>, name: &'static str, scale: u8) -> Result<Qty, RowError> {
        let Some(column) = column else {
            return Ok(Qty::ZERO);
        };
        match self.number(column, name, scale) {
            Ok(units) if units < 0 => Err(RowError::Negative { column: name }),
            Ok(units) => Ok(Qty::from_units(units)),
            Err(RowError::Missing { .. }) => Ok(Qty::ZERO),
            Err(error) => Err(error),
        }
    }

    fn side(&self, column: Option<usize>) -> Result<Option<Side>, RowError> {
        let Some(column) = column else {
            return Ok(None);
        };
        let text = self.record.get(column).unwrap_or_default().trim_ascii();
        if text.is_empty() {
            Ok(None)
        } else if text.eq_ignore_ascii_case(b"buy") || text.eq_ignore_ascii_case(b"b") {
            Ok(Some(Side::Buy))
        } else if text.eq_ignore_ascii_case(b"sell") || text.eq_ignore_ascii_case(b"s") {
            Ok(Some(Side::Sell))
        } else {
            Err(RowError::Side)
        }
    }
}

fn positive(units: i64, column: &'static str) -> Result<i64, RowError> {
    if units > 0 {
        Ok(units)
    } else {
        Err(RowError::NotPositive { column })
    }
}
