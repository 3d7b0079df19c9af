//! What can be traded: its name, its scales, its grid and its session.
//! Must not know where an instrument's data come from.

use std::fmt;
use std::str::FromStr;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::number::{Price, Qty};

/// A small dense index given to an instrument when it is listed; valid within one run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstrumentId(pub u32);

impl InstrumentId {
    /// As an index into a dense vector.
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// `exchange:token`, the lasting name of an instrument (`NSE:99926000`, `BINANCE:BTCUSDT`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct InstrumentKey {
    exchange: String,
    token: String,
}

/// A name that is not `EXCHANGE:TOKEN`.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{text}` is not an instrument: write EXCHANGE:TOKEN, for example SIM:TITAN")]
pub struct InstrumentKeyError {
    text: String,
}

impl InstrumentKey {
    /// From its two parts.
    ///
    /// # Errors
    /// When a part is empty, holds a colon, white space or a control character.
    pub fn new(exchange: &str, token: &str) -> Result<Self, InstrumentKeyError> {
        let valid = |part: &str| {
            !part.is_empty()
                && !part.contains(|c: char| c == ':' || c.is_whitespace() || c.is_control())
        };
        if valid(exchange) && valid(token) {
            Ok(Self {
                exchange: exchange.to_owned(),
                token: token.to_owned(),
            })
        } else {
            Err(InstrumentKeyError {
                text: format!("{exchange}:{token}"),
            })
        }
    }

    /// The venue or feed that names the token.
    pub fn exchange(&self) -> &str {
        &self.exchange
    }

    /// The instrument's name there.
    pub fn token(&self) -> &str {
        &self.token
    }
}

impl fmt::Display for InstrumentKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(&format!("{}:{}", self.exchange, self.token))
    }
}

impl FromStr for InstrumentKey {
    type Err = InstrumentKeyError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (exchange, token) = text.split_once(':').ok_or_else(|| InstrumentKeyError {
            text: text.to_owned(),
        })?;
        Self::new(exchange, token)
    }
}

impl TryFrom<String> for InstrumentKey {
    type Error = InstrumentKeyError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<InstrumentKey> for String {
    fn from(key: InstrumentKey) -> Self {
        key.to_string()
    }
}

/// Which side of a quote makes the price of a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuoteBasis {
    /// The best bid.
    Bid,
    /// The best ask.
    Ask,
    /// The middle of the two, rounded down to the instrument's scale where it falls between.
    Mid,
}

/// Which ticks make an instrument's candles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CandleSource {
    /// Trades; quotes only move the best bid and ask.
    Trades,
    /// Quotes, by one of their sides; their candles have no volume.
    Quotes(QuoteBasis),
}

/// When an instrument trades.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Session {
    /// Around the clock; days are UTC days and buckets count from the epoch.
    Continuous,
    /// One session a day; buckets count from its open.
    Daily {
        /// IANA name, for example `Asia/Kolkata`.
        time_zone: String,
        /// Seconds after local midnight.
        open_s: u32,
        /// Seconds after local midnight; after `open_s`.
        close_s: u32,
        /// Local dates without a session, `YYYY-MM-DD`.
        holidays: Vec<String>,
    },
}

/// All that the engine must know of an instrument.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Instrument {
    /// Lasting name.
    pub key: InstrumentKey,
    /// Human name.
    pub symbol: String,
    /// ISO code or coin of its prices (`INR`, `USDT`).
    pub currency: String,
    /// Decimals of a price.
    pub price_scale: u8,
    /// Decimals of a quantity.
    pub quantity_scale: u8,
    /// Orders lie on multiples of this price.
    pub tick_size: Price,
    /// Orders are multiples of this quantity.
    pub lot_size: Qty,
    /// Smallest order value in major units; zero where there is none.
    pub minimum_notional: Decimal,
    /// When it trades.
    pub session: Session,
    /// Which ticks make its candles.
    pub candle_source: CandleSource,
}

impl Instrument {
    /// The exact value of `quantity` at `price` in major units, `None` when it does not fit.
    pub fn notional(&self, price: Price, quantity: Qty) -> Option<Decimal> {
        price.notional(self.price_scale, quantity, self.quantity_scale)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_read_and_show_the_same_text() {
        for text in ["NSE:99926000", "BINANCE:BTCUSDT", "SIM:TITAN"] {
            assert_eq!(
                text.parse::<InstrumentKey>()
                    .map(|key| key.to_string())
                    .as_deref(),
                Ok(text)
            );
        }
        for text in ["TITAN", ":X", "X:", "A:B:C", "A:B C"] {
            assert!(text.parse::<InstrumentKey>().is_err(), "{text}");
        }
    }
}
