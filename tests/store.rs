//! The store as the runtime sees it: what is written is found again, by a start, a reader and an
//! export. Must not look into the store's own parts.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command as Process, Stdio};
use std::time::Duration;

use titan_tui::config::StoreConfig;
use titan_tui::domain::{
    Event, EventBody, ExecutionId, InstrumentId, OrderId, OrderState, Price, Timeframe, Timestamp,
};
use titan_tui::store::{
    Archive, ExportFilter, ExportFormat, ExportKind, Recovery, Store, StoreError, StoreHealth,
    StoreWriter, export,
};

mod fixtures;

use fixtures::{
    bar, candle, candle_at, every_kind, fill, instrument, key, listed, numbered, open, order,
};

const LONG: Duration = Duration::from_secs(30);
/// Set for the process that is to be killed.
const CHILD: &str = "TITAN_STORE_TEST_CHILD";

fn commit(writer: &StoreWriter, events: Vec<Event>) {
    let ticket = writer.commit(events).expect("taken");
    ticket.wait(LONG).expect("on the disk");
}

fn in_table(event: &Event) -> bool {
    !matches!(event.body.kind(), "candle" | "bar" | "indicator")
}

/// The recovered events with ids as the first run gave them.
fn as_sent(recovery: &Recovery, ids: &[(&str, u32)]) -> Vec<Event> {
    let mut events = recovery.events.clone();
    for event in &mut events {
        if let Some(stored) = event.body.instrument() {
            let name = recovery.key(stored).expect("a known row").to_string();
            let (_, id) = ids.iter().find(|(key, _)| *key == name).expect("known");
            event.body.set_instrument(InstrumentId(*id));
        }
    }
    events
}

#[test]
fn every_kind_of_event_comes_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let sent = every_kind();
    commit(&writer, sent.clone());
    assert_eq!(writer.health(), StoreHealth::Healthy);
    writer.close(LONG).expect("closed");

    let mut store = open(folder.path());
    let recovery = store.recover().expect("recovered");
    let back = as_sent(&recovery, &[("SIM:OTHER", 7), ("SIM:TITAN", 3)]);
    let expected: Vec<Event> = sent
        .iter()
        .filter(|event| in_table(event))
        .cloned()
        .collect();
    assert_eq!(back, expected);
    assert_eq!(recovery.last_sequence, 25);
    assert_eq!(recovery.next_order_id, OrderId(80));
    assert_eq!(recovery.next_execution_id, ExecutionId(10));
    assert_eq!(recovery.problems, Vec::<String>::new());
    let titan = key("SIM:TITAN");
    let candles = vec![candle_at(60, 139_200)];
    assert_eq!(recovery.candles, [(titan.clone(), candles.clone())]);
    assert_eq!(store.candles(&titan, 10).expect("candles"), candles);
    let bars = store.bars(&titan, Timeframe::MINUTE, 10).expect("bars");
    assert_eq!(bars.len(), 1);
    assert_eq!(bars[0].close, Price::from_units(139_200));
    let other = store.bars(&key("SIM:NONE"), Timeframe::MINUTE, 10);
    assert_eq!(other.expect("none"), []);
    let definition = &*instrument("SIM:TITAN", 5);
    let stored = recovery.instruments.iter().find(|(_, it)| it.key == titan);
    assert_eq!(stored.map(|(_, it)| it), Some(definition));
}

#[test]
fn what_is_written_again_is_not_doubled() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let events = every_kind();
    commit(&writer, events.clone());
    commit(&writer, events);
    // The venue repeats an execution, under a new event.
    commit(
        &writer,
        numbered(26, vec![EventBody::Filled(Box::new(fill(9, 42, 3)))]),
    );
    writer.close(LONG).expect("closed");
    let archive = Archive::open_read_only(folder.path()).expect("an archive");
    let count = |kind| lines(&archive, kind, &ExportFilter::default()).len() - 1;
    assert_eq!(count(ExportKind::Fills), 1);
    assert_eq!(count(ExportKind::Orders), 2);
    assert_eq!(count(ExportKind::Signals), 1);
    assert_eq!(count(ExportKind::Events), 22);
}

#[test]
fn runs_may_number_their_instruments_differently() {
    let folder = tempfile::tempdir().expect("a folder");
    for (run, ids) in [(0, [0, 1]), (1, [1, 0])] {
        let first = 1 + run * 10;
        let second = 60 + 60 * i64::try_from(run).expect("small");
        let writer = open(folder.path()).into_writer();
        let bodies = vec![
            listed(ids[0], "SIM:A", 2),
            listed(ids[1], "SIM:B", 2),
            candle(ids[0], second, 139_001),
            candle(ids[1], second, 139_002),
        ];
        commit(&writer, numbered(first, bodies));
        writer.close(LONG).expect("closed");
    }
    let store = open(folder.path());
    for (name, close) in [("SIM:A", 139_001), ("SIM:B", 139_002)] {
        let candles = store.candles(&key(name), 10).expect("candles");
        let closes: Vec<i64> = candles.iter().map(|it| it.close.units()).collect();
        assert_eq!(closes, [close, close], "{name}");
    }
}

