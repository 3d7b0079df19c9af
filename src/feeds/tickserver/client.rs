//! Reads the ticks of a tick server.
//! Must not take a price or size that a market cannot have: it is counted and skipped.

use std::borrow::Cow;
use std::collections::HashMap;
use std::time::Duration;

use thiserror::Error;
use tokio_util::sync::CancellationToken;

use crate::domain::{
    CandleSource, Input, Instrument, InstrumentId, InstrumentKey, Price, Qty, Tick, TickBody,
    Timestamp,
};
use crate::feeds::clock::FutureGuard;
use crate::feeds::complaints::Complaints;
use crate::feeds::error::FeedError;
use crate::feeds::sim;
use crate::feeds::sink::FeedSink;
use crate::feeds::socket::{self, Flow, FrameReader, SocketSpec};
use crate::feeds::spec::FeedOptions;
use crate::feeds::{clock, listing};
use crate::wire;

/// A server may be silent as long as it answers this.
const PING_AFTER: Duration = Duration::from_secs(15);
/// How the senders of this message write a time that they do not know.
const ZERO_TIME: &str = "0001-01-01T00:00:00";
/// Exchanges whose configured instruments belong to other feeds.
const OTHER_FEEDS: [&str; 3] = ["SIM", "TAPE", "BINANCE"];

/// Why a frame is skipped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Not the JSON of a tick: cut in half, a field missing or of another type.
    #[error("not a tick: {reason}")]
    NotATick {
        /// What the JSON reader said.
        reason: String,
    },
    /// A price at or below zero.
    #[error("price {price} is not above zero")]
    Price {
        /// The price.
        price: i64,
    },
    /// A size below zero.
    #[error("qty {qty} is negative")]
    Quantity {
        /// The size.
        qty: i64,
    },
    /// A time that is none.
    #[error("`{text}` is not an RFC 3339 time")]
    Time {
        /// What was read.
        text: String,
    },
    /// A time far ahead of this machine's clock.
    #[error("{name} at {price}: its time {time} is more than 1 h ahead of this machine's clock")]
    Ahead {
        /// The instrument.
        name: String,
        /// The price of the tick.
        price: i64,
        /// Its time.
        time: String,
    },
    /// Names that cannot be an instrument.
    #[error("`{exchange}:{token}` is not an instrument")]
    Name {
        /// The exchange.
        exchange: String,
        /// The token.
        token: String,
    },
}

/// Reads one frame: the message and its time, `None` where the sender does not know it. A size of
/// zero is taken, since an index has no sizes.
///
/// # Errors
/// When the frame is not a tick or says what no market can.
pub fn decode(text: &str) -> Result<(wire::Tick<'_>, Option<Timestamp>), FrameError> {
    let tick: wire::Tick<'_> =
        serde_json::from_str(text).map_err(|error| FrameError::NotATick {
            reason: error.to_string(),
        })?;
    if tick.price <= 0 {
        return Err(FrameError::Price { price: tick.price });
    }
    if tick.qty < 0 {
        return Err(FrameError::Quantity { qty: tick.qty });
    }
    let time = match time_of(tick.tick_ts.as_ref())? {
        Some(time) => Some(time),
        None => time_of(tick.event_ts.as_ref())?,
    };
    Ok((tick, time))
}

fn time_of(text: Option<&Cow<'_, str>>) -> Result<Option<Timestamp>, FrameError> {
    match text {
        None => Ok(None),
        Some(text) if text.is_empty() || text.starts_with(ZERO_TIME) => Ok(None),
        Some(text) => match Timestamp::parse_rfc3339(text) {
            Some(time) if time > Timestamp::ZERO => Ok(Some(time)),
            _ => Err(FrameError::Time {
                text: text.chars().take(40).collect(),
            }),
        },
    }
}

/// Configured instruments that no other feed claims; more are listed when first seen.
pub(in crate::feeds) fn instruments(options: &FeedOptions) -> Result<Vec<Instrument>, FeedError> {
    options
        .config
        .instruments
        .iter()
        .filter(|table| !OTHER_FEEDS.contains(&table.exchange.as_str()))
        .map(|table| listing::instrument_from_config(table, CandleSource::Trades))
        .collect()
}

/// Follows a tick server until stopped.
///
/// # Errors
/// When a configured instrument makes no sense, and at the first bad frame of a strict run.
pub(in crate::feeds) async fn run(
    url: String,
    options: FeedOptions,
    sink: FeedSink,
    stop: CancellationToken,
) -> Result<(), FeedError> {
    let configured = instruments(&options)?;
    let mut reader = Reader {
        complaints: Complaints::new(format!("tickserver:{url}"), options.strict),
        sink: sink.clone(),
        known: HashMap::new(),
        configured: configured.clone(),
        future: FutureGuard::new(),
    };
    for instrument in configured {
        let (exchange, token) = (
            instrument.key.exchange().to_owned(),
            instrument.key.token().to_owned(),
        );
        let listing = sink.clone();
        let id = socket::blocking(move || listing.list(instrument)).await??;
        reader.remember(exchange, token, id);
    }
    let spec = SocketSpec {
        url,
        ping_after: Some(PING_AFTER),
        idle_after: socket::IDLE_TIMEOUT,
        seed: options.seed,
    };
    socket::follow(&spec, &mut reader, &sink, &stop).await
}

struct Reader {
    complaints: Complaints,
    sink: FeedSink,
    known: HashMap<String, HashMap<String, InstrumentId>>,
    configured: Vec<Instrument>,
    future: FutureGuard,
}

