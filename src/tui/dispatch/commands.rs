//! Typed commands: the words of the action table, with what follows them.
//! Must not know what an action does.

use super::go::timeframe_seconds;
use super::{Effect, Turn};
use crate::tui::action::{self, Action, Danger, Tap};
use crate::tui::state::{DeskState, Tone};
use crate::view::View;

/// Most commands that are remembered.
const HISTORY_MAX: usize = 200;
/// Repeats the command before.
const REPEAT: &str = "-";

impl DeskState {
    /// Does what was typed on the command line, and remembers it.
    pub(in crate::tui) fn run_typed(&mut self, text: &str, turn: &mut Turn) {
        let text = text.trim();
        if text == REPEAT {
            return self.repeat(turn);
        }
        if !text.is_empty() {
            self.history.retain(|old| old != text);
            self.history.push(text.to_owned());
            let excess = self.history.len().saturating_sub(HISTORY_MAX);
            self.history.drain(..excess);
        }
        self.run(text, turn);
    }

    /// Does the command before once more; one that changes more than what is seen only comes back
    /// to the line.
    fn repeat(&mut self, turn: &mut Turn) {
        let Some(last) = self.history.last().cloned() else {
            return self.say(Tone::Plain, "no command was typed yet", turn.view);
        };
        let danger = last
            .split_whitespace()
            .find_map(action::by_word)
            .map(|(action, _)| action.danger);
        if danger.is_none_or(|danger| danger == Danger::View) {
            self.run(&last, turn);
        } else {
            self.begin_with(&last);
        }
    }

    /// Does what a command says: an action by its word, with what follows; or an instrument by its
    /// symbol, with a command for it behind; or a timeframe.
    pub(in crate::tui) fn run(&mut self, text: &str, turn: &mut Turn) {
        let text = text.trim();
        let (word, rest) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
        if word.is_empty() {
            return;
        }
        if cfg!(debug_assertions) && word == "panic!" {
            turn.effects.push(Effect::Panic);
            return;
        }
        if let Some((action, filled)) = action::by_word(word) {
            let arguments = format!("{filled} {}", rest.trim());
            self.run_action(action, arguments.trim(), turn);
        } else if let Some(index) = symbol(turn.view, word) {
            self.select_instrument(index);
            self.run(rest, turn);
        } else if word.ends_with(char::is_alphabetic) && timeframe_seconds(word).is_some() {
            self.run(&format!("timeframe {word}"), turn);
            self.run(rest, turn);
        } else {
            let near = nearest(word, turn.view);
            let text = format!("no command `{word}`: did you mean `{near}`? `?` lists them");
            self.say(Tone::Bad, text, turn.view);
        }
    }

    fn run_action(&mut self, action: &'static Action, arguments: &str, turn: &mut Turn) {
        let place = self.place();
        let mut typed = Turn {
            arguments,
            effects: std::mem::take(&mut turn.effects),
            ..*turn
        };
        self.perform(action, &mut typed);
        turn.effects = typed.effects;
        self.note_visit(action, place);
    }

    /// Does an action that was chosen from a list; one that wants two presses or must be typed is
    /// only named, so that no list can close a position by a slip. One that wants an argument
    /// opens the command line.
    pub(in crate::tui) fn perform_chosen(&mut self, action: &'static Action, turn: &mut Turn) {
        if action.needs_argument() {
            return self.begin_with(&format!("{} ", action.command_word()));
        }
        if action.tap == Tap::Once && action.danger != Danger::Mode {
            return self.run_action(action, "", turn);
        }
        let keys = self.keymap.chords(action.id).next();
        let how = match keys {
            Some(keys) => {
                let keys = crate::tui::overlay::help::sequence(keys, action, &self.glyphs);
                format!("press {keys}")
            }
            None => format!("type :{}", action.command_word()),
        };
        let text = format!("{}: {how}", action.label);
        self.say(Tone::Plain, text, turn.view);
    }
}

/// The instrument of exactly this symbol or key, letter case aside.
fn symbol(view: &View, word: &str) -> Option<usize> {
    view.instruments.iter().position(|row| {
        row.instrument.symbol.eq_ignore_ascii_case(word)
            || row.instrument.key.to_string().eq_ignore_ascii_case(word)
    })
}

/// The command or symbol that is most like what was typed.
fn nearest<'v>(word: &str, view: &'v View) -> &'v str {
    let lower = word.to_lowercase();
    let like = |known: &&str| strsim::jaro_winkler(&known.to_lowercase(), &lower);
    let commands = action::words().map(|(word, ..)| word);
    let symbols = view.instruments.iter();
    let symbols = symbols.map(|row| row.instrument.symbol.as_str());
    commands
        .chain(symbols)
        .max_by(|a, b| like(a).total_cmp(&like(b)))
        .unwrap_or("help")
}
