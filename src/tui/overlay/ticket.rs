//! The order preview: what would be sent, what it costs, and what risk says of it.
//! Must not look approved while the answer is of an older ticket.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use crate::domain::{Check, Decimal, OrderKind, Side};
use crate::runtime::Preview;
use crate::tui::format;
use crate::tui::panes::{Pane, pen};
use crate::tui::ticket::Ticket;
use crate::view::InstrumentView;

type Row = Vec<(String, Style)>;

/// Draws the preview: in two columns where it is low and wide, in one where it is high.
pub(in crate::tui) fn draw(pane: &Pane, ticket: &Ticket, area: Rect, buffer: &mut Buffer) {
    let paint = pane.paint();
    pen::clear(buffer, area, paint.raised());
    let inside = pane.frame(area, "Order preview", buffer);
    let (side, style) = pane.side(ticket.side);
    let kind = match ticket.kind {
        OrderKind::Market => "market",
        OrderKind::Limit(_) => "limit",
        OrderKind::Stop(_) => "stop",
    };
    let mut title = pane.title_pen(area, buffer);
    let bold = style.add_modifier(Modifier::BOLD);
    title.text(" ", bold);
    title.text(&format!("{side} {kind}"), bold);
    title.text(
        &format!(" {} ", pane.symbol(ticket.instrument)),
        paint.strong(),
    );
    let Some(row) = pane.instrument(ticket.instrument) else {
        return;
    };
    let facts = facts(pane, ticket, row);
    let low = inside.height < 12;
    let verdict = verdict(pane, ticket, if low { None } else { Some(inside.width) });
    if low && inside.width >= 50 {
        let half = (inside.width * 42 / 100).clamp(24, 36);
        let left = Rect::new(inside.x, inside.y, half, inside.height);
        let right = Rect::new(
            inside.x + half + 1,
            inside.y,
            inside.width - half - 1,
            inside.height,
        );
        draw_facts(pane, &facts, left, buffer);
        draw_lines(pane, &verdict, right, buffer);
    } else {
        let used = u16::try_from(facts.len())
            .unwrap_or(u16::MAX)
            .min(inside.height);
        draw_facts(pane, &facts, inside, buffer);
        let below = Rect::new(
            inside.x,
            inside.y + used + 1,
            inside.width,
            inside.height.saturating_sub(used + 1),
        );
        draw_lines(pane, &verdict, below, buffer);
    }
}

fn draw_facts(pane: &Pane, facts: &[(&str, String, Style)], area: Rect, buffer: &mut Buffer) {
    for (index, (name, value, style)) in (0..area.height).zip(facts) {
        let mut line = pane.pen(area, index, buffer);
        line.gap(1);
        line.cell(name, 10, pane.paint().dim());
        let room = line.left().saturating_sub(1);
        line.right(value, room, *style);
    }
}

fn draw_lines(pane: &Pane, lines: &[Row], area: Rect, buffer: &mut Buffer) {
    for (index, line) in (0..area.height).zip(lines) {
        let mut pen = pane.pen(area, index, buffer);
        pen.gap(1);
        for (text, style) in line {
            pen.text(text, *style);
        }
    }
}

