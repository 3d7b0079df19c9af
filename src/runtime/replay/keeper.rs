//! The replay's own thread: builds its desk, builds it anew to go back, and takes it down.
//! Must not keep a screen waiting: what it does is seen in the status.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use tracing::warn;

use super::ReplayOptions;
use super::control::{ReplayControl, Shared, Trip, Wish};
use super::decisions::DecisionTap;
use super::source::{self, Opened};
use crate::domain::Timestamp;
use crate::feeds::FeedOptions;
use crate::runtime::background;
use crate::runtime::desk::{Desk, DeskError, Fittings, RunOptions, Seat};
use crate::runtime::handle::{DeskHandle, Drained};
use crate::runtime::summary::Summary;
use crate::view::View;

/// How often it looks for wishes while it waits for the feed.
const NAP: Duration = Duration::from_millis(20);
/// How often it looks whether the feed has failed.
const LOOK: Duration = Duration::from_millis(500);
/// How long an engine may take to show all that it was given.
const DRAIN_PATIENCE: Duration = Duration::from_secs(60);

/// All that the thread owns.
pub(super) struct Keeper {
    options: ReplayOptions,
    seat: Seat,
    shared: Arc<Shared>,
    handle: DeskHandle,
    wishes: Receiver<Wish>,
}

/// A replay whose source was opened.
struct Running {
    opened: Opened,
    runtime: tokio::runtime::Runtime,
    desk: Option<Desk>,
    /// Readers still have the view of before.
    is_hidden: bool,
}

impl Keeper {
    pub(super) const fn new(
        options: ReplayOptions,
        seat: Seat,
        shared: Arc<Shared>,
        handle: DeskHandle,
        wishes: Receiver<Wish>,
    ) -> Self {
        Self {
            options,
            seat,
            shared,
            handle,
            wishes,
        }
    }

    /// Runs until the replay is left.
    pub(super) fn run(self) -> Result<Option<Summary>, DeskError> {
        background::give_way();
        let ended = self.live();
        let text = ended.as_ref().err().map(ToString::to_string);
        {
            let mut way = self.shared.way();
            way.fault = way.fault.take().or(text);
            way.trip = None;
            way.is_over = true;
        }
        self.shared.arrived.notify_all();
        self.seat.view.reveal();
        self.shared.touch();
        ended
    }

