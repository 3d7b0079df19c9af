//! Turns keys into changes of the screen's state and into effects on the engine.
//! Must not talk to the engine or the terminal: the loop carries the effects out.

mod chart;
mod commands;
mod go;
mod ladder;
mod look;
mod mouse;
mod studies;
mod table;
mod times;
mod trading;
mod typing;
mod workspace;

#[cfg(test)]
mod chart_tests;
#[cfg(test)]
mod keys_tests;
#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::action::{
    self, Action, ActionId, DOUBLE_TAP_MS, Danger, DeskAction, Scope, TradingAction,
};
use super::keymap::{Binding, Found, Key};
use super::replay::ReplayWish;
use super::state::{DeskState, Open, Pending, Tone};
use crate::domain::CommandBody;
use crate::view::View;

pub use mouse::Drag;

/// Most repetitions that a count before a key asks for.
const COUNT_MAX: u32 = 9_999;

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
    /// Write a layout into the layouts folder.
    SaveLayout {
        /// The file's name without ending.
        name: String,
        /// What to write.
        text: String,
    },
    /// Read a layout of the layouts folder.
    LoadLayout(String),
    /// Ask something of the replay that is shown.
    Replay(ReplayWish),
    /// Leave.
    Quit,
    /// Crash on purpose, to test that the terminal survives; only in debug builds.
    Panic,
}

/// One key's or command's doing: what it may look at, and what it leaves for the loop.
pub struct Turn<'a> {
    /// What the engine has said.
    pub view: &'a View,
    /// Monotonic.
    pub now: Instant,
    /// What was typed after the action's name; empty for keys.
    pub arguments: &'a str,
    /// How often, as typed before the key.
    pub count: usize,
    /// When Enter was pressed before this turn.
    pub enter_before: Option<Instant>,
    /// For the loop.
    pub effects: Vec<Effect>,
}

impl DeskState {
    /// Takes a key; `now` is monotonic.
    pub fn key(&mut self, key: Key, view: &View, now: Instant) -> Vec<Effect> {
        let enter_before = self.last_enter;
        self.touched = Some(now);
        if key == Key::Enter {
            self.last_enter = Some(now);
        }
        let mut turn = Turn {
            view,
            now,
            arguments: "",
            count: 1,
            enter_before,
            effects: Vec::new(),
        };
        if self.is_again(key, now) {
            self.do_again(&mut turn);
        } else if !self.takes_count(key) {
            self.take(key, &mut turn);
        }
        turn.effects
    }

    /// Adds a key to the sequence, and does what the sequence says once it is whole.
    fn take(&mut self, key: Key, turn: &mut Turn) {
        self.progress.keys.push(key);
        self.progress.since = Some(turn.now);
        let keymap = Arc::clone(&self.keymap);
        match keymap.find(&self.scopes(), &self.progress.keys) {
            Found::Prefix => self.pending = None,
            Found::Binding(binding) => self.take_binding(binding, turn),
            Found::Nothing => {
                let keys = std::mem::take(&mut self.progress).keys;
                self.pending = None;
                // What holds everywhere holds in the middle of a sequence, too.
                match keymap.find(&[Scope::Always], &[key]) {
                    Found::Binding(binding) if keys.len() > 1 => {
                        self.progress.keys.push(key);
                        self.take_binding(binding, turn);
                    }
                    _ => self.unbound(&keys, turn.view),
                }
            }
        }
    }

    fn take_binding(&mut self, binding: &Binding, turn: &mut Turn) {
        let progress = std::mem::take(&mut self.progress);
        turn.count = usize::try_from(progress.count.unwrap_or(1)).unwrap_or(1);
        let waits = binding.run.wants_second_press(progress.keys.len());
        if !waits || self.second_press(binding.run, &progress.keys, turn) {
            self.pending = None;
            let place = self.place();
            let mut own = Turn {
                arguments: &binding.arguments,
                effects: std::mem::take(&mut turn.effects),
                ..*turn
            };
            self.perform(binding.run, &mut own);
            turn.effects = own.effects;
            self.note_visit(binding.run, place);
        }
    }

    /// Whether the last key of a sequence comes again, where that does it.
    fn is_again(&self, key: Key, now: Instant) -> bool {
        self.progress.is_empty()
            && self
                .pending
                .as_ref()
                .is_some_and(|pending| pending.again == Some(key) && now < pending.until)
    }

    fn do_again(&mut self, turn: &mut Turn) {
        let pending = self.pending.take();
        if let Some(action) = pending.and_then(|pending| action::row(pending.action)) {
            self.perform(action, turn);
        }
    }

