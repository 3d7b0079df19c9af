//! Draws a view and the screen's state into a buffer: the one function behind every picture.
//! Must not read a clock, a file or the terminal, so that the same input is the same picture.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::layout::{SMALLEST, layout, too_small};
use super::panes::{self, Pane, Pen};
use super::state::{DeskState, Open, Panel};
use crate::config::Mode;
use crate::view::View;

type DrawPane = fn(&Pane, Rect, &mut Buffer);

/// Draws everything into `area` of `buffer`.
pub fn render(view: &View, state: &DeskState, area: Rect, buffer: &mut Buffer) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    clear(state, area, buffer);
    let pane = Pane::new(view, state);
    if too_small(area) {
        message_too_small(&pane, area, buffer);
        return;
    }
    let banners = panes::banner::lines(&pane);
    let rows = u16::try_from(banners.len()).unwrap_or(u16::MAX);
    let ticket = matches!(state.open, Open::Ticket(_));
    let places = layout(area, rows, ticket, view.instruments.len());
    panes::status::draw(&pane, places.status, buffer);
    panes::banner::draw(&pane, &banners, places.banners, buffer);
    panes::chart::draw(&pane, places.chart, buffer);
    let optional: [(Option<Rect>, DrawPane); 6] = [
        (places.watch, panes::watch::draw),
        (places.account, panes::account::draw),
        (places.orders, panes::orders::draw),
        (places.signals, panes::signals::draw),
        (places.trades, panes::trades::draw),
        (places.panel, draw_panel),
    ];
    for (place, draw) in optional {
        if let Some(place) = place {
            draw(&pane, place, buffer);
        }
    }
    panes::position::draw(&pane, places.position, buffer);
    panes::message::draw(&pane, places.message, buffer);
    panes::footer::draw(&pane, places.footer, buffer);
    match (&state.open, places.ticket) {
        (Open::Ticket(ticket), Some(place)) => {
            panes::ticket::draw(&pane, ticket, place, buffer);
        }
        (Open::Help(scroll), _) => panes::help::draw(&pane, *scroll, area, buffer),
        (Open::Find(text, chosen), _) => {
            panes::find::draw(&pane, text, *chosen, places.chart, buffer);
        }
        _ => {}
    }
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

fn draw_panel(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    match pane.state.panel {
        Panel::Signals => panes::signals::draw(pane, area, buffer),
        Panel::Trades => panes::trades::draw(pane, area, buffer),
        Panel::Watch => panes::watch::draw(pane, area, buffer),
        Panel::Orders => panes::orders::draw(pane, area, buffer),
    }
    panes::tabs(pane, area, buffer);
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
