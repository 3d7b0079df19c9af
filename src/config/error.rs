//! What can be wrong with a configuration.
//! Must not print the value of anything that may be a secret.

use std::fmt;
use std::path::PathBuf;

use thiserror::Error;

/// One thing that is wrong, and where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// `FILE:LINE:COLUMN`, the name of a variable, or a flag.
    pub place: String,
    /// The key, its value, and what is allowed or what to do.
    pub message: String,
}

impl fmt::Display for Problem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.place, self.message)
    }
}

/// Why there is no configuration.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// A file that was named, or that exists, cannot be read.
    #[error("cannot read the configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is too large to be a configuration.
    #[error("{} has {bytes} bytes: a configuration has at most {limit}; name another with --config", path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size.
        bytes: u64,
        /// The largest that is read.
        limit: u64,
    },
    /// Every problem that was found, one a line.
    #[error("{}", lines(.0))]
    Invalid(Vec<Problem>),
    /// The defaults of this build contradict themselves; a fault of the program.
    #[error("the configuration cannot be put together: {0}; please report this")]
    Internal(String),
}

fn lines(problems: &[Problem]) -> String {
    let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
    lines.join("\n")
}