impl Reader {
    fn remember(&mut self, exchange: String, token: String, id: InstrumentId) {
        self.known.entry(exchange).or_default().insert(token, id);
    }

    fn id(&mut self, exchange: &str, token: &str) -> Result<Option<InstrumentId>, FeedError> {
        if let Some(id) = self
            .known
            .get(exchange)
            .and_then(|tokens| tokens.get(token))
        {
            return Ok(Some(*id));
        }
        let Ok(key) = InstrumentKey::new(exchange, token) else {
            return Ok(None);
        };
        let configured = self.configured.iter().find(|known| known.key == key);
        let instrument = match configured {
            Some(instrument) => instrument.clone(),
            None => unknown(&key)?,
        };
        let id = self.sink.list(instrument)?;
        self.remember(exchange.to_owned(), token.to_owned(), id);
        Ok(Some(id))
    }
}

/// What is assumed of an instrument that nobody configured: minor units of two decimals.
fn unknown(key: &InstrumentKey) -> Result<Instrument, FeedError> {
    let (exchange, token) = (key.exchange(), key.token());
    let symbol = if exchange == sim::NIFTY_EXCHANGE && token == sim::NIFTY_TOKEN {
        "NIFTY"
    } else {
        token
    };
    let currency = if exchange == "NSE" { "INR" } else { "USD" };
    sim::default_instrument(exchange, token, symbol, currency)
}

impl FrameReader for Reader {
    fn read(&mut self, text: &str, inputs: &mut Vec<Input>) -> Result<Flow, FeedError> {
        let (tick, time) = match decode(text) {
            Ok(decoded) => decoded,
            Err(error) => {
                self.complaints.report(&self.sink, "", error)?;
                return Ok(Flow::Continue);
            }
        };
        let now = clock::wall_now();
        if let Some(time) = time
            && !self.future.admits(time, now)
        {
            let error = FrameError::Ahead {
                name: format!("{}:{}", tick.exchange, tick.token),
                price: tick.price,
                time: time.to_rfc3339(),
            };
            self.complaints.report(&self.sink, "", error)?;
            return Ok(Flow::Continue);
        }
        let Some(instrument) = self.id(&tick.exchange, &tick.token)? else {
            let error = FrameError::Name {
                exchange: tick.exchange.into_owned(),
                token: tick.token.into_owned(),
            };
            self.complaints.report(&self.sink, "", error)?;
            return Ok(Flow::Continue);
        };
        inputs.push(Input::Tick(Tick {
            instrument,
            event_time: time.unwrap_or(now),
            body: TickBody::Trade {
                price: Price::from_units(tick.price),
                quantity: Qty::from_units(tick.qty),
                side: None,
            },
        }));
        Ok(Flow::Continue)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn frames_and_what_is_wrong_with_them() {
        let good = r#"{"token":"1","exchange":"NSE","price":5,"qty":0"#;
        let cases: &[(String, Result<Option<i64>, &str>)] = &[
            (format!("{good}}}"), Ok(None)),
            (
                format!(r#"{good},"tick_ts":"0001-01-01T00:00:00Z"}}"#),
                Ok(None),
            ),
            (format!(r#"{good},"tick_ts":""}}"#), Ok(None)),
            (
                format!(r#"{good},"tick_ts":"1970-01-01T00:00:02Z"}}"#),
                Ok(Some(2)),
            ),
            (
                format!(
                    r#"{good},"tick_ts":"0001-01-01T00:00:00Z","event_ts":"1970-01-01T00:00:03Z"}}"#
                ),
                Ok(Some(3)),
            ),
            (
                format!(r#"{good},"tick_ts":"yesterday"}}"#),
                Err("not an RFC 3339"),
            ),
            (format!(r#"{good},"more":[1,2]}}"#), Ok(None)),
            (good.to_owned(), Err("EOF")),
            (String::new(), Err("EOF")),
            ("[]".to_owned(), Err("not a tick")),
            (
                good.replace("5", "-5") + "}",
                Err("price -5 is not above zero"),
            ),
            (
                good.replace("5", "0") + "}",
                Err("price 0 is not above zero"),
            ),
            (good.replace("5", "NaN") + "}", Err("not a tick")),
            (
                good.replace("5", "5.5") + "}",
                Err("invalid type: floating point"),
            ),
            (
                good.replace("5", "\"5\"") + "}",
                Err("invalid type: string"),
            ),
            (good.replace("0", "-1") + "}", Err("qty -1 is negative")),
            (
                good.replace("\"price\":5,", "") + "}",
                Err("missing field `price`"),
            ),
            (
                good.replace("\"1\"", "1") + "}",
                Err("invalid type: integer"),
            ),
        ];
        for (text, expected) in cases {
            let decoded = decode(text).map(|(_, time)| time.map(Timestamp::seconds));
            match expected {
                Ok(time) => assert_eq!(decoded.as_ref(), Ok(time), "{text}"),
                Err(part) => {
                    let error = decoded.expect_err(text).to_string();
                    assert!(error.contains(part), "{text}: {error}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = decode(&text);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = decode(&String::from_utf8_lossy(&bytes));
        }

        #[test]
        fn no_cut_makes_it_panic_and_each_is_refused(end in 0_usize..90) {
            let whole = include_str!("../../../tests/golden/tick.json").trim_end();
            prop_assert!(decode(&whole[..end.min(whole.len() - 1)]).is_err());
        }
    }
}
