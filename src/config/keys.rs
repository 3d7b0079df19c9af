//! The one table of configuration keys; loading, messages, `config init` and the reference follow
//! it.
//! Must not hold defaults: those are taken from [`Config::default`].

use toml::{Table, Value};

use super::kind::{Kind, Rule, Separator};
use super::model::{Config, InstrumentConfig, StrategyConfig};

/// One key.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct KeySpec {
    /// Dotted; `[]` marks a list of tables: `strategy[].kind`.
    pub path: &'static str,
    /// Its type and what it allows.
    pub kind: Kind,
    /// What it means.
    pub doc: &'static str,
}

/// Lists of tables.
pub const LISTS: &[&str] = &["instrument", "strategy"];

/// What the sections are about, in the order of the documentation.
pub const SECTIONS: &[(&str, &str)] = &[
    ("market", "How ticks become candles and bars."),
    (
        "risk",
        "Limits that every order must pass, in percent of equity unless the name says otherwise.",
    ),
    ("account", "What the paper account starts with."),
    ("paper", "How the paper venue fills."),
    ("sim", "The simulated feed."),
    ("binance", "Hosts of Binance's public market streams."),
    ("store", "What is kept on disk."),
    ("bus.redis", "Joining a Redis server."),
    ("desk", "The screen."),
    (
        "strategy",
        "What raises signals; a list of tables that replaces the built-in one as a whole.",
    ),
    (
        "instrument",
        "Instruments that are known before a feed names them; a list of tables.",
    ),
];

const fn key(path: &'static str, kind: Kind, doc: &'static str) -> KeySpec {
    KeySpec { path, kind, doc }
}

/// Most decimals a scale may have: ten to the power of one more does not fit 64 bits.
pub const SCALE_MAX: i64 = 18;
/// Shortest and longest bar in seconds.
pub const TIMEFRAME_S: (i64, i64) = (5, 86_400);

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 86_400_000;
const TIMEFRAMES: Kind = Kind::Wholes(TIMEFRAME_S.0, TIMEFRAME_S.1);
const PERCENT: Kind = Kind::Decimal(0, 100);
// Exposure may exceed equity, a loss cannot.
const EXPOSURE_PERCENT: Kind = Kind::Decimal(0, 1_000);
const BASIS_POINTS: Kind = Kind::Decimal(0, 10_000);
const AMOUNT: Kind = Kind::Decimal(0, i64::MAX);
const FRACTION: Kind = Kind::Number(0.0, 1.0);
const RSI: Kind = Kind::Number(0.0, 100.0);
const TEXT: Kind = Kind::Text(Rule::Line);
const WORD: Kind = Kind::Text(Rule::Word);
const WORD_OR_EMPTY: Kind = Kind::Text(Rule::WordOrEmpty);

