//! The demo and a replay on a screen: they open, show a market, and end when they are told to.
//! Must not say how they look.

use std::io::Read;
use std::num::NonZeroU16;

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};

use crate::support::Desk;

/// Opens a screen, waits until it shows `text` and ends it by a signal; its exit code.
fn shows(desk: &Desk, arguments: &[&str], text: &str) -> u32 {
    let size = PtySize {
        rows: 36,
        cols: 120,
        pixel_width: 0,
        pixel_height: 0,
    };
    let pair = native_pty_system().openpty(size).expect("a terminal");
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_titan-tui"));
    command.args(arguments);
    command.env("HOME", desk.home());
    command.env("XDG_CONFIG_HOME", desk.home().join("config"));
    command.env("XDG_DATA_HOME", desk.home().join("data"));
    command.env("TERM", "xterm-256color");
    command.cwd(desk.home());
    let mut child = pair.slave.spawn_command(command).expect("it starts");
    drop(pair.slave);
    let mut reader = pair.master.try_clone_reader().expect("a reader");
    let (rows, columns) = (NonZeroU16::new(36), NonZeroU16::new(120));
    let mut parser = vt100::Parser::new(rows.expect("rows"), columns.expect("columns"), 0);
    let mut buffer = [0; 16_384];
    let mut is_told = false;
    // The end of a pseudo-terminal is an error on Linux.
    while let Ok(count @ 1..) = reader.read(&mut buffer) {
        parser.process(&buffer[..count]);
        if !is_told && parser.screen().contents().contains(text) {
            is_told = true;
            let process = child
                .process_id()
                .and_then(|id| Pid::from_raw(id.cast_signed()));
            kill_process(process.expect("it runs"), Signal::TERM).expect("told");
        }
    }
    assert!(is_told, "{}", parser.screen().contents());
    child.wait().expect("it ends").exit_code()
}

#[test]
fn the_demo_opens_on_the_screen_and_keeps_nothing() {
    let desk = Desk::new();
    assert_eq!(shows(&desk, &["--demo"], "NIFTY"), 128 + 15);
    assert!(!desk.home().join("data/titan-tui/titan.db").exists());
}

#[test]
fn a_session_opens_on_the_screen_at_the_time_that_was_asked_for() {
    let desk = super::command::home();
    let arguments = ["replay", "session:last", "--from", "2026-01-05T03:50:00Z"];
    assert_eq!(shows(&desk, &arguments, "NIFTY"), 128 + 15);
    assert_eq!(desk.run(&["sessions", "--json"]).ok().lines().count(), 1);
}
