//! Feeds that find their instruments known from an earlier run.
//! Must not test what the engine makes of it.

use super::*;
use titan_tui::domain::Session;

/// What an earlier run has left of an instrument: scales that no feed would choose by itself.
fn kept(key: &str) -> Arc<Instrument> {
    Arc::new(Instrument {
        key: key.parse().expect("a key"),
        symbol: "kept".to_owned(),
        currency: "USD".to_owned(),
        price_scale: 5,
        quantity_scale: 3,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: titan_tui::domain::Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

fn listings(inputs: &[Input], key: &str) -> Vec<(u32, Instrument)> {
    let listings = inputs.iter().filter_map(|input| match input {
        Input::List { id, instrument, .. } => Some((id.0, (**instrument).clone())),
        _ => None,
    });
    listings
        .filter(|(_, instrument)| instrument.key.to_string() == key)
        .collect()
}

#[test]
fn an_instrument_of_an_earlier_run_is_claimed_once_and_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let tape = folder.path().join("t.csv");
    std::fs::write(
        &tape,
        "ts_ms,symbol,price,qty\n1,X,1.5,2\n2,Y,1,1\n3,X,1.25,1\n",
    )
    .expect("a tape");
    let servers = runtime();
    let wire = r#"{"token":"1","exchange":"NSE","price":5,"qty":3}"#.to_owned();
    let trade = r#"{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"1.5","q":"0.02","T":1723161255342,"m":true}}"#.to_owned();
    let tick_server = scripted(&servers, vec![vec![wire.clone(), wire]]);
    let venue = scripted(&servers, vec![vec![trade.clone(), trade]]);
    let cases: [(FeedSpec, &str, Option<i64>); 4] = [
        (FeedSpec::Tape(tape), "TAPE:X", Some(150_000)),
        (FeedSpec::Sim, "SIM:TITAN", None),
        (FeedSpec::TickServer(tick_server), "NSE:1", Some(5)),
        (
            FeedSpec::Binance(vec!["BTCUSDT".to_owned()]),
            "BINANCE:BTCUSDT",
            Some(150_000),
        ),
    ];
    for (spec, key, first_price) in cases {
        let registry = InstrumentRegistry::default();
        registry.reserve(kept("OLD:GONE"));
        registry.reserve(kept(key));
        let options = with_config(|config| config.binance.stream_url = venue.clone());
        let running = start_after(registry, &[], 64, spec, options);
        let of_it = |inputs: &[Input]| -> Vec<Tick> {
            let mut ticks = ticks_of(inputs);
            ticks.retain(|tick| tick.instrument.0 == 1);
            ticks
        };
        let inputs = running.until(|inputs| of_it(inputs).len() >= 2);
        assert_eq!(listings(&inputs, key), [(1, (*kept(key)).clone())], "{key}");
        assert!(listings(&inputs, "OLD:GONE").is_empty(), "{key}");
        let owners = running.registry.all();
        let owner = |index: usize| owners[index].0;
        assert_eq!((owner(0), owner(1)), (None, Some(FeedId(0))), "{key}");
        let announced = inputs
            .iter()
            .position(|input| matches!(input, Input::List { id, .. } if id.0 == 1));
        let ticked = inputs
            .iter()
            .position(|input| matches!(input, Input::Tick(tick) if tick.instrument.0 == 1));
        assert!(announced < ticked, "{key}: listed before its first tick");
        if let Some(price) = first_price {
            assert_eq!(super::trade(&of_it(&inputs)[0]).1, price, "{key}");
        }
        assert_eq!(running.stop(), Ok(()), "{key}");
    }
}

#[test]
fn an_instrument_of_an_earlier_run_that_is_not_wanted_now_stays_out() {
    let folder = tempfile::tempdir().expect("a folder");
    let tape = folder.path().join("t.csv");
    std::fs::write(&tape, "ts_ms,symbol,price,qty\n1,X,1.5,2\n2,Y,1,1\n").expect("a tape");
    let registry = InstrumentRegistry::default();
    registry.reserve(kept("TAPE:X"));
    let only = ["TAPE:Y".parse().expect("a key")];
    let running = start_after(registry, &only, 64, FeedSpec::Tape(tape), options());
    let inputs = running.until(|inputs| {
        let ended = |input: &Input| {
            matches!(
                input,
                Input::Feed {
                    status: FeedStatus::Ended,
                    ..
                }
            )
        };
        inputs.iter().any(ended)
    });
    assert!(listings(&inputs, "TAPE:X").is_empty());
    let numbers: Vec<u32> = ticks_of(&inputs)
        .iter()
        .map(|tick| tick.instrument.0)
        .collect();
    assert_eq!(numbers, [1], "only the ticks of TAPE:Y");
    assert_eq!(running.stop(), Ok(()));
}
