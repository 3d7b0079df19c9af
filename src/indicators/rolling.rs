//! Windows over the last bars: a plain ring, and folds (extremes, sums) in amortised O(1).
//! Must not allocate after it is made.

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::domain::Bar;

use super::number::{seldom, to_f64};

/// The last `capacity` items; places not yet filled hold the default.
///
/// `at` is the place of the oldest item, which the next one takes. Until the ring is full `at`
/// is `capacity` more than that, and so out of bounds: the one question whether there is an item
/// at `at` answers whether the ring is full as well.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Ring<T> {
    slots: Box<[T]>,
    at: usize,
}

impl<T: Copy + Default + PartialEq> Ring<T> {
    /// An empty ring; a capacity of zero is taken as one.
    pub(super) fn new(capacity: usize) -> Self {
        let slots = vec![T::default(); capacity.max(1)].into_boxed_slice();
        Self {
            at: slots.len(),
            slots,
        }
    }

    /// How many items it holds when full.
    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Whether it will be full after one more item.
    #[inline(always)]
    pub(super) fn is_full_with_next(&self) -> bool {
        self.at < self.slots.len() || self.at - self.slots.len() + 1 >= self.slots.len()
    }

    /// The item that the next push replaces: the oldest, or the default while there is room.
    #[inline(always)]
    pub(super) fn replaced_by_next(&self) -> T {
        self.oldest().unwrap_or_default()
    }

    /// The oldest item of a full ring.
    #[inline(always)]
    pub(super) fn oldest(&self) -> Option<T> {
        let oldest = self.slots.get(self.at).copied();
        if oldest.is_none() {
            seldom();
        }
        oldest
    }

    /// Every place, in no order that matters.
    #[inline(always)]
    pub(super) fn slots(&self) -> &[T] {
        &self.slots
    }

    /// Takes an item in the place of the oldest. Whether that was the last place, which the ring
    /// comes to once every `capacity` items, and first when it gets full.
    #[inline(always)]
    pub(super) fn push(&mut self, item: T) -> bool {
        let capacity = self.slots.len();
        if let Some(slot) = self.slots.get_mut(self.at) {
            *slot = item;
            self.at += 1;
        } else {
            seldom();
            if let Some(slot) = self.slots.get_mut(self.at - capacity) {
                *slot = item;
            }
            self.at += 1;
            if self.at < 2 * capacity {
                return false;
            }
            self.at = 0;
            return true;
        }
        if self.at < capacity {
            return false;
        }
        seldom();
        self.at = 0;
        true
    }

    /// Whether a ring from outside can stand in for `fresh`.
    pub(super) fn has_shape_of(&self, fresh: &Self) -> bool {
        let filled = self.at.saturating_sub(self.slots.len());
        let is_empty = |slot: &T| *slot == T::default();
        self.slots.len() == fresh.slots.len()
            && filled < self.slots.len()
            && (self.oldest().is_some() || self.slots.iter().skip(filled).all(is_empty))
    }
}

/// How the items of a window are put together; must be associative, floats up to rounding.
pub(super) trait Fold {
    /// What is folded.
    type Item: Copy + std::fmt::Debug + PartialEq + Serialize + DeserializeOwned;
    /// The fold of no items.
    const EMPTY: Self::Item;
    /// The fold of two folds, the older first.
    fn join(older: Self::Item, newer: Self::Item) -> Self::Item;
}

/// Highest and lowest price.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Extremes;

/// The highest high and the lowest low.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(super) struct HighLow {
    /// In price units.
    pub high: i64,
    /// In price units.
    pub low: i64,
}

impl HighLow {
    /// Those of one bar.
    #[inline(always)]
    pub(super) const fn of(bar: &Bar) -> Self {
        Self {
            high: bar.high.units(),
            low: bar.low.units(),
        }
    }

    /// Half way between the two.
    #[inline(always)]
    pub(super) const fn middle(self) -> f64 {
        to_f64(self.high).midpoint(to_f64(self.low))
    }
}

impl Fold for Extremes {
    type Item = HighLow;
    const EMPTY: HighLow = HighLow {
        high: i64::MIN,
        low: i64::MAX,
    };

    #[inline(always)]
    fn join(older: HighLow, newer: HighLow) -> HighLow {
        HighLow {
            high: older.high.max(newer.high),
            low: older.low.min(newer.low),
        }
    }
}

/// Sum of floats.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Sum;

impl Fold for Sum {
    type Item = f64;
    const EMPTY: f64 = 0.0;

    #[inline(always)]
    fn join(older: f64, newer: f64) -> f64 {
        older + newer
    }
}

/// Two sums of floats that run side by side.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct PairSum;

impl Fold for PairSum {
    type Item = [f64; 2];
    const EMPTY: [f64; 2] = [0.0; 2];

