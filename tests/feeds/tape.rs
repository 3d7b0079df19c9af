//! Tapes: what is read, what is refused, and at what pace.
//! Must not test what the engine makes of late rows.

use super::*;

fn tape(path: &Path, options: FeedOptions) -> Ended {
    play(FeedSpec::Tape(path.to_owned()), options)
}

fn file(folder: &tempfile::TempDir, name: &str, content: &[u8]) -> PathBuf {
    let path = folder.path().join(name);
    std::fs::write(&path, content).expect("write");
    path
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

fn gzip(content: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(content).expect("gzip");
    encoder.finish().expect("gzip")
}

fn zstd(content: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(content, ruzstd::encoding::CompressionLevel::Fastest)
}

const TAPE: &str = "venue,qty,symbol,ts_ms,side,price,trade_id\n\
    a,1.50,X,1000,buy,10.25,1\n\
    b,2,Y,1001,SELL,7,2\n\
    a,0.125,X,1001,,10.5000,3\n";

#[test]
fn a_tape_is_read_by_its_header_and_listed_with_the_decimals_it_needs() {
    let folder = folder();
    let path = file(&folder, "t.csv", TAPE.as_bytes());
    let ended = tape(&path, options());
    assert_eq!(ended.result, Ok(()));
    let listed = ended.listed();
    let scales: Vec<_> = listed
        .iter()
        .map(|made| (made.key.to_string(), made.price_scale, made.quantity_scale))
        .collect();
    assert_eq!(
        scales,
        [("TAPE:X".to_owned(), 2, 3), ("TAPE:Y".to_owned(), 0, 0)]
    );
    assert!(
        listed
            .iter()
            .all(|made| made.candle_source == CandleSource::Trades)
    );
    let ticks: Vec<_> = ended.ticks().iter().map(trade).collect();
    assert_eq!(
        ticks,
        [
            (1_000_000_000, 1_025, 1_500, Some(Side::Buy)),
            (1_001_000_000, 7, 2, Some(Side::Sell)),
            (1_001_000_000, 1_050, 125, None),
        ]
    );
    let last = ended.inputs.last().expect("inputs");
    assert!(matches!(
        last,
        Input::Feed {
            status: FeedStatus::Ended,
            ..
        }
    ));
    let known = instruments(&FeedSpec::Tape(path), &options()).expect("known");
    assert!(known.iter().eq(listed.iter().map(AsRef::as_ref)));
}

#[test]
fn plain_gzip_and_zstd_tapes_give_the_same_ticks_whatever_their_names() {
    let folder = folder();
    let mut two_members = gzip(&TAPE.as_bytes()[..80]);
    two_members.extend(gzip(&TAPE.as_bytes()[80..]));
    let mut two_frames = zstd(&TAPE.as_bytes()[..80]);
    two_frames.extend([0x51, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 9, 9, 9]);
    two_frames.extend(zstd(&TAPE.as_bytes()[80..]));
    let expected = tape(&file(&folder, "a.csv", TAPE.as_bytes()), options()).ticks();
    assert_eq!(expected.len(), 3);
    for (name, content) in [
        ("b.csv.gz", gzip(TAPE.as_bytes())),
        ("c.csv.zst", zstd(TAPE.as_bytes())),
        ("d.csv", two_members),
        ("e", two_frames),
        ("f.csv.gz", TAPE.as_bytes().to_vec()),
    ] {
        let ended = tape(&file(&folder, name, &content), options());
        assert_eq!(ended.result, Ok(()), "{name}");
        assert_eq!(ended.ticks(), expected, "{name}");
    }
}

#[test]
fn a_tape_of_quotes_has_room_for_exact_mids() {
    let folder = folder();
    let text = "ts_ns,bid,ask,ask_qty\n5,1.39101,1.39114,\n6,1.3910,1.3912,2.5\n";
    let path = file(&folder, "EURUSD.csv", text.as_bytes());
    for (basis, scale) in [
        (QuoteBasis::Mid, 6),
        (QuoteBasis::Bid, 5),
        (QuoteBasis::Ask, 5),
    ] {
        let ended = tape(&path, FeedOptions { basis, ..options() });
        let made = &ended.listed()[0];
        assert_eq!(made.key.to_string(), "TAPE:EURUSD");
        assert_eq!((made.price_scale, made.quantity_scale), (scale, 1));
        assert_eq!(made.candle_source, CandleSource::Quotes(basis));
        assert_eq!(
            ended.ticks()[1].body,
            TickBody::Quote {
                bid: Price::parse("1.391", scale).expect("price"),
                bid_quantity: Qty::ZERO,
                ask: Price::parse("1.3912", scale).expect("price"),
                ask_quantity: Qty::from_units(25),
            }
        );
    }
}

#[test]
fn a_configured_instrument_is_listed_as_configured() {
    let folder = folder();
    let path = file(&folder, "t.csv", TAPE.as_bytes());
    let options = with_config(|config| {
        config.instruments = vec![InstrumentConfig {
            exchange: "TAPE".to_owned(),
            token: "X".to_owned(),
            symbol: "The X".to_owned(),
            price_scale: 4,
            quantity_scale: 3,
            ..InstrumentConfig::default()
        }];
    });
    let ended = tape(&path, options);
    assert_eq!(ended.listed()[0].symbol, "The X");
    assert_eq!(trade(&ended.ticks()[0]).1, 102_500);
}

#[test]
fn each_malformed_row_is_counted_skipped_and_named_when_strict() {
    let trades = |row: &str| format!("ts_ns,price,qty,side\n9,1.5,2,buy\n{row}\n10,1.5,3,sell\n");
    let quotes = |row: &str| format!("ts_ns,bid,ask,bid_qty\n9,1,2,1\n{row}\n10,1,2,3\n");
    let cases: &[(String, &str)] = &[
        (trades("8x,1,1,"), "the time `8x` is not a decimal number"),
        (trades(",1,1,"), "the time is missing"),
        (trades("0,1,1,"), "the time lies outside 1970 to 2262"),
        (trades("8,NaN,1,"), "price `NaN` is not a decimal number"),
        (trades("8,inf,1,"), "price `inf` is not a decimal number"),
        (trades("8,1e3,1,"), "price `1e3` is not a decimal number"),
        (trades("8,-1,1,"), "price is not above zero"),
        (trades("8,0.00,1,"), "price is not above zero"),
        (trades("8,1,-1,"), "qty is not above zero"),
        (trades("8,1,0,"), "qty is not above zero"),
        (trades("8,1"), "qty is missing"),
        (trades("8,1,1,up"), "side is neither buy nor sell"),
        (
            trades("8,99999999999999999999,1,"),
            "is too large for 1 decimals",
        ),
        (
            quotes("8,2,1,1"),
            "the quote is crossed: its bid is above its ask",
        ),
        (quotes("8,1,,1"), "ask is missing"),
        (quotes("8,1,2,-1"), "bid_qty is negative"),
    ];
    let folder = folder();
    for (text, message) in cases {
        let path = file(&folder, "bad.csv", text.as_bytes());
        let ended = tape(&path, options());
        assert_eq!(ended.result, Ok(()), "{message}");
        assert_eq!((ended.ticks().len(), ended.malformed), (2, 1), "{message}");
        let strict = tape(
            &path,
            FeedOptions {
                strict: true,
                ..options()
            },
        );
        let error = strict.result.clone().expect_err(message).to_string();
        assert!(error.contains(message), "{error} for {message}");
        assert!(error.contains("bad.csv:3: "), "{error}");
        assert_eq!(strict.ticks().len(), 1, "what came before is delivered");
    }
    let bytes = b"ts_ns,symbol,price,qty\n9,A B,1,1\n9,\xff\xfe,1,\xff\n9,A,1,1\n";
    let ended = tape(&file(&folder, "names.csv", bytes), options());
    assert_eq!((ended.ticks().len(), ended.malformed), (1, 2));
}

#[test]
fn a_time_that_runs_back_is_the_engine_s_to_judge() {
    let folder = folder();
    let path = file(&folder, "t.csv", b"ts_ns,price,qty\n9,1,1\n5,1,2\n10,1,3\n");
    let ended = tape(
        &path,
        FeedOptions {
            strict: true,
            ..options()
        },
    );
    assert_eq!(ended.result, Ok(()));
    let times: Vec<_> = ended
        .ticks()
        .iter()
        .map(|tick| tick.event_time.nanos())
        .collect();
    assert_eq!(times, [9, 5, 10]);
}

#[test]
fn a_wild_time_is_refused_with_its_line_and_a_weekend_is_not() {
    // Hours of the rows, the hours delivered, and what a strict run says.
    let cases: &[(&[i64], &[i64], Option<&str>)] = &[
        (
            &[100, 101, 900_000, 102, 103],
            &[100, 101, 102, 103],
            Some("t.csv:4: the time 2072-"),
        ),
        (
            &[900_000, 101, 102],
            &[101, 102],
            Some("t.csv:2: the time 2072-"),
        ),
        (
            &[100, 101, 900_000],
            &[100, 101],
            Some("t.csv:4: the time 2072-"),
        ),
        (&[100, 165, 166], &[100, 165, 166], None),
        (&[100], &[100], None),
    ];
    let folder = folder();
    for (hours, delivered, refusal) in cases {
        let rows: String = hours
            .iter()
            .map(|hour| format!("{},1,1\n", hour * 3_600_000))
            .collect();
        let path = file(
            &folder,
            "t.csv",
            format!("ts_ms,price,qty\n{rows}").as_bytes(),
        );
        let ended = tape(&path, options());
        let found: Vec<_> = ended
            .ticks()
            .iter()
            .map(|it| it.event_time.seconds() / 3_600)
            .collect();
        assert_eq!(found, *delivered, "{hours:?}");
        assert_eq!(ended.malformed, u64::from(refusal.is_some()), "{hours:?}");
        let strict = tape(
            &path,
            FeedOptions {
                strict: true,
                ..options()
            },
        );
        match refusal {
            None => assert_eq!(strict.result, Ok(()), "{hours:?}"),
            Some(words) => {
                let error = strict.result.expect_err("strict").to_string();
                assert!(error.contains(words), "{error}");
            }
        }
    }
}

#[test]
fn a_tape_ends_after_its_duration_of_event_time() {
    // Seconds of the rows, the duration, the seconds delivered.
    let cases: &[(&[i64], i64, &[i64])] = &[
        (&[100, 101, 109, 110, 111], 10, &[100, 101, 109]),
        (&[100, 99, 111, 101], 10, &[100, 99]),
        (&[100, 101], 10, &[100, 101]),
        (&[100, 100_000_000, 101], 10, &[100, 101]),
        (&[100, 200_000, 200_001], 10, &[100]),
    ];
    let folder = folder();
    for (seconds, duration, delivered) in cases {
        let rows: String = seconds
            .iter()
            .map(|it| format!("{},1,1\n", it * 1_000))
            .collect();
        let path = file(
            &folder,
            "t.csv",
            format!("ts_ms,price,qty\n{rows}").as_bytes(),
        );
        let duration_ns = Some(duration * 1_000_000_000);
        let ended = tape(
            &path,
            FeedOptions {
                duration_ns,
                ..options()
            },
        );
        let found: Vec<_> = ended
            .ticks()
            .iter()
            .map(|it| it.event_time.seconds())
            .collect();
        assert_eq!(found, *delivered, "{seconds:?}");
        let last = ended.inputs.last();
        assert!(
            matches!(
                last,
                Some(Input::Feed {
                    status: FeedStatus::Ended,
                    ..
                })
            ),
            "{last:?}"
        );
    }
}

#[test]
fn a_tape_that_cannot_be_played_says_why_in_one_line() {
    let folder = folder();
    let long: String =
        "ts_ns,price,qty\n".to_owned() + &"1378072800083000000,1640.25,8\n".repeat(9_999);
    let whole = gzip(long.as_bytes());
    let whole_zstd = zstd(long.as_bytes());
    let cases: &[(&str, Vec<u8>, &str)] = &[
        (
            "none.csv",
            b"".to_vec(),
            "lacks ts_ns (or ts_ms) and price and qty (or bid and ask); its columns are: none, it is empty",
        ),
        (
            "no_qty.csv",
            b"time,price\n1,2\n".to_vec(),
            "lacks ts_ns (or ts_ms) and qty; its columns are: time, price",
        ),
        (
            "no_ask.csv",
            b"ts_ns,bid\n1,2\n".to_vec(),
            "lacks ask; its columns are: ts_ns, bid",
        ),
        (
            "cut.csv.gz",
            whole[..whole.len() / 2].to_vec(),
            "is cut short or damaged after",
        ),
        (
            "tail.csv.gz",
            whole[..whole.len() - 4].to_vec(),
            "its compressed data end too early",
        ),
        (
            "cut.csv.zst",
            whole_zstd[..whole_zstd.len() / 2].to_vec(),
            "is cut short or damaged after",
        ),
        (
            "junk.csv.gz",
            [&whole[..10], &[0xff; 99]].concat(),
            "is cut short or damaged after 0 rows",
        ),
    ];
    for (name, content, message) in cases {
        let path = file(&folder, name, content);
        let error = tape(&path, options()).result.expect_err(name).to_string();
        assert!(error.contains(message), "{error}");
        assert!(error.contains(name) && !error.contains('\n'), "{error}");
        assert!(
            instruments(&FeedSpec::Tape(path), &options()).is_err(),
            "{name}"
        );
    }
    let error = tape(&folder.path().join("nowhere.csv"), options()).result;
    assert!(
        matches!(error, Err(FeedError::Unreadable { .. })),
        "{error:?}"
    );
    assert!(matches!(
        tape(folder.path(), options()).result,
        Err(FeedError::Unreadable { .. })
    ));
}

#[test]
fn a_tape_keeps_its_pace_and_passes_over_what_is_known_and_over_long_silence() {
    let folder = folder();
    // Known for 60 s; then 3 s at speed 10; then a silence of an hour; then 1 s.
    let text = "ts_ms,price,qty\n1000,1,1\n61000,1,1\n64000,1,1\n3664000,1,1\n3665000,1,1\n";
    let path = file(&folder, "p.csv", text.as_bytes());
    let mut options = options();
    options.speed = Speed::Times(10.0);
    options.resume = HashMap::from([("TAPE:p".parse().expect("key"), Timestamp::from_seconds(61))]);
    let begun = Instant::now();
    let ended = tape(&path, options);
    let took = begun.elapsed().as_secs_f64();
    assert_eq!(ended.ticks().len(), 5);
    // Waiting for the hour would take six minutes; any machine is quicker than one.
    assert!((1.35..60.0).contains(&took), "{took} s");
}

#[test]
fn a_tape_stops_when_told_though_nobody_takes_its_ticks() {
    let folder = folder();
    let text: String = "ts_ns,price,qty\n".to_owned() + &"5,1,1\n".repeat(200_000);
    let running = start(
        FeedSpec::Tape(file(&folder, "t.csv", text.as_bytes())),
        options(),
    );
    std::thread::sleep(Duration::from_millis(200));
    running.stop.cancel();
    let begun = Instant::now();
    let result = running.runtime.block_on(running.task).expect("no panic");
    assert_eq!(result, Ok(()));
    assert!(begun.elapsed() < Duration::from_secs(60), "it hangs");
}

#[test]
fn full_speed_fills_batches() {
    let folder = folder();
    let text: String = "ts_ns,price,qty\n".to_owned() + &"5,1,1\n".repeat(5_000);
    let ended = tape(&file(&folder, "t.csv", text.as_bytes()), options());
    assert_eq!(ended.ticks().len(), 5_000);
    assert_eq!(
        ended
            .batches
            .iter()
            .filter(|count| **count == 1_024)
            .count(),
        4
    );
}

#[test]
fn the_shared_tapes_are_read_to_the_last_row() {
    let Some(data) = shared_data() else { return };
    let cases: &[(&str, usize, u64)] = &[
        ("fx_oanda_eurusd_quotes_2014-05-08_09.csv.gz", 135_467, 0),
        ("crypto_binance_trades_2024-08-08.csv.gz", 69_808, 0),
        (
            "crypto_bitstamp_btcusd_trades_2011-09_2012-05.csv.gz",
            9_998,
            1,
        ),
        ("fut_cme_es_trades_2013-09-01.csv.gz", 250_000, 0),
    ];
    for (name, ticks, malformed) in cases {
        let begun = Instant::now();
        let ended = tape(&data.join("ticks").join(name), options());
        println!("{name}: {:?}, {:?}", begun.elapsed(), ended.listed());
        assert_eq!(ended.result, Ok(()), "{name}");
        assert_eq!(
            (ended.ticks().len(), ended.malformed),
            (*ticks, *malformed),
            "{name}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]
    #[test]
    fn a_tape_says_what_was_written(
        rows in proptest::collection::vec(
            (0_i64..86_400_000_000_000, 1_i64..1_000_000_000, 1_i64..1_000_000_000, 0_usize..3, any::<bool>()),
            1..200,
        ),
        base in 1_i64..4_000_000_000_000_000_000,
        price_scale in 0_u8..9,
        quantity_scale in 0_u8..9,
        packed: bool,
    ) {
        let mut text = "price,symbol,ts_ns,side,qty\n".to_owned();
        // Jumps of more than a day have to be confirmed by the row that follows.
        let rows: Vec<_> = rows
            .into_iter()
            .map(|(time, price, quantity, side, other)| (base + time, price, quantity, side, other))
            .collect();
        for (time, price, quantity, side, other) in &rows {
            let symbol = if *other { "B" } else { "A" };
            let side = ["", "buy", "sell"][*side];
            let price = Price::from_units(*price).display(price_scale);
            let quantity = Qty::from_units(*quantity).display(quantity_scale);
            text += &format!("{price},{symbol},{time},{side},{quantity}\n");
        }
        let folder = folder();
        let bytes = if packed { gzip(text.as_bytes()) } else { text.into_bytes() };
        let ended = tape(&file(&folder, "p.csv", &bytes), FeedOptions { strict: true, ..options() });
        prop_assert_eq!(&ended.result, &Ok(()));
        let listed = ended.listed();
        let ticks = ended.ticks();
        prop_assert_eq!(ticks.len(), rows.len());
        for (tick, (time, price, quantity, side, other)) in ticks.iter().zip(&rows) {
            let made = &listed[tick.instrument.index()];
            let read = trade(tick);
            prop_assert_eq!(made.key.token(), if *other { "B" } else { "A" });
            prop_assert_eq!(read.0, *time);
            let value = |units, scale| Price::from_units(units).to_decimal(scale);
            prop_assert_eq!(value(read.1, made.price_scale), value(*price, price_scale));
            prop_assert_eq!(value(read.2, made.quantity_scale), value(*quantity, quantity_scale));
            prop_assert_eq!(read.3, [None, Some(Side::Buy), Some(Side::Sell)][*side]);
        }
    }

    #[test]
    fn no_file_makes_a_tape_panic(
        head in "(ts_ns,price,qty|ts_ms,bid,ask,symbol|[a-z,\n\"]*)\n",
        bytes in proptest::collection::vec(any::<u8>(), 0..400),
        kind in 0_usize..4,
    ) {
        let magic: &[u8] = [&b""[..], &[0x1f, 0x8b, 8, 0], &[0x28, 0xb5, 0x2f, 0xfd], b""][kind];
        let content = [magic, head.as_bytes(), &bytes].concat();
        let folder = folder();
        let path = file(&folder, "p.csv", &content);
        let _ = instruments(&FeedSpec::Tape(path.clone()), &options());
        let _ = tape(&path, options()).result;
    }
}
