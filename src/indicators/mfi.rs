//! Money flow index.
//! Must not give an extreme where no money moved.

use serde::{Deserialize, Serialize};

use crate::domain::{Bar, Timestamp};

use super::definition::{Definition, Indicator, Output, Parameter, Registered};
use super::number::{remember, seldom, to_f64, typical_price_times_three};
use super::rolling::{PairSum, Window};
use super::spec::IndicatorSpec;

/// Share of rising in all money flow over the last `period` changes, 0 to 100 (Gene Quong and
/// Avrum Soudack).
///
/// A bar's flow is its typical price `(high + low + close) / 3` by its volume, and counts as
/// rising or falling with that price; where the price stood still it counts as neither. Ready at
/// bar number `period + 1` (TA-Lib, Stock.Indicators). Without any flow it is 50, the middle;
/// others give 0 or 100 there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Mfi {
    previous_price: Option<i64>,
    rising_and_falling: Window<PairSum>,
}

impl Mfi {
    /// Over `period` changes; zero is taken as one.
    pub fn new(period: usize) -> Self {
        Self {
            previous_price: None,
            rising_and_falling: Window::new(period),
        }
    }
}

impl Indicator for Mfi {
    type Values = Option<f64>;
    type Next = Option<[f64; 2]>;

    #[inline(always)]
    fn step(&self, bar: &Bar, _: Timestamp) -> (Self::Next, Option<f64>) {
        let Some(previous) = self.previous_price else {
            return (None, None);
        };
        let price = typical_price_times_three(bar);
        let volume = bar.volume.units().max(0);
        // Chosen among integers, where the choice takes no branch: nobody can predict it.
        let flow = |counts: bool| to_f64(price) * to_f64(if counts { volume } else { 0 });
        let flows = [flow(price > previous), flow(price < previous)];
        let value = self.rising_and_falling.is_full_with_next().then(|| {
            let [rising, falling] = self.rising_and_falling.folded_with(flows);
            let total = rising + falling;
            if total > 0.0 {
                100.0 * rising / total
            } else {
                seldom();
                50.0
            }
        });
        (Some(flows), value)
    }

    #[inline(always)]
    fn commit(&mut self, bar: &Bar, next: Self::Next) {
        remember(&mut self.previous_price, typical_price_times_three(bar));
        if let Some(flows) = next {
            self.rising_and_falling.push(flows);
        }
    }
}

impl Registered for Mfi {
    const DEFINITION: Definition = Definition {
        name: "MFI",
        parameters: &[Parameter::Period {
            least: 1,
            default: 14,
        }],
        increasing: 0,
        outputs: &[Output::plain("")],
    };

    fn from_spec(spec: &IndicatorSpec) -> Self {
        Self::new(spec.period(0))
    }

    fn has_shape_of(&self, fresh: &Self) -> bool {
        self.rising_and_falling
            .has_shape_of(&fresh.rising_and_falling)
    }
}
