//! The indicators against published tables: Stock.Indicators' baseline on 502 daily bars and the
//! worked examples of StockCharts' ChartSchool.
//! Must not touch the formulas' insides: values are read through `IndicatorSet` by name.

#![allow(clippy::expect_used, clippy::indexing_slicing, clippy::print_stdout)]

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;
use titan_tui::domain::{Bar, ClosedBar, Price, Qty, Timestamp};
use titan_tui::indicators::{IndicatorCatalog, IndicatorSet, IndicatorSpec};

use crate::support::shared_data;

/// The tables' folder, or a printed reason why the test is not run.
fn tables() -> Option<PathBuf> {
    let folder = shared_data().map(|folder| folder.join("indicators"));
    if folder.is_none() {
        println!("ignored: shared data folder absent");
    }
    folder
}

/// Rows of a CSV file as maps from column to text.
fn rows(reader: impl std::io::Read) -> Vec<BTreeMap<String, String>> {
    csv::Reader::from_reader(reader)
        .deserialize()
        .map(|row| row.expect("a row of the table"))
        .collect()
}

/// One bar. Prices that the table does not give take those that it does; they are not looked at.
fn bar(index: usize, row: &BTreeMap<String, String>, scale: u8) -> Bar {
    let price = |column: &str| {
        let text = [column, "close", "low"]
            .iter()
            .filter_map(|column| row.get(*column))
            .find(|text| !text.is_empty())
            .expect("a price");
        Price::parse(text, scale).expect("a price within the scale")
    };
    Bar {
        start: Timestamp::from_seconds(86_400 * index as i64),
        open: price("open"),
        high: price("high"),
        low: price("low"),
        close: price("close"),
        volume: row
            .get("volume")
            .map_or(Qty::ZERO, |text| Qty::parse(text, 0).expect("a volume")),
        count: 1,
    }
}

/// The value of this name at every bar.
fn series(specs: &str, name: &str, bars: &[Bar]) -> Vec<Option<f64>> {
    let catalog = IndicatorCatalog::new(&IndicatorSpec::parse_list(specs).expect("indicators"));
    let slot = catalog.slot(name).expect("a value of this name");
    let mut set = IndicatorSet::new(&catalog);
    bars.iter()
        .map(|bar| {
            set.update(&ClosedBar::new(*bar), Timestamp::ZERO);
            set.values()[slot.index()]
        })
        .collect()
}

/// Specification, our value, indicator and parameters of the table, its field, and the factor
/// from its unit to ours (prices are in cents here).
const STOCK_INDICATORS: &[(&str, &str, &str, &str, &str, f64)] = &[
    ("SMA:20", "SMA_20", "sma", "20", "sma", 100.0),
    ("EMA:20", "EMA_20", "ema", "20", "ema", 100.0),
    ("RSI:14", "RSI_14", "rsi", "14", "rsi", 1.0),
    ("MACD", "MACD_12_26_9", "macd", "12,26,9", "macd", 100.0),
    (
        "MACD",
        "MACD_12_26_9_SIGNAL",
        "macd",
        "12,26,9",
        "signal",
        100.0,
    ),
    (
        "MACD",
        "MACD_12_26_9_HISTOGRAM",
        "macd",
        "12,26,9",
        "histogram",
        100.0,
    ),
    ("BB:20/2", "BB_20_2_MIDDLE", "bb", "20,2", "sma", 100.0),
    ("BB:20/2", "BB_20_2_UPPER", "bb", "20,2", "upperBand", 100.0),
    ("BB:20/2", "BB_20_2_LOWER", "bb", "20,2", "lowerBand", 100.0),
    ("ATR:14", "ATR_14", "atr", "14", "atr", 100.0),
    ("OBV", "OBV", "obv", "", "obv", 1.0),
    ("ADX:14", "ADX_14", "adx", "14", "adx", 1.0),
    ("ADX:14", "ADX_14_PLUS_DI", "adx", "14", "pdi", 1.0),
    ("ADX:14", "ADX_14_MINUS_DI", "adx", "14", "mdi", 1.0),
    (
        "STOCH:14/3/3",
        "STOCH_14_3_3_K",
        "stoch",
        "14,3,3",
        "k",
        1.0,
    ),
    (
        "STOCH:14/3/3",
        "STOCH_14_3_3_D",
        "stoch",
        "14,3,3",
        "d",
        1.0,
    ),
    ("VWAP", "VWAP", "vwap", "(from first bar)", "vwap", 100.0),
    ("CCI:20", "CCI_20", "cci", "20", "cci", 1.0),
    ("MFI:14", "MFI_14", "mfi", "14", "mfi", 1.0),
    ("ROC:14", "ROC_14", "roc", "14", "roc", 1.0),
    (
        "SUPERTREND:10/3",
        "SUPERTREND_10_3",
        "supertrend",
        "10,3",
        "superTrend",
        100.0,
    ),
    (
        "DONCHIAN:20",
        "DONCHIAN_20_UPPER",
        "donchian",
        "20",
        "upperBand",
        100.0,
    ),
    (
        "DONCHIAN:20",
        "DONCHIAN_20_MIDDLE",
        "donchian",
        "20",
        "centerline",
        100.0,
    ),
    (
        "DONCHIAN:20",
        "DONCHIAN_20_LOWER",
        "donchian",
        "20",
        "lowerBand",
        100.0,
    ),
    (
        "KELTNER:20/2/10",
        "KELTNER_20_2_10_UPPER",
        "keltner",
        "20,2,10",
        "upperBand",
        100.0,
    ),
    (
        "KELTNER:20/2/10",
        "KELTNER_20_2_10_MIDDLE",
        "keltner",
        "20,2,10",
        "centerline",
        100.0,
    ),
    (
        "KELTNER:20/2/10",
        "KELTNER_20_2_10_LOWER",
        "keltner",
        "20,2,10",
        "lowerBand",
        100.0,
    ),
    (
        "ICHIMOKU",
        "ICHIMOKU_9_26_52_TENKAN",
        "ichimoku",
        "9,26,52",
        "tenkanSen",
        100.0,
    ),
    (
        "ICHIMOKU",
        "ICHIMOKU_9_26_52_KIJUN",
        "ichimoku",
        "9,26,52",
        "kijunSen",
        100.0,
    ),
    (
        "ICHIMOKU",
        "ICHIMOKU_9_26_52_SENKOU_A",
        "ichimoku",
        "9,26,52",
        "senkouSpanA",
        100.0,
    ),
    (
        "ICHIMOKU",
        "ICHIMOKU_9_26_52_SENKOU_B",
        "ichimoku",
        "9,26,52",
        "senkouSpanB",
        100.0,
    ),
];