#[test]
fn history_is_the_newest_of_one_instrument_among_many() {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    let mut bodies: Vec<EventBody> = (0..20)
        .map(|id| listed(id, &format!("SIM:N{id}"), 2))
        .collect();
    for second in 0..200_i64 {
        for id in 0..20_u32 {
            // The higher the number, the rarer the candles.
            if second % (i64::from(id) + 1) == 0 {
                bodies.push(candle(id, second, second));
                bodies.push(bar(id, Timeframe::MINUTE, second * 60, second));
            }
        }
    }
    commit(&writer, numbered(1, bodies));
    let archive = Archive::open_read_only(folder.path()).expect("while it is written");
    for id in 0..20_i64 {
        let step = id + 1;
        let mut expected: Vec<i64> = (0..200).filter(|second| second % step == 0).collect();
        expected.drain(..expected.len().saturating_sub(7));
        let name = key(&format!("SIM:N{id}"));
        let candles = archive.candles(&name, 7).expect("candles");
        let closes: Vec<i64> = candles.iter().map(|it| it.start.seconds()).collect();
        assert_eq!(closes, expected, "{name}");
        let bars = archive.bars(&name, Timeframe::MINUTE, 7).expect("bars");
        let closes: Vec<i64> = bars.iter().map(|it| it.close.units()).collect();
        assert_eq!(closes, expected, "{name}");
        let filter = ExportFilter {
            instrument: Some(name),
            from: Some(Timestamp::from_seconds(20)),
            to: Some(Timestamp::from_seconds(120)),
            ..ExportFilter::default()
        };
        let found = lines(&archive, ExportKind::Candles, &filter).len() - 1;
        assert_eq!(found, (20..120).filter(|second| second % step == 0).count());
    }
    writer.close(LONG).expect("closed");
}

fn lines(archive: &Archive, kind: ExportKind, filter: &ExportFilter) -> Vec<String> {
    let mut out = Vec::new();
    let rows = export(archive, kind, filter, ExportFormat::Csv, &mut out).expect("an export");
    let text = String::from_utf8(out).expect("text");
    let lines: Vec<String> = text.lines().map(str::to_owned).collect();
    assert_eq!(u64::try_from(lines.len()).expect("small"), rows + 1);
    lines
}

fn exported() -> (tempfile::TempDir, Archive) {
    let folder = tempfile::tempdir().expect("a folder");
    let writer = open(folder.path()).into_writer();
    commit(&writer, every_kind());
    writer.close(LONG).expect("closed");
    let archive = Archive::open_read_only(folder.path()).expect("an archive");
    (folder, archive)
}

fn of_titan() -> ExportFilter {
    ExportFilter {
        instrument: Some(key("SIM:TITAN")),
        ..ExportFilter::default()
    }
}

#[test]
fn exports_are_exact() {
    let (_folder, archive) = exported();
    let row = "60000,1.39100,1.39250,1.39000,1.39200,1.500";
    assert_eq!(
        lines(&archive, ExportKind::Candles, &of_titan()),
        [
            "ts_ms,open,high,low,close,volume,count".to_owned(),
            format!("{row},4")
        ]
    );
    let minute = ExportFilter {
        timeframe: Some(Timeframe::MINUTE),
        ..of_titan()
    };
    let bars = lines(&archive, ExportKind::Candles, &minute);
    assert_eq!(bars[1], format!("{row},1"));
    assert_eq!(
        lines(&archive, ExportKind::Indicators, &minute),
        [
            "ts_ms,name,value",
            "60000,SMA_9,1.3915025",
            "60000,RSI_14,28.5"
        ]
    );
    let only = ExportFilter {
        name: Some("RSI_14".to_owned()),
        ..of_titan()
    };
    assert_eq!(lines(&archive, ExportKind::Indicators, &only).len(), 2);
    let orders = lines(&archive, ExportKind::Orders, &of_titan());
    assert_eq!(
        orders[1],
        "42,1500,1970-01-01T00:00:01.5Z,2250,1970-01-01T00:00:02.25Z,SIM:TITAN,sim:titan,buy,limit,\
         2.000,1.39000,,1.38000,1.41000,2.000,1.39,gtc,strategy,confluence,0,filled,all of it"
    );
    assert_eq!(
        orders[2],
        "43,1500,1970-01-01T00:00:01.5Z,1500,1970-01-01T00:00:01.5Z,SIM:TITAN,sim:titan,buy,stop,\
         2.000,,1.40000,1.38000,1.41000,0.000,,gtc,strategy,confluence,0,replace_pending,"
    );
    let fills = lines(&archive, ExportKind::Fills, &of_titan());
    assert_eq!(
        fills[1],
        "9,42,2250,1970-01-01T00:00:02.25Z,SIM:TITAN,sim:titan,buy,2.000,1.39000,0.00278,0,-1.25,\
         maker,limit,2.000,filled,strategy,confluence"
    );
    let signals = lines(&archive, ExportKind::Signals, &of_titan());
    assert!(
        signals[1].contains(",HOLD,0.625,1.39100,\"RSI_14 above 70, \"\"held\"\"\","),
        "{}",
        signals[1]
    );
    let events = lines(&archive, ExportKind::Events, &of_titan());
    assert_eq!(events.len(), 1 + 9, "{events:#?}");
    let halted = ExportFilter {
        name: Some("halted".to_owned()),
        ..ExportFilter::default()
    };
    let mut out = Vec::new();
    let format = ExportFormat::Jsonl;
    export(&archive, ExportKind::Events, &halted, format, &mut out).expect("an export");
    let value: serde_json::Value = serde_json::from_slice(&out).expect("JSON");
    assert_eq!(value["body"]["halted"]["reason"], "by hand");
    assert_eq!(value["instrument"], serde_json::Value::Null);
}

