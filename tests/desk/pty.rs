//! The real program in a real terminal: first frame, keys, every way out, a terminal that stalls.
//! Must not time anything tightly: machines that run tests are busy.
//!
//! `TITAN_DESK_BINARY` names another program to be tested in the place of the real one.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use rustix::process::{Pid, Signal, kill_process};
use titan_tui::tui::encode::{FRAME_END, FRAME_START};

const PATIENCE: Duration = Duration::from_secs(20);

pub(super) struct Desk {
    pub(super) child: Box<dyn Child + Send + Sync>,
    pub(super) master: Box<dyn MasterPty + Send>,
    keyboard: Box<dyn Write + Send>,
    output: Receiver<Vec<u8>>,
    pub(super) stalled: Arc<AtomicBool>,
    /// Keeps the other end open, so that its settings can be read after the program has gone.
    pub(super) slave: Box<dyn portable_pty::SlavePty + Send>,
    termios: String,
    pub(super) seen: Vec<u8>,
    pub(super) data: tempfile::TempDir,
}

impl Desk {
    fn start() -> Self {
        Self::start_with(&[], &[])
    }

    /// With these arguments before, and these variables beside, those of every test.
    pub(super) fn start_with(arguments: &[&str], variables: &[(&str, &Path)]) -> Self {
        let pair = native_pty_system()
            .openpty(PtySize {
                rows: 36,
                cols: 120,
                pixel_width: 0,
                pixel_height: 0,
            })
            .unwrap();
        let termios = termios(pair.master.as_ref());
        let data = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(binary());
        command.args(arguments);
        command.args([
            "--set",
            "sim.history_minutes=0",
            "--feed",
            "sim",
            "--data-dir",
        ]);
        command.arg(data.path());
        command.env("TERM", "xterm-256color");
        command.env("COLORTERM", "truecolor");
        command.env_remove("SSH_CONNECTION");
        command.env_remove("NO_COLOR");
        for (name, value) in variables {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        let mut reader = pair.master.try_clone_reader().unwrap();
        let (sender, output) = mpsc::channel();
        let stalled = Arc::new(AtomicBool::new(false));
        let stall = Arc::clone(&stalled);
        thread::spawn(move || {
            let mut buffer = [0; 16_384];
            loop {
                while stall.load(Ordering::Acquire) {
                    thread::sleep(Duration::from_millis(5));
                }
                match reader.read(&mut buffer) {
                    Ok(count) if count > 0 && sender.send(buffer[..count].to_vec()).is_ok() => {}
                    _ => return,
                }
            }
        });
        Self {
            child,
            keyboard: pair.master.take_writer().unwrap(),
            master: pair.master,
            output,
            stalled,
            slave: pair.slave,
            termios,
            seen: Vec::new(),
            data,
        }
    }

    /// A desk whose chart has its first candle.
    pub(super) fn ready() -> Self {
        let mut desk = Self::start();
        desk.wait_for("PAPER");
        desk
    }

    /// Waits for output and adds it to what was seen; `false` where none came for `patience`.
    pub(super) fn read(&mut self, patience: Duration) -> bool {
        let read = self.output.recv_timeout(patience);
        let came = read.is_ok();
        self.seen.extend(read.unwrap_or_default());
        came
    }

    pub(super) fn collect(&mut self, time: Duration) -> usize {
        let until = Instant::now() + time;
        let before = self.seen.len();
        while let Ok(bytes) = self
            .output
            .recv_timeout(until.saturating_duration_since(Instant::now()))
        {
            self.seen.extend(bytes);
        }
        self.seen.len() - before
    }

    fn terminal(&self) -> vt100::Parser {
        let size = |cells| std::num::NonZeroU16::new(cells).unwrap();
        let mut parser = vt100::Parser::new(size(36), size(120), 0);
        parser.process(&self.seen);
        parser
    }

    pub(super) fn screen(&self) -> String {
        self.terminal().screen().contents()
    }

    /// The colour behind a cell in the middle of the chart.
    pub(super) fn ground(&self) -> vt100::Color {
        let terminal = self.terminal();
        let cell = terminal.screen().cell(1, 0).unwrap();
        cell.bgcolor()
    }

    pub(super) fn wait_for(&mut self, text: &str) {
        let start = Instant::now();
        while !self.screen().contains(text) {
            assert!(
                start.elapsed() < PATIENCE,
                "no `{text}` in\n{}",
                self.screen()
            );
            self.collect(Duration::from_millis(20));
        }
    }

    pub(super) fn press(&mut self, keys: &[u8]) {
        self.keyboard.write_all(keys).unwrap();
        self.keyboard.flush().unwrap();
    }

    pub(super) fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Waits for the end and gives the exit code.
    pub(super) fn ended(&mut self) -> u32 {
        let start = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                self.collect(Duration::from_millis(100));
                return status.exit_code();
            }
            assert!(
                start.elapsed() < PATIENCE,
                "it does not end:\n{}",
                self.screen()
            );
            self.collect(Duration::from_millis(20));
        }
    }

    pub(super) fn assert_restored(&self, how: &str) {
        let end = String::from_utf8_lossy(&self.seen);
        for code in [
            "\x1b[?1049l",
            "\x1b[?25h",
            "\x1b[?1000l",
            "\x1b[?1002l",
            "\x1b[?1003l",
            "\x1b[?1006l",
            "\x1b[?2004l",
            "\x1b[?1004l",
            "\x1b[<u",
            "\x1b[0 q",
            "\x1b[0m",
            "\x1b[23;0t",
        ] {
            assert!(end.contains(code), "{how}: no {}", code.escape_debug());
        }
        let left = end.rfind("\x1b[?1049l").unwrap();
        let drawn = end.rfind("\x1b[?2026h").unwrap_or(0);
        assert!(
            drawn < left,
            "{how}: something was drawn after the screen was left"
        );
        assert_eq!(termios(self.master.as_ref()), self.termios, "{how}");
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        self.stalled.store(false, Ordering::Release);
        let _ = self.child.kill();
    }
}

