//! One instrument at the paper venue: what the market offers and the orders that wait for it.
//! Must not look ahead: an order meets only what was known when it arrived, or what came later.

use std::sync::Arc;

use rust_decimal::Decimal;

use crate::domain::{
    CandleSource, ExecutionId, Instrument, Liquidity, OrderId, OrderKind, OrderTerms, Price, Qty,
    Side, Timestamp,
};
use crate::portfolio::money::{exact_sub, floor_to_lot};

use super::report::VenueReport;
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
    /// `None` for a market order, and for a stop.
    pub(super) limit: Option<Price>,
    /// Where a stop is triggered; `None` once it was, and then it is a market order.
    pub(super) trigger: Option<Price>,
    /// The whole size.
    pub(super) quantity: Qty,
    pub(super) open: Qty,
    /// Whether the rest is cancelled after the first attempt.
    pub(super) immediate: bool,
    /// Whether it may only take from the position.
    pub(super) reduce_only: bool,
    /// Best price when the order was decided, or a stop's trigger, for the slippage report.
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

    /// How much of it may be filled: no more than the position where it may only reduce.
    fn wanted(&self, position: Qty) -> Qty {
        if self.reduce_only {
            self.open.min(opposed(position, self.side))
        } else {
            self.open
        }
    }

    /// Whether it may only reduce, and there is nothing to.
    pub(super) fn is_idle(&self, position: Qty) -> bool {
        self.reduce_only && opposed(position, self.side).is_zero()
    }

    /// Whether the market has come to the trigger.
    fn is_reached(&self, market: Price) -> bool {
        self.trigger.is_some_and(|trigger| match self.side {
            Side::Buy => market >= trigger,
            Side::Sell => market <= trigger,
        })
    }

    /// Takes a new price and size; what was filled stays filled.
    fn set_terms(&mut self, terms: OrderTerms) {
        self.open = terms
            .quantity
            .saturating_sub(self.quantity.saturating_sub(self.open));
        self.quantity = terms.quantity;
        match terms.kind {
            OrderKind::Market => {}
            OrderKind::Limit(limit) => self.limit = Some(limit),
            OrderKind::Stop(trigger) => {
                self.trigger = Some(trigger);
                self.reference = Some(trigger);
            }
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
    /// What the account holds, as fills change it.
    pub(super) position: Qty,
}

/// One instrument at the venue.
#[derive(Debug, Clone)]
pub(super) struct Book {
    pub(super) instrument: Arc<Instrument>,
    pub(super) bid: Option<Offer>,
    pub(super) ask: Option<Offer>,
    pub(super) last: Option<Offer>,
    /// What the account holds: orders that may only reduce are filled no further than that.
    pub(super) position: Qty,
    pub(super) buys: Vec<LiveOrder>,
    pub(super) sells: Vec<LiveOrder>,
    /// Stops that the market has not reached, in the order of arrival.
    pub(super) stops: Vec<LiveOrder>,
}

/// What became of a change of price or size.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Replaced {
    /// It holds, and the order kept its place.
    InPlace,
    /// It holds; the order was taken out and has to be placed again.
    Moved(LiveOrder),
    /// As much as the new size, or more, is filled: the rest is taken out.
    Done,
    /// The order is not here.
    Missing,
    /// It has become a market order, which has no price to change.
    AtMarket,
}

impl Book {
    pub(super) const fn new(instrument: Arc<Instrument>) -> Self {
        Self {
            instrument,
            bid: None,
            ask: None,
            last: None,
            position: Qty::ZERO,
            buys: Vec::new(),
            sells: Vec::new(),
            stops: Vec::new(),
        }
    }

    pub(super) const fn is_idle(&self) -> bool {
        self.buys.is_empty() && self.sells.is_empty() && self.stops.is_empty()
    }

    /// The price that triggers stops of a side: the last trade, or where candles are made of
    /// quotes, the quote that the order would meet.
    fn triggering(&self, side: Side) -> Option<Price> {
        let offer = match (self.instrument.candle_source, side) {
            (CandleSource::Trades, _) => self.last,
            (CandleSource::Quotes(_), Side::Buy) => self.ask,
            (CandleSource::Quotes(_), Side::Sell) => self.bid,
        };
        offer.map(|offer| offer.price)
    }

