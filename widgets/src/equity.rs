//! An equity curve with its drawdown below, a scale and a time axis.
//! Must not reckon returns: it draws the values it is given.

use ratatui_core::{
    buffer::Buffer,
    layout::Rect,
    style::{Modifier, Style},
    widgets::Widget,
};

use crate::axis::time_step;
use crate::braille::BrailleCanvas;
use crate::cells::{Pen, columns_of};
use crate::glyphs::MarketGlyphs;
use crate::number::{rounded, seconds};
use crate::scale::{Scale, ScaleKind};

/// Columns between the labels of the time axis.
const TIME_LABEL_COLUMNS: u16 = 14;
/// Rows of a curve from which it gives some to its drawdown.
const ROWS_FOR_BAND: u16 = 8;

/// The value of an account at a time.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EquityPoint {
    /// When, in seconds.
    pub time: i64,
    /// The value, in any unit.
    pub value: f64,
}

/// How far each value lies below the highest before it, as a share of that: 0 at a new high,
/// -0.1 after a loss of a tenth. NaN where the highest is not above zero or the value is NaN.
pub fn drawdowns(values: &[f64]) -> Vec<f64> {
    let mut peak = f64::NEG_INFINITY;
    let below = |value: &f64| {
        peak = peak.max(*value);
        if peak > 0.0 && peak.is_finite() {
            value / peak - 1.0
        } else {
            f64::NAN
        }
    };
    values.iter().map(below).collect()
}

/// The styles of an equity curve, all given by the caller; the default draws it without colour.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct EquityStyles {
    /// The curve.
    pub line: Style,
    /// Below the curve, where that is filled.
    pub area: Style,
    /// The drawdown.
    pub drawdown: Style,
    /// Labels of the axes.
    pub axis: Style,
    /// Lines at the labels; `None` for no lines.
    pub grid: Option<Style>,
    /// The line at the value that was begun with.
    pub baseline: Style,
    /// Tag of the newest value.
    pub last: Style,
}

/// An equity curve, see the methods for its parts.
pub struct EquityPlot<'a> {
    points: &'a [EquityPoint],
    filled: bool,
    drawdown: bool,
    baseline: Option<f64>,
    styles: EquityStyles,
    glyphs: MarketGlyphs,
    value_label: &'a dyn Fn(f64) -> String,
    time_label: &'a dyn Fn(i64, i64) -> String,
}

/// Where the parts lie, and what the columns stand for.
struct Layout {
    plot: Rect,
    band: Option<Rect>,
    axis: Option<Rect>,
    time_row: Option<u16>,
    begin: f64,
    span: f64,
}

impl Layout {
    /// The dot of a time from the left edge; two dots are in a column.
    fn dot(&self, time: i64) -> i32 {
        let last = f64::from(self.plot.width) * 2.0 - 1.0;
        let share = (seconds(time) - self.begin) / self.span;
        rounded((share * last).clamp(0.0, last))
    }
}

impl<'a> EquityPlot<'a> {
    /// A curve through `points`, oldest first; `value_label` writes a value of the axis.
    pub fn new(points: &'a [EquityPoint], value_label: &'a dyn Fn(f64) -> String) -> Self {
        Self {
            points,
            filled: false,
            drawdown: true,
            baseline: None,
            styles: EquityStyles {
                last: Style::new().add_modifier(Modifier::REVERSED),
                ..EquityStyles::default()
            },
            glyphs: MarketGlyphs::UNICODE,
            value_label,
            time_label: &|time, _| format!("{time}"),
        }
    }

    /// Whether the area below the curve is filled.
    #[must_use]
    pub fn filled(mut self, filled: bool) -> Self {
        self.filled = filled;
        self
    }

    /// Whether the drawdown hangs below the curve, given room; shown unless set.
    #[must_use]
    pub fn drawdown(mut self, drawdown: bool) -> Self {
        self.drawdown = drawdown;
        self
    }

