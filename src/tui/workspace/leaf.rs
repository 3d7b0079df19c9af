//! One pane in a tree: what it is, what it is linked to, and what it remembers.
//! Must not draw.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::{ChartState, Class};
use crate::domain::{Decimal, InstrumentId, Price};
use crate::tui::panes::PaneSpec;
use crate::view::TapeView;

/// A pane's number within a session.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PaneId(pub u32);

/// A group of panes that show the same instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Link {
    /// The first group: what a new desk trades in.
    A,
    /// The second.
    B,
    /// The third.
    C,
}

impl Link {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::A, Self::B, Self::C];

    /// Its letter.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
            Self::C => "C",
        }
    }

    /// The group of a letter, case aside.
    pub fn by_letter(letter: &str) -> Option<Self> {
        let same = |link: &Self| link.letter().eq_ignore_ascii_case(letter);
        Self::ALL.into_iter().find(same)
    }

    /// Its place in lists.
    pub const fn index(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
            Self::C => 2,
        }
    }
}

/// What a pane or a group shows.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Focus {
    /// An index into the instruments.
    pub instrument: usize,
    /// An index into the timeframes.
    pub timeframe: usize,
}

/// One pane.
#[derive(Debug, Clone)]
pub struct Leaf {
    /// Its number.
    pub id: PaneId,
    /// What it is.
    pub spec: &'static PaneSpec,
    /// The group it belongs to; `None` goes its own way.
    pub link: Option<Link>,
    /// The least screen on which it is shown.
    pub from: Class,
    /// What it shows where it goes its own way.
    pub own: Focus,
    /// What a list remembers.
    pub table: TableState,
    /// What a chart remembers.
    pub chart: ChartState,
    /// What a ladder remembers.
    pub ladder: LadderState,
    /// What a tape remembers.
    pub tape: TapeState,
}

impl Leaf {
    /// A pane that remembers nothing yet.
    pub fn new(id: PaneId, spec: &'static PaneSpec, link: Option<Link>) -> Self {
        Self {
            id,
            spec,
            link,
            from: Class::Tiny,
            own: Focus::default(),
            table: TableState::default(),
            chart: ChartState::default(),
            ladder: LadderState::default(),
            tape: TapeState::default(),
        }
    }
}

/// What a list remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TableState {
    /// Key of the chosen row, so that it stays chosen when rows come and go; `None` follows the
    /// first row.
    pub chosen: Option<u64>,
    /// First row that is shown.
    pub offset: usize,
    /// Column that rows are sorted by, and whether the largest comes first.
    pub sort: Option<(usize, bool)>,
    /// Shows only rows that match.
    pub filter: String,
    /// Columns that are not shown.
    pub hidden: BTreeSet<usize>,
}

/// What a ladder remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LadderState {
    /// The price cursor and whose price it is; `None` follows the market.
    pub cursor: Option<(InstrumentId, Price)>,
    /// Ticks of a row; `None` takes what suits the price.
    pub group: Option<i64>,
    /// Rows of the book on each side that are shown and weighed; `None` is all of it.
    pub depth: Option<usize>,
    /// Whether the prices stand still while the market moves.
    pub is_static: bool,
    /// The price in the middle of a ladder that stands still, and whose it is.
    pub anchor: Option<(InstrumentId, Price)>,
}

/// What a tape remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TapeState {
    /// Shows only prints of at least this size, in major units.
    pub minimum: Option<Decimal>,
    /// What is shown while the tape is paused, and of which instrument.
    pub paused: Option<(InstrumentId, Arc<TapeView>)>,
}
