//! The store under trouble: a full disk, a locked file, damaged snapshots, old and foreign files.
//! Must not reach beyond this folder; `tests/store.rs` tests what the runtime sees.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::*;
use crate::config::StoreConfig;
use crate::domain::{
    Candle, Event, EventBody, FeedId, Instrument, InstrumentId, OrderId, Price, Qty, Session,
    Timestamp,
};
use crate::domain::{CandleSource, CommandId, CommandOutcome, Decimal};

const LONG: Duration = Duration::from_secs(20);

fn instrument(key: &str) -> Arc<Instrument> {
    Arc::new(Instrument {
        key: key.parse().expect("a key"),
        symbol: key.to_owned(),
        currency: "USD".to_owned(),
        price_scale: 2,
        quantity_scale: 0,
        tick_size: Price::from_units(1),
        lot_size: Qty::from_units(1),
        minimum_notional: Decimal::ZERO,
        session: Session::Continuous,
        candle_source: CandleSource::Trades,
    })
}

fn event(sequence: u64, body: EventBody) -> Event {
    Event {
        sequence,
        cause: 0,
        time: Timestamp::from_seconds(i64::try_from(sequence).expect("small")),
        body,
    }
}

fn listed(sequence: u64) -> Event {
    event(
        sequence,
        EventBody::Listed {
            id: InstrumentId(0),
            feed: FeedId(0),
            instrument: instrument("SIM:TITAN"),
        },
    )
}

fn candle(sequence: u64, second: i64) -> Event {
    event(
        sequence,
        EventBody::CandleClosed {
            instrument: InstrumentId(0),
            candle: Candle {
                start: Timestamp::from_seconds(second),
                open: Price::from_units(100),
                high: Price::from_units(120),
                low: Price::from_units(90),
                close: Price::from_units(110),
                volume: Qty::from_units(7),
                count: 3,
            },
        },
    )
}

fn answer(sequence: u64) -> Event {
    event(
        sequence,
        EventBody::CommandAnswered {
            command: CommandId(sequence),
            outcome: CommandOutcome::Done(Some(OrderId(sequence))),
        },
    )
}

fn halt(sequence: u64) -> Event {
    event(
        sequence,
        EventBody::Halted {
            reason: "x".repeat(3_000),
            kill: false,
        },
    )
}

fn open(path: &Path) -> Store {
    Store::open(path, &StoreConfig::default(), &[]).expect("a store")
}

fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + LONG;
    while !done() {
        assert!(Instant::now() < deadline, "timed out: {what}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

fn sequences(recovery: &Recovery) -> Vec<u64> {
    recovery.events.iter().map(|event| event.sequence).collect()
}

fn failing(writer: &StoreWriter) -> bool {
    matches!(writer.health(), StoreHealth::Failing { .. })
}

#[test]
fn a_full_disk_keeps_every_row_until_there_is_room() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let ticket = writer.commit(vec![listed(1)]).expect("taken");
    ticket.wait(LONG).expect("written");
    writer.probe(|connection| {
        let pages: i64 = connection
            .query_row("PRAGMA page_count", [], |row| row.get(0))
            .expect("pages");
        let set = format!("PRAGMA max_page_count = {}", pages + 8);
        connection.query_row(&set, [], |_| Ok(())).expect("a limit");
    });
    let mut tickets = Vec::new();
    for sequence in 2..60 {
        tickets.push(writer.commit(vec![halt(sequence)]).expect("taken"));
    }
    until("the disk is full", || failing(&writer));
    writer.append(vec![candle(60, 5)]).expect("taken");
    let last = tickets.last().expect("tickets");
    assert_eq!(
        last.wait(Duration::from_millis(1)),
        Err(TicketError::StillWaiting)
    );
    let StoreHealth::Failing { text, waiting } = writer.health() else {
        panic!("failing");
    };
    let folder_name = folder.path().display();
    assert_eq!(
        text,
        format!("the disk is full: free space on {folder_name}; {waiting} rows wait in memory")
    );
    assert!(waiting > 1);
    writer.probe(|connection| {
        connection
            .query_row("PRAGMA max_page_count = 1000000", [], |_| Ok(()))
            .expect("no limit");
    });
    last.wait(LONG).expect("written at last");
    assert_eq!(writer.health(), StoreHealth::Healthy);
    writer.close(LONG).expect("closed");
    let recovery = open(folder.path()).recover().expect("recovered");
    assert_eq!(sequences(&recovery), (1..60).collect::<Vec<_>>());
    assert_eq!(recovery.candles.len(), 1);
    assert_eq!(recovery.last_sequence, 60);
}

#[test]
fn closing_with_a_full_disk_says_how_much_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    writer.probe(|connection| {
        connection
            .query_row("PRAGMA max_page_count = 1", [], |_| Ok(()))
            .expect("a limit");
    });
    let many: Vec<Event> = (2..100).map(halt).collect();
    let ticket = writer.commit(many).expect("taken");
    until("the disk is full", || failing(&writer));
    let error = writer.close(Duration::from_millis(20)).expect_err("lost");
    assert!(
        error
            .to_string()
            .starts_with("98 rows could not be written to"),
        "{error}"
    );
    assert_eq!(ticket.wait(LONG), Err(TicketError::Stopped));
    let recovery = open(folder.path()).recover().expect("recovered");
    assert_eq!(sequences(&recovery), Vec::<u64>::new());
}

