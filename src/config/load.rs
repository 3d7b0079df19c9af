//! Puts a configuration together: defaults, then the file, then the environment, then flags.
//! Must not stop at the first problem: all are reported at once.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use toml::de::{DeTable, DeValue};
use toml::{Spanned, Table, Value};

use super::check;
use super::error::{ConfigError, Problem};
use super::keys::{self, KEYS, KeySpec, LISTS};
use super::kind::Raw;
use super::model::{Config, Mode};
use super::nearest::nearest;
use super::paths;
use super::source::{ConfigFile, Origin, Sources};

/// More than any real configuration; a tape given by mistake must not fill the memory.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// Variables that begin like ours and are not configuration: the tests' data folder and switches.
const OTHER_VARIABLES: &[&str] = &["TITAN_DATA", "TITAN_REQUIRE_DATA"];
const PAPER_TRADE_MODE: &str = "PAPER_TRADE_MODE";

/// A checked configuration and where each value came from.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The effective values.
    pub config: Config,
    /// The file that was read, if there was one.
    pub file: Option<PathBuf>,
    pub(super) tree: Table,
    pub(super) origins: BTreeMap<String, Origin>,
}

impl Loaded {
    /// Where the value at a path such as `strategy.0.kind` came from.
    pub fn origin(&self, path: &str) -> &Origin {
        self.origins.get(path).unwrap_or(&Origin::Default)
    }
}

/// Reads and checks everything that `sources` name.
///
/// # Errors
/// When the file cannot be read, or with every problem that was found.
pub fn load(sources: &Sources) -> Result<Loaded, ConfigError> {
    let internal = |error: &dyn std::fmt::Display| ConfigError::Internal(error.to_string());
    let mut builder = Builder {
        tree: keys::defaults().map_err(|error| internal(&error))?,
        origins: BTreeMap::new(),
        failed: BTreeSet::new(),
        problems: Vec::new(),
    };
    let file = read(&sources.file)?;
    if let Some((path, text)) = &file {
        builder.apply_file(path, text);
    }
    builder.apply_environment(&sources.environment);
    for item in &sources.overrides {
        let origin = Origin::Flag(item.flag.clone());
        builder.apply_text(&item.key, &item.value, &origin, |path| path.to_owned());
    }
    let config: Config = Value::Table(builder.tree.clone())
        .try_into()
        .map_err(|error| internal(&error))?;
    builder.check(&config);
    if builder.problems.is_empty() {
        Ok(Loaded {
            config,
            file: file.map(|(path, _)| path),
            tree: builder.tree,
            origins: builder.origins,
        })
    } else {
        Err(ConfigError::Invalid(builder.problems))
    }
}

fn read(file: &ConfigFile) -> Result<Option<(PathBuf, String)>, ConfigError> {
    let (path, required) = match file {
        ConfigFile::Nothing => return Ok(None),
        ConfigFile::At(path) => (path.clone(), true),
        ConfigFile::Standard => match paths::config_file() {
            Some(path) => (path, false),
            None => return Ok(None),
        },
    };
    let size = std::fs::metadata(&path).map(|metadata| metadata.len());
    if let Ok(bytes) = size
        && bytes > FILE_BYTES_MAX
    {
        let limit = FILE_BYTES_MAX;
        return Err(ConfigError::TooLarge { path, bytes, limit });
    }
    match std::fs::read_to_string(&path) {
        Ok(text) => Ok(Some((path, text))),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound && !required => Ok(None),
        Err(source) => Err(ConfigError::Read { path, source }),
    }
}

struct Builder {
    tree: Table,
    origins: BTreeMap<String, Origin>,
    /// Keys whose value was refused: the default that stands there instead is not checked again.
    failed: BTreeSet<String>,
    problems: Vec<Problem>,
}

/// A parsed file with what is needed to name a place in it.
struct Source<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Source<'_> {
    fn origin(&self, offset: usize) -> Origin {
        let before = self.text.get(..offset).unwrap_or(self.text);
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Origin::File {
            path: self.path.to_owned(),
            line: before.matches('\n').count() + 1,
            column: before.get(line_start..).unwrap_or("").chars().count() + 1,
        }
    }
}

