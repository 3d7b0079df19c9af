//! Holds the floors of the house and its style, by reading the source.
//! Must not run the program.

pub mod scanner;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use scanner::Source;

/// The folders of `src/`, lowest first; a folder uses only what stands before it.
const FLOORS: &[&str] = &[
    "config",
    "domain",
    "market",
    "indicators",
    "structure",
    "portfolio",
    "signals",
    "risk",
    "execution",
    "engine",
    "wire",
    "store",
    "bus",
    "feeds",
    "venues",
    "view",
    "learn",
    "research",
    "runtime",
    "remote",
    "tui",
    "cli",
];

/// Adapters to the outside: none knows another.
const ADAPTERS: &[&str] = &["store", "bus", "feeds", "venues"];

/// Downward uses that are forbidden all the same.
const FORBIDDEN: &[(&str, &str)] = &[
    // The words of the trade need no settings.
    ("domain", "config"),
    // A strategy that saw orders or money could size or place them past the guardian.
    ("signals", "portfolio"),
];

/// Folders without a clock, I/O, threads, randomness or a log.
const PURE: &[&str] = &[
    "domain",
    "market",
    "indicators",
    "structure",
    "portfolio",
    "signals",
    "risk",
    "execution",
    "engine",
    "view",
];

/// Paths that begin like this have no place in a pure folder.
const IMPURE_PATHS: &[&str] = &[
    "tokio",
    "tracing",
    "rand",
    "getrandom",
    "rusqlite",
    "crossterm",
    "ratatui",
    "std::fs",
    "std::net",
    "std::thread",
    "std::env",
    "std::process",
    "std::io",
];

/// Names that have no place in a pure folder wherever they stand in a path.
const IMPURE_NAMES: &[&str] = &["SystemTime", "Instant", "ThreadRng", "OsRng", "thread_rng"];

/// Clocks of crates that pure folders may use for their types.
const IMPURE_CALLS: &[&str] = &["Timestamp::now", "Zoned::now", "TimeZone::system"];

const IMPURE_MACROS: &[&str] = &["println", "print", "eprintln", "eprint", "dbg"];

const FILE_LINES_MAX: usize = 700;
const FUNCTION_LINES_MAX: usize = 70;

/// Functions that may be longer, as `FILE::NAME`, each with its reason.
const LONG_FUNCTIONS: &[(&str, &str)] = &[];

/// A place and what is wrong there.
type Violation = String;

fn rank(folder: &str) -> Option<usize> {
    FLOORS.iter().position(|floor| *floor == folder)
}

/// Whether code in `from` may name `to`, or why not.
fn may_use(from: &str, to: &str) -> Result<(), String> {
    let (Some(own), Some(other)) = (rank(from), rank(to)) else {
        return Ok(());
    };
    if own == other {
        return Ok(());
    }
    if other > own {
        return Err(format!("{from} uses {to}, which stands above it"));
    }
    if ADAPTERS.contains(&from) && ADAPTERS.contains(&to) {
        return Err(format!(
            "{from} uses {to}: adapters do not know one another"
        ));
    }
    if FORBIDDEN.contains(&(from, to)) {
        return Err(format!("{from} must not use {to}"));
    }
    Ok(())
}

fn floor_violations(folder: &str, source: &Source) -> Vec<Violation> {
    let imports = source.folders_used();
    imports
        .into_iter()
        .filter_map(|(line, to)| {
            let reason = may_use(folder, &to).err()?;
            Some(format!("{}:{line}: {reason}", source.name))
        })
        .collect()
}

fn purity_violations(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    for (line, path) in source.paths() {
        let joined = path.join("::");
        // A crate's name alone may be a variable.
        let begins = |prefix: &&&str| {
            (joined == **prefix && prefix.contains("::"))
                || joined.starts_with(&format!("{prefix}::"))
        };
        let named = path
            .iter()
            .find(|part| IMPURE_NAMES.contains(&part.as_str()));
        let called = IMPURE_CALLS.iter().find(|call| joined.ends_with(**call));
        if let Some(prefix) = IMPURE_PATHS.iter().find(begins) {
            found.push(format!(
                "{}:{line}: a pure folder names {prefix}",
                source.name
            ));
        } else if named.is_some() || called.is_some() {
            found.push(format!(
                "{}:{line}: a pure folder names {joined}",
                source.name
            ));
        }
    }
    for (line, name) in source.macros() {
        if IMPURE_MACROS.contains(&name.as_str()) {
            found.push(format!(
                "{}:{line}: a pure folder prints with {name}!",
                source.name
            ));
        }
    }
    found
}

