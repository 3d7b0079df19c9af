//! What a caller lays over or under the candles: lines, markers, events, panels, crosshair.
//! Must not draw.

use ratatui_core::{style::Style, text::Line};

/// How the candles are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ChartKind {
    /// Filled bodies with wicks, edges on eighths of a row.
    #[default]
    Candles,
    /// Hollow where the close is above the open, coloured by the close before.
    Hollow,
    /// Smoothed candles, see [`heikin_ashi`](crate::heikin_ashi).
    HeikinAshi,
    /// A line from low to high with the open at its left and the close at its right.
    Bars,
    /// A line through the closes.
    Line,
    /// The same, filled below.
    Area,
    /// Bricks of one height, see [`renko`](crate::renko).
    Renko,
    /// Candles of one height, see [`range_bars`](crate::range_bars).
    Range,
}

impl ChartKind {
    /// All kinds, in the order in which a key may step through them.
    pub const ALL: [Self; 8] = [
        Self::Candles,
        Self::Hollow,
        Self::HeikinAshi,
        Self::Bars,
        Self::Line,
        Self::Area,
        Self::Renko,
        Self::Range,
    ];

    /// Whether its bars are not the candles themselves, so that one may stand for many or none.
    pub fn is_made(self) -> bool {
        matches!(self, Self::Renko | Self::Range)
    }
}

/// How many rows the volume takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum VolumeHeight {
    /// About a sixth of the chart, nothing on a low one.
    #[default]
    Auto,
    /// As many, as long as half of the chart is left.
    Rows(u16),
    /// Not shown.
    Hidden,
}

/// A line over the candles: one value a candle, NaN for none.
#[derive(Debug, Clone, Copy)]
pub struct Overlay<'a> {
    /// Aligned with the candles' end: the last value belongs to the last candle.
    pub values: &'a [f64],
    /// Its colour.
    pub style: Style,
}

/// The stroke of a horizontal line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LineKind {
    /// ╌╌╌
    #[default]
    Dashed,
    /// ┈┈┈
    Dotted,
    /// ───
    Solid,
    /// No line, the tag alone.
    Bare,
}

/// Where the label of a horizontal line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum LabelPlace {
    /// At the left end of the line, the price on the axis.
    #[default]
    Left,
    /// At the right end of the line, the price on the axis.
    Right,
    /// On the axis, in place of the price.
    Axis,
}

/// A horizontal line at a value, with a tag on the price axis: a position, a stop, an order, an
/// alert, a line of the user's own.
#[derive(Debug, Clone, Copy)]
pub struct Marker<'a> {
    /// Where.
    pub value: f64,
    /// What the line stands for, in a word or two.
    pub label: &'a str,
    /// Colour of line and tag.
    pub style: Style,
    /// Its stroke.
    pub line: LineKind,
    /// Where the label stands.
    pub place: LabelPlace,
    /// Whether it matters off the scale too: the scale stretches to one that lies near, and one
    /// far away is told at the edge.
    pub pinned: bool,
}

impl<'a> Marker<'a> {
    /// A dashed, pinned line with its label at the left.
    pub fn new(value: f64, label: &'a str, style: Style) -> Self {
        Self {
            value,
            label,
            style,
            line: LineKind::Dashed,
            place: LabelPlace::Left,
            pinned: true,
        }
    }

    /// Its stroke.
    #[must_use]
    pub fn line(mut self, line: LineKind) -> Self {
        self.line = line;
        self
    }

    /// Where its label stands.
    #[must_use]
    pub fn place(mut self, place: LabelPlace) -> Self {
        self.place = place;
        self
    }

    /// Whether it matters off the scale too.
    #[must_use]
    pub fn pinned(mut self, pinned: bool) -> Self {
        self.pinned = pinned;
        self
    }
}

/// Where an event stands at its bar.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum EventPlace {
    /// Above the high.
    #[default]
    Above,
    /// Below the low.
    Below,
    /// At a price, over the bar if it is there.
    At(f64),
}

/// Something that happened, drawn at the bar of its time: a signal, a fill, an alert, news.
#[derive(Debug, Clone, Copy)]
pub struct ChartEvent<'a> {
    /// When, in seconds; it belongs to the last bar that does not begin later.
    pub time: i64,
    /// Where it stands.
    pub place: EventPlace,
    /// One character of one cell.
    pub glyph: &'a str,
    /// Its colour.
    pub style: Style,
}

/// A bar that is told by its time, or by its distance from the newest where bars share a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BarPlace {
    /// The last bar that does not begin later, in seconds.
    Time(i64),
    /// So many bars before the newest.
    Back(usize),
}

/// A vertical line at a bar and a horizontal one at a price, with tags on both axes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Crosshair {
    /// The bar.
    pub bar: BarPlace,
    /// The price; `None` for the vertical line alone.
    pub price: Option<f64>,
}

