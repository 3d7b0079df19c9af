//! Each control by example, and faults that systems before this one had.
//! Must not rely on more than the one thing that a test spoils.

use rust_decimal::Decimal;

use super::fixture::*;
use super::*;
use crate::config::model::RiskConfig;
use crate::domain::DenialReason as R;
use crate::domain::{
    Account, Check, Decision, ExecutionId, Fill, InstrumentId, Liquidity, OrderId, OrderIntent,
    OrderState, Price, Qty, Side, Timestamp,
};
use crate::portfolio::Ledger;

fn check(decision: &Decision, reason: R) -> &Check {
    decision
        .checks
        .iter()
        .find(|check| check.reason == reason)
        .unwrap()
}

#[test]
fn an_order_in_order_is_approved_with_every_check_on_record() {
    let (paper, account) = (instrument(), account(10_000));
    let verdict = decide(&intent(Side::Buy, Some(1_000)), &context(&paper, &account));
    let reasons: Vec<_> = verdict.decision.checks.iter().map(|c| c.reason).collect();
    assert_eq!(reasons, R::ALL);
    assert!(verdict.decision.approved, "{}", verdict.decision.denial());
    let order = verdict.approved.unwrap();
    assert_eq!(order.id, OrderId(7));
    assert_eq!(order.quantity, Qty::from_units(1_000));
    assert_eq!(order.state, OrderState::Submitted);
    assert_eq!(order.stop_price, Some(Price::from_units(9_800)));
    // One percent above the ask: 1.000 at 101.00 is 1.01 % of 10 000.
    assert_eq!(
        verdict.decision.reference_price,
        Some(Price::from_units(10_100))
    );
    let notional = check(&verdict.decision, R::MaxNotional);
    assert_eq!(notional.value, Some(Decimal::new(101, 2)));
    assert_eq!(notional.limit, Some(Decimal::from(20)));
}

#[test]
fn every_failed_control_is_named_not_only_the_first() {
    let (paper, mut account) = (instrument(), account(10_000));
    account.equity = Decimal::from(8_000);
    account.cash = Decimal::from(100);
    let mut context = context(&paper, &account);
    context.halted = Some("operator");
    context.last_tick = Some(Timestamp::from_seconds(90));
    context.open_positions = 10;
    let verdict = decide(&intent(Side::Sell, Some(1_000_001)), &context);
    assert_eq!(
        failed(&verdict.decision),
        [
            R::Halted,
            R::Grid,
            R::StaleData,
            R::ShortSale,
            R::MaxNotional,
            R::MaxPosition,
            R::MaxOpenPositions,
            R::BuyingPower,
            R::MaxDailyLoss,
            R::MaxDrawdown
        ]
    );
    assert_eq!(verdict.approved, None);
    assert_eq!(verdict.decision.quantity, Qty::ZERO);
    let order = verdict.order();
    assert_eq!(order.state, OrderState::Denied);
    assert!(order.reason.unwrap().starts_with("halted, grid, "));
}

#[test]
fn an_order_that_only_reduces_is_never_blocked_by_a_limit() {
    let (paper, mut account) = (instrument(), account(10_000));
    account.equity = Decimal::from(-5);
    account.cash = Decimal::from(-100_000);
    let mut context = context(&paper, &account);
    context.halted = Some("kill switch");
    context.open_positions = 99;
    context.position = Qty::from_units(500_000);
    (context.bid, context.ask, context.last) = (None, None, None);
    context.last_tick = None;
    context.atr = Some(f64::NAN);
    for intent in [
        intent(Side::Sell, Some(500_000)),
        intent(Side::Sell, Some(10)),
        reduce_only(Side::Sell, Some(500_000)),
        reduce_only(Side::Sell, None),
        intent(Side::Sell, None),
    ] {
        let verdict = decide(&intent, &context);
        assert!(verdict.decision.approved, "{}", verdict.decision.denial());
        // What could not be seen is not made up.
        assert_eq!(check(&verdict.decision, R::MaxNotional).value, None);
    }
    // One lot beyond the position and all of it counts.
    let beyond = decide(&intent(Side::Sell, Some(500_010)), &context);
    assert!(failed(&beyond.decision).contains(&R::Halted));
    assert!(failed(&beyond.decision).contains(&R::ShortSale));
}

