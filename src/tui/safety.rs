//! Arming, and how far a kill has come: what the desk watches for the trader.
//! Must not send anything, and must not keep what reduces risk from being sent.

use std::time::{Duration, Instant};

use super::state::{DeskState, Health, Tone};
use crate::config::Mode;
use crate::view::View;

/// How far a pressed kill switch has come, in milliseconds since the press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KillProgress {
    /// When it was pressed.
    pub pressed: Instant,
    /// The engine refuses new orders.
    pub latched_ms: Option<u64>,
    /// No order is working any more.
    pub cancelled_ms: Option<u64>,
    /// Nothing is held any more.
    pub flat_ms: Option<u64>,
}

impl KillProgress {
    /// Just pressed.
    pub const fn new(pressed: Instant) -> Self {
        Self {
            pressed,
            latched_ms: None,
            cancelled_ms: None,
            flat_ms: None,
        }
    }

    /// The stages in the order in which they come, each with its time where it is reached.
    pub const fn stages(&self) -> [(&'static str, Option<u64>); 3] {
        [
            ("latched", self.latched_ms),
            ("cancelled", self.cancelled_ms),
            ("flat", self.flat_ms),
        ]
    }

    fn observe(&mut self, view: &View, now: Instant) {
        let since = now.saturating_duration_since(self.pressed).as_millis();
        let since = u64::try_from(since).unwrap_or(u64::MAX);
        if view.halt.as_ref().is_some_and(|halt| halt.kill) {
            self.latched_ms.get_or_insert(since);
        }
        if self.latched_ms.is_some() && view.working_orders.is_empty() {
            self.cancelled_ms.get_or_insert(since);
        }
        let is_flat = view
            .instruments
            .iter()
            .all(|row| row.position.quantity.is_zero());
        if self.cancelled_ms.is_some() && is_flat {
            self.flat_ms.get_or_insert(since);
        }
    }
}

impl DeskState {
    /// Looks at what has changed: how far a kill has come, and whether the desk must be disarmed.
    pub fn observe(&mut self, view: &View, now: Instant) {
        if let Some(kill) = &mut self.kill {
            kill.observe(view, now);
            if view.halt.is_none() && kill.latched_ms.is_some() {
                self.kill = None;
            }
        }
        if view.mode == Mode::Live && self.is_armed(view) && self.has_gap(view) {
            self.disarm("a feed is silent or down", view);
        }
    }

    /// When a live desk that nobody touches is disarmed; `None` where that is not wanted.
    pub fn disarm_due(&self, view: &View) -> Option<Instant> {
        let wait = self.disarm_after.filter(|_| view.mode == Mode::Live)?;
        let touched = self.touched.filter(|_| self.is_armed(view))?;
        touched.checked_add(wait)
    }

    /// Disarms a live desk that nobody touched for too long; `true` when it did.
    pub fn disarm_idle(&mut self, view: &View, now: Instant) -> bool {
        let is_due = self.disarm_due(view).is_some_and(|due| due <= now);
        if is_due {
            let seconds = self.disarm_after.map_or(0, |wait: Duration| wait.as_secs());
            self.disarm(&format!("no key for {seconds} s"), view);
        }
        is_due
    }

    fn disarm(&mut self, why: &str, view: &View) {
        self.armed = Some(false);
        self.say(Tone::Bad, format!("DISARMED: {why}; F9 arms again"), view);
    }

    fn has_gap(&self, view: &View) -> bool {
        view.feeds
            .iter()
            .any(|feed| matches!(self.health(feed), Health::Stale(_) | Health::Down(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, sample};
    use crate::view::HaltView;

    #[test]
    fn a_kill_tells_its_stages_in_their_order() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let mut view = sample::view();
        let mut kill = KillProgress::new(start);
        kill.observe(&view, after(1));
        assert_eq!(kill.stages().map(|(_, at)| at), [None; 3]);
        view.halt = Some(HaltView {
            reason: "kill".to_owned(),
            kill: true,
        });
        kill.observe(&view, after(2));
        assert_eq!(kill.stages().map(|(_, at)| at), [Some(2), None, None]);
        view.working_orders.clear();
        kill.observe(&view, after(5));
        for row in &mut view.instruments {
            row.position = crate::view::PositionView::default();
        }
        kill.observe(&view, after(9));
        kill.observe(&view, after(50));
        assert_eq!(kill.stages().map(|(_, at)| at), [Some(2), Some(5), Some(9)]);
    }

    #[test]
    fn a_live_desk_is_disarmed_by_a_gap_and_by_silence_of_its_keys() {
        let start = Instant::now();
        let mut view = sample::view();
        view.mode = Mode::Live;
        let mut state = DeskState::new(ColorMode::Mono, false);
        assert!(!state.is_armed(&view), "live begins disarmed");
        state.armed = Some(true);
        state.touched = Some(start);
        state.disarm_after = Some(Duration::from_secs(300));
        state.observe(&view, start);
        assert!(state.is_armed(&view));
        assert!(!state.disarm_idle(&view, start + Duration::from_secs(299)));
        assert!(state.disarm_idle(&view, start + Duration::from_secs(300)));
        state.armed = Some(true);
        view.feeds[0].age_ms = Some(60_000);
        state.observe(&view, start);
        assert!(!state.is_armed(&view));
        view.mode = Mode::Paper;
        state.armed = None;
        state.observe(&view, start);
        assert!(state.is_armed(&view), "paper stays armed");
    }
}
