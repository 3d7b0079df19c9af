//! The equity curve with its fall from the peak, and the figures of the session.
//! Must not smooth what happened.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::Widget;
use titan_widgets::{EquityPlot, EquityPoint, EquityStyles};

use super::{PLAIN, Pane, PaneSpec};
use crate::domain::Decimal;
use crate::tui::format;

/// Its row of the registry.
pub(super) static SPEC: PaneSpec = PaneSpec {
    name: "equity",
    title: "Equity",
    doc: "The equity curve with its fall from the peak.",
    rank: 46,
    draw,
    ..PLAIN
};

/// Rows of the figures under the curve.
const FIGURE_ROWS: u16 = 2;

fn draw(pane: &Pane, area: Rect, buffer: &mut Buffer) {
    let inside = pane.frame(area, "Equity", buffer);
    let paint = pane.paint();
    let account = &pane.view.account;
    let equity = pane.money(account.equity, 2);
    pane.note(area, 12, &equity, paint.strong(), buffer);
    let points: Vec<EquityPoint> = pane
        .view
        .equity
        .iter()
        .map(|point| EquityPoint {
            time: point.time.seconds(),
            value: f64::try_from(point.equity).unwrap_or(f64::NAN),
        })
        .collect();
    if points.len() < 2 {
        return pane.hint(inside, "waiting for a second sample", paint.dim(), buffer);
    }
    let figures = if inside.height > 7 { FIGURE_ROWS } else { 0 };
    let plot = Rect {
        height: inside.height - figures,
        ..inside
    };
    let label = |value: f64| match pane.state.is_private {
        true => String::new(),
        false => {
            Decimal::try_from(value).map_or_else(|_| String::new(), |value| format::money(value, 0))
        }
    };
    let time = |seconds: i64, step_s: i64| pane.axis_time(seconds, step_s);
    let start = f64::try_from(account.day_start_equity).ok();
    EquityPlot::new(&points, &label)
        .filled(true)
        .drawdown(inside.height > 9)
        .baseline(start)
        .styles(EquityStyles {
            line: paint.fg(paint.theme.accent),
            drawdown: paint.fg(paint.theme.loss),
            axis: paint.dim(),
            ..EquityStyles::default()
        })
        .glyphs(pane.state.glyphs.candles)
        .time_label(&time)
        .render(plot, buffer);
    for line in 0..figures {
        let mut pen = pane.pen(inside, plot.height + line, buffer);
        pen.gap(1);
        for (name, value) in facts(pane, line) {
            pen.text(&format!("{name} "), paint.dim());
            pen.text(&value, paint.text());
            pen.gap(2);
        }
    }
}

/// The figures of one line.
fn facts(pane: &Pane, line: u16) -> Vec<(&'static str, String)> {
    let session = &pane.view.session;
    let dash = || pane.state.glyphs.dash.to_owned();
    let money = |value: Option<Decimal>| value.map_or_else(dash, |it| pane.signed_money(it, 2));
    let percent =
        |value: Option<Decimal>| value.map_or_else(dash, |it| format!("{}%", format::money(it, 0)));
    if line == 0 {
        vec![
            ("net", pane.signed_money(session.net(), 2)),
            ("trades", session.trades.to_string()),
            ("won", percent(session.win_percent())),
            ("expectancy", money(session.expectancy())),
        ]
    } else {
        vec![
            ("best", money(session.best)),
            ("worst", money(session.worst)),
            ("deepest fall", pane.money(session.max_drawdown, 2)),
        ]
    }
}
