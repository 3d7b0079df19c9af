//! A venue with one instrument and exact latency, and orders that risk let through.
//! Must not be used outside tests: it approves what it is given.

use std::sync::Arc;

use rust_decimal::Decimal;

use super::*;
use crate::config::model::{PaperConfig, RiskConfig};
use crate::domain::{
    CandleSource, Check, Decision, DenialReason, Instrument, InstrumentId, InstrumentKey, Order,
    OrderId, OrderIntent, OrderKind, OrderOrigin, OrderState, Price, Qty, Session, Side,
    TimeInForce, Timestamp,
};
use crate::risk::{Approved, RiskGuardian};

pub(super) const TITAN: InstrumentId = InstrumentId(0);

pub(super) fn instrument(lot: i64) -> Arc<Instrument> {
    Arc::new(Instrument {
        key: InstrumentKey::new("SIM", "TITAN").unwrap(),
        symbol: "TITAN".to_owned(),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 0,
        tick_size: Price::from_units(5),
        lot_size: Qty::from_units(lot),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

/// 10 ms of latency and no more, 2 bps of spread, 1 bp of slippage, 10 and 5 bps of fees.
pub(super) fn config() -> PaperConfig {
    PaperConfig {
        latency_min_ms: 10,
        latency_mean_extra_ms: 0,
        ..PaperConfig::default()
    }
}

pub(super) fn order(id: u64, side: Side, units: i64, limit: Option<i64>) -> Order {
    Order {
        id: OrderId(id),
        instrument: TITAN,
        side,
        kind: limit.map_or(OrderKind::Market, |limit| {
            OrderKind::Limit(Price::from_units(limit))
        }),
        quantity: Qty::from_units(units),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Trader,
        reduce_only: false,
        stop_price: None,
        target_price: None,
        triggered: false,
        replacement: None,
        state: OrderState::Submitted,
        filled: Qty::ZERO,
        filled_value: Decimal::ZERO,
        created: Timestamp::ZERO,
        updated: Timestamp::ZERO,
        reason: None,
    }
}

pub(super) fn approved(order: Order) -> Approved<Order> {
    let decision = Decision {
        order: order.id,
        intent: OrderIntent {
            instrument: order.instrument,
            side: order.side,
            kind: order.kind,
            quantity: Some(order.quantity),
            time_in_force: order.time_in_force,
            origin: order.origin.clone(),
            reduce_only: order.reduce_only,
            stop_price: order.stop_price,
            target_price: order.target_price,
        },
        amends: false,
        quantity: order.quantity,
        reference_price: None,
        approved: true,
        checks: vec![Check {
            reason: DenialReason::Halted,
            passed: true,
            limit: None,
            value: None,
        }],
        time: Timestamp::ZERO,
    };
    let guardian = RiskGuardian::new(RiskConfig::default()).unwrap();
    guardian.readmit(order, &decision).unwrap()
}

pub(super) fn at(millis: i64) -> Timestamp {
    Timestamp::from_millis(millis)
}

/// A venue and what it said, with short ways to speak to it.
pub(super) struct Stage {
    pub(super) venue: PaperVenue,
    pub(super) reports: Vec<VenueReport>,
}

impl Stage {
    pub(super) fn new() -> Self {
        Self::with_lot(1)
    }

    pub(super) fn with_lot(lot: i64) -> Self {
        let mut venue = PaperVenue::new(config(), 42);
        venue.list(TITAN, instrument(lot));
        Self {
            venue,
            reports: Vec::new(),
        }
    }

    pub(super) fn submit(&mut self, order: Order, millis: i64) {
        let reference = Some(Price::from_units(10_000));
        self.venue.submit(approved(order), reference, at(millis));
    }

    pub(super) fn quote(&mut self, bid: (i64, i64), ask: (i64, i64), millis: i64) {
        let level = |(price, size)| (Price::from_units(price), Qty::from_units(size));
        self.venue
            .on_quote(TITAN, level(bid), level(ask), at(millis), &mut self.reports);
    }

    pub(super) fn trade(&mut self, price: i64, size: i64, millis: i64) {
        self.venue.on_trade(
            TITAN,
            Price::from_units(price),
            Qty::from_units(size),
            at(millis),
            &mut self.reports,
        );
    }

    pub(super) fn run(&mut self, millis: i64) {
        self.venue.run_until(at(millis), &mut self.reports);
    }

    /// What was said since the last look, in short words: `A1` accepted, `F1 3@10005` filled,
    /// `C1` cancelled, `R1` rejected, `N1` cancel rejected, `T1` triggered, `M1` changed, `X1`
    /// change rejected.
    pub(super) fn said(&mut self) -> String {
        let words: Vec<_> = self
            .reports
            .drain(..)
            .map(|report| match report {
                VenueReport::Accepted { order, .. } => format!("A{}", order.0),
                VenueReport::Filled {
                    order,
                    price,
                    quantity,
                    ..
                } => format!("F{} {}@{}", order.0, quantity.units(), price.units()),
                VenueReport::Cancelled { order, .. } => format!("C{}", order.0),
                VenueReport::Rejected { order, .. } => format!("R{}", order.0),
                VenueReport::CancelRejected { order, .. } => format!("N{}", order.0),
                VenueReport::Triggered { order, .. } => format!("T{}", order.0),
                VenueReport::Replaced { order, .. } => format!("M{}", order.0),
                VenueReport::ReplaceRejected { order, .. } => format!("X{}", order.0),
            })
            .collect();
        words.join(", ")
    }
}
