//! Recording when the writer, the disk or the calendar does not play along, and what is kept.
//! Must not replay: the integration tests do.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::{Date, date};

use super::catalog::{Keep, find, list, prune};
use super::frames::FrameReader;
use super::recorder::{Recorder, RecorderOptions};
use super::session::{DayFile, SessionFile, VERSION};
use crate::domain::{
    CandleSource, Command, CommandBody, CommandId, Decimal, FeedId, Input, Instrument,
    InstrumentId, Price, Qty, Session, Tick, TickBody, Timestamp,
};
use crate::feeds::tape::TapeReader;

fn options(recordings: &Path) -> RecorderOptions {
    RecorderOptions {
        recordings: recordings.to_owned(),
        feeds: vec!["binance:BTCUSDT".to_owned()],
        seed: 42,
        store_born: Some(7),
        sequence: 0,
        state: None,
        keep_days: 14,
        keep_bytes: 1 << 40,
    }
}

fn listing() -> Input {
    Input::List {
        feed: FeedId(0),
        id: InstrumentId(0),
        instrument: Arc::new(Instrument {
            key: "BINANCE:BTCUSDT".parse().expect("a key"),
            symbol: "BTC, in \"dollars\"".to_owned(),
            currency: "USDT".to_owned(),
            price_scale: 2,
            quantity_scale: 5,
            tick_size: Price::from_units(1),
            lot_size: Qty::from_units(1),
            minimum_notional: Decimal::ZERO,
            session: Session::Continuous,
            candle_source: CandleSource::Trades,
        }),
    }
}

fn tick(second: i64) -> Input {
    Input::Tick(Tick {
        instrument: InstrumentId(0),
        event_time: Timestamp::from_seconds(second),
        body: TickBody::Trade {
            price: Price::from_units(6_413_300 + second),
            quantity: Qty::from_units(5_000),
            side: None,
        },
    })
}

/// Seconds of the ticks in a file, and its marks as text.
fn rows(path: &Path) -> (Vec<i64>, Vec<String>) {
    let frames = FrameReader::open(path).expect("a file");
    let mut reader = TapeReader::new(path, Box::new(frames)).expect("a header");
    let (mut seconds, mut marks) = (Vec::new(), Vec::new());
    while let Some(row) = reader.next_row().expect("whole") {
        match row.mark() {
            Some(mark) => marks.push(String::from_utf8_lossy(mark).into_owned()),
            None => {
                let (time, _) = row.decode(2, 5).expect("a tick");
                assert_eq!(row.symbol(), Some(b"BINANCE:BTCUSDT".as_slice()));
                seconds.push(time.seconds());
            }
        }
    }
    (seconds, marks)
}

fn has(marks: &[String], part: &str) -> usize {
    marks.iter().filter(|mark| mark.contains(part)).count()
}

#[test]
fn every_kind_of_input_is_written_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::start(options(folder.path())).expect("a recorder");
    let halt = Input::Command(Command {
        id: CommandId(1),
        body: CommandBody::Halt {
            reason: "a, \"b\"\nc".to_owned(),
        },
    });
    recorder.push(listing());
    recorder.take(vec![tick(1), tick(2)]);
    recorder.push(halt);
    recorder.push(Input::Store(Some("disk full".to_owned())));
    recorder.take(vec![tick(3)]);
    let status = recorder.handle();
    recorder.close(95);
    assert_eq!((status.status().ticks, status.status().lost), (3, 0));
    assert_eq!(status.status().fault, None);

    let found = find(folder.path(), "last").expect("a session");
    assert_eq!((found.first_sequence, found.last_sequence), (1, Some(95)));
    assert!(found.session.is_closed);
    let day = &found.session.days[0];
    assert_eq!(found.session.days.len(), 1);
    assert_eq!(day.begin, Some(Timestamp::from_seconds(1)));
    assert_eq!(day.end, Some(Timestamp::from_seconds(3)));
    let (seconds, marks) = rows(&found.folder.join(day.ticks_file()));
    assert_eq!(seconds, [1, 2, 3]);
    assert_eq!(has(&marks, r#""a, \"b\"\nc""#), 1, "{marks:?}");
    assert_eq!(has(&marks, "disk full"), 1);
}

#[test]
fn each_file_lists_its_instruments_and_keeps_the_order_of_the_inputs() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut recorder = Recorder::start(options(folder.path())).expect("a recorder");
    recorder.take(vec![listing(), tick(1)]);
    let now = Timestamp::from_millis(1_500);
    recorder.push(Input::Time {
        feed: FeedId(0),
        now,
    });
    recorder.push(Input::Store(None));
    recorder.take(vec![tick(2)]);
    recorder.begin_day(9, "{}".to_owned());
    recorder.take(vec![tick(3)]);
    recorder.close(12);
    let found = find(folder.path(), "last").expect("a session");
    let [first, second] = found.session.days.as_slice() else {
        panic!("{found:?}");
    };
    assert_eq!(second.stem, format!("{}.2", first.date));
    assert_eq!((first.first_sequence, first.last_sequence), (1, Some(9)));
    assert_eq!(
        (second.first_sequence, second.last_sequence),
        (10, Some(12))
    );
    assert_eq!((first.has_state, second.has_state), (false, true));

    let (seconds, marks) = rows(&found.folder.join(first.ticks_file()));
    assert_eq!(seconds, [1, 2]);
    let kinds = ["\"list\"", "\"time\"", "\"store\""].map(|kind| has(&marks, kind));
    assert_eq!(kinds, [1, 1, 1]);
    let (seconds, marks) = rows(&found.folder.join(second.ticks_file()));
    assert_eq!(seconds, [3]);
    assert_eq!(has(&marks, "BINANCE:BTCUSDT"), 1);
    assert_eq!(second.instruments, ["BINANCE:BTCUSDT"]);
}

