//! What a screen holds of a running engine: the view to read, and a way to ask.
//! Must not block on the engine.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crossbeam_channel::Sender;
use rust_decimal::Decimal;
use thiserror::Error;
use tokio::sync::{oneshot, watch};

use crate::domain::{
    Command, CommandBody, CommandId, Decision, OrderId, OrderIntent, Price, Qty, Timestamp,
};
use crate::feeds::recording::{RecordingHandle, RecordingStatus};
use crate::view::View;

use super::logging::{self, LogRing};

/// Something asked of the engine's thread.
#[derive(Debug)]
pub enum Request {
    /// A command; its answer comes as an event.
    Command(Command),
    /// What risk would say, without anything being done.
    Preview {
        /// Of what.
        ask: Ask,
        /// Where the answer goes; dropped where the instrument or the order is not there.
        reply: oneshot::Sender<Preview>,
    },
    /// A sign that all which the feeds had handed over by now is taken, and shown.
    Drain {
        /// Where the sign goes.
        reply: oneshot::Sender<Drained>,
    },
}

/// How far a desk has come that has taken and shown all that it was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drained {
    /// Number of the newest event.
    pub sequence: u64,
    /// Newest event time of any feed.
    pub time: Timestamp,
}

/// What a preview is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ask {
    /// Of a new order.
    New(OrderIntent),
    /// Of a change of a working order; what is `None` stays.
    Amend {
        /// Which order.
        order: OrderId,
        /// The new limit, or where a stop order is triggered.
        price: Option<Price>,
        /// The new whole size, with what is filled.
        quantity: Option<Qty>,
    },
}

/// What an order would be if it were sent, or changed, now. Of a change, all but the decision is
/// about what is not filled yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// Size, verdict and every check; the order number of a new one is 0.
    pub decision: Decision,
    /// Why the change cannot be asked at all, for a person to read; nothing was checked then.
    pub refusal: Option<String>,
    /// Expected price of the fill: the limit, a stop order's trigger, or the best price.
    pub price: Option<Price>,
    /// What may be filled.
    pub quantity: Qty,
    /// Value at the price in major units.
    pub notional: Option<Decimal>,
    /// Fee estimate in major units.
    pub fee: Option<Decimal>,
    /// Where the protective stop will lie: the order's, or the one that the position has.
    pub stop_price: Option<Price>,
    /// Where the target will lie: the order's, or the one that the position has.
    pub target_price: Option<Price>,
    /// Loss in major units if the protective stop is hit at its price.
    pub loss_to_stop: Option<Decimal>,
    /// Gain in major units if the target is hit at its price.
    pub gain_to_target: Option<Decimal>,
    /// The gain by the loss, to two decimals.
    pub r_multiple: Option<Decimal>,
    /// The position once all of it is filled.
    pub position: Qty,
    /// The value of that position at the price, in percent of equity, to two decimals.
    pub exposure_percent: Option<Decimal>,
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
    /// A replay is between two times, where an order would be of neither.
    #[error("the replay is on its way to another time: ask again when it is there")]
    Seeking,
}

/// The newest view, shared between the thread that folds events and its readers.
#[derive(Debug)]
pub struct SharedView {
    view: Mutex<View>,
    /// Takes the changes while a replay is built anew; readers keep what they had until then.
    behind: Mutex<Option<View>>,
    version: watch::Sender<u64>,
}

impl SharedView {
    /// Shares `view`.
    pub fn new(view: View) -> Arc<Self> {
        Arc::new(Self {
            view: Mutex::new(view),
            behind: Mutex::new(None),
            version: watch::Sender::new(0),
        })
    }

    /// Locks the view for reading; hold it for one frame at most.
    pub fn read(&self) -> MutexGuard<'_, View> {
        self.view.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the view and wakes its readers.
    pub fn update(&self, change: impl FnOnce(&mut View)) {
        if let Some(view) = self.behind().as_mut() {
            return change(view);
        }
        change(&mut self.view.lock().unwrap_or_else(PoisonError::into_inner));
        self.version.send_modify(|version| *version += 1);
    }

