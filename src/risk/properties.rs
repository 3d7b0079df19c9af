//! What holds for every limit, every order and every state of the world.
//! Must not repeat the formulas of the code it tests.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::fixture::{account, context, instrument, intent};
use super::*;
use crate::config::model::RiskConfig;
use crate::domain::{
    Account, Decision, Order, OrderId, OrderIntent, OrderKind, OrderTerms, Price, Qty, Side,
    Timestamp,
};

/// The state of the world, in plain numbers.
#[derive(Debug, Clone)]
struct World {
    position: i64,
    working_buy: i64,
    working_sell: i64,
    open_positions: usize,
    cash: i64,
    equity: i64,
    age_ms: i64,
    atr: Option<f64>,
    halted: bool,
    short_value: i64,
    committed: i64,
    position_stop: Option<i64>,
}

fn any_world() -> impl Strategy<Value = World> {
    let atr = prop_oneof![
        4 => (1.0_f64..500.0).prop_map(Some),
        1 => prop::sample::select(vec![None, Some(f64::NAN), Some(f64::INFINITY), Some(-3.0), Some(0.0)]),
    ];
    (
        (
            -2_000_i64..2_000,
            prop_oneof![2 => Just(0_i64), 1 => 0_i64..1_000],
            prop_oneof![2 => Just(0_i64), 1 => 0_i64..1_000],
            0_usize..12,
        ),
        (
            -1_000_i64..20_000,
            prop_oneof![6 => 9_000_i64..12_000, 1 => -100_i64..100],
        ),
        (0_i64..8_000, atr, prop::bool::weighted(0.1)),
        (
            prop_oneof![3 => Just(0_i64), 1 => 0_i64..5_000],
            prop_oneof![3 => Just(0_i64), 1 => 0_i64..5_000],
            prop::option::of(1_800_i64..2_200),
        ),
    )
        .prop_map(
            |(
                (position, working_buy, working_sell, open_positions),
                (cash, equity),
                (age_ms, atr, halted),
                (short_value, committed, position_stop),
            )| World {
                position: position * 10,
                working_buy: working_buy * 10,
                working_sell: working_sell * 10,
                open_positions,
                cash,
                equity,
                age_ms,
                atr,
                halted,
                short_value,
                committed,
                position_stop: position_stop.map(|ticks| ticks * 5),
            },
        )
}

fn any_intent() -> impl Strategy<Value = OrderIntent> {
    (
        any::<bool>(),
        prop::option::of(1_i64..3_000),
        prop::option::of(1_500_i64..2_500),
        prop::bool::weighted(0.3),
        prop::option::weighted(0.2, 1_800_i64..2_200),
        (
            prop::option::weighted(0.2, 1_800_i64..2_200),
            prop::bool::weighted(0.3),
        ),
    )
        .prop_map(
            |(buys, lots, price, reduce_only, stop, (target, triggers))| OrderIntent {
                kind: price.map_or(OrderKind::Market, |ticks| {
                    let price = Price::from_units(ticks * 5);
                    if triggers {
                        OrderKind::Stop(price)
                    } else {
                        OrderKind::Limit(price)
                    }
                }),
                reduce_only,
                stop_price: stop.map(|ticks| Price::from_units(ticks * 5)),
                target_price: target.map(|ticks| Price::from_units(ticks * 5)),
                ..intent(
                    if buys { Side::Buy } else { Side::Sell },
                    lots.map(|lots| lots * 10),
                )
            },
        )
}

fn any_limits() -> impl Strategy<Value = RiskConfig> {
    (
        (1_i64..60, 1_i64..60, 1_u32..12, 1_i64..20, 1_i64..20),
        (
            500_u32..9_000,
            any::<bool>(),
            1_i64..300,
            1_i64..6,
            0_i64..5,
        ),
    )
        .prop_map(
            |(
                (notional, position, open, loss, drawdown),
                (stale, allow_short, risk, multiple, collar),
            )| {
                RiskConfig {
                    max_notional_percent: Decimal::from(notional),
                    max_position_percent: Decimal::from(position),
                    max_open_positions: open,
                    max_daily_loss_percent: Decimal::from(loss),
                    max_drawdown_percent: Decimal::from(drawdown),
                    stale_after_ms: stale,
                    allow_short,
                    risk_per_trade_percent: Decimal::new(risk, 2),
                    stop_atr_multiple: Decimal::from(multiple),
                    market_collar_percent: Decimal::from(collar),
                    ..RiskConfig::default()
                }
            },
        )
}

