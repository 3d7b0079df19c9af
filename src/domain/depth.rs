//! A book of resting orders as its venue shows it: price levels with their sizes.
//! Must not keep a book up to date: each is whole, and the newest replaces the one before.

use super::number::{Price, Qty};
use super::order::Side;
use super::time::Timestamp;

/// One price of a book.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DepthLevel {
    /// Where.
    pub price: Price,
    /// How much rests there; above zero.
    pub quantity: Qty,
}

/// The visible part of a book, best price first on both sides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Depth {
    /// Buyers, highest price first.
    pub bids: Vec<DepthLevel>,
    /// Sellers, lowest price first.
    pub asks: Vec<DepthLevel>,
    /// Event time.
    pub time: Timestamp,
}

impl Depth {
    /// The levels on which orders of this side rest.
    pub fn side(&self, side: Side) -> &[DepthLevel] {
        match side {
            Side::Buy => &self.bids,
            Side::Sell => &self.asks,
        }
    }

    /// How much rests at a price; `None` where the book shows no such level.
    pub fn at(&self, side: Side, price: Price) -> Option<Qty> {
        self.side(side)
            .iter()
            .find(|level| level.price == price)
            .map(|level| level.quantity)
    }

    /// Whether the book can be true: sizes and prices above zero, each side in its order, and the
    /// best bid below the best ask.
    pub fn is_sound(&self) -> bool {
        let positive = |levels: &[DepthLevel]| {
            levels
                .iter()
                .all(|level| level.price.units() > 0 && level.quantity.units() > 0)
        };
        let falls = self.bids.is_sorted_by(|a, b| a.price > b.price);
        let rises = self.asks.is_sorted_by(|a, b| a.price < b.price);
        let is_open = match (self.bids.first(), self.asks.first()) {
            (Some(bid), Some(ask)) => bid.price < ask.price,
            _ => true,
        };
        falls && rises && is_open && positive(&self.bids) && positive(&self.asks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(rows: &[(i64, i64)]) -> Vec<DepthLevel> {
        rows.iter()
            .map(|(price, quantity)| DepthLevel {
                price: Price::from_units(*price),
                quantity: Qty::from_units(*quantity),
            })
            .collect()
    }

    #[test]
    fn what_no_book_can_be() {
        type Rows = &'static [(i64, i64)];
        let cases: &[(Rows, Rows, bool)] = &[
            (&[(99, 5), (98, 1)], &[(101, 2), (102, 9)], true),
            (&[], &[(101, 2)], true),
            (&[], &[], true),
            (&[(98, 5), (99, 1)], &[(101, 2)], false),
            (&[(99, 5), (99, 1)], &[(101, 2)], false),
            (&[(99, 5)], &[(102, 2), (101, 2)], false),
            (&[(101, 5)], &[(101, 2)], false),
            (&[(99, 0)], &[(101, 2)], false),
            (&[(0, 5)], &[(101, 2)], false),
            (&[(99, 5)], &[(101, -2)], false),
        ];
        for (bids, asks, expected) in cases {
            let book = Depth {
                bids: levels(bids),
                asks: levels(asks),
                time: Timestamp::ZERO,
            };
            assert_eq!(book.is_sound(), *expected, "{bids:?} {asks:?}");
        }
    }

    #[test]
    fn a_level_is_found_on_its_own_side() {
        let book = Depth {
            bids: levels(&[(99, 5), (98, 1)]),
            asks: levels(&[(101, 2)]),
            time: Timestamp::ZERO,
        };
        let at = |side, price| book.at(side, Price::from_units(price)).map(Qty::units);
        assert_eq!(at(Side::Buy, 98), Some(1));
        assert_eq!(at(Side::Sell, 98), None);
        assert_eq!(at(Side::Sell, 101), Some(2));
    }
}