impl Builder {
    fn problem(&mut self, origin: &Origin, message: String) {
        self.problems.push(Problem {
            place: origin.to_string(),
            message,
        });
    }

    fn apply_file(&mut self, path: &Path, text: &str) {
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

    fn apply_environment(&mut self, environment: &[(String, String)]) {
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
    fn apply_text(&mut self, path: &str, text: &str, origin: &Origin, name: fn(&str) -> String) {
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
                    let near = name(&near.replace("[]", ".0"));
                    format!("unknown key {path}; did you mean {near}?")
                }
                None => format!("unknown key {path}; `titan-tui config init --stdout` lists all"),
            }
        };
        self.problem(origin, message);
    }

    fn check(&mut self, config: &Config) {
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

#[cfg(test)]
mod tests {
    use super::super::source::Override;
    use super::*;

    fn sources(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Sources {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.keep().join("config.toml");
        std::fs::write(&path, file).unwrap();
        Sources {
            file: ConfigFile::At(path),
            environment: environment
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            overrides: flags
                .iter()
                .map(|(key, value)| Override {
                    flag: "--set".to_owned(),
                    key: (*key).to_owned(),
                    value: (*value).to_owned(),
                })
                .collect(),
        }
    }

    fn problems(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Vec<String> {
        match load(&sources(file, environment, flags)) {
            Err(ConfigError::Invalid(problems)) => problems
                .iter()
                .map(|problem| {
                    let place = problem.place.rsplit('/').next().unwrap();
                    format!("{place}: {}", problem.message)
                })
                .collect(),
            other => panic!("{file:?} gave {other:?}"),
        }
    }

    #[test]
    fn nothing_at_all_is_the_default() {
        let loaded = load(&Sources {
            file: ConfigFile::Nothing,
            ..Sources::default()
        });
        assert_eq!(loaded.unwrap().config, Config::default());
    }

    #[test]
    fn later_sources_win() {
        let file = "seed = 1\n[risk]\nmax_open_positions = 1\n";
        let steps = [
            (&[][..], &[][..], 1, "file"),
            (
                &[("TITAN_RISK__MAX_OPEN_POSITIONS", "2")][..],
                &[][..],
                2,
                "environment",
            ),
            (
                &[("TITAN_RISK__MAX_OPEN_POSITIONS", "2")][..],
                &[
                    ("risk.max_open_positions", "3"),
                    ("risk.max_open_positions", "4"),
                ][..],
                4,
                "flag",
            ),
        ];
        for (environment, flags, expected, origin) in steps {
            let loaded = load(&sources(file, environment, flags)).unwrap();
            assert_eq!(loaded.config.risk.max_open_positions, expected);
            let shown = loaded.origin("risk.max_open_positions").to_string();
            assert!(
                shown.starts_with(origin) || shown.ends_with("config.toml:3:1"),
                "{shown}"
            );
            assert_eq!(loaded.config.seed, 1);
            assert_eq!(loaded.origin("desk.clock"), &Origin::Default);
        }
    }

    #[test]
    fn each_problem_of_a_file_has_its_place_and_its_remedy() {
        let cases = [
            (
                "moed = 1",
                "config.toml:1:1: unknown key moed; did you mean mode?",
            ),
            (
                "[risk]\n  max_notionl_percent = 5",
                "config.toml:2:3: unknown key risk.max_notionl_percent; \
                 did you mean risk.max_notional_percent?",
            ),
            (
                "risk = 5",
                "config.toml:1:1: risk = 5: write a table, [risk]",
            ),
            (
                "[rsk]\na = 1\nb = 2",
                "config.toml:1:2: unknown key rsk; did you mean risk?",
            ),
            (
                "strategy = 5",
                "config.toml:1:1: strategy = 5: write tables, [[strategy]]",
            ),
            (
                "risk.max_drawdown_percent = -1",
                "config.toml:1:6: risk.max_drawdown_percent = -1: \
                 allowed is a decimal number, 0 to 100",
            ),
            (
                "desk.clock = \"yes\"",
                "config.toml:1:6: desk.clock = \"yes\": allowed is true or false",
            ),
            (
                "market.timeframes_s = [60, 4]",
                "config.toml:1:8: market.timeframes_s = [60, 4]: \
                 allowed is a list of different whole numbers, 5 to 86400",
            ),
            (
                "mode = \"live\"",
                "config.toml:1:1: mode = \"live\": this build trades on paper only; \
                 set mode = \"paper\"",
            ),
            (
                "[binance]\napi_key = \"x\"",
                "config.toml:2:1: binance.api_key looks like a secret, which has no place in a \
                 configuration: remove it and give it in the environment or the keyring",
            ),
            (
                "[bus.redis]\nurl = \"redis://u:hush@h\"",
                "config.toml:2:1: bus.redis.url holds a password: \
                 give it in the environment, TITAN_BUS__REDIS__URL",
            ),
        ];
        for (file, expected) in cases {
            assert_eq!(problems(file, &[], &[]), [expected], "{file}");
        }
    }

    #[test]
    fn variables_and_flags_name_themselves() {
        let cases: [(&[_], &[_], &str); 6] = [
            (
                &[("TITAN_RISK__MAX_NOTIONL_PERCENT", "5")],
                &[],
                "environment TITAN_RISK__MAX_NOTIONL_PERCENT: \
                 unknown key risk.max_notionl_percent; \
                 did you mean TITAN_RISK__MAX_NOTIONAL_PERCENT?",
            ),
            (
                &[("PAPER_TRADE_MODE", "no")],
                &[],
                "environment PAPER_TRADE_MODE: mode from \"no\": allowed is true or false",
            ),
            (
                &[("PAPER_TRADE_MODE", "false")],
                &[],
                "environment PAPER_TRADE_MODE: mode = \"live\": this build trades on paper only; \
                 set mode = \"paper\"",
            ),
            (
                &[("PAPER_TRADE_MODE", "false"), ("TITAN_MODE", "paper")],
                &[],
                "environment PAPER_TRADE_MODE: says live and TITAN_MODE says otherwise: \
                 unset one of the two",
            ),
            (
                &[],
                &[("strategy.7.trade", "false")],
                "flag --set: strategy.7.trade: there is no such table; write it in the file first",
            ),
            (
                &[],
                &[("risk", "1")],
                "flag --set: risk is a table: name one of its keys",
            ),
        ];
        for (environment, flags, expected) in cases {
            assert_eq!(problems("", environment, flags), [expected]);
        }
    }

    #[test]
    fn all_problems_come_at_once_in_order() {
        let file = "seed = -1\nmoed = 2\n[[instrument]]\nexchange = \"A:B\"\n";
        let found = problems(file, &[("TITAN_DESK__CLOCK", "maybe")], &[("seed", "x")]);
        let places: Vec<&str> = found
            .iter()
            .map(|line| line.split(": ").next().unwrap())
            .collect();
        let expected = [
            "config.toml:1:1",
            "config.toml:2:1",
            "config.toml:4:1",
            "environment TITAN_DESK__CLOCK",
            "flag --set",
            "config.toml:3:1",
        ];
        assert_eq!(places, expected, "{found:#?}");
    }

    #[test]
    fn secrets_in_the_environment_are_left_alone() {
        let environment = [
            ("TITAN_BINANCE_API_KEY", "hush"),
            ("TITAN_DATA", "/data"),
            ("TITAN_BUS__REDIS__URL", "redis://u:hush@h:1"),
            ("TITAN_STRATEGY__1__TRADE", "false"),
        ];
        let loaded = load(&sources("", &environment, &[])).unwrap();
        assert_eq!(loaded.config.bus.redis.url, "redis://u:hush@h:1");
        assert!(!loaded.config.strategies[1].trade);
        assert!(!loaded.show().contains("hush"));
    }

    #[test]
    fn a_broken_file_names_the_place() {
        let found = problems("seed = 1\nmode = \"paper\n", &[], &[]);
        assert!(found[0].starts_with("config.toml:2:"), "{found:?}");
    }
}
