//! What the ledger promises, by example and over random fills.
//! Must not compute expected money with floats.

use proptest::prelude::*;
use rust_decimal::Decimal;

use super::money::exact_add;
use super::*;
use crate::domain::time::NANOS_PER_DAY;
use crate::domain::{
    CandleSource, ExecutionId, Fill, Instrument, InstrumentId, InstrumentKey, Liquidity, OrderId,
    Price, Qty, Session, Side, Timestamp,
};

const SCALES: [(u8, u8); 4] = [(2, 0), (8, 8), (5, 3), (0, 6)];

fn instrument(index: usize) -> Instrument {
    let (price_scale, quantity_scale) = SCALES[index];
    Instrument {
        key: InstrumentKey::new("TEST", &format!("I{index}")).unwrap(),
        symbol: format!("I{index}"),
        currency: "USD".to_owned(),
        price_scale,
        quantity_scale,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    }
}

fn fill(execution: u64, index: u32, side: Side, units: i64, price: i64, fee: i64) -> Fill {
    Fill {
        execution: ExecutionId(execution),
        order: OrderId(1),
        instrument: InstrumentId(index),
        side,
        quantity: Qty::from_units(units),
        price: Price::from_units(price),
        fee: Decimal::new(fee, 8),
        slippage: Decimal::ZERO,
        // A value that would be noticed if the ledger read it.
        realized_pnl: Decimal::new(777_777, 0),
        liquidity: Liquidity::Taker,
        time: Timestamp::ZERO,
    }
}

fn total_cost(ledger: &Ledger) -> Decimal {
    ledger
        .positions()
        .map(|(_, position)| position.cost())
        .fold(Decimal::ZERO, |sum, cost| exact_add(sum, cost).unwrap())
}

fn assert_conserved(ledger: &Ledger) {
    let account = ledger.account();
    assert_eq!(
        exact_add(account.cash, total_cost(ledger)).unwrap(),
        ledger.initial_cash() + account.realized_pnl - account.fees
    );
    let value: Decimal = ledger
        .positions()
        .map(|(_, position)| position.market_value().unwrap())
        .sum();
    assert_eq!(account.equity, account.cash + value);
    assert_eq!(ledger.open_positions(), ledger.positions().count());
    let short: Decimal = ledger
        .positions()
        .map(|(_, position)| position.short_value().unwrap())
        .sum();
    assert_eq!(ledger.short_value(), short);
}

fn dollars(cents: i64) -> Decimal {
    Decimal::new(cents, 2)
}

#[test]
fn a_long_round_trip_realises_the_difference() {
    let paper = instrument(0);
    let mut ledger = Ledger::new(dollars(100_000));
    let bought = ledger
        .apply(&fill(1, 0, Side::Buy, 3, 10_000, 100_000_000), &paper)
        .unwrap();
    assert_eq!(bought.realized_pnl, Decimal::ZERO);
    assert_eq!((bought.before.units(), bought.after.units()), (0, 3));
    assert_eq!(ledger.account().cash, dollars(100_000 - 30_000 - 100));
    let sold = ledger
        .apply(&fill(2, 0, Side::Sell, 3, 11_000, 0), &paper)
        .unwrap();
    assert_eq!(sold.realized_pnl, dollars(3_000));
    assert_eq!(ledger.position(InstrumentId(0)).cost(), Decimal::ZERO);
    assert_eq!(ledger.account().equity, dollars(100_000 + 3_000 - 100));
    assert_eq!(ledger.open_positions(), 0);
}

#[test]
fn thirds_of_a_position_leave_no_crumb() {
    let paper = instrument(0);
    let mut ledger = Ledger::new(dollars(100_000));
    ledger
        .apply(&fill(1, 0, Side::Buy, 1, 10_000, 0), &paper)
        .unwrap();
    ledger
        .apply(&fill(2, 0, Side::Buy, 2, 10_001, 0), &paper)
        .unwrap();
    let mut realized = Vec::new();
    for execution in 3..6 {
        let applied = ledger
            .apply(&fill(execution, 0, Side::Sell, 1, 10_000, 0), &paper)
            .unwrap();
        realized.push(applied.realized_pnl.to_string());
        assert_conserved(&ledger);
    }
    // 300.02 / 3; half-way roundings go to the even digit, and the last takes what is left.
    let thirds = ["-0.006666666667", "-0.006666666666", "-0.006666666667"];
    assert_eq!(realized, thirds);
    let position = ledger.position(InstrumentId(0));
    assert_eq!(position.cost(), Decimal::ZERO);
    assert_eq!(position.realized_pnl(), dollars(-2));
    assert_eq!(ledger.account().cash, dollars(100_000 - 2));
}

