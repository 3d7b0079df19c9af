//! A venue made of the market's own quotes and trades, with latency, slippage, partial fills and
//! fees. Must not take an order that risk has not approved.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rand_xoshiro::Xoshiro256PlusPlus;
use rust_decimal::Decimal;

use crate::config::model::PaperConfig;
use crate::domain::{
    ExecutionId, Instrument, InstrumentId, Liquidity, Order, OrderId, OrderKind, OrderState, Price,
    Qty, TimeInForce, Timestamp,
};
use crate::risk::Approved;

use super::book::{Book, Desk, LiveOrder, Offer};
use super::terms::{self, Terms};

/// Most instruments a venue lists; ids are dense, so a larger one is a mistake of the caller.
const INSTRUMENTS_MAX: usize = 1 << 16;

const CANCELLED_ON_REQUEST: &str = "cancelled on request";
const CANCELLED_REST: &str = "the rest of an immediate order found nothing to trade with";
const REJECTED_UNLISTED: &str = "the venue does not list the instrument";
const REJECTED_EMPTY: &str = "the order has nothing open";
const REJECTED_TWICE: &str = "the venue has an order of this number";
const UNKNOWN_ORDER: &str = "the venue holds no such order";

/// What a venue says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VenueReport {
    /// The order has arrived and works.
    Accepted {
        /// Which order.
        order: OrderId,
        /// When it arrived.
        time: Timestamp,
    },
    /// A part of an order, or all of it, was traded.
    Filled {
        /// Which order.
        order: OrderId,
        /// The venue's number, counted from 1 over all instruments.
        execution: ExecutionId,
        /// At what price.
        price: Price,
        /// How much, in whole lots; above zero.
        quantity: Qty,
        /// Fee in major units, rounded to 8 decimals; never below zero.
        fee: Decimal,
        /// Price paid beyond the order's reference, per unit in major units; above zero is worse,
        /// zero where there was no reference.
        slippage: Decimal,
        /// Maker or taker.
        liquidity: Liquidity,
        /// Event time.
        time: Timestamp,
    },
    /// The order works no more; what was filled stays filled.
    Cancelled {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
    /// The order was not taken.
    Rejected {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
    /// A cancel found no order: it was filled before, cancelled before, or never there.
    CancelRejected {
        /// Which order.
        order: OrderId,
        /// When.
        time: Timestamp,
        /// Why.
        reason: String,
    },
}

/// Something on its way to the venue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Message {
    /// A new order.
    Activate {
        instrument: InstrumentId,
        order: LiveOrder,
    },
    /// A wish to cancel.
    Cancel {
        instrument: InstrumentId,
        order: OrderId,
    },
    /// An order that will be refused when it arrives.
    Refuse {
        order: OrderId,
        reason: &'static str,
    },
}

/// A message with its arrival. The heap's greatest is the one that arrives first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) time: Timestamp,
    pub(super) number: u64,
    pub(super) message: Message,
}

impl Ord for Pending {
    fn cmp(&self, other: &Self) -> Ordering {
        (other.time, other.number).cmp(&(self.time, self.number))
    }
}

impl PartialOrd for Pending {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The simulated venue. Everything it does follows from its seed and the calls made to it.
///
/// Market orders trade at the best quote, or around the last trade where there is no quote, with
/// slippage against them; limit orders trade at the touch on arrival and then rest, to be filled
/// at their limit when the other side's quote reaches it or a trade goes to it or beyond. Sizes
/// are shared in the order of price and arrival, and what was taken stays taken until the next
/// quote or trade.
#[derive(Debug, Clone)]
pub struct PaperVenue {
    pub(super) terms: Terms,
    pub(super) rng: Xoshiro256PlusPlus,
    pub(super) books: Vec<Option<Book>>,
    pub(super) pending: BinaryHeap<Pending>,
    pub(super) next_message: u64,
    pub(super) next_execution: u64,
}

impl PaperVenue {
    /// A venue without instruments. Negative costs in the configuration count as zero.
    pub fn new(config: PaperConfig, seed: u64) -> Self {
        Self {
            terms: Terms::new(&config),
            rng: terms::generator(seed),
            books: Vec::new(),
            pending: BinaryHeap::new(),
            next_message: 0,
            next_execution: 1,
        }
    }

