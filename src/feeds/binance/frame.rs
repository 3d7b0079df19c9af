//! Reads the frames of a combined stream without copying them.
//! Must not guess a missing field: such a frame is malformed.

use std::borrow::Cow;

use serde::Deserialize;
use thiserror::Error;

use crate::domain::time::NANOS_PER_MICRO;
use crate::domain::{Depth, DepthLevel, NumberError, Price, Qty, Timestamp};
use crate::feeds::digits;

/// Times of this many units and more are microseconds: as milliseconds they lie beyond the year
/// 33 000, as microseconds they begin in 2001.
const MICROS_FROM: i64 = 1_000_000_000_000_000;
/// What stands behind the symbol in the name of a stream of books.
pub(super) const DEPTH_STREAM: &str = "@depth20";

/// Why a frame is skipped.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum FrameError {
    /// Not the JSON of the stream that it names.
    #[error("not a frame of the stream: {reason}")]
    Json {
        /// What the JSON reader said.
        reason: String,
    },
    /// The venue refused a request.
    #[error("the venue answered {code}: {message}")]
    Refused {
        /// Its error code.
        code: i64,
        /// Its words.
        message: String,
    },
    /// A number that is none, or has more decimals than the instrument.
    #[error("{field} {error}")]
    Number {
        /// Which field.
        field: &'static str,
        /// What is wrong with it.
        error: NumberError,
    },
    /// A price or size that a market cannot have.
    #[error("{field} is not above zero")]
    NotPositive {
        /// Which field.
        field: &'static str,
    },
    /// A bid above its ask.
    #[error("the quote is crossed")]
    Crossed,
    /// A book that no market can have.
    #[error("the book is crossed, out of order or has an empty level")]
    Book,
    /// A time outside the range.
    #[error("T is not a time")]
    Time,
    /// A time far ahead of this machine's clock.
    #[error("{symbol} at {price}: its time {time} is more than 1 h ahead of this machine's clock")]
    Ahead {
        /// Its symbol.
        symbol: String,
        /// The price of the trade.
        price: String,
        /// Its time.
        time: String,
    },
    /// A symbol that was not asked for.
    #[error("`{symbol}` was not asked for")]
    Symbol {
        /// Which one.
        symbol: String,
    },
}

/// A frame; numbers are still the venue's text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A trade.
    Trade {
        /// Its symbol in upper case.
        symbol: &'a str,
        /// Decimal text.
        price: &'a str,
        /// Decimal text.
        quantity: &'a str,
        /// The venue's time of the trade.
        time: Timestamp,
        /// The aggressor sold.
        buyer_is_maker: bool,
    },
    /// A new best bid and ask; the venue gives no time with it.
    Quote {
        /// Its symbol in upper case.
        symbol: &'a str,
        /// Decimal text.
        bid: &'a str,
        /// Decimal text.
        bid_quantity: &'a str,
        /// Decimal text.
        ask: &'a str,
        /// Decimal text.
        ask_quantity: &'a str,
    },
    /// The best levels of the book; the venue gives no time with it.
    Depth {
        /// Its symbol in lower case, from the stream's name.
        symbol: &'a str,
        /// Price and quantity as decimal text, best first.
        bids: Vec<(&'a str, &'a str)>,
        /// Price and quantity as decimal text, best first.
        asks: Vec<(&'a str, &'a str)>,
    },
    /// The server is about to close.
    Shutdown,
    /// Streams that were not asked for, and answers to requests.
    Other,
}

#[derive(Deserialize)]
struct Head<'a> {
    #[serde(borrow, default)]
    stream: Option<&'a str>,
    #[serde(borrow, default)]
    e: Option<&'a str>,
    #[serde(default)]
    code: Option<i64>,
    #[serde(borrow, default)]
    msg: Option<Cow<'a, str>>,
}

#[derive(Deserialize)]
struct Envelope<T> {
    data: T,
}

