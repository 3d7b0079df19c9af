//! Asks the venue for the grids of its symbols.
//! Must not use a float: steps are decimal text.

use std::time::Duration;

use rust_decimal::Decimal;
use serde::Deserialize;
use thiserror::Error;

use super::EXCHANGE;
use crate::domain::{CandleSource, Instrument, InstrumentKey, Price, Qty, Session};
use crate::feeds::digits;
use crate::feeds::error::FeedError;
use crate::feeds::socket;

const TIMEOUT: Duration = Duration::from_secs(10);
/// The venue's own precision, for when it cannot be asked.
const SCALE_ASSUMED: u8 = 8;
/// Longer names first: a symbol that ends in FDUSD ends in USD too.
const QUOTE_ASSETS: [&str; 10] = [
    "FDUSD", "USDT", "USDC", "TUSD", "BTC", "ETH", "BNB", "EUR", "TRY", "USD",
];

/// Why the grids are not known.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum InfoError {
    /// The venue says that a symbol does not exist.
    #[error("Binance does not list {symbols}")]
    Unknown {
        /// The symbol, or all that were asked for.
        symbols: String,
    },
    /// No answer, or none that can be read.
    #[error("Binance does not tell the grids of its symbols ({reason})")]
    NoAnswer {
        /// Why.
        reason: String,
    },
}

#[derive(Deserialize)]
struct Answer<'a> {
    #[serde(borrow)]
    symbols: Vec<Symbol<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Symbol<'a> {
    symbol: &'a str,
    quote_asset: &'a str,
    #[serde(borrow)]
    filters: Vec<Filter<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Filter<'a> {
    filter_type: &'a str,
    #[serde(default)]
    tick_size: Option<&'a str>,
    #[serde(default)]
    step_size: Option<&'a str>,
    #[serde(default)]
    min_notional: Option<&'a str>,
}

/// Asks over REST; blocks.
pub(super) fn fetch(rest_url: &str, symbols: &[String]) -> Result<Vec<Instrument>, InfoError> {
    let no_answer = |error: ureq::Error| InfoError::NoAnswer {
        reason: error.to_string(),
    };
    socket::install_tls_provider();
    let agent: ureq::Agent = ureq::Agent::config_builder()
        .timeout_global(Some(TIMEOUT))
        .http_status_as_error(false)
        .build()
        .into();
    let quoted: Vec<String> = symbols.iter().map(|name| format!("%22{name}%22")).collect();
    let url = format!(
        "{}/api/v3/exchangeInfo?symbols=%5B{}%5D",
        rest_url.trim_end_matches('/'),
        quoted.join("%2C")
    );
    let mut response = agent.get(&url).call().map_err(no_answer)?;
    let body = response.body_mut().read_to_string().map_err(no_answer)?;
    if response.status().is_success() {
        parse(&body, symbols)
    } else if body.contains("-1121") {
        Err(InfoError::Unknown {
            symbols: match symbols {
                [one] => one.clone(),
                several => format!("one of {}", several.join(", ")),
            },
        })
    } else {
        Err(InfoError::NoAnswer {
            reason: format!("it answered {}", response.status()),
        })
    }
}

/// Reads the answer of `exchangeInfo` for these symbols.
///
/// # Errors
/// When it is not such an answer or lacks a symbol.
pub fn parse(body: &str, symbols: &[String]) -> Result<Vec<Instrument>, InfoError> {
    let answer: Answer<'_> = serde_json::from_str(body).map_err(|error| InfoError::NoAnswer {
        reason: error.to_string(),
    })?;
    symbols
        .iter()
        .map(|name| {
            let symbol = answer.symbols.iter().find(|symbol| symbol.symbol == name);
            let symbol = symbol.ok_or_else(|| InfoError::Unknown {
                symbols: name.clone(),
            })?;
            instrument(symbol).ok_or_else(|| InfoError::NoAnswer {
                reason: format!("the filters of {name} make no sense"),
            })
        })
        .collect()
}

