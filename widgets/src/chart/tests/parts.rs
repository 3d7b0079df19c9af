//! What is laid over and under the candles, as pictures.
//! Must not need a terminal.

use super::*;

fn label(value: f64) -> String {
    format!("{value:.0}")
}

fn clock(time: i64, _: i64) -> String {
    format!("{:02}:{:02}", time / 3_600, time / 60 % 60)
}

#[test]
fn a_crosshair_with_its_tags() {
    let candles = wave(30);
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .time_label(&clock)
        .crosshair(Some(Crosshair {
            bar: BarPlace::Time(20 * 60 + 30),
            price: Some(104.0),
        }));
    let lines = draw_chart(&chart, 40, 12);
    assert_eq!(
        lines,
        [
            "               ┆                     110",
            "         ╷ ▁ ┼ ▁ ╷",
            "┄┄┄┄┄┄┄╷┄▅┄▅┄╵┄▆┄▆┄▁┄┄┄┄┄┄┄┄┄┄┄┄┄┄┄  104",
            "     ╷ ▇ ▇     ┆ ╵ ▁ ▁",
            "   ╷ ▇ ▇       ┆   ╵ █ │             100",
            " ╷ ▆ ▆         ┆     ╵ █ │       │ ◂  97",
            " ▆ ▆           ┆       ╵ ▂ ▂ ╷ ▂ ▂",
            " ╵             ┆         ╵ ▇ ┼ ▇ ╵",
            "               ┆                      90",
            " ▅ █ ▅         ▆ █ ▅         ▆ █ ▅",
            " █ █ █ ▇ ▂ ▃ █ █ █ █ ▇ ▂ ▃ █ █ █ █",
            "             00:20",
        ],
        "{lines:#?}"
    );
}

#[test]
fn a_measurement_with_its_facts() {
    let candles = wave(30);
    let facts = |facts: MeasureFacts| {
        let MeasureFacts {
            price,
            percent,
            bars,
            seconds,
        } = facts;
        format!("{price:+.1} {percent:+.1}% {bars} bars {}m", seconds / 60)
    };
    let (from, to) = ((BarPlace::Time(900), 96.0), (BarPlace::Back(6), 103.0));
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .volume(VolumeHeight::Hidden)
        .measurement(Some(Measurement {
            from,
            to,
            label: &facts,
        }));
    let lines = draw_chart(&chart, 40, 12);
    assert_eq!(
        lines,
        [
            "                                     110",
            "           ╷ ╷ ╷",
            "     +7.0 +7.3% 8 bars 8m",
            "     ┌───────────────┐",
            "     │ █ │       ╵ ▂ │",
            "   ╷ │ ▇           ╵ │ │             100",
            " ╷ ▅ │               │ ▇ ╷       ╷",
            " ▃ ▃ └───────────────┘ ▆ ▆ ╷   ╷ ▆ ◂  97",
            " ▅ ╵                     ▆ ▆ ┼ ▆ ▆",
            " ╵                         ╵ ╵ ╵",
            "                                      90",
            "               1200",
        ],
        "{lines:#?}"
    );
    let found = chart.measure(to, from).unwrap();
    assert_eq!((found.bars, found.seconds), (-8, -480));
    assert!((found.price + 7.0).abs() < 1e-9);
}

#[test]
fn lines_of_each_kind() {
    let candles = wave(12);
    let style = Style::new();
    let markers = [
        Marker::new(106.0, "TP", style).line(LineKind::Dotted),
        Marker::new(101.0, "LONG", style).line(LineKind::Solid),
        Marker::new(99.0, "alert", style).place(LabelPlace::Right),
        Marker::new(96.0, "#1", style).place(LabelPlace::Axis),
        Marker::new(900.0, "user", style).pinned(false),
        Marker::new(94.0, "tag", style).line(LineKind::Bare),
    ];
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .volume(VolumeHeight::Hidden)
        .markers(&markers);
    let lines = draw_chart(&chart, 44, 14);
    assert_eq!(
        lines,
        [
            "",
            "TP┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈│┈│┈│┈╷┈┈┈┈┈┈┈┈┈┈┈┈┈  106",
            "                 │ ▅ ▅ ▄ ▄ ╷             105",
            "               ╷ ▆ ▆ ╵ ╵ ▄ ▄",
            "               ▂ ▂ ╵     ╵ █ │",
            "LONG───────────█─│─────────│─█─╷───────  101",
            "               ▄             ▂ ▂         100",
            "╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╵╌╌╌╌╌╌╌╌╌╌╌╌╌│╌█╌alert╌   99",
            "                               ▄ ▄ ╷",
            "╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╵╌▁╌▁╌╷╌   #1",
            "tag                              │ ▂ ▂ ◂  94",
            "                                   │ │",
            "",
            "               0                   600",
        ],
        "{lines:#?}"
    );
}