#[test]
fn reduce_only_counts_what_working_orders_already_close() {
    let (paper, account) = (instrument(), account(10_000));
    let mut context = context(&paper, &account);
    context.position = Qty::from_units(-1_000);
    context.working_buy = Qty::from_units(400);
    let close_rest = decide(&reduce_only(Side::Buy, None), &context);
    assert_eq!(close_rest.decision.quantity, Qty::from_units(600));
    let too_much = decide(&reduce_only(Side::Buy, Some(610)), &context);
    assert_eq!(failed(&too_much.decision), [R::ReduceOnly]);
    context.halted = Some("operator");
    let halted = decide(&reduce_only(Side::Buy, Some(610)), &context);
    assert_eq!(failed(&halted.decision), [R::ReduceOnly]);
    let wrong_way = decide(&reduce_only(Side::Sell, Some(10)), &context);
    assert!(failed(&wrong_way.decision).contains(&R::ReduceOnly));
    context.position = Qty::ZERO;
    let nothing_held = decide(&reduce_only(Side::Sell, None), &context);
    assert!(failed(&nothing_held.decision).contains(&R::ReduceOnly));
    assert!(failed(&nothing_held.decision).contains(&R::Sizing));
}

#[test]
fn an_order_through_zero_is_judged_by_the_part_beyond() {
    let (paper, account) = (instrument(), account(10_000));
    let guardian = guardian(|config| config.allow_short = true);
    let mut context = context(&paper, &account);
    context.position = Qty::from_units(15_000);
    // 15 close; 19 open: 19 at 101.00 (0.9995 × 1.01 rounded up to the tick is 100.95).
    let verdict = guardian.decide(OrderId(1), &intent(Side::Sell, Some(34_000)), &context);
    assert!(verdict.decision.approved, "{}", verdict.decision.denial());
    let value = check(&verdict.decision, R::MaxNotional).value;
    assert_eq!(value, Some(Decimal::new(191_805, 4)));
    let verdict = guardian.decide(OrderId(1), &intent(Side::Sell, Some(35_000)), &context);
    assert_eq!(failed(&verdict.decision), [R::MaxNotional, R::MaxPosition]);
}

#[test]
fn a_market_order_is_valued_at_its_collar_and_a_low_sale_at_the_market() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    // 19.990 × 100.00 is below 20 % of equity, at the collar it is above.
    let market = decide(&intent(Side::Buy, Some(19_990)), &context);
    assert_eq!(failed(&market.decision), [R::MaxNotional, R::MaxPosition]);
    let at_limit = decide(&limit(Side::Buy, 19_990, 10_000), &context);
    assert!(at_limit.decision.approved);
    let guardian = guardian(|config| config.allow_short = true);
    let penny = guardian.decide(OrderId(1), &limit(Side::Sell, 25_000, 100), &context);
    assert_eq!(failed(&penny.decision), [R::MaxNotional, R::MaxPosition]);
}

#[test]
fn working_orders_count_toward_the_position() {
    let (paper, account) = (instrument(), account(10_000));
    let mut context = context(&paper, &account);
    context.position = Qty::from_units(10_000);
    context.working_buy = Qty::from_units(5_000);
    assert!(
        decide(&limit(Side::Buy, 5_000, 10_000), &context)
            .decision
            .approved
    );
    let beyond = decide(&limit(Side::Buy, 5_010, 10_000), &context);
    assert_eq!(failed(&beyond.decision), [R::MaxPosition]);
    // What is held counts at the market however low the new order's limit lies.
    context.working_buy = Qty::ZERO;
    context.position = Qty::from_units(25_000);
    let low = decide(&limit(Side::Buy, 1_000, 1_000), &context);
    assert_eq!(failed(&low.decision), [R::MaxPosition]);
    let value = check(&low.decision, R::MaxPosition).value;
    assert_eq!(value, Some(Decimal::from(26)));
}

