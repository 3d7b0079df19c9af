//! What keys do to charts.
//! Must not draw: the golden charts show what comes of it.

use super::*;
use crate::domain::{Decimal, InstrumentId, Price};
use crate::tui::workspace::{ChartState, StudyRow};
use crate::tui::{ColorMode, sample};
use crossterm::event::{MouseButton, MouseEventKind};
use ratatui::layout::Rect;
use titan_widgets::{ChartKind, ScaleKind};

fn desk() -> (DeskState, View, Instant) {
    let mut state = DeskState::new(ColorMode::Mono, false);
    state.area = Rect::new(0, 0, 120, 36);
    (state, sample::view(), Instant::now())
}

/// Presses keys by their names; a word that begins with `:` is a command, `_` a space in it.
fn press(state: &mut DeskState, view: &View, now: Instant, keys: &str) {
    for word in keys.split_whitespace() {
        let (word, times) = match word.split_once('*') {
            Some((word, times)) if !word.is_empty() => (word, times.parse().unwrap()),
            _ => (word, 1),
        };
        for _ in 0..times {
            match word.strip_prefix(':') {
                Some(text) if !text.is_empty() => {
                    let text = text.replace('_', " ");
                    let typed = text.chars().map(Key::Char);
                    for key in [Key::Char(':')]
                        .into_iter()
                        .chain(typed)
                        .chain([Key::Enter])
                    {
                        state.key(key, view, now);
                    }
                }
                _ => drop(state.key(word.parse().unwrap(), view, now)),
            }
        }
    }
}

fn after(keys: &str) -> DeskState {
    let (mut state, view, now) = desk();
    press(&mut state, &view, now, keys);
    state
}

fn said(state: &DeskState) -> &str {
    state.message.as_ref().map_or("", |it| it.text.as_str())
}

/// Bars between the right edge of the chosen chart and the newest.
fn back(state: &DeskState, view: &View) -> usize {
    state
        .on_chart(view, |_, bars, _| Some(bars.pan))
        .unwrap_or_default()
}

#[test]
fn keys_change_what_a_chart_shows() {
    type Check = fn(&ChartState) -> bool;
    let cases: [(&str, Check); 18] = [
        ("t", |chart| chart.kind.0 == ChartKind::Hollow),
        ("t*8", |chart| chart.kind.0 == ChartKind::Candles),
        (":chart_renko_0.25", |chart| {
            chart.kind.0 == ChartKind::Renko && chart.brick == Some(Decimal::new(25, 2))
        }),
        (":chart_renko_0.25 :chart_range", |chart| {
            chart.brick.is_none()
        }),
        ("Space c s", |chart| chart.scale.0 == ScaleKind::Log),
        (":scale_percent", |chart| {
            chart.scale.0 == ScaleKind::Percent
        }),
        ("Space c v", |chart| chart.hide_volume),
        ("Space c v Space c v", |chart| !chart.hide_volume),
        (":volume_on", |chart| !chart.hide_volume),
        ("Space c p", |chart| chart.profile),
        ("Space c d", |chart| chart.depth),
        ("Space c e", |chart| chart.hide_events),
        ("+*9", |chart| chart.zoom == titan_widgets::ZOOM_MAX),
        ("Minus*9", |chart| chart.zoom == 0),
        ("Space c + Space c Up", |chart| {
            (chart.price_zoom, chart.price_shift) == (1, 1)
        }),
        ("Space c + Space c Up Space c 0", |chart| {
            (chart.price_zoom, chart.price_shift) == (0, 0)
        }),
        (":study_ATR:7", |chart| {
            chart.studies.as_ref().is_some_and(|rows| rows.len() == 6)
        }),
        ("i Delete Esc", |chart| {
            chart.studies.as_ref().is_some_and(|rows| rows.len() == 4)
        }),
    ];
    for (keys, check) in cases {
        let state = after(keys);
        assert!(
            check(&state.leaf().chart),
            "{keys}: {:?}",
            state.leaf().chart
        );
    }
}

#[test]
fn what_cannot_be_done_is_said() {
    for (keys, text) in [
        (":chart_kagi", "`kagi` is none of candles, hollow"),
        (":chart_line_5", "line takes no size: renko and range do"),
        (":chart_renko_0", "`0` is no size: write a price above 0"),
        (":volume_loud", "`loud` is neither on nor off"),
        (":goto_noon", "`noon` is no time: write 14:05"),
        (":study_EMMA", "did you mean"),
        ("l", "no price: v shows the crosshair"),
        ("Space h", "no line on TITAN"),
        (":line_x", "`x` is no price of TITAN"),
    ] {
        let state = after(keys);
        assert!(said(&state).contains(text), "{keys}: {}", said(&state));
    }
    let (mut state, mut view, now) = desk();
    view.signals.clear();
    view.fills.clear();
    press(&mut state, &view, now, "n");
    assert!(said(&state).contains("no signal and no fill on this chart"));
}

