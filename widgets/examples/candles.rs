//! A chart with all that can be laid over it: `cargo run -p titan-widgets --example candles`.
//! Must not need a terminal: it draws to a buffer and writes that out.

mod support;

use std::io;

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};
use support::{clock, moving_average, print, walk};
use titan_widgets::{
    BarPlace, CandleChart, CandleStyles, ChartEvent, Crosshair, EventPlace, LineKind, Marker,
    MeasureFacts, Measurement, Overlay, Panel, PanelSeries, VolumeProfile,
};

fn main() -> io::Result<()> {
    let candles = walk(200);
    let (fast, slow) = (moving_average(&candles, 9), moving_average(&candles, 21));
    let overlays = [
        overlay(&fast, Color::Yellow),
        overlay(&slow, Color::Magenta),
    ];
    let markers = [
        Marker::new(100.0, "LONG 5", Style::new().fg(Color::Cyan)).line(LineKind::Solid),
        Marker::new(90.0, "STOP", Style::new().fg(Color::Red)),
    ];
    let events = [
        event(54_000, EventPlace::Below, "▲", Color::Green),
        event(56_400, EventPlace::Above, "▼", Color::Red),
        event(57_000, EventPlace::Above, "!", Color::Yellow),
    ];
    let difference: Vec<f64> = fast.iter().zip(&slow).map(|(a, b)| a - b).collect();
    let (up, down) = (Style::new().fg(Color::Green), Style::new().fg(Color::Red));
    let series = [PanelSeries::histogram(&difference, up, down)];
    let newest = difference.last().copied().unwrap_or(f64::NAN);
    let panels = [Panel::new("MA9 - MA21", &series).readout(format!("{newest:.2}"))];
    let profile = VolumeProfile::of(&candles, 60);
    let dim = Style::new().fg(Color::DarkGray);
    let styles = CandleStyles {
        up,
        down,
        volume_up: up.add_modifier(Modifier::DIM),
        volume_down: down.add_modifier(Modifier::DIM),
        profile: dim,
        profile_value: dim,
        profile_control: Style::new().fg(Color::Blue),
        crosshair: Style::new().fg(Color::Gray),
        panel: dim,
        hollow_up: false,
        ..CandleStyles::default()
    };
    let facts = |facts: MeasureFacts| {
        let minutes = facts.seconds / 60;
        format!(
            "{:+.2} ({:+.1}%) {} bars, {minutes} min",
            facts.price, facts.percent, facts.bars
        )
    };
    let area = Rect::new(0, 0, 100, 36);
    let mut buffer = Buffer::empty(area);
    CandleChart::new(&candles, &|value| format!("{value:.2}"))
        .overlays(&overlays)
        .markers(&markers)
        .events(&events)
        .selected_event(Some(1))
        .panels(&panels)
        .profile(profile.as_ref())
        .separators(&[54_000])
        .crosshair(Some(Crosshair {
            bar: BarPlace::Back(12),
            price: Some(98.0),
        }))
        .measurement(Some(Measurement {
            from: (BarPlace::Back(34), 94.0),
            to: (BarPlace::Back(22), 97.0),
            label: &facts,
        }))
        .styles(styles)
        .time_label(&clock)
        .draw(area, &mut buffer);
    print(&buffer)
}

fn overlay(values: &[f64], color: Color) -> Overlay<'_> {
    Overlay {
        values,
        style: Style::new().fg(color),
    }
}

fn event(time: i64, place: EventPlace, glyph: &str, color: Color) -> ChartEvent<'_> {
    ChartEvent {
        time,
        place,
        glyph,
        style: Style::new().fg(color),
    }
}
