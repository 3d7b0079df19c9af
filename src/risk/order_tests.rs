//! Stop orders, stops and targets that an order carries, and changes of working orders.
//! Must not repeat what `tests` shows of each control.

use rust_decimal::Decimal;

use super::fixture::*;
use crate::domain::DenialReason as R;
use crate::domain::{
    CandleSource, Decision, Instrument, Order, OrderId, OrderIntent, OrderKind, OrderOrigin,
    OrderTerms, Price, Qty, QuoteBasis, Side,
};

fn price(units: i64) -> Price {
    Price::from_units(units)
}

fn value(decision: &Decision, reason: R) -> (bool, Option<Decimal>, Option<Decimal>) {
    let found = decision.checks.iter().find(|check| check.reason == reason);
    let check = found.expect("every control is made");
    (check.passed, check.limit, check.value)
}

/// Quantity, stop and target that were asked for, position and its stop, ATR; then the order's
/// stop, or `None` where risk refuses.
type StopCase = (
    Option<i64>,
    Option<i64>,
    i64,
    Option<i64>,
    Option<f64>,
    Option<Option<i64>>,
);

#[test]
fn an_order_keeps_its_stop_or_gets_the_one_that_sizing_would_use() {
    let (paper, account) = (instrument(), account(10_000));
    let cases: &[StopCase] = &[
        // Both given: both kept.
        (
            Some(1_000),
            Some(9_900),
            0,
            None,
            Some(100.0),
            Some(Some(9_900)),
        ),
        (
            Some(1_000),
            Some(9_900),
            500,
            Some(9_700),
            None,
            Some(Some(9_900)),
        ),
        // The size alone: the stop of two average true ranges, or none where none is known.
        (Some(1_000), None, 0, None, Some(100.0), Some(Some(9_800))),
        (Some(1_000), None, 0, None, None, Some(None)),
        (Some(1_000), None, 0, None, Some(6_000.0), Some(None)),
        // What adds to a position leaves its stop where it is.
        (Some(1_000), None, 500, Some(9_700), Some(100.0), Some(None)),
        (Some(1_000), None, 500, None, Some(100.0), Some(Some(9_800))),
        // Neither: sized by the default stop, which has to be known.
        (None, None, 0, None, Some(100.0), Some(Some(9_800))),
        (None, None, 0, None, None, None),
        (None, None, 500, Some(9_700), Some(100.0), Some(None)),
        (None, Some(9_900), 500, Some(9_700), None, Some(Some(9_900))),
        (
            None,
            None,
            500,
            Some(10_050),
            Some(100.0),
            Some(Some(9_800)),
        ),
    ];
    for case in cases {
        let (quantity, stop, position, position_stop, atr, expected) = *case;
        let mut context = context(&paper, &account);
        context.position = Qty::from_units(position);
        context.position_stop = position_stop.map(price);
        context.atr = atr;
        let asked = OrderIntent {
            stop_price: stop.map(price),
            ..intent(Side::Buy, quantity)
        };
        let verdict = decide(&asked, &context);
        let found = verdict.approved.map(|order| order.stop_price);
        assert_eq!(found, expected.map(|stop| stop.map(price)), "{case:?}");
    }
}

#[test]
fn the_traders_own_stop_makes_the_size() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    let guardian = guardian(|config| {
        config.max_notional_percent = Decimal::from(900);
        config.max_position_percent = Decimal::from(900);
    });
    // 1 % of 10 000 is 100: over 4.00 to the stop 25.000, over 10.00 it is 10.000.
    for (kind, stop, size) in [
        (OrderKind::Limit(price(10_000)), 9_600, 25_000),
        (OrderKind::Limit(price(10_000)), 9_000, 10_000),
        (OrderKind::Stop(price(10_100)), 9_700, 25_000),
        (OrderKind::Market, 9_600, 25_000),
    ] {
        let asked = OrderIntent {
            kind,
            stop_price: Some(price(stop)),
            target_price: Some(price(11_000)),
            ..intent(Side::Buy, None)
        };
        let verdict = guardian.decide(OrderId(1), &asked, &context);
        assert!(verdict.decision.approved, "{}", verdict.decision.denial());
        let order = verdict.approved.unwrap();
        assert_eq!(order.quantity, Qty::from_units(size), "{kind:?} {stop}");
        assert_eq!(order.stop_price, Some(price(stop)));
        assert_eq!(order.target_price, Some(price(11_000)));
    }
}

