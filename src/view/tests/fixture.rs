//! What an engine said in a run of long swings, and single events made by hand.
//! Must not be folded in any other order than the engine said it.

use std::collections::BTreeMap;
use std::sync::Arc;

use rust_decimal::Decimal;

use crate::config::{Config, Mode, StrategyConfig};
use crate::domain::{
    Bar, CandleSource, ClosedBar, Command, CommandBody, CommandId, Decision, Depth, DepthLevel,
    Event, EventBody, ExecutionId, FeedId, Fill, Input, Instrument, InstrumentId, InstrumentKey,
    Liquidity, MarketUpdate, Order, OrderId, OrderIntent, OrderKind, OrderOrigin, OrderState,
    Price, Qty, Real, Session, Side, Signal, SignalAction, Tick, TickBody, TimeInForce, Timeframe,
    Timestamp,
};
use crate::engine::{Engine, Settings};
use crate::portfolio::Ledger;
use crate::view::{View, ViewFold};

pub(super) const ID: InstrumentId = InstrumentId(0);
/// Midnight at which the recorded run begins.
pub(super) const MIDNIGHT: Timestamp = Timestamp::from_seconds(1_767_571_200);

/// One thing that an engine said.
#[derive(Debug, Clone)]
pub(super) enum Said {
    Event(Box<Event>),
    Market(Box<MarketUpdate>),
}

/// One trade of the recorded market.
#[derive(Debug, Clone, Copy)]
pub(super) struct Trade {
    pub(super) time: Timestamp,
    pub(super) price: Price,
    pub(super) quantity: Qty,
    pub(super) side: Side,
}

/// An engine after its run, and all that it said.
pub(super) struct Recording {
    pub(super) engine: Engine,
    pub(super) said: Vec<Said>,
    pub(super) settings: Settings,
    pub(super) config: Config,
    opening: Ledger,
}