type Expected = BTreeMap<(String, String, String), BTreeMap<String, f64>>;

fn stock_indicators(folder: &Path) -> (Vec<String>, Vec<Bar>, Expected) {
    let quotes = rows(File::open(folder.join("ref502_quotes.csv")).expect("the quotes"));
    let bars: Vec<Bar> = quotes
        .iter()
        .enumerate()
        .map(|(index, row)| bar(index, row, 2))
        .collect();
    let dates = quotes.iter().map(|row| row["date"].clone()).collect();
    let file = File::open(folder.join("ref502_expected.csv.gz")).expect("the expected values");
    let mut expected = Expected::new();
    for row in rows(GzDecoder::new(file)) {
        if let Ok(value) = row["value"].parse() {
            let key = ["indicator", "params", "field"].map(|column| row[column].clone());
            expected
                .entry(key.into())
                .or_default()
                .insert(row["date"].clone(), value);
        }
    }
    (dates, bars, expected)
}

/// Every bar, the warm-up included: ready where the table is, and equal to 1e-9.
#[test]
fn equal_to_stock_indicators_on_502_days() {
    let Some(folder) = tables() else { return };
    let (dates, bars, expected) = stock_indicators(&folder);
    assert_eq!(bars.len(), 502);
    for &(spec, name, indicator, parameters, field, factor) in STOCK_INDICATORS {
        let key = (
            indicator.to_owned(),
            parameters.to_owned(),
            field.to_owned(),
        );
        let column = expected.get(&key).expect(name);
        for (date, ours) in dates.iter().zip(series(spec, name, &bars)) {
            let theirs = column.get(date).map(|value| value * factor);
            match (ours, theirs) {
                (Some(ours), Some(theirs)) => {
                    let tolerance = 1e-9 * theirs.abs().max(1.0);
                    assert!(
                        (ours - theirs).abs() <= tolerance,
                        "{name} on {date}: {ours}, expected {theirs}"
                    );
                }
                (ours, theirs) => assert_eq!(ours, theirs, "{name} on {date}"),
            }
        }
    }
}

/// The direction is rising exactly where the table gives the lower band.
#[test]
fn supertrend_turns_where_stock_indicators_does() {
    let Some(folder) = tables() else { return };
    let (dates, bars, expected) = stock_indicators(&folder);
    let key = |field: &str| ("supertrend".to_owned(), "10,3".to_owned(), field.to_owned());
    let direction = series("SUPERTREND:10/3", "SUPERTREND_10_3_DIRECTION", &bars);
    for (date, ours) in dates.iter().zip(direction) {
        let theirs = match (
            expected[&key("lowerBand")].contains_key(date),
            expected[&key("upperBand")].contains_key(date),
        ) {
            (true, false) => Some(1.0),
            (false, true) => Some(-1.0),
            _ => None,
        };
        assert_eq!(ours, theirs, "{date}");
    }
}