#[test]
fn what_adds_is_sized_by_the_stop_that_is_further_away() {
    let (paper, account) = (instrument(), account(10_000));
    let mut context = context(&paper, &account);
    context.position = Qty::from_units(10);
    let guardian = guardian(|config| {
        config.max_notional_percent = Decimal::from(900);
        config.max_position_percent = Decimal::from(900);
    });
    // 1 % of 10 000 over 2.00 of two average true ranges is 50.000.
    for (position_stop, size) in [(9_980, 50_000), (9_800, 50_000), (9_600, 25_000)] {
        context.position_stop = Some(price(position_stop));
        let asked = intent(Side::Buy, None);
        let verdict = guardian.decide(OrderId(1), &asked, &context);
        assert_eq!(
            verdict.decision.quantity,
            Qty::from_units(size),
            "{position_stop}"
        );
        assert_eq!(verdict.approved.unwrap().stop_price, None);
    }
}

#[test]
fn a_target_lies_on_the_winning_side_and_on_the_grid() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    let cases: &[(Side, i64, &[R])] = &[
        (Side::Buy, 10_100, &[]),
        (Side::Buy, 10_000, &[R::Sizing]),
        (Side::Buy, 9_900, &[R::Sizing]),
        (Side::Buy, 10_102, &[R::Grid]),
        (Side::Sell, 9_900, &[]),
        (Side::Sell, 10_100, &[R::Sizing]),
        (Side::Sell, 0, &[R::Grid, R::Sizing]),
    ];
    let guardian = guardian(|config| config.allow_short = true);
    for (side, target, expected) in cases {
        let asked = OrderIntent {
            target_price: Some(price(*target)),
            ..intent(*side, Some(1_000))
        };
        let verdict = guardian.decide(OrderId(1), &asked, &context);
        assert_eq!(failed(&verdict.decision), *expected, "{side:?} {target}");
    }
}

#[test]
fn a_stop_order_counts_at_the_collar_above_its_trigger() {
    let (paper, account) = (instrument(), account(10_000));
    let guardian = guardian(|config| config.allow_short = true);
    let mut context = context(&paper, &account);
    // Trigger and what it counts at: one percent more, on the tick above.
    for (side, trigger, reference) in [
        (Side::Buy, 10_500, 10_605),
        (Side::Sell, 9_500, 9_595),
        (Side::Sell, 5_000, 5_050),
    ] {
        let verdict = guardian.decide(OrderId(1), &stop(side, 1_000, trigger), &context);
        assert!(verdict.decision.approved, "{}", verdict.decision.denial());
        assert_eq!(verdict.decision.reference_price, Some(price(reference)));
        assert_eq!(
            verdict.approved.unwrap().kind,
            OrderKind::Stop(price(trigger))
        );
    }
    // What is held counts at the market however low a stop to sell lies.
    context.position = Qty::from_units(-19_000);
    let low = guardian.decide(OrderId(1), &stop(Side::Sell, 1_500, 5_000), &context);
    assert_eq!(failed(&low.decision), [R::MaxPosition]);
}

#[test]
fn a_stop_order_lies_beyond_what_triggers_it() {
    let (mut paper, account) = (instrument(), account(10_000));
    // Bid 99.95, ask 100.00, last 100.00.
    let cases: &[(CandleSource, Side, i64, &[R])] = &[
        (CandleSource::Trades, Side::Buy, 10_005, &[]),
        (CandleSource::Trades, Side::Buy, 10_000, &[R::TriggerSide]),
        (CandleSource::Trades, Side::Sell, 9_995, &[]),
        (CandleSource::Trades, Side::Sell, 10_000, &[R::TriggerSide]),
        (
            CandleSource::Quotes(QuoteBasis::Bid),
            Side::Buy,
            10_000,
            &[R::TriggerSide],
        ),
        (
            CandleSource::Quotes(QuoteBasis::Bid),
            Side::Sell,
            9_995,
            &[R::TriggerSide],
        ),
        (
            CandleSource::Quotes(QuoteBasis::Bid),
            Side::Sell,
            9_990,
            &[],
        ),
        (CandleSource::Trades, Side::Buy, 10_006, &[R::Grid]),
    ];
    let guardian = guardian(|config| config.allow_short = true);
    for (source, side, trigger, expected) in cases {
        paper.candle_source = *source;
        let verdict = guardian.decide(
            OrderId(1),
            &stop(*side, 1_000, *trigger),
            &context(&paper, &account),
        );
        assert_eq!(
            failed(&verdict.decision),
            *expected,
            "{source:?} {side:?} {trigger}"
        );
    }
    // Without a price nobody can tell; a stop that only reduces is no exception.
    let mut blind = context(&paper, &account);
    (blind.bid, blind.ask, blind.last) = (None, None, None);
    blind.position = Qty::from_units(1_000);
    let exit = OrderIntent {
        reduce_only: true,
        ..stop(Side::Sell, 1_000, 9_000)
    };
    let verdict = guardian.decide(OrderId(1), &exit, &blind);
    assert_eq!(failed(&verdict.decision), [R::TriggerSide]);
}