    fn live(&self) -> Result<Option<Summary>, DeskError> {
        let mut running = Running {
            opened: source::open(&self.options)?,
            runtime: tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .thread_name("replay")
                .on_thread_start(background::give_way)
                .enable_all()
                .build()?,
            desk: None,
            is_hidden: false,
        };
        self.shared
            .pace
            .set_span(running.opened.span.0, running.opened.span.1);
        *self
            .shared
            .live
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) =
            running.opened.live.as_slice().into();
        match self.options.from {
            Some(from) => {
                let plays = (!self.options.is_paused).then_some(from);
                if self.travel(&mut running, from, plays)? {
                    return self.end(running);
                }
            }
            None => {
                if self.options.is_paused {
                    self.shared.pace.pause();
                } else {
                    self.play();
                }
                self.build(&mut running)?;
                self.reveal(&mut running);
            }
        }
        loop {
            match self.wishes.recv_timeout(LOOK) {
                Ok(Wish::GoTo(target)) => {
                    if self.travel(&mut running, target, None)? {
                        break;
                    }
                }
                // Only on the way, and the way hears of it itself.
                Ok(Wish::Hand(_)) => {}
                Ok(Wish::Leave) | Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => self.look_for_fault(&mut running),
            }
        }
        self.end(running)
    }

    fn play(&self) {
        match self.options.to {
            Some(to) => self.shared.pace.pause_at(to),
            None => self.shared.pace.play(),
        }
        self.shared.touch();
    }

    /// Takes the replay to a time, from where it plays on if that is `plays`; `true` when it was
    /// left on the way.
    fn travel(
        &self,
        running: &mut Running,
        target: Timestamp,
        plays: Option<Timestamp>,
    ) -> Result<bool, DeskError> {
        let mut wish = Wish::GoTo(target);
        loop {
            match wish {
                Wish::GoTo(target) => self.set_out(running, target)?,
                Wish::Hand(hand) => self.shared.obey(hand),
                Wish::Leave => return Ok(true),
            }
            if let Some(newer) = self.wait() {
                wish = newer;
                continue;
            }
            if drained(&self.handle, DRAIN_PATIENCE).is_none() {
                warn!("the replay's engine does not answer");
            }
            self.look_for_fault(running);
            self.reveal(running);
            // Before the trip is over: who waits for the end must not take this for it. Unless
            // somebody has taken the hand meanwhile.
            if plays.is_some() && self.shared.pace.position() == plays {
                self.play();
            }
            match self.arrive() {
                Some(newer) => wish = newer,
                None => return Ok(false),
            }
        }
    }

    /// Sends the feed on its way, from the start of a new desk where the way leads back.
    fn set_out(&self, running: &mut Running, target: Timestamp) -> Result<(), DeskError> {
        let position = self.shared.pace.position();
        let is_back = position.is_some_and(|position| target < position);
        let is_new = is_back || running.desk.is_none();
        if is_new {
            self.take_down(running)?;
        }
        // After the feed of before has ended, so that the wish is that of the next.
        self.shared.pace.go_to(target);
        if is_new {
            self.build(running)?;
        }
        Ok(())
    }

    /// Ends the trip, unless there is another wish already.
    fn arrive(&self) -> Option<Wish> {
        {
            // A trip is begun under this lock, so none is ended that has just begun.
            let mut way = self.shared.way();
            if let Ok(newer) = self.wishes.try_recv() {
                return Some(newer);
            }
            way.trip = None;
            self.shared.gate.store(false, Ordering::Release);
        }
        self.shared.arrived.notify_all();
        self.shared.touch();
        None
    }

    /// Waits until the feed stands still at its target or somebody has taken the hand; a newer
    /// wish, where there is one.
    fn wait(&self) -> Option<Wish> {
        loop {
            let newest = self.wishes.try_iter().reduce(|before, newer| match before {
                Wish::Leave => before,
                Wish::GoTo(_) | Wish::Hand(_) => newer,
            });
            let is_still = newest.is_none() && self.shared.pace.wait_until_settled(NAP);
            if newest.is_some() || is_still || !self.shared.pace.state().is_seeking {
                return newest;
            }
        }
    }

    /// Starts a desk at the begin of the source; readers keep what they see until [`Self::reveal`].
    fn build(&self, running: &mut Running) -> Result<(), DeskError> {
        self.shared.pace.rewind();
        self.shared.book.clear();
        let config = &running.opened.feed_options.config;
        let view = View::new(config.mode, &config.account.currency, &[]);
        self.seat.view.rebuild(view);
        running.is_hidden = true;
        let feed = self.options.source.feed();
        let options = RunOptions {
            data_dir: None,
            fresh: false,
            feeds: vec![feed],
            feed_options: FeedOptions {
                pace: Some(self.shared.pace.clone()),
                ..running.opened.feed_options.clone()
            },
            only: self.options.only.clone(),
            exit_at_end: false,
            has_screen: self.options.has_screen,
        };
        let fittings = Fittings {
            seat: Some(self.seat.clone()),
            state: running.opened.state.clone(),
            tap: Some(DecisionTap::new(Arc::clone(&self.shared.book))),
            is_background: true,
        };
        let desk = Desk::start_fitted(options, fittings, running.runtime.handle())?;
        running.desk = Some(desk);
        Ok(())
    }

    fn reveal(&self, running: &mut Running) {
        if std::mem::take(&mut running.is_hidden) {
            self.seat.view.reveal();
        }
    }

    /// Ends the desk that runs, if one does.
    fn take_down(&self, running: &mut Running) -> Result<Option<Summary>, DeskError> {
        let Some(desk) = running.desk.take() else {
            return Ok(None);
        };
        desk.stop_token().cancel();
        // A feed that is paused looks seldom whether it was stopped.
        self.shared.pace.wake();
        running.runtime.block_on(desk.finish()).map(Some)
    }

    fn look_for_fault(&self, running: &mut Running) {
        let failure = running.desk.as_mut().and_then(Desk::failure);
        if let Some(failure) = failure {
            self.shared.way().fault = Some(failure.to_string());
            self.shared.touch();
        }
    }

    fn end(&self, mut running: Running) -> Result<Option<Summary>, DeskError> {
        let ended = self.take_down(&mut running);
        running.runtime.shutdown_background();
        ended
    }
}

/// Waits until all that the feed delivered is taken and shown; `None` when the engine has ended or
/// the time is over.
pub(super) fn drained(handle: &DeskHandle, patience: Duration) -> Option<Drained> {
    let until = Instant::now() + patience;
    let mut answer = handle.drain().ok()?;
    loop {
        match answer.try_recv() {
            Ok(drained) => return Some(drained),
            Err(tokio::sync::oneshot::error::TryRecvError::Empty) if Instant::now() < until => {
                std::thread::sleep(Duration::from_millis(1));
            }
            Err(_) => return None,
        }
    }
}

impl ReplayControl {
    /// The replay opens with a trip to `from`.
    pub(super) fn open_at(&self, from: Timestamp) {
        self.shared.gate.store(true, Ordering::Release);
        self.shared.way().trip = Some(Trip {
            from: None,
            target: from,
            share: None,
            is_rebuilding: true,
        });
    }
}
