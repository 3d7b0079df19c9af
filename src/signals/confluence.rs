//! Votes of RSI, MACD and Bollinger bands, weighed against a threshold.
//! Must not repeat itself: it speaks when the sum crosses the threshold, not while it stays there.
//!
//! Each vote lies between -1 (sell) and 1 (buy):
//! * RSI: 1 below `rsi_oversold`, -1 above `rsi_overbought`, 0 between them.
//! * MACD: the histogram over the sizes of MACD and signal line together, so it needs no scale of
//!   its own: near 0 in a steady trend, far from 0 where the trend turns.
//! * Bollinger: where the close lies in the band, 1 at the lower edge or below, 0 in the middle,
//!   -1 at the upper edge or above; 0 where the band has no width.
//!
//! The votes' mean by their weights is compared with `threshold`: at or above it is a lean to
//! buy, at or below its negative a lean to sell. A signal is raised by the bar on which the lean
//! begins or turns over. After a gap (a value that is not ready, the warm-up included) the first
//! bar only sets the lean: nobody can tell when it began.

use serde::{Deserialize, Serialize};

use crate::config::StrategyConfig;
use crate::domain::{IndicatorSlot, Signal, SignalAction};
use crate::indicators::IndicatorCatalog;

use super::registry::Registration;
use super::settings::{check_common, demand, slot, strategy_name};
use super::strategy::{Strategy, StrategyContext, StrategyError, contribution};

pub(super) const REGISTRATION: Registration = Registration {
    kind: "confluence",
    indicators: &["RSI:14", "MACD:12/26/9", "BB:20/2"],
    check,
    build,
};

const RSI: &str = "RSI_14";
const MACD: &str = "MACD_12_26_9";
const MACD_SIGNAL: &str = "MACD_12_26_9_SIGNAL";
const MACD_HISTOGRAM: &str = "MACD_12_26_9_HISTOGRAM";
const BAND_MIDDLE: &str = "BB_20_2_MIDDLE";
const BAND_UPPER: &str = "BB_20_2_UPPER";

/// MACD below this share of the price is the averages' rounding, not a movement.
const MACD_FLOOR: f64 = 1e-12;

#[derive(Debug)]
struct Confluence {
    name: String,
    slots: Slots,
    weights: Weights,
    rsi_oversold: f64,
    rsi_overbought: f64,
    threshold: f64,
    /// Where the last bar stood; `None` after a gap.
    lean: Option<Lean>,
}

#[derive(Debug)]
struct Slots {
    rsi: IndicatorSlot,
    macd: IndicatorSlot,
    macd_signal: IndicatorSlot,
    band_middle: IndicatorSlot,
    band_upper: IndicatorSlot,
}

