//! What may follow what was typed on the command line, each with a few words about it.
//! Must not change the line: the prompt does.

use std::cmp::Reverse;

use super::fuzzy::Fuzzy;
use crate::config::keys;
use crate::tui::action::{self, Action, Argument};
use crate::tui::keymap::PROFILES;
use crate::tui::panes::{self, PANES};
use crate::tui::state::DeskState;
use crate::view::View;

/// Something that may stand in place of the word being typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// The word.
    pub word: String,
    /// What it is.
    pub doc: String,
}

impl Candidate {
    fn new(word: impl Into<String>, doc: impl Into<String>) -> Self {
        Self {
            word: word.into(),
            doc: doc.into(),
        }
    }
}

/// The candidates for the last word of a line.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    /// The byte at which that word begins.
    pub start: usize,
    /// Best first.
    pub list: Vec<Candidate>,
    /// The command that is being typed, with what may follow it; empty where none is.
    pub usage: &'static str,
}

/// What may stand in place of the last word of `text`, the part of the line before its cursor.
pub fn candidates(text: &str, state: &DeskState, view: &View) -> Candidates {
    let start = text.rfind(' ').map_or(0, |space| space + 1);
    let typed = text.get(start..).unwrap_or_default();
    let mut before = text.get(..start).unwrap_or_default().split_whitespace();
    let mut found = Candidates {
        start,
        ..Candidates::default()
    };
    // `BTC theme okabe` is a command about an instrument: symbols do not count.
    let command = before.find_map(|word| action::by_word(word).map(|(action, _)| action));
    let Some(action) = command else {
        let mut list = words(typed);
        list.extend(symbols(typed, view));
        found.list = list;
        return found;
    };
    found.usage = action.command;
    let place = before.count();
    if let Some(placeholder) = action.placeholders().nth(place) {
        found.list = ranked(typed, values(placeholder.argument, action, state, view));
    }
    found
}

/// Commands, then other words for them.
fn words(typed: &str) -> Vec<Candidate> {
    // A word for a pane that this build does not have would only say so.
    let is_there = |filled: &str, action: &Action| {
        let names_pane = action.placeholders().next().map(|it| it.argument) == Some(Argument::Pane);
        filled.is_empty() || !names_pane || panes::by_name(filled).is_some()
    };
    let known = action::words().filter(|(_, filled, action)| is_there(filled, action));
    let all = known.map(|(word, filled, action)| {
        let doc = match filled {
            "" => action.doc.to_owned(),
            filled => format!("{} {filled}", action.command_word()),
        };
        Candidate::new(word, doc)
    });
    ranked(typed, all.collect())
}

fn symbols(typed: &str, view: &View) -> Vec<Candidate> {
    if typed.is_empty() {
        return Vec::new();
    }
    ranked(typed, instruments(view))
}

fn instruments(view: &View) -> Vec<Candidate> {
    let rows = view.instruments.iter();
    rows.map(|row| Candidate::new(&row.instrument.symbol, row.instrument.key.to_string()))
        .collect()
}

/// What an argument may be; nothing where only its kind is known.
fn values(
    argument: Argument,
    action: &'static Action,
    state: &DeskState,
    view: &View,
) -> Vec<Candidate> {
    match argument {
        Argument::Symbol => instruments(view),
        Argument::Timeframe => {
            let series = state.focus(view).map(|row| row.series.as_slice());
            let rows = series.unwrap_or_default().iter();
            rows.map(|row| Candidate::new(row.timeframe.to_string(), "bars of this length"))
                .collect()
        }
        Argument::Theme => {
            let names = state.themes.names().into_iter();
            names.map(|name| Candidate::new(name, "theme")).collect()
        }
        Argument::Workspace => (1..)
            .zip(state.workspaces.all())
            .map(|(number, it)| Candidate::new(&it.name, format!("workspace {number}")))
            .collect(),
        Argument::Pane => PANES
            .iter()
            .map(|spec| Candidate::new(spec.name, spec.doc))
            .collect(),
        Argument::Setting => keys::KEYS
            .iter()
            .filter(|key| !key.path.contains("[]"))
            .map(|key| Candidate::new(key.path, key.doc))
            .collect(),
        Argument::Profile => PROFILES
            .iter()
            .map(|(name, _)| Candidate::new(*name, "profile of keys"))
            .collect(),
        Argument::Choice(words) => words
            .split('|')
            .map(|word| Candidate::new(word, action.label))
            .collect(),
        Argument::Free => Vec::new(),
    }
}

/// Those that fit, best first: the word itself, then what begins with it, then the rest.
fn ranked(typed: &str, candidates: Vec<Candidate>) -> Vec<Candidate> {
    let mut fuzzy = Fuzzy::new(typed);
    let lower = typed.to_lowercase();
    let mut scored: Vec<(u8, Reverse<u32>, Candidate)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let word = candidate.word.to_lowercase();
            let class = match word.strip_prefix(&lower) {
                Some("") => 0,
                Some(_) => 1,
                None => 2,
            };
            let score = fuzzy.score(&candidate.word)?;
            Some((class, Reverse(score), candidate))
        })
        .collect();
    // In the order of the table where the letters do not decide.
    scored.sort_by_key(|(class, score, _)| (*class, if *class == 2 { *score } else { Reverse(0) }));
    scored.into_iter().map(|(_, _, found)| found).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, sample};

    fn words_for(text: &str) -> Vec<String> {
        let state = DeskState::new(ColorMode::Mono, false);
        let found = candidates(text, &state, &sample::view());
        found.list.into_iter().map(|it| it.word).collect()
    }

    #[test]
    fn each_argument_is_completed_with_what_it_names() {
        let cases = [
            ("fla", "flatten"),
            ("tit", "TITAN"),
            ("find ri", "ORION"),
            ("theme oka", "okabe"),
            ("timeframe ", "2m"),
            ("workspace sig", "Signals"),
            ("show wat", "watch"),
            ("keys v", "vim"),
            ("TITAN the", "theme"),
        ];
        for (text, first) in cases {
            let found = words_for(text);
            let known = found.iter().take(3).any(|word| word == first);
            assert!(known, "{text}: {found:?}");
        }
        assert!(words_for("halt lu").is_empty());
        assert!(words_for("no-such-thing-at-all").is_empty());
    }

    #[test]
    fn what_was_typed_in_full_comes_first() {
        let commands = action::all().map(|action| (action.command_word(), action));
        for (word, action) in commands.filter(|(word, _)| !word.is_empty()) {
            let found = words_for(word);
            let first = found.first().map(|it| it.to_lowercase());
            assert_eq!(first, Some(word.to_lowercase()), "{}", action.name);
        }
    }

    #[test]
    fn an_empty_line_offers_every_command() {
        let found = words_for("");
        for word in action::all().map(Action::command_word) {
            assert!(
                word.is_empty() || found.iter().any(|it| it == word),
                "{word}"
            );
        }
    }
}
