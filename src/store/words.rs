//! The stable words by which orders and fills are stored and exported.
//! Must not be used to read a state back: recovery reads the events.

use crate::domain::{
    Liquidity, OrderKind, OrderOrigin, OrderState, Side, SignalAction, TimeInForce,
};

pub(super) const fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

pub(super) const fn kind(kind: OrderKind) -> &'static str {
    match kind {
        OrderKind::Market => "market",
        OrderKind::Limit(_) => "limit",
        OrderKind::Stop(_) => "stop",
    }
}

pub(super) const fn limit_price(kind: OrderKind) -> Option<i64> {
    match kind {
        OrderKind::Market | OrderKind::Stop(_) => None,
        OrderKind::Limit(price) => Some(price.units()),
    }
}

pub(super) const fn trigger_price(kind: OrderKind) -> Option<i64> {
    match kind {
        OrderKind::Market | OrderKind::Limit(_) => None,
        OrderKind::Stop(price) => Some(price.units()),
    }
}

pub(super) const fn time_in_force(time_in_force: TimeInForce) -> &'static str {
    match time_in_force {
        TimeInForce::Gtc => "gtc",
        TimeInForce::Ioc => "ioc",
    }
}

pub(super) const fn origin(origin: &OrderOrigin) -> &'static str {
    match origin {
        OrderOrigin::Strategy(_) => "strategy",
        OrderOrigin::Trader => "trader",
        OrderOrigin::ProtectiveStop => "protective_stop",
        OrderOrigin::TakeProfit => "take_profit",
        OrderOrigin::Flatten => "flatten",
        OrderOrigin::Reverse => "reverse",
        OrderOrigin::KillSwitch => "kill_switch",
    }
}

pub(super) fn strategy(origin: &OrderOrigin) -> Option<&str> {
    match origin {
        OrderOrigin::Strategy(name) => Some(name),
        _ => None,
    }
}

pub(super) const fn state(state: OrderState) -> &'static str {
    match state {
        OrderState::Submitted => "submitted",
        OrderState::Working => "working",
        OrderState::PartiallyFilled => "partially_filled",
        OrderState::ReplacePending => "replace_pending",
        OrderState::CancelPending => "cancel_pending",
        OrderState::Filled => "filled",
        OrderState::Cancelled => "cancelled",
        OrderState::Rejected => "rejected",
        OrderState::Denied => "denied",
        OrderState::Unknown => "unknown",
    }
}

pub(super) const fn liquidity(liquidity: Liquidity) -> &'static str {
    match liquidity {
        Liquidity::Maker => "maker",
        Liquidity::Taker => "taker",
    }
}

pub(super) const fn action(action: SignalAction) -> &'static str {
    match action {
        SignalAction::Buy => "BUY",
        SignalAction::Sell => "SELL",
        SignalAction::Hold => "HOLD",
    }
}