/// The program that is tested.
pub(super) fn binary() -> PathBuf {
    std::env::var_os("TITAN_DESK_BINARY").map_or_else(
        || PathBuf::from(env!("CARGO_BIN_EXE_titan-tui")),
        PathBuf::from,
    )
}

fn termios(master: &dyn MasterPty) -> String {
    format!("{:?}", master.get_termios())
}

fn count(haystack: &[u8], needle: &[u8]) -> usize {
    haystack
        .windows(needle.len())
        .filter(|window| *window == needle)
        .count()
}

#[test]
fn the_first_frame_comes_and_every_frame_is_whole() {
    let start = Instant::now();
    let mut desk = Desk::start();
    desk.wait_for("PAPER");
    println!("first frame after {:?}", start.elapsed());
    desk.collect(Duration::from_secs(1));
    desk.press(b"qq");
    desk.ended();
    let frames = count(&desk.seen, FRAME_START);
    // Leaving ends an update once more, in case one was cut off.
    assert_eq!(count(&desk.seen, FRAME_END), frames + 1);
    assert!(frames >= 1);
}

#[test]
fn keys_are_answered_at_once() {
    let mut desk = Desk::ready();
    desk.collect(Duration::from_millis(500));
    let mut waits = Vec::new();
    for press in 0..20 {
        let (key, answer) = if press % 2 == 0 {
            (&b"?"[..], "[here]")
        } else {
            (&b"\x1b"[..], "x x flat")
        };
        let start = Instant::now();
        desk.press(key);
        desk.wait_for(answer);
        waits.push(start.elapsed());
        desk.seen.drain(..desk.seen.len().saturating_sub(2_000_000));
    }
    waits.sort();
    println!(
        "key to frame: median {:?}, worst {:?}",
        waits[10], waits[19]
    );
    assert!(waits[10] < Duration::from_secs(2), "{waits:?}");
    desk.press(b"qq");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn leaving_by_the_keyboard_restores_the_terminal() {
    for keys in [&b"qq"[..], b"\x03\x03"] {
        let mut desk = Desk::ready();
        desk.press(keys);
        assert_eq!(desk.ended(), 0);
        desk.assert_restored("quit");
    }
}

#[test]
fn a_paste_never_becomes_keys() {
    let mut desk = Desk::ready();
    assert!(desk.seen.windows(8).any(|bytes| bytes == b"\x1b[?2004h"));
    desk.press(b"\x1b[200~qqxxBB\r\x1b[201~");
    desk.wait_for("the paste was not taken");
    desk.press(b":");
    desk.press(b"\x1b[200~zoom\rqq\x1b[201~");
    desk.wait_for(":zoom");
    desk.press(b"\x15\x7f");
    desk.press(b"qq");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn every_signal_restores_the_terminal() {
    for (signal, number) in [
        (Signal::TERM, 15),
        (Signal::HUP, 1),
        (Signal::INT, 2),
        (Signal::QUIT, 3),
    ] {
        let mut desk = Desk::ready();
        desk.signal(signal);
        assert_eq!(desk.ended(), 128 + number, "signal {number}");
        desk.assert_restored(&format!("signal {number}"));
    }
}

/// `:panic!` is a command of debug builds alone.
#[test]
#[cfg(debug_assertions)]
fn a_crash_restores_the_terminal_and_says_one_line() {
    let mut desk = Desk::ready();
    desk.press(b":panic!\r");
    assert_ne!(desk.ended(), 0);
    desk.assert_restored("crash");
    let end = String::from_utf8_lossy(&desk.seen);
    let after = end.rsplit("\x1b[23;0t").next().unwrap_or_default();
    assert!(after.contains("crashed"), "{after}");
    assert!(!after.contains("stack backtrace"), "{after}");
}

#[test]
fn suspending_gives_the_terminal_back_and_continuing_draws_anew() {
    let mut desk = Desk::ready();
    desk.signal(Signal::TSTP);
    let start = Instant::now();
    while !desk.seen.ends_with(b"\x1b[23;0t") {
        assert!(start.elapsed() < PATIENCE, "it does not stop");
        desk.collect(Duration::from_millis(20));
    }
    desk.assert_restored("stopped");
    let stopped = desk.seen.len();
    desk.collect(Duration::from_millis(300));
    assert_eq!(desk.seen.len(), stopped, "a stopped desk draws nothing");
    desk.signal(Signal::CONT);
    desk.seen.clear();
    desk.wait_for("PAPER");
    desk.press(b"qq");
    assert_eq!(desk.ended(), 0);
    desk.assert_restored("after it was continued");
}

#[test]
fn a_stalled_terminal_gets_few_frames_and_stops_nothing() {
    let mut desk = Desk::ready();
    desk.stalled.store(true, Ordering::Release);
    thread::sleep(Duration::from_secs(3));
    desk.press(b"?");
    thread::sleep(Duration::from_secs(2));
    desk.seen.clear();
    desk.stalled.store(false, Ordering::Release);
    let start = Instant::now();
    let burst = desk.collect(Duration::from_millis(50));
    // What the system's own buffer held, the frame that was stuck and the one that caught up.
    assert!(burst < 150_000, "{burst} bytes were waiting");
    println!("{burst} bytes in {:?}", start.elapsed());
    desk.press(b"\x1b");
    thread::sleep(Duration::from_millis(100));
    desk.press(b"qq");
    assert_eq!(desk.ended(), 0);
    desk.assert_restored("after a stall");
}

#[test]
fn a_stalled_terminal_does_not_keep_the_desk_from_ending() {
    let mut desk = Desk::ready();
    desk.stalled.store(true, Ordering::Release);
    thread::sleep(Duration::from_secs(2));
    desk.signal(Signal::TERM);
    let start = Instant::now();
    while desk.child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < PATIENCE, "it does not end");
        thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn a_resize_is_drawn_at_the_new_size() {
    let mut desk = Desk::ready();
    for (cols, rows) in [(80, 24), (60, 20), (30, 8), (120, 36)] {
        let size = PtySize {
            rows,
            cols,
            pixel_width: 0,
            pixel_height: 0,
        };
        desk.master.resize(size).unwrap();
        desk.collect(Duration::from_millis(200));
    }
    desk.seen.clear();
    desk.press(b"\x0c");
    desk.wait_for("Trade log");
    desk.press(b"qq");
    assert_eq!(desk.ended(), 0);
}

#[test]
fn the_bytes_of_a_quiet_second_are_reported() {
    let mut desk = Desk::ready();
    desk.collect(Duration::from_secs(1));
    let bytes = desk.collect(Duration::from_secs(3)) / 3;
    println!("{bytes} bytes a second with the simulated feed");
    assert!(bytes < 300_000, "{bytes} bytes a second");
    desk.press(b"qq");
    desk.ended();
}
