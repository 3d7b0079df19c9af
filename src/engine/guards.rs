//! The two prices at which the engine leaves a position: its protective stop and its target.
//! Must not leave twice, nor leave a position without the guards that its orders gave it.

use serde::{Deserialize, Serialize};

use crate::domain::{
    CandleSource, CommandOutcome, EventBody, InstrumentId, Order, OrderOrigin, Price, Qty, Side,
    Timestamp,
};
use crate::portfolio::money::tick_units;

use super::Engine;
use super::instrument::InstrumentState;

/// A price at which a position is left, and the event that last moved it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Guard {
    /// `None` where there is none, and while it is being executed.
    pub(super) price: Option<Price>,
    pub(super) event: u64,
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum GuardKind {
    /// Limits the loss.
    Stop,
    /// Takes the profit.
    Target,
}

impl GuardKind {
    const fn word(self) -> &'static str {
        match self {
            Self::Stop => "stop",
            Self::Target => "target",
        }
    }

    /// Whether the guard of a position lies above the market.
    const fn is_above(self, is_long: bool) -> bool {
        matches!((self, is_long), (Self::Stop, false) | (Self::Target, true))
    }

    /// Whether the market has come to the guard of a position: a long one is left at the bid, a
    /// short one at the ask.
    fn is_hit(self, guard: Price, is_long: bool, bid: Price, ask: Price) -> bool {
        let market = if is_long { bid } else { ask };
        if self.is_above(is_long) {
            market >= guard
        } else {
            market <= guard
        }
    }

    const fn moved(self, instrument: InstrumentId, price: Option<Price>) -> EventBody {
        match self {
            Self::Stop => EventBody::StopMoved {
                instrument,
                stop_price: price,
            },
            Self::Target => EventBody::TargetMoved {
                instrument,
                target_price: price,
            },
        }
    }
}

impl InstrumentState {
    pub(super) const fn guard_mut(&mut self, kind: GuardKind) -> &mut Guard {
        match kind {
            GuardKind::Stop => &mut self.stop,
            GuardKind::Target => &mut self.target,
        }
    }

    const fn guard(&self, kind: GuardKind) -> Guard {
        match kind {
            GuardKind::Stop => self.stop,
            GuardKind::Target => self.target,
        }
    }

    /// Whether a tick has to be compared with a guard.
    #[inline]
    pub(super) const fn is_guarded(&self) -> bool {
        self.stop.price.is_some() || self.target.price.is_some()
    }

    /// The prices that guards are compared with, bid and ask: the last trade, or the quote where
    /// candles are made of quotes.
    fn guard_prices(&self) -> Option<(Price, Price)> {
        match self.instrument.candle_source {
            CandleSource::Trades => self.prices.last.map(|last| (last, last)),
            CandleSource::Quotes(_) => Some((self.prices.bid?.0, self.prices.ask?.0)),
        }
    }
}

impl Engine {
    /// Leaves the position when the market has reached one of its guards.
    pub(super) fn check_guards(
        &mut self,
        id: InstrumentId,
        bid: Price,
        ask: Price,
        now: Timestamp,
    ) {
        let Some(state) = self.instruments.get(id.index()) else {
            return;
        };
        let position = self.ledger.position(id).quantity().units();
        let is_hit = |kind: GuardKind| {
            let guard = state.guard(kind).price;
            guard.is_some_and(|price| kind.is_hit(price, position > 0, bid, ask))
        };
        // A jump over both is a loss.
        let (kind, origin) = if is_hit(GuardKind::Stop) {
            (GuardKind::Stop, OrderOrigin::ProtectiveStop)
        } else if is_hit(GuardKind::Target) {
            (GuardKind::Target, OrderOrigin::TakeProfit)
        } else {
            return;
        };
        if position == 0 || self.is_leaving(id) {
            return;
        }
        // What set it is why the position is left.
        let cause = state.guard(kind).event;
        let cause = self.set_guard(id, kind, None, cause, now);
        self.flatten(id, origin, cause, now);
    }

