//! Notices that the machine slept or this process was held up, and lets nothing old be acted on.
//! Must not touch feeds whose time is their own: tapes, recordings and the simulator.

use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};
use tracing::warn;

use crate::domain::{Command, CommandBody, CommandId, Input};
use crate::engine::Engine;

/// The least gap between two rounds of the engine that counts as one.
const LEAST_GAP: Duration = Duration::from_secs(5);

/// The clock that goes on while the machine sleeps, and that nobody sets.
#[cfg(target_os = "linux")]
const SLEEPLESS: ClockId = ClockId::Boottime;
/// The same elsewhere: here the monotonic clock counts sleep.
#[cfg(not(target_os = "linux"))]
const SLEEPLESS: ClockId = ClockId::Monotonic;

/// Watches for gaps between the rounds of the engine.
#[derive(Debug)]
pub(super) struct WakeWatch {
    patience: Duration,
    /// By the sleepless clock and by the other.
    last: Option<(Duration, Instant)>,
}

/// A stretch in which the engine did nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Gap {
    /// How long it was.
    pub(super) length: Duration,
    /// How much of it `Instant` knows nothing of.
    pub(super) unseen: Duration,
}

impl WakeWatch {
    /// Gaps count from the age at which a price is too old to be acted on, and from 5 s at least.
    pub(super) fn new(stale_after_ms: u32) -> Self {
        Self {
            patience: LEAST_GAP.max(Duration::from_millis(stale_after_ms.into())),
            last: None,
        }
    }

    /// Notes a round at `sleepless`, by the clock of that name, and `now`; the gap before it, if
    /// there was one.
    pub(super) fn look(&mut self, sleepless: Duration, now: Instant) -> Option<Gap> {
        let (before, seen_before) = self.last.replace((sleepless, now))?;
        let length = sleepless.saturating_sub(before);
        let seen = now.saturating_duration_since(seen_before);
        let unseen = length.saturating_sub(seen);
        (length > self.patience).then_some(Gap { length, unseen })
    }
}

#[cfg(test)]
impl WakeWatch {
    /// As if the machine had slept for so long until `sleepless`.
    pub(super) fn pretend_asleep(&mut self, sleepless: Duration, length: Duration) {
        self.last = Some((sleepless.saturating_sub(length), Instant::now()));
    }
}

/// Time since some moment, sleep included.
pub(super) fn sleepless() -> Duration {
    Duration::try_from(clock_gettime(SLEEPLESS)).unwrap_or_default()
}