    /// Does what an action says, if the desk allows it.
    pub(super) fn perform(&mut self, action: &Action, turn: &mut Turn) {
        if action.danger == Danger::Increases && !self.may_increase_risk(action, turn) {
            return;
        }
        match action.id {
            ActionId::Desk(id) => self.act_desk(id, turn),
            ActionId::Workspace(id) => self.act_workspace(id, turn),
            ActionId::Trading(id) => self.act_trading(id, turn),
            ActionId::Chart(id) => self.act_chart(id, turn),
            ActionId::Ladder(id) => self.act_ladder(id, turn),
            ActionId::Table(id) => self.act_table(id, turn),
            ActionId::Ticket(id) => self.act_ticket(id, turn),
            ActionId::Typing(id) => self.act_typing(id, turn),
            ActionId::Replay(id) => self.act_replay(id, turn),
        }
    }

    /// Forgets a first press whose time is over, and shows what may follow a sequence that has
    /// waited; `true` when there was anything to do.
    pub fn forget(&mut self, now: Instant) -> bool {
        let over = self
            .pending
            .as_ref()
            .is_some_and(|pending| pending.until <= now);
        if over {
            self.pending = None;
        }
        let waited = self.which_key_due().is_some_and(|due| due <= now);
        self.progress.is_shown |= waited;
        over || waited
    }

    /// Takes a digit that says how often the next action is to be done.
    fn takes_count(&mut self, key: Key) -> bool {
        let Key::Char(letter) = key else { return false };
        let Some(digit) = letter.to_digit(10) else {
            return false;
        };
        let begins = digit != 0 || self.progress.count.is_some();
        if !self.keymap.counts || !begins || !self.progress.keys.is_empty() || self.is_typing() {
            return false;
        }
        let count = self.progress.count.unwrap_or(0);
        self.progress.count = Some(
            count
                .saturating_mul(10)
                .saturating_add(digit)
                .min(COUNT_MAX),
        );
        true
    }

    /// Keys that mean nothing: the last is typed where something is typed, and they are named
    /// where not.
    fn unbound(&mut self, keys: &[Key], view: &View) {
        let Some(Key::Char(letter)) = keys.last().copied() else {
            return;
        };
        if self.is_typing() {
            self.type_letter(letter);
        } else if self.letters_begin_commands() && letter.is_alphabetic() && keys.len() == 1 {
            self.begin_command(letter);
        } else {
            let text = match letter {
                '?' => "Esc first, then ? shows the keys".to_owned(),
                _ => {
                    let keys: Vec<String> =
                        keys.iter().map(|key| key.label(&self.glyphs)).collect();
                    format!("{} does nothing here: ? shows the keys", keys.join(" "))
                }
            };
            self.say(Tone::Plain, text, view);
        }
    }

    /// Whether a letter opens the command line: never over an order that is looked at.
    fn letters_begin_commands(&self) -> bool {
        self.keymap.letters_command && matches!(self.open, Open::Nothing)
    }

    /// Whether letters are text.
    pub(super) fn is_typing(&self) -> bool {
        self.scopes().first() == Some(&Scope::Typing)
    }

    /// Whether this is the second press; notes the first one otherwise.
    fn second_press(&mut self, action: &Action, keys: &[Key], turn: &Turn) -> bool {
        let waited = self
            .pending
            .take()
            .is_some_and(|pending| pending.action == action.id && turn.now < pending.until);
        if waited {
            return true;
        }
        let last = keys.last().copied();
        let key = last.map_or_else(String::new, |key| key.label(&self.glyphs));
        let row = self.focus(turn.view);
        let what = match action.id {
            ActionId::Trading(TradingAction::Flatten) => {
                format!("FLATTEN {}", row.map_or("", |row| &row.instrument.symbol))
            }
            ActionId::Trading(TradingAction::CancelEntries) => "CANCEL every entry".to_owned(),
            ActionId::Trading(TradingAction::Kill) => {
                "KILL: cancel all, close all, stop".to_owned()
            }
            ActionId::Desk(DeskAction::Suspend) => "suspend: the engine stands still".to_owned(),
            _ => action.label.to_lowercase(),
        };
        self.pending = Some(Pending {
            action: action.id,
            again: last.filter(|_| keys.len() > 1),
            text: format!("{key} again to {what}"),
            until: turn.now + Duration::from_millis(DOUBLE_TAP_MS),
        });
        false
    }
}
