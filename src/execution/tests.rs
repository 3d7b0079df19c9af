//! The rules of the paper venue by example.
//! Must not depend on random latency, except where latency is the point.

use rust_decimal::Decimal;

use super::fixture::*;
use super::*;
use crate::config::model::PaperConfig;
use crate::domain::{
    ExecutionId, InstrumentId, Liquidity, Order, OrderId, OrderState, Price, Qty, Side,
    TimeInForce, Timestamp,
};

#[test]
fn an_order_meets_the_book_known_when_it_arrives() {
    let mut stage = Stage::new();
    stage.quote((9_995, 50), (10_000, 50), 0);
    assert_eq!(stage.venue.next_deadline(), Timestamp::MAX);
    stage.submit(order(1, Side::Buy, 10, None), 5);
    assert_eq!(stage.venue.next_deadline(), at(15));
    stage.quote((10_095, 50), (10_100, 50), 14);
    assert_eq!(stage.said(), "");
    // The quote at 20 comes after the arrival at 15, which meets the quote of 14.
    stage.quote((10_195, 50), (10_200, 50), 20);
    assert_eq!(stage.said(), "A1, F1 10@10105");
    assert_eq!(stage.venue.working_orders(), 0);
}

#[test]
fn wire_7_14_slippage_is_applied_to_every_market_order() {
    let mut stage = Stage::new();
    stage.quote((9_995, 0), (10_000, 0), 0);
    stage.submit(order(1, Side::Buy, 10, None), 0);
    stage.submit(order(2, Side::Sell, 10, None), 0);
    stage.run(10);
    let fills: Vec<_> = stage
        .reports
        .iter()
        .filter_map(|report| match report {
            VenueReport::Filled {
                price,
                slippage,
                fee,
                liquidity,
                time,
                execution,
                ..
            } => Some((
                price.units(),
                *slippage,
                *fee,
                *liquidity,
                *time,
                *execution,
            )),
            _ => None,
        })
        .collect();
    // One basis point of 100.00 is 0.01, on the next tick 0.05; of 99.95 likewise.
    assert_eq!(
        fills,
        [
            (
                10_005,
                Decimal::new(5, 2),
                Decimal::new(10_005, 4),
                Liquidity::Taker,
                at(10),
                ExecutionId(1)
            ),
            (
                9_990,
                Decimal::new(10, 2),
                Decimal::new(9_990, 4),
                Liquidity::Taker,
                at(10),
                ExecutionId(2)
            ),
        ]
    );
}

#[test]
fn a_market_order_takes_what_is_there_and_the_rest_from_what_follows() {
    let mut stage = Stage::new();
    stage.quote((9_995, 50), (10_000, 4), 0);
    stage.submit(order(1, Side::Buy, 20, None), 0);
    stage.submit(order(2, Side::Buy, 3, None), 1);
    stage.run(10);
    assert_eq!(stage.said(), "A1, F1 4@10005");
    // Its size is used up until there is a new quote.
    stage.run(11);
    assert_eq!(stage.said(), "A2");
    stage.quote((9_995, 50), (10_010, 10), 20);
    assert_eq!(stage.said(), "F1 10@10015");
    stage.trade(10_000, 5, 30);
    assert_eq!(stage.said(), "F1 5@10015");
    stage.quote((9_995, 50), (10_010, 10), 40);
    assert_eq!(stage.said(), "F1 1@10015, F2 3@10015");
}

#[test]
fn without_a_quote_a_market_order_trades_around_the_last_trade() {
    let mut stage = Stage::new();
    stage.submit(order(1, Side::Sell, 10, None), 0);
    stage.run(50);
    assert_eq!(stage.said(), "A1", "no price is known");
    stage.trade(100_000, 6, 60);
    // Half of 2 bps is 10, and 1 bp of slippage 9.999 more: on the tick below.
    assert_eq!(stage.said(), "F1 6@99980");
    stage.trade(100_000, 0, 70);
    assert_eq!(stage.said(), "F1 4@99980", "an unknown size is no limit");
}

