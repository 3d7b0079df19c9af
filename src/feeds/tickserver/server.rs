//! Serves the walk of NSE:99926000 to any number of clients.
//! Must not wait for a client: one that is too slow loses ticks, and they are counted.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use axum::extract::State;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade, close_code};
use axum::response::Response;
use axum::routing::get;
use axum::{Json, Router};
use tokio::net::TcpListener;
use tokio::sync::broadcast::{self, error::RecvError};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use crate::domain::time::NANOS_PER_MILLI;
use crate::domain::{InstrumentKey, Timestamp};
use crate::feeds::clock;
use crate::feeds::error::FeedError;
use crate::feeds::sim::{NIFTY_EXCHANGE, NIFTY_START, NIFTY_TOKEN, Script, Walk};
use crate::feeds::spec::Speed;
use crate::wire;

/// Ticks that a client may be behind before it loses some: 100 s at the speed of the wall clock.
const BACKLOG: usize = 1_024;
/// Event time between two ticks.
const INTERVAL_NANOS: i64 = 100 * NANOS_PER_MILLI;
/// A client that takes nothing for so long is let go.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);

/// How the tick server is run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TickServerOptions {
    /// Where it listens; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Seed of the walk.
    pub seed: u64,
    /// Lay the script over the walk; after its end the walk goes on from there.
    pub scenario: bool,
    /// How fast event time runs.
    pub speed: Speed,
}

impl Default for TickServerOptions {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 9_001)),
            seed: 42,
            scenario: false,
            speed: Speed::LIVE,
        }
    }
}

/// A tick server that listens but does not walk yet.
#[derive(Debug)]
pub struct TickServer {
    listener: TcpListener,
    address: SocketAddr,
    options: TickServerOptions,
    lost: Arc<AtomicU64>,
}

#[derive(Clone)]
struct Shared {
    ticks: broadcast::Sender<Utf8Bytes>,
    lost: Arc<AtomicU64>,
    stop: CancellationToken,
}

/// Listens and serves until stopped.
///
/// # Errors
/// When the address cannot be listened on.
pub async fn serve(options: TickServerOptions, stop: CancellationToken) -> Result<(), FeedError> {
    TickServer::bind(options).await?.run(stop).await
}

impl TickServer {
    /// Takes the port.
    ///
    /// # Errors
    /// When the address cannot be listened on.
    pub async fn bind(options: TickServerOptions) -> Result<Self, FeedError> {
        let failed = |error: io::Error| FeedError::Listen {
            address: options.listen,
            reason: match error.kind() {
                io::ErrorKind::AddrInUse => {
                    "the port is in use; stop the other server or choose another with --listen"
                        .to_owned()
                }
                io::ErrorKind::PermissionDenied => {
                    "not permitted; choose a port above 1023 with --listen".to_owned()
                }
                _ => format!("{error}; choose another address with --listen"),
            },
        };
        let listener = TcpListener::bind(options.listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        Ok(Self {
            listener,
            address,
            options,
            lost: Arc::default(),
        })
    }

    /// Where it listens, the port included that port 0 became.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// Counts the ticks that slow clients lost, all together.
    pub fn lost(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.lost)
    }

    /// Serves until stopped.
    ///
    /// # Errors
    /// When the socket fails.
    pub async fn run(self, stop: CancellationToken) -> Result<(), FeedError> {
        // Its own, so that a server that fails ends its clients and not its owner.
        let stop = stop.child_token();
        let shared = Shared {
            ticks: broadcast::Sender::new(BACKLOG),
            lost: self.lost,
            stop: stop.clone(),
        };
        let walker = tokio::spawn(walk(self.options, shared.ticks.clone(), stop.clone()));
        let router = Router::new()
            .route("/ws", get(attach))
            .route("/health", get(health))
            .with_state(shared);
        info!(address = %self.address, "tick server listens");
        let served = axum::serve(self.listener, router)
            .with_graceful_shutdown(stop.clone().cancelled_owned())
            .await;
        stop.cancel();
        let walked = walker.await;
        served.map_err(|error| FeedError::Listen {
            address: self.address,
            reason: format!("{error}; start the tick server again"),
        })?;
        walked.map_err(|error| FeedError::Failed {
            feed: "the tick server".to_owned(),
            reason: error.to_string(),
        })
    }
}

