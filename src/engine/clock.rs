//! Event time, feed by feed: what falls due between one input and the next, in its order.
//! Must not let the grain of time inputs change what happens: deadlines are run one by one.

use crate::domain::{FeedId, InstrumentId, Timestamp};
use crate::execution::PaperVenue;

use super::Engine;

/// The clock of one feed, and the paper venue that lives by it.
pub(super) struct FeedState {
    /// How far its event time has come.
    now: Timestamp,
    /// When the next of its instruments has a second or bar to close; may be early, never late.
    next_sweep: Timestamp,
    members: Vec<InstrumentId>,
    /// Nothing more will come of it: its time goes on as far as something is on its way.
    has_ended: bool,
    pub(super) venue: PaperVenue,
}

impl FeedState {
    fn next_deadline(&self) -> Timestamp {
        self.next_sweep.min(self.venue.next_deadline())
    }
}

impl Engine {
    /// The state of a feed, made at its first mention.
    pub(super) fn feed_mut(&mut self, feed: FeedId) -> Option<&mut FeedState> {
        while self.feeds.len() <= feed.index() {
            let seed = self.settings.seed.wrapping_add(self.feeds.len() as u64);
            self.feeds.push(FeedState {
                now: Timestamp::ZERO,
                next_sweep: Timestamp::MAX,
                members: Vec::new(),
                has_ended: false,
                venue: PaperVenue::new(self.settings.paper.clone(), seed),
            });
        }
        self.feeds.get_mut(feed.index())
    }

    /// How far a feed's event time has come.
    pub(super) fn feed_now(&self, feed: FeedId) -> Timestamp {
        let started = self.feeds.get(feed.index()).map(|state| state.now);
        // Before its first tick a feed has no time of its own.
        started
            .filter(|now| *now > Timestamp::ZERO)
            .unwrap_or(self.now)
    }

    pub(super) fn enter_feed(&mut self, id: InstrumentId, feed: FeedId) {
        let Some(instrument) = self.instrument(id).cloned() else {
            return;
        };
        let position = self.ledger.position(id).quantity();
        if let Some(state) = self.feed_mut(feed) {
            state.members.push(id);
            state.venue.list(id, instrument);
            state.venue.hold(id, position);
        }
        self.expect_close(id);
    }

    pub(super) fn move_to_feed(&mut self, id: InstrumentId, feed: FeedId) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let former = std::mem::replace(&mut state.feed, feed);
        if let Some(state) = self.feeds.get_mut(former.index()) {
            state.members.retain(|member| *member != id);
        }
        self.enter_feed(id, feed);
        self.readmit_orders(id);
        self.resume_flatten(id);
    }

    /// Makes sure that the feed looks at an instrument when its oldest second or bar is due.
    #[inline]
    pub(super) fn expect_close(&mut self, id: InstrumentId) {
        let Some(state) = self.instruments.get(id.index()) else {
            return;
        };
        let (feed, due) = (state.feed, state.sweep_due(self.settings.close_grace_ns));
        self.expect_sweep(feed, due);
    }

    /// Makes sure that the feed looks at an instrument no later than `deadline`.
    #[inline]
    fn expect_sweep(&mut self, feed: FeedId, deadline: Timestamp) {
        if let Some(state) = self.feeds.get_mut(feed.index()) {
            state.next_sweep = state.next_sweep.min(deadline);
        }
    }

    /// Runs everything of `feed` that is due by `to`, in order, then sets its clock there.
    #[inline]
    pub(super) fn advance_feed(&mut self, feed: FeedId, to: Timestamp) {
        let Some(state) = self.feeds.get_mut(feed.index()) else {
            return;
        };
        if to < state.next_deadline() {
            if to > state.now {
                state.now = to;
                self.now = self.now.max(to);
            }
            return;
        }
        self.run_deadlines(feed, to);
    }

    fn run_deadlines(&mut self, feed: FeedId, to: Timestamp) {
        while let Some(state) = self.feeds.get_mut(feed.index()) {
            let deadline = state.next_deadline();
            if deadline > to || deadline == Timestamp::MAX {
                state.now = state.now.max(to);
                break;
            }
            state.now = state.now.max(deadline);
            self.now = self.now.max(deadline);
            let venue_is_due = state.venue.next_deadline() <= deadline;
            if venue_is_due {
                self.run_venue(feed, deadline);
            } else {
                self.sweep(feed, deadline);
            }
        }
        self.now = self.now.max(self.feed_now(feed).min(to));
    }

    /// Answers what was asked of the venues of feeds that have ended; no tick will.
    pub(super) fn run_out_ended(&mut self) {
        for feed in 0..u16::try_from(self.feeds.len()).unwrap_or(u16::MAX) {
            let feed = FeedId(feed);
            if self
                .feeds
                .get(feed.index())
                .is_some_and(|state| state.has_ended)
            {
                self.run_out(feed);
            }
        }
    }

    /// Closes what is due in every instrument of the feed.
    fn sweep(&mut self, feed: FeedId, now: Timestamp) {
        let Some(state) = self.feeds.get_mut(feed.index()) else {
            return;
        };
        let members = std::mem::take(&mut state.members);
        state.next_sweep = Timestamp::MAX;
        let grace = self.settings.close_grace_ns;
        let watermark = now.plus_nanos(-grace);
        let mut next = Timestamp::MAX;
        for &id in &members {
            let lag = self
                .instruments
                .get(id.index())
                .map_or(0, |state| state.lag_ns);
            self.close_due(id, watermark.plus_nanos(-lag), now);
            if let Some(instrument) = self.instruments.get(id.index()) {
                next = next.min(instrument.sweep_due(grace));
            }
        }
        if let Some(state) = self.feeds.get_mut(feed.index()) {
            state.members = members;
            state.next_sweep = state.next_sweep.min(next);
        }
    }

    /// Lets a feed that has ended run on until nothing is forming and nothing is on its way.
    pub(super) fn run_out(&mut self, feed: FeedId) {
        if let Some(state) = self.feeds.get_mut(feed.index()) {
            state.has_ended = true;
        }
        while let Some(state) = self.feeds.get(feed.index()) {
            let deadline = state.next_deadline();
            if deadline == Timestamp::MAX {
                break;
            }
            self.run_deadlines(feed, deadline);
        }
    }
}
