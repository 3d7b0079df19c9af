//! What stands behind the prices of an instrument: its last signal, trend, indicators, the clock.
//! Must not give a value that is not ready.

use std::sync::LazyLock;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{PLAIN, Pane, PaneSpec};
use crate::domain::{Side, SignalAction};
use crate::indicators::IndicatorSpec;
use crate::tui::format;
use crate::tui::state::forming;
use crate::view::{InstrumentView, SeriesView};

/// The indicators that it reads, in the order of [`Facts`].
static STUDIES: LazyLock<Vec<IndicatorSpec>> =
    LazyLock::new(|| IndicatorSpec::parse_list("RSI:14,ATR:14,VWAP,ADX:14").unwrap_or_default());
/// From here on an ADX tells of a trend.
const TREND: f64 = 25.0;
/// Cells of the names.
const NAMES: u16 = 8;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "context",
    title: "Context",
    doc: "The last signal, the trend, RSI, ATR, VWAP, and when the bar closes.",
    scopes: &[],
    rank: 45,
    draw,
    ..PLAIN
};

/// The newest values, where they are ready.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Facts {
    rsi: Option<f64>,
    atr: Option<f64>,
    vwap: Option<f64>,
    /// ADX, +DI, -DI.
    trend: Option<[f64; 3]>,
}

type Row = (&'static str, String, Style);

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let found = pane.focus.and_then(|row| Some((row, pane.series(row)?)));
    let title = found.map_or_else(
        || "Context".to_owned(),
        |(row, series)| format!("{} {}", row.instrument.symbol, series.timeframe),
    );
    let title = match pane.tabs.len() {
        0 | 1 => title,
        _ => "Context".to_owned(),
    };
    let inside = pane.frame(area, &title, buffer);
    let Some((row, series)) = found else {
        return pane.draw_waiting(inside, "the first bar", buffer);
    };
    if let Some((text, style)) = pane.health_note() {
        let used = pane.title_cells(&title);
        pane.note(area, used, &text, style, buffer);
    }
    let mut rows = signal(pane, row);
    rows.extend(readings(pane, row, facts(pane, row, series)));
    rows.push(closes(pane, row, series));
    for (line, (name, value, style)) in (0..inside.height).zip(rows) {
        let style = if pane.is_stale() {
            pane.paint().dim()
        } else {
            style
        };
        let mut pen = pane.pen(inside, line, buffer);
        pen.gap(1);
        pen.cell(name, NAMES, pane.paint().dim());
        pen.text(&value, style);
    }
}

fn facts(pane: &Pane, row: &InstrumentView, series: &SeriesView) -> Facts {
    let mut studies = pane.state.studies.borrow_mut();
    let mut values = STUDIES.iter().map(|spec| {
        let study = studies.follow(row.id, series, spec);
        let newest = study.lines.iter().map(|line| line.newest());
        newest.collect::<Vec<Option<f64>>>()
    });
    let mut next = || values.next().unwrap_or_default();
    let first = |values: Vec<Option<f64>>| values.first().copied().flatten();
    Facts {
        rsi: first(next()),
        atr: first(next()),
        vwap: first(next()),
        trend: match *next() {
            [Some(adx), Some(plus), Some(minus)] => Some([adx, plus, minus]),
            _ => None,
        },
    }
}

/// The newest signal of the instrument and how sure its strategy was.
fn signal(pane: &Pane, row: &InstrumentView) -> Vec<Row> {
    let paint = pane.paint();
    let mut signals = pane.view.signals.iter().rev();
    let newest = signals.find(|it| it.signal.instrument == row.id);
    let Some(signal) = newest.map(|it| &it.signal) else {
        let none = ("signal", "none yet".to_owned(), paint.dim());
        return vec![none];
    };
    let (word, style) = match signal.action {
        SignalAction::Buy => ("LONG", pane.side_style(Side::Buy)),
        SignalAction::Sell => ("SHORT", pane.side_style(Side::Sell)),
        SignalAction::Hold => ("HOLD", paint.dim()),
    };
    let share = signal.confidence.0.clamp(0.0, 1.0);
    let [filled, empty] = pane.state.glyphs.bar;
    let whole = (1..=10_u8).filter(|cell| f64::from(*cell) <= share * 10.0 + 0.5);
    let whole = whole.count();
    let gauge = format!("{}{}", filled.repeat(whole), empty.repeat(10 - whole));
    vec![
        ("signal", format!("{word} {}", signal.strategy), style),
        ("conf", format!("{share:.2} {gauge}"), paint.text()),
    ]
}