    /// Wakes the readers though nothing of the view has changed.
    pub(super) fn touch(&self) {
        self.version.send_modify(|version| *version += 1);
    }

    /// Lets changes go to `view`, which nobody reads before [`Self::reveal`].
    pub(super) fn rebuild(&self, view: View) {
        *self.behind() = Some(view);
    }

    /// Shows what was built since [`Self::rebuild`].
    pub(super) fn reveal(&self) {
        let built = self.behind().take();
        if let Some(built) = built {
            self.update(|view| *view = built);
        }
    }

    fn behind(&self) -> MutexGuard<'_, Option<View>> {
        self.behind.lock().unwrap_or_else(PoisonError::into_inner)
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
    /// Open where `false`; a replay shuts it on its way from one time to another.
    gate: Arc<AtomicBool>,
    recording: Option<RecordingHandle>,
}

impl DeskHandle {
    /// Joins a view and the engine's request queue.
    pub fn new(view: Arc<SharedView>, requests: Sender<Request>) -> Self {
        Self {
            view,
            requests,
            next_command: Arc::new(AtomicU64::new(1)),
            gate: Arc::default(),
            recording: None,
        }
    }

    /// For a replay: commands are numbered from `first_command` on, and refused while `gate` is
    /// `true`.
    pub(super) fn of_replay(mut self, first_command: u64, gate: Arc<AtomicBool>) -> Self {
        self.next_command = Arc::new(AtomicU64::new(first_command));
        self.gate = gate;
        self
    }

    /// With the recording of this desk, where there is one.
    pub(super) fn recorded(mut self, recording: Option<RecordingHandle>) -> Self {
        self.recording = recording;
        self
    }

    /// How the recording of this desk is doing; `None` where it is not recorded.
    pub fn recording(&self) -> Option<RecordingStatus> {
        self.recording.as_ref().map(RecordingHandle::status)
    }

    /// Asks for a sign that all which the feeds had handed over by now is taken and shown. Behind a
    /// settled pause the view is then exactly that of the pause.
    ///
    /// # Errors
    /// When the engine has ended or its queue is full.
    pub fn drain(&self) -> Result<oneshot::Receiver<Drained>, HandleError> {
        let (reply, answer) = oneshot::channel();
        self.put(Request::Drain { reply })?;
        Ok(answer)
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

    /// Asks what risk would say of an order; the receiver gets the answer within a batch, or is
    /// closed where the instrument is not listed.
    ///
    /// # Errors
    /// When the engine has ended or its queue is full.
    pub fn preview(&self, intent: OrderIntent) -> Result<oneshot::Receiver<Preview>, HandleError> {
        self.ask(Ask::New(intent))
    }

    /// Asks what risk would say of another price or size of a working order, `None` for what
    /// stays; the receiver is closed where no such order works.
    ///
    /// # Errors
    /// When the engine has ended or its queue is full.
    pub fn preview_amend(
        &self,
        order: OrderId,
        price: Option<Price>,
        quantity: Option<Qty>,
    ) -> Result<oneshot::Receiver<Preview>, HandleError> {
        self.ask(Ask::Amend {
            order,
            price,
            quantity,
        })
    }

    fn ask(&self, ask: Ask) -> Result<oneshot::Receiver<Preview>, HandleError> {
        let (reply, answer) = oneshot::channel();
        self.request(Request::Preview { ask, reply })?;
        Ok(answer)
    }

    fn request(&self, request: Request) -> Result<(), HandleError> {
        if self.gate.load(Ordering::Acquire) {
            return Err(HandleError::Seeking);
        }
        self.put(request)
    }

    fn put(&self, request: Request) -> Result<(), HandleError> {
        self.requests
            .try_send(request)
            .map_err(|error| match error {
                crossbeam_channel::TrySendError::Full(_) => HandleError::Busy,
                crossbeam_channel::TrySendError::Disconnected(_) => HandleError::Stopped,
            })
    }
}
