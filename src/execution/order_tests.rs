//! Stop orders and changes of resting orders by example.
//! Must not depend on random latency.

use super::fixture::*;
use crate::domain::{
    CandleSource, Instrument, Order, OrderId, OrderKind, OrderState, OrderTerms, Price, Qty,
    QuoteBasis, Side, TimeInForce,
};

fn stop(id: u64, side: Side, units: i64, trigger: i64) -> Order {
    Order {
        kind: OrderKind::Stop(Price::from_units(trigger)),
        ..order(id, side, units, None)
    }
}

/// A stage whose candles are made of quotes.
fn quoted() -> Stage {
    let mut stage = Stage::new();
    let of_quotes = Instrument {
        candle_source: CandleSource::Quotes(QuoteBasis::Mid),
        ..(*instrument(1)).clone()
    };
    stage.venue.list(TITAN, of_quotes.into());
    stage
}

impl Stage {
    /// Sends another price and size of an order.
    fn replace(&mut self, former: &Order, price: i64, units: i64, millis: i64) {
        let kind = former.kind.at(Price::from_units(price)).unwrap();
        let quantity = Qty::from_units(units);
        let changed = former.with_terms(OrderTerms { kind, quantity });
        self.venue.replace(approved(changed), at(millis));
    }
}

/// Price and size of a trade, and what the venue says to it.
type Met = (i64, i64, &'static str);

#[test]
fn a_stop_waits_for_a_trade_at_its_price_and_is_filled_where_the_market_is() {
    // Trigger, trades after it with their sizes, and what the venue says to each.
    let cases: &[(Side, i64, &[Met])] = &[
        // At the trigger: half the spread and the slippage against it, 10.000 × 1 bp each.
        (
            Side::Buy,
            10_100,
            &[
                (10_095, 9, ""),
                (10_100, 0, "T1, F1 10@10110"),
                (10_200, 9, ""),
            ],
        ),
        (
            Side::Sell,
            9_900,
            &[(9_905, 9, ""), (9_900, 0, "T1, F1 10@9890")],
        ),
        // A gap: at the price behind it, however far.
        (Side::Sell, 9_900, &[(8_000, 0, "T1, F1 10@7990")]),
        // Size by size, and triggered once whatever the market does then.
        (
            Side::Sell,
            9_900,
            &[
                (9_800, 4, "T1, F1 4@9790"),
                (10_000, 4, "F1 4@9990"),
                (9_950, 9, "F1 2@9940"),
            ],
        ),
    ];
    for (side, trigger, trades) in cases {
        let mut stage = Stage::new();
        stage.trade(10_000, 9, 0);
        stage.submit(stop(1, *side, 10, *trigger), 0);
        stage.run(10);
        assert_eq!(stage.said(), "A1");
        for (millis, (price, size, expected)) in (20..).zip(*trades) {
            stage.trade(*price, *size, millis);
            assert_eq!(stage.said(), *expected, "{side:?} {trigger} at {price}");
        }
    }
}

#[test]
fn a_triggering_trade_fills_no_better_than_the_quote() {
    let mut stage = Stage::new();
    stage.trade(10_000, 9, 0);
    stage.submit(stop(1, Side::Sell, 10, 9_900), 0);
    stage.run(10);
    stage.quote((9_800, 50), (9_910, 50), 20);
    assert_eq!(
        stage.said(),
        "A1",
        "quotes do not trigger where trades make the price"
    );
    stage.trade(9_900, 0, 21);
    assert_eq!(stage.said(), "T1, F1 10@9795");
}

#[test]
fn where_quotes_make_the_price_the_quote_that_would_be_met_triggers() {
    let mut stage = quoted();
    stage.quote((9_995, 50), (10_005, 50), 0);
    stage.submit(stop(1, Side::Buy, 10, 10_050), 0);
    stage.submit(stop(2, Side::Sell, 10, 9_950), 1);
    stage.run(20);
    stage.trade(11_000, 9, 21);
    stage.quote((9_990, 50), (10_045, 50), 22);
    assert_eq!(stage.said(), "A1, A2");
    stage.quote((9_990, 50), (10_060, 4), 23);
    assert_eq!(stage.said(), "T1, F1 4@10065");
    stage.quote((9_000, 50), (10_000, 50), 24);
    assert_eq!(stage.said(), "T2, F1 6@10005, F2 10@8995");
}

#[test]
fn a_stop_that_the_market_passed_on_its_way_is_a_market_order_on_arrival() {
    let mut stage = Stage::new();
    stage.trade(10_000, 9, 0);
    stage.submit(stop(1, Side::Buy, 10, 10_050), 0);
    stage.trade(10_100, 20, 5);
    stage.run(10);
    assert_eq!(stage.said(), "A1, T1, F1 10@10110");
}

#[test]
fn an_immediate_stop_waits_for_its_trigger_only() {
    let mut stage = Stage::new();
    stage.trade(10_000, 9, 0);
    let immediate = Order {
        time_in_force: TimeInForce::Ioc,
        ..stop(1, Side::Buy, 10, 10_050)
    };
    stage.submit(immediate.clone(), 0);
    stage.run(10);
    stage.trade(10_050, 3, 20);
    assert_eq!(stage.said(), "A1, T1, F1 3@10060, C1");

    // Put back after a restart it waits on; triggered before, it has had its chance.
    for (triggered, expected) in [(false, ""), (true, "C2")] {
        let stood = Order {
            id: OrderId(2),
            state: OrderState::Working,
            triggered,
            ..immediate.clone()
        };
        stage.venue.restore_order(approved(stood), None, at(30));
        stage.run(60);
        assert_eq!(stage.said(), expected);
    }
}

#[test]
fn a_stop_put_back_after_a_restart_stands_as_it_stood() {
    for (triggered, expected) in [(false, ""), (true, "F1 10@10020")] {
        let mut stage = Stage::new();
        let stood = Order {
            state: OrderState::Working,
            triggered,
            ..stop(1, Side::Buy, 10, 10_100)
        };
        assert!(stage.venue.restore_order(approved(stood), None, at(0)));
        assert_eq!(stage.venue.working_orders(), 1);
        stage.trade(10_010, 0, 1);
        assert_eq!(stage.said(), expected);
    }
}

#[test]
fn a_change_keeps_its_place_only_where_the_size_falls_at_the_same_price() {
    // Price and size that order 1 of 4 at 10.000 is changed to; then how a quote for 9 shares out.
    let cases = [
        (10_000, 3, "M1, F1 3@10000, F2 6@10000"),
        (10_000, 6, "M1, F2 8@10000, F1 1@10000"),
        (9_995, 4, "M1, F2 8@10000"),
        (10_005, 4, "M1, F1 4@10005, F2 5@10000"),
    ];
    for (price, units, expected) in cases {
        let mut stage = Stage::new();
        let first = order(1, Side::Buy, 4, Some(10_000));
        stage.submit(first.clone(), 0);
        stage.submit(order(2, Side::Buy, 8, Some(10_000)), 1);
        stage.run(20);
        stage.replace(&first, price, units, 20);
        stage.run(29);
        assert_eq!(stage.said(), "A1, A2", "the change is on its way");
        stage.run(30);
        stage.quote((9_900, 5), (10_000, 9), 31);
        assert_eq!(stage.said(), expected, "{price} {units}");
    }
}

#[test]
fn a_change_that_reaches_the_market_takes_it() {
    let mut stage = Stage::new();
    stage.quote((9_990, 5), (10_050, 3), 0);
    let resting = order(1, Side::Buy, 4, Some(10_000));
    stage.submit(resting.clone(), 0);
    stage.run(10);
    stage.replace(&resting, 10_060, 5, 10);
    stage.run(20);
    assert_eq!(stage.said(), "A1, M1, F1 3@10050");
    assert_eq!(stage.venue.working_orders(), 1);
    let waiting = stop(2, Side::Sell, 4, 9_000);
    stage.trade(10_000, 9, 30);
    stage.submit(waiting.clone(), 30);
    stage.run(40);
    stage.replace(&waiting, 10_000, 4, 40);
    stage.run(50);
    assert_eq!(stage.said(), "F1 2@10060, A2, M2, T2, F2 4@9985");
}

#[test]
fn what_was_filled_on_the_way_counts_in_the_new_size() {
    // The size that is filled while the change of 10 to 6 is on its way; then what is said, and
    // what is left.
    for (filled, expected, left) in [(4, "F1 4@10000, M1", 2), (7, "F1 7@10000, C1", 0)] {
        let mut stage = Stage::new();
        let resting = order(1, Side::Buy, 10, Some(10_000));
        stage.submit(resting.clone(), 0);
        stage.run(10);
        assert_eq!(stage.said(), "A1");
        stage.replace(&resting, 10_000, 6, 10);
        stage.trade(10_000, filled, 15);
        stage.run(20);
        assert_eq!(stage.said(), expected);
        stage.trade(9_000, 0, 30);
        let rest = if left > 0 {
            format!("F1 {left}@10000")
        } else {
            String::new()
        };
        assert_eq!(stage.said(), rest);
    }
}

#[test]
fn every_change_gets_an_answer() {
    let mut stage = Stage::new();
    stage.trade(10_000, 9, 0);
    let resting = order(1, Side::Buy, 10, Some(9_000));
    let waiting = stop(2, Side::Sell, 4, 9_900);
    stage.submit(resting.clone(), 0);
    stage.submit(waiting.clone(), 0);
    stage.run(10);
    stage.venue.cancel(OrderId(1), TITAN, at(10));
    stage.replace(&resting, 9_005, 10, 11);
    stage.replace(&waiting, 9_800, 4, 11);
    stage.trade(9_900, 1, 15);
    stage.replace(&order(9, Side::Buy, 1, Some(5)), 10, 1, 15);
    stage.run(30);
    assert_eq!(stage.said(), "A1, A2, T2, F2 1@9890, C1, X1, X2, X9");
}

#[test]
fn an_order_that_may_only_reduce_ends_with_the_position() {
    let reducing = |order| Order {
        reduce_only: true,
        ..order
    };
    let mut stage = Stage::new();
    stage.trade(10_000, 0, 0);
    stage.venue.hold(TITAN, Qty::from_units(10));
    stage.submit(reducing(order(1, Side::Sell, 8, Some(10_050))), 0);
    stage.submit(reducing(stop(2, Side::Sell, 6, 9_900)), 0);
    stage.submit(reducing(order(3, Side::Buy, 5, Some(9_000))), 0);
    stage.run(10);
    assert_eq!(
        stage.said(),
        "A1, A2, A3, C3",
        "a purchase has nothing to reduce"
    );
    stage.trade(10_050, 7, 20);
    assert_eq!(stage.said(), "F1 7@10050");
    stage.trade(9_800, 0, 30);
    assert_eq!(stage.said(), "T2, F2 3@9790, C2, C1");
    assert_eq!(stage.venue.working_orders(), 0);
    // One that comes too late.
    stage.submit(reducing(order(4, Side::Sell, 5, None)), 30);
    stage.run(40);
    assert_eq!(stage.said(), "A4, C4");
}