/// Every key, in the order of the documentation.
#[rustfmt::skip]
pub const KEYS: &[KeySpec] = &[
    key("mode", Kind::Choice(&["paper", "live"]), "Whether orders are filled by the simulated venue or leave for a real one; this build trades on paper only."),
    key("seed", Kind::Whole(0, i64::MAX), "Seed of the simulated feed and of the paper venue."),
    key("feeds", Kind::Texts(Rule::Filled, Separator::Space), "Where ticks come from: `sim`, `tickserver:ws://HOST:PORT/ws`, `tape:PATH`, `session:ID`, `binance:BTCUSDT,ETHUSDT`."),
    key("indicators", Kind::Texts(Rule::Filled, Separator::Comma), "Indicators of every timeframe, as `NAME:P1/P2`."),
    key("market.reorder_window_ms", Kind::Whole(0, MINUTE_MS), "How late a tick may arrive, by its venue's clock, and still count."),
    key("market.close_grace_ms", Kind::Whole(0, MINUTE_MS), "How long after the reorder window a second is closed when no tick of its own says so."),
    key("market.timeframes_s", TIMEFRAMES, "Timeframes of the bars in seconds."),
    key("risk.max_notional_percent", EXPOSURE_PERCENT, "Largest value of one order."),
    key("risk.max_position_percent", EXPOSURE_PERCENT, "Largest value of one instrument's position with its working orders."),
    key("risk.max_open_positions", Kind::Whole(0, 10_000), "Most instruments held at once."),
    key("risk.max_daily_loss_percent", PERCENT, "Loss of the day that stops orders which increase risk."),
    key("risk.max_drawdown_percent", PERCENT, "Fall from the peak of equity that stops orders which increase risk."),
    key("risk.stale_after_ms", Kind::Whole(1, DAY_MS), "Age of the last tick, in event time, beyond which orders are refused."),
    key("risk.allow_short", Kind::Flag, "Whether a position may be below zero."),
    key("risk.risk_per_trade_percent", PERCENT, "Equity risked between entry and stop, for orders sized by risk."),
    key("risk.stop_atr_multiple", Kind::Decimal(0, 100), "Distance of the protective stop in average true ranges."),
    key("risk.stop_timeframe_s", Kind::Whole(TIMEFRAME_S.0, TIMEFRAME_S.1), "Bars whose ATR sets the stop, in seconds; one of `market.timeframes_s`."),
    key("risk.market_collar_percent", PERCENT, "Slippage and fees put aside when buying power is checked."),
    key("account.initial_cash", AMOUNT, "Cash at the first start of a data folder, in major units."),
    key("account.currency", WORD, "Currency shown beside money."),
    key("paper.spread_bps", BASIS_POINTS, "Spread assumed around a trade where there is no quote, in basis points of the price."),
    key("paper.slippage_bps", BASIS_POINTS, "Price added against a market order, in basis points."),
    key("paper.taker_fee_bps", BASIS_POINTS, "Fee of fills that take liquidity, in basis points of their value."),
    key("paper.maker_fee_bps", BASIS_POINTS, "Fee of fills that give liquidity, in basis points of their value."),
    key("paper.latency_min_ms", Kind::Whole(0, MINUTE_MS), "Least time from the desk to the venue, in milliseconds of event time."),
    key("paper.latency_mean_extra_ms", Kind::Whole(0, MINUTE_MS), "Mean of the exponential part that is added to it."),
    key("sim.tick_interval_ms", Kind::Whole(1, MINUTE_MS), "Event time between two ticks of an instrument."),
    key("sim.quotes", Kind::Flag, "Whether a quote goes before each trade."),
    key("sim.spread_bps", BASIS_POINTS, "Full spread of those quotes in basis points."),
    key("sim.history_minutes", Kind::Whole(0, 1_440), "Minutes walked at once before the present when a screen opens, so that there is a chart; 0 for none."),
    key("binance.stream_url", Kind::Text(Rule::Url(&["wss", "ws"])), "Base address of the streams."),
    key("binance.rest_url", Kind::Text(Rule::Url(&["https", "http"])), "Base address of the REST interface, asked for price and quantity grids."),
    key("binance.depth", Kind::Flag, "Whether a desk with a screen asks for books of twenty levels a side, ten times a second for each symbol."),
    key("store.enabled", Kind::Flag, "Whether anything is kept at all."),
    key("store.snapshot_interval_s", Kind::Whole(1, 86_400), "Time between two snapshots of the engine."),
    key("store.record_ticks", Kind::Flag, "Whether what live feeds and the simulator say is recorded, so that the session can be replayed."),
    key("store.record_days", Kind::Whole(0, 3_650), "Days of recordings that are kept before today; older ones are removed."),
    key("store.record_mb", Kind::Whole(1, 10_000_000), "Most that all recordings take, in megabytes; the oldest days are removed first."),
    key("bus.redis.url", Kind::Text(Rule::UrlOrEmpty(&["redis"])), "The server; empty for none. One with a password belongs in the environment."),
    key("desk.frames_per_second", Kind::Whole(1, 120), "Most frames a second on a local terminal."),
    key("desk.remote_frames_per_second", Kind::Whole(1, 120), "Most frames a second over SSH."),
    key("desk.clock", Kind::Flag, "Whether the clock in the status line shows seconds."),
    key("desk.ascii", Kind::Flag, "Draw with ASCII characters alone."),
    key("desk.theme", WORD, "Name of the theme; `titan-tui themes list` has all. One that is not there gives the default and a message."),
    key("desk.up_down", Kind::Choice(&["theme", "green_up", "red_up", "blue_up"]), "Which colours stand for rising and falling, whatever the theme."),
    key("strategy[].name", WORD_OR_EMPTY, "Its name in signals and orders; the kind where empty."),
    key("strategy[].kind", WORD, "`confluence` or `crossover`."),
    key("strategy[].timeframes_s", TIMEFRAMES, "Bars it runs on, in seconds; each one of `market.timeframes_s`."),
    key("strategy[].trade", Kind::Flag, "Whether its signals become orders."),
    key("strategy[].min_confidence", FRACTION, "Least confidence that becomes an order."),
    key("strategy[].rsi_weight", FRACTION, "`confluence`: weight of the RSI vote."),
    key("strategy[].macd_weight", FRACTION, "`confluence`: weight of the MACD vote."),
    key("strategy[].bollinger_weight", FRACTION, "`confluence`: weight of the Bollinger vote."),
    key("strategy[].rsi_oversold", RSI, "RSI below which `confluence` votes to buy and `crossover` blocks a sale."),
    key("strategy[].rsi_overbought", RSI, "RSI above which `confluence` votes to sell and `crossover` blocks a purchase."),
    key("strategy[].threshold", FRACTION, "`confluence`: weighted sum of votes that raises a signal."),
    key("instrument[].exchange", WORD, "Venue or feed that names the token, for example `NSE`. Required."),
    key("instrument[].token", WORD, "The instrument's name there, for example `99926000`. Required."),
    key("instrument[].symbol", TEXT, "Human name; the token where empty."),
    key("instrument[].currency", WORD, "Currency of its prices."),
    key("instrument[].price_scale", Kind::Whole(0, SCALE_MAX), "Decimals of a price."),
    key("instrument[].quantity_scale", Kind::Whole(0, SCALE_MAX), "Decimals of a quantity."),
    key("instrument[].tick_size", AMOUNT, "Orders lie on multiples of this; one price unit where zero."),
    key("instrument[].lot_size", AMOUNT, "Orders are multiples of this; one quantity unit where zero."),
    key("instrument[].minimum_notional", AMOUNT, "Smallest order value."),
    key("instrument[].time_zone", Kind::Text(Rule::TimeZone), "Time zone of the session; empty for around the clock."),
    key("instrument[].open", Kind::Text(Rule::ClockTime), "Local open."),
    key("instrument[].close", Kind::Text(Rule::ClockTime), "Local close."),
    key("instrument[].holidays", Kind::Texts(Rule::Date, Separator::Comma), "Local dates without a session."),
    key("instrument[].start_price", AMOUNT, "Start price of the simulated walk, for instruments of the `sim` feed."),
];

