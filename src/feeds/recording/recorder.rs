//! Records the inputs of an engine beside it: a bounded queue, and a thread that writes.
//! Must not make the engine wait: what the queue cannot take is counted and missing.

use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, TrySendError, bounded};
use jiff::civil::Date;
use tracing::warn;

use super::catalog::{Keep, prune};
use super::form::RowWriter;
use super::frames::{FRAME_BYTES, FrameWriter};
use super::session::{DayFile, SessionFile, VERSION, write_state};
use crate::domain::{Input, Timestamp};

/// Parcels and inputs that may wait for the writer: a live feed sends one tick at a time, a fast
/// one a thousand.
const QUEUE: usize = 8_192;
const INPUTS_MAX: usize = 500_000;
/// So many inputs are worth a parcel of their own.
const PARCEL: usize = 256;
/// Rows wait no longer than this for their frame.
const FRAME_INTERVAL: Duration = Duration::from_secs(2);
/// How long the last rows may take at the end of a run.
const CLOSE_PATIENCE: Duration = Duration::from_secs(5);

/// What a recording is begun with.
#[derive(Debug, Clone)]
pub struct RecorderOptions {
    /// The folder of recordings.
    pub recordings: PathBuf,
    /// The feeds as configured, by their number.
    pub feeds: Vec<String>,
    /// Seed of the engine.
    pub seed: u64,
    /// Tells the store from another in the same folder.
    pub store_born: Option<i64>,
    /// Number of the engine's newest event.
    pub sequence: u64,
    /// The engine's state, unless it is new.
    pub state: Option<String>,
    /// Days that are kept before today.
    pub keep_days: u32,
    /// Bytes that all recordings may have.
    pub keep_bytes: u64,
}

/// How a recording is doing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordingStatus {
    /// Name of the session.
    pub id: String,
    /// Ticks on the disk.
    pub ticks: u64,
    /// Ticks that are missing: the writer or the disk could not keep up.
    pub lost: u64,
    /// Bytes on the disk.
    pub bytes: u64,
    /// Why nothing is written at the moment.
    pub fault: Option<String>,
}

/// Tells how a recording is doing; cheap to ask and to clone.
#[derive(Debug, Clone)]
pub struct RecordingHandle(Arc<Shared>);

impl RecordingHandle {
    /// How it is doing.
    pub fn status(&self) -> RecordingStatus {
        RecordingStatus {
            id: self.0.id.clone(),
            ticks: self.0.ticks.load(Ordering::Relaxed),
            lost: self.0.lost.load(Ordering::Relaxed),
            bytes: self.0.bytes.load(Ordering::Relaxed),
            fault: self.0.fault().clone(),
        }
    }
}

#[cfg(test)]
impl RecordingHandle {
    /// As the writer does when a day is over.
    pub(crate) fn ask_for_state(&self) {
        self.0.wants_state.store(true, Ordering::Relaxed);
    }

    pub(crate) fn is_asking_for_state(&self) -> bool {
        self.0.wants_state.load(Ordering::Relaxed)
    }
}

#[derive(Debug)]
struct Shared {
    id: String,
    ticks: AtomicU64,
    lost: AtomicU64,
    bytes: AtomicU64,
    /// Inputs on their way to the writer.
    queued: AtomicUsize,
    /// A day is over, and the next begins with the engine's state.
    wants_state: AtomicBool,
    /// Number of the engine's last event, at the end.
    last_sequence: AtomicU64,
    fault: Mutex<Option<String>>,
}

