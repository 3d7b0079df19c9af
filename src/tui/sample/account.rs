//! The sample's account: orders of the day, round trips, statistics, the curve of equity.
//! Must not be taken for an account: every number is made up, and the same at each call.

use std::collections::{BTreeMap, VecDeque};

use super::{NOW, Random, at, market, order};
use crate::domain::{
    Decimal, InstrumentId, Order, OrderId, OrderKind, OrderOrigin, OrderState, Price, Qty, Side,
    Timeframe,
};
use crate::view::{
    ClosedTrade, EquityCurve, EquityPoint, FillRow, OpenTrade, PositionView, QueueSpot,
    SessionStats, TradeLogEntry, TradeLogRow,
};

/// The executions of a trade log.
pub(super) fn fills(log: &VecDeque<TradeLogRow>) -> VecDeque<FillRow> {
    log.iter()
        .filter_map(|row| match &row.entry {
            TradeLogEntry::Fill(fill) => Some(FillRow {
                sequence: row.sequence,
                fill: fill.clone(),
            }),
            _ => None,
        })
        .collect()
}

/// Where the working orders stand in their queues.
pub(super) fn queue() -> BTreeMap<OrderId, QueueSpot> {
    let spot = |ahead, level| QueueSpot {
        ahead: Qty::from_units(ahead),
        level: Qty::from_units(level),
    };
    BTreeMap::from([
        (OrderId(41), spot(3_100, 8_600)),
        (OrderId(42), spot(112, 412)),
    ])
}

/// The day's orders: those that work, and those that are done.
pub(super) fn orders(working: BTreeMap<OrderId, Order>) -> BTreeMap<OrderId, Order> {
    let market = OrderKind::Market;
    let limit = OrderKind::Limit(Price::from_units(341_600));
    let mut done = [
        order(36, 3, Side::Sell, 60, market, OrderState::Filled),
        order(37, 3, Side::Buy, 20, market, OrderState::Filled),
        order(38, 2, Side::Sell, 1_500, limit, OrderState::Cancelled),
        order(39, 0, Side::Buy, 250, market, OrderState::Filled),
        order(40, 5, Side::Buy, 24_000, market, OrderState::Denied),
    ];
    for (row, ago) in done.iter_mut().zip([1_820, 1_107, 747, 447, 267]) {
        row.created = at(ago, 0);
        row.updated = at(ago, 61);
        match row.state {
            OrderState::Filled => row.filled = row.quantity,
            OrderState::Cancelled => row.reason = Some("cancelled at the desk".to_owned()),
            OrderState::Denied => row.reason = Some("max_notional, max_position".to_owned()),
            _ => {}
        }
    }
    let mut orders = working;
    orders.extend(done.map(|row| (row.id, row)));
    orders
}

/// The round trip of a position.
pub(super) fn open_trade(position: &PositionView, price_scale: u8) -> Option<OpenTrade> {
    let held = position.quantity;
    if held.is_zero() {
        return None;
    }
    let side = if held.units() > 0 {
        Side::Buy
    } else {
        Side::Sell
    };
    let long = side == Side::Buy;
    let quantity = Decimal::from(held.units().abs());
    let price = position.average_price.round_dp(price_scale.into());
    Some(OpenTrade {
        side,
        opened: at(if long { 447 } else { 1_820 }, 3),
        order: OrderId(if long { 39 } else { 36 }),
        origin: OrderOrigin::Strategy("confluence".to_owned()),
        entered: held.abs(),
        entered_value: price * quantity,
        exited: Qty::ZERO,
        exited_value: Decimal::ZERO,
        realized_pnl: Decimal::ZERO,
        fees: Decimal::new(251, 2),
        stop_price: position.stop_price,
        timeframe: Some(Timeframe::MINUTE),
        bars_held: Some(if long { 7 } else { 30 }),
        mae: Some(Decimal::new(-2_140, 2)),
        mfe: Some(Decimal::new(7_450, 2)),
    })
}

type Row = (i64, u32, Side, i64, i64, i64, i64, i64);

