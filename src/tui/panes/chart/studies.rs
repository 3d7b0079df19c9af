//! What a chart's studies look like: their lines, their colours, their readouts.
//! Must not compute an indicator: the study set does.

use std::cmp::Ordering;

use ratatui::style::Style;
use ratatui::text::{Line, Span};
use titan_widgets::{Panel, PanelSeries};

use super::super::Pane;
use super::bars::{Bars, size};
use crate::domain::{Instrument, Qty};
use crate::indicators::{IndicatorKind, IndicatorSpec};
use crate::tui::format;
use crate::tui::workspace::{StudyKind, StudyPlace, StudyRow};
use crate::view::{SeriesView, StudyLine};

/// Rows of a chart below which it does not begin with panels.
const ROWS_FOR_PANELS: u16 = 26;
/// Rows of a chart for each of the panels that it begins with, the bars' own counted.
const ROWS_OF_PANEL: u16 = 10;

/// A study as it is drawn.
pub(super) struct Drawn {
    /// `EMA9`, `MACD 12/26/9`.
    pub(super) name: String,
    pub(super) place: StudyPlace,
    pub(super) lines: Vec<DrawnLine>,
    kind: StudyKind,
}

/// One line of a study: a value for each candle, NaN for none.
pub(super) struct DrawnLine {
    pub(super) values: Vec<f64>,
    pub(super) style: Style,
    /// Columns from zero, in this style below it.
    negative: Option<Style>,
}

impl DrawnLine {
    const fn new(values: Vec<f64>, style: Style) -> Self {
        Self {
            values,
            style,
            negative: None,
        }
    }

    /// The value at a candle; at the newest, where nothing was reckoned yet, the one before.
    fn at(&self, candle: usize) -> Option<f64> {
        let value = |index: usize| self.values.get(index).copied().filter(|it| it.is_finite());
        let is_newest = candle + 1 == self.values.len();
        value(candle).or_else(|| value(candle.checked_sub(1)?).filter(|_| is_newest))
    }
}

/// The studies of a chart that is `rows` high, as they are kept; what it begins with leaves out
/// panels that would make the bars small.
pub(in crate::tui) fn shown(pane: &Pane, rows: u16) -> Vec<StudyRow> {
    let Some(kept) = &pane.leaf.chart.studies else {
        let most = match rows {
            0..ROWS_FOR_PANELS => 0,
            _ => rows / ROWS_OF_PANEL,
        };
        let mut left = usize::from(most);
        let mut usual = StudyRow::usual();
        usual.retain(|row| match row.place() {
            StudyPlace::Over => true,
            StudyPlace::Panel => {
                let fits = left > 0;
                left = left.saturating_sub(1);
                fits
            }
        });
        return usual;
    };
    kept.iter().filter(|row| !row.hidden).copied().collect()
}

/// What a chart that is `rows` high draws over and under its bars.
pub(super) fn drawn(pane: &Pane, bars: &Bars, rows: u16) -> Vec<Drawn> {
    let mut next = 0_usize;
    shown(pane, rows)
        .iter()
        .map(|row| {
            let first = row.color.map_or(next, usize::from);
            let drawn = draw_one(pane, bars, row, first);
            next += drawn
                .lines
                .iter()
                .filter(|it| it.negative.is_none())
                .count()
                .max(1);
            drawn
        })
        .collect()
}

fn draw_one(pane: &Pane, bars: &Bars, row: &StudyRow, first: usize) -> Drawn {
    let lines = match row.kind {
        StudyKind::CumulativeDelta => {
            let values = cumulative_delta(bars);
            vec![DrawnLine::new(values, pane.paint().overlay(first))]
        }
        StudyKind::Indicator(spec) => {
            let mut studies = pane.state.studies.borrow_mut();
            let study = studies.follow(bars.row.id, bars.series, &spec);
            let values = study.lines.iter().map(|line| values(bars, line));
            styled(pane, spec, values.collect(), first)
        }
    };
    Drawn {
        name: name(row.kind),
        place: row.place(),
        lines,
        kind: row.kind,
    }
}

