//! A hand on the pace of one feed: pause, speed, step, and how far it may run.
//! Must not deliver anything: the outlet obeys, and tells here how far it has come.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::spec::Speed;
use crate::domain::Timestamp;

/// The speeds that a person chooses from, slowest first.
pub const SPEEDS: [Speed; 7] = [
    Speed::Times(0.5),
    Speed::LIVE,
    Speed::Times(2.0),
    Speed::Times(5.0),
    Speed::Times(10.0),
    Speed::Times(50.0),
    Speed::Max,
];

/// Shared between the feed's thread, which obeys, and whoever holds the pace. One for each feed.
///
/// A pause is exact: after [`Self::pause_at`] or [`Self::go_to`] has settled, all that the feed has
/// up to that event time is in the engine's queue, nothing later is, and the feed's clock stands
/// at that time. Rows that a tape holds after a later one wait with it, whatever their own time.
#[derive(Debug, Clone)]
pub struct PaceControl(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    /// Counts the wishes; the feed compares it for each tick and locks only when it has changed.
    version: AtomicU64,
    /// Nanoseconds; `i64::MIN` before the first tick.
    position: AtomicI64,
    inner: Mutex<Inner>,
    /// Wakes the feed.
    wished: Condvar,
    /// Wakes those who wait for the feed.
    told: Condvar,
}

#[derive(Debug)]
struct Inner {
    wish: Wish,
    next: Option<Timestamp>,
    begin: Option<Timestamp>,
    end: Option<Timestamp>,
    /// The feed has come to a halt under the newest wish.
    is_settled: bool,
    is_done: bool,
}

/// What is wanted of the feed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wish {
    pub(super) gait: Gait,
    pub(super) speed: Speed,
    /// Nothing later than this is delivered.
    pub(super) until: Timestamp,
}

/// How the feed moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gait {
    /// Not at all.
    Halt,
    /// At its speed.
    Play,
    /// As fast as the engine takes it.
    Seek,
}

/// Where a feed is and what it does.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PaceState {
    /// Event time that the feed has come to; `None` before its first tick.
    pub position: Option<Timestamp>,
    /// Event time of what waits behind a pause; `None` while it runs.
    pub next: Option<Timestamp>,
    /// Event time of its first tick, where it is known.
    pub begin: Option<Timestamp>,
    /// Event time of its last tick, where it is known.
    pub end: Option<Timestamp>,
    /// How fast it runs when it plays.
    pub speed: Speed,
    /// Whether it stands still, or will as soon as the feed has heard of it.
    pub is_paused: bool,
    /// Whether it is on its way to `target` at full speed.
    pub is_seeking: bool,
    /// Where it will pause by itself.
    pub target: Option<Timestamp>,
    /// Whether its source is at its end.
    pub is_done: bool,
}

impl PaceControl {
    /// A hand on a feed that is still to be started, which then plays at `speed`.
    pub fn new(speed: Speed) -> Self {
        Self(Arc::new(Shared {
            version: AtomicU64::new(1),
            position: AtomicI64::new(i64::MIN),
            inner: Mutex::new(Inner {
                wish: Wish {
                    gait: Gait::Play,
                    speed,
                    until: Timestamp::MAX,
                },
                next: None,
                begin: None,
                end: None,
                is_settled: false,
                is_done: false,
            }),
            wished: Condvar::new(),
            told: Condvar::new(),
        }))
    }

    /// Goes on at its speed, and no more stops by itself.
    pub fn play(&self) {
        self.wish(|wish| {
            wish.gait = Gait::Play;
            wish.until = Timestamp::MAX;
        });
    }

    /// Stops where it is.
    pub fn pause(&self) {
        self.wish(|wish| wish.gait = Gait::Halt);
    }

    /// Pauses what runs, plays what is paused.
    pub fn toggle(&self) {
        if self.lock().wish.gait == Gait::Halt {
            self.play();
        } else {
            self.pause();
        }
    }

    /// How fast it runs when it plays.
    pub fn set_speed(&self, speed: Speed) {
        self.wish(|wish| wish.speed = speed);
    }

