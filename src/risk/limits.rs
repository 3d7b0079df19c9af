//! The limits of the configuration, checked once so that none of them can be without effect.
//! Must not have defaults of its own: a limit that makes no sense stops the start.

use rust_decimal::Decimal;
use thiserror::Error;

use crate::config::model::RiskConfig;

/// Most that a percentage of equity may be: beyond it a slip of the hand is likelier than intent.
const PERCENT_OF_EQUITY_MAX: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);
/// Most average true ranges that a stop may be away.
const STOP_MULTIPLE_MAX: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

/// A limit that cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("risk.{key} is {value}: it must be {demand}")]
pub struct LimitError {
    key: &'static str,
    value: String,
    demand: String,
}

impl LimitError {
    /// The key in the `[risk]` section.
    pub const fn key(&self) -> &'static str {
        self.key
    }
}

/// Checks every limit; the first that cannot be kept is named.
pub(super) fn check(config: &RiskConfig) -> Result<(), LimitError> {
    let hundred = Decimal::ONE_HUNDRED;
    let positive = [
        (
            "max_notional_percent",
            config.max_notional_percent,
            PERCENT_OF_EQUITY_MAX,
        ),
        (
            "max_position_percent",
            config.max_position_percent,
            PERCENT_OF_EQUITY_MAX,
        ),
        (
            "max_daily_loss_percent",
            config.max_daily_loss_percent,
            hundred,
        ),
        ("max_drawdown_percent", config.max_drawdown_percent, hundred),
        (
            "risk_per_trade_percent",
            config.risk_per_trade_percent,
            hundred,
        ),
        (
            "stop_atr_multiple",
            config.stop_atr_multiple,
            STOP_MULTIPLE_MAX,
        ),
    ];
    for (key, value, most) in positive {
        if value <= Decimal::ZERO || value > most {
            return Err(refused(key, value, format!("above 0 and at most {most}")));
        }
    }
    let collar = config.market_collar_percent;
    if collar < Decimal::ZERO || collar > hundred {
        let demand = "from 0 to 100".to_owned();
        return Err(refused("market_collar_percent", collar, demand));
    }
    let whole = [
        ("max_open_positions", config.max_open_positions),
        ("stale_after_ms", config.stale_after_ms),
    ];
    for (key, value) in whole {
        if value == 0 {
            return Err(refused(key, value, "above 0".to_owned()));
        }
    }
    if !(5..=86_400).contains(&config.stop_timeframe_s) {
        let demand = "from 5 to 86400".to_owned();
        return Err(refused("stop_timeframe_s", config.stop_timeframe_s, demand));
    }
    Ok(())
}

fn refused(key: &'static str, value: impl ToString, demand: String) -> LimitError {
    LimitError {
        key,
        value: value.to_string(),
        demand,
    }
}
