//! Judges the way to the terminal and says how much of the desk it can carry.
//! Must not read a clock or write: moments are given, counted from any start.

use std::collections::VecDeque;
use std::time::Duration;

use super::theme::ColorMode;

/// Frames a second of the three steps, where the configuration allows no less.
const RATES: [u32; 3] = [30, 10, 4];
/// Slow observations in a row before less is drawn.
const SLOW_MAX: u32 = 3;
/// A write or an answer that takes this long is enough by itself.
const VERY_SLOW: Duration = Duration::from_secs(1);
/// A way there and back beyond its shortest, from which on something queues up on it.
const QUEUED: Duration = Duration::from_millis(250);
/// The least time between two steps down.
const SETTLE: Duration = Duration::from_secs(2);
/// How long everything must be fast before more is drawn.
const CALM: Duration = Duration::from_secs(5);
/// The longest that this becomes for a link that never stays fast.
const CALM_MAX: Duration = Duration::from_secs(60);
/// A step down this soon after a step up makes the next step up come later.
const RELAPSE: Duration = Duration::from_secs(10);
/// Over what time bytes a second are counted.
const WINDOW: Duration = Duration::from_secs(2);
/// The least time between two questions to the terminal.
const QUESTION_INTERVAL: Duration = Duration::from_secs(2);
/// Questions without an answer after which none is asked any more.
const UNANSWERED_MAX: u32 = 2;
/// How long an answer is waited for.
const ANSWER_PATIENCE: Duration = Duration::from_secs(5);

/// How much is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Detail {
    /// Everything.
    #[default]
    Full,
    /// No sparklines and nothing else that changes all over with each tick.
    NoSparklines,
    /// Only what a decision needs.
    Minimal,
}

/// What a link is judged by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkConfig {
    /// Most frames a second; at least 1.
    pub frames_per_second: u32,
    /// Whether a slow link may be given 256 colours instead of all.
    pub may_reduce_colors: bool,
    /// Whether the terminal is asked how long the way to it is.
    pub asks: bool,
}

/// How the desk is to be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LinkPlan {
    /// Least time between two frames that the market alone causes.
    pub interval: Duration,
    /// How much is drawn.
    pub detail: Detail,
    /// Richest colours; as they are where `None`.
    pub colors: Option<ColorMode>,
}

/// The way to the terminal.
#[derive(Debug, Clone)]
pub struct Link {
    config: LinkConfig,
    /// 0 to 2; more is less.
    step: usize,
    slow_in_row: u32,
    /// Since when everything has been fast.
    calm_since: Duration,
    calm: Duration,
    stepped_down: Option<Duration>,
    stepped_up: Option<Duration>,
    /// When frames were written, and their bytes.
    written: VecDeque<(Duration, usize)>,
    round_trip: Option<Duration>,
    shortest: Option<Duration>,
    asked: Option<Duration>,
    next_question: Duration,
    unanswered: u32,
}

impl Link {
    /// A link that has shown nothing of itself yet; it is trusted.
    pub fn new(config: LinkConfig) -> Self {
        Self {
            config,
            step: 0,
            slow_in_row: 0,
            calm_since: Duration::ZERO,
            calm: CALM,
            stepped_down: None,
            stepped_up: None,
            written: VecDeque::new(),
            round_trip: None,
            shortest: None,
            asked: None,
            next_question: Duration::ZERO,
            unanswered: 0,
        }
    }

    /// A write of so many bytes ended at `now` after `took`.
    pub fn wrote(&mut self, now: Duration, bytes: usize, took: Duration) {
        self.written.push_back((now, bytes));
        self.forget(now);
        self.judge(now, took, self.interval(self.step) / 2);
    }

    /// The write that is under way at `now` has lasted for so long.
    pub fn stuck(&mut self, now: Duration, lasted: Duration) {
        if lasted >= VERY_SLOW {
            self.judge(now, lasted, VERY_SLOW);
        }
    }

    /// Whether the terminal is to be asked now, together with a frame.
    pub fn wants_to_ask(&self, now: Duration) -> bool {
        self.config.asks
            && self.asked.is_none()
            && self.unanswered < UNANSWERED_MAX
            && now >= self.next_question
    }

    /// The terminal was asked at `now`.
    pub fn asked(&mut self, now: Duration) {
        self.asked = Some(now);
        self.next_question = now + QUESTION_INTERVAL;
    }

    /// The terminal's answer was read at `now`.
    pub fn answered(&mut self, now: Duration) {
        let Some(asked) = self.asked.take() else {
            return;
        };
        self.unanswered = 0;
        let took = now.saturating_sub(asked);
        self.round_trip = Some(took);
        let shortest = self.shortest.map_or(took, |shortest| shortest.min(took));
        self.shortest = Some(shortest);
        self.judge(now, took.saturating_sub(shortest), QUEUED);
    }

