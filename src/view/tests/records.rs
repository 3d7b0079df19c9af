//! Decision records against what the engine journaled, and their lookup and bounds.
//! Must not accept a record that lacks what "Why?" has to show.

use rust_decimal::Decimal;

use super::fixture::{ID, Recording, Said, Script, order};
use crate::domain::{EventBody, OrderId, OrderOrigin, OrderState, Side, SignalAction};
use crate::view::{RECORDS_KEPT, RecordOutcome, STEPS_KEPT, Timing};

#[test]
fn the_folds_books_say_at_each_sample_what_the_engines_say() {
    let recording = Recording::of_swings();
    let (mut view, mut fold) = recording.start();
    let mut samples = 0;
    for said in &recording.said {
        match said {
            Said::Event(event) => {
                fold.apply(&mut view, event);
                if let EventBody::AccountSampled(account) = &event.body {
                    assert_eq!(fold.books.account().equity, account.equity);
                    samples += 1;
                }
            }
            Said::Market(update) => fold.apply_market(&mut view, (**update).clone()),
        }
    }
    assert!(samples > 20, "{samples}");
    assert_eq!(view.equity.iter().count(), samples);
}

#[test]
fn a_record_holds_the_bar_the_values_the_arithmetic_and_every_step() {
    let recording = Recording::of_swings();
    let view = recording.view();
    let mut by_risk = 0;
    for row in &view.signals {
        let record = view.records.of_signal(row.sequence).expect("a record");
        assert_eq!(record.signal.as_ref(), Some(&row.signal));
        let bar = record.bar.expect("its bar");
        assert_eq!(
            (bar.start, bar.close),
            (row.signal.bar_start, row.signal.price)
        );
        for part in &row.signal.explanation {
            let Some(slot) = view.catalog.slot(&part.feature) else {
                continue;
            };
            let value = record.values[slot.index()].expect("a value");
            assert!((value - part.value.0).abs() < 1.0, "{}", part.feature);
        }
        let Some(order) = &record.order else {
            let outcome = match &row.signal.blocked_by {
                Some(rule) => RecordOutcome::Held(rule.clone()),
                None => RecordOutcome::NoOrder,
            };
            assert_eq!(record.outcome(), outcome);
            continue;
        };
        assert_eq!(view.records.of_order(order.id), Some(record));
        assert_eq!(record.steps[0].state, OrderState::Submitted);
        assert_eq!(record.steps.last().map(|it| it.state), Some(order.state));
        for fill in &record.fills {
            assert_eq!(view.records.of_execution(fill.execution), Some(record));
        }
        let filled: i64 = record.fills.iter().map(|it| it.quantity.units()).sum();
        assert_eq!(filled, order.filled.units());
        let sizing = record.sizing.as_ref().expect("arithmetic");
        if !sizing.is_by_risk {
            continue;
        }
        by_risk += 1;
        let (entry, stop) = (sizing.entry.unwrap(), sizing.stop.unwrap());
        assert_eq!(entry.checked_sub(stop), sizing.stop_distance);
        let budget = sizing.equity * sizing.risk_percent / Decimal::ONE_HUNDRED;
        assert_eq!(sizing.risk_budget, Some(budget));
        assert!(sizing.quantity <= sizing.by_risk.unwrap());
        assert!(sizing.loss_to_stop.unwrap() <= budget);
        let share = sizing.notional.unwrap() * Decimal::ONE_HUNDRED / sizing.equity;
        let is_cut = sizing.quantity < sizing.by_risk.unwrap();
        let nearly = view.limits.max_notional_percent * Decimal::new(98, 2);
        assert!(
            !is_cut || share > nearly,
            "cut by the limit on its value: {share}"
        );
    }
    assert!(by_risk > 2, "{by_risk}");
}

