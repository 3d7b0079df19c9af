//! Public market streams of Binance: trades, the best bid and ask, and books where wanted.
//! Must not send anything over the stream: the venue allows five messages a second and we need none.

mod exchange_info;
mod frame;

use std::collections::HashMap;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::clock::FutureGuard;
use super::complaints::Complaints;
use super::error::FeedError;
use super::sink::FeedSink;
use super::socket::{self, Flow, FrameReader, SocketSpec};
use super::spec::FeedOptions;
use super::{clock, listing};
use crate::domain::{
    CandleSource, Input, Instrument, InstrumentId, Side, Tick, TickBody, Timestamp,
};

pub use exchange_info::parse as parse_exchange_info;
use frame::DEPTH_STREAM;
pub use frame::{Frame, FrameError, decode};

/// The venue's name in instruments.
pub const EXCHANGE: &str = "BINANCE";

/// Streams that one connection carries.
const STREAMS_MAX: usize = 1_024;
/// Most symbols of one connection: each takes two streams.
pub(super) const SYMBOLS_MAX: usize = STREAMS_MAX / 2;

/// The configured ones of these symbols; the others are known once the venue was asked.
pub(super) fn configured(
    symbols: &[String],
    options: &FeedOptions,
) -> Result<Vec<Instrument>, FeedError> {
    symbols
        .iter()
        .filter_map(|symbol| {
            listing::configured(&options.config, EXCHANGE, symbol, CandleSource::Trades)
        })
        .collect()
}

/// Follows the streams until stopped.
///
/// # Errors
/// When the venue does not list a symbol, when a configured instrument makes no sense, and at the
/// first bad frame of a strict run.
pub(super) async fn run(
    symbols: Vec<String>,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let listed = tokio::select! {
        () = stop.cancelled() => return Ok(()),
        listed = list(&symbols, &options, &sink) => listed?,
    };
    let mut reader = Reader {
        complaints: Complaints::new("binance", options.strict),
        sink: sink.clone(),
        by_symbol: listed,
        future: FutureGuard::new(),
    };
    let wants_depth = options.wants_depth && options.config.binance.depth;
    let has_room = symbols.len() * 3 <= STREAMS_MAX;
    if wants_depth && !has_room {
        let (count, most) = (symbols.len(), STREAMS_MAX / 3);
        warn!(
            count,
            most, "too many symbols on one connection for books: none are shown"
        );
    }
    let with_depth = wants_depth && has_room;
    let spec = SocketSpec {
        url: stream_url(&options.config.binance.stream_url, &symbols, with_depth),
        ping_after: None,
        idle_after: socket::IDLE_TIMEOUT,
        seed: options.seed,
    };
    socket::follow(&spec, &mut reader, &sink, &stop).await
}

/// Lists the symbols: configured, else as the venue describes them, else with eight decimals.
async fn list(
    symbols: &[String],
    options: &FeedOptions,
    sink: &FeedSink,
) -> Result<HashMap<String, Followed>, FeedError> {
    let mut instruments = configured(symbols, options)?;
    let unknown: Vec<String> = symbols
        .iter()
        .filter(|symbol| {
            instruments
                .iter()
                .all(|known| known.key.token() != **symbol)
        })
        .cloned()
        .collect();
    if !unknown.is_empty() {
        let rest_url = options.config.binance.rest_url.clone();
        let asked = unknown.clone();
        let answer = socket::blocking(move || exchange_info::fetch(&rest_url, &asked)).await?;
        match answer {
            Ok(found) => instruments.extend(found),
            Err(exchange_info::InfoError::Unknown { symbols }) => {
                return Err(FeedError::UnknownSymbol { symbols });
            }
            Err(error) => {
                warn!("{error}; prices and quantities are taken with eight decimals");
                for symbol in &unknown {
                    instruments.push(exchange_info::assumed(symbol)?);
                }
            }
        }
    }
    let sink = sink.clone();
    let mut order: Vec<Instrument> = Vec::with_capacity(symbols.len());
    for symbol in symbols {
        let found = instruments.iter().find(|known| known.key.token() == symbol);
        order.extend(found.cloned());
    }
    socket::blocking(move || {
        order
            .into_iter()
            .map(|instrument| {
                let symbol = instrument.key.token().to_owned();
                let (id, in_force) = sink.list_as(instrument)?;
                let followed = Followed {
                    id,
                    price_scale: in_force.price_scale,
                    quantity_scale: in_force.quantity_scale,
                    newest: None,
                };
                Ok((symbol, followed))
            })
            .collect()
    })
    .await?
}

fn stream_url(base: &str, symbols: &[String], with_depth: bool) -> String {
    let streams: Vec<String> = symbols
        .iter()
        .map(|symbol| symbol.to_ascii_lowercase())
        .map(|symbol| {
            let ticks = format!("{symbol}@trade/{symbol}@bookTicker");
            if with_depth {
                format!("{ticks}/{symbol}{DEPTH_STREAM}@100ms")
            } else {
                ticks
            }
        })
        .collect();
    format!(
        "{}/stream?streams={}",
        base.trim_end_matches('/'),
        streams.join("/")
    )
}

