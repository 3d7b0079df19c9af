//! The shape of the configuration and its defaults, section by section.
//! Must not read files, environment or arguments: `load` does that.

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// Everything that can be configured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Paper or live.
    pub mode: Mode,
    /// Seed of the simulated feed and of the paper venue.
    pub seed: u64,
    /// Where ticks come from: `sim`, `tickserver:ws://…`, `tape:PATH`, `binance:BTCUSDT,…`.
    pub feeds: Vec<String>,
    /// Instruments that are known before a feed names them.
    #[serde(rename = "instrument")]
    pub instruments: Vec<InstrumentConfig>,
    /// How ticks become bars.
    pub market: MarketConfig,
    /// Indicators of every timeframe, as `NAME:P1/P2`.
    pub indicators: Vec<String>,
    /// What raises signals.
    #[serde(rename = "strategy")]
    pub strategies: Vec<StrategyConfig>,
    /// What an order must pass.
    pub risk: RiskConfig,
    /// The paper account.
    pub account: AccountConfig,
    /// How the paper venue fills.
    pub paper: PaperConfig,
    /// The simulated feed.
    pub sim: SimConfig,
    /// The Binance feed.
    pub binance: BinanceConfig,
    /// What is kept on disk.
    pub store: StoreConfig,
    /// Joining a Redis server.
    pub bus: BusConfig,
    /// The screen.
    pub desk: DeskConfig,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            mode: Mode::Paper,
            seed: 42,
            feeds: vec!["sim".to_owned()],
            instruments: Vec::new(),
            market: MarketConfig::default(),
            indicators: DEFAULT_INDICATORS
                .iter()
                .map(|&name| name.to_owned())
                .collect(),
            strategies: vec![StrategyConfig::confluence(), StrategyConfig::crossover()],
            risk: RiskConfig::default(),
            account: AccountConfig::default(),
            paper: PaperConfig::default(),
            sim: SimConfig::default(),
            binance: BinanceConfig::default(),
            store: StoreConfig::default(),
            bus: BusConfig::default(),
            desk: DeskConfig::default(),
        }
    }
}

/// The default indicator set, by timeframe and instrument.
pub const DEFAULT_INDICATORS: &[&str] = &[
    "SMA:9",
    "SMA:20",
    "SMA:50",
    "SMA:200",
    "EMA:9",
    "EMA:21",
    "RSI:14",
    "MACD:12/26/9",
    "BB:20/2",
    "ATR:14",
    "OBV",
    "ADX:14",
    "STOCH:14/3/3",
    "VWAP",
    "CCI:20",
    "MFI:14",
    "ROC:12",
    "SUPERTREND:10/3",
    "DONCHIAN:20",
    "KELTNER:20/2/10",
    "ICHIMOKU:9/26/52",
];

/// Whether orders leave the machine.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Orders are filled by the simulated venue.
    #[default]
    Paper,
    /// Orders go to a real venue.
    Live,
}

/// One `[[instrument]]` table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct InstrumentConfig {
    /// Venue or feed that names the token, for example `NSE`.
    pub exchange: String,
    /// The instrument's name there, for example `99926000`.
    pub token: String,
    /// Human name; the token where empty.
    pub symbol: String,
    /// Currency of its prices.
    pub currency: String,
    /// Decimals of a price.
    pub price_scale: u8,
    /// Decimals of a quantity.
    pub quantity_scale: u8,
    /// Orders lie on multiples of this; one price unit where zero.
    pub tick_size: Decimal,
    /// Orders are multiples of this; one quantity unit where zero.
    pub lot_size: Decimal,
    /// Smallest order value.
    pub minimum_notional: Decimal,
    /// IANA name of the session's time zone; empty for around the clock.
    pub time_zone: String,
    /// Local open, `HH:MM`.
    pub open: String,
    /// Local close, `HH:MM`.
    pub close: String,
    /// Local dates without a session, `YYYY-MM-DD`.
    pub holidays: Vec<String>,
    /// Start price of the simulated walk, for instruments of the `sim` feed.
    pub start_price: Decimal,
}

impl Default for InstrumentConfig {
    fn default() -> Self {
        Self {
            exchange: String::new(),
            token: String::new(),
            symbol: String::new(),
            currency: "USD".to_owned(),
            price_scale: 2,
            quantity_scale: 0,
            tick_size: Decimal::ZERO,
            lot_size: Decimal::ZERO,
            minimum_notional: Decimal::ZERO,
            time_zone: String::new(),
            open: String::new(),
            close: String::new(),
            holidays: Vec::new(),
            start_price: Decimal::ZERO,
        }
    }
}