/// `EMA9`, `MACD 12/26/9`, `CVD`.
pub(super) fn name(kind: StudyKind) -> String {
    let text = kind.to_string();
    let gap = if text.contains('/') { " " } else { "" };
    text.replacen(':', gap, 1)
}

fn values(bars: &Bars, line: &StudyLine) -> Vec<f64> {
    let from = bars.skip.min(line.values.len());
    let closed = line.values.range(from..).copied();
    let forming = bars.forming.map(|_| line.forming);
    closed
        .chain(forming)
        .map(|value| value.unwrap_or(f64::NAN))
        .collect()
}

/// The lines of an indicator with their colours.
fn styled(pane: &Pane, spec: IndicatorSpec, values: Vec<Vec<f64>>, first: usize) -> Vec<DrawnLine> {
    use IndicatorKind as K;
    let paint = pane.paint();
    let (up, down) = (pane.fg(|theme| theme.up), pane.fg(|theme| theme.down));
    let own = paint.overlay(first);
    let one = |values| DrawnLine::new(values, own);
    let in_turn = |(place, values)| DrawnLine::new(values, paint.overlay(first + place));
    let mut values = values.into_iter();
    match spec.kind() {
        K::Macd => {
            let mut lines: Vec<DrawnLine> =
                (0..).zip(values.by_ref().take(2)).map(in_turn).collect();
            lines.extend(values.map(|values| DrawnLine {
                negative: Some(pane.fg(|theme| theme.volume_down)),
                ..DrawnLine::new(values, pane.fg(|theme| theme.volume_up))
            }));
            lines
        }
        K::Adx => [own, up, down]
            .into_iter()
            .zip(values)
            .map(|(style, values)| DrawnLine::new(values, style))
            .collect(),
        K::SuperTrend => {
            let band = values.next().unwrap_or_default();
            let way = values.next().unwrap_or_default();
            let side = |sign: f64| -> Vec<f64> {
                let at = band.iter().zip(&way);
                at.map(|(value, way)| if *way * sign > 0.0 { *value } else { f64::NAN })
                    .collect()
            };
            vec![
                DrawnLine::new(side(1.0), up),
                DrawnLine::new(side(-1.0), down),
            ]
        }
        K::Bollinger | K::Donchian | K::Keltner => values.map(one).collect(),
        _ => (0..).zip(values).map(in_turn).collect(),
    }
}

/// Bought less sold volume, summed up since the start of each session; nothing where a bar's
/// prints were not all seen.
fn cumulative_delta(bars: &Bars) -> Vec<f64> {
    let series: &SeriesView = bars.series;
    let mut sum = Qty::ZERO;
    let mut session = None;
    let closed = series.bars.iter().map(|row| (row.session_start, row.delta));
    let forming = bars
        .forming
        .map(|_| (series.forming_session, series.forming_delta()));
    let sums = closed.chain(forming).map(|(start, delta)| {
        if session != Some(start) {
            session = Some(start);
            sum = Qty::ZERO;
        }
        let Some(delta) = delta else { return f64::NAN };
        sum = sum.saturating_add(delta);
        size(sum)
    });
    sums.skip(bars.skip).collect()
}

/// What the values of a study are counted in.
#[derive(Clone, Copy)]
enum Unit {
    Price,
    Quantity,
    /// So many decimals.
    Plain(usize),
}

impl Drawn {
    fn unit(&self) -> Unit {
        use IndicatorKind as K;
        match self.kind {
            StudyKind::CumulativeDelta => Unit::Quantity,
            StudyKind::Indicator(spec) => match spec.kind() {
                K::Rsi | K::Stochastic | K::Mfi | K::Adx | K::Cci => Unit::Plain(1),
                K::Roc => Unit::Plain(2),
                K::Obv => Unit::Quantity,
                _ => Unit::Price,
            },
        }
    }