#[test]
fn events_stand_beside_their_candles() {
    let candles = wave(12);
    let style = Style::new();
    let event = |time, place, glyph| ChartEvent {
        time,
        place,
        glyph,
        style,
    };
    let events = [
        event(130, EventPlace::Below, "B"),
        event(240, EventPlace::Above, "n"),
        // Older than the one before it in the list, and in the same cell.
        event(250, EventPlace::Above, "N"),
        event(245, EventPlace::Above, "o"),
        event(500, EventPlace::At(100.0), "x"),
        event(-5, EventPlace::Above, "?"),
        event(660, EventPlace::Below, "S"),
    ];
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .volume(VolumeHeight::Hidden)
        .events(&events)
        .selected_event(Some(0));
    let area = Rect::new(0, 0, 34, 12);
    let mut buffer = Buffer::empty(area);
    let geometry = chart.draw(area, &mut buffer).unwrap();
    let lines = text(&buffer);
    assert_eq!(
        lines,
        [
            "             N                 110",
            "         ╷ ╷ ╷ ╷",
            "       │ ▅ ┼ ▄ ▄ ╷",
            "     ╷ ▇ ▇ ╵ ╵ ▆ ▆ ╷",
            "     ▆ ▆ B       ▅ ▅",
            "     ▄           ╵ ▂ x         100",
            "     ╵             ╵ █ │",
            "                     │ █ │",
            "                       │ ▃ ┼ ◂  94",
            "                         ╵ ╵",
            "                           S    90",
            "     0                   600",
        ],
        "{lines:#?}"
    );
    let chosen: Vec<&str> = buffer
        .content()
        .iter()
        .zip(0_u16..)
        .filter(|(cell, at)| {
            cell.modifier.contains(Modifier::REVERSED) && geometry.x_of(120) == Some(at % 34)
        })
        .map(|(cell, _)| cell.symbol())
        .collect();
    assert!(chosen.contains(&"B"), "{chosen:?}");
    // The candle lost nothing of its height to its events.
    let plain = draw_chart(&chart.events(&[]), 34, 12);
    assert!(plain.iter().all(|line| !line.contains('B')));
}

#[test]
fn sessions_are_separated() {
    let candles = wave(14);
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .separators(&[0, 290, 9_999]);
    let lines = draw_chart(&chart, 34, 12);
    assert_eq!(
        lines,
        [
            "          ┊                    110",
            "     │ ▂ ▂┊╷",
            " ╷ ▃ ▃ ╵ │┊▃ ▃",
            " ▄ ▄ ╵    ┊╵ ▃ ▃",
            " ▄        ┊  ╵ ▃ ▃             100",
            "          ┊    ╵ ▂ ▂       ╷",
            "          ┊      ╵ ▄ ▄ ╷ ▁ ▆ ◂  96",
            "          ┊        ╵ ▇ ┼ ▆ ╵",
            "          ┊                     90",
            " █ ▅      ┊  ▅ █ ▅         ▅",
            " █ █ ▇ ▂ ▃┊▇ █ █ █ ▇ ▂ ▃ █ █",
            " 0                   600",
        ],
        "{lines:#?}"
    );
}

