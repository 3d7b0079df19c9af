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
    use super::*;

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