#[test]
fn rows_wait_for_a_locked_file_and_appear_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let ticket = writer.commit(vec![listed(1)]).expect("taken");
    ticket.wait(LONG).expect("written");
    let other = Connection::open(folder.path().join(DATABASE_FILE)).expect("opened");
    other.execute_batch("BEGIN EXCLUSIVE").expect("locked");
    writer.append(vec![candle(2, 10)]).expect("taken");
    let ticket = writer.commit(vec![answer(3)]).expect("taken");
    until("locked", || failing(&writer));
    assert_eq!(ticket.wait(Duration::ZERO), Err(TicketError::StillWaiting));
    let StoreHealth::Failing { text, waiting } = writer.health() else {
        panic!("failing");
    };
    assert!(text.contains("is locked by another program"), "{text}");
    assert_eq!(waiting, 2);
    other.execute_batch("COMMIT").expect("freed");
    ticket.wait(LONG).expect("written");
    assert_eq!(writer.health(), StoreHealth::Healthy);
    let count = |sql: &str| {
        other
            .query_row(sql, [], |row| row.get::<_, i64>(0))
            .expect("a count")
    };
    assert_eq!(count("SELECT count(*) FROM events"), 2);
    assert_eq!(count("SELECT count(*) FROM candles_1s"), 1);
    writer.close(LONG).expect("closed");
}

#[test]
fn a_crash_keeps_what_was_committed_and_all_before_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    writer
        .append(vec![listed(1), candle(2, 10)])
        .expect("taken");
    let ticket = writer.commit(vec![answer(3)]).expect("taken");
    ticket.wait(LONG).expect("written");
    writer.append(vec![candle(4, 11)]).expect("taken");
    writer.crash();
    let mut store = open(folder.path());
    let recovery = store.recover().expect("recovered");
    assert_eq!(sequences(&recovery), [1, 3]);
    assert_eq!(recovery.last_sequence, 3);
    assert_eq!(recovery.next_order_id, OrderId(4));
    let key = "SIM:TITAN".parse().expect("a key");
    assert_eq!(store.candles(&key, 9).expect("candles").len(), 1);
}

/// Snapshots after events 10, 20 and 30, a candle of its own second with each event between.
fn three_snapshots(path: &Path) {
    let writer = open(path).into_writer();
    writer.append(vec![listed(1)]).expect("taken");
    for sequence in 2..=35 {
        let second = i64::try_from(sequence).expect("small");
        writer
            .append(vec![candle(sequence, 1_000 - second)])
            .expect("taken");
        if sequence % 10 == 0 {
            let body = format!("{{\"at\":{sequence}}}");
            // Far from every candle: the position is the sequence.
            let ticket = writer.snapshot(sequence, Timestamp::from_seconds(1), body);
            ticket.wait(LONG).expect("written");
        }
    }
    writer.append(vec![halt(36)]).expect("taken");
    writer.close(LONG).expect("closed");
}

fn candle_count(recovery: &Recovery) -> usize {
    recovery.candles.iter().map(|(_, list)| list.len()).sum()
}

