//! What earlier runs left in the store, for the panes of a desk that was started again.
//! Must not change positions, money or working orders: those a restart has already.

use std::collections::BTreeMap;

use crate::domain::{Event, Instrument, InstrumentId, InstrumentKey};

use super::equity::EquityPoint;

/// Events of the trade lane and samples of the account before this run, oldest first.
#[derive(Debug, Clone, Default)]
pub struct Past {
    by_instrument: BTreeMap<Definition, Vec<Event>>,
    loose: Vec<Event>,
    equity: Vec<EquityPoint>,
}

/// Prices and quantities of another scale would be read wrongly.
type Definition = (InstrumentKey, u8, u8);

fn definition(instrument: &Instrument) -> Definition {
    let (price, quantity) = (instrument.price_scale, instrument.quantity_scale);
    (instrument.key.clone(), price, quantity)
}

impl Past {
    /// Sorts `events`, whose instruments are numbered otherwise than in this run:
    /// `instrument_of` says what they were. What speaks of an unknown one is left out.
    pub fn new<'i>(
        events: Vec<Event>,
        equity: Vec<EquityPoint>,
        instrument_of: impl Fn(InstrumentId) -> Option<&'i Instrument>,
    ) -> Self {
        let mut past = Self {
            equity,
            ..Self::default()
        };
        for event in events {
            match event.body.instrument() {
                None => past.loose.push(event),
                Some(id) => {
                    if let Some(instrument) = instrument_of(id) {
                        let key = definition(instrument);
                        past.by_instrument.entry(key).or_default().push(event);
                    }
                }
            }
        }
        past
    }

    /// Takes out what speaks of an instrument, under its number in this run.
    pub(super) fn take(&mut self, instrument: &Instrument, id: InstrumentId) -> Vec<Event> {
        let key = definition(instrument);
        let mut events = self.by_instrument.remove(&key).unwrap_or_default();
        for event in &mut events {
            event.body.set_instrument(id);
        }
        events
    }

    /// Takes out what speaks of no instrument.
    pub(super) fn take_loose(&mut self) -> (Vec<Event>, Vec<EquityPoint>) {
        (
            std::mem::take(&mut self.loose),
            std::mem::take(&mut self.equity),
        )
    }
}