#[test]
fn a_sized_order_risks_its_share_of_equity_between_entry_and_stop() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    let wide = |config: &mut RiskConfig| {
        config.max_notional_percent = Decimal::from(90);
        config.max_position_percent = Decimal::from(90);
    };
    // 1 % of 10 000 over 2 × 1.00 is 50, and 50 × 101.00 stays below 90 %.
    let verdict = guardian(wide).decide(OrderId(1), &intent(Side::Buy, None), &context);
    assert!(verdict.decision.approved, "{}", verdict.decision.denial());
    assert_eq!(verdict.decision.quantity, Qty::from_units(50_000));
    let order = verdict.approved.unwrap();
    assert_eq!(order.stop_price, Some(Price::from_units(9_800)));

    let short = guardian(|config| {
        wide(config);
        config.allow_short = true;
    });
    let verdict = short.decide(OrderId(1), &intent(Side::Sell, None), &context);
    assert_eq!(verdict.decision.quantity, Qty::from_units(50_000));
    let order = verdict.approved.unwrap();
    assert_eq!(order.stop_price, Some(Price::from_units(10_195)));

    // The default limits leave 2 000 at 101.00: 19.801, in lots 19.800.
    let capped = decide(&intent(Side::Buy, None), &context);
    assert!(capped.decision.approved);
    assert_eq!(capped.decision.quantity, Qty::from_units(19_800));
}

#[test]
fn a_sized_order_without_room_names_the_limit_that_takes_it() {
    let (paper, mut account) = (instrument(), account(10_000));
    account.cash = Decimal::ONE;
    let verdict = decide(&intent(Side::Buy, None), &context(&paper, &account));
    // The check is made for one lot, 0.010, whose value is also below the instrument's minimum.
    assert_eq!(
        failed(&verdict.decision),
        [R::Grid, R::BuyingPower, R::Sizing]
    );
    let sizing = check(&verdict.decision, R::Sizing);
    assert_eq!(sizing.value, Some(Decimal::ZERO));
}

#[test]
fn a_stop_on_the_wrong_side_is_refused() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    for quantity in [None, Some(1_000)] {
        for stop in [10_000, 10_005] {
            let wrong = OrderIntent {
                stop_price: Some(Price::from_units(stop)),
                ..intent(Side::Buy, quantity)
            };
            let verdict = decide(&wrong, &context);
            assert!(failed(&verdict.decision).contains(&R::Sizing));
        }
        let right = OrderIntent {
            stop_price: Some(Price::from_units(9_900)),
            ..intent(Side::Buy, quantity)
        };
        let order = decide(&right, &context).approved.unwrap();
        assert_eq!(order.stop_price, Some(Price::from_units(9_900)));
    }
}

#[test]
fn wire_7_9_an_equity_that_nobody_set_is_named() {
    let (paper, unset) = (instrument(), Account::default());
    let context = context(&paper, &unset);
    let verdict = decide(&intent(Side::Buy, None), &context);
    let failed = failed(&verdict.decision);
    for reason in [
        R::MaxNotional,
        R::MaxPosition,
        R::MaxDailyLoss,
        R::MaxDrawdown,
        R::Sizing,
    ] {
        assert!(failed.contains(&reason), "{reason:?}");
        assert_eq!(check(&verdict.decision, reason).value, None, "{reason:?}");
    }
}

