//! A desk that was started again shows what it showed before, as far as the journal knows it.
//! Must not let the past change money, positions or working orders.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fixture::{ID, Recording, Said};
use crate::config::Mode;
use crate::domain::{Event, EventBody, FeedId, InstrumentId};
use crate::view::{EquityPoint, Past, View, ViewFold};

/// What the journal keeps of the trade lane, under the numbers of another run.
fn journaled(events: &[Event]) -> (Vec<Event>, Vec<EquityPoint>) {
    let mut trades = Vec::new();
    let mut equity = Vec::new();
    for event in events {
        match &event.body {
            EventBody::AccountSampled(account) => {
                equity.push(EquityPoint::of(account, event.time));
            }
            EventBody::Listed { .. }
            | EventBody::CandleClosed { .. }
            | EventBody::BarClosed { .. }
            | EventBody::IndicatorConfirmed { .. } => {}
            _ => {
                let mut event = event.clone();
                event.body.set_instrument(InstrumentId(70));
                trades.push(event);
            }
        }
    }
    (trades, equity)
}

/// A view that saw the events from `cut` on and was told the ones before as its past.
fn restarted(recording: &Recording, cut: usize) -> View {
    let events: Vec<Event> = recording.events().cloned().collect();
    let (before, after) = events.split_at(cut);
    let (mut view, mut fold) = recording.start();
    for event in before {
        fold.apply(&mut view, event);
    }
    let instrument = super::fixture::instrument();
    let mut next = View::new(Mode::Paper, "USD", &["test".to_owned()]);
    next.working_orders.clone_from(&view.working_orders);
    next.orders.clone_from(&view.working_orders);
    next.account = view.account;
    let stops = view.instruments[0].position.stop_price;
    let mut fold = ViewFold::new(
        &recording.settings.timeframes,
        &recording.settings.catalog,
        fold.books.clone(),
        stops
            .map(|price| (ID, price))
            .into_iter()
            .collect::<BTreeMap<_, _>>(),
    );
    let (trades, equity) = journaled(before);
    let mut past = Past::new(trades, equity, |stored| {
        (stored == InstrumentId(70)).then_some(instrument.as_ref())
    });
    let sequence = before.last().map_or(0, |event| event.sequence);
    let listed = Event {
        sequence,
        cause: 0,
        time: before.last().map(|event| event.time).unwrap_or_default(),
        body: EventBody::Listed {
            id: ID,
            feed: FeedId(0),
            instrument: Arc::clone(&instrument),
        },
    };
    fold.apply(&mut next, &listed);
    fold.add_past(&mut next, ID, &mut past);
    for event in after {
        fold.apply(&mut next, event);
    }
    next
}

#[test]
fn wherever_the_run_was_cut_the_rows_are_those_of_a_run_without_a_cut() {
    let recording = Recording::of_swings();
    let count = recording.events().count();
    let (mut whole, mut fold) = recording.start();
    for event in recording.events() {
        fold.apply(&mut whole, event);
    }
    assert!(
        whole.closed_trades.len() > 3,
        "{}",
        whole.closed_trades.len()
    );
    for part in 1..=24 {
        let cut = count * part / 25;
        let view = restarted(&recording, cut);
        let signals = |view: &View| -> Vec<_> {
            let rows = view.signals.iter();
            rows.map(|it| (it.sequence, it.outcome.clone())).collect()
        };
        assert_eq!(signals(&view), signals(&whole), "cut at {cut}");
        assert_eq!(view.fills, whole.fills, "cut at {cut}");
        assert_eq!(view.orders, whole.orders, "cut at {cut}");
        assert_eq!(view.working_orders, whole.working_orders, "cut at {cut}");
        assert_eq!(view.trade_log, whole.trade_log, "cut at {cut}");
        let curve = |view: &View| view.equity.iter().copied().collect::<Vec<_>>();
        assert_eq!(curve(&view), curve(&whole), "cut at {cut}");
        assert_eq!(view.session, whole.session, "cut at {cut}");
        assert_eq!(view.account, whole.account, "cut at {cut}");
        assert_eq!(
            view.instruments[0].position, whole.instruments[0].position,
            "cut at {cut}"
        );
        let trades = |view: &View| -> Vec<_> {
            let rows = view.closed_trades.iter();
            rows.map(|it| (it.sequence, it.net(), it.r_multiple, it.entry_time))
                .collect()
        };
        assert_eq!(trades(&view), trades(&whole), "cut at {cut}");
        let ids = |view: &View| {
            view.records
                .iter()
                .map(|it| it.sequence)
                .collect::<Vec<_>>()
        };
        assert_eq!(ids(&view), ids(&whole), "cut at {cut}");
        let open = |view: &View| {
            let trade = view.instruments[0].open_trade.as_ref();
            trade.map(|it| (it.opened, it.entered, it.stop_price))
        };
        assert_eq!(open(&view), open(&whole), "cut at {cut}");
    }
}

#[test]
fn a_position_whose_beginning_is_too_long_ago_makes_no_round_trip() {
    let recording = Recording::of_swings();
    let events: Vec<Event> = recording.events().cloned().collect();
    let is_fill = |event: &Event| matches!(event.body, EventBody::Filled(_));
    let first = events.iter().position(is_fill).expect("a fill");
    // Nothing before is known but the position itself.
    let (mut view, mut fold) = recording.start();
    for event in &events[..=first] {
        fold.apply(&mut view, event);
    }
    let mut next = View::new(Mode::Paper, "USD", &[]);
    let mut later = ViewFold::new(
        &recording.settings.timeframes,
        &recording.settings.catalog,
        fold.books.clone(),
        BTreeMap::new(),
    );
    for event in std::iter::once(&events[0]).chain(&events[first + 1..]) {
        later.apply(&mut next, event);
    }
    for said in recording.said.iter().rev().take(1) {
        assert!(matches!(said, Said::Event(_)), "the halt is the last word");
    }
    let whole = recording.view();
    let missing = whole.closed_trades.len() - next.closed_trades.len();
    assert_eq!(missing, 1, "the one whose entry was not seen");
    assert_eq!(next.closed_trades.back(), whole.closed_trades.back());
}
