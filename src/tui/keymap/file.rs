//! Reads keymap files: a shipped profile, then the user's changes on top.
//! Must not touch the disk: the text comes from the caller.

use std::fmt;
use std::sync::Arc;

use serde::Deserialize;
use thiserror::Error;
use toml::Spanned;

use super::layer::{Layer, finish};
use super::{Binding, Key, Keymap};
use crate::tui::action::{self, ActionId, Scope, TradingAction};

/// The profiles that are shipped, by name; the first is the default.
pub const PROFILES: &[(&str, &str)] = &[
    ("default", include_str!("../../../keymaps/default.toml")),
    ("vim", include_str!("../../../keymaps/vim.toml")),
    ("trader", include_str!("../../../keymaps/trader.toml")),
    ("bbg", include_str!("../../../keymaps/bbg.toml")),
];

/// Keys that are the kill switch's in every profile and every file.
pub(super) const KILL_KEYS: [Key; 2] = [Key::F(12), Key::Ctrl('k')];

/// What is wrong with a keymap file.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeymapFault {
    /// Not TOML, or not of the shape.
    #[error("{0}")]
    Shape(String),
    /// No such profile.
    #[error("no profile `{0}`: there are {known}", known = profile_names())]
    Profile(String),
    /// No such scope.
    #[error("{row}: no scope `{scope}`, did you mean `{near}`?")]
    Scope {
        /// The row by its keys.
        row: String,
        /// What was written.
        scope: String,
        /// The nearest one there is.
        near: &'static str,
    },
    /// No such action.
    #[error("{row}: no action `{run}`, did you mean `{near}`?")]
    Action {
        /// The row by its keys.
        row: String,
        /// What was written.
        run: String,
        /// The nearest one there is.
        near: &'static str,
    },
    /// Not a key.
    #[error("{row}: {text}")]
    Key {
        /// The row by its keys.
        row: String,
        /// What is wrong with one of them.
        text: String,
    },
    /// The kill switch keeps its keys.
    #[error("{0}: this key is the kill switch and stays so")]
    Kill(String),
}

/// A fault and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeymapProblem {
    /// The line of the file, from 1; `None` where the fault is not in the file.
    pub line: Option<usize>,
    /// What is wrong.
    pub fault: KeymapFault,
}

impl fmt::Display for KeymapProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(formatter, "line {line}: {}", self.fault),
            None => self.fault.fmt(formatter),
        }
    }
}

/// Why a keymap cannot be used: every problem of its file, in its order.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{}", .0.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))]
pub struct KeymapError(pub Vec<KeymapProblem>);

impl KeymapError {
    fn of(fault: KeymapFault) -> Self {
        Self(vec![KeymapProblem { line: None, fault }])
    }
}

fn profile_names() -> String {
    let names: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct File {
    pub(super) profile: Option<String>,
    inherits: Option<String>,
    pub(super) counts: Option<bool>,
    pub(super) letters_command: Option<bool>,
    pub(super) leader: Vec<Spanned<LeaderRow>>,
    pub(super) group: Vec<Spanned<GroupRow>>,
    pub(super) bind: Vec<Spanned<BindRow>>,
    pub(super) unbind: Vec<Spanned<UnbindRow>>,
}

/// Another key that stands for Space before a sequence, where Space itself means something else.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LeaderRow {
    pub(super) scope: String,
    pub(super) on: String,
}

/// The name of what follows some keys, for the popup of a begun sequence.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct GroupRow {
    pub(super) on: Vec<String>,
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BindRow {
    pub(super) scope: String,
    pub(super) on: Vec<String>,
    pub(super) run: String,
    #[serde(default)]
    pub(super) arguments: String,
    /// Shown in place of the action's own label.
    #[serde(default)]
    pub(super) desc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnbindRow {
    pub(super) scope: String,
    pub(super) on: Vec<String>,
}

/// What came of a user's file: the keymap to use, and what to say.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The profile with the user's rows, or the shipped profile alone where the file is wrong.
    pub keymap: Arc<Keymap>,
    /// Why the file is not used.
    pub error: Option<KeymapError>,
}

/// The keymap of a shipped profile with the rows of a user's file on top; a `profile` in the file
/// goes before `profile`.
///
/// # Errors
/// When the profile is not shipped or a row of the file makes no sense; nothing of it is used.
pub fn load(profile: &str, user: Option<&str>) -> Result<Keymap, KeymapError> {
    let file = user.map(read).transpose()?;
    let chosen = file
        .as_ref()
        .and_then(|file| file.profile.clone())
        .unwrap_or_else(|| profile.to_owned());
    build(&chosen, user, file.as_ref())
}

/// The same, where `profile` goes before the one that the file names.
///
/// # Errors
/// As [`load`].
pub fn load_as(profile: &str, user: Option<&str>) -> Result<Keymap, KeymapError> {
    let file = user.map(read).transpose()?;
    build(profile, user, file.as_ref())
}

/// As [`load`], but never without keys: a wrong file leaves the shipped profile in force, the one
/// it names where that can be made out.
pub fn load_or_shipped(profile: &str, user: Option<&str>) -> Loaded {
    match load(profile, user) {
        Ok(keymap) => Loaded {
            keymap: Arc::new(keymap),
            error: None,
        },
        Err(error) => {
            let named = user.and_then(|text| read(text).ok()?.profile);
            let known = |name: &&str| PROFILES.iter().any(|(known, _)| known == name);
            let chosen = [named.as_deref().unwrap_or_default(), profile]
                .into_iter()
                .find(known)
                .unwrap_or("default");
            let keymap = load(chosen, None).map_or_else(|_| Keymap::shipped(), Arc::new);
            Loaded {
                keymap,
                error: Some(error),
            }
        }
    }
}