/// `[market]`: how ticks become candles and bars.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MarketConfig {
    /// How late a tick may arrive, by its venue's clock, and still count.
    pub reorder_window_ms: u32,
    /// How long after the reorder window a second is closed when no tick of its own says so.
    pub close_grace_ms: u32,
    /// Timeframes in seconds, 5 to 86 400.
    pub timeframes_s: Vec<u32>,
}

impl Default for MarketConfig {
    fn default() -> Self {
        Self {
            reorder_window_ms: 300,
            close_grace_ms: 700,
            timeframes_s: vec![60, 120, 180, 300],
        }
    }
}

/// One `[[strategy]]` table.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StrategyConfig {
    /// Its name in signals and orders; the kind where empty.
    pub name: String,
    /// `confluence` or `crossover`.
    pub kind: String,
    /// Bars it runs on, in seconds.
    pub timeframes_s: Vec<u32>,
    /// Whether its signals become orders.
    pub trade: bool,
    /// Least confidence, 0 to 1, that becomes an order.
    pub min_confidence: f64,
    /// `confluence`: weight of the RSI vote.
    pub rsi_weight: f64,
    /// `confluence`: weight of the MACD vote.
    pub macd_weight: f64,
    /// `confluence`: weight of the Bollinger vote.
    pub bollinger_weight: f64,
    /// RSI at and below which `confluence` votes fully to buy and `crossover` blocks a sale.
    pub rsi_oversold: f64,
    /// RSI at and above which `confluence` votes fully to sell and `crossover` blocks a purchase.
    pub rsi_overbought: f64,
    /// `confluence`: weighted sum of votes, 0 to 1, that raises a signal.
    pub threshold: f64,
}

impl Default for StrategyConfig {
    fn default() -> Self {
        Self {
            name: String::new(),
            kind: "confluence".to_owned(),
            timeframes_s: vec![60],
            trade: true,
            min_confidence: 0.5,
            rsi_weight: 0.4,
            macd_weight: 0.3,
            bollinger_weight: 0.3,
            rsi_oversold: 30.0,
            rsi_overbought: 70.0,
            threshold: 0.5,
        }
    }
}

impl StrategyConfig {
    /// The default voting strategy.
    pub fn confluence() -> Self {
        Self {
            name: "confluence".to_owned(),
            ..Self::default()
        }
    }

    /// The default moving-average strategy.
    pub fn crossover() -> Self {
        Self {
            name: "crossover".to_owned(),
            kind: "crossover".to_owned(),
            ..Self::default()
        }
    }
}

/// `[risk]`: limits in percent of equity unless the name says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RiskConfig {
    /// Largest value of one order.
    pub max_notional_percent: Decimal,
    /// Largest value of one instrument's position with its working orders.
    pub max_position_percent: Decimal,
    /// Most instruments held at once.
    pub max_open_positions: u32,
    /// Loss of the day that stops orders which increase risk.
    pub max_daily_loss_percent: Decimal,
    /// Fall from the peak of equity that stops orders which increase risk.
    pub max_drawdown_percent: Decimal,
    /// Age of the last tick, in event time, beyond which orders are refused.
    pub stale_after_ms: u32,
    /// Whether a position may be below zero.
    pub allow_short: bool,
    /// Equity risked between entry and stop, for orders sized by risk.
    pub risk_per_trade_percent: Decimal,
    /// Distance of the protective stop in average true ranges.
    pub stop_atr_multiple: Decimal,
    /// Bars whose ATR sets the stop, in seconds.
    pub stop_timeframe_s: u32,
    /// Slippage and fees put aside when buying power is checked.
    pub market_collar_percent: Decimal,
}

impl Default for RiskConfig {
    fn default() -> Self {
        Self {
            max_notional_percent: Decimal::new(20, 0),
            max_position_percent: Decimal::new(20, 0),
            max_open_positions: 10,
            max_daily_loss_percent: Decimal::new(3, 0),
            max_drawdown_percent: Decimal::new(10, 0),
            stale_after_ms: 5_000,
            allow_short: false,
            risk_per_trade_percent: Decimal::ONE,
            stop_atr_multiple: Decimal::TWO,
            stop_timeframe_s: 60,
            market_collar_percent: Decimal::ONE,
        }
    }
}

/// `[account]`: what the paper account starts with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccountConfig {
    /// Cash at the first start of a data folder, in major units.
    pub initial_cash: Decimal,
    /// Currency shown beside money.
    pub currency: String,
}

