//! What an engine is made with: the checked, typed form of the configuration's trading sections.
//! Must not read the configuration's files.

use std::sync::Arc;

use rust_decimal::Decimal;
use thiserror::Error;

use crate::config::{Config, PaperConfig, RiskConfig, StrategyConfig};
use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{IndicatorSlot, Timeframe};
use crate::indicators::{IndicatorCatalog, IndicatorSpec, IndicatorSpecError};
use crate::market::SessionError;
use crate::risk::LimitError;
use crate::signals::{self, StrategyError};

/// The average true range that sets protective stops.
const STOP_INDICATOR: &str = "ATR:14";
/// Its value's name.
const STOP_VALUE: &str = "ATR_14";

/// A part of the settings that cannot be.
#[derive(Debug, Error)]
pub enum EngineError {
    /// A timeframe outside 5 s to one day.
    #[error("market.timeframes_s: {seconds} s is no timeframe: use 5 to 86400")]
    Timeframe {
        /// What was given.
        seconds: u32,
    },
    /// An indicator that is not known or has impossible parameters.
    #[error("indicators: {0}")]
    Indicator(#[from] IndicatorSpecError),
    /// A strategy that is not known or has impossible parameters.
    #[error("strategy: {0}")]
    Strategy(#[from] StrategyError),
    /// A risk limit that cannot be.
    #[error("{0}")]
    Risk(#[from] LimitError),
    /// An instrument's session that cannot be.
    #[error("{0}")]
    Session(#[from] SessionError),
}

/// Everything an engine needs to know before its first input.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Seed of the paper venue.
    pub seed: u64,
    /// How late a tick may come.
    pub reorder_window_ns: i64,
    /// How long after that a second is closed when no tick of its own says so.
    pub close_grace_ns: i64,
    /// Shortest first, each once.
    pub timeframes: Vec<Timeframe>,
    /// The indicators of every timeframe.
    pub catalog: Arc<IndicatorCatalog>,
    /// What raises signals.
    pub strategies: Vec<StrategyConfig>,
    /// What an order must pass.
    pub risk: RiskConfig,
    /// How the paper venue fills.
    pub paper: PaperConfig,
    /// Cash of a new account.
    pub initial_cash: Decimal,
    /// Prints kept for a screen between two looks of it, by instrument; none without a screen.
    pub prints_kept: usize,
    /// The value that sets protective stops.
    pub(super) stop_slot: Option<IndicatorSlot>,
}

impl Settings {
    /// Checks and types the trading sections of `config`.
    ///
    /// # Errors
    /// The first section that cannot be, named.
    pub fn new(config: &Config) -> Result<Self, EngineError> {
        let mut timeframes = Vec::new();
        let strategy_frames = config
            .strategies
            .iter()
            .flat_map(|strategy| &strategy.timeframes_s);
        let stop_frame = std::iter::once(&config.risk.stop_timeframe_s);
        for &seconds in config
            .market
            .timeframes_s
            .iter()
            .chain(strategy_frames)
            .chain(stop_frame)
        {
            let timeframe =
                Timeframe::from_seconds(seconds).ok_or(EngineError::Timeframe { seconds })?;
            timeframes.push(timeframe);
        }
        timeframes.sort_unstable();
        timeframes.dedup();

        let mut specs: Vec<IndicatorSpec> = Vec::new();
        for text in config
            .indicators
            .iter()
            .map(String::as_str)
            .chain([STOP_INDICATOR])
        {
            specs.push(text.parse()?);
        }
        for strategy in &config.strategies {
            specs.extend(signals::required_indicators(strategy)?);
        }
        let catalog = Arc::new(IndicatorCatalog::new(&specs));
        for strategy in &config.strategies {
            signals::build(strategy, &catalog)?;
        }
        let millis = |value: u32| i64::from(value) * NANOS_PER_MILLI;
        Ok(Self {
            seed: config.seed,
            reorder_window_ns: millis(config.market.reorder_window_ms),
            close_grace_ns: millis(config.market.close_grace_ms),
            timeframes,
            stop_slot: catalog.slot(STOP_VALUE),
            catalog,
            strategies: config.strategies.clone(),
            risk: config.risk.clone(),
            paper: config.paper.clone(),
            initial_cash: config.account.initial_cash,
            prints_kept: 0,
        })
    }
}
