//! The tree of a workspace: piles of panes that share a place, and splits.
//! Must not know sizes in cells.

use super::leaf::{Leaf, PaneId};

/// Which way a split lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Axis {
    /// Side by side.
    Row,
    /// One above the other.
    Column,
}

/// A part of a workspace.
#[derive(Debug, Clone)]
pub enum Node {
    /// Panes that share a place.
    Pile(Box<Pile>),
    /// Two parts.
    Split {
        /// Which way.
        axis: Axis,
        /// Share of the first part, in thousandths.
        share: u16,
        /// The left or upper part.
        first: Box<Node>,
        /// The right or lower part.
        second: Box<Node>,
    },
}

/// One pane, or several that share a place with one of them in front.
#[derive(Debug, Clone)]
pub struct Pile {
    /// The first pane: a pile is never empty.
    pub first: Leaf,
    /// The others.
    pub rest: Vec<Leaf>,
    /// The place of the one in front.
    pub front: usize,
}

impl Pile {
    /// A pile of one.
    pub fn one(leaf: Leaf) -> Self {
        Self {
            first: leaf,
            rest: Vec::new(),
            front: 0,
        }
    }

    /// Its panes, in the order of the tabs.
    pub fn leaves(&self) -> impl Iterator<Item = &Leaf> {
        std::iter::once(&self.first).chain(&self.rest)
    }

    /// The pane in front.
    pub fn front(&self) -> &Leaf {
        self.leaves().nth(self.front).unwrap_or(&self.first)
    }

    fn find_or_first_mut(&mut self, id: PaneId) -> &mut Leaf {
        self.rest
            .iter_mut()
            .find(|leaf| leaf.id == id)
            .unwrap_or(&mut self.first)
    }
}

impl Node {
    /// A part with one pane.
    pub fn pane(leaf: Leaf) -> Self {
        Self::Pile(Box::new(Pile::one(leaf)))
    }

    /// Every pane, in the order of reading.
    pub fn leaves(&self) -> Box<dyn Iterator<Item = &Leaf> + '_> {
        match self {
            Self::Pile(pile) => Box::new(pile.leaves()),
            Self::Split { first, second, .. } => Box::new(first.leaves().chain(second.leaves())),
        }
    }

    /// Every pane, to change what it remembers.
    pub fn leaves_mut(&mut self) -> Box<dyn Iterator<Item = &mut Leaf> + '_> {
        match self {
            Self::Pile(pile) => Box::new(std::iter::once(&mut pile.first).chain(&mut pile.rest)),
            Self::Split { first, second, .. } => {
                Box::new(first.leaves_mut().chain(second.leaves_mut()))
            }
        }
    }

    /// The pane of a number.
    pub fn find(&self, id: PaneId) -> Option<&Leaf> {
        self.leaves().find(|leaf| leaf.id == id)
    }

    /// The first pane in the order of reading.
    pub fn first(&self) -> &Leaf {
        match self {
            Self::Pile(pile) => &pile.first,
            Self::Split { first, .. } => first.first(),
        }
    }

    /// The pane of a number, or the first.
    pub fn find_or_first_mut(&mut self, id: PaneId) -> &mut Leaf {
        match self {
            Self::Pile(pile) => pile.find_or_first_mut(id),
            Self::Split { first, second, .. } => {
                if second.find(id).is_some() {
                    second.find_or_first_mut(id)
                } else {
                    first.find_or_first_mut(id)
                }
            }
        }
    }

    /// The split whose first part holds one pane and whose second holds another: its axis, and
    /// all panes in it.
    pub fn split_between(&self, one: PaneId, other: PaneId) -> Option<(Axis, Vec<PaneId>)> {
        let Self::Split {
            axis,
            first,
            second,
            ..
        } = self
        else {
            return None;
        };
        if first.find(one).is_some() && second.find(other).is_some() {
            return Some((*axis, self.leaves().map(|leaf| leaf.id).collect()));
        }
        first
            .split_between(one, other)
            .or_else(|| second.split_between(one, other))
    }

    /// Brings a pane to the front of its pile.
    pub fn raise(&mut self, id: PaneId) {
        match self {
            Self::Pile(pile) => {
                let place = pile.leaves().position(|leaf| leaf.id == id);
                if let Some(place) = place {
                    pile.front = place;
                }
            }
            Self::Split { first, second, .. } => {
                first.raise(id);
                second.raise(id);
            }
        }
    }
}
