//! Draws a view and the screen's state into a buffer: the one function behind every picture.
//! Must not read a clock, a file or the terminal, so that the same input is the same picture.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlay;
use super::overlay::prompt::PromptKind;
use super::panes::{self, Pane, Pen};
use super::state::{DeskState, Open};
use super::workspace::{Arrangement, Class, SMALLEST, arrange, too_small};
use crate::config::Mode;
use crate::view::View;

/// Rows of the order preview where it lies below the chart.
const TICKET_ROWS: u16 = 9;
/// Size of the order preview where it lies over the panes' right end.
const TICKET_SIZE: (u16, u16) = (40, 24);

/// Draws everything into `area` of `buffer`.
pub fn render(view: &View, state: &DeskState, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    let view = state.frozen.as_deref().unwrap_or(view);
    clear(state, area, buffer);
    let pane = Pane::new(view, state);
    if too_small(area) {
        message_too_small(&pane, area, buffer);
        return;
    }
    let banners = panes::banner::lines(&pane);
    let workspace = state.workspaces.current();
    let places = arrange(workspace, area, rows(&banners));
    panes::status::draw(&pane, places.status, buffer);
    panes::workspaces::draw(&pane, places.workspaces, buffer);
    panes::banner::draw(&pane, &banners, places.banners, buffer);
    for placed in &places.panes {
        if let Some(leaf) = workspace.root.find(placed.id) {
            let pane = Pane::of(view, state, leaf, &placed.tabs);
            (leaf.spec.draw)(&pane, placed.area, buffer);
        }
    }
    panes::position::draw(&pane, places.position, buffer);
    panes::message::draw(&pane, places.message, buffer);
    panes::footer::draw(&pane, places.footer, buffer);
    draw_open(&pane, &places, area, buffer);
}

fn rows<T>(list: &[T]) -> u16 {
    u16::try_from(list.len()).unwrap_or(u16::MAX)
}

/// Where everything lies on `area`, as it is drawn.
pub(super) fn places(view: &View, state: &DeskState, area: Rect) -> Arrangement {
    let banners = panes::banner::lines(&Pane::new(view, state));
    arrange(state.workspaces.current(), area, rows(&banners))
}

/// The panes that are shown on `area`, by their names in layouts, and where; none where it is too
/// small for any.
pub fn pane_places(view: &View, state: &DeskState, area: Rect) -> Vec<(&'static str, Rect)> {
    if too_small(area) {
        return Vec::new();
    }
    let root = &state.workspaces.current().root;
    let placed = places(view, state, area).panes.into_iter();
    placed
        .filter_map(|placed| Some((root.find(placed.id)?.spec.name, placed.area)))
        .collect()
}

/// What lies over the panes.
fn draw_open(pane: &Pane, places: &Arrangement, area: Rect, buffer: &mut Buffer) {
    match &pane.state.open {
        Open::Ticket(ticket) => {
            overlay::ticket::draw(pane, ticket, ticket_place(places, area), buffer);
        }
        Open::Columns(chosen) => {
            overlay::list::draw_columns(pane, *chosen, places.middle, buffer);
        }
        Open::Studies(studies) => overlay::studies::draw(pane, studies, places.middle, buffer),
        Open::Tour => overlay::tour::draw(pane, area, buffer),
        Open::Leave(leave) => overlay::leave::draw(pane, leave, area, buffer),
        Open::Help(help) => overlay::help::draw(pane, help, area, buffer),
        Open::Prompt(prompt) if prompt.kind == PromptKind::Find => {
            overlay::prompt::draw_find(pane, prompt, places.middle, buffer);
        }
        Open::Prompt(prompt) => {
            overlay::prompt::draw_list(pane, prompt, places.message, area, buffer);
        }
        Open::Palette(palette) => overlay::palette::draw(pane, palette, area, buffer),
        Open::Filter(_) | Open::Nothing => {}
    }
    overlay::which_key::draw(pane, places.message, area, buffer);
}

/// At the right of a large screen, at the bottom of a small one: never over the newest candles
/// and the price axis of a chart that stands left or above.
fn ticket_place(places: &Arrangement, area: Rect) -> Rect {
    let middle = places.middle;
    let (width, height) = if Class::of(area) >= Class::Standard {
        (TICKET_SIZE.0, TICKET_SIZE.1.min(middle.height))
    } else {
        (
            middle.width,
            TICKET_ROWS.min(middle.height.saturating_sub(3)),
        )
    };
    Rect::new(
        middle.right().saturating_sub(width),
        middle.bottom().saturating_sub(height),
        width,
        height,
    )
}

/// The same into a fresh buffer.
pub fn draw(view: &View, state: &DeskState, width: u16, height: u16) -> Buffer {
    let area = Rect::new(0, 0, width, height);
    let mut buffer = Buffer::empty(area);
    render(view, state, area, &mut buffer);
    buffer
}

fn clear(state: &DeskState, area: Rect, buffer: &mut Buffer) {
    let base = state.paint.base();
    for y in area.top()..area.bottom() {
        for x in area.left()..area.right() {
            if let Some(cell) = buffer.cell_mut((x, y)) {
                cell.reset();
                cell.set_style(base);
            }
        }
    }
}

/// Never a blank screen: the mode, the size that is needed, and that the kill switch works.
fn message_too_small(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let paint = &pane.state.paint;
    let mut pen = Pen::new(buffer, area);
    let (badge, slot) = match pane.view.mode {
        Mode::Paper => ("PAPER", paint.theme.paper),
        Mode::Live => ("LIVE", paint.theme.live),
    };
    let badge: String = badge.chars().take(area.width.into()).collect();
    pen.text(&badge, paint.on(slot));
    pen.gap(1);
    let pending = pane
        .state
        .pending
        .as_ref()
        .map(|pending| pending.text.as_str());
    let (width, height) = SMALLEST;
    let need = format!(
        "needs {width}x{height}, has {}x{}; F12 F12 kills",
        area.width, area.height
    );
    pen.rest(pending.unwrap_or(&need), paint.fg(paint.theme.warn));
}
