//! Takes the terminal and gives it back as it was, however the desk ends.
//! Must not be able to hang: a terminal that takes no bytes is given up after a moment.

use std::fs::{File, OpenOptions};
use std::io::{self, IsTerminal, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, Once, PoisonError, mpsc};
use std::thread::{self, ThreadId};
use std::time::Duration;

use crossterm::terminal::{disable_raw_mode, enable_raw_mode};
use rustix::termios::{QueueSelector, tcflush};

/// Title pushed and set, alternate screen, no cursor, pastes marked as such: as keys they would
/// trade.
const ENTER: &[u8] = b"\x1b[22;0t\x1b]2;titan-tui\x07\x1b[?1049h\x1b[?2004h\x1b[?25l\x1b[0m\x1b[2J";
/// Everything any version of the desk may have switched on, whether this one did or not. The
/// keyboard protocol is popped before the screen changes: each screen has a stack of its own, and
/// the shell's must not be touched.
const LEAVE: &[u8] = b"\x1b[?2026l\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?2004l\x1b[?1004l\x1b[<u\x1b[0 q\x1b[0m\x1b[2J\x1b[?25h\x1b[?1049l\x1b[0m\x1b[?25h\x1b[23;0t";
/// How long a terminal may take to swallow `LEAVE` before its pending output is thrown away.
const PATIENCE: Duration = Duration::from_millis(400);

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
    log_file: Option<PathBuf>,
}

impl TerminalGuard {
    /// Takes the terminal on this thread, which is the one that draws. What is written to
    /// standard error from now on goes to the log file.
    ///
    /// # Errors
    /// When there is no terminal, or it cannot be set up.
    pub(super) fn enter(log_file: Option<PathBuf>) -> io::Result<Self> {
        HOOK.call_once(install_hook);
        let guard = Self { log_file };
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
        if write_bounded(ENTER) {
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
    write_bounded(LEAVE);
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
fn write_bounded(bytes: &'static [u8]) -> bool {
    let Ok(mut screen) = screen() else {
        return false;
    };
    let (done, result) = mpsc::channel();
    let spawned = thread::Builder::new()
        .name("desk-restore".to_owned())
        .spawn(move || {
            let _ = done.send(screen.write_all(bytes).is_ok());
        });
    if spawned.is_err() {
        return false;
    }
    result.recv_timeout(PATIENCE).unwrap_or_else(|_| {
        discard_pending();
        result.recv_timeout(PATIENCE).unwrap_or(false)
    })
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
    let mut stderr = io::stderr().lock();
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
