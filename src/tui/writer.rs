//! The thread that writes frames: one at a time, each with one call.
//! Must not queue: while a frame is being written the next one is refused, not kept.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Hands frames to the thread.
#[derive(Debug)]
pub(super) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    slot: Mutex<Slot>,
    changed: Condvar,
    freed: Notify,
}

#[derive(Debug)]
struct Slot {
    state: State,
    /// The frame to be written, or the room of one that was.
    frame: Vec<u8>,
    took: Duration,
    failure: Option<io::ErrorKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Ready,
    Writing,
    Closed,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Slot> {
        self.slot.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Writer {
    /// Starts the thread.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub(super) fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            slot: Mutex::new(Slot {
                state: State::Idle,
                frame: Vec::new(),
                took: Duration::ZERO,
                failure: None,
            }),
            changed: Condvar::new(),
            freed: Notify::new(),
        });
        let theirs = Arc::clone(&shared);
        let thread = thread::Builder::new()
            .name("desk-writer".to_owned())
            .spawn(move || write_frames(&theirs, out))?;
        Ok(Self {
            shared,
            thread: Some(thread),
        })
    }

    /// Whether a frame would be taken.
    pub(super) fn is_idle(&self) -> bool {
        self.shared.lock().state == State::Idle
    }

    /// Takes a frame, leaving an empty buffer; `false` where the one before is still being
    /// written.
    pub(super) fn offer(&self, frame: &mut Vec<u8>) -> bool {
        let mut slot = self.shared.lock();
        if slot.state != State::Idle {
            return false;
        }
        std::mem::swap(&mut slot.frame, frame);
        frame.clear();
        slot.state = State::Ready;
        self.shared.changed.notify_all();
        true
    }

    /// Waits until a frame has been written.
    pub(super) async fn freed(&self) {
        self.shared.freed.notified().await;
    }

    /// How long the newest frame took.
    pub(super) fn took(&self) -> Duration {
        self.shared.lock().took
    }

    /// Why writing failed, once it has.
    pub(super) fn failure(&self) -> Option<io::ErrorKind> {
        self.shared.lock().failure
    }

    /// Waits until nothing is being written, `false` when that takes longer than `limit`.
    pub(super) fn drain(&self, limit: Duration) -> bool {
        let slot = self.shared.lock();
        let busy = |slot: &mut Slot| matches!(slot.state, State::Ready | State::Writing);
        let (_slot, timeout) = self
            .shared
            .changed
            .wait_timeout_while(slot, limit, busy)
            .unwrap_or_else(PoisonError::into_inner);
        !timeout.timed_out()
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let drained = self.drain(Duration::from_millis(200));
        self.shared.lock().state = State::Closed;
        self.shared.changed.notify_all();
        // A thread stuck in a write is left behind: the process is about to end.
        if let (true, Some(thread)) = (drained, self.thread.take()) {
            let _ = thread.join();
        }
    }
}

fn write_frames(shared: &Shared, mut out: impl Write) {
    loop {
        let mut frame = {
            let mut slot = shared.lock();
            while slot.state == State::Idle {
                slot = shared
                    .changed
                    .wait(slot)
                    .unwrap_or_else(PoisonError::into_inner);
            }
            if slot.state == State::Closed {
                return;
            }
            slot.state = State::Writing;
            std::mem::take(&mut slot.frame)
        };
        let start = Instant::now();
        let result = out.write_all(&frame).and_then(|()| out.flush());
        frame.clear();
        let mut slot = shared.lock();
        slot.took = start.elapsed();
        slot.frame = frame;
        slot.failure = result.err().map(|error| error.kind());
        if slot.state == State::Closed {
            return;
        }
        slot.state = State::Idle;
        drop(slot);
        shared.changed.notify_all();
        shared.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc;

    /// Blocks in each write until it is let go, and tells what it was given.
    struct Gate {
        go: mpsc::Receiver<()>,
        seen: mpsc::Sender<Vec<u8>>,
    }

    impl Write for Gate {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.seen.send(bytes.to_vec());
            let _ = self.go.recv();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn frames_are_refused_while_one_is_written_and_never_queued() {
        let (go, gate) = mpsc::channel();
        let (seen, writes) = mpsc::channel();
        let writer = Writer::start(Gate { go: gate, seen }).unwrap();
        let mut frame = b"first".to_vec();
        assert!(writer.offer(&mut frame));
        assert!(frame.is_empty());
        assert_eq!(writes.recv().unwrap(), b"first");
        for _ in 0..100 {
            let mut late = b"late".to_vec();
            assert!(!writer.offer(&mut late));
            assert_eq!(late, b"late", "a refused frame is given back");
        }
        assert!(!writer.drain(Duration::from_millis(1)));
        go.send(()).unwrap();
        assert!(writer.drain(Duration::from_secs(5)));
        assert!(writes.try_recv().is_err());
        assert!(writer.offer(&mut b"second".to_vec()));
        assert_eq!(writes.recv().unwrap(), b"second");
        go.send(()).unwrap();
    }
}
