//! How large an order is and where its protective stop lies.
//! Must not refuse: an order that cannot be sized has no quantity, and the review says so.

use rust_decimal::Decimal;

use crate::config::model::RiskConfig;
use crate::domain::{OrderIntent, Price, Qty, Side};
use crate::portfolio::money::{
    BASIS_POINT, PERCENT, Toward, floor_to_lot, lot_units, price_on_grid, value, whole_quotient,
};

use super::exposure::Exposure;
use super::guardian::RiskContext;
use super::prices::Prices;

/// Size and stop of an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sizing {
    /// How much; zero where the limits leave no room, `None` where it cannot be computed.
    pub(super) quantity: Option<Qty>,
    /// The protective stop of what the order opens; `None` for orders that only reduce, and where
    /// the position's own stays.
    pub(super) stop: Option<Price>,
    /// The target of what the order opens; `None` for orders that only reduce.
    pub(super) target: Option<Price>,
    /// Whether the stop that was asked for lies on the losing side of the entry, and the target on
    /// the winning side.
    pub(super) guards_are_sound: bool,
}

/// Sizes an order.
///
/// - With a quantity, that is the size. The stop is the one that was asked for, or the one that
///   sizing would have used; where that is not known yet there is none.
/// - Without one, an order that opposes the position, or is reduce-only, closes all of the
///   position that working orders do not close yet, and never more. That keeps its size apart
///   from every limit, so that a tighter limit cannot turn an entry into a permitted exit.
/// - Otherwise, with the stop that was asked for or one by the average true range,
///   `risk_per_trade_percent` of equity is divided by the distance from entry to stop,
///   and the result is cut to what `max_notional`, `max_position`, buying power and
///   `allow_short` leave. Those checks then pass where any size of at least a lot can pass them.
///
/// What adds to a position that has a stop, and names none of its own, leaves it where it is, and
/// is sized by whichever of the two stops is further away.
pub(super) fn size(
    config: &RiskConfig,
    intent: &OrderIntent,
    context: &RiskContext<'_>,
    exposure: &Exposure,
    prices: &Prices,
) -> Sizing {
    let reducible = exposure.reducible();
    if let Some(quantity) = intent.quantity {
        let increase = exposure.increase(i128::from(quantity.units()));
        if intent.reduce_only || increase == 0 {
            return closing(Some(quantity));
        }
        let by_default = || {
            if kept_stop(intent.side, context, prices).is_some() {
                return None;
            }
            stop_from_atr(config, intent.side, context, prices.entry?)
                .filter(|&stop| distance(intent.side, prices.entry, stop).is_some())
        };
        return Sizing {
            quantity: Some(quantity),
            stop: intent.stop_price.or_else(by_default),
            target: intent.target_price,
            guards_are_sound: target_is_sound(intent, prices)
                && intent
                    .stop_price
                    .is_none_or(|stop| distance(intent.side, prices.entry, stop).is_some()),
        };
    }
    if intent.reduce_only || reducible > 0 {
        let quantity = i64::try_from(reducible).ok().map(Qty::from_units);
        return closing(quantity.map(|quantity| floor_to_lot(context.instrument, quantity)));
    }
    let kept = kept_stop(intent.side, context, prices).filter(|_| intent.stop_price.is_none());
    let stop = intent
        .stop_price
        .or_else(|| stop_from_atr(config, intent.side, context, prices.entry?));
    let sound = stop.filter(|&stop| distance(intent.side, prices.entry, stop).is_some());
    Sizing {
        quantity: sound
            .map(|stop| further(intent.side, stop, kept))
            .and_then(|stop| by_risk(config, intent.side, context, exposure, prices, stop)),
        stop: stop.filter(|_| kept.is_none()),
        target: intent.target_price,
        guards_are_sound: sound.is_some() && target_is_sound(intent, prices),
    }
}

/// The stop of the position that the order adds to, where it loses for the order as well.
fn kept_stop(side: Side, context: &RiskContext<'_>, prices: &Prices) -> Option<Price> {
    let adds = match side {
        Side::Buy => context.position.units() > 0,
        Side::Sell => context.position.units() < 0,
    };
    context
        .position_stop
        .filter(|&stop| adds && distance(side, prices.entry, stop).is_some())
}

/// The stop that loses more, so that a stop close by never makes an order larger.
fn further(side: Side, stop: Price, kept: Option<Price>) -> Price {
    kept.map_or(stop, |kept| match side {
        Side::Buy => stop.min(kept),
        Side::Sell => stop.max(kept),
    })
}

/// Whether the target, if there is one, lies where the other side's stop would.
fn target_is_sound(intent: &OrderIntent, prices: &Prices) -> bool {
    intent
        .target_price
        .is_none_or(|target| distance(intent.side.opposite(), prices.entry, target).is_some())
}