/// Shares that sum to one.
#[derive(Debug)]
struct Weights {
    rsi: f64,
    macd: f64,
    bollinger: f64,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Lean {
    Buy,
    Neutral,
    Sell,
}

/// What was looked at, and what each part adds to the sum.
struct Parts {
    rsi: f64,
    rsi_impact: f64,
    histogram: f64,
    macd_impact: f64,
    band_middle: f64,
    bollinger_impact: f64,
}

impl Parts {
    fn sum(&self) -> f64 {
        self.rsi_impact + self.macd_impact + self.bollinger_impact
    }
}

fn check(config: &StrategyConfig) -> Result<(), StrategyError> {
    check_common(config)?;
    let weights = [
        ("rsi_weight", config.rsi_weight),
        ("macd_weight", config.macd_weight),
        ("bollinger_weight", config.bollinger_weight),
    ];
    for (key, weight) in weights {
        demand(
            config,
            weight.is_finite() && weight >= 0.0,
            key,
            weight,
            "a finite number of 0 or more",
        )?;
    }
    demand(
        config,
        weights.iter().any(|&(_, weight)| weight > 0.0),
        "rsi_weight, macd_weight, bollinger_weight",
        weights.map(|(_, weight)| weight.to_string()).join(", "),
        "a set of weights with one above 0",
    )?;
    demand(
        config,
        config.threshold > 0.0 && config.threshold <= 1.0,
        "threshold",
        config.threshold,
        "a number above 0, at most 1",
    )
}

fn build(
    config: &StrategyConfig,
    catalog: &IndicatorCatalog,
) -> Result<Box<dyn Strategy>, StrategyError> {
    let slot = |value| slot(config, catalog, value);
    Ok(Box::new(Confluence {
        name: strategy_name(config).to_owned(),
        slots: Slots {
            rsi: slot(RSI)?,
            macd: slot(MACD)?,
            macd_signal: slot(MACD_SIGNAL)?,
            band_middle: slot(BAND_MIDDLE)?,
            band_upper: slot(BAND_UPPER)?,
        },
        weights: Weights::shares(config),
        rsi_oversold: config.rsi_oversold,
        rsi_overbought: config.rsi_overbought,
        threshold: config.threshold,
        lean: None,
    }))
}

impl Weights {
    /// Divides by the largest first, so that no finite weight overflows the sum.
    fn shares(config: &StrategyConfig) -> Self {
        let largest = config
            .rsi_weight
            .max(config.macd_weight)
            .max(config.bollinger_weight);
        let (rsi, macd, bollinger) = (
            config.rsi_weight / largest,
            config.macd_weight / largest,
            config.bollinger_weight / largest,
        );
        let total = rsi + macd + bollinger;
        Self {
            rsi: rsi / total,
            macd: macd / total,
            bollinger: bollinger / total,
        }
    }
}

impl Confluence {
    fn rsi_vote(&self, rsi: f64) -> f64 {
        if rsi < self.rsi_oversold {
            1.0
        } else if rsi > self.rsi_overbought {
            -1.0
        } else {
            0.0
        }
    }

    /// The parts of the sum; `None` where a value is not ready.
    fn parts(&self, context: &StrategyContext<'_>) -> Option<Parts> {
        let close = context.bar.close.as_f64();
        let rsi = context.value(self.slots.rsi)?;
        let macd = context.value(self.slots.macd)?;
        let macd_signal = context.value(self.slots.macd_signal)?;
        let band_middle = context.value(self.slots.band_middle)?;
        let band_upper = context.value(self.slots.band_upper)?;
        let histogram = macd - macd_signal;
        Some(Parts {
            rsi,
            rsi_impact: self.weights.rsi * self.rsi_vote(rsi),
            histogram,
            macd_impact: self.weights.macd * macd_vote(macd, macd_signal, close),
            band_middle,
            bollinger_impact: self.weights.bollinger
                * bollinger_vote(band_middle, band_upper, close),
        })
    }

