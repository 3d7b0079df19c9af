//! Checked arithmetic on money and prices that the ledger, risk and the paper venue share.
//! Must not lose a digit without its caller having asked for a rounding.

use rust_decimal::Decimal;

use crate::domain::{Instrument, Price, Qty};

/// Hundred, for percentages.
pub(crate) const HUNDRED: Decimal = Decimal::ONE_HUNDRED;
/// One percent.
pub(crate) const PERCENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);
/// One basis point.
pub(crate) const BASIS_POINT: Decimal = Decimal::from_parts(1, 0, 0, false, 4);
/// Basis points in one.
pub(crate) const BASIS_POINTS: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);

/// The sum, or `None` where not every digit of it fits.
///
/// `Decimal::checked_add` drops low digits where 96 bits do not hold them all, and the result
/// then has fewer decimals than an operand: that is how the loss is seen here.
pub(crate) fn exact_add(left: Decimal, right: Decimal) -> Option<Decimal> {
    if right.is_zero() {
        return Some(left);
    }
    if left.is_zero() {
        return Some(right);
    }
    let is_exact = |a: Decimal, b: Decimal, sum: Decimal| sum.scale() >= a.scale().max(b.scale());
    let sum = left.checked_add(right)?;
    if is_exact(left, right, sum) {
        return Some(sum);
    }
    let (left, right) = (left.normalize(), right.normalize());
    let sum = left.checked_add(right)?;
    is_exact(left, right, sum).then_some(sum)
}

/// The difference, or `None` where not every digit of it fits.
pub(crate) fn exact_sub(left: Decimal, right: Decimal) -> Option<Decimal> {
    exact_add(left, -right)
}

/// Ten to the power of the index; a `Decimal` has at most 28 decimals.
#[allow(clippy::indexing_slicing, reason = "evaluated by the compiler")]
const POWERS_OF_TEN: [i128; 29] = {
    let mut powers = [1_i128; 29];
    let mut index = 1;
    while index < powers.len() {
        powers[index] = powers[index - 1] * 10;
        index += 1;
    }
    powers
};

/// How often `divisor` fits into `dividend`, and whether nothing is left over; `None` where one is
/// below zero, the divisor is zero, or 128 bits do not hold the numbers at one scale.
///
/// A `Decimal` division makes 28 digits where the callers want a whole number: this takes a tenth
/// of its time, on a path that every order waits for.
pub(crate) fn whole_quotient(dividend: Decimal, divisor: Decimal) -> Option<(i128, bool)> {
    if dividend.is_sign_negative() || divisor.is_sign_negative() || divisor.is_zero() {
        return None;
    }
    let widen = |mantissa: i128, decimals: u32| {
        mantissa.checked_mul(*POWERS_OF_TEN.get(usize::try_from(decimals).ok()?)?)
    };
    let (from, to) = (dividend.scale(), divisor.scale());
    let dividend = widen(dividend.mantissa(), to.saturating_sub(from))?;
    let divisor = widen(divisor.mantissa(), from.saturating_sub(to))?;
    let quotient = dividend.checked_div(divisor)?;
    Some((quotient, quotient.checked_mul(divisor)? == dividend))
}

/// The exact value in major units of a count of quantity units at `price`, or `None` where it
/// does not fit.
pub(crate) fn value(instrument: &Instrument, price: Price, units: i128) -> Option<Decimal> {
    let product = i128::from(price.units()).checked_mul(units)?;
    let scale = u32::from(instrument.price_scale) + u32::from(instrument.quantity_scale);
    Decimal::try_from_i128_with_scale(product, scale).ok()
}

/// Which way a price goes that falls between two ticks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Toward {
    /// To the higher tick.
    Up,
    /// To the lower tick.
    Down,
}

/// `price × factor` on the instrument's tick grid, or `None` where it does not fit.
pub(crate) fn price_times(
    instrument: &Instrument,
    price: Price,
    factor: Decimal,
    toward: Toward,
) -> Option<Price> {
    let units = Decimal::from(price.units()).checked_mul(factor)?;
    price_on_grid(instrument, units, toward)
}

/// The tick beside a count of price units, or `None` where it does not fit.
pub(crate) fn price_on_grid(
    instrument: &Instrument,
    units: Decimal,
    toward: Toward,
) -> Option<Price> {
    let tick = Decimal::from(tick_units(instrument));
    let whole = match (whole_quotient(units, tick), toward) {
        (Some((ticks, false)), Toward::Up) => {
            Decimal::try_from_i128_with_scale(ticks + 1, 0).ok()?
        }
        (Some((ticks, _)), _) => Decimal::try_from_i128_with_scale(ticks, 0).ok()?,
        (None, Toward::Up) => units.checked_div(tick)?.ceil(),
        (None, Toward::Down) => units.checked_div(tick)?.floor(),
    };
    let units = i64::try_from(whole.checked_mul(tick)?).ok()?;
    Some(Price::from_units(units))
}

/// The tick size in price units; one where the instrument has none.
pub(crate) fn tick_units(instrument: &Instrument) -> i64 {
    instrument.tick_size.units().max(1)
}

/// The lot size in quantity units; one where the instrument has none.
pub(crate) fn lot_units(instrument: &Instrument) -> i64 {
    instrument.lot_size.units().max(1)
}

/// The largest multiple of the lot that is no more than `quantity`; zero for negative ones.
pub(crate) fn floor_to_lot(instrument: &Instrument, quantity: Qty) -> Qty {
    let units = quantity.units().max(0);
    Qty::from_units(units - units % lot_units(instrument))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sum_that_would_lose_a_digit_is_refused() {
        let huge = Decimal::MAX;
        let tiny = Decimal::new(1, 8);
        assert_eq!(exact_add(huge, tiny), None);
        assert_eq!(exact_add(huge, Decimal::ZERO), Some(huge));
        assert_eq!(exact_add(huge, huge), None);
        assert_eq!(exact_sub(huge, huge), Some(Decimal::ZERO));
        let long_zero_tail = Decimal::new(1_000_000, 28) * Decimal::new(1, 0);
        assert!(exact_add(Decimal::new(123_456, 0), long_zero_tail).is_some());
    }
}
