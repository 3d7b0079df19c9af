//! A store that cannot be written: the run goes on, says so, stops new orders, and loses nothing
//! that it acknowledged. Must not need rights that an ordinary user lacks.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Duration;

use rusqlite::Connection;
use serde_json::Value;

use super::{BUSY, export, write_tape};
use crate::support::Desk;

#[test]
fn a_locked_store_halts_new_orders_and_catches_up() {
    let desk = Desk::with_config(BUSY);
    let path = desk.home().join("swing.csv");
    write_tape(&path, 1_200);
    let feed = format!("tape:{}", path.display());
    let arguments = [
        "--headless",
        "--exit-at-end",
        "--summary",
        "json",
        "--speed",
        "100",
        "--feed",
        &feed,
        "--data-dir",
        "d",
    ];
    let mut command = desk.command(&arguments);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts");
    let log = BufReader::new(child.stderr.take().expect("a pipe"));
    let mut lines = log.lines().map_while(Result::ok);

    wait_for(&mut lines, "\"message\":\"fill\"");
    let other = Connection::open(desk.home().join("d/titan.db")).expect("the database");
    other
        .busy_timeout(Duration::from_secs(10))
        .expect("a timeout");
    other.execute_batch("BEGIN EXCLUSIVE").expect("the lock");
    let line = wait_for(&mut lines, "the store fails");
    assert!(line.contains("is locked by another program"), "{line}");
    other.execute_batch("COMMIT").expect("the end of the lock");
    wait_for(&mut lines, "\"message\":\"store failed\"");
    wait_for(&mut lines, "\"message\":\"store recovered\"");
    lines.for_each(drop);
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());

    let counted: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let kept = export(&desk, &["fills", "--data-dir", "d"]).lines().count() as u64 - 1;
    assert_eq!(counted["fills"], kept);
    let kept = export(&desk, &["candles", "--data-dir", "d"])
        .lines()
        .count() as u64
        - 1;
    assert_eq!(counted["candles_1s"], kept);
}

#[test]
fn a_disk_that_takes_no_more_is_the_exit_code() {
    let desk = Desk::with_config(BUSY);
    let path = desk.home().join("swing.csv");
    write_tape(&path, 3_600);
    // A limit on file sizes stands in for a full disk: it needs no rights and no device.
    let script = format!(
        "trap '' XFSZ; ulimit -f 600; exec {} --headless --exit-at-end --speed max \
         --feed tape:{} --data-dir d",
        env!("CARGO_BIN_EXE_titan-tui"),
        path.display(),
    );
    let output = Command::new("sh")
        .args(["-c", &script])
        .env("HOME", desk.home())
        .env("XDG_CONFIG_HOME", desk.home().join("config"))
        .current_dir(desk.home())
        .output()
        .expect("sh starts");
    let log = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{log}");
    let last = log.lines().last().expect("a last line");
    assert!(
        last.starts_with("titan-tui: ") && last.contains("titan.db"),
        "{last}"
    );

    let acknowledged = log.matches("\"message\":\"fill\"").count();
    let kept = export(&desk, &["fills", "--data-dir", "d"]).lines().count() - 1;
    assert!(
        kept >= acknowledged,
        "{acknowledged} fills were announced and {kept} kept"
    );
}

/// The next line that holds `text`.
#[track_caller]
fn wait_for(lines: &mut impl Iterator<Item = String>, text: &str) -> String {
    lines
        .find(|line| line.contains(text))
        .unwrap_or_else(|| panic!("the log ends without {text}"))
}
