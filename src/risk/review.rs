//! Every control, one after the other, each with its limit and what it saw.
//! Must not stop at the first failure: whoever asks why is told all of it.

use rust_decimal::{Decimal, RoundingStrategy};

use crate::config::model::RiskConfig;
use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{Check, DenialReason, OrderIntent, OrderKind, Price, Qty, Side};
use crate::portfolio::money::{HUNDRED, exact_sub, lot_units, tick_units, value, whole_quotient};

use super::exposure::Exposure;
use super::guardian::RiskContext;
use super::prices::Prices;
use super::sizing::{Sizing, free_cash, with_fee};

/// Decimals of a percentage in a check's record.
const PERCENT_DECIMALS: u32 = 6;
/// Steps of that size in one percent.
const PERCENT_STEPS: Decimal = Decimal::from_parts(1_000_000, 0, 0, false, 0);

/// All that the controls look at.
///
/// Limits are there to keep risk from growing, so an order that only shrinks the position passes
/// `halted` (the kill switch itself closes positions), `stale_data` (getting out on an old price
/// beats staying in), `max_notional`, `max_position`, `max_open_positions`, `buying_power` (none
/// of them grows), `max_daily_loss` and `max_drawdown` (closing is what they are for). What such
/// a check saw is recorded all the same, as `None` where it could not be computed. The grid, the
/// reduce-only rule, the ban on short sales and the least size hold for every order, and only the
/// least value is waived for closing, or a small rest could never be sold. A change that takes
/// from the size of a working order and nothing else is let through like one that only shrinks the
/// position.
pub(super) struct Review<'a> {
    pub(super) config: &'a RiskConfig,
    pub(super) intent: &'a OrderIntent,
    pub(super) context: &'a RiskContext<'a>,
    pub(super) prices: Prices,
    pub(super) exposure: Exposure,
    pub(super) sizing: Sizing,
    /// Whether a working order becomes smaller and stays the same otherwise.
    pub(super) lessens: bool,
}

/// What one control found.
struct Finding {
    passed: bool,
    limit: Option<Decimal>,
    value: Option<Decimal>,
}

impl Finding {
    const fn new(passed: bool, limit: Option<Decimal>, value: Option<Decimal>) -> Self {
        Self {
            passed,
            limit,
            value,
        }
    }

    /// A control that allows values up to its limit.
    fn at_most(limit: Option<Decimal>, value: Option<Decimal>) -> Self {
        let passed = matches!((limit, value), (Some(limit), Some(value)) if value <= limit);
        Self::new(passed, limit, value)
    }

    fn waived_if(mut self, waived: bool) -> Self {
        self.passed |= waived;
        self
    }
}

