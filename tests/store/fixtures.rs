//! Events of every kind for the tests of the store. Must not open a store of its own accord.

use std::path::Path;
use std::sync::Arc;

use titan_tui::config::StoreConfig;
use titan_tui::domain::{
    Account, Bar, Candle, CandleSource, Check, ClosedBar, CommandBody, CommandId, CommandOutcome,
    Contribution, Decimal, Decision, DenialReason, Event, EventBody, ExecutionId, FeedId,
    FeedStatus, Fill, IgnoreReason, IndicatorSlot, Instrument, InstrumentId, InstrumentKey,
    KillStage, Liquidity, Order, OrderId, OrderIntent, OrderKind, OrderOrigin, OrderState,
    OrderTerms, Price, Qty, Real, Session, Side, Signal, SignalAction, TimeInForce, Timeframe,
    Timestamp,
};
use titan_tui::store::Store;

pub fn names() -> Vec<(String, bool)> {
    vec![("SMA_9".to_owned(), true), ("RSI_14".to_owned(), false)]
}

pub fn open(path: &Path) -> Store {
    Store::open(path, &StoreConfig::default(), &names()).expect("a store")
}

pub fn key(text: &str) -> InstrumentKey {
    text.parse().expect("a key")
}

pub fn instrument(name: &str, price_scale: u8) -> Arc<Instrument> {
    Arc::new(Instrument {
        key: key(name),
        symbol: name.to_lowercase(),
        currency: "USD".to_owned(),
        price_scale,
        quantity_scale: 3,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::TEN,
        session: Session::Daily {
            time_zone: "Asia/Kolkata".to_owned(),
            open_s: 33_300,
            close_s: 55_800,
            holidays: vec!["2026-01-26".to_owned()],
        },
        candle_source: CandleSource::Trades,
    })
}

pub fn listed(id: u32, name: &str, price_scale: u8) -> EventBody {
    EventBody::Listed {
        id: InstrumentId(id),
        feed: FeedId(0),
        instrument: instrument(name, price_scale),
    }
}

pub fn candle_at(second: i64, close: i64) -> Candle {
    Candle {
        start: Timestamp::from_seconds(second),
        open: Price::from_units(139_100),
        high: Price::from_units(139_250),
        low: Price::from_units(139_000),
        close: Price::from_units(close),
        volume: Qty::from_units(1_500),
        count: 4,
    }
}

pub fn candle(id: u32, second: i64, close: i64) -> EventBody {
    EventBody::CandleClosed {
        instrument: InstrumentId(id),
        candle: candle_at(second, close),
    }
}

pub fn bar(id: u32, timeframe: Timeframe, second: i64, close: i64) -> EventBody {
    let start = Timestamp::from_seconds(second);
    EventBody::BarClosed {
        instrument: InstrumentId(id),
        timeframe,
        bar: ClosedBar::new(Bar::from_candle(start, &candle_at(second, close))),
    }
}

pub fn indicator(id: u32, slot: u16, second: i64, value: f64) -> EventBody {
    EventBody::IndicatorConfirmed {
        instrument: InstrumentId(id),
        timeframe: Timeframe::MINUTE,
        slot: IndicatorSlot(slot),
        bar_start: Timestamp::from_seconds(second),
        value: Real(value),
    }
}

pub fn order(id: u64, instrument: u32, state: OrderState) -> Order {
    Order {
        id: OrderId(id),
        instrument: InstrumentId(instrument),
        side: Side::Buy,
        kind: OrderKind::Limit(Price::from_units(139_000)),
        quantity: Qty::from_units(2_000),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Strategy("confluence".to_owned()),
        reduce_only: false,
        stop_price: Some(Price::from_units(138_000)),
        target_price: Some(Price::from_units(141_000)),
        triggered: false,
        replacement: None,
        state,
        filled: Qty::ZERO,
        filled_value: Decimal::ZERO,
        created: Timestamp::from_millis(1_500),
        updated: Timestamp::from_millis(1_500),
        reason: None,
    }
}

pub fn fill(execution: u64, of: u64, instrument: u32) -> Fill {
    Fill {
        execution: ExecutionId(execution),
        order: OrderId(of),
        instrument: InstrumentId(instrument),
        side: Side::Buy,
        quantity: Qty::from_units(2_000),
        price: Price::from_units(139_000),
        fee: Decimal::new(278, 5),
        slippage: Decimal::ZERO,
        realized_pnl: Decimal::new(-125, 2),
        liquidity: Liquidity::Maker,
        time: Timestamp::from_millis(2_250),
    }
}

