//! A candle chart with volume, overlays, events, panels and axes.
//! Must not keep state between frames: what is shown follows from what is passed in.

mod axes;
mod crosshair;
mod events;
mod frame;
mod geometry;
mod heat;
mod kinds;
mod layout;
mod markers;
mod panels;
mod parts;
mod shape;
mod styles;
mod volume;

use ratatui_core::{buffer::Buffer, layout::Rect, widgets::Widget};

use crate::candle::{Candle, default_brick};
use crate::cells::Layers;
use crate::glyphs::MarketGlyphs;
use crate::heat::HeatMap;
use crate::number::positive;
use crate::profile::VolumeProfile;
use crate::scale::ScaleKind;
use frame::{Bars, Frame};
pub use geometry::ChartGeometry;
pub use layout::{ZOOM_DEFAULT, ZOOM_MAX};
pub use parts::{
    BarPlace, ChartEvent, ChartKind, Crosshair, EventPlace, LabelPlace, LineKind, Marker,
    MeasureFacts, Measurement, Overlay, Panel, PanelSeries, SeriesKind, VolumeHeight,
};
use ratatui_core::style::Style;
pub use styles::CandleStyles;

/// A candle chart; see the methods for its parts.
pub struct CandleChart<'a> {
    candles: &'a [Candle],
    kind: ChartKind,
    brick: Option<f64>,
    scale: ScaleKind,
    price_range: Option<(f64, f64)>,
    price_zoom: f64,
    price_shift: f64,
    overlays: &'a [Overlay<'a>],
    markers: &'a [Marker<'a>],
    events: &'a [ChartEvent<'a>],
    selected: Option<usize>,
    separators: &'a [i64],
    volume: VolumeHeight,
    panels: &'a [Panel<'a>],
    profile: Option<&'a VolumeProfile>,
    heat: Option<(&'a HeatMap<'a>, &'a dyn Fn(f32) -> Style)>,
    crosshair: Option<Crosshair>,
    measurement: Option<Measurement<'a>>,
    last: Option<f64>,
    zoom: u8,
    pan: usize,
    styles: CandleStyles,
    glyphs: MarketGlyphs,
    price_label: &'a dyn Fn(f64) -> String,
    percent_label: &'a dyn Fn(f64) -> String,
    time_label: &'a dyn Fn(i64, i64) -> String,
    time_tag: Option<&'a dyn Fn(i64) -> String>,
}

impl<'a> CandleChart<'a> {
    /// A chart of `candles`, oldest first; `price_label` writes a value of the price axis.
    pub fn new(candles: &'a [Candle], price_label: &'a dyn Fn(f64) -> String) -> Self {
        Self {
            candles,
            kind: ChartKind::Candles,
            brick: None,
            scale: ScaleKind::Linear,
            price_range: None,
            price_zoom: 1.0,
            price_shift: 0.0,
            overlays: &[],
            markers: &[],
            events: &[],
            selected: None,
            separators: &[],
            volume: VolumeHeight::Auto,
            panels: &[],
            profile: None,
            heat: None,
            crosshair: None,
            measurement: None,
            last: candles.last().map(|candle| candle.close),
            zoom: ZOOM_DEFAULT,
            pan: 0,
            styles: CandleStyles::default(),
            glyphs: MarketGlyphs::UNICODE,
            price_label,
            percent_label: &|percent| format!("{percent:+.2}%"),
            time_label: &|time, _| format!("{time}"),
            time_tag: None,
        }
    }

    /// How the candles are drawn.
    #[must_use]
    pub fn kind(mut self, kind: ChartKind) -> Self {
        self.kind = kind;
        self
    }

    /// Height of a Renko brick or a range bar in price; [`default_brick`] of the candles where it
    /// is `None` or not above zero.
    #[must_use]
    pub fn brick(mut self, brick: Option<f64>) -> Self {
        self.brick = brick;
        self
    }

    /// What equal heights mean. Tags of prices stay prices on a scale in percent.
    #[must_use]
    pub fn scale(mut self, scale: ScaleKind) -> Self {
        self.scale = scale;
        self
    }

    /// Fixes the prices at the bottom and the top edge; fitted to the candles where it is `None`
    /// or no range.
    #[must_use]
    pub fn price_range(mut self, range: Option<(f64, f64)>) -> Self {
        self.price_range = range;
        self
    }

    /// Seen so many times as close in height; 1 as fitted.
    #[must_use]
    pub fn price_zoom(mut self, zoom: f64) -> Self {
        self.price_zoom = zoom;
        self
    }

    /// Moves the view up by this share of the scale's height, down where below zero.
    #[must_use]
    pub fn price_shift(mut self, shift: f64) -> Self {
        self.price_shift = shift;
        self
    }

