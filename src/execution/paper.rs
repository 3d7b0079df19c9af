//! A venue made of the market's own quotes and trades, with latency, slippage, partial fills and
//! fees. Must not take an order that risk has not approved.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::Arc;

use rand_xoshiro::Xoshiro256PlusPlus;

use crate::config::model::PaperConfig;
use crate::domain::{
    CandleSource, Instrument, InstrumentId, Order, OrderId, OrderKind, OrderState, OrderTerms,
    Price, Qty, TimeInForce, Timestamp,
};
use crate::risk::Approved;

use super::book::{Book, Desk, LiveOrder, Offer, Replaced};
use super::report::VenueReport;
use super::terms::{self, Terms};

/// Most instruments a venue lists; ids are dense, so a larger one is a mistake of the caller.
const INSTRUMENTS_MAX: usize = 1 << 16;

const CANCELLED_ON_REQUEST: &str = "cancelled on request";
const CANCELLED_REST: &str = "the rest of an immediate order found nothing to trade with";
const REJECTED_UNLISTED: &str = "the venue does not list the instrument";
const REJECTED_EMPTY: &str = "the order has nothing open";
const REJECTED_TWICE: &str = "the venue has an order of this number";
const NOTHING_TO_REDUCE: &str = "nothing is left that it could reduce";
const UNKNOWN_ORDER: &str = "the venue holds no such order";
const REPLACED_BY_FILLS: &str = "as much as the new size was filled: the rest is cancelled";
const REPLACED_TOO_LATE: &str = "the stop was triggered before its change arrived";

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
    /// A new price and size.
    Replace {
        instrument: InstrumentId,
        order: OrderId,
        terms: OrderTerms,
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
/// at their limit when the other side's quote reaches it or a trade goes to it or beyond. A stop
/// rests until the last trade comes to its price (a quote, where candles are made of quotes), and
/// is a market order from then on, which that very trade or quote fills first. An order that may
/// only reduce is filled no further than the position, and ends with it. Sizes are shared in the order of price and arrival, and what was taken stays taken until the next
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

    /// Says what the account holds of a listed instrument when the venue begins to fill its orders;
    /// from then on the venue counts its own fills.
    pub fn hold(&mut self, id: InstrumentId, position: Qty) {
        if let Some(book) = self.book_mut(id) {
            book.position = position;
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

    /// Sends an order's new price and size, which are those of `order`; they take effect after the
    /// latency, never before the order itself arrives.
    pub fn replace(&mut self, order: Approved<Order>, now: Timestamp) {
        let mut arrival = self.terms.arrival(&mut self.rng, now);
        if let Some(activation) = self.activation_of(order.id) {
            arrival = arrival.max(activation);
        }
        let message = Message::Replace {
            instrument: order.instrument,
            order: order.id,
            terms: order.terms(),
        };
        self.send(arrival, message);
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
                Message::Replace {
                    instrument,
                    order,
                    terms,
                } => self.exchange(instrument, order, terms, time, reports),
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
        let mut desk = Desk {
            terms: &self.terms,
            next_execution: &mut self.next_execution,
            reports,
            now,
            position: book.position,
        };
        let has_triggered =
            book.instrument.candle_source != CandleSource::Trades && book.trigger_stops(&mut desk);
        book.meet_quote(&mut desk);
        let position = desk.position;
        settle(book, position, has_triggered, now, reports);
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
        let mut desk = Desk {
            terms: &self.terms,
            next_execution: &mut self.next_execution,
            reports,
            now,
            position: book.position,
        };
        let has_triggered =
            book.instrument.candle_source == CandleSource::Trades && book.trigger_stops(&mut desk);
        book.meet_trade(&mut desk);
        let position = desk.position;
        settle(book, position, has_triggered, now, reports);
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
        let is_caught = order.time_in_force == TimeInForce::Ioc
            && (!matches!(order.kind, OrderKind::Stop(_)) || order.triggered);
        if order.state == OrderState::CancelPending || is_caught {
            self.cancel(order.id, order.instrument, now);
        }
        true
    }

    /// How many orders work at the venue, those on their way not counted.
    pub fn working_orders(&self) -> usize {
        self.books
            .iter()
            .flatten()
            .map(|book| book.orders().count())
            .sum()
    }

    fn activate(
        &mut self,
        instrument: InstrumentId,
        order: LiveOrder,
        time: Timestamp,
        reports: &mut Vec<VenueReport>,
    ) {
        reports.push(VenueReport::Accepted {
            order: order.id,
            time,
        });
        self.place(instrument, order, time, reports);
    }

    /// Lets an order that has come, or comes again at another price, take what there is, and
    /// rest.
    fn place(
        &mut self,
        instrument: InstrumentId,
        mut order: LiveOrder,
        time: Timestamp,
        reports: &mut Vec<VenueReport>,
    ) {
        let Some(Some(book)) = self.books.get_mut(instrument.index()) else {
            return;
        };
        let cancelled = |order: &LiveOrder, reason: &str| VenueReport::Cancelled {
            order: order.id,
            time,
            reason: reason.to_owned(),
        };
        if order.is_idle(book.position) {
            reports.push(cancelled(&order, NOTHING_TO_REDUCE));
            return;
        }
        if order.trigger.is_some() {
            if !book.reaches(&order) {
                book.rest(order);
                return;
            }
            // The market went to it while it was on its way.
            order.trigger = None;
            reports.push(VenueReport::Triggered {
                order: order.id,
                time,
            });
        }
        let mut desk = Desk {
            terms: &self.terms,
            next_execution: &mut self.next_execution,
            reports,
            now: time,
            position: book.position,
        };
        book.take(&mut order, &mut desk);
        let position = desk.position;
        if !order.open.is_zero() {
            if order.immediate {
                reports.push(cancelled(&order, CANCELLED_REST));
            } else {
                book.rest(order);
            }
        }
        settle(book, position, false, time, reports);
    }

    fn exchange(
        &mut self,
        instrument: InstrumentId,
        order: OrderId,
        terms: OrderTerms,
        time: Timestamp,
        reports: &mut Vec<VenueReport>,
    ) {
        let replaced = self
            .book_mut(instrument)
            .map_or(Replaced::Missing, |book| book.replace(order, terms));
        let rejected = |reason: &str| VenueReport::ReplaceRejected {
            order,
            time,
            reason: reason.to_owned(),
        };
        match replaced {
            Replaced::InPlace => reports.push(VenueReport::Replaced { order, time }),
            Replaced::Moved(moved) => {
                reports.push(VenueReport::Replaced { order, time });
                self.place(instrument, moved, time, reports);
            }
            Replaced::Done => reports.push(VenueReport::Cancelled {
                order,
                time,
                reason: REPLACED_BY_FILLS.to_owned(),
            }),
            Replaced::Missing => reports.push(rejected(UNKNOWN_ORDER)),
            Replaced::AtMarket => reports.push(rejected(REPLACED_TOO_LATE)),
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
            Message::Cancel { order, .. }
            | Message::Replace { order, .. }
            | Message::Refuse { order, .. } => *order != id,
        });
        if let Some(book) = self.book_mut(instrument) {
            book.remove(id);
        }
    }
}

/// Ends what cannot be filled any more after the fills that led to `position`.
fn settle(
    book: &mut Book,
    position: Qty,
    has_triggered: bool,
    time: Timestamp,
    reports: &mut Vec<VenueReport>,
) {
    book.settle(position, has_triggered, |order, is_immediate| {
        let reason = if is_immediate {
            CANCELLED_REST
        } else {
            NOTHING_TO_REDUCE
        };
        reports.push(VenueReport::Cancelled {
            order,
            time,
            reason: reason.to_owned(),
        });
    });
}

fn live(order: &Order, reference: Option<Price>, active_from: Timestamp) -> LiveOrder {
    let (limit, trigger) = match order.kind {
        OrderKind::Market => (None, None),
        OrderKind::Limit(limit) => (Some(limit), None),
        OrderKind::Stop(trigger) => (None, Some(trigger)),
    };
    LiveOrder {
        id: order.id,
        side: order.side,
        limit,
        trigger: trigger.filter(|_| !order.triggered),
        quantity: order.quantity,
        open: order.open_quantity(),
        immediate: order.time_in_force == TimeInForce::Ioc,
        reduce_only: order.reduce_only,
        reference: trigger.or(reference),
        active_from,
    }
}
