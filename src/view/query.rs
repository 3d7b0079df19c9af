//! What a pane asks of the view now and then: rows that are found or put together on demand.
//! Must not keep anything.

use crate::domain::{
    ExecutionId, Fill, InstrumentId, Order, OrderId, Price, Side, SignalAction, Timeframe,
    Timestamp,
};

use super::model::{InstrumentView, SignalOutcome, View};
use super::records::DecisionRecord;

/// Something that happened to an instrument, to be marked on its chart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChartEvent {
    /// Event number; finds the decision record of a signal.
    pub sequence: u64,
    /// Event time.
    pub time: Timestamp,
    /// Which bar a signal was raised by.
    pub bar: Option<(Timeframe, Timestamp)>,
    /// At this price.
    pub price: Price,
    /// Which way; `None` for a lean that its strategy held back.
    pub side: Option<Side>,
    /// What it was.
    pub kind: ChartEventKind,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChartEventKind {
    /// A signal that became an order.
    SignalTaken,
    /// A signal that became none.
    SignalBlocked,
    /// An execution.
    Fill(ExecutionId),
}

impl View {
    /// An instrument by its number.
    pub fn instrument(&self, id: InstrumentId) -> Option<&InstrumentView> {
        self.instruments.get(id.index())
    }

    /// An order by its number, whatever its state.
    pub fn order(&self, id: OrderId) -> Option<&Order> {
        self.working_orders
            .get(&id)
            .or_else(|| self.orders.get(&id))
    }

    /// Executions of an order, oldest first.
    pub fn fills_of(&self, order: OrderId) -> impl Iterator<Item = &Fill> {
        let fills = self.fills.iter().map(|row| &row.fill);
        fills.filter(move |fill| fill.order == order)
    }

    /// The record behind a signal or an order of a trade log line, by event or order number.
    pub fn record(&self, sequence: u64, order: Option<OrderId>) -> Option<&DecisionRecord> {
        order
            .and_then(|order| self.records.of_order(order))
            .or_else(|| self.records.of_signal(sequence))
    }

    /// Signals and fills of an instrument, oldest first.
    pub fn chart_events(&self, id: InstrumentId) -> Vec<ChartEvent> {
        let signals = self
            .signals
            .iter()
            .filter(|row| row.signal.instrument == id)
            .map(|row| ChartEvent {
                sequence: row.sequence,
                time: row.time,
                bar: Some((row.signal.timeframe, row.signal.bar_start)),
                price: row.signal.price,
                side: match row.signal.action {
                    SignalAction::Buy => Some(Side::Buy),
                    SignalAction::Sell => Some(Side::Sell),
                    SignalAction::Hold => None,
                },
                kind: match row.outcome {
                    SignalOutcome::Sent(_) | SignalOutcome::Filled(_) => {
                        ChartEventKind::SignalTaken
                    }
                    _ => ChartEventKind::SignalBlocked,
                },
            });
        let fills = self
            .fills
            .iter()
            .filter(|row| row.fill.instrument == id)
            .map(|row| ChartEvent {
                sequence: row.sequence,
                time: row.fill.time,
                bar: None,
                price: row.fill.price,
                side: Some(row.fill.side),
                kind: ChartEventKind::Fill(row.fill.execution),
            });
        let mut events: Vec<ChartEvent> = signals.chain(fills).collect();
        events.sort_by_key(|event| event.sequence);
        events
    }
}
