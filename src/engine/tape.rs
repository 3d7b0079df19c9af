//! The newest prints of one instrument, for a screen that looks now and then.
//! Must not allocate once it was made, and must not influence anything.

use crate::domain::{Price, Print, Qty, Side, Timestamp};

/// A ring of prints; one without room only counts.
#[derive(Debug)]
pub(super) struct Tape {
    room: usize,
    prints: Vec<Print>,
    /// Where the next print goes once the ring is full: at the oldest.
    next: usize,
    /// Prints so far.
    count: u64,
    /// Prints so far at the last reading.
    read: u64,
}

impl Tape {
    pub(super) fn new(room: usize) -> Self {
        Self {
            room,
            prints: Vec::with_capacity(room),
            next: 0,
            count: 0,
            read: 0,
        }
    }

    #[inline]
    pub(super) fn push(
        &mut self,
        time: Timestamp,
        price: Price,
        quantity: Qty,
        side: Option<Side>,
    ) {
        self.count += 1;
        if self.room == 0 {
            return;
        }
        let print = Print {
            time,
            price,
            quantity,
            side,
            sequence_in_feed: self.count,
        };
        if self.prints.len() < self.room {
            self.prints.push(print);
        } else if let Some(oldest) = self.prints.get_mut(self.next) {
            *oldest = print;
            self.next = (self.next + 1) % self.room;
        }
    }

    /// The prints since the last reading, oldest first, as far as they are still there.
    pub(super) fn take(&mut self) -> Vec<Print> {
        let unread = usize::try_from(self.count - self.read).unwrap_or(usize::MAX);
        self.read = self.count;
        let skip = self.prints.len().saturating_sub(unread);
        let (newer, older) = self.prints.split_at(self.next.min(self.prints.len()));
        older.iter().chain(newer).skip(skip).copied().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;
    use crate::domain::{
        CandleSource, Decimal, Depth, DepthLevel, Event, FeedId, Input, Instrument, InstrumentId,
        MarketUpdate, Session, Tick, TickBody,
    };
    use crate::engine::{Engine, Settings};

    const ID: InstrumentId = InstrumentId(0);

    fn book(bid: i64, ask: i64, second: i64) -> Input {
        let side = |price| {
            vec![DepthLevel {
                price: Price::from_units(price),
                quantity: Qty::from_units(5),
            }]
        };
        Input::Depth {
            instrument: ID,
            depth: Arc::new(Depth {
                bids: side(bid),
                asks: side(ask),
                time: Timestamp::from_seconds(second),
            }),
        }
    }

    fn instrument() -> Arc<Instrument> {
        Arc::new(Instrument {
            key: "SIM:TITAN".parse().unwrap(),
            symbol: "TITAN".to_owned(),
            currency: "USD".to_owned(),
            price_scale: 2,
            quantity_scale: 0,
            tick_size: Price::from_units(1),
            lot_size: Qty::from_units(1),
            minimum_notional: Decimal::ZERO,
            session: Session::Continuous,
            candle_source: CandleSource::Trades,
        })
    }

    fn run(prints_kept: usize, with_books: bool) -> (Vec<Event>, Engine, Vec<MarketUpdate>) {
        let mut settings = Settings::new(&Config::default()).unwrap();
        settings.prints_kept = prints_kept;
        let mut engine = Engine::new(settings).unwrap();
        engine.step(&Input::List {
            feed: FeedId(0),
            id: ID,
            instrument: instrument(),
        });
        let mut updates = Vec::new();
        for second in 1..2_000_i64 {
            let price = 10_000 + second % 311;
            if with_books {
                engine.step(&book(price - 1, price + 1, second));
                // One that is crossed, one that is old, and one of nobody.
                engine.step(&book(price + 1, price, second));
                engine.step(&book(1, 2, second - 1));
            }
            let body = TickBody::Trade {
                price: Price::from_units(price),
                quantity: Qty::from_units(3),
                side: Some(Side::Buy),
            };
            engine.step(&Input::Tick(Tick {
                instrument: ID,
                event_time: Timestamp::from_seconds(second),
                body,
            }));
            if second % 100 == 0 {
                engine.take_market_updates(&mut updates);
            }
        }
        (engine.take_events(), engine, updates)
    }

    #[test]
    fn books_and_prints_influence_no_event() {
        let (bare, _, without) = run(0, false);
        let (shown, engine, updates) = run(64, true);
        assert!(bare.len() > 2_000);
        assert_eq!(shown, bare);
        assert_eq!(engine.counters().bad_ticks, 1_999, "the crossed books");
        assert!(
            without
                .iter()
                .all(|it| it.prints.is_empty() && it.depth.is_none())
        );
        for update in &updates {
            assert_eq!(update.prints.len(), 64);
            let last = update.last.unwrap().units();
            let depth = update.depth.as_ref().unwrap();
            assert_eq!(depth.bids[0].price.units(), last - 1, "the newest");
        }
    }

    #[test]
    fn each_print_is_read_once_and_the_oldest_are_missed() {
        // Prints pushed before each reading, and the numbers that are read then.
        let rounds: [(u64, Vec<u64>); 5] = [
            (3, vec![1, 2, 3]),
            (0, vec![]),
            (2, vec![4, 5]),
            (6, vec![8, 9, 10, 11]),
            (1, vec![12]),
        ];
        let mut tape = Tape::new(4);
        for (pushed, expected) in rounds {
            for _ in 0..pushed {
                let (price, quantity) = (Price::from_units(1), Qty::from_units(1));
                tape.push(Timestamp::ZERO, price, quantity, None);
            }
            let read: Vec<u64> = tape.take().iter().map(|it| it.sequence_in_feed).collect();
            assert_eq!(read, expected);
        }
        let mut none = Tape::new(0);
        none.push(Timestamp::ZERO, Price::ZERO, Qty::ZERO, None);
        assert_eq!(none.take(), []);
    }
}