impl KeySpec {
    /// The section: `risk`, `strategy`, or empty.
    pub fn section(&self) -> &'static str {
        self.path
            .rsplit_once('.')
            .map_or("", |(section, _)| section.trim_end_matches("[]"))
    }

    /// The last word.
    pub fn leaf(&self) -> &'static str {
        self.path.rsplit('.').next().unwrap_or(self.path)
    }

    /// The environment variable that sets it; `N` stands for the place in a list, from 0.
    pub fn variable(&self) -> String {
        variable(&self.path.replace("[]", ".N"))
    }
}

/// The environment variable of a dotted path.
pub fn variable(path: &str) -> String {
    format!("TITAN_{}", path.replace('.', "__").to_uppercase())
}

/// The key with this path.
pub fn find(pattern: &str) -> Option<&'static KeySpec> {
    KEYS.iter().find(|spec| spec.path == pattern)
}

/// Whether keys lie below this table.
pub fn is_section(pattern: &str) -> bool {
    KEYS.iter().any(|spec| {
        spec.path
            .strip_prefix(pattern)
            .is_some_and(|rest| rest.starts_with('.'))
    })
}

/// The path with its list positions left open: `strategy.0.kind` is `strategy[].kind`.
pub fn pattern(path: &str) -> String {
    let mut pattern = String::new();
    for part in path.split('.') {
        if !pattern.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            pattern.push_str("[]");
        } else {
            if !pattern.is_empty() {
                pattern.push('.');
            }
            pattern.push_str(part);
        }
    }
    pattern
}

