//! A view made by hand: the same at every call, for pictures, documentation and tests.
//! Must not be shown as if it were an account: its symbols and numbers are made up.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::config::{Mode, RiskConfig};
use crate::domain::{
    Account, Bar, CandleSource, Check, Contribution, Decimal, Decision, DenialReason, ExecutionId,
    FeedId, FeedStatus, Fill, FormingBar, Instrument, InstrumentId, InstrumentKey, Liquidity,
    MarketUpdate, Order, OrderId, OrderIntent, OrderKind, OrderOrigin, OrderState, Price, Qty,
    Real, Session, Side, Signal, SignalAction, TimeInForce, Timeframe, Timestamp,
};
use crate::indicators::IndicatorCatalog;
use crate::runtime::Preview;
use crate::view::{
    BarRow, Counters, EquityCurve, FeedView, InstrumentView, PositionView, Records, SeriesView,
    SessionStats, SignalOutcome, SignalRow, StoreView, TradeLogEntry, TradeLogRow, View,
};

mod account;
mod market;
mod records;
mod system;

/// The moment of the sample: 2026-11-05T14:03:27Z.
pub const NOW: Timestamp = Timestamp::from_seconds(1_793_887_407);

/// Symbol, start price in units, price decimals, tick, lot, quantity decimals, seed.
const MARKETS: [(&str, i64, u8, i64, i64, u8, u64); 6] = [
    ("TITAN", 10_042, 2, 1, 1, 0, 0x5EED),
    ("ORION", 6_411_850, 2, 50, 10, 4, 0xA1),
    ("RHEA", 341_120, 2, 10, 10, 3, 0xB7),
    ("ATLAS", 23_144, 2, 1, 1, 0, 0xC3),
    ("PHOEBE", 6_122, 4, 1, 1, 0, 0xD9),
    ("IAPETUS", 154_812, 3, 1, 100, 2, 0xE5),
];

/// A desk in the middle of a day: six instruments, signals, fills, a refusal, open orders.
pub fn view() -> View {
    let instruments: Vec<InstrumentView> = (0..)
        .zip(MARKETS)
        .map(|(id, row)| market(id, row))
        .collect();
    let fills = account::fills(&trade_log());
    View {
        mode: Mode::Paper,
        currency: "USD".to_owned(),
        instruments,
        feeds: vec![FeedView {
            status: FeedStatus::Live,
            age_ms: Some(3),
            ..system::feed()
        }],
        signals: signals(),
        trade_log: trade_log(),
        working_orders: working_orders(),
        queue: account::queue(),
        orders: account::orders(working_orders()),
        closed_trades: account::closed_trades(),
        session: account::session(),
        records: records::records(&fills),
        fills,
        equity: account::equity(),
        limits: RiskConfig::default(),
        catalog: Arc::new(IndicatorCatalog::new(&records::specs())),
        system: system::system(),
        account: Account {
            cash: Decimal::new(7_521_340, 2),
            equity: Decimal::new(10_084_210, 2),
            realized_pnl: Decimal::new(91_825, 2),
            unrealized_pnl: Decimal::new(-4_140, 2),
            fees: Decimal::new(3_475, 2),
            peak_equity: Decimal::new(10_121_000, 2),
            day_start_equity: Decimal::new(10_000_000, 2),
        },
        halt: None,
        store: StoreView::Healthy,
        counters: Counters {
            ticks: 128_412,
            late_ticks: 7,
            dropped: 0,
            malformed: 0,
        },
        time: NOW,
        sequence: 1_182,
    }
}

/// The desk before its first tick: feeds are named, nothing else is known.
pub fn empty() -> View {
    View {
        instruments: Vec::new(),
        feeds: vec![FeedView::new("sim")],
        signals: VecDeque::new(),
        trade_log: VecDeque::new(),
        working_orders: BTreeMap::new(),
        queue: BTreeMap::new(),
        orders: BTreeMap::new(),
        closed_trades: VecDeque::new(),
        session: SessionStats::default(),
        records: Records::default(),
        fills: VecDeque::new(),
        equity: EquityCurve::default(),
        account: Account {
            cash: Decimal::new(100_000, 0),
            equity: Decimal::new(100_000, 0),
            peak_equity: Decimal::new(100_000, 0),
            day_start_equity: Decimal::new(100_000, 0),
            ..Account::default()
        },
        counters: Counters::default(),
        time: Timestamp::ZERO,
        sequence: 0,
        ..view()
    }
}