#[test]
fn panels_below_the_volume() {
    let candles = wave(30);
    let rsi: Vec<f64> = (0..30)
        .map(|at| 50.0 + (f64::from(at) * 0.4).cos() * 30.0)
        .collect();
    let macd: Vec<f64> = (0..28)
        .map(|at| (f64::from(at) * 0.5).sin() * 12.0)
        .collect();
    let lines = [PanelSeries::line(&rsi, Style::new())];
    let columns = [PanelSeries::histogram(&macd, Style::new(), Style::new())];
    let panels = [
        Panel::new("RSI14", &lines)
            .readout("61.2")
            .levels(&[30.0, 70.0])
            .range(Some((0.0, 100.0))),
        Panel::new("MACD", &columns).readout("12.4").height(6),
        Panel::new("no room", &columns).height(40),
    ];
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .time_label(&clock)
        .volume(VolumeHeight::Rows(2))
        .panels(&panels);
    let lines = draw_chart(&chart, 50, 24);
    assert_eq!(
        lines,
        [
            "                                               110",
            "                     ╷ │ │ ╷",
            "                 ╷ ▃ ▃ ┼ ▅ ▅ ╷",
            "                 ▄ ▄ ╵     ▆ ▆ ╷",
            " ╷             ▃ ▃ ╵         ▅ ▅ ╷             100",
            " ▇ ╷         ▁ ▁ ╵             ▄ ▄",
            " ▅ ▅ ╷     ▁ ▁ ╵               ╵ ▃ ▃ ╷   ╷ ▃ ◂  97",
            "   ▆ ▆ ┼ ▃ ▃ ╵                   ╵ ▄ ▄ │ ▄ ▄",
            "     ╵ │ │ ╵                       ╵ │ ┼ │ ╵",
            "                                                90",
            " ▅         ▅ █ ▅         ▆ █ ▅         ▆ █ ▅",
            " █ ▇ ▂ ▃ █ █ █ █ ▇ ▂ ▃ █ █ █ █ ▇ ▂ ▃ █ █ █ █",
            "RSI14 61.2 ──────────────────────────────────",
            "             ⣀⡠⠤⠤⠤⢄⣀⡀",
            "┈┈┈┈┈┈┈┈⢀⣀⠤⠒⠉┈┈┈┈┈┈┈⠈⠉⠒⠤⣀┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⣀⠤⠒⠉┈   70",
            "┈┈⢀⣀⡠⠤⠒⠉⠁┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈┈⠉⠑⠒⠤⣀⡀┈┈┈⢀⣀⡠⠤⠒⠉┈┈┈┈┈   30",
            " ⠈⠁                           ⠈⠉⠉⠉⠁",
            "MACD 12.4 ───────────────────────────────────",
            "                 ▁ ▆ ▇ ▃                   ▃",
            "                 █ █ █ █ ▄               ▄ █",
            " ▄ ▄ ▄ ▄ ▄ ▄ ▄ ▄ ▄ ▄ ▄ ▄ ▄ ─ ▄ ▄ ▄ ▄ ▄ ─ ▄ ▄     0",
            "   ▅ █ █ █ █ ▇               ▂ █ █ █ ▂",
            "     ▆ ▂ ▂ ▇                   ▃ ▁ ▃",
            "     00:10               00:20",
        ],
        "{lines:#?}"
    );
    let geometry = chart.geometry(Rect::new(0, 0, 50, 24)).unwrap();
    assert_eq!(geometry.panels().len(), 2);
}

#[test]
fn a_profile_behind_the_candles() {
    let candles = wave(20);
    let profile = VolumeProfile::of(&candles, 24).unwrap();
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .volume(VolumeHeight::Hidden)
        .profile(Some(&profile));
    let lines = draw_chart(&chart, 44, 12);
    assert_eq!(
        lines,
        [
            "                                         110",
            "   ╷ ╷ ╷ ╷                         ╷▎╷█",
            " │ ▅ ┼ ▄ ▄ ╷                  ▌██▁█▆█┼█◂ 106",
            " ▇ ▇ ╵ ╵ ▆ ▆ ╷              ▌██▁█▁█│███",
            " ▆         ▅ ▅              █│███│█████",
            "           ╵ ▂ ▂           ╷▊▇█▇███████  100",
            "             ╵ █ │       ╷ ▅ ▅█████████",
            "               │ █ │   ╷ ▃ ▃ ╵▋████████",
            "                 │ ▃ ┼ ▅ ▅ ╵    ▋██████",
            "                   ╵ ╵ ╵ ╵           ██",
            "                                          90",
            "                   600",
        ],
        "{lines:#?}"
    );
}

#[test]
fn a_heat_map_is_a_background() {
    let candles = wave(8);
    let heat = HeatMap {
        times: &[0, 240],
        low: 94.0,
        step: 8.0,
        levels: 2,
        cells: &[0.0, 0.5, 1.0, 0.0],
    };
    let shade = |intensity: f32| {
        Style::new().bg(if intensity > 0.75 {
            Color::Red
        } else {
            Color::Blue
        })
    };
    let chart = CandleChart::new(&candles, &label)
        .styles(filled())
        .volume(VolumeHeight::Hidden)
        .price_range(Some((94.0, 110.0)))
        .heat(Some((&heat, &shade)));
    let area = Rect::new(0, 0, 26, 9);
    let mut buffer = Buffer::empty(area);
    chart.draw(area, &mut buffer).unwrap();
    let ground = |x, y| match buffer[(x, y)].bg {
        Color::Red => '#',
        Color::Blue => '.',
        _ => ' ',
    };
    let line = |y| (0..26).map(|x| ground(x, y)).collect();
    let ground: Vec<String> = (0..9).map(line).collect();
    assert_eq!(
        ground,
        [
            "     ........             ",
            "     ........             ",
            "     ........             ",
            "     ........             ",
            "             ########     ",
            "             ########     ",
            "             ########     ",
            "             ########     ",
            "                          ",
        ],
        "{ground:#?}"
    );
}

