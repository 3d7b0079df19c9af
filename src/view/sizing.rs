//! The arithmetic behind the size of an order, worked out again from what was journaled.
//! Must not size anything: risk did, and the approved quantity is its word.

use rust_decimal::Decimal;

use crate::config::RiskConfig;
use crate::domain::{Decision, Instrument, Order, OrderKind, Price, Qty, Side};
use crate::portfolio::money::{HUNDRED, PERCENT, Toward, floor_to_lot, lot_units, price_times};

/// How a size came about; money in major units.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SizingFacts {
    /// Equity at the decision.
    pub equity: Decimal,
    /// Share of equity that may be risked between entry and stop, in percent.
    pub risk_percent: Decimal,
    /// That share.
    pub risk_budget: Option<Decimal>,
    /// Where the order was expected to trade: its limit, or the market's price then.
    pub entry: Option<Price>,
    /// The protective stop.
    pub stop: Option<Price>,
    /// From entry to stop; `None` without a stop on the losing side.
    pub stop_distance: Option<Price>,
    /// Loss of one lot from entry to stop.
    pub loss_per_lot: Option<Decimal>,
    /// What the budget buys in whole lots; limits may have cut it.
    pub by_risk: Option<Qty>,
    /// The size, approved or asked for.
    pub quantity: Qty,
    /// The size in lots.
    pub lots: i64,
    /// Value of the size at the entry.
    pub notional: Option<Decimal>,
    /// Loss of the size from entry to stop, without costs.
    pub loss_to_stop: Option<Decimal>,
    /// Whether risk chose the size by the distance to the stop.
    pub is_by_risk: bool,
}

impl SizingFacts {
    /// Works out how the size of `order` came about, at this equity and with these limits.
    pub(super) fn of(
        decision: &Decision,
        order: &Order,
        instrument: &Instrument,
        equity: Decimal,
        limits: &RiskConfig,
    ) -> Self {
        let entry = entry(decision, instrument, limits.market_collar_percent);
        let stop = order.stop_price;
        let stop_distance = entry.zip(stop).and_then(|(entry, stop)| {
            let distance = match order.side {
                Side::Buy => entry.checked_sub(stop)?,
                Side::Sell => stop.checked_sub(entry)?,
            };
            (distance.units() > 0).then_some(distance)
        });
        let risk_percent = limits.risk_per_trade_percent;
        let risk_budget = equity
            .checked_mul(risk_percent)
            .and_then(|it| it.checked_mul(PERCENT));
        let lot = Qty::from_units(lot_units(instrument));
        let loss = |quantity| instrument.notional(stop_distance?, quantity);
        let loss_per_lot = loss(lot);
        let by_risk = risk_budget
            .zip(loss(Qty::from_units(1)))
            .and_then(|(budget, unit)| {
                let units = budget.checked_div(unit)?.floor();
                let units = Qty::from_units(i64::try_from(units).ok()?);
                Some(floor_to_lot(instrument, units))
            });
        Self {
            equity,
            risk_percent,
            risk_budget,
            entry,
            stop,
            stop_distance,
            loss_per_lot,
            by_risk,
            quantity: order.quantity,
            lots: order.quantity.units() / lot.units(),
            notional: entry.and_then(|price| instrument.notional(price, order.quantity)),
            loss_to_stop: loss(order.quantity),
            is_by_risk: decision.intent.quantity.is_none() && stop.is_some(),
        }
    }
}

/// The price at which the order was expected to trade. For a market order the journal has the price
/// that it counted at, a collar above the market: the one tick that leads to it is the market's.
fn entry(decision: &Decision, instrument: &Instrument, collar: Decimal) -> Option<Price> {
    if let OrderKind::Limit(limit) = decision.intent.kind {
        return Some(limit);
    }
    let counted = decision.reference_price?;
    let grown = HUNDRED.checked_add(collar)?;
    let factor = grown.checked_div(HUNDRED)?;
    let shrunk = HUNDRED.checked_div(grown)?;
    let below = price_times(instrument, counted, shrunk, Toward::Down)?;
    let above = price_times(instrument, counted, shrunk, Toward::Up)?;
    [below, above]
        .into_iter()
        .find(|price| price_times(instrument, *price, factor, Toward::Up) == Some(counted))
}
