//! Finds what a sequence of keys means, the innermost scope first.
//! Must not wait: the caller says when a sequence is over.

use std::time::{Duration, Instant};

use super::{Binding, Key, Keymap};
use crate::tui::action::Scope;

/// How long a begun sequence waits before the keys that may follow are shown.
pub const WHICH_KEY_MS: u64 = 250;

/// What a sequence of keys is.
#[derive(Debug, Clone, Copy)]
pub enum Found<'k> {
    /// A whole binding.
    Binding(&'k Binding),
    /// The beginning of at least one binding.
    Prefix,
    /// Nothing.
    Nothing,
}

/// The keys that were pressed and are not yet a whole sequence.
#[derive(Debug, Clone, Default)]
pub struct Progress {
    /// In the order of the presses.
    pub keys: Vec<Key>,
    /// How often the action is to be done, as typed before it.
    pub count: Option<u32>,
    /// When the last of them was pressed.
    pub since: Option<Instant>,
    /// Whether the keys that may follow are shown; once they are, they stay until the end.
    pub is_shown: bool,
}

/// What may follow a begun sequence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Next {
    /// The key.
    pub key: Key,
    /// What it does, or the name of the group behind it.
    pub label: String,
    /// How many bindings are behind it; 0 where it is the last key.
    pub behind: usize,
}

impl Progress {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// When the keys that may follow are to be shown; `None` where they are or none was pressed.
    pub fn which_key_due(&self) -> Option<Instant> {
        let waits = !self.keys.is_empty() && !self.is_shown;
        let since = self.since.filter(|_| waits)?;
        Some(since + Duration::from_millis(WHICH_KEY_MS))
    }

    /// Whether a sequence was begun.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty() && self.count.is_none()
    }
}

impl Keymap {
    /// What `keys` mean where `scopes` hold, innermost first.
    pub fn find(&self, scopes: &[Scope], keys: &[Key]) -> Found<'_> {
        let mut is_prefix = false;
        for scope in scopes {
            for binding in self.of(*scope) {
                if binding.on == keys {
                    // A longer sequence of an inner scope hides the shorter one of an outer.
                    return if is_prefix {
                        Found::Prefix
                    } else {
                        Found::Binding(binding)
                    };
                }
                is_prefix |= binding.on.len() > keys.len() && binding.on.starts_with(keys);
            }
        }
        if is_prefix {
            Found::Prefix
        } else {
            Found::Nothing
        }
    }

    /// What may follow `keys`, in the order of the files, inner scopes first, each key once.
    pub fn next(&self, scopes: &[Scope], keys: &[Key]) -> Vec<Next> {
        let mut rows: Vec<(Key, Vec<&Binding>)> = Vec::new();
        for scope in scopes {
            for binding in self.of(*scope).filter(|row| row.on.starts_with(keys)) {
                let Some(next) = binding.on.get(keys.len()) else {
                    continue;
                };
                match rows.iter_mut().find(|(key, _)| key == next) {
                    Some((_, bindings)) => bindings.push(binding),
                    None => rows.push((*next, vec![binding])),
                }
            }
        }
        rows.into_iter()
            .map(|(key, bindings)| self.describe(keys, key, &bindings))
            .collect()
    }

    fn describe(&self, before: &[Key], key: Key, bindings: &[&Binding]) -> Next {
        let keys: Vec<Key> = before.iter().copied().chain([key]).collect();
        let last = bindings.first().filter(|row| row.on == keys);
        if let Some(binding) = last {
            return Next {
                key,
                label: binding.label().to_owned(),
                behind: 0,
            };
        }
        let named = self
            .groups
            .iter()
            .find(|(group, _)| self.is_group(group, &keys));
        Next {
            key,
            label: named.map_or_else(|| common_name(bindings), |(_, name)| name.clone()),
            behind: bindings.len(),
        }
    }

    /// Whether `keys` are those of a group, also behind another leader.
    fn is_group(&self, group: &[Key], keys: &[Key]) -> bool {
        let same_leader = |(wanted, pressed): (&Key, &Key)| {
            wanted == pressed
                || *wanted == Key::Char(' ') && self.leaders.iter().any(|(_, key)| key == pressed)
        };
        group.len() == keys.len() && group.iter().zip(keys).all(same_leader)
    }
}

/// What the names of some actions begin with, up to a dot; how many they are where nothing.
fn common_name(bindings: &[&Binding]) -> String {
    let parts = |binding: &&Binding| binding.run.name.split_once('.').map(|(part, _)| part);
    let first = bindings.first().and_then(parts);
    match first {
        Some(part) if bindings.iter().all(|row| parts(row) == Some(part)) => part.to_owned(),
        _ => format!("{} keys", bindings.len()),
    }
}
