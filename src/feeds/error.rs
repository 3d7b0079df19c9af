//! What can go wrong with a feed, each as one line that names the thing and the remedy.
//! Must not hold what a feed survives: bad rows, bad frames and lost connections are counted.

use std::net::SocketAddr;
use std::path::PathBuf;

use thiserror::Error;

use super::sink::SinkError;

/// Why a feed could not start or had to end.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FeedError {
    /// The text does not begin with a known kind of feed.
    #[error("`{text}` is not a feed; did you mean `{nearest}`? Write for example {example}")]
    UnknownKind {
        /// What was read.
        text: String,
        /// The known kind whose name is nearest.
        nearest: &'static str,
        /// How that kind is written.
        example: &'static str,
    },
    /// The kind is known, what follows it is not understood.
    #[error("feed `{text}`: {reason}; write for example {example}")]
    InvalidSpec {
        /// What was read.
        text: String,
        /// What is wrong with it.
        reason: String,
        /// How the kind is written.
        example: &'static str,
    },
    /// A speed that is no number above zero and not `max`.
    #[error("`{text}` is not a speed; write a number above zero such as 1 or 10, or max")]
    InvalidSpeed {
        /// What was read.
        text: String,
    },
    /// A configured instrument that makes no sense.
    #[error("instrument {key}: {reason}; change its [[instrument]] table")]
    Instrument {
        /// Its name as configured.
        key: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The tape cannot be opened or read.
    #[error("tape {path}: {reason}; check the path and its permissions")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        reason: String,
    },
    /// The tape's first line does not name what is needed.
    #[error("tape {path} lacks {missing}; its columns are: {found}")]
    MissingColumns {
        /// The file.
        path: PathBuf,
        /// What is missing.
        missing: String,
        /// What the first line holds.
        found: String,
    },
    /// Compressed data that end too early or do not decode.
    #[error("tape {path} is cut short or damaged after {rows} rows ({reason}); fetch it again")]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Rows that could be read.
        rows: u64,
        /// What the decoder said.
        reason: String,
    },
    /// A bad row or frame, in a strict run.
    #[error("{place}: {reason}; mend the source or run without --strict")]
    Malformed {
        /// `file:line`, or the feed's name.
        place: String,
        /// What is wrong there.
        reason: String,
    },
    /// No recorded session, or more than one, is meant.
    #[error("session:{text} is not known: {hint}")]
    UnknownSession {
        /// What was asked for.
        text: String,
        /// What there is, or where to look.
        hint: String,
    },
    /// A session without a data folder.
    #[error(
        "recorded sessions lie in the data folder, and this run has none: leave --no-store out"
    )]
    NoRecordings,
    /// The venue does not list a symbol.
    #[error(
        "Binance does not list {symbols}; check the spelling, symbols are written like BTCUSDT"
    )]
    UnknownSymbol {
        /// The symbol or the symbols.
        symbols: String,
    },
    /// The tick server cannot listen.
    #[error("cannot listen on {address}: {reason}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said and what to do.
        reason: String,
    },
    /// The engine or whoever runs the feed is gone; [`super::run`] turns it into a normal end.
    #[error(transparent)]
    Stopped(#[from] SinkError),
    /// A reader's thread ended without a result.
    #[error("the reader of {feed} failed: {reason}; see the log")]
    Failed {
        /// Which feed.
        feed: String,
        /// What is known of it.
        reason: String,
    },
}
