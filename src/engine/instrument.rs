//! One instrument inside the engine: its ticks, its newest prices, its open seconds.
//! Must not decide on orders; it tells `trading` what it saw.

use std::sync::Arc;

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{
    CandleSource, Depth, FeedId, Instrument, InstrumentId, MarketUpdate, OrderOrigin, Price, Qty,
    QuoteBasis, Side, Tick, TickBody, Timestamp,
};
use crate::market::{SecondAggregator, SessionCalendar};

use super::bars::Frame;
use super::tape::Tape;
use super::{Engine, EngineError, Settings};

/// The most that an instrument may lie behind its feed's clock and still be waited for.
const LAG_MAX_NS: i64 = 5 * NANOS_PER_SECOND;

/// All that is kept of one instrument.
pub(super) struct InstrumentState {
    pub(super) feed: FeedId,
    pub(super) instrument: Arc<Instrument>,
    pub(super) calendar: SessionCalendar,
    pub(super) aggregator: SecondAggregator,
    pub(super) frames: Vec<Frame>,
    /// When the oldest open second or forming bar may close, by the instrument's own watermark.
    pub(super) next_close: Timestamp,
    /// How far the instrument's ticks have come behind its feed's clock, up to a limit: where one
    /// feed carries several venues' clocks, the slower must not lose its ticks.
    pub(super) lag_ns: i64,
    pub(super) prices: Prices,
    tape: Tape,
    depth: Option<Arc<Depth>>,
    /// Where the position's protective stop lies; `None` also while it is being executed.
    pub(super) stop_price: Option<Price>,
    /// Closes the position once no order works any more.
    pub(super) flatten: Option<OrderOrigin>,
    is_dirty: bool,
    ticks: u64,
    late_ticks: u64,
}

/// The newest prices, each with the event time that set it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Prices {
    pub(super) last: Option<Price>,
    last_time: Timestamp,
    pub(super) bid: Option<(Price, Qty)>,
    pub(super) ask: Option<(Price, Qty)>,
    quote_time: Timestamp,
    /// Newest event time of any tick taken.
    pub(super) tick_time: Option<Timestamp>,
}

impl InstrumentState {
    pub(super) fn new(
        feed: FeedId,
        instrument: Arc<Instrument>,
        settings: &Settings,
    ) -> Result<Self, EngineError> {
        Ok(Self {
            feed,
            calendar: SessionCalendar::new(&instrument.session)?,
            instrument,
            aggregator: SecondAggregator::new(settings.reorder_window_ns),
            frames: settings
                .timeframes
                .iter()
                .map(|&timeframe| Frame::new(timeframe, settings))
                .collect::<Result<_, _>>()?,
            next_close: Timestamp::MAX,
            lag_ns: 0,
            prices: Prices::default(),
            tape: Tape::new(settings.prints_kept),
            depth: None,
            stop_price: None,
            flatten: None,
            is_dirty: false,
            ticks: 0,
            late_ticks: 0,
        })
    }

    /// When the feed's clock may close something here, though no tick of its own says so.
    #[inline]
    pub(super) fn sweep_due(&self, grace_ns: i64) -> Timestamp {
        self.next_close.plus_nanos(grace_ns).plus_nanos(self.lag_ns)
    }

    /// Computes anew when something may close.
    pub(super) fn refresh_next_close(&mut self, reorder_window_ns: i64) {
        let bars = self
            .frames
            .iter()
            .map(|frame| frame.builder.next_close())
            .min()
            .unwrap_or(Timestamp::MAX);
        self.next_close = self
            .aggregator
            .next_close()
            .min(bars.plus_nanos(reorder_window_ns));
    }

    pub(super) fn market_update(&mut self, id: InstrumentId) -> MarketUpdate {
        self.is_dirty = false;
        let Self {
            frames,
            aggregator,
            calendar,
            ..
        } = self;
        let forming = frames
            .iter()
            .filter_map(|frame| {
                let bar = frame
                    .builder
                    .forming_with(aggregator.open_seconds(), calendar)?;
                Some((frame.builder.timeframe(), bar))
            })
            .collect();
        MarketUpdate {
            instrument: id,
            time: self.prices.tick_time.unwrap_or(Timestamp::ZERO),
            last: self.prices.last,
            bid: self.prices.bid,
            ask: self.prices.ask,
            forming,
            prints: self.tape.take(),
            depth: self.depth.clone(),
            ticks: self.ticks,
            late_ticks: self.late_ticks,
        }
    }
}

impl Prices {
    /// Takes a trade unless a newer one is known; whether it was taken.
    fn trade(&mut self, time: Timestamp, price: Price) -> bool {
        self.tick_time = self.tick_time.max(Some(time));
        if time < self.last_time {
            return false;
        }
        self.last_time = time;
        self.last = Some(price);
        true
    }

    /// Takes a quote unless a newer one is known; whether it was taken.
    fn quote(&mut self, time: Timestamp, bid: (Price, Qty), ask: (Price, Qty)) -> bool {
        self.tick_time = self.tick_time.max(Some(time));
        if time < self.quote_time {
            return false;
        }
        self.quote_time = time;
        self.bid = Some(bid);
        self.ask = Some(ask);
        true
    }
}