    /// The next speed of [`SPEEDS`]; the fastest stays.
    pub fn faster(&self) {
        let speed = self.lock().wish.speed;
        if let Some(next) = SPEEDS.into_iter().find(|it| factor(*it) > factor(speed)) {
            self.set_speed(next);
        }
    }

    /// The speed before of [`SPEEDS`]; the slowest stays.
    pub fn slower(&self) {
        let speed = self.lock().wish.speed;
        let mut before = SPEEDS.into_iter().rev();
        if let Some(next) = before.find(|it| factor(*it) < factor(speed)) {
            self.set_speed(next);
        }
    }

    /// Goes on at its speed and pauses when everything up to `time` is delivered.
    pub fn pause_at(&self, time: Timestamp) {
        self.wish(|wish| {
            wish.gait = Gait::Play;
            wish.until = time;
        });
    }

    /// As [`Self::pause_at`], as fast as the engine takes it. A time that has passed already stops
    /// the feed where it is.
    pub fn go_to(&self, time: Timestamp) {
        self.wish(|wish| {
            wish.gait = Gait::Seek;
            wish.until = time;
        });
    }

    /// Where it is and what it does.
    pub fn state(&self) -> PaceState {
        let position = self.position();
        let inner = self.lock();
        let Wish { gait, speed, until } = inner.wish;
        PaceState {
            position,
            next: inner.next,
            begin: inner.begin,
            end: inner.end,
            speed,
            is_paused: gait == Gait::Halt,
            is_seeking: gait == Gait::Seek && !inner.is_done,
            target: (gait != Gait::Halt && until < Timestamp::MAX).then_some(until),
            is_done: inner.is_done,
        }
    }

    /// Event time that the feed has come to; `None` before its first tick.
    pub fn position(&self) -> Option<Timestamp> {
        match self.0.position.load(Ordering::Acquire) {
            i64::MIN => None,
            nanos => Some(Timestamp::from_nanos(nanos)),
        }
    }

    /// Waits until the feed stands still, with all that it delivered in the engine's queue, or is
    /// at its end; `false` when the time is over.
    pub fn wait_until_settled(&self, timeout: Duration) -> bool {
        let (inner, _) = self
            .0
            .told
            .wait_timeout_while(self.lock(), timeout, |it| !(it.is_settled || it.is_done))
            .unwrap_or_else(PoisonError::into_inner);
        inner.is_settled || inner.is_done
    }

    /// Notes where the source begins and ends.
    pub fn set_span(&self, begin: Option<Timestamp>, end: Option<Timestamp>) {
        let mut inner = self.lock();
        inner.begin = begin.or(inner.begin);
        inner.end = end.or(inner.end);
    }

    /// Takes the hand to the begin of the source: the feed that held it has ended, and another is
    /// about to be started. What is wished stays.
    pub fn rewind(&self) {
        let mut inner = self.lock();
        inner.next = None;
        inner.is_settled = false;
        inner.is_done = false;
        self.0.position.store(i64::MIN, Ordering::Release);
    }

    /// Wakes a feed that waits, so that it sees that it was stopped.
    pub fn wake(&self) {
        self.0.wished.notify_all();
    }

