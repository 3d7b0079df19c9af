//! The engine's state as it is saved.
//! Must not hold anything that goes by a number of this run.
//!
//! Numbers of instruments differ between runs, so everything here goes by lasting keys. Open
//! seconds are not saved: the ticks after the last closed second come again, or never.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::{
    Bar, Decision, Instrument, InstrumentId, InstrumentKey, KillStage, Order, OrderOrigin, Price,
    Timeframe, Timestamp,
};
use crate::indicators::{IndicatorCatalog, IndicatorSet, IndicatorSetState};
use crate::portfolio::{LedgerError, LedgerState};

use super::Engine;
use super::bars::Frame;
use super::guards::Guard;
use super::instrument::InstrumentState;
use super::positions::Leave;

/// Version of the snapshot's form.
pub(super) const VERSION: u32 = 1;

/// The engine's state at one event.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Snapshot {
    /// Version of this form.
    pub version: u32,
    /// Number of the last event that is part of the state.
    pub sequence: u64,
    pub(super) last_order: u64,
    pub(super) last_execution: u64,
    pub(super) halt: Option<(String, bool)>,
    #[serde(default)]
    pub(super) kill_stage: Option<KillStage>,
    pub(super) ledger: LedgerState,
    pub(super) working: Vec<WorkingSnapshot>,
    pub(super) instruments: Vec<InstrumentSnapshot>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct WorkingSnapshot {
    pub(super) key: InstrumentKey,
    pub(super) order: Order,
    pub(super) decision: Decision,
    #[serde(default)]
    pub(super) amendment: Option<Decision>,
    pub(super) last_event: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct InstrumentSnapshot {
    pub(super) instrument: Instrument,
    pub(super) closed_until: Timestamp,
    pub(super) stop_price: Option<Price>,
    /// The event that moved the stop there; the same for the target and the wish to leave.
    #[serde(default)]
    pub(super) stop_event: u64,
    #[serde(default)]
    pub(super) target_price: Option<Price>,
    #[serde(default)]
    pub(super) target_event: u64,
    #[serde(default)]
    pub(super) flatten: Option<OrderOrigin>,
    #[serde(default)]
    pub(super) flatten_event: u64,
    pub(super) frames: Vec<FrameSnapshot>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct FrameSnapshot {
    timeframe: Timeframe,
    closed_until: Timestamp,
    forming: Option<Bar>,
    indicators: IndicatorSetState,
    strategies: Vec<(String, serde_json::Value)>,
}

/// The state of instruments that no feed has listed yet; it waits, and is saved again, whole.
#[derive(Default)]
pub(super) struct Unclaimed(pub(super) BTreeMap<InstrumentKey, InstrumentState>);

impl Unclaimed {
    /// Where the closed seconds of instruments that are not listed end.
    pub(super) fn closed_seconds(&self) -> impl Iterator<Item = (InstrumentKey, Timestamp)> {
        self.0
            .iter()
            .map(|(key, state)| (key.clone(), state.aggregator.closed_until()))
    }
}

impl Engine {
    /// The state as it is now, for the store.
    ///
    /// # Errors
    /// When the ledger holds an instrument that is not listed, which no input can bring about.
    pub fn snapshot(&self) -> Result<Snapshot, LedgerError> {
        let key_of = |id: InstrumentId| self.instrument(id).map(|it| it.key.clone());
        Ok(Snapshot {
            version: VERSION,
            sequence: self.log.sequence,
            last_order: self.orders.last_order,
            last_execution: self.orders.last_execution,
            halt: self
                .halt
                .as_ref()
                .map(|halt| (halt.reason.clone(), halt.kill)),
            kill_stage: self.halt.as_ref().and_then(|halt| halt.stage),
            ledger: self.ledger.to_state(key_of)?,
            working: self
                .orders
                .working
                .values()
                .filter_map(|working| {
                    Some(WorkingSnapshot {
                        key: key_of(working.order.instrument)?,
                        order: working.order.clone(),
                        decision: working.decision.clone(),
                        amendment: working.amendment.clone(),
                        last_event: working.last_event,
                    })
                })
                .collect(),
            instruments: self
                .instruments
                .iter()
                .map(InstrumentState::snapshot)
                .chain(self.unclaimed.0.values().map(InstrumentState::snapshot))
                .collect(),
        })
    }
}

impl InstrumentState {
    fn snapshot(&self) -> InstrumentSnapshot {
        InstrumentSnapshot {
            instrument: (*self.instrument).clone(),
            closed_until: self.aggregator.closed_until(),
            stop_price: self.stop.price,
            stop_event: self.stop.event,
            target_price: self.target.price,
            target_event: self.target.event,
            flatten: self.leave.as_ref().map(|leave| leave.origin.clone()),
            flatten_event: self.leave.as_ref().map_or(0, |leave| leave.event),
            frames: self.frames.iter().map(Frame::snapshot).collect(),
        }
    }

    pub(super) fn restore(
        &mut self,
        snapshot: InstrumentSnapshot,
        catalog: &IndicatorCatalog,
        problems: &mut Vec<String>,
    ) {
        self.aggregator.resume_from(snapshot.closed_until);
        self.stop = Guard {
            price: snapshot.stop_price,
            event: snapshot.stop_event,
        };
        self.target = Guard {
            price: snapshot.target_price,
            event: snapshot.target_event,
        };
        let event = snapshot.flatten_event;
        self.leave = snapshot.flatten.map(|origin| Leave { origin, event });
        for saved in snapshot.frames {
            let Self {
                frames,
                calendar,
                instrument,
                ..
            } = self;
            let Some(frame) = frames
                .iter_mut()
                .find(|frame| frame.builder.timeframe() == saved.timeframe)
            else {
                continue;
            };
            frame
                .builder
                .resume_from(saved.closed_until, saved.forming, calendar);
            match IndicatorSet::restore(catalog, saved.indicators) {
                Ok(indicators) => frame.indicators = indicators,
                Err(error) => {
                    let (key, timeframe) = (&instrument.key, saved.timeframe);
                    problems.push(format!("{key} {timeframe}: indicators start anew: {error}"));
                }
            }
            for (name, state) in saved.strategies {
                let entry = frame
                    .strategies
                    .iter_mut()
                    .find(|entry| entry.strategy.name() == name);
                if let Some(Err(error)) = entry.map(|entry| entry.strategy.restore(&state)) {
                    let (key, timeframe) = (&instrument.key, saved.timeframe);
                    problems.push(format!("{key} {timeframe}: {name} starts anew: {error}"));
                }
            }
        }
    }
}

impl Frame {
    fn snapshot(&self) -> FrameSnapshot {
        FrameSnapshot {
            timeframe: self.builder.timeframe(),
            closed_until: self.builder.closed_until(),
            forming: self.builder.forming().map(|bar| *bar),
            indicators: self.indicators.state(),
            strategies: self
                .strategies
                .iter()
                .map(|entry| (entry.strategy.name().to_owned(), entry.strategy.save()))
                .collect(),
        }
    }
}
