//! What keys ask of the replay that a desk shows.
//! Must not wait for it: the view tells when it has come there.

use crate::domain::Timeframe;
use crate::domain::time::NANOS_PER_SECOND;
use crate::runtime::replay::{ReplayControl, Step};

/// What is asked of a replay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReplayWish {
    /// Play where it stands, pause where it plays.
    Toggle,
    /// Go on by so much, then pause.
    Step(Step),
    /// Go back by a bar of this timeframe, or by a second, then pause.
    Back(Option<Timeframe>),
    /// Play slower.
    Slower,
    /// Play faster.
    Faster,
}

impl ReplayWish {
    /// Asks it.
    pub fn ask(self, control: &ReplayControl) {
        match self {
            Self::Toggle => control.toggle(),
            Self::Step(step) => control.step(step),
            Self::Back(timeframe) => {
                let seconds = timeframe.map_or(1, |it| i64::from(it.seconds()));
                control.go_by(-seconds * NANOS_PER_SECOND);
            }
            Self::Slower => control.slower(),
            Self::Faster => control.faster(),
        }
    }
}