/// At least as tight as both in every limit.
fn tighter(one: &RiskConfig, other: &RiskConfig) -> RiskConfig {
    RiskConfig {
        max_notional_percent: one.max_notional_percent.min(other.max_notional_percent),
        max_position_percent: one.max_position_percent.min(other.max_position_percent),
        max_open_positions: one.max_open_positions.min(other.max_open_positions),
        max_daily_loss_percent: one.max_daily_loss_percent.min(other.max_daily_loss_percent),
        max_drawdown_percent: one.max_drawdown_percent.min(other.max_drawdown_percent),
        stale_after_ms: one.stale_after_ms.min(other.stale_after_ms),
        allow_short: one.allow_short && other.allow_short,
        risk_per_trade_percent: one.risk_per_trade_percent.min(other.risk_per_trade_percent),
        stop_atr_multiple: one.stop_atr_multiple.max(other.stop_atr_multiple),
        market_collar_percent: one.market_collar_percent.max(other.market_collar_percent),
        ..one.clone()
    }
}

/// Asks the guardian in this world.
fn ask<T>(
    config: &RiskConfig,
    world: &World,
    question: impl FnOnce(&RiskGuardian, &RiskContext<'_>) -> T,
) -> T {
    let paper = instrument();
    let account = Account {
        cash: Decimal::from(world.cash),
        equity: Decimal::from(world.equity),
        ..account(10_000)
    };
    let plain = context(&paper, &account);
    let context = RiskContext {
        position: Qty::from_units(world.position),
        position_stop: world.position_stop.map(Price::from_units),
        working_buy: Qty::from_units(world.working_buy),
        working_sell: Qty::from_units(world.working_sell),
        open_positions: world.open_positions,
        last_tick: Some(Timestamp::from_millis(100_000 - world.age_ms)),
        atr: world.atr,
        halted: world.halted.then_some("test"),
        short_value: Decimal::from(world.short_value),
        committed_cash: Decimal::from(world.committed),
        ..plain
    };
    question(&RiskGuardian::new(config.clone()).unwrap(), &context)
}

fn decide(config: &RiskConfig, world: &World, intent: &OrderIntent) -> Decision {
    ask(config, world, |guardian, context| {
        let verdict = guardian.decide(OrderId(1), intent, context);
        assert_eq!(verdict.decision.approved, verdict.approved.is_some());
        assert_eq!(
            verdict.decision.approved,
            verdict.decision.checks.iter().all(|check| check.passed)
        );
        assert_eq!(
            guardian.decide(OrderId(1), intent, context).decision,
            verdict.decision,
            "asking changes nothing"
        );
        verdict.decision
    })
}

fn worth(decision: &Decision, units: i64) -> Decimal {
    instrument()
        .notional(decision.reference_price.unwrap(), Qty::from_units(units))
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn a_tighter_limit_never_approves_what_a_looser_one_refused(
        looser in any_limits(), other in any_limits(), world in any_world(), intent in any_intent(),
    ) {
        let tight = decide(&tighter(&looser, &other), &world, &intent);
        if tight.approved {
            let loose = decide(&looser, &world, &intent);
            prop_assert!(loose.approved, "{} passed tight only", loose.denial());
            prop_assert!(loose.quantity >= tight.quantity);
        }
    }

    #[test]
    fn what_is_approved_keeps_every_limit_in_any_order_of_fills(
        config in any_limits(), world in any_world(), intent in any_intent(),
        parts in prop::collection::vec(0.0_f64..1.0, 3),
    ) {
        let decision = decide(&config, &world, &intent);
        if !decision.approved {
            return Ok(());
        }
        let quantity = decision.quantity.units();
        prop_assert!(quantity > 0 && quantity % 10 == 0);
        let share = |whole: i64, part: f64| (whole as f64 * part) as i64;
        let bought = share(world.working_buy, parts[0]);
        let sold = share(world.working_sell, parts[1]);
        let filled = intent.side.signed(Qty::from_units(share(quantity, parts[2]))).units();
        let before = world.position + bought - sold;
        let after = before + filled;
        let opposed = match intent.side {
            Side::Buy => -world.position - world.working_buy,
            Side::Sell => world.position - world.working_sell,
        }.max(0);
        if intent.reduce_only || quantity <= opposed {
            prop_assert!(after.abs() <= before.abs(), "{before} to {after}");
            prop_assert!(after.signum() * before.signum() >= 0);
        } else {
            let equity = Decimal::from(world.equity);
            let allowed = |percent: Decimal| equity * percent / Decimal::ONE_HUNDRED;
            prop_assert!(!world.halted);
            prop_assert!(worth(&decision, quantity - opposed) <= allowed(config.max_notional_percent));
            prop_assert!(worth(&decision, after.abs()) <= allowed(config.max_position_percent));
            let free = world.cash - 2 * world.short_value - world.committed;
            prop_assert!(worth(&decision, quantity - opposed) <= Decimal::from(free));
        }
        if !config.allow_short && intent.side == Side::Sell {
            let worst = world.position - world.working_sell - quantity;
            prop_assert!(worst >= 0);
        }
    }

    #[test]
    fn an_atr_that_is_no_number_never_makes_an_order_larger(
        config in any_limits(), world in any_world(), intent in any_intent(),
    ) {
        let usable = world.atr.is_some_and(|atr| atr.is_finite() && atr > 0.0);
        if usable {
            return Ok(());
        }
        let decision = decide(&config, &world, &intent);
        let with_atr = decide(&config, &World { atr: Some(0.000_1), ..world }, &intent);
        prop_assert!(decision.quantity <= with_atr.quantity);
    }

    #[test]
    fn a_sized_order_passes_the_limits_that_its_size_can_pass(
        config in any_limits(), world in any_world(), buys in any::<bool>(),
    ) {
        let decision = decide(&config, &world, &intent(if buys { Side::Buy } else { Side::Sell }, None));
        use crate::domain::DenialReason as R;
        let sized = decision.checks.iter().any(|check| check.reason == R::Sizing && check.passed);
        if sized {
            for check in decision.failed() {
                // The far side of the book, which no size of this order changes, may break it.
                let far_side = check.reason == R::MaxPosition
                    && (world.working_buy > 0 || world.working_sell > 0);
                prop_assert!(
                    far_side || !matches!(
                        check.reason,
                        R::MaxNotional | R::MaxPosition | R::BuyingPower | R::ShortSale
                    ),
                    "{:?}", check
                );
            }
        }
    }

    #[test]
    fn a_stop_of_the_position_never_makes_an_order_larger(
        config in any_limits(), world in any_world(), intent in any_intent(),
    ) {
        let with_stop = decide(&config, &world, &intent);
        let without = decide(&config, &World { position_stop: None, ..world }, &intent);
        prop_assert!(with_stop.quantity <= without.quantity);
    }

    /// A change is judged like a new order of what would be open, and less of the same passes.
    #[test]
    fn a_change_is_judged_like_a_new_order_of_what_would_be_open(
        config in any_limits(), world in any_world(), intent in any_intent(),
        price in 1_500_i64..2_500, lots in 1_i64..3_000, filled in 0_i64..3_000,
    ) {
        let quantity = Qty::from_units(lots * 10);
        let filled = Qty::from_units(filled.min(lots - 1) * 10);
        let Some(kind) = intent.kind.at(Price::from_units(price * 5)) else {
            return Ok(());
        };
        let (change, order) = ask(&config, &world, |guardian, context| {
            let order = Order { filled, ..guardian.decide(OrderId(1), &intent, context).order() };
            let terms = OrderTerms { kind, quantity };
            (guardian.decide_change(&order, terms, context), order)
        });
        let open = OrderIntent {
            kind,
            quantity: Some(quantity.saturating_sub(filled)),
            stop_price: order.stop_price,
            target_price: order.target_price,
            ..intent
        };
        let new = decide(&config, &world, &open);
        let lessens = kind == order.kind && quantity <= order.quantity;
        if lessens {
            prop_assert!(change.decision.approved || !new.approved);
        } else {
            prop_assert_eq!(change.decision.checks, new.checks);
            prop_assert_eq!(change.decision.approved, new.approved);
        }
        prop_assert_eq!(change.decision.approved, change.approved.is_some());
        if let Some(approved) = change.approved {
            prop_assert_eq!(approved.get(), &order.with_terms(OrderTerms { kind, quantity }));
        }
    }
}
