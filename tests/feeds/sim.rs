//! The simulator: repeatable, independent by instrument, scripted.
//! Must not test the walk's own arithmetic: its module does.

use super::*;

fn sim(change: impl FnOnce(&mut FeedOptions)) -> Ended {
    let mut options = options();
    options.start = Some(Timestamp::from_seconds(1_000));
    options.duration_ns = Some(5_000_000_000);
    change(&mut options);
    play(FeedSpec::Sim, options)
}

fn token_ticks(ended: &Ended, key: &str) -> Vec<TickBody> {
    let id = ended.registry.find(&key.parse().expect("key")).expect(key);
    let ticks = ended.ticks();
    ticks
        .iter()
        .filter(|tick| tick.instrument == id)
        .map(|tick| tick.body)
        .collect()
}

#[test]
fn the_simulator_repeats_itself_and_follows_the_bare_walk() {
    let first = sim(|_| {});
    assert_eq!(first.result, Ok(()));
    assert_eq!(first.ticks(), sim(|_| {}).ticks());
    assert_ne!(first.ticks(), sim(|options| options.seed = 1).ticks());
    let names: Vec<_> = first
        .listed()
        .iter()
        .map(|made| made.key.to_string())
        .collect();
    assert_eq!(
        names,
        ["NSE:99926000", "SIM:TITAN", "SIM:ATLAS", "SIM:ORION"]
    );
    // 50 steps of four instruments, a quote before each trade.
    assert_eq!(first.ticks().len(), 50 * 4 * 2);
    let key = "NSE:99926000".parse().expect("key");
    let mut walk = Walk::new(42, Walk::stream(&key), NIFTY_START);
    for pair in token_ticks(&first, "NSE:99926000").chunks(2) {
        let (price, size) = walk.next();
        let [
            TickBody::Quote { bid, ask, .. },
            TickBody::Trade {
                price: traded,
                quantity,
                ..
            },
        ] = pair
        else {
            panic!("{pair:?}");
        };
        assert_eq!((traded.units(), quantity.units()), (price, size));
        assert!(bid < ask && bid <= traded && traded <= ask);
    }
    let last = first.ticks().last().expect("ticks").event_time;
    assert_eq!(last, Timestamp::from_millis(1_000_000 + 4_900));
}

#[test]
fn another_instrument_changes_nothing_of_the_first_ones() {
    let before = sim(|_| {});
    let after = sim(|options| {
        Arc::make_mut(&mut options.config).instruments = vec![
            InstrumentConfig {
                exchange: "SIM".to_owned(),
                token: "VEGA".to_owned(),
                price_scale: 4,
                quantity_scale: 2,
                start_price: "1.25".parse().expect("decimal"),
                tick_size: "0.0005".parse().expect("decimal"),
                ..InstrumentConfig::default()
            },
            InstrumentConfig {
                exchange: "OTHER".to_owned(),
                token: "X".to_owned(),
                ..InstrumentConfig::default()
            },
        ];
    });
    for key in ["NSE:99926000", "SIM:TITAN", "SIM:ATLAS", "SIM:ORION"] {
        assert_eq!(token_ticks(&before, key), token_ticks(&after, key), "{key}");
    }
    let vega = token_ticks(&after, "SIM:VEGA");
    assert_eq!(vega.len(), 100);
    for body in vega {
        if let TickBody::Trade {
            price, quantity, ..
        } = body
        {
            assert_eq!((price.units() % 5, quantity.units() % 100), (0, 0));
            assert!((12_000..13_000).contains(&price.units()));
        }
    }
    assert_eq!(after.listed().len(), 5);
}

#[test]
fn the_scenario_moves_and_ends() {
    let ended = sim(|options| {
        options.scenario = true;
        options.duration_ns = None;
        Arc::make_mut(&mut options.config).sim.quotes = false;
    });
    assert_eq!(ended.result, Ok(()));
    let prices: Vec<i64> = token_ticks(&ended, "NSE:99926000")
        .iter()
        .map(|body| match body {
            TickBody::Trade { price, .. } => price.units(),
            TickBody::Quote { .. } => panic!("quotes are off"),
        })
        .collect();
    assert_eq!(prices.len(), 40 * 600);
    // The walk itself strays by some tenths of a percent; the script is 0.8 % up, 1.6 % down.
    let rise = prices[30 * 600 - 1] - prices[25 * 600];
    let fall = prices[35 * 600 - 1] - prices[30 * 600];
    let end = prices[40 * 600 - 1] - prices[35 * 600];
    assert!((10_000..30_000).contains(&rise), "{rise}");
    assert!((-52_000..-28_000).contains(&fall), "{fall}");
    assert!((18_000..42_000).contains(&end), "{end}");
    let last = ended.inputs.last().expect("inputs");
    assert!(matches!(
        last,
        Input::Feed {
            status: FeedStatus::Ended,
            ..
        }
    ));
}

#[test]
fn the_simulator_keeps_pace() {
    let begun = Instant::now();
    let ended = sim(|options| options.speed = Speed::Times(10.0));
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(ended.ticks().len(), 400);
    assert!(took >= 0.48, "it keeps its pace: {took} s");
}

#[test]
fn books_change_no_tick_and_stand_around_the_quote() {
    let (bare, watched) = (sim(|_| {}), sim(|options| options.wants_depth = true));
    assert_eq!(watched.ticks(), bare.ticks());
    assert_eq!(watched.result, Ok(()));
    let mut quotes = HashMap::new();
    let mut books = 0;
    for input in &watched.inputs {
        match input {
            Input::Tick(tick) => {
                if let TickBody::Quote { bid, ask, .. } = tick.body {
                    quotes.insert(tick.instrument, (bid, ask, tick.event_time));
                }
            }
            Input::Depth { instrument, depth } => {
                let best = (depth.bids[0].price, depth.asks[0].price, depth.time);
                assert_eq!(quotes.get(instrument), Some(&best));
                assert!(depth.is_sound());
                books += 1;
            }
            _ => {}
        }
    }
    assert_eq!(books, 5 * 4, "one a second and instrument at full speed");
    let other = |input: &&Input| matches!(input, Input::Depth { .. });
    assert!(!bare.inputs.iter().any(|input| other(&input)));
    let without_quotes = sim(|options| {
        options.wants_depth = true;
        Arc::make_mut(&mut options.config).sim.quotes = false;
    });
    assert!(!without_quotes.inputs.iter().any(|input| other(&input)));
}
