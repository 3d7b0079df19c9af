//! Round trips and the day's statistics, from fills made by hand.
//! Must not use the code under test to work out what is expected.

use rust_decimal::Decimal;

use super::fixture::{Script, order};
use crate::domain::{OrderOrigin, OrderState, Side, Timeframe};
use crate::view::ClosedTrade;

/// Seconds after midnight, side, quantity, price in cents.
type Row = (i64, Side, i64, i64);

fn after(rows: &[Row]) -> Script {
    let mut script = Script::new();
    for ((second, side, quantity, price), id) in rows.iter().zip(1..) {
        let order = order(id, *side, *quantity);
        script.order(*second, order.clone(), 0, true);
        script.fill(*second, &order, *quantity, *price);
    }
    script
}

/// Side, quantity, entry, exit, profit and fees in cents.
fn told(trade: &ClosedTrade) -> (Side, i64, Decimal, Decimal, Decimal, Decimal) {
    let cents = |value: Decimal| (value * Decimal::ONE_HUNDRED).normalize();
    (
        trade.side,
        trade.quantity.units(),
        cents(trade.entry_price),
        cents(trade.exit_price),
        cents(trade.realized_pnl),
        cents(trade.fees),
    )
}

#[test]
fn fills_become_round_trips() {
    use Side::{Buy, Sell};
    type Trades = &'static [(Side, i64, i64, i64, i64, i64)];
    let cases: &[(&str, &[Row], Trades, i64)] = &[
        (
            "in and out",
            &[(0, Buy, 10, 10_000), (60, Sell, 10, 10_050)],
            &[(Buy, 10, 10_000, 10_050, 500, 20)],
            0,
        ),
        (
            "in twice, out twice",
            &[
                (0, Buy, 10, 10_000),
                (1, Buy, 30, 10_040),
                (2, Sell, 20, 10_030),
                (3, Sell, 20, 10_050),
            ],
            &[(Buy, 40, 10_030, 10_040, 400, 80)],
            0,
        ),
        (
            "short",
            &[(0, Sell, 10, 10_000), (60, Buy, 10, 10_020)],
            &[(Sell, 10, 10_000, 10_020, -200, 20)],
            0,
        ),
        (
            "turned around: the fee of the turn belongs to both, by their parts",
            &[
                (0, Buy, 10, 10_000),
                (1, Sell, 40, 10_010),
                (2, Buy, 30, 10_000),
            ],
            &[
                (Buy, 10, 10_000, 10_010, 100, 20),
                (Sell, 30, 10_010, 10_000, 300, 60),
            ],
            0,
        ),
        (
            "still open",
            &[(0, Buy, 10, 10_000), (1, Sell, 4, 10_100)],
            &[],
            6,
        ),
    ];
    for (name, rows, expected, held) in cases {
        let script = after(rows);
        let trades: Vec<_> = script.view.closed_trades.iter().map(told).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|(side, quantity, entry, exit, pnl, fees)| {
                let [entry, exit, pnl, fees] = [*entry, *exit, *pnl, *fees].map(Decimal::from);
                (*side, *quantity, entry, exit, pnl, fees)
            })
            .collect();
        assert_eq!(trades, expected, "{name}");
        let row = &script.view.instruments[0];
        assert_eq!(row.position.quantity.units(), *held, "{name}");
        assert_eq!(row.open_trade.is_some(), *held != 0, "{name}");
        let realized: Decimal = trades.iter().map(|it| it.4).sum();
        if *held == 0 {
            let total = row.position.realized_pnl * Decimal::ONE_HUNDRED;
            assert_eq!(realized, total.normalize(), "{name}: nothing is lost");
        }
    }
}