const fn closing(quantity: Option<Qty>) -> Sizing {
    Sizing {
        quantity,
        stop: None,
        target: None,
        guards_are_sound: true,
    }
}

/// Price units from entry to stop, `None` unless the stop is above zero and on the losing side.
fn distance(side: Side, entry: Option<Price>, stop: Price) -> Option<Price> {
    let entry = entry?;
    let distance = match side {
        Side::Buy => entry.checked_sub(stop)?,
        Side::Sell => stop.checked_sub(entry)?,
    };
    (distance.units() > 0 && stop.units() > 0).then_some(distance)
}

/// The stop `stop_atr_multiple` average true ranges from the entry, on the tick further away.
///
/// An average true range that is missing, not a number, infinite, zero or negative gives no stop
/// and so no size: it never turns into a limit that is not there.
fn stop_from_atr(
    config: &RiskConfig,
    side: Side,
    context: &RiskContext<'_>,
    entry: Price,
) -> Option<Price> {
    let atr = context.atr.filter(|atr| atr.is_finite() && *atr > 0.0)?;
    let away = range(atr)?.checked_mul(config.stop_atr_multiple)?;
    let entry = Decimal::from(entry.units());
    let (stop, toward) = match side {
        Side::Buy => (entry.checked_sub(away)?, Toward::Down),
        Side::Sell => (entry.checked_add(away)?, Toward::Up),
    };
    price_on_grid(context.instrument, stop, toward)
}

/// A range above zero in price units, to a thousandth of one: the exact conversion of a float
/// takes a tenth of a whole decision, for digits that the price grid cuts off.
fn range(atr: f64) -> Option<Decimal> {
    const LARGEST: f64 = 9e15;
    let thousandths = (atr * 1_000.0).round();
    if thousandths >= LARGEST {
        return Decimal::try_from(atr).ok();
    }
    #[allow(
        clippy::cast_possible_truncation,
        reason = "a whole number that a float holds exactly"
    )]
    let units = thousandths as i64;
    Some(Decimal::new(units, 3))
}

fn by_risk(
    config: &RiskConfig,
    side: Side,
    context: &RiskContext<'_>,
    exposure: &Exposure,
    prices: &Prices,
    stop: Price,
) -> Option<Qty> {
    let instrument = context.instrument;
    let equity = context.account.equity;
    if equity <= Decimal::ZERO {
        return None;
    }
    if side == Side::Sell && !config.allow_short {
        return Some(Qty::ZERO);
    }
    let share = |percent: Decimal| equity.checked_mul(percent)?.checked_mul(PERCENT);
    let distance = distance(side, prices.entry, stop)?;
    let unit_risk = value(instrument, distance, 1)?;
    let unit_value = value(instrument, prices.worst?, 1)?;
    let unit_position = value(instrument, prices.position?, 1)?;
    let unit_cost = with_fee(unit_value, context.fee_bps)?;

    let by_position = largest(share(config.max_position_percent)?, unit_position)?;
    let size = largest(share(config.risk_per_trade_percent)?, unit_risk)?
        .min(largest(share(config.max_notional_percent)?, unit_value)?)
        .min(by_position - exposure.reach().max(0))
        .min(largest(free_cash(context)?, unit_cost)?)
        .max(0);
    let lot = i128::from(lot_units(instrument));
    i64::try_from(size - size % lot).ok().map(Qty::from_units)
}

/// How many units of `unit` fit into `budget`; none where the budget is overdrawn.
fn largest(budget: Decimal, unit: Decimal) -> Option<i128> {
    if unit <= Decimal::ZERO {
        return None;
    }
    if budget <= Decimal::ZERO {
        return Some(0);
    }
    if let Some((count, _)) = whole_quotient(budget, unit) {
        return Some(count);
    }
    let count = budget.checked_div(unit)?.floor();
    // The quotient was rounded to 28 digits, which can carry it up to a whole number.
    let fits = count.checked_mul(unit)? <= budget;
    let count = i128::try_from(count).ok()?;
    Some(if fits { count } else { count - 1 })
}

/// A value with the fee on it.
pub(super) fn with_fee(value: Decimal, fee_bps: Decimal) -> Option<Decimal> {
    let fee = value
        .checked_mul(fee_bps.max(Decimal::ZERO))?
        .checked_mul(BASIS_POINT)?;
    value.checked_add(fee)
}

/// Cash that nothing else lays claim to: not the working orders, and not the short positions,
/// whose proceeds are locked and backed once more by the account's own money, so that long and
/// short together never exceed what the account owns.
pub(super) fn free_cash(context: &RiskContext<'_>) -> Option<Decimal> {
    let locked = context
        .short_value
        .max(Decimal::ZERO)
        .checked_mul(Decimal::TWO)?;
    context
        .account
        .cash
        .checked_sub(locked)?
        .checked_sub(context.committed_cash.max(Decimal::ZERO))
}