/// The price that a quote gives a candle.
fn basis_price(basis: QuoteBasis, bid: Price, ask: Price) -> Price {
    match basis {
        QuoteBasis::Bid => bid,
        QuoteBasis::Ask => ask,
        QuoteBasis::Mid => {
            // Halves of each side first: the sum of two extreme prices need not fit.
            let (low, high) = (bid.units().min(ask.units()), bid.units().max(ask.units()));
            Price::from_units(low + (high - low) / 2)
        }
    }
}

impl Engine {
    #[inline]
    pub(super) fn on_tick(&mut self, tick: &Tick) {
        let id = tick.instrument;
        let time = tick.event_time;
        let Some(state) = self.instruments.get_mut(id.index()) else {
            self.counters.bad_ticks += 1;
            return;
        };
        if !is_sound(&tick.body) {
            self.counters.bad_ticks += 1;
            return;
        }
        let feed = state.feed;
        self.advance_feed(feed, time);
        let lag = self.feed_now(feed).nanos_since(time);
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        if lag > state.lag_ns {
            state.lag_ns = lag.min(LAG_MAX_NS);
        }
        if state.aggregator.check(time).is_err() {
            state.late_ticks += 1;
            self.counters.late_ticks += 1;
            return;
        }
        self.counters.ticks += 1;
        state.ticks += 1;
        state.aggregator.observe(time);
        if !state.is_dirty {
            state.is_dirty = true;
            self.dirty.push(id);
        }
        match tick.body {
            TickBody::Trade {
                price,
                quantity,
                side,
            } => self.on_trade(id, time, price, quantity, side),
            TickBody::Quote {
                bid,
                bid_quantity,
                ask,
                ask_quantity,
            } => {
                self.on_quote(id, time, (bid, bid_quantity), (ask, ask_quantity));
            }
        }
    }

    /// Takes a book over unless a newer one is known: nothing in here trades on it.
    pub(super) fn on_depth(&mut self, id: InstrumentId, depth: &Arc<Depth>) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            self.counters.bad_ticks += 1;
            return;
        };
        if !depth.is_sound() {
            self.counters.bad_ticks += 1;
            return;
        }
        if state
            .depth
            .as_ref()
            .is_some_and(|known| known.time > depth.time)
        {
            return;
        }
        state.depth = Some(Arc::clone(depth));
        if !state.is_dirty {
            state.is_dirty = true;
            self.dirty.push(id);
        }
    }

    fn on_trade(
        &mut self,
        id: InstrumentId,
        time: Timestamp,
        price: Price,
        quantity: Qty,
        side: Option<Side>,
    ) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        state.tape.push(time, price, quantity, side);
        let is_newest = state.prices.trade(time, price);
        let makes_candles = state.instrument.candle_source == CandleSource::Trades;
        let is_guarded = is_newest && state.stop_price.is_some();
        let feed = state.feed;
        if time >= state.next_close {
            self.close_due(id, time, time);
        }
        if makes_candles {
            self.push_price(id, time, price, quantity);
        }
        self.venue_trade(feed, id, price, quantity, time);
        if is_guarded {
            self.check_stop(id, price, price, time);
        }
    }

    fn on_quote(
        &mut self,
        id: InstrumentId,
        time: Timestamp,
        bid: (Price, Qty),
        ask: (Price, Qty),
    ) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let is_newest = state.prices.quote(time, bid, ask);
        let source = state.instrument.candle_source;
        let is_guarded = state.stop_price.is_some();
        let feed = state.feed;
        if time >= state.next_close {
            self.close_due(id, time, time);
        }
        if let CandleSource::Quotes(basis) = source {
            let price = basis_price(basis, bid.0, ask.0);
            if let Some(state) = self.instruments.get_mut(id.index()) {
                state.prices.trade(time, price);
            }
            self.push_price(id, time, price, Qty::ZERO);
        }
        if is_newest {
            self.venue_quote(feed, id, bid, ask, time);
            if is_guarded && source != CandleSource::Trades {
                self.check_stop(id, bid.0, ask.0, time);
            }
        }
    }

    /// Adds a price to its second and makes sure that somebody will close it.
    #[inline]
    fn push_price(&mut self, id: InstrumentId, time: Timestamp, price: Price, quantity: Qty) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        state.aggregator.push(time, price, quantity);
        let due = state.aggregator.next_close();
        if due < state.next_close {
            state.next_close = due;
            self.expect_close(id);
        }
    }
}

/// Whether a tick can be true: prices above zero, sizes not below, bid not above ask.
#[inline]
const fn is_sound(body: &TickBody) -> bool {
    match body {
        TickBody::Trade {
            price, quantity, ..
        } => price.units() > 0 && quantity.units() >= 0,
        TickBody::Quote {
            bid,
            bid_quantity,
            ask,
            ask_quantity,
        } => {
            bid.units() > 0
                && ask.units() >= bid.units()
                && bid_quantity.units() >= 0
                && ask_quantity.units() >= 0
        }
    }
}
