//! Where the parts of a chart lie: plot, volume, panels, axes, and the columns of the bars.
//! Must not draw.

use ratatui_core::layout::Rect;

use super::CandleChart;
use super::parts::{BarPlace, EventPlace, VolumeHeight};
use crate::candle::Candle;
use crate::cells::columns_of;
use crate::scale::{Scale, ScaleKind};

/// Columns of a body and of the gap after it, by zoom.
const ZOOMS: [(u16, u16); 5] = [(1, 0), (1, 1), (2, 1), (3, 1), (5, 1)];
/// The zoom to start with: bodies of one column with a gap.
pub const ZOOM_DEFAULT: u8 = 1;
/// The largest zoom.
pub const ZOOM_MAX: u8 = 4;

/// Free columns between the newest candle and the price axis.
const RIGHT_AIR: u16 = 1;
/// Rows that panels leave to the candles and their volume at least.
const PLOT_ROWS_MIN: u16 = 8;

/// How far beyond the candles a line stretches the scale, as a share of their range.
const NEAR: f64 = 0.35;

/// Columns of a body and of the gap after it.
pub(super) fn zoom_columns(zoom: u8) -> (u16, u16) {
    ZOOMS
        .get(usize::from(zoom.min(ZOOM_MAX)))
        .copied()
        .unwrap_or((1, 1))
}

/// How many bars fit into `columns`.
pub(super) fn capacity(columns: u16, zoom: u8) -> usize {
    let (body, gap) = zoom_columns(zoom);
    usize::from(columns.saturating_sub(RIGHT_AIR).saturating_add(gap) / (body + gap))
}

/// The columns of the bars shown; the newest stands at the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Columns {
    pub(super) left: u16,
    pub(super) right: u16,
    pub(super) count: usize,
    pub(super) body: u16,
    pub(super) step: u16,
}

impl Columns {
    /// First column of the bar at `index`, counted from the oldest shown.
    pub(super) fn first_of(&self, index: usize) -> u16 {
        let last = self.count.saturating_sub(1);
        let from_right = last - index.min(last);
        let back = usize::from(self.step) * from_right + usize::from(self.body);
        self.right
            .saturating_sub(RIGHT_AIR)
            .saturating_sub(u16::try_from(back).unwrap_or(u16::MAX))
    }

    /// Middle column of the bar at `index`.
    pub(super) fn middle_of(&self, index: usize) -> u16 {
        self.first_of(index) + (self.body - 1) / 2
    }

    /// The bar at column `x`; the gap left of a bar and the air right of the newest are theirs.
    pub(super) fn index_at(&self, x: u16) -> Option<usize> {
        if x < self.left || x >= self.right {
            return None;
        }
        let edge = self.right.saturating_sub(RIGHT_AIR);
        let from_right = edge.saturating_sub(1).saturating_sub(x) / self.step;
        self.count.checked_sub(usize::from(from_right) + 1)
    }
}

/// The bars of a window, among all there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) first: usize,
    pub(super) count: usize,
    pub(super) total: usize,
    /// When the first bar right of the window begins.
    pub(super) until: Option<i64>,
}

impl Window {
    pub(super) fn new(bars: &[Candle], pan: usize, capacity: usize) -> Self {
        let total = bars.len();
        let end = total - pan.min(total.saturating_sub(1));
        let count = capacity.min(end);
        Self {
            first: end - count,
            count,
            total,
            until: bars.get(end).map(|bar| bar.time),
        }
    }

    pub(super) fn of<'b>(&self, bars: &'b [Candle]) -> &'b [Candle] {
        bars.get(self.first..self.first + self.count).unwrap_or(&[])
    }

    /// The bar of a place, counted from the oldest of the `shown`.
    pub(super) fn index(&self, shown: &[Candle], place: BarPlace) -> Option<usize> {
        match place {
            BarPlace::Time(time) => {
                if self.until.is_some_and(|until| time >= until) {
                    return None;
                }
                shown.partition_point(|bar| bar.time <= time).checked_sub(1)
            }
            BarPlace::Back(back) => self
                .total
                .checked_sub(back.saturating_add(1))?
                .checked_sub(self.first)
                .filter(|index| *index < shown.len()),
        }
    }
}

/// The bar of a place among all bars; the oldest where it lies before them.
pub(super) fn index_of(bars: &[Candle], place: BarPlace) -> usize {
    match place {
        BarPlace::Time(time) => bars.partition_point(|bar| bar.time <= time),
        BarPlace::Back(back) => bars.len().saturating_sub(back),
    }
    .saturating_sub(1)
}

