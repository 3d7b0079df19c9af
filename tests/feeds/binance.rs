//! The Binance adapter against recorded frames and a local server.
//! Must not ask the venue.

use super::*;

fn binance(url: &str) -> FeedOptions {
    with_config(|config| config.binance.stream_url = url.to_owned())
}

fn unzip(path: &Path) -> String {
    let file = std::fs::File::open(path).expect("open");
    let mut text = String::new();
    flate2::read::MultiGzDecoder::new(file)
        .read_to_string(&mut text)
        .expect("gzip");
    text
}

/// The recorded frames go through a socket into the real adapter, and come out as the trades that
/// were extracted from the same recording by other hands.
#[test]
fn recorded_frames_become_the_recorded_trades_digit_for_digit() {
    let Some(data) = shared_data() else { return };
    let raw = unzip(&data.join("raw_feed/binance_spot_btcusdt_20240808.txt.gz"));
    let frames: Vec<String> = raw
        .lines()
        .filter_map(|line| line.split_once(' '))
        .map(|(_, frame)| frame.to_owned())
        .collect();
    let last_frame_time: i64 = raw
        .lines()
        .last()
        .and_then(|line| line.split_once(' '))
        .and_then(|(time, _)| time.parse().ok())
        .expect("a last line");
    let table = unzip(&data.join("ticks/crypto_binance_trades_2024-08-08.csv.gz"));
    let expected: Vec<Vec<&str>> = table
        .lines()
        .skip(1)
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| row[1] == "binance_spot" && row[2] == "BTCUSDT")
        .filter(|row| row[0].parse::<i64>().expect("ts") <= last_frame_time)
        .collect();
    assert!(expected.len() > 1_000);
    let quotes = frames
        .iter()
        .filter(|frame| frame.contains("@bookTicker"))
        .count();

    let servers = runtime();
    let url = scripted(&servers, vec![frames]);
    let running = start_with_room(
        1 << 16,
        FeedSpec::Binance(vec!["BTCUSDT".to_owned()]),
        binance(&url),
    );
    let wanted = expected.len() + quotes;
    let received = std::cell::Cell::new(0);
    let dropped =
        || usize::try_from(running.counters.dropped.load(Ordering::Relaxed)).expect("fits");
    let mut inputs = Vec::new();
    let begun = Instant::now();
    while received.get() + dropped() < wanted && begun.elapsed() < Duration::from_secs(60) {
        if let Ok(batch) = running.queue.recv_timeout(Duration::from_millis(50)) {
            received.set(received.get() + ticks_of(&batch.inputs).len());
            inputs.extend(batch.inputs);
        }
    }
    assert_eq!(dropped(), 0, "the test took them too slowly");
    assert_eq!(running.counters.malformed.load(Ordering::Relaxed), 0);
    let made = running.registry.all().remove(0).1;
    let mut newest = None;
    let mut trades = 0;
    for tick in ticks_of(&inputs) {
        match tick.body {
            TickBody::Trade {
                price,
                quantity,
                side,
            } => {
                let row = &expected[trades];
                assert_eq!(price.display(made.price_scale).to_string(), row[3]);
                assert_eq!(quantity.display(made.quantity_scale).to_string(), row[4]);
                let side = side.map(|side| if side == Side::Buy { "buy" } else { "sell" });
                assert_eq!(side, Some(row[5]));
                assert_eq!(tick.event_time.millis().to_string(), row[7]);
                newest = newest.max(Some(tick.event_time));
                trades += 1;
            }
            TickBody::Quote { bid, ask, .. } => {
                assert!(bid < ask);
                if let Some(newest) = newest {
                    assert_eq!(
                        tick.event_time, newest,
                        "a quote takes the newest trade's time"
                    );
                }
            }
        }
    }
    assert_eq!(trades, expected.len());
    assert_eq!(running.stop(), Ok(()));
}

const TRADE: &str = r#"{"stream":"btcusdt@trade","data":{"e":"trade","s":"BTCUSDT","p":"61837.63000000","q":"0.02000000","T":1723161255342,"m":true}}"#;

#[test]
fn an_announced_end_is_answered_at_once() {
    let servers = runtime();
    let goodbye = r#"{"e":"serverShutdown","E":1776000000000}"#.to_owned();
    let url = scripted(&servers, vec![vec![goodbye], vec![TRADE.to_owned()]]);
    let running = start(FeedSpec::Binance(vec!["BTCUSDT".to_owned()]), binance(&url));
    let inputs = running.until(|inputs| !ticks_of(inputs).is_empty());
    // A wait before the next try would have been announced.
    assert!(downs(&inputs).is_empty());
    assert_eq!(running.stop(), Ok(()));
}