/// Brings the feeds' clocks over a gap: what falls due on the way closes bars and fills orders, but
/// nothing that would increase risk is done on it. Ticks from before the gap that are read later
/// meet the clock of now, and the check of their age. Gives the inputs that were taken.
pub(super) fn catch_up(engine: &mut Engine, gap: Duration, times: Vec<Input>) -> Vec<Input> {
    let seconds = gap.as_secs();
    warn!(seconds, "the desk was asleep: what is old is not acted on");
    let command = |body| {
        Input::Command(Command {
            id: CommandId(0),
            body,
        })
    };
    let mut inputs = times;
    if engine.halt_reason().is_none() {
        let reason = format!("asleep for {seconds} s: signals from before are not acted on");
        inputs.insert(0, command(CommandBody::Halt { reason }));
        inputs.push(command(CommandBody::Resume));
    }
    for input in &inputs {
        engine.step(input);
    }
    inputs
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Config, StrategyConfig};
    use crate::domain::{
        CandleSource, Decimal, Decision, DenialReason, EventBody, FeedId, Instrument, InstrumentId,
        Price, Qty, Session, Tick, TickBody, Timestamp,
    };
    use crate::engine::Settings;

    #[test]
    fn only_a_long_time_between_two_rounds_is_a_gap() {
        let zero = Instant::now();
        let millis = Duration::from_millis;
        // Rounds by both clocks; length of the gaps, and what one clock has not seen of them.
        type Case = (&'static [(u64, u64)], &'static [(u64, u64)]);
        let cases: [Case; 5] = [
            (&[(100, 100), (120, 120), (140, 140)], &[]),
            (&[(0, 0), (5_000, 5_000), (10_001, 10_001)], &[(5_001, 0)]),
            (
                &[(0, 0), (600_000, 20), (600_020, 40)],
                &[(600_000, 599_980)],
            ),
            (&[(0, 0), (600_000, 600_000)], &[(600_000, 0)]),
            (&[(600_000, 0), (0, 20), (20, 40)], &[]),
        ];
        for (rounds, expected) in cases {
            let mut watch = WakeWatch::new(1_000);
            let gaps: Vec<Gap> = rounds
                .iter()
                .filter_map(|(awake, seen)| watch.look(millis(*awake), zero + millis(*seen)))
                .collect();
            let expected: Vec<Gap> = expected
                .iter()
                .map(|(length, unseen)| Gap {
                    length: millis(*length),
                    unseen: millis(*unseen),
                })
                .collect();
            assert_eq!(gaps, expected, "{rounds:?}");
        }
        let mut patient = WakeWatch::new(60_000);
        patient.look(Duration::ZERO, zero);
        assert_eq!(patient.look(millis(60_000), zero), None);
    }

    fn engine() -> Engine {
        let mut config = Config::default();
        config.market.timeframes_s = vec![5];
        config.risk.stop_timeframe_s = 5;
        config.strategies = vec![StrategyConfig {
            timeframes_s: vec![5],
            min_confidence: 0.0,
            ..StrategyConfig::crossover()
        }];
        let mut engine = Engine::new(Settings::new(&config).expect("settings")).expect("engine");
        let instrument = Instrument {
            key: "SIM:SWING".parse().expect("a key"),
            symbol: "SWING".to_owned(),
            currency: "USD".to_owned(),
            price_scale: 2,
            quantity_scale: 0,
            tick_size: Price::from_units(1),
            lot_size: Qty::from_units(1),
            minimum_notional: Decimal::ZERO,
            session: Session::Continuous,
            candle_source: CandleSource::Trades,
        };
        engine.step(&Input::List {
            feed: FeedId(0),
            id: InstrumentId(0),
            instrument: Arc::new(instrument),
        });
        engine
    }

    /// Four ticks a second in long swings.
    fn tick(number: i64) -> Tick {
        let phase = number % 480;
        let swing = if phase < 240 { phase } else { 480 - phase };
        Tick {
            instrument: InstrumentId(0),
            event_time: Timestamp::from_millis(1_767_571_200_000 + number * 250),
            body: TickBody::Trade {
                price: Price::from_units(10_000 + swing * 2 + number % 7),
                quantity: Qty::from_units(1),
                side: None,
            },
        }
    }

    fn decisions(engine: &mut Engine) -> Vec<Decision> {
        let events = engine.take_events().into_iter();
        events
            .filter_map(|event| match event.body {
                EventBody::RiskDecided(decision) => Some(*decision),
                _ => None,
            })
            .collect()
    }

    /// An engine that is about to close the bar of its first approved order, and that tick's number.
    fn about_to_order() -> (Engine, i64) {
        let mut probe = engine();
        let number = (0..20_000)
            .find(|number| {
                probe.step(&Input::Tick(tick(*number)));
                decisions(&mut probe).iter().any(|it| it.approved)
            })
            .expect("an order");
        let mut engine = engine();
        for before in 0..number {
            engine.step(&Input::Tick(tick(before)));
        }
        engine.clear_events();
        (engine, number)
    }

    fn ten_minutes_after(number: i64) -> Input {
        let now = tick(number).event_time.plus_nanos(600_000_000_000);
        Input::Time {
            feed: FeedId(0),
            now,
        }
    }

    #[test]
    fn a_signal_that_a_gap_brings_about_is_not_acted_on() {
        let (mut engine, number) = about_to_order();
        engine.step(&ten_minutes_after(number));
        let unguarded = decisions(&mut engine);
        assert!(unguarded.iter().any(|it| it.approved), "the danger is real");

        let (mut engine, number) = about_to_order();
        let gap = Duration::from_secs(600);
        let taken = catch_up(&mut engine, gap, vec![ten_minutes_after(number)]);
        assert_eq!(taken.len(), 3, "halt, time, resume");
        let guarded = decisions(&mut engine);
        assert_eq!(guarded.len(), unguarded.len());
        for decision in &guarded {
            let failed: Vec<_> = decision.failed().map(|check| check.reason).collect();
            assert_eq!(failed, [DenialReason::Halted]);
        }
        assert_eq!(engine.halt_reason(), None);
    }

    #[test]
    fn ticks_from_before_a_gap_lead_to_no_order() {
        let (mut engine, number) = about_to_order();
        let gap = Duration::from_secs(600);
        // The clock of the feed is over the gap, though nothing was due.
        catch_up(&mut engine, gap, vec![ten_minutes_after(number)]);
        engine.clear_events();
        for late in number..number + 2_000 {
            engine.step(&Input::Tick(tick(late)));
        }
        let decided = decisions(&mut engine);
        assert!(
            decided.iter().all(|decision| !decision.approved),
            "{decided:?}"
        );
    }

    #[test]
    fn a_halt_by_a_person_outlasts_a_gap() {
        let mut engine = engine();
        let reason = "lunch".to_owned();
        engine.step(&Input::Command(Command {
            id: CommandId(9),
            body: CommandBody::Halt { reason },
        }));
        let taken = catch_up(
            &mut engine,
            Duration::from_secs(60),
            vec![ten_minutes_after(0)],
        );
        assert_eq!(taken.len(), 1);
        assert_eq!(engine.halt_reason(), Some(("lunch", false)));
    }
}
