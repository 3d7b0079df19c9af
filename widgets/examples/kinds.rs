//! The same walk in each kind of chart: `cargo run -p titan-widgets --example kinds`, with
//! `-- --ascii` in ASCII alone. Must not need a terminal: it draws to a buffer and writes that out.

mod support;

use std::io::{self, Write};

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};
use support::{clock, print, walk};
use titan_widgets::{CandleChart, CandleStyles, ChartKind, MarketGlyphs, ScaleKind, VolumeHeight};

fn main() -> io::Result<()> {
    let candles = walk(300);
    let ascii = std::env::args().any(|argument| argument == "--ascii");
    let glyphs = if ascii {
        MarketGlyphs::ASCII
    } else {
        MarketGlyphs::UNICODE
    };
    let styles = CandleStyles {
        up: Style::new().fg(Color::Green),
        down: Style::new().fg(Color::Red),
        line: Style::new().fg(Color::Cyan),
        area: Style::new().fg(Color::Blue),
        grid: Some(Style::new().fg(Color::DarkGray)),
        hollow_up: ascii,
        ..CandleStyles::default()
    };
    for (kind, zoom, scale) in [
        (ChartKind::Candles, 1, ScaleKind::Linear),
        (ChartKind::Candles, 3, ScaleKind::Percent),
        (ChartKind::Hollow, 2, ScaleKind::Linear),
        (ChartKind::HeikinAshi, 1, ScaleKind::Linear),
        (ChartKind::Bars, 3, ScaleKind::Linear),
        (ChartKind::Line, 0, ScaleKind::Log),
        (ChartKind::Area, 1, ScaleKind::Linear),
        (ChartKind::Renko, 1, ScaleKind::Linear),
        (ChartKind::Range, 1, ScaleKind::Linear),
    ] {
        writeln!(io::stdout(), "\n{kind:?}, zoom {zoom}, {scale:?}")?;
        let area = Rect::new(0, 0, 90, 16);
        let mut buffer = Buffer::empty(area);
        CandleChart::new(&candles, &|value| format!("{value:.2}"))
            .kind(kind)
            .scale(scale)
            .zoom(zoom)
            .volume(VolumeHeight::Hidden)
            .glyphs(glyphs)
            .styles(styles)
            .time_label(&clock)
            .draw(area, &mut buffer);
        print(&buffer)?;
    }
    Ok(())
}
