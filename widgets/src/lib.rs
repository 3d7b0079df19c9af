//! Widgets for market data in a terminal, on `ratatui-core`.
//! They must not know of trading engines: plain numbers and label formatters go in, cells come out.
//!
#![doc = include_str!("../README.md")]

mod axis;
mod blocks;
mod braille;
mod candle;
mod cells;
mod chart;
mod depth;
mod equity;
mod gauge;
mod glyphs;
mod heat;
mod heat_row;
mod ladder;
mod number;
mod profile;
mod scale;
mod spark;
mod transform;

pub use axis::{TIME_STEPS_S, nice_step, time_step};
pub use braille::BrailleCanvas;
pub use candle::{Candle, average_true_range, default_brick};
pub use chart::{
    BarPlace, CandleChart, CandleStyles, ChartEvent, ChartGeometry, ChartKind, Crosshair,
    EventPlace, LabelPlace, LineKind, Marker, MeasureFacts, Measurement, Overlay, Panel,
    PanelSeries, SeriesKind, VolumeHeight, ZOOM_DEFAULT, ZOOM_MAX,
};
pub use depth::{DepthCurve, DepthLevel, DepthStyles};
pub use equity::{EquityPlot, EquityPoint, EquityStyles, drawdowns};
pub use gauge::Gauge;
pub use glyphs::MarketGlyphs;
pub use heat::HeatMap;
pub use heat_row::HeatRow;
pub use ladder::{
    Ladder, LadderColumn, LadderGeometry, LadderPlace, LadderRow, LadderSide, LadderStyles,
    LadderTitles,
};
pub use profile::{VALUE_AREA, VolumeProfile};
pub use scale::{Scale, ScaleKind};
pub use spark::Sparkline;
pub use transform::{heikin_ashi, range_bars, renko};

/// The characters of a chart, which are those of all widgets.
pub type CandleGlyphs = MarketGlyphs;