#[test]
fn a_sale_through_zero_closes_the_long_and_opens_a_short() {
    let paper = instrument(0);
    let id = InstrumentId(0);
    let mut ledger = Ledger::new(dollars(100_000));
    ledger
        .apply(&fill(1, 0, Side::Buy, 2, 10_000, 0), &paper)
        .unwrap();
    let applied = ledger
        .apply(&fill(2, 0, Side::Sell, 5, 12_000, 0), &paper)
        .unwrap();
    assert_eq!(applied.realized_pnl, dollars(4_000));
    assert_eq!(applied.after.units(), -3);
    let position = ledger.position(id);
    assert_eq!(position.cost(), dollars(-36_000));
    assert_eq!(position.average_price(&paper), Some(dollars(12_000)));
    // The first fill's price is the mark until there is another.
    ledger.mark(id, Price::from_units(11_000), &paper).unwrap();
    assert_eq!(ledger.account().unrealized_pnl, dollars(3_000));
    assert_eq!(ledger.short_value(), dollars(33_000));
    assert_conserved(&ledger);
}

#[test]
fn a_repeated_or_older_execution_changes_nothing() {
    let paper = instrument(0);
    let mut ledger = Ledger::new(dollars(100_000));
    ledger
        .apply(&fill(7, 0, Side::Buy, 2, 10_000, 0), &paper)
        .unwrap();
    let before = ledger.clone();
    for execution in [7, 6, 1] {
        assert_eq!(
            ledger.apply(&fill(execution, 0, Side::Buy, 2, 10_000, 0), &paper),
            Err(LedgerError::Duplicate {
                execution: ExecutionId(execution),
                newest: ExecutionId(7),
            })
        );
    }
    assert_eq!(ledger, before);
    // Another instrument's executions are numbered on their own.
    ledger
        .apply(&fill(3, 1, Side::Buy, 2, 10_000, 0), &instrument(1))
        .unwrap();
}

#[test]
fn what_cannot_be_booked_changes_nothing() {
    let paper = instrument(0);
    let mut ledger = Ledger::new(dollars(100_000));
    ledger
        .apply(&fill(1, 0, Side::Buy, i64::MAX, 1, 0), &paper)
        .unwrap();
    let before = ledger.clone();
    for refused in [
        fill(2, 0, Side::Buy, 1, 1, 0),
        fill(2, 1, Side::Buy, i64::MAX, i64::MAX, 0),
        fill(2, 0, Side::Sell, 0, 1, 0),
        fill(2, 0, Side::Sell, -1, 1, 0),
        fill(2, u32::MAX, Side::Buy, 1, 1, 0),
    ] {
        assert!(ledger.apply(&refused, &paper).is_err(), "{refused:?}");
    }
    assert!(
        ledger
            .mark(InstrumentId(0), Price::from_units(i64::MAX), &paper)
            .is_err()
    );
    assert_eq!(ledger, before);
}

#[test]
fn the_day_starts_at_its_first_sample_and_the_peak_only_rises() {
    let paper = instrument(0);
    let id = InstrumentId(0);
    let mut ledger = Ledger::new(dollars(100_000));
    ledger
        .apply(&fill(1, 0, Side::Buy, 1, 10_000, 0), &paper)
        .unwrap();
    let at = |day: i64, nanos: i64| Timestamp::from_nanos(day * NANOS_PER_DAY + nanos);
    ledger.mark(id, Price::from_units(11_000), &paper).unwrap();
    assert_eq!(ledger.sample(at(5, 0)).day_start_equity, dollars(101_000));
    ledger.mark(id, Price::from_units(9_000), &paper).unwrap();
    let later = ledger.sample(at(5, NANOS_PER_DAY - 1));
    assert_eq!(later.day_start_equity, dollars(101_000));
    assert_eq!(later.peak_equity, dollars(101_000));
    assert_eq!(later.day_pnl(), dollars(-2_000));
    assert_eq!(ledger.sample(at(6, 0)).day_start_equity, dollars(99_000));
    // A late sample of the day before does not bring that day back.
    ledger.mark(id, Price::from_units(8_000), &paper).unwrap();
    assert_eq!(ledger.sample(at(5, 1)).day_start_equity, dollars(99_000));
    assert_eq!(ledger.sample(at(6, 2)).day_start_equity, dollars(99_000));
}