#[test]
fn how_each_ends() {
    let mut script = Script::new();
    let held = script.signal(1, SignalAction::Hold);
    let ignored = script.signal(2, SignalAction::Buy);
    let mut sent = Vec::new();
    for (id, state) in [
        (1, OrderState::Denied),
        (2, OrderState::Filled),
        (3, OrderState::Cancelled),
        (4, OrderState::Rejected),
        (5, OrderState::Unknown),
        (6, OrderState::PartiallyFilled),
    ] {
        let signal = script.signal(10, SignalAction::Buy);
        let mut row = order(id, Side::Buy, 5);
        let approved = state != OrderState::Denied;
        if !approved {
            row.state = state;
        }
        script.order(10, row.clone(), signal, approved);
        if approved {
            row.state = state;
            row.reason = Some("why".to_owned());
            script.change(11, &row, 0);
        }
        sent.push(signal);
    }
    let outcome = |sequence| {
        let record = script.view.records.of_signal(sequence);
        record.expect("a record").outcome()
    };
    let why = || Some("why".to_owned());
    assert_eq!(
        outcome(held),
        RecordOutcome::Held("RSI_14 above 70".to_owned())
    );
    assert_eq!(outcome(ignored), RecordOutcome::NoOrder);
    let outcomes: Vec<_> = sent.into_iter().map(outcome).collect();
    assert_eq!(
        outcomes,
        [
            RecordOutcome::Denied(String::new()),
            RecordOutcome::Filled,
            RecordOutcome::Cancelled(why()),
            RecordOutcome::Rejected(why()),
            RecordOutcome::Unknown,
            RecordOutcome::Working,
        ]
    );
}

#[test]
fn an_order_without_a_signal_has_a_record_of_its_own_and_takes_its_timing() {
    let mut script = Script::new();
    let mut by_hand = order(9, Side::Buy, 5);
    by_hand.origin = OrderOrigin::Trader;
    let decided = script.order(1, by_hand, 0, true);
    let timing = Timing {
        asked: Some(0),
        decided: Some(12),
        ..Timing::default()
    };
    script
        .fold
        .apply_timing(&mut script.view, OrderId(9), timing);
    script
        .fold
        .apply_timing(&mut script.view, OrderId(77), timing);
    let record = script.view.record(0, Some(OrderId(9))).expect("a record");
    assert_eq!((record.sequence, record.signal.is_none()), (decided, true));
    assert_eq!(record.timing, timing);
}

#[test]
fn the_store_is_bounded_and_keeps_what_still_matters() {
    let mut script = Script::new();
    let working = order(1, Side::Buy, 5);
    script.order(0, working, 0, true);
    let mut entry = order(2, Side::Buy, 500);
    let first = script.order(0, entry.clone(), 0, true);
    for _ in 0..300 {
        script.fill(1, &entry, 1, 10_000);
    }
    entry.state = OrderState::Cancelled;
    script.change(2, &entry, 0);
    for id in 3..2_000 {
        let signal = script.signal(3, SignalAction::Buy);
        let mut row = order(id, Side::Sell, 1);
        script.order(3, row.clone(), signal, true);
        row.state = OrderState::Cancelled;
        script.change(4, &row, 0);
        assert!(script.view.records.len() <= RECORDS_KEPT);
    }
    let records = &script.view.records;
    assert_eq!(records.len(), RECORDS_KEPT);
    assert!(records.of_order(OrderId(1)).is_some(), "it works");
    let entered = records.of_order(OrderId(2)).expect("its position is open");
    assert_eq!(entered.fills.len(), STEPS_KEPT);
    assert_eq!(entered.fills[0].execution.0, 1);
    assert_eq!(entered.fills[STEPS_KEPT - 1].execution.0, 300);
    assert!(records.of_order(OrderId(3)).is_none());
    assert!(records.of_order(OrderId(1_999)).is_some());

    let exit = order(5_000, Side::Sell, 300);
    script.order(5, exit.clone(), 0, true);
    script.fill(5, &exit, 300, 10_000);
    for id in 6_000..6_600 {
        let mut row = order(id, Side::Sell, 1);
        row.state = OrderState::Denied;
        script.order(6, row, 0, false);
    }
    let records = &script.view.records;
    assert!(
        records.of_order(OrderId(2)).is_none(),
        "flat, and so forgotten"
    );
    assert!(records.of_signal(first).is_none());
    assert!(
        records
            .of_execution(crate::domain::ExecutionId(7))
            .is_none()
    );
    assert!(script.view.instrument(ID).is_some());
}
