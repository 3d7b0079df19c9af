//! The instrument that an event speaks of, and changing its id from one numbering to another.
//! Must not know how ids are stored.

use crate::domain::{EventBody, InstrumentId};

/// The instrument that `body` speaks of, where it speaks of one.
pub fn instrument_of(body: &EventBody) -> Option<InstrumentId> {
    match body {
        EventBody::Listed { id, .. } => Some(*id),
        EventBody::CandleClosed { instrument, .. }
        | EventBody::BarClosed { instrument, .. }
        | EventBody::IndicatorConfirmed { instrument, .. }
        | EventBody::StopMoved { instrument, .. }
        | EventBody::FlattenWanted { instrument, .. } => Some(*instrument),
        EventBody::SignalRaised(signal) => Some(signal.instrument),
        EventBody::RiskDecided(decision) => Some(decision.intent.instrument),
        EventBody::OrderChanged(order) => Some(order.instrument),
        EventBody::Filled(fill) => Some(fill.instrument),
        EventBody::AccountSampled(_)
        | EventBody::Halted { .. }
        | EventBody::Resumed
        | EventBody::StoreFailed { .. }
        | EventBody::StoreRecovered
        | EventBody::FeedChanged { .. }
        | EventBody::CommandAnswered { .. }
        | EventBody::Anomaly { .. } => None,
    }
}

/// Gives the instrument of `body` another id; bodies without one are left as they are.
pub fn set_instrument(body: &mut EventBody, new: InstrumentId) {
    match body {
        EventBody::Listed { id, .. } => *id = new,
        EventBody::CandleClosed { instrument, .. }
        | EventBody::BarClosed { instrument, .. }
        | EventBody::IndicatorConfirmed { instrument, .. }
        | EventBody::StopMoved { instrument, .. }
        | EventBody::FlattenWanted { instrument, .. } => *instrument = new,
        EventBody::SignalRaised(signal) => signal.instrument = new,
        EventBody::RiskDecided(decision) => decision.intent.instrument = new,
        EventBody::OrderChanged(order) => order.instrument = new,
        EventBody::Filled(fill) => fill.instrument = new,
        EventBody::AccountSampled(_)
        | EventBody::Halted { .. }
        | EventBody::Resumed
        | EventBody::StoreFailed { .. }
        | EventBody::StoreRecovered
        | EventBody::FeedChanged { .. }
        | EventBody::CommandAnswered { .. }
        | EventBody::Anomaly { .. } => {}
    }
}
