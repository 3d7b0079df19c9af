//! Golden screens: `UPDATE_GOLDEN=1 cargo test` rewrites them.
//! Must not accept a change silently: a difference names the file and the first line of it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use titan_tui::config::Mode;
use titan_tui::domain::FeedStatus;
use titan_tui::tui::keymap::Key;
use titan_tui::tui::state::Open;
use titan_tui::tui::theme::{Theme, builtins};
use titan_tui::tui::{ColorMode, DeskState, ShotFormat, sample, shot};
use titan_tui::view::{HaltView, StoreView, View};

pub(super) const SIZES: [(u16, u16); 4] = [(60, 20), (80, 24), (120, 36), (200, 60)];

pub(super) fn state(mode: ColorMode) -> DeskState {
    let mut state = DeskState::new(mode, false);
    state.clock = Some(sample::NOW);
    state.feed_names = vec!["sim".to_owned()];
    state
}

pub(super) fn compare(name: &str, actual: &str) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("tests/golden/screens")
        .join(name);
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        std::fs::write(&path, actual).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    if expected == actual {
        return;
    }
    let line = expected
        .lines()
        .zip(actual.lines())
        .position(|(expected, actual)| expected != actual)
        .unwrap_or(0);
    panic!(
        "{name} differs from line {}:\nexpected {:?}\nactual   {:?}\nUPDATE_GOLDEN=1 rewrites it",
        line + 1,
        expected.lines().nth(line),
        actual.lines().nth(line)
    );
}

fn ticket(view: &View, state: &mut DeskState, approved: bool) {
    state.key(Key::Char('b'), view, Instant::now());
    let Open::Ticket(ticket) = &mut state.open else {
        panic!("no ticket")
    };
    let preview = sample::preview(ticket.intent(), approved);
    ticket.answered(ticket.revision(), preview);
}

#[test]
fn the_desk_at_every_size_and_depth() {
    let view = sample::view();
    for (width, height) in SIZES {
        for mode in ColorMode::ALL {
            let picture = shot(&view, &state(mode), width, height, ShotFormat::Ansi);
            compare(
                &format!("desk-{width}x{height}-{}.ansi", mode.name()),
                &picture,
            );
        }
    }
}

#[test]
fn the_order_preview_at_every_size() {
    let view = sample::view();
    for (width, height) in SIZES {
        for (word, approved) in [("approved", true), ("denied", false)] {
            let mut state = state(ColorMode::Mono);
            ticket(&view, &mut state, approved);
            let text = shot(&view, &state, width, height, ShotFormat::Text);
            assert!(text.contains("101.45"), "the price is shown:\n{text}");
            assert!(
                text.contains("max_notional"),
                "the checks are shown:\n{text}"
            );
            compare(&format!("ticket-{word}-{width}x{height}.txt"), &text);
        }
    }
}

#[test]
fn what_is_wrong_cannot_be_overlooked() {
    let mut view = sample::view();
    view.halt = Some(HaltView {
        reason: "kill switch pressed at the desk".to_owned(),
        kill: true,
    });
    view.store = StoreView::Failing {
        text: "no space left on device: free some, writing is tried again".to_owned(),
        waiting: 214,
    };
    view.feeds[0].age_ms = Some(12_300);
    for (width, height) in SIZES {
        let text = shot(
            &view,
            &state(ColorMode::Mono),
            width,
            height,
            ShotFormat::Text,
        );
        assert!(text.contains("KILLED: kill switch pressed at the desk; type :resume"));
        assert!(text.contains("STORE FAILING, 214 rows wait"));
        assert!(text.contains("STALE 12 s"));
        compare(&format!("trouble-{width}x{height}.txt"), &text);
    }
    view.feeds[0].status = FeedStatus::Down("connection refused, again in 8 s".to_owned());
    let text = shot(&view, &state(ColorMode::Mono), 80, 24, ShotFormat::Text);
    assert!(text.contains("FEED sim DOWN: connection refused"));
}

#[test]
fn what_must_never_be_dropped_is_on_every_screen() {
    let view = sample::view();
    for width in (40..=210).step_by(3) {
        for height in (12..=62).step_by(2) {
            let text = shot(
                &view,
                &state(ColorMode::Mono),
                width,
                height,
                ShotFormat::Text,
            );
            for needed in ["PAPER", "+842.10 +0.84%", "◂", "LONG 250", "T42", "? help"] {
                assert!(
                    text.contains(needed),
                    "{needed} at {width}x{height}:\n{text}"
                );
            }
        }
    }
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    let mut view = sample::view();
    for (width, height) in [(39, 12), (40, 11), (20, 5), (5, 1), (1, 1)] {
        let text = shot(
            &view,
            &state(ColorMode::Mono),
            width,
            height,
            ShotFormat::Text,
        );
        assert!(
            text.starts_with(&"PAPER"[..usize::from(width.min(5))]),
            "{text}"
        );
    }
    view.mode = Mode::Live;
    let mut state = state(ColorMode::Mono);
    let text = shot(&view, &state, 39, 11, ShotFormat::Text);
    assert!(text.starts_with("LIVE needs 40x12"), "{text}");
    state.key(Key::F(12), &view, Instant::now());
    let text = shot(&view, &state, 39, 11, ShotFormat::Text);
    assert!(text.contains("F12 again to KILL"), "{text}");
    shot(&view, &state, 0, 0, ShotFormat::Svg);
}

