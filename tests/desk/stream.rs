//! The byte stream: what a terminal makes of it is what was drawn, frame by frame.
//! Must not look at the encoder's inside.

use std::num::NonZeroU16;

use proptest::prelude::*;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
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

const SYMBOLS: [&str; 9] = [" ", " ", " ", "a", "7", "│", "█", "⣿", "漢"];
const COLORS: [Color; 7] = [
    Color::Reset,
    Color::Rgb(13, 17, 23),
    Color::Rgb(244, 91, 105),
    Color::Indexed(233),
    Color::Red,
    Color::LightBlue,
    Color::DarkGray,
];
const MODIFIERS: [Modifier; 7] = [
    Modifier::empty(),
    Modifier::empty(),
    Modifier::BOLD,
    Modifier::DIM,
    Modifier::REVERSED,
    Modifier::UNDERLINED,
    Modifier::ITALIC.union(Modifier::BOLD),
];

/// A run of equal cells: where, how long, what, foreground, background, modifier.
type Run = (usize, usize, usize, usize, usize, usize);

fn runs() -> impl Strategy<Value = Vec<Run>> {
    let run = (
        0_usize..600,
        1_usize..40,
        0..SYMBOLS.len(),
        0..COLORS.len(),
        0..COLORS.len(),
        0..MODIFIERS.len(),
    );
    proptest::collection::vec(run, 0..30)
}

/// Writes runs over what a buffer holds.
fn paint(buffer: &mut Buffer, runs: &[Run]) {
    let cells = buffer.content.len();
    let width = usize::from(buffer.area.width);
    for (start, length, symbol, fg, bg, modifier) in runs {
        let style = Style::new()
            .fg(COLORS[*fg])
            .bg(COLORS[*bg])
            .remove_modifier(Modifier::all())
            .add_modifier(MODIFIERS[*modifier]);
        for place in *start..(start + length).min(cells) {
            let (x, y) = (place % width, place / width);
            let (x, y) = (u16::try_from(x).unwrap(), u16::try_from(y).unwrap());
            // Half of a wide character is none.
            if x > 0 && buffer[(x - 1, y)].symbol() == "漢" {
                buffer[(x - 1, y)].set_symbol(" ");
            }
            buffer.set_string(x, y, SYMBOLS[*symbol], style);
        }
    }
}

fn color(color: Color) -> vt100::Color {
    match color {
        Color::Reset => vt100::Color::Default,
        Color::Rgb(red, green, blue) => vt100::Color::Rgb(red, green, blue),
        Color::Indexed(index) => vt100::Color::Idx(index),
        Color::Red => vt100::Color::Idx(1),
        Color::DarkGray => vt100::Color::Idx(8),
        Color::LightBlue => vt100::Color::Idx(12),
        other => panic!("{other} is not used here"),
    }
}

/// Cell by cell: the character, and of its looks what can be seen.
fn assert_same_as(parser: &vt100::Parser, buffer: &Buffer) {
    for y in 0..buffer.area.height {
        let mut behind_wide = false;
        for x in 0..buffer.area.width {
            if std::mem::take(&mut behind_wide) {
                continue;
            }
            let wanted = &buffer[(x, y)];
            behind_wide = wanted.symbol() == "漢";
            let cell = parser.screen().cell(y, x).unwrap();
            let text = match cell.contents() {
                "" => " ",
                text => text,
            };
            assert_eq!(text, wanted.symbol(), "at {x},{y}");
            assert_eq!(cell.bgcolor(), color(wanted.bg), "ground at {x},{y}");
            let has = |flag| wanted.modifier.contains(flag);
            assert_eq!(cell.inverse(), has(Modifier::REVERSED), "at {x},{y}");
            assert_eq!(cell.underline(), has(Modifier::UNDERLINED), "at {x},{y}");
            if text != " " {
                assert_eq!(cell.bold(), has(Modifier::BOLD), "at {x},{y}");
                assert_eq!(cell.dim(), has(Modifier::DIM), "at {x},{y}");
                assert_eq!(cell.italic(), has(Modifier::ITALIC), "at {x},{y}");
            }
            if text != " " || cell.inverse() || cell.underline() {
                assert_eq!(cell.fgcolor(), color(wanted.fg), "at {x},{y}");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_changes_the_terminal_shows_what_was_drawn(
        width in 1_u16..40,
        height in 1_u16..15,
        base in 0..COLORS.len(),
        erases in any::<bool>(),
        frames in proptest::collection::vec(runs(), 1..5),
    ) {
        let area = Rect::new(0, 0, width, height);
        let mut screen = Buffer::empty(area);
        screen.set_style(area, Style::new().bg(COLORS[base]));
        let mut encoder = Encoder::new().erase_keeps_color(erases);
        let mut terminal = parser(width, height);
        for runs in frames {
            paint(&mut screen, &runs);
            let mut bytes = Vec::new();
            encoder.encode(&screen, &mut bytes);
            encoder.shown(&mut screen.clone());
            terminal.process(&bytes);
            assert_same_as(&terminal, &screen);
            let text = String::from_utf8_lossy(&bytes);
            assert!(erases || !text.contains("\x1b[K"), "{text:?}");
            assert!(!text.contains('b'), "no terminal but some repeats: {text:?}");
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
