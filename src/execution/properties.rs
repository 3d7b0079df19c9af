//! What a venue may never do, over random orders and markets.
//! Must not look inside the venue: it goes by the reports alone.

use std::collections::HashMap;

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::fixture::{TITAN, approved, instrument, order};
use super::*;
use crate::config::model::PaperConfig;
use crate::domain::{
    Liquidity, Order, OrderId, OrderKind, OrderTerms, Price, Qty, Side, TimeInForce, Timestamp,
};

/// One thing that happens to the venue, some milliseconds after the last.
#[derive(Debug, Clone)]
enum Step {
    Submit {
        buys: bool,
        units: i64,
        /// Of a limit, or of a stop.
        price: Option<i64>,
        stops: bool,
        immediate: bool,
    },
    /// To another price and size; an order is changed once at most.
    Replace {
        order: u64,
        price: i64,
        units: i64,
    },
    Cancel(u64),
    Quote {
        bid: i64,
        spread: i64,
        sizes: (i64, i64),
    },
    Trade(i64, i64),
    Wait,
}

fn any_step() -> impl Strategy<Value = (i64, Step)> {
    let price = 1_990_i64..2_010;
    let submit = (
        any::<bool>(),
        1_i64..40,
        prop::option::of(price.clone()),
        any::<bool>(),
        prop::bool::weighted(0.2),
    )
        .prop_map(|(buys, units, price, stops, immediate)| Step::Submit {
            buys,
            units,
            price: price.map(|ticks| ticks * 5),
            stops,
            immediate,
        });
    let replace = (1_u64..20, price, 1_i64..40).prop_map(|(order, ticks, units)| Step::Replace {
        order,
        price: ticks * 5,
        units,
    });
    let step = prop_oneof![
        3 => submit,
        2 => replace,
        1 => (1_u64..20).prop_map(Step::Cancel),
        5 => (1_990_i64..2_010, -1_i64..4, (0_i64..20, 0_i64..20)).prop_map(|(bid, spread, sizes)| {
            Step::Quote { bid: bid * 5, spread: spread * 5, sizes }
        }),
        3 => (1_990_i64..2_010, 0_i64..20).prop_map(|(price, size)| Step::Trade(price * 5, size)),
        1 => Just(Step::Wait),
    ];
    (0_i64..30, step)
}

fn terms() -> PaperConfig {
    PaperConfig {
        latency_min_ms: 5,
        latency_mean_extra_ms: 15,
        ..PaperConfig::default()
    }
}

fn venue(seed: u64) -> PaperVenue {
    let mut venue = PaperVenue::new(terms(), seed);
    venue.list(TITAN, instrument(1));
    venue
}

/// What was sent to a venue and what it said.
struct Played {
    sent: HashMap<OrderId, (Order, Timestamp)>,
    replaced: HashMap<OrderId, OrderTerms>,
    reports: Vec<VenueReport>,
}

