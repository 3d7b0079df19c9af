//! What is typed, chosen from and read.
//! Must not know how it is drawn.

use super::{Effect, Turn};
use crate::domain::CommandBody;
use crate::tui::action::TypingAction;
use crate::tui::overlay::leave::{Leave, LeaveChoice, open_business};
use crate::tui::overlay::line::Line;
use crate::tui::overlay::palette::{self, Choice};
use crate::tui::overlay::prompt::{Prompt, PromptKind};
use crate::tui::state::{DeskState, Open, Tone};
use crate::view::View;

/// Rows of a page in what is read or chosen from.
const PAGE: usize = 8;

impl DeskState {
    pub(super) fn act_typing(&mut self, id: TypingAction, turn: &mut Turn) {
        use TypingAction as A;
        if self.act_studies(id) {
            return;
        }
        match id {
            A::Accept => self.accept(turn),
            A::Abort => {
                if let Open::Filter(before) = std::mem::take(&mut self.open) {
                    self.leaf_mut().table.filter = before;
                }
            }
            A::CloseReading => self.open = Open::Nothing,
            A::Erase => self.erase(),
            A::Complete => self.complete(true, turn.view),
            A::CompleteBack => self.complete(false, turn.view),
            A::History => self.search_history(turn.view),
            A::Left => self.move_cursor(|line| {
                line.left();
            }),
            A::Right => self.move_cursor(Line::right),
            A::Home => self.move_cursor(Line::home),
            A::End => self.move_cursor(Line::end),
            A::EraseForward => self.edit(Line::erase_forward),
            A::EraseWord => self.edit(Line::erase_word),
            A::EraseLine => self.edit(Line::erase_line),
            A::Up | A::ScrollUp => self.step(false, turn.view),
            A::Down | A::ScrollDown => self.step(true, turn.view),
            A::PageUp | A::TypingPageUp => self.choose(PAGE, false),
            A::PageDown | A::TypingPageDown => self.choose(PAGE, true),
        }
    }

    pub(super) fn type_letter(&mut self, letter: char) {
        if self.type_into_studies(letter) {
            return;
        }
        self.edit(|line| line.push(letter));
    }