#[test]
fn a_damaged_snapshot_falls_back_to_the_next_older() {
    let folder = tempfile::tempdir().expect("a folder");
    three_snapshots(folder.path());
    let recovery = open(folder.path()).recover().expect("recovered");
    let at = |recovery: &Recovery| recovery.snapshot.as_ref().map(|row| row.sequence);
    assert_eq!(at(&recovery), Some(30));
    assert_eq!(candle_count(&recovery), 5);
    assert_eq!(sequences(&recovery), [36]);

    let damage = |sequence: i64| {
        Connection::open(folder.path().join(DATABASE_FILE))
            .and_then(|file| {
                file.execute(
                    "UPDATE engine_snapshots SET body = replace(body, 'at', 'it')
                     WHERE sequence = ?1",
                    [sequence],
                )
            })
            .expect("damaged");
    };
    damage(30);
    let recovery = open(folder.path()).recover().expect("recovered");
    assert_eq!(at(&recovery), Some(20), "the next older, not the oldest");
    assert_eq!(candle_count(&recovery), 15);
    assert_eq!(
        recovery.problems,
        ["the snapshot at event 30 is damaged: the one before it is used"]
    );
    damage(20);
    damage(10);
    let recovery = open(folder.path()).recover().expect("recovered");
    assert_eq!(at(&recovery), None);
    assert_eq!(candle_count(&recovery), 34);
    assert_eq!(sequences(&recovery), [1, 36]);
}

#[test]
fn a_snapshot_written_after_later_candles_still_finds_them() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let events: Vec<Event> = std::iter::once(listed(1))
        .chain((2_u32..=20).map(|n| candle(u64::from(n), i64::from(n))))
        .collect();
    let ticket = writer.commit(events).expect("taken");
    ticket.wait(LONG).expect("written");
    let ticket = writer.snapshot(15, Timestamp::from_seconds(15), "{}".to_owned());
    ticket.wait(LONG).expect("written");
    writer.crash();
    let recovery = open(folder.path()).recover().expect("recovered");
    assert_eq!(candle_count(&recovery), 5);
}

#[test]
fn only_the_last_few_snapshots_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    for sequence in 1..=12 {
        let _ = writer.snapshot(sequence, Timestamp::ZERO, "{}".to_owned());
    }
    writer.close(LONG).expect("closed");
    let file = Connection::open(folder.path().join(DATABASE_FILE)).expect("opened");
    let (count, oldest): (i64, i64) = file
        .query_row(
            "SELECT count(*), min(sequence) FROM engine_snapshots",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .expect("counted");
    assert_eq!((count, oldest), (super::journal::SNAPSHOTS_KEPT, 8));
}

#[test]
fn a_version_1_file_is_brought_up_to_date() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(DATABASE_FILE);
    let old = super::folder::open_connection(&path, 1).expect("a version-1 file");
    old.execute_batch(
        "INSERT INTO instruments VALUES (1, 'SIM', 'OLD', 'Old', 'USD', 2, 0, 100, 1, '{}', 1);
         INSERT INTO candles_1s VALUES (5000, 1, 110, 120, 90, 105, 7, 3, 2);",
    )
    .expect("rows");
    drop(old);
    let error = Archive::open_read_only(folder.path()).expect_err("too old");
    assert!(error.to_string().contains("older schema 1"), "{error}");
    drop(open(folder.path()));
    let file = Connection::open(&path).expect("opened");
    let version: i64 = file
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .expect("a version");
    assert_eq!(version, super::schema::current_version());
    let row: (String, String, f64) = file
        .query_row(
            "SELECT instrument, time, close FROM v_candles_1s",
            [],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .expect("a row");
    assert_eq!(
        row,
        (
            "SIM:OLD".to_owned(),
            "1970-01-01T00:00:05Z".to_owned(),
            1.05
        )
    );
}

#[test]
fn orders_from_before_stop_orders_and_targets_are_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(DATABASE_FILE);
    let old = super::folder::open_connection(&path, 2).expect("a version-2 file");
    old.execute_batch(
        "INSERT INTO instruments VALUES (1, 'SIM', 'OLD', 'Old', 'USD', 2, 0, 100, 1, '{}', 1);
         INSERT INTO orders VALUES (4, 9, 1, 'buy', 'limit', 105, 95, 7, 0, '0', 'gtc', 'trader',
             NULL, 0, 'working', 0, 0, NULL);",
    )
    .expect("rows");
    drop(old);
    drop(open(folder.path()));
    let file = Connection::open(&path).expect("opened");
    let prices = |view: &str| {
        let columns = "limit_price, trigger_price, stop_price, target_price";
        file.query_row(&format!("SELECT {columns} FROM {view}"), [], |row| {
            let price = |column| row.get::<_, Option<f64>>(column);
            Ok([price(0)?, price(1)?, price(2)?, price(3)?])
        })
        .expect("a row")
    };
    assert_eq!(prices("v_orders"), [Some(1.05), None, Some(0.95), None]);
    assert_eq!(prices("orders"), [Some(105.0), None, Some(95.0), None]);
}