    /// Whether a stop is reached by what the market is now.
    pub(super) fn reaches(&self, order: &LiveOrder) -> bool {
        self.triggering(order.side)
            .is_some_and(|market| order.is_reached(market))
    }

    /// Turns every stop that the market has reached into a market order in the queue; tells
    /// whether there was one.
    pub(super) fn trigger_stops(&mut self, desk: &mut Desk<'_>) -> bool {
        let mut index = 0;
        let mut any = false;
        while let Some(order) = self.stops.get(index) {
            if !self.reaches(order) {
                index += 1;
                continue;
            }
            let mut order = self.stops.remove(index);
            order.trigger = None;
            desk.reports.push(VenueReport::Triggered {
                order: order.id,
                time: desk.now.max(order.active_from),
            });
            self.rest(order);
            any = true;
        }
        any
    }

    /// Takes over what the account holds now, and takes out what cannot be filled any more: orders
    /// that may only reduce where nothing is left to, and after a trigger the rest of immediate
    /// stops. `dropped` is told of each, and whether it was one of the latter.
    pub(super) fn settle(
        &mut self,
        position: Qty,
        has_triggered: bool,
        mut dropped: impl FnMut(OrderId, bool),
    ) {
        if position == self.position && !has_triggered {
            return;
        }
        self.position = position;
        for queue in [&mut self.buys, &mut self.sells, &mut self.stops] {
            queue.retain(|order| {
                let is_over = has_triggered && order.immediate && order.trigger.is_none();
                let is_kept = !is_over && !order.is_idle(position);
                if !is_kept {
                    dropped(order.id, is_over);
                }
                is_kept
            });
        }
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

    /// Puts an order behind all that go before it; a stop waits apart.
    pub(super) fn rest(&mut self, order: LiveOrder) {
        if order.trigger.is_some() {
            self.stops.push(order);
            return;
        }
        let queue = self.queue(order.side);
        let place = queue.partition_point(|other| !order.precedes(other));
        queue.insert(place, order);
    }

    /// Takes an order out.
    pub(super) fn remove(&mut self, id: OrderId) -> Option<LiveOrder> {
        for queue in [&mut self.buys, &mut self.sells, &mut self.stops] {
            if let Some(place) = queue.iter().position(|order| order.id == id) {
                return Some(queue.remove(place));
            }
        }
        None
    }

    pub(super) fn holds(&self, id: OrderId) -> bool {
        self.orders().any(|order| order.id == id)
    }

    /// Every order that rests.
    pub(super) fn orders(&self) -> impl Iterator<Item = &LiveOrder> {
        self.buys.iter().chain(&self.sells).chain(&self.stops)
    }

    /// Changes an order's price and size. It keeps its place where the size falls, or stays, at
    /// the same price; otherwise it goes to the end of its level.
    pub(super) fn replace(&mut self, id: OrderId, terms: OrderTerms) -> Replaced {
        let queues = [&mut self.buys, &mut self.sells, &mut self.stops];
        let Some(order) = queues.into_iter().flatten().find(|order| order.id == id) else {
            return Replaced::Missing;
        };
        let Some(price) = order.limit.or(order.trigger) else {
            return Replaced::AtMarket;
        };
        let is_same_price = terms.kind.price() == Some(price);
        let former = order.open;
        order.set_terms(terms);
        if order.open.units() <= 0 {
            self.remove(id);
            return Replaced::Done;
        }
        if is_same_price && order.open <= former {
            return Replaced::InPlace;
        }
        self.remove(id).map_or(Replaced::Missing, Replaced::Moved)
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
                        let quantity = offer.available(order.wanted(desk.position), &instrument);
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
                    let wanted = order.wanted(desk.position);
                    fill(&instrument, order, limit, wanted, Liquidity::Maker, desk);
                } else if trade.left.is_some() {
                    let quantity = trade.available(order.wanted(desk.position), &instrument);
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

/// How much of a position an order of this side can take away.
fn opposed(position: Qty, side: Side) -> Qty {
    match side {
        Side::Buy => position.negated().max(Qty::ZERO),
        Side::Sell => position.max(Qty::ZERO),
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
    let quantity = offer.available(order.wanted(desk.position), instrument);
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
    desk.position = desk.position.saturating_add(order.side.signed(quantity));
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