    fn lean_of(&self, sum: f64) -> Lean {
        // The sum of shares such as 0.4 and 0.3 may miss a threshold of 0.7 by a rounding.
        let threshold = self.threshold - 1e-12;
        if sum >= threshold {
            Lean::Buy
        } else if sum <= -threshold {
            Lean::Sell
        } else {
            Lean::Neutral
        }
    }
}

fn macd_vote(macd: f64, signal: f64, close: f64) -> f64 {
    let size = macd.abs() + signal.abs();
    if size > MACD_FLOOR * close.abs() {
        ((macd - signal) / size).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

fn bollinger_vote(middle: f64, upper: f64, close: f64) -> f64 {
    let half_width = upper - middle;
    if half_width > 0.0 {
        ((middle - close) / half_width).clamp(-1.0, 1.0)
    } else {
        0.0
    }
}

impl Strategy for Confluence {
    fn name(&self) -> &str {
        &self.name
    }

    fn on_bar(&mut self, context: &StrategyContext<'_>) -> Option<Signal> {
        let Some(parts) = self.parts(context) else {
            self.lean = None;
            return None;
        };
        let lean = self.lean_of(parts.sum());
        let before = self.lean.replace(lean);
        if before.is_none_or(|before| before == lean) {
            return None;
        }
        let action = match lean {
            Lean::Buy => SignalAction::Buy,
            Lean::Sell => SignalAction::Sell,
            Lean::Neutral => return None,
        };
        let explanation = vec![
            contribution(RSI, parts.rsi, parts.rsi_impact),
            contribution(MACD_HISTOGRAM, parts.histogram, parts.macd_impact),
            contribution(BAND_MIDDLE, parts.band_middle, parts.bollinger_impact),
        ];
        Some(context.signal(&self.name, action, explanation))
    }

    fn save(&self) -> serde_json::Value {
        serde_json::json!({ "lean": self.lean })
    }

    fn restore(&mut self, state: &serde_json::Value) -> Result<(), StrategyError> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Saved {
            lean: Option<Lean>,
        }
        let saved = Saved::deserialize(state).map_err(|error| StrategyError::State {
            strategy: self.name.clone(),
            reason: error.to_string(),
        })?;
        self.lean = saved.lean;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Strategy, *};
    use crate::domain::{Bar, ClosedBar, InstrumentId, Price, Qty, Timeframe, Timestamp};
    use crate::indicators::IndicatorSpec;

    fn catalog() -> IndicatorCatalog {
        IndicatorCatalog::new(&IndicatorSpec::parse_list("RSI:14,MACD,BB:20/2").unwrap())
    }

    /// Close, RSI, MACD, its signal line, the band's middle and upper edge.
    type Row = (i64, Option<f64>, f64, f64, f64, f64);

    fn show(strategy: &mut dyn Strategy, row: Row) -> Option<Signal> {
        let (close, rsi, macd, signal, middle, upper) = row;
        let price = Price::from_units(close);
        let bar = ClosedBar::new(Bar {
            start: Timestamp::ZERO,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::ZERO,
            count: 1,
        });
        let values = [
            rsi,
            Some(macd),
            Some(signal),
            Some(macd - signal),
            Some(middle),
            Some(upper),
            Some(2.0 * middle - upper),
        ];
        strategy.on_bar(&StrategyContext {
            instrument: InstrumentId(0),
            timeframe: Timeframe::MINUTE,
            bar: &bar,
            values: &values,
        })
    }

    #[test]
    fn speaks_when_the_sum_crosses_the_threshold_and_not_while_it_stays() {
        use SignalAction::{Buy, Sell};
        let mut strategy = build(&StrategyConfig::confluence(), &catalog()).unwrap();
        let neutral = (1_000, Some(50.0), 1.0, 1.0, 1_000.0, 1_100.0);
        let oversold = (900, Some(20.0), -1.0, -1.0, 1_000.0, 1_100.0);
        let overbought = (1_100, Some(80.0), 1.0, 1.0, 1_000.0, 1_100.0);
        let unknown = (900, None, -1.0, -1.0, 1_000.0, 1_100.0);
        let table: &[(Row, Option<(SignalAction, f64)>)] = &[
            (unknown, None),
            (oversold, None), // first after the warm-up: nobody saw it begin
            (neutral, None),
            (oversold, Some((Buy, 0.7))),
            (oversold, None), // it stays there
            (overbought, Some((Sell, 0.7))),
            (neutral, None),
            // RSI's 0.4 and the band's 0.3, less MACD's 0.3 by a half.
            (
                (900, Some(20.0), -3.0, -1.0, 1_000.0, 1_100.0),
                Some((Buy, 0.55)),
            ),
            // MACD is against it: 0.7 less 0.3 is below the threshold.
            ((900, Some(20.0), -1.0, 1.0, 1_000.0, 1_100.0), None),
            (unknown, None), // a gap
            (oversold, None),
            // Half way to the lower edge, RSI at its very limit, which does not count.
            ((950, Some(30.0), 1.0, -1.0, 1_000.0, 1_100.0), None),
        ];
        for (index, (row, expected)) in table.iter().enumerate() {
            let signal = show(strategy.as_mut(), *row);
            let said = signal
                .as_ref()
                .map(|signal| (signal.action, (signal.confidence.0 * 1e9).round() / 1e9));
            assert_eq!(said, *expected, "row {index}");
        }
    }

    #[test]
    fn explains_each_part() {
        let mut strategy = build(&StrategyConfig::confluence(), &catalog()).unwrap();
        show(
            strategy.as_mut(),
            (1_000, Some(50.0), 1.0, 1.0, 1_000.0, 1_100.0),
        );
        let signal = show(
            strategy.as_mut(),
            (1_200, Some(75.0), 2.0, 6.0, 1_000.0, 1_100.0),
        )
        .unwrap();
        let parts: Vec<(&str, f64, f64)> = signal
            .explanation
            .iter()
            .map(|part| (part.feature.as_str(), part.value.0, part.impact.0))
            .collect();
        assert_eq!(
            parts,
            [
                ("RSI_14", 75.0, -0.4),
                ("MACD_12_26_9_HISTOGRAM", -4.0, -0.15),
                ("BB_20_2_MIDDLE", 1_000.0, -0.3),
            ]
        );
        assert_eq!(signal.action, SignalAction::Sell);
        assert_eq!(signal.price, Price::from_units(1_200));
    }

    #[test]
    fn goes_on_after_a_restore_and_refuses_what_is_not_its_own() {
        let neutral = (1_000, Some(50.0), 1.0, 1.0, 1_000.0, 1_100.0);
        let oversold = (900, Some(20.0), -1.0, -1.0, 1_000.0, 1_100.0);
        let mut strategy = build(&StrategyConfig::confluence(), &catalog()).unwrap();
        show(strategy.as_mut(), neutral);
        let mut restored = build(&StrategyConfig::confluence(), &catalog()).unwrap();
        restored.restore(&strategy.save()).unwrap();
        assert_eq!(restored.save(), strategy.save());
        assert!(show(restored.as_mut(), oversold).is_some());
        assert!(
            restored
                .restore(&serde_json::json!({ "lean": "up" }))
                .is_err()
        );
        assert!(restored.restore(&serde_json::json!(7)).is_err());
    }

    fn real() -> impl proptest::strategy::Strategy<Value = f64> {
        prop_oneof![
            -1e3..1e3_f64,
            -1e18..1e18_f64,
            Just(0.0),
            Just(f64::MIN_POSITIVE)
        ]
    }

    proptest! {
        #[test]
        fn confidence_is_the_size_of_the_impacts_sum(
            rows in prop::collection::vec(
                (any::<i64>(), 0.0..100.0_f64, real(), real(), real(), real()),
                1..40
            ),
            weights in (0.0..10.0_f64, 0.0..10.0_f64, 0.001..10.0_f64),
            threshold in 0.01..1.0_f64,
        ) {
            let config = StrategyConfig {
                rsi_weight: weights.0,
                macd_weight: weights.1,
                bollinger_weight: weights.2,
                threshold,
                ..StrategyConfig::confluence()
            };
            check(&config).unwrap();
            let mut strategy = build(&config, &catalog()).unwrap();
            for (close, rsi, macd, signal, middle, upper) in rows {
                let row = (close, Some(rsi), macd, signal, middle, upper);
                if let Some(signal) = show(strategy.as_mut(), row) {
                    let sum: f64 = signal.explanation.iter().map(|part| part.impact.0).sum();
                    prop_assert!((0.0..=1.0).contains(&signal.confidence.0));
                    prop_assert!((sum.abs() - signal.confidence.0).abs() < 1e-12);
                    prop_assert!(signal.confidence.0 >= threshold - 1e-9);
                    prop_assert_eq!(sum > 0.0, signal.action == SignalAction::Buy);
                }
            }
        }
    }
}
