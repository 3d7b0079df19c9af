//! Signals of the operating system as things that happen to the loop.
//! Must not act on a signal itself.

use std::io;

use rustix::process::Signal as Number;
use tokio::signal::unix::{Signal, SignalKind, signal};

/// What a signal asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// To end, with the signal's number.
    End(i32),
    /// To stop until continued.
    Suspend,
    /// It was continued.
    Continue,
}

/// Listens for the signals a terminal program must answer.
#[derive(Debug)]
pub(super) struct Signals {
    terminate: Signal,
    hangup: Signal,
    interrupt: Signal,
    quit: Signal,
    stop: Signal,
    resume: Signal,
}

impl Signals {
    /// Starts to listen; must be called inside a runtime.
    ///
    /// # Errors
    /// When a handler cannot be set.
    pub(super) fn listen() -> io::Result<Self> {
        let raw = |number: Number| signal(SignalKind::from_raw(number.as_raw()));
        Ok(Self {
            terminate: raw(Number::TERM)?,
            hangup: raw(Number::HUP)?,
            interrupt: raw(Number::INT)?,
            quit: raw(Number::QUIT)?,
            stop: raw(Number::TSTP)?,
            resume: raw(Number::CONT)?,
        })
    }

    /// The next one.
    pub(super) async fn next(&mut self) -> Asked {
        tokio::select! {
            _ = self.terminate.recv() => Asked::End(Number::TERM.as_raw()),
            _ = self.hangup.recv() => Asked::End(Number::HUP.as_raw()),
            _ = self.interrupt.recv() => Asked::End(Number::INT.as_raw()),
            _ = self.quit.recv() => Asked::End(Number::QUIT.as_raw()),
            _ = self.stop.recv() => Asked::Suspend,
            _ = self.resume.recv() => Asked::Continue,
        }
    }
}

/// Stops this process, or its whole group as the terminal's own Ctrl-Z would; returns when it is
/// continued.
pub(super) fn stop_here(group: bool) {
    // The stop signal that cannot be caught: the one that can be is listened for above.
    let _ = if group {
        rustix::process::kill_current_process_group(Number::STOP)
    } else {
        rustix::process::kill_process(rustix::process::getpid(), Number::STOP)
    };
}
