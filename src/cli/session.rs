//! What the commands that run an engine have in common: configuration, folder, feeds.
//! Must not start anything.

use std::path::PathBuf;
use std::sync::Arc;

use super::args::{GlobalArgs, SourceArgs};
use super::error::CliError;
use crate::config::{Config, Override};
use crate::domain::{InstrumentKey, QuoteBasis};
use crate::feeds::{self, FeedError, FeedOptions, FeedSpec, recording};
use crate::runtime::RunOptions;

/// Level of the log where none was named.
const LOG_LEVEL: &str = "info";

/// One run, ready to be started.
pub(super) struct Session {
    pub(super) config: Arc<Config>,
    /// `None` keeps nothing on disk.
    pub(super) data_dir: Option<PathBuf>,
    feeds: Vec<FeedSpec>,
    feed_options: FeedOptions,
    only: Vec<InstrumentKey>,
    log_level: &'static str,
}

impl Session {
    pub(super) fn new(
        global: &GlobalArgs,
        source: &SourceArgs,
        overrides: Vec<Override>,
    ) -> Result<Self, CliError> {
        let config = Arc::new(global.load_config(overrides)?.config);
        let feeds = parse_feeds(&config.feeds)?;
        let mut feed_options = FeedOptions::new(Arc::clone(&config));
        if let Some(speed) = source.speed {
            feed_options.speed = speed;
        }
        feed_options.basis = source.basis.unwrap_or(QuoteBasis::Mid);
        feed_options.scenario = source.scenario;
        feed_options.strict = source.strict;
        feed_options.start = source.start;
        feed_options.duration_ns = source
            .duration
            .map(|it| i64::try_from(it.as_nanos()).unwrap_or(i64::MAX));
        feed_options.recordings = global.data_dir().ok().map(|it| recording::folder(&it));
        let data_dir = if config.store.enabled {
            Some(global.data_dir()?)
        } else {
            None
        };
        let session = Self {
            config,
            data_dir,
            feeds,
            feed_options,
            only: source.instrument.clone(),
            log_level: global.log.map_or(LOG_LEVEL, super::args::LogLevel::as_str),
        };
        session.check_instruments()?;
        Ok(session)
    }

    pub(super) const fn log_level(&self) -> &'static str {
        self.log_level
    }

    pub(super) fn options(&self, exit_at_end: bool, has_screen: bool) -> RunOptions {
        RunOptions {
            data_dir: self.data_dir.clone(),
            fresh: false,
            feeds: self.feeds.clone(),
            feed_options: FeedOptions {
                has_history: has_screen,
                ..self.feed_options.clone()
            },
            only: self.only.clone(),
            exit_at_end,
            has_screen,
        }
    }

    /// A live feed has no end of its own, and a run that goes on in silence would not keep its word.
    pub(super) fn check_duration(&self) -> Result<(), CliError> {
        match self.feeds.iter().find(|feed| feed.is_live()) {
            None => Ok(()),
            Some(feed) => Err(CliError::Usage(format!(
                "--duration ends tapes and the simulator, and {feed} is live: leave --duration out"
            ))),
        }
    }

    /// An instrument that no feed will list is a mistake that is better told now.
    fn check_instruments(&self) -> Result<(), CliError> {
        if self.only.is_empty() || self.feeds.iter().any(FeedSpec::is_live) {
            return Ok(());
        }
        let mut known = Vec::new();
        for feed in &self.feeds {
            let listed = feeds::instruments(feed, &self.feed_options).map_err(feed_error)?;
            known.extend(listed.into_iter().map(|instrument| instrument.key));
        }
        for key in &self.only {
            if !known.contains(key) {
                let names: Vec<String> = known.iter().map(ToString::to_string).collect();
                return Err(CliError::Usage(format!(
                    "no feed lists {key}; they list {}",
                    names.join(", ")
                )));
            }
        }
        Ok(())
    }
}

/// The feeds that these texts name.
pub(super) fn parse_feeds(texts: &[String]) -> Result<Vec<FeedSpec>, CliError> {
    texts
        .iter()
        .map(|text| text.parse().map_err(feed_error))
        .collect()
}

/// A feed's error as the command line reports it: what was typed wrong is usage.
pub(super) fn feed_error(error: FeedError) -> CliError {
    match error {
        FeedError::InvalidSpec { .. }
        | FeedError::UnknownKind { .. }
        | FeedError::InvalidSpeed { .. }
        | FeedError::UnknownSession { .. } => CliError::Usage(error.to_string()),
        other => CliError::Failure(other.to_string()),
    }
}

/// The runtime of feeds and screen; the engine has a thread of its own.
pub(super) fn runtime() -> Result<tokio::runtime::Runtime, CliError> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::failed("the threads of the feeds cannot be started", error))
}
