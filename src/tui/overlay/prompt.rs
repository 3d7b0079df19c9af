//! A line being typed: a command, or a part of an instrument's name with the list it chooses from.
//! Must not do what was typed: `dispatch` does.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::tui::format;
use crate::tui::panes::{Pane, pen};
use crate::view::View;

/// What is typed for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PromptKind {
    /// The name of an action.
    Command,
    /// A part of an instrument's name.
    Find,
}

/// A line being typed.
#[derive(Debug, Clone)]
pub struct Prompt {
    /// What for.
    pub kind: PromptKind,
    /// What was typed so far.
    pub text: String,
    /// The chosen row of what matches.
    pub chosen: usize,
}

impl Prompt {
    /// An empty line.
    pub const fn new(kind: PromptKind) -> Self {
        Self {
            kind,
            text: String::new(),
            chosen: 0,
        }
    }

    /// Adds a letter.
    pub fn push(&mut self, letter: char) {
        self.text.push(letter);
        self.chosen = 0;
    }
}

/// Indices of the instruments whose name or key holds `text`, case aside.
pub(in crate::tui) fn matches(view: &View, text: &str) -> Vec<usize> {
    let text = text.to_lowercase();
    view.instruments
        .iter()
        .enumerate()
        .filter(|(_, row)| {
            row.instrument.symbol.to_lowercase().contains(&text)
                || row
                    .instrument
                    .key
                    .to_string()
                    .to_lowercase()
                    .contains(&text)
        })
        .map(|(index, _)| index)
        .collect()
}

/// Draws the line a command is typed on.
pub(in crate::tui) fn draw_line(pane: &Pane, prompt: &Prompt, area: Rect, buffer: &mut Buffer) {
    let mut pen = pane.pen(area, 0, buffer);
    pen.gap(1);
    pen.text(":", pane.fg(|theme| theme.accent));
    pen.text(&prompt.text, pane.paint().strong());
    pen.text(" ", Style::new().add_modifier(Modifier::REVERSED));
}

/// Draws the list over the chart.
pub(in crate::tui) fn draw_find(pane: &Pane, prompt: &Prompt, area: Rect, buffer: &mut Buffer) {
    let found = matches(pane.view, &prompt.text);
    let rows = u16::try_from(found.len()).unwrap_or(u16::MAX).clamp(1, 12);
    let width = area.width.saturating_sub(4).min(44);
    let height = rows.saturating_add(3).min(area.height.saturating_sub(1));
    let place = Rect::new(area.x + 2, area.y + 1, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Instrument", buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.text("/", pane.fg(|theme| theme.accent));
    line.text(&prompt.text, paint.strong());
    line.text(" ", Style::new().add_modifier(Modifier::REVERSED));
    if found.is_empty() {
        return pane
            .pen(inside, 1, buffer)
            .rest(" nothing matches", paint.dim());
    }
    let chosen = prompt.chosen.min(found.len() - 1);
    let visible = usize::from(inside.height.saturating_sub(1));
    let first = chosen.saturating_sub(visible.saturating_sub(1));
    let shown = found.iter().enumerate().skip(first).take(visible);
    for (index, (place, found)) in (1..).zip(shown) {
        let Some(row) = pane.view.instruments.get(*found) else {
            continue;
        };
        let mut line = pane.pen(inside, index, buffer);
        let style = if place == chosen {
            paint.strong()
        } else {
            paint.text()
        };
        let mark = if place == chosen {
            pane.state.glyphs.cursor
        } else {
            " "
        };
        line.text(mark, pane.fg(|theme| theme.accent));
        line.cell(&row.instrument.symbol, 12, style);
        line.cell(&row.instrument.key.to_string(), 16, paint.dim());
        let last = row.market.as_ref().and_then(|market| market.last);
        if let Some(last) = last {
            let room = line.left();
            line.right(&format::price(last, &row.instrument), room, paint.text());
        }
    }
}
