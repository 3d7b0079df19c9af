//! Signals and fills on a chart: their glyphs, their words, and the way from one to the next.
//! Must not judge a signal: the view says what became of it.

use titan_widgets::{ChartEvent, EventPlace};

use super::super::Pane;
use crate::domain::{InstrumentId, Side, Timeframe};
use crate::tui::format;
use crate::view::{
    ChartEvent as Happened, ChartEventKind, InstrumentView, SignalOutcome, SignalRow, View,
};

/// The events of an instrument that a chart of a timeframe shows, oldest first.
pub(in crate::tui) fn events(view: &View, id: InstrumentId, timeframe: Timeframe) -> Vec<Happened> {
    let mut events = view.chart_events(id);
    // A signal belongs to the bars it was raised by; on others it would stand at a wrong one.
    events.retain(|event| event.bar.is_none_or(|(of, _)| of == timeframe));
    events.sort_by_key(|event| (time(event), event.sequence));
    events
}

/// Start of the bar that an event belongs to, or its own time, in seconds.
pub(in crate::tui) fn time(event: &Happened) -> i64 {
    event.bar.map_or(event.time, |(_, start)| start).seconds()
}

/// An event for the widget.
pub(super) fn mark(pane: &Pane, event: &Happened) -> ChartEvent<'static> {
    let glyphs = &pane.state.glyphs;
    let [taken_buy, taken_sell] = glyphs.taken;
    let [blocked_buy, blocked_sell] = glyphs.blocked;
    let (taken, blocked) = (
        pane.fg(|theme| theme.event_taken),
        pane.fg(|theme| theme.event_blocked),
    );
    let place = match event.side {
        Some(Side::Buy) => EventPlace::Below,
        _ => EventPlace::Above,
    };
    let (glyph, style, place) = match (event.kind, event.side) {
        (ChartEventKind::Fill(_), side) => {
            let side = side.unwrap_or(Side::Buy);
            let at = EventPlace::At(event.price.as_f64());
            (glyphs.fill, pane.side_style(side), at)
        }
        (ChartEventKind::SignalTaken, Some(Side::Sell)) => (taken_sell, taken, place),
        (ChartEventKind::SignalTaken, _) => (taken_buy, taken, place),
        (ChartEventKind::SignalBlocked, Some(Side::Buy)) => (blocked_buy, blocked, place),
        (ChartEventKind::SignalBlocked, Some(Side::Sell)) => (blocked_sell, blocked, place),
        (ChartEventKind::SignalBlocked, None) => (glyphs.flat, blocked, place),
    };
    ChartEvent {
        time: time(event),
        place,
        glyph,
        style,
    }
}

/// An event in words: `14:02:58 ▼ SELL signal of EMAx at 101.20, blocked: max_notional`.
pub(super) fn words(pane: &Pane, row: &InstrumentView, event: &Happened) -> String {
    let instrument = &row.instrument;
    let time = pane.clock(event.time);
    let side = event.side.map(|side| pane.side(side).0);
    let price = format::price(event.price, instrument);
    match event.kind {
        ChartEventKind::Fill(execution) => {
            let fills = pane.view.fills.iter();
            let fill = fills
                .map(|row| &row.fill)
                .find(|it| it.execution == execution);
            let size = fill.map_or_else(String::new, |fill| {
                format!(" {}", format::quantity(fill.quantity, instrument))
            });
            let side = side.unwrap_or_default();
            format!("{time} fill {side}{size} @ {price}")
        }
        ChartEventKind::SignalTaken | ChartEventKind::SignalBlocked => {
            let signal = pane
                .view
                .signals
                .iter()
                .find(|it| it.sequence == event.sequence);
            let strategy = signal.map_or("", |it| it.signal.strategy.as_str());
            let side = side.map_or_else(String::new, |side| format!(" {side}"));
            let became = signal.map_or_else(String::new, became);
            format!("{time} {strategy}{side} @ {price}{became}")
        }
    }
}

/// What became of a signal.
fn became(row: &SignalRow) -> String {
    match (&row.outcome, &row.signal.blocked_by) {
        (SignalOutcome::NoOrder, Some(rule)) => format!(", held: {rule}"),
        (SignalOutcome::NoOrder, None) => ", no order".to_owned(),
        (SignalOutcome::Denied(codes), _) => format!(", denied: {codes}"),
        (SignalOutcome::Sent(order), _) => format!(", sent as {order}"),
        (SignalOutcome::Filled(order), _) => format!(", filled as {order}"),
    }
}
