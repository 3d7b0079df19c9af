//! Typed commands: the words of the action table, with what follows them.
//! Must not know what an action does.

use super::{Effect, Turn};
use crate::tui::action::{self, Action, Danger, Tap};
use crate::tui::state::{DeskState, Tone};

impl DeskState {
    /// Does what was typed.
    pub(in crate::tui) fn run(&mut self, text: &str, turn: &mut Turn) {
        let text = text.trim();
        let (word, arguments) = text.split_once(' ').unwrap_or((text, ""));
        if word.is_empty() {
            return;
        }
        if cfg!(debug_assertions) && word == "panic!" {
            turn.effects.push(Effect::Panic);
            return;
        }
        match action::by_command(word) {
            Some(action) => {
                let mut typed = Turn {
                    arguments: arguments.trim(),
                    effects: std::mem::take(&mut turn.effects),
                    ..*turn
                };
                self.perform(action, &mut typed);
                turn.effects = typed.effects;
            }
            None => {
                let near = nearest(word);
                let text = format!("no command `{word}`: did you mean `{near}`? `?` lists them");
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }

    /// Does an action that was chosen from a list; one that wants two presses or must be typed is
    /// only named, so that no list can close a position by a slip.
    pub(in crate::tui) fn perform_chosen(&mut self, action: &'static Action, turn: &mut Turn) {
        if action.tap == Tap::Twice || action.danger == Danger::Mode {
            let keys = self.keymap.chords(action.id).next();
            let how = match keys {
                Some(keys) => {
                    let keys: Vec<String> =
                        keys.iter().map(|key| key.label(&self.glyphs)).collect();
                    let keys = keys.join(" ");
                    format!("press {keys} {keys}")
                }
                None => format!("type :{}", action.command_word()),
            };
            let text = format!("{}: {how}", action.label);
            self.say(Tone::Plain, text, turn.view);
        } else {
            self.perform(action, turn);
        }
    }
}

fn nearest(word: &str) -> &'static str {
    action::all()
        .map(Action::command_word)
        .filter(|command| !command.is_empty())
        .max_by(|a, b| strsim::jaro_winkler(a, word).total_cmp(&strsim::jaro_winkler(b, word)))
        .unwrap_or("help")
}
