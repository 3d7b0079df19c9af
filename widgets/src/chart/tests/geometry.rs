//! Cells turned into prices and times, and back.
//! Must not need a terminal.

use super::*;

const AREA: Rect = Rect::new(5, 3, 60, 20);

fn chart(candles: &[Candle]) -> CandleChart<'_> {
    CandleChart::new(candles, &|value| format!("{value:.1}"))
}

#[test]
fn columns_and_times_agree() {
    let candles = wave(80);
    for zoom in 0..=ZOOM_MAX {
        let geometry = chart(&candles).zoom(zoom).pan(7).geometry(AREA).unwrap();
        assert_eq!((geometry.total(), geometry.pan()), (80, 7));
        for bar in geometry.bars() {
            let x = geometry.x_of(bar.time).unwrap();
            assert_eq!(geometry.time_at(x), Some(bar.time));
            assert_eq!(geometry.x_of(bar.time + 59), Some(x));
            let candle = geometry.candle_of(BarPlace::Time(bar.time)).unwrap();
            assert_eq!(candles[candle], *bar);
            let back = geometry.back_at(x).unwrap();
            assert_eq!(geometry.x_of_place(BarPlace::Back(back)), Some(x));
        }
        let (first, last) = geometry.times().unwrap();
        assert_eq!(last, 72 * 60);
        assert_eq!(geometry.x_of(last + 60), None);
        assert_eq!(geometry.x_of(first - 1), None);
        assert_eq!(geometry.time_at(AREA.right()), None);
    }
}

#[test]
fn rows_and_prices_agree() {
    let candles = wave(80);
    for scale in [ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percent] {
        let geometry = chart(&candles).scale(scale).geometry(AREA).unwrap();
        let plot = geometry.plot();
        for y in plot.top()..plot.bottom() {
            let price = geometry.price_at(y).unwrap();
            assert_eq!(geometry.y_of(price), Some(y), "{scale:?}");
        }
        assert_eq!(geometry.price_at(plot.bottom()), None);
        assert_eq!(geometry.price_at(plot.top() - 1), None);
        let (low, high) = geometry.prices();
        assert_eq!(geometry.y_of(high + 1.0), None);
        assert!(low < 94.0 && high > 106.0);
        let step = geometry.price_step() * f64::from(plot.height);
        assert!((step / (high - low) - 1.0).abs() < 0.01, "{scale:?}");
    }
}

#[test]
fn a_crosshair_moves_from_bar_to_bar() {
    let candles = wave(80);
    let geometry = chart(&candles).pan(10).geometry(AREA).unwrap();
    let back = |place, bars| geometry.moved(place, bars);
    assert_eq!(back(BarPlace::Back(12), 1), Some(BarPlace::Back(11)));
    assert_eq!(back(BarPlace::Back(10), 1), Some(BarPlace::Back(10)));
    let oldest = 10 + geometry.bars().len() - 1;
    assert_eq!(back(BarPlace::Back(12), -500), Some(BarPlace::Back(oldest)));
    // One that is not shown begins at the newest.
    assert_eq!(back(BarPlace::Back(0), -1), Some(BarPlace::Back(11)));
}

#[test]
fn a_pan_brings_a_time_into_the_middle() {
    let candles = wave(300);
    let chart = chart(&candles);
    for (time, middle) in [(150 * 60, true), (0, false), (299 * 60, false)] {
        let pan = chart.pan_to(BarPlace::Time(time), AREA);
        let moved = self::chart(&candles).pan(pan);
        let geometry = moved.geometry(AREA).unwrap();
        let index = geometry.index_of(BarPlace::Time(time)).unwrap();
        let distance = index.abs_diff(geometry.bars().len() / 2);
        assert_eq!(distance <= 1, middle, "{time} at {index}");
    }
}

#[test]
fn what_is_drawn_is_what_is_told() {
    let candles = wave(80);
    let chart = chart(&candles);
    let mut buffer = Buffer::empty(AREA);
    let drawn = chart.draw(AREA, &mut buffer).unwrap();
    let told = chart.geometry(AREA).unwrap();
    assert_eq!(format!("{drawn:?}"), format!("{told:?}"));
    let newest = drawn.bars().last().unwrap();
    let (x, y) = (
        drawn.x_of(newest.time).unwrap(),
        drawn.y_of(newest.close).unwrap(),
    );
    assert_ne!(buffer[(x, y)].symbol(), " ");
    assert!(chart.geometry(Rect::new(0, 0, 0, 0)).is_none());
    assert!(self::chart(&[]).geometry(AREA).is_none());
}
