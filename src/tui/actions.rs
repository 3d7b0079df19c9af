//! The one table of what can be done: keys, footer, help and typed commands all come from it.
//! Must not do anything itself: `dispatch` does.

pub use super::chord::Key;

/// What an action is, for the dispatcher.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs, reason = "each is described by its row of the table")]
pub enum ActionId {
    Kill,
    Leave,
    Redraw,
    Suspend,
    BuyLimit,
    SellLimit,
    BuyMarket,
    SellMarket,
    Flatten,
    CancelAll,
    Halt,
    Resume,
    Help,
    Command,
    Find,
    InstrumentPrevious,
    InstrumentNext,
    TimeframePrevious,
    TimeframeNext,
    PanLeft,
    PanRight,
    ZoomIn,
    ZoomOut,
    ChartReset,
    PanelNext,
    PanelPrevious,
    ScrollUp,
    ScrollDown,
    Theme,
    Quit,
    Close,
    TicketSend,
    TicketAbort,
    TicketPriceUp,
    TicketPriceDown,
    TicketMore,
    TicketLess,
    TicketJoin,
    TicketCross,
    HelpUp,
    HelpDown,
    HelpPageUp,
    HelpPageDown,
    HelpClose,
    TypingAccept,
    TypingAbort,
    TypingErase,
    TypingUp,
    TypingDown,
}

/// Where an action can be reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Everywhere, also while typing.
    Always,
    /// Everywhere but while typing: the letters of trading mean one thing.
    Trading,
    /// With nothing open.
    Desk,
    /// In the order preview.
    Ticket,
    /// In the key help.
    Help,
    /// While typing a command or a name.
    Typing,
}

impl Scope {
    /// All, in the order of the help.
    pub const ALL: [Self; 6] = [
        Self::Trading,
        Self::Always,
        Self::Desk,
        Self::Ticket,
        Self::Help,
        Self::Typing,
    ];

    /// The heading over its keys.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Everywhere",
            Self::Trading => "Trading (everywhere but while typing)",
            Self::Desk => "Desk",
            Self::Ticket => "Order preview",
            Self::Help => "This help",
            Self::Typing => "While typing",
        }
    }

    /// Where a key is looked for, innermost first.
    pub const fn chain(self) -> &'static [Self] {
        match self {
            Self::Always => &[Self::Always],
            Self::Trading | Self::Desk => &[Self::Desk, Self::Trading, Self::Always],
            Self::Ticket => &[Self::Ticket, Self::Trading, Self::Always],
            Self::Help => &[Self::Help, Self::Trading, Self::Always],
            Self::Typing => &[Self::Typing, Self::Always],
        }
    }
}

/// What an action may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Danger {
    /// Changes what is seen.
    View,
    /// Lowers risk: never gated, the wide ones want two presses.
    Reduces,
    /// Raises risk: always through the preview.
    Increases,
    /// Changes what the desk may do: typed in full.
    Mode,
}

/// A row of the table.
#[derive(Debug, Clone, Copy)]
pub struct Action {
    /// What it is.
    pub id: ActionId,
    /// What is typed after `:`, and its name everywhere.
    pub name: &'static str,
    /// Where it can be reached.
    pub scope: Scope,
    /// What it may cost.
    pub danger: Danger,
    /// A word or two for the footer; empty keeps it out.
    pub hint: &'static str,
    /// A sentence for the help.
    pub doc: &'static str,
    /// Its keys; none for actions that are only typed.
    pub keys: &'static [Key],
    /// Whether the key must come twice within [`DOUBLE_TAP_MS`].
    pub twice: bool,
    /// Place in the footer, lowest first; those that do not fit are left out from the end.
    pub rank: u8,
}

/// Time for the second press of a double one.
pub const DOUBLE_TAP_MS: u64 = 600;

macro_rules! actions {
    ($($scope:ident $danger:ident $rank:literal $id:ident $name:literal [$($key:expr),*] $twice:ident $hint:literal $doc:literal;)+) => {
        /// Every action.
        pub const ACTIONS: &[Action] = &[$(Action {
            id: ActionId::$id,
            name: $name,
            scope: Scope::$scope,
            danger: Danger::$danger,
            hint: $hint,
            doc: $doc,
            keys: &[$($key),*],
            twice: actions!(@ $twice),
            rank: $rank,
        }),+];
    };
    (@ once) => { false };
    (@ twice) => { true };
}

use Key::{
    BackTab, Backspace, Char, Ctrl, Down, Enter, Esc, F, Left, PageDown, PageUp, Right, Tab, Up,
};