#[test]
fn the_other_states_of_the_desk() {
    let view = sample::view();
    let now = Instant::now();
    let empty = shot(
        &sample::empty(),
        &state(ColorMode::Mono),
        80,
        24,
        ShotFormat::Text,
    );
    assert!(
        empty.contains("waiting for the first tick from sim …"),
        "{empty}"
    );
    compare("empty-80x24.txt", &empty);
    for (name, key) in [("help", '?'), ("find", '/'), ("command", ':')] {
        let mut state = state(ColorMode::Mono);
        state.key(Key::Char(key), &view, now);
        for letter in "ap".chars() {
            state.key(Key::Char(letter), &view, now);
        }
        let text = shot(&view, &state, 80, 24, ShotFormat::Text);
        compare(&format!("{name}-80x24.txt"), &text);
    }
    let mut pending = state(ColorMode::Mono);
    pending.key(Key::Char('x'), &view, now);
    let text = shot(&view, &pending, 80, 24, ShotFormat::Text);
    assert!(text.ends_with(" x again to FLATTEN TITAN\n"), "{text}");
}

/// Opens something by keys and types into it.
fn with_keys(keys: &[Key], typed: &str, view: &View) -> DeskState {
    let mut state = state(ColorMode::Mono);
    let now = Instant::now();
    let letters = typed.chars().map(Key::Char);
    for key in keys.iter().copied().chain(letters) {
        state.key(key, view, now);
    }
    state.forget(now + std::time::Duration::from_secs(1));
    state
}

#[test]
fn what_is_typed_and_chosen_over_the_desk() {
    let view = sample::view();
    let cases: [(&str, &[Key], &str); 5] = [
        ("palette", &[Key::Ctrl('p')], ""),
        ("palette-typed", &[Key::Ctrl('p')], "or"),
        ("which-key", &[Key::Char(' ')], ""),
        ("command-arguments", &[Key::Char(':')], "theme "),
        ("timeframe", &[Key::Char(',')], ""),
    ];
    for (name, keys, typed) in cases {
        let state = with_keys(keys, typed, &view);
        for (width, height) in [(60, 20), (80, 24), (120, 36)] {
            let text = shot(&view, &state, width, height, ShotFormat::Text);
            compare(&format!("{name}-{width}x{height}.txt"), &text);
        }
    }
}

#[test]
fn no_popup_covers_the_footer_or_what_is_typed() {
    let view = sample::view();
    let plain = state(ColorMode::Mono);
    for (width, height) in [(40, 12), (60, 20), (80, 24), (120, 36), (200, 60)] {
        let last = |state: &DeskState| {
            let text = shot(&view, state, width, height, ShotFormat::Text);
            text.lines().last().unwrap_or_default().to_owned()
        };
        let shown = with_keys(&[Key::Char(' ')], "", &view);
        assert_eq!(last(&shown), last(&plain), "{width}x{height}");
        for key in [
            Key::Char(':'),
            Key::Ctrl('p'),
            Key::Char('?'),
            Key::Char(','),
        ] {
            let state = with_keys(&[key], "zo", &view);
            let text = shot(&view, &state, width, height, ShotFormat::Text);
            assert!(text.contains("zo"), "{key} at {width}x{height}:\n{text}");
            assert!(
                last(&state).contains("Enter accept"),
                "{key} at {width}x{height}"
            );
        }
    }
}

#[test]
fn live_orders_have_another_frame() {
    let mut view = sample::view();
    view.mode = Mode::Live;
    let text = shot(&view, &state(ColorMode::Mono), 120, 36, ShotFormat::Text);
    assert!(text.contains(" LIVE ") && text.contains('╔') && !text.contains('┌'));
    compare("live-120x36.txt", &text);
}

#[test]
fn ascii_is_ascii() {
    let view = sample::view();
    for (width, height) in SIZES {
        let mut state = DeskState::new(ColorMode::Sixteen, true);
        state.clock = Some(sample::NOW);
        let keys = ['?', 'b', ':', ' '].map(Key::Char);
        let opened = keys.into_iter().chain([Key::Ctrl('p')]).map(Some);
        for open in std::iter::once(None).chain(opened) {
            if let Some(key) = open {
                state.open = Open::Nothing;
                state.progress.clear();
                state.key(key, &view, Instant::now());
                state.forget(Instant::now() + std::time::Duration::from_secs(1));
            }
            let text = shot(&view, &state, width, height, ShotFormat::Text);
            let foreign: String = text.chars().filter(|letter| !letter.is_ascii()).collect();
            assert_eq!(foreign, "", "{text}");
        }
    }
    let state = DeskState::new(ColorMode::Sixteen, true);
    let text = shot(&view, &state, 80, 24, ShotFormat::Text);
    compare("ascii-80x24.txt", &text);
}

#[test]
fn themes_change_colours_and_nothing_else() {
    let view = sample::view();
    let plain = shot(&view, &state(ColorMode::True), 120, 36, ShotFormat::Text);
    // Hollow candles, and sixteen colours, which have no grid, are other pictures.
    let same = |theme: &&Arc<Theme>| !theme.hollow && theme.depth == ColorMode::True;
    for theme in builtins().iter().filter(same) {
        let mut state = state(ColorMode::True);
        state.paint.theme = theme.clone();
        assert_eq!(shot(&view, &state, 120, 36, ShotFormat::Text), plain);
    }
}

#[test]
fn a_screen_without_colour_has_none() {
    let picture = shot(
        &sample::view(),
        &state(ColorMode::Mono),
        120,
        36,
        ShotFormat::Ansi,
    );
    for colour in ["38;", "48;", "[3", "[4", "[9", ";3", ";4m", ";9"] {
        let with = picture
            .split('\u{1b}')
            .filter(|part| part.split('m').next().unwrap_or("").contains(colour))
            .count();
        assert_eq!(with, 0, "{colour}");
    }
}
