//! Recorded ticks from a CSV file, plain, gzip or zstd, at the pace of their event times.
//! Must not judge lateness: a row whose time runs back is delivered as it stands, and the engine
//! decides; only rows that cannot be read, and times that the next row refutes, are skipped and
//! counted.

mod jumps;
mod open;
mod row;
mod scan;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use tokio_util::sync::CancellationToken;

use super::complaints::Complaints;
use super::error::FeedError;
use super::outlet::{Outlet, WhenFull};
use super::sink::FeedSink;
use super::spec::FeedOptions;
use crate::domain::{
    CandleSource, FeedStatus, Instrument, InstrumentId, InstrumentKey, Tick, Timestamp,
};

use jumps::{Held, Jumps};

pub(in crate::feeds) use row::MARK_COLUMN;
pub use row::{Row, RowError, TapeReader};
pub use scan::{Survey, instruments, survey};

/// The exchange of instruments that a tape brings along.
pub const EXCHANGE: &str = "TAPE";

/// Plays a tape to its end.
///
/// # Errors
/// When the file cannot be opened, lacks columns or is damaged, and at the first bad row of a
/// strict run.
pub(super) async fn run(
    path: PathBuf,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let feed = path.display().to_string();
    tokio::task::spawn_blocking(move || play(&path, &options, sink, stop))
        .await
        .unwrap_or_else(|error| {
            Err(FeedError::Failed {
                feed,
                reason: error.to_string(),
            })
        })
}

fn play(
    path: &Path,
    options: &FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let mut reader = TapeReader::open(path)?;
    let mut slots = Slots::new(
        path,
        reader.candle_source(options.basis),
        options,
        sink.clone(),
    );
    let mut player = Player {
        outlet: Outlet::new(sink, stop, options.speed, WhenFull::Wait)
            .held_by(options.pace.clone()),
        complaints: Complaints::new(path.display().to_string(), options.strict),
        duration_ns: options.duration_ns,
        end: None,
        is_over: false,
    };
    player.outlet.status(FeedStatus::Live)?;
    let played = player.play(&mut reader, &mut slots);
    player.complaints.summarise(reader.rows());
    let mut outlet = player.outlet;
    // What was read before the damage is good, and an engine that ends here should have it.
    if !matches!(played, Err(FeedError::Stopped(_))) {
        outlet.flush()?;
    }
    played?;
    outlet.status(FeedStatus::Ended)?;
    Ok(())
}

/// A row that could be read.
#[derive(Debug, Clone, Copy)]
struct ReadRow {
    line: u64,
    /// It lies before what an earlier run has closed.
    is_known: bool,
    tick: Tick,
}

/// Takes rows to the engine until the tape or its duration is over.
struct Player {
    outlet: Outlet,
    complaints: Complaints,
    duration_ns: Option<i64>,
    /// The first event time that is not played; known from the first row on.
    end: Option<Timestamp>,
    is_over: bool,
}

