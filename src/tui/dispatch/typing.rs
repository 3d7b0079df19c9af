//! What is typed, chosen from and read.
//! Must not know how it is drawn.

use super::{Effect, Turn};
use crate::domain::CommandBody;
use crate::tui::action::TypingAction;
use crate::tui::overlay::leave::{Leave, LeaveChoice, open_business};
use crate::tui::overlay::prompt::{Prompt, PromptKind};
use crate::tui::state::{DeskState, Open};

/// Rows of a page in what is read.
const PAGE: usize = 8;

impl DeskState {
    pub(super) fn act_typing(&mut self, id: TypingAction, turn: &mut Turn) {
        use TypingAction as A;
        match id {
            A::Accept => self.accept(turn),
            A::Abort => {
                if let Open::Filter(before) = std::mem::take(&mut self.open) {
                    self.leaf_mut().table.filter = before;
                }
            }
            A::CloseReading => self.open = Open::Nothing,
            A::Erase => self.erase(),
            A::Up | A::ScrollUp => self.choose(1, false),
            A::Down | A::ScrollDown => self.choose(1, true),
            A::PageUp => self.choose(PAGE, false),
            A::PageDown => self.choose(PAGE, true),
        }
    }

    pub(super) fn type_letter(&mut self, letter: char) {
        match &mut self.open {
            Open::Prompt(prompt) => prompt.push(letter),
            Open::Help(help) => help.push(letter),
            Open::Filter(_) => self.leaf_mut().table.filter.push(letter),
            _ => {}
        }
    }

    /// Opens the command line with its first letter.
    pub(super) fn begin_command(&mut self, letter: char) {
        let mut prompt = Prompt::new(PromptKind::Command);
        prompt.push(letter);
        self.open = Open::Prompt(prompt);
    }

    /// Turns the wheel over what lies over the panes.
    pub(super) fn wheel_over(&mut self, up: bool) {
        self.choose(1, !up);
    }

    fn erase(&mut self) {
        let erased = match &mut self.open {
            Open::Prompt(prompt) => {
                prompt.chosen = 0;
                prompt.text.pop()
            }
            Open::Help(help) => help.erase(),
            Open::Filter(_) => self.leaf_mut().table.filter.pop(),
            Open::Leave(_) => None,
            _ => return,
        };
        if erased.is_none() {
            self.open = Open::Nothing;
        }
    }

    fn choose(&mut self, rows: usize, down: bool) {
        let chosen = match &mut self.open {
            Open::Prompt(prompt) => &mut prompt.chosen,
            Open::Help(help) => &mut help.chosen,
            Open::Leave(leave) => &mut leave.chosen,
            Open::Columns(chosen) => chosen,
            _ => return,
        };
        *chosen = if down {
            chosen.saturating_add(rows)
        } else {
            chosen.saturating_sub(rows)
        };
    }

    /// Leaves at once where nothing is open business, asks first where something is.
    pub(super) fn ask_to_leave(&mut self, turn: &mut Turn) {
        let is_asked = matches!(self.open, Open::Leave(_));
        if open_business(turn.view) == (0, 0) || is_asked {
            turn.effects.push(Effect::Quit);
        } else {
            self.open = Open::Leave(Leave::default());
        }
    }

    fn leave(&mut self, choice: LeaveChoice, turn: &mut Turn) {
        match choice {
            LeaveChoice::Stay => {}
            LeaveChoice::Leave => turn.effects.push(Effect::Quit),
            LeaveChoice::FlattenAndLeave => {
                self.is_leaving = true;
                let send = |body, text: String| Effect::Send(body, text);
                let all = CommandBody::CancelAll(None);
                turn.effects.push(send(all, "cancel all orders".to_owned()));
                for row in &turn.view.instruments {
                    if !row.position.quantity.is_zero() {
                        let text = format!("flatten {}", row.instrument.symbol);
                        turn.effects.push(send(CommandBody::Flatten(row.id), text));
                    }
                }
            }
        }
    }

    fn accept(&mut self, turn: &mut Turn) {
        match std::mem::take(&mut self.open) {
            Open::Prompt(prompt) => match prompt.kind {
                PromptKind::Find => self.accept_find(&prompt, turn.view),
                PromptKind::Command => self.run(&prompt.text, turn),
            },
            Open::Help(help) => {
                if let Some(action) = help.chosen_action(self) {
                    self.perform_chosen(action, turn);
                }
            }
            Open::Leave(leave) => self.leave(leave.choice(), turn),
            Open::Filter(_) => {}
            Open::Columns(chosen) => {
                self.open = Open::Columns(chosen);
                self.toggle_column(chosen);
            }
            other => self.open = other,
        }
    }
}