#[test]
fn files_of_the_future_and_of_others_are_refused_untouched() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join(DATABASE_FILE);
    drop(open(folder.path()));
    let file = Connection::open(&path).expect("opened");
    file.execute_batch("PRAGMA user_version = 99").expect("set");
    drop(file);
    let refused = |expected: &str| {
        let error = Store::open(folder.path(), &StoreConfig::default(), &[])
            .expect_err("refused")
            .to_string();
        assert!(error.contains(expected), "{error}");
        assert!(!error.contains('\n'), "{error}");
        assert!(error.contains(&path.display().to_string()), "{error}");
    };
    refused("was written by a newer titan-tui (schema 99");

    std::fs::remove_file(&path).expect("removed");
    let other = Connection::open(&path).expect("opened");
    other.execute_batch("CREATE TABLE t (x)").expect("a table");
    drop(other);
    refused("is not a titan-tui database");

    std::fs::write(
        &path,
        "just a text, long enough to be looked at as a header",
    )
    .expect("text");
    refused("is not a titan-tui database");
    assert!(
        std::fs::read_to_string(&path)
            .expect("text")
            .starts_with("just")
    );
}

#[test]
fn events_that_cannot_be_placed_are_refused_at_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let error = writer.append(vec![candle(1, 1)]).expect_err("refused");
    assert!(
        error.to_string().contains("which was never listed"),
        "{error}"
    );
    writer.close(LONG).expect("closed");
}

#[test]
fn reads_seek_past_other_instruments() {
    let folder = tempfile::tempdir().expect("a folder");
    drop(open(folder.path()));
    let file = Connection::open(folder.path().join(DATABASE_FILE)).expect("opened");
    for sql in [
        "SELECT * FROM candles_tf WHERE timeframe_s = ?3 AND (start_ms, instrument) <= (?1, ?2)
         ORDER BY start_ms DESC, instrument DESC LIMIT 1",
        "SELECT * FROM candles_1s WHERE (start_ms, instrument) >= (?1, ?2)
         ORDER BY start_ms, instrument LIMIT 1",
    ] {
        let bound = if sql.contains("?3") { 3 } else { 2 };
        let plan: String = file
            .query_row(
                &format!("EXPLAIN QUERY PLAN {sql}"),
                rusqlite::params_from_iter(vec![1; bound]),
                |row| row.get(3),
            )
            .expect("a plan");
        assert!(plan.contains("(start_ms,instrument)"), "{plan}");
    }
}

#[test]
fn a_row_that_decides_positions_must_be_readable() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    writer.append(vec![listed(1), answer(2)]).expect("taken");
    writer.close(LONG).expect("closed");
    let damage = |sequence: i64| {
        Connection::open(folder.path().join(DATABASE_FILE))
            .and_then(|file| {
                file.execute(
                    "UPDATE events SET body = '{' WHERE sequence = ?1",
                    [sequence],
                )
            })
            .expect("damaged");
    };
    damage(1);
    let recovery = open(folder.path()).recover().expect("recovered");
    assert_eq!(sequences(&recovery), [2]);
    assert_eq!(recovery.problems.len(), 1, "{:?}", recovery.problems);
    damage(2);
    let error = open(folder.path()).recover().expect_err("refused");
    assert!(
        error
            .to_string()
            .contains("event 2 (command) cannot be read"),
        "{error}"
    );
}

#[test]
fn a_disk_that_hangs_keeps_nobody_waiting_for_long() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let ticket = writer.commit(vec![listed(1)]).expect("taken");
    ticket.wait(LONG).expect("written");
    let (release, held) = std::sync::mpsc::channel::<()>();
    writer.probe(move |_| {
        let _ = held.recv();
    });
    writer.commit(vec![halt(2)]).expect("taken");
    let rows: Arc<[Event]> = (3..65_003).map(|sequence| candle(sequence, 5)).collect();
    let begun = Instant::now();
    for _ in 0..10 {
        writer.append(Arc::clone(&rows)).expect("taken");
    }
    let took = begun.elapsed();
    assert!(took > Duration::from_secs(1) && took < LONG / 2, "{took:?}");
    let StoreHealth::Failing { text, waiting } = writer.health() else {
        panic!("failing");
    };
    assert!(text.starts_with(NOT_ANSWERED), "{text}");
    assert!(waiting > 600_000, "{waiting}");
    let begun = Instant::now();
    let closed = writer.close(Duration::from_millis(100));
    assert!(
        matches!(closed, Err(StoreError::NotWritten { .. })),
        "{closed:?}"
    );
    assert!(begun.elapsed() < LONG / 2, "{:?}", begun.elapsed());
    drop(release);
}