    /// A line at the value that was begun with; it always lies on the scale.
    #[must_use]
    pub fn baseline(mut self, baseline: Option<f64>) -> Self {
        self.baseline = baseline;
        self
    }

    /// Colours.
    #[must_use]
    pub fn styles(mut self, styles: EquityStyles) -> Self {
        self.styles = styles;
        self
    }

    /// Characters.
    #[must_use]
    pub fn glyphs(mut self, glyphs: MarketGlyphs) -> Self {
        self.glyphs = glyphs;
        self
    }

    /// Writes a label of the time axis from a time and the axis' step, both in seconds.
    #[must_use]
    pub fn time_label(mut self, time_label: &'a dyn Fn(i64, i64) -> String) -> Self {
        self.time_label = time_label;
        self
    }

    fn bounds(&self) -> Option<(f64, f64)> {
        let values = self.points.iter().map(|point| point.value);
        let finite = || {
            values
                .clone()
                .chain(self.baseline)
                .filter(|value| value.is_finite())
        };
        Some((finite().reduce(f64::min)?, finite().reduce(f64::max)?))
    }

    fn layout(&self, area: Rect, (low, high): (f64, f64)) -> Option<Layout> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        let time_rows = u16::from(area.height >= 4);
        let rows = area.height - time_rows;
        let band_rows = if self.drawdown && rows >= ROWS_FOR_BAND {
            rows / 4
        } else {
            0
        };
        let widest = [low, high, last.value]
            .map(|value| columns_of(&(self.value_label)(value)))
            .into_iter()
            .fold(columns_of("-99%"), u16::max);
        let axis_width = widest.saturating_add(1);
        let labelled = area.width >= axis_width.saturating_add(8);
        let width = if labelled {
            area.width - axis_width
        } else {
            area.width
        };
        let plot = Rect::new(area.x, area.y, width, rows - band_rows);
        let begin = seconds(first.time);
        Some(Layout {
            plot,
            band: (band_rows > 0).then(|| Rect::new(area.x, plot.bottom(), width, band_rows)),
            axis: labelled.then(|| Rect::new(area.x + width, area.y, axis_width, rows)),
            time_row: (time_rows > 0).then(|| area.bottom() - 1),
            begin,
            // One point alone stands at the left.
            span: (seconds(last.time) - begin).max(1.0),
        })
    }

    fn draw_grid(&self, layout: &Layout, scale: &Scale, pen: &mut Pen) {
        let plot = layout.plot;
        for (row, value) in scale.ticks() {
            let y = plot.y + row;
            if let Some(grid) = self.styles.grid {
                pen.run(plot.left(), plot.right(), y, self.glyphs.grid, grid);
            }
            if let Some(axis) = layout.axis {
                let label = (self.value_label)(value);
                pen.text_right(axis.right(), y, axis.width, &label, self.styles.axis);
            }
        }
        if let Some(row) = self.baseline.and_then(|value| scale.row(value)) {
            let (left, right, y) = (plot.left(), plot.right(), plot.y + row);
            pen.run(left, right, y, self.glyphs.line, self.styles.baseline);
        }
    }

    fn draw_curve(&self, layout: &Layout, scale: &Scale, pen: &mut Pen) {
        let plot = layout.plot;
        let bottom = i32::from(plot.height) * 4 - 1;
        let mut canvas = BrailleCanvas::new(plot.width, plot.height);
        canvas.path(self.points.iter().map(|point| {
            let y = bottom - scale.position(point.value, 4).min(bottom);
            point.value.is_finite().then(|| (layout.dot(point.time), y))
        }));
        canvas.draw(plot, &self.glyphs, self.styles.line, pen);
        if self.filled {
            for (x, lowest) in (plot.left()..).zip(canvas.lowest()) {
                let Some(lowest) = lowest else { continue };
                for y in plot.y + lowest + 1..plot.bottom() {
                    pen.put(x, y, self.glyphs.area, self.styles.area);
                }
            }
        }
        let last = self.points.last().filter(|point| point.value.is_finite());
        if let (Some(point), Some(axis)) = (last, layout.axis)
            && let Some(row) = scale.row(point.value)
        {
            let (label, style) = ((self.value_label)(point.value), self.styles.last);
            let y = plot.y + row;
            pen.run(axis.left() + 1, axis.right(), y, " ", style);
            pen.text_right(axis.right(), y, axis.width - 1, &label, style);
        }
    }

    /// Columns that hang from the top of the band, as deep as the worst value in each.
    fn draw_drawdown(&self, layout: &Layout, pen: &mut Pen) {
        let Some(band) = layout.band else { return };
        let values: Vec<f64> = self.points.iter().map(|point| point.value).collect();
        let mut depths = vec![0.0_f64; usize::from(band.width)];
        let mut before = None;
        for (point, depth) in self.points.iter().zip(drawdowns(&values)) {
            let column = usize::try_from(layout.dot(point.time) / 2).unwrap_or(0);
            // Columns between two points take the depth of the later one.
            for x in before
                .map_or(column, |before: usize| before + 1)
                .min(column)..=column
            {
                if let Some(deepest) = depths.get_mut(x) {
                    *deepest = deepest.min(if depth.is_nan() { 0.0 } else { depth });
                }
            }
            before = Some(column);
        }
        let deepest = depths.iter().copied().fold(0.0, f64::min);
        if deepest >= 0.0 || !deepest.is_finite() {
            return;
        }
        let Some(scale) = Scale::exact(ScaleKind::Linear, 0.0, deepest, 0.0, band.height) else {
            return;
        };
        for (x, depth) in (band.left()..).zip(depths) {
            let top = i32::from(band.height) * 8;
            let low = scale.position(depth, 8);
            for (row, y) in (0..i32::from(band.height)).zip(band.y..) {
                let bottom = top - (row + 1) * 8;
                let filled = (bottom + 8 - low.max(bottom)).max(0);
                self.draw_hanging(x, y, filled, pen);
            }
        }
        if let Some(axis) = layout.axis {
            let label = format!("{:.1}%", deepest * 100.0);
            let y = band.bottom() - 1;
            pen.text_right(axis.right(), y, axis.width, &label, self.styles.drawdown);
        }
    }

    /// A cell that is filled from its top by `eighths`.
    fn draw_hanging(&self, x: u16, y: u16, eighths: i32, pen: &mut Pen) {
        let style = self.styles.drawdown;
        match eighths {
            ..=0 => {}
            8.. => pen.put(x, y, self.glyphs.lower(8), style),
            _ if !self.glyphs.fine => pen.put(x, y, self.glyphs.lower(eighths), style),
            // No block hangs: what is left empty is drawn, reversed.
            _ => {
                let style = style.add_modifier(Modifier::REVERSED);
                pen.put(x, y, self.glyphs.lower(8 - eighths), style);
            }
        }
    }

    fn draw_times(&self, layout: &Layout, pen: &mut Pen) {
        let Some(y) = layout.time_row else { return };
        let plot = layout.plot;
        let step = time_step(layout.span / f64::from(plot.width), TIME_LABEL_COLUMNS);
        let mut free_from = plot.left();
        let mut before: Option<i64> = None;
        for point in self.points {
            let period = point.time.div_euclid(step);
            let begins = match before {
                Some(before) => period > before,
                None => point.time.rem_euclid(step) == 0,
            };
            before = Some(period);
            let column = u16::try_from(layout.dot(point.time) / 2).unwrap_or(0);
            let x = plot.x + column;
            if !begins || x < free_from {
                continue;
            }
            let label = (self.time_label)(point.time, step);
            let end = x.saturating_add(columns_of(&label));
            if end <= plot.right() {
                pen.text(x, y, plot.right(), &label, self.styles.axis);
                free_from = end.saturating_add(2);
            }
        }
    }
}