#[test]
fn exports_name_what_is_not_there() {
    let (folder, archive) = exported();
    let refused = |kind, filter: &ExportFilter| {
        let mut out = Vec::new();
        let error = export(&archive, kind, filter, ExportFormat::Csv, &mut out);
        assert!(out.is_empty());
        error.expect_err("refused").to_string()
    };
    let path = folder.path().join("titan.db");
    let typo = ExportFilter {
        instrument: Some(key("SIM:TITTAN")),
        ..ExportFilter::default()
    };
    assert_eq!(
        refused(ExportKind::Candles, &typo),
        format!(
            "instrument SIM:TITTAN is not recorded in {}; did you mean SIM:TITAN?",
            path.display()
        )
    );
    let far = ExportFilter {
        instrument: Some(key("NSE:99926000")),
        ..ExportFilter::default()
    };
    assert!(refused(ExportKind::Orders, &far).ends_with("there is SIM:OTHER, SIM:TITAN"));
    let name = ExportFilter {
        name: Some("rsi14".to_owned()),
        ..of_titan()
    };
    assert!(refused(ExportKind::Indicators, &name).ends_with("did you mean RSI_14?"));
    let length = ExportFilter {
        timeframe: Timeframe::from_seconds(300),
        ..of_titan()
    };
    assert!(refused(ExportKind::Candles, &length).ends_with("there is 60s"));
    let nothing = refused(ExportKind::Candles, &ExportFilter::default());
    assert!(
        nothing.ends_with("there is SIM:OTHER, SIM:TITAN"),
        "{nothing}"
    );
}

#[test]
fn a_changed_scale_does_not_change_what_was_recorded() {
    let folder = tempfile::tempdir().expect("a folder");
    for (first, scale) in [(1_u64, 5), (11, 2)] {
        let writer = open(folder.path()).into_writer();
        let second = i64::try_from(first).expect("small");
        let bodies = vec![listed(0, "SIM:TITAN", scale), candle(0, second, 139_200)];
        commit(&writer, numbered(first, bodies));
        writer.close(LONG).expect("closed");
    }
    let archive = Archive::open_read_only(folder.path()).expect("an archive");
    let found = lines(&archive, ExportKind::Candles, &ExportFilter::default());
    assert!(found[1].starts_with("1000,1.39100,"), "{}", found[1]);
    assert!(found[2].starts_with("11000,1391.00,"), "{}", found[2]);
    let newest = archive.candles(&key("SIM:TITAN"), 10).expect("candles");
    assert_eq!(newest.len(), 1, "only those of the scale in force");
}

