//! Holds back a row that is far ahead of the row before until the next row confirms it.
//! Must not judge rows that run back: they cannot move the engine's clock.

use crate::domain::Timestamp;
use crate::domain::time::NANOS_PER_SECOND;

/// A jump ahead beyond this has to be confirmed.
const FAR_NANOS: i64 = 86_400 * NANOS_PER_SECOND;

/// What became of a row that was held back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Held<T> {
    /// The next row is of the same time or later: it was a pause in trading.
    Confirmed(T),
    /// The next row is not, or there is none: its time is wrong.
    Refuted(T),
}

/// The rows of one tape on their way, in order.
#[derive(Debug)]
pub(super) struct Jumps<T> {
    before: Option<Timestamp>,
    held: Option<(Timestamp, T)>,
}

impl<T> Jumps<T> {
    pub(super) const fn new() -> Self {
        Self {
            before: None,
            held: None,
        }
    }

    /// Takes the next row; gives the one that was held, and then this one unless it is held now.
    /// The first row is held as well, since all others are measured by it.
    #[inline]
    pub(super) fn take(&mut self, time: Timestamp, row: T) -> (Option<Held<T>>, Option<T>) {
        let settled = self.held.take().map(|(held, row)| {
            if held.nanos_since(time) > FAR_NANOS {
                return Held::Refuted(row);
            }
            self.before = Some(held);
            Held::Confirmed(row)
        });
        let is_near = self
            .before
            .is_some_and(|before| time.nanos_since(before) <= FAR_NANOS);
        if is_near {
            self.before = Some(time);
            (settled, Some(row))
        } else {
            self.held = Some((time, row));
            (settled, None)
        }
    }

    /// What becomes of the last row, where it is held: a tape of a single row has nothing against
    /// it.
    pub(super) fn end(&mut self) -> Option<Held<T>> {
        let (_, row) = self.held.take()?;
        Some(match self.before {
            None => Held::Confirmed(row),
            Some(_) => Held::Refuted(row),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wild_time_is_refuted_and_a_pause_is_confirmed() {
        // Hours of the rows; those that are let through; those that are not.
        let cases: &[(&[i64], &[i64], &[i64])] = &[
            (&[5], &[5], &[]),
            (&[5, 6, 7], &[5, 6, 7], &[]),
            (&[5, 29, 53], &[5, 29, 53], &[]),
            (&[5, 70, 71], &[5, 70, 71], &[]),
            (&[5, 70, 47], &[5, 70, 47], &[]),
            (&[5, 70, 6, 7], &[5, 6, 7], &[70]),
            (&[70, 5, 6], &[5, 6], &[70]),
            (&[5, 70, 170, 71], &[5, 70, 71], &[170]),
            (&[5, 70, 170, 6], &[5, 70, 6], &[170]),
            (&[5, 6, 70], &[5, 6], &[70]),
            (&[70, 71, 5, 72, 73], &[70, 71, 5, 72, 73], &[]),
        ];
        for (hours, through, refused) in cases {
            let (mut good, mut bad) = (Vec::new(), Vec::new());
            let mut jumps = Jumps::new();
            let mut settle = |held: Option<Held<i64>>, now: Option<i64>| {
                match held {
                    Some(Held::Confirmed(row)) => good.push(row),
                    Some(Held::Refuted(row)) => bad.push(row),
                    None => {}
                }
                good.extend(now);
            };
            for &hour in *hours {
                let (held, now) = jumps.take(Timestamp::from_seconds(hour * 3_600), hour);
                settle(held, now);
            }
            settle(jumps.end(), None);
            assert_eq!((&good[..], &bad[..]), (*through, *refused), "{hours:?}");
        }
    }
}