    /// Time has come this far: an answer that is overdue is judged.
    pub fn tick(&mut self, now: Duration) {
        self.forget(now);
        let Some(asked) = self.asked else { return };
        if now.saturating_sub(asked) >= ANSWER_PATIENCE {
            self.asked = None;
            self.unanswered += 1;
            // One that answered before is there, and slow; one that never did may not know how.
            if self.round_trip.is_some() {
                self.judge(now, ANSWER_PATIENCE, QUEUED);
            }
        }
    }

    fn judge(&mut self, now: Duration, took: Duration, limit: Duration) {
        if took > limit || took >= VERY_SLOW {
            self.calm_since = now;
            self.slow_in_row += 1;
            if self.slow_in_row >= SLOW_MAX || took >= VERY_SLOW {
                self.step_down(now);
            }
            return;
        }
        self.slow_in_row = 0;
        // Fast enough for now is not fast enough for more.
        let better = self.interval(self.step.saturating_sub(1));
        if took > (better / 4).min(limit) {
            self.calm_since = now;
        } else if self.step > 0 && now.saturating_sub(self.calm_since) >= self.calm {
            self.step -= 1;
            self.stepped_up = Some(now);
            self.calm_since = now;
        }
        let steady = |moment: Option<Duration>| {
            moment.is_none_or(|moment| now.saturating_sub(moment) > CALM_MAX)
        };
        if steady(self.stepped_down) {
            self.calm = CALM;
        }
    }

    fn step_down(&mut self, now: Duration) {
        let settled = self
            .stepped_down
            .is_none_or(|moment| now.saturating_sub(moment) >= SETTLE);
        if !settled || self.step + 1 >= RATES.len() {
            return;
        }
        let relapsed = self
            .stepped_up
            .is_some_and(|moment| now.saturating_sub(moment) < RELAPSE);
        if relapsed {
            self.calm = (self.calm * 2).min(CALM_MAX);
        }
        self.step += 1;
        self.slow_in_row = 0;
        self.stepped_down = Some(now);
    }

    fn interval(&self, step: usize) -> Duration {
        Duration::from_secs(1) / self.rate(step)
    }

    fn rate(&self, step: usize) -> u32 {
        let top = self.config.frames_per_second.max(1);
        match step {
            0 => top,
            step => RATES.get(step).copied().unwrap_or(1).min(top),
        }
    }

    fn forget(&mut self, now: Duration) {
        let old = |written: &(Duration, usize)| now.saturating_sub(written.0) >= WINDOW;
        while self.written.front().is_some_and(old) {
            self.written.pop_front();
        }
    }

    /// How the desk is to be drawn.
    pub fn plan(&self) -> LinkPlan {
        let detail = match self.step {
            0 => Detail::Full,
            1 => Detail::NoSparklines,
            _ => Detail::Minimal,
        };
        let reduced = self.config.may_reduce_colors && detail == Detail::Minimal;
        LinkPlan {
            interval: self.interval(self.step),
            detail,
            colors: reduced.then_some(ColorMode::Indexed),
        }
    }

    /// Bytes a second over the last moments.
    pub fn bytes_per_second(&self) -> usize {
        let sum: usize = self.written.iter().map(|(_, bytes)| bytes).sum();
        sum * 1_000 / usize::try_from(WINDOW.as_millis()).unwrap_or(usize::MAX)
    }

    /// The newest time there and back, where the terminal tells it.
    pub const fn round_trip(&self) -> Option<Duration> {
        self.round_trip
    }

