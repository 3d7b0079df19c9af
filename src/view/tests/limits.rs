//! Rings hold, and the use of each risk limit is what the numbers say.
//! Must not build a view that an engine could not have led to.

use rust_decimal::Decimal;

use super::fixture::{ID, Script, order};
use crate::domain::{DenialReason, EventBody, OrderKind, OrderState, Price, Side, SignalAction};
use crate::view::{ROWS_KEPT, TRADES_KEPT, risk};

#[test]
fn no_ring_grows_beyond_its_size() {
    let mut script = Script::new();
    for id in 0..1_500_u64 {
        let second = i64::try_from(id).unwrap() * 2;
        let (buy, sell) = (
            order(2 * id + 1, Side::Buy, 5),
            order(2 * id + 2, Side::Sell, 5),
        );
        for (row, price) in [(buy, 10_000), (sell, 10_001)] {
            let signal = script.signal(second, SignalAction::Buy);
            script.order(second, row.clone(), signal, true);
            script.fill(second, &row, 5, price);
            let mut done = row;
            done.state = OrderState::Filled;
            script.change(second, &done, 0);
        }
        let text = "odd".to_owned();
        script.say(second, 0, EventBody::Anomaly { order: None, text });
    }
    let view = &script.view;
    assert_eq!(view.signals.len(), ROWS_KEPT);
    assert_eq!(view.trade_log.len(), ROWS_KEPT);
    assert_eq!(view.orders.len(), ROWS_KEPT);
    assert_eq!(view.fills.len(), ROWS_KEPT);
    assert_eq!(view.closed_trades.len(), TRADES_KEPT);
    assert_eq!(view.session.trades, 1_500, "counted beyond the ring");
    assert_eq!((view.working_orders.len(), view.queue.len()), (0, 0));
    let sequences: Vec<u64> = view.trade_log.iter().map(|row| row.sequence).collect();
    assert!(sequences.is_sorted());
    let last = view.fills.back().map(|row| row.fill.order).expect("a fill");
    assert_eq!(view.fills_of(last).count(), 1);
    let events = view.chart_events(ID);
    assert_eq!(events.len(), 2 * ROWS_KEPT);
    assert!(events.is_sorted_by_key(|event| event.sequence));
}

#[test]
fn how_much_of_each_limit_is_used() {
    let mut script = Script::new();
    let entry = order(1, Side::Buy, 1_000);
    script.order(0, entry.clone(), 0, true);
    script.fill(0, &entry, 1_000, 10_000);
    let mut done = entry;
    done.state = OrderState::Filled;
    script.change(0, &done, 0);
    script.second(1, 9_900, 9_900);
    let mut resting = order(2, Side::Buy, 500);
    resting.kind = OrderKind::Limit(Price::from_units(9_800));
    script.order(2, resting.clone(), 0, true);
    resting.state = OrderState::Working;
    script.change(2, &resting, 0);
    let mut account = script.fold.books.account();
    account.day_start_equity = Decimal::from(1_000_000);
    account.peak_equity = Decimal::from(1_020_000);
    script.say(3, 0, EventBody::AccountSampled(account));

    let exposure = risk::exposure(&script.view);
    assert_eq!(exposure.long, Decimal::from(99_000));
    assert_eq!(
        (exposure.gross(), exposure.net()),
        (exposure.long, exposure.long)
    );
    let rows = risk::rows(&script.view);
    let row = |control| rows.iter().find(|row| row.control == control).unwrap();
    // Equity 998 990: 1 000 lost since the entry and 10 of fees.
    let used = |control: DenialReason| row(control).used.map(|it| it.round_dp(3));
    assert_eq!(used(DenialReason::MaxNotional), None);
    assert_eq!(
        used(DenialReason::MaxPosition),
        Some(Decimal::new(14_865, 3))
    );
    assert_eq!(row(DenialReason::MaxPosition).instrument, Some(ID));
    assert_eq!(used(DenialReason::MaxOpenPositions), Some(Decimal::ONE));
    assert_eq!(used(DenialReason::BuyingPower), Some(Decimal::from(49_000)));
    assert_eq!(used(DenialReason::MaxDailyLoss), Some(Decimal::new(101, 3)));
    assert_eq!(
        used(DenialReason::MaxDrawdown),
        Some(Decimal::new(2_06, 2).round_dp(3))
    );
    let share = row(DenialReason::MaxPosition).share.expect("a share");
    assert!((share - 0.743).abs() < 0.001, "{share}");
    assert_eq!(risk::fullest(&script.view), Some(share));
}