/// Where everything lies.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    pub(super) area: Rect,
    pub(super) plot: Rect,
    pub(super) volume: Option<Rect>,
    /// In the order of the panels, as many as there is room for.
    pub(super) panels: Vec<Rect>,
    pub(super) time_row: Option<u16>,
    pub(super) axis: Option<Rect>,
    pub(super) columns: Columns,
    pub(super) window: Window,
}

impl CandleChart<'_> {
    pub(super) fn layout(&self, bars: &[Candle], area: Rect) -> Layout {
        let time_rows = u16::from(area.height >= 6);
        let panels = self.panel_rows(area.height - time_rows);
        let panel_rows: u16 = panels.iter().sum();
        let upper = area.height - panel_rows;
        let volume_rows = self.volume_rows(upper, upper - time_rows);
        let rows = upper - time_rows - volume_rows;
        let axis_width = self.axis_width(bars, area.width, rows);
        let axis = area.width >= axis_width.saturating_add(8);
        let width = if axis {
            area.width - axis_width
        } else {
            area.width
        };
        let window = Window::new(bars, self.pan, capacity(width, self.zoom));
        let (body, gap) = zoom_columns(self.zoom);
        let mut top = area.y + rows + volume_rows;
        let place = |height: &u16| {
            let panel = Rect::new(area.x, top, width, *height);
            top += height;
            panel
        };
        Layout {
            area,
            plot: Rect::new(area.x, area.y, width, rows),
            volume: (volume_rows > 0).then(|| Rect::new(area.x, area.y + rows, width, volume_rows)),
            panels: panels.iter().map(place).collect(),
            time_row: (time_rows > 0).then(|| area.bottom() - 1),
            axis: axis.then(|| Rect::new(area.x + width, area.y, axis_width, rows)),
            columns: Columns {
                left: area.x,
                right: area.x + width,
                count: window.count,
                body,
                step: body + gap,
            },
            window,
        }
    }

    /// Heights of the panels that fit, the first ones before the later ones.
    fn panel_rows(&self, rows: u16) -> Vec<u16> {
        let mut left = rows.saturating_sub(PLOT_ROWS_MIN);
        self.panels
            .iter()
            .map_while(|panel| {
                left = left.checked_sub(panel.height)?;
                Some(panel.height)
            })
            .collect()
    }

    fn volume_rows(&self, height: u16, rows: u16) -> u16 {
        match self.volume {
            VolumeHeight::Hidden => 0,
            VolumeHeight::Rows(wanted) => wanted.min(rows / 2),
            VolumeHeight::Auto if height < 9 => 0,
            VolumeHeight::Auto => (height / 6).clamp(2, 8),
        }
    }

    /// Labels of the outermost values tell how wide the axis is, before it has a scale.
    fn axis_width(&self, bars: &[Candle], width: u16, rows: u16) -> u16 {
        let rough = Window::new(bars, self.pan, capacity(width, self.zoom));
        let shown = rough.of(bars);
        let ends = match self.price_range {
            Some(range) => Some(range),
            None => self.bounds(shown, rows),
        };
        let ends = ends.into_iter().flat_map(|(low, high)| [low, high]);
        let mut widest = 0;
        for value in ends.chain(self.last).filter(|value| value.is_finite()) {
            widest = widest.max(columns_of(&(self.price_label)(value)));
        }
        if self.scale == ScaleKind::Percent
            && let Some(scale) = self.price_scale(shown, &rough, rows)
        {
            let ends = [scale.low(), scale.high()];
            for percent in ends.into_iter().filter_map(|end| scale.percent_of(end)) {
                widest = widest.max(columns_of(&(self.percent_label)(percent)));
            }
        }
        widest.saturating_add(2)
    }

    /// Lowest and highest price of the bars, stretched to markers that lie near.
    fn bounds(&self, bars: &[Candle], rows: u16) -> Option<(f64, f64)> {
        let finite = || bars.iter().filter(|bar| bar.is_finite());
        let (low, high) = if self.shows_closes() {
            let closes = || finite().map(|bar| bar.close);
            (closes().reduce(f64::min)?, closes().reduce(f64::max)?)
        } else {
            let low = finite().map(|bar| bar.low).reduce(f64::min)?;
            let high = finite().map(|bar| bar.high).reduce(f64::max)?;
            (low, high)
        };
        let ends = (low.min(high), high.max(low));
        let near = self.stretched(ends, NEAR);
        let mut bounds = ends;
        // A low chart has no row to give away.
        let markers = if rows < 8 { &[] } else { self.markers };
        for marker in markers.iter().filter(|marker| marker.pinned) {
            if marker.value >= near.0 && marker.value <= near.1 {
                bounds = (bounds.0.min(marker.value), bounds.1.max(marker.value));
            }
        }
        Some(bounds)
    }

    /// The range grown by a share of itself on both sides, by ratio on a logarithmic scale.
    fn stretched(&self, (low, high): (f64, f64), share: f64) -> (f64, f64) {
        if self.scale == ScaleKind::Log && low > 0.0 {
            let factor = (high / low).powf(share);
            return (low / factor, high * factor);
        }
        let reach = (high / 2.0 - low / 2.0).abs() * 2.0 * share;
        (low - reach, high + reach)
    }

    /// The scale of the prices; `None` where nothing can be drawn.
    pub(super) fn price_scale(
        &self,
        shown: &[Candle],
        window: &Window,
        rows: u16,
    ) -> Option<Scale> {
        let base = shown
            .iter()
            .find(|bar| bar.is_finite())
            .map_or(0.0, |bar| bar.close);
        let fixed = self
            .price_range
            .and_then(|(low, high)| Scale::exact(self.scale, base, low, high, rows));
        let scale = match fixed {
            Some(scale) => scale,
            None => {
                let bounds = self.bounds(shown, rows)?;
                let (low, high) = self.with_room_for_events(bounds, shown, window, rows);
                Scale::fit_kind(self.scale, base, low, high, rows)?
            }
        };
        Some(scale.viewed(self.price_zoom, self.price_shift))
    }

    /// A row more above or below where events stand there, so that none has to hide a candle.
    fn with_room_for_events(
        &self,
        (low, high): (f64, f64),
        shown: &[Candle],
        window: &Window,
        rows: u16,
    ) -> (f64, f64) {
        if self.events.is_empty() || rows < 8 {
            return (low, high);
        }
        let grown = self.stretched((low, high), 1.2 / f64::from(rows));
        let stands = |place: EventPlace| {
            self.events.iter().any(|event| {
                event.place == place && window.index(shown, BarPlace::Time(event.time)).is_some()
            })
        };
        let below = stands(EventPlace::Below);
        let above = stands(EventPlace::Above);
        (
            if below { grown.0 } else { low },
            if above { grown.1 } else { high },
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_and_bars_agree() {
        for zoom in 0..=ZOOM_MAX {
            let (body, gap) = zoom_columns(zoom);
            let columns = Columns {
                left: 3,
                right: 43,
                count: capacity(40, zoom),
                body,
                step: body + gap,
            };
            for index in 0..columns.count {
                assert!(columns.first_of(index) >= 3);
                for x in columns.first_of(index)..columns.first_of(index) + body {
                    assert_eq!(columns.index_at(x), Some(index), "zoom {zoom}");
                }
            }
            assert_eq!(columns.index_at(42), Some(columns.count - 1));
            assert_eq!(columns.index_at(43), None);
            assert_eq!(columns.index_at(2), None);
        }
    }

    #[test]
    fn a_place_is_found_in_its_window_only() {
        let bars: Vec<Candle> = [0, 60, 60, 120, 180]
            .into_iter()
            .map(|time| Candle {
                time,
                ..Candle::default()
            })
            .collect();
        let window = Window::new(&bars, 1, 3);
        let shown = window.of(&bars);
        assert_eq!(
            (window.first, window.count, window.until),
            (1, 3, Some(180))
        );
        let at = |place| window.index(shown, place);
        assert_eq!(at(BarPlace::Time(60)), Some(1));
        assert_eq!(at(BarPlace::Time(179)), Some(2));
        assert_eq!(at(BarPlace::Time(180)), None);
        assert_eq!(at(BarPlace::Time(59)), None);
        assert_eq!(at(BarPlace::Back(1)), Some(2));
        assert_eq!(at(BarPlace::Back(0)), None);
        assert_eq!(at(BarPlace::Back(9)), None);
        assert_eq!(index_of(&bars, BarPlace::Time(60)), 2);
        assert_eq!(index_of(&bars, BarPlace::Back(0)), 4);
        assert_eq!(index_of(&bars, BarPlace::Time(-9)), 0);
    }
}
