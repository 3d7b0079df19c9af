//! The registry of feeds: how each is written, listed and run.
//! Must not hold anything of one feed beyond its line in each of the three tables.

use std::path::PathBuf;

use tokio_tungstenite::tungstenite::http::Uri;
use tokio_util::sync::CancellationToken;

use super::error::FeedError;
use super::sink::FeedSink;
use super::spec::{FeedOptions, FeedSpec};
use super::{binance, recording, sim, tape, tickserver};
use crate::domain::Instrument;

struct Kind {
    name: &'static str,
    example: &'static str,
    parse: fn(Option<&str>) -> Result<FeedSpec, String>,
}

const KINDS: &[Kind] = &[
    Kind {
        name: "sim",
        example: "sim",
        parse: parse_sim,
    },
    Kind {
        name: "tickserver",
        example: "tickserver:ws://127.0.0.1:9001/ws",
        parse: parse_tickserver,
    },
    Kind {
        name: "tape",
        example: "tape:ticks.csv.gz",
        parse: parse_tape,
    },
    Kind {
        name: "session",
        example: "session:2026-11-20",
        parse: parse_session,
    },
    Kind {
        name: "binance",
        example: "binance:BTCUSDT,ETHUSDT",
        parse: parse_binance,
    },
];

/// The instruments that a feed will list, as far as they are known before it starts: those of the
/// simulator, those found in the tape (which is read to its end), configured ones of live feeds.
///
/// # Errors
/// When a tape cannot be read or a configured instrument makes no sense.
pub fn instruments(spec: &FeedSpec, options: &FeedOptions) -> Result<Vec<Instrument>, FeedError> {
    match spec {
        FeedSpec::Sim => sim::instruments(options),
        FeedSpec::TickServer(_) => tickserver::instruments(options),
        FeedSpec::Tape(path) => tape::instruments(path, options),
        FeedSpec::Session(session) => recording::instruments(session, options),
        FeedSpec::Binance(symbols) => binance::configured(symbols, options),
    }
}

/// The names of the feeds that `spec` becomes, each with a clock and a number of its own: one, but
/// for a session as many as were recorded.
///
/// # Errors
/// When there is no such session.
pub fn names(spec: &FeedSpec, options: &FeedOptions) -> Result<Vec<String>, FeedError> {
    match spec {
        FeedSpec::Session(session) => {
            let found = recording::find(options.recordings()?, session)?;
            Ok(found.session.feeds)
        }
        other => Ok(vec![other.to_string()]),
    }
}

/// Runs a feed until it ends or is stopped; live feeds connect again by themselves for ever.
///
/// # Errors
/// When it cannot start, when its source is damaged, or at the first bad row or frame of a strict
/// run. Being stopped and losing the engine are no errors.
pub async fn run(
    spec: FeedSpec,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let ended = match spec {
        FeedSpec::Sim => sim::run(options, sink, stop).await,
        FeedSpec::TickServer(url) => tickserver::run(url, options, sink, stop).await,
        FeedSpec::Tape(path) => tape::run(path, options, sink, stop).await,
        FeedSpec::Session(session) => recording::run(session, options, sink, stop).await,
        FeedSpec::Binance(symbols) => binance::run(symbols, options, sink, stop).await,
    };
    match ended {
        Err(FeedError::Stopped(_)) => Ok(()),
        other => other,
    }
}

pub(super) fn parse(text: &str) -> Result<FeedSpec, FeedError> {
    let (name, rest) = match text.split_once(':') {
        Some((name, rest)) => (name.trim(), Some(rest.trim())),
        None => (text.trim(), None),
    };
    if let Some(kind) = KINDS.iter().find(|kind| kind.name == name) {
        return (kind.parse)(rest).map_err(|reason| FeedError::InvalidSpec {
            text: text.to_owned(),
            reason,
            example: kind.example,
        });
    }
    let nearest = KINDS
        .iter()
        .min_by_key(|kind| strsim::damerau_levenshtein(kind.name, name));
    Err(FeedError::UnknownKind {
        text: text.to_owned(),
        nearest: nearest.map_or("sim", |kind| kind.name),
        example: nearest.map_or("sim", |kind| kind.example),
    })
}

fn parse_sim(rest: Option<&str>) -> Result<FeedSpec, String> {
    match rest {
        None => Ok(FeedSpec::Sim),
        Some(_) => Err("nothing may follow the name".to_owned()),
    }
}

fn parse_tickserver(rest: Option<&str>) -> Result<FeedSpec, String> {
    let Some(url) = rest else {
        return Ok(FeedSpec::TickServer(tickserver::DEFAULT_URL.to_owned()));
    };
    if !url.starts_with("ws://") && !url.starts_with("wss://") {
        return Err("the address must begin with ws:// or wss://".to_owned());
    }
    let uri: Uri = url
        .parse()
        .map_err(|error| format!("the address is not one ({error})"))?;
    if uri.host().is_none_or(str::is_empty) {
        return Err("the address names no host".to_owned());
    }
    // The server knows one path, so an address without any can only mean that one.
    if uri.path() == "/" && uri.query().is_none() {
        return Ok(FeedSpec::TickServer(format!(
            "{}/ws",
            url.trim_end_matches('/')
        )));
    }
    Ok(FeedSpec::TickServer(url.to_owned()))
}

fn parse_tape(rest: Option<&str>) -> Result<FeedSpec, String> {
    match rest {
        Some(path) if !path.is_empty() => Ok(FeedSpec::Tape(PathBuf::from(path))),
        _ => Err("the path is missing".to_owned()),
    }
}

fn parse_session(rest: Option<&str>) -> Result<FeedSpec, String> {
    match rest {
        Some(name) if !name.is_empty() && !name.contains(['/', '\\']) => {
            Ok(FeedSpec::Session(name.to_owned()))
        }
        _ => Err("name a session, a date or `last`".to_owned()),
    }
}

fn parse_binance(rest: Option<&str>) -> Result<FeedSpec, String> {
    let mut symbols: Vec<String> = Vec::new();
    for part in rest.unwrap_or_default().split(',') {
        let symbol = part.trim().to_ascii_uppercase();
        if symbol.is_empty() || symbols.contains(&symbol) {
            continue;
        }
        if !symbol.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err(format!("`{symbol}` is not a symbol"));
        }
        symbols.push(symbol);
    }
    if symbols.is_empty() {
        return Err("no symbol is named".to_owned());
    }
    // 1024 streams is the venue's limit for a connection, and each symbol takes two.
    if symbols.len() > binance::SYMBOLS_MAX {
        return Err(format!(
            "{} symbols are more than the {} of one connection",
            symbols.len(),
            binance::SYMBOLS_MAX
        ));
    }
    Ok(FeedSpec::Binance(symbols))
}
