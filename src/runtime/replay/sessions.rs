//! The recorded sessions of a data folder, with how much was decided in each.
//! Must not read ticks.

use std::path::Path;

use crate::feeds::recording::{self, SessionFile};
use crate::store::Archive;

/// A session that can be replayed, or a folder that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordedSession {
    /// Its name, as `session:ID` takes it.
    pub id: String,
    /// What it says of itself, or why that cannot be read.
    pub session: Result<SessionFile, String>,
    /// Risk decisions of its events; `None` where their store is not there any more.
    pub decisions: Option<u64>,
}

/// The recorded sessions of a data folder, oldest first; none where nothing was recorded.
pub fn sessions(data_dir: &Path) -> Vec<RecordedSession> {
    let recordings = recording::folder(data_dir);
    // Without a store the sessions are there all the same.
    let archive = Archive::open_read_only(data_dir).ok();
    let born = archive.as_ref().and_then(|it| it.born().ok()).flatten();
    recording::list(&recordings)
        .into_iter()
        .map(|listed| {
            let decisions = archive
                .as_ref()
                .filter(|_| {
                    listed
                        .session
                        .as_ref()
                        .is_ok_and(|it| it.store_born == born)
                })
                .and_then(|archive| {
                    let found = recording::find(&recordings, &listed.id).ok()?;
                    let last = found.last_sequence.unwrap_or(u64::MAX);
                    archive.decisions_between(found.first_sequence, last).ok()
                });
            RecordedSession {
                id: listed.id,
                session: listed.session,
                decisions,
            }
        })
        .collect()
}
