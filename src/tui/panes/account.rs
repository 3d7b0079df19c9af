//! The account: what is there, what is at work, what was lost from the peak.
//! Must not compute what the engine has not said, sums of shown numbers aside.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use super::{PLAIN, Pane, PaneSpec};
use crate::domain::Decimal;
use crate::tui::format;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "account",
    title: "Account",
    doc: "The money: cash, profits, fees and the fall from the peak.",
    scopes: &[],
    rank: 40,
    draw,
    ..PLAIN
};

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Account", buffer);
    pane.note(area, 10, &pane.view.currency, pane.paint().dim(), buffer);
    let paint = pane.paint();
    let account = &pane.view.account;
    let fall = (account.peak_equity - account.equity).max(Decimal::ZERO);
    let drawdown = format::percent(fall, account.peak_equity);
    let gain = |value: Decimal| {
        (
            pane.signed_money(value, 2),
            paint.signed(format::sign(value)),
        )
    };
    let rows: [(&str, (String, Style)); 5] = [
        ("cash", (pane.money(account.cash, 2), paint.text())),
        ("open profit", gain(account.unrealized_pnl)),
        ("closed profit", gain(account.realized_pnl)),
        ("fees", (pane.money(account.fees, 2), paint.text())),
        (
            "below the peak",
            (drawdown.trim_start_matches('+').to_owned(), paint.text()),
        ),
    ];
    for (line, (name, (value, style))) in (0..inside.height).zip(rows) {
        let mut pen = pane.pen(inside, line, buffer);
        pen.gap(1);
        pen.cell(name, 15, paint.dim());
        let room = pen.left().saturating_sub(1);
        pen.right(&value, room, style);
    }
}
