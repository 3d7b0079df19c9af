//! Reads the terminal: bytes on a thread of their own, what they mean on the loop's task.
//! Must not lose what was typed while the loop was busy, and must not wake without a reason.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, OwnedFd};
use std::thread;
use std::time::Duration;

use crossterm::event::Event;
use rustix::event::{PollFd, PollFlags};
use rustix::io::Errno;
use rustix::pipe::PipeFlags;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::mpsc;

use super::parse::{Input, Parser};

/// Reads that may wait for the loop.
const QUEUE: usize = 64;
/// Most bytes of one read.
const READ_MAX: usize = 4_096;
/// How long an escape waits for what follows it before it is the key: here nothing comes in
/// pieces.
const ESCAPE_WAIT: Duration = Duration::from_millis(2);
/// The same where a network may cut it in two.
const REMOTE_ESCAPE_WAIT: Duration = Duration::from_millis(30);
/// How long something unfinished waits for its end.
const UNFINISHED_WAIT: Duration = Duration::from_millis(500);
/// How long a paste may pause; what comes after that would be taken for keys.
const PASTE_WAIT: Duration = Duration::from_secs(5);

/// What is typed, clicked and pasted, the answers of the terminal, and its new sizes.
#[derive(Debug)]
pub struct TerminalInput {
    reads: mpsc::Receiver<io::Result<Vec<u8>>>,
    /// The thread ends when this is closed: what is typed then is the shell's.
    _end: OwnedFd,
    resized: Signal,
    parser: Parser,
    found: VecDeque<Input>,
    escape_wait: Duration,
    /// An escape was looked at as long as it deserves.
    settled: bool,
}

impl TerminalInput {
    /// Starts the thread that reads standard input, until this is dropped; `is_remote` says that a
    /// network lies between. Must be called inside a runtime.
    ///
    /// # Errors
    /// When there is no standard input, no thread or no signal to be had.
    pub fn start(is_remote: bool) -> io::Result<Self> {
        let terminal = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let (ended, end) = rustix::pipe::pipe_with(PipeFlags::CLOEXEC)?;
        let (sender, reads) = mpsc::channel(QUEUE);
        thread::Builder::new()
            .name("desk-reader".to_owned())
            .spawn(move || read_all(terminal, &ended, &sender))?;
        Ok(Self {
            reads,
            _end: end,
            resized: signal(SignalKind::window_change())?,
            parser: Parser::default(),
            found: VecDeque::new(),
            escape_wait: if is_remote {
                REMOTE_ESCAPE_WAIT
            } else {
                ESCAPE_WAIT
            },
            settled: false,
        })
    }

    /// The next thing that was read. Nothing is lost where this is dropped before it is done.
    ///
    /// # Errors
    /// When the terminal cannot be read any longer.
    pub async fn next(&mut self) -> io::Result<Input> {
        loop {
            if let Some(input) = self.found.pop_front() {
                return Ok(input);
            }
            let wait = self.wait();
            tokio::select! {
                read = self.reads.recv() => {
                    let bytes = read.ok_or(io::ErrorKind::UnexpectedEof)??;
                    self.settled = false;
                    self.take(|parser, found| parser.feed(&bytes, found));
                }
                Some(()) = self.resized.recv() => return Ok(size()),
                () = tokio::time::sleep(wait.unwrap_or_default()), if wait.is_some() => {
                    self.settle();
                }
            }
        }
    }

    /// How long what is unfinished is waited for; `None` where nothing is.
    fn wait(&self) -> Option<Duration> {
        let wait = match (self.parser.is_pasting(), self.settled) {
            (true, _) => PASTE_WAIT,
            (false, true) => UNFINISHED_WAIT,
            (false, false) => self.escape_wait,
        };
        self.parser.is_waiting().then_some(wait)
    }

    /// Nothing came for as long as was waited.
    fn settle(&mut self) {
        if self.settled || self.parser.is_pasting() {
            self.parser.give_up();
            self.settled = true;
        } else {
            self.take(Parser::settle);
        }
        self.settled = !self.settled;
    }

    fn take(&mut self, read: impl FnOnce(&mut Parser, &mut Vec<Input>)) {
        let mut found = Vec::new();
        read(&mut self.parser, &mut found);
        self.found.extend(found);
    }
}

fn size() -> Input {
    let size = rustix::termios::tcgetwinsize(rustix::stdio::stdout());
    let (columns, rows) = size.map_or((0, 0), |size| (size.ws_col, size.ws_row));
    Input::Event(Event::Resize(columns, rows))
}

