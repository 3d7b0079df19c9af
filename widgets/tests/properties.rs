//! Every widget with any data, in any area: nothing panics, and no cell outside the area changes.
//! Must not look at what is drawn, which the pictures beside the widgets do.

use proptest::prelude::*;
use ratatui_core::{
    buffer::{Buffer, Cell},
    layout::Rect,
    style::{Color, Modifier, Style},
};
use titan_widgets::*;

const SCREEN: Rect = Rect::new(3, 2, 90, 40);
const MARK: &str = "x";

/// Prices and sizes as they are, as they may be by mistake, and as nobody expects them.
fn number() -> impl Strategy<Value = f64> {
    prop_oneof![
        4 => 90.0..110.0_f64,
        1 => -1e6..1e6_f64,
        1 => any::<f64>(),
        1 => prop_oneof![
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY),
            Just(f64::MAX),
            Just(f64::MIN),
            Just(f64::MIN_POSITIVE),
            Just(0.0),
            Just(-0.0),
        ],
    ]
}

fn numbers(most: usize) -> impl Strategy<Value = Vec<f64>> {
    prop::collection::vec(number(), 0..most)
}

fn time() -> impl Strategy<Value = i64> {
    prop_oneof![8 => (0_i64..200).prop_map(|at| at * 60), 1 => any::<i64>()]
}

fn candle() -> impl Strategy<Value = Candle> {
    (time(), number(), number(), number(), number(), number()).prop_map(
        |(time, open, high, low, close, volume)| Candle {
            time,
            open,
            high,
            low,
            close,
            volume,
        },
    )
}

/// Mostly a believable series, sometimes anything at all.
fn candles() -> impl Strategy<Value = Vec<Candle>> {
    let sane = prop::collection::vec((95.0..105.0_f64, 0.0..3.0_f64, 0.0..9.0_f64), 0..120);
    let sane = sane.prop_map(|parts| {
        let candle = |((price, reach, volume), at): ((f64, f64, f64), i64)| Candle {
            time: at * 60,
            open: price,
            high: price + reach,
            low: price - reach,
            close: price + reach / 2.0,
            volume,
        };
        parts.into_iter().zip(0..).map(candle).collect()
    });
    prop_oneof![2 => sane, 1 => prop::collection::vec(candle(), 0..60)]
}

fn area() -> impl Strategy<Value = Rect> {
    (0_u16..100, 0_u16..50, 0_u16..100, 0_u16..50)
        .prop_map(|(x, y, width, height)| Rect::new(x, y, width, height))
}

fn place() -> impl Strategy<Value = BarPlace> {
    prop_oneof![
        time().prop_map(BarPlace::Time),
        (0_usize..150).prop_map(BarPlace::Back),
    ]
}

fn glyphs() -> impl Strategy<Value = MarketGlyphs> {
    prop_oneof![Just(MarketGlyphs::UNICODE), Just(MarketGlyphs::ASCII)]
}

fn label(value: f64) -> String {
    format!("{value:.2e}")
}

fn short_label(value: f64) -> String {
    format!("{value:.1}").chars().take(7).collect()
}

/// Draws into a screen full of marks; only those inside `area` may change.
fn check(area: Rect, draw: impl FnOnce(&mut Buffer)) -> Result<(), TestCaseError> {
    let mut buffer = Buffer::filled(SCREEN, Cell::new(MARK));
    draw(&mut buffer);
    let untouched = Cell::new(MARK);
    for (cell, index) in buffer.content().iter().zip(0..) {
        let (x, y) = buffer.pos_of(index);
        let inside = area.contains((x, y).into());
        prop_assert!(inside || *cell == untouched, "{x},{y} is outside {area}");
    }
    Ok(())
}

/// All that can be set of a chart by a number.
#[derive(Debug, Clone)]
struct Settings {
    kind: ChartKind,
    scale: ScaleKind,
    brick: Option<f64>,
    range: Option<(f64, f64)>,
    view: (f64, f64),
    zoom: u8,
    pan: usize,
    volume: VolumeHeight,
    glyphs: MarketGlyphs,
    hollow: bool,
}

fn settings() -> impl Strategy<Value = Settings> {
    let volume = prop_oneof![
        Just(VolumeHeight::Auto),
        Just(VolumeHeight::Hidden),
        (0_u16..60).prop_map(VolumeHeight::Rows),
    ];
    let scale = prop::sample::select(vec![ScaleKind::Linear, ScaleKind::Log, ScaleKind::Percent]);
    let view = prop_oneof![3 => Just((1.0, 0.0)), 1 => (number(), number())];
    (
        prop::sample::select(ChartKind::ALL.to_vec()),
        scale,
        prop::option::of(number()),
        prop::option::weighted(0.3, (number(), number())),
        view,
        (any::<u8>(), 0_usize..80),
        volume,
        glyphs(),
        any::<bool>(),
    )
        .prop_map(
            |(kind, scale, brick, range, view, (zoom, pan), volume, glyphs, hollow)| Settings {
                kind,
                scale,
                brick,
                range,
                view,
                zoom,
                pan,
                volume,
                glyphs,
                hollow,
            },
        )
}