pub fn decision(order: u64, instrument: u32) -> Decision {
    Decision {
        order: OrderId(order),
        intent: OrderIntent {
            instrument: InstrumentId(instrument),
            side: Side::Buy,
            kind: OrderKind::Market,
            quantity: None,
            time_in_force: TimeInForce::Ioc,
            origin: OrderOrigin::KillSwitch,
            reduce_only: true,
            stop_price: None,
            target_price: None,
        },
        amends: false,
        quantity: Qty::ZERO,
        reference_price: Some(Price::from_units(139_000)),
        approved: false,
        checks: vec![Check {
            reason: DenialReason::Sizing,
            passed: false,
            limit: Some(Decimal::ONE),
            value: None,
        }],
        time: Timestamp::from_seconds(1),
    }
}

pub fn signal(instrument: u32) -> Signal {
    Signal {
        strategy: "confluence".to_owned(),
        instrument: InstrumentId(instrument),
        timeframe: Timeframe::MINUTE,
        bar_start: Timestamp::from_seconds(60),
        action: SignalAction::Hold,
        confidence: Real(0.625),
        price: Price::from_units(139_100),
        explanation: vec![Contribution {
            feature: "RSI_14".to_owned(),
            value: Real(28.5),
            impact: Real(0.4),
        }],
        blocked_by: Some("RSI_14 above 70, \"held\"".to_owned()),
    }
}

/// One event of every kind, and more where a kind has forms.
pub fn every_kind() -> Vec<Event> {
    let bodies = vec![
        listed(7, "SIM:OTHER", 2),
        listed(3, "SIM:TITAN", 5),
        candle(3, 60, 139_200),
        bar(3, Timeframe::MINUTE, 60, 139_200),
        indicator(3, 0, 60, 139_150.25),
        indicator(3, 1, 60, 28.5),
        EventBody::SignalRaised(Box::new(signal(3))),
        EventBody::RiskDecided(Box::new(decision(41, 7))),
        EventBody::OrderChanged(Box::new(order(42, 3, OrderState::Submitted))),
        EventBody::Filled(Box::new(fill(9, 42, 3))),
        EventBody::OrderChanged(Box::new(Order {
            state: OrderState::Filled,
            filled: Qty::from_units(2_000),
            filled_value: Decimal::new(278, 2),
            updated: Timestamp::from_millis(2_250),
            reason: Some("all of it".to_owned()),
            ..order(42, 3, OrderState::Filled)
        })),
        EventBody::StopMoved {
            instrument: InstrumentId(3),
            stop_price: Some(Price::from_units(138_000)),
        },
        EventBody::AccountSampled(Account {
            cash: Decimal::new(9_999_722, 2),
            equity: Decimal::new(10_000_000, 2),
            ..Account::default()
        }),
        EventBody::Halted {
            reason: "by hand".to_owned(),
            kill: true,
        },
        EventBody::Resumed,
        EventBody::FeedChanged {
            feed: FeedId(2),
            status: FeedStatus::Down("no route".to_owned()),
        },
        EventBody::CommandAnswered {
            command: CommandId(5),
            outcome: CommandOutcome::Done(Some(OrderId(77))),
        },
        EventBody::CommandAnswered {
            command: CommandId(6),
            outcome: CommandOutcome::Refused("no".to_owned()),
        },
        EventBody::CommandAnswered {
            command: CommandId(7),
            outcome: CommandOutcome::Partly {
                order: Some(OrderId(79)),
                text: "only closed".to_owned(),
            },
        },
        EventBody::CommandTaken {
            command: CommandId(8),
            body: Box::new(CommandBody::SetTarget {
                instrument: InstrumentId(3),
                target_price: Some(Price::from_units(141_000)),
            }),
        },
        EventBody::TargetMoved {
            instrument: InstrumentId(3),
            target_price: Some(Price::from_units(141_000)),
        },
        EventBody::SignalIgnored {
            instrument: InstrumentId(7),
            reason: IgnoreReason::LowConfidence {
                confidence: Real(0.41),
                minimum: Real(0.55),
            },
        },
        EventBody::KillAdvanced {
            stage: KillStage::OrdersCancelled,
        },
        EventBody::OrderChanged(Box::new(Order {
            kind: OrderKind::Stop(Price::from_units(140_000)),
            triggered: true,
            replacement: Some(OrderTerms {
                kind: OrderKind::Stop(Price::from_units(139_500)),
                quantity: Qty::from_units(1_000),
            }),
            ..order(43, 3, OrderState::ReplacePending)
        })),
        EventBody::Anomaly {
            order: Some(OrderId(42)),
            text: "an order that is Filled cannot take Cancel".to_owned(),
        },
    ];
    numbered(1, bodies)
}

pub fn numbered(first: u64, bodies: Vec<EventBody>) -> Vec<Event> {
    (first..)
        .zip(bodies)
        .map(|(sequence, body)| Event {
            sequence,
            cause: sequence - 1,
            time: Timestamp::from_millis(1_000 * i64::try_from(sequence).expect("small") + 5),
            body,
        })
        .collect()
}