pub(super) fn instrument() -> Arc<Instrument> {
    Arc::new(Instrument {
        key: InstrumentKey::new("TEST", "SWING").unwrap(),
        symbol: "SWING".to_owned(),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 0,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

fn swing(tick: i64) -> Trade {
    let phase = tick % 480;
    let swing = if phase < 240 { phase } else { 480 - phase };
    Trade {
        time: MIDNIGHT.plus_nanos(tick * 250_000_000),
        price: Price::from_units(10_000 + swing * 2),
        quantity: Qty::from_units(5_000 + tick % 7),
        side: if phase < 240 { Side::Buy } else { Side::Sell },
    }
}

fn book(around: &Trade) -> Depth {
    let price = around.price.units();
    let level = |away: i64| DepthLevel {
        price: Price::from_units(price + away),
        quantity: Qty::from_units(100 + (price + away) % 90),
    };
    Depth {
        bids: (1..=20).map(|depth| level(-depth)).collect(),
        asks: (1..=20).map(level).collect(),
        time: around.time,
    }
}

impl Recording {
    /// An engine that has traded on long swings, with its prints and books.
    pub(super) fn of_swings() -> Self {
        let mut config = Config::default();
        config.market.timeframes_s = vec![5, 60];
        config.risk.stop_timeframe_s = 5;
        config.strategies = vec![StrategyConfig {
            timeframes_s: vec![5],
            ..StrategyConfig::crossover()
        }];
        let mut settings = Settings::new(&config).unwrap();
        settings.prints_kept = 256;
        let engine = Engine::new(settings.clone()).unwrap();
        let mut recording = Self {
            opening: engine.ledger().clone(),
            engine,
            said: Vec::new(),
            settings,
            config,
        };
        recording.feed(&Input::List {
            feed: FeedId(0),
            id: ID,
            instrument: instrument(),
        });
        for tick in 0..4_000_i64 {
            let trade = swing(tick);
            if tick % 10 == 0 {
                recording.feed(&Input::Depth {
                    instrument: ID,
                    depth: Arc::new(book(&trade)),
                });
            }
            let body = TickBody::Trade {
                price: trade.price,
                quantity: trade.quantity,
                side: Some(trade.side),
            };
            recording.feed(&Input::Tick(Tick {
                instrument: ID,
                event_time: trade.time,
                body,
            }));
        }
        let reason = "test".to_owned();
        let body = CommandBody::Halt { reason };
        recording.feed(&Input::Command(Command {
            id: CommandId(1),
            body,
        }));
        recording
    }

    fn feed(&mut self, input: &Input) {
        self.engine.step(input);
        let events = self.engine.take_events().into_iter();
        self.said.extend(events.map(|it| Said::Event(Box::new(it))));
        let mut updates = Vec::new();
        self.engine.take_market_updates(&mut updates);
        let updates = updates.into_iter();
        self.said
            .extend(updates.map(|it| Said::Market(Box::new(it))));
    }

    /// A view and a fold that have seen nothing of it.
    pub(super) fn start(&self) -> (View, ViewFold) {
        let mut view = View::new(Mode::Paper, "USD", &["test".to_owned()]);
        view.limits = self.config.risk.clone();
        view.catalog = Arc::clone(&self.settings.catalog);
        let fold = ViewFold::new(
            &self.settings.timeframes,
            &self.settings.catalog,
            self.opening.clone(),
            BTreeMap::new(),
        );
        (view, fold)
    }

    /// The view after all of it, folded one by one.
    pub(super) fn view(&self) -> View {
        let (mut view, mut fold) = self.start();
        for said in &self.said {
            match said {
                Said::Event(event) => fold.apply(&mut view, event),
                Said::Market(update) => fold.apply_market(&mut view, (**update).clone()),
            }
        }
        view
    }

    pub(super) fn events(&self) -> impl Iterator<Item = &Event> {
        self.said.iter().filter_map(|said| match said {
            Said::Event(event) => Some(event.as_ref()),
            Said::Market(_) => None,
        })
    }

    pub(super) fn trades(&self) -> impl Iterator<Item = Trade> {
        (0..4_000).map(swing)
    }

    pub(super) fn newest_depth(&self) -> Option<&Depth> {
        self.said.iter().rev().find_map(|said| match said {
            Said::Market(update) => update.depth.as_deref(),
            Said::Event(_) => None,
        })
    }
}

/// Events made by hand, numbered as they are made, folded as they are made.
pub(super) struct Script {
    pub(super) view: View,
    pub(super) fold: ViewFold,
    pub(super) events: Vec<Event>,
    next_execution: u64,
}

impl Script {
    /// A desk with one instrument and timeframes of a minute and five.
    pub(super) fn new() -> Self {
        let timeframes = [60, 300].map(|it| Timeframe::from_seconds(it).unwrap());
        let catalog = crate::indicators::IndicatorCatalog::new(&[]);
        let ledger = Ledger::new(Decimal::from(1_000_000));
        let fold = ViewFold::new(&timeframes, &catalog, ledger, BTreeMap::new());
        let mut script = Self {
            view: View::new(Mode::Paper, "USD", &["test".to_owned()]),
            fold,
            events: Vec::new(),
            next_execution: 1,
        };
        let (id, feed, instrument) = (ID, FeedId(0), instrument());
        script.say(
            0,
            0,
            EventBody::Listed {
                id,
                feed,
                instrument,
            },
        );
        script
    }

    /// Says something `second` seconds after midnight; its number.
    pub(super) fn say(&mut self, second: i64, cause: u64, body: EventBody) -> u64 {
        let sequence = self.events.len() as u64 + 1;
        let event = Event {
            sequence,
            cause,
            time: MIDNIGHT.plus_nanos(second * 1_000_000_000),
            body,
        };
        self.fold.apply(&mut self.view, &event);
        self.events.push(event);
        sequence
    }

    pub(super) fn signal(&mut self, second: i64, action: SignalAction) -> u64 {
        let blocked = action == SignalAction::Hold;
        let signal = Signal {
            strategy: "crossover".to_owned(),
            instrument: ID,
            timeframe: Timeframe::MINUTE,
            bar_start: MIDNIGHT.plus_nanos((second - 60) * 1_000_000_000),
            action,
            confidence: Real(0.7),
            price: Price::from_units(10_000),
            explanation: Vec::new(),
            blocked_by: blocked.then(|| "RSI_14 above 70".to_owned()),
        };
        self.say(second, 0, EventBody::SignalRaised(Box::new(signal)))
    }

    /// A decision on a market order and the order itself; `cause` is its signal.
    pub(super) fn order(&mut self, second: i64, order: Order, cause: u64, approved: bool) -> u64 {
        let decision = Decision {
            order: order.id,
            intent: OrderIntent {
                instrument: ID,
                side: order.side,
                kind: order.kind,
                quantity: Some(order.quantity),
                time_in_force: order.time_in_force,
                origin: order.origin.clone(),
                reduce_only: order.reduce_only,
                stop_price: order.stop_price,
            },
            quantity: order.quantity,
            reference_price: Some(Price::from_units(10_100)),
            approved,
            checks: Vec::new(),
            time: order.created,
        };
        let cause = self.say(second, cause, EventBody::RiskDecided(Box::new(decision)));
        self.change(second, &order, cause);
        cause
    }

    pub(super) fn change(&mut self, second: i64, order: &Order, cause: u64) -> u64 {
        let mut order = order.clone();
        order.updated = MIDNIGHT.plus_nanos(second * 1_000_000_000);
        self.say(second, cause, EventBody::OrderChanged(Box::new(order)))
    }

    /// Fills so much of an order at `price`, with a fee of a cent a unit.
    pub(super) fn fill(&mut self, second: i64, order: &Order, quantity: i64, price: i64) -> u64 {
        let before = self.fold.books.position(ID);
        let mut fill = Fill {
            execution: ExecutionId(self.next_execution),
            order: order.id,
            instrument: ID,
            side: order.side,
            quantity: Qty::from_units(quantity),
            price: Price::from_units(price),
            fee: Decimal::new(quantity, 2),
            slippage: Decimal::ZERO,
            realized_pnl: Decimal::ZERO,
            liquidity: Liquidity::Taker,
            time: MIDNIGHT.plus_nanos(second * 1_000_000_000),
        };
        self.next_execution += 1;
        // As the engine does: what a fill realises is the books' word.
        let mut books = self.fold.books.clone();
        let applied = books.apply(&fill, &instrument()).unwrap();
        fill.realized_pnl = applied.realized_pnl;
        assert_eq!(applied.before, before.quantity());
        self.say(second, 0, EventBody::Filled(Box::new(fill)))
    }

    pub(super) fn second(&mut self, second: i64, low: i64, high: i64) {
        let candle = crate::domain::Candle {
            start: MIDNIGHT.plus_nanos(second * 1_000_000_000),
            open: Price::from_units(low),
            high: Price::from_units(high),
            low: Price::from_units(low),
            close: Price::from_units(high),
            volume: Qty::from_units(1),
            count: 2,
        };
        let body = EventBody::CandleClosed {
            instrument: ID,
            candle,
        };
        self.say(second + 1, 0, body);
    }

    pub(super) fn bar(&mut self, second: i64, timeframe: Timeframe) {
        let price = Price::from_units(10_000);
        let bar = ClosedBar::new(Bar {
            start: MIDNIGHT.plus_nanos(second * 1_000_000_000),
            open: price,
            high: price,
            low: price,
            close: price,
            volume: Qty::from_units(1),
            count: 1,
        });
        let body = EventBody::BarClosed {
            instrument: ID,
            timeframe,
            bar,
        };
        self.say(second + i64::from(timeframe.seconds()), 0, body);
    }

    pub(super) fn stop(&mut self, second: i64, price: Option<i64>) {
        let body = EventBody::StopMoved {
            instrument: ID,
            stop_price: price.map(Price::from_units),
        };
        self.say(second, 0, body);
    }
}

/// A market order of a strategy, just sent.
pub(super) fn order(id: u64, side: Side, quantity: i64) -> Order {
    Order {
        id: OrderId(id),
        instrument: ID,
        side,
        kind: OrderKind::Market,
        quantity: Qty::from_units(quantity),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Strategy("crossover".to_owned()),
        reduce_only: false,
        stop_price: None,
        state: OrderState::Submitted,
        filled: Qty::ZERO,
        filled_value: Decimal::ZERO,
        created: MIDNIGHT,
        updated: MIDNIGHT,
        reason: None,
    }
}