/// The price paid carries the slippage into equity; the fill's `slippage` field is a report about
/// that price and not a second cost. A breaker that adds the two stops trading at half its limit.
#[test]
fn wire_7_10_slippage_is_not_counted_as_a_loss() {
    let paper = instrument();
    let mut ledger = Ledger::new(Decimal::from(10_000));
    ledger.sample(Timestamp::ZERO);
    let fill = Fill {
        execution: ExecutionId(1),
        order: OrderId(1),
        instrument: InstrumentId(0),
        side: Side::Buy,
        quantity: Qty::from_units(10_000),
        price: Price::from_units(12_000),
        fee: Decimal::ZERO,
        slippage: Decimal::from(20),
        realized_pnl: Decimal::ZERO,
        liquidity: Liquidity::Taker,
        time: Timestamp::ZERO,
    };
    ledger.apply(&fill, &paper).unwrap();
    let account = ledger.sample(Timestamp::from_seconds(1));
    let mut flat = context(&paper, &account);
    flat.position = Qty::from_units(10_000);
    let verdict = decide(&intent(Side::Buy, Some(1_000)), &flat);
    let loss = check(&verdict.decision, R::MaxDailyLoss);
    assert_eq!((loss.passed, loss.value), (true, Some(Decimal::ZERO)));
    // A real loss of 2.5 % is 2.5 %, and 3 % stops.
    ledger
        .mark(InstrumentId(0), Price::from_units(9_500), &paper)
        .unwrap();
    let account = ledger.account();
    let decision = decide(
        &intent(Side::Buy, Some(1_000)),
        &RiskContext {
            account: &account,
            ..flat
        },
    )
    .decision;
    let loss = check(&decision, R::MaxDailyLoss);
    assert_eq!((loss.passed, loss.value), (true, Some(Decimal::new(25, 1))));
    ledger
        .mark(InstrumentId(0), Price::from_units(9_000), &paper)
        .unwrap();
    let account = ledger.account();
    let decision = decide(
        &intent(Side::Buy, Some(1_000)),
        &RiskContext {
            account: &account,
            ..flat
        },
    )
    .decision;
    assert_eq!(failed(&decision), [R::MaxDailyLoss]);
}

#[test]
fn wire_7_11_a_halt_stops_every_order_that_adds() {
    let (paper, account) = (instrument(), account(10_000));
    let mut context = context(&paper, &account);
    context.halted = Some("kill switch");
    for side in [Side::Buy, Side::Sell] {
        let verdict = decide(&intent(side, Some(1_000)), &context);
        assert!(failed(&verdict.decision).contains(&R::Halted));
    }
}

#[test]
fn wire_7_16_nan_never_disables_a_limit() {
    let (paper, account) = (instrument(), account(10_000));
    let mut context = context(&paper, &account);
    let broken = [
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        -1.0,
        0.0,
        f64::MAX,
        f64::MIN_POSITIVE,
    ];
    for atr in broken.into_iter().map(Some).chain([None]) {
        context.atr = atr;
        let sized = decide(&intent(Side::Buy, None), &context);
        if atr == Some(f64::MIN_POSITIVE) {
            // The stop lies one tick away, and the other limits still cut the size.
            assert_eq!(sized.decision.quantity, Qty::ZERO);
        }
        assert_eq!(sized.approved, None, "{atr:?}");
        assert!(failed(&sized.decision).contains(&R::Sizing), "{atr:?}");
        // With a size given the ATR is not needed, and every other limit holds as before.
        let large = decide(&intent(Side::Buy, Some(30_000)), &context);
        assert_eq!(failed(&large.decision), [R::MaxNotional, R::MaxPosition]);
    }
}

#[test]
fn a_missing_stale_or_crossed_price_is_refused() {
    let (paper, account) = (instrument(), account(10_000));
    let good = context(&paper, &account);
    let buy = intent(Side::Buy, Some(1_000));
    let none = RiskContext {
        bid: None,
        ask: None,
        last: None,
        ..good
    };
    let crossed = RiskContext {
        bid: Some(Price::from_units(10_005)),
        ..good
    };
    let zero = RiskContext {
        bid: Some(Price::ZERO),
        ask: Some(Price::ZERO),
        last: Some(Price::from_units(-5)),
        ..good
    };
    for context in [none, crossed, zero] {
        assert_eq!(
            failed(&decide(&buy, &context).decision),
            [
                R::Grid,
                R::StaleData,
                R::MaxNotional,
                R::MaxPosition,
                R::BuyingPower
            ]
        );
    }
    let aged = |millis: i64| RiskContext {
        last_tick: Some(Timestamp::from_millis(100_000 - millis)),
        ..good
    };
    assert!(decide(&buy, &aged(5_000)).decision.approved);
    let stale = decide(&buy, &aged(5_001)).decision;
    assert_eq!(failed(&stale), [R::StaleData]);
    assert_eq!(
        check(&stale, R::StaleData).value,
        Some(Decimal::new(5_001, 3))
    );
    assert!(decide(&buy, &aged(-5_000)).decision.approved);
    assert_eq!(
        failed(&decide(&buy, &aged(-5_001)).decision),
        [R::StaleData]
    );
    let never = RiskContext {
        last_tick: None,
        ..good
    };
    assert_eq!(failed(&decide(&buy, &never).decision), [R::StaleData]);
}

