//! What the desk costs in bytes: whole screens, and seconds of a market.
//! Must not depend on a clock: the market is simulated and runs in event time.

use std::sync::Arc;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use titan_tui::config::Config;
use titan_tui::domain::Timestamp;
use titan_tui::feeds::FeedOptions;
use titan_tui::runtime::{Advance, Rehearsal, RunOptions};
use titan_tui::tui::encode::Encoder;
use titan_tui::tui::{ColorMode, DeskState, render, sample};

/// Event time before anything is counted, so that the screen is full.
const LEAD_S: i64 = 20 * 60;
/// Event time that is counted.
const COUNTED_S: i64 = 10;
/// Quotes and trades that the simulator makes at once: one of each for four instruments.
const TICKS_PER_STEP: u32 = 8;

/// A simulated market with so many ticks a second, in the middle of a day.
struct Market {
    rehearsal: Rehearsal,
    /// Ends last.
    _runtime: tokio::runtime::Runtime,
}

impl Market {
    fn new(ticks_per_s: u32) -> Self {
        let mut config = Config::default();
        config.sim.tick_interval_ms = 1_000 * TICKS_PER_STEP / ticks_per_s;
        let mut feed_options = FeedOptions::new(Arc::new(config));
        feed_options.seed = 9;
        feed_options.start = Some(Timestamp::from_seconds(1_767_584_700));
        let options = RunOptions {
            data_dir: None,
            fresh: false,
            feeds: vec!["sim".parse().unwrap()],
            feed_options,
            only: Vec::new(),
            exit_at_end: false,
            has_screen: true,
        };
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let mut rehearsal = Rehearsal::start(options, runtime.handle()).unwrap();
        let first = rehearsal.next_tick().unwrap();
        let begin = first.plus_nanos(LEAD_S * 1_000_000_000);
        assert_eq!(rehearsal.advance(begin), Advance::Reached);
        Self {
            rehearsal,
            _runtime: runtime,
        }
    }

    /// Bytes of the first frame, and of a second after it.
    fn bytes(&mut self, mode: ColorMode, frames_per_s: i64, size: (u16, u16)) -> (usize, usize) {
        let area = Rect::new(0, 0, size.0, size.1);
        let mut state = DeskState::new(mode, false);
        state.feed_names = vec!["sim".to_owned()];
        let mut encoder = Encoder::new();
        let begin = self.rehearsal.now();
        let (mut first, mut rest) = (0, 0);
        for frame in 0..=frames_per_s * COUNTED_S {
            let now = begin.plus_nanos(frame * 1_000_000_000 / frames_per_s);
            assert_eq!(self.rehearsal.advance(now), Advance::Reached);
            state.clock = Some(now.floor_second());
            let mut next = Buffer::empty(area);
            render(self.rehearsal.view(), &state, area, &mut next);
            let mut bytes = Vec::new();
            encoder.encode(&next, &mut bytes);
            encoder.shown(&mut next);
            match frame {
                0 => first = bytes.len(),
                _ => rest += bytes.len(),
            }
        }
        (first, rest / usize::try_from(COUNTED_S).unwrap())
    }
}

/// Ticks a second, frames a second, most bytes a second at 120x36.
const RATES: [(u32, i64, usize); 3] = [(100, 10, 12_000), (1_000, 10, 20_000), (1_000, 30, 45_000)];

#[test]
fn a_second_of_the_market_costs_no_more_than_a_slow_link_carries() {
    for ticks_per_s in [100, 1_000] {
        let mut market = Market::new(ticks_per_s);
        for (ticks, frames, limit) in RATES.into_iter().filter(|rate| rate.0 == ticks_per_s) {
            for mode in ColorMode::ALL {
                let (_, rest) = market.bytes(mode, frames, (120, 36));
                let mode = mode.name();
                println!("{ticks} ticks/s {frames} fps {mode}: {rest} B/s");
                assert!(rest > 0, "nothing happened");
                assert!(rest <= limit, "{rest} B/s in {mode}, at most {limit}");
            }
        }
    }
}

/// Size, most bytes of the whole screen, and of one on a terminal that erases to no colour.
const REPAINTS: [((u16, u16), usize, usize); 2] =
    [((120, 36), 10_000, 15_000), ((200, 60), 24_000, 36_000)];

#[test]
fn a_full_repaint_stays_small() {
    for ((width, height), limit, plain_limit) in REPAINTS {
        for mode in ColorMode::ALL {
            let mut next = Buffer::empty(Rect::new(0, 0, width, height));
            let mut state = DeskState::new(mode, false);
            state.clock = Some(sample::NOW);
            render(&sample::view(), &state, next.area, &mut next);
            for (erases, limit) in [(true, limit), (false, plain_limit)] {
                let mut bytes = Vec::new();
                let mut encoder = Encoder::new().erase_keeps_color(erases);
                encoder.encode(&next, &mut bytes);
                let (count, mode) = (bytes.len(), mode.name());
                println!("{width}x{height} {mode}, erasing {erases}: {count} bytes");
                assert!(count <= limit, "{count} bytes in {mode}, at most {limit}");
            }
        }
    }
}

#[test]
fn the_same_market_costs_the_same() {
    let figures = || Market::new(100).bytes(ColorMode::True, 10, (120, 36));
    assert_eq!(figures(), figures());
}