/// A working order to buy 5.000 at 99.00, `filled` of it filled.
fn working(paper: &Instrument, filled: i64) -> Order {
    let account = account(10_000);
    let asked = OrderIntent {
        origin: OrderOrigin::Strategy("crossover".to_owned()),
        ..limit(Side::Buy, 5_000, 9_900)
    };
    let order = decide(&asked, &context(paper, &account)).order();
    Order {
        filled: Qty::from_units(filled),
        ..order
    }
}

fn terms(limit: i64, quantity: i64) -> OrderTerms {
    OrderTerms {
        kind: OrderKind::Limit(price(limit)),
        quantity: Qty::from_units(quantity),
    }
}

#[test]
fn a_change_is_judged_by_what_would_be_open_of_it() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    let guardian = guardian(|_| ());
    // 20 % of 10 000 is 2 000: 20.000 at 100.00, and what is filled counts in the position alone.
    let cases: &[(i64, OrderTerms, &[R])] = &[
        (0, terms(10_000, 20_000), &[]),
        (0, terms(10_000, 20_010), &[R::MaxNotional, R::MaxPosition]),
        (1_000, terms(10_000, 21_000), &[]),
        (0, terms(9_902, 5_000), &[R::Grid]),
        (0, terms(9_900, 5_005), &[R::Grid]),
        // Below the order's own stop, two average true ranges under 99.00.
        (0, terms(9_700, 5_000), &[R::Sizing]),
    ];
    for (filled, terms, expected) in cases {
        let order = working(&paper, *filled);
        let verdict = guardian.decide_change(&order, *terms, &context);
        let decision = &verdict.decision;
        assert_eq!(failed(decision), *expected, "{terms:?}");
        assert!(decision.amends);
        assert_eq!(decision.order, order.id);
        assert_eq!(decision.intent.quantity, Some(terms.quantity));
        if expected.is_empty() {
            assert_eq!(decision.quantity, terms.quantity);
            let changed = verdict.approved.unwrap();
            assert_eq!(changed.terms(), *terms);
            assert_eq!(changed.stop_price, order.stop_price);
            let readmitted = guardian.readmit(order.with_terms(*terms), &verdict.decision);
            assert!(readmitted.is_some(), "it can be put back after a restart");
        } else {
            assert_eq!((decision.approved, decision.quantity), (false, Qty::ZERO));
        }
    }
}

#[test]
fn less_of_the_same_is_never_refused_by_a_limit() {
    let (paper, mut account) = (instrument(), account(10_000));
    account.equity = Decimal::from(-5);
    account.cash = Decimal::from(-100_000);
    let mut context = context(&paper, &account);
    context.halted = Some("kill switch");
    context.last_tick = None;
    let (guardian, order) = (guardian(|_| ()), working(&paper, 0));
    let less = guardian.decide_change(&order, terms(9_900, 4_000), &context);
    assert!(less.decision.approved, "{}", less.decision.denial());
    for other in [terms(9_900, 6_000), terms(9_895, 4_000)] {
        let verdict = guardian.decide_change(&order, other, &context);
        assert!(failed(&verdict.decision).contains(&R::Halted), "{other:?}");
    }
}

#[test]
fn the_record_of_a_stop_names_market_and_trigger() {
    let (paper, account) = (instrument(), account(10_000));
    let decision = decide(&stop(Side::Buy, 1_000, 9_500), &context(&paper, &account)).decision;
    let expected = (
        false,
        Some(Decimal::new(10_000, 2)),
        Some(Decimal::new(9_500, 2)),
    );
    assert_eq!(value(&decision, R::TriggerSide), expected);
}