#[test]
fn the_views_can_be_read_with_sqlite() {
    let (folder, _archive) = exported();
    let file = rusqlite::Connection::open(folder.path().join("titan.db")).expect("opened");
    let one = |sql: &str| {
        file.query_row(sql, [], |row| row.get::<_, String>(0))
            .expect("a row")
    };
    let at = "instrument || ' ' || time || ' ' ||";
    assert_eq!(
        one(&format!(
            "SELECT {at} close || ' ' || volume FROM v_candles_1s"
        )),
        "SIM:TITAN 1970-01-01T00:01:00Z 1.392 1.5"
    );
    assert_eq!(
        one(&format!(
            "SELECT {at} close FROM v_candles WHERE timeframe_s = 60"
        )),
        "SIM:TITAN 1970-01-01T00:01:00Z 1.392"
    );
    assert_eq!(
        one(&format!(
            "SELECT {at} value FROM v_indicators WHERE name = 'SMA_9'"
        )),
        "SIM:TITAN 1970-01-01T00:01:00Z 1.3915025"
    );
    assert_eq!(
        one("SELECT created || ' ' || limit_price || ' ' || average_price || state FROM v_orders"),
        "1970-01-01T00:00:01.500Z 1.39 1.39filled"
    );
    assert_eq!(
        one(&format!(
            "SELECT {at} price || ' ' || realized_pnl FROM v_fills"
        )),
        "SIM:TITAN 1970-01-01T00:00:02.250Z 1.39 -1.25"
    );
}

#[test]
fn one_engine_owns_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = open(folder.path());
    let error = Store::open(folder.path(), &StoreConfig::default(), &[]).expect_err("refused");
    let expected = format!(
        "in use by another titan-tui (process {})",
        std::process::id()
    );
    assert!(error.to_string().contains(&expected), "{error}");
    drop(first);
    open(folder.path());
}

#[test]
fn folders_that_cannot_be_used_are_named() {
    let refused = |path: &Path| {
        let error = Store::open(path, &StoreConfig::default(), &[]).expect_err("refused");
        let line = error.to_string();
        assert!(line.contains(&path.display().to_string()), "{line}");
        assert!(line.contains("choose a folder you may write to"), "{line}");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "").expect("a file");
    refused(&file.join("data"));
    // Permissions do not bind root, a file system that cannot be written does.
    let closed: PathBuf = if rustix::process::geteuid().is_root() {
        PathBuf::from("/proc/titan-data")
    } else {
        let closed = folder.path().join("closed");
        std::fs::create_dir(&closed).expect("a folder");
        let mut permissions = std::fs::metadata(&closed).expect("there").permissions();
        permissions.set_readonly(true);
        std::fs::set_permissions(&closed, permissions).expect("closed");
        closed
    };
    refused(&closed);
    let error = Archive::open_read_only(folder.path()).expect_err("nothing there");
    assert!(matches!(error, StoreError::Nothing { .. }), "{error}");
}

/// Not a test of its own: the process that `a_killed_process_loses_nothing_it_was_promised` kills.
#[test]
fn child_that_commits_until_it_is_killed() {
    let Some(path) = std::env::var_os(CHILD) else {
        return;
    };
    let writer = open(Path::new(&path)).into_writer();
    commit(&writer, numbered(1, vec![listed(0, "SIM:TITAN", 2)]));
    for sequence in 2_u64.. {
        let id = sequence - 1;
        let second = i64::try_from(sequence).expect("small");
        let mut events = numbered(2 * sequence - 2, vec![candle(0, second, second)]);
        writer.append(events.clone()).expect("taken");
        let body = EventBody::OrderChanged(Box::new(order(id, 0, OrderState::Submitted)));
        events = numbered(2 * sequence - 1, vec![body]);
        commit(&writer, events);
        println!("\ncommitted {id}");
    }
}

#[test]
fn a_killed_process_loses_nothing_it_was_promised() {
    let folder = tempfile::tempdir().expect("a folder");
    let module = module_path!().split_once("::").map_or("", |(_, rest)| rest);
    let name = format!("{module}::child_that_commits_until_it_is_killed");
    let mut child = Process::new(std::env::current_exe().expect("this program"))
        .args([name.trim_start_matches("::"), "--exact", "--nocapture"])
        .env(CHILD, folder.path())
        .stdout(Stdio::piped())
        .spawn()
        .expect("a process");
    let out = BufReader::new(child.stdout.take().expect("its output"));
    let promised = out
        .lines()
        .map_while(Result::ok)
        .filter_map(|line| line.strip_prefix("committed ")?.parse::<u64>().ok())
        .find(|id| *id >= 25);
    child.kill().expect("killed");
    child.wait().expect("ended");
    assert_eq!(promised, Some(25));
    let mut store = open(folder.path());
    let recovery = store.recover().expect("recovered");
    let orders: Vec<u64> = recovery
        .events
        .iter()
        .filter_map(|event| match &event.body {
            EventBody::OrderChanged(order) => Some(order.id.0),
            _ => None,
        })
        .collect();
    assert!(orders.len() >= 25);
    assert_eq!(orders, (1..=orders.len() as u64).collect::<Vec<_>>());
    assert_eq!(recovery.next_order_id, OrderId(orders.len() as u64 + 1));
    let candles = store.candles(&key("SIM:TITAN"), 10_000).expect("candles");
    assert!(candles.len() >= orders.len(), "what came before is there");
}
