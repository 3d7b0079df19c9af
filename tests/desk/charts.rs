//! Golden charts: each kind of bars, the whole chart with all its parts, the picker of indicators.
//! Must not accept a change silently: a difference names the file and the first line of it.

use std::time::{Duration, Instant};

use ratatui::layout::Rect;
use titan_tui::domain::FeedStatus;
use titan_tui::tui::keymap::Key;
use titan_tui::tui::{ColorMode, DeskState, ShotFormat, sample, shot};
use titan_tui::view::View;

use super::screens::{compare, state};

/// A desk of a size after some keys; words of several letters are keys by name, `:` begins a
/// command that Enter ends.
fn after(view: &View, mode: ColorMode, size: (u16, u16), keys: &str) -> DeskState {
    let mut desk = state(mode);
    desk.area = Rect::new(0, 0, size.0, size.1);
    press(&mut desk, view, keys);
    desk
}

fn press(desk: &mut DeskState, view: &View, keys: &str) {
    let now = Instant::now();
    for word in keys.split_whitespace() {
        let typed = word.strip_prefix(':').map(|text| text.replace('_', " "));
        if let Some(text) = typed {
            desk.key(Key::Char(':'), view, now);
            for letter in text.chars() {
                desk.key(Key::Char(letter), view, now);
            }
            desk.key(Key::Enter, view, now);
            continue;
        }
        let (word, times) = match word.split_once('*') {
            Some((word, times)) => (word, times.parse().unwrap()),
            None => (word, 1),
        };
        let key: Key = word.parse().unwrap();
        for _ in 0..times {
            desk.key(key, view, now);
        }
    }
    desk.message = None;
    desk.forget(now + Duration::from_secs(1));
}

fn text(view: &View, size: (u16, u16), keys: &str) -> String {
    let desk = after(view, ColorMode::Mono, size, keys);
    shot(view, &desk, size.0, size.1, ShotFormat::Text)
}

#[test]
fn every_kind_of_bars() {
    let view = sample::view();
    for kind in [
        "hollow",
        "heikin-ashi",
        "bars",
        "line",
        "area",
        "renko",
        "range",
    ] {
        let text = text(&view, (80, 24), &format!("z :chart_{kind}"));
        assert!(text.contains(kind), "the title names it:\n{text}");
        compare(&format!("chart-{kind}-80x24.txt"), &text);
    }
}

#[test]
fn the_chart_with_all_its_parts() {
    let view = sample::view();
    let all = "z :volume-profile_on :line_101.35 v Left*12 Up*3 V Down*4 V";
    for (size, name) in [((120, 36), "120x36"), ((200, 60), "200x60")] {
        let text = text(&view, size, all);
        assert!(text.contains("stop"), "{text}");
        compare(&format!("chart-full-{name}.txt"), &text);
    }
    let small = text(&view, (60, 20), all);
    compare("chart-full-60x20.txt", &small);
}

#[test]
fn measuring_and_events_and_scales() {
    let view = sample::view();
    for (name, keys, said) in [
        ("measure", "z v Left*20 M Right*12 Up*2", "bars"),
        ("event", "z n N*2", "filled as T39"),
        ("log", "z :scale_log", "log"),
        ("percent", "z :scale_percent", "percent"),
        ("back", "z :goto_13:00", "bars back, 0 returns"),
    ] {
        let text = text(&view, (80, 24), keys);
        assert!(text.contains(said), "{name}: {said}:\n{text}");
        compare(&format!("chart-{name}-80x24.txt"), &text);
    }
}

#[test]
fn depth_is_a_ground_of_many_shades() {
    let view = sample::view();
    let size = (120, 36);
    let picture = |keys: &str| {
        let desk = after(&view, ColorMode::True, size, keys);
        shot(&view, &desk, size.0, size.1, ShotFormat::Ansi)
    };
    let (with, without) = (picture("z :depth-map_on"), picture("z"));
    let grounds = |picture: &str| picture.matches("48;2;").count();
    assert!(grounds(&with) > grounds(&without) + 50);
    compare("chart-depth-120x36.ansi", &with);
}

#[test]
fn indicators_are_picked_over_the_chart() {
    let view = sample::view();
    for (size, name) in [
        ((60, 20), "60x20"),
        ((80, 24), "80x24"),
        ((120, 36), "120x36"),
    ] {
        let text = text(&view, size, "i Down Right*4");
        assert!(text.contains("Indicators"), "{text}");
        compare(&format!("chart-studies-{name}.txt"), &text);
    }
    let found = text(&view, (80, 24), "i s t o");
    assert!(found.contains("STOCH"), "{found}");
    let panel = text(&view, (80, 24), "z :study_STOCH");
    compare("chart-panel-80x24.txt", &panel);
}

#[test]
fn old_prices_and_a_lost_feed_are_told() {
    let mut view = sample::view();
    view.feeds[0].age_ms = Some(12_300);
    let stale = text(&view, (80, 24), "z");
    assert!(stale.contains("STALE 12 s"), "{stale}");
    view.feeds[0].status = FeedStatus::Down("connection refused, again in 8 s".to_owned());
    let down = text(&view, (80, 24), "z");
    assert!(down.contains("DOWN"), "{down}");
    for row in &mut view.instruments[0].series {
        row.bars.clear();
        row.forming = None;
    }
    view.instruments[0].market = None;
    let empty = text(&view, (80, 24), "z");
    assert!(
        empty.contains("no data: connection refused, again in 8 s"),
        "{empty}"
    );
}
