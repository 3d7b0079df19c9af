//! The cross of a fast and a slow moving average, held back where RSI says it comes too late.
//! Must not take a touch for a cross: equal averages change nothing.
//!
//! SMA 9 going from below to above SMA 21 is a lean to buy, from above to below a lean to sell.
//! With RSI above `rsi_overbought` a purchase is held back, with RSI below `rsi_oversold` a
//! sale: the signal is then `Hold` and names the rule. A cross counts for 0.6 of the confidence;
//! RSI adds up to 0.4 where it has room in the direction of the cross (all of it from the middle
//! of its two limits on, nothing at the limit) and takes away as much beyond the limit. After a
//! gap (a value that is not ready, the warm-up included) the first bar only tells which average
//! is above.

use serde::{Deserialize, Serialize};

use crate::config::StrategyConfig;
use crate::domain::{IndicatorSlot, Signal, SignalAction};
use crate::indicators::IndicatorCatalog;

use super::registry::Registration;
use super::settings::{check_common, slot, strategy_name};
use super::strategy::{Strategy, StrategyContext, StrategyError, contribution};

pub(super) const REGISTRATION: Registration = Registration {
    kind: "crossover",
    indicators: &["SMA:9", "SMA:21", "RSI:14"],
    check: check_common,
    build,
};

const FAST: &str = "SMA_9";
const SLOW: &str = "SMA_21";
const RSI: &str = "RSI_14";

/// What the cross itself is worth, shared by its two averages.
const CROSS_CONFIDENCE: f64 = 0.6;
/// What RSI can add or take away.
const RSI_CONFIDENCE: f64 = 0.4;

#[derive(Debug)]
struct Crossover {
    name: String,
    fast: IndicatorSlot,
    slow: IndicatorSlot,
    rsi: IndicatorSlot,
    rsi_oversold: f64,
    rsi_overbought: f64,
    /// Where the fast average was when it was last on either side; `None` after a gap.
    fast_is: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Place {
    Above,
    Below,
}

fn build(
    config: &StrategyConfig,
    catalog: &IndicatorCatalog,
) -> Result<Box<dyn Strategy>, StrategyError> {
    Ok(Box::new(Crossover {
        name: strategy_name(config).to_owned(),
        fast: slot(config, catalog, FAST)?,
        slow: slot(config, catalog, SLOW)?,
        rsi: slot(config, catalog, RSI)?,
        rsi_oversold: config.rsi_oversold,
        rsi_overbought: config.rsi_overbought,
        fast_is: None,
    }))
}

/// The values of one bar.
#[derive(Clone, Copy)]
struct Values {
    fast: f64,
    slow: f64,
    rsi: f64,
}

impl Crossover {
    fn values(&self, context: &StrategyContext<'_>) -> Option<Values> {
        Some(Values {
            fast: context.value(self.fast)?,
            slow: context.value(self.slow)?,
            rsi: context.value(self.rsi)?,
        })
    }

    fn signal(&self, context: &StrategyContext<'_>, values: Values, place: Place) -> Signal {
        let Values { fast, slow, rsi } = values;
        let (lean, direction, room, blocked_by) = match place {
            Place::Above => (
                SignalAction::Buy,
                1.0,
                self.rsi_overbought - rsi,
                (rsi > self.rsi_overbought).then(|| format!("{RSI} above {}", self.rsi_overbought)),
            ),
            Place::Below => (
                SignalAction::Sell,
                -1.0,
                rsi - self.rsi_oversold,
                (rsi < self.rsi_oversold).then(|| format!("{RSI} below {}", self.rsi_oversold)),
            ),
        };
        let half_range = (self.rsi_overbought - self.rsi_oversold) / 2.0;
        let room = (room / half_range).clamp(-1.0, 1.0);
        let explanation = vec![
            contribution(FAST, fast, direction * CROSS_CONFIDENCE / 2.0),
            contribution(SLOW, slow, direction * CROSS_CONFIDENCE / 2.0),
            contribution(RSI, rsi, direction * RSI_CONFIDENCE * room),
        ];
        let action = if blocked_by.is_some() {
            SignalAction::Hold
        } else {
            lean
        };
        Signal {
            blocked_by,
            ..context.signal(&self.name, action, explanation)
        }
    }
}

impl Strategy for Crossover {
    fn name(&self) -> &str {
        &self.name
    }

    fn on_bar(&mut self, context: &StrategyContext<'_>) -> Option<Signal> {
        let Some(values) = self.values(context) else {
            self.fast_is = None;
            return None;
        };
        let place = if values.fast > values.slow {
            Place::Above
        } else if values.fast < values.slow {
            Place::Below
        } else {
            return None;
        };
        let before = self.fast_is.replace(place);
        if before.is_none_or(|before| before == place) {
            return None;
        }
        Some(self.signal(context, values, place))
    }

    fn save(&self) -> serde_json::Value {
        serde_json::json!({ "fast_is": self.fast_is })
    }

    fn restore(&mut self, state: &serde_json::Value) -> Result<(), StrategyError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Saved {
            fast_is: Option<Place>,
        }
        let saved = Saved::deserialize(state).map_err(|error| StrategyError::State {
            strategy: self.name.clone(),
            reason: error.to_string(),
        })?;
        self.fast_is = saved.fast_is;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Strategy, *};
    use crate::domain::{Bar, ClosedBar, InstrumentId, Price, Qty, Timeframe, Timestamp};
    use crate::indicators::{IndicatorSet, IndicatorSpec};
    use crate::signals::required_indicators;

    fn catalog() -> IndicatorCatalog {
        IndicatorCatalog::new(&IndicatorSpec::parse_list("SMA:9,SMA:21,RSI:14").unwrap())
    }