#[test]
fn scales_in_percent_and_by_ratio() {
    let candles: Vec<Candle> = (0..24_i32)
        .map(|at| {
            let price = 10.0 * 1.3_f64.powi(at);
            candle(
                i64::from(at) * 60,
                price,
                price * 1.3,
                price,
                price * 1.3,
                1.0,
            )
        })
        .collect();
    let chart = |scale| {
        CandleChart::new(&candles, &label)
            .styles(filled())
            .volume(VolumeHeight::Hidden)
            .scale(scale)
    };
    let lines = draw_chart(&chart(ScaleKind::Log), 40, 13);
    assert_eq!(
        lines,
        [
            "                                  ◂ 5428",
            "                              ▃ ▃   5000",
            "                          ▁ ▆ ▆",
            "                        ▄ ▄         2000",
            "                    ▂ ▂ ▇",
            "                  ▅ ▅",
            "              ▃ ▃                    500",
            "          ▁ ▆ ▆",
            "        ▄ ▄                          200",
            "    ▂ ▂ ▇",
            "  ▅ ▅",
            "▃",
            "      600                 1200",
        ],
        "{lines:#?}"
    );
    let percent = chart(ScaleKind::Percent).percent_label(&|value| format!("{value:+.0}%"));
    let lines = draw_chart(&percent, 44, 9);
    assert_eq!(
        lines,
        [
            "                                 ▁ ◂    5428",
            "                                 █",
            "                               ▆ ▆    +5000%",
            "                             ▅ ▅",
            "                         ▁ ▇ ▇",
            "                     ▂ ▆ ▆",
            " ─ ─ ─ ─ ─ ─ ─ ─ ─ ▆                     +0%",
            "",
            "       600                 1200",
        ],
        "{lines:#?}"
    );
}

#[test]
fn room_for_events_and_lines_is_found_by_ratio_on_a_log_scale() {
    let candles: Vec<Candle> = (0..20_i32)
        .map(|at| {
            let price = 2.0_f64.powi(at);
            candle(i64::from(at) * 60, price, price, price, price, 1.0)
        })
        .collect();
    let style = Style::new();
    let event = |place| ChartEvent {
        time: 600,
        place,
        glyph: "x",
        style,
    };
    let events = [event(EventPlace::Above), event(EventPlace::Below)];
    // The first lies near by ratio, the other by difference alone.
    let markers = [
        Marker::new(0.5, "near", style),
        Marker::new(-9.0, "far", style),
    ];
    let chart = CandleChart::new(&candles, &label)
        .scale(ScaleKind::Log)
        .events(&events)
        .markers(&markers);
    let area = Rect::new(0, 0, 60, 24);
    let (low, high) = chart.geometry(area).unwrap().prices();
    assert!(low > 0.01 && low < 0.5 && high < 4e6, "{low} {high}");
}

#[test]
fn a_view_that_is_fixed_moved_and_zoomed() {
    let candles = wave(30);
    let chart = || CandleChart::new(&candles, &label).volume(VolumeHeight::Hidden);
    let area = Rect::new(0, 0, 40, 11);
    let fixed = chart().price_range(Some((90.0, 110.0)));
    let prices = |chart: &CandleChart| chart.geometry(area).unwrap().prices();
    assert_eq!(prices(&fixed), (90.0, 110.0));
    assert_eq!(prices(&fixed.price_shift(0.5)), (100.0, 120.0));
    let near = chart().price_range(Some((90.0, 110.0))).price_zoom(4.0);
    assert_eq!(prices(&near), (97.5, 102.5));
    // Candles that lie off the scale leave nothing at its edge.
    let far = chart().price_range(Some((200.0, 300.0))).last(None);
    let lines = draw_chart(&far, 40, 11);
    assert!(
        lines[..10]
            .iter()
            .all(|line| !line.contains(['─', '▔', '▁', '│', '█'])),
        "{lines:#?}"
    );
}

#[test]
fn what_has_no_room_is_left_out() {
    let candles = wave(30);
    let chart = CandleChart::new(&candles, &label).volume(VolumeHeight::Rows(50));
    let rows = |height| {
        let geometry = chart.geometry(Rect::new(0, 0, 40, height)).unwrap();
        (
            geometry.plot().height,
            geometry.volume().map(|area| area.height),
        )
    };
    assert_eq!(rows(20), (10, Some(9)));
    assert_eq!(rows(2), (1, Some(1)));
    assert_eq!(rows(1), (1, None));
    let narrow = chart.geometry(Rect::new(0, 0, 9, 9)).unwrap();
    assert_eq!(narrow.axis(), None);
}