/// What lies between two points of a chart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MeasureFacts {
    /// Difference of the prices.
    pub price: f64,
    /// The same in percent of the first price; NaN where that is 0.
    pub percent: f64,
    /// Bars from the first point to the second; below zero to the left.
    pub bars: i64,
    /// Seconds from the first bar's start to the second's; below zero to the left.
    pub seconds: i64,
}

/// A box between two points, with a label.
#[derive(Clone, Copy)]
pub struct Measurement<'a> {
    /// Bar and price of the first point.
    pub from: (BarPlace, f64),
    /// Bar and price of the second point.
    pub to: (BarPlace, f64),
    /// Writes the label.
    pub label: &'a dyn Fn(MeasureFacts) -> String,
}

/// How the values of a panel are drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SeriesKind {
    /// A braille line.
    #[default]
    Line,
    /// Columns from zero up and down.
    Histogram,
}

/// One series of a panel: one value a candle, NaN for none.
#[derive(Debug, Clone, Copy)]
pub struct PanelSeries<'a> {
    /// Aligned with the candles' end: the last value belongs to the last candle.
    pub values: &'a [f64],
    /// Its colour.
    pub style: Style,
    /// The colour of columns below zero, where it differs.
    pub negative: Option<Style>,
    /// How it is drawn.
    pub kind: SeriesKind,
}

impl<'a> PanelSeries<'a> {
    /// A line.
    pub fn line(values: &'a [f64], style: Style) -> Self {
        Self {
            values,
            style,
            negative: None,
            kind: SeriesKind::Line,
        }
    }

    /// Columns, `negative` below zero.
    pub fn histogram(values: &'a [f64], style: Style, negative: Style) -> Self {
        Self {
            values,
            style,
            negative: Some(negative),
            kind: SeriesKind::Histogram,
        }
    }
}

/// A panel below the candles with a scale of its own: an oscillator, a cumulated volume.
#[derive(Clone)]
pub struct Panel<'a> {
    pub(super) title: Line<'a>,
    pub(super) readout: Line<'a>,
    pub(super) series: &'a [PanelSeries<'a>],
    pub(super) levels: &'a [f64],
    pub(super) height: u16,
    pub(super) range: Option<(f64, f64)>,
    pub(super) label: &'a dyn Fn(f64) -> String,
}

impl<'a> Panel<'a> {
    /// A panel of `series` under a line with its `title`, five rows high with that line.
    pub fn new(title: impl Into<Line<'a>>, series: &'a [PanelSeries<'a>]) -> Self {
        Self {
            title: title.into(),
            readout: Line::default(),
            series,
            levels: &[],
            height: 5,
            range: None,
            label: &short,
        }
    }

    /// Values at the crosshair or of the newest bar, after the title.
    #[must_use]
    pub fn readout(mut self, readout: impl Into<Line<'a>>) -> Self {
        self.readout = readout.into();
        self
    }

    /// Dotted horizontal lines, such as 30 and 70; they are labelled on the axis and always lie
    /// on the scale.
    #[must_use]
    pub fn levels(mut self, levels: &'a [f64]) -> Self {
        self.levels = levels;
        self
    }

    /// Rows with the line of the title; two at least.
    #[must_use]
    pub fn height(mut self, height: u16) -> Self {
        self.height = height.max(2);
        self
    }

    /// A fixed scale, such as 0 to 100.
    #[must_use]
    pub fn range(mut self, range: Option<(f64, f64)>) -> Self {
        self.range = range;
        self
    }

    /// Writes a value of the panel's axis.
    #[must_use]
    pub fn label(mut self, label: &'a dyn Fn(f64) -> String) -> Self {
        self.label = label;
        self
    }
}

/// A value in at most seven columns: 12.5, 350, 12.5k, -3M.
fn short(value: f64) -> String {
    let size = value.abs();
    let (scaled, unit) = if size >= 1e9 {
        (value / 1e9, "G")
    } else if size >= 1e6 {
        (value / 1e6, "M")
    } else if size >= 1e4 {
        (value / 1e3, "k")
    } else {
        (value, "")
    };
    if size >= 1e15 {
        format!("{value:.0e}")
    } else if scaled.fract() == 0.0 || scaled.abs() >= 1_000.0 {
        format!("{scaled:.0}{unit}")
    } else if scaled.abs() < 0.1 {
        format!("{scaled:.0e}{unit}")
    } else {
        format!("{scaled:.1}{unit}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_values() {
        for (value, expected) in [
            (0.0, "0"),
            (12.5, "12.5"),
            (-70.0, "-70"),
            (1_234.0, "1234"),
            (12_500.0, "12.5k"),
            (-3e6, "-3M"),
            (2.5e9, "2.5G"),
            (4e22, "4e22"),
            (0.00025, "3e-4"),
        ] {
            assert_eq!(short(value), expected);
        }
    }
}
