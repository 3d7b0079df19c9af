//! Measures what a frame costs: drawing, comparing, encoding, and the bytes that come of it.
//! Must not need a terminal: the bytes are counted, not shown.

use std::time::Instant;

use hdrhistogram::Histogram;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use serde::Serialize;

use crate::domain::Price;
use crate::runtime::LatencySummary;
use crate::view::View;

use super::encode::Encoder;
use super::render::render;
use super::state::DeskState;
use super::{ColorMode, sample};

/// Sizes that are measured: a laptop's, a desktop's, a wall's.
const SIZES: [(u16, u16); 3] = [(80, 24), (120, 36), (200, 60)];
/// Frames of one measurement; in each the market has moved.
const FRAMES: u32 = 500;

/// Cost of a frame at one size.
#[derive(Debug, Clone, Serialize)]
pub struct RenderFigures {
    /// Columns.
    pub width: u16,
    /// Rows.
    pub height: u16,
    /// Frames measured.
    pub frames: u32,
    /// Drawing, comparing with the frame before and encoding.
    pub frame_ns: LatencySummary,
    /// Bytes of the first frame.
    pub bytes_full: usize,
    /// Mean bytes of a frame after that.
    pub bytes_per_frame: f64,
}

/// Draws a busy desk over and over at each size, with every price moved between two frames.
pub fn frames() -> Vec<RenderFigures> {
    SIZES
        .into_iter()
        .map(|(width, height)| measure(width, height))
        .collect()
}

fn measure(width: u16, height: u16) -> RenderFigures {
    let mut view = sample::view();
    let state = DeskState::new(ColorMode::True, false);
    let area = Rect::new(0, 0, width, height);
    let mut encoder = Encoder::new();
    let mut buffer = Buffer::empty(area);
    let mut histogram = Histogram::<u64>::new_with_bounds(1, 1_000_000_000, 3).ok();
    let (mut bytes_full, mut bytes_after) = (0, 0_usize);
    for frame in 0..=FRAMES {
        move_prices(&mut view, frame);
        let mut bytes = Vec::new();
        let started = Instant::now();
        buffer.resize(area);
        render(&view, &state, area, &mut buffer);
        encoder.encode(&buffer, &mut bytes);
        let nanos = u64::try_from(started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        encoder.shown(&mut buffer);
        if frame == 0 {
            bytes_full = bytes.len();
        } else {
            bytes_after += bytes.len();
            if let Some(histogram) = &mut histogram {
                histogram.saturating_record(nanos);
            }
        }
    }
    #[allow(clippy::cast_precision_loss, reason = "a mean for people")]
    let bytes_per_frame = bytes_after as f64 / f64::from(FRAMES);
    RenderFigures {
        width,
        height,
        frames: FRAMES,
        frame_ns: LatencySummary::of(histogram.as_ref()),
        bytes_full,
        bytes_per_frame,
    }
}

fn move_prices(view: &mut View, frame: u32) {
    let step = i64::from(frame % 7) - 3;
    for row in &mut view.instruments {
        if let Some(market) = &mut row.market {
            let moved = |price: Price| Price::from_units((price.units() + step).max(1));
            market.last = market.last.map(moved);
            market.bid = market.bid.map(|(price, quantity)| (moved(price), quantity));
            market.ask = market.ask.map(|(price, quantity)| (moved(price), quantity));
        }
    }
}
