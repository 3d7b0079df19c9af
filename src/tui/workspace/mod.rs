//! Workspaces: named trees of panes, which pane is chosen, and what the panes remember.
//! Must not draw, and must not know what a pane shows.

mod arrange;
mod chart;
mod edit;
mod file;
mod leaf;
mod node;

pub use arrange::{Arrangement, Class, Placed, SMALLEST, arrange, too_small};
pub use chart::{
    BarsKind, ChartState, Cursor, PriceScale, Spot, StudyKind, StudyPlace, StudyRow, UserLines,
};
pub use edit::EditError;
pub use file::{LayoutError, read, shipped, write};
pub use leaf::{Focus, LadderState, Leaf, Link, PaneId, TableState, TapeState};
pub use node::{Axis, Node, Pile};

/// Most workspaces, one for each digit.
pub const WORKSPACES_MAX: usize = 9;

/// A named screen full of panes.
#[derive(Debug, Clone)]
pub struct Workspace {
    /// Shown in the line of workspaces.
    pub name: String,
    /// Its panes.
    pub root: Node,
    /// The chosen pane.
    pub chosen: PaneId,
    /// Whether the chosen pane has the whole screen.
    pub zoomed: bool,
}

/// All workspaces and the one that is shown.
#[derive(Debug, Clone)]
pub struct Workspaces {
    /// At least one.
    list: Vec<Workspace>,
    current: usize,
    /// Horizontal lines of the user's own.
    pub lines: UserLines,
    /// The list and the place before each change, newest last.
    history: Vec<(Vec<Workspace>, usize)>,
}

impl Workspaces {
    /// The shipped ones.
    ///
    /// A shipped layout that cannot be read is a fault that its test finds; then there is one
    /// workspace with a chart.
    pub fn new() -> Self {
        shipped().unwrap_or_else(|_| Self::of(vec![Workspace::single("TRADE")]))
    }

    /// Of a list; one chart where that is empty.
    pub fn of(mut list: Vec<Workspace>) -> Self {
        if list.is_empty() {
            list.push(Workspace::single("TRADE"));
        }
        list.truncate(WORKSPACES_MAX);
        Self {
            list,
            current: 0,
            lines: UserLines::new(),
            history: Vec::new(),
        }
    }

    /// All of them, in the order of the digits.
    pub fn all(&self) -> &[Workspace] {
        &self.list
    }

    /// Place of the one that is shown.
    pub const fn index(&self) -> usize {
        self.current
    }

    /// Shows another; `false` where there is none.
    pub fn show(&mut self, index: usize) -> bool {
        let exists = index < self.list.len();
        if exists {
            self.current = index;
        }
        exists
    }

    /// The one that is shown.
    #[allow(
        clippy::indexing_slicing,
        reason = "the list is never empty and `current` is only set to a place in it"
    )]
    pub fn current(&self) -> &Workspace {
        &self.list[self.current]
    }

    /// The one that is shown.
    #[allow(
        clippy::indexing_slicing,
        reason = "the list is never empty and `current` is only set to a place in it"
    )]
    pub fn current_mut(&mut self) -> &mut Workspace {
        &mut self.list[self.current]
    }
}

impl Default for Workspaces {
    fn default() -> Self {
        Self::new()
    }
}

impl Workspace {
    /// A tree in which what is traded in is chosen: the first chart of those that the smallest
    /// screens show, if there is one.
    pub fn of(name: &str, root: Node) -> Self {
        let chosen = root
            .leaves()
            .filter(|leaf| leaf.spec == crate::tui::panes::CHART)
            .min_by_key(|leaf| leaf.from)
            .unwrap_or_else(|| root.first())
            .id;
        Self {
            name: name.to_owned(),
            root,
            chosen,
            zoomed: false,
        }
    }

    /// With one chart and nothing else.
    pub fn single(name: &str) -> Self {
        let leaf = Leaf::new(PaneId(0), crate::tui::panes::CHART, Some(Link::A));
        Self::of(name, Node::pane(leaf))
    }

    /// The chosen pane; the first where the choice is gone.
    pub fn chosen(&self) -> &Leaf {
        self.root
            .find(self.chosen)
            .unwrap_or_else(|| self.root.first())
    }

    /// The chosen pane, to change what it remembers.
    pub fn chosen_mut(&mut self) -> &mut Leaf {
        let id = self.chosen().id;
        self.root.find_or_first_mut(id)
    }

    /// Chooses the pane `forward` or back from the chosen one, in the order of the tree, of those
    /// that a screen of this class shows.
    pub fn choose_next(&mut self, forward: bool, class: Class) {
        let shown = self.root.leaves().filter(|leaf| leaf.from <= class);
        let order: Vec<PaneId> = shown.map(|leaf| leaf.id).collect();
        let at = order.iter().position(|id| *id == self.chosen).unwrap_or(0);
        let step = if forward {
            1
        } else {
            order.len().saturating_sub(1)
        };
        if let Some(next) = order.get((at + step) % order.len().max(1)) {
            self.choose(*next);
        }
    }

    /// Chooses a pane and brings its tab to the front.
    pub fn choose(&mut self, id: PaneId) {
        if self.root.find(id).is_some() {
            self.chosen = id;
            self.root.raise(id);
        }
    }
}
