//! Turns keys into changes of the screen's state and into effects on the engine.
//! Must not talk to the engine or the terminal: the loop carries the effects out.

use std::time::{Duration, Instant};

use super::actions::{self, Action, ActionId, DOUBLE_TAP_MS, Key, Scope};
use super::format;
use super::state::{DeskState, Open, Pending, Tone};
use super::theme::THEMES;
use super::ticket::{Ticket, touch};
use crate::domain::{CommandBody, OrderKind, Side};
use crate::view::{InstrumentView, View};

/// Rows of a page in lists and help.
const PAGE: usize = 8;

/// What the loop has to do after a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Ask the engine; the text says what, for the message line.
    Send(CommandBody, String),
    /// Ask what risk says of the open ticket.
    Ask,
    /// Draw everything anew.
    Redraw,
    /// Give the terminal back and stop.
    Suspend,
    /// Leave.
    Quit,
    /// Crash on purpose, to test that the terminal survives; only in debug builds.
    Panic,
}

impl DeskState {
    /// Takes a key; `now` is monotonic.
    pub fn key(&mut self, key: Key, view: &View, now: Instant) -> Vec<Effect> {
        let mut effects = Vec::new();
        let enter_before = self.last_enter;
        if key == Key::Enter {
            self.last_enter = Some(now);
        }
        let Some(action) = actions::find(self.scope(), key) else {
            self.pending = None;
            if let Key::Char(letter) = key {
                self.type_letter(letter, view);
            }
            return effects;
        };
        if action.twice && !self.second_press(action, key, view, now) {
            return effects;
        }
        self.pending = None;
        if action.id == ActionId::TicketSend {
            self.send_ticket(view, now, enter_before, &mut effects);
        } else {
            self.act(action.id, view, now, &mut effects);
        }
        effects
    }

    /// Forgets a first press whose time is over; `true` when it did.
    pub fn forget(&mut self, now: Instant) -> bool {
        let over = self
            .pending
            .as_ref()
            .is_some_and(|pending| pending.until <= now);
        if over {
            self.pending = None;
        }
        over
    }

    /// Whether this is the second press; notes the first one otherwise.
    fn second_press(&mut self, action: &Action, key: Key, view: &View, now: Instant) -> bool {
        let waited = self
            .pending
            .take()
            .is_some_and(|pending| pending.action == action.id && now < pending.until);
        if waited {
            return true;
        }
        let key = key.label(&self.glyphs);
        let symbol = self.focus(view).map_or("", |row| &row.instrument.symbol);
        let what = match action.id {
            ActionId::Flatten => format!("FLATTEN {symbol}"),
            ActionId::CancelAll => "CANCEL ALL orders".to_owned(),
            ActionId::Kill => "KILL: cancel all, close all, stop".to_owned(),
            _ => "quit".to_owned(),
        };
        self.pending = Some(Pending {
            action: action.id,
            text: format!("{key} again to {what}"),
            until: now + Duration::from_millis(DOUBLE_TAP_MS),
        });
        false
    }

    fn act(&mut self, id: ActionId, view: &View, now: Instant, effects: &mut Vec<Effect>) {
        match id {
            ActionId::BuyLimit => self.open_ticket(Side::Buy, true, view, now, effects),
            ActionId::SellLimit => self.open_ticket(Side::Sell, true, view, now, effects),
            ActionId::BuyMarket => self.open_ticket(Side::Buy, false, view, now, effects),
            ActionId::SellMarket => self.open_ticket(Side::Sell, false, view, now, effects),
            ActionId::Flatten => self.flatten(view, effects),
            ActionId::CancelAll => effects.push(Effect::Send(
                CommandBody::CancelAll(None),
                format!("cancel {} working orders", view.working_orders.len()),
            )),
            ActionId::Kill => effects.push(Effect::Send(
                CommandBody::Kill {
                    reason: "kill switch pressed at the desk".to_owned(),
                },
                "KILL".to_owned(),
            )),
            ActionId::Halt => effects.push(halt("halted at the desk")),
            ActionId::Resume => effects.push(Effect::Send(
                CommandBody::Resume,
                "resume trading".to_owned(),
            )),
            ActionId::Quit | ActionId::Leave => effects.push(Effect::Quit),
            ActionId::Redraw => effects.push(Effect::Redraw),
            ActionId::Suspend => effects.push(Effect::Suspend),
            ActionId::Help => self.open = Open::Help(0),
            ActionId::Command => self.open = Open::Command(String::new()),
            ActionId::Find => self.open = Open::Find(String::new(), 0),
            ActionId::Close | ActionId::TicketAbort | ActionId::HelpClose => {
                if matches!(self.open, Open::Ticket(_)) {
                    self.say(Tone::Plain, "order preview closed, nothing sent", view);
                }
                self.open = Open::Nothing;
            }
            ActionId::TypingAbort => self.open = Open::Nothing,
            ActionId::TypingAccept => self.accept(view, now, effects),
            ActionId::TypingErase => self.erase(),
            ActionId::TypingUp => self.choose(false),
            ActionId::TypingDown => self.choose(true),
            ActionId::HelpUp => self.scroll_help(1, false),
            ActionId::HelpDown => self.scroll_help(1, true),
            ActionId::HelpPageUp => self.scroll_help(PAGE, false),
            ActionId::HelpPageDown => self.scroll_help(PAGE, true),
            ActionId::TicketPriceUp
            | ActionId::TicketPriceDown
            | ActionId::TicketMore
            | ActionId::TicketLess
            | ActionId::TicketJoin
            | ActionId::TicketCross => self.change_ticket(id, view, effects),
            ActionId::TicketSend => {}
            _ => self.look(id, view),
        }
    }

