//! Exponential smoothing seeded with a plain mean: the core of EMA, MACD, RSI, ATR and ADX.
//! Must not know what is smoothed.

use serde::{Deserialize, Serialize};

use super::number::{count_to_f64, seldom};

/// More than the sum of a thousand of the largest prices.
const SUM_MAX: f64 = 1e24;

/// `N` series smoothed side by side, each with a weight of its own.
///
/// The first value is the mean of the first `period` inputs (as Wilder, StockCharts, TA-Lib and
/// the reference tables do); from then on `value * (1 - weight) + input * weight`. That form has
/// two dependent operations a bar rather than the three of `value + weight * (input - value)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "Smoothed<N>: Serialize, [usize; N]: Serialize, [f64; N]: Serialize",
    deserialize = "Smoothed<N>: Deserialize<'de>, [usize; N]: Deserialize<'de>, [f64; N]: Deserialize<'de>"
))]
pub(super) struct Smoother<const N: usize> {
    periods: [usize; N],
    /// The longest of the periods.
    period: usize,
    weights: [f64; N],
    state: Smoothed<N>,
}

/// What changes with an input: sums until there are `period` inputs, means after that.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "[f64; N]: Serialize",
    deserialize = "[f64; N]: Deserialize<'de>"
))]
pub struct Smoothed<const N: usize> {
    count: usize,
    values: [f64; N],
}

impl<const N: usize> Smoother<N> {
    /// With the weights `2 / (period + 1)` of exponential moving averages.
    pub(super) fn exponential(periods: [usize; N]) -> Self {
        Self::with_weights(periods, |period| 2.0 / count_to_f64(period + 1))
    }

    /// With Wilder's weight `1 / period` for all.
    pub(super) fn wilder(period: usize) -> Self {
        Self::with_weights([period; N], |period| 1.0 / count_to_f64(period))
    }

    fn with_weights(periods: [usize; N], weight: impl Fn(usize) -> f64) -> Self {
        let periods = periods.map(|period| period.max(1));
        Self {
            periods,
            period: periods.into_iter().fold(1, usize::max),
            weights: periods.map(weight),
            state: Smoothed {
                count: 0,
                values: [0.0; N],
            },
        }
    }

    /// Whether the means are ready before the next input.
    #[inline(always)]
    pub(super) const fn is_ready(&self) -> bool {
        self.state.count >= self.period
    }

    /// The state after `inputs`, of a smoother that is ready; [`step`](Self::step) without its
    /// question.
    #[inline(always)]
    pub(super) fn step_ready(&self, inputs: [f64; N]) -> Smoothed<N> {
        // A second field for what is kept would lie beside `weights`, and the compiler would then
        // pack both products into one vector, whose shuffles cost more than they save.
        let Smoothed { count, mut values } = self.state;
        for ((value, input), weight) in values.iter_mut().zip(inputs).zip(self.weights) {
            *value = smooth(*value, input, weight);
        }
        Smoothed { count, values }
    }

    /// The state after `inputs`.
    #[inline(always)]
    pub(super) fn step(&self, inputs: [f64; N]) -> Smoothed<N> {
        // Read before the question, or each branch would read it from memory by itself.
        let Smoothed { count, mut values } = self.state;
        if count >= self.period {
            return self.step_ready(inputs);
        }
        let count = count + 1;
        // One question at a time: a walk over four arrays at once would not be inlined.
        let ready = self.step_ready(inputs).values;
        for (value, input) in values.iter_mut().zip(inputs) {
            *value += input;
        }
        for (value, period) in values.iter_mut().zip(self.periods) {
            if count == period {
                *value /= count_to_f64(count);
            }
        }
        for ((value, ready), period) in values.iter_mut().zip(ready).zip(self.periods) {
            if count > period {
                *value = ready;
            }
        }
        Smoothed { count, values }
    }

    /// The state as it is, for a bar that brings no input.
    #[inline(always)]
    pub(super) const fn state(&self) -> Smoothed<N> {
        self.state
    }

    /// The means in `state`, once there are enough inputs.
    #[inline(always)]
    pub(super) fn means(&self, state: &Smoothed<N>) -> Option<[f64; N]> {
        (state.count >= self.period).then_some(state.values)
    }

    /// The means, or the sums that are to become means.
    #[inline(always)]
    pub(super) const fn raw(state: &Smoothed<N>) -> [f64; N] {
        state.values
    }

    /// Keeps a state that [`step`](Self::step) gave.
    #[inline(always)]
    pub(super) fn commit(&mut self, state: Smoothed<N>) {
        if self.is_ready() {
            self.commit_ready(state);
        } else {
            seldom();
            self.state = state;
        }
    }

    /// Keeps a state that [`step_ready`](Self::step_ready) gave; the count stands still there,
    /// and not to write it saves time.
    #[inline(always)]
    pub(super) const fn commit_ready(&mut self, state: Smoothed<N>) {
        self.state.values = state.values;
    }

    /// Whether a smoother from outside can stand in for `fresh`.
    pub(super) fn has_shape_of(&self, fresh: &Self) -> bool {
        self.period == fresh.period
            && self.periods == fresh.periods
            && self.weights.map(f64::to_bits) == fresh.weights.map(f64::to_bits)
            && self.state.count <= self.period
            && self.state.values.iter().all(|value| value.abs() <= SUM_MAX)
    }
}

impl Smoother<1> {
    /// The state with another value.
    #[inline(always)]
    pub(super) const fn with_value(&self, value: f64) -> Smoothed<1> {
        Smoothed {
            count: self.state.count,
            values: [value],
        }
    }

    /// The value as it is: a mean once ready, a sum until then.
    #[inline(always)]
    pub(super) const fn value(&self) -> f64 {
        let [value] = self.state.values;
        value
    }

    /// What `value` becomes with `input`, once ready.
    #[inline(always)]
    pub(super) fn smoothed(&self, value: f64, input: f64) -> f64 {
        let [weight] = self.weights;
        smooth(value, input, weight)
    }

    /// What `value` becomes with `input`, while not ready; and whether that makes it a mean.
    #[inline(always)]
    pub(super) fn summed(&self, value: f64, input: f64) -> (Smoothed<1>, Option<f64>) {
        let count = self.state.count + 1;
        let sum = value + input;
        let ready = count >= self.period;
        let value = if ready {
            sum / count_to_f64(count)
        } else {
            sum
        };
        let values = [value];
        (Smoothed { count, values }, ready.then_some(value))
    }
}

#[inline(always)]
fn smooth(value: f64, input: f64, weight: f64) -> f64 {
    value * (1.0 - weight) + input * weight
}
