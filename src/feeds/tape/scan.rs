//! Finds the instruments of a tape and their scales by reading the whole file.
//! Must not count or report bad rows: playing the tape does that.

use std::collections::HashMap;
use std::path::Path;

use rust_decimal::Decimal;

use super::EXCHANGE;
use super::jumps::{Held, Jumps};
use super::row::{Row, RowError, TapeReader};
use crate::domain::number::SCALE_MAX;
use crate::domain::{
    CandleSource, Instrument, InstrumentKey, Price, Qty, QuoteBasis, Session, Timestamp,
};
use crate::feeds::digits;
use crate::feeds::error::FeedError;
use crate::feeds::listing;
use crate::feeds::spec::FeedOptions;

/// What is found by reading a tape to its end.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Survey {
    /// Its instruments in the order of their first rows.
    pub instruments: Vec<Instrument>,
    /// Event time of the first good row.
    pub begin: Option<Timestamp>,
    /// Latest event time of a good row.
    pub end: Option<Timestamp>,
}

/// The instruments of a tape in the order of their first rows: as `options` define them, else as
/// the configuration has them, else with the decimals that the file needs.
///
/// Zeros at the end of a number need no decimals: `61837.63000000` has two.
///
/// # Errors
/// When the file cannot be read to its end or a configured instrument makes no sense.
pub fn instruments(path: &Path, options: &FeedOptions) -> Result<Vec<Instrument>, FeedError> {
    Ok(survey(path, options)?.instruments)
}

/// As [`instruments`], and the span of the tape.
///
/// # Errors
/// As [`instruments`].
pub fn survey(path: &Path, options: &FeedOptions) -> Result<Survey, FeedError> {
    let mut reader = TapeReader::open(path)?;
    let source = reader.candle_source(options.basis);
    let (found, mut survey) = scan(&mut reader)?;
    for (symbol, scales) in found {
        let Ok(key) = key(path, symbol.as_deref()) else {
            continue;
        };
        let made = match known(&key, options, source) {
            Some(instrument) => instrument?,
            None => inferred(key, scales.price, scales.quantity, source),
        };
        survey.instruments.push(made);
    }
    Ok(survey)
}

/// What is known of an instrument without reading the tape.
pub(super) fn known(
    key: &InstrumentKey,
    options: &FeedOptions,
    source: CandleSource,
) -> Option<Result<Instrument, FeedError>> {
    let defined = options.definitions.iter().find(|it| it.key == *key);
    defined
        .cloned()
        .map(Ok)
        .or_else(|| listing::configured(&options.config, key.exchange(), key.token(), source))
}

#[derive(Debug, Clone, Copy, Default)]
struct Scales {
    price: u8,
    quantity: u8,
}

/// A symbol, `None` where the tape has no such column, and what its rows need.
type Found = (Option<Vec<u8>>, Scales);

fn scan(reader: &mut TapeReader) -> Result<(Vec<Found>, Survey), FeedError> {
    let mut survey = Survey::default();
    let mut jumps = Jumps::new();
    let mut note = |time: Option<Timestamp>| {
        survey.begin = survey.begin.or(time);
        survey.end = survey.end.max(time);
    };
    let mut found: Vec<Found> = Vec::new();
    let mut index: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut last = usize::MAX;
    while let Some(row) = reader.next_row()? {
        if row.mark().is_some() {
            continue;
        }
        let Some((time, scales)) = scales_of(&row) else {
            continue;
        };
        let (held, now) = jumps.take(time, time);
        note(confirmed(held));
        note(now);
        let symbol = row.symbol();
        if found
            .get(last)
            .is_none_or(|(name, _)| name.as_deref() != symbol)
        {
            last = match index.get(symbol.unwrap_or_default()) {
                Some(known) => *known,
                None => {
                    found.push((symbol.map(<[u8]>::to_vec), Scales::default()));
                    index.insert(symbol.unwrap_or_default().to_vec(), found.len() - 1);
                    found.len() - 1
                }
            };
        }
        if let Some((_, sum)) = found.get_mut(last) {
            sum.price = sum.price.max(scales.price);
            sum.quantity = sum.quantity.max(scales.quantity);
        }
    }
    note(confirmed(jumps.end()));
    Ok((found, survey))
}