    /// The actions that change what is seen and nothing else.
    fn look(&mut self, id: ActionId, view: &View) {
        let bars = self
            .focus(view)
            .and_then(|row| self.series(row))
            .map_or(0, |series| series.bars.len());
        match id {
            ActionId::InstrumentPrevious => self.select(self.instrument.saturating_sub(1), view),
            ActionId::InstrumentNext => self.select(self.instrument.saturating_add(1), view),
            ActionId::TimeframePrevious => {
                self.timeframe = self.timeframe.saturating_sub(1);
                self.pan = 0;
            }
            ActionId::TimeframeNext => {
                let most = self
                    .focus(view)
                    .map_or(0, |row| row.series.len().saturating_sub(1));
                self.timeframe = self.timeframe.saturating_add(1).min(most);
                self.pan = 0;
            }
            ActionId::PanLeft => {
                self.pan = self.pan.saturating_add(2).min(bars.saturating_sub(1));
            }
            ActionId::PanRight => self.pan = self.pan.saturating_sub(2),
            ActionId::ZoomIn => self.zoom = (self.zoom + 1).min(titan_widgets::ZOOM_MAX),
            ActionId::ZoomOut => self.zoom = self.zoom.saturating_sub(1),
            ActionId::ChartReset => {
                self.pan = 0;
                self.zoom = titan_widgets::ZOOM_DEFAULT;
            }
            ActionId::PanelNext => self.show_panel(true),
            ActionId::PanelPrevious => self.show_panel(false),
            ActionId::ScrollUp => {
                let most = view.signals.len().max(view.trade_log.len());
                self.scroll = self.scroll.saturating_add(PAGE).min(most.saturating_sub(1));
            }
            ActionId::ScrollDown => self.scroll = self.scroll.saturating_sub(PAGE),
            ActionId::Theme => {
                let at = THEMES
                    .iter()
                    .position(|theme| theme.name == self.paint.theme.name)
                    .map_or(0, |index| (index + 1) % THEMES.len());
                if let Some(theme) = THEMES.get(at) {
                    self.paint.theme = *theme;
                    self.say(Tone::Plain, format!("theme {}", theme.name), view);
                }
            }
            _ => {}
        }
    }

    fn show_panel(&mut self, forward: bool) {
        self.panel = self.panel.step(forward);
        self.scroll = 0;
    }

    fn select(&mut self, index: usize, view: &View) {
        self.instrument = index.min(view.instruments.len().saturating_sub(1));
        self.pan = 0;
    }

    fn open_ticket(
        &mut self,
        side: Side,
        limit: bool,
        view: &View,
        now: Instant,
        effects: &mut Vec<Effect>,
    ) {
        let Some(row) = self.focus(view) else {
            self.say(Tone::Bad, "no instrument to trade yet", view);
            return;
        };
        let price = row
            .market
            .as_ref()
            .and_then(|market| touch(side, market, &row.instrument));
        let (id, symbol) = (row.id, row.instrument.symbol.clone());
        if price.is_none() {
            self.say(Tone::Bad, format!("{symbol} has no price yet"), view);
            return;
        }
        let ticket = Ticket::open(id, side, price.filter(|_| limit), now);
        self.open = Open::Ticket(Box::new(ticket));
        effects.push(Effect::Ask);
    }

    fn flatten(&mut self, view: &View, effects: &mut Vec<Effect>) {
        let Some(row) = self.focus(view) else {
            self.say(Tone::Bad, "no instrument to flatten", view);
            return;
        };
        effects.push(Effect::Send(
            CommandBody::Flatten(row.id),
            format!("flatten {}", row.instrument.symbol),
        ));
    }

    fn change_ticket(&mut self, id: ActionId, view: &View, effects: &mut Vec<Effect>) {
        let Open::Ticket(ticket) = &mut self.open else {
            return;
        };
        let Some(row) = view.instruments.get(ticket.instrument.index()) else {
            return;
        };
        let before = ticket.revision();
        let limit = match id {
            ActionId::TicketPriceUp => ticket.move_price(1, &row.instrument),
            ActionId::TicketPriceDown => ticket.move_price(-1, &row.instrument),
            ActionId::TicketJoin => set_touch(ticket, ticket.side, row),
            ActionId::TicketCross => set_touch(ticket, ticket.side.opposite(), row),
            ActionId::TicketMore => {
                ticket.move_size(1, &row.instrument);
                true
            }
            _ => {
                ticket.move_size(-1, &row.instrument);
                true
            }
        };
        if ticket.revision() != before {
            effects.push(Effect::Ask);
        }
        if !limit {
            self.say(Tone::Plain, "a market order has no price to change", view);
        }
    }