#[test]
fn books_come_at_the_symbols_scales_and_bad_ones_are_counted() {
    const BOOK: &str = r#"{"stream":"btcusdt@depth20@100ms","data":{"lastUpdateId":160,"bids":[["61837.63000000","3.50000000"],["61837.60000000","0.02000000"]],"asks":[["61837.64000000","1.00000000"]]}}"#;
    let servers = runtime();
    let frames = vec![
        TRADE.to_owned(),
        BOOK.replace("btcusdt", "dogeusdt"),
        BOOK.replace("61837.64", "61837.60"),
        BOOK.to_owned(),
    ];
    let url = scripted(&servers, vec![frames]);
    let options = FeedOptions {
        wants_depth: true,
        ..binance(&url)
    };
    let running = start(FeedSpec::Binance(vec!["BTCUSDT".to_owned()]), options);
    let book_of = |inputs: &[Input]| {
        inputs.iter().find_map(|input| match input {
            Input::Depth { instrument, depth } => Some((*instrument, Arc::clone(depth))),
            _ => None,
        })
    };
    let inputs = running.until(|inputs| book_of(inputs).is_some());
    let (instrument, depth) = book_of(&inputs).expect("a book");
    assert_eq!(instrument, ticks_of(&inputs)[0].instrument);
    assert_eq!(depth.time.millis(), 1_723_161_255_342, "the newest trade's");
    assert_eq!(depth.bids[1].price, Price::from_units(6_183_760_000_000));
    assert_eq!(depth.asks[0].quantity, Qty::from_units(100_000_000));
    assert_eq!(running.counters.malformed.load(Ordering::Relaxed), 2);
    assert!(running.counters.connected_since().is_some());
    assert_eq!(running.stop(), Ok(()));
}

#[test]
fn malformed_binance_frames_are_counted_and_skipped() {
    let mut frames: Vec<String> = vec![
        TRADE[..70].to_owned(),
        TRADE.replace("61837.63000000", "NaN"),
        TRADE.replace("61837.63000000", "-1"),
        TRADE.replace("1723161255342", "7258118400000"),
        TRADE.replace("61837.63000000", "1.123456789"),
        TRADE.replace("\"BTCUSDT\"", "\"DOGEUSDT\""),
        r#"{"code":2,"msg":"Invalid request"}"#.to_owned(),
    ];
    let bad = u64::try_from(frames.len()).expect("few");
    let servers = runtime();
    let url = scripted(&servers, vec![frames.clone()]);
    let strict = FeedOptions {
        strict: true,
        ..binance(&url)
    };
    let ended = play(FeedSpec::Binance(vec!["BTCUSDT".to_owned()]), strict);
    assert!(matches!(ended.result, Err(FeedError::Malformed { .. })));
    frames.push(TRADE.to_owned());
    let url = scripted(&servers, vec![frames]);
    let running = start(FeedSpec::Binance(vec!["BTCUSDT".to_owned()]), binance(&url));
    let inputs = running.until(|inputs| !ticks_of(inputs).is_empty());
    assert_eq!(trade(&ticks_of(&inputs)[0]).1, 6_183_763_000_000);
    assert_eq!(running.counters.malformed.load(Ordering::Relaxed), bad);
    assert_eq!(running.stop(), Ok(()));
}

/// Answers every request with this status and body.
fn rest(runtime: &tokio::runtime::Runtime, status: u16, body: &'static str) -> String {
    use axum::http::StatusCode;
    let code = StatusCode::from_u16(status).expect("status");
    let answer = move || async move { (code, body) };
    let router = axum::Router::new().route("/api/v3/exchangeInfo", axum::routing::get(answer));
    let listener = runtime
        .block_on(TcpListener::bind("127.0.0.1:0"))
        .expect("bind");
    let address = listener.local_addr().expect("address");
    runtime.spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[test]
fn grids_come_over_rest_and_an_unknown_symbol_ends_the_feed() {
    const KNOWN: &str = r#"{"symbols":[{"symbol":"BTCUSDT","quoteAsset":"USDT","filters":[
        {"filterType":"PRICE_FILTER","tickSize":"0.01000000"},
        {"filterType":"LOT_SIZE","stepSize":"0.00001000"}]}]}"#;
    let servers = runtime();
    let url = scripted(&servers, vec![vec![TRADE.to_owned()]]);
    let mut options = binance(&url);
    Arc::make_mut(&mut options.config).binance.rest_url = rest(&servers, 200, KNOWN);
    let running = start(FeedSpec::Binance(vec!["BTCUSDT".to_owned()]), options);
    let inputs = running.until(|inputs| !ticks_of(inputs).is_empty());
    assert_eq!(trade(&ticks_of(&inputs)[0]).1, 6_183_763);
    assert_eq!(running.stop(), Ok(()));

    let refusal = r#"{"code":-1121,"msg":"Invalid symbol."}"#;
    let options = with_config(|config| config.binance.rest_url = rest(&servers, 400, refusal));
    let ended = play(FeedSpec::Binance(vec!["BTCUSDX".to_owned()]), options);
    assert_eq!(
        ended.result.expect_err("unknown").to_string(),
        "Binance does not list BTCUSDX; check the spelling, symbols are written like BTCUSDT"
    );
}
