//! What a screen holds of a running engine: the view to read, and a way to ask.
//! Must not block on the engine.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::Sender;
use rust_decimal::Decimal;
use thiserror::Error;
use tokio::sync::{oneshot, watch};

use crate::domain::{Command, CommandBody, CommandId, Decision, OrderIntent, Price};
use crate::view::View;

use super::logging::{self, LogRing};

/// Something asked of the engine's thread.
#[derive(Debug)]
pub enum Request {
    /// A command; its answer comes as an event.
    Command(Command),
    /// What risk would say of an order, without making it.
    Preview {
        /// The order.
        intent: OrderIntent,
        /// Where the answer goes.
        reply: oneshot::Sender<Preview>,
    },
}

/// What an order would be if it were sent now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Size, verdict and every check; its order number is 0.
    pub decision: Decision,
    /// Expected price of the fill.
    pub price: Option<Price>,
    /// Value at that price in major units.
    pub notional: Option<Decimal>,
    /// Fee estimate in major units.
    pub fee: Option<Decimal>,
    /// Loss in major units if the protective stop is hit at its price.
    pub loss_to_stop: Option<Decimal>,
}

/// Why the engine could not be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum HandleError {
    /// Its thread has ended.
    #[error("the engine is not running")]
    Stopped,
    /// It has too many unanswered requests.
    #[error("the engine is too busy to take another command")]
    Busy,
}

/// The newest view, shared between the thread that folds events and its readers.
#[derive(Debug)]
pub struct SharedView {
    view: Mutex<View>,
    version: watch::Sender<u64>,
}

impl SharedView {
    /// Shares `view`.
    pub fn new(view: View) -> Arc<Self> {
        Arc::new(Self {
            view: Mutex::new(view),
            version: watch::Sender::new(0),
        })
    }

    /// Locks the view for reading; hold it for one frame at most.
    pub fn read(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the view and wakes its readers.
    pub fn update(&self, change: impl FnOnce(&mut View)) {
        change(&mut self.view.lock().unwrap_or_else(PoisonError::into_inner));
        self.version.send_modify(|version| *version += 1);
    }

    /// Is notified at each change; its value counts them.
    pub fn subscribe(&self) -> watch::Receiver<u64> {
        self.version.subscribe()
    }
}

/// A screen's hold on a running engine.
#[derive(Debug, Clone)]
pub struct DeskHandle {
    view: Arc<SharedView>,
    requests: Sender<Request>,
    next_command: Arc<AtomicU64>,
}

impl DeskHandle {
    /// Joins a view and the engine's request queue.
    pub fn new(view: Arc<SharedView>, requests: Sender<Request>) -> Self {
        Self {
            view,
            requests,
            next_command: Arc::new(AtomicU64::new(1)),
        }
    }

    /// The view.
    pub fn view(&self) -> &SharedView {
        &self.view
    }

    /// The newest lines of the log.
    pub fn log(&self) -> &'static LogRing {
        logging::ring()
    }

    /// Sends a command; its answer comes as an event that carries the returned number.
    ///
    /// # Errors
    /// When the engine has ended or its queue is full; the command was not taken.
    pub fn send(&self, body: CommandBody) -> Result<CommandId, HandleError> {
        let id = CommandId(self.next_command.fetch_add(1, Ordering::Relaxed));
        self.request(Request::Command(Command { id, body }))?;
        Ok(id)
    }

    /// Asks what risk would say of an order; the receiver gets the answer within a batch.
    ///
    /// # Errors
    /// When the engine has ended or its queue is full.
    pub fn preview(&self, intent: OrderIntent) -> Result<oneshot::Receiver<Preview>, HandleError> {
        let (reply, answer) = oneshot::channel();
        self.request(Request::Preview { intent, reply })?;
        Ok(answer)
    }

    fn request(&self, request: Request) -> Result<(), HandleError> {
        self.requests
            .try_send(request)
            .map_err(|error| match error {
                crossbeam_channel::TrySendError::Full(_) => HandleError::Busy,
                crossbeam_channel::TrySendError::Disconnected(_) => HandleError::Stopped,
            })
    }
}