async fn health() -> Json<serde_json::Value> {
    Json(serde_json::json!({"status": "ok", "service": "tickserver"}))
}

async fn attach(State(shared): State<Shared>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(move |socket| async move {
        let ticks = shared.ticks.subscribe();
        attend(socket, ticks, &shared).await;
    })
}

/// Sends ticks to one client until either side ends.
async fn attend(mut socket: WebSocket, mut ticks: broadcast::Receiver<Utf8Bytes>, shared: &Shared) {
    debug!(clients = shared.ticks.receiver_count(), "a client came");
    let mut told = false;
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => {
                let goodbye = Message::Close(Some(CloseFrame {
                    code: close_code::AWAY,
                    reason: Utf8Bytes::from_static("the server stops"),
                }));
                let _ = tokio::time::timeout(Duration::from_secs(1), socket.send(goodbye)).await;
                return;
            }
            // Reading answers pings and sees the end; what clients say is of no interest.
            said = socket.recv() => match said {
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return,
            },
            tick = ticks.recv() => match tick {
                Ok(text) => {
                    let sent = socket.send(Message::Text(text));
                    if !matches!(tokio::time::timeout(WRITE_TIMEOUT, sent).await, Ok(Ok(()))) {
                        return;
                    }
                }
                Err(RecvError::Lagged(count)) => {
                    shared.lost.fetch_add(count, Ordering::Relaxed);
                    if !told {
                        warn!(count, "a client is too slow and loses ticks");
                        told = true;
                    }
                }
                Err(RecvError::Closed) => return,
            },
        }
    }
}

/// Makes the ticks, whoever listens: a client that comes late joins the same walk.
async fn walk(
    options: TickServerOptions,
    ticks: broadcast::Sender<Utf8Bytes>,
    stop: CancellationToken,
) {
    let Ok(key) = InstrumentKey::new(NIFTY_EXCHANGE, NIFTY_TOKEN) else {
        return;
    };
    let mut walk = Walk::new(options.seed, Walk::stream(&key), NIFTY_START);
    let first = clock::wall_now();
    let begun = Instant::now();
    let mut elapsed = 0_i64;
    loop {
        let due = match options.speed {
            Speed::Max => None,
            Speed::Times(times) => begun.checked_add(wall_time(elapsed, times)),
        };
        let next = async {
            match due {
                Some(due) => tokio::time::sleep_until(due).await,
                None => tokio::task::yield_now().await,
            }
        };
        tokio::select! {
            () = stop.cancelled() => return,
            () = next => {}
        }
        let (walked, qty) = walk.next();
        let offset = if options.scenario {
            Script::offset(NIFTY_START, elapsed)
        } else {
            0
        };
        if let Some(frame) = frame(walked + offset, qty, first.plus_nanos(elapsed)) {
            // An error only says that nobody listens.
            let _ = ticks.send(frame);
        }
        elapsed = elapsed.saturating_add(INTERVAL_NANOS);
    }
}

fn frame(price: i64, qty: i64, time: Timestamp) -> Option<Utf8Bytes> {
    let tick = wire::Tick {
        token: NIFTY_TOKEN.into(),
        exchange: NIFTY_EXCHANGE.into(),
        price,
        qty,
        tick_ts: Some(time.to_rfc3339().into()),
        event_ts: None,
    };
    serde_json::to_string(&tick).ok().map(Utf8Bytes::from)
}

fn wall_time(elapsed: i64, times: f64) -> Duration {
    let event = Duration::from_nanos(u64::try_from(elapsed).unwrap_or(0));
    Duration::try_from_secs_f64(event.as_secs_f64() / times).unwrap_or(Duration::MAX)
}