#[test]
fn risk_excursions_and_bars_of_a_trade() {
    let mut script = Script::new();
    let signal = script.signal(0, crate::domain::SignalAction::Buy);
    let entry = order(1, Side::Buy, 10);
    script.order(0, entry.clone(), signal, true);
    // The second of the entry may have had its low before it.
    script.fill(0, &entry, 10, 10_000);
    script.stop(0, Some(9_900));
    script.second(0, 9_000, 12_000);
    script.second(1, 9_950, 10_010);
    script.stop(70, Some(9_980));
    script.bar(0, Timeframe::MINUTE);
    script.second(80, 10_000, 10_300);
    script.bar(60, Timeframe::MINUTE);
    script.bar(0, Timeframe::from_seconds(300).unwrap());
    let open = script.view.instruments[0].open_trade.clone().expect("open");
    assert_eq!(open.bars_held, Some(2), "of the signal's timeframe");
    let exit = crate::domain::Order {
        origin: OrderOrigin::Flatten,
        ..order(2, Side::Sell, 10)
    };
    script.order(300, exit.clone(), 0, true);
    script.fill(300, &exit, 10, 10_200);
    let [trade] = script.view.closed_trades.make_contiguous() else {
        panic!("one trade");
    };
    let cents = |value: i64| Some(Decimal::new(value, 2));
    assert_eq!((trade.mae, trade.mfe), (cents(-500), cents(3_000)));
    assert_eq!(
        trade.stop_price.map(|it| it.units()),
        Some(9_900),
        "the first"
    );
    // 20.00 less 0.20 of fees, by a risk of 10.00.
    assert_eq!(trade.r_multiple, Some(Decimal::new(198, 2)));
    assert_eq!(trade.exit_origin, OrderOrigin::Flatten);
    assert_eq!(trade.origin, OrderOrigin::Strategy("crossover".to_owned()));
    assert_eq!((trade.entry_order.0, trade.exit_order.0), (1, 2));
}

#[test]
fn the_day_is_counted_until_midnight() {
    use Side::{Buy, Sell};
    let mut script = after(&[
        (0, Buy, 10, 10_000),
        (60, Sell, 10, 10_050),
        (100, Buy, 10, 10_000),
        (160, Sell, 10, 9_980),
        (200, Buy, 10, 10_000),
        (260, Sell, 10, 10_010),
    ]);
    let held = script.signal(300, crate::domain::SignalAction::Hold);
    script.signal(301, crate::domain::SignalAction::Buy);
    let day = script.view.session.clone();
    assert_eq!((day.trades, day.wins, day.losses), (3, 2, 1));
    // 5.00 and 1.00 won, 2.00 lost, 0.20 of fees each.
    assert_eq!(day.gross_profit, Decimal::new(560, 2));
    assert_eq!(day.gross_loss, Decimal::new(220, 2));
    assert_eq!(day.best, Some(Decimal::new(480, 2)));
    assert_eq!(day.worst, Some(Decimal::new(-220, 2)));
    assert_eq!(day.net(), Decimal::new(340, 2));
    let round = |value: Option<Decimal>| value.map(|it| it.round_dp(3));
    assert_eq!(round(day.profit_factor()), Some(Decimal::new(2_545, 3)));
    assert_eq!(round(day.expectancy()), Some(Decimal::new(1_133, 3)));
    assert_eq!(round(day.hit_percent()), Some(Decimal::new(66_667, 3)));
    assert_eq!((day.signals, day.held, day.sent), (2, 1, 6));
    assert_eq!(day.average_r(), None, "no stop, no risk");
    assert!(script.view.records.of_signal(held).is_some());
    script.signal(86_400, crate::domain::SignalAction::Buy);
    let next = &script.view.session;
    assert_eq!((next.trades, next.signals), (0, 1), "a new day");
    assert_eq!(script.view.closed_trades.len(), 3);
}

#[test]
fn an_order_ends_in_the_history_whatever_its_end() {
    let mut script = Script::new();
    for (id, state) in [
        (1, OrderState::Denied),
        (2, OrderState::Cancelled),
        (3, OrderState::Working),
        (4, OrderState::Unknown),
    ] {
        let mut row = order(id, Side::Buy, 5);
        row.state = state;
        script.change(1, &row, 0);
    }
    let ids = |rows: &mut dyn Iterator<Item = u64>| rows.collect::<Vec<_>>();
    let all = ids(&mut script.view.orders.keys().map(|id| id.0));
    let working = ids(&mut script.view.working_orders.keys().map(|id| id.0));
    assert_eq!((all, working), (vec![1, 2, 3, 4], vec![3, 4]));
}