#[test]
fn values_off_the_grid_or_beyond_the_range_are_refused() {
    let (paper, account) = (instrument(), account(10_000));
    let context = context(&paper, &account);
    for refused in [
        intent(Side::Buy, Some(0)),
        intent(Side::Buy, Some(-10)),
        intent(Side::Buy, Some(1_005)),
        intent(Side::Buy, Some(90)),
        intent(Side::Buy, Some(i64::MAX)),
        intent(Side::Buy, Some(i64::MIN)),
        limit(Side::Buy, 1_000, 9_999),
        limit(Side::Buy, 1_000, 0),
        limit(Side::Buy, 1_000, -5),
        limit(Side::Buy, i64::MAX - 7, i64::MAX - 2),
    ] {
        let verdict = decide(&refused, &context);
        assert!(failed(&verdict.decision).contains(&R::Grid), "{refused:?}");
    }
}

#[test]
fn short_positions_are_backed_in_full() {
    let (paper, mut account) = (instrument(), account(10_000));
    // 10 000 of own money and 6 000 received for what was sold short.
    account.cash = Decimal::from(16_000);
    let mut context = context(&paper, &account);
    context.short_value = Decimal::from(6_000);
    context.committed_cash = Decimal::from(3_000);
    let buy = decide(&limit(Side::Buy, 9_000, 10_000), &context);
    assert_eq!(
        check(&buy.decision, R::BuyingPower).limit,
        Some(Decimal::from(1_000))
    );
    assert!(buy.decision.approved);
    let more = decide(&limit(Side::Buy, 10_000, 10_000), &context);
    assert_eq!(
        failed(&more.decision),
        [R::BuyingPower],
        "the fee is on top"
    );
}

#[test]
fn a_journaled_order_is_readmitted_only_as_it_was_approved() {
    let (paper, account) = (instrument(), account(10_000));
    let guardian = guardian(|_| ());
    let verdict = decide(&intent(Side::Buy, Some(1_000)), &context(&paper, &account));
    let order = verdict.order();
    let decision = verdict.decision;
    assert!(guardian.readmit(order.clone(), &decision).is_some());
    let mut changed = vec![order.clone(); 5];
    changed[0].id = OrderId(8);
    changed[1].quantity = Qty::from_units(1_010);
    changed[2].side = Side::Sell;
    changed[3].state = OrderState::Cancelled;
    changed[4].filled = order.quantity;
    for changed in changed {
        assert!(guardian.readmit(changed, &decision).is_none());
    }
    let mut denied = decision.clone();
    denied.approved = false;
    assert!(guardian.readmit(order.clone(), &denied).is_none());
    let mut forged = decision;
    forged.checks[0].passed = false;
    assert!(guardian.readmit(order, &forged).is_none());
}

#[test]
fn a_limit_that_cannot_be_kept_is_named() {
    type Spoil = fn(&mut RiskConfig);
    let cases: &[(Spoil, &str)] = &[
        (
            |config| config.max_notional_percent = Decimal::ZERO,
            "risk.max_notional_percent is 0: it must be above 0 and at most 1000",
        ),
        (
            |config| config.max_daily_loss_percent = Decimal::from(101),
            "risk.max_daily_loss_percent is 101: it must be above 0 and at most 100",
        ),
        (
            |config| config.market_collar_percent = Decimal::NEGATIVE_ONE,
            "risk.market_collar_percent is -1: it must be from 0 to 100",
        ),
        (
            |config| config.stale_after_ms = 0,
            "risk.stale_after_ms is 0: it must be above 0",
        ),
        (
            |config| config.stop_timeframe_s = 4,
            "risk.stop_timeframe_s is 4: it must be from 5 to 86400",
        ),
    ];
    for (change, text) in cases {
        let mut config = RiskConfig::default();
        change(&mut config);
        let error = RiskGuardian::new(config).unwrap_err();
        assert_eq!(error.to_string(), *text);
    }
}
