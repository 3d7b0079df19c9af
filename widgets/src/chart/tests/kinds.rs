//! Each way of drawing the candles, as a picture.
//! Must not need a terminal.

use super::*;

fn picture(kind: ChartKind, zoom: u8) -> Vec<String> {
    let candles = wave(16);
    let chart = CandleChart::new(&candles, &|value| format!("{value:.0}"))
        .kind(kind)
        .brick(Some(2.0))
        .zoom(zoom)
        .styles(filled())
        .volume(VolumeHeight::Hidden);
    draw_chart(&chart, 38, 10)
}

#[track_caller]
fn check(kind: ChartKind, zoom: u8, expected: &[&str]) {
    let lines = picture(kind, zoom);
    assert_eq!(lines, expected, "{kind:?}: {lines:#?}");
}

#[test]
fn candles() {
    check(
        ChartKind::Candles,
        1,
        &[
            "                                   110",
            "     │ ▂ ▂ ╷",
            " ╷ ▃ ▃ ╵ │ ▃ ▃",
            " ▄ ▄ ╵     ╵ ▃ ▃               ╷",
            " ▄           ╵ ▃ ▃           ╷ ▇ ◂ 101",
            "               ╵ ▂ ▂       ╷ ▆ ▆",
            "                 ╵ ▄ ▄ ╷ ▁ ▆ ▆",
            "                   ╵ ▇ ┼ ▆ ╵",
            "                                    90",
            " 0                   600",
        ],
    );
}

#[test]
fn wide_candles() {
    check(
        ChartKind::Candles,
        3,
        &[
            "                              │",
            "  │                          ▄▄▄ ◂ 101",
            " ▆▆▆                      │  ███",
            " ███  │                  ▅▅▅ ▅▅▅",
            " ▇▇▇ ▇▇▇  ╷           │  ███  ╵",
            "  ╵  ▃▃▃ ▃▃▃  ╷   │  ███  │         95",
            "      │  ▃▃▃ ─┼─ ▆▆▆ ▆▆▆  ╵",
            "          │   │   │   ╵",
            "",
            "         600                 900",
        ],
    );
}

#[test]
fn hollow() {
    check(
        ChartKind::Hollow,
        1,
        &[
            "                                   110",
            "     │ ░ ▂ ╷",
            " ╷ ░ ░ ╵ │ ▃ ▃",
            " ░ ░ ╵     ╵ ▃ ▃               ╷",
            " ░           ╵ ▃ ▃           ╷ ░ ◂ 101",
            "               ╵ ▂ ▂       ╷ ░ ░",
            "                 ╵ ▄ ▄ ╷ ░ ░ ░",
            "                   ╵ ▇ ┼ ░ ╵",
            "                                    90",
            " 0                   600",
        ],
    );
}

#[test]
fn heikin_ashi() {
    check(
        ChartKind::HeikinAshi,
        1,
        &[
            "                                   110",
            "     │ ▁ ▁ ╷",
            " ╷ │ ▆ ▁ ▅ ▅ ▆ ▂",
            " │ █ ▄     ╵ ▇ █ ▅             ╷",
            " ┼           ╵ ▇ █ ▆         ╷ ▂ ◂ 101",
            "               ╵ ▇ █ ▆     ╷ ▂ █",
            "                 ╵ ▇ ▂ █ ▃ ▄ ▃ ▆",
            "                   ╵ │ ▇ │ ╵",
            "                                    90",
            " 0                   600",
        ],
    );
}

#[test]
fn bars() {
    check(
        ChartKind::Bars,
        1,
        &[
            "                                   110",
            "     ├ ┼ ┼ ┤",
            " ╷ ├ ┤ ╵ │ ├ ┤",
            " ├ ┤ ╵     ╵ ├ ┤               ╷",
            " ┤           ╵ ├ ┤           ╷ ├ ◂ 101",
            "               ╵ ├ ┤       ╷ ├ ┤",
            "                 ╵ ├ ┤ ╷ ├ ┼ ┤",
            "                   ╵ ├ ┼ ┤ ╵",
            "                                    90",
            " 0                   600",
        ],
    );
}

#[test]
fn wide_bars() {
    check(
        ChartKind::Bars,
        3,
        &[
            "                              │",
            "  │                           ├─ ◂ 101",
            " ─┤                       │   │",
            "  │   │                   ├─ ─┤",
            "  ├─ ─┤   ╷           ├─ ─┤   ╵",
            "  ╵   ├─ ─┤   ╷   │   │   │         95",
            "      │   ├─ ─┼─ ─┼─ ─┤   ╵",
            "          │   │   │   ╵",
            "",
            "         600                 900",
        ],
    );
}

#[test]
fn line() {
    check(
        ChartKind::Line,
        1,
        &[
            "      ⢀⣀⡀",
            "   ⢀⠔⠊⠁ ⠈⠉⠢⢄                       105",
            " ⢀⠔⠁        ⠱⡀",
            "             ⠈⢆                ⢀",
            "               ⠣⡀             ⡠⠃ ◂ 101",
            "                ⠘⢄          ⢀⠔⠁",
            "                  ⠱⡀       ⡠⠊",
            "                   ⠈⠢⢄⣀⣀⡠⠤⠊         95",
            "",
            " 0                   600",
        ],
    );
}