fn facts<'p>(
    pane: &'p Pane,
    ticket: &Ticket,
    row: &InstrumentView,
) -> Vec<(&'p str, String, Style)> {
    let paint = pane.paint();
    let dash = || pane.state.glyphs.dash.to_owned();
    let answer = ticket.answer();
    let fresh = answer.is_some_and(|(_, fresh)| fresh);
    let style = if fresh { paint.text() } else { paint.dim() };
    let money = |value: Option<Decimal>| value.map_or_else(dash, |value| pane.money(value, 2));
    let answered = |value: fn(&Preview) -> Option<Decimal>| {
        money(answer.and_then(|(preview, _)| value(preview)))
    };
    let size = ticket
        .size()
        .map_or_else(dash, |size| format::quantity(size, &row.instrument));
    let size = if ticket.quantity.is_none() {
        format!("by risk  {size}")
    } else {
        size
    };
    let price = match ticket.kind {
        OrderKind::Limit(price) | OrderKind::Stop(price) => format::price(price, &row.instrument),
        OrderKind::Market => answer
            .and_then(|(preview, _)| preview.price)
            .map_or_else(dash, |price| {
                format!("~{}", format::price(price, &row.instrument))
            }),
    };
    let touch = row.market.as_ref().and_then(|market| match ticket.side {
        Side::Buy => market.ask,
        Side::Sell => market.bid,
    });
    let other = match ticket.side {
        Side::Buy => "best ask",
        Side::Sell => "best bid",
    };
    let stop = answer.and_then(|(preview, _)| preview.stop_price);
    let mut facts = vec![
        ("quantity", size, paint.strong()),
        ("price", price, paint.strong()),
        (
            other,
            touch.map_or_else(dash, |(price, _)| format::price(price, &row.instrument)),
            paint.text(),
        ),
        ("value", answered(|preview| preview.notional), style),
        ("fee", answered(|preview| preview.fee), style),
        ("stop loss", answered(|preview| preview.loss_to_stop), style),
    ];
    if let Some(stop) = stop {
        facts.push(("stop at", format::price(stop, &row.instrument), style));
    }
    facts
}

/// The verdict and the checks; with a width, also what each failed check demands.
fn verdict(pane: &Pane, ticket: &Ticket, width: Option<u16>) -> Vec<Row> {
    let paint = pane.paint();
    let glyphs = &pane.state.glyphs;
    let Some((preview, fresh)) = ticket.answer() else {
        return vec![vec![(
            format!("asking risk {}", glyphs.ellipsis),
            paint.dim(),
        )]];
    };
    let mut lines = Vec::new();
    if !fresh {
        lines.push(vec![(
            format!("asking risk again {}", glyphs.ellipsis),
            pane.fg(|theme| theme.warn),
        )]);
    } else if preview.decision.approved {
        let style = pane.fg(|theme| theme.up).add_modifier(Modifier::BOLD);
        lines.push(vec![
            (format!("{} risk approves", glyphs.tick), style),
            (", Enter sends".to_owned(), paint.text()),
        ]);
    } else {
        let style = pane.fg(|theme| theme.alarm).add_modifier(Modifier::BOLD);
        lines.push(vec![(format!("{} risk refuses", glyphs.cross), style)]);
    }
    // The failed ones first: they are what there may be no room for otherwise.
    let mut checks: Vec<&Check> = preview.decision.checks.iter().collect();
    checks.sort_by_key(|check| check.passed);
    if width.is_some() {
        lines.push(Vec::new());
    }
    for check in checks {
        lines.extend(check_lines(pane, check, width));
    }
    lines
}

fn check_lines(pane: &Pane, check: &Check, width: Option<u16>) -> Vec<Row> {
    let paint = pane.paint();
    let (mark, style) = if check.passed {
        (pane.state.glyphs.tick, paint.dim())
    } else {
        (pane.state.glyphs.cross, pane.fg(|theme| theme.alarm))
    };
    let number = |value: Option<Decimal>| value.map(format::short);
    let numbers = match (number(check.value), number(check.limit)) {
        (Some(value), Some(limit)) => format!("{value} / {limit}"),
        (Some(value), None) => value,
        (None, Some(limit)) => format!("limit {limit}"),
        (None, None) => String::new(),
    };
    let code = check.reason.code();
    let mut rows = vec![vec![(format!("{mark} {code} "), style), (numbers, style)]];
    if let (false, Some(width)) = (check.passed, width) {
        let text = check.reason.text();
        let wrapped = format::wrap(text, usize::from(width.saturating_sub(4)));
        rows.extend(
            wrapped
                .into_iter()
                .map(|line| vec![(format!("  {line}"), paint.dim())]),
        );
    }
    rows
}
