//! Writes keymaps for people and programs: lines, JSON, Markdown, a section of the manual page.
//! Must not know a key or an action by name: it follows the tables.

use std::fmt::Write;

use serde_json::{Value, json};

use super::{Key, Keymap, PROFILES, load};
use crate::tui::action::{self, Action, Danger, Scope, Tap};

/// The actions of a scope, or of all of them in the order of the help.
fn rows(scope: Option<Scope>) -> impl Iterator<Item = (Scope, &'static Action)> {
    Scope::ALL
        .into_iter()
        .filter(move |known| scope.is_none_or(|scope| scope == *known))
        .flat_map(|scope| {
            action::all()
                .filter(move |action| action.scope == scope)
                .map(move |action| (scope, action))
        })
}

/// Every sequence of an action, as it is pressed; those of other scopes than its own name them.
fn sequences(keymap: &Keymap, action: &Action) -> Vec<String> {
    keymap
        .bindings
        .iter()
        .filter(|row| row.run.id == action.id && !row.copied)
        .map(|row| {
            let keys: Vec<String> = row.on.iter().map(shown).collect();
            let mut text = keys.join(" ");
            if action.wants_second_press(keys.len()) {
                // Behind a leader the last key alone is pressed again.
                let again = keys.last().cloned().unwrap_or_default();
                text = format!("{text} {again}");
            }
            if !row.arguments.is_empty() {
                text = format!("{text} ({})", row.arguments);
            }
            if row.scope != action.scope {
                text = format!("{text} [{}]", row.scope.name());
            }
            text
        })
        .collect()
}

fn shown(key: &Key) -> String {
    match key {
        Key::Char('-') => "-".to_owned(),
        key => key.to_string(),
    }
}

/// `:command ARGUMENT`, then the other words.
fn typed(action: &Action) -> String {
    let own = Some(action.command).filter(|command| !command.is_empty());
    let words: Vec<String> = own
        .into_iter()
        .chain(action.alias_words())
        .map(|word| format!(":{word}"))
        .collect();
    words.join(" ")
}

/// A profile in lines of scope, keys, action, command and danger.
pub fn lines(keymap: &Keymap, scope: Option<Scope>) -> String {
    let table: Vec<[String; 5]> = rows(scope)
        .map(|(scope, action)| {
            let danger = match action.danger {
                Danger::View => "",
                danger => danger.word(),
            };
            [
                scope.name().to_owned(),
                sequences(keymap, action).join(", "),
                action.name.to_owned(),
                typed(action),
                danger.to_owned(),
            ]
        })
        .collect();
    let wide = |column: usize| {
        let cells = table.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..5).map(wide).collect();
    let mut text = String::new();
    for row in &table {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells.map(|(cell, wide)| format!("{cell:<wide$}")).collect();
        let _ = writeln!(text, "{}", cells.join("  ").trim_end());
    }
    text
}

/// The same as JSON, a row for each action.
pub fn json(keymap: &Keymap, scope: Option<Scope>) -> Value {
    let actions = rows(scope).map(|(scope, action)| {
        json!({
            "action": action.name,
            "scope": scope.name(),
            "danger": action.danger.word(),
            "presses": match action.tap { Tap::Once => 1, Tap::Twice => 2 },
            "keys": keys_of(keymap, action),
            "command": action.command,
            "aliases": action.aliases,
            "label": action.label,
            "doc": action.doc,
        })
    });
    json!({
        "profile": keymap.profile,
        "actions": actions.collect::<Vec<Value>>(),
    })
}

fn keys_of(keymap: &Keymap, action: &Action) -> Vec<Value> {
    keymap
        .bindings
        .iter()
        .filter(|row| row.run.id == action.id && !row.copied)
        .map(|row| {
            let on: Vec<String> = row.on.iter().map(ToString::to_string).collect();
            json!({ "scope": row.scope.name(), "on": on, "arguments": row.arguments })
        })
        .collect()
}

/// A profile as a table for each scope.
pub fn markdown(keymap: &Keymap, scope: Option<Scope>) -> String {
    let mut text = String::new();
    let mut last = None;
    for (scope, action) in rows(scope) {
        if last != Some(scope) {
            let title = scope.title();
            let _ = write!(
                text,
                "\n### {title}\n\n| Keys | Does | Typed |\n|---|---|---|\n"
            );
            last = Some(scope);
        }
        let keys: Vec<String> = sequences(keymap, action)
            .iter()
            .map(|it| code(it))
            .collect();
        let typed = Some(typed(action)).filter(|text| !text.is_empty());
        let typed = typed.map_or_else(String::new, |text| code(&text));
        let doc = match action.danger {
            Danger::View => action.doc.to_owned(),
            danger => format!("{} *{}*", action.doc, danger.word()),
        };
        let _ = writeln!(text, "| {} | {doc} | {typed} |", keys.join(", "));
    }
    text
}

/// In code, safe inside a table.
fn code(text: &str) -> String {
    let text = text.replace('|', "\\|");
    if text.contains('`') {
        format!("`` {text} ``")
    } else {
        format!("`{text}`")
    }
}

