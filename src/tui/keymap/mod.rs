//! Which keys mean which action: profiles shipped inside the program, overridden by a file.
//! Must not do what an action says.

mod file;
mod key;
mod resolve;

#[cfg(test)]
mod tests;

pub use file::{KeymapError, PROFILES, load};
pub use key::Key;
pub use resolve::{Found, Progress};

use std::sync::{Arc, LazyLock};

use super::action::{Action, ActionId, Scope};

/// A sequence of keys and what it does in a scope.
#[derive(Debug, Clone)]
pub struct Binding {
    /// Where it holds.
    pub scope: Scope,
    /// One key, or several after each other.
    pub on: Vec<Key>,
    /// What it does.
    pub run: &'static Action,
    /// What is handed to the action, as if it had been typed.
    pub arguments: String,
}

/// All bindings of a profile.
#[derive(Debug, Clone, Default)]
pub struct Keymap {
    /// Its profile's name.
    pub profile: String,
    /// In the order of the files; a later one of the same keys and scope has replaced the earlier.
    pub bindings: Vec<Binding>,
    /// Whether digits before a key say how often.
    pub counts: bool,
    /// Whether a letter that means nothing else begins a command.
    pub letters_command: bool,
}

impl Keymap {
    /// The default profile, read once.
    ///
    /// A shipped file that cannot be read is a fault that its test finds; then there are no keys.
    pub fn shipped() -> Arc<Self> {
        static SHIPPED: LazyLock<Arc<Keymap>> =
            LazyLock::new(|| Arc::new(load("default", None).unwrap_or_default()));
        Arc::clone(&SHIPPED)
    }

    /// The sequences that lead to an action without arguments, in the order of the files.
    pub fn chords(&self, id: ActionId) -> impl Iterator<Item = &[Key]> {
        self.bindings
            .iter()
            .filter(move |binding| binding.run.id == id && binding.arguments.is_empty())
            .map(|binding| binding.on.as_slice())
    }

    /// The bindings of a scope.
    pub fn of(&self, scope: Scope) -> impl Iterator<Item = &Binding> {
        self.bindings
            .iter()
            .filter(move |binding| binding.scope == scope)
    }
}
