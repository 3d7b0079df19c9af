//! The tick server and its client, alone and joined.
//! Must not wait for more than a few seconds.

use super::*;

fn serve(runtime: &tokio::runtime::Runtime, stop: &CancellationToken) -> SocketAddr {
    let options = TickServerOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        speed: Speed::Times(50.0),
        ..TickServerOptions::default()
    };
    let server = runtime.block_on(TickServer::bind(options)).expect("bind");
    let address = server.address();
    runtime.spawn(server.run(stop.clone()));
    address
}

#[test]
fn the_tick_server_sends_the_walk_with_exactly_the_agreed_fields() {
    let runtime = runtime();
    let stop = CancellationToken::new();
    let address = serve(&runtime, &stop);
    let frames: Vec<serde_json::Value> = runtime.block_on(async {
        let (socket, _) = tokio_tungstenite::connect_async(format!("ws://{address}/ws"))
            .await
            .expect("connect");
        let texts = socket.filter_map(|message| async {
            message.ok().and_then(|message| message.into_text().ok())
        });
        texts
            .take(20)
            .map(|text| serde_json::from_str(&text).expect("json"))
            .collect()
            .await
    });
    let mut times = Vec::new();
    for frame in &frames {
        let names: Vec<_> = frame.as_object().expect("object").keys().cloned().collect();
        assert_eq!(names, ["exchange", "price", "qty", "tick_ts", "token"]);
        assert_eq!(
            (&frame["exchange"], &frame["token"]),
            (&"NSE".into(), &"99926000".into())
        );
        let price = frame["price"].as_i64().expect("int");
        assert!((2_560_000..2_572_000).contains(&price));
        assert!((1..=100).contains(&frame["qty"].as_i64().expect("int")));
        let text = frame["tick_ts"].as_str().expect("text");
        assert!(text.ends_with('Z'));
        times.push(Timestamp::parse_rfc3339(text).expect("time"));
    }
    assert!(
        times
            .windows(2)
            .all(|pair| pair[1] - pair[0] == 100_000_000)
    );
    let health = ureq::get(format!("http://{address}/health"))
        .call()
        .expect("health")
        .body_mut()
        .read_to_string()
        .expect("body");
    let health: serde_json::Value = serde_json::from_str(&health).expect("json");
    assert_eq!(
        health,
        serde_json::json!({"status": "ok", "service": "tickserver"})
    );
    stop.cancel();
}

#[test]
fn a_taken_port_is_named_with_a_remedy() {
    let runtime = runtime();
    let stop = CancellationToken::new();
    let listen = serve(&runtime, &stop);
    let options = TickServerOptions {
        listen,
        ..TickServerOptions::default()
    };
    let error = runtime
        .block_on(TickServer::bind(options))
        .expect_err("taken");
    assert_eq!(
        error.to_string(),
        format!(
            "cannot listen on {listen}: the port is in use; \
             stop the other server or choose another with --listen"
        )
    );
}

#[test]
fn a_client_that_does_not_read_slows_nobody_and_its_losses_are_counted() {
    let runtime = runtime();
    let stop = CancellationToken::new();
    let options = TickServerOptions {
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        speed: Speed::Times(20_000.0),
        ..TickServerOptions::default()
    };
    let server = runtime.block_on(TickServer::bind(options)).expect("bind");
    let (address, lost) = (server.address(), server.lost());
    runtime.spawn(server.run(stop.clone()));
    let url = format!("ws://{address}/ws");
    let (lazy, _) = runtime
        .block_on(tokio_tungstenite::connect_async(&url))
        .expect("connect");
    let kept_coming = runtime.block_on(async {
        let (mut busy, _) = tokio_tungstenite::connect_async(&url)
            .await
            .expect("connect");
        let mut after = 0;
        while after < 2_000 {
            let next = tokio::time::timeout(Duration::from_secs(20), busy.next()).await;
            assert!(matches!(next, Ok(Some(Ok(_)))), "{next:?} after {after}");
            after += usize::from(lost.load(Ordering::Relaxed) > 0);
        }
        after
    });
    assert_eq!(kept_coming, 2_000);
    drop(lazy);
    stop.cancel();
}

#[test]
fn server_and_client_join_through_the_socket() {
    let servers = runtime();
    let stop = CancellationToken::new();
    let address = serve(&servers, &stop);
    let running = start(
        FeedSpec::TickServer(format!("ws://{address}/ws")),
        options(),
    );
    let inputs = running.until(|inputs| ticks_of(inputs).len() >= 30);
    let ticks = ticks_of(&inputs);
    assert!(
        ticks
            .windows(2)
            .all(|pair| pair[1].event_time - pair[0].event_time == 100_000_000)
    );
    let listed = running.registry.all().remove(0).1;
    assert_eq!(listed.key.to_string(), "NSE:99926000");
    assert_eq!(
        (listed.symbol.as_str(), listed.currency.as_str()),
        ("NIFTY", "INR")
    );
    assert_eq!(running.stop(), Ok(()));
    stop.cancel();
}

