//! The prices an order is judged by: where it is expected to trade and the worst it may count as.
//! Must not invent a price: what is not known, crossed or not above zero is `None`.

use rust_decimal::Decimal;

use crate::domain::{CandleSource, OrderIntent, OrderKind, Price, Side};
use crate::portfolio::money::{HUNDRED, Toward, price_times};

use super::guardian::RiskContext;

/// What one order is judged by.
#[derive(Debug, Clone, Copy)]
pub(super) struct Prices {
    /// The price the market offers the order's side now.
    pub(super) market: Option<Price>,
    /// Where the order is expected to trade: its limit, a stop's trigger, or the market.
    pub(super) entry: Option<Price>,
    /// The price that would trigger a stop of the order's side now: the last trade, or where
    /// candles are made of quotes, the market.
    pub(super) triggering: Option<Price>,
    /// The highest price it may count at in every limit.
    ///
    /// A market order counts at the collar above the market, for sales too: a limit on value is
    /// only kept if the value is not understated, and a sale can be filled higher than the bid
    /// that was known. A limit to buy counts at its limit. A limit to sell counts at the higher
    /// of its limit and the collar, since a sale far below the market is filled at the market. A
    /// stop is a market order at its trigger, so it counts at the collar above that.
    pub(super) worst: Option<Price>,
    /// The price the whole position counts at: `worst`, and no less than the market, so that a
    /// limit far below it cannot make what is held look small.
    pub(super) position: Option<Price>,
}

impl Prices {
    pub(super) fn of(intent: &OrderIntent, context: &RiskContext<'_>, collar: Decimal) -> Self {
        let market = market_price(intent.side, context);
        let above = |price: Price| {
            let factor = HUNDRED.checked_add(collar)?.checked_div(HUNDRED)?;
            price_times(context.instrument, price, factor, Toward::Up)
        };
        let collared = market.and_then(above);
        let (entry, worst) = match (intent.kind, intent.side) {
            (OrderKind::Market, _) => (market, collared),
            (OrderKind::Limit(price) | OrderKind::Stop(price), _) if price.units() <= 0 => {
                (None, None)
            }
            (OrderKind::Limit(limit), Side::Buy) => (Some(limit), Some(limit)),
            (OrderKind::Limit(limit), Side::Sell) => {
                (Some(limit), collared.map(|price| price.max(limit)))
            }
            (OrderKind::Stop(trigger), _) => (Some(trigger), above(trigger)),
        };
        let triggering = match context.instrument.candle_source {
            CandleSource::Trades => usable(context.last),
            CandleSource::Quotes(_) => market,
        };
        Self {
            market,
            entry,
            triggering,
            worst,
            position: worst.zip(market).map(|(worst, market)| worst.max(market)),
        }
    }
}

/// The best price for the side: ask or bid, and the last trade where there is no quote. A quote
/// whose bid is above its ask is broken, and then nothing is known.
fn market_price(side: Side, context: &RiskContext<'_>) -> Option<Price> {
    let (bid, ask) = (usable(context.bid), usable(context.ask));
    if let (Some(bid), Some(ask)) = (bid, ask)
        && bid > ask
    {
        return None;
    }
    let touch = match side {
        Side::Buy => ask,
        Side::Sell => bid,
    };
    touch.or(usable(context.last))
}

fn usable(price: Option<Price>) -> Option<Price> {
    price.filter(|price| price.units() > 0)
}
