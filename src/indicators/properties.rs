//! Properties that every indicator has, whatever its formula, tried on random bars.
//! Must not know any one formula.

use proptest::prelude::*;

use crate::config::DEFAULT_INDICATORS;
use crate::domain::{Bar, ClosedBar, FormingBar, Price, Qty, Timestamp};

use super::*;

const SESSION_BARS: i64 = 40;

/// Open, high, low, close, volume.
type Raw = (i64, i64, i64, i64, i64);

fn bar(index: usize, (open, high, low, close, volume): Raw) -> Bar {
    let highest = open.max(high).max(low).max(close);
    let lowest = open.min(high).min(low).min(close);
    Bar {
        start: Timestamp::from_seconds(60 * index as i64),
        open: Price::from_units(open),
        high: Price::from_units(highest),
        low: Price::from_units(lowest),
        close: Price::from_units(close),
        volume: Qty::from_units(volume),
        count: 1,
    }
}

fn session_start(bar: &Bar) -> Timestamp {
    let length = 60 * SESSION_BARS;
    Timestamp::from_seconds(bar.start.seconds() / length * length)
}

fn prices(around: i64, spread: i64) -> impl Strategy<Value = Raw> {
    let price = move || around - spread..=around + spread;
    (price(), price(), price(), price(), 0..=1_000_000_i64)
}

/// Ordinary, flat, dirty and absurd markets.
fn tape() -> impl Strategy<Value = Vec<Bar>> {
    let kinds = prop_oneof![
        4 => prop::collection::vec(prices(2_566_000, 5_000), 1..130),
        1 => prop::collection::vec(prices(6_183_763_000_000, 40_000_000_000), 1..130),
        1 => prop::collection::vec(prices(100, 0), 1..130),
        1 => prop::collection::vec(prices(3, 5), 1..130),
        1 => prop::collection::vec(
            (any::<i64>(), any::<i64>(), any::<i64>(), any::<i64>(), any::<i64>()),
            1..130
        ),
        1 => prop::collection::vec(Just((i64::MAX, i64::MAX, i64::MIN, i64::MIN, i64::MAX)), 1..130),
        1 => prop::collection::vec(
            prices(500, 60).prop_map(|(o, h, l, c, _)| (o, h, l, c, 0)),
            1..130
        ),
    ];
    kinds.prop_map(|raw| {
        raw.into_iter()
            .enumerate()
            .map(|(index, raw)| bar(index, raw))
            .collect()
    })
}

fn any_spec() -> impl Strategy<Value = IndicatorSpec> {
    let usual = prop::sample::select(DEFAULT_INDICATORS).prop_map(|text| text.parse().unwrap());
    let random = (
        prop::sample::select(IndicatorKind::ALL),
        prop::collection::btree_set(2..40_u32, 3),
        1..5_000_u32,
    )
        .prop_map(|(kind, periods, thousandths)| {
            let mut periods = periods.into_iter();
            let parameters: Vec<String> = kind
                .definition()
                .parameters
                .iter()
                .map(|parameter| match parameter {
                    definition::Parameter::Period { .. } => periods.next().unwrap_or(7).to_string(),
                    definition::Parameter::Multiplier { .. } => {
                        format!("{}.{:03}", thousandths / 1_000, thousandths % 1_000)
                    }
                })
                .collect();
            if parameters.is_empty() {
                kind.name().to_owned()
            } else {
                format!("{}:{}", kind.name(), parameters.join("/"))
            }
            .parse()
            .unwrap()
        });
    prop_oneof![usual, random]
}

fn catalogs() -> impl Strategy<Value = IndicatorCatalog> {
    prop_oneof![
        prop::collection::vec(any_spec(), 1..6).prop_map(|specs| IndicatorCatalog::new(&specs)),
        Just(default_catalog()),
    ]
}

fn default_catalog() -> IndicatorCatalog {
    let specs: Vec<IndicatorSpec> = DEFAULT_INDICATORS
        .iter()
        .map(|text| text.parse().unwrap())
        .collect();
    IndicatorCatalog::new(&specs)
}

