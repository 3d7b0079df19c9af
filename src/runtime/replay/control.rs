//! The hand on a replay, for a screen: pause, step, speed, go to, leave, and how it is doing.
//! Must not block: what takes time is done by the replay's own thread.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;

use super::decisions::{DecisionRecord, SharedBook};
use super::diff::DecisionDiff;
use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{InstrumentId, Session, Timeframe, Timestamp};
use crate::feeds::{PaceControl, Speed};
use crate::market::SessionCalendar;
use crate::runtime::handle::SharedView;

/// How far one step goes. Where the next tick is further away, the step goes to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the next full second.
    Second,
    /// Until the bar of this instrument that comes next is closed.
    Bar {
        /// Whose session says where bars begin.
        instrument: InstrumentId,
        /// Of which length.
        timeframe: Timeframe,
    },
}

/// What the replay's own thread is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wish {
    GoTo(Timestamp),
    /// The hand was taken on the way, which ends there.
    Hand(Hand),
    Leave,
}

/// What is wanted of the pace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Hand {
    Play,
    Pause,
    PauseAt(Timestamp),
}

/// A way from one time to another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trip {
    /// Where it began; for a way back the begin of the source, `None` where that is not known.
    pub from: Option<Timestamp>,
    /// Where it ends.
    pub target: Timestamp,
    /// How much of it is done, 0 to 1; `None` while that cannot be told.
    pub share: Option<f64>,
    /// Whether the desk is being built anew; the view is that of before until it is there.
    pub is_rebuilding: bool,
}

/// Where a replay is and what it does.
#[derive(Debug, Clone, PartialEq)]
pub struct ReplayStatus {
    /// What is replayed, as a feed is written.
    pub source: String,
    /// Event time that it has come to; `None` before the first tick.
    pub position: Option<Timestamp>,
    /// Event time of what comes next, known while it is paused.
    pub next: Option<Timestamp>,
    /// Event time of the first tick, where it is known.
    pub begin: Option<Timestamp>,
    /// Event time of the last tick, where it is known.
    pub end: Option<Timestamp>,
    /// How fast it plays.
    pub speed: Speed,
    /// Whether it stands still.
    pub is_paused: bool,
    /// Where it will pause by itself.
    pub pauses_at: Option<Timestamp>,
    /// Whether it is at its end.
    pub is_done: bool,
    /// Set while it is on its way to another time; orders are refused meanwhile.
    pub trip: Option<Trip>,
    /// Decisions that were live in the span of the source; 0 where nothing is known of it.
    pub live_decisions: usize,
    /// What went wrong, and what to do.
    pub fault: Option<String>,
}

/// The hand on a replay; cheap to clone, and none of its methods waits.
#[derive(Debug, Clone)]
pub struct ReplayControl {
    pub(super) shared: Arc<Shared>,
}

#[derive(Debug)]
pub(super) struct Shared {
    pub(super) source: String,
    pub(super) pace: PaceControl,
    /// Shut while orders would be of no time.
    pub(super) gate: Arc<AtomicBool>,
    pub(super) view: Arc<SharedView>,
    pub(super) wishes: Sender<Wish>,
    pub(super) way: Mutex<Way>,
    /// Wakes those who wait for the end of a trip.
    pub(super) arrived: Condvar,
    pub(super) book: Arc<SharedBook>,
    pub(super) live: Mutex<Arc<[DecisionRecord]>>,
    compared: Mutex<Compared>,
    /// After a bar's end, until it is closed for sure.
    pub(super) bar_grace_ns: i64,
}

/// What the replay's thread is doing.
#[derive(Debug, Default)]
pub(super) struct Way {
    pub(super) trip: Option<Trip>,
    pub(super) fault: Option<String>,
    /// The thread has ended.
    pub(super) is_over: bool,
}

/// The newest comparison, and what it was made of.
#[derive(Debug, Default)]
struct Compared {
    of: Option<(u64, usize)>,
    diff: Arc<DecisionDiff>,
}