    /// Takes a pasted text: its first line where something is typed, nothing anywhere else, so
    /// that no paste can trade. `true` where it was taken.
    pub fn paste(&mut self, text: &str, view: &View) -> bool {
        let typing = self.is_typing();
        if typing {
            self.edit(|line| line.paste(text));
        } else {
            let text = "nothing is typed here: the paste was not taken";
            self.say(Tone::Plain, text, view);
        }
        typing
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

    /// Opens the command line with a word that wants something after it.
    pub(super) fn begin_with(&mut self, text: &str) {
        self.open = Open::Prompt(Prompt::with(PromptKind::Command, text));
    }

    /// Changes the line that is typed into.
    fn edit<T: Default>(&mut self, change: impl FnOnce(&mut Line) -> T) -> T {
        match &mut self.open {
            Open::Prompt(prompt) => prompt.edit(change),
            Open::Help(help) => help.edit(change),
            Open::Palette(palette) => palette.edit(change),
            Open::Studies(studies) => change(&mut studies.filter),
            Open::Filter(_) => {
                let filter = &mut self.leaf_mut().table.filter;
                let mut line = Line::new(std::mem::take(filter));
                let answer = change(&mut line);
                line.text().clone_into(filter);
                answer
            }
            _ => T::default(),
        }
    }

    /// Moves the cursor; what is chosen stays.
    fn move_cursor(&mut self, change: impl FnOnce(&mut Line)) {
        match &mut self.open {
            Open::Prompt(prompt) => change(&mut prompt.line),
            Open::Help(help) => change(&mut help.filter),
            Open::Palette(palette) => change(&mut palette.line),
            _ => {}
        }
    }

    /// Erases the letter before the cursor; on an empty line, goes back.
    fn erase(&mut self) {
        let is_empty = match &self.open {
            Open::Prompt(prompt) => prompt.text().is_empty(),
            Open::Help(help) => help.filter.text().is_empty(),
            Open::Palette(palette) => palette.line.text().is_empty(),
            Open::Filter(_) => self.leaf().table.filter.is_empty(),
            Open::Leave(_) => true,
            _ => return,
        };
        if is_empty {
            self.open = Open::Nothing;
        } else {
            self.edit(Line::erase);
        }
    }

    fn complete(&mut self, forward: bool, view: &View) {
        match std::mem::take(&mut self.open) {
            Open::Prompt(mut prompt) => {
                prompt.complete(forward, self, view);
                self.open = Open::Prompt(prompt);
            }
            Open::Help(mut help) => {
                help.change_tab();
                self.open = Open::Help(help);
            }
            other => {
                self.open = other;
                self.choose(1, forward);
            }
        }
    }

    /// Opens the search through old commands with what was typed; in the search, the next older.
    fn search_history(&mut self, view: &View) {
        match &self.open {
            Open::Prompt(prompt) if prompt.kind == PromptKind::History => self.choose(1, true),
            Open::Prompt(prompt) if self.history.is_empty() => {
                let kind = prompt.kind;
                if kind == PromptKind::Command {
                    self.say(Tone::Plain, "no command was typed yet", view);
                }
            }
            Open::Prompt(prompt) if prompt.kind == PromptKind::Command => {
                let search = Prompt::with(PromptKind::History, prompt.text());
                self.open = Open::Prompt(search);
            }
            _ => {}
        }
    }

    /// A choice up or down; on the command line, an older command or a newer one.
    fn step(&mut self, down: bool, view: &View) {
        match std::mem::take(&mut self.open) {
            Open::Prompt(mut prompt) if prompt.kind == PromptKind::Command => {
                prompt.recall(!down, &self.history);
                self.open = Open::Prompt(prompt);
            }
            Open::Prompt(mut prompt) if prompt.kind == PromptKind::Timeframe => {
                prompt.complete(down, self, view);
                self.open = Open::Prompt(prompt);
            }
            other => {
                self.open = other;
                self.choose(1, down);
            }
        }
    }

    fn choose(&mut self, rows: usize, down: bool) {
        let chosen = match &mut self.open {
            Open::Prompt(prompt) => &mut prompt.chosen,
            Open::Help(help) => &mut help.chosen,
            Open::Palette(palette) => &mut palette.chosen,
            Open::Leave(leave) => &mut leave.chosen,
            Open::Columns(chosen) => chosen,
            Open::Studies(studies) => return studies.choose(rows, down),
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
            Open::Prompt(prompt) => self.accept_prompt(&prompt, turn),
            Open::Help(help) => {
                if let Some(action) = help.chosen_action(self) {
                    self.perform_chosen(action, turn);
                }
            }
            Open::Palette(palette) => {
                if let Some(entry) = palette.chosen_entry() {
                    palette::remember(&mut self.recent, entry.id());
                    self.accept_choice(entry.choice, &entry.label, turn);
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

    fn accept_prompt(&mut self, prompt: &Prompt, turn: &mut Turn) {
        match prompt.kind {
            PromptKind::Find => self.accept_find(prompt, turn.view),
            PromptKind::Command => self.run_typed(prompt.text(), turn),
            PromptKind::Timeframe => {
                let text = format!("timeframe {}", prompt.text());
                self.run(&text, turn);
            }
            PromptKind::History => {
                let found = prompt.offered(self, turn.view).list;
                let last = found.len().saturating_sub(1);
                let chosen = found.get(prompt.chosen.min(last));
                let text = chosen.map_or_else(|| prompt.text(), |it| it.word.as_str());
                // On the line first: what is done again is seen before it is done.
                self.begin_with(text);
            }
        }
    }

    fn accept_choice(&mut self, choice: Choice, label: &str, turn: &mut Turn) {
        match choice {
            Choice::Action(action) => self.perform_chosen(action, turn),
            Choice::Symbol(index) => self.select_instrument(index),
            Choice::Workspace(index) => {
                self.workspaces.show(index);
            }
            Choice::Timeframe(_) => self.run(&format!("timeframe {label}"), turn),
            Choice::Theme => self.run(&format!("theme {label}"), turn),
            Choice::Setting(path) => match palette::setting_command() {
                Some(word) => self.begin_with(&format!("{word} {path} ")),
                None => {
                    let key = crate::config::keys::find(path);
                    let doc = key.map_or("", |key| key.doc);
                    let text = format!("{path}, in config.toml: {doc}");
                    self.say(Tone::Plain, text, turn.view);
                }
            },
        }
    }
}
