//! Finds what is wrong with a keymap: keys that can never be pressed, that a terminal keeps for
//! itself, or that leave something out of reach.
//! Must not touch the disk: what the machine's tmux is set to comes from the caller.

use std::fmt;

use super::file::{self, KeymapError};
use super::layer::Layer;
use super::{Binding, Found, Key, Keymap, load};
use crate::tui::action::TradingAction;
use crate::tui::action::{self, Action, ActionId, Danger, DeskAction, Scope, TicketAction};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Note,
    /// Something cannot be reached in some place.
    Warning,
    /// The row or the file cannot work.
    Error,
}

impl Severity {
    /// In a word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// Something that is wrong with a keymap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The line of the user's file, from 1, where it is one row's.
    pub line: Option<usize>,
    /// What it is, and what helps.
    pub text: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(line) = self.line {
            write!(formatter, "{line}: ")?;
        }
        write!(formatter, "{}: {}", self.severity.word(), self.text)
    }
}

/// What keeps keys for itself between the keyboard and the desk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terminal {
    /// The prefix keys of tmux.
    pub tmux: Vec<Key>,
    /// Where they were read; tmux's own default where `None`.
    pub tmux_file: Option<String>,
}

impl Default for Terminal {
    fn default() -> Self {
        Self {
            tmux: vec![Key::Ctrl('b')],
            tmux_file: None,
        }
    }
}

impl Terminal {
    /// The prefixes that a file of tmux sets; its default where it sets none.
    pub fn read_tmux(name: &str, text: &str) -> Self {
        let mut prefixes = Vec::new();
        let mut first_is_set = false;
        for line in text.lines() {
            let mut words = line.split_whitespace();
            let sets = words
                .next()
                .is_some_and(|it| it == "set" || it == "set-option");
            let mut words = words.filter(|word| !word.starts_with('-'));
            let option = words.next().filter(|_| sets);
            let value = words.next().map(|it| it.trim_matches(['"', '\'']));
            if let (Some("prefix" | "prefix2"), Some(value)) = (option, value) {
                first_is_set |= option == Some("prefix");
                prefixes.extend(tmux_key(value));
            }
        }
        if !first_is_set {
            prefixes.push(Key::Ctrl('b'));
        }
        Self {
            tmux: prefixes,
            tmux_file: Some(name.to_owned()),
        }
    }

    /// Who keeps a key, where somebody does.
    fn keeper(&self, key: Key) -> Option<String> {
        if self.tmux.contains(&key) {
            let file = self.tmux_file.as_deref();
            let by = file.map_or_else(String::new, |file| format!(" by {file}"));
            return Some(format!("tmux (its prefix{by})"));
        }
        let who = match key {
            Key::Ctrl('a') => "screen (its prefix)",
            Key::Ctrl('s' | 'q') => "flow control on some lines (stop and go on)",
            Key::Ctrl('p') => "docker attach (its detach sequence)",
            Key::F(1 | 10 | 11) => "GNOME Terminal",
            Key::F(_) | Key::Insert => "keyboards and phones without this key",
            Key::Char('`') => "dead keys of some keyboards",
            Key::Char(letter) if !letter.is_ascii() => "most other keyboards",
            _ => return None,
        };
        Some(who.to_owned())
    }
}

/// `C-a` as tmux writes it; `None` for what the desk has no name for.
fn tmux_key(text: &str) -> Option<Key> {
    if let Some(letter) = text.strip_prefix("C-").or_else(|| text.strip_prefix('^')) {
        let mut letters = letter.chars();
        return match (letters.next(), letters.next()) {
            (Some(letter), None) => Some(Key::Ctrl(letter.to_ascii_lowercase())),
            _ => None,
        };
    }
    text.parse().ok()
}

/// Everything that is wrong with a user's file over a profile, worst first.
pub fn check_text(profile: &str, text: &str, terminal: &Terminal) -> Vec<Finding> {
    let layer = file::read(text).and_then(|file| file::layer(text, &file, true));
    let mut findings = match (load(profile, Some(text)), layer) {
        (Ok(keymap), Ok(layer)) => {
            let mut findings = conflicts(&layer);
            findings.extend(check(&keymap, terminal));
            for finding in &mut findings {
                finding.line = finding.line.or_else(|| line_named(&layer, &finding.text));
            }
            findings
        }
        (Err(error), _) | (_, Err(error)) => problems(&error),
    };
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.line));
    findings
}

fn problems(error: &KeymapError) -> Vec<Finding> {
    let finding = |problem: &file::KeymapProblem| Finding {
        severity: Severity::Error,
        line: problem.line,
        text: problem.fault.to_string(),
    };
    error.0.iter().map(finding).collect()
}

/// The line of the user's row that a finding begins with.
fn line_named(layer: &Layer, text: &str) -> Option<usize> {
    layer
        .bind
        .iter()
        .find(|(_, row)| text.starts_with(&name(row)))
        .map(|(line, _)| *line)
}

/// Rows of one file that are in one another's way.
fn conflicts(layer: &Layer) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, (line, row)) in layer.bind.iter().enumerate() {
        for (other_line, other) in layer.bind.iter().take(index) {
            if other.scope != row.scope {
                continue;
            }
            let text = if other.on == row.on {
                format!("{} is bound in line {other_line} already", name(row))
            } else if other.on.starts_with(&row.on) || row.on.starts_with(&other.on) {
                let row = name(row);
                format!("{row} and line {other_line}: one begins with the other, so only one works")
            } else {
                continue;
            };
            findings.push(Finding {
                severity: Severity::Error,
                line: Some(*line),
                text,
            });
        }
    }
    findings
}