#[test]
fn a_limit_order_takes_the_touch_and_rests_at_its_price() {
    let mut stage = Stage::new();
    stage.quote((9_995, 5), (10_000, 4), 0);
    stage.submit(order(1, Side::Buy, 10, Some(10_010)), 0);
    stage.run(10);
    assert_eq!(stage.said(), "A1, F1 4@10000");
    stage.quote((9_995, 5), (10_015, 4), 20);
    assert_eq!(stage.said(), "");
    stage.quote((9_995, 5), (10_005, 2), 30);
    assert_eq!(stage.said(), "F1 2@10010");
    stage.trade(10_010, 0, 31);
    assert_eq!(
        stage.said(),
        "",
        "a trade at the limit of unknown size proves nothing"
    );
    stage.trade(10_010, 1, 32);
    assert_eq!(stage.said(), "F1 1@10010");
    stage.trade(10_005, 1, 33);
    assert_eq!(
        stage.said(),
        "F1 3@10010",
        "everything at the limit is gone"
    );
}

#[test]
fn two_orders_share_a_level_in_the_order_of_arrival_after_better_ones() {
    let mut stage = Stage::new();
    stage.quote((9_995, 5), (10_100, 5), 0);
    stage.submit(order(1, Side::Buy, 4, Some(10_000)), 0);
    stage.submit(order(2, Side::Buy, 4, Some(10_000)), 1);
    stage.submit(order(3, Side::Buy, 4, Some(10_005)), 2);
    stage.run(20);
    assert_eq!(stage.said(), "A1, A2, A3");
    stage.quote((9_995, 5), (10_000, 9), 30);
    assert_eq!(stage.said(), "F3 4@10005, F1 4@10000, F2 1@10000");
    stage.trade(10_000, 2, 40);
    assert_eq!(stage.said(), "F2 2@10000");
}

#[test]
fn what_an_immediate_order_does_not_get_is_cancelled() {
    let mut stage = Stage::new();
    let ioc = |id, limit| Order {
        time_in_force: TimeInForce::Ioc,
        ..order(id, Side::Buy, 10, limit)
    };
    stage.submit(ioc(1, None), 0);
    stage.run(10);
    assert_eq!(stage.said(), "A1, C1");
    stage.quote((9_995, 5), (10_000, 4), 20);
    stage.submit(ioc(2, Some(9_995)), 20);
    stage.submit(ioc(3, Some(10_000)), 21);
    stage.run(40);
    assert_eq!(stage.said(), "A2, C2, A3, F3 4@10000, C3");
}

#[test]
fn fills_are_whole_lots() {
    let mut stage = Stage::with_lot(10);
    stage.quote((9_995, 5), (10_000, 27), 0);
    stage.submit(order(1, Side::Buy, 50, None), 0);
    stage.run(10);
    assert_eq!(stage.said(), "A1, F1 20@10005");
    stage.quote((9_995, 5), (10_000, 9), 20);
    assert_eq!(stage.said(), "");
}

#[test]
fn every_cancel_gets_an_answer_and_none_overtakes_its_order() {
    let mut stage = Stage::new();
    stage.quote((9_995, 5), (10_000, 4), 0);
    stage.submit(order(1, Side::Buy, 10, None), 0);
    stage.venue.cancel(OrderId(1), TITAN, at(0));
    stage.venue.cancel(OrderId(9), TITAN, at(0));
    stage.venue.cancel(OrderId(1), InstrumentId(77), at(0));
    stage.run(10);
    assert_eq!(stage.said(), "A1, F1 4@10005, C1, N9, N1");
    stage.quote((9_995, 5), (10_000, 4), 20);
    assert_eq!(stage.said(), "");

    let mut slow = PaperVenue::new(
        PaperConfig {
            latency_mean_extra_ms: 500,
            ..config()
        },
        1,
    );
    slow.list(TITAN, instrument(1));
    for id in 1..50 {
        slow.submit(approved(order(id, Side::Buy, 1, Some(5))), None, at(0));
        slow.cancel(OrderId(id), TITAN, at(0));
    }
    let mut reports = Vec::new();
    slow.run_until(Timestamp::MAX.plus_nanos(-1), &mut reports);
    assert!(
        !reports
            .iter()
            .any(|report| matches!(report, VenueReport::CancelRejected { .. }))
    );
    assert_eq!(slow.working_orders(), 0);
}

#[test]
fn wire_7_13_an_order_sent_twice_and_one_for_nowhere_are_answered() {
    let mut stage = Stage::new();
    stage.submit(order(1, Side::Buy, 10, Some(5)), 0);
    stage.submit(order(1, Side::Buy, 10, Some(5)), 0);
    stage.submit(
        Order {
            instrument: InstrumentId(3),
            ..order(2, Side::Buy, 10, None)
        },
        0,
    );
    stage.run(10);
    assert_eq!(stage.said(), "A1, R1, R2");
    assert_eq!(stage.venue.working_orders(), 1);
}