#[test]
fn a_disk_that_refuses_costs_ticks_and_no_readability() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut worker = super::recorder::Worker::new(options(folder.path())).expect("a worker");
    worker.take(0, &[listing(), tick(1)]);
    worker.write_frame();
    let good = worker.replace_file(None);
    worker.take(0, &[tick(2), tick(3)]);
    worker.write_frame();
    let status = worker.status();
    assert_eq!((status.ticks, status.lost), (1, 2));
    let fault = status.fault.expect("a fault");
    assert!(fault.starts_with("nothing is recorded: "), "{fault}");
    worker.replace_file(good);
    worker.take(5, &[tick(4)]);
    worker.write_frame();
    let status = worker.status();
    assert_eq!((status.ticks, status.fault), (2, None));

    let listed = list(folder.path());
    let session = listed[0].session.as_ref().expect("readable");
    assert_eq!((session.ticks(), session.lost()), (2, 2 + 5));
    let path = folder
        .path()
        .join(&session.id)
        .join(session.days[0].ticks_file());
    let (seconds, marks) = rows(&path);
    assert_eq!(seconds, [1, 4]);
    assert_eq!(has(&marks, "{\"lost\":2}"), 1);
    assert_eq!(has(&marks, "{\"lost\":5}"), 1);
    assert_eq!(
        has(&marks, "\"list\""),
        2,
        "what the lost frame may have said is said again"
    );
}

#[test]
fn a_frame_that_a_disk_took_in_part_is_taken_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("full");
    // A device that is always full refuses at once, and cannot be cut.
    let full = File::options()
        .write(true)
        .open("/dev/full")
        .expect("a device");
    let mut writer = super::frames::FrameWriter::of(full);
    assert!(writer.write(b"rows").is_err());
    assert!(writer.is_empty());
    let mut writer = super::frames::FrameWriter::create(&path).expect("a file");
    let first = writer.write(b"ts_ns,price,qty\n1,2,3\n").expect("room");
    assert_eq!(std::fs::metadata(&path).expect("a file").len(), first);
    assert!(
        super::frames::FrameWriter::create(&path).is_err(),
        "never over another"
    );
}

fn session(recordings: &Path, id: &str, days: &[(&str, usize)]) {
    let folder = recordings.join(id);
    std::fs::create_dir_all(&folder).expect("a folder");
    let days = days
        .iter()
        .map(|(date, bytes)| {
            let day = DayFile {
                date: (*date).to_owned(),
                stem: (*date).to_owned(),
                ..DayFile::default()
            };
            std::fs::write(folder.join(day.ticks_file()), vec![0; *bytes]).expect("a file");
            day
        })
        .collect();
    let file = SessionFile {
        version: VERSION,
        id: id.to_owned(),
        program: "0.1.0".to_owned(),
        seed: 1,
        feeds: vec!["sim".to_owned()],
        store_born: None,
        days,
        is_closed: true,
    };
    file.write(&folder).expect("written");
}

