//! The limits and how much of each is used, and what is exposed.
//! Must not look safe while a limit cannot be computed: it says so.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::widgets::Widget;
use titan_widgets::Gauge;

use super::{PLAIN, Pane, PaneSpec};
use crate::tui::format;
use crate::view::risk::{self, RiskRow, RiskUnit};

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "risk",
    title: "Risk",
    doc: "How much of each limit is used, and what is exposed.",
    rank: 35,
    draw,
    ..PLAIN
};

/// Share of a limit from which it is shown as a warning, and as an alarm.
const WARN: f64 = 0.75;
const ALARM: f64 = 1.0;
/// Cells of a gauge.
const GAUGE_COLUMNS: u16 = 10;

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Risk", buffer);
    let paint = pane.paint();
    if let Some(fullest) = risk::fullest(pane.view) {
        let text = format!("{:.0}% of the fullest limit", fullest * 100.0);
        pane.note(area, 8, &text, grade(pane, Some(fullest)), buffer);
    }
    let exposure = risk::exposure(pane.view);
    let mut pen = pane.pen(inside, 0, buffer);
    pen.gap(1);
    for (name, value) in [
        ("long", exposure.long),
        ("short", exposure.short),
        ("net", exposure.net()),
    ] {
        pen.text(&format!("{name} "), paint.dim());
        pen.text(&pane.money(value, 2), paint.text());
        pen.gap(2);
    }
    let rows = risk::rows(pane.view);
    for (line, row) in (1..inside.height).zip(&rows) {
        draw_row(pane, row, line, inside, buffer);
    }
}

fn draw_row(pane: &Pane, row: &RiskRow, line: u16, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    let mut pen = pane.pen(area, line, buffer);
    pen.gap(1);
    let name = match row.instrument {
        Some(id) => format!("{} {}", row.control.code(), pane.symbol(id)),
        None => row.control.code().to_owned(),
    };
    let numbers = 22.min(area.width / 2);
    let room = pen.left().saturating_sub(GAUGE_COLUMNS + numbers + 2);
    pen.cell(&name, room, paint.text());
    pen.gap(1);
    let style = grade(pane, row.share);
    if let Some(share) = row.share {
        let place = Rect::new(pen.x(), area.y + line, GAUGE_COLUMNS.min(pen.left()), 1);
        Gauge::new(share)
            .style(style)
            .rest(paint.dim())
            .glyphs(pane.state.glyphs.candles)
            .render(place, buffer);
    }
    let mut pen = pane.pen(area, line, buffer);
    pen.keep(numbers + 1);
    let unit = match row.unit {
        RiskUnit::Percent => "%",
        RiskUnit::Count | RiskUnit::Money => "",
    };
    let limit = format!("{}{unit}", format::short(row.limit.round_dp(2)));
    let text = match row.used {
        Some(used) => format!("{}{unit} of {limit}", format::short(used.round_dp(2))),
        None => format!("each order {limit}"),
    };
    pen.right(&text, numbers, style);
}

fn grade(pane: &Pane, share: Option<f64>) -> Style {
    match share {
        Some(share) if share >= ALARM => pane.fg(|theme| theme.alarm),
        Some(share) if share >= WARN => pane.fg(|theme| theme.warn),
        Some(_) => pane.fg(|theme| theme.up),
        None => pane.paint().dim(),
    }
}
