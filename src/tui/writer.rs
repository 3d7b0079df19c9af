//! The thread that writes frames: one at a time, each with one call.
//! Must not queue: while a frame is being written the next one is refused, not kept.

use std::io::{self, Write};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

/// Most bytes beside frames that wait for a terminal.
const EXTRA_MAX: usize = 256 * 1_024;

/// Hands frames to the thread.
#[derive(Debug)]
pub struct Writer {
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
    /// What is to be written behind the frame, or alone.
    extra: Vec<u8>,
    stats: WriteStats,
    /// When the write that is under way began.
    since: Option<Instant>,
    failure: Option<io::ErrorKind>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Idle,
    Ready,
    Writing,
    Closed,
}

/// What was written so far, and how long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct WriteStats {
    /// Frames written.
    pub frames: u64,
    /// Bytes written, those beside frames included.
    pub bytes: u64,
    /// Frames refused because one was being written.
    pub refused: u64,
    /// Time spent in writes.
    pub busy: Duration,
    /// Bytes of the newest write.
    pub last_bytes: usize,
    /// Time that the newest write took.
    pub last_took: Duration,
    /// For how long the write that is under way has lasted; `None` where there is none.
    pub stuck_for: Option<Duration>,
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
    pub fn start(out: impl Write + Send + 'static) -> io::Result<Self> {
        let shared = Arc::new(Shared {
            slot: Mutex::new(Slot {
                state: State::Idle,
                frame: Vec::new(),
                extra: Vec::new(),
                stats: WriteStats::default(),
                since: None,
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

    /// Whether nothing is being written or waits to be: a frame that is offered now is taken.
    pub fn is_idle(&self) -> bool {
        self.shared.lock().state == State::Idle
    }

    /// Takes a frame, leaving an empty buffer; `false` where the one before is still being
    /// written.
    pub fn offer(&self, frame: &mut Vec<u8>) -> bool {
        let mut slot = self.shared.lock();
        if !slot.takes_frames() {
            slot.stats.refused += 1;
            return false;
        }
        std::mem::swap(&mut slot.frame, frame);
        frame.clear();
        slot.state = State::Ready;
        self.shared.changed.notify_all();
        true
    }

    /// Takes bytes that are no frame: a bell, a notification, a copied text. They are written
    /// whole, behind the frame that goes out next or alone, never inside one; `false` where too
    /// much is waiting already.
    pub fn offer_extra(&self, bytes: &[u8]) -> bool {
        let mut slot = self.shared.lock();
        let waiting = slot.extra.len().saturating_add(bytes.len());
        if slot.state == State::Closed || waiting > EXTRA_MAX {
            return false;
        }
        slot.extra.extend_from_slice(bytes);
        if slot.state == State::Idle && !slot.extra.is_empty() {
            slot.state = State::Ready;
            self.shared.changed.notify_all();
        }
        true
    }

    /// Waits until a frame has been written.
    pub async fn freed(&self) {
        self.shared.freed.notified().await;
    }

    /// How long the newest frame took.
    pub fn took(&self) -> Duration {
        self.shared.lock().stats.last_took
    }

    /// What was written so far.
    pub fn stats(&self) -> WriteStats {
        let slot = self.shared.lock();
        WriteStats {
            stuck_for: slot.since.map(|since| since.elapsed()),
            ..slot.stats
        }
    }

    /// Why writing failed, once it has.
    pub fn failure(&self) -> Option<io::ErrorKind> {
        self.shared.lock().failure
    }

    /// Waits until nothing is being written, `false` when that takes longer than `limit`.
    pub fn drain(&self, limit: Duration) -> bool {
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

impl Slot {
    /// A message that waits leaves room for a frame before it.
    fn takes_frames(&self) -> bool {
        match self.state {
            State::Idle => true,
            State::Ready => self.frame.is_empty(),
            State::Writing | State::Closed => false,
        }
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
    let mut bytes = Vec::new();
    loop {
        let is_frame;
        {
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
            bytes.clear();
            std::mem::swap(&mut slot.frame, &mut bytes);
            is_frame = !bytes.is_empty();
            bytes.append(&mut slot.extra);
            slot.since = Some(Instant::now());
        }
        let start = Instant::now();
        let result = out.write_all(&bytes).and_then(|()| out.flush());
        let took = start.elapsed();
        let mut slot = shared.lock();
        slot.since = None;
        slot.stats.frames += u64::from(is_frame);
        slot.stats.bytes += u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        slot.stats.busy += took;
        slot.stats.last_bytes = bytes.len();
        slot.stats.last_took = took;
        slot.failure = result.err().map(|error| error.kind());
        if slot.state == State::Closed {
            return;
        }
        slot.state = if slot.extra.is_empty() {
            State::Idle
        } else {
            State::Ready
        };
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

    fn gated() -> (Writer, mpsc::Sender<()>, mpsc::Receiver<Vec<u8>>) {
        let (go, gate) = mpsc::channel();
        let (seen, writes) = mpsc::channel();
        (Writer::start(Gate { go: gate, seen }).unwrap(), go, writes)
    }

    #[test]
    fn frames_are_refused_while_one_is_written_and_never_queued() {
        let (writer, go, writes) = gated();
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
        assert!(writer.stats().stuck_for.is_some());
        go.send(()).unwrap();
        assert!(writer.drain(Duration::from_secs(5)));
        assert!(writes.try_recv().is_err());
        assert!(writer.offer(&mut b"second".to_vec()));
        assert_eq!(writes.recv().unwrap(), b"second");
        go.send(()).unwrap();
        assert!(writer.drain(Duration::from_secs(5)));
        let stats = writer.stats();
        assert_eq!((stats.frames, stats.bytes, stats.refused), (2, 11, 100));
        assert_eq!((stats.last_bytes, stats.stuck_for), (6, None));
        assert!(stats.busy >= stats.last_took);
    }

    #[test]
    fn what_is_no_frame_goes_out_alone_or_behind_the_next_one() {
        let (writer, go, writes) = gated();
        assert!(writer.offer_extra(b"bell"));
        assert_eq!(writes.recv().unwrap(), b"bell");
        // While something is written, messages wait, and go out as soon as it is done.
        assert!(writer.offer_extra(b"one"));
        assert!(writer.offer_extra(b"two"));
        assert!(!writer.offer(&mut b"frame".to_vec()));
        go.send(()).unwrap();
        assert_eq!(writes.recv().unwrap(), b"onetwo");
        go.send(()).unwrap();
        assert!(writer.drain(Duration::from_secs(5)));
        assert_eq!(writer.stats().frames, 0);
    }

    /// Takes one write and closes.
    struct Once(Arc<Shared>, mpsc::Sender<Vec<u8>>);

    impl Write for Once {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            let _ = self.1.send(bytes.to_vec());
            self.0.lock().state = State::Closed;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_frame_and_what_waits_are_one_write() {
        let slot = Slot {
            state: State::Ready,
            frame: Vec::new(),
            extra: b"bell".to_vec(),
            stats: WriteStats::default(),
            since: None,
            failure: None,
        };
        assert!(slot.takes_frames(), "a message leaves room for a frame");
        let shared = Arc::new(Shared {
            slot: Mutex::new(slot),
            changed: Condvar::new(),
            freed: Notify::new(),
        });
        shared.lock().frame = b"frame".to_vec();
        assert!(!shared.lock().takes_frames());
        let (seen, writes) = mpsc::channel();
        write_frames(&shared, Once(Arc::clone(&shared), seen));
        assert_eq!(writes.try_iter().collect::<Vec<_>>(), [b"framebell"]);
        assert_eq!(shared.lock().stats.frames, 1);
    }

    #[test]
    fn a_terminal_that_takes_nothing_does_not_fill_the_memory() {
        let (writer, go, writes) = gated();
        assert!(writer.offer_extra(b"first"));
        assert_eq!(writes.recv().unwrap(), b"first");
        let chunk = vec![b'x'; EXTRA_MAX / 2];
        assert!(writer.offer_extra(&chunk) && writer.offer_extra(&chunk));
        assert!(!writer.offer_extra(b"x"));
        drop(go);
    }
}
