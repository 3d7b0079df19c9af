//! A theme at the depth of a terminal: gives styles.
//! Must not know which pane asks.

use std::cmp::Ordering;
use std::sync::Arc;

use ratatui::style::{Color, Modifier, Style};

use super::depth::ColorMode;
use super::palette;
use super::science;
use super::slots::{Slot, Theme};

/// A theme at the depth of a terminal: gives styles.
#[derive(Debug, Clone)]
pub struct Paint {
    /// The roles.
    pub theme: Arc<Theme>,
    /// What the terminal can show.
    pub mode: ColorMode,
}

impl Paint {
    /// A theme at a depth.
    pub const fn new(theme: Arc<Theme>, mode: ColorMode) -> Self {
        Self { theme, mode }
    }

    /// The depth that is used: the terminal's, or the theme's own where that is less.
    pub fn depth(&self) -> ColorMode {
        self.mode.max(self.theme.depth)
    }

    /// The colour of a slot; `Reset` where there are no colours.
    pub fn color(&self, slot: Slot) -> Color {
        let (red, green, blue) = slot.rgb;
        match self.depth() {
            ColorMode::True => Color::Rgb(red, green, blue),
            ColorMode::Indexed => Color::Indexed(slot.indexed),
            ColorMode::Sixteen => slot.sixteen,
            ColorMode::Mono => Color::Reset,
        }
    }

    /// Whether a slot has a colour of its own at this depth; its attributes stand for it if not.
    fn has_color(&self, slot: Slot) -> bool {
        match self.depth() {
            ColorMode::True | ColorMode::Indexed => true,
            ColorMode::Sixteen => slot.sixteen != Color::Reset,
            ColorMode::Mono => false,
        }
    }

    /// Text in a slot's colour.
    pub fn fg(&self, slot: Slot) -> Style {
        let style = Style::new().fg(self.color(slot));
        if self.has_color(slot) {
            style
        } else {
            style.add_modifier(slot.mono)
        }
    }

    /// Text on a ground of a slot's colour; reversed where that is all there is.
    pub fn on(&self, slot: Slot) -> Style {
        if self.has_color(slot) {
            Style::new()
                .fg(self.color(self.theme.on_color))
                .bg(self.color(slot))
        } else {
            Style::new().add_modifier(Modifier::REVERSED)
        }
    }

    /// A slot's colour behind what is drawn with another style: patch it over that style.
    pub fn behind(&self, slot: Slot) -> Style {
        if self.has_color(slot) {
            Style::new().bg(self.color(slot))
        } else {
            Style::new().add_modifier(slot.mono)
        }
    }

    /// The ground of the screen with plain text on it.
    pub fn base(&self) -> Style {
        self.fg(self.theme.text)
            .bg(self.color(self.theme.background))
    }

    /// The ground of what lies over the panes.
    pub fn raised(&self) -> Style {
        self.fg(self.theme.text).bg(self.color(self.theme.raised))
    }

    /// Plain text.
    pub fn text(&self) -> Style {
        self.fg(self.theme.text)
    }

    /// Plain text of more weight.
    pub fn strong(&self) -> Style {
        self.text().add_modifier(Modifier::BOLD)
    }

    /// Text of less weight.
    pub fn dim(&self) -> Style {
        self.fg(self.theme.dim)
    }

    /// Up, down or plain by a sign.
    pub fn signed(&self, sign: Ordering) -> Style {
        match sign {
            Ordering::Greater => self.fg(self.theme.up),
            Ordering::Less => self.fg(self.theme.down),
            Ordering::Equal => self.text(),
        }
    }

    /// Gain, loss or plain by a sign.
    pub fn profit(&self, sign: Ordering) -> Style {
        match sign {
            Ordering::Greater => self.fg(self.theme.profit),
            Ordering::Less => self.fg(self.theme.loss),
            Ordering::Equal => self.text(),
        }
    }

    /// A pane's title; reversed where the pane has the keys.
    pub fn title(&self, focused: bool) -> Style {
        if focused {
            self.on(self.theme.title_focused)
                .add_modifier(Modifier::BOLD)
        } else {
            self.fg(self.theme.title)
        }
    }

