//! The real program's frames: whole, at every size, after a stall; and terminals left behind.
//! Must not look at anything but what a terminal would see.

use std::process::Command;
use std::sync::atomic::Ordering;
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize};
use rustix::process::Signal;
use titan_tui::tui::encode::{FRAME_END, FRAME_START};

use super::pty::{Desk, binary};

const HANG: Duration = Duration::from_secs(20);

fn parser(columns: u16, rows: u16) -> vt100::Parser {
    let size = |cells| std::num::NonZeroU16::new(cells).unwrap();
    vt100::Parser::new(size(rows), size(columns), 0)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack
        .windows(needle.len())
        .position(|window| window == needle)
}

/// What stands before the first frame, the frames, and what stands between or behind them.
fn frames(bytes: &[u8]) -> (&[u8], Vec<&[u8]>, Vec<u8>) {
    let start = find(bytes, FRAME_START).unwrap_or(bytes.len());
    let (before, mut rest) = bytes.split_at(start);
    let (mut found, mut between) = (Vec::new(), Vec::new());
    while let Some(start) = find(rest, FRAME_START) {
        between.extend_from_slice(&rest[..start]);
        let Some(end) = find(&rest[start..], FRAME_END) else {
            break;
        };
        let end = start + end + FRAME_END.len();
        found.push(&rest[start..end]);
        rest = &rest[end..];
    }
    between.extend_from_slice(rest);
    (before, found, between)
}

#[test]
fn everything_that_is_drawn_lies_inside_a_frame() {
    let mut desk = Desk::ready();
    for key in [&b"?"[..], b"\x1b[B", b"\x0c", b"z", b"z"] {
        desk.press(key);
        desk.collect(Duration::from_millis(150));
    }
    desk.collect(Duration::from_millis(300));
    let (_, found, between) = frames(&desk.seen);
    assert!(found.len() > 5, "{} frames", found.len());
    let text = String::from_utf8_lossy(&between).into_owned();
    // The last one may still be on its way.
    let loose = text.split("\x1b[?2026h").next().unwrap();
    assert_eq!(loose, "");
    for frame in found {
        let inner = &frame[FRAME_START.len()..];
        assert_eq!(find(inner, FRAME_START), None, "a frame inside another");
    }
}

#[test]
fn after_a_stall_one_frame_catches_up_and_no_tick_was_missed() {
    let mut desk = Desk::ready();
    desk.collect(Duration::from_millis(500));
    desk.stalled.store(true, Ordering::Release);
    // Whole screens fill what the system would keep for a terminal that does not read.
    for _ in 0..8 {
        desk.press(b"\x0c");
        thread::sleep(Duration::from_millis(50));
    }
    thread::sleep(Duration::from_secs(5));
    desk.stalled.store(false, Ordering::Release);
    desk.collect(Duration::from_millis(1_500));
    let mut terminal = parser(120, 36);
    let (before, found, _) = frames(&desk.seen);
    terminal.process(before);
    let mut clocks: Vec<u32> = Vec::new();
    for frame in found {
        terminal.process(frame);
        clocks.extend(clock(&terminal.screen().contents()));
    }
    let jumps = clocks.windows(2).filter(|pair| pair[1] > pair[0] + 1);
    let jumps: Vec<u32> = jumps.map(|pair| pair[1] - pair[0]).collect();
    assert_eq!(jumps.len(), 1, "frames were kept for later: {clocks:?}");
    assert!(jumps[0] >= 3, "{clocks:?}");
    desk.press(b"qq");
    assert_eq!(desk.ended(), 0);
    assert_seconds_are_whole(&desk);
}

/// Seconds of the day as the status line shows them.
fn clock(screen: &str) -> Option<u32> {
    let line = screen.lines().next()?;
    let mut words = line.split_whitespace();
    let text = words.rfind(|it| it.matches(':').count() == 2)?;
    let digits = text.trim_end_matches(|it: char| !it.is_ascii_digit());
    let parts: Vec<u32> = digits.split(':').filter_map(|it| it.parse().ok()).collect();
    let [hours, minutes, seconds] = *parts else {
        return None;
    };
    Some(hours * 3_600 + minutes * 60 + seconds)
}