/// Round trips of the day: minutes ago, instrument, side, quantity, entry, exit, profit, risk.
const TRADES: [Row; 7] = [
    (212, 0, Side::Buy, 220, 9_966, 10_004, 8_360, 7_040),
    (185, 4, Side::Sell, 9_000, 6_160, 6_171, -9_900, 9_900),
    (160, 3, Side::Buy, 45, 22_980, 23_151, 7_695, 6_200),
    (121, 0, Side::Sell, 180, 10_048, 10_011, 6_660, 5_400),
    (96, 2, Side::Buy, 900, 340_800, 340_520, -25_200, 27_000),
    (52, 3, Side::Buy, 40, 22_841, 23_113, 10_880, 5_100),
    (24, 0, Side::Buy, 200, 9_998, 10_027, 5_800, 6_400),
];

/// Round trips of the day.
pub(super) fn closed_trades() -> VecDeque<ClosedTrade> {
    let row = |(ago, instrument, side, quantity, entry, exit, pnl, risk): Row| {
        let scale = if instrument == 4 { 4 } else { 2 };
        let decimals = |units: i64| Decimal::new(units, scale);
        let (realized_pnl, fees) = (Decimal::new(pnl, 2), Decimal::new(412, 2));
        let order = u64::try_from(34 - ago / 8).unwrap_or(1);
        ClosedTrade {
            sequence: u64::try_from(1_000 - ago).unwrap_or(0),
            instrument: InstrumentId(instrument),
            side,
            quantity: Qty::from_units(quantity),
            entry_price: decimals(entry),
            exit_price: decimals(exit),
            entry_time: at((ago + 11) * 60, 210),
            exit_time: at(ago * 60, 845),
            realized_pnl,
            fees,
            stop_price: Some(Price::from_units(entry * 997 / 1_000)),
            r_multiple: (realized_pnl - fees)
                .checked_div(Decimal::new(risk, 2))
                .map(|it| it.round_dp(4)),
            mae: Some(Decimal::new(pnl.min(0) - 1_830, 2)),
            mfe: Some(Decimal::new(pnl.max(0) + 2_275, 2)),
            origin: OrderOrigin::Strategy(if ago % 2 == 0 {
                "confluence".to_owned()
            } else {
                "crossover".to_owned()
            }),
            entry_order: OrderId(order),
            exit_order: OrderId(order + 1),
            exit_origin: if pnl > 0 {
                OrderOrigin::Strategy("crossover".to_owned())
            } else {
                OrderOrigin::ProtectiveStop
            },
            bars_held: Some(11),
        }
    };
    TRADES.into_iter().map(row).collect()
}

/// The statistics of those trades.
pub(super) fn session() -> SessionStats {
    let trades = closed_trades();
    let mut stats = SessionStats {
        day: market::day_of(NOW),
        signals: 12,
        held: 1,
        denied: 1,
        sent: 9,
        peak_equity: Some(Decimal::new(10_121_000, 2)),
        max_drawdown: Decimal::new(42_180, 2),
        ..SessionStats::default()
    };
    for trade in &trades {
        let net = trade.net();
        let is_win = net > Decimal::ZERO;
        stats.trades += 1;
        stats.wins += u32::from(is_win);
        stats.losses += u32::from(!is_win);
        stats.strategy_trades += 1;
        stats.strategy_wins += u32::from(is_win);
        if is_win {
            stats.gross_profit += net;
        } else {
            stats.gross_loss -= net;
        }
        stats.best = stats.best.max(Some(net));
        stats.worst = Some(stats.worst.map_or(net, |worst| worst.min(net)));
        stats.r_sum += trade.r_multiple.unwrap_or_default();
        stats.r_count += 1;
    }
    stats
}

/// Four hours of equity, a sample a minute.
pub(super) fn equity() -> EquityCurve {
    let mut random = Random(0xE9);
    let mut curve = EquityCurve::default();
    let (mut cents, mut peak) = (10_000_000_i64, 10_000_000_i64);
    for ago in (1..=240).rev() {
        cents += random.next() * 8 + 420;
        peak = peak.max(cents);
        curve.points.push(EquityPoint {
            time: at(ago * 60, 0),
            equity: Decimal::new(cents, 2),
            peak: Decimal::new(peak, 2),
        });
    }
    curve.newest = Some(EquityPoint {
        time: NOW,
        equity: Decimal::new(10_084_210, 2),
        peak: Decimal::new(peak.max(10_121_000), 2),
    });
    curve
}
