//! Why a command ended without success.
//! Must not decide how it is shown beyond its one line.

use std::error::Error;
use std::io;

use thiserror::Error;

use crate::config::ConfigError;

/// The failure of a command.
#[derive(Debug, Error)]
pub enum CliError {
    /// What was typed makes no sense.
    #[error("{0}")]
    Usage(String),
    /// The configuration is not good.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// Something went wrong that has a cause of its own, which `-v` shows.
    #[error("{what}: {source}")]
    Failed {
        /// What was tried, and the remedy where there is one.
        what: String,
        /// Why it did not work.
        source: Box<dyn Error + Send + Sync>,
    },
    /// Something went wrong; all is said.
    #[error("{0}")]
    Failure(String),
    /// The output cannot be written.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// A signal ended the screen; everything was written before.
    #[error("ended by signal {0}")]
    Signal(i32),
}

impl CliError {
    /// With what was tried.
    pub fn failed(
        what: impl Into<String>,
        source: impl Into<Box<dyn Error + Send + Sync>>,
    ) -> Self {
        Self::Failed {
            what: what.into(),
            source: source.into(),
        }
    }

    /// 2 for bad usage or configuration, 1 for failure.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Usage(_) | Self::Config(_) => 2,
            Self::Signal(number) => u8::try_from(*number).map_or(1, |it| it.saturating_add(128)),
            _ => 1,
        }
    }

    /// Whether the reader of the output went away, as `head` does; that is no failure.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Output(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }
}