#[derive(Deserialize)]
struct Trade<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "p")]
    price: &'a str,
    #[serde(rename = "q")]
    quantity: &'a str,
    #[serde(rename = "T")]
    time: i64,
    #[serde(rename = "m")]
    buyer_is_maker: bool,
}

#[derive(Deserialize)]
struct Quote<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "b")]
    bid: &'a str,
    #[serde(rename = "B")]
    bid_quantity: &'a str,
    #[serde(rename = "a")]
    ask: &'a str,
    #[serde(rename = "A")]
    ask_quantity: &'a str,
}

#[derive(Deserialize)]
struct Book<'a> {
    #[serde(borrow)]
    bids: Vec<(&'a str, &'a str)>,
    #[serde(borrow)]
    asks: Vec<(&'a str, &'a str)>,
}

/// Reads one frame of a combined stream. The fields mean other things on other streams, so the
/// stream's name is read first, and then the frame by what that name promises.
///
/// # Errors
/// When the text is not such a frame, or is the venue's refusal.
pub fn decode(text: &str) -> Result<Frame<'_>, FrameError> {
    let head: Head<'_> = json(text)?;
    let Some(stream) = head.stream else {
        return match (head.e, head.code) {
            (Some("serverShutdown"), _) => Ok(Frame::Shutdown),
            (_, Some(code)) => Err(FrameError::Refused {
                code,
                message: head.msg.unwrap_or_default().chars().take(200).collect(),
            }),
            _ => Ok(Frame::Other),
        };
    };
    if stream == "!serverShutdown" {
        Ok(Frame::Shutdown)
    } else if stream.ends_with("@trade") {
        let Envelope::<Trade<'_>> { data } = json(text)?;
        Ok(Frame::Trade {
            symbol: data.symbol,
            price: data.price,
            quantity: data.quantity,
            time: time(data.time)?,
            buyer_is_maker: data.buyer_is_maker,
        })
    } else if stream.ends_with("@bookTicker") {
        let Envelope::<Quote<'_>> { data } = json(text)?;
        Ok(Frame::Quote {
            symbol: data.symbol,
            bid: data.bid,
            bid_quantity: data.bid_quantity,
            ask: data.ask,
            ask_quantity: data.ask_quantity,
        })
    } else if let Some((symbol, _)) = stream.split_once(DEPTH_STREAM) {
        let Envelope::<Book<'_>> { data } = json(text)?;
        Ok(Frame::Depth {
            symbol,
            bids: data.bids,
            asks: data.asks,
        })
    } else {
        Ok(Frame::Other)
    }
}

/// The book behind a frame's levels at these scales.
///
/// # Errors
/// When a number is none or has more decimals than its scale, and when no market can have it.
pub(super) fn book(
    bids: &[(&str, &str)],
    asks: &[(&str, &str)],
    (price_scale, quantity_scale): (u8, u8),
    time: Timestamp,
) -> Result<Depth, FrameError> {
    let side = |rows: &[(&str, &str)], names: (&'static str, &'static str)| {
        rows.iter()
            .map(|(level, size)| {
                Ok(DepthLevel {
                    price: price(names.0, level, price_scale)?,
                    quantity: quantity(names.1, size, quantity_scale)?,
                })
            })
            .collect::<Result<Vec<DepthLevel>, FrameError>>()
    };
    let depth = Depth {
        bids: side(bids, ("bids price", "bids quantity"))?,
        asks: side(asks, ("asks price", "asks quantity"))?,
        time,
    };
    depth.is_sound().then_some(depth).ok_or(FrameError::Book)
}

fn json<'a, T: Deserialize<'a>>(text: &'a str) -> Result<T, FrameError> {
    serde_json::from_str(text).map_err(|error| FrameError::Json {
        reason: error.to_string(),
    })
}

