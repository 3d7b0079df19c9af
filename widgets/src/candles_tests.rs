//! Candle charts drawn into a buffer and compared as text.
//! Must not need a terminal.

use proptest::prelude::*;
use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    widgets::Widget,
};

use super::*;

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

fn draw(candles: &[Candle], width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    let styles = CandleStyles {
        hollow_up: false,
        ..CandleStyles::default()
    };
    CandleChart::new(candles, &|value| format!("{value:.1}"))
        .styles(styles)
        .time_label(&|time, _| format!("{:02}:{:02}", time / 3_600, time / 60 % 60))
        .render(area, &mut buffer);
    buffer
}

#[test]
fn a_wave_with_axes_and_volume() {
    let buffer = draw(&wave(30), 44, 14);
    let expected = include_str!("../tests/wave.txt");
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
        Marker {
            value: 101.0,
            label: "LONG 5",
            style: Style::new(),
        },
        Marker {
            value: 1.0,
            label: "stop",
            style: Style::new(),
        },
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

#[test]
fn every_glyph_is_one_byte_in_ascii() {
    for glyph in CandleGlyphs::ASCII.all() {
        assert_eq!(glyph.len(), 1, "{glyph}");
    }
    for glyph in CandleGlyphs::UNICODE.all() {
        assert_eq!(glyph.chars().count(), 1, "{glyph}");
    }
}

fn any_candle() -> impl Strategy<Value = Candle> {
    (
        any::<i64>(),
        any::<f64>(),
        any::<f64>(),
        any::<f64>(),
        any::<f64>(),
        any::<f64>(),
    )
        .prop_map(|(time, open, high, low, close, volume)| {
            candle(time, open, high, low, close, volume)
        })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_size_and_any_data_draw(
        width in 0_u16..120,
        height in 0_u16..50,
        offset in 0_u16..40,
        zoom in any::<u8>(),
        pan in 0_usize..60,
        candles in proptest::collection::vec(any_candle(), 0..50),
        values in proptest::collection::vec(any::<f64>(), 0..60),
        marker in any::<f64>(),
        fine in any::<bool>(),
    ) {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 100, 40));
        let overlays = [Overlay { values: &values, style: Style::new() }];
        let markers = [Marker { value: marker, label: "marker", style: Style::new() }];
        let glyphs = if fine { CandleGlyphs::UNICODE } else { CandleGlyphs::ASCII };
        CandleChart::new(&candles, &|value| format!("{value:.2e}"))
            .overlays(&overlays)
            .markers(&markers)
            .glyphs(glyphs)
            .last(values.first().copied())
            .zoom(zoom)
            .pan(pan)
            .render(Rect::new(offset, offset / 2, width, height), &mut buffer);
    }
}
