//! Writes the events of the trade lane to the log, one line each.
//! Must not be called with events that are not on disk yet where they must be.

use std::sync::Arc;

use tracing::{info, warn};

use crate::domain::{Event, EventBody, Instrument, InstrumentId, OrderState};

/// Writes the events of the trade lane to the log.
#[derive(Debug, Default)]
pub(super) struct EventLogger {
    instruments: Vec<Arc<Instrument>>,
}

impl EventLogger {
    pub(super) fn log(&mut self, event: &Event) {
        let (sequence, cause, time) = (event.sequence, event.cause, event.time.to_rfc3339());
        match &event.body {
            EventBody::Listed { instrument, .. } => {
                self.instruments.push(Arc::clone(instrument));
                info!(sequence, %instrument.key, "listed");
            }
            EventBody::SignalRaised(signal) => {
                let instrument = self.key(signal.instrument);
                info!(
                    sequence, cause, time, instrument,
                    strategy = signal.strategy, action = ?signal.action,
                    confidence = signal.confidence.0, blocked_by = ?signal.blocked_by,
                    "signal"
                );
            }
            EventBody::SignalIgnored { instrument, reason } => {
                let instrument = self.key(*instrument);
                info!(sequence, cause, time, instrument, %reason, "signal ignored");
            }
            EventBody::RiskDecided(decision) => {
                let instrument = self.key(decision.intent.instrument);
                let (order, approved) = (decision.order.0, decision.approved);
                let amends = decision.amends;
                info!(
                    sequence,
                    cause,
                    time,
                    instrument,
                    order,
                    approved,
                    amends,
                    failed = decision.denial(),
                    "risk"
                );
            }
            EventBody::OrderChanged(order) if order.state != OrderState::Denied => {
                let instrument = self.key(order.instrument);
                let id = order.id.0;
                info!(
                    sequence, cause, time, instrument, order = id, side = ?order.side,
                    state = ?order.state, filled = order.filled.units(), reason = ?order.reason,
                    "order"
                );
            }
            EventBody::Filled(fill) => {
                let scales = self.instruments.get(fill.instrument.index());
                let (price, quantity) = scales.map_or_else(Default::default, |it| {
                    let price = fill.price.display(it.price_scale).to_string();
                    (price, fill.quantity.display(it.quantity_scale).to_string())
                });
                info!(
                    sequence, cause, time, instrument = self.key(fill.instrument),
                    execution = fill.execution.0, order = fill.order.0,
                    side = ?fill.side, price, quantity, fee = %fill.fee,
                    "fill"
                );
            }
            _ => log_control(event),
        }
    }

    fn key(&self, id: InstrumentId) -> String {
        self.instruments
            .get(id.index())
            .map_or_else(String::new, |it| it.key.to_string())
    }
}

/// What concerns the desk as a whole.
fn log_control(event: &Event) {
    let (sequence, cause, time) = (event.sequence, event.cause, event.time.to_rfc3339());
    match &event.body {
        EventBody::Halted { reason, kill } => warn!(sequence, time, reason, kill, "halted"),
        EventBody::KillAdvanced { stage } => warn!(sequence, time, stage = ?stage, "kill"),
        EventBody::Resumed => info!(sequence, time, "resumed"),
        EventBody::StoreFailed { reason } => warn!(sequence, time, reason, "store failed"),
        EventBody::StoreRecovered => info!(sequence, time, "store recovered"),
        EventBody::FeedChanged { feed, status } => {
            info!(sequence, time, feed = feed.0, status = ?status, "feed");
        }
        EventBody::CommandTaken { command, body } => {
            info!(sequence, time, command = command.0, body = ?body, "asked");
        }
        EventBody::CommandAnswered { command, outcome } => {
            info!(sequence, cause, time, command = command.0, outcome = ?outcome, "command");
        }
        EventBody::Anomaly { text, .. } => warn!(sequence, time, text, "anomaly"),
        _ => {}
    }
}
