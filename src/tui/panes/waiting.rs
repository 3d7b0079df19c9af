//! What stands in a pane that has no data: what it waits for, or why there is none.
//! Must not look like data.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Pane, pen};
use crate::tui::format;
use crate::tui::state::Health;

/// Waiting shorter than this is not counted.
const COUNTED_MS: u64 = 2_000;

impl Pane<'_> {
    /// Says what the pane waits for, for how long nothing has come, or what is wrong and when it
    /// is tried again; in lines where the pane is narrow.
    pub(super) fn draw_waiting(&self, area: Rect, what: &str, buffer: &mut Buffer) {
        let health = match (self.focus, self.view.feeds.first()) {
            // Nothing is listed yet: what holds for the feed holds for the pane.
            (None, Some(feed)) => self.state.health(feed),
            _ => self.health(),
        };
        let text = self.waiting_text(&health, what);
        let style = match health {
            Health::Down(_) => self.fg(|theme| theme.alarm),
            _ => self.paint().dim(),
        };
        let room = usize::from(area.width.saturating_sub(2));
        let lines = format::wrap(&text, room);
        let count = u16::try_from(lines.len()).unwrap_or(u16::MAX);
        let first = area.height.saturating_sub(count) / 2;
        for (line, text) in (first..area.height).zip(lines) {
            let row = Rect::new(area.x, area.y + line, area.width, 1);
            self.hint(row, &text, style, buffer);
        }
    }

    fn waiting_text(&self, health: &Health, what: &str) -> String {
        let row = self.focus.map(|row| row.feed.index());
        let feed = self.view.feeds.get(row.unwrap_or(0));
        let name = feed.map(|feed| feed.name.clone());
        let name = name.or_else(|| self.state.feed_names.first().cloned());
        let from = name.map_or_else(String::new, |name| format!(" from {name}"));
        let ellipsis = self.state.glyphs.ellipsis;
        match health {
            Health::Down(text) => {
                let retry = feed
                    .and_then(|feed| feed.next_retry_at)
                    .zip(self.state.clock);
                let retry = retry
                    .map(|(at, now)| at.millis().saturating_sub(now.millis()))
                    .and_then(|millis| u64::try_from(millis).ok())
                    .filter(|_| !text.contains("again in"))
                    .map_or_else(String::new, |millis| {
                        format!(", again in {}", format::age(millis))
                    });
                format!("no data{from}: {text}{retry}")
            }
            Health::Ended => "the feed has ended".to_owned(),
            _ if self.state.idle_ms >= COUNTED_MS => {
                let since = format::age(self.state.idle_ms);
                format!("waiting for {what}{from} {ellipsis} {since}")
            }
            _ => format!("waiting for {what}{from} {ellipsis}"),
        }
    }

    /// Cells that the title takes of a frame's upper edge, with its tabs.
    pub(super) fn title_cells(&self, title: &str) -> u16 {
        let root = &self.state.workspaces.current().root;
        let others = self.tabs.iter().filter(|id| **id != self.leaf.id);
        let others = others.filter_map(|id| root.find(*id));
        let tabs = others.map(|leaf| pen::width(leaf.spec.title).saturating_add(2));
        tabs.fold(pen::width(title).saturating_add(4), u16::saturating_add)
    }

    /// Whether what is shown is old.
    pub(super) fn is_stale(&self) -> bool {
        matches!(self.health(), Health::Stale(_) | Health::Down(_))
    }
}
