//! Actions of orders and positions, and the order preview.
//! Must not send an order that was not shown as it is sent.

use super::{Effect, Turn};
use crate::domain::{CommandBody, OrderKind, Side};
use crate::tui::action::{Action, TicketAction, TradingAction};
use crate::tui::format;
use crate::tui::safety::KillProgress;
use crate::tui::state::{DeskState, Open, Tone};
use crate::tui::ticket::{Ticket, touch};
use crate::view::InstrumentView;

impl DeskState {
    pub(super) fn act_trading(&mut self, id: TradingAction, turn: &mut Turn) {
        use TradingAction as A;
        match id {
            A::BuyLimit => self.open_ticket(Side::Buy, true, turn),
            A::SellLimit => self.open_ticket(Side::Sell, true, turn),
            A::BuyMarket => self.open_ticket(Side::Buy, false, turn),
            A::SellMarket => self.open_ticket(Side::Sell, false, turn),
            A::Flatten => self.flatten(turn),
            A::CancelEntries => turn.effects.push(Effect::Send(
                CommandBody::CancelEntries(None),
                "cancel the entries, exits stay".to_owned(),
            )),
            A::CancelAll => turn.effects.push(Effect::Send(
                CommandBody::CancelAll(None),
                format!("cancel {} working orders", turn.view.working_orders.len()),
            )),
            A::Kill => {
                self.kill = Some(KillProgress::new(turn.now));
                turn.effects.push(Effect::Send(
                    CommandBody::Kill {
                        reason: "kill switch pressed at the desk".to_owned(),
                    },
                    "KILL".to_owned(),
                ));
            }
            A::Halt => {
                let reason = match turn.arguments {
                    "" => "halted at the desk",
                    reason => reason,
                };
                let body = CommandBody::Halt {
                    reason: reason.to_owned(),
                };
                turn.effects.push(Effect::Send(body, "halt".to_owned()));
            }
            A::Resume => turn.effects.push(Effect::Send(
                CommandBody::Resume,
                "resume trading".to_owned(),
            )),
            A::Arm => {
                let armed = !self.is_armed(turn.view);
                self.armed = Some(armed);
                let (tone, text) = match armed {
                    true => (Tone::Bad, "ARMED: orders that increase risk can be sent"),
                    false => (
                        Tone::Plain,
                        "disarmed: orders that increase risk are refused",
                    ),
                };
                self.say(tone, text, turn.view);
            }
        }
    }

    /// Whether an action that increases risk is allowed; says why not.
    pub(super) fn may_increase_risk(&mut self, action: &Action, turn: &Turn) -> bool {
        let armed = self.is_armed(turn.view);
        if !armed {
            let text = format!("DISARMED, not done: {}; F9 arms", action.label);
            self.say(Tone::Bad, text, turn.view);
        }
        armed
    }

    pub(super) fn act_ticket(&mut self, id: TicketAction, turn: &mut Turn) {
        match id {
            TicketAction::Send => self.send_ticket(turn),
            TicketAction::Abort => {
                self.open = Open::Nothing;
                let text = "order preview closed, nothing sent";
                self.say(Tone::Plain, text, turn.view);
            }
            _ => self.change_ticket(id, turn),
        }
    }

    fn open_ticket(&mut self, side: Side, limit: bool, turn: &mut Turn) {
        let Some(row) = self.focus(turn.view) else {
            self.say(Tone::Bad, "no instrument to trade yet", turn.view);
            return;
        };
        let market = row.market.as_ref();
        let best = market.and_then(|market| touch(side, market, &row.instrument));
        let price = self.ladder_cursor().filter(|_| limit).or(best);
        let (id, symbol) = (row.id, row.instrument.symbol.clone());
        if price.is_none() {
            self.say(Tone::Bad, format!("{symbol} has no price yet"), turn.view);
            return;
        }
        let ticket = Ticket::open(id, side, price.filter(|_| limit), turn.now);
        self.open = Open::Ticket(Box::new(ticket));
        turn.effects.push(Effect::Ask);
    }

