//! Time and sales: the newest trades first, each with its aggressor.
//! Must not hide that trades were missed.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Modifier;

use super::ladder::{lot_decimals, major};
use super::{PLAIN, Pane, PaneSpec, Pen, pen, table};
use crate::domain::{Decimal, Print, Side};
use crate::tui::action::Scope;
use crate::tui::format;
use crate::view::{InstrumentView, TapeView};

/// A print of this many times the usual size is a big one.
const BIG: f64 = 3.0;
/// Cells of a line with milliseconds beside its price and its size.
const WITH_MILLIS: u16 = 18;

/// Its row of the registry.
pub(in crate::tui) static SPEC: PaneSpec = PaneSpec {
    name: "tape",
    title: "Time & Sales",
    doc: "Time and sales: each trade with its aggressor, the newest first.",
    scopes: &[Scope::Tape, Scope::Table],
    rank: 30,
    draw,
    rows,
    click: table::click,
    ..PLAIN
};

/// A line of the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line<'a> {
    Print(&'a Print),
    /// So many trades between two prints were not seen.
    Missed(u64),
}

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Time & Sales", buffer);
    let Some(row) = pane.focus else {
        return pane.draw_waiting(inside, "the first trade", buffer);
    };
    let tape = shown(pane, row);
    note(pane, tape, area, buffer);
    let lines = lines(pane, row, tape);
    if lines.is_empty() {
        if tape.prints.is_empty() {
            return pane.draw_waiting(inside, "the first trade", buffer);
        }
        let text = "no trade of that size";
        return pane.hint(inside, text, pane.paint().dim(), buffer);
    }
    let window = table::window(pane, &rows(pane), inside.height);
    let columns = Columns::new(row, tape, inside.width);
    let is_read = pane.leaf.table.chosen.is_some();
    for (index, (place, line)) in
        (0..inside.height).zip(lines.iter().enumerate().skip(window.first))
    {
        let mut pen = pane.pen(inside, index, buffer);
        pen.gap(1);
        match line {
            Line::Print(print) => columns.draw(pane, row, print, &mut pen),
            Line::Missed(count) => {
                let text = format!("{} {count} missed", pane.state.glyphs.ellipsis);
                pen.text(&text, pane.fg(|theme| theme.warn));
            }
        }
        let is_chosen = is_read && window.chosen == Some(place);
        table::mark(pane, is_chosen, inside, index, buffer);
    }
}

/// The tape as it runs, or as it was when it was paused.
fn shown<'a>(pane: &'a Pane, row: &'a InstrumentView) -> &'a TapeView {
    match &pane.leaf.tape.paused {
        Some((instrument, tape)) if *instrument == row.id => tape,
        _ => &row.tape,
    }
}

/// Least size, pause and what was missed, at the right of the title.
fn note(pane: &Pane, tape: &TapeView, area: Rect, buffer: &mut Buffer) {
    let glyphs = &pane.state.glyphs;
    let used = pane.title_cells("Time & Sales");
    if let Some((text, style)) = pane.health_note() {
        return pane.note(area, used, &text, style, buffer);
    }
    let state = &pane.leaf.tape;
    let mut parts = Vec::new();
    if tape.missed > 0 {
        parts.push(format!("{} missed", format::count(tape.missed)));
    }
    if let Some(size) = state.minimum {
        parts.push(format!("{}{}", glyphs.at_least, size.normalize()));
    }
    if state.paused.is_some() {
        parts.push(glyphs.paused.to_owned());
    }
    let style = match state.paused.is_some() || tape.missed > 0 {
        true => pane.fg(|theme| theme.warn),
        false => pane.paint().dim(),
    };
    pane.note(area, used, &parts.join(" "), style, buffer);
}

/// Newest first. What was missed is only told between prints that are neighbours.
fn lines<'a>(pane: &Pane, row: &InstrumentView, tape: &'a TapeView) -> Vec<Line<'a>> {
    filtered(tape, pane.leaf.tape.minimum, row.instrument.quantity_scale)
}

fn filtered(tape: &TapeView, minimum: Option<Decimal>, scale: u8) -> Vec<Line<'_>> {
    let is_shown =
        |print: &Print| minimum.is_none_or(|least| print.quantity.to_decimal(scale) >= least);
    let mut lines = Vec::new();
    let mut newer: Option<u64> = None;
    for print in tape.prints.iter().rev() {
        let number = print.sequence_in_feed;
        let gap = newer.map_or(0, |newer| newer.saturating_sub(number).saturating_sub(1));
        if gap > 0 {
            lines.push(Line::Missed(gap));
        }
        newer = Some(number);
        if is_shown(print) {
            lines.push(Line::Print(print));
        }
    }
    // A gap below the last line parts it from nothing.
    while matches!(lines.last(), Some(Line::Missed(_))) {
        lines.pop();
    }
    lines
}