impl Shared {
    pub(super) fn new(
        source: String,
        speed: Speed,
        (view, book): (Arc<SharedView>, Arc<SharedBook>),
        wishes: Sender<Wish>,
        bar_grace_ns: i64,
    ) -> Self {
        Self {
            source,
            pace: PaceControl::new(speed),
            gate: Arc::default(),
            view,
            wishes,
            way: Mutex::default(),
            arrived: Condvar::new(),
            book,
            live: Mutex::default(),
            compared: Mutex::default(),
            bar_grace_ns,
        }
    }

    pub(super) fn way(&self) -> MutexGuard<'_, Way> {
        self.way.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn live(&self) -> Arc<[DecisionRecord]> {
        Arc::clone(&self.live.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Does what the hand wants.
    pub(super) fn obey(&self, hand: Hand) {
        match hand {
            Hand::Play => self.pace.play(),
            Hand::Pause => self.pace.pause(),
            Hand::PauseAt(time) => self.pace.pause_at(time),
        }
    }

    /// Wakes the readers of the view: the status has changed.
    pub(super) fn touch(&self) {
        self.view.touch();
    }
}

impl ReplayControl {
    /// Goes on at its speed, on the way to another time from where it is.
    pub fn play(&self) {
        self.take(Hand::Play);
    }

    /// Stops where it is.
    pub fn pause(&self) {
        self.take(Hand::Pause);
    }

    /// Pauses what runs, plays what is paused.
    pub fn toggle(&self) {
        let is_paused = self.shared.way().trip.is_none() && self.shared.pace.state().is_paused;
        self.take(if is_paused { Hand::Play } else { Hand::Pause });
    }

    fn take(&self, hand: Hand) {
        {
            let way = self.shared.way();
            self.shared.obey(hand);
            if way.trip.is_some() {
                // The thread may be about to set out, and would set the pace after this.
                let _ = self.shared.wishes.send(Wish::Hand(hand));
            }
        }
        self.shared.touch();
    }

    /// How fast it plays.
    pub fn set_speed(&self, speed: Speed) {
        self.shared.pace.set_speed(speed);
        self.shared.touch();
    }

    /// The next speed of [`crate::feeds::SPEEDS`].
    pub fn faster(&self) {
        self.shared.pace.faster();
        self.shared.touch();
    }

    /// The speed before of [`crate::feeds::SPEEDS`].
    pub fn slower(&self) {
        self.shared.pace.slower();
        self.shared.touch();
    }

    /// Goes on at its speed and pauses when everything up to `time` is shown.
    pub fn pause_at(&self, time: Timestamp) {
        self.take(Hand::PauseAt(time));
    }

    /// Goes one step and pauses there; steps that are asked for faster than they are done add up.
    pub fn step(&self, step: Step) {
        if let Some(target) = self.step_target(step) {
            self.go_to(target);
        }
    }

    /// Goes to `time` as fast as it can and pauses when everything up to it is shown, forwards from
    /// here, backwards by building the desk anew from the start: orders that were given in the
    /// replay are forgotten then. Times beyond the ends go to the ends.
    pub fn go_to(&self, time: Timestamp) {
        // Shut before the pace changes, so that no order slips into the way.
        self.shared.gate.store(true, Ordering::Release);
        let from = self.shared.pace.position();
        let is_back = from.is_some_and(|from| time < from);
        let begin = self.shared.pace.state().begin;
        {
            // Sent under the lock: whoever ends the trip before it sees that there is another.
            let mut way = self.shared.way();
            let is_sent = self.shared.wishes.send(Wish::GoTo(time)).is_ok();
            way.trip = is_sent.then_some(Trip {
                from: if is_back { begin } else { from },
                target: time,
                share: None,
                is_rebuilding: is_back,
            });
        }
        self.shared.touch();
    }

    /// [`Self::go_to`] from where it is, or is on its way to, by so many nanoseconds.
    pub fn go_by(&self, nanos: i64) {
        let target = self.shared.way().trip.map(|trip| trip.target);
        if let Some(from) = target.or_else(|| self.shared.pace.position()) {
            self.go_to(from.plus_nanos(nanos));
        }
    }

    /// Ends the replay; the live desk is not touched. What is still to be done for it is done by
    /// the replay's thread.
    pub fn leave(&self) {
        self.shared.gate.store(true, Ordering::Release);
        // A thread that has ended needs no telling.
        let _ = self.shared.wishes.send(Wish::Leave);
    }

    /// Where it is and what it does.
    pub fn status(&self) -> ReplayStatus {
        let pace = self.shared.pace.state();
        let (trip, fault) = {
            let way = self.shared.way();
            (way.trip, way.fault.clone())
        };
        ReplayStatus {
            source: self.shared.source.clone(),
            position: pace.position,
            next: pace.next,
            begin: pace.begin,
            end: pace.end,
            speed: pace.speed,
            is_paused: pace.is_paused,
            pauses_at: pace.target,
            is_done: pace.is_done,
            trip: trip.map(|trip| Trip {
                share: share(&trip, pace.position),
                ..trip
            }),
            live_decisions: self.shared.live().len(),
            fault,
        }
    }

    /// What the replay has decided so far beside what was live up to there. Made anew only where
    /// something has changed.
    pub fn diff(&self) -> Arc<DecisionDiff> {
        let live = self.shared.live();
        let is_done = self.shared.pace.state().is_done;
        let until = (!is_done).then(|| self.shared.book.seen());
        let due = live
            .iter()
            .filter(|it| until.is_none_or(|until| it.time <= until))
            .count();
        let book = self.shared.book.lock();
        let mut compared = self
            .shared
            .compared
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let of = Some((book.version(), due));
        if compared.of != of {
            compared.of = of;
            compared.diff = Arc::new(DecisionDiff::of(&live, book.rows(), until));
        }
        Arc::clone(&compared.diff)
    }

    /// Waits until a trip is over; `false` when the time is over first. Not for a screen.
    pub fn wait_for_trip(&self, timeout: Duration) -> bool {
        let waiting = |way: &mut Way| way.trip.is_some() && !way.is_over;
        let (way, _) = self
            .shared
            .arrived
            .wait_timeout_while(self.shared.way(), timeout, waiting)
            .unwrap_or_else(PoisonError::into_inner);
        way.trip.is_none() || way.is_over
    }

    /// Waits until it stands still or is at its end, and is not on its way; `false` when the time
    /// is over first. Not for a screen.
    pub fn wait_until_still(&self, timeout: Duration) -> bool {
        let until = Instant::now() + timeout;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let has_ended = self.shared.way().is_over;
            if has_ended
                || (self.wait_for_trip(left) && self.shared.pace.wait_until_settled(left.min(NAP)))
            {
                return true;
            }
            if left.is_zero() {
                return false;
            }
        }
    }

    fn step_target(&self, step: Step) -> Option<Timestamp> {
        let pace = self.shared.pace.state();
        let on_its_way = self.shared.way().trip.map(|trip| trip.target);
        let at = on_its_way.or(pace.position);
        let next = if on_its_way.is_some() {
            None
        } else {
            pace.next
        };
        let first = at.map(|at| at.plus_nanos(1));
        // Where nothing was played yet, the first tick is what comes next.
        let from = first.max(next).or(pace.begin)?;
        Some(match step {
            Step::Second => {
                let second = from.plus_nanos(-1).floor_second();
                second.plus_nanos(NANOS_PER_SECOND)
            }
            Step::Bar {
                instrument,
                timeframe,
            } => {
                let (_, end) = self
                    .calendar(instrument)?
                    .segment(from)
                    .bucket(timeframe, from);
                end.plus_nanos(self.shared.bar_grace_ns)
            }
        })
    }

    fn calendar(&self, instrument: InstrumentId) -> Option<SessionCalendar> {
        let view = self.shared.view.read();
        let row = view.instruments.get(instrument.index());
        let session = row.map_or(&Session::Continuous, |row| &row.instrument.session);
        SessionCalendar::new(session).ok()
    }
}

/// The longest sleep of those who wait.
const NAP: Duration = Duration::from_millis(50);

/// How much of a trip is done.
fn share(trip: &Trip, position: Option<Timestamp>) -> Option<f64> {
    let from = trip.from?;
    let whole = trip.target.nanos_since(from);
    let done = position.map_or(0, |position| position.nanos_since(from));
    #[allow(clippy::cast_precision_loss, reason = "a bar for people")]
    let share = if whole > 0 {
        done as f64 / whole as f64
    } else {
        1.0
    };
    Some(share.clamp(0.0, 1.0))
}
