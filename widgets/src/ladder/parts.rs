//! What a ladder is made of: its rows, its columns, its styles.
//! Must not draw.

use ratatui_core::style::{Modifier, Style};

/// One price of a ladder.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct LadderRow<'a> {
    /// The price.
    pub price: f64,
    /// Size that rests to buy; 0 for none.
    pub bid: f64,
    /// Size that rests to sell; 0 for none.
    pub ask: f64,
    /// Size traded at this price.
    pub traded: f64,
    /// By how much the size to buy grew of late; below zero where it was pulled.
    pub bid_delta: f64,
    /// By how much the size to sell grew of late; below zero where it was pulled.
    pub ask_delta: f64,
    /// Own orders to buy at this price, as `B1`; empty for none.
    pub own_bid: &'a str,
    /// Own orders to sell at this price, as `S2`; empty for none.
    pub own_ask: &'a str,
    /// What lies ahead of the own order in the queue; empty where that is not known.
    pub queue: &'a str,
    /// Whether it is the best price to sell at.
    pub best_bid: bool,
    /// Whether it is the best price to buy at.
    pub best_ask: bool,
    /// Whether the last trade was at this price.
    pub last: bool,
    /// Whether the price cursor is here.
    pub cursor: bool,
}

/// Which prices a ladder shows.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum LadderPlace {
    /// The last price in the middle; the best price to sell at where none is marked as last.
    #[default]
    Last,
    /// This price in the middle.
    Middle(f64),
    /// This price in the first row: a ladder that stands still.
    Top(f64),
}

/// A column of a ladder, in the order from left to right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum LadderColumn {
    /// Own orders.
    Own,
    /// What lies ahead of them.
    Queue,
    /// Change of the size to buy.
    BidDelta,
    /// Size to buy.
    BidSize,
    /// The same as a bar towards the left.
    BidBar,
    /// The price.
    Price,
    /// Size to sell as a bar towards the right.
    AskBar,
    /// The same in figures.
    AskSize,
    /// Change of the size to sell.
    AskDelta,
    /// Size traded.
    Traded,
}

/// A side of the book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LadderSide {
    /// Left of the price: who wants to buy.
    Bid,
    /// Right of the price: who wants to sell.
    Ask,
}

/// The titles of the columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LadderTitles<'a> {
    /// Own orders.
    pub own: &'a str,
    /// What lies ahead of them.
    pub queue: &'a str,
    /// Changes of sizes.
    pub delta: &'a str,
    /// Size to buy.
    pub bid: &'a str,
    /// The price.
    pub price: &'a str,
    /// Size to sell.
    pub ask: &'a str,
    /// Size traded.
    pub traded: &'a str,
}

impl Default for LadderTitles<'_> {
    fn default() -> Self {
        Self {
            own: "me",
            queue: "queue",
            delta: "+/-",
            bid: "bid",
            price: "price",
            ask: "ask",
            traded: "vol",
        }
    }
}

/// The styles of a ladder, all given by the caller; the default draws it without colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LadderStyles {
    /// Figures of sizes to buy.
    pub bid: Style,
    /// Figures of sizes to sell.
    pub ask: Style,
    /// Bars of sizes to buy.
    pub bid_bar: Style,
    /// Bars of sizes to sell.
    pub ask_bar: Style,
    /// Prices.
    pub price: Style,
    /// The best price to sell at.
    pub best_bid: Style,
    /// The best price to buy at.
    pub best_ask: Style,
    /// The last price and its marks.
    pub last: Style,
    /// Laid under the whole row of the cursor.
    pub cursor: Style,
    /// Own orders to buy.
    pub own_bid: Style,
    /// Own orders to sell.
    pub own_ask: Style,
    /// What lies ahead of own orders.
    pub queue: Style,
    /// Sizes that grew.
    pub stacked: Style,
    /// Sizes that were pulled.
    pub pulled: Style,
    /// Size traded.
    pub traded: Style,
    /// Titles of the columns.
    pub title: Style,
}

impl Default for LadderStyles {
    fn default() -> Self {
        let (plain, bold) = (Style::new(), Style::new().add_modifier(Modifier::BOLD));
        Self {
            bid: plain,
            ask: plain,
            bid_bar: plain,
            ask_bar: plain,
            price: plain,
            best_bid: plain,
            best_ask: plain,
            last: bold,
            cursor: Style::new().add_modifier(Modifier::REVERSED),
            own_bid: bold,
            own_ask: bold,
            queue: plain,
            stacked: plain,
            pulled: plain,
            traded: plain,
            title: plain,
        }
    }
}
