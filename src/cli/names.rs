//! What folders above the configuration know of it: names of feeds, indicators and strategies,
//! and which limits can be kept.
//! Must not know any of them itself.

use crate::config::{ConfigError, Loaded, Problem};
use crate::feeds::FeedSpec;
use crate::indicators::IndicatorSpec;
use crate::risk::RiskGuardian;
use crate::signals;

/// Every name that nobody knows, with the place it was written at.
///
/// # Errors
/// When there is one.
pub(super) fn check(loaded: &Loaded) -> Result<(), ConfigError> {
    let mut problems = Vec::new();
    let mut add = |path: &str, message: String| {
        problems.push(Problem {
            place: loaded.origin(path).to_string(),
            message: if message.starts_with(path) {
                message
            } else {
                format!("{path}: {message}")
            },
        });
    };
    for feed in &loaded.config.feeds {
        if let Err(error) = feed.parse::<FeedSpec>() {
            add("feeds", error.to_string());
        }
    }
    for indicator in &loaded.config.indicators {
        if let Err(error) = indicator.parse::<IndicatorSpec>() {
            add("indicators", error.to_string());
        }
    }
    for (index, strategy) in loaded.config.strategies.iter().enumerate() {
        if let Err(error) = signals::required_indicators(strategy) {
            add(&format!("strategy.{index}.kind"), error.to_string());
        }
    }
    if let Err(error) = RiskGuardian::new(loaded.config.risk.clone()) {
        add(error.key(), error.to_string());
    }
    if problems.is_empty() {
        Ok(())
    } else {
        Err(ConfigError::Invalid(problems))
    }
}