impl Widget for EquityPlot<'_> {
    fn render(self, area: Rect, buffer: &mut Buffer) {
        let mut pen = Pen::new(buffer, area);
        let area = pen.area();
        let Some(bounds) = self.bounds().filter(|_| !area.is_empty()) else {
            return;
        };
        let Some(layout) = self.layout(area, bounds) else {
            return;
        };
        let Some(scale) = Scale::fit(bounds.0, bounds.1, layout.plot.height) else {
            return;
        };
        self.draw_grid(&layout, &scale, &mut pen);
        self.draw_curve(&layout, &scale, &mut pen);
        self.draw_drawdown(&layout, &mut pen);
        self.draw_times(&layout, &mut pen);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve() -> Vec<EquityPoint> {
        let values = [
            100.0, 101.0, 103.0, 102.0, 104.0, 107.0, 105.0, 101.0, 99.0, 102.0, 106.0, 109.0,
            111.0, 110.0, 112.0,
        ];
        let point = |(hour, value): (i64, f64)| EquityPoint {
            time: hour * 3_600,
            value,
        };
        (0..).zip(values).map(point).collect()
    }

    fn draw(plot: EquityPlot, width: u16, height: u16) -> Vec<String> {
        let area = Rect::new(0, 0, width, height);
        let mut buffer = Buffer::empty(area);
        plot.time_label(&|time, _| format!("{:02}h", time / 3_600))
            .render(area, &mut buffer);
        let line = |y| {
            let cells = (0..width).map(|x| buffer[(x, y)].symbol());
            cells.collect::<String>().trim_end().to_owned()
        };
        (0..height).map(line).collect()
    }

    fn label(value: f64) -> String {
        format!("{value:.0}")
    }

    #[test]
    fn drawdowns_are_counted_from_the_highest_before() {
        let found = drawdowns(&[100.0, 110.0, 99.0, f64::NAN, 121.0]);
        assert_eq!(found[0], 0.0);
        assert!((found[2] + 0.1).abs() < 1e-12);
        assert!(found[3].is_nan());
        assert_eq!(found[4], 0.0);
        assert!(drawdowns(&[-5.0, 0.0])[1].is_nan());
    }

    #[test]
    fn a_curve_with_its_drawdown() {
        let points = curve();
        let plot = EquityPlot::new(&points, &label).baseline(Some(100.0));
        let lines = draw(plot, 40, 12);
        assert_eq!(
            lines,
            [
                "                             ⢀⡀  ⡠⠊  112",
                "                           ⡠⠒⠁⠈⠑⠊    110",
                "                          ⡜",
                "           ⢀⠎⠢⡀         ⢀⠎",
                "          ⡰⠁  ⠈⢢       ⢠⠃            105",
                "    ⢀⠤⣀ ⡠⠊      ⢣     ⢠⠃",
                "  ⣀⠔⠁  ⠉         ⢣   ⡰⠁",
                "⠒⠉╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌⠑⢄⠎╌╌╌╌╌╌╌╌╌╌╌╌╌╌  100",
                "",
                "      ▆▆     ▄▄▄███████▆▆     ▆▆▆",
                "                ▄▄██▆▆▆            -7.5%",
                "00h            06h           12h",
            ],
            "{lines:#?}"
        );
    }

    #[test]
    fn a_filled_curve_in_ascii() {
        let points = curve();
        let plot = EquityPlot::new(&points, &label)
            .filled(true)
            .drawdown(false);
        let lines = draw(plot.glyphs(MarketGlyphs::ASCII), 30, 7);
        assert_eq!(
            lines,
            [
                "                    .....  112",
                "                  ...::::",
                "        ...      ..::::::",
                "   .. ..:::..   ..:::::::",
                "...::.::::::.. ..::::::::  100",
                ":::::::::::::..::::::::::",
                "00h                  12h",
            ],
            "{lines:#?}"
        );
    }
}
