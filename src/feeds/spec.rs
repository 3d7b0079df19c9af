//! What a person writes to name a feed and its speed, and the options of a run.
//! Must not open anything: a spec that parses may still name a file that is not there.

use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;

use super::control::PaceControl;
use super::error::FeedError;
use super::kinds;
use crate::config::Config;
use crate::domain::{Instrument, InstrumentKey, Price, QuoteBasis, Timestamp};

/// Which feed, as `sim`, `tickserver:ws://…`, `tape:PATH`, `session:ID` or `binance:BTCUSDT,…`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum FeedSpec {
    /// The simulated exchange within this process.
    Sim,
    /// A tick server at this address.
    TickServer(String),
    /// A file of recorded ticks.
    Tape(PathBuf),
    /// A recorded session of the data folder, by its ID, its date or as `last`.
    Session(String),
    /// Public market streams of Binance for these symbols, in upper case.
    Binance(Vec<String>),
}

impl FeedSpec {
    /// Whether event time goes on while nothing is received.
    pub const fn is_live(&self) -> bool {
        matches!(self, Self::TickServer(_) | Self::Binance(_))
    }

    /// Whether its ticks are nowhere else, so that a recording of them is worth its place.
    pub const fn is_recorded(&self) -> bool {
        !matches!(self, Self::Tape(_) | Self::Session(_))
    }
}

impl FromStr for FeedSpec {
    type Err = FeedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        kinds::parse(text)
    }
}

impl fmt::Display for FeedSpec {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match self {
            Self::Sim => "sim".to_owned(),
            Self::TickServer(url) => format!("tickserver:{url}"),
            Self::Tape(path) => format!("tape:{}", path.display()),
            Self::Session(session) => format!("session:{session}"),
            Self::Binance(symbols) => format!("binance:{}", symbols.join(",")),
        };
        formatter.pad(&text)
    }
}

/// How fast event time runs against the wall clock, for tapes and the simulator.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Speed {
    /// This many times as fast; finite and above zero.
    Times(f64),
    /// As fast as the engine takes it.
    Max,
}

impl Speed {
    /// The speed of the wall clock.
    pub const LIVE: Self = Self::Times(1.0);
}

impl FromStr for Speed {
    type Err = FeedError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.trim().eq_ignore_ascii_case("max") {
            return Ok(Self::Max);
        }
        match text.trim().parse::<f64>() {
            Ok(times) if times.is_finite() && times > 0.0 => Ok(Self::Times(times)),
            _ => Err(FeedError::InvalidSpeed {
                text: text.to_owned(),
            }),
        }
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(times) => formatter.pad(&times.to_string()),
            Self::Max => formatter.pad("max"),
        }
    }
}

/// How a feed is run.
#[derive(Debug, Clone)]
pub struct FeedOptions {
    /// Seed of the simulator and of reconnect jitter.
    pub seed: u64,
    /// How fast tapes and the simulator run; live feeds ignore it.
    pub speed: Speed,
    /// Which side of a quote makes the candles of a tape of quotes.
    pub basis: QuoteBasis,
    /// Simulator: follow the script instead of walking without end.
    pub scenario: bool,
    /// End with an error at the first bad row or frame instead of counting it.
    pub strict: bool,
    /// Simulator and tapes: event time since the first tick after which they end.
    pub duration_ns: Option<i64>,
    /// Simulator: event time of the first tick; the wall clock where `None`.
    pub start: Option<Timestamp>,
    /// Simulator without a start of its own: where its walks had come to in an earlier run.
    pub last_prices: HashMap<InstrumentKey, Price>,
    /// Simulator at the wall clock's speed: walk `sim.history_minutes` before the present at once.
    pub has_history: bool,
    /// Whether somebody looks at books: the simulator then makes them and venues are asked for
    /// them. They are shown and not traded on, so a run without a screen does without.
    pub wants_depth: bool,
    /// Tape: an instrument's rows before this event time are known already; they are delivered
    /// without pacing, and the engine refuses them.
    pub resume: HashMap<InstrumentKey, Timestamp>,
    /// Simulator, tapes and recordings: holds the pace in place of `speed`, of this feed alone.
    pub pace: Option<PaceControl>,
    /// Tape: what its instruments are, before the configuration and the rows are asked.
    pub definitions: Arc<[Instrument]>,
    /// Session: the folder of recordings.
    pub recordings: Option<PathBuf>,
    /// Session: repeat what was asked of the engine and what the store did as well, and add no
    /// states of the feed; for an engine that begins as the recorded one did.
    pub is_replay: bool,
    /// Instruments, hosts and parameters of the simulator.
    pub config: Arc<Config>,
}