/// Risk's answer to an order of the first instrument: approved, or denied for its size.
pub fn preview(intent: OrderIntent, approved: bool) -> Preview {
    let check = |reason, passed, limit, value| Check {
        reason,
        passed,
        limit,
        value,
    };
    let quantity = intent.quantity.unwrap_or(Qty::from_units(190));
    let price = match intent.kind {
        OrderKind::Limit(price) => price,
        OrderKind::Market => Price::from_units(10_043),
    };
    let notional = price.notional(2, quantity, 0);
    Preview {
        decision: Decision {
            order: OrderId(0),
            quantity: if approved { quantity } else { Qty::ZERO },
            reference_price: Some(price),
            approved,
            checks: vec![
                check(DenialReason::Halted, true, None, None),
                check(
                    DenialReason::MaxNotional,
                    approved,
                    Some(Decimal::new(20, 0)),
                    Some(Decimal::new(2_514, 2)),
                ),
                check(
                    DenialReason::MaxPosition,
                    approved,
                    Some(Decimal::new(20, 0)),
                    Some(Decimal::new(2_963, 2)),
                ),
            ],
            time: NOW,
            intent,
        },
        price: Some(price),
        notional,
        fee: notional.map(|value| value * Decimal::new(1, 3)),
        loss_to_stop: Some(Decimal::new(98_540, 2)),
    }
}

/// A small generator, so that the sample needs no library and never changes.
struct Random(u64);

impl Random {
    /// From -1 000 to 1 000.
    fn next(&mut self) -> i64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((self.0 >> 33) % 2_001).unwrap_or(0) - 1_000
    }
}

fn market(id: u32, row: (&str, i64, u8, i64, i64, u8, u64)) -> InstrumentView {
    let (symbol, start, price_scale, tick, lot, quantity_scale, seed) = row;
    let series: Vec<SeriesView> = [60, 120, 180, 300]
        .into_iter()
        .filter_map(Timeframe::from_seconds)
        .map(|timeframe| series(timeframe, start, tick, seed))
        .collect();
    let last = series
        .first()
        .and_then(|series| series.forming)
        .map_or(Price::from_units(start), |bar| bar.close);
    let away = |ticks: i64| Price::from_units(last.units() + ticks * tick);
    let key = InstrumentKey::new("SIM", symbol)
        .unwrap_or_else(|_| unreachable!("the sample's names are valid"));
    let instrument = Instrument {
        key,
        symbol: symbol.to_owned(),
        currency: "USD".to_owned(),
        price_scale,
        quantity_scale,
        tick_size: Price::from_units(tick),
        lot_size: Qty::from_units(lot),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    };
    let held = |quantity: i64, entry: i64, pnl: i64, stop: i64| PositionView {
        quantity: Qty::from_units(quantity),
        average_price: Price::from_units(last.units() + entry).to_decimal(price_scale),
        unrealized_pnl: Decimal::new(pnl, 2),
        realized_pnl: Decimal::new(12_460, 2),
        stop_price: Some(away(stop)),
    };
    let position = match id {
        0 => held(250, -24, 6_000, -148),
        3 => held(-40, -31, -1_240, 190),
        _ => PositionView::default(),
    };
    let depth = market::depth(last, tick, lot, seed);
    let mut row = InstrumentView::new(InstrumentId(id), Arc::new(instrument), FeedId(0), series);
    row.market = Some(MarketUpdate {
        instrument: InstrumentId(id),
        time: NOW,
        last: Some(last),
        bid: Some((away(-1), Qty::from_units(40 * lot))),
        ask: Some((away(1), Qty::from_units(25 * lot))),
        forming: Vec::new(),
        prints: Vec::new(),
        depth: Some(Arc::clone(&depth)),
        ticks: 21_402,
        late_ticks: 1,
    });
    row.open_trade = account::open_trade(&position, price_scale);
    row.position = position;
    market::dress(&mut row, depth, start, tick, lot, seed);
    row
}