impl Shared {
    fn fault(&self) -> MutexGuard<'_, Option<String>> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[derive(Debug)]
enum Parcel {
    Inputs {
        /// Ticks that are missing before these.
        lost: u64,
        inputs: Vec<Input>,
    },
    /// The engine's state after its event of this number: a new day begins.
    State { sequence: u64, state: String },
}

/// The engine's end of a recording.
#[derive(Debug)]
pub struct Recorder {
    queue: Sender<Parcel>,
    /// Inputs for the next parcel.
    waiting: Vec<Input>,
    /// Ticks that found no room since the last parcel.
    lost: u64,
    shared: Arc<Shared>,
    thread: JoinHandle<()>,
}

impl Recorder {
    /// Makes the session's folder and starts its writer.
    ///
    /// # Errors
    /// When the folder or a file cannot be made, or the thread not started.
    pub fn start(options: RecorderOptions) -> io::Result<Self> {
        let mut worker = Worker::new(options)?;
        let shared = Arc::clone(&worker.shared);
        let (queue, parcels) = bounded(QUEUE);
        let thread = std::thread::Builder::new()
            .name("recorder".to_owned())
            .spawn(move || worker.run(&parcels))?;
        Ok(Self {
            queue,
            waiting: Vec::new(),
            lost: 0,
            shared,
            thread,
        })
    }

    /// How it is doing, for others.
    pub fn handle(&self) -> RecordingHandle {
        RecordingHandle(Arc::clone(&self.shared))
    }

    /// Takes inputs that the engine has taken, in its order. Never waits; few at a time go out
    /// with the next, or with [`Self::flush`].
    pub fn take(&mut self, inputs: Vec<Input>) {
        if self.waiting.is_empty() && inputs.len() >= PARCEL {
            return self.send(inputs);
        }
        self.waiting.extend(inputs);
        if self.waiting.len() >= PARCEL {
            self.flush();
        }
    }

    /// As [`Self::take`], for one.
    pub fn push(&mut self, input: Input) {
        self.waiting.push(input);
    }

    /// Hands on what was taken.
    pub fn flush(&mut self) {
        if !self.waiting.is_empty() {
            let inputs = std::mem::take(&mut self.waiting);
            self.send(inputs);
        }
    }

    /// Whether a day is over and [`Self::begin_day`] is to be called.
    pub fn wants_state(&self) -> bool {
        self.shared.wants_state.load(Ordering::Relaxed)
    }

    /// Begins the file of a new day with the engine's state after its event `sequence`.
    pub fn begin_day(&mut self, sequence: u64, state: String) {
        self.flush();
        let parcel = Parcel::State { sequence, state };
        // Without room it is asked for again.
        if self.queue.try_send(parcel).is_ok() {
            self.shared.wants_state.store(false, Ordering::Relaxed);
        }
    }

    /// Ends the session after the engine's event `sequence`, and waits a little for its rows.
    pub fn close(mut self, sequence: u64) {
        self.flush();
        self.shared.last_sequence.store(sequence, Ordering::Relaxed);
        drop(self.queue);
        let until = Instant::now() + CLOSE_PATIENCE;
        while !self.thread.is_finished() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(1));
        }
        if self.thread.is_finished() {
            let _ = self.thread.join();
        } else {
            warn!("the recording is not written to its end: the disk does not answer");
        }
    }

    fn send(&mut self, inputs: Vec<Input>) {
        let (lost, count) = (self.lost, inputs.len());
        let queued = &self.shared.queued;
        if queued.load(Ordering::Relaxed).saturating_add(count) > INPUTS_MAX {
            return self.give_up(inputs);
        }
        queued.fetch_add(count, Ordering::Relaxed);
        match self.queue.try_send(Parcel::Inputs { lost, inputs }) {
            Ok(()) => self.lost = 0,
            Err(TrySendError::Full(parcel) | TrySendError::Disconnected(parcel)) => {
                self.shared.queued.fetch_sub(count, Ordering::Relaxed);
                if let Parcel::Inputs { inputs, .. } = parcel {
                    self.give_up(inputs);
                }
            }
        }
    }

    /// Counts the ticks and keeps what a replay cannot do without.
    fn give_up(&mut self, mut inputs: Vec<Input>) {
        let all = inputs.len();
        inputs.retain(|input| !matches!(input, Input::Tick(_)));
        let ticks = u64::try_from(all - inputs.len()).unwrap_or(u64::MAX);
        inputs.retain(|input| !matches!(input, Input::Time { .. }));
        self.lost = self.lost.saturating_add(ticks);
        self.shared.lost.fetch_add(ticks, Ordering::Relaxed);
        self.waiting = inputs;
    }
}