    /// Sets the guards of a position that a fill of `order` opened or turned around, removes those
    /// of one that is closed. An order that only takes from a position says nothing of its guards,
    /// and a position that is being left gets none: it would cancel its own exit.
    pub(super) fn move_guards(
        &mut self,
        id: InstrumentId,
        order: &Order,
        before: Qty,
        cause: u64,
        now: Timestamp,
    ) {
        let after = self.ledger.position(id).quantity();
        let is_leaving = self.is_leaving(id);
        let direction = match order.side {
            Side::Buy => 1,
            Side::Sell => -1,
        };
        let has_turned = before.units().signum() * after.units().signum() < 0;
        for (kind, wanted) in [
            (GuardKind::Stop, order.stop_price),
            (GuardKind::Target, order.target_price),
        ] {
            let Some(state) = self.instruments.get(id.index()) else {
                return;
            };
            let held = state.guard(kind).price;
            let price = if after.is_zero() {
                None
            } else if is_leaving || after.units().signum() != direction {
                held
            } else if has_turned {
                wanted
            } else {
                wanted.or(held)
            };
            self.set_guard(id, kind, price, cause, now);
        }
    }

    /// Moves or removes a guard on command.
    pub(super) fn command_guard(
        &mut self,
        id: InstrumentId,
        kind: GuardKind,
        price: Option<Price>,
        cause: u64,
        now: Timestamp,
    ) -> CommandOutcome {
        if let Err(refusal) = self.check_guard(id, kind, price) {
            return CommandOutcome::Refused(refusal);
        }
        self.set_guard(id, kind, price, cause, now);
        CommandOutcome::Done(None)
    }

    fn check_guard(
        &self,
        id: InstrumentId,
        kind: GuardKind,
        price: Option<Price>,
    ) -> Result<(), String> {
        let Some(state) = self.instruments.get(id.index()) else {
            return Err("the instrument is not listed".to_owned());
        };
        let (symbol, word) = (&state.instrument.symbol, kind.word());
        let position = self.ledger.position(id).quantity().units();
        if position == 0 {
            return Err(format!(
                "no position in {symbol}: there is nothing to set a {word} for"
            ));
        }
        if self.is_leaving(id) {
            return Err(format!("the position in {symbol} is being closed"));
        }
        let Some(price) = price else { return Ok(()) };
        let scale = state.instrument.price_scale;
        let shown = price.display(scale);
        let tick = tick_units(&state.instrument);
        if price.units() <= 0 || price.units() % tick != 0 {
            let tick = Price::from_units(tick).display(scale);
            return Err(format!(
                "{shown} is no price of {symbol}: use multiples of {tick}"
            ));
        }
        let Some((bid, ask)) = state.guard_prices() else {
            return Err(format!("{symbol} has no price yet"));
        };
        let is_long = position > 0;
        if kind.is_hit(price, is_long, bid, ask) {
            let (held, market) = if is_long {
                ("long", bid)
            } else {
                ("short", ask)
            };
            let beyond = if kind.is_above(is_long) {
                "above"
            } else {
                "below"
            };
            let market = market.display(scale);
            return Err(format!(
                "the {word} of a {held} position lies {beyond} the market: {shown} does not, \
                 {symbol} is at {market}"
            ));
        }
        Ok(())
    }

    /// Moves a guard and tells it, where it is not there already; returns the event that holds now.
    pub(super) fn set_guard(
        &mut self,
        id: InstrumentId,
        kind: GuardKind,
        price: Option<Price>,
        cause: u64,
        now: Timestamp,
    ) -> u64 {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return cause;
        };
        let guard = state.guard_mut(kind);
        if price != guard.price {
            let event = self.log.emit(cause, now, kind.moved(id, price));
            *guard = Guard { price, event };
        }
        guard.event
    }
}