    fn crossover() -> Box<dyn Strategy> {
        build(&StrategyConfig::crossover(), &catalog()).unwrap()
    }

    fn bar(index: i64, close: i64) -> ClosedBar {
        let price = Price::from_units(close);
        ClosedBar::new(Bar {
            start: Timestamp::from_seconds(60 * index),
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::ZERO,
            count: 1,
        })
    }

    fn show(strategy: &mut dyn Strategy, values: [Option<f64>; 3]) -> Option<Signal> {
        strategy.on_bar(&StrategyContext {
            instrument: InstrumentId(3),
            timeframe: Timeframe::MINUTE,
            bar: &bar(0, 1_000),
            values: &values,
        })
    }

    #[test]
    fn speaks_on_a_cross_and_is_held_back_by_rsi() {
        use SignalAction::{Buy, Hold, Sell};
        type Said<'a> = Option<(SignalAction, f64, Option<&'a str>)>;
        let table: &[([Option<f64>; 3], Said<'_>)] = &[
            ([None, None, Some(50.0)], None),
            ([Some(10.0), None, Some(50.0)], None),
            ([Some(10.0), Some(9.0), Some(50.0)], None), // first after the warm-up
            ([Some(10.0), Some(10.0), Some(50.0)], None), // a touch
            ([Some(10.0), Some(9.0), Some(50.0)], None), // still above
            ([Some(8.0), Some(9.0), Some(50.0)], Some((Sell, 1.0, None))),
            ([Some(8.0), Some(9.0), Some(50.0)], None), // stays there
            ([Some(10.0), Some(9.0), Some(60.0)], Some((Buy, 0.8, None))),
            ([Some(8.0), Some(9.0), Some(30.0)], Some((Sell, 0.6, None))), // at the limit
            (
                [Some(10.0), Some(9.0), Some(71.0)],
                Some((Hold, 0.58, Some("RSI_14 above 70"))),
            ),
            ([Some(10.0), Some(9.0), Some(50.0)], None), // a blocked cross is over
            (
                [Some(8.0), Some(9.0), Some(0.0)],
                Some((Hold, 0.2, Some("RSI_14 below 30"))),
            ),
            ([Some(10.0), Some(9.0), None], None), // a gap
            ([Some(10.0), Some(9.0), Some(50.0)], None), // no cross remembered over it
        ];
        let mut strategy = crossover();
        for (index, (values, expected)) in table.iter().enumerate() {
            let signal = show(strategy.as_mut(), *values);
            let said = signal.as_ref().map(|signal| {
                (
                    signal.action,
                    (signal.confidence.0 * 1e9).round() / 1e9,
                    signal.blocked_by.as_deref(),
                )
            });
            assert_eq!(said, *expected, "row {index}");
        }
    }

    #[test]
    fn goes_on_after_a_restore_and_refuses_what_is_not_its_own() {
        let mut strategy = crossover();
        show(strategy.as_mut(), [Some(8.0), Some(9.0), Some(50.0)]);
        let mut restored = crossover();
        restored.restore(&strategy.save()).unwrap();
        assert!(show(restored.as_mut(), [Some(9.5), Some(9.0), Some(50.0)]).is_some());
        let message = restored
            .restore(&serde_json::json!({ "lean": "buy" }))
            .unwrap_err()
            .to_string();
        assert!(
            message.starts_with("strategy `crossover`: its saved state cannot be read"),
            "{message}"
        );
    }

    #[test]
    fn runs_on_the_indicators_that_it_asks_for() {
        let config = StrategyConfig::crossover();
        let catalog = IndicatorCatalog::new(&required_indicators(&config).unwrap());
        let mut set = IndicatorSet::new(&catalog);
        let mut strategy = build(&config, &catalog).unwrap();
        let mut said = Vec::new();
        for index in 0..120 {
            let wave = [0, 30, 50, 30, 0, -30, -50, -30][(index / 5 % 8) as usize];
            let bar = bar(index, 10_000 + wave + index % 3);
            set.update(&bar, Timestamp::ZERO);
            let signal = strategy.on_bar(&StrategyContext {
                instrument: InstrumentId(0),
                timeframe: Timeframe::MINUTE,
                bar: &bar,
                values: set.values(),
            });
            assert!(signal.is_none() || index >= 21, "warm-up");
            said.extend(signal.map(|signal| signal.action));
        }
        assert!(said.len() >= 3, "{said:?}");
        assert!(said.contains(&SignalAction::Buy) && said.contains(&SignalAction::Sell));
    }

    proptest! {
        #[test]
        fn confidence_is_the_size_of_the_impacts_sum(
            rows in prop::collection::vec((any::<i32>(), any::<i32>(), 0.0..=100.0_f64), 1..40),
            (low, high) in (0.0..49.0_f64, 51.0..100.0_f64),
        ) {
            let config = StrategyConfig {
                rsi_oversold: low,
                rsi_overbought: high,
                ..StrategyConfig::crossover()
            };
            let mut strategy = build(&config, &catalog()).unwrap();
            for (fast, slow, rsi) in rows {
                let values = [Some(f64::from(fast)), Some(f64::from(slow)), Some(rsi)];
                if let Some(signal) = show(strategy.as_mut(), values) {
                    let sum: f64 = signal.explanation.iter().map(|part| part.impact.0).sum();
                    prop_assert!((0.0..=1.0).contains(&signal.confidence.0));
                    prop_assert!((sum.abs() - signal.confidence.0).abs() < 1e-12);
                    prop_assert_eq!(sum > 0.0, fast > slow);
                    prop_assert_eq!(
                        signal.action == SignalAction::Hold,
                        signal.blocked_by.is_some()
                    );
                }
            }
        }
    }
}