/// The writing thread.
pub(super) struct Worker {
    options: RecorderOptions,
    shared: Arc<Shared>,
    folder: PathBuf,
    session: SessionFile,
    rows: RowWriter,
    file: Option<FrameWriter>,
    /// Rows of the frame that is being filled, and how many of them are ticks.
    frame: Vec<u8>,
    frame_ticks: u64,
    framed_at: Instant,
    today: Date,
    /// Bytes of all recordings.
    total: u64,
}

impl Worker {
    pub(super) fn new(options: RecorderOptions) -> io::Result<Self> {
        let now = jiff::Timestamp::now();
        let (id, folder) = make_folder(&options.recordings, now)?;
        let today = date_of(now);
        let shared = Arc::new(Shared {
            id: id.clone(),
            ticks: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            queued: AtomicUsize::new(0),
            wants_state: AtomicBool::new(false),
            last_sequence: AtomicU64::new(0),
            fault: Mutex::new(None),
        });
        let session = SessionFile {
            version: VERSION,
            id,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            seed: options.seed,
            feeds: options.feeds.clone(),
            store_born: options.store_born,
            days: Vec::new(),
            is_closed: false,
        };
        let mut worker = Self {
            shared,
            folder,
            session,
            rows: RowWriter::default(),
            file: None,
            frame: Vec::new(),
            frame_ticks: 0,
            framed_at: Instant::now(),
            today,
            total: 0,
            options,
        };
        let (sequence, state) = (worker.options.sequence, worker.options.state.take());
        worker.begin_day(sequence, state.as_deref())?;
        Ok(worker)
    }