impl Player {
    fn play(&mut self, reader: &mut TapeReader, slots: &mut Slots<'_>) -> Result<(), FeedError> {
        let mut jumps = Jumps::new();
        let read = self.play_rows(reader, slots, &mut jumps);
        match (read, jumps.end()) {
            (Ok(()), _) if self.is_over => Ok(()),
            (Ok(()), held) => self.settle(held),
            // Nothing speaks against the first row of a tape that is damaged after it.
            (Err(error), Some(Held::Confirmed(first)))
                if !matches!(error, FeedError::Stopped(_)) =>
            {
                self.deliver(first)?;
                Err(error)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn play_rows(
        &mut self,
        reader: &mut TapeReader,
        slots: &mut Slots<'_>,
        jumps: &mut Jumps<ReadRow>,
    ) -> Result<(), FeedError> {
        while !self.is_over
            && let Some(row) = reader.next_row()?
        {
            if row.mark().is_some() {
                continue;
            }
            let line = row.line();
            let slot = match slots.of(row.symbol()) {
                Ok(slot) => slot,
                Err(SlotError::Row(error)) => {
                    self.complain(line, error)?;
                    continue;
                }
                Err(SlotError::Feed(error)) => return Err(error),
            };
            match row.decode(slot.price_scale, slot.quantity_scale) {
                Ok((event_time, body)) => {
                    let read = ReadRow {
                        line,
                        is_known: event_time < slot.resume,
                        tick: Tick {
                            instrument: slot.id,
                            event_time,
                            body,
                        },
                    };
                    let (held, now) = jumps.take(event_time, read);
                    self.settle(held)?;
                    if let Some(read) = now {
                        self.deliver(read)?;
                    }
                }
                Err(error) => self.complain(line, error)?,
            }
        }
        Ok(())
    }

    fn settle(&mut self, held: Option<Held<ReadRow>>) -> Result<(), FeedError> {
        match held {
            None => Ok(()),
            Some(Held::Confirmed(read)) => self.deliver(read),
            Some(Held::Refuted(read)) => {
                let time = read.tick.event_time.to_rfc3339();
                self.complain(read.line, RowError::Ahead { time })
            }
        }
    }

    fn deliver(&mut self, read: ReadRow) -> Result<(), FeedError> {
        let time = read.tick.event_time;
        if let Some(duration) = self.duration_ns {
            let end = self.end.get_or_insert(time.plus_nanos(duration));
            self.is_over |= time >= *end;
        }
        if self.is_over {
            return Ok(());
        }
        if read.is_known {
            self.outlet.deliver_now(read.tick)?;
        } else {
            self.outlet.deliver(read.tick)?;
        }
        Ok(())
    }

    fn complain(&mut self, line: u64, error: RowError) -> Result<(), FeedError> {
        let place = format_args!(":{line}");
        self.complaints.report(self.outlet.sink(), place, error)
    }
}

#[derive(Debug, Clone, Copy)]
struct Slot {
    id: InstrumentId,
    price_scale: u8,
    quantity_scale: u8,
    resume: Timestamp,
}

enum SlotError {
    Row(RowError),
    Feed(FeedError),
}

/// The instruments of a tape by the bytes of their symbol, listed when first seen.
struct Slots<'a> {
    path: &'a Path,
    source: CandleSource,
    options: &'a FeedOptions,
    sink: FeedSink,
    by_symbol: HashMap<Vec<u8>, Slot>,
    scanned: Option<Vec<Instrument>>,
    last: Option<Slot>,
    last_symbol: Vec<u8>,
}

impl<'a> Slots<'a> {
    fn new(path: &'a Path, source: CandleSource, options: &'a FeedOptions, sink: FeedSink) -> Self {
        Self {
            path,
            source,
            options,
            sink,
            by_symbol: HashMap::new(),
            scanned: None,
            last: None,
            last_symbol: Vec::new(),
        }
    }

    /// Most rows are of the symbol of the row before, which costs no hash.
    fn of(&mut self, symbol: Option<&[u8]>) -> Result<Slot, SlotError> {
        let bytes = symbol.unwrap_or_default();
        if let Some(slot) = self.last
            && self.last_symbol == bytes
        {
            return Ok(slot);
        }
        let slot = match self.by_symbol.get(bytes) {
            Some(slot) => *slot,
            None => {
                let slot = self.list(symbol)?;
                self.by_symbol.insert(bytes.to_vec(), slot);
                slot
            }
        };
        self.last = Some(slot);
        self.last_symbol.clear();
        self.last_symbol.extend_from_slice(bytes);
        Ok(slot)
    }

    fn list(&mut self, symbol: Option<&[u8]>) -> Result<Slot, SlotError> {
        let key = scan::key(self.path, symbol).map_err(SlotError::Row)?;
        let sink = self.sink.clone();
        let (id, instrument) = sink
            .list_with(&key, || self.instrument(&key))
            .map_err(SlotError::Feed)?;
        let resume = self.options.resume.get(&key).copied();
        Ok(Slot {
            id,
            price_scale: instrument.price_scale,
            quantity_scale: instrument.quantity_scale,
            resume: resume.unwrap_or(Timestamp::MIN),
        })
    }

    /// As it is known; else as the whole file has it, which takes one more reading.
    fn instrument(&mut self, key: &InstrumentKey) -> Result<Instrument, FeedError> {
        if let Some(made) = scan::known(key, self.options, self.source) {
            return made;
        }
        let known = match &mut self.scanned {
            Some(known) => known,
            empty => {
                let survey = scan::survey(self.path, self.options)?;
                if let Some(pace) = &self.options.pace {
                    pace.set_span(survey.begin, survey.end);
                }
                empty.insert(survey.instruments)
            }
        };
        known
            .iter()
            .find(|instrument| instrument.key == *key)
            .cloned()
            // Every row of it is bad, so its scales do not matter.
            .map_or_else(|| Ok(scan::inferred(key.clone(), 0, 0, self.source)), Ok)
    }
}