#[test]
fn nobody_there_is_said_with_the_next_try() {
    let running = start(
        FeedSpec::TickServer("ws://127.0.0.1:1/ws".to_owned()),
        options(),
    );
    let inputs = running.until(|inputs| !downs(inputs).is_empty());
    assert_eq!(
        downs(&inputs),
        ["connection refused by 127.0.0.1:1, next try in 1 s"]
    );
    assert_eq!(running.stop(), Ok(()));
}

fn wire_tick(token: &str, price: &str) -> String {
    format!(
        r#"{{"token":"{token}","exchange":"NSE","price":{price},"qty":3,"tick_ts":"2026-01-02T03:45:00Z"}}"#
    )
}

#[test]
fn the_client_comes_back_after_the_server_dropped_it() {
    let servers = runtime();
    let url = scripted(
        &servers,
        vec![vec![wire_tick("1", "500")], vec![wire_tick("1", "501")]],
    );
    let running = start(FeedSpec::TickServer(url), options());
    let inputs = running.until(|inputs| ticks_of(inputs).len() == 2);
    let prices: Vec<_> = ticks_of(&inputs).iter().map(|tick| trade(tick).1).collect();
    assert_eq!(prices, [500, 501]);
    let down = downs(&inputs);
    assert_eq!(down.len(), 1);
    assert!(
        down[0].contains("127.0.0.1:") && down[0].ends_with("next try in 1 s"),
        "{down:?}"
    );
    let states: Vec<_> = inputs
        .iter()
        .filter_map(|input| match input {
            Input::Feed { status, .. } => Some(status.clone()),
            _ => None,
        })
        .collect();
    assert!(matches!(
        states.as_slice(),
        [
            FeedStatus::Connecting,
            FeedStatus::Live,
            FeedStatus::Down(_),
            FeedStatus::Connecting,
            FeedStatus::Live
        ]
    ));
    assert_eq!(running.registry.all().len(), 1, "listed once");
    assert_eq!(running.stop(), Ok(()));
}

#[test]
fn malformed_frames_are_counted_and_skipped_and_end_a_strict_client() {
    let whole = wire_tick("1", "500");
    let bad = [
        whole[..whole.len() / 2].to_owned(),
        wire_tick("1", "NaN"),
        wire_tick("1", "-5"),
        wire_tick("1", "\"5\""),
        wire_tick("a b", "5"),
        r#"{"token":"1","exchange":"NSE","qty":3}"#.to_owned(),
        "[1,2]".to_owned(),
        wire_tick("1", "500").replace("2026-01-02", "2200-01-02"),
        "\u{0}".to_owned(),
    ];
    let servers = runtime();
    for (index, frame) in bad.iter().enumerate() {
        let url = scripted(&servers, vec![vec![frame.clone(), whole.clone()]]);
        let spec = FeedSpec::TickServer(url);
        let running = start(spec, options());
        let inputs = running.until(|inputs| !ticks_of(inputs).is_empty());
        assert_eq!(ticks_of(&inputs).len(), 1, "{index}");
        assert_eq!(
            running.counters.malformed.load(Ordering::Relaxed),
            1,
            "{frame}"
        );
        assert_eq!(running.stop(), Ok(()));
        let url = scripted(&servers, vec![vec![frame.clone()]]);
        let ended = play(
            FeedSpec::TickServer(url),
            FeedOptions {
                strict: true,
                ..options()
            },
        );
        assert!(
            matches!(ended.result, Err(FeedError::Malformed { .. })),
            "{frame}"
        );
    }
}

#[test]
fn configured_and_unknown_instruments_of_a_tick_server() {
    let options = with_config(|config| {
        config.instruments = vec![InstrumentConfig {
            exchange: "NSE".to_owned(),
            token: "7".to_owned(),
            symbol: "SEVEN".to_owned(),
            price_scale: 4,
            ..InstrumentConfig::default()
        }];
    });
    let servers = runtime();
    let url = scripted(
        &servers,
        vec![vec![
            wire_tick("8", "1"),
            wire_tick("7", "2"),
            wire_tick("8", "3"),
        ]],
    );
    let spec = FeedSpec::TickServer(url);
    assert_eq!(
        instruments(&spec, &options).expect("known")[0].symbol,
        "SEVEN"
    );
    let running = start(spec, options);
    let inputs = running.until(|inputs| ticks_of(inputs).len() == 3);
    let ids: Vec<_> = ticks_of(&inputs)
        .iter()
        .map(|tick| tick.instrument.0)
        .collect();
    assert_eq!(ids, [1, 0, 1]);
    let listed = running.registry.all();
    assert_eq!((listed[0].1.price_scale, listed[1].1.price_scale), (4, 2));
    assert_eq!(running.stop(), Ok(()));
}