#[test]
fn a_chart_is_moved_by_bars_screens_and_times() {
    let (_, view, _) = desk();
    let page = {
        let state = after("PageUp");
        back(&state, &view)
    };
    assert!(page > 12, "{page}");
    for (keys, bars) in [
        ("Left", 1),
        ("Left*3 Right", 2),
        ("Right*3", 0),
        ("Ctrl-Left PageDown", 0),
        ("PageUp*2", page * 2),
        ("PageUp 0", 0),
        ("PageUp End", 0),
        ("Home Right Left*9 End", 0),
    ] {
        assert_eq!(back(&after(keys), &view), bars, "{keys}");
    }
    let oldest = back(&after("Home"), &view);
    let bars = view.instruments[0].series[0].bars.len() + 1;
    assert_eq!(oldest, bars - page, "the oldest bar stands at the left");
    let state = after("g 1 3 : 0 0 Enter");
    let middle = back(&state, &view);
    assert!((63 - page / 2).abs_diff(middle) <= 1, "{middle}");
    // Another timeframe shows the same time, the newest bar goes on with time.
    let state = after(":goto_-1h ]");
    assert!(state.leaf().chart.right.is_some());
    assert!(
        after("Left }").leaf().chart.right.is_none(),
        "another instrument"
    );
}

#[test]
fn a_chart_stays_at_its_bars_while_others_come() {
    let (mut state, mut view, now) = desk();
    press(&mut state, &view, now, "Left*5 v Left*2");
    let spot = state.leaf().chart.crosshair.unwrap().spot;
    let series = &mut view.instruments[0].series[0];
    let mut row = *series.bars.back().unwrap();
    row.bar.start = series.forming.take().unwrap().start;
    series.bars.push_back(row);
    view.instruments[0].market = None;
    assert_eq!(back(&state, &view), 5);
    row.bar.start = row.bar.start.plus_nanos(60_000_000_000);
    view.instruments[0].series[0].bars.push_back(row);
    assert_eq!(back(&state, &view), 6);
    assert_eq!(state.leaf().chart.crosshair.unwrap().spot, spot);
}

#[test]
fn arrows_move_the_crosshair_and_the_stop() {
    let start = after("v");
    let (price, stop) = start.chart_cursor().unwrap();
    assert_eq!((price, stop), (Price::from_units(10_146), None));
    let now = |keys: &str| after(keys).chart_cursor().unwrap();
    let (lower, _) = now("v Down*2");
    assert!(lower < price);
    let step = (price.units() - lower.units()) / 2;
    assert!(step >= 1);
    let (entry, stop) = now("v V Down*3");
    assert_eq!(entry, price, "the second cursor moves");
    assert_eq!(stop, Some(Price::from_units(price.units() - 3 * step)));
    let (entry, stop) = now("v V Down*3 V Down");
    assert_eq!(entry.units(), price.units() - step);
    assert_eq!(stop, Some(Price::from_units(price.units() - 3 * step)));
    // Esc lays away one after the other; nothing else is closed.
    for (keys, left) in [
        ("v V M", 3),
        ("v V M Esc", 2),
        ("v V M Esc Esc", 1),
        ("v V M v", 0),
    ] {
        let chart = after(keys).leaf().chart.clone();
        let count = usize::from(chart.crosshair.is_some())
            + usize::from(chart.stop.is_some())
            + usize::from(chart.measure.is_some());
        assert_eq!(count, left, "{keys}");
    }
    let (_, view, _) = desk();
    assert_eq!(back(&after("v Left*9"), &view), 0, "the chart stays");
    assert!(
        back(&after("v Left*80"), &view) > 0,
        "until the crosshair leaves it"
    );
    assert!(after("").chart_cursor().is_none());
}

#[test]
fn lines_are_drawn_for_an_instrument_and_written_with_the_layout() {
    let lines = |state: &DeskState| state.workspaces.lines.values().flatten().count();
    let state = after(":line_101.30 :line_101.30 v h");
    assert_eq!(lines(&state), 2);
    let text = crate::tui::workspace::write(&state.workspaces).unwrap();
    let read = crate::tui::workspace::read(&text).unwrap();
    assert_eq!(read.lines, state.workspaces.lines);
    let state = after(":line_101.30 :line_99 :erase-line_101");
    let left: Vec<String> = state
        .workspaces
        .lines
        .values()
        .flatten()
        .map(ToString::to_string)
        .collect();
    assert_eq!(left, ["99"]);
    assert_eq!(lines(&after(":line_101.30 Space h")), 0);
}

