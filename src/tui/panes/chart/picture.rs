//! Puts a chart together: bars, studies, lines, events, depth, crosshair, in the colours of the desk.
//! Must not keep anything between two pictures.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};
use titan_widgets::{
    BarPlace, CandleChart, CandleStyles, ChartEvent, ChartGeometry, Crosshair, Marker, Measurement,
    Overlay, Panel, PanelSeries, VolumeHeight, VolumeProfile,
};

use super::super::Pane;
use super::bars::{Bars, price_view};
use super::heat::{self, Heat};
use super::lines::{PriceLine, lines};
use super::studies::{self, Drawn};
use super::{events, readout};
use crate::tui::format;
use crate::tui::state::Health;
use crate::tui::theme::ColorMode;
use crate::tui::workspace::{Cursor, Spot, StudyPlace};

/// Price steps of the volume by price.
const PROFILE_STEPS: usize = 60;

/// A chart as it stands in an area, drawn or not.
pub(super) struct Picture<'a> {
    pub(super) bars: Bars<'a>,
    pub(super) drawn: Vec<Drawn>,
    lines: Vec<PriceLine>,
    events: Vec<ChartEvent<'static>>,
    /// Place of the event that was jumped to.
    chosen_event: Option<usize>,
    separators: Vec<i64>,
    profile: Option<VolumeProfile>,
    inside: Rect,
}

impl<'a> Picture<'a> {
    /// Of a pane's chart in `inside`; `None` without a bar.
    pub(super) fn new(pane: &Pane<'a>, inside: Rect) -> Option<Self> {
        let bars = Bars::new(pane, inside)?;
        let chart = &pane.leaf.chart;
        let (id, timeframe) = (bars.row.id, bars.series.timeframe);
        let (mut marks, mut chosen_event) = (Vec::new(), None);
        if !chart.hide_events {
            let known = events::events(pane.view, id, timeframe);
            chosen_event = known.iter().position(|it| Some(it.sequence) == chart.event);
            marks = known.iter().map(|it| events::mark(pane, it)).collect();
        }
        Some(Self {
            drawn: studies::drawn(pane, &bars, inside.height),
            lines: lines(pane, bars.row),
            events: marks,
            chosen_event,
            separators: separators(&bars),
            profile: chart.profile.then(|| profile(&bars)).flatten(),
            bars,
            inside,
        })
    }

    /// The candle that is read out: that of the crosshair, or the newest.
    pub(super) fn candle(&self, pane: &Pane) -> usize {
        let newest = self.bars.candles.len().saturating_sub(1);
        pane.leaf
            .chart
            .crosshair
            .and_then(|cursor| self.bars.candle_at(cursor.spot.time))
            .unwrap_or(newest)
    }

    /// Where everything lies.
    pub(super) fn geometry(&self, pane: &Pane) -> Option<ChartGeometry> {
        self.with(pane, |chart| chart.geometry(self.inside))
    }

    /// Draws it.
    pub(super) fn draw(&self, pane: &Pane, buffer: &mut Buffer) {
        let heat = pane.leaf.chart.depth.then(|| {
            let geometry = self.geometry(pane)?;
            Heat::of(self.bars.row, &geometry)
        });
        let heat = heat.flatten();
        let map = heat.as_ref().map(Heat::map);
        let shades = heat::shades(pane);
        let shade = |intensity: f32| heat::shade(&shades, intensity);
        let heat = map.as_ref().map(|map| {
            let shade: &dyn Fn(f32) -> Style = &shade;
            (map, shade)
        });
        self.with(pane, |chart| {
            chart.heat(heat).draw(self.inside, buffer);
        });
    }

    /// Hands the chart, put together, to `act`.
    fn with<T>(&self, pane: &Pane, act: impl FnOnce(CandleChart) -> T) -> T {
        let dimmed = is_dimmed(pane);
        let fade = |style: Style| if dimmed { pane.paint().dim() } else { style };
        let candle = self.candle(pane);
        let instrument = &self.bars.row.instrument;
        let over = self.drawn.iter().filter(|it| it.place == StudyPlace::Over);
        let overlays: Vec<Overlay> = over
            .flat_map(|study| &study.lines)
            .map(|line| Overlay {
                values: &line.values,
                style: fade(line.style),
            })
            .collect();
        let below = || self.drawn.iter().filter(|it| it.place == StudyPlace::Panel);
        let series: Vec<Vec<PanelSeries>> = below().map(Drawn::series).collect();
        let labels: Vec<_> = below()
            .map(|study| move |value: f64| study.write(value, instrument))
            .collect();
        let height = panel_height(self.inside.height, series.len());
        let panels: Vec<Panel> = below()
            .zip(series.iter().zip(&labels))
            .map(|(study, (series, label))| {
                let readout = study.readout(pane, candle, instrument);
                study.panel(pane, series, readout, label).height(height)
            })
            .collect();
        let markers: Vec<Marker> = self.lines.iter().map(|line| line.marker(fade)).collect();
        let price_label = |value: f64| format::price_units(value, instrument);
        let time_label = |seconds: i64, step_s: i64| pane.axis_time(seconds, step_s);
        let measure_label = |facts| readout::measured(pane, instrument, facts);
        let state = &pane.leaf.chart;
        let measurement = self.measurement(pane, &measure_label);
        let chart = CandleChart::new(&self.bars.candles, &price_label)
            .time_label(&time_label)
            .overlays(&overlays)
            .panels(&panels)
            .markers(&markers)
            .events(&self.events)
            .selected_event(self.chosen_event)
            .separators(&self.separators)
            .profile(self.profile.as_ref())
            .crosshair(self.crosshair(pane))
            .measurement(measurement)
            .last(Some(self.last()))
            .kind(state.kind.0)
            .brick(self.bars.brick)
            .scale(state.scale.0)
            .volume(match state.hide_volume {
                true => VolumeHeight::Hidden,
                false => VolumeHeight::Auto,
            })
            .price_zoom(price_view(state).0)
            .price_shift(price_view(state).1)
            .zoom(state.zoom)
            .pan(self.bars.pan)
            .glyphs(pane.state.glyphs.candles)
            .styles(styles(pane, dimmed));
        act(chart)
    }

