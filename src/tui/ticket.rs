//! An order being made: side, price, size, and the engine's answer to what it would cost.
//! Must not judge the order: it shows the verdict that risk gave.

use std::time::{Duration, Instant};

use crate::domain::{
    Instrument, InstrumentId, MarketUpdate, OrderIntent, OrderKind, OrderOrigin, Price, Qty, Side,
    TimeInForce,
};
use crate::runtime::Preview;

/// Enter does nothing for this long after the preview opened.
const SEND_GUARD: Duration = Duration::from_millis(250);
/// An Enter that follows another sooner than this comes from a key held down.
const REPEAT_GUARD: Duration = Duration::from_millis(700);

/// An order that has not been sent.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Of which instrument.
    pub instrument: InstrumentId,
    /// Buy or sell.
    pub side: Side,
    /// Market or limit.
    pub kind: OrderKind,
    /// `None` until the trader changes what risk sized.
    pub quantity: Option<Qty>,
    /// The newest answer, and the revision it was given for.
    answer: Option<(u64, Preview)>,
    revision: u64,
    opened: Instant,
}

impl Ticket {
    /// A ticket at the touch: a limit joins its own side of the book.
    pub fn open(instrument: InstrumentId, side: Side, limit: Option<Price>, now: Instant) -> Self {
        Self {
            instrument,
            side,
            kind: limit.map_or(OrderKind::Market, OrderKind::Limit),
            quantity: None,
            answer: None,
            revision: 0,
            opened: now,
        }
    }

    /// What is asked of the engine.
    pub fn intent(&self) -> OrderIntent {
        OrderIntent {
            instrument: self.instrument,
            side: self.side,
            kind: self.kind,
            quantity: self.quantity,
            time_in_force: match self.kind {
                OrderKind::Market => TimeInForce::Ioc,
                OrderKind::Limit(_) | OrderKind::Stop(_) => TimeInForce::Gtc,
            },
            origin: OrderOrigin::Trader,
            reduce_only: false,
            stop_price: None,
            target_price: None,
        }
    }

    /// Counts the changes of the ticket; an answer belongs to one of them.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// Takes the engine's answer to the ticket as it was at `revision`.
    pub fn answered(&mut self, revision: u64, preview: Preview) {
        self.answer = Some((revision, preview));
    }

    /// The newest answer, and whether it is of the ticket as it is now.
    pub fn answer(&self) -> Option<(&Preview, bool)> {
        self.answer
            .as_ref()
            .map(|(revision, preview)| (preview, *revision == self.revision))
    }

    /// The size that would be sent, where it is known.
    pub fn size(&self) -> Option<Qty> {
        self.quantity.or_else(|| {
            self.answer
                .as_ref()
                .map(|(_, preview)| preview.decision.quantity)
                .filter(|quantity| !quantity.is_zero())
        })
    }

    /// Moves a limit by ticks; `false` for a market order.
    pub fn move_price(&mut self, ticks: i64, instrument: &Instrument) -> bool {
        let OrderKind::Limit(price) = self.kind else {
            return false;
        };
        let tick = instrument.tick_size.units().max(1);
        let moved = price.units().saturating_add(tick.saturating_mul(ticks));
        self.set_price(Price::from_units(moved.max(tick)));
        true
    }

    /// Sets a limit price.
    pub fn set_price(&mut self, price: Price) {
        if self.kind != OrderKind::Limit(price) {
            self.kind = OrderKind::Limit(price);
            self.revision += 1;
        }
    }

    /// Changes the size by steps of about a tenth of it, on the lot grid and never below a lot.
    pub fn move_size(&mut self, steps: i64, instrument: &Instrument) {
        let lot = instrument.lot_size.units().max(1);
        let lots = self.size().map_or(0, |size| size.units() / lot);
        let mut step = 1;
        while lots / step >= 100 {
            step *= 10;
        }
        if steps < 0 && step > 1 && lots / step <= 10 {
            step /= 10;
        }
        let moved = lots.saturating_add(steps.saturating_mul(step)).max(1);
        self.quantity = Some(Qty::from_units(moved.saturating_mul(lot)));
        self.revision += 1;
    }

    /// Whether an Enter at `now` may send, given when the last Enter before it came.
    pub fn may_send(&self, now: Instant, last_enter: Option<Instant>) -> bool {
        now.saturating_duration_since(self.opened) >= SEND_GUARD
            && last_enter.is_none_or(|last| now.saturating_duration_since(last) >= REPEAT_GUARD)
    }
}

/// The best price of `side`'s own queue, or the last price, on the tick grid.
pub(super) fn touch(side: Side, market: &MarketUpdate, instrument: &Instrument) -> Option<Price> {
    let own = match side {
        Side::Buy => market.bid,
        Side::Sell => market.ask,
    };
    let price = own.map(|(price, _)| price).or(market.last)?;
    let tick = instrument.tick_size.units().max(1);
    let below = price.units().div_euclid(tick) * tick;
    let units = match side {
        Side::Sell if below < price.units() => below.saturating_add(tick),
        _ => below,
    };
    Some(Price::from_units(units))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::sample;

    fn ticket(now: Instant) -> Ticket {
        Ticket::open(
            InstrumentId(0),
            Side::Buy,
            Some(Price::from_units(10_000)),
            now,
        )
    }

    #[test]
    fn enter_waits_and_a_held_key_does_not_send() {
        let start = Instant::now();
        let after = |millis| start + Duration::from_millis(millis);
        let ticket = ticket(start);
        assert!(!ticket.may_send(after(100), None));
        assert!(!ticket.may_send(after(249), None));
        assert!(ticket.may_send(after(250), None));
        assert!(!ticket.may_send(after(400), Some(after(370))), "a repeat");
        assert!(ticket.may_send(after(1_000), Some(after(100))));
    }

    #[test]
    fn price_and_size_stay_on_the_grid() {
        let view = sample::view();
        let instrument = &view.instruments[0].instrument;
        let mut ticket = ticket(Instant::now());
        assert!(ticket.move_price(-3, instrument));
        let OrderKind::Limit(price) = ticket.kind else {
            panic!("a limit")
        };
        assert_eq!(price.units() % instrument.tick_size.units(), 0);
        ticket.move_size(1, instrument);
        ticket.move_size(-5, instrument);
        assert_eq!(ticket.quantity, Some(instrument.lot_size));
        assert_eq!(ticket.revision(), 3);
    }

    #[test]
    fn a_limit_joins_its_own_side() {
        let view = sample::view();
        let row = &view.instruments[0];
        let market = row.market.as_ref().unwrap();
        let buy = touch(Side::Buy, market, &row.instrument);
        let sell = touch(Side::Sell, market, &row.instrument);
        assert_eq!(buy, market.bid.map(|(price, _)| price));
        assert_eq!(sell, market.ask.map(|(price, _)| price));
    }
}
