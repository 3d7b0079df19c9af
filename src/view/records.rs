//! Decision records: for each signal and each order, all that led to it and all that came of it.
//! Must not forget the record of a working order or of a position that is open.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{
    Bar, Decision, ExecutionId, Fill, InstrumentId, Order, OrderId, OrderState, Qty, Signal,
    SignalAction, Timestamp,
};

use super::sizing::SizingFacts;

/// Records kept; those of working orders and open positions take the place of older ones.
pub const RECORDS_KEPT: usize = 500;
/// Steps and fills kept of one order; between its first and its newest some are left out then.
pub const STEPS_KEPT: usize = 100;

/// One signal or order with its causes and its consequences.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRecord {
    /// Number of its first event: the signal's, or the decision's where no signal led to it.
    pub sequence: u64,
    /// Number of the event that caused that one; 0 for causes from outside.
    pub cause: u64,
    /// Event time of its first event.
    pub time: Timestamp,
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// What a strategy said; `None` where a person, a stop or the kill switch asked.
    pub signal: Option<Signal>,
    /// The bar that raised the signal, where it is still known.
    pub bar: Option<Bar>,
    /// Every indicator value at that bar, by the slots of [`View::catalog`](super::View::catalog);
    /// empty without a signal, and for signals of earlier runs.
    pub values: Vec<Option<f64>>,
    /// Risk's answer with every check; `None` where no order was wanted.
    pub decision: Option<Decision>,
    /// How the size came about.
    pub sizing: Option<SizingFacts>,
    /// The order as it stands; `None` where there is none.
    pub order: Option<Order>,
    /// What became of the order, oldest first, at most [`STEPS_KEPT`].
    pub steps: Vec<OrderStep>,
    /// Its executions, oldest first, at most [`STEPS_KEPT`].
    pub fills: Vec<Fill>,
    /// How long it took, by this machine's clock; empty for orders of earlier runs.
    pub timing: Timing,
}

/// One state of an order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderStep {
    /// Event number.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// The state from then on.
    pub state: OrderState,
    /// How much was filled.
    pub filled: Qty,
    /// Why, where the desk or the venue said it.
    pub reason: Option<String>,
}

impl OrderStep {
    /// Whether the venue said this, and not the desk.
    pub const fn is_venue_answer(&self) -> bool {
        !matches!(
            self.state,
            OrderState::Submitted | OrderState::Denied | OrderState::CancelPending
        )
    }
}

/// When what happened to an order, in microseconds since the first of these moments, by this
/// machine's clock. `None` is not known, or not yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Timing {
    /// Wall clock of the first moment.
    pub began: Option<Timestamp>,
    /// The tick that led to it was read from its socket or file.
    pub tick_received: Option<u64>,
    /// The command that asked for it was taken.
    pub asked: Option<u64>,
    /// Risk had decided.
    pub decided: Option<u64>,
    /// The decision was on the disk.
    pub durable: Option<u64>,
    /// It was handed to the venue; the paper venue lives in the engine and has it at once.
    pub sent: Option<u64>,
    /// The venue had answered for the first time.
    pub acknowledged: Option<u64>,
    /// It was filled for the first time.
    pub filled: Option<u64>,
}

/// How a record ended, or where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordOutcome {
    /// The strategy held its own lean back, by this rule.
    Held(String),
    /// No order was wanted of it: already in the position, too little confidence, trading off.
    NoOrder,
    /// Risk refused it, with the codes of the failed checks.
    Denied(String),
    /// An order works, or was filled in part.
    Working,
    /// All of it is filled.
    Filled,
    /// It was cancelled, perhaps after a part was filled, with the reason where one was given.
    Cancelled(Option<String>),
    /// The venue refused it, with its reason where it gave one.
    Rejected(Option<String>),
    /// Nobody knows: the venue has to be asked.
    Unknown,
}

impl DecisionRecord {
    /// How it ended, or where it stands.
    pub fn outcome(&self) -> RecordOutcome {
        if let Some(order) = &self.order {
            return match order.state {
                OrderState::Filled => RecordOutcome::Filled,
                OrderState::Cancelled => RecordOutcome::Cancelled(order.reason.clone()),
                OrderState::Rejected => RecordOutcome::Rejected(order.reason.clone()),
                OrderState::Denied => RecordOutcome::Denied(self.denial()),
                OrderState::Unknown => RecordOutcome::Unknown,
                _ => RecordOutcome::Working,
            };
        }
        if self.decision.as_ref().is_some_and(|it| !it.approved) {
            return RecordOutcome::Denied(self.denial());
        }
        match &self.signal {
            Some(signal) if signal.action == SignalAction::Hold => {
                RecordOutcome::Held(signal.blocked_by.clone().unwrap_or_default())
            }
            _ => RecordOutcome::NoOrder,
        }
    }

    /// Its order's number.
    pub fn order_id(&self) -> Option<OrderId> {
        let decided = self.decision.as_ref().map(|decision| decision.order);
        self.order.as_ref().map(|order| order.id).or(decided)
    }

    fn denial(&self) -> String {
        self.decision
            .as_ref()
            .map(Decision::denial)
            .unwrap_or_default()
    }
}

