//! Puts a configuration together: defaults, then the file, then the environment, then flags.
//! Must not stop at the first problem: all are reported at once.

use std::collections::BTreeMap;
use std::path::PathBuf;

use toml::{Table, Value};

use super::builder::Builder;
use super::error::ConfigError;
use super::keys;
use super::model::Config;
use super::paths;
use super::source::{ConfigFile, Origin, Sources};

/// More than any real configuration; a tape given by mistake must not fill the memory.
const FILE_BYTES_MAX: u64 = 1 << 20;

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
    let mut builder = Builder::new(keys::defaults().map_err(|error| internal(&error))?);
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

#[cfg(test)]
mod tests {
    use super::super::source::Override;
    use super::*;

    fn load_from(
        file: &str,
        environment: &[(&str, &str)],
        flags: &[(&str, &str)],
    ) -> Result<Loaded, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        std::fs::write(&path, file).unwrap();
        load(&Sources {
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
        })
    }

    fn problems(file: &str, environment: &[(&str, &str)], flags: &[(&str, &str)]) -> Vec<String> {
        match load_from(file, environment, flags) {
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
            let loaded = load_from(file, environment, flags).unwrap();
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
                "[[strategy]]\n[[strategy]]\nname = \"b\"\ntrad = true",
                "config.toml:4:1: unknown key strategy.1.trad; did you mean strategy.1.trade?",
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
        let loaded = load_from("", &environment, &[]).unwrap();
        assert_eq!(loaded.config.bus.redis.url, "redis://u:hush@h:1");
        assert!(!loaded.config.strategies[1].trade);
        assert!(!loaded.show().contains("hush"));
    }

    #[test]
    fn a_broken_file_names_the_place() {
        let found = problems("seed = 1\nmode = \"paper\n", &[], &[]);
        assert!(found[0].starts_with("config.toml:2:"), "{found:?}");
    }

    #[test]
    fn no_text_makes_it_panic() {
        let template = super::super::template().replace("\n#", "\n");
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("config.toml");
        let starts = template.char_indices().step_by(97).map(|(at, _)| at);
        for at in starts {
            for text in [
                format!("{}\u{fc}", &template[..at]),
                template[at..].to_owned(),
                format!("{}[[[{}", &template[..at], &template[at..]),
            ] {
                std::fs::write(&path, text).unwrap();
                let sources = Sources {
                    file: ConfigFile::At(path.clone()),
                    ..Sources::default()
                };
                if let Err(error) = load(&sources) {
                    assert!(matches!(error, ConfigError::Invalid(_)), "{error}");
                    assert!(!error.to_string().is_empty());
                }
            }
        }
    }
}
