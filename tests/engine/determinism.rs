//! The same inputs give the same events, however fast they come and whoever looks on.
//! Must not depend on the wall clock.

use std::io::Read;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use serde_json::Value;

use super::{BUSY, export, summary, write_tape};
use crate::support::Desk;

#[test]
fn a_tape_gives_the_same_events_at_any_speed_and_with_the_screen_on() {
    let desk = Desk::with_config(BUSY);
    let path = desk.home().join("swing.csv");
    write_tape(&path, 900);
    let feed = format!("tape:{}", path.display());
    let fast = summary(&desk, &["--feed", &feed, "--data-dir", "fast"]);
    assert!(
        fast["orders"].as_u64() > Some(5),
        "the tape makes orders: {fast}"
    );
    assert!(fast["fills"].as_u64() > Some(5), "and fills: {fast}");

    let again = summary(&desk, &["--feed", &feed, "--no-store"]);
    assert_eq!(fast["event_hash"], again["event_hash"]);

    let paced = desk
        .run(&[
            "--headless",
            "--exit-at-end",
            "--summary",
            "json",
            "--speed",
            "300",
            "--feed",
            &feed,
            "--data-dir",
            "paced",
        ])
        .ok();
    let paced: Value = serde_json::from_str(&paced).expect("JSON");
    assert_eq!(fast["event_hash"], paced["event_hash"]);

    let shown = on_screen(
        &desk,
        &[
            "--exit-at-end",
            "--summary",
            "json",
            "--speed",
            "300",
            "--feed",
            &feed,
            "--no-store",
        ],
    );
    assert_eq!(fast["event_hash"], shown["event_hash"]);
}

/// Runs with a screen in a pseudo-terminal and returns the summary printed after it.
fn on_screen(desk: &Desk, arguments: &[&str]) -> Value {
    let (code, text) = on_terminal(desk, arguments);
    assert_eq!(code, 0, "{text}");
    let start = text
        .rfind("{\"ticks\"")
        .unwrap_or_else(|| panic!("no summary in {text}"));
    let end = text[start..]
        .find('\r')
        .map_or(text.len(), |end| start + end);
    serde_json::from_str(&text[start..end]).expect("JSON")
}

/// Runs with a screen in a pseudo-terminal; the exit code and all that was written there.
pub(super) fn on_terminal(desk: &Desk, arguments: &[&str]) -> (u32, String) {
    let pair = native_pty_system()
        .openpty(PtySize {
            rows: 36,
            cols: 120,
            pixel_width: 0,
            pixel_height: 0,
        })
        .expect("a pseudo-terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_titan-tui"));
    command.args(arguments);
    command.env("HOME", desk.home());
    command.env("XDG_CONFIG_HOME", desk.home().join("config"));
    command.env("XDG_DATA_HOME", desk.home().join("data"));
    command.env("TERM", "xterm-256color");
    command.cwd(desk.home());
    let mut child = pair
        .slave
        .spawn_command(command)
        .expect("the program starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let mut bytes = Vec::new();
    // The end of a pseudo-terminal is an error on Linux; what came before it counts.
    let _ = reader.read_to_end(&mut bytes);
    let code = child.wait().expect("it ends").exit_code();
    (code, String::from_utf8_lossy(&bytes).into_owned())
}

#[test]
fn a_seeded_simulation_repeats_and_differs_by_its_seed() {
    let desk = Desk::new();
    let run = |seed: &str| {
        summary(
            &desk,
            &[
                "--feed",
                "sim",
                "--duration",
                "10m",
                "--seed",
                seed,
                "--start",
                "2026-01-05T03:45:00Z",
                "--no-store",
            ],
        )
    };
    let (one, two, other) = (run("7"), run("7"), run("8"));
    assert_eq!(one["event_hash"], two["event_hash"]);
    assert_ne!(one["event_hash"], other["event_hash"]);
}

#[test]
fn what_is_counted_is_what_is_exported() {
    let desk = Desk::with_config(BUSY);
    let path = desk.home().join("swing.csv");
    write_tape(&path, 600);
    let feed = format!("tape:{}", path.display());
    let counted = summary(&desk, &["--feed", &feed]);
    let rows = |arguments: &[&str]| export(&desk, arguments).lines().count() as u64 - 1;
    let of = ["--instrument", "TAPE:swing"];
    let with = |more: &[&'static str]| [more, &of].concat();
    assert_eq!(counted["candles_1s"], rows(&with(&["candles"])));
    assert_eq!(
        counted["candles_tf"]["5"],
        rows(&with(&["candles", "--tf", "5"]))
    );
    assert_eq!(
        counted["candles_tf"]["60"],
        rows(&with(&["candles", "--tf", "60"]))
    );
    assert_eq!(counted["signals"], rows(&with(&["signals"])));
    assert_eq!(counted["fills"], rows(&with(&["fills"])));
    let orders = counted["orders"].as_u64().unwrap() + counted["rejects"].as_u64().unwrap();
    assert_eq!(orders, rows(&with(&["orders"])));
    assert!(rows(&with(&["indicators", "--tf", "5", "--name", "RSI_14"])) > 50);
}