fn time(units: i64) -> Result<Timestamp, FrameError> {
    if units <= 0 {
        return Err(FrameError::Time);
    }
    if units < MICROS_FROM {
        return Ok(Timestamp::from_millis(units));
    }
    units
        .checked_mul(NANOS_PER_MICRO)
        .map(Timestamp::from_nanos)
        .ok_or(FrameError::Time)
}

/// A price above zero.
pub(super) fn price(field: &'static str, text: &str, scale: u8) -> Result<Price, FrameError> {
    match number(field, text, scale)? {
        units if units > 0 => Ok(Price::from_units(units)),
        _ => Err(FrameError::NotPositive { field }),
    }
}

/// A quantity that is not negative.
pub(super) fn quantity(field: &'static str, text: &str, scale: u8) -> Result<Qty, FrameError> {
    match number(field, text, scale)? {
        units if units >= 0 => Ok(Qty::from_units(units)),
        _ => Err(FrameError::NotPositive { field }),
    }
}

fn number(field: &'static str, text: &str, scale: u8) -> Result<i64, FrameError> {
    digits::fixed(text.as_bytes(), scale).map_err(|error| FrameError::Number { field, error })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::{Side, TickBody};

    const TRADE: &str = r#"{"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":3735683259,"p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true,"M":true}}"#;
    const BOOK: &str = r#"{"stream":"btcusdt@depth20@100ms","data":{"lastUpdateId":160,"bids":[["61837.63","3.78"],["61837.60","0.02"]],"asks":[["61837.64","1.00"],["61838.01","7.50"]]}}"#;
    const QUOTE: &str = r#"{"stream":"btcusdt@bookTicker","data":{"u":50093239212,"s":"BTCUSDT","b":"61837.63000000","B":"3.78826000","a":"61837.64000000","A":"0.00000000"}}"#;

    #[test]
    fn a_trade_and_a_quote() {
        let trade = decode(TRADE).expect("a trade");
        assert!(matches!(
            trade,
            Frame::Trade { time, .. } if time == Timestamp::from_millis(1_723_161_255_342)
        ));
        assert_eq!(
            trade.body(2, 5),
            Ok(Some(TickBody::Trade {
                price: Price::from_units(6_183_763),
                quantity: Qty::from_units(2_000),
                side: Some(Side::Sell),
            }))
        );
        assert_eq!(
            decode(QUOTE).and_then(|frame| frame.body(8, 8)),
            Ok(Some(TickBody::Quote {
                bid: Price::from_units(6_183_763_000_000),
                bid_quantity: Qty::from_units(378_826_000),
                ask: Price::from_units(6_183_764_000_000),
                ask_quantity: Qty::ZERO,
            }))
        );
    }

    fn read_book(text: &str) -> Result<Depth, FrameError> {
        match decode(text)? {
            Frame::Depth { bids, asks, .. } => {
                book(&bids, &asks, (2, 2), Timestamp::from_seconds(9))
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_book_and_what_is_wrong_with_one() {
        let symbol = decode(BOOK).map(|frame| match frame {
            Frame::Depth { symbol, .. } => symbol.to_owned(),
            other => panic!("{other:?}"),
        });
        assert_eq!(symbol.as_deref(), Ok("btcusdt"));
        let depth = read_book(BOOK).expect("a book");
        let rows = |levels: &[DepthLevel]| {
            let row = |it: &DepthLevel| (it.price.units(), it.quantity.units());
            levels.iter().map(row).collect::<Vec<_>>()
        };
        assert_eq!(rows(&depth.bids), [(6_183_763, 378), (6_183_760, 2)]);
        assert_eq!(rows(&depth.asks), [(6_183_764, 100), (6_183_801, 750)]);
        assert_eq!(depth.time, Timestamp::from_seconds(9));
        let cases: &[(&str, &str, &str)] = &[
            ("61837.60", "61837.65", "the book is crossed"),
            ("61837.64", "61837.63", "the book is crossed"),
            ("0.02", "0.00", "the book is crossed"),
            ("0.02", "0.001", "bids quantity `0.001` has more than 2"),
            ("61838.01", "-1", "asks price is not above zero"),
            ("\"bids\"", "\"b\"", "missing field `bids`"),
            ("\"7.50\"", "7.50", "invalid type"),
        ];
        for (from, to, part) in cases {
            let text = BOOK.replace(from, to);
            let error = read_book(&text).expect_err(&text).to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn what_is_wrong_with_a_frame() {
        let cases: &[(String, &str)] = &[
            (TRADE[..90].to_owned(), "EOF"),
            (
                TRADE.replace("61837.63000000", "NaN"),
                "p `NaN` is not a decimal",
            ),
            (TRADE.replace("61837.63000000", "-1"), "p is not above zero"),
            (
                TRADE.replace("61837.63000000", "0.0"),
                "p is not above zero",
            ),
            (
                TRADE.replace("61837.63000000", "1.001"),
                "p `1.001` has more than 2",
            ),
            (
                TRADE.replace("\"61837.63000000\"", "61837.63"),
                "invalid type",
            ),
            (TRADE.replace("0.02000000", "0"), "q is not above zero"),
            (TRADE.replace("0.02000000", "-3"), "q is not above zero"),
            (TRADE.replace("\"p\"", "\"x\""), "missing field `p`"),
            (TRADE.replace("1723161255342", "0"), "T is not a time"),
            (
                TRADE.replace("1723161255342", "9223372036854775807"),
                "T is not a time",
            ),
            (
                QUOTE.replace("61837.64000000", "61837.62000000"),
                "the quote is crossed",
            ),
            (
                QUOTE.replace("61837.63000000", "0.00000000"),
                "b is not above zero",
            ),
            (QUOTE.replace("3.78826000", "-3"), "B is not above zero"),
            (
                r#"{"code":2,"msg":"Invalid request"}"#.to_owned(),
                "the venue answered 2: Invalid request",
            ),
        ];
        for (text, part) in cases {
            let error = decode(text)
                .and_then(|frame| frame.body(2, 5))
                .expect_err(text)
                .to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }

    #[test]
    fn frames_of_no_interest_and_the_announced_end() {
        let cases: &[(&str, Frame<'_>)] = &[
            (r#"{"result":null,"id":1}"#, Frame::Other),
            (
                r#"{"stream":"btcusdt@depth","data":{"b":[["1","2"]]}}"#,
                Frame::Other,
            ),
            (
                r#"{"e":"serverShutdown","E":1776000000000}"#,
                Frame::Shutdown,
            ),
            (
                r#"{"stream":"!serverShutdown","data":{"e":"serverShutdown","E":1}}"#,
                Frame::Shutdown,
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(decode(text).as_ref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn microseconds_are_known_by_their_digits() {
        let micros = TRADE.replace("1723161255342", "1723161255342123");
        assert!(matches!(
            decode(&micros),
            Ok(Frame::Trade { time, .. }) if time.nanos() == 1_723_161_255_342_123_000
        ));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC*") {
            let _ = decode(&text);
        }

        #[test]
        fn no_change_of_a_byte_makes_it_panic(
            place in 0_usize..180, byte: u8, scale in 0_u8..=18,
        ) {
            for whole in [TRADE, QUOTE, BOOK] {
                let mut bytes = whole.as_bytes().to_vec();
                let place = place % bytes.len();
                bytes[place] = byte;
                let text = String::from_utf8_lossy(&bytes);
                match decode(&text) {
                    Ok(Frame::Depth { bids, asks, .. }) => {
                        let _ = book(&bids, &asks, (scale, scale), Timestamp::ZERO);
                    }
                    Ok(frame) => {
                        let _ = frame.body(scale, scale);
                    }
                    Err(_) => {}
                }
            }
        }
    }
}