#[test]
fn area() {
    check(
        ChartKind::Area,
        1,
        &[
            "       ▁",
            "   ▁▄▇█░▇▆▂                        105",
            "  ▄░░░░░░░░▇▂",
            " ▇░░░░░░░░░░░▆",
            " ░░░░░░░░░░░░░█▂              ▂▇ ◂ 101",
            " ░░░░░░░░░░░░░░░▄            ▄░░",
            " ░░░░░░░░░░░░░░░░▇▂        ▂▇░░░",
            " ░░░░░░░░░░░░░░░░░░▆▃▁  ▁▃▇░░░░░    95",
            " ░░░░░░░░░░░░░░░░░░░░░█▇░░░░░░░░",
            " 0                   600",
        ],
    );
}

#[test]
fn renko() {
    check(
        ChartKind::Renko,
        1,
        &[
            "                       ▁           105",
            "                       █",
            "                     ▂ ▂ ▂",
            "                     █   █       ◂ 101",
            "                     ▄   ▄ ▄   ▄   100",
            "                           █   █",
            "                           ▆ ▆ ▆",
            "                             █",
            "                             ▇      95",
            "                     0",
        ],
    );
}

#[test]
fn range() {
    check(
        ChartKind::Range,
        1,
        &[
            "                               │",
            "                             ▅ ┴ ◂ 101",
            "                         │   █",
            "                       █ ▂ ▂",
            "   ╷             ▆ ▆ ▃ ▃   ╵",
            " ▆ ▆     ╷   │ ▁ ▁ ▅ ▅              95",
            " ▇   █ ▇ ▇ ▅ ▅ ▃     ╵",
            "     ▃ ▃   │   ╵",
            "",
            " 600       720     840",
        ],
    );
}

#[test]
fn hollow_candles_are_coloured_by_the_close_before() {
    let candles = [
        candle(0, 10.0, 14.0, 9.0, 13.0, 1.0),
        // Falls, yet closes above the close before.
        candle(60, 18.0, 19.0, 13.0, 15.0, 1.0),
        // Rises, yet closes below the close before.
        candle(120, 10.0, 14.0, 9.0, 13.0, 1.0),
    ];
    let (up, down) = (Style::new().fg(Color::Green), Style::new().fg(Color::Red));
    let styles = CandleStyles {
        up,
        down,
        ..CandleStyles::default()
    };
    let area = Rect::new(0, 0, 7, 8);
    let mut buffer = Buffer::empty(area);
    CandleChart::new(&candles, &|_| String::new())
        .kind(ChartKind::Hollow)
        .styles(styles)
        .volume(VolumeHeight::Hidden)
        .render(area, &mut buffer);
    let mut found = Vec::new();
    for x in [1, 3, 5] {
        let column = || (0..7).map(|y| &buffer[(x, y)]);
        let hollow = column().any(|cell| cell.symbol() == "░");
        let color = column().find(|cell| cell.symbol() != " ").unwrap().fg;
        found.push((hollow, color));
    }
    assert_eq!(
        found,
        [
            (true, Color::Green),
            (false, Color::Green),
            (true, Color::Red)
        ]
    );
}

#[test]
fn overlays_and_events_of_bricks_are_aligned_by_time() {
    let candles: Vec<Candle> = [100.0, 101.0, 105.0, 105.5, 110.0, 121.0]
        .windows(2)
        .zip(0..)
        .map(|(pair, at)| candle(at * 60, pair[0], pair[1], pair[0], pair[1], 1.0))
        .collect();
    // The value of each candle is its index.
    let values = [0.0, 1.0, 2.0, 3.0, 4.0];
    let chart = CandleChart::new(&candles, &|value| format!("{value:.0}"))
        .kind(ChartKind::Renko)
        .brick(Some(5.0));
    let area = Rect::new(0, 0, 40, 12);
    let bars = chart.bars();
    let frame = Frame::new(&chart, &bars, area).unwrap();
    let bricks: Vec<(i64, f64, Option<f64>)> = (0..bars.all().len())
        .map(|at| {
            let brick = bars.all()[at];
            (brick.time, brick.close, frame.value(&values, at))
        })
        .collect();
    assert_eq!(
        bricks,
        [
            (60, 105.0, Some(1.0)),
            (180, 110.0, Some(3.0)),
            (240, 115.0, Some(4.0)),
            (240, 120.0, Some(4.0)),
        ]
    );
    // At 2 minutes no brick was made: what happened then belongs to the brick before.
    let geometry = chart.geometry(area).unwrap();
    assert_eq!(geometry.x_of(120), geometry.x_of(60));
    assert_eq!(geometry.index_of(BarPlace::Time(240)), Some(3));
    assert_eq!(geometry.index_of(BarPlace::Back(1)), Some(2));
    assert_eq!(geometry.candle_of(BarPlace::Back(1)), Some(4));
    assert_eq!(geometry.candle_of(BarPlace::Time(120)), Some(1));
}