fn readings(pane: &Pane, row: &InstrumentView, facts: Facts) -> Vec<Row> {
    let paint = pane.paint();
    let instrument = &row.instrument;
    let reading = |name: &'static str, value: Option<String>| match value {
        Some(value) => (name, value, paint.text()),
        None => (name, pane.state.glyphs.dash.to_owned(), paint.dim()),
    };
    let price = |value: f64| format::price_units(value, instrument);
    let trend = facts.trend.map(regime);
    let regime = match trend {
        Some((word, Some(true))) => ("regime", word, pane.fg(|theme| theme.up)),
        Some((word, Some(false))) => ("regime", word, pane.fg(|theme| theme.down)),
        Some((word, None)) => ("regime", word, paint.text()),
        None => reading("regime", None),
    };
    vec![
        regime,
        reading("RSI14", facts.rsi.map(|value| format!("{value:.1}"))),
        reading("ATR14", facts.atr.map(price)),
        reading("VWAP", facts.vwap.map(price)),
    ]
}

/// What an ADX with its two directions says, and which way.
fn regime([adx, plus, minus]: [f64; 3]) -> (String, Option<bool>) {
    if adx < TREND {
        return (format!("range, ADX {adx:.0}"), None);
    }
    let is_up = plus >= minus;
    let word = if is_up { "trend up" } else { "trend down" };
    (format!("{word}, ADX {adx:.0}"), Some(is_up))
}

/// Event time until the forming bar closes.
fn closes(pane: &Pane, row: &InstrumentView, series: &SeriesView) -> Row {
    let name = "closes";
    let bar = forming(row, series);
    let Some(bar) = bar else {
        let dash = pane.state.glyphs.dash.to_owned();
        return (name, dash, pane.paint().dim());
    };
    let end = bar.start.seconds() + i64::from(series.timeframe.seconds());
    let left = (end - pane.view.time.seconds()).max(0);
    let text = format!("in {}", countdown(left));
    (name, text, pane.paint().text())
}

/// `00:33`, or `1:02:33` from an hour on.
fn countdown(seconds: i64) -> String {
    let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
    match hours {
        0 => format!("{minutes:02}:{:02}", seconds % 60),
        _ => format!("{hours}:{minutes:02}:{:02}", seconds % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, DeskState, sample};

    #[test]
    fn a_trend_is_told_by_its_strength_and_its_direction() {
        for (values, word, way) in [
            ([31.4, 28.0, 12.0], "trend up, ADX 31", Some(true)),
            ([25.0, 10.0, 12.0], "trend down, ADX 25", Some(false)),
            ([24.9, 28.0, 12.0], "range, ADX 25", None),
        ] {
            assert_eq!(regime(values), (word.to_owned(), way));
        }
    }

    #[test]
    fn every_value_of_the_sample_is_ready() {
        let view = sample::view();
        let state = DeskState::new(ColorMode::Mono, false);
        let pane = Pane::new(&view, &state);
        let row = &view.instruments[0];
        let facts = facts(&pane, row, &row.series[0]);
        assert!(facts.rsi.is_some() && facts.atr.is_some(), "{facts:?}");
        assert!(facts.vwap.is_some() && facts.trend.is_some(), "{facts:?}");
        assert_eq!(countdown(33), "00:33");
        assert_eq!(countdown(3_753), "1:02:33");
    }
}
