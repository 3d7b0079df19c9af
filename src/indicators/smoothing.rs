//! Exponential smoothing seeded with a plain mean: the core of EMA, MACD, RSI, ATR and ADX.
//! Must not know what is smoothed.

use serde::{Deserialize, Serialize};

use super::number::count_to_f64;

/// More than the sum of a thousand of the largest prices.
const SUM_MAX: f64 = 1e24;

/// `N` series smoothed side by side with one weight.
///
/// The first value is the mean of the first `period` inputs (as Wilder, StockCharts, TA-Lib and
/// the reference tables do); from then on `value * (1 - weight) + input * weight`. That form has
/// two dependent operations a bar rather than the three of `value + weight * (input - value)`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound(
    serialize = "Smoothed<N>: Serialize",
    deserialize = "Smoothed<N>: Deserialize<'de>"
))]
pub(super) struct Smoother<const N: usize> {
    period: usize,
    weight: f64,
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
    /// With the weight `2 / (period + 1)` of an exponential moving average.
    pub(super) fn exponential(period: usize) -> Self {
        let period = period.max(1);
        Self::with_weight(period, 2.0 / count_to_f64(period + 1))
    }

    /// With Wilder's weight `1 / period`.
    pub(super) fn wilder(period: usize) -> Self {
        let period = period.max(1);
        Self::with_weight(period, 1.0 / count_to_f64(period))
    }

    const fn with_weight(period: usize, weight: f64) -> Self {
        Self {
            period,
            weight,
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
        // A second field for it would lie beside `weight`, and the compiler would then pack both
        // products into one vector, whose shuffles cost more than they save.
        let keep = 1.0 - self.weight;
        let Smoothed { count, mut values } = self.state;
        for (value, input) in values.iter_mut().zip(inputs) {
            *value = *value * keep + input * self.weight;
        }
        Smoothed { count, values }
    }

    /// The state after `inputs`.
    #[inline(always)]
    pub(super) fn step(&self, inputs: [f64; N]) -> Smoothed<N> {
        let Smoothed { count, mut values } = self.state;
        if count >= self.period {
            return self.step_ready(inputs);
        }
        let count = count + 1;
        for (value, input) in values.iter_mut().zip(inputs) {
            *value += input;
            if count == self.period {
                *value /= count_to_f64(count);
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
        self.state = state;
    }

    /// Whether a smoother from outside can stand in for `fresh`.
    pub(super) fn has_shape_of(&self, fresh: &Self) -> bool {
        self.period == fresh.period
            && self.weight.to_bits() == fresh.weight.to_bits()
            && self.state.count <= self.period
            && self.state.values.iter().all(|value| value.abs() <= SUM_MAX)
    }
}
