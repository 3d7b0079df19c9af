//! What a chart says in words: its title, the line at its lower edge, the label of a measurement.
//! Must not hide that its prices are old.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use titan_widgets::{ChartKind, MeasureFacts, ScaleKind};

use super::super::{Pane, Pen, pen};
use super::bars::Bars;
use super::events;
use super::studies::Drawn;
use crate::domain::{Bar, Instrument, Price, Timestamp};
use crate::tui::format;
use crate::tui::workspace::{Link, StudyPlace};

/// Columns below which the lower edge has no room for a bar's values.
const COLUMNS_FOR_LINE: u16 = 64;

/// Draws the title; the bar is that of the crosshair where there is no room for it elsewhere.
pub(super) fn title(
    pane: &Pane,
    bars: &Bars,
    drawn: &[Drawn],
    candle: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let paint = pane.paint();
    let frame = pane.fg(|theme| theme.frame);
    let (row, instrument) = (bars.row, &bars.row.instrument);
    let mut note = note(pane, bars);
    if !has_line(area) && pane.leaf.chart.crosshair.is_some() {
        // The values at the crosshair have no other place.
        note.0.clear();
    }
    let (note, style) = note;
    let reserved = pen::width(&note).saturating_add(5);
    let room = Rect::new(area.x, area.y, area.width.saturating_sub(reserved), 1);
    let newest = bars.candles.len().saturating_sub(1);
    let shown = if has_line(area) { newest } else { candle };
    let mut pen = pane.title_pen(room, buffer);
    pen.text(" ", frame);
    pen.text(&row.instrument.symbol, paint.strong());
    let accent = pane.fg(|theme| theme.accent);
    pen.text(&format!(" {}", bars.series.timeframe), accent);
    pen.text(&kind(pane, bars), paint.dim());
    pen.text(" ", frame);
    if let (true, Some(bar)) = (shown != newest, bars.bar(shown)) {
        pen.text(&format!(" {}", time(pane, bars, bar.start)), accent);
    }
    if let Some(bar) = bars.bar(shown) {
        prices(pane, &bar, instrument, &mut pen);
        legend(pane, drawn, shown, instrument, &mut pen);
        volume(pane, &bar, instrument, &mut pen);
    }
    pen.text(" ", frame);
    let used = pen.x().saturating_sub(area.x);
    pane.note(area, used, &note, style, buffer);
}

/// ` renko 0.5 log`, nothing for plain candles.
fn kind(pane: &Pane, bars: &Bars) -> String {
    let chart = &pane.leaf.chart;
    let mut text = String::new();
    if chart.kind.0 != ChartKind::Candles {
        text = format!(" {}", chart.kind.word());
        if chart.kind.0.is_made() {
            let brick = bars
                .brick
                .unwrap_or_else(|| titan_widgets::default_brick(&bars.candles));
            text += &format!(" {}", format::price_units(brick, &bars.row.instrument));
        }
    }
    if chart.scale.0 != ScaleKind::Linear {
        text += &format!(" {}", chart.scale.word());
    }
    text
}

/// What stands at the right end of the title: trouble, the way back, the group and its place.
fn note(pane: &Pane, bars: &Bars) -> (String, ratatui::style::Style) {
    pane.health_note().unwrap_or_else(|| {
        if bars.pan > 0 {
            let text = format!("{} bars back, 0 returns", bars.pan);
            return (text, pane.fg(|theme| theme.warn));
        }
        let count = pane.view.instruments.len();
        let place = pane.shown().instrument.saturating_add(1).min(count);
        let link = pane.leaf.link.map_or("", Link::letter);
        let pin = match pane.leaf.chart.timeframe {
            Some(_) => pane.state.glyphs.dot,
            None => "",
        };
        let text = format!("{place}/{count} {link}{pin}");
        (text.trim_end().to_owned(), pane.paint().dim())
    })
}

