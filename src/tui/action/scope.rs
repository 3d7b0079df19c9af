//! Where a key is looked for: the innermost place wins.
//! Must not know keys.

/// A place in which keys have a meaning of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Scope {
    /// Everywhere, also while typing.
    Always,
    /// Everywhere but while typing: the letters of trading mean one thing.
    Trading,
    /// With nothing open over the panes.
    Desk,
    /// In a chart.
    Chart,
    /// In a chart that shows its crosshair.
    Crosshair,
    /// In a ladder.
    Ladder,
    /// In time and sales.
    Tape,
    /// In any list.
    Table,
    /// In the list of signals.
    Signals,
    /// In the lists of orders, fills and positions.
    Orders,
    /// In the order preview.
    Ticket,
    /// In what lies over the panes and is read: help, records, the tour.
    Reading,
    /// In what is typed into or chosen from.
    Typing,
    /// While a replay is shown.
    Replay,
}

impl Scope {
    /// All, in the order of the help.
    pub const ALL: [Self; 14] = [
        Self::Trading,
        Self::Always,
        Self::Desk,
        Self::Chart,
        Self::Crosshair,
        Self::Ladder,
        Self::Tape,
        Self::Table,
        Self::Signals,
        Self::Orders,
        Self::Ticket,
        Self::Reading,
        Self::Typing,
        Self::Replay,
    ];

    /// Its name in keymaps.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Trading => "trading",
            Self::Desk => "desk",
            Self::Chart => "chart",
            Self::Crosshair => "crosshair",
            Self::Ladder => "ladder",
            Self::Tape => "tape",
            Self::Table => "table",
            Self::Signals => "signals",
            Self::Orders => "orders",
            Self::Ticket => "ticket",
            Self::Reading => "reading",
            Self::Typing => "typing",
            Self::Replay => "replay",
        }
    }

    /// The scope of a name.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.name() == name)
    }

    /// The heading over its keys.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Always => "Everywhere",
            Self::Trading => "Trading (everywhere but while typing)",
            Self::Desk => "Desk",
            Self::Chart => "Chart",
            Self::Crosshair => "Crosshair",
            Self::Ladder => "Ladder",
            Self::Tape => "Time and sales",
            Self::Table => "Lists",
            Self::Signals => "Signals",
            Self::Orders => "Orders, fills, positions",
            Self::Ticket => "Order preview",
            Self::Reading => "Help and records",
            Self::Typing => "While typing or choosing",
            Self::Replay => "Replay",
        }
    }

    /// The scopes a key meets where this one is the innermost and nothing is between, innermost
    /// first.
    pub const fn chain(self) -> &'static [Self] {
        match self {
            Self::Always => &[Self::Always],
            Self::Trading => &[Self::Trading, Self::Always],
            Self::Desk => &[Self::Desk, Self::Trading, Self::Always],
            Self::Chart => &[Self::Chart, Self::Desk, Self::Trading, Self::Always],
            Self::Crosshair => &[
                Self::Crosshair,
                Self::Chart,
                Self::Desk,
                Self::Trading,
                Self::Always,
            ],
            Self::Ladder => &[Self::Ladder, Self::Desk, Self::Trading, Self::Always],
            Self::Tape => &[
                Self::Tape,
                Self::Table,
                Self::Desk,
                Self::Trading,
                Self::Always,
            ],
            Self::Table => &[Self::Table, Self::Desk, Self::Trading, Self::Always],
            Self::Signals => &[
                Self::Signals,
                Self::Table,
                Self::Desk,
                Self::Trading,
                Self::Always,
            ],
            Self::Orders => &[
                Self::Orders,
                Self::Table,
                Self::Desk,
                Self::Trading,
                Self::Always,
            ],
            Self::Ticket => &[Self::Ticket, Self::Trading, Self::Always],
            Self::Reading => &[Self::Reading, Self::Trading, Self::Always],
            Self::Typing => &[Self::Typing, Self::Always],
            Self::Replay => &[Self::Replay, Self::Desk, Self::Trading, Self::Always],
        }
    }
}