impl Review<'_> {
    /// Every control in the order of [`DenialReason::ALL`].
    pub(super) fn checks(&self) -> Vec<Check> {
        DenialReason::ALL
            .iter()
            .map(|&reason| {
                let finding = self.find(reason);
                Check {
                    reason,
                    passed: finding.passed,
                    limit: finding.limit,
                    value: finding.value,
                }
            })
            .collect()
    }

    fn find(&self, reason: DenialReason) -> Finding {
        match reason {
            DenialReason::Halted => self.halted(),
            DenialReason::Grid => self.grid(),
            DenialReason::StaleData => self.stale_data(),
            DenialReason::TriggerSide => self.trigger_side(),
            DenialReason::ReduceOnly => self.reduce_only(),
            DenialReason::ShortSale => self.short_sale(),
            DenialReason::MaxNotional => self.max_notional(),
            DenialReason::MaxPosition => self.max_position(),
            DenialReason::MaxOpenPositions => self.max_open_positions(),
            DenialReason::BuyingPower => self.buying_power(),
            DenialReason::MaxDailyLoss => self.max_daily_loss(),
            DenialReason::MaxDrawdown => self.max_drawdown(),
            DenialReason::Sizing => self.least_size(),
        }
    }

    /// Whether the order can only shrink the position, or what may be added to it. One that says so
    /// but is too large for it fails the reduce-only control instead of a limit.
    fn reduces(&self) -> bool {
        self.lessens || self.intent.reduce_only || (self.has_size() && self.increase() == 0)
    }

    fn has_size(&self) -> bool {
        self.sizing
            .quantity
            .is_some_and(|quantity| quantity.units() > 0)
    }

    /// The size the controls are asked about: that of the order, and one lot where it has none,
    /// so that the limits that leave no room for a single lot are named.
    fn quantity(&self) -> i128 {
        let lot = lot_units(self.context.instrument);
        self.sizing
            .quantity
            .map(Qty::units)
            .filter(|units| *units > 0)
            .unwrap_or(lot)
            .into()
    }

    fn increase(&self) -> i128 {
        self.exposure.increase(self.quantity())
    }

    /// The worst value of so many units, in major units.
    fn worth(&self, units: i128) -> Option<Decimal> {
        value(self.context.instrument, self.prices.worst?, units)
    }

    fn in_major_units(&self, units: i128) -> Option<Decimal> {
        let scale = u32::from(self.context.instrument.quantity_scale);
        Decimal::try_from_i128_with_scale(units, scale).ok()
    }

    fn halted(&self) -> Finding {
        let halted = self.context.halted.is_some();
        Finding::new(!halted, None, Some(Decimal::from(u8::from(halted)))).waived_if(self.reduces())
    }

    fn grid(&self) -> Finding {
        let instrument = self.context.instrument;
        let on_tick =
            |price: Price| price.units() > 0 && price.units() % tick_units(instrument) == 0;
        let prices = [
            self.intent.kind.price(),
            self.intent.stop_price,
            self.intent.target_price,
        ];
        let on_grid = prices.into_iter().flatten().all(on_tick)
            && self.intent.quantity.is_none_or(|quantity| {
                quantity.units() > 0 && quantity.units() % lot_units(instrument) == 0
            });
        let minimum = instrument.minimum_notional;
        let limit = (minimum > Decimal::ZERO).then_some(minimum);
        let notional = self
            .prices
            .entry
            .and_then(|price| value(instrument, price, self.quantity()));
        let large_enough = notional.is_some_and(|notional| notional >= minimum) || self.reduces();
        Finding::new(on_grid && large_enough, limit, notional)
    }

    fn stale_data(&self) -> Finding {
        let limit = Decimal::new(i64::from(self.config.stale_after_ms), 3);
        // A tick far ahead of `now` has a broken clock and is trusted no more than an old one.
        let age = self
            .context
            .last_tick
            .filter(|_| self.prices.market.is_some())
            .map(|tick| self.context.now.nanos_since(tick).saturating_abs())
            .and_then(|nanos| Decimal::from(nanos).checked_div(Decimal::from(NANOS_PER_SECOND)));
        Finding::at_most(Some(limit), age).waived_if(self.reduces())
    }

    /// A stop on the wrong side of the market would be a market order at once, and not at the price
    /// it was judged by. Closing is no exception: then a market order is what is meant.
    fn trigger_side(&self) -> Finding {
        let OrderKind::Stop(trigger) = self.intent.kind else {
            return Finding::new(true, None, None);
        };
        let market = self.prices.triggering;
        let passed = market.is_some_and(|market| match self.intent.side {
            Side::Buy => trigger > market,
            Side::Sell => trigger < market,
        });
        let scale = self.context.instrument.price_scale;
        Finding::new(
            passed || self.lessens,
            market.map(|price| price.to_decimal(scale)),
            Some(trigger.to_decimal(scale)),
        )
    }

    fn reduce_only(&self) -> Finding {
        let closable = self.exposure.reducible();
        let limit = self.in_major_units(closable);
        let value = self.in_major_units(self.quantity());
        if !self.intent.reduce_only {
            return Finding::new(true, None, value);
        }
        Finding::new(self.quantity() <= closable && value.is_some(), limit, value)
            .waived_if(self.lessens)
    }

    fn short_sale(&self) -> Finding {
        let sold = match self.intent.side {
            Side::Buy => 0,
            Side::Sell => self.exposure.working() + self.quantity(),
        };
        let value = self.in_major_units(sold);
        if self.config.allow_short || self.intent.side == Side::Buy {
            return Finding::new(true, None, value);
        }
        let held = self.exposure.long();
        Finding::new(
            sold <= held && value.is_some(),
            self.in_major_units(held),
            value,
        )
        .waived_if(self.lessens)
    }

    /// The part of the order that adds to the position counts; what only closes is free.
    fn max_notional(&self) -> Finding {
        self.share_of_equity(
            self.worth(self.increase()),
            self.config.max_notional_percent,
        )
    }

    /// The largest size that position, working orders and this order can come to, whichever of
    /// them are filled first, or at all.
    fn max_position(&self) -> Finding {
        let units = self.exposure.extreme(self.quantity());
        let worth = self
            .prices
            .position
            .and_then(|price| value(self.context.instrument, price, units));
        self.share_of_equity(worth, self.config.max_position_percent)
    }

    fn share_of_equity(&self, worth: Option<Decimal>, percent: Decimal) -> Finding {
        let equity = self.context.account.equity;
        let finding = worth
            .and_then(|worth| Ratio::of(worth, equity))
            .map_or_else(
                || Finding::new(false, Some(percent), None),
                |ratio| {
                    let shown = ratio.percent(RoundingStrategy::AwayFromZero);
                    Finding::new(
                        ratio.is_at_most(percent) && shown.is_some(),
                        Some(percent),
                        shown,
                    )
                },
            );
        finding.waived_if(self.reduces())
    }

    fn max_open_positions(&self) -> Finding {
        let already = self.context.open_positions;
        let held = already.saturating_add(usize::from(!self.exposure.is_held()));
        let value = u64::try_from(held).ok().map(Decimal::from);
        let limit = Decimal::from(self.config.max_open_positions);
        Finding::at_most(Some(limit), value).waived_if(self.reduces())
    }

    /// A sale that opens a short position needs as much cash as a purchase: it is backed in full.
    fn buying_power(&self) -> Finding {
        let needed = self
            .worth(self.increase())
            .and_then(|worth| with_fee(worth, self.context.fee_bps));
        Finding::at_most(free_cash(self.context), needed).waived_if(self.reduces())
    }

    /// The loss is that of equity alone. A fill's slippage is in the price paid, so it is in
    /// equity once; counting the fill's `slippage` on top would take it twice.
    fn max_daily_loss(&self) -> Finding {
        self.fall_from(
            self.context.account.day_start_equity,
            self.config.max_daily_loss_percent,
        )
    }

    fn max_drawdown(&self) -> Finding {
        self.fall_from(
            self.context.account.peak_equity,
            self.config.max_drawdown_percent,
        )
    }

    /// A fall that reaches the limit fails; it is the fall "that stops orders".
    fn fall_from(&self, start: Decimal, percent: Decimal) -> Finding {
        let finding = exact_sub(start, self.context.account.equity)
            .and_then(|fall| Ratio::of(fall.max(Decimal::ZERO), start))
            .map_or_else(
                || Finding::new(false, Some(percent), None),
                |ratio| {
                    let shown = ratio.percent(RoundingStrategy::ToZero);
                    Finding::new(
                        ratio.is_below(percent) && shown.is_some(),
                        Some(percent),
                        shown,
                    )
                },
            );
        finding.waived_if(self.reduces())
    }

    /// The only check whose failure can lie in stop or target: then there is no size by them.
    fn least_size(&self) -> Finding {
        let lot = lot_units(self.context.instrument);
        let size = self
            .sizing
            .quantity
            .filter(|_| self.sizing.guards_are_sound)
            .map(Qty::units);
        Finding::new(
            size.is_some_and(|size| size >= lot),
            self.in_major_units(lot.into()),
            size.and_then(|size| self.in_major_units(size.into())),
        )
    }
}