fn prices(pane: &Pane, bar: &Bar, instrument: &Instrument, pen: &mut Pen) {
    let style = pane.paint().signed(bar.close.cmp(&bar.open));
    for (name, price) in [
        ("O", bar.open),
        ("H", bar.high),
        ("L", bar.low),
        ("C", bar.close),
    ] {
        let text = format::price(price, instrument);
        if pen.left() > pen::width(&text).saturating_add(4) {
            pen.text(&format!(" {name} "), pane.paint().dim());
            pen.text(&text, style);
        }
    }
}

fn volume(pane: &Pane, bar: &Bar, instrument: &Instrument, pen: &mut Pen) {
    let volume = format::quantity(bar.volume, instrument);
    if pen.left() > pen::width(&volume).saturating_add(4) {
        pen.text("  V ", pane.paint().dim());
        pen.text(&volume, pane.paint().text());
    }
}

/// Values of what is drawn over the bars.
fn legend(pane: &Pane, drawn: &[Drawn], candle: usize, instrument: &Instrument, pen: &mut Pen) {
    for study in drawn.iter().filter(|it| it.place == StudyPlace::Over) {
        let Some((value, style)) = study.value(candle) else {
            continue;
        };
        let text = format!("  {} {}", study.name, study.write(value, instrument));
        if pen.left() > pen::width(&text).saturating_add(1) {
            pen.text(&text, pane.state.paint.text().patch(style));
        }
    }
}

/// Whether the lower edge of a chart says what the crosshair points at.
fn has_line(area: Rect) -> bool {
    area.width >= COLUMNS_FOR_LINE
}

/// Draws the line at the lower edge: the bar at the crosshair, or the event that was jumped to.
pub(super) fn line(
    pane: &Pane,
    bars: &Bars,
    drawn: &[Drawn],
    candle: usize,
    area: Rect,
    buffer: &mut Buffer,
) {
    let chart = &pane.leaf.chart;
    let edge = Rect::new(area.x, area.bottom().saturating_sub(1), area.width, 1);
    if let Some(sequence) = chart.event {
        let known = events::events(pane.view, bars.row.id, bars.series.timeframe);
        if let Some(event) = known.iter().find(|it| it.sequence == sequence) {
            let mut pen = pane.title_pen(edge, buffer);
            let words = events::words(pane, bars.row, event);
            pen.text(&format!(" {words} "), pane.paint().text());
            return;
        }
    }
    if chart.crosshair.is_none() {
        return;
    }
    let mut pen = pane.title_pen(edge, buffer);
    if let (true, Some(bar)) = (has_line(area), bars.bar(candle)) {
        bar_line(pane, bars, &bar, &mut pen);
    }
    stop_line(pane, bars, &mut pen);
    if has_line(area) {
        study_line(pane, bars, drawn, candle, &mut pen);
    }
}

fn bar_line(pane: &Pane, bars: &Bars, bar: &Bar, pen: &mut Pen) {
    let (paint, instrument) = (pane.paint(), &bars.row.instrument);
    let time = time(pane, bars, bar.start);
    pen.text(&format!(" {time}"), pane.fg(|theme| theme.accent));
    pen.text(" ", paint.dim());
    prices(pane, bar, instrument, pen);
    let change = Price::from_units(bar.close.units().saturating_sub(bar.open.units()));
    let text = signed_change(change.as_f64(), bar.open.as_f64(), instrument);
    let needed = pen::width(&text).saturating_add(6);
    if pen.left() > needed {
        pen.text(&format!("  {} ", pane.state.glyphs.delta), paint.dim());
        pen.text(&text, paint.signed(change.cmp(&Price::ZERO)));
    }
    volume(pane, bar, instrument, pen);
    pen.text(" ", paint.dim());
}

