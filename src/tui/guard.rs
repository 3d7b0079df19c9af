//! Takes the terminal and gives it back as it was, however the desk ends.
//! Must not be able to hang: a terminal that takes no bytes is given up after a moment.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, LineWriter, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::termios::{QueueSelector, tcflush};

use super::terminal::osc;

/// Title pushed, alternate screen, no cursor.
const ENTER: &[u8] = b"\x1b[22;0t\x1b[?1049h\x1b[?25l\x1b[0m\x1b[2J";
/// Everything any version of the desk may have switched on, whether this one did or not. The
/// keyboard protocol is popped before the screen changes: each screen has a stack of its own, and
/// the shell's must not be touched.
pub(super) const MODES_OFF: &[u8] = b"\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[0 q\x1b[0m";
const CLEAR: &[u8] = b"\x1b[2J";
/// The first screen, its cursor and its title.
pub(super) const SCREEN_OFF: &[u8] = b"\x1b[?25h\x1b[?1049l\x1b[0m\x1b[?25h\x1b[23;0t";
/// Clicks, drags and the wheel, told in decimal.
const MOUSE_ON: &[u8] = b"\x1b[?1000h\x1b[?1002h\x1b[?1006h";
const PASTE_ON: &[u8] = b"\x1b[?2004h";
const FOCUS_ON: &[u8] = b"\x1b[?1004h";
/// How long a terminal may take to swallow what it is told before its pending output is thrown away.
const PATIENCE: Duration = Duration::from_millis(400);

/// What the terminal is asked for beyond a screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TerminalOptions {
    /// Tell of clicks, drags and the wheel; marking text with the mouse then needs Shift.
    pub mouse: bool,
    /// Tell what is pasted as one piece, so that it is not taken for keys.
    pub paste: bool,
    /// Tell when the window gains and loses the focus.
    pub focus: bool,
    /// The window's title; the one before comes back at the end.
    pub title: String,
}

impl Default for TerminalOptions {
    fn default() -> Self {
        Self {
            mouse: false,
            paste: true,
            focus: false,
            title: "titan-tui".to_owned(),
        }
    }
}

impl TerminalOptions {
    fn bytes(&self) -> Vec<u8> {
        let mut bytes = ENTER.to_vec();
        bytes.extend(osc::title(&self.title));
        for (wanted, code) in [
            (self.mouse, MOUSE_ON),
            (self.paste, PASTE_ON),
            (self.focus, FOCUS_ON),
        ] {
            if wanted {
                bytes.extend_from_slice(code);
            }
        }
        bytes
    }
}

/// What has to be put back.
struct Taken {
    ui_thread: ThreadId,
    stderr: Option<OwnedFd>,
    log_file: Option<PathBuf>,
}

static TAKEN: Mutex<Option<Taken>> = Mutex::new(None);
static HOOK: Once = Once::new();

fn taken() -> MutexGuard<'static, Option<Taken>> {
    TAKEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub(super) struct TerminalGuard {
    options: TerminalOptions,
    log_file: Option<PathBuf>,
}

impl TerminalGuard {
    /// Takes the terminal on this thread, which is the one that draws. What is written to
    /// standard error from now on goes to the log file.
    ///
    /// # Errors
    /// When there is no terminal, or it cannot be set up.
    pub(super) fn enter(options: TerminalOptions, log_file: Option<PathBuf>) -> io::Result<Self> {
        HOOK.call_once(install_hook);
        let guard = Self { options, log_file };
        guard.take()?;
        Ok(guard)
    }

    fn take(&self) -> io::Result<()> {
        enable_raw_mode()?;
        let stderr = redirect_stderr(self.log_file.as_deref());
        *taken() = Some(Taken {
            ui_thread: thread::current().id(),
            stderr,
            log_file: self.log_file.clone(),
        });
        if write_bounded(self.options.bytes()) {
            Ok(())
        } else {
            leave();
            Err(io::Error::new(
                io::ErrorKind::TimedOut,
                "the terminal takes no output",
            ))
        }
    }

    /// Gives the terminal back for a while.
    pub(super) fn release(&self) {
        leave();
    }

    /// Takes it again.
    ///
    /// # Errors
    /// As for [`Self::enter`].
    pub(super) fn retake(&self) -> io::Result<()> {
        leave();
        self.take()
    }
}

impl Drop for TerminalGuard {
    fn drop(&mut self) {
        leave();
    }
}

/// Puts everything back; does nothing the second time.
fn leave() {
    let Some(taken) = taken().take() else { return };
    write_bounded([MODES_OFF, CLEAR, SCREEN_OFF].concat());
    let _ = disable_raw_mode();
    if let Some(stderr) = taken.stderr {
        let _ = rustix::stdio::dup2_stderr(stderr);
    }
}

/// The descriptor to write the screen to: not the locked one of the standard library, whose lock
/// a stuck write would hold.
pub(super) fn screen() -> io::Result<File> {
    Ok(File::from(io::stdout().as_fd().try_clone_to_owned()?))
}