impl Default for AccountConfig {
    fn default() -> Self {
        Self {
            initial_cash: Decimal::new(1_000_000, 0),
            currency: "USD".to_owned(),
        }
    }
}

/// `[paper]`: how the paper venue fills.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct PaperConfig {
    /// Spread assumed around a trade where there is no quote, in basis points of the price.
    pub spread_bps: Decimal,
    /// Price added against a market order, in basis points.
    pub slippage_bps: Decimal,
    /// Fee of fills that take liquidity, in basis points of their value.
    pub taker_fee_bps: Decimal,
    /// Fee of fills that give liquidity, in basis points of their value.
    pub maker_fee_bps: Decimal,
    /// Least time from the desk to the venue, in milliseconds of event time.
    pub latency_min_ms: u32,
    /// Mean of the exponential part that is added to it.
    pub latency_mean_extra_ms: u32,
}

impl Default for PaperConfig {
    fn default() -> Self {
        Self {
            spread_bps: Decimal::TWO,
            slippage_bps: Decimal::ONE,
            taker_fee_bps: Decimal::new(10, 0),
            maker_fee_bps: Decimal::new(5, 0),
            latency_min_ms: 20,
            latency_mean_extra_ms: 20,
        }
    }
}

/// `[sim]`: the simulated feed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SimConfig {
    /// Event time between two ticks of an instrument.
    pub tick_interval_ms: u32,
    /// Whether a quote goes before each trade.
    pub quotes: bool,
    /// Full spread of those quotes in basis points.
    pub spread_bps: Decimal,
    /// Minutes walked at once before the present when a screen opens, so that there is a chart
    /// and indicators are ready; 0 for none.
    pub history_minutes: u32,
}

impl Default for SimConfig {
    fn default() -> Self {
        Self {
            tick_interval_ms: 100,
            quotes: true,
            spread_bps: Decimal::ONE,
            history_minutes: 120,
        }
    }
}

/// `[binance]`: hosts of the public market streams.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BinanceConfig {
    /// Base address of the streams.
    pub stream_url: String,
    /// Base address of the REST interface, asked for price and quantity grids.
    pub rest_url: String,
    /// Whether a desk with a screen asks for books of twenty levels, ten a second.
    pub depth: bool,
}

impl Default for BinanceConfig {
    fn default() -> Self {
        Self {
            stream_url: "wss://data-stream.binance.vision".to_owned(),
            rest_url: "https://data-api.binance.vision".to_owned(),
            depth: true,
        }
    }
}

/// `[store]`: what is kept on disk.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StoreConfig {
    /// Whether anything is kept at all.
    pub enabled: bool,
    /// Time between two snapshots of the engine.
    pub snapshot_interval_s: u32,
    /// Whether ticks of live feeds and of the simulator are recorded for replay.
    pub record_ticks: bool,
    /// Days of recordings that are kept before today.
    pub record_days: u32,
    /// Most that all recordings take, in megabytes of 1 000 000 bytes.
    pub record_mb: u32,
}

impl Default for StoreConfig {
    fn default() -> Self {
        Self {
            enabled: true,
            snapshot_interval_s: 30,
            record_ticks: true,
            record_days: 14,
            record_mb: 2_000,
        }
    }
}

/// `[bus]`: joining other programs.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct BusConfig {
    /// The Redis server.
    pub redis: RedisConfig,
}

/// `[bus.redis]`: the Redis server.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct RedisConfig {
    /// `redis://HOST:PORT`; empty for none.
    pub url: String,
}

/// `[desk]`: the screen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct DeskConfig {
    /// Most frames a second on a local terminal.
    pub frames_per_second: u32,
    /// Most frames a second over SSH.
    pub remote_frames_per_second: u32,
    /// Whether the clock in the status line shows seconds.
    pub clock: bool,
    /// Draw with ASCII characters alone.
    pub ascii: bool,
    /// Name of the theme.
    pub theme: String,
    /// Which colours stand for rising and falling.
    pub up_down: UpDown,
}

/// Which colours stand for rising and falling.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UpDown {
    /// Those of the theme.
    #[default]
    Theme,
    /// Green rises, red falls.
    GreenUp,
    /// Red rises, green falls, as in East Asia.
    RedUp,
    /// Blue rises.
    BlueUp,
}

impl Default for DeskConfig {
    fn default() -> Self {
        Self {
            frames_per_second: 30,
            remote_frames_per_second: 10,
            clock: true,
            ascii: false,
            theme: "titan-dark".to_owned(),
            up_down: UpDown::Theme,
        }
    }
}