    fn flatten(&mut self, turn: &mut Turn) {
        let Some(row) = self.focus(turn.view) else {
            self.say(Tone::Bad, "no instrument to flatten", turn.view);
            return;
        };
        turn.effects.push(Effect::Send(
            CommandBody::Flatten(row.id),
            format!("flatten {}", row.instrument.symbol),
        ));
    }

    fn change_ticket(&mut self, id: TicketAction, turn: &mut Turn) {
        let Open::Ticket(ticket) = &mut self.open else {
            return;
        };
        let Some(row) = turn.view.instruments.get(ticket.instrument.index()) else {
            return;
        };
        let before = ticket.revision();
        let limit = match id {
            TicketAction::PriceUp => ticket.move_price(1, &row.instrument),
            TicketAction::PriceDown => ticket.move_price(-1, &row.instrument),
            TicketAction::Join => set_touch(ticket, ticket.side, row),
            TicketAction::Cross => set_touch(ticket, ticket.side.opposite(), row),
            TicketAction::More => {
                ticket.move_size(1, &row.instrument);
                true
            }
            _ => {
                ticket.move_size(-1, &row.instrument);
                true
            }
        };
        if ticket.revision() != before {
            turn.effects.push(Effect::Ask);
        }
        if !limit {
            self.say(
                Tone::Plain,
                "a market order has no price to change",
                turn.view,
            );
        }
    }

    fn send_ticket(&mut self, turn: &mut Turn) {
        let Open::Ticket(ticket) = &self.open else {
            return;
        };
        if !ticket.may_send(turn.now, turn.enter_before) {
            self.say(
                Tone::Plain,
                "too soon: look at the order, then press Enter",
                turn.view,
            );
            return;
        }
        let Some((preview, true)) = ticket.answer() else {
            self.say(
                Tone::Plain,
                "risk has not answered yet, nothing sent",
                turn.view,
            );
            return;
        };
        if !preview.decision.approved {
            let codes = preview.decision.denial();
            // The refusal that a new desk meets first, and what helps.
            let remedy = if ticket.quantity.is_none() && codes.contains("sizing") {
                "; → sets a quantity where there are too few bars to size by risk"
            } else {
                ""
            };
            let text = format!("not sent: risk refuses ({codes}){remedy}");
            self.say(Tone::Bad, text, turn.view);
            return;
        }
        let text = turn
            .view
            .instruments
            .get(ticket.instrument.index())
            .map(|row| describe(ticket, row))
            .unwrap_or_default();
        turn.effects
            .push(Effect::Send(CommandBody::PlaceOrder(ticket.intent()), text));
        self.open = Open::Nothing;
    }
}

fn set_touch(ticket: &mut Ticket, side: Side, row: &InstrumentView) -> bool {
    if ticket.kind == OrderKind::Market {
        return false;
    }
    let price = row
        .market
        .as_ref()
        .and_then(|market| touch(side, market, &row.instrument));
    if let Some(price) = price {
        ticket.set_price(price);
    }
    true
}

/// `BUY 5 TITAN @ 100.20`.
fn describe(ticket: &Ticket, row: &InstrumentView) -> String {
    let side = match ticket.side {
        Side::Buy => "BUY",
        Side::Sell => "SELL",
    };
    let size = ticket.size().map_or_else(String::new, |size| {
        format!("{} ", format::quantity(size, &row.instrument))
    });
    let price = match ticket.kind {
        OrderKind::Market => "at the market".to_owned(),
        OrderKind::Limit(price) => format!("@ {}", format::price(price, &row.instrument)),
        OrderKind::Stop(price) => format!("stop {}", format::price(price, &row.instrument)),
    };
    format!("{side} {size}{} {price}", row.instrument.symbol)
}
