//! How a run begins and ends: on an old folder, on a bad row, after a while, on a signal.
//! Must not test what is in the rows.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use titan_tui::config::StoreConfig;
use titan_tui::domain::Timestamp;
use titan_tui::store::Store;

use crate::support::Desk;

/// Starts it and waits until its log holds `text`.
#[track_caller]
fn running(desk: &Desk, arguments: &[&str], text: &str) -> Child {
    let mut command = desk.command(arguments);
    let mut child = command.stderr(Stdio::piped()).spawn().expect("it starts");
    let mut log = BufReader::new(child.stderr.take().expect("a pipe")).lines();
    let found = log
        .by_ref()
        .map_while(Result::ok)
        .any(|line| line.contains(text));
    assert!(found, "the log ends without {text}");
    std::thread::spawn(move || log.for_each(drop));
    child
}

/// Asks it to end; the exit code, within ten seconds.
#[track_caller]
fn terminate(mut child: Child) -> Option<i32> {
    let id = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(id, rustix::process::Signal::TERM).expect("it is there");
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(10) {
        if let Some(status) = child.try_wait().expect("its state") {
            return status.code();
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    child.kill().expect("it is killed");
    panic!("it did not end");
}

fn files(folder: &Path) -> BTreeSet<String> {
    let names = std::fs::read_dir(folder).expect("the folder");
    let names = names.map(|entry| entry.expect("an entry").file_name());
    names
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

#[test]
fn fresh_touches_nothing_of_a_desk_that_runs() {
    let desk = Desk::with_config("");
    let start = ["--headless", "--feed", "sim", "--data-dir", "d"];
    let first = running(&desk, &start, "\"message\":\"listed\"");
    let folder = desk.home().join("d");
    let before = files(&folder);
    let second = desk.run(&[&start[..], &["--fresh"]].concat());
    assert_eq!(second.code, Some(1), "{second:#?}");
    assert!(
        second.stderr.contains("is in use by another titan-tui"),
        "{second:#?}"
    );
    assert_eq!(files(&folder), before, "nothing is renamed");
    assert_eq!(terminate(first), Some(0));

    let short = [
        "--duration",
        "1s",
        "--speed",
        "max",
        "--exit-at-end",
        "--fresh",
    ];
    for _ in 0..2 {
        desk.run(&[&start[..], &short].concat()).ok();
    }
    let aside = |name: &&String| name.starts_with("titan.db.") && !name.ends_with("-wal");
    let files = files(&folder);
    assert_eq!(
        files.iter().filter(aside).count(),
        2,
        "each is kept: {files:?}"
    );
}

#[test]
fn a_bad_row_ends_a_strict_run_on_the_screen_and_off_it() {
    let desk = Desk::with_config("");
    let tape = desk.home().join("bad.csv");
    std::fs::write(&tape, "ts_ms,price,qty\n1000,1,1\n2000,x,1\n3000,1,1\n").expect("the tape");
    let feed = format!("tape:{}", tape.display());
    let arguments = ["--feed", &feed, "--no-store", "--strict"];
    let words = "bad.csv:3: price `x` is not a decimal number";
    let outcome = desk.run(&[&["--headless"], &arguments[..]].concat());
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    let last = outcome.stderr.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("titan-tui: ") && last.contains(words),
        "{outcome:#?}"
    );
    let (code, text) = super::determinism::on_terminal(&desk, &arguments);
    assert_eq!(code, 1, "{text}");
    assert!(text.contains(words), "{text}");
}

#[test]
fn a_signal_while_the_desk_starts_ends_it_in_order() {
    let desk = Desk::with_config("");
    // The first file of a start is the lock: whoever sees it is in time for the rest.
    let folder = desk.home().join("d");
    for _ in 0..5 {
        let _ = std::fs::remove_dir_all(&folder);
        let arguments = ["--headless", "--feed", "sim", "--data-dir", "d"];
        let mut command = desk.command(&arguments);
        let child = command.stderr(Stdio::null()).spawn().expect("it starts");
        let begun = Instant::now();
        while !folder.join("titan.lock").exists() && begun.elapsed() < Duration::from_secs(10) {
            std::thread::yield_now();
        }
        assert_eq!(terminate(child), Some(0));
    }
}

#[test]
fn a_snapshot_of_another_shape_is_refused_in_one_line_with_the_remedy() {
    let desk = Desk::with_config("");
    let folder = desk.home().join("d");
    let store = Store::open(&folder, &StoreConfig::default(), &[]).expect("a store");
    let writer = store.into_writer();
    writer.snapshot(1, Timestamp::from_seconds(1), "{\"version\": 1}".to_owned());
    writer.close(Duration::from_secs(10)).expect("closed");
    let arguments = ["--headless", "--feed", "sim", "--data-dir", "d"];
    let outcome = desk.run(&arguments);
    assert_eq!(outcome.code, Some(1), "{outcome:#?}");
    let last = outcome.stderr.lines().last().unwrap_or_default();
    assert!(
        last.starts_with("titan-tui: the stored snapshot") && last.contains("--fresh"),
        "{outcome:#?}"
    );
    let short = [
        "--fresh",
        "--duration",
        "1s",
        "--speed",
        "max",
        "--exit-at-end",
    ];
    desk.run(&[&arguments[..], &short].concat()).ok();
}