    /// A pane's frame; bright where the pane has the keys.
    pub fn frame(&self, focused: bool) -> Style {
        self.fg(if focused {
            self.theme.frame_focused
        } else {
            self.theme.frame
        })
    }

    /// The line over the candles of this number, round and round.
    pub fn overlay(&self, index: usize) -> Style {
        let slots = &self.theme.overlays;
        let slot = slots.get(index % slots.len());
        slot.map_or_else(|| self.text(), |slot| self.fg(*slot))
    }

    /// The ground of level `level` of `levels` of a heat map, 0 for none. To be asked once for
    /// each level of a picture, not for each cell.
    pub fn heat(&self, level: u8, levels: u8) -> Style {
        if level == 0 {
            return Style::new();
        }
        let (low, high) = (self.theme.heat_low, self.theme.heat_high);
        let rgb = science::mix(low.rgb, high.rgb, level - 1, levels.saturating_sub(1));
        match self.depth() {
            ColorMode::True => Style::new().bg(Color::Rgb(rgb.0, rgb.1, rgb.2)),
            ColorMode::Indexed => Style::new().bg(Color::Indexed(palette::nearest_index(rgb))),
            ColorMode::Sixteen if level > levels / 2 => self.behind(high),
            ColorMode::Sixteen => self.behind(low),
            ColorMode::Mono if level > levels / 2 => self.behind(high),
            ColorMode::Mono => Style::new(),
        }
    }

    /// Whether rising candles must differ from falling ones by their shape.
    pub fn is_hollow(&self) -> bool {
        self.theme.hollow || self.depth() == ColorMode::Mono
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::theme::builtin;

    fn paint(name: &str, mode: ColorMode) -> Paint {
        Paint::new(builtin(name).unwrap(), mode)
    }

    #[test]
    fn a_slot_has_its_answer_at_every_depth() {
        let up = |mode| {
            let paint = paint("okabe", mode);
            let style = paint.fg(paint.theme.up);
            (style.fg, style.add_modifier)
        };
        let none = Modifier::empty();
        assert_eq!(
            up(ColorMode::True),
            (Some(Color::Rgb(0x56, 0xb4, 0xe9)), none)
        );
        assert_eq!(up(ColorMode::Indexed), (Some(Color::Indexed(74)), none));
        assert_eq!(up(ColorMode::Sixteen), (Some(Color::Cyan), none));
        let mono = paint("titan-dark", ColorMode::Mono);
        let title = mono.fg(mono.theme.title);
        assert_eq!(title.fg, Some(Color::Reset));
        assert_eq!(title.add_modifier, Modifier::BOLD);
    }

    #[test]
    fn the_ansi_theme_never_leaves_the_sixteen() {
        for mode in [ColorMode::True, ColorMode::Indexed, ColorMode::Sixteen] {
            let paint = paint("ansi", mode);
            assert_eq!(paint.depth(), ColorMode::Sixteen);
            assert_eq!(paint.fg(paint.theme.up).fg, Some(Color::Green));
            assert_eq!(paint.base().bg, Some(Color::Reset));
            // What has no colour there has its attributes.
            assert_eq!(paint.dim().add_modifier, Modifier::DIM);
            assert_eq!(
                paint.behind(paint.theme.selection).add_modifier,
                Modifier::REVERSED
            );
        }
        assert_eq!(paint("ansi", ColorMode::Mono).depth(), ColorMode::Mono);
    }

    #[test]
    fn heat_goes_from_low_to_high() {
        let paint = paint("titan-dark", ColorMode::True);
        let rgb = |(red, green, blue)| Some(Color::Rgb(red, green, blue));
        assert_eq!(paint.heat(0, 8), Style::new());
        assert_eq!(paint.heat(1, 8).bg, rgb(paint.theme.heat_low.rgb));
        assert_eq!(paint.heat(8, 8).bg, rgb(paint.theme.heat_high.rgb));
        assert_eq!(paint.heat(3, 1).bg, rgb(paint.theme.heat_high.rgb));
    }

    #[test]
    fn overlays_begin_again_after_the_last() {
        let paint = paint("titan-dark", ColorMode::True);
        assert_eq!(paint.overlay(7), paint.overlay(1));
        assert_ne!(paint.overlay(5), paint.overlay(0));
    }
}
