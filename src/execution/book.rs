//! One instrument at the paper venue: what the market offers and the orders that wait for it.
//! Must not look ahead: an order meets only what was known when it arrived, or what came later.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::domain::{ExecutionId, Instrument, Liquidity, OrderId, Price, Qty, Side, Timestamp};
use crate::portfolio::money::{exact_sub, floor_to_lot};

use super::paper::VenueReport;
use super::terms::Terms;

/// A price on offer and what is left of its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Offer {
    pub(super) price: Price,
    /// `None` where the venue does not say a size: then there is no limit.
    pub(super) left: Option<Qty>,
}

impl Offer {
    /// `None` for a price that is none; a size of zero is unknown.
    pub(super) fn new(price: Price, size: Qty) -> Option<Self> {
        (price.units() > 0).then_some(Self {
            price,
            left: (size.units() > 0).then_some(size),
        })
    }

    /// How much of `wanted` can be had, in whole lots.
    fn available(&self, wanted: Qty, instrument: &Instrument) -> Qty {
        self.left
            .map_or(wanted, |left| floor_to_lot(instrument, left.min(wanted)))
    }

    fn consume(&mut self, quantity: Qty) {
        self.left = self.left.map(|left| left.saturating_sub(quantity));
    }
}

/// An order at the venue or on the way there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LiveOrder {
    pub(super) id: OrderId,
    pub(super) side: Side,
    /// `None` for a market order.
    pub(super) limit: Option<Price>,
    pub(super) open: Qty,
    /// Whether the rest is cancelled after the first attempt.
    pub(super) immediate: bool,
    /// Best price when the order was decided, for the slippage report.
    pub(super) reference: Option<Price>,
    /// When it came to the venue; nothing happens to it before.
    pub(super) active_from: Timestamp,
}

impl LiveOrder {
    /// Whether a touch at `price` is good enough.
    fn accepts(&self, price: Price) -> bool {
        match (self.limit, self.side) {
            (None, _) => true,
            (Some(limit), Side::Buy) => price <= limit,
            (Some(limit), Side::Sell) => price >= limit,
        }
    }

    /// Whether it goes before `other` in the queue of their side, for which it has to be strictly
    /// better: market orders first, then the better limit, then whoever came first.
    fn precedes(&self, other: &Self) -> bool {
        match (self.limit, other.limit, self.side) {
            (_, None, _) => false,
            (None, Some(_), _) => true,
            (Some(mine), Some(theirs), Side::Buy) => mine > theirs,
            (Some(mine), Some(theirs), Side::Sell) => mine < theirs,
        }
    }
}

/// What a fill needs besides the order and its book.
pub(super) struct Desk<'a> {
    pub(super) terms: &'a Terms,
    pub(super) next_execution: &'a mut u64,
    pub(super) reports: &'a mut Vec<VenueReport>,
    pub(super) now: Timestamp,
}

/// One instrument at the venue.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) instrument: Arc<Instrument>,
    pub(super) bid: Option<Offer>,
    pub(super) ask: Option<Offer>,
    pub(super) last: Option<Offer>,
    pub(super) buys: Vec<LiveOrder>,
    pub(super) sells: Vec<LiveOrder>,
}

impl Book {
    pub(super) const fn new(instrument: Arc<Instrument>) -> Self {
        Self {
            instrument,
            bid: None,
            ask: None,
            last: None,
            buys: Vec::new(),
            sells: Vec::new(),
        }
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.buys.is_empty() && self.sells.is_empty()
    }

    /// Takes a new best bid and ask. A quote whose bid is above its ask is broken: then neither
    /// side is known.
    pub(super) fn set_quote(&mut self, bid: (Price, Qty), ask: (Price, Qty)) {
        self.bid = Offer::new(bid.0, bid.1);
        self.ask = Offer::new(ask.0, ask.1);
        if let (Some(bid), Some(ask)) = (self.bid, self.ask)
            && bid.price > ask.price
        {
            self.bid = None;
            self.ask = None;
        }
    }

    fn queue(&mut self, side: Side) -> &mut Vec<LiveOrder> {
        match side {
            Side::Buy => &mut self.buys,
            Side::Sell => &mut self.sells,
        }
    }

    fn quoted(&mut self, side: Side) -> &mut Option<Offer> {
        match side {
            Side::Buy => &mut self.ask,
            Side::Sell => &mut self.bid,
        }
    }

    /// Puts an order behind all that go before it.
    pub(super) fn rest(&mut self, order: LiveOrder) {
        let queue = self.queue(order.side);
        let place = queue.partition_point(|other| !order.precedes(other));
        queue.insert(place, order);
    }

    /// Takes an order out.
    pub(super) fn remove(&mut self, id: OrderId) -> Option<LiveOrder> {
        for queue in [&mut self.buys, &mut self.sells] {
            if let Some(place) = queue.iter().position(|order| order.id == id) {
                return Some(queue.remove(place));
            }
        }
        None
    }

    pub(super) fn holds(&self, id: OrderId) -> bool {
        self.buys
            .iter()
            .chain(&self.sells)
            .any(|order| order.id == id)
    }