#[derive(Debug, Clone, Copy)]
struct Followed {
    id: InstrumentId,
    price_scale: u8,
    quantity_scale: u8,
    /// The newest time the venue gave for this symbol. A quote carries none, so it takes this one:
    /// the two streams share a connection and keep its order. It outlives a reconnect. Before the
    /// first trade the wall clock stands in, since there is nothing else.
    newest: Option<Timestamp>,
}

struct Reader {
    complaints: Complaints,
    sink: FeedSink,
    by_symbol: HashMap<String, Followed>,
    future: FutureGuard,
}

impl Reader {
    fn input(&mut self, frame: &Frame<'_>) -> Result<Option<Input>, FrameError> {
        match frame {
            Frame::Depth { symbol, bids, asks } => {
                let Some(followed) = self.by_symbol.get(&symbol.to_ascii_uppercase()) else {
                    return Err(unasked(symbol));
                };
                let scales = (followed.price_scale, followed.quantity_scale);
                let time = followed.newest.unwrap_or_else(clock::wall_now);
                Ok(Some(Input::Depth {
                    instrument: followed.id,
                    depth: Arc::new(frame::book(bids, asks, scales, time)?),
                }))
            }
            _ => Ok(self.tick(frame)?.map(Input::Tick)),
        }
    }

    fn tick(&mut self, frame: &Frame<'_>) -> Result<Option<Tick>, FrameError> {
        let symbol = match frame {
            Frame::Trade { symbol, .. } | Frame::Quote { symbol, .. } => *symbol,
            Frame::Depth { .. } | Frame::Shutdown | Frame::Other => return Ok(None),
        };
        let Some(followed) = self.by_symbol.get_mut(symbol) else {
            return Err(unasked(symbol));
        };
        let body = frame.body(followed.price_scale, followed.quantity_scale)?;
        let event_time = match frame {
            Frame::Trade { time, price, .. } => {
                if !self.future.admits(*time, clock::wall_now()) {
                    return Err(FrameError::Ahead {
                        symbol: symbol.to_owned(),
                        price: (*price).to_owned(),
                        time: time.to_rfc3339(),
                    });
                }
                followed.newest = Some(followed.newest.map_or(*time, |newest| newest.max(*time)));
                *time
            }
            _ => followed.newest.unwrap_or_else(clock::wall_now),
        };
        Ok(body.map(|body| Tick {
            instrument: followed.id,
            event_time,
            body,
        }))
    }
}

impl FrameReader for Reader {
    fn read(&mut self, text: &str, inputs: &mut Vec<Input>) -> Result<Flow, FeedError> {
        let decoded = decode(text).and_then(|frame| Ok((self.input(&frame)?, frame)));
        match decoded {
            Ok((_, Frame::Shutdown)) => return Ok(Flow::Reconnect),
            Ok((Some(input), _)) => inputs.push(input),
            Ok((None, _)) => debug!("a frame of no interest"),
            Err(error) => self.complaints.report(&self.sink, "", error)?,
        }
        Ok(Flow::Continue)
    }
}

fn unasked(symbol: &str) -> FrameError {
    FrameError::Symbol {
        symbol: symbol.chars().take(20).collect(),
    }
}

/// The aggressor of a trade whose buyer was, or was not, the maker.
const fn aggressor(buyer_is_maker: bool) -> Side {
    if buyer_is_maker {
        Side::Sell
    } else {
        Side::Buy
    }
}

impl Frame<'_> {
    /// The tick's body at these scales; `None` for frames that are no ticks.
    ///
    /// # Errors
    /// When a number is none, has more decimals than its scale, or says what no market can.
    pub fn body(
        &self,
        price_scale: u8,
        quantity_scale: u8,
    ) -> Result<Option<TickBody>, FrameError> {
        Ok(Some(match self {
            Frame::Trade {
                price,
                quantity,
                buyer_is_maker,
                ..
            } => {
                let quantity = frame::quantity("q", quantity, quantity_scale)?;
                if quantity.is_zero() {
                    return Err(FrameError::NotPositive { field: "q" });
                }
                TickBody::Trade {
                    price: frame::price("p", price, price_scale)?,
                    quantity,
                    side: Some(aggressor(*buyer_is_maker)),
                }
            }
            Frame::Quote {
                bid,
                bid_quantity,
                ask,
                ask_quantity,
                ..
            } => {
                let bid = frame::price("b", bid, price_scale)?;
                let ask = frame::price("a", ask, price_scale)?;
                if bid > ask {
                    return Err(FrameError::Crossed);
                }
                TickBody::Quote {
                    bid,
                    bid_quantity: frame::quantity("B", bid_quantity, quantity_scale)?,
                    ask,
                    ask_quantity: frame::quantity("A", ask_quantity, quantity_scale)?,
                }
            }
            Frame::Depth { .. } | Frame::Shutdown | Frame::Other => return Ok(None),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_of_the_streams() {
        assert_eq!(
            stream_url(
                "wss://h:9443/",
                &["BTCUSDT".to_owned(), "ETHUSDT".to_owned()],
                false
            ),
            "wss://h:9443/stream?streams=btcusdt@trade/btcusdt@bookTicker/\
             ethusdt@trade/ethusdt@bookTicker"
        );
        assert_eq!(
            stream_url("ws://h", &["BTCUSDT".to_owned()], true),
            "ws://h/stream?streams=btcusdt@trade/btcusdt@bookTicker/btcusdt@depth20@100ms"
        );
    }
}