fn instrument(symbol: &Symbol<'_>) -> Option<Instrument> {
    let filter = |kind: &str| {
        symbol
            .filters
            .iter()
            .find(|filter| filter.filter_type == kind)
    };
    let (price_scale, tick) = grid(filter("PRICE_FILTER").and_then(|found| found.tick_size))?;
    let (quantity_scale, lot) = grid(filter("LOT_SIZE").and_then(|found| found.step_size))?;
    let notional = filter("NOTIONAL")
        .or_else(|| filter("MIN_NOTIONAL"))
        .and_then(|found| found.min_notional);
    Some(Instrument {
        key: InstrumentKey::new(EXCHANGE, symbol.symbol).ok()?,
        symbol: symbol.symbol.to_owned(),
        currency: symbol.quote_asset.to_owned(),
        price_scale,
        quantity_scale,
        tick_size: Price::from_units(tick),
        lot_size: Qty::from_units(lot),
        minimum_notional: match notional {
            Some(text) => text.parse::<Decimal>().ok()?.normalize(),
            None => Decimal::ZERO,
        },
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

/// The scale that a step needs and the step in its units; a step of zero means that there is none.
fn grid(step: Option<&str>) -> Option<(u8, i64)> {
    let Some(step) = step else {
        return Some((SCALE_ASSUMED, 1));
    };
    let scale = digits::decimals_needed(step.as_bytes())?;
    match digits::fixed(step.as_bytes(), scale).ok()? {
        0 => Some((SCALE_ASSUMED, 1)),
        units if units > 0 => Some((scale, units)),
        _ => None,
    }
}

/// A symbol of which nothing is known: eight decimals, and the currency that its name ends in.
pub(super) fn assumed(symbol: &str) -> Result<Instrument, FeedError> {
    let key = InstrumentKey::new(EXCHANGE, symbol).map_err(|_| FeedError::UnknownSymbol {
        symbols: symbol.to_owned(),
    })?;
    let currency = QUOTE_ASSETS
        .iter()
        .find(|asset| symbol.ends_with(**asset))
        .unwrap_or(&"USD");
    Ok(Instrument {
        key,
        symbol: symbol.to_owned(),
        currency: (*currency).to_owned(),
        price_scale: SCALE_ASSUMED,
        quantity_scale: SCALE_ASSUMED,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = r#"{"timezone":"UTC","symbols":[{"symbol":"BTCUSDT","status":"TRADING",
        "baseAsset":"BTC","quoteAsset":"USDT","filters":[
        {"filterType":"PRICE_FILTER","minPrice":"0.01000000","maxPrice":"1000000.00000000","tickSize":"0.01000000"},
        {"filterType":"LOT_SIZE","minQty":"0.00001000","maxQty":"9000.00000000","stepSize":"0.00001000"},
        {"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true}]}]}"#;

    fn read(body: &str) -> Result<Vec<Instrument>, InfoError> {
        parse(body, &["BTCUSDT".to_owned()])
    }

    #[test]
    fn grids_come_from_the_filters() {
        let made = read(BODY).expect("an answer").remove(0);
        assert_eq!(made.key.to_string(), "BINANCE:BTCUSDT");
        assert_eq!((made.price_scale, made.quantity_scale), (2, 5));
        assert_eq!(made.tick_size, Price::from_units(1));
        assert_eq!(made.lot_size, Qty::from_units(1));
        assert_eq!(made.minimum_notional, Decimal::new(5, 0));
        assert_eq!(made.currency, "USDT");
        let coarse = read(&BODY.replace("0.00001000", "10.00000000")).expect("coarse");
        assert_eq!(coarse[0].quantity_scale, 0);
        assert_eq!(coarse[0].lot_size, Qty::from_units(10));
        let free =
            read(&BODY.replace("\"tickSize\":\"0.01000000\"", "\"tickSize\":\"0.00000000\""));
        assert_eq!(free.expect("free")[0].price_scale, 8);
    }

    #[test]
    fn a_symbol_that_is_not_there_is_named() {
        let error = parse(BODY, &["BTCUSDX".to_owned()]).expect_err("unknown");
        assert_eq!(error.to_string(), "Binance does not list BTCUSDX");
        assert!(matches!(read("{}"), Err(InfoError::NoAnswer { .. })));
        assert!(matches!(
            read(&BODY.replace("0.00001000", "x")),
            Err(InfoError::NoAnswer { .. })
        ));
    }

    #[test]
    fn what_is_assumed_without_an_answer() {
        let cases = [
            ("BTCUSDT", "USDT"),
            ("BTCFDUSD", "FDUSD"),
            ("ETHBTC", "BTC"),
            ("XYZ", "USD"),
        ];
        for (symbol, currency) in cases {
            let made = assumed(symbol).expect(symbol);
            assert_eq!((made.price_scale, made.currency.as_str()), (8, currency));
        }
    }
}
