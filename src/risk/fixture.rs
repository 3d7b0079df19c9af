//! A desk in order, for tests that spoil one thing of it at a time.
//! Must not be an edge case itself.

use rust_decimal::Decimal;

use super::*;
use crate::config::model::RiskConfig;
use crate::domain::{
    Account, CandleSource, Decision, DenialReason, Instrument, InstrumentId, InstrumentKey,
    OrderId, OrderIntent, OrderKind, OrderOrigin, Price, Qty, Session, Side, TimeInForce,
    Timestamp,
};

pub(super) fn instrument() -> Instrument {
    Instrument {
        key: InstrumentKey::new("SIM", "TITAN").unwrap(),
        symbol: "TITAN".to_owned(),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 3,
        tick_size: Price::from_units(5),
        lot_size: Qty::from_units(10),
        minimum_notional: Decimal::TEN,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    }
}

pub(super) fn account(equity: i64) -> Account {
    let equity = Decimal::from(equity);
    Account {
        cash: equity,
        equity,
        peak_equity: equity,
        day_start_equity: equity,
        ..Account::default()
    }
}

/// Bid 99.95, ask 100.00, ATR 1.00, 10 000 of equity, one instrument held elsewhere.
pub(super) fn context<'a>(instrument: &'a Instrument, account: &'a Account) -> RiskContext<'a> {
    RiskContext {
        instrument,
        now: Timestamp::from_seconds(100),
        last_tick: Some(Timestamp::from_seconds(99)),
        bid: Some(Price::from_units(9_995)),
        ask: Some(Price::from_units(10_000)),
        last: Some(Price::from_units(10_000)),
        atr: Some(100.0),
        position: Qty::ZERO,
        position_stop: None,
        working_buy: Qty::ZERO,
        working_sell: Qty::ZERO,
        open_positions: 1,
        short_value: Decimal::ZERO,
        committed_cash: Decimal::ZERO,
        account,
        halted: None,
        fee_bps: Decimal::TEN,
    }
}

pub(super) fn intent(side: Side, quantity: Option<i64>) -> OrderIntent {
    OrderIntent {
        instrument: InstrumentId(0),
        side,
        kind: OrderKind::Market,
        quantity: quantity.map(Qty::from_units),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Trader,
        reduce_only: false,
        stop_price: None,
        target_price: None,
    }
}

pub(super) fn reduce_only(side: Side, quantity: Option<i64>) -> OrderIntent {
    OrderIntent {
        reduce_only: true,
        ..intent(side, quantity)
    }
}

pub(super) fn limit(side: Side, quantity: i64, price: i64) -> OrderIntent {
    OrderIntent {
        kind: OrderKind::Limit(Price::from_units(price)),
        ..intent(side, Some(quantity))
    }
}

pub(super) fn guardian(change: impl FnOnce(&mut RiskConfig)) -> RiskGuardian {
    let mut config = RiskConfig::default();
    change(&mut config);
    RiskGuardian::new(config).unwrap()
}

pub(super) fn decide(intent: &OrderIntent, context: &RiskContext<'_>) -> Verdict {
    guardian(|_| ()).decide(OrderId(7), intent, context)
}

pub(super) fn failed(decision: &Decision) -> Vec<DenialReason> {
    decision.failed().map(|check| check.reason).collect()
}

pub(super) fn stop(side: Side, quantity: i64, trigger: i64) -> OrderIntent {
    OrderIntent {
        kind: OrderKind::Stop(Price::from_units(trigger)),
        ..intent(side, Some(quantity))
    }
}
