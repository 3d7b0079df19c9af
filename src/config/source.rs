//! The places a value can come from.
//! Must not decide whether a value is good.

use std::fmt;
use std::path::{Path, PathBuf};

/// Which file is read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum ConfigFile {
    /// The user's own, if it exists.
    #[default]
    Standard,
    /// This one, which must exist.
    At(PathBuf),
    /// None.
    Nothing,
}

/// A value that was given as a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The flag as the user knows it, for messages: `--feed`.
    pub flag: String,
    /// Dotted key: `risk.max_open_positions`.
    pub key: String,
    /// The value as text; lists as TOML arrays or as their short form.
    pub value: String,
}

/// Everything that a configuration is made of, besides the defaults.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sources {
    /// The file.
    pub file: ConfigFile,
    /// Environment variables; the ones that do not concern the configuration are left alone.
    pub environment: Vec<(String, String)>,
    /// Flags, later ones win.
    pub overrides: Vec<Override>,
}

impl Sources {
    /// The environment of this process, the file that `--config` named, and flags.
    pub fn from_process(file: Option<PathBuf>, overrides: Vec<Override>) -> Self {
        let environment = std::env::vars_os()
            .filter_map(|(name, value)| {
                let name = name.into_string().ok()?;
                Some((name, value.to_string_lossy().into_owned()))
            })
            .collect();
        Self {
            file: file.map_or(ConfigFile::Standard, ConfigFile::At),
            environment,
            overrides,
        }
    }
}

/// Where an effective value came from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Origin {
    /// It is built in.
    #[default]
    Default,
    /// A place in a file, counted from 1.
    File {
        /// The file.
        path: PathBuf,
        /// Its line.
        line: usize,
        /// The column in characters.
        column: usize,
    },
    /// An environment variable.
    Environment(String),
    /// A flag.
    Flag(String),
}

/// The place of the byte `offset` of a file's text.
pub fn place_in_file(path: &Path, text: &str, offset: usize) -> Origin {
    let before = text.get(..offset).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Origin::File {
        path: path.to_owned(),
        line: before.matches('\n').count() + 1,
        column: before.get(line_start..).unwrap_or("").chars().count() + 1,
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => formatter.write_str("default"),
            Self::File { path, line, column } => {
                write!(formatter, "{}:{line}:{column}", path.display())
            }
            Self::Environment(name) => write!(formatter, "environment {name}"),
            Self::Flag(flag) => write!(formatter, "flag {flag}"),
        }
    }
}
