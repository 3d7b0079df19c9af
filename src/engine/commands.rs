//! Commands: what a person or a peer may ask, each answered once.
//! Must not offer a way around risk.

use crate::domain::{
    Command, CommandBody, CommandOutcome, EventBody, InstrumentId, OrderOrigin, Timestamp,
};

use super::Engine;
use super::trading::Halt;

impl Engine {
    pub(super) fn on_command(&mut self, command: &Command) {
        let outcome = self.obey(&command.body);
        let body = EventBody::CommandAnswered {
            command: command.id,
            outcome,
        };
        self.log.emit(0, self.now, body);
        self.run_out_ended();
    }

    fn obey(&mut self, body: &CommandBody) -> CommandOutcome {
        match body {
            CommandBody::PlaceOrder(intent) => {
                let Some(now) = self.time_of(intent.instrument) else {
                    return unknown_instrument();
                };
                match self.place(intent, 0, now) {
                    Some((order, true)) => CommandOutcome::Done(Some(order)),
                    Some((order, false)) => {
                        CommandOutcome::Refused(format!("risk refused order {order}"))
                    }
                    None => unknown_instrument(),
                }
            }
            CommandBody::CancelOrder(order) => {
                let time = self.order_time(*order);
                if self.cancel(*order, 0, time) {
                    CommandOutcome::Done(Some(*order))
                } else {
                    CommandOutcome::Refused(format!("order {order} is not working"))
                }
            }
            CommandBody::CancelAll(instrument) => {
                for order in self.orders.ids(*instrument) {
                    let time = self.order_time(order);
                    self.cancel(order, 0, time);
                }
                CommandOutcome::Done(None)
            }
            CommandBody::Flatten(instrument) => {
                let Some(now) = self.time_of(*instrument) else {
                    return unknown_instrument();
                };
                self.flatten(*instrument, OrderOrigin::Flatten, 0, now);
                CommandOutcome::Done(None)
            }
            CommandBody::Kill { reason } => {
                let cause = self.set_halt(reason, true);
                self.flatten_all(cause);
                CommandOutcome::Done(None)
            }
            CommandBody::Halt { reason } => {
                self.set_halt(reason, false);
                CommandOutcome::Done(None)
            }
            CommandBody::Resume => self.resume(),
        }
    }

    /// A halt never weakens a kill.
    pub(super) fn set_halt(&mut self, reason: &str, kill: bool) -> u64 {
        if !kill && self.halt.as_ref().is_some_and(|halt| halt.kill) {
            return self.log.sequence;
        }
        self.halt = Some(Halt {
            reason: reason.to_owned(),
            kill,
        });
        let body = EventBody::Halted {
            reason: reason.to_owned(),
            kill,
        };
        self.log.emit(0, self.now, body)
    }

    fn resume(&mut self) -> CommandOutcome {
        if self.halt.take().is_none() {
            return CommandOutcome::Refused("trading is not halted".to_owned());
        }
        self.log.emit(0, self.now, EventBody::Resumed);
        CommandOutcome::Done(None)
    }

    fn flatten_all(&mut self, cause: u64) {
        let count = u32::try_from(self.instruments.len()).unwrap_or(u32::MAX);
        for id in (0..count).map(InstrumentId) {
            if let Some(now) = self.time_of(id) {
                self.flatten(id, OrderOrigin::KillSwitch, cause, now);
            }
        }
    }

    fn time_of(&self, id: InstrumentId) -> Option<Timestamp> {
        self.instruments
            .get(id.index())
            .map(|state| self.feed_now(state.feed))
    }

    fn order_time(&self, order: crate::domain::OrderId) -> Timestamp {
        self.orders
            .working
            .get(&order)
            .and_then(|working| self.time_of(working.order.instrument))
            .unwrap_or(self.now)
    }
}

fn unknown_instrument() -> CommandOutcome {
    CommandOutcome::Refused("the instrument is not listed".to_owned())
}
