//! What has to be known of a source before it is replayed: its span, how its engine began, and
//! what was decided when it was live.
//! Must not write, and must do without what is not there.

use std::path::Path;
use std::sync::Arc;

use tracing::warn;

use super::decisions::{DecisionBook, DecisionRecord};
use super::{ReplayOptions, ReplaySource};
use crate::config::Config;
use crate::domain::{InstrumentKey, Timestamp};
use crate::engine::Snapshot;
use crate::feeds::recording::{self, Found};
use crate::feeds::{FeedError, FeedOptions, tape};
use crate::runtime::desk::DeskError;
use crate::store::{Archive, Decided, DecidedFilter, StoreError};

/// A source that was looked at.
pub(super) struct Opened {
    /// How the feed is run.
    pub(super) feed_options: FeedOptions,
    /// The engine's state before the first input.
    pub(super) state: Option<Snapshot>,
    /// Event time of the first tick and of the last, where they are known.
    pub(super) span: (Option<Timestamp>, Option<Timestamp>),
    /// What was decided live, oldest first.
    pub(super) live: Vec<DecisionRecord>,
}

/// Looks at the source; a tape is read to its end.
pub(super) fn open(options: &ReplayOptions) -> Result<Opened, DeskError> {
    let mut feed_options = FeedOptions::new(Arc::clone(&options.config));
    feed_options.basis = options.basis;
    let failed = |problem: FeedError| DeskError::Feed {
        feed: options.source.feed().to_string(),
        problem,
    };
    let mut opened = Opened {
        feed_options,
        state: None,
        span: (None, None),
        live: Vec::new(),
    };
    match &options.source {
        ReplaySource::Simulation(begin) => {
            opened.feed_options.start = Some(*begin);
            opened.span = (Some(*begin), None);
        }
        ReplaySource::Tape(path) => {
            let survey = tape::survey(path, &opened.feed_options).map_err(failed)?;
            opened.span = (survey.begin, survey.end);
            let keys: Vec<_> = survey.instruments.iter().map(|it| it.key.clone()).collect();
            opened.feed_options.definitions = survey.instruments.into();
            let filter = DecidedFilter {
                from: survey.begin,
                ..DecidedFilter::default()
            };
            opened.live = decided(options.data_dir.as_deref(), &filter, None);
            opened.live.retain(|row| keys.contains(&row.key.instrument));
        }
        ReplaySource::Session(session) => {
            let folder = options.data_dir.as_deref().map(recording::folder);
            let found = folder
                .as_deref()
                .ok_or(FeedError::NoRecordings)
                .and_then(|folder| recording::find(folder, session))
                .map_err(failed)?;
            of_session(options, &found, &mut opened)?;
            opened.feed_options.recordings = folder;
        }
    }
    let is_wanted = |key: &InstrumentKey| options.only.is_empty() || options.only.contains(key);
    opened.live.retain(|row| is_wanted(&row.key.instrument));
    Ok(opened)
}

fn of_session(
    options: &ReplayOptions,
    found: &Found,
    opened: &mut Opened,
) -> Result<(), DeskError> {
    let failed = |problem: FeedError| DeskError::Feed {
        feed: options.source.feed().to_string(),
        problem,
    };
    opened.span = (found.session.begin(), found.session.end());
    opened.state = found
        .state()
        .map_err(failed)?
        .map(|text| serde_json::from_str(&text))
        .transpose()?;
    // The seed belongs to what was, not to what is tried.
    let config = Config {
        seed: found.session.seed,
        ..(*options.config).clone()
    };
    opened.feed_options.config = Arc::new(config);
    opened.feed_options.seed = found.session.seed;
    opened.feed_options.is_replay = true;
    let filter = DecidedFilter {
        first_sequence: found.first_sequence,
        last_sequence: found.last_sequence,
        ..DecidedFilter::default()
    };
    let born = found.session.store_born;
    opened.live = decided(options.data_dir.as_deref(), &filter, born);
    Ok(())
}

/// What the store says; nothing where there is none, or where it is another than the session's.
fn decided(
    data_dir: Option<&Path>,
    filter: &DecidedFilter,
    born: Option<i64>,
) -> Vec<DecisionRecord> {
    let Some(folder) = data_dir else {
        return Vec::new();
    };
    let read = || -> Result<Option<Decided>, StoreError> {
        let archive = Archive::open_read_only(folder)?;
        if born.is_some() && archive.born()? != born {
            return Ok(None);
        }
        archive.decided(filter).map(Some)
    };
    match read() {
        Ok(Some(decided)) => records(&decided),
        Ok(None) => {
            warn!("the store that was live has been set aside: there is nothing to compare with");
            Vec::new()
        }
        Err(StoreError::Nothing { .. }) => Vec::new(),
        Err(problem) => {
            warn!(%problem, "what was decided live cannot be read");
            Vec::new()
        }
    }
}

fn records(decided: &Decided) -> Vec<DecisionRecord> {
    let mut book = DecisionBook::default();
    for event in &decided.events {
        let id = event.body.instrument();
        book.add(event, id.and_then(|id| decided.instruments.get(&id)));
    }
    book.rows().to_vec()
}