fn series(timeframe: Timeframe, start: i64, tick: i64, seed: u64) -> SeriesView {
    let mut random = Random(seed.wrapping_add(u64::from(timeframe.seconds())));
    let scale = (start / 25_000).max(tick);
    let mut bars = VecDeque::new();
    let mut price = start;
    let mut drift = 0;
    let end = NOW.seconds() - NOW.seconds().rem_euclid(i64::from(timeframe.seconds()));
    for index in 0..240_i64 {
        if index % 17 == 0 {
            drift = random.next() / 4;
        }
        let open = price;
        let close = open + (random.next() + drift) * 6 * scale / 1_000 / tick * tick;
        let above = random.next().abs() * 4 * scale / 1_000 / tick * tick;
        let below = random.next().abs() * 4 * scale / 1_000 / tick * tick;
        price = close;
        let bar = Bar {
            start: Timestamp::from_seconds(end - (239 - index) * i64::from(timeframe.seconds())),
            open: Price::from_units(open),
            high: Price::from_units(open.max(close) + above),
            low: Price::from_units(open.min(close) - below),
            close: Price::from_units(close),
            volume: Qty::from_units(200 + random.next().abs() + (close - open).abs() * 40 / scale),
            count: 60,
        };
        bars.push_back(BarRow {
            bar,
            session_start: market::day_of(bar.start),
            delta: Some(market::delta(&bar)),
        });
    }
    let forming = bars.pop_back().map(|row| FormingBar::new(row.bar));
    let mut series = SeriesView::new(timeframe, 0);
    series.bars = bars;
    series.forming = forming;
    series.forming_session = market::day_of(NOW);
    series
}

fn at(seconds_ago: i64, millis: i64) -> Timestamp {
    Timestamp::from_millis((NOW.seconds() - seconds_ago) * 1_000 + millis)
}

fn signal_row(
    ago: i64,
    instrument: u32,
    strategy: &str,
    action: SignalAction,
    confidence: f64,
    outcome: SignalOutcome,
    blocked: Option<&str>,
) -> SignalRow {
    let contribution = |feature: &str, value: f64, impact: f64| Contribution {
        feature: feature.to_owned(),
        value: Real(value),
        impact: Real(impact),
    };
    SignalRow {
        sequence: u64::try_from(190 + (2_000 - ago) / 2).unwrap_or(0),
        time: at(ago, 0),
        signal: Signal {
            strategy: strategy.to_owned(),
            instrument: InstrumentId(instrument),
            timeframe: Timeframe::MINUTE,
            bar_start: at(ago + 60, 0),
            action,
            confidence: Real(confidence),
            price: Price::from_units(10_042),
            explanation: vec![
                contribution("RSI_14", 27.4, 0.4),
                contribution("MACD_HIST", 0.021, 0.3),
                contribution("BB_LOWER", 9_981.2, -0.1),
            ],
            blocked_by: blocked.map(str::to_owned),
        },
        outcome,
    }
}

fn signals() -> VecDeque<SignalRow> {
    use SignalAction::{Buy, Hold, Sell};
    VecDeque::from([
        signal_row(
            1_947,
            2,
            "crossover",
            Sell,
            0.58,
            SignalOutcome::NoOrder,
            None,
        ),
        signal_row(
            1_407,
            4,
            "confluence",
            Buy,
            0.51,
            SignalOutcome::NoOrder,
            None,
        ),
        signal_row(
            1_107,
            3,
            "crossover",
            Sell,
            0.62,
            SignalOutcome::Filled(OrderId(37)),
            None,
        ),
        signal_row(
            747,
            1,
            "confluence",
            Hold,
            0.66,
            SignalOutcome::NoOrder,
            Some("RSI_14 above 70"),
        ),
        signal_row(
            447,
            0,
            "confluence",
            Buy,
            0.71,
            SignalOutcome::Filled(OrderId(39)),
            None,
        ),
        signal_row(
            267,
            5,
            "crossover",
            Buy,
            0.55,
            SignalOutcome::Denied("max_notional, max_position".to_owned()),
            None,
        ),
        signal_row(87, 1, "crossover", Sell, 0.59, SignalOutcome::NoOrder, None),
        signal_row(
            27,
            0,
            "confluence",
            Buy,
            0.74,
            SignalOutcome::Sent(OrderId(42)),
            None,
        ),
    ])
}