    /// Lists an instrument. Listing it again changes its description and keeps its orders.
    pub fn list(&mut self, id: InstrumentId, instrument: Arc<Instrument>) {
        let index = id.index();
        if index >= INSTRUMENTS_MAX {
            return;
        }
        if index >= self.books.len() {
            self.books.resize(index + 1, None);
        }
        if let Some(slot) = self.books.get_mut(index) {
            match slot {
                Some(book) => book.instrument = instrument,
                None => *slot = Some(Book::new(instrument)),
            }
        }
    }

    /// Sends an order; it is at the venue after the latency. `reference` is the best price when
    /// the order was decided, against which the slippage is reported.
    pub fn submit(&mut self, order: Approved<Order>, reference: Option<Price>, now: Timestamp) {
        let arrival = self.terms.arrival(&mut self.rng, now);
        let order = order.into_inner();
        let refusal = if order.open_quantity().units() <= 0 {
            Some(REJECTED_EMPTY)
        } else if self.book(order.instrument).is_none() {
            Some(REJECTED_UNLISTED)
        } else if self.knows(order.instrument, order.id) {
            Some(REJECTED_TWICE)
        } else {
            None
        };
        let message = match refusal {
            Some(reason) => Message::Refuse {
                order: order.id,
                reason,
            },
            None => Message::Activate {
                instrument: order.instrument,
                order: live(&order, reference, arrival),
            },
        };
        self.send(arrival, message);
    }

    /// Sends a cancel; it takes effect after the latency, never before the order itself arrives.
    /// An order that is not there then is reported as `CancelRejected`.
    pub fn cancel(&mut self, order: OrderId, instrument: InstrumentId, now: Timestamp) {
        let mut arrival = self.terms.arrival(&mut self.rng, now);
        if let Some(activation) = self.activation_of(order) {
            arrival = arrival.max(activation);
        }
        self.send(arrival, Message::Cancel { instrument, order });
    }

    /// When the next message arrives, [`Timestamp::MAX`] when none is on its way.
    pub fn next_deadline(&self) -> Timestamp {
        self.pending
            .peek()
            .map_or(Timestamp::MAX, |pending| pending.time)
    }

    /// Lets every message arrive that is due, by arrival and then by the order of sending,
    /// against the quotes and trades known so far.
    pub fn run_until(&mut self, now: Timestamp, reports: &mut Vec<VenueReport>) {
        while self.next_deadline() <= now {
            let Some(Pending { time, message, .. }) = self.pending.pop() else {
                return;
            };
            match message {
                Message::Activate { instrument, order } => {
                    self.activate(instrument, order, time, reports);
                }
                Message::Cancel { instrument, order } => {
                    reports.push(self.take_out(instrument, order, time));
                }
                Message::Refuse { order, reason } => reports.push(VenueReport::Rejected {
                    order,
                    time,
                    reason: reason.to_owned(),
                }),
            }
        }
    }

    /// A new best bid and ask, with their sizes (zero where not known). Messages that were due
    /// before it arrive first, against the quote before it.
    pub fn on_quote(
        &mut self,
        instrument: InstrumentId,
        bid: (Price, Qty),
        ask: (Price, Qty),
        now: Timestamp,
        reports: &mut Vec<VenueReport>,
    ) {
        self.run_until(now, reports);
        let Some(Some(book)) = self.books.get_mut(instrument.index()) else {
            return;
        };
        book.set_quote(bid, ask);
        if book.is_idle() {
            return;
        }
        book.meet_quote(&mut Desk {
            terms: &self.terms,
            next_execution: &mut self.next_execution,
            reports,
            now,
        });
    }

    /// A trade, with its size (zero where not known). Messages that were due before it arrive
    /// first.
    pub fn on_trade(
        &mut self,
        instrument: InstrumentId,
        price: Price,
        quantity: Qty,
        now: Timestamp,
        reports: &mut Vec<VenueReport>,
    ) {
        self.run_until(now, reports);
        let Some(Some(book)) = self.books.get_mut(instrument.index()) else {
            return;
        };
        let Some(offer) = Offer::new(price, quantity) else {
            return;
        };
        book.last = Some(offer);
        if book.is_idle() {
            return;
        }
        book.meet_trade(&mut Desk {
            terms: &self.terms,
            next_execution: &mut self.next_execution,
            reports,
            now,
        });
    }

