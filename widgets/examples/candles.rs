//! Prints a candle chart of a made-up walk: `cargo run -p titan-widgets --example candles`.
//! Must not need a terminal: it draws to a buffer and writes that out.

use std::io::{self, Write};

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
    widgets::Widget,
};
use titan_widgets::{Candle, CandleChart, CandleStyles, Marker, Overlay};

fn main() -> io::Result<()> {
    let candles = walk(200);
    let average = moving_average(&candles, 9);
    let overlays = [Overlay {
        values: &average,
        style: Style::new().fg(Color::Yellow),
    }];
    let markers = [Marker::new(100.0, "LONG 5", Style::new().fg(Color::Cyan))];
    let styles = CandleStyles {
        up: Style::new().fg(Color::Green),
        down: Style::new().fg(Color::Red),
        volume_up: Style::new().fg(Color::Green),
        volume_down: Style::new().fg(Color::Red),
        hollow_up: false,
        ..CandleStyles::default()
    };
    let area = Rect::new(0, 0, 100, 28);
    let mut buffer = Buffer::empty(area);
    CandleChart::new(&candles, &|value| format!("{value:.2}"))
        .overlays(&overlays)
        .markers(&markers)
        .styles(styles)
        .time_label(&|time, _| format!("{:02}:{:02}", time / 3_600 % 24, time / 60 % 60))
        .render(area, &mut buffer);
    let mut out = io::stdout().lock();
    for y in 0..area.height {
        for x in 0..area.width {
            let Some(cell) = buffer.cell((x, y)) else {
                continue;
            };
            let color = match cell.fg {
                Color::Green => "32",
                Color::Red => "31",
                Color::Yellow => "33",
                Color::Cyan => "36",
                _ => "39",
            };
            let reverse = if cell.modifier.contains(Modifier::REVERSED) {
                ";7"
            } else {
                ""
            };
            write!(out, "\x1b[0;{color}{reverse}m{}", cell.symbol())?;
        }
        writeln!(out, "\x1b[0m")?;
    }
    Ok(())
}

/// A walk from a small linear congruential generator, the same at each run.
fn walk(count: i64) -> Vec<Candle> {
    let mut state = 7_u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1_u32 << 24) - 0.5
    };
    let mut price = 100.0;
    (0..count)
        .map(|index| {
            let open = price;
            price += random() * 1.2;
            let close: f64 = price;
            Candle {
                time: 46_800 + index * 60,
                open,
                high: open.max(close) + random().abs() * 0.6,
                low: open.min(close) - random().abs() * 0.6,
                close,
                volume: 5.0 + random().abs() * 30.0,
            }
        })
        .collect()
}

fn moving_average(candles: &[Candle], length: usize) -> Vec<f64> {
    (0..candles.len())
        .map(|index| {
            let from = (index + 1).checked_sub(length);
            from.and_then(|from| candles.get(from..=index))
                .map_or(f64::NAN, |window| {
                    window.iter().map(|candle| candle.close).sum::<f64>() / 9.0
                })
        })
        .collect()
}
