//! What strategies said of closed bars and what became of it, one record for each signal.
//! Must not know where the events come from: a replay's and stored ones are read alike.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rust_decimal::Decimal;

use crate::domain::{
    DenialReason, Event, EventBody, Instrument, InstrumentId, InstrumentKey, OrderId, SignalAction,
    Timeframe, Timestamp,
};

/// Which signal: the same in a replay as when it was live.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DecisionKey {
    /// Start of the bar that raised it.
    pub bar_start: Timestamp,
    /// Of which instrument.
    pub instrument: InstrumentKey,
    /// On which bars.
    pub timeframe: Timeframe,
    /// Name of the strategy.
    pub strategy: String,
}

/// A signal and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRecord {
    /// Which one.
    pub key: DecisionKey,
    /// Number of its event.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// Which way.
    pub action: SignalAction,
    /// 0 to 1.
    pub confidence: f64,
    /// Close of the bar, in major units.
    pub price: Decimal,
    /// For `Hold`: the rule that held the lean back.
    pub blocked_by: Option<String>,
    /// What risk said; `None` where no order was wanted.
    pub verdict: Option<Verdict>,
}

/// What risk said of a signal's order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// The order.
    pub order: OrderId,
    /// Whether it was sent.
    pub approved: bool,
    /// The checks that failed, in their order.
    pub failed: Vec<DenialReason>,
    /// What was approved, in major units; zero where denied.
    pub quantity: Decimal,
    /// Price that the checks valued it at, in major units.
    pub price: Option<Decimal>,
}

/// Records in the order of their events.
#[derive(Debug, Clone, Default)]
pub struct DecisionBook {
    rows: Vec<DecisionRecord>,
    version: u64,
}

impl DecisionBook {
    /// Takes an event; all but signals and the decisions on them say nothing here.
    pub fn add(&mut self, event: &Event, instrument: Option<&Instrument>) {
        let Some(instrument) = instrument else { return };
        match &event.body {
            EventBody::SignalRaised(signal) => {
                self.version += 1;
                self.rows.push(DecisionRecord {
                    key: DecisionKey {
                        bar_start: signal.bar_start,
                        instrument: instrument.key.clone(),
                        timeframe: signal.timeframe,
                        strategy: signal.strategy.clone(),
                    },
                    sequence: event.sequence,
                    time: event.time,
                    action: signal.action,
                    confidence: signal.confidence.0,
                    price: signal.price.to_decimal(instrument.price_scale),
                    blocked_by: signal.blocked_by.clone(),
                    verdict: None,
                });
            }
            EventBody::RiskDecided(decision) => {
                let mut newest = self.rows.iter_mut().rev();
                let Some(row) = newest.find(|row| row.sequence == event.cause) else {
                    return;
                };
                self.version += 1;
                row.verdict = Some(Verdict {
                    order: decision.order,
                    approved: decision.approved,
                    failed: decision.failed().map(|check| check.reason).collect(),
                    quantity: decision.quantity.to_decimal(instrument.quantity_scale),
                    price: decision
                        .reference_price
                        .map(|price| price.to_decimal(instrument.price_scale)),
                });
            }
            _ => {}
        }
    }

    /// The records, oldest first.
    pub fn rows(&self) -> &[DecisionRecord] {
        &self.rows
    }

    /// Changes whenever a record is added or changed.
    pub const fn version(&self) -> u64 {
        self.version
    }
}

/// A book that one thread fills and others read.
#[derive(Debug)]
pub(super) struct SharedBook {
    book: Mutex<DecisionBook>,
    /// Latest event time that the engine has come to, in nanoseconds.
    seen: AtomicI64,
}

impl SharedBook {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            book: Mutex::default(),
            seen: AtomicI64::new(i64::MIN),
        })
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, DecisionBook> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn seen(&self) -> Timestamp {
        Timestamp::from_nanos(self.seen.load(Ordering::Acquire))
    }

    /// Forgets everything, for an engine that begins anew.
    pub(super) fn clear(&self) {
        let mut book = self.lock();
        book.rows.clear();
        book.version += 1;
        self.seen.store(i64::MIN, Ordering::Release);
    }
}

/// Fills a book with what the engine of a replay decides.
#[derive(Debug)]
pub(in crate::runtime) struct DecisionTap {
    instruments: Vec<Arc<Instrument>>,
    book: Arc<SharedBook>,
}

impl DecisionTap {
    pub(super) const fn new(book: Arc<SharedBook>) -> Self {
        Self {
            instruments: Vec::new(),
            book,
        }
    }

    /// Takes an event of the engine.
    pub(in crate::runtime) fn see(&mut self, event: &Event) {
        match &event.body {
            // In the order of the numbers, each once.
            EventBody::Listed { instrument, .. } => self.instruments.push(Arc::clone(instrument)),
            EventBody::SignalRaised(signal) => self.add(event, signal.instrument),
            EventBody::RiskDecided(decision) => self.add(event, decision.intent.instrument),
            _ => {}
        }
        let seen = &self.book.seen;
        seen.fetch_max(event.time.nanos(), Ordering::AcqRel);
    }

    fn add(&self, event: &Event, id: InstrumentId) {
        let mut book = self.book.lock();
        book.add(event, self.instruments.get(id.index()).map(|it| &**it));
    }
}