    /// Lines over the candles.
    #[must_use]
    pub fn overlays(mut self, overlays: &'a [Overlay<'a>]) -> Self {
        self.overlays = overlays;
        self
    }

    /// Horizontal lines with tags.
    #[must_use]
    pub fn markers(mut self, markers: &'a [Marker<'a>]) -> Self {
        self.markers = markers;
        self
    }

    /// Events at their bars; of several in one cell the newest is seen.
    #[must_use]
    pub fn events(mut self, events: &'a [ChartEvent<'a>]) -> Self {
        self.events = events;
        self
    }

    /// The index of the chosen event: it is highlighted and lies above the others.
    #[must_use]
    pub fn selected_event(mut self, selected: Option<usize>) -> Self {
        self.selected = selected;
        self
    }

    /// Vertical lines before the first bars at or after these times, in seconds: session starts.
    #[must_use]
    pub fn separators(mut self, separators: &'a [i64]) -> Self {
        self.separators = separators;
        self
    }

    /// Rows of the volume.
    #[must_use]
    pub fn volume(mut self, volume: VolumeHeight) -> Self {
        self.volume = volume;
        self
    }

    /// Panels below the volume; those that would leave too little to the candles are left out,
    /// the last ones first.
    #[must_use]
    pub fn panels(mut self, panels: &'a [Panel<'a>]) -> Self {
        self.panels = panels;
        self
    }

    /// Volume by price, from the right edge, behind the candles.
    #[must_use]
    pub fn profile(mut self, profile: Option<&'a VolumeProfile>) -> Self {
        self.profile = profile;
        self
    }

    /// Depth over time as a background; the function answers the style of an intensity above 0
    /// and up to 1, of which only the background should be set.
    #[must_use]
    pub fn heat(mut self, heat: Option<(&'a HeatMap<'a>, &'a dyn Fn(f32) -> Style)>) -> Self {
        self.heat = heat;
        self
    }

    /// A crosshair.
    #[must_use]
    pub fn crosshair(mut self, crosshair: Option<Crosshair>) -> Self {
        self.crosshair = crosshair;
        self
    }

    /// A box from one point to another with what lies between them.
    #[must_use]
    pub fn measurement(mut self, measurement: Option<Measurement<'a>>) -> Self {
        self.measurement = measurement;
        self
    }

    /// The last price, for its tag; the newest candle's close unless set.
    #[must_use]
    pub fn last(mut self, last: Option<f64>) -> Self {
        self.last = last;
        self
    }

    /// How wide a candle is, 0 to [`ZOOM_MAX`].
    #[must_use]
    pub fn zoom(mut self, zoom: u8) -> Self {
        self.zoom = zoom;
        self
    }

    /// How many bars back from the newest the right edge lies.
    #[must_use]
    pub fn pan(mut self, pan: usize) -> Self {
        self.pan = pan;
        self
    }

    /// Colours.
    #[must_use]
    pub fn styles(mut self, styles: CandleStyles) -> Self {
        self.styles = styles;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// Writes a label of the axis of a scale in percent.
    #[must_use]
    pub fn percent_label(mut self, percent_label: &'a dyn Fn(f64) -> String) -> Self {
        self.percent_label = percent_label;
        self
    }

    /// Writes a label of the time axis from a time and the axis' step, both in seconds.
    #[must_use]
    pub fn time_label(mut self, time_label: &'a dyn Fn(i64, i64) -> String) -> Self {
        self.time_label = time_label;
        self
    }

    /// Writes the crosshair's tag on the time axis; the axis' own label unless set.
    #[must_use]
    pub fn time_tag(mut self, time_tag: &'a dyn Fn(i64) -> String) -> Self {
        self.time_tag = Some(time_tag);
        self
    }

    /// How many candles a chart `columns` wide shows at `zoom`, the axis not counted.
    pub fn capacity(columns: u16, zoom: u8) -> usize {
        layout::capacity(columns, zoom)
    }

    /// The pan that puts the bar of a place into the middle of `area`, as far as there are bars
    /// on both sides: for going to a time.
    pub fn pan_to(&self, place: BarPlace, area: Rect) -> usize {
        let bars = self.bars();
        let count = self.layout(bars.all(), area).columns.count;
        let index = layout::index_of(bars.all(), place);
        let end = index.saturating_add(count / 2 + 1).max(count);
        bars.all().len().saturating_sub(end)
    }

    /// What lies between two points; `None` without a bar.
    pub fn measure(&self, from: (BarPlace, f64), to: (BarPlace, f64)) -> Option<MeasureFacts> {
        crosshair::facts(self.bars().all(), from, to)
    }

    /// Where everything would be drawn in `area`; `None` where there is no candle or no room.
    pub fn geometry(&self, area: Rect) -> Option<ChartGeometry> {
        let bars = self.bars();
        Frame::new(self, &bars, area).map(Frame::into_geometry)
    }

    /// Draws the chart and answers where everything lies, at the price of drawing alone.
    pub fn draw(&self, area: Rect, buffer: &mut Buffer) -> Option<ChartGeometry> {
        let area = area.intersection(buffer.area);
        let bars = self.bars();
        let frame = Frame::new(self, &bars, area)?;
        let mut layers = Layers::new(buffer, area);
        frame.draw_heat(&mut layers);
        frame.draw_grid(&mut layers);
        frame.draw_profile(&mut layers);
        frame.draw_separators(&mut layers);
        frame.draw_overlays(&mut layers);
        frame.draw_bars(&mut layers);
        frame.draw_markers(&mut layers);
        frame.draw_volume(&mut layers);
        frame.draw_panels(&mut layers);
        frame.draw_events(&mut layers);
        frame.draw_times(&mut layers);
        frame.draw_last(&mut layers);
        frame.draw_crosshair(&mut layers);
        frame.draw_measurement(&mut layers);
        Some(frame.into_geometry())
    }

    /// The bars that the kind of the chart makes of the candles.
    fn bars(&self) -> Bars<'a> {
        let brick = || {
            self.brick
                .filter(|brick| positive(*brick))
                .unwrap_or_else(|| default_brick(self.candles))
        };
        Bars::new(self.kind, self.candles, brick)
    }

    fn shows_closes(&self) -> bool {
        matches!(self.kind, ChartKind::Line | ChartKind::Area)
    }
}

impl Widget for CandleChart<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        self.draw(area, buffer);
    }
}

impl Widget for &CandleChart<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        self.draw(area, buffer);
    }
}

#[cfg(test)]
mod tests;
