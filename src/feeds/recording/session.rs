//! What is known of a recorded session without reading its ticks: the file `session.json`.
//! Must not be needed for the ticks: a kill leaves it some seconds behind them.

use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;

/// Its name in the session's folder.
pub(super) const SESSION_FILE: &str = "session.json";
/// Form of the file and of the rows beside it.
pub(super) const VERSION: u32 = 1;

/// A run of the desk that was recorded.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionFile {
    /// Form of the recording.
    pub version: u32,
    /// Its name: when it began by the machine's clock, in UTC.
    pub id: String,
    /// Version of the program that wrote it.
    pub program: String,
    /// Seed of the simulated feed and of the paper venue.
    pub seed: u64,
    /// The feeds as they were configured, by their number.
    pub feeds: Vec<String>,
    /// Tells the store that holds its decisions from another in the same folder.
    pub store_born: Option<i64>,
    /// Oldest first; the oldest days of a long session may have been removed.
    pub days: Vec<DayFile>,
    /// Whether it ended in order; not so while it runs, or after a crash.
    pub is_closed: bool,
}

/// One day of a session, by the machine's clock in UTC: a file of ticks, and the engine's state
/// before them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayFile {
    /// `YYYY-MM-DD`.
    pub date: String,
    /// The stem of its files: the date, and a number where the clock has gone back to it.
    pub stem: String,
    /// Number of the first event that came of its inputs.
    pub first_sequence: u64,
    /// Number of the last; known once the day is over.
    pub last_sequence: Option<u64>,
    /// Whether the engine knew something before the first input; then its state is kept.
    pub has_state: bool,
    /// Event time of the first tick.
    pub begin: Option<Timestamp>,
    /// Latest event time of a tick.
    pub end: Option<Timestamp>,
    /// Ticks that were written.
    pub ticks: u64,
    /// Ticks that could not be written.
    pub lost: u64,
    /// Length of the file of ticks.
    pub bytes: u64,
    /// The instruments, as `EXCHANGE:TOKEN`.
    pub instruments: Vec<String>,
}

impl DayFile {
    /// Name of its file of ticks.
    pub fn ticks_file(&self) -> String {
        format!("{}.csv.gz", self.stem)
    }

    /// Name of the file with the engine's state.
    pub fn state_file(&self) -> String {
        format!("{}.state.json.gz", self.stem)
    }
}

impl SessionFile {
    /// Ticks of all its days.
    pub fn ticks(&self) -> u64 {
        self.days.iter().map(|day| day.ticks).sum()
    }

    /// Ticks of all its days that could not be written.
    pub fn lost(&self) -> u64 {
        self.days.iter().map(|day| day.lost).sum()
    }

    /// Bytes of all its days.
    pub fn bytes(&self) -> u64 {
        self.days.iter().map(|day| day.bytes).sum()
    }

    /// Event time of its first tick.
    pub fn begin(&self) -> Option<Timestamp> {
        self.days.iter().filter_map(|day| day.begin).min()
    }

    /// Latest event time of its ticks.
    pub fn end(&self) -> Option<Timestamp> {
        self.days.iter().filter_map(|day| day.end).max()
    }

    /// Its instruments, each once, as `EXCHANGE:TOKEN`.
    pub fn instruments(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.days.iter().flat_map(|day| &day.instruments) {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
        names
    }

    /// Reads the file of a session's folder.
    pub(super) fn read(folder: &Path) -> io::Result<Self> {
        let text = std::fs::read_to_string(folder.join(SESSION_FILE))?;
        serde_json::from_str(&text).map_err(io::Error::other)
    }

    /// Writes it anew, so that a reader finds either the old or the new one.
    pub(super) fn write(&self, folder: &Path) -> io::Result<()> {
        let text = serde_json::to_string_pretty(self).map_err(io::Error::other)?;
        let fresh = folder.join(format!("{SESSION_FILE}.new"));
        std::fs::write(&fresh, text)?;
        std::fs::rename(fresh, folder.join(SESSION_FILE))
    }
}

pub(super) fn write_state(path: &Path, state: &str) -> io::Result<()> {
    let mut encoder = GzEncoder::new(std::fs::File::create(path)?, Compression::fast());
    encoder.write_all(state.as_bytes())?;
    encoder.finish()?.flush()
}

pub(super) fn read_state(path: &Path) -> io::Result<String> {
    io::read_to_string(GzDecoder::new(std::fs::File::open(path)?))
}
