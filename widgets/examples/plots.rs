//! An equity curve, a cumulated book and the small widgets:
//! `cargo run -p titan-widgets --example plots`. Must not need a terminal: it draws to a buffer and
//! writes that out.

mod support;

use std::io;

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
    widgets::Widget,
};
use support::{clock, print, walk};
use titan_widgets::{
    DepthCurve, DepthLevel, DepthStyles, EquityPlot, EquityPoint, EquityStyles, Gauge, HeatRow,
    Sparkline,
};

fn main() -> io::Result<()> {
    let walk = walk(240);
    let mut buffer = Buffer::empty(Rect::new(0, 0, 90, 26));
    let (green, red) = (Style::new().fg(Color::Green), Style::new().fg(Color::Red));
    let points: Vec<EquityPoint> = walk
        .iter()
        .map(|candle| EquityPoint {
            time: candle.time,
            value: candle.close * 1_000.0,
        })
        .collect();
    EquityPlot::new(&points, &|value| format!("{value:.0}"))
        .filled(true)
        .baseline(Some(100_000.0))
        .styles(EquityStyles {
            line: green,
            area: Style::new().fg(Color::DarkGray),
            drawdown: red,
            ..EquityStyles::default()
        })
        .time_label(&clock)
        .render(Rect::new(0, 0, 90, 16), &mut buffer);
    let side = |sign: f64| -> Vec<DepthLevel> {
        let level = |step: u8| f64::from(step + 1);
        (0..30)
            .map(|step| (100.0 + sign * level(step) * 0.5, 3.0 + level(step) % 7.0))
            .collect()
    };
    DepthCurve::new(&side(-1.0), &side(1.0), &|price| format!("{price:.1}"))
        .styles(DepthStyles {
            bid: green,
            ask: red,
            ..DepthStyles::default()
        })
        .render(Rect::new(0, 17, 60, 8), &mut buffer);
    let closes: Vec<f64> = walk.iter().map(|candle| candle.close).collect();
    let line = |y| Rect::new(64, y, 20, 1);
    Sparkline::new(&closes)
        .style(green)
        .render(line(17), &mut buffer);
    Gauge::new(0.38).style(green).render(line(19), &mut buffer);
    Gauge::new(0.38)
        .fine(true)
        .style(green)
        .render(line(21), &mut buffer);
    let last = closes
        .get(closes.len().saturating_sub(20)..)
        .unwrap_or(&closes);
    HeatRow::new(last)
        .style(&|value| if value < 93.0 { red } else { green })
        .render(line(23), &mut buffer);
    print(&buffer)
}