    /// What an order that has just arrived takes at once: from the quote, or where its side of
    /// the quote is not known, from the last trade with half the assumed spread around it. What
    /// others took from that offer is gone.
    pub(super) fn take(&mut self, order: &mut LiveOrder, desk: &mut Desk<'_>) {
        let quoted = *self.quoted(order.side);
        let (offer, touch) = if let Some(offer) = quoted {
            (offer, Some(offer.price))
        } else if let Some(last) = self.last {
            let touch = desk
                .terms
                .assumed_touch(&self.instrument, order.side, last.price);
            (last, touch)
        } else {
            return;
        };
        let Some(price) = touch.filter(|&touch| order.accepts(touch)) else {
            return;
        };
        let mut left = offer;
        fill_as_taker(&self.instrument, order, &mut left, price, desk);
        if quoted.is_some() {
            *self.quoted(order.side) = Some(left);
        } else {
            self.last = Some(left);
        }
    }

    /// Lets the waiting orders meet a quote that has just come: market orders take it, resting
    /// limits that it reaches are filled at their limit.
    pub(super) fn meet_quote(&mut self, desk: &mut Desk<'_>) {
        for side in [Side::Buy, Side::Sell] {
            let Some(mut offer) = *self.quoted(side) else {
                continue;
            };
            let instrument = Arc::clone(&self.instrument);
            let queue = self.queue(side);
            for order in queue.iter_mut() {
                if !order.accepts(offer.price) {
                    break;
                }
                match order.limit {
                    None => {
                        let touch = offer.price;
                        fill_as_taker(&instrument, order, &mut offer, touch, desk);
                    }
                    Some(limit) => {
                        let quantity = offer.available(order.open, &instrument);
                        if fill(&instrument, order, limit, quantity, Liquidity::Maker, desk) {
                            offer.consume(quantity);
                        }
                    }
                }
            }
            queue.retain(|order| !order.open.is_zero());
            *self.quoted(side) = Some(offer);
        }
    }

    /// Lets the waiting orders meet the trade that is now the last one.
    ///
    /// A trade beyond a resting limit means that everything at the limit was taken, so the order
    /// is filled whole. A trade at the limit fills no more than its size, and nothing where the
    /// size is not known, since others may have stood before us. Market orders take its size with
    /// half the assumed spread against them, at no better than the quote where there is one. The
    /// size serves all of them together, once.
    pub(super) fn meet_trade(&mut self, desk: &mut Desk<'_>) {
        let Some(mut trade) = self.last else {
            return;
        };
        for side in [Side::Buy, Side::Sell] {
            let quoted = self.quoted(side).map(|offer| offer.price);
            let instrument = Arc::clone(&self.instrument);
            let queue = self.queue(side);
            for order in queue.iter_mut() {
                if !order.accepts(trade.price) {
                    break;
                }
                let Some(limit) = order.limit else {
                    let assumed = desk.terms.assumed_touch(&instrument, side, trade.price);
                    if let Some(assumed) = assumed {
                        let touch = worse_of(side, assumed, quoted);
                        fill_as_taker(&instrument, order, &mut trade, touch, desk);
                    }
                    continue;
                };
                if trade.price != limit {
                    let open = order.open;
                    fill(&instrument, order, limit, open, Liquidity::Maker, desk);
                } else if trade.left.is_some() {
                    let quantity = trade.available(order.open, &instrument);
                    if fill(&instrument, order, limit, quantity, Liquidity::Maker, desk) {
                        trade.consume(quantity);
                    }
                }
            }
            queue.retain(|order| !order.open.is_zero());
        }
        self.last = Some(trade);
    }
}

fn worse_of(side: Side, price: Price, other: Option<Price>) -> Price {
    match (side, other) {
        (_, None) => price,
        (Side::Buy, Some(other)) => price.max(other),
        (Side::Sell, Some(other)) => price.min(other),
    }
}

/// Fills what the offer has at `touch`, a market order with its slippage on top.
fn fill_as_taker(
    instrument: &Instrument,
    order: &mut LiveOrder,
    offer: &mut Offer,
    touch: Price,
    desk: &mut Desk<'_>,
) {
    let price = if order.limit.is_none() {
        desk.terms.slipped(instrument, order.side, touch)
    } else {
        Some(touch)
    };
    let quantity = offer.available(order.open, instrument);
    if let Some(price) = price
        && fill(instrument, order, price, quantity, Liquidity::Taker, desk)
    {
        offer.consume(quantity);
    }
}

/// Fills a part of an order and reports it; `false` where there is nothing to fill, or where its
/// value does not fit the books.
fn fill(
    instrument: &Instrument,
    order: &mut LiveOrder,
    price: Price,
    quantity: Qty,
    liquidity: Liquidity,
    desk: &mut Desk<'_>,
) -> bool {
    if quantity.units() <= 0 {
        return false;
    }
    let Some(fee) = desk.terms.fee(instrument, price, quantity, liquidity) else {
        return false;
    };
    order.open = order.open.saturating_sub(quantity);
    let execution = ExecutionId(*desk.next_execution);
    *desk.next_execution = desk.next_execution.saturating_add(1);
    desk.reports.push(VenueReport::Filled {
        order: order.id,
        execution,
        price,
        quantity,
        fee,
        slippage: slippage(instrument, order, price).unwrap_or_default(),
        liquidity,
        // A tick of another clock may be older than the order's arrival.
        time: desk.now.max(order.active_from),
    });
    true
}

/// What was paid beyond the reference, per unit in major units; above zero is worse.
fn slippage(instrument: &Instrument, order: &LiveOrder, price: Price) -> Option<Decimal> {
    let scale = instrument.price_scale;
    let reference = order.reference?.to_decimal(scale);
    let paid = price.to_decimal(scale);
    match order.side {
        Side::Buy => exact_sub(paid, reference),
        Side::Sell => exact_sub(reference, paid),
    }
}