impl FeedOptions {
    /// A run at the speed of the wall clock with the seed of `config`.
    pub fn new(config: Arc<Config>) -> Self {
        Self {
            seed: config.seed,
            speed: Speed::LIVE,
            basis: QuoteBasis::Mid,
            scenario: false,
            strict: false,
            duration_ns: None,
            start: None,
            last_prices: HashMap::new(),
            has_history: false,
            wants_depth: false,
            resume: HashMap::new(),
            pace: None,
            definitions: Arc::default(),
            recordings: None,
            is_replay: false,
            config,
        }
    }

    /// The folder of recordings.
    pub(super) fn recordings(&self) -> Result<&Path, FeedError> {
        self.recordings.as_deref().ok_or(FeedError::NoRecordings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn specs_read_and_show() {
        let cases: &[(&str, &str)] = &[
            ("sim", "sim"),
            ("tape:ticks/a b.csv.gz", "tape:ticks/a b.csv.gz"),
            (
                "tickserver:ws://127.0.0.1:9001/ws",
                "tickserver:ws://127.0.0.1:9001/ws",
            ),
            ("tickserver:ws://host:9001", "tickserver:ws://host:9001/ws"),
            ("tickserver", "tickserver:ws://127.0.0.1:9001/ws"),
            (
                "binance:btcusdt, ETHUSDT,BTCUSDT",
                "binance:BTCUSDT,ETHUSDT",
            ),
        ];
        for (text, shown) in cases {
            let spec: FeedSpec = text.parse().expect(text);
            assert_eq!(spec.to_string(), *shown);
            assert_eq!(spec.to_string().parse(), Ok(spec), "{text} twice");
        }
    }

    #[test]
    fn a_wrong_spec_names_the_nearest_kind_and_an_example() {
        let cases: &[(&str, &str)] = &[
            (
                "tpae:x.csv",
                "`tpae:x.csv` is not a feed; did you mean `tape`? Write for example tape:ticks.csv.gz",
            ),
            (
                "",
                "`` is not a feed; did you mean `sim`? Write for example sim",
            ),
            (
                "tape",
                "feed `tape`: the path is missing; write for example tape:ticks.csv.gz",
            ),
            (
                "sim:3",
                "feed `sim:3`: nothing may follow the name; write for example sim",
            ),
            (
                "tickserver:http://h:1",
                "feed `tickserver:http://h:1`: the address must begin with ws:// or wss://; \
                 write for example tickserver:ws://127.0.0.1:9001/ws",
            ),
            (
                "binance:BTC/USDT",
                "feed `binance:BTC/USDT`: `BTC/USDT` is not a symbol; \
                 write for example binance:BTCUSDT,ETHUSDT",
            ),
            (
                "binance:",
                "feed `binance:`: no symbol is named; write for example binance:BTCUSDT,ETHUSDT",
            ),
        ];
        for (text, message) in cases {
            let error = text.parse::<FeedSpec>().expect_err(text);
            assert_eq!(error.to_string(), *message);
        }
    }

    #[test]
    fn speeds() {
        let cases: &[(&str, Option<Speed>)] = &[
            ("1", Some(Speed::LIVE)),
            ("0.5", Some(Speed::Times(0.5))),
            ("max", Some(Speed::Max)),
            ("0", None),
            ("-1", None),
            ("NaN", None),
            ("inf", None),
            ("fast", None),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Speed>().ok(), *expected, "{text}");
        }
    }
}
