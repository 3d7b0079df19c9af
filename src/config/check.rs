//! Rules that need more than one value.
//! Must not repeat what a key's own kind allows, nor know feeds and indicators by name.

use std::collections::BTreeSet;

use rust_decimal::Decimal;

use super::kind::clock_minutes;
use super::model::{Config, InstrumentConfig, StrategyConfig};

/// The one key that may hold a password.
pub const REDIS_URL: &str = "bus.redis.url";

/// A path and what is wrong there.
pub type Finding = (String, String);

/// Everything that does not fit together.
pub fn check(config: &Config) -> Vec<Finding> {
    let mut found = Vec::new();
    if config.feeds.is_empty() {
        let message = "feeds = []: name at least one, for example \"sim\"";
        found.push(("feeds".to_owned(), message.to_owned()));
    }
    let frames = &config.market.timeframes_s;
    let stop = config.risk.stop_timeframe_s;
    if !frames.contains(&stop) {
        found.push((
            "risk.stop_timeframe_s".to_owned(),
            format!(
                "risk.stop_timeframe_s = {stop}: {}",
                not_a_timeframe(frames)
            ),
        ));
    }
    check_strategies(config, &mut found);
    check_instruments(&config.instruments, &mut found);
    found
}

fn not_a_timeframe(frames: &[u32]) -> String {
    format!("allowed is one of market.timeframes_s, {frames:?}; add it there or change it here")
}

fn check_strategies(config: &Config, found: &mut Vec<Finding>) {
    let mut names = BTreeSet::new();
    for (index, strategy) in config.strategies.iter().enumerate() {
        let at = |leaf: &str| format!("strategy.{index}.{leaf}");
        for frame in &strategy.timeframes_s {
            if !config.market.timeframes_s.contains(frame) {
                found.push((
                    at("timeframes_s"),
                    format!(
                        "{} has {frame}: {}",
                        at("timeframes_s"),
                        not_a_timeframe(&config.market.timeframes_s)
                    ),
                ));
            }
        }
        if strategy.rsi_oversold >= strategy.rsi_overbought {
            found.push((
                at("rsi_oversold"),
                format!(
                    "{} = {}: allowed is less than rsi_overbought, {}",
                    at("rsi_oversold"),
                    strategy.rsi_oversold,
                    strategy.rsi_overbought
                ),
            ));
        }
        let name = strategy_name(strategy);
        if !names.insert(name) {
            found.push((
                at("name"),
                format!(
                    "{} = {name:?}: another strategy has this name; give it its own",
                    at("name")
                ),
            ));
        }
    }
}

fn strategy_name(strategy: &StrategyConfig) -> &str {
    if strategy.name.is_empty() {
        &strategy.kind
    } else {
        &strategy.name
    }
}

fn check_instruments(instruments: &[InstrumentConfig], found: &mut Vec<Finding>) {
    let mut known = BTreeSet::new();
    for (index, instrument) in instruments.iter().enumerate() {
        let at = |leaf: &str| format!("instrument.{index}.{leaf}");
        for (leaf, value) in [
            ("exchange", &instrument.exchange),
            ("token", &instrument.token),
        ] {
            if value.is_empty() {
                found.push((at(leaf), format!("{} is missing: name it", at(leaf))));
            }
        }
        if !known.insert((&instrument.exchange, &instrument.token)) {
            found.push((
                at("token"),
                format!(
                    "{}:{} is listed twice: remove one of the two",
                    instrument.exchange, instrument.token
                ),
            ));
        }
        check_grid(instrument, &at, found);
        check_session(instrument, &at, found);
    }
}

fn check_grid(
    instrument: &InstrumentConfig,
    at: &dyn Fn(&str) -> String,
    found: &mut Vec<Finding>,
) {
    let price = ("price_scale", instrument.price_scale);
    let quantity = ("quantity_scale", instrument.quantity_scale);
    let values: [(&str, Decimal, (&str, u8)); 3] = [
        ("tick_size", instrument.tick_size, price),
        ("start_price", instrument.start_price, price),
        ("lot_size", instrument.lot_size, quantity),
    ];
    for (leaf, value, (scale_name, scale)) in values {
        if value.normalize().scale() > u32::from(scale) {
            found.push((
                at(leaf),
                format!(
                    "{} = {value}: allowed are at most {scale} decimals, its {scale_name}",
                    at(leaf)
                ),
            ));
        }
    }
}

fn check_session(
    instrument: &InstrumentConfig,
    at: &dyn Fn(&str) -> String,
    found: &mut Vec<Finding>,
) {
    let continuous = instrument.time_zone.is_empty();
    for (leaf, value) in [("open", &instrument.open), ("close", &instrument.close)] {
        if continuous && !value.is_empty() {
            found.push((
                at(leaf),
                format!("{} = {value:?} needs a time_zone", at(leaf)),
            ));
        }
        if !continuous && value.is_empty() {
            found.push((
                at(leaf),
                format!("{} is missing: a time_zone needs it", at(leaf)),
            ));
        }
    }
    if continuous && !instrument.holidays.is_empty() {
        found.push((
            at("holidays"),
            format!("{} needs a time_zone", at("holidays")),
        ));
    }
    if let (Some(open), Some(close)) = (
        clock_minutes(&instrument.open),
        clock_minutes(&instrument.close),
    ) && open >= close
    {
        found.push((
            at("close"),
            format!(
                "{} = {:?}: allowed is later than open, {:?}",
                at("close"),
                instrument.close,
                instrument.open
            ),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(change: impl FnOnce(&mut Config)) -> Vec<String> {
        let mut config = Config::default();
        change(&mut config);
        check(&config).into_iter().map(|(path, _)| path).collect()
    }

    fn instrument() -> InstrumentConfig {
        InstrumentConfig {
            exchange: "NSE".to_owned(),
            token: "99926000".to_owned(),
            time_zone: "Asia/Kolkata".to_owned(),
            open: "09:15".to_owned(),
            close: "15:30".to_owned(),
            ..InstrumentConfig::default()
        }
    }

    #[test]
    fn the_defaults_and_a_full_instrument_fit() {
        assert!(paths(|_| ()).is_empty());
        assert!(paths(|config| config.instruments.push(instrument())).is_empty());
    }

    #[test]
    fn finds_what_does_not_fit_together() {
        type Change = fn(&mut Config);
        let cases: [(Change, &[&str]); 8] = [
            (|config| config.feeds.clear(), &["feeds"]),
            (
                |config| config.risk.stop_timeframe_s = 7,
                &["risk.stop_timeframe_s"],
            ),
            (
                |config| config.strategies[1].timeframes_s.push(7),
                &["strategy.1.timeframes_s"],
            ),
            (
                |config| config.strategies[0].rsi_oversold = 70.0,
                &["strategy.0.rsi_oversold"],
            ),
            (
                |config| config.strategies[1].name = "confluence".to_owned(),
                &["strategy.1.name"],
            ),
            (
                |config| config.instruments = vec![instrument(), instrument()],
                &["instrument.1.token"],
            ),
            (
                |config| {
                    let mut swapped = instrument();
                    std::mem::swap(&mut swapped.open, &mut swapped.close);
                    swapped.tick_size = Decimal::new(5, 3);
                    config.instruments.push(swapped);
                },
                &["instrument.0.tick_size", "instrument.0.close"],
            ),
            (
                |config| config.instruments.push(InstrumentConfig::default()),
                &["instrument.0.exchange", "instrument.0.token"],
            ),
        ];
        for (change, expected) in cases {
            assert_eq!(paths(change), expected);
        }
    }
}
