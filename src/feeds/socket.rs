//! Keeps a WebSocket to a live feed: connects, reads frames, sees silence, connects again.
//! Must not understand a frame: that is the reader's part.

use std::io;
use std::sync::Once;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use tokio::net::TcpStream;
use tokio::time::Instant;
use tokio_tungstenite::tungstenite::http::Uri;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Bytes, Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async_with_config};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::backoff::Backoff;
use super::error::FeedError;
use super::sink::{FeedSink, SinkError};
use crate::domain::{FeedStatus, Input};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// The silence that the feeds allow.
pub(super) const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// The largest message of the feeds is some hundred bytes.
const MESSAGE_BYTES_MAX: usize = 1 << 20;
/// Two announced closes within this time are treated as failures.
const AT_ONCE_EVERY: Duration = Duration::from_secs(60);

/// What to connect to.
#[derive(Debug, Clone)]
pub(super) struct SocketSpec {
    /// `ws://` or `wss://`.
    pub(super) url: String,
    /// Silence after which the other side is asked for a sign of life; `None` never asks.
    pub(super) ping_after: Option<Duration>,
    /// Silence, pings and pongs included, after which the connection is taken for dead.
    pub(super) idle_after: Duration,
    /// Seed of the jitter.
    pub(super) seed: u64,
}

/// Whether to go on after a frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    /// Read the next frame.
    Continue,
    /// The other side is about to close: connect again at once.
    Reconnect,
}

/// Understands the frames of one feed.
pub(super) trait FrameReader {
    /// Adds what the frame holds to `inputs`; counts what is malformed by itself.
    fn read(&mut self, text: &str, inputs: &mut Vec<Input>) -> Result<Flow, FeedError>;
}

enum Lost {
    Reason(String),
    Announced,
}

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// Follows a feed until stopped, however often it is lost.
///
/// # Errors
/// What the reader returns, and when the engine is gone.
pub(super) async fn follow(
    spec: &SocketSpec,
    reader: &mut impl FrameReader,
    sink: &FeedSink,
    stop: &CancellationToken,
) -> Result<(), FeedError> {
    tokio::select! {
        () = stop.cancelled() => Ok(()),
        ended = connect_for_ever(spec, reader, sink, stop) => ended,
    }
}

async fn connect_for_ever(
    spec: &SocketSpec,
    reader: &mut impl FrameReader,
    sink: &FeedSink,
    stop: &CancellationToken,
) -> Result<(), FeedError> {
    install_tls_provider();
    let host = host(&spec.url);
    let mut backoff = Backoff::new(spec.seed);
    let mut last_at_once: Option<Instant> = None;
    loop {
        status(sink, stop, FeedStatus::Connecting).await?;
        let mut up = Duration::ZERO;
        let lost = match connect(&spec.url, &host).await {
            Err(reason) => Lost::Reason(reason),
            Ok(mut socket) => {
                info!(url = spec.url, "connected");
                status(sink, stop, FeedStatus::Live).await?;
                let since = Instant::now();
                let lost = read_frames(&mut socket, spec, &host, reader, sink).await?;
                up = since.elapsed();
                lost
            }
        };
        let reason = match lost {
            Lost::Announced if last_at_once.is_none_or(|then| then.elapsed() > AT_ONCE_EVERY) => {
                last_at_once = Some(Instant::now());
                info!(url = spec.url, "the server announced its end");
                continue;
            }
            Lost::Announced => format!("{host} announced its end again"),
            Lost::Reason(reason) => reason,
        };
        let delay = backoff.next_delay(up);
        let text = format!("{reason}, next try in {:.0} s", delay.as_secs_f64());
        warn!(url = spec.url, "{text}");
        status(sink, stop, FeedStatus::Down(text)).await?;
        sink.counters().plan_retry(delay);
        tokio::time::sleep(delay).await;
    }
}

async fn connect(url: &str, host: &str) -> Result<Socket, String> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(MESSAGE_BYTES_MAX))
        .max_frame_size(Some(MESSAGE_BYTES_MAX));
    let connecting = connect_async_with_config(url, Some(config), true);
    match tokio::time::timeout(CONNECT_TIMEOUT, connecting).await {
        Ok(Ok((socket, _))) => Ok(socket),
        Ok(Err(error)) => Err(describe(&error, host)),
        Err(_) => Err(format!("no answer from {host}")),
    }
}

async fn read_frames(
    socket: &mut Socket,
    spec: &SocketSpec,
    host: &str,
    reader: &mut impl FrameReader,
    sink: &FeedSink,
) -> Result<Lost, FeedError> {
    let mut heard = Instant::now();
    let mut asked = false;
    loop {
        let patience = match spec.ping_after {
            Some(ping_after) if !asked => ping_after,
            _ => spec.idle_after,
        };
        let message = match tokio::time::timeout_at(heard + patience, socket.next()).await {
            Ok(Some(Ok(message))) => message,
            Ok(Some(Err(error))) => return Ok(Lost::Reason(describe(&error, host))),
            Ok(None) => return Ok(Lost::Reason(format!("connection closed by {host}"))),
            Err(_) if spec.ping_after.is_some() && !asked => {
                asked = true;
                if let Err(error) = socket.send(Message::Ping(Bytes::new())).await {
                    return Ok(Lost::Reason(describe(&error, host)));
                }
                continue;
            }
            Err(_) => {
                let silence = spec.idle_after.as_secs_f32();
                return Ok(Lost::Reason(format!("{host} was silent for {silence} s")));
            }
        };
        heard = Instant::now();
        asked = false;
        let flow = match &message {
            Message::Text(text) => take(text, heard, reader, sink)?,
            // Some servers send JSON in binary frames; what is no text is the reader's to refuse.
            Message::Binary(bytes) => take(&String::from_utf8_lossy(bytes), heard, reader, sink)?,
            Message::Close(_) => return Ok(Lost::Reason(format!("connection closed by {host}"))),
            Message::Ping(_) | Message::Pong(_) | Message::Frame(_) => Flow::Continue,
        };
        if flow == Flow::Reconnect {
            return Ok(Lost::Announced);
        }
    }
}