/// What lies over and under the candles.
#[derive(Debug, Clone)]
struct Extras {
    values: Vec<f64>,
    markers: Vec<(f64, u8)>,
    events: Vec<(i64, u8, f64)>,
    separators: Vec<i64>,
    heat: (Vec<i64>, f64, f64, usize, Vec<f32>),
    profile: (f64, f64, Vec<f64>),
    crosshair: Option<(BarPlace, Option<f64>)>,
    measure: Option<((BarPlace, f64), (BarPlace, f64))>,
    heights: Vec<u16>,
}

fn extras() -> impl Strategy<Value = Extras> {
    let heat = (
        prop::collection::vec(time(), 0..20),
        number(),
        number(),
        0_usize..9,
        prop::collection::vec(any::<f32>(), 0..200),
    );
    let overlaid = (
        numbers(150),
        prop::collection::vec((number(), any::<u8>()), 0..6),
        prop::collection::vec((time(), any::<u8>(), number()), 0..9),
        prop::collection::vec(time(), 0..5),
    );
    (
        overlaid,
        heat,
        (number(), number(), numbers(50)),
        prop::option::of((place(), prop::option::of(number()))),
        prop::option::of(((place(), number()), (place(), number()))),
        prop::collection::vec(0_u16..12, 0..4),
    )
        .prop_map(|(overlaid, heat, profile, crosshair, measure, heights)| {
            let (values, markers, events, separators) = overlaid;
            Extras {
                values,
                markers,
                events,
                separators,
                heat,
                profile,
                crosshair,
                measure,
                heights,
            }
        })
}

fn marker((value, bits): &(f64, u8)) -> Marker<'static> {
    let lines = [
        LineKind::Dashed,
        LineKind::Dotted,
        LineKind::Solid,
        LineKind::Bare,
    ];
    let places = [LabelPlace::Left, LabelPlace::Right, LabelPlace::Axis];
    let pick = |count: u8| usize::from(bits % count);
    Marker::new(
        *value,
        "宽 marker",
        Style::new().add_modifier(Modifier::BOLD),
    )
    .line(lines.get(pick(4)).copied().unwrap_or_default())
    .place(places.get(pick(3)).copied().unwrap_or_default())
    .pinned(bits % 2 == 0)
}

fn event((time, bits, price): &(i64, u8, f64)) -> ChartEvent<'static> {
    ChartEvent {
        time: *time,
        place: match bits % 3 {
            0 => EventPlace::Above,
            1 => EventPlace::Below,
            _ => EventPlace::At(*price),
        },
        glyph: if bits % 5 == 0 { "" } else { "▲" },
        style: Style::new(),
    }
}

fn draw_chart(
    candles: &[Candle],
    set: &Settings,
    extras: &Extras,
    area: Rect,
    buffer: &mut Buffer,
) -> Option<ChartGeometry> {
    let style = Style::new();
    let overlays = [Overlay {
        values: &extras.values,
        style,
    }];
    let markers: Vec<Marker> = extras.markers.iter().map(marker).collect();
    let events: Vec<ChartEvent> = extras.events.iter().map(event).collect();
    let series = [
        PanelSeries::line(&extras.values, style),
        PanelSeries::histogram(&extras.values, style, style),
    ];
    let panel = |height: &u16| {
        let panel = Panel::new("panel", &series).readout("12.5").height(*height);
        let range = set.range.filter(|_| height.is_multiple_of(2));
        panel
            .levels(extras.values.get(..2).unwrap_or(&[]))
            .range(range)
    };
    let panels: Vec<Panel> = extras.heights.iter().map(panel).collect();
    let (times, low, step, levels, cells) = &extras.heat;
    let heat = HeatMap {
        times,
        low: *low,
        step: *step,
        levels: *levels,
        cells,
    };
    let shade = |_: f32| Style::new().bg(Color::Blue);
    let (low, step, volumes) = &extras.profile;
    let profile = VolumeProfile::from_volumes(*low, *step, volumes.clone());
    let facts = |facts: MeasureFacts| format!("{facts:?}").chars().take(20).collect();
    CandleChart::new(candles, &label)
        .kind(set.kind)
        .scale(set.scale)
        .brick(set.brick)
        .price_range(set.range)
        .price_zoom(set.view.0)
        .price_shift(set.view.1)
        .zoom(set.zoom)
        .pan(set.pan)
        .volume(set.volume)
        .glyphs(set.glyphs)
        .styles(CandleStyles {
            grid: Some(style),
            hollow_up: set.hollow,
            ..CandleStyles::default()
        })
        .overlays(&overlays)
        .markers(&markers)
        .events(&events)
        .selected_event(Some(1))
        .separators(&extras.separators)
        .panels(&panels)
        .heat(Some((&heat, &shade)))
        .profile(profile.as_ref())
        .crosshair(
            extras
                .crosshair
                .map(|(bar, price)| Crosshair { bar, price }),
        )
        .measurement(extras.measure.map(|(from, to)| Measurement {
            from,
            to,
            label: &facts,
        }))
        .last(extras.values.first().copied())
        .draw(area, buffer)
}