fn build(profile: &str, text: Option<&str>, file: Option<&File>) -> Result<Keymap, KeymapError> {
    let mut keymap = shipped(profile)?;
    if let (Some(text), Some(file)) = (text, file) {
        layer(text, file, true)?.lay_on(&mut keymap);
        keymap.user = Some(text.into());
    }
    finish(&mut keymap);
    Ok(keymap)
}

fn shipped(profile: &str) -> Result<Keymap, KeymapError> {
    let text = PROFILES
        .iter()
        .find(|(name, _)| *name == profile)
        .map(|(_, text)| *text)
        .ok_or_else(|| KeymapError::of(KeymapFault::Profile(profile.to_owned())))?;
    let file = read(text)?;
    let mut keymap = match &file.inherits {
        Some(parent) if parent != profile => shipped(parent)?,
        _ => Keymap::default(),
    };
    profile.clone_into(&mut keymap.profile);
    layer(text, &file, false)?.lay_on(&mut keymap);
    Ok(keymap)
}

pub(super) fn read(text: &str) -> Result<File, KeymapError> {
    toml::from_str(text).map_err(|error| {
        let line = error.span().map(|span| line_of(text, span.start));
        let fault = KeymapFault::Shape(error.message().to_owned());
        KeymapError(vec![KeymapProblem { line, fault }])
    })
}

/// The line, from 1, in which a byte stands.
pub(super) fn line_of(text: &str, byte: usize) -> usize {
    let before = text.bytes().take(byte);
    before.filter(|byte| *byte == b'\n').count() + 1
}

/// The rows of a file in types, or everything that is wrong with them.
pub(super) fn layer(text: &str, file: &File, user: bool) -> Result<Layer, KeymapError> {
    let mut problems = Vec::new();
    let mut layer = Layer {
        counts: file.counts,
        letters_command: file.letters_command,
        ..Layer::default()
    };
    let mut note = |start: usize, fault: KeymapFault| {
        let line = Some(line_of(text, start));
        problems.push(KeymapProblem { line, fault });
    };
    for row in &file.unbind {
        match unbind(row.as_ref(), user) {
            Ok(unbound) => layer.unbind.push(unbound),
            Err(fault) => note(row.span().start, fault),
        }
    }
    for row in &file.bind {
        match bind(row.as_ref(), user) {
            Ok(binding) => layer.bind.push((line_of(text, row.span().start), binding)),
            Err(fault) => note(row.span().start, fault),
        }
    }
    for row in &file.leader {
        let LeaderRow { scope, on } = row.as_ref();
        match one_leader(scope, on) {
            Ok(leader) => layer.leaders.push(leader),
            Err(fault) => note(row.span().start, fault),
        }
    }
    for row in &file.group {
        let GroupRow { on, name } = row.as_ref();
        match keys("group", on) {
            Ok(keys) => layer.groups.push((keys, name.clone())),
            Err(fault) => note(row.span().start, fault),
        }
    }
    if problems.is_empty() {
        Ok(layer)
    } else {
        problems.sort_by_key(|problem| problem.line);
        Err(KeymapError(problems))
    }
}

fn bind(row: &BindRow, user: bool) -> Result<Binding, KeymapFault> {
    let name = || format!("bind {:?}", row.on);
    let run = action::by_name(&row.run).ok_or_else(|| KeymapFault::Action {
        row: name(),
        run: row.run.clone(),
        near: nearest(&row.run, action::all().map(|action| action.name)),
    })?;
    let on = keys("bind", &row.on)?;
    let kills = run.id == ActionId::Trading(TradingAction::Kill);
    if user && !kills && on.first().is_some_and(|key| KILL_KEYS.contains(key)) {
        return Err(KeymapFault::Kill(name()));
    }
    Ok(Binding {
        scope: scope("bind", &row.scope, &row.on)?,
        on,
        run,
        arguments: row.arguments.clone(),
        label: Some(row.desc.clone()).filter(|text| !text.is_empty()),
        copied: false,
    })
}

fn unbind(row: &UnbindRow, user: bool) -> Result<(Scope, Vec<Key>), KeymapFault> {
    let scope = scope("unbind", &row.scope, &row.on)?;
    let on = keys("unbind", &row.on)?;
    if user && on.first().is_some_and(|key| KILL_KEYS.contains(key)) {
        return Err(KeymapFault::Kill(format!("unbind {:?}", row.on)));
    }
    Ok((scope, on))
}

fn one_leader(scope_name: &str, on: &str) -> Result<(Scope, Key), KeymapFault> {
    let words = [on.to_owned()];
    let scope = scope("leader", scope_name, &words)?;
    let key = on.parse().map_err(|text| KeymapFault::Key {
        row: format!("leader {words:?}"),
        text,
    })?;
    Ok((scope, key))
}

fn scope(kind: &str, name: &str, keys: &[String]) -> Result<Scope, KeymapFault> {
    // What others call the scope of keys that hold wherever nothing is open.
    let known = if name == "global" { "desk" } else { name };
    Scope::by_name(known).ok_or_else(|| KeymapFault::Scope {
        row: format!("{kind} {keys:?}"),
        scope: name.to_owned(),
        near: nearest(name, Scope::ALL.iter().map(|scope| scope.name())),
    })
}

fn keys(kind: &str, words: &[String]) -> Result<Vec<Key>, KeymapFault> {
    let fault = |text: String| KeymapFault::Key {
        row: format!("{kind} {words:?}"),
        text,
    };
    if words.is_empty() {
        return Err(fault("`on` is empty: name at least one key".to_owned()));
    }
    words
        .iter()
        .map(|word| word.parse().map_err(fault))
        .collect()
}

fn nearest(name: &str, known: impl Iterator<Item = &'static str>) -> &'static str {
    known
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .unwrap_or_default()
}