fn read_all(
    mut terminal: impl Read + AsFd,
    ended: &OwnedFd,
    sender: &mpsc::Sender<io::Result<Vec<u8>>>,
) {
    let mut buffer = [0; READ_MAX];
    loop {
        let mut ready = [
            PollFd::new(&terminal, PollFlags::IN),
            PollFd::new(ended, PollFlags::IN),
        ];
        match rustix::event::poll(&mut ready, None) {
            Err(Errno::INTR) => continue,
            // Reading tells what is wrong.
            Err(_) => {}
            Ok(_) => {
                let [_, end] = &ready;
                if !end.revents().is_empty() {
                    return;
                }
            }
        }
        let read = match terminal.read(&mut buffer) {
            Ok(0) => Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(count) => Ok(buffer.get(..count).unwrap_or_default().to_vec()),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = read.is_err();
        if sender.blocking_send(read).is_err() || failed {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    /// An input whose reads the test sends.
    fn fed() -> (mpsc::Sender<io::Result<Vec<u8>>>, TerminalInput) {
        let (sender, reads) = mpsc::channel(QUEUE);
        let input = TerminalInput {
            reads,
            _end: rustix::pipe::pipe().unwrap().1,
            resized: signal(SignalKind::window_change()).unwrap(),
            parser: Parser::default(),
            found: VecDeque::new(),
            escape_wait: ESCAPE_WAIT,
            settled: false,
        };
        (sender, input)
    }

    fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
        Input::Event(Event::Key(KeyEvent::new(code, modifiers)))
    }

    fn letter(letter: char) -> Input {
        key(KeyCode::Char(letter), KeyModifiers::NONE)
    }

    #[tokio::test]
    async fn an_escape_alone_is_a_key_and_with_more_it_is_not() {
        let (sender, mut input) = fed();
        let send = async |bytes: &[u8]| sender.send(Ok(bytes.to_vec())).await.unwrap();
        send(b"\x1b").await;
        let escape = key(KeyCode::Esc, KeyModifiers::NONE);
        assert_eq!(input.next().await.unwrap(), escape);
        send(b"\x1b").await;
        send(b"[Aq").await;
        let up = key(KeyCode::Up, KeyModifiers::NONE);
        assert_eq!(input.next().await.unwrap(), up);
        assert_eq!(input.next().await.unwrap(), letter('q'));
        drop(sender);
        assert!(input.next().await.is_err());
    }

    #[tokio::test]
    async fn what_is_never_finished_is_given_up_after_a_while() {
        let (_sender, mut input) = fed();
        let feed = |input: &mut TerminalInput, bytes: &[u8]| {
            input.settled = false;
            input.take(|parser, found| parser.feed(bytes, found));
        };
        feed(&mut input, b"\x1b]11;rgb");
        assert_eq!(input.wait(), Some(ESCAPE_WAIT));
        input.settle();
        assert_eq!(input.wait(), Some(UNFINISHED_WAIT));
        input.settle();
        assert_eq!(input.wait(), None);
        feed(&mut input, b"q");
        assert_eq!(input.next().await.unwrap(), letter('q'));
        // A paste may pause for long: what comes after it is no keys.
        feed(&mut input, b"\x1b[200~one ");
        assert_eq!(input.wait(), Some(PASTE_WAIT));
        feed(&mut input, b"two\x1b[201~");
        let pasted = Input::Event(Event::Paste("one two".to_owned()));
        assert_eq!(input.next().await.unwrap(), pasted);
        feed(&mut input, b"\x1b[200~cut off");
        input.settle();
        assert_eq!(input.wait(), None);
        feed(&mut input, b"x");
        assert_eq!(input.next().await.unwrap(), letter('x'));
    }

    #[test]
    fn what_is_read_is_sent_until_it_ends() {
        let (sender, mut reads) = mpsc::channel(QUEUE);
        let (ended, _end) = rustix::pipe::pipe().unwrap();
        let (terminal, keyboard) = rustix::pipe::pipe().unwrap();
        rustix::io::write(&keyboard, b"abc").unwrap();
        drop(keyboard);
        read_all(File::from(terminal), &ended, &sender);
        assert_eq!(reads.blocking_recv().unwrap().unwrap(), b"abc");
        let end = reads.blocking_recv().unwrap().unwrap_err();
        assert_eq!(end.kind(), io::ErrorKind::UnexpectedEof);
    }

    #[test]
    fn nothing_is_read_any_more_once_it_is_dropped() {
        let (sender, mut reads) = mpsc::channel(QUEUE);
        let (ended, end) = rustix::pipe::pipe().unwrap();
        let (terminal, keyboard) = rustix::pipe::pipe().unwrap();
        rustix::io::write(&keyboard, b"for the shell").unwrap();
        drop(end);
        read_all(File::from(terminal.try_clone().unwrap()), &ended, &sender);
        drop(sender);
        assert!(reads.blocking_recv().is_none());
        let mut left = [0; 32];
        assert_eq!(rustix::io::read(&terminal, &mut left[..]), Ok(13));
    }
}