/// Everything that is wrong with a keymap.
pub fn check(keymap: &Keymap, terminal: &Terminal) -> Vec<Finding> {
    let mut findings = Vec::new();
    for binding in keymap.bindings.iter().filter(|row| !row.copied) {
        findings.extend(control_code(binding));
        findings.extend(kept(keymap, binding, terminal));
        findings.extend(hidden(keymap, binding));
    }
    findings.extend(out_of_reach(keymap));
    findings
}

fn name(binding: &Binding) -> String {
    let scope = binding.scope.name();
    format!("{scope} {}", sequence(&binding.on))
}

/// Keys as they stand in a file, one after the other.
fn sequence(keys: &[Key]) -> String {
    let keys: Vec<String> = keys.iter().map(ToString::to_string).collect();
    keys.join(" ")
}

/// Keys of control codes that are other keys.
fn control_code(binding: &Binding) -> Option<Finding> {
    let arrives_as = |key: &Key| match key {
        Key::Ctrl('h') => Some((*key, "Backspace")),
        Key::Ctrl('i') => Some((*key, "Tab")),
        Key::Ctrl('j' | 'm') => Some((*key, "Enter")),
        Key::Ctrl('[') => Some((*key, "Esc")),
        _ => None,
    };
    let (key, other) = binding.on.iter().find_map(arrives_as)?;
    Some(Finding {
        severity: Severity::Error,
        line: None,
        text: format!("{}: {key} arrives as {other}", name(binding)),
    })
}

/// Keys that somebody keeps, unless the action can be had without them.
fn kept(keymap: &Keymap, binding: &Binding, terminal: &Terminal) -> Option<Finding> {
    let who = binding.on.iter().find_map(|key| terminal.keeper(*key))?;
    let is_free = |row: &&Binding| row.on.iter().all(|key| terminal.keeper(*key).is_none());
    let other = keymap
        .bindings
        .iter()
        .filter(|row| row.run.id == binding.run.id && row.arguments == binding.arguments)
        .find(is_free);
    if other.is_some() || is_typed(keymap, binding.run) {
        return None;
    }
    let name = name(binding);
    let what = binding.run.name;
    Some(Finding {
        severity: Severity::Warning,
        line: None,
        text: format!("{name}: {who} may keep it, and `{what}` has no other key"),
    })
}

fn is_typed(keymap: &Keymap, action: &Action) -> bool {
    let opens = keymap.chords(ActionId::Desk(DeskAction::Command)).next();
    (opens.is_some() || keymap.letters_command) && !action.command.is_empty()
}

/// A row that a row of its own or an inner scope keeps from being reached, in the places where it
/// is not reached by other keys either.
fn hidden(keymap: &Keymap, binding: &Binding) -> Option<Finding> {
    let in_way = Scope::ALL.into_iter().find_map(|place| {
        let chain = place.chain();
        let here = chain.contains(&binding.scope);
        let other = here.then(|| in_the_way(keymap, chain, binding)).flatten()?;
        let matters = other.scope == binding.scope
            || binding.scope == Scope::Trading && binding.run.danger > Danger::View
            || !is_reached(keymap, chain, binding);
        matters.then_some((place, other))
    });
    let (place, other) = in_way?;
    Some(Finding {
        severity: match other.scope == binding.scope {
            true => Severity::Error,
            false => Severity::Warning,
        },
        line: None,
        text: format!(
            "{} ({}) is hidden in {} by {} {} ({})",
            name(binding),
            binding.run.name,
            place.name(),
            other.scope.name(),
            sequence(&other.on),
            other.run.name
        ),
    })
}

/// The row that takes the keys of `binding` before it, where `chain` holds.
fn in_the_way<'k>(keymap: &'k Keymap, chain: &[Scope], binding: &Binding) -> Option<&'k Binding> {
    for end in 1..=binding.on.len() {
        let keys = binding.on.get(..end)?;
        match keymap.find(chain, keys) {
            Found::Binding(found) => return Some(found).filter(|it| !is_same(it, binding)),
            Found::Prefix if end == binding.on.len() => {
                return chain
                    .iter()
                    .flat_map(|scope| keymap.of(*scope))
                    .find(|row| row.on.len() > keys.len() && row.on.starts_with(keys));
            }
            Found::Prefix => {}
            Found::Nothing => return None,
        }
    }
    None
}

fn is_same(a: &Binding, b: &Binding) -> bool {
    a.scope == b.scope && a.on == b.on
}

/// Whether the action can be had in a place, by whatever keys or by its command.
fn is_reached(keymap: &Keymap, chain: &[Scope], binding: &Binding) -> bool {
    let is_desk = chain.contains(&Scope::Desk);
    (is_desk && is_typed(keymap, binding.run))
        || chain.iter().flat_map(|scope| keymap.of(*scope)).any(|row| {
            row.run.id == binding.run.id
                && row.arguments == binding.arguments
                && in_the_way(keymap, chain, row).is_none()
        })
}

/// Actions without any key and command; and what every profile must have.
fn out_of_reach(keymap: &Keymap) -> Vec<Finding> {
    let mut findings = Vec::new();
    let needed = [
        ActionId::Trading(TradingAction::Kill),
        ActionId::Trading(TradingAction::Arm),
        ActionId::Ticket(TicketAction::Send),
        ActionId::Ticket(TicketAction::Abort),
    ];
    for action in action::all() {
        let has_key = keymap.bindings.iter().any(|row| row.run.id == action.id);
        let is_needed = needed.contains(&action.id);
        if has_key || !is_needed && is_typed(keymap, action) {
            continue;
        }
        findings.push(Finding {
            severity: match is_needed {
                true => Severity::Error,
                false => Severity::Warning,
            },
            line: None,
            text: format!("`{}` has no key: bind one", action.name),
        });
    }
    findings
}