#[test]
fn events_are_gone_through_and_told() {
    let (_, view, _) = desk();
    let newest = after("n").leaf().chart.event;
    assert!(newest.is_some());
    let before = after("n N");
    assert_ne!(before.leaf().chart.event, newest);
    let event = before.chart_event(&view).unwrap();
    assert_eq!(Some(event.sequence), before.leaf().chart.event);
    assert_eq!(after("n N n").leaf().chart.event, newest);
    assert_eq!(after("n Esc").leaf().chart.event, None);
    assert!(!after("Space c e n").leaf().chart.hide_events);
    let (mut state, view, _) = desk();
    let time = view.instruments[1].series[2].bars[5].bar.start;
    let timeframe = view.instruments[1].series[2].timeframe;
    assert!(state.show_bar(InstrumentId(1), Some(timeframe), time, &view));
    assert_eq!(
        (state.context().instrument, state.context().timeframe),
        (1, 2)
    );
    assert!(back(&state, &view) > 0);
}

#[test]
fn a_chart_may_have_a_timeframe_of_its_own() {
    let (mut state, view, now) = desk();
    press(&mut state, &view, now, "Space c t ] ]");
    assert_eq!(state.context().timeframe, 2);
    assert_eq!(state.links[0].timeframe, 0, "its group keeps its own");
    press(&mut state, &view, now, "}");
    assert_eq!(
        (state.context().instrument, state.links[0].instrument),
        (1, 1)
    );
    press(&mut state, &view, now, "Space c t");
    assert_eq!(state.context().timeframe, 0);
}

#[test]
fn commands_find_the_chart_of_the_workspace() {
    let (mut state, view, now) = desk();
    press(&mut state, &view, now, ":pane-show_watch :chart_line");
    assert_eq!(state.leaf().spec.name, "chart");
    assert_eq!(state.leaf().chart.kind.0, ChartKind::Line);
    press(&mut state, &view, now, "5 :chart_line");
    assert!(said(&state).contains("no chart in this workspace"));
}

#[test]
fn the_mouse_sets_the_crosshair_and_pulls_the_bars() {
    let (mut state, view, now) = desk();
    let event = |kind: fn(MouseButton) -> MouseEventKind, x| super::mouse::left(kind, x, 12);
    for kind in [MouseEventKind::Down, MouseEventKind::Up] {
        state.mouse(event(kind, 60), &view, now);
    }
    let first = state.chart_cursor();
    assert!(first.is_some());
    state.mouse(event(MouseEventKind::Down, 60), &view, now);
    for x in [61, 63, 64, 70] {
        state.mouse(event(MouseEventKind::Drag, x), &view, now);
    }
    state.mouse(event(MouseEventKind::Up, 70), &view, now);
    assert_eq!(back(&state, &view), 5, "two columns a bar");
    assert_eq!(state.chart_cursor(), first, "a pull is no click");
}

#[test]
fn the_picker_changes_the_chart_at_once_and_can_be_taken_back() {
    let rows = |keys: &str| {
        let state = after(keys);
        let rows = state.leaf().chart.studies.clone().unwrap_or_default();
        let shown: Vec<String> = rows
            .iter()
            .map(|row| format!("{}{}", row.kind, if row.hidden { "-" } else { "" }))
            .collect();
        shown.join(" ")
    };
    assert_eq!(rows("i"), "");
    assert_eq!(rows("i Right"), "EMA:10 EMA:21 RSI:14- MACD:12/26/9- CVD-");
    assert_eq!(
        rows("i Down Space"),
        "EMA:9 EMA:21- RSI:14- MACD:12/26/9- CVD-"
    );
    assert_eq!(
        rows("i a t r Enter 7"),
        "EMA:9 EMA:21 RSI:14- MACD:12/26/9- CVD- ATR:7"
    );
    let undone = after("i Right Esc U");
    assert_eq!(undone.leaf().chart.studies, None);
    // On a high chart its panels are on.
    let (mut state, view, now) = desk();
    state.area = Rect::new(0, 0, 200, 60);
    press(&mut state, &view, now, "i Right");
    let on = |row: &&StudyRow| !row.hidden;
    let count = state
        .leaf()
        .chart
        .studies
        .iter()
        .flatten()
        .filter(on)
        .count();
    assert!(count >= 4, "{count}");
}
