//! Applies sources one after another to the tree of values, and gathers what is wrong.
//! Must not read files or the environment.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::check;
use super::error::Problem;
use super::keys::{self, KEYS, KeySpec, LISTS};
use super::kind::Raw;
use super::model::{Config, Mode};
use super::nearest::nearest;
use super::source::{Origin, place_in_file};

/// Variables that begin like ours and are not configuration: the tests' data folder and switches.
const OTHER_VARIABLES: &[&str] = &["TITAN_DATA", "TITAN_REQUIRE_DATA"];
const PAPER_TRADE_MODE: &str = "PAPER_TRADE_MODE";

/// A configuration in the making.
pub(super) struct Builder {
    pub(super) tree: Table,
    pub(super) origins: BTreeMap<String, Origin>,
    /// Keys whose value was refused: the default that stands there instead is not checked again.
    failed: BTreeSet<String>,
    pub(super) problems: Vec<Problem>,
}

/// A parsed file with what is needed to name a place in it.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn origin(&self, offset: usize) -> Origin {
        place_in_file(self.path, self.text, offset)
    }
}

impl Builder {
    /// On top of the defaults.
    pub(super) fn new(defaults: Table) -> Self {
        Self {
            tree: defaults,
            origins: BTreeMap::new(),
            failed: BTreeSet::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, origin: &Origin, message: String) {
        self.problems.push(Problem {
            place: origin.to_string(),
            message,
        });
    }

    pub(super) fn apply_file(&mut self, path: &Path, text: &str) {
        // Some editors put a byte order mark in front, which TOML does not know.
        let source = Source {
            path,
            text: text.strip_prefix('\u{feff}').unwrap_or(text),
        };
        let (table, errors) = DeTable::parse_recoverable(source.text);
        for error in &errors {
            let origin = source.origin(error.span().map_or(0, |span| span.start));
            let message = error.message().replace('\n', "; ");
            self.problem(&origin, message);
        }
        // What the parser recovered after an error is a guess: its keys would be reported as
        // unknown although the fault is the line before.
        if errors.is_empty() {
            self.apply_table(&source, table.get_ref(), "");
        }
    }

    fn apply_table(&mut self, source: &Source<'_>, table: &DeTable<'_>, prefix: &str) {
        // The table is sorted by name; problems shall come in the order of the file.
        let mut entries: Vec<_> = table.iter().collect();
        entries.sort_by_key(|(name, _)| name.span().start);
        for (name, value) in entries {
            let origin = source.origin(name.span().start);
            let path = join(prefix, name.get_ref());
            let pattern = keys::pattern(&path);
            if let Some(spec) = keys::find(&pattern) {
                self.set(spec, &path, &Raw::from_toml(value.get_ref()), origin);
            } else if LISTS.contains(&pattern.as_str()) {
                self.apply_list(source, &path, value, &origin);
            } else if keys::is_section(&pattern) {
                match value.get_ref() {
                    DeValue::Table(inner) => self.apply_table(source, inner, &path),
                    other => {
                        let shown = Raw::from_toml(other).shown();
                        self.problem(
                            &origin,
                            format!("{path} = {shown}: write a table, [{path}]"),
                        );
                    }
                }
            } else {
                self.unknown(&origin, &path, |path| path.to_owned());
            }
        }
    }

    fn apply_list(
        &mut self,
        source: &Source<'_>,
        path: &str,
        value: &Spanned<DeValue<'_>>,
        origin: &Origin,
    ) {
        let tables = value.get_ref().as_array().and_then(|items| {
            let mut tables = Vec::new();
            for item in items {
                tables.push((item.span().start, item.get_ref().as_table()?));
            }
            Some(tables)
        });
        let (Some(tables), Ok(element)) = (tables, keys::element_defaults(path)) else {
            let shown = Raw::from_toml(value.get_ref()).shown();
            self.problem(
                origin,
                format!("{path} = {shown}: write tables, [[{path}]]"),
            );
            return;
        };
        let elements = vec![Value::Table(element); tables.len()];
        self.tree.insert(path.to_owned(), Value::Array(elements));
        self.origins.insert(path.to_owned(), origin.clone());
        for (index, (offset, table)) in tables.iter().enumerate() {
            let place = format!("{path}.{index}");
            self.origins.insert(place.clone(), source.origin(*offset));
            self.apply_table(source, table, &place);
        }
    }

    pub(super) fn apply_environment(&mut self, environment: &[(String, String)]) {
        let mut environment: Vec<&(String, String)> = environment.iter().collect();
        // The order of a process's environment is not defined; messages shall be.
        environment.sort();
        for (name, value) in &environment {
            let Some(rest) = name.strip_prefix("TITAN_") else {
                continue;
            };
            let path = rest.to_lowercase().replace("__", ".");
            let known = keys::find(&keys::pattern(&path)).is_some();
            // Secrets live in the environment, under names that are not keys.
            if !known && (OTHER_VARIABLES.contains(&name.as_str()) || keys::looks_secret(rest)) {
                continue;
            }
            let origin = Origin::Environment(name.clone());
            self.apply_text(&path, value, &origin, keys::variable);
        }
        if let Some((_, value)) = environment
            .iter()
            .find(|(name, _)| name == PAPER_TRADE_MODE)
        {
            self.apply_paper_trade_mode(value);
        }
    }

    /// The switch that other programs of this family share.
    fn apply_paper_trade_mode(&mut self, value: &str) {
        let origin = Origin::Environment(PAPER_TRADE_MODE.to_owned());
        let mode = match value.trim().to_lowercase().as_str() {
            "true" => "paper",
            "false" => "live",
            _ => {
                let shown = Raw::Loose(value.to_owned()).shown();
                self.problem(
                    &origin,
                    format!("mode from {shown}: allowed is true or false"),
                );
                return;
            }
        };
        let other = self.origins.get("mode").cloned();
        let current = self.tree.get("mode").and_then(Value::as_str);
        if let (Some(Origin::Environment(name)), true) = (other, current != Some(mode)) {
            let message = format!("says {mode} and {name} says otherwise: unset one of the two");
            self.problem(&origin, message);
            return;
        }
        self.apply_text("mode", mode, &origin, keys::variable);
    }

    /// A value from a variable or a flag; `name` shows a path the way the user wrote it.
    pub(super) fn apply_text(
        &mut self,
        path: &str,
        text: &str,
        origin: &Origin,
        name: fn(&str) -> String,
    ) {
        let pattern = keys::pattern(path);
        match keys::find(&pattern) {
            Some(_) if keys::value_at(&self.tree, path).is_none() => {
                let message = format!("{path}: there is no such table; write it in the file first");
                self.problem(origin, message);
            }
            Some(spec) => self.set(spec, path, &Raw::from_text(text), origin.clone()),
            None => self.unknown(origin, path, name),
        }
    }

    fn set(&mut self, spec: &KeySpec, path: &str, raw: &Raw, origin: Origin) {
        match spec.kind.accept(raw) {
            Some(value) => {
                if let Some(slot) = keys::value_at_mut(&mut self.tree, path) {
                    *slot = value;
                }
                self.failed.remove(path);
                self.origins.insert(path.to_owned(), origin);
            }
            None => {
                // An address may hold a password.
                let shown = if spec.path == check::REDIS_URL {
                    "(not shown)".to_owned()
                } else {
                    raw.shown()
                };
                let message = format!("{path} = {shown}: allowed is {}", spec.kind.allowed());
                self.failed.insert(path.to_owned());
                self.problem(&origin, message);
            }
        }
    }

    fn unknown(&mut self, origin: &Origin, path: &str, name: fn(&str) -> String) {
        let leaf = path.rsplit('.').next().unwrap_or(path);
        let pattern = keys::pattern(path);
        let message = if keys::looks_secret(leaf) {
            format!(
                "{path} looks like a secret, which has no place in a configuration: \
                 remove it and give it in the environment or the keyring"
            )
        } else if keys::is_section(&pattern) || LISTS.contains(&pattern.as_str()) {
            format!("{path} is a table: name one of its keys")
        } else {
            let sections = keys::SECTIONS.iter().map(|(section, _)| *section);
            let known = KEYS.iter().map(|spec| spec.path).chain(sections);
            match nearest(&pattern, known) {
                Some(near) => {
                    // The nearest key of the same table, not of the first one.
                    let index = path.split('.').find(|part| part.parse::<usize>().is_ok());
                    let near = near.replace("[]", &format!(".{}", index.unwrap_or("0")));
                    let near = name(&near);
                    format!("unknown key {path}; did you mean {near}?")
                }
                None => format!("unknown key {path}; `titan-tui config init --stdout` lists all"),
            }
        };
        self.problem(origin, message);
    }

    pub(super) fn check(&mut self, config: &Config) {
        let mut found = check::check(config);
        if config.mode == Mode::Live {
            found.push((
                "mode".to_owned(),
                "mode = \"live\": this build trades on paper only; set mode = \"paper\"".to_owned(),
            ));
        }
        let origin = self
            .origins
            .get(check::REDIS_URL)
            .cloned()
            .unwrap_or_default();
        if config.bus.redis.url.contains('@') && !matches!(origin, Origin::Environment(_)) {
            let variable = keys::variable(check::REDIS_URL);
            found.push((
                check::REDIS_URL.to_owned(),
                format!(
                    "{} holds a password: give it in the environment, {variable}",
                    check::REDIS_URL
                ),
            ));
        }
        for (path, message) in found {
            if !self.failed.contains(&path) {
                let origin = self.place(&path);
                self.problem(&origin, message);
            }
        }
    }

    /// Where a value was written, or else the table that lacks it.
    fn place(&self, path: &str) -> Origin {
        let mut path = path;
        loop {
            if let Some(origin) = self.origins.get(path) {
                return origin.clone();
            }
            match path.rsplit_once('.') {
                Some((parent, _)) => path = parent,
                None => return Origin::Default,
            }
        }
    }
}

fn join(prefix: &str, name: &str) -> String {
    if prefix.is_empty() {
        name.to_owned()
    } else {
        format!("{prefix}.{name}")
    }
}
