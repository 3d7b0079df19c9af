//! Bars built from recorded ticks against the vendors' own, digit for digit.
//! Must not copy the recorded data anywhere.

use std::io::Read;
use std::path::Path;

use flate2::read::MultiGzDecoder;
use titan_tui::domain::{Bar, Candle, Price, Qty, Session, Timeframe, Timestamp};
use titan_tui::market::{SessionCalendar, TimeframeBuilder};

use super::{export, summary};
use crate::support::{Desk, shared_data};

fn read_gz(path: &Path) -> String {
    let mut text = String::new();
    let file = std::fs::File::open(path).expect("the recorded file");
    MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("gzip text");
    text
}

/// `ts_ms,open,high,low,close` of one side of the vendor's bars.
fn vendor_bars(text: &str, side: &str) -> Vec<String> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next().expect("a header").split(',').collect();
    let names = ["open", "high", "low", "close"].map(|name| format!("{side}_{name}"));
    let columns: Vec<usize> = names
        .iter()
        .map(|name| {
            header
                .iter()
                .position(|column| column == name)
                .expect("a column")
        })
        .collect();
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split(',').collect();
            let prices: Vec<&str> = columns.iter().map(|&column| fields[column]).collect();
            format!("{},{}", fields[0], prices.join(","))
        })
        .collect()
}

/// The same five columns of an export, up to `end_ms`.
fn our_bars(text: &str, end_ms: i64) -> Vec<String> {
    text.lines()
        .skip(1)
        .map(|line| line.split(',').take(5).collect::<Vec<_>>().join(","))
        .filter(|line| line.split(',').next().unwrap().parse::<i64>().unwrap() < end_ms)
        .collect()
}

#[test]
fn oanda_quotes_give_every_second_and_minute_of_the_vendor() {
    let Some(data) = shared_data() else { return };
    let tape = format!(
        "tape:{}",
        data.join("ticks/fx_oanda_eurusd_quotes_2014-05-08_09.csv.gz")
            .display()
    );
    let seconds = read_gz(&data.join("bars/fx_oanda_eurusd_1s_2014-05-08.csv.gz"));
    let minutes = read_gz(&data.join("bars/fx_oanda_eurusd_1m_2014-05-08_09.csv.gz"));
    for side in ["bid", "ask"] {
        let desk = Desk::new();
        let counted = summary(&desk, &["--feed", &tape, "--basis", side]);
        assert_eq!(counted["ticks"], 135_467);
        assert_eq!(counted["late_ticks"], 0);

        let exported = export(&desk, &["candles", "--instrument", "TAPE:EURUSD"]);
        let first_day_ends = 1_399_593_600_000;
        assert!(
            our_bars(&exported, first_day_ends) == vendor_bars(&seconds, side),
            "{side} 1 s"
        );
        let exported = export(
            &desk,
            &["candles", "--instrument", "TAPE:EURUSD", "--tf", "60"],
        );
        assert!(
            our_bars(&exported, i64::MAX) == vendor_bars(&minutes, side),
            "{side} 1 m"
        );
    }
}

#[test]
fn coinbase_seconds_roll_up_to_the_vendors_minutes() {
    let Some(data) = shared_data() else { return };
    let rows = |name: &str| -> Vec<[i64; 6]> {
        read_gz(&data.join("bars").join(name))
            .lines()
            .skip(1)
            .map(|line| {
                let fields: Vec<&str> = line.split(',').collect();
                let price = |index: usize| Price::parse(fields[index], 2).expect("a price").units();
                let volume = Qty::parse(fields[5], 8).expect("a volume").units();
                let time = fields[0].parse().expect("a time");
                [time, price(1), price(2), price(3), price(4), volume]
            })
            .collect()
    };
    let mut calendar = SessionCalendar::new(&Session::Continuous).expect("a calendar");
    let mut builder = TimeframeBuilder::new(Timeframe::MINUTE);
    let mut bars = Vec::new();
    for [millis, open, high, low, close, volume] in
        rows("crypto_coinbase_btcusd_1s_2016-10-07_09.csv.gz")
    {
        let [open, high, low, close] = [open, high, low, close].map(Price::from_units);
        let (start, volume) = (Timestamp::from_millis(millis), Qty::from_units(volume));
        let candle = Candle {
            start,
            open,
            high,
            low,
            close,
            volume,
            count: 1,
        };
        bars.extend(builder.fold(&candle, &mut calendar));
    }
    bars.extend(builder.close_until(Timestamp::MAX));
    let built: Vec<[i64; 6]> = bars
        .iter()
        .map(|bar| {
            let Bar {
                start,
                open,
                high,
                low,
                close,
                volume,
                ..
            } = **bar;
            let [open, high, low, close] = [open, high, low, close].map(Price::units);
            [start.millis(), open, high, low, close, volume.units()]
        })
        .collect();
    let expected = rows("crypto_coinbase_btcusd_1m_2016-10-07_09.csv.gz");
    assert_eq!(expected.len(), 4_216);
    assert!(built == expected);
}
