//! Plays a recorded session: its inputs in their order, at the pace of their event times.
//! Must not add an input of its own, so that an engine that begins alike ends alike.

use std::collections::HashMap;
use std::io;
use std::path::Path;

use tokio_util::sync::CancellationToken;
use tracing::warn;

use super::catalog::{self, Found};
use super::form::Mark;
use super::frames::FrameReader;
use crate::domain::{
    Command, FeedId, FeedStatus, Input, Instrument, InstrumentId, Tick, Timestamp,
};
use crate::feeds::complaints::Complaints;
use crate::feeds::error::FeedError;
use crate::feeds::outlet::{Outlet, WhenFull};
use crate::feeds::sink::{FeedSink, SinkError};
use crate::feeds::spec::FeedOptions;
use crate::feeds::tape::{Row, RowError, TapeReader};

/// Plays a session to its end.
///
/// # Errors
/// When there is no such session, its files cannot be read, and at the first bad row of a strict
/// run.
pub(in crate::feeds) async fn run(
    session: String,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let feed = format!("session:{session}");
    tokio::task::spawn_blocking(move || play(&session, &options, sink, stop))
        .await
        .unwrap_or_else(|error| {
            Err(FeedError::Failed {
                feed,
                reason: error.to_string(),
            })
        })
}

fn play(
    session: &str,
    options: &FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let found = catalog::find(options.recordings()?, session)?;
    if let Some(pace) = &options.pace {
        pace.set_span(found.session.begin(), found.session.end());
    }
    let mut player = Player {
        outlet: Outlet::new(sink.clone(), stop, options.speed, WhenFull::Wait)
            .held_by(options.pace.clone())
            .with_own_time(),
        complaints: Complaints::new(format!("session:{session}"), options.strict),
        sink,
        slots: HashMap::new(),
        ids: Vec::new(),
        last: None,
        last_symbol: Vec::new(),
        is_replay: options.is_replay,
        end: None,
    };
    if !options.is_replay {
        player.outlet.status(FeedStatus::Live)?;
    }
    player.play(&found, options.duration_ns)?;
    player.outlet.flush()?;
    if !options.is_replay {
        player.outlet.status(FeedStatus::Ended)?;
    }
    Ok(())
}

/// The instruments of a session as they were listed, in the order of their first listing.
///
/// # Errors
/// When there is no such session or a file of it cannot be read.
pub(in crate::feeds) fn instruments(
    session: &str,
    options: &FeedOptions,
) -> Result<Vec<Instrument>, FeedError> {
    let found = catalog::find(options.recordings()?, session)?;
    let mut listed: Vec<Instrument> = Vec::new();
    for day in &found.session.days {
        let Some(mut reader) = open(&found.folder.join(day.ticks_file()))? else {
            continue;
        };
        let is_listed = |listed: &[Instrument], name: &String| {
            listed.iter().any(|it| it.key.to_string() == *name)
        };
        while !day.instruments.iter().all(|name| is_listed(&listed, name))
            && let Some(row) = reader.next_row()?
        {
            let mark = row.mark().map(serde_json::from_slice::<Mark>);
            if let Some(Ok(Mark::List { instrument, .. })) = mark
                && listed.iter().all(|it| it.key != instrument.key)
            {
                listed.push((*instrument).clone());
            }
        }
    }
    Ok(listed)
}