    /// Puts an order of the journal back where it stood: one that the venue had accepted works at
    /// once and silently, one whose cancel was on its way is cancelled after a new latency, and
    /// one that was not answered is sent again. One that the venue still holds is
    /// replaced. `false` when the instrument is not
    /// listed.
    pub fn restore_order(
        &mut self,
        order: Approved<Order>,
        reference: Option<Price>,
        now: Timestamp,
    ) -> bool {
        if self.book(order.instrument).is_none() {
            return false;
        }
        self.forget(order.instrument, order.id);
        if matches!(order.state, OrderState::Submitted | OrderState::Unknown) {
            self.submit(order, reference, now);
            return true;
        }
        let order = order.into_inner();
        if let Some(book) = self.book_mut(order.instrument) {
            book.rest(live(&order, reference, now));
        }
        // An immediate order that rests was caught by the restart between its fill and its end.
        if order.state == OrderState::CancelPending || order.time_in_force == TimeInForce::Ioc {
            self.cancel(order.id, order.instrument, now);
        }
        true
    }

    /// How many orders work at the venue, those on their way not counted.
    pub fn working_orders(&self) -> usize {
        self.books
            .iter()
            .flatten()
            .map(|book| book.buys.len() + book.sells.len())
            .sum()
    }

    fn activate(
        &mut self,
        instrument: InstrumentId,
        mut order: LiveOrder,
        time: Timestamp,
        reports: &mut Vec<VenueReport>,
    ) {
        let Some(Some(book)) = self.books.get_mut(instrument.index()) else {
            return;
        };
        reports.push(VenueReport::Accepted {
            order: order.id,
            time,
        });
        book.take(
            &mut order,
            &mut Desk {
                terms: &self.terms,
                next_execution: &mut self.next_execution,
                reports,
                now: time,
            },
        );
        if order.open.is_zero() {
            return;
        }
        if order.immediate {
            reports.push(VenueReport::Cancelled {
                order: order.id,
                time,
                reason: CANCELLED_REST.to_owned(),
            });
        } else {
            book.rest(order);
        }
    }

    fn take_out(
        &mut self,
        instrument: InstrumentId,
        order: OrderId,
        time: Timestamp,
    ) -> VenueReport {
        let removed = self
            .book_mut(instrument)
            .and_then(|book| book.remove(order));
        if removed.is_some() {
            VenueReport::Cancelled {
                order,
                time,
                reason: CANCELLED_ON_REQUEST.to_owned(),
            }
        } else {
            VenueReport::CancelRejected {
                order,
                time,
                reason: UNKNOWN_ORDER.to_owned(),
            }
        }
    }

    fn send(&mut self, time: Timestamp, message: Message) {
        let number = self.next_message;
        self.next_message = number.saturating_add(1);
        self.pending.push(Pending {
            time,
            number,
            message,
        });
    }

    fn book(&self, id: InstrumentId) -> Option<&Book> {
        self.books.get(id.index())?.as_ref()
    }

    fn book_mut(&mut self, id: InstrumentId) -> Option<&mut Book> {
        self.books.get_mut(id.index())?.as_mut()
    }

    fn knows(&self, instrument: InstrumentId, order: OrderId) -> bool {
        self.activation_of(order).is_some()
            || self.book(instrument).is_some_and(|book| book.holds(order))
    }

    fn activation_of(&self, id: OrderId) -> Option<Timestamp> {
        self.pending
            .iter()
            .find(
                |pending| matches!(&pending.message, Message::Activate { order, .. } if order.id == id),
            )
            .map(|pending| pending.time)
    }

    fn forget(&mut self, instrument: InstrumentId, id: OrderId) {
        self.pending.retain(|pending| match &pending.message {
            Message::Activate { order, .. } => order.id != id,
            Message::Cancel { order, .. } | Message::Refuse { order, .. } => *order != id,
        });
        if let Some(book) = self.book_mut(instrument) {
            book.remove(id);
        }
    }
}

fn live(order: &Order, reference: Option<Price>, active_from: Timestamp) -> LiveOrder {
    LiveOrder {
        id: order.id,
        side: order.side,
        limit: match order.kind {
            OrderKind::Market => None,
            OrderKind::Limit(limit) => Some(limit),
        },
        open: order.open_quantity(),
        immediate: order.time_in_force == TimeInForce::Ioc,
        reference,
        active_from,
    }
}
