//! How much of each risk limit is used, and the exposure: computed from the view when asked.
//! Must not decide on orders: the guardian asks its own questions.

use std::collections::BTreeMap;

use rust_decimal::Decimal;

use crate::domain::{DenialReason, InstrumentId, Order, OrderKind, Price, Qty, Side};

use super::model::{InstrumentView, View};

/// How a row's numbers are meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RiskUnit {
    /// Percent of equity, or of the equity that a fall counts from.
    Percent,
    /// A number of things.
    Count,
    /// Major units of the account's currency.
    Money,
}

/// One limit and how much of it is used.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RiskRow {
    /// Which control.
    pub control: DenialReason,
    /// How the numbers are meant.
    pub unit: RiskUnit,
    /// How much is used; `None` for a limit that counts for one order alone, and where it cannot
    /// be computed.
    pub used: Option<Decimal>,
    /// How much may be.
    pub limit: Decimal,
    /// Used by limit, 0 to 1 and beyond; `None` where `used` is.
    pub share: Option<f64>,
    /// Whose position it is, for the limit on one position.
    pub instrument: Option<InstrumentId>,
}

impl RiskRow {
    fn new(control: DenialReason, unit: RiskUnit, used: Option<Decimal>, limit: Decimal) -> Self {
        let share = used
            .and_then(|used| used.checked_div(limit))
            .and_then(|share| f64::try_from(share).ok());
        Self {
            control,
            unit,
            used,
            limit,
            share,
            instrument: None,
        }
    }
}

/// What is held, in major units at the last prices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exposure {
    /// Value of the long positions.
    pub long: Decimal,
    /// Value of the short positions, above zero.
    pub short: Decimal,
    /// Instruments with a position or with an order that may open one.
    pub instruments: u32,
}

impl Exposure {
    /// Long and short together.
    pub fn gross(&self) -> Decimal {
        self.long + self.short
    }

    /// Long less short.
    pub fn net(&self) -> Decimal {
        self.long - self.short
    }
}

/// What is held and how much of each limit is used, in the order of the controls.
pub fn rows(view: &View) -> Vec<RiskRow> {
    use DenialReason::{
        BuyingPower, MaxDailyLoss, MaxDrawdown, MaxNotional, MaxOpenPositions, MaxPosition,
    };
    let (limits, account) = (&view.limits, &view.account);
    let working = working(view);
    let exposure = exposure_with(view, &working);
    let largest = view
        .instruments
        .iter()
        .filter_map(|row| Some((position_percent(view, row, working.get(&row.id))?, row.id)))
        .max();
    let position = RiskRow::new(
        MaxPosition,
        RiskUnit::Percent,
        largest.map_or(Some(Decimal::ZERO), |(percent, _)| Some(percent)),
        limits.max_position_percent,
    );
    let percent = RiskUnit::Percent;
    let held = Some(Decimal::from(exposure.instruments));
    let most = Decimal::from(limits.max_open_positions);
    let claimed = working
        .values()
        .map(|orders| orders.committed)
        .fold(Decimal::ZERO, |sum, value| sum + value);
    let locked = exposure.short * Decimal::TWO + claimed;
    let loss = fall(account.day_start_equity, account.equity);
    let drawdown = fall(account.peak_equity, account.equity);
    vec![
        RiskRow::new(MaxNotional, percent, None, limits.max_notional_percent),
        RiskRow {
            instrument: largest.map(|(_, id)| id),
            ..position
        },
        RiskRow::new(MaxOpenPositions, RiskUnit::Count, held, most),
        RiskRow::new(BuyingPower, RiskUnit::Money, Some(locked), account.cash),
        RiskRow::new(MaxDailyLoss, percent, loss, limits.max_daily_loss_percent),
        RiskRow::new(MaxDrawdown, percent, drawdown, limits.max_drawdown_percent),
    ]
}

/// The fullest limit's share, 0 to 1 and beyond.
pub fn fullest(view: &View) -> Option<f64> {
    rows(view)
        .iter()
        .filter_map(|row| row.share)
        .max_by(f64::total_cmp)
}

/// What is held.
pub fn exposure(view: &View) -> Exposure {
    exposure_with(view, &working(view))
}

/// Open quantities of one instrument's working orders.
#[derive(Debug, Clone, Copy, Default)]
struct Working {
    buys: Qty,
    sells: Qty,
    /// Value of those that may open something, at their limits or the market.
    committed: Decimal,
    may_open: bool,
}

fn working(view: &View) -> BTreeMap<InstrumentId, Working> {
    let mut sums: BTreeMap<InstrumentId, Working> = BTreeMap::new();
    for order in view.working_orders.values() {
        let sum = sums.entry(order.instrument).or_default();
        let side = match order.side {
            Side::Buy => &mut sum.buys,
            Side::Sell => &mut sum.sells,
        };
        *side = side.saturating_add(order.open_quantity());
        if !order.reduce_only {
            sum.may_open = true;
            sum.committed += worth(view, order).unwrap_or_default();
        }
    }
    sums
}

fn worth(view: &View, order: &Order) -> Option<Decimal> {
    let row = view.instruments.get(order.instrument.index())?;
    let price = match order.kind {
        OrderKind::Limit(price) => price,
        _ => last(row)?,
    };
    row.instrument.notional(price, order.open_quantity())
}

fn last(row: &InstrumentView) -> Option<Price> {
    let market = row.market.as_ref().and_then(|market| market.last);
    market.or(row.day.last)
}

fn exposure_with(view: &View, working: &BTreeMap<InstrumentId, Working>) -> Exposure {
    let mut exposure = Exposure::default();
    for row in &view.instruments {
        let held = row.position.quantity;
        let opens = working.get(&row.id).is_some_and(|orders| orders.may_open);
        exposure.instruments += u32::from(!held.is_zero() || opens);
        let value = last(row).and_then(|price| row.instrument.notional(price, held.abs()));
        let side = if held.units() > 0 {
            &mut exposure.long
        } else {
            &mut exposure.short
        };
        *side += value.unwrap_or_default();
    }
    exposure
}

/// The largest that position and working orders can come to, in percent of equity.
fn position_percent(
    view: &View,
    row: &InstrumentView,
    working: Option<&Working>,
) -> Option<Decimal> {
    let working = working.copied().unwrap_or_default();
    let held = row.position.quantity;
    let long = held.saturating_add(working.buys);
    let short = working.sells.saturating_sub(held);
    let extreme = long.max(short);
    if extreme.units() <= 0 {
        return None;
    }
    let worth = row.instrument.notional(last(row)?, extreme)?;
    let share = worth.checked_div(view.account.equity)?;
    share.checked_mul(Decimal::ONE_HUNDRED)
}

/// The fall from `start` in percent of it, zero where there is none.
fn fall(start: Decimal, now: Decimal) -> Option<Decimal> {
    let fall = (start - now).max(Decimal::ZERO);
    fall.checked_div(start)?.checked_mul(Decimal::ONE_HUNDRED)
}