actions! {
    Trading Increases 2 BuyLimit "buy" [Char('b')] once "buy"
        "Preview a limit order to buy at the best bid.";
    Trading Increases 3 SellLimit "sell" [Char('s')] once "sell"
        "Preview a limit order to sell at the best ask.";
    Trading Increases 6 BuyMarket "buy-market" [Char('B')] once "buy mkt"
        "Preview a market order to buy.";
    Trading Increases 7 SellMarket "sell-market" [Char('S')] once "sell mkt"
        "Preview a market order to sell.";
    Trading Reduces 4 Flatten "flatten" [Char('x')] twice "flat"
        "Cancel the instrument's orders and close its position at the market.";
    Trading Reduces 8 CancelAll "cancel-all" [Char('C')] twice "cancel all"
        "Cancel every working order of every instrument.";
    Always Reduces 5 Kill "kill" [F(12), Ctrl('k')] twice "KILL"
        "Kill switch: refuse new orders, cancel all, close all positions, stay so until resumed.";
    Desk Reduces 90 Halt "halt" [] once ""
        "Refuse orders that increase risk until resumed. Typed: `:halt`, then a reason if you like.";
    Desk Mode 91 Resume "resume" [] once ""
        "Lift a halt or the kill switch. Typed in full: `:resume`.";
    Desk View 1 Help "help" [Char('?'), F(1)] once "help"
        "Show this list.";
    Desk View 12 Command "command" [Char(':')] once "command"
        "Type the name of an action.";
    Desk View 11 Find "find" [Char('/')] once "find"
        "Pick an instrument by a part of its name.";
    Desk View 9 InstrumentPrevious "previous" [Up, Char('{')] once ""
        "The instrument before.";
    Desk View 9 InstrumentNext "next" [Down, Char('}')] once "symbol"
        "The instrument after.";
    Desk View 10 TimeframePrevious "shorter" [Char('[')] once ""
        "A shorter timeframe.";
    Desk View 10 TimeframeNext "longer" [Char(']')] once "timeframe"
        "A longer timeframe.";
    Desk View 20 PanLeft "earlier" [Left] once ""
        "Move the chart to earlier bars.";
    Desk View 14 PanRight "later" [Right] once "pan"
        "Move the chart to later bars.";
    Desk View 15 ZoomIn "wider" [Char('+'), Char('=')] once "zoom"
        "Wider candles.";
    Desk View 21 ZoomOut "narrower" [Char('-')] once ""
        "Narrower candles.";
    Desk View 22 ChartReset "newest" [Char('0')] once ""
        "Back to the newest bar and the first zoom.";
    Desk View 13 PanelNext "panel" [Tab] once "panel"
        "The next list, where the screen has room for one only.";
    Desk View 23 PanelPrevious "panel-back" [BackTab] once ""
        "The list before.";
    Desk View 24 ScrollUp "scroll-up" [PageUp] once ""
        "Earlier rows of the lists.";
    Desk View 25 ScrollDown "scroll-down" [PageDown] once ""
        "Later rows of the lists.";
    Desk View 16 Theme "theme" [Char('T')] once "theme"
        "The next theme: titan-dark, titan-light, okabe and more; `titan-tui themes list` has all.";
    Desk View 17 Quit "quit" [Char('q')] twice "quit"
        "Leave the desk.";
    Desk View 40 Close "close" [Esc] once ""
        "Close what is open; forget a first press.";
    Always View 41 Leave "leave" [Ctrl('c')] twice ""
        "Leave the desk from anywhere.";
    Always View 42 Redraw "redraw" [Ctrl('l')] once ""
        "Draw the whole screen anew.";
    Always View 43 Suspend "suspend" [Ctrl('z')] once ""
        "Give the terminal back to the shell until `fg`; the engine stops with the desk.";
    Ticket Increases 1 TicketSend "send" [Enter] once "send"
        "Send the order as it is shown.";
    Ticket View 2 TicketAbort "abort" [Esc, Char('q')] once "abort"
        "Close the preview; nothing is sent.";
    Ticket View 3 TicketPriceUp "price-up" [Up] once ""
        "Limit price one tick up.";
    Ticket View 3 TicketPriceDown "price-down" [Down] once "price"
        "Limit price one tick down.";
    Ticket View 4 TicketLess "less" [Left] once ""
        "Smaller quantity.";
    Ticket View 4 TicketMore "more" [Right] once "quantity"
        "Larger quantity.";
    Ticket View 5 TicketJoin "join" [Char('=')] once "join"
        "Limit price to the best price of the own side.";
    Ticket View 6 TicketCross "cross" [Char('#')] once "cross"
        "Limit price to the best price of the other side.";
    Help View 1 HelpUp "up" [Up] once ""
        "Up.";
    Help View 1 HelpDown "down" [Down] once "scroll"
        "Down.";
    Help View 3 HelpPageUp "page-up" [PageUp] once ""
        "Up by a page.";
    Help View 3 HelpPageDown "page-down" [PageDown, Char(' ')] once "page"
        "Down by a page.";
    Help View 2 HelpClose "help-close" [Esc, Char('q'), Char('?')] once "close"
        "Close this help.";
    Typing View 1 TypingAccept "accept" [Enter] once "accept"
        "Do what was typed.";
    Typing View 2 TypingAbort "forget" [Esc] once "abort"
        "Forget what was typed.";
    Typing View 9 TypingErase "erase" [Backspace] once ""
        "Erase the last letter.";
    Typing View 3 TypingUp "choice-up" [Up] once ""
        "The choice above.";
    Typing View 3 TypingDown "choice-down" [Down] once "choose"
        "The choice below.";
}

