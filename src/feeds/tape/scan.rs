//! Finds the instruments of a tape and their scales by reading the whole file.
//! Must not count or report bad rows: playing the tape does that.

use std::collections::HashMap;
use std::path::Path;

use rust_decimal::Decimal;

use super::EXCHANGE;
use super::row::{Row, RowError, TapeReader};
use crate::domain::number::SCALE_MAX;
use crate::domain::{CandleSource, Instrument, InstrumentKey, Price, Qty, QuoteBasis, Session};
use crate::feeds::digits;
use crate::feeds::error::FeedError;
use crate::feeds::listing;
use crate::feeds::spec::FeedOptions;

/// The instruments of a tape in the order of their first rows: configured where the configuration
/// has them, else with the decimals that the file needs.
///
/// Zeros at the end of a number need no decimals: `61837.63000000` has two.
///
/// # Errors
/// When the file cannot be read to its end or a configured instrument makes no sense.
pub fn instruments(path: &Path, options: &FeedOptions) -> Result<Vec<Instrument>, FeedError> {
    let mut reader = TapeReader::open(path)?;
    let source = reader.candle_source(options.basis);
    let found = scan(&mut reader)?;
    let mut made = Vec::with_capacity(found.len());
    for (symbol, scales) in found {
        let Ok(key) = key(path, symbol.as_deref()) else {
            continue;
        };
        made.push(
            match listing::configured(&options.config, EXCHANGE, key.token(), source) {
                Some(instrument) => instrument?,
                None => inferred(key, scales.price, scales.quantity, source),
            },
        );
    }
    Ok(made)
}

#[derive(Debug, Clone, Copy, Default)]
struct Scales {
    price: u8,
    quantity: u8,
}

fn scan(reader: &mut TapeReader) -> Result<Vec<(Option<Vec<u8>>, Scales)>, FeedError> {
    let mut found: Vec<(Option<Vec<u8>>, Scales)> = Vec::new();
    let mut index: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut last = usize::MAX;
    while let Some(row) = reader.next_row()? {
        let Some(scales) = scales_of(&row) else {
            continue;
        };
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
    Ok(found)
}

/// The decimals a row needs; `None` for a bad row, whose digits must not spoil the scales.
fn scales_of(row: &Row<'_>) -> Option<Scales> {
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
    row.decode(scales.price, scales.quantity).ok()?;
    Some(scales)
}

/// The key of a symbol of this tape; the file's name stands in where the tape has no symbols.
pub(super) fn key(path: &Path, symbol: Option<&[u8]>) -> Result<InstrumentKey, RowError> {
    let token = match symbol {
        Some(bytes) => String::from_utf8_lossy(bytes).into_owned(),
        None => stem(path),
    };
    InstrumentKey::new(EXCHANGE, &token).map_err(|_| RowError::Symbol { symbol: token })
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
        assert!(key(Path::new("x.csv"), Some(b"A B")).is_err());
        assert!(key(Path::new("x.csv"), Some(b"")).is_err());
    }
}
