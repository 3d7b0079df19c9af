//! Makes instruments of `[[instrument]]` tables.
//! Must not guess: a table that makes no sense is an error that names it.

use rust_decimal::Decimal;

use super::error::FeedError;
use crate::config::{Config, InstrumentConfig};
use crate::domain::number::SCALE_MAX;
use crate::domain::{CandleSource, Instrument, InstrumentKey, Price, Qty, Session};

/// The instrument that a table describes.
///
/// # Errors
/// When the name, a scale, a number or the session of the table makes no sense.
pub fn instrument_from_config(
    table: &InstrumentConfig,
    candle_source: CandleSource,
) -> Result<Instrument, FeedError> {
    let name = format!("{}:{}", table.exchange, table.token);
    let wrong = |reason: String| FeedError::Instrument {
        key: name.clone(),
        reason,
    };
    let key = InstrumentKey::new(&table.exchange, &table.token)
        .map_err(|_| wrong("exchange and token must be words without `:`".to_owned()))?;
    if table.price_scale > SCALE_MAX || table.quantity_scale > SCALE_MAX {
        return Err(wrong(format!("a scale is above {SCALE_MAX}")));
    }
    let tick_size = Price::from_decimal(
        unit_if_zero(table.tick_size, table.price_scale),
        table.price_scale,
    )
    .map_err(|error| wrong(format!("tick_size {error}")))?;
    let lot_size = Qty::from_decimal(
        unit_if_zero(table.lot_size, table.quantity_scale),
        table.quantity_scale,
    )
    .map_err(|error| wrong(format!("lot_size {error}")))?;
    if tick_size <= Price::ZERO || lot_size <= Qty::ZERO {
        return Err(wrong(
            "tick_size and lot_size must not be negative".to_owned(),
        ));
    }
    Ok(Instrument {
        symbol: if table.symbol.is_empty() {
            table.token.clone()
        } else {
            table.symbol.clone()
        },
        key,
        currency: table.currency.clone(),
        price_scale: table.price_scale,
        quantity_scale: table.quantity_scale,
        tick_size,
        lot_size,
        minimum_notional: table.minimum_notional,
        session: session(table).map_err(wrong)?,
        candle_source,
    })
}

/// The configured instrument of this name.
pub(super) fn configured(
    config: &Config,
    exchange: &str,
    token: &str,
    candle_source: CandleSource,
) -> Option<Result<Instrument, FeedError>> {
    config
        .instruments
        .iter()
        .find(|table| table.exchange == exchange && table.token == token)
        .map(|table| instrument_from_config(table, candle_source))
}

fn unit_if_zero(value: Decimal, scale: u8) -> Decimal {
    if value.is_zero() {
        Decimal::new(1, u32::from(scale))
    } else {
        value
    }
}

fn session(table: &InstrumentConfig) -> Result<Session, String> {
    if table.time_zone.is_empty() {
        return if table.open.is_empty() && table.close.is_empty() {
            Ok(Session::Continuous)
        } else {
            Err("open and close need a time_zone".to_owned())
        };
    }
    let open_s = seconds_of_day(&table.open)?;
    let close_s = seconds_of_day(&table.close)?;
    if open_s >= close_s {
        return Err(format!(
            "open {} is not before close {}",
            table.open, table.close
        ));
    }
    Ok(Session::Daily {
        time_zone: table.time_zone.clone(),
        open_s,
        close_s,
        holidays: table.holidays.clone(),
    })
}

fn seconds_of_day(text: &str) -> Result<u32, String> {
    let wrong = || format!("`{text}` is not a time such as 09:15");
    let (hours, minutes) = text.split_once(':').ok_or_else(wrong)?;
    let hours: u32 = hours.parse().map_err(|_| wrong())?;
    let minutes: u32 = minutes.parse().map_err(|_| wrong())?;
    if minutes > 59 || hours > 24 || (hours == 24 && minutes > 0) {
        return Err(wrong());
    }
    Ok(hours * 3_600 + minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> InstrumentConfig {
        InstrumentConfig {
            exchange: "NSE".to_owned(),
            token: "99926000".to_owned(),
            symbol: "NIFTY".to_owned(),
            currency: "INR".to_owned(),
            tick_size: Decimal::new(5, 2),
            time_zone: "Asia/Kolkata".to_owned(),
            open: "09:15".to_owned(),
            close: "15:30".to_owned(),
            ..InstrumentConfig::default()
        }
    }

    #[test]
    fn a_table_becomes_an_instrument() {
        let made = instrument_from_config(&table(), CandleSource::Trades).expect("valid");
        assert_eq!(made.key.to_string(), "NSE:99926000");
        assert_eq!(made.tick_size, Price::from_units(5));
        assert_eq!(made.lot_size, Qty::from_units(1));
        assert_eq!(
            made.session,
            Session::Daily {
                time_zone: "Asia/Kolkata".to_owned(),
                open_s: 33_300,
                close_s: 55_800,
                holidays: Vec::new(),
            }
        );
    }

    #[test]
    fn a_table_without_sense_is_named() {
        let cases: &[(&str, fn(&mut InstrumentConfig))] = &[
            ("exchange and token must be words", |t| t.token.clear()),
            ("a scale is above 18", |t| t.price_scale = 19),
            ("tick_size `0.001` has more than 2 decimals", |t| {
                t.tick_size = Decimal::new(1, 3);
            }),
            ("must not be negative", |t| {
                t.lot_size = Decimal::NEGATIVE_ONE
            }),
            ("`quarter past` is not a time", |t| {
                t.open = "quarter past".to_owned()
            }),
            ("is not before close", |t| t.open = "16:00".to_owned()),
            ("need a time_zone", |t| t.time_zone.clear()),
        ];
        for (message, spoil) in cases {
            let mut subject = table();
            spoil(&mut subject);
            let error = instrument_from_config(&subject, CandleSource::Trades)
                .expect_err(message)
                .to_string();
            assert!(error.contains(message), "{error}");
            assert!(error.contains("[[instrument]]"), "{error}");
        }
    }
}
