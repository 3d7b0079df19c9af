//! Which keys mean which action: profiles shipped inside the program, overridden by a file.
//! Must not do what an action says.

mod check;
mod file;
mod key;
mod layer;
mod list;
mod resolve;
mod schema;

#[cfg(test)]
mod tests;

pub use check::{Finding, Severity, Terminal, check, check_text};
pub use file::{
    KeymapError, KeymapFault, KeymapProblem, Loaded, PROFILES, load, load_as, load_or_shipped,
};
pub use key::Key;
pub use list::{json, lines, manual, markdown, reference};
pub use resolve::{Found, Next, Progress, WHICH_KEY_MS};
pub use schema::schema;

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
    /// A few words in place of the action's own.
    pub label: Option<String>,
    /// Whether it only repeats another row with another leader, which lists leave out.
    pub copied: bool,
}

impl Binding {
    /// A few words for what it does.
    pub fn label(&self) -> &str {
        self.label.as_deref().unwrap_or(self.run.label)
    }
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
    /// Other keys for Space before a sequence, by the scope in which Space means something else.
    pub leaders: Vec<(Scope, Key)>,
    /// Names of what follows some keys.
    pub groups: Vec<(Vec<Key>, String)>,
    /// The text of the user's file, kept for a change of the profile.
    pub user: Option<Arc<str>>,
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
            .filter(move |row| row.run.id == id && row.arguments.is_empty() && !row.copied)
            .map(|binding| binding.on.as_slice())
    }

    /// The bindings of a scope.
    pub fn of(&self, scope: Scope) -> impl Iterator<Item = &Binding> {
        self.bindings
            .iter()
            .filter(move |binding| binding.scope == scope)
    }
}