/// Values of the studies at the bar.
fn study_line(pane: &Pane, bars: &Bars, drawn: &[Drawn], candle: usize, pen: &mut Pen) {
    for study in drawn {
        let Some((value, style)) = study.value(candle) else {
            continue;
        };
        let value = study.write(value, &bars.row.instrument);
        let text = format!(" {} {value} ", study.name);
        if pen.left() >= pen::width(&text) {
            pen.text(&text, pane.paint().text().patch(style));
        }
    }
}

/// The second cursor: what the way to it would cost a unit.
fn stop_line(pane: &Pane, bars: &Bars, pen: &mut Pen) {
    let chart = &pane.leaf.chart;
    let (Some(cursor), Some(stop)) = (chart.crosshair, chart.stop) else {
        return;
    };
    let instrument = &bars.row.instrument;
    let away = stop.as_f64() - cursor.price.as_f64();
    let text = format!(
        " {} {} stop {} {} ",
        format::price(cursor.price, instrument),
        pane.state.glyphs.arrow,
        format::price(stop, instrument),
        signed_change(away, cursor.price.as_f64(), instrument),
    );
    if pen.left() >= pen::width(&text) {
        pen.text(&text, pane.fg(|theme| theme.warn));
    }
}

/// `+0.35 (+0.06%)`.
fn signed_change(change: f64, from: f64, instrument: &Instrument) -> String {
    let sign = if change > 0.0 { "+" } else { "" };
    let text = format::price_units(change, instrument);
    if from == 0.0 {
        return format!("{sign}{text}");
    }
    format!("{sign}{text} ({:+.2}%)", change / from.abs() * 100.0)
}

/// The start of a bar: the time of day, with the date where it is not today's.
fn time(pane: &Pane, bars: &Bars, start: Timestamp) -> String {
    let day = |time: Timestamp| pane.state.zone.shift(time).seconds().div_euclid(86_400);
    let step = i64::from(bars.series.timeframe.seconds());
    let shifted = pane.state.zone.shift(start);
    let of_day = format::clock(shifted);
    let of_day = match step {
        0..60 => of_day.as_str(),
        _ => of_day.get(..5).unwrap_or(&of_day),
    };
    let date = shifted.to_rfc3339();
    let date = date.get(5..10).unwrap_or_default();
    if step >= 86_400 {
        date.to_owned()
    } else if day(start) == day(pane.view.time) {
        of_day.to_owned()
    } else {
        format!("{date} {of_day}")
    }
}

/// What a measurement says: price, percent, bars, time, and multiples of the risk to the stop.
pub(super) fn measured(pane: &Pane, instrument: &Instrument, facts: MeasureFacts) -> String {
    let chart = &pane.leaf.chart;
    let sign = if facts.price > 0.0 { "+" } else { "" };
    let mut text = format!(
        "{sign}{} {:+.2}% {} bars {}",
        format::price_units(facts.price, instrument),
        facts.percent,
        facts.bars,
        duration(facts.seconds)
    );
    if let (Some(stop), Some(from)) = (chart.stop, chart.measure) {
        let risk = (from.price.as_f64() - stop.as_f64()).abs();
        if risk > 0.0 {
            // Towards the stop is a loss, away from it a profit.
            let way = (from.price.as_f64() - stop.as_f64()).signum();
            text += &format!(" {:+.1}R", facts.price * way / risk);
        }
    }
    text
}

/// `45 s`, `12 min`, `3 h 20`, `2 d 4 h`.
fn duration(seconds: i64) -> String {
    let sign = if seconds < 0 { "-" } else { "" };
    let text = match seconds.abs() {
        it @ 0..60 => format!("{it} s"),
        it @ 60..3_600 => format!("{} min", it / 60),
        it @ 3_600..86_400 => format!("{} h {:02}", it / 3_600, it / 60 % 60),
        it => format!("{} d {} h", it / 86_400, it / 3_600 % 24),
    };
    format!("{sign}{text}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_short() {
        for (seconds, text) in [
            (45, "45 s"),
            (-720, "-12 min"),
            (12_000, "3 h 20"),
            (187_200, "2 d 4 h"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }
}
