//! The paper venue as a snapshot keeps it: instruments by their lasting names, and the state of
//! its random numbers, so that a resumed run goes on as the first would have.
//! Must not hold what the configuration says: terms are those of the new start.

use std::collections::BinaryHeap;
use std::sync::Arc;

use rand_xoshiro::Xoshiro256PlusPlus;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::config::model::PaperConfig;
use crate::domain::{Instrument, InstrumentId, InstrumentKey, OrderId, Timestamp};

use super::book::{Book, LiveOrder, Offer};
use super::paper::{Message, PaperVenue, Pending};

const REJECTED_BEFORE: &str = "the venue had refused the order before the restart";

/// A paper venue to be written or read. Its parts cannot be made or changed from outside, so that
/// an order can come into it by way of the venue alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PaperVenueState {
    rng: Xoshiro256PlusPlus,
    next_message: u64,
    next_execution: u64,
    books: Vec<BookState>,
    pending: Vec<PendingState>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct BookState {
    key: InstrumentKey,
    bid: Option<Offer>,
    ask: Option<Offer>,
    last: Option<Offer>,
    buys: Vec<LiveOrder>,
    sells: Vec<LiveOrder>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PendingState {
    time: Timestamp,
    number: u64,
    message: MessageState,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum MessageState {
    Activate {
        key: InstrumentKey,
        order: LiveOrder,
    },
    /// No name for an instrument that was never listed: the cancel will find nothing.
    Cancel {
        key: Option<InstrumentKey>,
        order: OrderId,
    },
    Refuse {
        order: OrderId,
    },
}

/// Why a saved venue was not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum StateError {
    /// It holds orders of an instrument that is not listed now.
    #[error("the saved paper venue holds orders of {key}, which is not listed")]
    NotListed {
        /// Its name.
        key: InstrumentKey,
    },
}

impl PaperVenue {
    /// The venue to be written.
    pub fn to_state(&self) -> PaperVenueState {
        let books = self
            .books
            .iter()
            .flatten()
            .map(|book| BookState {
                key: book.instrument.key.clone(),
                bid: book.bid,
                ask: book.ask,
                last: book.last,
                buys: book.buys.clone(),
                sells: book.sells.clone(),
            })
            .collect();
        let mut pending: Vec<_> = self
            .pending
            .iter()
            .filter_map(|pending| self.pending_state(pending))
            .collect();
        pending.sort_by_key(|pending| (pending.time, pending.number));
        PaperVenueState {
            rng: self.rng.clone(),
            next_message: self.next_message,
            next_execution: self.next_execution,
            books,
            pending,
        }
    }

    /// The venue that was written, under new terms and with each instrument at the index that
    /// `listed` gives. Instruments without orders that are not listed any more are left out.
    ///
    /// # Errors
    /// When an instrument with orders is not listed.
    pub fn from_state(
        config: PaperConfig,
        state: PaperVenueState,
        listed: impl Fn(&InstrumentKey) -> Option<(InstrumentId, Arc<Instrument>)>,
    ) -> Result<Self, StateError> {
        let mut venue = Self::new(config, 0);
        venue.rng = state.rng;
        venue.next_message = state.next_message;
        venue.next_execution = state.next_execution;
        for saved in state.books {
            let Some((id, instrument)) = listed(&saved.key) else {
                if saved.buys.is_empty() && saved.sells.is_empty() {
                    continue;
                }
                return Err(StateError::NotListed { key: saved.key });
            };
            venue.list(id, Arc::clone(&instrument));
            if let Some(slot) = venue.books.get_mut(id.index()) {
                *slot = Some(Book {
                    instrument,
                    bid: saved.bid,
                    ask: saved.ask,
                    last: saved.last,
                    buys: saved.buys,
                    sells: saved.sells,
                });
            }
        }
        let index_of = |key: InstrumentKey| match listed(&key) {
            Some((id, _)) => Ok(id),
            None => Err(StateError::NotListed { key }),
        };
        venue.pending = state
            .pending
            .into_iter()
            .map(|pending| pending.restored(index_of))
            .collect::<Result<BinaryHeap<_>, _>>()?;
        Ok(venue)
    }

    fn pending_state(&self, pending: &Pending) -> Option<PendingState> {
        let key_of = |id: InstrumentId| {
            let book = self.books.get(id.index())?.as_ref()?;
            Some(book.instrument.key.clone())
        };
        let message = match &pending.message {
            Message::Activate { instrument, order } => MessageState::Activate {
                key: key_of(*instrument)?,
                order: order.clone(),
            },
            Message::Cancel { instrument, order } => MessageState::Cancel {
                key: key_of(*instrument),
                order: *order,
            },
            Message::Refuse { order, .. } => MessageState::Refuse { order: *order },
        };
        Some(PendingState {
            time: pending.time,
            number: pending.number,
            message,
        })
    }
}

impl PendingState {
    fn restored(
        self,
        index_of: impl Fn(InstrumentKey) -> Result<InstrumentId, StateError>,
    ) -> Result<Pending, StateError> {
        /// An index that is never listed.
        const NOWHERE: InstrumentId = InstrumentId(u32::MAX);
        let message = match self.message {
            MessageState::Activate { key, order } => Message::Activate {
                instrument: index_of(key)?,
                order,
            },
            MessageState::Cancel { key, order } => Message::Cancel {
                instrument: key.map_or(Ok(NOWHERE), index_of)?,
                order,
            },
            MessageState::Refuse { order } => Message::Refuse {
                order,
                reason: REJECTED_BEFORE,
            },
        };
        Ok(Pending {
            time: self.time,
            number: self.number,
            message,
        })
    }
}