fn take(
    text: &str,
    received: Instant,
    reader: &mut impl FrameReader,
    sink: &FeedSink,
) -> Result<Flow, FeedError> {
    let mut inputs = Vec::with_capacity(1);
    let flow = reader.read(text, &mut inputs)?;
    if !inputs.is_empty() {
        sink.offer(received.into_std(), inputs)?;
    }
    Ok(flow)
}

async fn status(
    sink: &FeedSink,
    stop: &CancellationToken,
    status: FeedStatus,
) -> Result<(), FeedError> {
    let (sink, stop) = (sink.clone(), stop.clone());
    blocking(move || {
        let input = sink.told(status);
        sink.send_while(std::time::Instant::now(), vec![input], || {
            !stop.is_cancelled()
        })
    })
    .await??;
    Ok(())
}

/// Runs what may wait for room in the engine's queue, or for the network, off the async threads.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, SinkError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|_| SinkError::Closed)
}

fn host(url: &str) -> String {
    url.parse::<Uri>()
        .ok()
        .and_then(|uri| {
            uri.authority()
                .map(|authority| authority.as_str().to_owned())
        })
        .unwrap_or_else(|| url.to_owned())
}

fn describe(error: &Error, host: &str) -> String {
    match error {
        Error::Io(error) => match error.kind() {
            io::ErrorKind::ConnectionRefused => format!("connection refused by {host}"),
            io::ErrorKind::ConnectionReset
            | io::ErrorKind::BrokenPipe
            | io::ErrorKind::UnexpectedEof => format!("connection broken by {host}"),
            _ => format!("{host}: {error}"),
        },
        Error::ConnectionClosed | Error::AlreadyClosed => format!("connection closed by {host}"),
        Error::Http(response) => format!("{host} answered {}", response.status()),
        Error::Protocol(_) => format!("connection broken by {host} ({error})"),
        other => format!("{host}: {other}"),
    }
}

/// Two libraries bring a provider each; without a choice the first TLS connection would fail.
pub(super) fn install_tls_provider() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        // An error says that somebody chose one already, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    });
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use tokio::net::TcpListener;

    use super::*;
    use crate::domain::FeedId;
    use crate::feeds::{FeedBatch, InstrumentRegistry};

    struct NoFrames;

    impl FrameReader for NoFrames {
        fn read(&mut self, _: &str, _: &mut Vec<Input>) -> Result<Flow, FeedError> {
            Ok(Flow::Continue)
        }
    }

    /// A server that sends nothing and reads, so that pings are answered, or does not read.
    async fn silent_server(reads: bool) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("bind");
        let address = listener.local_addr().expect("address");
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let mut socket = tokio_tungstenite::accept_async(stream)
                        .await
                        .expect("shake");
                    while reads && socket.next().await.is_some() {}
                    tokio::time::sleep(Duration::from_secs(60)).await;
                });
            }
        });
        format!("ws://{address}")
    }

    async fn first_states(reads: bool) -> Vec<FeedStatus> {
        let spec = SocketSpec {
            url: silent_server(reads).await,
            ping_after: Some(Duration::from_millis(50)),
            idle_after: Duration::from_millis(250),
            seed: 1,
        };
        let (sender, queue) = crossbeam_channel::unbounded::<FeedBatch>();
        let sink = FeedSink::new(
            FeedId(0),
            Arc::new(InstrumentRegistry::default()),
            sender,
            Arc::default(),
        );
        let stop = CancellationToken::new();
        let mut reader = NoFrames;
        let following = follow(&spec, &mut reader, &sink, &stop);
        let _ = tokio::time::timeout(Duration::from_millis(800), following).await;
        queue
            .try_iter()
            .flat_map(|batch| batch.inputs)
            .filter_map(|input| match input {
                Input::Feed { status, .. } => Some(status),
                _ => None,
            })
            .collect()
    }

    #[tokio::test]
    async fn a_silent_server_that_answers_pings_is_kept() {
        let states = first_states(true).await;
        assert_eq!(states, [FeedStatus::Connecting, FeedStatus::Live]);
    }

    #[tokio::test]
    async fn a_server_that_answers_nothing_is_given_up() {
        let states = first_states(false).await;
        assert_eq!(states.len(), 3, "{states:?}");
        assert!(
            matches!(&states[2], FeedStatus::Down(why) if why.contains("was silent for 0.25 s")),
            "{states:?}"
        );
    }
}
