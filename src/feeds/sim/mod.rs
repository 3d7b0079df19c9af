//! The simulated exchange: a few instruments that walk around their start prices at any hour.
//! Must not follow a session calendar, and must give the same ticks for the same seed and start.

mod book;
mod walk;

use rust_decimal::Decimal;
use tokio_util::sync::CancellationToken;

use super::clock;
use super::error::FeedError;
use super::listing;
use super::outlet::{Outlet, WhenFull};
use super::sink::{FeedSink, SinkError};
use super::spec::{FeedOptions, Speed};
use crate::config::SimConfig;
use crate::domain::time::{NANOS_PER_MILLI, NANOS_PER_SECOND};
use crate::domain::{
    CandleSource, FeedStatus, Instrument, InstrumentId, InstrumentKey, Price, Qty, Session, Side,
    Tick, TickBody, Timestamp,
};

use book::Book;
pub use walk::{Script, Walk};

/// Where NSE:99926000 starts, in paise.
pub const NIFTY_START: i64 = 2_566_000;
/// Its exchange.
pub const NIFTY_EXCHANGE: &str = "NSE";
/// Its token there.
pub const NIFTY_TOKEN: &str = "99926000";

const EXCHANGE: &str = "SIM";

/// What is walked without any configuration: exchange, token, symbol, currency, start in units of
/// two decimals.
const DEFAULTS: &[(&str, &str, &str, &str, i64)] = &[
    (NIFTY_EXCHANGE, NIFTY_TOKEN, "NIFTY", "INR", NIFTY_START),
    (EXCHANGE, "TITAN", "TITAN", "USD", 18_450),
    (EXCHANGE, "ATLAS", "ATLAS", "USD", 7_215),
    (EXCHANGE, "ORION", "ORION", "USD", 41_380),
];

/// Start of a configured instrument that names none, in major units.
const START_WITHOUT_CONFIGURATION: i64 = 100;

/// The instruments that the simulator walks: its defaults and the configured ones of exchange SIM.
/// They trade around the clock whatever their configuration says, so that there is something to
/// see at any hour.
///
/// # Errors
/// When a configured instrument makes no sense.
pub fn instruments(options: &FeedOptions) -> Result<Vec<Instrument>, FeedError> {
    Ok(walked(options)?
        .into_iter()
        .map(|(instrument, _)| instrument)
        .collect())
}

/// Instruments with their start prices in major units.
fn walked(options: &FeedOptions) -> Result<Vec<(Instrument, Decimal)>, FeedError> {
    let config = &options.config;
    let mut walked = Vec::new();
    for (exchange, token, symbol, currency, start) in DEFAULTS {
        let start = Decimal::new(*start, 2);
        if config
            .instruments
            .iter()
            .any(|table| table.exchange == *exchange && table.token == *token)
        {
            walked.extend(from_tables(options, exchange, Some(token), start)?);
        } else {
            walked.push((
                default_instrument(exchange, token, symbol, currency)?,
                start,
            ));
        }
    }
    let start = Decimal::from(START_WITHOUT_CONFIGURATION);
    for (instrument, start) in from_tables(options, EXCHANGE, None, start)? {
        if walked.iter().all(|(known, _)| known.key != instrument.key) {
            walked.push((instrument, start));
        }
    }
    Ok(walked)
}

fn from_tables(
    options: &FeedOptions,
    exchange: &str,
    token: Option<&str>,
    start: Decimal,
) -> Result<Vec<(Instrument, Decimal)>, FeedError> {
    options
        .config
        .instruments
        .iter()
        .filter(|table| table.exchange == exchange && token.is_none_or(|name| table.token == name))
        .map(|table| {
            let mut instrument = listing::instrument_from_config(table, CandleSource::Trades)?;
            instrument.session = Session::Continuous;
            let start = if table.start_price > Decimal::ZERO {
                table.start_price
            } else {
                start
            };
            Ok((instrument, start))
        })
        .collect()
}