fn bits(values: &[Option<f64>]) -> Vec<Option<u64>> {
    values.iter().map(|value| value.map(f64::to_bits)).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn a_peek_is_what_the_update_would_give(catalog in catalogs(), tape in tape()) {
        let mut set = IndicatorSet::new(&catalog);
        let mut peeked = vec![Some(-1.0); catalog.len()];
        for bar in tape {
            let before = set.clone();
            set.peek(&FormingBar::new(bar), session_start(&bar), &mut peeked);
            prop_assert_eq!(&set, &before);
            set.update(&ClosedBar::new(bar), session_start(&bar));
            prop_assert_eq!(bits(set.values()), bits(&peeked));
        }
    }

    #[test]
    fn values_are_finite_whatever_the_prices(catalog in catalogs(), tape in tape()) {
        let mut set = IndicatorSet::new(&catalog);
        for bar in tape {
            set.update(&ClosedBar::new(bar), session_start(&bar));
            for (value, name) in set.values().iter().zip(catalog.names()) {
                prop_assert!(value.is_none_or(f64::is_finite), "{} is {:?}", name, value);
            }
        }
    }

    #[test]
    fn a_restored_set_goes_on_bit_for_bit(
        catalog in catalogs(),
        tape in tape(),
        cut in 0..130_usize,
    ) {
        let mut whole = IndicatorSet::new(&catalog);
        for (index, bar) in tape.iter().enumerate() {
            if index == cut {
                let json = serde_json::to_string(&whole.state(&catalog)).unwrap();
                let by_text: IndicatorSetState = serde_json::from_str(&json).unwrap();
                let by_value: IndicatorSetState =
                    serde_json::from_value(serde_json::from_str(&json).unwrap()).unwrap();
                prop_assert_eq!(&by_text, &by_value);
                let restored = IndicatorSet::restore(&catalog, by_text);
                prop_assert_eq!(restored.as_ref(), Ok(&whole));
                whole = restored.unwrap();
            }
            whole.update(&ClosedBar::new(*bar), session_start(bar));
        }
        let mut uninterrupted = IndicatorSet::new(&catalog);
        for bar in &tape {
            uninterrupted.update(&ClosedBar::new(*bar), session_start(bar));
        }
        prop_assert_eq!(bits(whole.values()), bits(uninterrupted.values()));
        prop_assert_eq!(whole, uninterrupted);
    }

    #[test]
    fn specifications_are_shown_as_they_are_read(spec in any_spec()) {
        prop_assert_eq!(spec.to_string().parse(), Ok(spec));
    }
}

#[test]
fn still_markets_give_the_documented_values() {
    let catalog = default_catalog();
    let mut set = IndicatorSet::new(&catalog);
    for index in 0..300 {
        let bar = bar(index, (700, 700, 700, 700, 0));
        set.update(&ClosedBar::new(bar), Timestamp::ZERO);
    }
    let value = |name: &str| set.values()[catalog.slot(name).unwrap().index()];
    for (name, expected) in [
        ("SMA_200", Some(700.0)),
        ("RSI_14", Some(50.0)),
        ("BB_20_2_MIDDLE", Some(700.0)),
        ("BB_20_2_UPPER", Some(700.0)),
        ("BB_20_2_LOWER", Some(700.0)),
        ("ATR_14", Some(0.0)),
        ("OBV", Some(0.0)),
        ("ADX_14", Some(0.0)),
        ("ADX_14_PLUS_DI", Some(0.0)),
        ("STOCH_14_3_3_K", Some(50.0)),
        ("STOCH_14_3_3_D", Some(50.0)),
        ("VWAP", None),
        ("CCI_20", Some(0.0)),
        ("MFI_14", Some(50.0)),
        ("ROC_12", Some(0.0)),
        ("DONCHIAN_20_MIDDLE", Some(700.0)),
        ("ICHIMOKU_9_26_52_SENKOU_B", Some(700.0)),
    ] {
        assert_eq!(value(name), expected, "{name}");
    }
}

#[test]
fn vwap_begins_anew_with_the_session() {
    let mut vwap = Vwap::new();
    let closed =
        |index, price, volume| ClosedBar::new(bar(index, (price, price, price, price, volume)));
    let (first, second) = (Timestamp::from_seconds(0), Timestamp::from_seconds(600));
    assert_eq!(vwap.update_in(&closed(0, 100, 0), first), None);
    assert_eq!(vwap.update_in(&closed(1, 100, 1), first), Some(100.0));
    assert_eq!(vwap.update_in(&closed(2, 400, 2), first), Some(300.0));
    assert_eq!(vwap.update_in(&closed(10, 50, 7), second), Some(50.0));
}

#[test]
fn a_state_that_does_not_fit_is_refused() {
    let catalog = |text| IndicatorCatalog::new(&IndicatorSpec::parse_list(text).unwrap());
    let made_with = catalog("SMA:9,RSI:14");
    let mut set = IndicatorSet::new(&made_with);
    set.update(&ClosedBar::new(bar(0, (5, 6, 4, 5, 1))), Timestamp::ZERO);
    let state = set.state(&made_with);
    let refusal = |text| {
        IndicatorSet::restore(&catalog(text), state.clone())
            .map_err(|error| error.to_string())
            .unwrap_err()
    };
    assert_eq!(
        refusal("SMA:9"),
        "the saved state has 2 indicators where 1 are configured: refill it from the bars' history"
    );
    assert_eq!(
        refusal("SMA:10,RSI:14"),
        "the saved state has `SMA:9` where `SMA:10` is configured: refill it from the bars' history"
    );
    let damaged = serde_json::to_string(&state)
        .unwrap()
        .replace("\"at\":1", "\"at\":77");
    let damaged: IndicatorSetState = serde_json::from_str(&damaged).unwrap();
    assert_eq!(
        IndicatorSet::restore(&made_with, damaged).map_err(|error| error.to_string()),
        Err("the saved state of `SMA:9` is damaged: refill it from the bars' history".to_owned())
    );
}
