//! Finds what a sequence of keys means, the innermost scope first.
//! Must not wait: the caller says when a sequence is over.

use std::time::Instant;

use super::{Binding, Key, Keymap};
use crate::tui::action::Scope;

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
}

impl Progress {
    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
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

    /// What may follow `keys`: the next key and the bindings behind it, inner scopes first, each
    /// next key once.
    pub fn continuations<'k>(&'k self, scopes: &[Scope], keys: &[Key]) -> Vec<(Key, &'k Binding)> {
        let mut rows: Vec<(Key, &Binding)> = Vec::new();
        for scope in scopes {
            for binding in self.of(*scope) {
                let next = binding.on.get(keys.len());
                if let Some(next) = next.filter(|_| binding.on.starts_with(keys))
                    && !rows.iter().any(|(key, _)| key == next)
                {
                    rows.push((*next, binding));
                }
            }
        }
        rows
    }
}