fn style_violations(source: &Source) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut say = |line: usize, what: &str| found.push(format!("{}:{line}: {what}", source.name));
    if !source.opens_with_module_doc() {
        say(1, "it does not open with `//!`");
    }
    if source.line_count() > FILE_LINES_MAX {
        say(
            1,
            &format!(
                "it has {} lines, at most {FILE_LINES_MAX}",
                source.line_count()
            ),
        );
    }
    for function in source.functions() {
        let name = format!("{}::{}", source.name, function.name);
        let excused = LONG_FUNCTIONS.iter().any(|(excused, _)| *excused == name);
        if function.lines > FUNCTION_LINES_MAX && !excused {
            let what = format!(
                "{} has {} lines, at most {FUNCTION_LINES_MAX}",
                function.name, function.lines
            );
            say(function.line, &what);
        }
    }
    for (line, name) in source.macros() {
        if ["todo", "unimplemented", "dbg"].contains(&name.as_str()) {
            say(line, &format!("{name}! is not finished code"));
        }
    }
    for line in source.lines_with_word("unsafe") {
        say(line, "unsafe");
    }
    for (line, name) in source.method_calls() {
        if ["unwrap", "expect", "unwrap_err", "expect_err"].contains(&name.as_str()) {
            say(line, &format!(".{name}() outside tests"));
        }
    }
    for line in source.allows_without_reason() {
        say(line, "an allow without a reason");
    }
    found
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a readable folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The sources below a folder, with their names relative to the repository. A file that another
/// declares as `#[cfg(test)] mod NAME;` is test code as a whole.
pub fn sources(folder: &str) -> Vec<Source> {
    let files = files_below(&root().join(folder));
    let read = |path: &PathBuf| {
        let name = path
            .strip_prefix(root())
            .expect("inside")
            .to_string_lossy()
            .into_owned();
        Source::new(&name, &std::fs::read_to_string(path).expect("UTF-8"))
    };
    let sources: Vec<Source> = files.iter().map(read).collect();
    let tests: BTreeSet<String> = sources.iter().flat_map(Source::test_files).collect();
    sources
        .into_iter()
        .map(|source| {
            let is_test = tests.iter().any(|test| {
                source.name == format!("{test}.rs") || source.name.starts_with(&format!("{test}/"))
            });
            if is_test { source.all_tests() } else { source }
        })
        .collect()
}

/// The folder of `src/` a file lies in; none for `main.rs` and `lib.rs`.
fn folder_of(source: &Source) -> Option<&str> {
    source
        .name
        .strip_prefix("src/")?
        .split_once('/')
        .map(|(folder, _)| folder)
}

#[track_caller]
fn assert_none(violations: &[Violation]) {
    assert!(violations.is_empty(), "\n{}", violations.join("\n"));
}

#[test]
fn every_folder_has_a_floor() {
    let without: Vec<Violation> = sources("src")
        .iter()
        .filter_map(|source| {
            let folder = folder_of(source)?;
            let line = format!(
                "{}: {folder} has no floor in tests/architecture.rs",
                source.name
            );
            rank(folder).is_none().then_some(line)
        })
        .collect();
    assert_none(&without);
}

#[test]
fn nothing_uses_what_stands_above_it() {
    let violations: Vec<Violation> = sources("src")
        .iter()
        .filter_map(|source| Some(floor_violations(folder_of(source)?, source)))
        .flatten()
        .collect();
    assert_none(&violations);
}

#[test]
fn pure_folders_are_pure() {
    let violations: Vec<Violation> = sources("src")
        .iter()
        .filter(|source| folder_of(source).is_some_and(|folder| PURE.contains(&folder)))
        .flat_map(purity_violations)
        .collect();
    assert_none(&violations);
}

#[test]
fn the_style_of_the_house_is_kept() {
    let violations: Vec<Violation> = sources("src")
        .iter()
        .chain(&sources("widgets/src"))
        .flat_map(style_violations)
        .collect();
    assert_none(&violations);
}

#[test]
fn test_files_open_with_a_purpose_and_are_not_endless() {
    let long_or_silent: Vec<Violation> = sources("tests")
        .iter()
        .filter(|source| !source.opens_with_module_doc() || source.line_count() > FILE_LINES_MAX)
        .map(|source| format!("{}: no `//!`, or over {FILE_LINES_MAX} lines", source.name))
        .collect();
    assert_none(&long_or_silent);
}

#[test]
fn widgets_know_only_what_draws_text() {
    const ALLOWED: &[&str] = &["ratatui-core", "unicode-width", "unicode-segmentation"];
    let manifest = std::fs::read_to_string(root().join("widgets/Cargo.toml")).expect("a manifest");
    let manifest: toml::Table = manifest.parse().expect("TOML");
    let dependencies = manifest["dependencies"].as_table().expect("a table");
    let others: Vec<&String> = dependencies
        .keys()
        .filter(|name| !ALLOWED.contains(&name.as_str()))
        .collect();
    assert!(others.is_empty(), "widgets depends on {others:?}");
}