/// The numbers of the prints; a gap has that of the print above it, with the highest bit.
fn rows(pane: &Pane) -> Vec<u64> {
    let Some(row) = pane.focus else {
        return Vec::new();
    };
    let mut above = 0;
    let key = |line: &Line| match line {
        Line::Print(print) => {
            above = print.sequence_in_feed;
            above
        }
        Line::Missed(_) => above | 1 << 63,
    };
    let tape = shown(pane, row);
    lines(pane, row, tape).iter().map(key).collect()
}

/// What all lines share.
struct Columns {
    has_millis: bool,
    price: u16,
    size: u16,
    decimals: usize,
    /// In major units.
    big: f64,
}

impl Columns {
    fn new(row: &InstrumentView, tape: &TapeView, width: u16) -> Self {
        let instrument = &row.instrument;
        let decimals = lot_decimals(instrument);
        let sizes = || {
            let prints = tape.prints.iter();
            prints.map(|print| major(print.quantity, instrument))
        };
        let widest = tape
            .prints
            .iter()
            .map(|print| pen::width(&format::price(print.price, instrument)));
        let largest = sizes().fold(0.0, f64::max);
        let mut all: Vec<f64> = sizes().collect();
        all.sort_by(f64::total_cmp);
        let usual = all.get(all.len() / 2).copied().unwrap_or(f64::INFINITY);
        let price = widest.max().unwrap_or(0);
        let size = pen::width(&format!("{largest:.decimals$}"));
        Self {
            has_millis: width >= price.saturating_add(size).saturating_add(WITH_MILLIS),
            price,
            size,
            decimals,
            big: usual * BIG,
        }
    }

    fn draw(&self, pane: &Pane, row: &InstrumentView, print: &Print, pen: &mut Pen) {
        let glyphs = &pane.state.glyphs;
        let paint = pane.paint();
        let fade = |style| if pane.is_stale() { paint.dim() } else { style };
        let time = match self.has_millis {
            true => pane.clock_millis(print.time),
            false => pane.clock(print.time),
        };
        let (arrow, style) = match print.side {
            Some(Side::Buy) => (glyphs.up, pane.fg(|theme| theme.up)),
            Some(Side::Sell) => (glyphs.down, pane.fg(|theme| theme.down)),
            None => (" ", paint.text()),
        };
        let size = major(print.quantity, &row.instrument);
        let mut weight = fade(paint.text());
        if size >= self.big {
            weight = weight.add_modifier(Modifier::BOLD);
        }
        // Spaces go with the text beside them: each change of style costs the line its bytes.
        let price = format::price(print.price, &row.instrument);
        let width = usize::from(self.price);
        pen.text(&format!("{time} "), paint.dim());
        pen.text(&format!("{arrow} {price:>width$}"), fade(style));
        let rest = pen.left().saturating_sub(1);
        let room = usize::from(rest.min(self.size.saturating_add(4)));
        let text = format!("{size:.*}", self.decimals);
        pen.text(&format!("{text:>room$}"), weight);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Price, Qty, Timestamp};

    #[test]
    fn small_prints_are_left_out_and_gaps_stay() {
        let mut tape = TapeView::default();
        // Number and size in hundredths.
        for (number, size) in [(3, 50), (4, 100), (5, 1), (9, 200), (10, 2), (14, 3)] {
            tape.prints.push_back(Print {
                time: Timestamp::ZERO,
                price: Price::from_units(1),
                quantity: Qty::from_units(size),
                side: None,
                sequence_in_feed: number,
            });
        }
        for (minimum, expected) in [
            ("0", "14 -3 10 9 -3 5 4 3"),
            ("0.02", "14 -3 10 9 -3 4 3"),
            ("0.5", "-3 9 -3 4 3"),
            ("1.5", "-3 9"),
            ("7", ""),
        ] {
            let lines = filtered(&tape, minimum.parse().ok(), 2);
            let words: Vec<String> = lines
                .iter()
                .map(|line| match line {
                    Line::Print(print) => print.sequence_in_feed.to_string(),
                    Line::Missed(count) => format!("-{count}"),
                })
                .collect();
            assert_eq!(words.join(" "), expected, "{minimum}");
        }
    }
}
