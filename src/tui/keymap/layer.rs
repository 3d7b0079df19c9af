//! Lays the rows of a keymap file over those of its parent, and completes what follows from them.
//! Must not read text: the rows come in types.

use super::{Binding, Key, Keymap};
use crate::tui::action::Scope;

/// The rows of one file.
#[derive(Debug, Default)]
pub(super) struct Layer {
    pub(super) counts: Option<bool>,
    pub(super) letters_command: Option<bool>,
    pub(super) leaders: Vec<(Scope, Key)>,
    pub(super) groups: Vec<(Vec<Key>, String)>,
    /// Each with the line of its row.
    pub(super) bind: Vec<(usize, Binding)>,
    pub(super) unbind: Vec<(Scope, Vec<Key>)>,
}

impl Layer {
    /// Puts the rows over those of the parent. Of two rows that cannot both be reached, the one of
    /// this layer stays: a longer sequence takes its beginning, a shorter one what it begins.
    pub(super) fn lay_on(self, keymap: &mut Keymap) {
        keymap.counts = self.counts.unwrap_or(keymap.counts);
        keymap.letters_command = self.letters_command.unwrap_or(keymap.letters_command);
        keymap.leaders.extend(self.leaders);
        for (keys, name) in self.groups {
            keymap.groups.retain(|(other, _)| *other != keys);
            keymap.groups.push((keys, name));
        }
        for (scope, on) in self.unbind {
            keymap
                .bindings
                .retain(|binding| binding.scope != scope || binding.on != on);
        }
        let rows: Vec<Binding> = self.bind.into_iter().map(|(_, row)| row).collect();
        let leaders = &keymap.leaders;
        keymap
            .bindings
            .retain(|parent| !rows.iter().any(|row| gives_way(parent, row, leaders)));
        for row in rows {
            keymap
                .bindings
                .retain(|other| other.scope != row.scope || other.on != row.on);
            keymap.bindings.push(row);
        }
    }
}

/// Whether a row of the parent cannot stay beside a row of the layer above it.
fn gives_way(parent: &Binding, row: &Binding, leaders: &[(Scope, Key)]) -> bool {
    let is_beginning = row.on.len() > parent.on.len() && row.on.starts_with(&parent.on);
    if parent.scope == row.scope {
        return is_beginning || parent.on.starts_with(&row.on);
    }
    // An inner key would be taken before the sequence could go on.
    is_beginning && parent.scope.chain().contains(&row.scope) && !is_led(parent, leaders)
}

/// Whether this is Space alone in a scope where another key leads in its place.
fn is_led(binding: &Binding, leaders: &[(Scope, Key)]) -> bool {
    binding.on == [Key::Char(' ')] && leaders.iter().any(|(scope, _)| *scope == binding.scope)
}

/// Completes a keymap once all its layers are laid.
pub(super) fn finish(keymap: &mut Keymap) {
    if keymap.letters_command {
        free_letters(keymap);
    }
    copy_leaders(keymap);
}

/// Scopes in which nothing is open, so that a letter may begin a command.
const fn is_open_desk(scope: Scope) -> bool {
    !matches!(
        scope,
        Scope::Always | Scope::Ticket | Scope::Reading | Scope::Typing
    )
}

/// Moves what begins with a letter behind Space, so that letters can begin a command.
fn free_letters(keymap: &mut Keymap) {
    let is_letter = |binding: &Binding| {
        is_open_desk(binding.scope)
            && matches!(binding.on.first(), Some(Key::Char(letter)) if letter.is_alphabetic())
    };
    let (letters, kept): (Vec<Binding>, Vec<Binding>) = std::mem::take(&mut keymap.bindings)
        .into_iter()
        .partition(is_letter);
    keymap.bindings = kept;
    for binding in letters {
        if binding.scope == Scope::Trading {
            keep_over_the_desk(keymap, &binding);
        }
        let mut moved = binding;
        moved.on.insert(0, Key::Char(' '));
        if moved.scope == Scope::Trading {
            moved.scope = Scope::Desk;
        }
        // Behind Space everything is the desk's: a plain letter of one scope must not hide the
        // sequences of another.
        let in_way = keymap.bindings.iter().any(|other| {
            let related = other.on.starts_with(&moved.on) || moved.on.starts_with(&other.on);
            let meets = other.scope.chain().contains(&moved.scope)
                || moved.scope.chain().contains(&other.scope);
            // The same keys in another scope are its own: the inner one goes first.
            let is_other_place = other.on == moved.on && other.scope != moved.scope;
            related && meets && !is_other_place && !is_led(other, &keymap.leaders)
        });
        if !in_way {
            keymap.bindings.push(moved);
        }
    }
}

/// Letters of trading stay what they are where something is open that no command can begin in.
fn keep_over_the_desk(keymap: &mut Keymap, binding: &Binding) {
    for scope in [Scope::Ticket, Scope::Reading] {
        let is_free = !keymap
            .of(scope)
            .any(|other| other.on.starts_with(&binding.on) || binding.on.starts_with(&other.on));
        if is_free {
            keymap.bindings.push(Binding {
                scope,
                copied: true,
                ..binding.clone()
            });
        }
    }
}

/// Gives the sequences that begin with Space another beginning where Space means something else.
fn copy_leaders(keymap: &mut Keymap) {
    for (scope, key) in keymap.leaders.clone() {
        let copies: Vec<Binding> = keymap
            .bindings
            .iter()
            .filter(|row| row.on.len() > 1 && row.on.first() == Some(&Key::Char(' ')))
            .filter(|row| scope.chain().contains(&row.scope))
            .map(|row| {
                let rest = row.on.iter().skip(1).copied();
                Binding {
                    scope,
                    on: std::iter::once(key).chain(rest).collect(),
                    copied: true,
                    ..row.clone()
                }
            })
            .collect();
        keymap.bindings.extend(copies);
    }
}
