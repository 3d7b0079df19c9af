//! What an indicator is: its formula, its parameters and the values that it gives.
//! Must not know any one indicator: `registry` lists them.

use std::slice::IterMut;

use crate::domain::{Bar, ClosedBar, FormingBar, Timestamp};

use super::spec::IndicatorSpec;

/// The longest period that a specification may ask for; it bounds the memory of one set.
pub(super) const PERIOD_MAX: u32 = 1_000;

/// The value or values of one bar, in the order in which they are named; `None` is not ready.
pub trait Values {
    /// Puts each value into the next place of `places`.
    fn write(self, places: &mut IterMut<'_, Option<f64>>);
}

impl Values for Option<f64> {
    #[inline(always)]
    fn write(self, places: &mut IterMut<'_, Self>) {
        if let Some(place) = places.next() {
            *place = self;
        }
    }
}

impl<const N: usize> Values for [Option<f64>; N] {
    #[inline(always)]
    fn write(self, places: &mut IterMut<'_, Option<f64>>) {
        for (value, place) in self.into_iter().zip(places.by_ref()) {
            *place = value;
        }
    }
}

/// An indicator of one instrument and one timeframe.
///
/// Prices are the instrument's smallest price units and volumes its smallest quantity units.
pub trait Indicator {
    /// One value, or several in the order of their names.
    type Values: Values;
    /// What changes with a bar.
    type Next;

    /// The formula: what the bar makes of the state, and the values at the bar.
    fn step(&self, bar: &Bar, session_start: Timestamp) -> (Self::Next, Self::Values);

    /// Keeps the outcome of a [`step`](Self::step) that was taken with the same bar.
    fn commit(&mut self, bar: &Bar, next: Self::Next);

    /// Takes a closed bar of the trading session that began at `session_start`.
    #[inline(always)]
    fn update_in(&mut self, bar: &ClosedBar, session_start: Timestamp) -> Self::Values {
        let (next, values) = self.step(bar, session_start);
        self.commit(bar, next);
        values
    }

    /// The values had the forming bar closed now, in the session that began at `session_start`.
    #[inline(always)]
    fn peek_in(&self, bar: &FormingBar, session_start: Timestamp) -> Self::Values {
        self.step(bar, session_start).1
    }

    /// Takes a closed bar, within one endless session.
    #[inline(always)]
    fn update(&mut self, bar: &ClosedBar) -> Self::Values {
        self.update_in(bar, Timestamp::MIN)
    }

    /// The values had the forming bar closed now, within one endless session.
    #[inline(always)]
    fn peek(&self, bar: &FormingBar) -> Self::Values {
        self.peek_in(bar, Timestamp::MIN)
    }
}

/// What the registry needs of an indicator beside its formula.
pub(super) trait Registered: Indicator {
    /// Its name, parameters and values.
    const DEFINITION: Definition;

    /// A fresh state with the parameters of `spec`.
    fn from_spec(spec: &IndicatorSpec) -> Self;

    /// Whether a state read from outside has the parameters and buffer sizes of `fresh`.
    fn has_shape_of(&self, fresh: &Self) -> bool;
}

/// The description of one indicator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Definition {
    /// As in a specification: `SMA`.
    pub name: &'static str,
    /// In the order of the specification; at most three.
    pub parameters: &'static [Parameter],
    /// How many of the leading parameters must grow from one to the next; fewer than two is none.
    pub increasing: usize,
    /// In the order of the values.
    pub outputs: &'static [Output],
}

/// One parameter of an indicator.
#[derive(Debug, Clone, Copy)]
pub(super) enum Parameter {
    /// A number of bars.
    Period {
        /// The least that makes sense.
        least: u32,
        /// Taken where the specification gives no parameters at all.
        default: u32,
    },
    /// A factor above zero, held in thousandths.
    Multiplier {
        /// Taken where the specification gives no parameters at all.
        default: u32,
    },
}

impl Parameter {
    /// The value where the specification gives none.
    pub(super) const fn default(self) -> u32 {
        match self {
            Self::Period { default, .. } | Self::Multiplier { default } => default,
        }
    }
}

/// One value of an indicator.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    /// Put behind the indicator's name; empty for the main value.
    pub suffix: &'static str,
    /// Whether it is measured in the instrument's smallest price units.
    pub price_like: bool,
}

impl Output {
    /// A value in price units.
    pub(super) const fn price(suffix: &'static str) -> Self {
        Self {
            suffix,
            price_like: true,
        }
    }

    /// A value in a unit of its own.
    pub(super) const fn plain(suffix: &'static str) -> Self {
        Self {
            suffix,
            price_like: false,
        }
    }
}