/// Throws away what the terminal has not taken yet.
pub(super) fn discard_pending() {
    let _ = tcflush(rustix::stdio::stdout(), QueueSelector::OFlush);
}

/// Writes to the screen without ever waiting for long; `false` when the bytes were not taken.
fn write_bounded(bytes: Vec<u8>) -> bool {
    let Ok(mut screen) = screen() else {
        return false;
    };
    let result = bounded(move || screen.write_all(&bytes));
    result.recv_timeout(PATIENCE).map_or_else(
        |_| {
            discard_pending();
            result.recv_timeout(PATIENCE).is_ok_and(|it| it.is_ok())
        },
        |written| written.is_ok(),
    )
}

/// Writes on a thread of its own, which is left behind if it never comes back.
fn bounded(
    write: impl FnOnce() -> io::Result<()> + Send + 'static,
) -> mpsc::Receiver<io::Result<()>> {
    let (done, result) = mpsc::channel();
    // Without a thread the sender is dropped, which the receiver takes for a failure.
    let _ = thread::Builder::new()
        .name("desk-restore".to_owned())
        .spawn(move || {
            let _ = done.send(write());
        });
    result
}

/// Standard error for last words: a terminal that takes nothing must not keep the program from
/// ending.
#[derive(Debug, Default)]
pub struct PatientStderr;

impl Write for PatientStderr {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let (count, bytes) = (bytes.len(), bytes.to_vec());
        bounded(move || io::stderr().write_all(&bytes))
            .recv_timeout(PATIENCE)
            .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Sends standard error to the log file, unless it does not go to the terminal anyway.
fn redirect_stderr(log_file: Option<&Path>) -> Option<OwnedFd> {
    if !io::stderr().is_terminal() {
        return None;
    }
    let saved = io::stderr().as_fd().try_clone_to_owned().ok()?;
    let path = log_file.unwrap_or_else(|| Path::new("/dev/null"));
    let file = OpenOptions::new()
        .append(true)
        .create(true)
        .open(path)
        .ok()?;
    rustix::stdio::dup2_stderr(file).ok()?;
    Some(saved)
}

fn install_hook() {
    let previous = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        let (active, ours, log_file) = match taken().as_ref() {
            Some(taken) => (
                true,
                taken.ui_thread == thread::current().id(),
                taken.log_file.clone(),
            ),
            None => (false, false, None),
        };
        if !active {
            return previous(info);
        }
        // A crash elsewhere is the supervisor's business: the screen stays, the log has it.
        if ours {
            leave();
        }
        report(info, ours, log_file.as_deref());
    }));
}

fn report(info: &PanicHookInfo, ours: bool, log_file: Option<&Path>) {
    let thread = thread::current();
    let name = thread.name().unwrap_or("unnamed");
    let backtrace = std::backtrace::Backtrace::force_capture();
    let text = format!("thread {name} {info}\n{backtrace}\n");
    let logged = log_file.is_some_and(|path| {
        OpenOptions::new()
            .append(true)
            .create(true)
            .open(path)
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .is_ok()
    });
    let mut stderr = LineWriter::new(PatientStderr);
    let _ = match (ours, log_file) {
        (true, Some(path)) if logged => writeln!(
            stderr,
            "titan-tui: the desk crashed ({}); the report is in {}",
            first_line(info),
            path.display()
        ),
        (false, _) if logged => Ok(()),
        _ => stderr.write_all(text.as_bytes()),
    };
}

fn first_line(info: &PanicHookInfo) -> String {
    let payload = info.payload();
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no message".to_owned());
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Modes of a terminal that are switched on and off by number.
    fn modes(bytes: &[u8], end: char) -> Vec<String> {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let codes = text.split("\x1b[?").skip(1);
        codes
            .filter_map(|code| code.split_once(end))
            .map(|(number, _)| number.to_owned())
            .filter(|number| number.chars().all(|it| it.is_ascii_digit()))
            .collect()
    }

    #[test]
    fn whatever_is_switched_on_is_switched_off_again() {
        let options = TerminalOptions {
            mouse: true,
            paste: true,
            focus: true,
            title: "a\x1b]b\x07c".to_owned(),
        };
        let on = options.bytes();
        let off = modes(&[MODES_OFF, SCREEN_OFF].concat(), 'l');
        let switched = modes(&on, 'h');
        assert_eq!(switched, ["1049", "1000", "1002", "1006", "2004", "1004"]);
        for mode in switched {
            assert!(off.contains(&mode), "{mode} stays on");
        }
        let text = String::from_utf8(on).unwrap();
        // Pushed before it is changed.
        assert!(
            text.starts_with("\x1b[22;0t") && text.contains("\x1b]2;a]bc\x07"),
            "{text:?}"
        );
        let plain = TerminalOptions {
            paste: false,
            ..TerminalOptions::default()
        };
        assert_eq!(modes(&plain.bytes(), 'h'), ["1049"]);
    }
}