/// Every second of the run has its candle: the engine did not wait for the screen.
fn assert_seconds_are_whole(desk: &Desk) {
    let output = Command::new(binary())
        .args([
            "export",
            "candles",
            "--instrument",
            "SIM:TITAN",
            "--tf",
            "1",
        ])
        .arg("--data-dir")
        .arg(desk.data.path())
        .env_remove("TITAN_DESK_BINARY")
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let starts: Vec<i64> = text
        .lines()
        .filter_map(|line| line.split(',').next()?.parse().ok())
        .collect();
    assert!(starts.len() >= 6, "{text}{said}");
    for pair in starts.windows(2) {
        assert_eq!(pair[1] - pair[0], 1_000, "seconds are missing:\n{text}");
    }
}

/// The picture of an idle desk after a resize is that of a full repaint.
#[test]
fn after_every_resize_the_real_terminal_shows_a_fresh_picture() {
    let mut desk = Desk::start_with(&["--duration", "1s", "--set", "desk.clock=false"], &[]);
    desk.wait_for("ended");
    desk.collect(Duration::from_millis(800));
    let mut terminal = parser(120, 36);
    terminal.process(&desk.seen);
    let walk = [
        (80, 24),
        (20, 5),
        (300, 100),
        (1, 1),
        (60, 20),
        (40, 12),
        (200, 60),
        (120, 36),
    ];
    for (columns, rows) in walk {
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let cells = |cells| std::num::NonZeroU16::new(cells).unwrap();
        desk.seen.clear();
        desk.master.resize(size).unwrap();
        terminal.screen_mut().set_size(cells(rows), cells(columns));
        settle(&mut desk);
        terminal.process(&desk.seen);
        desk.seen.clear();
        desk.press(b"\x0c");
        settle(&mut desk);
        let mut fresh = parser(columns, rows);
        fresh.process(&desk.seen);
        let (shown, wanted) = (terminal.screen().contents(), fresh.screen().contents());
        assert_eq!(shown, wanted, "{columns}x{rows}");
        assert!(!wanted.trim().is_empty(), "{columns}x{rows} is blank");
    }
}

/// Waits for a frame and for the silence after it.
fn settle(desk: &mut Desk) {
    let start = Instant::now();
    while find(&desk.seen, FRAME_END).is_none() {
        assert!(start.elapsed() < HANG, "no frame");
        desk.read(Duration::from_millis(20));
    }
    while desk.read(Duration::from_millis(120)) {}
}

#[test]
fn answers_of_the_terminal_are_no_keys() {
    let mut desk = Desk::start_with(&["--duration", "1s", "--set", "desk.clock=false"], &[]);
    desk.wait_for("ended");
    desk.collect(Duration::from_millis(800));
    desk.seen.clear();
    // Each holds letters that would buy, flatten, kill or leave.
    desk.press(
        b"\x1b]11;rgb:bbbb/xxxx/XXqq\x1b\\\x1bP>|qqxxX\x1b\\\x1b[0n\x1b[24;80R\x1b_Gqq\x1b\\",
    );
    desk.collect(Duration::from_millis(500));
    assert_eq!(desk.seen, b"", "an answer did something");
    assert!(desk.child.try_wait().unwrap().is_none(), "it has ended");
}

#[test]
fn a_failing_run_restores_the_terminal_and_says_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let tape = folder.path().join("bad.csv");
    std::fs::write(&tape, "this is no tape\nat all\n").unwrap();
    let feed = format!("tape:{}", tape.display());
    let mut desk = Desk::start_with(&["--strict", "--feed", &feed], &[]);
    assert_eq!(desk.ended(), 1, "{}", desk.screen());
    let end = String::from_utf8_lossy(&desk.seen).into_owned();
    assert!(end.contains("titan-tui: "), "{end}");
    if end.contains("\x1b[?1049h") {
        desk.assert_restored("a failing run");
    }
}

#[test]
fn a_terminal_that_a_killed_desk_left_can_be_healed() {
    let mut desk = Desk::ready();
    desk.signal(Signal::KILL);
    let start = Instant::now();
    while desk.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < HANG, "it does not die");
        thread::sleep(Duration::from_millis(10));
    }
    desk.collect(Duration::from_millis(200));
    desk.seen.clear();
    let mut command = CommandBuilder::new(binary());
    command.arg("reset-tty");
    let mut healer = desk.slave.spawn_command(command).unwrap();
    assert_eq!(healer.wait().unwrap().exit_code(), 0);
    desk.collect(Duration::from_millis(200));
    desk.assert_restored("after it was killed");
}