/// The action a key stands for in `scope`.
pub fn find(scope: Scope, key: Key) -> Option<&'static Action> {
    scope.chain().iter().find_map(|scope| {
        ACTIONS
            .iter()
            .find(|action| action.scope == *scope && action.keys.contains(&key))
    })
}

/// The row of an action.
pub fn row(id: ActionId) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| action.id == id)
}

/// The action with a typed name: those of the desk that can be done from there.
pub fn named(name: &str) -> Option<&'static Action> {
    ACTIONS.iter().find(|action| {
        action.name == name && matches!(action.scope, Scope::Always | Scope::Trading | Scope::Desk)
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_means_two_things_in_a_scope() {
        for scope in Scope::ALL {
            let mut seen = HashSet::new();
            for action in ACTIONS
                .iter()
                .filter(|row| scope.chain().contains(&row.scope))
            {
                for key in action.keys {
                    assert!(seen.insert(*key), "{key:?} twice in {scope:?}");
                }
            }
        }
    }

    #[test]
    fn names_and_ids_are_unique() {
        let names: HashSet<_> = ACTIONS.iter().map(|action| action.name).collect();
        let ids: HashSet<_> = ACTIONS.iter().map(|action| action.id).collect();
        assert_eq!(names.len(), ACTIONS.len());
        assert_eq!(ids.len(), ACTIONS.len());
    }

    #[test]
    fn keys_pass_through_tmux_screen_and_flow_control() {
        // Backspace, Tab, line feed, return, escape; prefixes of screen and tmux; flow control.
        let taken = ['h', 'i', 'j', 'm', '[', 'a', 'b', 's', 'q'];
        for action in ACTIONS {
            for key in action.keys {
                match key {
                    Ctrl(letter) => assert!(!taken.contains(letter), "{}", action.name),
                    Char(letter) => assert!(letter.is_ascii() && *letter != '`'),
                    // GNOME Terminal keeps these for itself.
                    F(number) => assert!(![10, 11].contains(number)),
                    _ => {}
                }
            }
            let function_keys = action.keys.iter().all(|key| matches!(key, F(_)));
            assert!(action.keys.is_empty() || !function_keys, "{}", action.name);
        }
    }

    #[test]
    fn nothing_that_trades_can_be_reached_while_typing() {
        for action in ACTIONS.iter().filter(|row| row.danger == Danger::Increases) {
            assert!(matches!(action.scope, Scope::Trading | Scope::Ticket));
        }
        for key in ['b', 's', 'B', 'S', 'x', 'C', 'q'] {
            assert!(find(Scope::Typing, Char(key)).is_none());
        }
    }

    #[test]
    fn the_kill_switch_is_two_presses_away_from_anywhere() {
        for scope in Scope::ALL {
            for key in [F(12), Ctrl('k')] {
                assert_eq!(find(scope, key).map(|row| row.id), Some(ActionId::Kill));
            }
        }
    }

    #[test]
    fn trading_letters_mean_the_same_in_every_scope() {
        for key in ['b', 's', 'B', 'S', 'x', 'C'] {
            let desk = find(Scope::Desk, Char(key)).map(|row| row.id);
            assert!(desk.is_some());
            for scope in [Scope::Ticket, Scope::Help] {
                assert_eq!(find(scope, Char(key)).map(|row| row.id), desk);
            }
        }
    }
}
