//! Commands: what a person or a peer may ask, each answered once.
//! Must not offer a way around risk.

use std::collections::BTreeMap;

use crate::domain::{
    Command, CommandBody, CommandId, CommandOutcome, EventBody, InstrumentId, OrderId, OrderOrigin,
    Timestamp,
};

use super::Engine;
use super::guards::GuardKind;
use super::positions::outcome_of;
use super::trading::Halt;

/// Answers that are remembered; the lowest numbers are forgotten first.
const ANSWERS_KEPT: usize = 4_096;

/// The commands that were answered in this run, each with its outcome and the event that told it.
#[derive(Debug, Default)]
pub(super) struct Answers(BTreeMap<CommandId, (CommandOutcome, u64)>);

impl Answers {
    fn keep(&mut self, command: CommandId, outcome: CommandOutcome, event: u64) {
        if command == CommandId::OWN {
            return;
        }
        if self.0.len() >= ANSWERS_KEPT {
            self.0.pop_first();
        }
        self.0.insert(command, (outcome, event));
    }
}

impl Engine {
    pub(super) fn on_command(&mut self, command: &Command) {
        if let Some((outcome, event)) = self.answers.0.get(&command.id).cloned() {
            // Sent twice: it is answered twice and done once.
            self.answer(command.id, outcome, event);
            return;
        }
        let named = command.body.instrument();
        let (outcome, cause) = if named.is_some_and(|id| self.instrument(id).is_none()) {
            (unknown_instrument(), 0)
        } else {
            let body = EventBody::CommandTaken {
                command: command.id,
                body: Box::new(command.body.clone()),
            };
            let cause = self.log.emit(0, self.now, body);
            (self.obey(&command.body, cause), cause)
        };
        let event = self.answer(command.id, outcome.clone(), cause);
        self.answers.keep(command.id, outcome, event);
        self.run_out_ended();
    }

    fn answer(&mut self, command: CommandId, outcome: CommandOutcome, cause: u64) -> u64 {
        let body = EventBody::CommandAnswered { command, outcome };
        self.log.emit(cause, self.now, body)
    }

    fn obey(&mut self, body: &CommandBody, cause: u64) -> CommandOutcome {
        let now = body
            .instrument()
            .and_then(|id| self.time_of(id))
            .unwrap_or(self.now);
        match body {
            CommandBody::PlaceOrder(intent) => outcome_of(self.place(intent, cause, now)),
            CommandBody::AmendOrder {
                order,
                price,
                quantity,
            } => {
                let time = self.order_time(*order);
                match self.amend(*order, *price, *quantity, cause, time) {
                    Ok(()) => CommandOutcome::Done(Some(*order)),
                    Err(text) => CommandOutcome::Refused(text),
                }
            }
            CommandBody::CancelOrder(order) => {
                let time = self.order_time(*order);
                if self.cancel(*order, cause, time) {
                    CommandOutcome::Done(Some(*order))
                } else {
                    CommandOutcome::Refused(self.orders.absence(*order))
                }
            }
            CommandBody::CancelAll(instrument) => {
                self.cancel_each(self.orders.ids(*instrument), cause)
            }
            CommandBody::CancelEntries(instrument) => {
                self.cancel_each(self.entries(*instrument), cause)
            }
            CommandBody::Flatten(id) => {
                self.flatten(*id, OrderOrigin::Flatten, cause, now);
                CommandOutcome::Done(None)
            }
            CommandBody::ClosePart {
                instrument,
                percent,
            } => self.close_part(*instrument, *percent, cause, now),
            CommandBody::Reverse(id) => self.reverse(*id, cause, now),
            CommandBody::SetStop {
                instrument,
                stop_price,
            } => self.command_guard(*instrument, GuardKind::Stop, *stop_price, cause, now),
            CommandBody::SetTarget {
                instrument,
                target_price,
            } => self.command_guard(*instrument, GuardKind::Target, *target_price, cause, now),
            CommandBody::Kill { reason } => {
                let cause = self.set_halt(reason, true, cause);
                self.flatten_all(cause);
                self.advance_kill(cause, self.now);
                CommandOutcome::Done(None)
            }
            CommandBody::Halt { reason } => {
                self.set_halt(reason, false, cause);
                CommandOutcome::Done(None)
            }
            CommandBody::Resume => self.resume(cause),
        }
    }

    fn cancel_each(&mut self, orders: Vec<OrderId>, cause: u64) -> CommandOutcome {
        for order in orders {
            let time = self.order_time(order);
            self.cancel(order, cause, time);
        }
        CommandOutcome::Done(None)
    }

    /// A halt never weakens a kill.
    pub(super) fn set_halt(&mut self, reason: &str, kill: bool, cause: u64) -> u64 {
        if !kill && self.halt.as_ref().is_some_and(|halt| halt.kill) {
            return self.log.sequence;
        }
        self.halt = Some(Halt {
            reason: reason.to_owned(),
            kill,
            stage: None,
        });
        let body = EventBody::Halted {
            reason: reason.to_owned(),
            kill,
        };
        self.log.emit(cause, self.now, body)
    }

    fn resume(&mut self, cause: u64) -> CommandOutcome {
        if self.halt.take().is_none() {
            return CommandOutcome::Refused("trading is not halted".to_owned());
        }
        self.log.emit(cause, self.now, EventBody::Resumed);
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

    fn order_time(&self, order: OrderId) -> Timestamp {
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