fn order(
    id: u64,
    instrument: u32,
    side: Side,
    quantity: i64,
    kind: OrderKind,
    state: OrderState,
) -> Order {
    Order {
        id: OrderId(id),
        instrument: InstrumentId(instrument),
        side,
        kind,
        quantity: Qty::from_units(quantity),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Strategy("confluence".to_owned()),
        reduce_only: false,
        stop_price: None,
        state,
        filled: Qty::ZERO,
        filled_value: Decimal::ZERO,
        created: at(27, 12),
        updated: at(27, 12),
        reason: None,
    }
}

fn working_orders() -> BTreeMap<OrderId, Order> {
    let resting = order(
        42,
        0,
        Side::Buy,
        190,
        OrderKind::Limit(Price::from_units(10_034)),
        OrderState::Working,
    );
    let mut partly = order(
        41,
        1,
        Side::Sell,
        1_200,
        OrderKind::Limit(Price::from_units(6_452_500)),
        OrderState::PartiallyFilled,
    );
    partly.filled = Qty::from_units(450);
    BTreeMap::from([(partly.id, partly), (resting.id, resting)])
}

#[allow(clippy::too_many_arguments, reason = "the columns of a table of fills")]
fn fill(
    order: u64,
    instrument: u32,
    side: Side,
    quantity: i64,
    price: i64,
    slippage: i64,
    pnl: i64,
    time: Timestamp,
) -> TradeLogEntry {
    TradeLogEntry::Fill(Fill {
        execution: ExecutionId(order),
        order: OrderId(order),
        instrument: InstrumentId(instrument),
        side,
        quantity: Qty::from_units(quantity),
        price: Price::from_units(price),
        fee: Decimal::new(251, 2),
        slippage: Decimal::new(slippage, 2),
        realized_pnl: Decimal::new(pnl, 2),
        liquidity: Liquidity::Taker,
        time,
    })
}

fn trade_log() -> VecDeque<TradeLogRow> {
    let row = |sequence, time, entry| TradeLogRow {
        sequence,
        time,
        entry,
    };
    let denied = Decision {
        order: OrderId(40),
        quantity: Qty::ZERO,
        time: at(267, 2),
        ..preview(
            OrderIntent {
                instrument: InstrumentId(5),
                side: Side::Buy,
                kind: OrderKind::Market,
                quantity: Some(Qty::from_units(24_000)),
                time_in_force: TimeInForce::Ioc,
                origin: OrderOrigin::Strategy("crossover".to_owned()),
                reduce_only: false,
                stop_price: None,
            },
            false,
        )
        .decision
    };
    let limit = OrderKind::Limit(Price::from_units(10_034));
    VecDeque::from([
        row(
            811,
            at(1_820, 411),
            fill(36, 3, Side::Sell, 40, 23_113, 1, 0, at(1_820, 411)),
        ),
        row(
            930,
            at(1_107, 61),
            fill(37, 3, Side::Sell, 20, 23_120, 2, 12_460, at(1_107, 61)),
        ),
        row(
            1_012,
            at(747, 0),
            TradeLogEntry::Note("order T38 was cancelled by the venue".to_owned()),
        ),
        row(
            1_090,
            at(446, 903),
            fill(39, 0, Side::Buy, 250, 10_018, 1, 0, at(446, 903)),
        ),
        row(1_133, at(267, 2), TradeLogEntry::Denied(denied)),
        row(
            1_181,
            at(27, 12),
            TradeLogEntry::Order(order(42, 0, Side::Buy, 190, limit, OrderState::Submitted)),
        ),
        row(
            1_182,
            at(26, 971),
            TradeLogEntry::Order(order(42, 0, Side::Buy, 190, limit, OrderState::Working)),
        ),
    ])
}
