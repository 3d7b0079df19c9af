//! The configuration as text: the commented file, the effective values, the reference page.
//! Must not say anything that the table of keys does not.

use std::fmt::Write;

use toml::{Table, Value};

use super::check::REDIS_URL;
use super::keys::{self, KEYS, KeySpec, LISTS, SECTIONS};
use super::kind::Kind;
use super::load::Loaded;

const TEMPLATE_HEAD: &str = "\
# The configuration of titan-tui. Every setting stands here with its default, switched off by a
# `#` without a space behind it: remove it to change the setting. `titan-tui config check` checks
# this file, `titan-tui config show` tells where each value in force came from.
#
# Secrets do not belong here: they come from the environment or the keyring.
";

const INSTRUMENT_EXAMPLE: &str = "\
# [[instrument]]
# exchange = \"NSE\"
# token = \"99926000\"
# symbol = \"NIFTY 50\"
# currency = \"INR\"
# price_scale = 2
# time_zone = \"Asia/Kolkata\"
# open = \"09:15\"
# close = \"15:30\"
# holidays = [\"2026-12-25\"]
";

const REFERENCE_HEAD: &str = "\
# Configuration

Generated from the table of keys in `src/config/keys.rs`; `UPDATE_GOLDEN=1 cargo test --test
integration cli::reference` writes it again.

Values come from four places, and a later one wins over an earlier one:

1. the defaults below;
2. `config.toml` in your configuration folder (`titan-tui config path` says where), or the file
   given with `--config FILE`;
3. environment variables: `TITAN_` and the key in capitals, `__` for each dot
   (`TITAN_RISK__MAX_NOTIONAL_PERCENT=5`), and `PAPER_TRADE_MODE=true|false` for the mode;
4. flags: `--set risk.max_notional_percent=5`, and short ones such as `--feed` and `--seed`.

`titan-tui config init` writes a commented file, `config check` checks what is in force, and
`config show` prints it with the place each value came from. A key that is not known is an error
that names the nearest one; all problems are reported at once, each with its file, line and column.

Decimal numbers may be written with or without quotes; they are read exactly, never through binary
floating point. In a variable or a flag a list is a TOML array (`[60, 300]`) or its items with
commas between them (`60,300`); `feeds` takes spaces instead, because a feed may hold commas. A
table of a list is named by its place, counted from 0: `--set strategy.0.trade=false`. A list of
tables in the file replaces the built-in list as a whole.

Secrets have no key: a key that looks like one is refused. They come from the environment or the
keyring.
";

/// The default of a key as TOML, for one of the tables of its list where it has one.
fn default_text(spec: &KeySpec, element: Option<&Table>, defaults: &Table) -> String {
    let value = match element {
        Some(element) => element.get(spec.leaf()),
        None => keys::value_at(defaults, spec.path),
    };
    value.map_or_else(String::new, |value| value_text(spec, value))
}

fn value_text(spec: &KeySpec, value: &Value) -> String {
    match (spec.kind, value) {
        (Kind::Decimal(..), Value::String(number)) => number.clone(),
        (_, Value::String(text)) if spec.path == REDIS_URL => {
            Value::String(without_password(text)).to_string()
        }
        _ => value.to_string(),
    }
}

fn without_password(url: &str) -> String {
    match (url.split_once("://"), url.rsplit_once('@')) {
        (Some((scheme, _)), Some((_, host))) => format!("{scheme}://***@{host}"),
        _ => url.to_owned(),
    }
}

/// A commented configuration file; with every setting switched on it equals the defaults.
pub fn template() -> String {
    let defaults = keys::defaults().unwrap_or_default();
    let mut text = TEMPLATE_HEAD.to_owned();
    for spec in KEYS.iter().filter(|spec| spec.section().is_empty()) {
        let value = default_text(spec, None, &defaults);
        let _ = write!(text, "\n{}#{} = {value}\n", comment(spec), spec.path);
    }
    for (section, about) in SECTIONS {
        let _ = write!(text, "\n# {about}\n");
        if *section == "instrument" {
            text.push_str(INSTRUMENT_EXAMPLE);
            for spec in in_section(section) {
                let allowed = spec.kind.allowed();
                let _ = writeln!(text, "# {}: {}", spec.leaf(), spec.doc);
                let _ = writeln!(text, "#     Allowed: {allowed}.");
            }
        } else if LISTS.contains(section) {
            let elements = defaults.get(*section).and_then(Value::as_array);
            for (index, element) in elements.into_iter().flatten().enumerate() {
                let _ = writeln!(text, "#[[{section}]]");
                for spec in in_section(section) {
                    let value = default_text(spec, element.as_table(), &defaults);
                    // The meaning of each key once is enough.
                    let comment = if index == 0 {
                        comment(spec)
                    } else {
                        String::new()
                    };
                    let _ = writeln!(text, "{comment}#{} = {value}", spec.leaf());
                }
            }
        } else {
            let _ = writeln!(text, "[{section}]");
            for spec in in_section(section) {
                let value = default_text(spec, None, &defaults);
                let _ = writeln!(text, "{}#{} = {value}", comment(spec), spec.leaf());
            }
        }
    }
    text
}

