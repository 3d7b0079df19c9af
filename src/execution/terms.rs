//! What trading costs at the paper venue: spread, slippage, fees and the way there.
//! Must not have a clock or a thread's randomness: the seed is given.

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng, SeedableRng};
use rust_decimal::{Decimal, RoundingStrategy};

use crate::config::model::PaperConfig;
use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{Instrument, Liquidity, Price, Qty, Side, Timestamp};
use crate::portfolio::money::{BASIS_POINTS, Toward, price_times, tick_units};

/// Decimals of a fee.
const FEE_DECIMALS: u32 = 8;
/// A quarter of the price: no spread or slippage beyond it makes a price that means anything.
const COST_BPS_MAX: Decimal = Decimal::from_parts(2_500, 0, 0, false, 0);

/// The configured costs as factors. Negative settings count as zero, so that no fee pays and no
/// slippage helps; spread and slippage beyond a quarter of the price count as a quarter.
#[derive(Debug, Clone)]
pub(super) struct Terms {
    half_spread: Decimal,
    slippage: Decimal,
    taker_fee: Decimal,
    maker_fee: Decimal,
    latency_min_nanos: i64,
    latency_mean_extra_nanos: f64,
}

impl Terms {
    pub(super) fn new(config: &PaperConfig) -> Self {
        let part = |bps: Decimal| {
            let bps = bps.clamp(Decimal::ZERO, BASIS_POINTS);
            bps.checked_div(BASIS_POINTS).unwrap_or_default()
        };
        let half = config
            .spread_bps
            .checked_div(Decimal::TWO)
            .unwrap_or_default();
        Self {
            half_spread: part(half.min(COST_BPS_MAX)),
            slippage: part(config.slippage_bps.min(COST_BPS_MAX)),
            taker_fee: part(config.taker_fee_bps),
            maker_fee: part(config.maker_fee_bps),
            latency_min_nanos: i64::from(config.latency_min_ms) * NANOS_PER_MILLI,
            latency_mean_extra_nanos: f64::from(config.latency_mean_extra_ms) * 1_000_000.0,
        }
    }

    /// The price a market order pays at `touch`: slippage on top, on the tick that is worse for
    /// the order.
    pub(super) fn slipped(
        &self,
        instrument: &Instrument,
        side: Side,
        touch: Price,
    ) -> Option<Price> {
        worse(instrument, side, touch, self.slippage)
    }

    /// The touch to assume around a trade where there is no quote, on the tick that is worse for
    /// the order.
    pub(super) fn assumed_touch(
        &self,
        instrument: &Instrument,
        side: Side,
        trade: Price,
    ) -> Option<Price> {
        worse(instrument, side, trade, self.half_spread)
    }

    /// The fee of a fill in major units, half a unit of the last decimal rounded up.
    pub(super) fn fee(
        &self,
        instrument: &Instrument,
        price: Price,
        quantity: Qty,
        liquidity: Liquidity,
    ) -> Option<Decimal> {
        let rate = match liquidity {
            Liquidity::Taker => self.taker_fee,
            Liquidity::Maker => self.maker_fee,
        };
        let fee = instrument.notional(price, quantity)?.checked_mul(rate)?;
        Some(fee.round_dp_with_strategy(FEE_DECIMALS, RoundingStrategy::MidpointAwayFromZero))
    }

    /// When a message sent now arrives: the least latency and an exponential part, by inversion
    /// of its distribution function (L. Devroye, Non-Uniform Random Variate Generation, §II.2).
    /// Every message takes exactly one number from `rng`, whatever the settings.
    #[allow(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        reason = "53 bits are exact, and a latency in nanoseconds is far below the range"
    )]
    pub(super) fn arrival(&self, rng: &mut Xoshiro256PlusPlus, now: Timestamp) -> Timestamp {
        // 53 bits make an exact float in (0, 1], so the logarithm is finite.
        let uniform = ((rng.next_u64() >> 11) + 1) as f64 / (1_u64 << 53) as f64;
        let extra = (-uniform.ln() * self.latency_mean_extra_nanos) as i64;
        now.plus_nanos(self.latency_min_nanos.saturating_add(extra))
    }
}

pub(super) fn generator(seed: u64) -> Xoshiro256PlusPlus {
    Xoshiro256PlusPlus::seed_from_u64(seed)
}

/// `price` moved against the order by a part of itself, never below one tick.
fn worse(instrument: &Instrument, side: Side, price: Price, part: Decimal) -> Option<Price> {
    let (factor, toward) = match side {
        Side::Buy => (Decimal::ONE.checked_add(part)?, Toward::Up),
        Side::Sell => (Decimal::ONE.checked_sub(part)?, Toward::Down),
    };
    let moved = price_times(instrument, price, factor, toward)?;
    Some(moved.max(Price::from_units(tick_units(instrument))))
}