fn play(mut venue: PaperVenue, steps: &[(i64, Step)]) -> Played {
    let mut sent: HashMap<OrderId, (Order, Timestamp)> = HashMap::new();
    let mut replaced = HashMap::new();
    let mut reports = Vec::new();
    let mut millis = 0;
    for (wait, step) in steps {
        millis += wait;
        let now = Timestamp::from_millis(millis);
        match step {
            Step::Submit {
                buys,
                units,
                price,
                stops,
                immediate,
            } => {
                let side = if *buys { Side::Buy } else { Side::Sell };
                let mut next = Order {
                    time_in_force: if *immediate {
                        TimeInForce::Ioc
                    } else {
                        TimeInForce::Gtc
                    },
                    ..order(sent.len() as u64 + 1, side, *units, *price)
                };
                if let (true, Some(trigger)) = (*stops, next.kind.price()) {
                    next.kind = OrderKind::Stop(trigger);
                }
                sent.insert(next.id, (next.clone(), now));
                venue.submit(approved(next), Some(Price::from_units(10_000)), now);
            }
            Step::Replace {
                order,
                price,
                units,
            } => {
                let id = OrderId(*order);
                let changed = sent.get(&id).and_then(|(order, _)| {
                    let kind = order.kind.at(Price::from_units(*price))?;
                    let quantity = Qty::from_units(*units);
                    Some(order.with_terms(OrderTerms { kind, quantity }))
                });
                if let Some(changed) = changed.filter(|_| !replaced.contains_key(&id)) {
                    replaced.insert(id, changed.terms());
                    venue.replace(approved(changed), now);
                }
            }
            Step::Cancel(id) => venue.cancel(OrderId(*id), TITAN, now),
            Step::Quote { bid, spread, sizes } => venue.on_quote(
                TITAN,
                (Price::from_units(*bid), Qty::from_units(sizes.0)),
                (Price::from_units(bid + spread), Qty::from_units(sizes.1)),
                now,
                &mut reports,
            ),
            Step::Trade(price, size) => venue.on_trade(
                TITAN,
                Price::from_units(*price),
                Qty::from_units(*size),
                now,
                &mut reports,
            ),
            Step::Wait => venue.run_until(now, &mut reports),
        }
    }
    venue.run_until(Timestamp::from_seconds(1_000_000), &mut reports);
    Played {
        sent,
        replaced,
        reports,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn the_venue_never_does_what_a_venue_may_not(
        steps in prop::collection::vec(any_step(), 1..120), seed in any::<u64>(),
    ) {
        let Played { sent, replaced, reports } = play(venue(seed), &steps);
        let mut held: HashMap<OrderId, OrderTerms> =
            sent.iter().map(|(id, (order, _))| (*id, order.terms())).collect();
        let mut filled: HashMap<OrderId, i64> = HashMap::new();
        let mut accepted = HashMap::new();
        let mut triggered = HashMap::new();
        let mut over = HashMap::new();
        let (mut last_execution, mut cancel_answers, mut change_answers) = (0, 0, 0);
        for report in &reports {
            match report {
                VenueReport::Accepted { order, time } => {
                    prop_assert!(*time >= sent[order].1.plus_nanos(5_000_000));
                    prop_assert!(accepted.insert(*order, *time).is_none());
                }
                VenueReport::Triggered { order, time } => {
                    prop_assert!(matches!(held[order].kind, OrderKind::Stop(_)));
                    prop_assert!(accepted[order] <= *time && !over.contains_key(order));
                    prop_assert!(triggered.insert(*order, *time).is_none());
                }
                VenueReport::Replaced { order, time } => {
                    prop_assert!(accepted[order] <= *time && !over.contains_key(order));
                    held.insert(*order, replaced[order]);
                    change_answers += 1;
                }
                VenueReport::ReplaceRejected { .. } => change_answers += 1,
                VenueReport::Filled { order, execution, price, quantity, fee, slippage, liquidity, time } => {
                    let (sent, _) = &sent[order];
                    prop_assert!(accepted[order] <= *time, "filled before it arrived");
                    prop_assert!(!over.contains_key(order), "filled after its end");
                    prop_assert!(quantity.units() > 0 && price.units() > 0 && price.units() % 5 == 0);
                    *filled.entry(*order).or_default() += quantity.units();
                    prop_assert!(filled[order] <= held[order].quantity.units());
                    let mut reference = 10_000;
                    match held[order].kind {
                        OrderKind::Limit(limit) => match sent.side {
                            Side::Buy => prop_assert!(*price <= limit),
                            Side::Sell => prop_assert!(*price >= limit),
                        },
                        OrderKind::Market => prop_assert_eq!(*liquidity, Liquidity::Taker),
                        OrderKind::Stop(trigger) => {
                            prop_assert_eq!(*liquidity, Liquidity::Taker);
                            prop_assert!(triggered[order] <= *time, "filled before it was triggered");
                            reference = trigger.units();
                        }
                    }
                    prop_assert!(*fee >= Decimal::ZERO && fee.scale() <= 8);
                    let paid = Decimal::new(price.units() - reference, 2);
                    let worse = if sent.side == Side::Buy { paid } else { -paid };
                    prop_assert_eq!(*slippage, worse);
                    prop_assert_eq!(execution.0, last_execution + 1);
                    last_execution = execution.0;
                }
                VenueReport::Cancelled { order, time, reason } => {
                    prop_assert!(accepted[order] <= *time);
                    prop_assert!(over.insert(*order, *time).is_none());
                    let quantity = held[order].quantity.units();
                    prop_assert!(filled.get(order).copied().unwrap_or(0) < quantity);
                    cancel_answers += usize::from(reason.contains("request"));
                    change_answers += usize::from(reason.contains("new size"));
                }
                VenueReport::Rejected { .. } => prop_assert!(false, "{:?}", report),
                VenueReport::CancelRejected { .. } => cancel_answers += 1,
            }
        }
        prop_assert_eq!(accepted.len(), sent.len(), "every order is answered");
        let cancels = steps.iter().filter(|(_, step)| matches!(step, Step::Cancel(_))).count();
        prop_assert_eq!(cancel_answers, cancels, "every cancel is answered");
        prop_assert_eq!(change_answers, replaced.len(), "every change is answered");
    }

    #[test]
    fn nothing_is_filled_while_no_price_is_known(
        steps in prop::collection::vec(any_step(), 1..60), seed in any::<u64>(),
    ) {
        let blind: Vec<_> = steps
            .into_iter()
            .filter(|(_, step)| !matches!(step, Step::Quote { .. } | Step::Trade(..)))
            .collect();
        let played = play(venue(seed), &blind);
        let fills = played.reports.iter().filter(|report| matches!(report, VenueReport::Filled { .. }));
        prop_assert_eq!(fills.count(), 0);
    }

    #[test]
    fn no_offer_is_used_beyond_its_size(
        orders in prop::collection::vec((any::<bool>(), 1_i64..40, prop::option::of(1_995_i64..2_005)), 1..10),
        sizes in (1_i64..50, 1_i64..50), trade in 1_i64..50, seed in any::<u64>(),
    ) {
        let mut venue = venue(seed);
        let mut reports = Vec::new();
        for (index, (buys, units, limit)) in orders.iter().enumerate() {
            let side = if *buys { Side::Buy } else { Side::Sell };
            let next = order(index as u64 + 1, side, *units, limit.map(|ticks| ticks * 5));
            venue.submit(approved(next), None, Timestamp::ZERO);
        }
        venue.run_until(Timestamp::from_seconds(10), &mut reports);
        let later = Timestamp::from_seconds(11);
        let (bid, ask) = (Price::from_units(10_000), Price::from_units(10_005));
        venue.on_quote(TITAN, (bid, Qty::from_units(sizes.0)), (ask, Qty::from_units(sizes.1)), later, &mut reports);
        let taken = |reports: &[VenueReport], side: bool| -> i64 {
            reports.iter().map(|report| match report {
                VenueReport::Filled { order, quantity, .. }
                    if orders[order.0 as usize - 1].0 == side => quantity.units(),
                _ => 0,
            }).sum()
        };
        prop_assert!(taken(&reports, true) <= sizes.1);
        prop_assert!(taken(&reports, false) <= sizes.0);
        // Orders whose limit the trade went beyond are filled whole; all others share its size.
        reports.clear();
        let middle = Price::from_units(2_002 * 5);
        venue.on_trade(TITAN, middle, Qty::from_units(trade), later, &mut reports);
        let shared: i64 = reports.iter().map(|report| match report {
            VenueReport::Filled { order, quantity, .. } => {
                let (buys, _, limit) = &orders[order.0 as usize - 1];
                let beaten = limit.is_some_and(|ticks| if *buys { ticks > 2_002 } else { ticks < 2_002 });
                if beaten { 0 } else { quantity.units() }
            }
            _ => 0,
        }).sum();
        prop_assert!(shared <= trade);
    }

    #[test]
    fn the_same_seed_and_steps_give_the_same_reports(
        steps in prop::collection::vec(any_step(), 1..80), seed in any::<u64>(),
    ) {
        let (first, second) = (play(venue(seed), &steps), play(venue(seed), &steps));
        prop_assert_eq!(first.reports, second.reports);
    }
}
