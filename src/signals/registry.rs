//! The list of strategies, and the way from a configuration to one of them.
//! Must not hold a rule of a strategy: a line here is all it needs outside its own file.

use crate::config::StrategyConfig;
use crate::indicators::{IndicatorCatalog, IndicatorSpec};

use super::strategy::{Strategy, StrategyError};
use super::{confluence, crossover};

/// What the registry knows of a kind of strategy.
pub(super) struct Registration {
    /// As in the configuration's `kind`.
    pub kind: &'static str,
    /// The indicators whose values it looks at.
    pub indicators: &'static [&'static str],
    /// Refuses a configuration that it cannot run with.
    pub check: fn(&StrategyConfig) -> Result<(), StrategyError>,
    /// Makes an instance; called after `check`.
    pub build: fn(&StrategyConfig, &IndicatorCatalog) -> Result<Box<dyn Strategy>, StrategyError>,
}

const STRATEGIES: &[Registration] = &[confluence::REGISTRATION, crossover::REGISTRATION];

/// Every kind of strategy that a configuration can name.
pub fn strategy_kinds() -> impl Iterator<Item = &'static str> {
    STRATEGIES.iter().map(|registration| registration.kind)
}

/// The indicators that a strategy looks at, to be put into the catalog that it is built with.
///
/// # Errors
/// When the kind is not known or a setting is outside its range.
pub fn required_indicators(config: &StrategyConfig) -> Result<Vec<IndicatorSpec>, StrategyError> {
    let registration = find(config)?;
    (registration.check)(config)?;
    Ok(registration
        .indicators
        .iter()
        .filter_map(|text| text.parse().ok())
        .collect())
}

/// A strategy for one instrument and one timeframe.
///
/// # Errors
/// When the kind is not known, a setting is outside its range, or the catalog lacks one of
/// [`required_indicators`].
pub fn build(
    config: &StrategyConfig,
    catalog: &IndicatorCatalog,
) -> Result<Box<dyn Strategy>, StrategyError> {
    let registration = find(config)?;
    (registration.check)(config)?;
    (registration.build)(config, catalog)
}

fn find(config: &StrategyConfig) -> Result<&'static Registration, StrategyError> {
    STRATEGIES
        .iter()
        .find(|registration| registration.kind == config.kind)
        .ok_or_else(|| StrategyError::UnknownKind {
            kind: config.kind.clone(),
            nearest: strategy_kinds()
                .min_by_key(|kind| strsim::damerau_levenshtein(kind, &config.kind))
                .unwrap_or_default(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signals::settings::strategy_name;

    fn refusal(change: impl FnOnce(&mut StrategyConfig)) -> String {
        let mut config = StrategyConfig::confluence();
        change(&mut config);
        required_indicators(&config)
            .map(|_| "accepted".to_owned())
            .unwrap_or_else(|error| error.to_string())
    }

    #[test]
    fn the_indicators_of_every_strategy_are_known() {
        for registration in STRATEGIES {
            let config = StrategyConfig {
                kind: registration.kind.to_owned(),
                name: String::new(),
                ..StrategyConfig::default()
            };
            let specs = required_indicators(&config).unwrap();
            assert_eq!(specs.len(), registration.indicators.len());
            let strategy = build(&config, &IndicatorCatalog::new(&specs)).unwrap();
            assert_eq!(strategy.name(), strategy_name(&config));
            assert_eq!(strategy.name(), registration.kind);
        }
    }

    #[test]
    fn the_crossover_brings_its_averages() {
        let specs = required_indicators(&StrategyConfig::crossover()).unwrap();
        let texts: Vec<String> = specs.iter().map(ToString::to_string).collect();
        assert_eq!(texts, ["SMA:9", "SMA:21", "RSI:14"]);
    }

    #[test]
    fn wrong_settings_are_refused_by_name() {
        for (message, text) in [
            (
                refusal(|config| config.kind = "crosover".to_owned()),
                "strategy kind `crosover` is not known: did you mean `crossover`?",
            ),
            (
                refusal(|config| config.rsi_weight = f64::NAN),
                "strategy `confluence`: rsi_weight = NaN is not a finite number of 0 or more",
            ),
            (
                refusal(|config| config.bollinger_weight = -0.1),
                "strategy `confluence`: bollinger_weight = -0.1 is not a finite number of 0 or more",
            ),
            (
                refusal(|config| {
                    config.rsi_weight = 0.0;
                    config.macd_weight = 0.0;
                    config.bollinger_weight = 0.0;
                }),
                "strategy `confluence`: rsi_weight, macd_weight, bollinger_weight = 0, 0, 0 is not a set of weights with one above 0",
            ),
            (
                refusal(|config| config.threshold = 0.0),
                "strategy `confluence`: threshold = 0 is not a number above 0, at most 1",
            ),
            (
                refusal(|config| config.threshold = f64::INFINITY),
                "strategy `confluence`: threshold = inf is not a number above 0, at most 1",
            ),
            (
                refusal(|config| config.min_confidence = 1.5),
                "strategy `confluence`: min_confidence = 1.5 is not a number from 0 to 1",
            ),
            (
                refusal(|config| config.rsi_overbought = 101.0),
                "strategy `confluence`: rsi_overbought = 101 is not a number from 0 to 100",
            ),
            (
                refusal(|config| config.rsi_oversold = 70.0),
                "strategy `confluence`: rsi_oversold = 70 is not below rsi_overbought",
            ),
        ] {
            assert_eq!(message, text);
        }
        assert_eq!(
            build(
                &StrategyConfig::crossover(),
                &IndicatorCatalog::new(&IndicatorSpec::parse_list("SMA:9,RSI:14").unwrap())
            )
            .map(|_| ())
            .map_err(|error| error.to_string()),
            Err(
                "strategy `crossover` needs SMA_21: add the strategy's required indicators to the catalog"
                    .to_owned()
            )
        );
    }
}