    /// For the status line: `link 12 kB/s 85 ms 10fps`; the time there and back stands in it where
    /// it is known.
    pub fn text(&self) -> String {
        let kilobytes = self.bytes_per_second().div_ceil(1_000);
        let rate = self.rate(self.step);
        match self.round_trip {
            Some(time) => format!("link {kilobytes} kB/s {} ms {rate}fps", time.as_millis()),
            None => format!("link {kilobytes} kB/s {rate}fps"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REMOTE: LinkConfig = LinkConfig {
        frames_per_second: 30,
        may_reduce_colors: true,
        asks: true,
    };

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    /// What happens to the link, and how often, so many milliseconds apart.
    #[derive(Debug, Clone, Copy)]
    enum Seen {
        Wrote { took: u64, every: u64, times: u32 },
        Stuck { lasted: u64 },
        Answer { after: u64 },
        NoAnswer,
    }
    use Seen::{Answer, NoAnswer, Stuck, Wrote};

    fn run(link: &mut Link, now: &mut u64, seen: Seen) {
        match seen {
            Wrote { took, every, times } => {
                for _ in 0..times {
                    *now += every;
                    link.wrote(ms(*now), 1_000, ms(took));
                }
            }
            Stuck { lasted } => {
                *now += lasted;
                link.stuck(ms(*now), ms(lasted));
            }
            Answer { after } => {
                link.asked(ms(*now));
                *now += after;
                link.answered(ms(*now));
            }
            NoAnswer => {
                link.asked(ms(*now));
                *now += 6_000;
                link.tick(ms(*now));
            }
        }
    }

    #[test]
    fn what_is_seen_decides_how_much_is_drawn() {
        let fast = |seconds: u32| Wrote {
            took: 1,
            every: 100,
            times: seconds * 10,
        };
        let slow = |times: u32| Wrote {
            took: 200,
            every: 250,
            times,
        };
        let cases: &[(&str, &[Seen], u32)] = &[
            ("nothing yet", &[], 30),
            ("fast", &[fast(20)], 30),
            (
                "one slow write is no reason",
                &[fast(1), slow(1), fast(1)],
                30,
            ),
            (
                "two slow writes apart are none",
                &[slow(2), fast(1), slow(2)],
                30,
            ),
            ("three in a row are", &[slow(3)], 10),
            ("a step settles before the next", &[slow(6)], 10),
            ("still slow", &[slow(20)], 4),
            ("never below the last", &[slow(200)], 4),
            (
                "a stuck write counts at once",
                &[Stuck { lasted: 1_500 }],
                10,
            ),
            ("a short one does not", &[Stuck { lasted: 900 }], 30),
            ("calm for too short", &[slow(3), fast(4)], 10),
            ("calm for long enough", &[slow(3), fast(6)], 30),
            ("up step by step", &[slow(20), fast(6)], 10),
            ("up to the top", &[slow(20), fast(12)], 30),
            (
                "a relapse makes the next calm longer",
                &[slow(3), fast(6), slow(3), fast(6)],
                10,
            ),
            (
                "but not for ever",
                &[slow(3), fast(6), slow(3), fast(11)],
                30,
            ),
            (
                "slow for more, fast for now: stay",
                &[
                    slow(3),
                    Wrote {
                        took: 30,
                        every: 100,
                        times: 200,
                    },
                ],
                10,
            ),
            (
                "a long way is not a slow one",
                &[Answer { after: 180 }, Answer { after: 200 }],
                30,
            ),
            (
                "a way that grows longer queues",
                &[
                    Answer { after: 80 },
                    Answer { after: 400 },
                    Answer { after: 500 },
                    Answer { after: 600 },
                ],
                10,
            ),
            (
                "much longer at once",
                &[Answer { after: 80 }, Answer { after: 1_500 }],
                10,
            ),
            ("no answer after one", &[Answer { after: 80 }, NoAnswer], 10),
            ("no answer at all says nothing", &[NoAnswer, NoAnswer], 30),
        ];
        for (name, seen, expected) in cases {
            let (mut link, mut now) = (Link::new(REMOTE), 0);
            for one in *seen {
                run(&mut link, &mut now, *one);
            }
            let plan = link.plan();
            assert_eq!(plan.interval, Duration::from_secs(1) / *expected, "{name}");
            let (detail, colors) = match expected {
                30 => (Detail::Full, None),
                10 => (Detail::NoSparklines, None),
                _ => (Detail::Minimal, Some(ColorMode::Indexed)),
            };
            assert_eq!((plan.detail, plan.colors), (detail, colors), "{name}");
        }
    }

    #[test]
    fn the_configured_rate_is_never_exceeded() {
        for (top, expected) in [
            (60, [60, 10, 4]),
            (10, [10, 10, 4]),
            (2, [2, 2, 2]),
            (0, [1, 1, 1]),
        ] {
            let mut link = Link::new(LinkConfig {
                frames_per_second: top,
                may_reduce_colors: false,
                ..REMOTE
            });
            for (step, rate) in expected.into_iter().enumerate() {
                link.step = step;
                assert_eq!(
                    link.plan().interval,
                    Duration::from_secs(1) / rate,
                    "{top} {step}"
                );
                assert_eq!(link.plan().colors, None);
            }
        }
    }

    #[test]
    fn it_says_what_it_carries() {
        let mut link = Link::new(REMOTE);
        assert_eq!(link.text(), "link 0 kB/s 30fps");
        for tenth in 1..=30 {
            link.wrote(ms(tenth * 100), 1_200, ms(1));
        }
        assert_eq!(link.text(), "link 12 kB/s 30fps");
        link.asked(ms(3_000));
        link.answered(ms(3_085));
        assert_eq!(link.text(), "link 12 kB/s 85 ms 30fps");
        link.tick(ms(60_000));
        assert_eq!(link.bytes_per_second(), 0);
    }

    #[test]
    fn questions_are_rare_and_end_where_nobody_answers() {
        let mut link = Link::new(REMOTE);
        assert!(link.wants_to_ask(ms(0)));
        link.asked(ms(0));
        assert!(!link.wants_to_ask(ms(10)));
        link.answered(ms(50));
        assert!(!link.wants_to_ask(ms(1_999)) && link.wants_to_ask(ms(2_000)));
        for asked in [10_000, 20_000] {
            assert!(link.wants_to_ask(ms(asked)));
            link.asked(ms(asked));
            link.tick(ms(asked + 6_000));
        }
        assert!(!link.wants_to_ask(ms(1_000_000)));
        let silent = LinkConfig {
            asks: false,
            ..REMOTE
        };
        assert!(!Link::new(silent).wants_to_ask(ms(0)));
        // An answer to nothing, as a late one is.
        link.answered(ms(30_000));
        assert_eq!(link.round_trip(), Some(ms(50)));
    }
}