    #[inline(always)]
    fn join([a, b]: [f64; 2], [c, d]: [f64; 2]) -> [f64; 2] {
        [a + c, b + d]
    }
}

/// The fold over the last `capacity` items.
///
/// Items arrive in blocks of `capacity`. The places up to `at` hold the items of the current
/// block, whose fold is `folded`; the places from `at` on hold the folds of the previous block
/// from that place to its end. The window is those two folds joined. Once a block is full it is
/// folded from its end in place: one pass each `capacity` items, so O(1) each on average, with
/// hardly a branch that depends on the data (a monotonic deque mispredicts on most bars), and
/// sums never subtract, so their rounding does not pile up.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "")]
pub(super) struct Window<F: Fold> {
    slots: Box<[F::Item]>,
    at: usize,
    len: usize,
    folded: F::Item,
}

impl<F: Fold> Window<F> {
    /// An empty window; a capacity of zero is taken as one.
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            slots: vec![F::EMPTY; capacity.max(1)].into_boxed_slice(),
            at: 0,
            len: 0,
            folded: F::EMPTY,
        }
    }

    /// How many items it spans when full.
    #[inline(always)]
    pub(super) fn capacity(&self) -> usize {
        self.slots.len()
    }

    /// Whether it spans as many items as it can.
    #[inline(always)]
    pub(super) fn is_full(&self) -> bool {
        self.len >= self.slots.len()
    }

    /// Whether it will be full after one more item.
    #[inline(always)]
    pub(super) fn is_full_with_next(&self) -> bool {
        self.len + 1 >= self.slots.len()
    }

    /// The fold of the items taken so far, at most the last `capacity`.
    #[inline(always)]
    pub(super) fn folded(&self) -> F::Item {
        F::join(self.previous_block(self.at), self.folded)
    }

    /// The fold as it would be after taking `item`.
    #[inline(always)]
    pub(super) fn folded_with(&self, item: F::Item) -> F::Item {
        F::join(F::join(self.previous_block(self.at + 1), self.folded), item)
    }

    /// Takes an item; the one taken `capacity` items ago leaves.
    #[inline(always)]
    pub(super) fn push(&mut self, item: F::Item) {
        if let Some(slot) = self.slots.get_mut(self.at) {
            *slot = item;
        }
        self.folded = F::join(self.folded, item);
        self.at += 1;
        if self.len < self.slots.len() {
            self.len += 1;
        }
        if self.at >= self.slots.len() {
            self.turn_block();
        }
    }

    /// Whether a window from outside can stand in for `fresh`.
    pub(super) fn has_shape_of(&self, fresh: &Self) -> bool {
        self.slots.len() == fresh.slots.len()
            && self.at < self.slots.len()
            && self.len <= self.slots.len()
            && (self.is_full() || self.at == self.len)
    }

    #[inline(always)]
    fn previous_block(&self, from: usize) -> F::Item {
        self.slots.get(from).copied().unwrap_or(F::EMPTY)
    }

    fn turn_block(&mut self) {
        let mut folded = F::EMPTY;
        for slot in self.slots.iter_mut().rev() {
            folded = F::join(*slot, folded);
            *slot = folded;
        }
        self.at = 0;
        self.folded = F::EMPTY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_agree_with_a_fold_over_the_last_items() {
        let items: Vec<i64> = (0..200).map(|i| (i * 7_919 + i * i * 31) % 97).collect();
        for capacity in [1, 2, 3, 9, 26] {
            let mut extremes = Window::<Extremes>::new(capacity);
            let mut sum = Window::<Sum>::new(capacity);
            for (index, &item) in items.iter().enumerate() {
                let both = HighLow {
                    high: item,
                    low: item,
                };
                let ahead = (extremes.folded_with(both), sum.folded_with(item as f64));
                extremes.push(both);
                sum.push(item as f64);
                let last = &items[(index + 1).saturating_sub(capacity)..=index];
                assert_eq!(extremes.folded().high, *last.iter().max().unwrap());
                assert_eq!(extremes.folded().low, *last.iter().min().unwrap());
                assert_eq!(sum.folded(), last.iter().sum::<i64>() as f64);
                assert_eq!(ahead, (extremes.folded(), sum.folded()));
                assert_eq!(extremes.is_full(), index + 1 >= capacity);
            }
        }
    }

    #[test]
    fn a_ring_gives_back_the_oldest() {
        let mut ring = Ring::new(3);
        for item in 1..=3_i64 {
            assert_eq!(ring.oldest(), None);
            ring.push(item);
        }
        assert_eq!(ring.oldest(), Some(1));
        ring.push(4);
        assert_eq!(ring.oldest(), Some(2));
    }
}