    fn last(&self) -> f64 {
        let market = self.bars.row.market.as_ref();
        let last = market.and_then(|market| market.last);
        let newest = self.bars.candles.last();
        last.map_or_else(
            || newest.map_or(f64::NAN, |candle| candle.close),
            crate::domain::Price::as_f64,
        )
    }

    /// A place as the widget tells it.
    fn place(&self, spot: Spot) -> BarPlace {
        BarPlace::Back(self.bars.places.back(Some(spot)))
    }

    fn crosshair(&self, pane: &Pane) -> Option<Crosshair> {
        let cursor = pane.leaf.chart.crosshair?;
        Some(Crosshair {
            bar: self.place(cursor.spot),
            price: Some(cursor.price.as_f64()),
        })
    }

    fn measurement<'m>(
        &self,
        pane: &Pane,
        label: &'m dyn Fn(titan_widgets::MeasureFacts) -> String,
    ) -> Option<Measurement<'m>> {
        let chart = &pane.leaf.chart;
        let point = |cursor: Cursor| (self.place(cursor.spot), cursor.price.as_f64());
        Some(Measurement {
            from: point(chart.measure?),
            to: point(chart.crosshair?),
            label,
        })
    }
}

/// Rows of each of so many panels, with the line of its title.
fn panel_height(rows: u16, count: usize) -> u16 {
    // Two fifths for the panels: the bars come first.
    let share = rows * 2 / 5 / u16::try_from(count.max(1)).unwrap_or(u16::MAX);
    share.clamp(3, 6)
}

/// Where the trading session changes; none where every bar is a session or more.
fn separators(bars: &Bars) -> Vec<i64> {
    if bars.series.timeframe.seconds() >= 86_400 {
        return Vec::new();
    }
    let shown = bars.series.bars.range(bars.skip..);
    let closed = shown.map(|row| (row.session_start, row.bar.start));
    let forming = bars
        .forming
        .map(|bar| (bars.series.forming_session, bar.start));
    let mut before = None;
    let mut starts = Vec::new();
    for (session, start) in closed.chain(forming) {
        if before.is_some_and(|before| before != session) {
            starts.push(start.seconds());
        }
        before = Some(session);
    }
    starts
}

/// Volume by price of what can be seen.
fn profile(bars: &Bars) -> Option<VolumeProfile> {
    let shown = bars.candles.len().saturating_sub(bars.pan);
    VolumeProfile::of(bars.candles.get(..shown)?, PROFILE_STEPS)
}

/// Whether the prices are old, so that no colour may make them look alive.
fn is_dimmed(pane: &Pane) -> bool {
    matches!(pane.health(), Health::Stale(_) | Health::Down(_))
}

fn styles(pane: &Pane, dimmed: bool) -> CandleStyles {
    let paint = pane.paint();
    let theme = &paint.theme;
    let dim = paint.dim();
    let pick = |style: Style| if dimmed { dim } else { style };
    let tag = |slot| {
        if dimmed {
            paint.dim().add_modifier(Modifier::REVERSED)
        } else {
            paint.on(slot).add_modifier(Modifier::BOLD)
        }
    };
    let (accent, crosshair) = (paint.fg(theme.accent), paint.fg(theme.crosshair));
    CandleStyles {
        up: pick(paint.fg(theme.up)),
        down: pick(paint.fg(theme.down)),
        volume_up: pick(paint.fg(theme.volume_up)),
        volume_down: pick(paint.fg(theme.volume_down)),
        axis: dim,
        grid: matches!(paint.depth(), ColorMode::True | ColorMode::Indexed)
            .then(|| paint.fg(theme.grid)),
        last_up: tag(theme.up),
        last_down: tag(theme.down),
        hollow_up: paint.is_hollow() || dimmed || !pane.state.glyphs.braille,
        line: pick(accent),
        area: paint.fg(theme.grid),
        profile: paint.fg(theme.grid),
        profile_value: dim,
        profile_control: accent,
        separator: paint.fg(theme.frame),
        crosshair,
        crosshair_tag: paint.on(theme.title_focused),
        measure: crosshair,
        selected: Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        panel: paint.fg(theme.grid),
        level: paint.fg(theme.grid),
    }
}