    fn wish(&self, change: impl FnOnce(&mut Wish)) {
        let mut inner = self.lock();
        let before = inner.wish;
        change(&mut inner.wish);
        if inner.wish == before {
            return;
        }
        inner.is_settled = false;
        inner.next = None;
        self.0.version.fetch_add(1, Ordering::AcqRel);
        drop(inner);
        self.0.wished.notify_all();
        // A feed that is done settles nothing any more.
        self.0.told.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The feed's side.
impl PaceControl {
    /// A feed has taken the hand.
    pub(super) fn attach(&self) {
        let mut inner = self.lock();
        inner.is_settled = false;
        inner.is_done = false;
    }

    /// Counts the wishes; cheap.
    #[inline]
    pub(super) fn version(&self) -> u64 {
        self.0.version.load(Ordering::Acquire)
    }

    /// The newest wish and its number.
    pub(super) fn newest(&self) -> (u64, Wish) {
        let inner = self.lock();
        (self.version(), inner.wish)
    }

    /// Tells how far the feed has come.
    #[inline]
    pub(super) fn tell(&self, position: Timestamp) {
        self.0.position.store(position.nanos(), Ordering::Release);
    }

    /// Tells that the feed stands still under the wish of this number, with `next` behind it; a
    /// newer wish makes that untrue, and then nothing is told.
    pub(super) fn settle(&self, version: u64, next: Timestamp) {
        let mut inner = self.lock();
        if self.version() != version {
            return;
        }
        inner.wish.gait = Gait::Halt;
        inner.wish.until = Timestamp::MAX;
        inner.is_settled = true;
        inner.next = Some(next);
        drop(inner);
        self.0.told.notify_all();
    }

    /// Tells that nothing more will come.
    pub(super) fn finish(&self) {
        let mut inner = self.lock();
        inner.is_done = true;
        inner.next = None;
        drop(inner);
        self.0.told.notify_all();
    }

    /// Waits for another wish than that of this number; whether there is one.
    pub(super) fn wait_for_wish(&self, version: u64, timeout: Duration) -> bool {
        if timeout.is_zero() {
            return self.version() != version;
        }
        // `wake` ends the wait, too: whoever waits looks whether it was stopped.
        let guard = self.lock();
        if self.version() == version {
            drop(self.0.wished.wait_timeout(guard, timeout));
        }
        self.version() != version
    }
}

const fn factor(speed: Speed) -> f64 {
    match speed {
        Speed::Times(times) => times,
        Speed::Max => f64::INFINITY,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_go_up_and_down_the_ladder() {
        // From; faster; slower.
        let cases = [
            (Speed::LIVE, Speed::Times(2.0), Speed::Times(0.5)),
            (Speed::Times(0.5), Speed::LIVE, Speed::Times(0.5)),
            (Speed::Times(7.0), Speed::Times(10.0), Speed::Times(5.0)),
            (Speed::Times(0.1), Speed::Times(0.5), Speed::Times(0.1)),
            (Speed::Times(900.0), Speed::Max, Speed::Times(50.0)),
            (Speed::Max, Speed::Max, Speed::Times(50.0)),
        ];
        for (from, faster, slower) in cases {
            let pace = PaceControl::new(from);
            pace.faster();
            assert_eq!(pace.state().speed, faster, "{from}");
            pace.set_speed(from);
            pace.slower();
            assert_eq!(pace.state().speed, slower, "{from}");
        }
    }

    #[test]
    fn a_halt_under_an_old_wish_settles_nothing() {
        let pace = PaceControl::new(Speed::LIVE);
        pace.pause();
        let (version, wish) = pace.newest();
        assert_eq!(wish.gait, Gait::Halt);
        pace.go_to(Timestamp::from_seconds(5));
        pace.settle(version, Timestamp::from_seconds(3));
        assert!(!pace.wait_until_settled(Duration::ZERO));
        assert!(pace.state().is_seeking);
        let (version, _) = pace.newest();
        pace.settle(version, Timestamp::from_seconds(6));
        assert!(pace.wait_until_settled(Duration::ZERO));
        let state = pace.state();
        assert_eq!(state.next, Some(Timestamp::from_seconds(6)));
        assert!(state.is_paused && !state.is_seeking && state.target.is_none());
    }

    #[test]
    fn pausing_twice_stays_settled_and_the_end_settles_all() {
        let pace = PaceControl::new(Speed::LIVE);
        pace.pause();
        pace.settle(pace.version(), Timestamp::from_seconds(3));
        pace.pause();
        assert!(pace.wait_until_settled(Duration::ZERO));
        pace.play();
        assert!(!pace.wait_until_settled(Duration::ZERO));
        pace.finish();
        assert!(pace.wait_until_settled(Duration::ZERO));
        pace.rewind();
        assert!(!pace.wait_until_settled(Duration::ZERO));
        assert_eq!(pace.position(), None);
    }
}