#[test]
fn a_session_is_found_by_name_begin_date_and_age() {
    let folder = tempfile::tempdir().expect("a folder");
    session(
        folder.path(),
        "2026-11-19T08-00-00Z",
        &[("2026-11-19", 1), ("2026-11-20", 1)],
    );
    session(folder.path(), "2026-11-21T08-00-00Z", &[("2026-11-21", 1)]);
    session(folder.path(), "2026-11-21T09-30-00Z", &[("2026-11-21", 1)]);
    std::fs::create_dir(folder.path().join("2026-11-22T00-00-00Z")).expect("a folder");
    std::fs::write(folder.path().join("2026-11-22T00-00-00Z/session.json"), "{").expect("a file");
    // What is asked for; the session and its days, or a part of the refusal.
    type Case = (
        &'static str,
        Result<(&'static str, &'static [&'static str]), &'static str>,
    );
    let cases: &[Case] = &[
        ("2026-11-19", Ok(("2026-11-19T08-00-00Z", &["2026-11-19"]))),
        ("2026-11-20", Ok(("2026-11-19T08-00-00Z", &["2026-11-20"]))),
        (
            "2026-11-19T08",
            Ok(("2026-11-19T08-00-00Z", &["2026-11-19", "2026-11-20"])),
        ),
        (
            "2026-11-21T09",
            Ok(("2026-11-21T09-30-00Z", &["2026-11-21"])),
        ),
        (
            "2026-11-21",
            Err("it may be 2026-11-21T08-00-00Z or 2026-11-21T09-30-00Z"),
        ),
        (
            "2026-12-01",
            Err("`titan-tui sessions` lists what there is"),
        ),
        ("last", Err("EOF while parsing")),
        ("../x", Err("`titan-tui sessions` lists what there is")),
    ];
    for (asked, expected) in cases {
        let found = find(folder.path(), asked);
        match (found, expected) {
            (Ok(found), Ok((id, days))) => {
                let dates: Vec<&str> = found
                    .session
                    .days
                    .iter()
                    .map(|it| it.date.as_str())
                    .collect();
                assert_eq!(
                    (found.session.id.as_str(), dates.as_slice()),
                    (*id, *days),
                    "{asked}"
                );
            }
            (Err(error), Err(part)) => {
                assert!(error.to_string().contains(part), "{asked}: {error}")
            }
            (found, _) => panic!("{asked}: {found:?}"),
        }
    }
}

#[test]
fn old_days_go_first_and_the_running_one_never() {
    const TODAY: Date = date(2026, 11, 21);
    // Days and bytes that are kept; the days that are left; their bytes.
    type Case = (
        (u32, u64),
        &'static [(&'static str, &'static [&'static str])],
        u64,
    );
    let cases: &[Case] = &[
        (
            (30, 1_000),
            &[
                ("a", &["2026-10-30", "2026-11-19"]),
                ("b", &["2026-11-20", "2026-11-21"]),
            ],
            100,
        ),
        (
            (2, 1_000),
            &[("a", &["2026-11-19"]), ("b", &["2026-11-20", "2026-11-21"])],
            90,
        ),
        ((1, 1_000), &[("b", &["2026-11-20", "2026-11-21"])], 70),
        ((0, 1_000), &[("b", &["2026-11-21"])], 40),
        ((30, 75), &[("b", &["2026-11-20", "2026-11-21"])], 70),
        ((30, 0), &[("b", &["2026-11-21"])], 40),
    ];
    for ((days, bytes), expected, left) in cases {
        let folder = tempfile::tempdir().expect("a folder");
        session(
            folder.path(),
            "a",
            &[("2026-10-30", 10), ("2026-11-19", 20)],
        );
        session(
            folder.path(),
            "b",
            &[("2026-11-20", 30), ("2026-11-21", 40)],
        );
        let keep = Keep {
            days: *days,
            bytes: *bytes,
        };
        let total = prune(folder.path(), keep, TODAY, ("b", "2026-11-21"));
        assert_eq!(total, *left, "{keep:?}");
        let found = list(folder.path());
        let found: Vec<(&str, Vec<&str>)> = found
            .iter()
            .map(|it| {
                let session = it.session.as_ref().expect("readable");
                let dates = session.days.iter().map(|day| day.date.as_str()).collect();
                (it.id.as_str(), dates)
            })
            .collect();
        let expected: Vec<(&str, Vec<&str>)> = expected
            .iter()
            .map(|(id, dates)| (*id, dates.to_vec()))
            .collect();
        assert_eq!(found, expected, "{keep:?}");
        let files = std::fs::read_dir(folder.path().join("b"))
            .expect("a folder")
            .count();
        assert_eq!(
            files,
            found.last().expect("b").1.len() + 1,
            "days and the list"
        );
    }
}