    fn run(&mut self, parcels: &Receiver<Parcel>) {
        loop {
            match parcels.recv_timeout(FRAME_INTERVAL) {
                Ok(Parcel::Inputs { lost, inputs }) => {
                    self.take(lost, &inputs);
                    let queued = &self.shared.queued;
                    queued.fetch_sub(inputs.len(), Ordering::Relaxed);
                }
                Ok(Parcel::State { sequence, state }) => self.change_day(sequence, &state),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            if self.frame.len() >= FRAME_BYTES || self.framed_at.elapsed() >= FRAME_INTERVAL {
                self.write_frame();
                let today = date_of(jiff::Timestamp::now());
                if today != self.today {
                    self.shared.wants_state.store(true, Ordering::Relaxed);
                }
            }
        }
        self.end_day(self.shared.last_sequence.load(Ordering::Relaxed));
        self.session.is_closed = true;
        self.write_session();
    }

    pub(super) fn take(&mut self, lost: u64, inputs: &[Input]) {
        if lost > 0 {
            self.rows.lost(lost, &mut self.frame);
            self.count_lost(lost);
        }
        for input in inputs {
            self.rows.write(input, &mut self.frame);
            if let Input::Tick(tick) = input {
                self.frame_ticks += 1;
                self.note(tick.event_time);
            }
        }
    }

    fn note(&mut self, time: Timestamp) {
        if let Some(day) = self.session.days.last_mut() {
            day.begin.get_or_insert(time);
            day.end = day.end.max(Some(time));
        }
    }

    fn count_lost(&mut self, ticks: u64) {
        if let Some(day) = self.session.days.last_mut() {
            day.lost = day.lost.saturating_add(ticks);
        }
    }

    pub(super) fn write_frame(&mut self) {
        self.framed_at = Instant::now();
        if self.frame.is_empty() {
            return;
        }
        if self.total >= self.options.keep_bytes {
            self.prune();
        }
        let ticks = std::mem::take(&mut self.frame_ticks);
        let written = match &mut self.file {
            Some(_) if self.total >= self.options.keep_bytes => Err(io::Error::other(
                "today's recording alone has reached store.record_mb",
            )),
            Some(file) => file.write(&self.frame),
            None => Err(io::Error::other("the day's file could not be made")),
        };
        self.frame.clear();
        match written {
            Ok(bytes) => {
                self.total = self.total.saturating_add(bytes);
                self.shared.ticks.fetch_add(ticks, Ordering::Relaxed);
                self.shared.bytes.fetch_add(bytes, Ordering::Relaxed);
                *self.shared.fault() = None;
                let instruments = self.rows.names();
                if let Some(day) = self.session.days.last_mut() {
                    day.ticks = day.ticks.saturating_add(ticks);
                    day.bytes = day.bytes.saturating_add(bytes);
                    day.instruments = instruments;
                }
                self.write_session();
            }
            Err(error) => self.lose_frame(ticks, &error),
        }
    }

    /// Begins the next frame so that it can be read without the one that is missing.
    fn lose_frame(&mut self, ticks: u64, error: &io::Error) {
        let text = format!("nothing is recorded: {error}");
        let before = self.shared.fault().replace(text.clone());
        if before.is_none() {
            warn!("{text}");
        }
        self.shared.lost.fetch_add(ticks, Ordering::Relaxed);
        self.count_lost(ticks);
        self.begin_frame();
        self.rows.lost(ticks, &mut self.frame);
    }

    fn begin_frame(&mut self) {
        if self.file.as_ref().is_none_or(FrameWriter::is_empty) {
            RowWriter::header(&mut self.frame);
        }
        self.rows.listings(&mut self.frame);
    }

    /// A file that cannot be made is a fault of the first day alone; a later one is told of.
    fn begin_day(&mut self, sequence: u64, state: Option<&str>) -> io::Result<()> {
        let date = self.today.to_string();
        let mut day = DayFile {
            stem: self.free_stem(&date),
            date,
            first_sequence: sequence.saturating_add(1),
            has_state: state.is_some(),
            ..DayFile::default()
        };
        day.instruments = self.rows.names();
        let made = FrameWriter::create(&self.folder.join(day.ticks_file()));
        if let Some(state) = state {
            write_state(&self.folder.join(day.state_file()), state)?;
        }
        self.session.days.push(day);
        self.file = Some(made?);
        self.begin_frame();
        self.prune();
        self.session.write(&self.folder)
    }

    /// The date, with a number where the machine's clock has gone back to it.
    fn free_stem(&self, date: &str) -> String {
        let is_taken = |stem: &String| self.session.days.iter().any(|day| day.stem == *stem);
        let numbered = (2..).map(|count: u32| format!("{date}.{count}"));
        std::iter::once(date.to_owned())
            .chain(numbered)
            .find(|stem| !is_taken(stem))
            .unwrap_or_default()
    }

    fn change_day(&mut self, sequence: u64, state: &str) {
        self.end_day(sequence);
        self.today = date_of(jiff::Timestamp::now());
        self.file = None;
        if let Err(error) = self.begin_day(sequence, Some(state)) {
            warn!("the recording of a new day cannot be begun: {error}");
        }
    }

    fn end_day(&mut self, sequence: u64) {
        self.rows.finish(&mut self.frame);
        self.write_frame();
        self.frame.clear();
        if let Some(day) = self.session.days.last_mut() {
            day.last_sequence = Some(sequence);
        }
    }

    fn prune(&mut self) {
        let keep = Keep {
            days: self.options.keep_days,
            bytes: self.options.keep_bytes,
        };
        let current = self.session.days.last().map(|day| day.stem.clone());
        let current = current.unwrap_or_default();
        let running = (self.session.id.as_str(), current.as_str());
        self.total = prune(&self.options.recordings, keep, self.today, running);
        let folder = &self.folder;
        let is_there =
            |day: &DayFile| day.stem == current || folder.join(day.ticks_file()).exists();
        self.session.days.retain(is_there);
    }

    fn write_session(&self) {
        // The ticks are what counts; a list that is a little old is read just as well.
        if let Err(error) = self.session.write(&self.folder) {
            warn!("the recording's list is not brought up to date: {error}");
        }
    }
}

#[cfg(test)]
impl Worker {
    /// Puts another file, or none, in place of the day's.
    pub(super) fn replace_file(&mut self, file: Option<FrameWriter>) -> Option<FrameWriter> {
        std::mem::replace(&mut self.file, file)
    }