fn confirmed(held: Option<Held<Timestamp>>) -> Option<Timestamp> {
    match held {
        Some(Held::Confirmed(time)) => Some(time),
        _ => None,
    }
}

/// A row's time and the decimals it needs; `None` for a bad row, whose digits must not spoil the
/// scales.
fn scales_of(row: &Row<'_>) -> Option<(Timestamp, Scales)> {
    let (prices, quantities) = row.numbers();
    let most = |fields: [&[u8]; 2]| -> Option<u8> {
        let [first, second] = fields;
        Some(digits::decimals_needed(first)?.max(digits::decimals_needed(second)?))
    };
    let scales = Scales {
        price: most(prices)?,
        quantity: most(quantities)?,
    };
    if scales.price > SCALE_MAX || scales.quantity > SCALE_MAX {
        return None;
    }
    let (time, _) = row.decode(scales.price, scales.quantity).ok()?;
    Some((time, scales))
}

/// The key of a symbol of this tape, which may be `EXCHANGE:TOKEN`; the file's name stands in where
/// the tape has no symbols.
pub(super) fn key(path: &Path, symbol: Option<&[u8]>) -> Result<InstrumentKey, RowError> {
    let token = match symbol {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => stem(path),
    };
    let key = if token.contains(':') {
        token.parse()
    } else {
        InstrumentKey::new(EXCHANGE, &token)
    };
    key.map_err(|_| RowError::Symbol { symbol: token })
}

fn stem(path: &Path) -> String {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .unwrap_or_default();
    let mut stem = name.as_str();
    for ending in [".gz", ".zst", ".csv"] {
        stem = stem.strip_suffix(ending).unwrap_or(stem);
    }
    let stem: String = stem
        .chars()
        .map(|character| match character {
            ':' => '_',
            other if other.is_whitespace() || other.is_control() => '_',
            other => other,
        })
        .collect();
    if stem.is_empty() {
        "tape".to_owned()
    } else {
        stem
    }
}

/// An instrument of which no more is known than its scales.
pub(super) fn inferred(
    key: InstrumentKey,
    price_scale: u8,
    quantity_scale: u8,
    candle_source: CandleSource,
) -> Instrument {
    // The middle of two prices may need one decimal more than they have.
    let price_scale = match candle_source {
        CandleSource::Quotes(QuoteBasis::Mid) => (price_scale + 1).min(SCALE_MAX),
        _ => price_scale,
    };
    Instrument {
        symbol: key.token().to_owned(),
        key,
        currency: "USD".to_owned(),
        price_scale,
        quantity_scale,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_s_name_stands_in_for_a_symbol() {
        let cases: &[(&str, &str)] = &[
            ("a/ES.csv", "TAPE:ES"),
            ("ES.csv.gz", "TAPE:ES"),
            ("ES.csv.zst", "TAPE:ES"),
            ("ES.2013.csv", "TAPE:ES.2013"),
            ("my tape: 1.csv", "TAPE:my_tape__1"),
            (".csv.gz", "TAPE:tape"),
        ];
        for (path, expected) in cases {
            let key = key(Path::new(path), None).expect(path);
            assert_eq!(key.to_string(), *expected);
        }
        let whole = key(Path::new("x.csv"), Some(b"BINANCE:BTCUSDT")).expect("a key");
        assert_eq!(whole.to_string(), "BINANCE:BTCUSDT");
        assert!(key(Path::new("x.csv"), Some(b"A:B:C")).is_err());
        assert!(key(Path::new("x.csv"), Some(b"A B")).is_err());
        assert!(key(Path::new("x.csv"), Some(b"")).is_err());
    }
}
