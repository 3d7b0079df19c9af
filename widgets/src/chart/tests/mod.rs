//! Candle charts drawn into a buffer and compared as text.
//! Must not need a terminal.

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    widgets::Widget,
};

use super::*;

mod geometry;
mod kinds;
mod parts;

fn candle(time: i64, open: f64, high: f64, low: f64, close: f64, volume: f64) -> Candle {
    Candle {
        time,
        open,
        high,
        low,
        close,
        volume,
    }
}

fn wave(count: i32) -> Vec<Candle> {
    (0..count)
        .map(|index| {
            let x = f64::from(index);
            let open = 100.0 + (x * 0.4).sin() * 6.0;
            let close = 100.0 + ((x + 1.0) * 0.4).sin() * 6.0;
            candle(
                i64::from(index) * 60,
                open,
                open.max(close) + 1.5,
                open.min(close) - 1.5,
                close,
                10.0 + (x * 0.9).cos() * 8.0,
            )
        })
        .collect()
}

fn text(buffer: &Buffer) -> Vec<String> {
    (0..buffer.area.height)
        .map(|y| {
            let line: String = (0..buffer.area.width)
                .map(|x| buffer[(x, y)].symbol().to_owned())
                .collect();
            line.trim_end().to_owned()
        })
        .collect()
}

fn filled() -> CandleStyles {
    CandleStyles {
        hollow_up: false,
        ..CandleStyles::default()
    }
}

fn draw_chart(chart: &CandleChart, width: u16, height: u16) -> Vec<String> {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    chart.draw(area, &mut buffer);
    text(&buffer)
}

fn draw(candles: &[Candle], width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    CandleChart::new(candles, &|value| format!("{value:.1}"))
        .styles(filled())
        .time_label(&|time, _| format!("{:02}:{:02}", time / 3_600, time / 60 % 60))
        .render(area, &mut buffer);
    buffer
}

#[test]
fn a_wave_with_axes_and_volume() {
    let buffer = draw(&wave(30), 44, 14);
    let expected = include_str!("../../../tests/wave.txt");
    let actual = text(&buffer).join("\n") + "\n";
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/wave.txt");
        std::fs::write(path, &actual).unwrap();
        return;
    }
    assert_eq!(actual, expected, "UPDATE_GOLDEN=1 rewrites it:\n{actual}");
}

#[test]
fn bottom_edges_are_reversed_blocks() {
    let candles = [candle(0, 10.0, 10.0, 0.0, 3.3, 0.0)];
    let buffer = draw(&candles, 20, 5);
    let reversed = (0..5).any(|y| {
        (0..20).any(|x| {
            let cell = &buffer[(x, y)];
            cell.modifier.contains(Modifier::REVERSED) && "▁▂▃▄▅▆▇".contains(cell.symbol())
        })
    });
    assert!(reversed, "{:?}", text(&buffer));
}

#[test]
fn the_last_price_has_a_tag_with_a_pointer() {
    let buffer = draw(&wave(30), 44, 14);
    let tagged = text(&buffer)
        .iter()
        .filter(|line| line.contains('◂'))
        .count();
    assert_eq!(tagged, 1);
}

#[test]
fn markers_far_away_do_not_flatten_the_candles() {
    let candles = wave(30);
    let area = Rect::new(0, 0, 60, 16);
    let mut buffer = Buffer::empty(area);
    let markers = [
        Marker::new(101.0, "LONG 5", Style::new()),
        Marker::new(1.0, "stop", Style::new()),
    ];
    CandleChart::new(&candles, &|value| format!("{value:.0}"))
        .markers(&markers)
        .render(area, &mut buffer);
    let lines = text(&buffer);
    assert!(
        lines.iter().any(|line| line.starts_with("LONG 5╌")),
        "{lines:#?}"
    );
    assert!(
        lines.iter().any(|line| line.starts_with("stop ▼")),
        "{lines:#?}"
    );
}

#[test]
fn wider_bodies_at_higher_zoom() {
    let candles = wave(40);
    for zoom in 0..=ZOOM_MAX {
        let area = Rect::new(0, 0, 40, 8);
        let mut buffer = Buffer::empty(area);
        CandleChart::new(&candles, &|value| format!("{value:.0}"))
            .zoom(zoom)
            .render(area, &mut buffer);
    }
    assert_eq!(CandleChart::capacity(40, 0), 39);
    assert_eq!(CandleChart::capacity(40, 1), 20);
    assert_eq!(CandleChart::capacity(0, 4), 0);
}
