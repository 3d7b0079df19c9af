//! The signal feed: what strategies said, and what became of it.
//! Must not show a signal without its outcome.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{PLAIN, Pane, PaneSpec, table};
use crate::domain::SignalAction;
use crate::tui::action::Scope;
use crate::view::{SignalOutcome, SignalRow};

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "signals",
    title: "Signals",
    doc: "What strategies said, and what became of it.",
    scopes: &[Scope::Signals, Scope::Table],
    rank: 30,
    draw,
    rows,
    click: table::click,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Signals", buffer);
    let denied = pane
        .view
        .signals
        .iter()
        .filter(|row| matches!(row.outcome, SignalOutcome::Denied(_)))
        .count();
    let note = format!("{} kept, {denied} denied", pane.view.signals.len());
    pane.note(area, 36, &note, pane.paint().dim(), buffer);
    if pane.view.signals.is_empty() {
        return pane.hint(
            inside,
            "no signal since the start",
            pane.paint().dim(),
            buffer,
        );
    }
    let window = table::window(pane, &rows(pane), inside.height);
    let shown = pane
        .view
        .signals
        .iter()
        .rev()
        .enumerate()
        .skip(window.first);
    for (line, (place, row)) in (0..inside.height).zip(shown) {
        draw_row(pane, row, line, inside, buffer);
        table::mark(pane, window.chosen == Some(place), inside, line, buffer);
    }
}

fn rows(pane: &Pane) -> Vec<u64> {
    let newest = pane.view.signals.iter().rev();
    newest.map(|row| row.sequence).collect()
}

fn draw_row(pane: &Pane, row: &SignalRow, line: u16, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let signal = &row.signal;
    let glyphs = &pane.state.glyphs;
    let (word, style) = match signal.action {
        SignalAction::Buy => (format!("{} BUY", glyphs.up), pane.fg(|theme| theme.up)),
        SignalAction::Sell => (format!("{} SELL", glyphs.down), pane.fg(|theme| theme.down)),
        SignalAction::Hold => (format!("{} HOLD", glyphs.flat), pane.fg(|theme| theme.warn)),
    };
    let wide = area.width >= 70;
    let mut pen = pane.pen(area, line, buffer);
    pen.gap(1);
    let time = pane.clock(row.time);
    let time = if area.width < 46 {
        time.get(..5).unwrap_or(&time)
    } else {
        &time
    };
    pen.text(time, paint.dim());
    pen.gap(1);
    pen.cell(&word, 6, style);
    pen.gap(1);
    pen.cell(
        pane.symbol(signal.instrument),
        if wide { 9 } else { 7 },
        paint.text(),
    );
    pen.gap(1);
    pen.right(&signal.timeframe.to_string(), 3, paint.dim());
    if area.width >= 56 {
        pen.gap(1);
        pen.cell(&signal.strategy, if wide { 12 } else { 10 }, paint.dim());
    }
    pen.gap(1);
    pen.right(&confidence(signal.confidence.0), 3, paint.text());
    pen.gap(1);
    let (text, style) = outcome(pane, row, area.width < 64);
    if wide {
        pen.cell(&text, 24, style);
        pen.gap(1);
        let room = pen.left();
        pen.rest(&why(row, room), paint.dim());
    } else {
        pen.rest(&text, style);
    }
}

fn confidence(value: f64) -> String {
    let text = format!("{value:.2}");
    // Three cells: `.71`, and `1.0` where there is nothing to add.
    text.strip_prefix('0')
        .map_or_else(|| format!("{value:.1}"), str::to_owned)
}

fn outcome(pane: &Pane, row: &SignalRow, short: bool) -> (String, Style) {
    let arrow = pane.state.glyphs.arrow;
    let cross = pane.state.glyphs.cross;
    let dim = pane.paint().dim();
    match (&row.outcome, &row.signal.blocked_by) {
        (SignalOutcome::NoOrder, Some(rule)) => (format!("held: {rule}"), dim),
        (SignalOutcome::NoOrder, None) => ("no order".to_owned(), dim),
        (SignalOutcome::Denied(codes), _) if short => {
            (format!("{cross} {codes}"), pane.fg(|theme| theme.alarm))
        }
        (SignalOutcome::Denied(codes), _) => (
            format!("{cross} denied: {codes}"),
            pane.fg(|theme| theme.alarm),
        ),
        (SignalOutcome::Sent(order), _) => (
            format!("{arrow} sent {order}"),
            pane.fg(|theme| theme.accent),
        ),
        (SignalOutcome::Filled(order), _) => (
            format!("{} filled {order}", pane.state.glyphs.tick),
            pane.fg(|theme| theme.up),
        ),
    }
}

/// The parts of the confidence, the largest first, as many as there is room for.
fn why(row: &SignalRow, room: u16) -> String {
    let mut parts: Vec<_> = row.signal.explanation.iter().collect();
    parts.sort_by(|a, b| b.impact.0.abs().total_cmp(&a.impact.0.abs()));
    let mut text = String::new();
    for part in parts {
        let gap = if text.is_empty() { "" } else { "  " };
        let value = part.value.0;
        let decimals = if value.abs() < 1.0 { 3 } else { 1 };
        let next = format!(
            "{gap}{} {value:.decimals$} {:+.1}",
            part.feature, part.impact.0
        );
        if super::pen::width(&text) + super::pen::width(&next) > room {
            break;
        }
        text.push_str(&next);
    }
    text
}
