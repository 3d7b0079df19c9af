//! The panes of the desk, a file for each, and what they share: the pen and the frame.
//! Must not keep anything between two pictures.

pub(super) mod account;
pub(super) mod banner;
pub(super) mod chart;
pub(super) mod find;
pub(super) mod footer;
pub(super) mod help;
pub(super) mod message;
pub(super) mod orders;
mod pen;
pub(super) mod position;
pub(super) mod signals;
pub(super) mod status;
pub(super) mod ticket;
pub(super) mod trades;
pub(super) mod watch;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

pub(super) use pen::Pen;

use super::state::{DeskState, Panel};
use super::theme::{Paint, Slot};
use crate::config::Mode;
use crate::domain::{InstrumentId, Side};
use crate::view::{InstrumentView, View};

/// What every pane is drawn from.
pub(super) struct Pane<'a> {
    pub(super) view: &'a View,
    pub(super) state: &'a DeskState,
    /// The chosen instrument.
    pub(super) focus: Option<&'a InstrumentView>,
}

impl<'a> Pane<'a> {
    pub(super) fn new(view: &'a View, state: &'a DeskState) -> Self {
        Self {
            view,
            state,
            focus: state.focus(view),
        }
    }

    fn paint(&self) -> &Paint {
        &self.state.paint
    }

    fn fg(&self, slot: impl FnOnce(&super::theme::Theme) -> Slot) -> Style {
        self.state.paint.fg(slot(&self.state.paint.theme))
    }

    fn instrument(&self, id: InstrumentId) -> Option<&'a InstrumentView> {
        self.view.instruments.get(id.index())
    }

    fn symbol(&self, id: InstrumentId) -> &'a str {
        self.instrument(id)
            .map_or("?", |row| row.instrument.symbol.as_str())
    }

    /// `▲ BUY` and `▼ SELL`, told apart without colour too.
    fn side(&self, side: Side) -> (String, Style) {
        match side {
            Side::Buy => (
                format!("{} BUY", self.state.glyphs.up),
                self.fg(|theme| theme.up),
            ),
            Side::Sell => (
                format!("{} SELL", self.state.glyphs.down),
                self.fg(|theme| theme.down),
            ),
        }
    }

    fn side_style(&self, side: Side) -> Style {
        self.side(side).1
    }

    /// Draws a frame with a title and gives what is left inside.
    fn frame(&self, area: Rect, title: &str, buffer: &mut Buffer) -> Rect {
        let [top_left, top_right, bottom_left, bottom_right, across, down] = match self.view.mode {
            Mode::Paper => self.state.glyphs.frame,
            Mode::Live => self.state.glyphs.frame_live,
        };
        let style = match self.view.mode {
            Mode::Paper => self.fg(|theme| theme.frame),
            Mode::Live => self.fg(|theme| theme.live),
        };
        if area.width < 2 || area.height < 2 {
            return Rect::default();
        }
        let (right, bottom) = (area.right() - 1, area.bottom() - 1);
        for x in area.left()..area.right() {
            for y in [area.top(), bottom] {
                pen::put(buffer, x, y, across, style);
            }
        }
        for y in area.top()..area.bottom() {
            for x in [area.left(), right] {
                pen::put(buffer, x, y, down, style);
            }
        }
        pen::put(buffer, area.left(), area.top(), top_left, style);
        pen::put(buffer, right, area.top(), top_right, style);
        pen::put(buffer, area.left(), bottom, bottom_left, style);
        pen::put(buffer, right, bottom, bottom_right, style);
        if !title.is_empty() {
            let mut pen = self.title_pen(area, buffer);
            pen.text(" ", style);
            pen.text(title, self.fg(|theme| theme.title));
            pen.text(" ", style);
        }
        Rect::new(area.x + 1, area.y + 1, area.width - 2, area.height - 2)
    }

    /// Writes on a frame's upper edge.
    fn title_pen<'b>(&self, area: Rect, buffer: &'b mut Buffer) -> Pen<'b> {
        let line = Rect::new(area.x + 1, area.y, area.width.saturating_sub(2), 1);
        Pen::new(buffer, line).ellipsis(self.state.glyphs.ellipsis)
    }

    /// Writes a note at the right end of a frame's upper edge, where `used` cells are taken.
    fn note(&self, area: Rect, used: u16, text: &str, style: Style, buffer: &mut Buffer) {
        let width = pen::width(text).saturating_add(2);
        if text.is_empty() || width.saturating_add(used).saturating_add(2) > area.width {
            return;
        }
        let line = Rect::new(area.right() - 1 - width, area.y, width, 1);
        let mut pen = Pen::new(buffer, line);
        pen.text(" ", style);
        pen.text(text, style);
        pen.text(" ", style);
    }

    /// A pen on row `index` of `area`.
    fn pen<'b>(&self, area: Rect, index: u16, buffer: &'b mut Buffer) -> Pen<'b> {
        let line = if index < area.height {
            Rect::new(area.x, area.y + index, area.width, 1)
        } else {
            Rect::default()
        };
        Pen::new(buffer, line).ellipsis(self.state.glyphs.ellipsis)
    }

    /// A hint in the middle of an empty pane.
    fn hint(&self, area: Rect, text: &str, style: Style, buffer: &mut Buffer) {
        let width = pen::width(text).min(area.width);
        let line = Rect::new(
            area.x + (area.width - width) / 2,
            area.y + area.height.saturating_sub(1) / 2,
            width,
            area.height.min(1),
        );
        Pen::new(buffer, line)
            .ellipsis(self.state.glyphs.ellipsis)
            .rest(text, style);
    }

    /// The newest `rows` of a list, `scroll` rows back, newest first.
    fn newest<'l, T>(
        &self,
        list: &'l std::collections::VecDeque<T>,
        rows: u16,
    ) -> impl Iterator<Item = &'l T> + use<'l, T> {
        let rows = usize::from(rows);
        let back = self.state.scroll.min(list.len().saturating_sub(rows));
        list.iter().rev().skip(back).take(rows)
    }
}

/// The titles of the lists that share a place, the shown one marked.
pub(super) fn tabs(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let dim = pane.paint().dim();
    let chosen = pane.fg(|theme| theme.accent);
    let frame = pane.fg(|theme| theme.frame);
    let mut pen = pane.title_pen(area, buffer);
    pen.text(" ", frame);
    for panel in Panel::ALL {
        if panel == pane.state.panel {
            pen.text(&format!("[{}]", panel.title()), chosen);
        } else {
            pen.text(&format!(" {} ", panel.title()), dim);
        }
    }
    pen.text(" ", frame);
}