fn in_section<'a>(section: &'a str) -> impl Iterator<Item = &'static KeySpec> + 'a {
    KEYS.iter().filter(move |spec| spec.section() == section)
}

fn comment(spec: &KeySpec) -> String {
    format!("# {}\n# Allowed: {}.\n", spec.doc, spec.kind.allowed())
}

/// The page `docs/configuration.md`.
pub fn reference() -> String {
    let defaults = keys::defaults().unwrap_or_default();
    let mut text = REFERENCE_HEAD.to_owned();
    let sections = std::iter::once(&("", "")).chain(SECTIONS);
    for (section, about) in sections {
        let heading = match *section {
            "" => "Top level".to_owned(),
            list if LISTS.contains(&list) => format!("`[[{list}]]`"),
            table => format!("`[{table}]`"),
        };
        let _ = write!(text, "\n## {heading}\n\n");
        if !about.is_empty() {
            let _ = write!(text, "{about}\n\n");
        }
        text.push_str(
            "| Key | Default | Allowed | Environment | Meaning |\n|---|---|---|---|---|\n",
        );
        let element = keys::element_defaults(section)
            .ok()
            .filter(|_| LISTS.contains(section));
        for spec in in_section(section) {
            let _ = writeln!(
                text,
                "| `{}` | `{}` | {} | `{}` | {} |",
                spec.leaf(),
                default_text(spec, element.as_ref(), &defaults),
                spec.kind.allowed(),
                spec.variable(),
                spec.doc,
            );
        }
    }
    text
}

impl Loaded {
    /// The values in force as TOML, each with its origin behind it.
    pub fn show(&self) -> String {
        let mut text = String::new();
        for spec in KEYS.iter().filter(|spec| !spec.path.contains("[]")) {
            self.show_key(&mut text, spec, spec.path, spec.path);
        }
        for list in LISTS {
            let count = self.list_len(list);
            if count == 0 {
                let _ = writeln!(text, "{list} = []  # {}", self.origin(list));
            }
        }
        for list in LISTS {
            for index in 0..self.list_len(list) {
                let _ = write!(text, "\n[[{list}]]\n");
                for spec in in_section(list) {
                    let path = format!("{list}.{index}.{}", spec.leaf());
                    self.show_key(&mut text, spec, &path, spec.leaf());
                }
            }
        }
        text
    }

    /// The values in force as `{key: {value, origin}}`.
    pub fn show_json(&self) -> serde_json::Value {
        let mut all = serde_json::Map::new();
        let mut add = |spec: &KeySpec, path: String| {
            let Some(value) = keys::value_at(&self.tree, &path) else {
                return;
            };
            let value = if spec.path == REDIS_URL {
                let url = value.as_str().map(without_password);
                serde_json::Value::from(url)
            } else {
                serde_json::to_value(value).unwrap_or_default()
            };
            let origin = self.origin(&path).to_string();
            all.insert(path, serde_json::json!({"value": value, "origin": origin}));
        };
        for spec in KEYS {
            match spec.path.split_once("[].") {
                None => add(spec, spec.path.to_owned()),
                Some((list, leaf)) => {
                    for index in 0..self.list_len(list) {
                        add(spec, format!("{list}.{index}.{leaf}"));
                    }
                }
            }
        }
        serde_json::Value::Object(all)
    }

    fn list_len(&self, list: &str) -> usize {
        self.tree
            .get(list)
            .and_then(Value::as_array)
            .map_or(0, Vec::len)
    }

    fn show_key(&self, text: &mut String, spec: &KeySpec, path: &str, name: &str) {
        if let Some(value) = keys::value_at(&self.tree, path) {
            let setting = format!("{name} = {}", value_text(spec, value));
            let _ = writeln!(text, "{setting:<44}  # {}", self.origin(path));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Config, ConfigFile, Sources, load};
    use super::*;

    fn loaded(text: &str) -> Loaded {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, text).unwrap();
        load(&Sources {
            file: ConfigFile::At(path),
            ..Sources::default()
        })
        .unwrap()
    }

    #[test]
    fn the_template_switched_on_equals_the_defaults() {
        assert_eq!(loaded(&template()).config, Config::default());
        let switched_on: String = template()
            .lines()
            .map(|line| match line.strip_prefix('#') {
                Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
                _ => format!("{line}\n"),
            })
            .collect();
        let all = loaded(&switched_on);
        assert_eq!(all.config, Config::default());
        let given = KEYS.iter().filter(|spec| spec.section() != "instrument");
        for spec in given {
            let path = spec.path.replace("[]", ".1");
            assert_ne!(all.origin(&path).to_string(), "default", "{path}");
        }
    }

    #[test]
    fn the_instrument_example_is_a_good_instrument() {
        let example = INSTRUMENT_EXAMPLE.replace("# ", "");
        let config = loaded(&example).config;
        assert_eq!(config.instruments.len(), 1);
    }

    #[test]
    fn what_is_shown_can_be_loaded_again() {
        let first = loaded("seed = 7\ninstrument = []\n[risk]\nmax_drawdown_percent = 7.5\n");
        let again = loaded(&first.show());
        assert_eq!(again.config, first.config);
    }
}
