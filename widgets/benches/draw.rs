//! What a drawing costs: charts with more and more on them, a ladder, a whole screen.
//! `cargo bench -p titan-widgets`. Must not assert: figures depend on the machine.

use divan::{Bencher, black_box};
use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Style},
};
use titan_widgets::{
    BarPlace, Candle, CandleChart, CandleStyles, ChartEvent, ChartKind, Crosshair, EventPlace,
    HeatMap, Ladder, LadderRow, Marker, Overlay, Panel, PanelSeries, VolumeProfile,
};

fn main() {
    divan::main();
}

const CHART: Rect = Rect::new(0, 0, 100, 40);

fn candles(count: i32) -> Vec<Candle> {
    let candle = |at: i32| {
        let x = f64::from(at);
        let price = |x: f64| 100.0 + (x * 0.21).sin() * 6.0 + (x * 0.05).cos() * 9.0;
        let (open, close) = (price(x), price(x + 1.0));
        Candle {
            time: i64::from(at) * 60,
            open,
            high: open.max(close) + 0.7,
            low: open.min(close) - 0.7,
            close,
            volume: 10.0 + (x * 0.9).cos() * 8.0,
        }
    };
    (0..count).map(candle).collect()
}

fn shifted(candles: &[Candle], by: f64) -> Vec<f64> {
    candles.iter().map(|candle| candle.close + by).collect()
}

fn price(value: f64) -> String {
    format!("{value:.2}")
}

fn styles() -> CandleStyles {
    CandleStyles {
        up: Style::new().fg(Color::Green),
        down: Style::new().fg(Color::Red),
        grid: Some(Style::new().fg(Color::DarkGray)),
        hollow_up: false,
        ..CandleStyles::default()
    }
}

#[divan::bench(args = ChartKind::ALL)]
fn kind(bencher: Bencher, kind: ChartKind) {
    let candles = candles(300);
    let mut buffer = Buffer::empty(CHART);
    bencher.bench_local(|| {
        let chart = CandleChart::new(black_box(&candles), &price);
        chart.kind(kind).styles(styles()).draw(CHART, &mut buffer)
    });
}

/// A chart as a desk shows it: averages, lines, events, two panels, a profile, a crosshair.
fn full_chart(candles: &[Candle], lines: &[Vec<f64>], area: Rect, buffer: &mut Buffer) {
    let style = Style::new().fg(Color::Yellow);
    let overlays: Vec<Overlay> = lines
        .iter()
        .map(|values| Overlay { values, style })
        .collect();
    let markers = [
        Marker::new(101.0, "LONG 5", style),
        Marker::new(95.0, "STOP", style),
    ];
    let event = |time| ChartEvent {
        time,
        place: EventPlace::Above,
        glyph: "▲",
        style,
    };
    let events: Vec<ChartEvent> = (0..60).map(|at| event(at * 300)).collect();
    let first = lines.first().map_or(&[][..], Vec::as_slice);
    let series = [PanelSeries::line(first, style)];
    let columns = [PanelSeries::histogram(first, style, style)];
    let panels = [Panel::new("RSI14", &series), Panel::new("MACD", &columns)];
    let profile = VolumeProfile::of(candles, 80);
    CandleChart::new(candles, &price)
        .styles(styles())
        .overlays(&overlays)
        .markers(&markers)
        .events(&events)
        .panels(&panels)
        .profile(profile.as_ref())
        .crosshair(Some(Crosshair {
            bar: BarPlace::Back(12),
            price: Some(99.0),
        }))
        .draw(area, buffer);
}

#[divan::bench]
fn chart_with_everything(bencher: Bencher) {
    let candles = candles(300);
    let lines = [-1.0, 0.5, 2.0].map(|by| shifted(&candles, by));
    let mut buffer = Buffer::empty(CHART);
    bencher.bench_local(|| full_chart(black_box(&candles), &lines, CHART, &mut buffer));
}

#[divan::bench]
fn chart_over_heat(bencher: Bencher) {
    let candles = candles(300);
    let times: Vec<i64> = (0..300).map(|at| at * 60).collect();
    let cells: Vec<f32> = (0..300_u16 * 80)
        .map(|at| f32::from(at % 97) / 97.0)
        .collect();
    let heat = HeatMap {
        times: &times,
        low: 85.0,
        step: 0.5,
        levels: 80,
        cells: &cells,
    };
    let shade = |intensity: f32| {
        Style::new().bg(if intensity > 0.5 {
            Color::Red
        } else {
            Color::Blue
        })
    };
    let mut buffer = Buffer::empty(CHART);
    bencher.bench_local(|| {
        let chart = CandleChart::new(black_box(&candles), &price).heat(Some((&heat, &shade)));
        chart.styles(styles()).draw(CHART, &mut buffer)
    });
}

fn ladder_rows() -> Vec<LadderRow<'static>> {
    let row = |at: i32| {
        let size = f64::from(at * 37 % 90);
        LadderRow {
            price: 120.0 - f64::from(at) * 0.5,
            bid: if at > 20 { size } else { 0.0 },
            ask: if at < 20 { size } else { 0.0 },
            last: at == 20,
            ..LadderRow::default()
        }
    };
    (0..60).map(row).collect()
}

#[divan::bench]
fn ladder(bencher: Bencher) {
    let rows = ladder_rows();
    let area = Rect::new(0, 0, 34, 40);
    let mut buffer = Buffer::empty(area);
    bencher.bench_local(|| Ladder::new(black_box(&rows), &price, &price).draw(area, &mut buffer));
}

/// Two charts and two ladders: about what a screen of 200 × 60 has to draw.
#[divan::bench]
fn screen(bencher: Bencher) {
    let candles = candles(300);
    let lines = [-1.0, 0.5, 2.0].map(|by| shifted(&candles, by));
    let rows = ladder_rows();
    let mut buffer = Buffer::empty(Rect::new(0, 0, 200, 60));
    let areas = [Rect::new(0, 0, 132, 40), Rect::new(0, 40, 132, 20)];
    let ladders = [Rect::new(132, 0, 34, 60), Rect::new(166, 0, 34, 60)];
    bencher.bench_local(|| {
        for area in areas {
            full_chart(black_box(&candles), &lines, area, &mut buffer);
        }
        for area in ladders {
            Ladder::new(&rows, &price, &price).draw(area, &mut buffer);
        }
    });
}