/// A part of a whole above zero, compared without a division so that nothing is rounded away.
struct Ratio {
    hundredfold: Decimal,
    whole: Decimal,
}

impl Ratio {
    fn of(part: Decimal, whole: Decimal) -> Option<Self> {
        if whole <= Decimal::ZERO {
            return None;
        }
        let hundredfold = part.checked_mul(HUNDRED)?;
        Some(Self { hundredfold, whole })
    }

    fn is_at_most(&self, percent: Decimal) -> bool {
        self.whole
            .checked_mul(percent)
            .is_some_and(|allowed| self.hundredfold <= allowed)
    }

    fn is_below(&self, percent: Decimal) -> bool {
        self.whole
            .checked_mul(percent)
            .is_some_and(|allowed| self.hundredfold < allowed)
    }

    /// For the record, rounded so that it stays on the side of the limit it is on.
    fn percent(&self, rounding: RoundingStrategy) -> Option<Decimal> {
        let steps = self.hundredfold.checked_mul(PERCENT_STEPS)?;
        if let Some((steps, is_exact)) = whole_quotient(steps, self.whole) {
            let up = !is_exact && rounding == RoundingStrategy::AwayFromZero;
            let percent =
                Decimal::try_from_i128_with_scale(steps + i128::from(up), PERCENT_DECIMALS).ok()?;
            return Some(percent.normalize());
        }
        let percent = self.hundredfold.checked_div(self.whole)?;
        Some(
            percent
                .round_dp_with_strategy(PERCENT_DECIMALS, rounding)
                .normalize(),
        )
    }
}