/// Compares with a printed column, within half a unit of its last printed digit (and the hair
/// that such a half needs in binary) and the `slack` that rounded inputs need.
fn agrees_with_column(
    (specs, name): (&str, &str),
    bars: &[Bar],
    factor: f64,
    column: &[String],
    slack: f64,
) {
    let mut compared = 0;
    for ((index, printed), ours) in column.iter().enumerate().zip(series(specs, name, bars)) {
        if printed.is_empty() {
            continue;
        }
        let theirs: f64 = printed.parse().expect("a printed value");
        let decimals = printed.split_once('.').map_or(0, |(_, tail)| tail.len());
        let tolerance = 0.5 * 10.0_f64.powi(-(decimals as i32)) + 1e-9 + slack;
        let ours = ours.expect("ready where the table is") / factor;
        assert!(
            (ours - theirs).abs() <= tolerance,
            "{name} in row {index}: {ours}, printed {printed}"
        );
        compared += 1;
    }
    assert!(compared > 5, "{name}: {compared} values compared");
}

fn stockcharts(folder: &Path, table: &str) -> Vec<BTreeMap<String, String>> {
    let path = folder.join(format!("stockcharts_{table}.csv"));
    rows(File::open(path).expect("a StockCharts table"))
}

/// Table, decimals of its prices, specification, value, column, whether it is in price units.
const STOCKCHARTS: &[(&str, u8, &str, &str, &str, bool)] = &[
    ("rsi14", 4, "RSI:14", "RSI_14", "rsi14", false),
    ("sma10_ema10", 4, "SMA:10", "SMA_10", "sma10", true),
    ("sma10_ema10", 4, "EMA:10", "EMA_10", "ema10", true),
    (
        "bollinger20_2",
        4,
        "BB:20/2",
        "BB_20_2_MIDDLE",
        "middle",
        true,
    ),
    (
        "bollinger20_2",
        4,
        "BB:20/2",
        "BB_20_2_UPPER",
        "upper",
        true,
    ),
    (
        "bollinger20_2",
        4,
        "BB:20/2",
        "BB_20_2_LOWER",
        "lower",
        true,
    ),
    ("roc12", 2, "ROC:12", "ROC_12", "roc12_pct", false),
    (
        "stoch14_3",
        4,
        "STOCH:14/1/3",
        "STOCH_14_1_3_K",
        "k14",
        false,
    ),
    (
        "stoch14_3",
        4,
        "STOCH:14/1/3",
        "STOCH_14_1_3_D",
        "d3",
        false,
    ),
];

#[test]
fn equal_to_the_worked_examples_of_stockcharts() {
    let Some(folder) = tables() else { return };
    for &(table, scale, spec, name, column, price_like) in STOCKCHARTS {
        let table = stockcharts(&folder, table);
        let bars: Vec<Bar> = table
            .iter()
            .enumerate()
            .map(|(index, row)| bar(index, row, scale))
            .collect();
        let printed: Vec<String> = table.iter().map(|row| row[column].clone()).collect();
        let factor = if price_like {
            10.0_f64.powi(i32::from(scale))
        } else {
            1.0
        };
        agrees_with_column((spec, name), &bars, factor, &printed, 0.0);
    }
}

/// StockCharts counts the first bar's high less low as a true range where we count from the
/// second bar on. A still bar before it, inside its range, gives it just that true range.
///
/// The published column has two digits and is met exactly. The one with six was computed from
/// prices with more decimals than the three that the table prints (from row 20 on), so a true
/// range may differ by 0.0005, and the average by a fourteenth of that.
#[test]
fn atr_is_that_of_stockcharts_from_the_second_bar_on() {
    let Some(folder) = tables() else { return };
    let table = stockcharts(&folder, "atr14");
    let mut bars: Vec<Bar> = table
        .iter()
        .enumerate()
        .map(|(index, row)| bar(index + 1, row, 3))
        .collect();
    let inside = bars[0].close;
    bars.insert(
        0,
        Bar {
            start: Timestamp::ZERO,
            open: inside,
            high: inside,
            low: inside,
            ..bars[0]
        },
    );
    for (column, slack) in [("atr14", 0.000_5 / 14.0), ("atr14_rounded", 0.0)] {
        let printed: Vec<String> = std::iter::once(String::new())
            .chain(table.iter().map(|row| row[column].clone()))
            .collect();
        agrees_with_column(("ATR:14", "ATR_14"), &bars, 1_000.0, &printed, slack);
    }
}