/// The rows of one day; `None` for a file that was not begun.
fn open(path: &Path) -> Result<Option<TapeReader>, FeedError> {
    let unreadable = |error: io::Error| FeedError::Unreadable {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    if std::fs::metadata(path).map_err(unreadable)?.len() == 0 {
        return Ok(None);
    }
    let mut frames = FrameReader::open(path).map_err(unreadable)?;
    if frames.is_over().map_err(unreadable)? {
        return Ok(None);
    }
    TapeReader::new(path, Box::new(frames)).map(Some)
}

/// An instrument as it is listed in this run.
#[derive(Debug, Clone, Copy)]
struct Slot {
    id: InstrumentId,
    feed: FeedId,
    price_scale: u8,
    quantity_scale: u8,
}

struct Player {
    outlet: Outlet,
    complaints: Complaints,
    sink: FeedSink,
    slots: HashMap<Vec<u8>, Slot>,
    /// Numbers in this run by those of the recording.
    ids: Vec<Option<InstrumentId>>,
    last: Option<Slot>,
    last_symbol: Vec<u8>,
    /// Whether commands and the store's faults are repeated as well.
    is_replay: bool,
    /// The first event time that is not played, where there is one; known from the first tick on.
    end: Option<Timestamp>,
}

impl Player {
    fn play(&mut self, found: &Found, duration_ns: Option<i64>) -> Result<(), FeedError> {
        let mut rows = 0;
        for day in &found.session.days {
            let Some(mut reader) = open(&found.folder.join(day.ticks_file()))? else {
                continue;
            };
            while let Some(row) = reader.next_row()? {
                let (line, name) = (row.line(), &day.date);
                let played = match row.mark() {
                    Some(mark) => self.mark(&row, mark),
                    None => self.tick(&row, duration_ns),
                };
                match played {
                    Ok(true) => {}
                    Ok(false) => return Ok(()),
                    Err(Problem::Row(error)) => {
                        let place = format_args!(" {name}:{line}");
                        self.complaints.report(&self.sink, place, error)?;
                    }
                    Err(Problem::Feed(error)) => return Err(error),
                }
            }
            rows += reader.rows();
        }
        self.complaints.summarise(rows);
        Ok(())
    }

    /// `false` when the duration is over.
    fn tick(&mut self, row: &Row<'_>, duration_ns: Option<i64>) -> Result<bool, Problem> {
        let slot = self.slot(row.symbol().unwrap_or_default())?;
        let (event_time, body) = row.decode(slot.price_scale, slot.quantity_scale)?;
        if let Some(duration) = duration_ns
            && event_time >= *self.end.get_or_insert(event_time.plus_nanos(duration))
        {
            return Ok(false);
        }
        let tick = Tick {
            instrument: slot.id,
            event_time,
            body,
        };
        self.outlet
            .deliver_as(slot.feed, event_time, Input::Tick(tick))?;
        Ok(true)
    }

    fn mark(&mut self, row: &Row<'_>, text: &[u8]) -> Result<bool, Problem> {
        let mark: Mark = serde_json::from_slice(text).map_err(|error| RowError::Mark {
            reason: error.to_string(),
        })?;
        match mark {
            Mark::Time(feed) => {
                let (feed, now) = (self.sink.neighbour(feed), row.time()?);
                self.outlet
                    .deliver_as(feed, now, Input::Time { feed, now })?;
            }
            Mark::List {
                feed,
                id,
                instrument,
            } => self.list(feed, id, &instrument)?,
            Mark::Feed { feed, status } => {
                let feed = self.sink.neighbour(feed);
                self.outlet.put(Input::Feed { feed, status })?;
            }
            Mark::Lost(ticks) => warn!(ticks, "the recording lacks ticks here"),
            Mark::Store(fault) if self.is_replay => self.outlet.put(Input::Store(fault))?,
            Mark::Command(command) if self.is_replay => self.command(command)?,
            Mark::Store(_) | Mark::Command(_) => {}
        }
        Ok(true)
    }

    fn command(&mut self, mut command: Command) -> Result<(), Problem> {
        // What was not listed then has no number now, and is refused as it was.
        let unlisted = InstrumentId(u32::MAX);
        let ids = &self.ids;
        let new = |id: InstrumentId| ids.get(id.index()).copied().flatten();
        if let Some(recorded) = command.body.instrument() {
            let number = new(recorded).unwrap_or(unlisted);
            command.body.set_instrument(number);
        }
        self.outlet.put(Input::Command(command))?;
        Ok(())
    }

    fn list(
        &mut self,
        feed: FeedId,
        recorded: InstrumentId,
        instrument: &Instrument,
    ) -> Result<(), Problem> {
        // Listing goes its own way to the engine, and must not overtake what came before it.
        self.outlet.flush()?;
        let feed = self.sink.neighbour(feed);
        let (id, in_force) = self.sink.of_feed(feed).list_as(instrument.clone())?;
        if self.ids.len() <= recorded.index() {
            self.ids.resize(recorded.index() + 1, None);
        }
        if let Some(place) = self.ids.get_mut(recorded.index()) {
            *place = Some(id);
        }
        let slot = Slot {
            id,
            feed,
            price_scale: in_force.price_scale,
            quantity_scale: in_force.quantity_scale,
        };
        self.slots
            .insert(instrument.key.to_string().into_bytes(), slot);
        self.last = None;
        Ok(())
    }

    /// Most rows are of the symbol of the row before, which costs no hash.
    fn slot(&mut self, symbol: &[u8]) -> Result<Slot, Problem> {
        if let Some(slot) = self.last
            && self.last_symbol == symbol
        {
            return Ok(slot);
        }
        let slot = self
            .slots
            .get(symbol)
            .copied()
            .ok_or_else(|| RowError::Symbol {
                symbol: String::from_utf8_lossy(symbol).into_owned(),
            })?;
        self.last = Some(slot);
        self.last_symbol.clear();
        self.last_symbol.extend_from_slice(symbol);
        Ok(slot)
    }
}

enum Problem {
    Row(RowError),
    Feed(FeedError),
}

impl From<RowError> for Problem {
    fn from(error: RowError) -> Self {
        Self::Row(error)
    }
}

impl From<SinkError> for Problem {
    fn from(error: SinkError) -> Self {
        Self::Feed(error.into())
    }
}