    fn send_ticket(
        &mut self,
        view: &View,
        now: Instant,
        enter_before: Option<Instant>,
        effects: &mut Vec<Effect>,
    ) {
        let Open::Ticket(ticket) = &self.open else {
            return;
        };
        if !ticket.may_send(now, enter_before) {
            self.say(
                Tone::Plain,
                "too soon: look at the order, then press Enter",
                view,
            );
            return;
        }
        let Some((preview, true)) = ticket.answer() else {
            self.say(Tone::Plain, "risk has not answered yet, nothing sent", view);
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
            self.say(Tone::Bad, text, view);
            return;
        }
        let text = view
            .instruments
            .get(ticket.instrument.index())
            .map(|row| describe(ticket, row))
            .unwrap_or_default();
        effects.push(Effect::Send(CommandBody::PlaceOrder(ticket.intent()), text));
        self.open = Open::Nothing;
    }

    fn type_letter(&mut self, letter: char, view: &View) {
        match &mut self.open {
            Open::Find(text, chosen) => {
                text.push(letter);
                *chosen = 0;
            }
            Open::Command(text) => text.push(letter),
            Open::Ticket(_) | Open::Help(_) | Open::Nothing => {
                let text = match letter {
                    '?' => "Esc first, then ? shows the keys".to_owned(),
                    _ => format!("{letter} does nothing here: ? shows the keys"),
                };
                self.say(Tone::Plain, text, view);
            }
        }
    }

    fn erase(&mut self) {
        match &mut self.open {
            Open::Find(text, chosen) => {
                text.pop();
                *chosen = 0;
            }
            Open::Command(text) => {
                let erased = text.pop();
                if erased.is_none() {
                    self.open = Open::Nothing;
                }
            }
            _ => {}
        }
    }

    fn choose(&mut self, forward: bool) {
        if let Open::Find(_, chosen) = &mut self.open {
            *chosen = if forward {
                chosen.saturating_add(1)
            } else {
                chosen.saturating_sub(1)
            };
        }
    }

    fn scroll_help(&mut self, rows: usize, down: bool) {
        if let Open::Help(scroll) = &mut self.open {
            *scroll = if down {
                // As many rows as the list has at most on a narrow screen.
                scroll
                    .saturating_add(rows)
                    .min(3 * (actions::ACTIONS.len() + Scope::ALL.len()))
            } else {
                scroll.saturating_sub(rows)
            };
        }
    }

    fn accept(&mut self, view: &View, now: Instant, effects: &mut Vec<Effect>) {
        match std::mem::take(&mut self.open) {
            Open::Find(text, chosen) => {
                let found = matches(view, &text);
                match found.get(chosen.min(found.len().saturating_sub(1))) {
                    Some(index) => self.select(*index, view),
                    None => self.say(Tone::Bad, format!("no instrument matches {text}"), view),
                }
            }
            Open::Command(text) => self.run(text.trim(), view, now, effects),
            other => self.open = other,
        }
    }

    fn run(&mut self, text: &str, view: &View, now: Instant, effects: &mut Vec<Effect>) {
        let (name, rest) = text.split_once(' ').unwrap_or((text, ""));
        if name.is_empty() {
            return;
        }
        if cfg!(debug_assertions) && name == "panic!" {
            effects.push(Effect::Panic);
            return;
        }
        match actions::named(name).map(|action| action.id) {
            Some(ActionId::Halt) if !rest.trim().is_empty() => effects.push(halt(rest.trim())),
            Some(id) => self.act(id, view, now, effects),
            None => {
                let near = nearest(name);
                self.say(
                    Tone::Bad,
                    format!("no command `{name}`: did you mean `{near}`? `?` lists them"),
                    view,
                );
            }
        }
    }
}

fn halt(reason: &str) -> Effect {
    Effect::Send(
        CommandBody::Halt {
            reason: reason.to_owned(),
        },
        "halt".to_owned(),
    )
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
pub(super) fn describe(ticket: &Ticket, row: &InstrumentView) -> String {
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

/// Indices of the instruments whose name or key holds `text`, case aside.
pub(super) fn matches(view: &View, text: &str) -> Vec<usize> {
    let text = text.to_lowercase();
    view.instruments
        .iter()
        .enumerate()
        .filter(|(_, row)| {
            row.instrument.symbol.to_lowercase().contains(&text)
                || row
                    .instrument
                    .key
                    .to_string()
                    .to_lowercase()
                    .contains(&text)
        })
        .map(|(index, _)| index)
        .collect()
}

fn nearest(name: &str) -> &'static str {
    actions::ACTIONS
        .iter()
        .filter(|action| actions::named(action.name).is_some())
        .map(|action| action.name)
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .unwrap_or("help")
}

#[cfg(test)]
#[path = "dispatch_tests.rs"]
mod tests;