/// Whether a key of this name would hold a secret. `token` is also an instrument's name, so it is
/// one only where the table does not know it.
pub fn looks_secret(leaf: &str) -> bool {
    const WORDS: &[&str] = &[
        "secret",
        "password",
        "passwd",
        "passphrase",
        "token",
        "credential",
        "credentials",
        "bearer",
        "apikey",
        "pin",
    ];
    let leaf = leaf.to_lowercase().replace('-', "_");
    leaf.split('_').any(|word| WORDS.contains(&word))
        || ["api_key", "private_key", "access_key", "secret_key"]
            .iter()
            .any(|name| leaf.ends_with(name))
}

/// The defaults as a table.
///
/// # Errors
/// What serde says, if the model holds what TOML cannot.
pub fn defaults() -> Result<Table, toml::ser::Error> {
    Table::try_from(Config::default())
}

/// The defaults of one table of a list.
///
/// # Errors
/// What serde says, if the model holds what TOML cannot.
pub fn element_defaults(list: &str) -> Result<Table, toml::ser::Error> {
    match list {
        "instrument" => Table::try_from(InstrumentConfig::default()),
        "strategy" => Table::try_from(StrategyConfig::default()),
        _ => Ok(Table::new()),
    }
}

/// The value at a path such as `strategy.0.kind`.
pub fn value_at<'a>(table: &'a Table, path: &str) -> Option<&'a Value> {
    let mut parts = path.split('.');
    let mut value = table.get(parts.next()?)?;
    for part in parts {
        value = match value {
            Value::Table(table) => table.get(part)?,
            Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

/// The place of a value, to change it.
pub fn value_at_mut<'a>(table: &'a mut Table, path: &str) -> Option<&'a mut Value> {
    let mut parts = path.split('.');
    let mut value = table.get_mut(parts.next()?)?;
    for part in parts {
        value = match value {
            Value::Table(table) => table.get_mut(part)?,
            Value::Array(items) => items.get_mut(part.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::kind::Raw;
    use super::*;

    fn leaves(table: &Table, prefix: &str, into: &mut BTreeSet<String>) {
        for (name, value) in table {
            let path = format!("{prefix}{name}");
            match value {
                Value::Table(inner) => leaves(inner, &format!("{path}."), into),
                _ if LISTS.contains(&path.as_str()) => {
                    let element = element_defaults(&path).unwrap();
                    leaves(&element, &format!("{path}[]."), into);
                }
                _ => {
                    into.insert(path);
                }
            }
        }
    }

    #[test]
    fn the_table_holds_exactly_the_keys_of_the_model() {
        let mut in_model = BTreeSet::new();
        leaves(&defaults().unwrap(), "", &mut in_model);
        let in_table: BTreeSet<String> = KEYS.iter().map(|spec| spec.path.to_owned()).collect();
        assert_eq!(
            in_table.len(),
            KEYS.len(),
            "a key stands twice in the table"
        );
        assert_eq!(in_table, in_model);
        for spec in KEYS {
            let named = SECTIONS.iter().any(|(name, _)| *name == spec.section());
            assert!(
                named || spec.section().is_empty(),
                "{} has no section",
                spec.path
            );
        }
    }

    #[test]
    fn every_default_is_allowed() {
        let defaults = defaults().unwrap();
        for spec in KEYS.iter().filter(|spec| !spec.path.contains("[]")) {
            let value = value_at(&defaults, spec.path).unwrap().to_string();
            let value = toml::de::DeValue::parse(&value).unwrap();
            let accepted = spec.kind.accept(&Raw::from_toml(value.get_ref()));
            assert!(accepted.is_some(), "{}", spec.path);
        }
    }

    #[test]
    fn knows_secrets_by_their_names() {
        for name in [
            "api_key",
            "apikey",
            "binance_api_key",
            "password",
            "bot_token",
            "API-KEY",
        ] {
            assert!(looks_secret(name), "{name}");
        }
        for name in ["seed", "key", "max_notional_percent", "clock", "spin"] {
            assert!(!looks_secret(name), "{name}");
        }
    }
}