const INTRODUCTION: &str = "\
# Keys

Every action has a name, and most have a command: `:` types it, `Ctrl-P` finds it, `?` lists what can be done where
you are and does it on Enter. Keys come from a profile: `default`, `vim`, `trader` or `bbg`.

In every profile `Esc` aborts, `Enter` sends what the order preview shows, `F12 F12` or `Ctrl-K Ctrl-K` is the kill
switch, and `F9` arms and disarms.

Keys of a pane go before those of the desk. While something is typed, letters are text and trade nothing. After the
first key of a sequence the desk waits as long as you like and shows what may follow; `Esc` forgets it. Actions that
close or cancel much want their key twice within 600 ms.

## Your own keys

`keys.toml` lies beside `config.toml` (`titan-tui config path`). Its rows go over the profile; a file with a mistake is
not used at all, and the desk says so.

```toml
#:schema ./keys.schema.json
# made by: titan-tui keys schema > keys.schema.json
profile = \"default\"               # default, vim, trader or bbg

[[bind]]
scope = \"chart\"                   # see the headings below: titan-tui keys list
on    = [\"g\", \"n\"]                # one key, or several in a row
run   = \"chart.reset\"
desc  = \"Newest bar\"              # shown in place of the action's own words

[[unbind]]
scope = \"desk\"
on    = [\"F9\"]
```

`titan-tui keys check` names rows that are in one another's way, keys that can never be pressed, actions that are out
of reach, and keys that tmux (its prefix is read from your `tmux.conf`), screen, flow control, docker or the terminal
keep for themselves. It exits with 1 on an error. `titan-tui keys list --profile vim` shows a profile,
`keys list --json` for programs.

A keymap file may also set `counts = true` (digits before a key say how often), `letters_command = true` (a letter
begins a command; what letters did moves behind `Space`), `[[group]]` (names for what follows some keys) and
`[[leader]]` (another key for `Space` where that means something else).
";

/// What each profile is for.
const ABOUT: &[(&str, &str)] = &[
    ("default", "Mnemonic letters."),
    (
        "vim",
        "`hjkl`, counts, `gg`, `gt`, `Ctrl-W`, `ZZ`. Only what differs from the default is listed.",
    ),
    (
        "trader",
        "Function keys as on trading keyboards, each also behind `Space o`. Only what differs from \
         the default is listed.",
    ),
    (
        "bbg",
        "A letter begins a command at once: `TITAN GP` and Enter. What letters do in the default \
         lies behind `Space`. Only what differs from the default is listed.",
    ),
];

/// The page on keys: all of the default profile, and what the others have instead.
///
/// # Errors
/// When a shipped profile cannot be read, which its test finds.
pub fn reference() -> Result<String, super::KeymapError> {
    let base = load("default", None)?;
    let mut text = INTRODUCTION.to_owned();
    for (name, _) in PROFILES {
        let about = ABOUT.iter().find(|(known, _)| known == name);
        let about = about.map_or("", |(_, about)| about);
        let _ = write!(text, "\n## Profile `{name}`\n\n{about}\n");
        let keymap = load(name, None)?;
        if *name == base.profile {
            text.push_str(&markdown(&keymap, None));
        } else {
            text.push_str(&differences(&base, &keymap));
        }
    }
    Ok(text)
}

/// The actions whose keys are others than in `base`.
fn differences(base: &Keymap, keymap: &Keymap) -> String {
    let mut text = "\n| Where | Keys | Does | Default |\n|---|---|---|---|\n".to_owned();
    for (scope, action) in rows(None) {
        let (keys, before) = (sequences(keymap, action), sequences(base, action));
        if keys == before {
            continue;
        }
        let list = |keys: &[String]| {
            keys.iter()
                .map(|it| code(it))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let (keys, before) = (list(&keys), list(&before));
        let (place, what) = (scope.name(), action.label);
        let _ = writeln!(text, "| {place} | {keys} | {what} | {before} |");
    }
    text
}

/// The section of the manual page, in roff.
pub fn manual(keymap: &Keymap) -> String {
    let mut text =
        ".SH KEYS\nOf the default profile; \\fBtitan\\-tui keys list\\fR shows others.\n"
            .to_owned();
    let mut last = None;
    for (scope, action) in rows(None) {
        if last != Some(scope) {
            let _ = writeln!(text, ".SS {}", roff(scope.title()));
            last = Some(scope);
        }
        let mut head: Vec<String> = sequences(keymap, action);
        head.extend(Some(typed(action)).filter(|text| !text.is_empty()));
        let _ = writeln!(
            text,
            ".TP\n\\fB{}\\fR\n{}",
            roff(&head.join(", ")),
            roff(action.doc)
        );
    }
    text
}

/// Text that roff takes as it is.
fn roff(text: &str) -> String {
    let text = text
        .replace('\\', "\\e")
        .replace('-', "\\-")
        .replace('\'', "\\(aq");
    if text.starts_with('.') {
        format!("\\&{text}")
    } else {
        text
    }
}