#[test]
fn a_broken_quote_or_price_fills_nothing() {
    let mut stage = Stage::new();
    stage.submit(order(1, Side::Buy, 10, None), 0);
    stage.run(10);
    stage.quote((10_005, 5), (10_000, 5), 20);
    stage.quote((0, 5), (0, 5), 21);
    stage.quote((-10, 5), (-5, 5), 22);
    stage.trade(0, 5, 23);
    stage.trade(i64::MAX, 5, 24);
    stage.quote((9_995, 5), (i64::MAX, 5), 25);
    assert_eq!(stage.said(), "A1");
}

#[test]
fn the_journal_puts_orders_back_where_they_stood() {
    let mut stage = Stage::new();
    let mut restore = |id, state, filled| {
        let stood = Order {
            state,
            filled: Qty::from_units(filled),
            ..order(id, Side::Buy, 10, Some(10_000))
        };
        assert!(stage.venue.restore_order(approved(stood), None, at(100)));
    };
    restore(1, OrderState::PartiallyFilled, 7);
    restore(1, OrderState::PartiallyFilled, 8);
    restore(2, OrderState::Submitted, 0);
    restore(3, OrderState::CancelPending, 0);
    restore(4, OrderState::Unknown, 5);
    let immediate = Order {
        time_in_force: TimeInForce::Ioc,
        state: OrderState::PartiallyFilled,
        filled: Qty::from_units(1),
        ..order(5, Side::Buy, 10, Some(10_000))
    };
    assert!(
        stage
            .venue
            .restore_order(approved(immediate), None, at(100))
    );
    stage.run(200);
    assert_eq!(stage.said(), "A2, C3, A4, C5");
    stage.quote((9_990, 0), (10_000, 0), 201);
    assert!(matches!(
        stage.reports.first(),
        Some(VenueReport::Filled {
            execution: ExecutionId(1),
            ..
        })
    ));
    assert_eq!(stage.said(), "F1 2@10000, F2 10@10000, F4 5@10000");
    let nowhere = Order {
        instrument: InstrumentId(3),
        ..order(2, Side::Buy, 10, None)
    };
    assert!(!stage.venue.restore_order(approved(nowhere), None, at(0)));
}

#[test]
fn a_tick_older_than_the_arrival_fills_no_earlier_than_it() {
    let mut stage = Stage::new();
    stage.submit(order(1, Side::Buy, 10, None), 0);
    stage.run(10);
    stage.trade(10_000, 0, 7);
    assert!(matches!(
        stage.reports.last(),
        Some(VenueReport::Filled { time, .. }) if *time == at(10)
    ));
}

#[test]
fn a_sale_never_goes_below_one_tick() {
    let mut stage = Stage::new();
    stage.quote((5, 0), (10, 0), 0);
    stage.submit(order(1, Side::Sell, 10, None), 0);
    stage.run(10);
    assert_eq!(stage.said(), "A1, F1 10@5");
}

#[test]
fn a_quote_or_trade_without_live_orders_allocates_nothing() {
    let mut stage = Stage::new();
    stage.quote((9_995, 5), (10_000, 4), 0);
    let measured = allocation_counter::measure(|| {
        for step in 1..1_000 {
            stage.quote((9_995, 5), (10_000, 4), step);
            stage.trade(10_000, 4, step);
        }
    });
    assert_eq!(measured.count_total, 0);
}

#[test]
fn costs_that_would_pay_the_trader_count_as_zero() {
    let generous = PaperConfig {
        spread_bps: Decimal::from(-5),
        slippage_bps: Decimal::from(-5),
        taker_fee_bps: Decimal::from(-5),
        ..config()
    };
    let mut venue = PaperVenue::new(generous, 1);
    venue.list(TITAN, instrument(1));
    let mut reports = Vec::new();
    let size = Qty::from_units(5);
    venue.on_trade(TITAN, Price::from_units(10_000), size, at(0), &mut reports);
    venue.submit(approved(order(1, Side::Buy, 5, None)), None, at(0));
    venue.run_until(at(10), &mut reports);
    let Some(VenueReport::Filled {
        price,
        fee,
        slippage,
        ..
    }) = reports.last()
    else {
        panic!("{reports:?}");
    };
    assert_eq!(price.units(), 10_000);
    assert_eq!((*fee, *slippage), (Decimal::ZERO, Decimal::ZERO));
}
