//! The folder of recorded sessions: what there is, which one is meant, what has to go.
//! Must not read ticks.

use std::path::{Path, PathBuf};

use jiff::civil::Date;

use super::session::{DayFile, SessionFile, VERSION, read_state};
use crate::feeds::error::FeedError;

/// The folder of recordings within a data folder.
pub fn folder(data_dir: &Path) -> PathBuf {
    data_dir.join("sessions")
}

/// What lies in one folder of the recordings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Name of the folder.
    pub id: String,
    /// What it says of itself, or why that cannot be read.
    pub session: Result<SessionFile, String>,
}

/// Every recorded session, oldest first; none where the folder is missing.
pub fn list(recordings: &Path) -> Vec<Listed> {
    let Ok(entries) = std::fs::read_dir(recordings) else {
        return Vec::new();
    };
    let mut found: Vec<Listed> = entries
        .filter_map(Result::ok)
        .filter(|entry| entry.path().is_dir())
        .map(|entry| Listed {
            id: entry.file_name().to_string_lossy().into_owned(),
            session: SessionFile::read(&entry.path()).map_err(|error| error.to_string()),
        })
        .collect();
    found.sort_by(|one, other| one.id.cmp(&other.id));
    found
}

/// A session, or one day of it, that is to be played.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where its files are.
    pub folder: PathBuf,
    /// What it says of itself; of its days, those that are to be played.
    pub session: SessionFile,
    /// Number of the first event that came of it.
    pub first_sequence: u64,
    /// Number of the last, where it is known.
    pub last_sequence: Option<u64>,
}

impl Found {
    /// The engine's state before the first input, as the engine wrote it; `None` for an engine that
    /// had seen nothing.
    ///
    /// # Errors
    /// When the file is missing or damaged.
    pub fn state(&self) -> Result<Option<String>, FeedError> {
        let Some(day) = self.session.days.first().filter(|day| day.has_state) else {
            return Ok(None);
        };
        let path = self.folder.join(day.state_file());
        read_state(&path)
            .map(Some)
            .map_err(|error| FeedError::Unreadable {
                path,
                reason: error.to_string(),
            })
    }
}

/// The session that `text` means: an ID or the begin of one, a date for the session recorded that
/// day (of which that day alone is meant), or `last`.
///
/// # Errors
/// When there is none, more than one, or it cannot be read.
pub fn find(recordings: &Path, text: &str) -> Result<Found, FeedError> {
    let unknown = |hint: String| FeedError::UnknownSession {
        text: text.to_owned(),
        hint,
    };
    let listed = list(recordings);
    let is_date = text.len() == 10 && text.parse::<Date>().is_ok();
    let matches: Vec<&Listed> = if text == "last" {
        listed.last().into_iter().collect()
    } else if let Some(exact) = listed.iter().find(|it| it.id == text) {
        vec![exact]
    } else if is_date {
        let has_day = |days: &[DayFile]| days.iter().any(|day| day.date == text);
        let recorded = |it: &&Listed| it.session.as_ref().is_ok_and(|it| has_day(&it.days));
        listed.iter().filter(recorded).collect()
    } else {
        listed.iter().filter(|it| it.id.starts_with(text)).collect()
    };
    let one = match matches.as_slice() {
        [one] => *one,
        [] if listed.is_empty() => {
            let place = recordings.display();
            return Err(unknown(format!("nothing is recorded in {place}")));
        }
        [] => {
            return Err(unknown(
                "`titan-tui sessions` lists what there is".to_owned(),
            ));
        }
        several => {
            let names: Vec<&str> = several.iter().map(|it| it.id.as_str()).collect();
            return Err(unknown(format!("it may be {}", names.join(" or "))));
        }
    };
    let folder = recordings.join(&one.id);
    let mut session = one
        .session
        .clone()
        .map_err(|reason| FeedError::Unreadable {
            path: folder.clone(),
            reason,
        })?;
    if session.version > VERSION {
        return Err(FeedError::Unreadable {
            path: folder,
            reason: format!(
                "it has form {} and is read by a newer titan-tui",
                session.version
            ),
        });
    }
    if is_date && one.id != text {
        session.days.retain(|day| day.date == text);
    }
    let (Some(first), Some(last)) = (session.days.first(), session.days.last()) else {
        return Err(unknown("nothing was recorded in it".to_owned()));
    };
    let (first_sequence, last_sequence) = (first.first_sequence, last_of(&session, last, &listed));
    Ok(Found {
        folder,
        session,
        first_sequence,
        last_sequence,
    })
}

/// Number of the last event of a day. One that did not end in order ends where the next session on
/// the same store begins.
fn last_of(session: &SessionFile, day: &DayFile, listed: &[Listed]) -> Option<u64> {
    let later = listed
        .iter()
        .filter_map(|it| it.session.as_ref().ok())
        .filter(|it| it.store_born == session.store_born)
        .filter_map(|it| it.days.first())
        .map(|next| next.first_sequence)
        .filter(|first| *first > day.first_sequence)
        .min();
    day.last_sequence.or(later.map(|first| first - 1))
}

/// How much is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keep {
    pub(super) days: u32,
    pub(super) bytes: u64,
}

/// Removes days that are too old, then the oldest until the rest is small enough; never `current`,
/// a session and the stem of its day. Gives the bytes that are left.
pub(super) fn prune(recordings: &Path, keep: Keep, today: Date, current: (&str, &str)) -> u64 {
    let mut sessions: Vec<(PathBuf, SessionFile)> = list(recordings)
        .into_iter()
        .filter_map(|it| Some((recordings.join(&it.id), it.session.ok()?)))
        .collect();
    let mut days: Vec<(String, usize, u64)> = Vec::new();
    for (index, (folder, session)) in sessions.iter().enumerate() {
        for day in &session.days {
            let length =
                |name: String| std::fs::metadata(folder.join(name)).map_or(0, |it| it.len());
            let bytes = length(day.ticks_file()).saturating_add(length(day.state_file()));
            days.push((day.stem.clone(), index, bytes));
        }
    }
    // Stems begin with their dates.
    days.sort();
    let mut total: u64 = days.iter().map(|(.., bytes)| bytes).sum();
    for (stem, index, bytes) in days {
        let Some((folder, session)) = sessions.get_mut(index) else {
            continue;
        };
        let date = stem.get(..10).unwrap_or_default().parse::<Date>();
        let age = date.map_or(0, |date| (today - date).get_days());
        let is_old = i64::from(age) > i64::from(keep.days);
        if (!is_old && total <= keep.bytes) || (session.id.as_str(), stem.as_str()) == current {
            continue;
        }
        remove(folder, session, &stem);
        total = total.saturating_sub(bytes);
    }
    total
}

/// Takes one day away; what cannot be removed now is tried again next time.
fn remove(folder: &Path, session: &mut SessionFile, stem: &str) {
    for day in session.days.iter().filter(|day| day.stem == stem) {
        let _ = std::fs::remove_file(folder.join(day.ticks_file()));
        let _ = std::fs::remove_file(folder.join(day.state_file()));
    }
    session.days.retain(|day| day.stem != stem);
    if session.days.is_empty() {
        let _ = std::fs::remove_dir_all(folder);
    } else {
        let _ = session.write(folder);
    }
}