pub(super) fn default_instrument(
    exchange: &str,
    token: &str,
    symbol: &str,
    currency: &str,
) -> Result<Instrument, FeedError> {
    let key = InstrumentKey::new(exchange, token).map_err(|error| FeedError::Instrument {
        key: format!("{exchange}:{token}"),
        reason: error.to_string(),
    })?;
    Ok(Instrument {
        key,
        symbol: symbol.to_owned(),
        currency: currency.to_owned(),
        price_scale: 2,
        quantity_scale: 0,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

/// Walks until the script or the duration ends, or for ever.
///
/// # Errors
/// When a configured instrument makes no sense.
pub(super) async fn run(
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    tokio::task::spawn_blocking(move || walk(&options, sink, stop))
        .await
        .unwrap_or_else(|error| {
            Err(FeedError::Failed {
                feed: "sim".to_owned(),
                reason: error.to_string(),
            })
        })
}

fn walk(options: &FeedOptions, sink: FeedSink, stop: CancellationToken) -> Result<(), FeedError> {
    let (mut walkers, mut known) = (Vec::new(), Vec::new());
    for (instrument, start) in walked(options)? {
        known.push(instrument.key.clone());
        let (id, in_force) = sink.list_as(instrument)?;
        walkers.push(Walker::new(id, &in_force, start, options)?);
    }
    let script = options.scenario.then_some(Script::LENGTH_NANOS);
    let length = match (script, options.duration_ns) {
        (Some(script), Some(duration)) => Some(script.min(duration)),
        (script, duration) => script.or(duration),
    };
    // Without an end and at the wall clock's speed it stands in for a live feed in this, too.
    let is_free = length.is_none() && options.pace.is_none();
    let when_full = if is_free && options.speed == Speed::LIVE {
        WhenFull::Drop
    } else {
        WhenFull::Wait
    };
    // Only what stands in for a live feed has a present, and so a history before it.
    let is_live = options.start.is_none() && when_full == WhenFull::Drop;
    let history = if is_live && options.has_history {
        i64::from(options.config.sim.history_minutes) * 60 * NANOS_PER_SECOND
    } else {
        0
    };
    let present = clock::wall_now();
    let start = options
        .start
        .unwrap_or_else(|| start_after(&known, options, present.plus_nanos(-history)));
    if options.start.is_none() && !options.scenario {
        go_on(&mut walkers, &known, options, start);
    }
    let interval = i64::from(options.config.sim.tick_interval_ms.max(1)) * NANOS_PER_MILLI;
    let paced_from = if is_live { present } else { Timestamp::MIN };
    let mut outlet = Outlet::new(sink, stop, options.speed, when_full)
        .paced_from(paced_from)
        .held_by(options.pace.clone());
    if let Some(pace) = &options.pace {
        let end = length.map(|length| start.plus_nanos(length - interval));
        pace.set_span(Some(start), end);
    }
    outlet.status(FeedStatus::Live)?;
    let mut elapsed = 0_i64;
    while length.is_none_or(|length| elapsed < length) {
        for walker in &mut walkers {
            walker.step(start.plus_nanos(elapsed), elapsed, &mut outlet)?;
        }
        elapsed = elapsed.saturating_add(interval);
    }
    outlet.status(FeedStatus::Ended)?;
    Ok(())
}

/// Lets the walks go on from where an earlier run had come to: what is held must not jump.
fn go_on(walkers: &mut [Walker], known: &[InstrumentKey], options: &FeedOptions, start: Timestamp) {
    for (walker, key) in walkers.iter_mut().zip(known) {
        if let Some(price) = options.last_prices.get(key) {
            let salt = start.nanos().cast_unsigned();
            walker.walk = walker.walk.clone().going_on(price.units(), salt);
            walker.last = price.units();
        }
    }
}

/// `wanted`, or later where the known seconds reach further: a run faster than the clock leaves
/// some that are still to come.
fn start_after(known: &[InstrumentKey], options: &FeedOptions, wanted: Timestamp) -> Timestamp {
    known
        .iter()
        .filter_map(|key| options.resume.get(key))
        .fold(wanted, |start, end| start.max(*end))
}

/// One instrument on its way.
struct Walker {
    id: InstrumentId,
    walk: Walk,
    start: i64,
    scenario: bool,
    tick_size: i64,
    quantity_unit: i64,
    /// Hundredths of a basis point, `None` where no quotes are wanted.
    spread: Option<i64>,
    last: i64,
    side: Option<Side>,
    /// `None` where nobody looks at it.
    book: Option<Book>,
}

impl Walker {
    fn new(
        id: InstrumentId,
        instrument: &Instrument,
        start: Decimal,
        options: &FeedOptions,
    ) -> Result<Self, FeedError> {
        let start = Price::from_decimal(start, instrument.price_scale).map_err(|error| {
            FeedError::Instrument {
                key: instrument.key.to_string(),
                reason: format!("start_price {error}"),
            }
        })?;
        let start = start.units();
        let stream = Walk::stream(&instrument.key);
        let tick_size = instrument.tick_size.units().max(1);
        let quantity_unit = 10_i64
            .saturating_pow(u32::from(instrument.quantity_scale))
            .min(i64::MAX / 100);
        let book = || Book::new(options.seed, stream, start, tick_size, options.speed);
        Ok(Self {
            id,
            walk: Walk::new(options.seed, stream, start),
            start,
            scenario: options.scenario,
            tick_size,
            quantity_unit,
            spread: spread(&options.config.sim),
            last: start,
            side: None,
            book: options.wants_depth.then(book),
        })
    }

    fn step(
        &mut self,
        event_time: Timestamp,
        elapsed: i64,
        outlet: &mut Outlet,
    ) -> Result<(), SinkError> {
        let (walked, size) = self.walk.next();
        let offset = if self.scenario {
            Script::offset(self.start, elapsed)
        } else {
            0
        };
        let price = self.on_grid(walked.saturating_add(offset));
        let tick = |body| Tick {
            instrument: self.id,
            event_time,
            body,
        };
        if let Some(spread) = self.spread {
            let (bid, ask) = self.quote(price, spread);
            let (bid_size, ask_size) = (101 - size, 1 + size * 37 % 100);
            outlet.deliver(tick(TickBody::Quote {
                bid: Price::from_units(bid),
                bid_quantity: self.quantity(bid_size),
                ask: Price::from_units(ask),
                ask_quantity: self.quantity(ask_size),
            }))?;
            if let Some(book) = &mut self.book
                && !outlet.is_in_history()
                && book.is_due(event_time)
            {
                let unit = self.quantity_unit;
                let depth = book.around((bid, bid_size), (ask, ask_size), unit, event_time);
                outlet.deliver_depth(self.id, depth)?;
            }
        }
        let side = match price.cmp(&self.last) {
            std::cmp::Ordering::Greater => Some(Side::Buy),
            std::cmp::Ordering::Less => Some(Side::Sell),
            std::cmp::Ordering::Equal => self.side,
        };
        outlet.deliver(tick(TickBody::Trade {
            price: Price::from_units(price),
            quantity: self.quantity(size),
            side,
        }))?;
        self.last = price;
        self.side = side;
        Ok(())
    }

    const fn quantity(&self, size: i64) -> Qty {
        Qty::from_units(size * self.quantity_unit)
    }

    /// The nearest multiple of the tick size that is above zero.
    fn on_grid(&self, units: i64) -> i64 {
        let steps = units.saturating_add(self.tick_size / 2) / self.tick_size;
        steps.max(1) * self.tick_size
    }

    /// A bid and an ask around a price, at least one tick apart.
    fn quote(&self, price: i64, spread: i64) -> (i64, i64) {
        let wide = i128::from(price) * i128::from(spread) / 1_000_000;
        let ticks = (i64::try_from(wide).unwrap_or(0) / self.tick_size).max(1);
        let below = ticks / 2 * self.tick_size;
        let bid = (price - below).max(self.tick_size);
        (bid, bid.saturating_add(ticks * self.tick_size))
    }
}

/// The spread in hundredths of a basis point, where quotes are wanted.
fn spread(config: &SimConfig) -> Option<i64> {
    let hundredths = (config.spread_bps * Decimal::ONE_HUNDRED).trunc();
    config
        .quotes
        .then(|| i64::try_from(hundredths).unwrap_or(0).clamp(0, 1_000_000))
}