    /// A value as it is written.
    pub(super) fn write(&self, value: f64, instrument: &Instrument) -> String {
        match (self.unit(), self.kind.is_over_bars()) {
            (Unit::Price, true) => format::price_units(value, instrument),
            (Unit::Price, false) => small(value / 10_f64.powi(i32::from(instrument.price_scale))),
            (Unit::Quantity, _) => large(value / 10_f64.powi(i32::from(instrument.quantity_scale))),
            (Unit::Plain(places), _) => format!("{value:.places$}"),
        }
    }

    /// Levels of its panel.
    fn levels(&self) -> &'static [f64] {
        use IndicatorKind as K;
        match self.kind {
            StudyKind::CumulativeDelta => &[],
            StudyKind::Indicator(spec) => match spec.kind() {
                K::Rsi => &[30.0, 70.0],
                K::Stochastic | K::Mfi => &[20.0, 80.0],
                K::Adx => &[25.0],
                K::Cci => &[-100.0, 100.0],
                K::Roc => &[0.0],
                _ => &[],
            },
        }
    }

    /// The value at a candle of the line that speaks for the study.
    pub(super) fn value(&self, candle: usize) -> Option<(f64, Style)> {
        let mut lines = self.lines.iter();
        lines.find_map(|line| Some((line.at(candle)?, line.style)))
    }

    /// All values at a candle, parted by a slash.
    pub(super) fn readout(
        &self,
        pane: &Pane,
        candle: usize,
        instrument: &Instrument,
    ) -> Line<'static> {
        let glyphs = &pane.state.glyphs;
        let mut spans: Vec<Span> = Vec::new();
        for line in &self.lines {
            let Some(value) = line.at(candle) else {
                continue;
            };
            if !spans.is_empty() {
                spans.push(Span::styled(" / ", pane.paint().dim()));
            }
            let span = match line.negative {
                None => Span::styled(self.write(value, instrument), line.style),
                Some(_) => {
                    let (mark, sign) = match value < 0.0 {
                        true => (glyphs.down, Ordering::Less),
                        false => (glyphs.up, Ordering::Greater),
                    };
                    let text = format!("{mark}{}", self.write(value.abs(), instrument));
                    Span::styled(text, pane.paint().signed(sign))
                }
            };
            spans.push(span);
        }
        Line::from(spans)
    }

    /// The lines of its panel.
    pub(super) fn series(&self) -> Vec<PanelSeries<'_>> {
        self.lines
            .iter()
            .map(|line| match line.negative {
                Some(negative) => PanelSeries::histogram(&line.values, line.style, negative),
                None => PanelSeries::line(&line.values, line.style),
            })
            .collect()
    }

    /// Its panel.
    pub(super) fn panel<'a>(
        &self,
        pane: &Pane,
        series: &'a [PanelSeries<'a>],
        readout: Line<'a>,
        label: &'a dyn Fn(f64) -> String,
    ) -> Panel<'a> {
        let title = Span::styled(self.name.clone(), pane.paint().text());
        Panel::new(Line::from(title), series)
            .readout(readout)
            .levels(self.levels())
            .label(label)
    }
}

/// A value of few digits: `12.4`, `0.031`.
fn small(value: f64) -> String {
    match value.abs() {
        size if size >= 1_000.0 => format!("{value:.0}"),
        size if size >= 100.0 => format!("{value:.1}"),
        size if size >= 1.0 || size == 0.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

/// A quantity of few digits: `+182.4`, `-12.4k`.
fn large(value: f64) -> String {
    match value.abs() {
        size if size >= 1e9 => format!("{:+.1}G", value / 1e9),
        size if size >= 1e6 => format!("{:+.1}M", value / 1e6),
        size if size >= 1e4 => format!("{:+.1}k", value / 1e3),
        size if size >= 100.0 || size.fract() == 0.0 => format!("{value:+.0}"),
        _ => format!("{value:+.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_few_digits() {
        for (value, text) in [(0.031, "0.0310"), (12.4, "12.40"), (-512.26, "-512.3")] {
            assert_eq!(small(value), text);
        }
        for (value, text) in [
            (182.4, "+182"),
            (-12_400.0, "-12.4k"),
            (3e6, "+3.0M"),
            (0.0, "+0"),
        ] {
            assert_eq!(large(value), text);
        }
    }
}