/// The records, to be found by signal, order and execution.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Records {
    by_sequence: BTreeMap<u64, DecisionRecord>,
    by_order: BTreeMap<OrderId, u64>,
    by_execution: BTreeMap<ExecutionId, u64>,
    /// Records with a part in a position that is open, by instrument.
    held: BTreeMap<InstrumentId, BTreeSet<u64>>,
}

impl Records {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_sequence.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_sequence.is_empty()
    }

    /// All, oldest first.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &DecisionRecord> {
        self.by_sequence.values()
    }

    /// The record that begins with the event of this number: a signal's, or the decision's of an
    /// order without one.
    pub fn of_signal(&self, sequence: u64) -> Option<&DecisionRecord> {
        self.by_sequence.get(&sequence)
    }

    /// The record of an order.
    pub fn of_order(&self, order: OrderId) -> Option<&DecisionRecord> {
        self.by_sequence.get(self.by_order.get(&order)?)
    }

    /// The record of an execution.
    pub fn of_execution(&self, execution: ExecutionId) -> Option<&DecisionRecord> {
        self.by_sequence.get(self.by_execution.get(&execution)?)
    }

    /// Adds a record; the oldest that nothing needs goes where there is no room.
    pub fn insert(&mut self, record: DecisionRecord) {
        let sequence = record.sequence;
        let order = record.order_id().map(|order| (order, sequence));
        self.by_order.extend(order);
        let executions = record.fills.iter().map(|fill| (fill.execution, sequence));
        self.by_execution.extend(executions);
        self.by_sequence.insert(sequence, record);
        while self.by_sequence.len() > RECORDS_KEPT {
            self.forget_one();
        }
    }

    /// The record to which a decision belongs: that of the signal which caused it, else a new one.
    pub(super) fn decide(
        &mut self,
        signal: Option<u64>,
        decision: &Decision,
        new: impl FnOnce() -> DecisionRecord,
    ) {
        let known = signal.filter(|sequence| self.by_sequence.contains_key(sequence));
        let sequence = known.unwrap_or_else(|| {
            let record = new();
            let sequence = record.sequence;
            self.insert(record);
            sequence
        });
        self.by_order.insert(decision.order, sequence);
        if let Some(record) = self.by_sequence.get_mut(&sequence) {
            record.decision = Some(decision.clone());
        }
    }

    /// Takes the newest state of an order.
    pub(super) fn change(&mut self, sequence: u64, time: Timestamp, order: &Order) {
        let Some(record) = self.order_mut(order.id) else {
            return;
        };
        push_bounded(
            &mut record.steps,
            OrderStep {
                sequence,
                time,
                state: order.state,
                filled: order.filled,
                reason: order.reason.clone(),
            },
        );
        record.order = Some(order.clone());
    }

    /// Says how an order's size came about.
    pub(super) fn size(&mut self, order: OrderId, sizing: SizingFacts) {
        if let Some(record) = self.order_mut(order) {
            record.sizing = Some(sizing);
        }
    }

    /// Adds an execution of a position that is open after it, or flat.
    pub(super) fn fill(&mut self, fill: &Fill, is_open: bool) {
        if let Some(sequence) = self.by_order.get(&fill.order).copied() {
            self.by_execution.insert(fill.execution, sequence);
            self.held
                .entry(fill.instrument)
                .or_default()
                .insert(sequence);
            if let Some(record) = self.by_sequence.get_mut(&sequence) {
                push_bounded(&mut record.fills, fill.clone());
            }
        }
        if !is_open {
            self.held.remove(&fill.instrument);
        }
    }

    /// Says how long an order took so far.
    pub(super) fn time(&mut self, order: OrderId, timing: Timing) {
        if let Some(record) = self.order_mut(order) {
            record.timing = timing;
        }
    }

    fn order_mut(&mut self, order: OrderId) -> Option<&mut DecisionRecord> {
        self.by_sequence.get_mut(self.by_order.get(&order)?)
    }

    /// The oldest that nothing needs goes; the oldest of all where everything is needed.
    fn forget_one(&mut self) {
        let is_needed = |record: &DecisionRecord| {
            let works = |order: &Order| !order.state.is_final();
            record.order.as_ref().is_some_and(works)
                || self
                    .held
                    .get(&record.instrument)
                    .is_some_and(|held| held.contains(&record.sequence))
        };
        let oldest = self.by_sequence.values();
        let free = oldest.clone().find(|record| !is_needed(record));
        let Some(goes) = free.or_else(|| self.by_sequence.values().next()) else {
            return;
        };
        let (sequence, instrument, order) = (goes.sequence, goes.instrument, goes.order_id());
        let executions: Vec<ExecutionId> = goes.fills.iter().map(|fill| fill.execution).collect();
        if let Some(order) = order {
            self.by_order.remove(&order);
        }
        if executions.len() >= STEPS_KEPT {
            // Some of its executions were left out above, and their numbers with them.
            self.by_execution.retain(|_, owner| *owner != sequence);
        }
        for execution in executions {
            self.by_execution.remove(&execution);
        }
        if let Some(held) = self.held.get_mut(&instrument) {
            held.remove(&sequence);
        }
        self.by_sequence.remove(&sequence);
    }
}

/// Adds a row; beyond the limit the second oldest goes, so that the first is always told.
fn push_bounded<T>(rows: &mut Vec<T>, row: T) {
    if rows.len() >= STEPS_KEPT && rows.len() > 1 {
        rows.remove(1);
    }
    rows.push(row);
}
