//! Checks of a strategy's configuration that more than one strategy makes.
//! Must not correct a setting: a wrong one is refused by name.

use crate::config::StrategyConfig;
use crate::domain::IndicatorSlot;
use crate::indicators::IndicatorCatalog;

use super::strategy::StrategyError;

/// The name in signals and orders: as configured, or the kind.
pub(super) fn strategy_name(config: &StrategyConfig) -> &str {
    if config.name.is_empty() {
        &config.kind
    } else {
        &config.name
    }
}

/// Refuses `value` where it is not what it should be.
pub(super) fn demand(
    config: &StrategyConfig,
    valid: bool,
    key: &'static str,
    value: impl ToString,
    wanted: &'static str,
) -> Result<(), StrategyError> {
    if valid {
        return Ok(());
    }
    Err(StrategyError::Setting {
        strategy: strategy_name(config).to_owned(),
        key,
        value: value.to_string(),
        wanted,
    })
}

/// Checks what every strategy has.
pub(super) fn check_common(config: &StrategyConfig) -> Result<(), StrategyError> {
    demand(
        config,
        (0.0..=1.0).contains(&config.min_confidence),
        "min_confidence",
        config.min_confidence,
        "a number from 0 to 1",
    )?;
    let (oversold, overbought) = (config.rsi_oversold, config.rsi_overbought);
    for (key, value) in [("rsi_oversold", oversold), ("rsi_overbought", overbought)] {
        demand(
            config,
            (0.0..=100.0).contains(&value),
            key,
            value,
            "a number from 0 to 100",
        )?;
    }
    demand(
        config,
        oversold < overbought,
        "rsi_oversold",
        oversold,
        "below rsi_overbought",
    )
}

/// Where the value of this name lies.
pub(super) fn slot(
    config: &StrategyConfig,
    catalog: &IndicatorCatalog,
    value: &'static str,
) -> Result<IndicatorSlot, StrategyError> {
    catalog
        .slot(value)
        .ok_or_else(|| StrategyError::MissingIndicator {
            strategy: strategy_name(config).to_owned(),
            value,
        })
}
