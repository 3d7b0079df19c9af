//! Widgets for market data in a terminal, on `ratatui-core`.
//! They must not know of trading engines: plain numbers and label formatters go in, cells come out.

mod axis;
mod braille;
mod candles;
mod cells;
mod paint;
mod scale;
mod spark;

pub use axis::{TIME_STEPS_S, nice_step, time_step};
pub use braille::BrailleCanvas;
pub use candles::{Candle, CandleChart, Marker, Overlay, ZOOM_DEFAULT, ZOOM_MAX};
pub use paint::{CandleGlyphs, CandleStyles};
pub use scale::Scale;
pub use spark::Sparkline;