#[test]
fn the_floor_rule_can_fail() {
    let cases: [(&str, &str, usize); 13] = [
        ("market", "use crate::domain::Tick;", 0),
        ("market", "use crate::engine::Engine;", 1),
        (
            "market",
            "fn f() { crate::tui::run(); crate::config::load(); }",
            1,
        ),
        (
            "market",
            "use crate::{domain::Tick, engine::{Engine, Step}, view};",
            2,
        ),
        ("feeds", "use crate::store::Writer;", 1),
        ("feeds", "use crate::wire::Tick;", 0),
        ("signals", "use crate::portfolio::Ledger;", 1),
        ("signals", "use crate::risk::Guardian;", 1),
        ("domain", "use crate::config::Config;", 1),
        (
            "domain",
            "// use crate::config::Config;\nconst A: &str = \"crate::tui::X\";",
            0,
        ),
        ("engine", "use super::super::tui::Desk;", 0),
        ("engine", "use super::store::Desk;", 1),
        (
            "domain",
            "#[cfg(test)]\nmod tests { use crate::market::Bars; }",
            1,
        ),
    ];
    for (folder, text, expected) in cases {
        let source = Source::new(&format!("src/{folder}/mod.rs"), text);
        let found = floor_violations(folder, &source);
        assert_eq!(found.len(), expected, "{folder}: {text}\n{found:?}");
    }
}

#[test]
fn the_purity_rule_can_fail() {
    let cases: [(&str, usize); 14] = [
        ("use std::time::Duration;", 0),
        ("use std::time::{Duration, Instant};", 1),
        ("use std::{collections::HashMap, fs, thread::spawn};", 2),
        ("fn f() -> std::time::SystemTime { todo() }", 1),
        ("use tokio::sync::mpsc;", 1),
        ("fn f() { tracing::info!(\"x\"); }", 1),
        ("fn f() { println!(\"x\"); }", 1),
        ("fn f() { rand::rng(); }", 1),
        ("fn f() { jiff::Timestamp::now(); }", 1),
        ("use rand_xoshiro::Xoshiro256PlusPlus;", 0),
        ("/// Reads std::fs, println! and tokio.\nfn f() {}", 0),
        (
            "#[cfg(test)]\nmod tests { use std::fs; fn f() { println!(); } }",
            0,
        ),
        ("fn f(r: Result<(), std::io::Error>) {}", 1),
        ("const A: &str = r#\"std::fs \"quoted\" \"#;", 0),
    ];
    for (text, expected) in cases {
        let found = purity_violations(&Source::new("src/engine/a.rs", text));
        assert_eq!(found.len(), expected, "{text}\n{found:?}");
    }
}

#[test]
fn the_style_rules_can_fail() {
    let long_function = format!("fn f() {{\n{}}}\n", "    g();\n".repeat(FUNCTION_LINES_MAX));
    let blank_lines = format!("fn f() {{\n{}}}\n", "\n// why\n".repeat(FUNCTION_LINES_MAX));
    let long_file = "//! x\n".repeat(FILE_LINES_MAX + 1);
    let cases: [(&str, usize); 13] = [
        ("fn f() {}", 0),
        ("fn f() { x.unwrap(); }", 1),
        ("fn f() { x.expect(\"y\"); x.unwrap_or(1); }", 1),
        ("fn f() { let s = \".unwrap()\"; } // .unwrap()", 0),
        (
            "#[cfg(test)]\nmod tests { fn f() { x.unwrap(); } }\nfn g() { y.unwrap(); }",
            1,
        ),
        ("fn f() { todo!() }", 1),
        ("fn f() { unsafe { g() } }", 1),
        ("#[allow(dead_code)]\nfn f() {}", 1),
        (
            "#[allow(\n    dead_code,\n    reason = \"x\"\n)]\nfn f() {}",
            0,
        ),
        (
            "// Kept for the next release.\n#[allow(dead_code)]\nfn f() {}",
            0,
        ),
        (&long_function, 1),
        (&blank_lines, 0),
        (&long_file, 1),
    ];
    for (text, expected) in cases {
        let text = format!("//! What it is for.\n{text}");
        let found = style_violations(&Source::new("src/a/b.rs", &text));
        assert_eq!(found.len(), expected, "{text}\n{found:?}");
    }
    let silent = style_violations(&Source::new("src/a/b.rs", "fn f() {}"));
    assert_eq!(silent.len(), 1, "{silent:?}");
}
