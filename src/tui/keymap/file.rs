//! Reads keymap files: a shipped profile, then the user's changes on top.
//! Must not touch the disk: the text comes from the caller.

use serde::Deserialize;
use thiserror::Error;

use super::{Binding, Key, Keymap};
use crate::tui::action::{self, Scope};

/// The profiles that are shipped, by name; the first is the default.
pub const PROFILES: &[(&str, &str)] = &[("default", include_str!("../../../keymaps/default.toml"))];

/// Why a keymap cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum KeymapError {
    /// Not TOML, or not of the shape.
    #[error("{0}")]
    Shape(String),
    /// No such profile.
    #[error("no profile `{0}`: there are {known}", known = names())]
    Profile(String),
    /// No such scope.
    #[error("bind {keys:?}: no scope `{scope}`")]
    Scope {
        /// The keys of the row.
        keys: Vec<String>,
        /// What was written.
        scope: String,
    },
    /// No such action.
    #[error("bind {keys:?}: no action `{run}`, did you mean `{near}`?")]
    Action {
        /// The keys of the row.
        keys: Vec<String>,
        /// What was written.
        run: String,
        /// The nearest one there is.
        near: &'static str,
    },
    /// Not a key.
    #[error("bind {keys:?}: {text}")]
    Key {
        /// The keys of the row.
        keys: Vec<String>,
        /// What is wrong with one of them.
        text: String,
    },
}

fn names() -> String {
    let names: Vec<&str> = PROFILES.iter().map(|(name, _)| *name).collect();
    names.join(", ")
}

#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct File {
    profile: Option<String>,
    inherits: Option<String>,
    counts: Option<bool>,
    letters_command: Option<bool>,
    bind: Vec<BindRow>,
    unbind: Vec<UnbindRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct BindRow {
    scope: String,
    on: Vec<String>,
    run: String,
    #[serde(default)]
    arguments: String,
    /// For the reader of the file; the help shows the action's own.
    #[serde(default)]
    #[allow(
        dead_code,
        reason = "a comment that survives programs which rewrite the file"
    )]
    desc: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct UnbindRow {
    scope: String,
    on: Vec<String>,
}

/// The keymap of a shipped profile with the rows of a user's file on top.
///
/// # Errors
/// When the profile is not shipped or a row of the file makes no sense; nothing of it is used.
pub fn load(profile: &str, user: Option<&str>) -> Result<Keymap, KeymapError> {
    let user = user.map(read).transpose()?;
    let chosen = user
        .as_ref()
        .and_then(|file| file.profile.clone())
        .unwrap_or_else(|| profile.to_owned());
    let mut keymap = shipped(&chosen)?;
    if let Some(file) = user {
        apply(&mut keymap, &file)?;
    }
    Ok(keymap)
}

fn shipped(profile: &str) -> Result<Keymap, KeymapError> {
    let text = PROFILES
        .iter()
        .find(|(name, _)| *name == profile)
        .map(|(_, text)| *text)
        .ok_or_else(|| KeymapError::Profile(profile.to_owned()))?;
    let file = read(text)?;
    let mut keymap = match &file.inherits {
        Some(parent) if parent != profile => shipped(parent)?,
        _ => Keymap::default(),
    };
    profile.clone_into(&mut keymap.profile);
    apply(&mut keymap, &file)?;
    Ok(keymap)
}

fn read(text: &str) -> Result<File, KeymapError> {
    toml::from_str(text).map_err(|error| KeymapError::Shape(error.to_string()))
}

fn apply(keymap: &mut Keymap, file: &File) -> Result<(), KeymapError> {
    keymap.counts = file.counts.unwrap_or(keymap.counts);
    keymap.letters_command = file.letters_command.unwrap_or(keymap.letters_command);
    for row in &file.unbind {
        let (scope, on) = (scope(&row.scope, &row.on)?, keys(&row.on)?);
        keymap
            .bindings
            .retain(|binding| binding.scope != scope || binding.on != on);
    }
    for row in &file.bind {
        let binding = binding(row)?;
        keymap
            .bindings
            .retain(|other| other.scope != binding.scope || other.on != binding.on);
        keymap.bindings.push(binding);
    }
    Ok(())
}

fn binding(row: &BindRow) -> Result<Binding, KeymapError> {
    let run = action::by_name(&row.run).ok_or_else(|| KeymapError::Action {
        keys: row.on.clone(),
        run: row.run.clone(),
        near: nearest(&row.run),
    })?;
    Ok(Binding {
        scope: scope(&row.scope, &row.on)?,
        on: keys(&row.on)?,
        run,
        arguments: row.arguments.clone(),
    })
}

fn scope(name: &str, keys: &[String]) -> Result<Scope, KeymapError> {
    Scope::by_name(name).ok_or_else(|| KeymapError::Scope {
        keys: keys.to_vec(),
        scope: name.to_owned(),
    })
}

fn keys(words: &[String]) -> Result<Vec<Key>, KeymapError> {
    let error = |text: String| KeymapError::Key {
        keys: words.to_vec(),
        text,
    };
    if words.is_empty() {
        return Err(error("`on` is empty: name at least one key".to_owned()));
    }
    words
        .iter()
        .map(|word| word.parse().map_err(error))
        .collect()
}

fn nearest(name: &str) -> &'static str {
    action::all()
        .map(|action| action.name)
        .max_by(|a, b| strsim::jaro_winkler(a, name).total_cmp(&strsim::jaro_winkler(b, name)))
        .unwrap_or("help")
}