#[test]
fn a_saved_ledger_comes_back_under_other_indices_with_decimals_as_text() {
    let mut ledger = Ledger::new(dollars(100_000));
    ledger
        .apply(&fill(1, 0, Side::Buy, 3, 10_000, 5), &instrument(0))
        .unwrap();
    ledger
        .apply(&fill(2, 1, Side::Sell, 3, 10_000, 5), &instrument(1))
        .unwrap();
    ledger.sample(Timestamp::from_seconds(1));
    let state = ledger
        .to_state(|id| Some(instrument(id.index()).key))
        .unwrap();
    let text = serde_json::to_string(&state).unwrap();
    assert!(text.contains(r#""cash":"699.9"#), "{text}");
    let read: LedgerState = serde_json::from_str(&text).unwrap();
    assert_eq!(read, state);

    let moved = |key: &InstrumentKey| match key.token() {
        "I0" => Some(InstrumentId(4)),
        "I1" => Some(InstrumentId(2)),
        _ => None,
    };
    let restored = Ledger::from_state(read, moved).unwrap();
    assert_eq!(restored.account(), ledger.account());
    assert_eq!(
        restored.position(InstrumentId(4)),
        ledger.position(InstrumentId(0))
    );
    assert_eq!(restored.open_positions(), 2);
    assert_conserved(&restored);

    let mut broken = state.clone();
    broken.cash += Decimal::new(1, 8);
    assert!(matches!(
        Ledger::from_state(broken, moved),
        Err(LedgerError::Inconsistent { .. })
    ));
    assert!(matches!(
        Ledger::from_state(state, |_| None),
        Err(LedgerError::NotListed { .. })
    ));
}

fn any_fill() -> impl Strategy<Value = (u32, bool, i64, i64, i64)> {
    (
        0_u32..4,
        any::<bool>(),
        1_i64..5_000,
        1_i64..900_000_000,
        0_i64..1_000_000,
    )
}

proptest! {
    #[test]
    fn money_is_conserved_to_the_last_digit(
        fills in prop::collection::vec(any_fill(), 1..120),
        marks in prop::collection::vec((0_u32..4, 1_i64..900_000_000), 0..40),
    ) {
        let instruments: Vec<_> = (0..4).map(instrument).collect();
        let mut ledger = Ledger::new(Decimal::new(123_456_789, 3));
        let mut realized = Decimal::ZERO;
        let mut execution = 0;
        for (step, (index, buys, units, price, fee)) in fills.into_iter().enumerate() {
            execution += 1;
            let side = if buys { Side::Buy } else { Side::Sell };
            let next = fill(execution, index, side, units, price, fee);
            let applied = ledger.apply(&next, &instruments[index as usize]).unwrap();
            realized += applied.realized_pnl;
            if let Some((index, price)) = marks.get(step) {
                ledger
                    .mark(InstrumentId(*index), Price::from_units(*price), &instruments[*index as usize])
                    .unwrap();
            }
            assert_conserved(&ledger);
            prop_assert_eq!(ledger.account().realized_pnl, realized);
        }
        let state = ledger.to_state(|id| Some(instruments[id.index()].key.clone())).unwrap();
        let id_of = |key: &InstrumentKey| {
            instruments.iter().position(|known| known.key == *key).map(|at| InstrumentId(at as u32))
        };
        prop_assert_eq!(&Ledger::from_state(state, id_of).unwrap(), &ledger);

        let open: Vec<_> = ledger.positions().map(|(id, held)| (id, held.quantity())).collect();
        for (id, quantity) in open {
            execution += 1;
            let side = if quantity.units() > 0 { Side::Sell } else { Side::Buy };
            let last = fill(execution, id.0, side, quantity.abs().units(), 77_777, 3);
            ledger.apply(&last, &instruments[id.index()]).unwrap();
            assert_conserved(&ledger);
        }
        prop_assert_eq!(total_cost(&ledger), Decimal::ZERO);
        prop_assert_eq!(ledger.open_positions(), 0);
        for index in 0..4 {
            prop_assert_eq!(ledger.position(InstrumentId(index)).cost(), Decimal::ZERO);
        }
        prop_assert_eq!(ledger.account().unrealized_pnl, Decimal::ZERO);
        prop_assert_eq!(ledger.account().equity, ledger.account().cash);
    }
}