    pub(super) fn status(&self) -> RecordingStatus {
        RecordingHandle(Arc::clone(&self.shared)).status()
    }
}

fn date_of(moment: jiff::Timestamp) -> Date {
    moment.to_zoned(jiff::tz::TimeZone::UTC).date()
}

/// Makes the folder of a session that begins now, never one that is there already.
fn make_folder(
    recordings: &std::path::Path,
    now: jiff::Timestamp,
) -> io::Result<(String, PathBuf)> {
    std::fs::create_dir_all(recordings)?;
    let name = now.strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
    let mut count = 1_u32;
    loop {
        let id = match count {
            1 => name.clone(),
            count => format!("{name}.{count}"),
        };
        let folder = recordings.join(&id);
        match std::fs::create_dir(&folder) {
            Ok(()) => return Ok((id, folder)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && count < 1_000 => {
                count += 1;
            }
            Err(error) => return Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{FeedId, FeedStatus, InstrumentId, Price, Qty, Tick, TickBody};

    fn tick() -> Input {
        Input::Tick(Tick {
            instrument: InstrumentId(0),
            event_time: Timestamp::from_seconds(1),
            body: TickBody::Trade {
                price: Price::from_units(1),
                quantity: Qty::from_units(1),
                side: None,
            },
        })
    }

    #[test]
    fn a_full_queue_costs_ticks_and_never_time_or_anything_else() {
        let (queue, parcels) = bounded(1);
        let shared = Arc::new(Shared {
            id: "x".to_owned(),
            ticks: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            queued: AtomicUsize::new(INPUTS_MAX - 10),
            wants_state: AtomicBool::new(true),
            last_sequence: AtomicU64::new(0),
            fault: Mutex::new(None),
        });
        let mut recorder = Recorder {
            queue,
            waiting: Vec::new(),
            lost: 0,
            shared,
            // Nobody takes the parcels but this test.
            thread: std::thread::spawn(|| {}),
        };
        let down = Input::Feed {
            feed: FeedId(0),
            status: FeedStatus::Live,
        };
        let mut send = |inputs: Vec<Input>| {
            recorder.take(inputs);
            recorder.flush();
        };
        send(vec![tick()]);
        send(vec![tick(), tick(), down.clone()]);
        send(vec![tick()]);
        recorder.begin_day(3, String::new());
        assert_eq!(recorder.handle().status().lost, 3);
        assert!(recorder.wants_state(), "without room it is asked for again");
        let first = parcels.try_recv().expect("a parcel");
        assert!(matches!(first, Parcel::Inputs { lost: 0, inputs } if inputs.len() == 1));
        recorder.flush();
        let second = parcels.try_recv().expect("a parcel");
        assert!(matches!(second, Parcel::Inputs { lost: 3, inputs } if inputs == [down]));
        // Room for parcels, and too many inputs in them.
        recorder.take(vec![tick(); PARCEL]);
        assert_eq!(recorder.handle().status().lost, 3 + PARCEL as u64);
        recorder.take(vec![tick(); 2]);
        recorder.flush();
        let third = parcels.try_recv().expect("a parcel");
        assert!(matches!(third, Parcel::Inputs { lost: 256, inputs } if inputs.len() == 2));
    }
}