fn row((price, bid, ask, delta, bits): (f64, f64, f64, f64, u8)) -> LadderRow<'static> {
    LadderRow {
        price,
        bid,
        ask,
        traded: bid,
        bid_delta: delta,
        ask_delta: -delta,
        own_bid: if bits % 4 == 0 { "B1" } else { "" },
        own_ask: if bits % 4 == 1 { "S12345678" } else { "" },
        queue: if bits % 8 == 0 { "3.4/9" } else { "" },
        best_bid: bits % 16 == 2,
        best_ask: bits % 16 == 3,
        last: bits % 16 == 4,
        cursor: bits % 8 == 5,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn charts(
        area in area(),
        candles in candles(),
        set in settings(),
        extras in extras(),
    ) {
        let mut told = None;
        check(area, |buffer| told = draw_chart(&candles, &set, &extras, area, buffer))?;
        if let Some(geometry) = told {
            let plot = geometry.plot();
            prop_assert_eq!(plot.intersection(area), plot);
            for y in plot.top()..plot.bottom() {
                let price = geometry.price_at(y).unwrap_or(f64::NAN);
                prop_assert!(!price.is_nan());
            }
            for x in plot.left()..plot.right() {
                if let Some(back) = geometry.back_at(x) {
                    prop_assert!(geometry.x_of_place(BarPlace::Back(back)).is_some());
                }
            }
        }
    }

    #[test]
    fn transforms(candles in candles(), brick in number()) {
        prop_assert_eq!(heikin_ashi(&candles).len(), candles.len());
        for bar in renko(&candles, brick).iter().chain(&range_bars(&candles, brick)) {
            prop_assert!(candles.iter().any(|candle| candle.time == bar.time));
        }
        let profile = VolumeProfile::of(&candles, 40);
        prop_assert!(profile.is_none_or(|profile| profile.step() > 0.0));
    }

    #[test]
    fn ladders(
        area in area(),
        parts in prop::collection::vec((number(), number(), number(), number(), any::<u8>()), 0..60),
        price in number(),
        bits in any::<u8>(),
        full in prop::option::of(number()),
        glyphs in glyphs(),
    ) {
        let mut rows: Vec<LadderRow> = parts.into_iter().map(row).collect();
        if bits % 2 == 0 {
            rows.sort_by(|a, b| b.price.total_cmp(&a.price));
        }
        let ladder = Ladder::new(&rows, &short_label, &short_label)
            .place(match bits % 3 {
                0 => LadderPlace::Last,
                1 => LadderPlace::Middle(price),
                _ => LadderPlace::Top(price),
            })
            .titles((bits % 4 == 0).then(LadderTitles::default))
            .own_width(u16::from(bits % 5))
            .deltas(bits % 3 == 0)
            .traded(bits % 2 == 0)
            .full(full)
            .glyphs(glyphs);
        check(area, |buffer| {
            let geometry = ladder.draw(area, buffer);
            for y in 0..SCREEN.bottom() {
                let row = geometry.price_at(y).is_some();
                assert!(!row || geometry.area().contains((geometry.area().x, y).into()));
            }
        })?;
    }

    #[test]
    fn plots(
        area in area(),
        values in numbers(200),
        times in prop::collection::vec(time(), 200),
        baseline in prop::option::of(number()),
        bits in any::<u8>(),
        glyphs in glyphs(),
    ) {
        let mut times = times;
        if bits % 2 == 0 {
            times.sort_unstable();
        }
        let point = |(time, value): (&i64, &f64)| EquityPoint { time: *time, value: *value };
        let points: Vec<EquityPoint> = times.iter().zip(&values).map(point).collect();
        let plot = EquityPlot::new(&points, &short_label)
            .filled(bits % 3 == 0)
            .drawdown(bits % 5 != 0)
            .baseline(baseline)
            .glyphs(glyphs);
        check(area, |buffer| ratatui_core::widgets::Widget::render(plot, area, buffer))?;
    }

    #[test]
    fn small_widgets(
        area in area(),
        values in numbers(120),
        reach in prop::option::of(number()),
        share in number(),
        fine in any::<bool>(),
        glyphs in glyphs(),
    ) {
        use ratatui_core::widgets::Widget;
        let levels: Vec<DepthLevel> = values.iter().copied().zip(values.iter().copied()).collect();
        let (bids, asks) = levels.split_at(levels.len() / 2);
        let depth = DepthCurve::new(bids, asks, &short_label).reach(reach).glyphs(glyphs);
        check(area, |buffer| depth.render(area, buffer))?;
        let gauge = Gauge::new(share).fine(fine).glyphs(glyphs);
        check(area, |buffer| gauge.render(area, buffer))?;
        let range = reach.map(|reach| (reach, share));
        let row = HeatRow::new(&values).range(range).glyphs(glyphs);
        check(area, |buffer| row.render(area, buffer))?;
        let spark = Sparkline::new(&values).glyphs(glyphs);
        check(area, |buffer| spark.render(area, buffer))?;
    }
}
