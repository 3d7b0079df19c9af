//! Changes of a layout by key: splitting, closing, moving borders, and taking it back.
//! Must not draw.

use super::node::Pile;
use super::{Axis, Class, Leaf, Node, PaneId, WORKSPACES_MAX, Workspace, Workspaces};
use crate::tui::panes::PaneSpec;

/// Changes that can be taken back.
const HISTORY_MAX: usize = 50;
/// Thousandths by which a border moves.
const STEP: u16 = 50;
/// Least and most thousandths of a split's first part.
const SHARES: (u16, u16) = (100, 900);

/// Why a layout cannot be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The last pane cannot go.
    #[error("the last pane of a workspace stays: close the workspace instead")]
    LastPane,
    /// The last workspace cannot go.
    #[error("the last workspace stays")]
    LastWorkspace,
    /// No digit is left.
    #[error("there are {WORKSPACES_MAX} workspaces already: close one first")]
    Full,
    /// No border lies there.
    #[error("no border to move that way")]
    NoBorder,
    /// Nothing was changed.
    #[error("no layout change to take back")]
    NothingToUndo,
}

impl Workspaces {
    /// Splits the chosen pane's place; the new pane is of the same kind and is chosen.
    pub fn split(&mut self, axis: Axis) {
        self.remember();
        let id = self.next_id();
        let workspace = self.current_mut();
        let chosen = workspace.chosen().clone();
        let leaf = Leaf { id, ..chosen };
        workspace.root.split(workspace.chosen, leaf, axis);
        workspace.chosen = id;
        workspace.zoomed = false;
    }

    /// Closes the chosen pane; its neighbour takes the place.
    ///
    /// # Errors
    /// When it is the only one.
    pub fn close_pane(&mut self) -> Result<(), EditError> {
        let workspace = self.current();
        if workspace.root.leaves().count() < 2 {
            return Err(EditError::LastPane);
        }
        self.remember();
        let workspace = self.current_mut();
        let gone = workspace.chosen().id;
        workspace.choose_next(true, Class::Wide);
        workspace.root.remove(gone);
        workspace.zoomed = false;
        Ok(())
    }

    /// Makes the chosen pane another kind.
    pub fn change_kind(&mut self, spec: &'static PaneSpec) {
        self.remember();
        let leaf = self.current_mut().chosen_mut();
        *leaf = Leaf {
            own: leaf.own,
            from: leaf.from,
            ..Leaf::new(leaf.id, spec, leaf.link)
        };
    }

    /// Moves the border next to the chosen pane on an axis.
    ///
    /// # Errors
    /// When no border lies on that axis.
    pub fn resize(&mut self, axis: Axis, grow: bool) -> Result<(), EditError> {
        let chosen = self.current().chosen().id;
        let before = (self.list.clone(), self.current);
        if !self.current_mut().root.resize(chosen, axis, grow) {
            return Err(EditError::NoBorder);
        }
        self.push_history(before);
        Ok(())
    }

    /// Sets the share of the split whose parts hold these two panes, in thousandths.
    pub fn set_share(&mut self, first: PaneId, second: PaneId, share: u16) {
        let share = share.clamp(SHARES.0, SHARES.1);
        self.current_mut().root.set_share(first, second, share);
    }

    /// Adds a workspace with one chart and shows it.
    ///
    /// # Errors
    /// When no digit is left.
    pub fn add(&mut self, name: &str) -> Result<(), EditError> {
        if self.list.len() >= WORKSPACES_MAX {
            return Err(EditError::Full);
        }
        self.remember();
        let id = self.next_id();
        let mut workspace = Workspace::single(name);
        workspace.chosen_mut().id = id;
        workspace.chosen = id;
        self.list.push(workspace);
        self.current = self.list.len() - 1;
        Ok(())
    }

    /// Closes the workspace that is shown.
    ///
    /// # Errors
    /// When it is the only one.
    pub fn close(&mut self) -> Result<(), EditError> {
        if self.list.len() < 2 {
            return Err(EditError::LastWorkspace);
        }
        self.remember();
        self.list.remove(self.current);
        self.current = self.current.min(self.list.len() - 1);
        Ok(())
    }

    /// Replaces all workspaces; can be taken back.
    pub fn replace(&mut self, other: Self) {
        self.remember();
        self.list = other.list;
        self.current = other.current;
        self.lines = other.lines;
    }

    /// Notes the layout as it is, to come back to.
    pub fn remember(&mut self) {
        self.push_history((self.list.clone(), self.current));
    }

    /// Takes the last change back.
    ///
    /// # Errors
    /// When nothing was changed.
    pub fn undo(&mut self) -> Result<(), EditError> {
        let former = self.history.pop().ok_or(EditError::NothingToUndo)?;
        (self.list, self.current) = former;
        Ok(())
    }

    fn push_history(&mut self, former: (Vec<Workspace>, usize)) {
        if self.history.len() >= HISTORY_MAX {
            self.history.remove(0);
        }
        self.history.push(former);
    }

    fn next_id(&self) -> PaneId {
        let ids = self.list.iter().flat_map(|it| it.root.leaves());
        PaneId(ids.map(|leaf| leaf.id.0).max().unwrap_or(0) + 1)
    }
}

impl Node {
    /// Puts `leaf` beside the pile of `id`.
    fn split(&mut self, id: PaneId, leaf: Leaf, axis: Axis) {
        match self {
            Self::Pile(pile) => {
                let second = Self::pane(leaf);
                let first = Self::Pile(pile.clone());
                *self = Self::Split {
                    axis,
                    share: 500,
                    first: Box::new(first),
                    second: Box::new(second),
                };
            }
            Self::Split { first, second, .. } => {
                if second.find(id).is_some() {
                    second.split(id, leaf, axis);
                } else {
                    first.split(id, leaf, axis);
                }
            }
        }
    }

    /// Takes a pane out; a tree of one pane stays as it is.
    fn remove(&mut self, id: PaneId) {
        match self {
            Self::Pile(pile) => pile.remove(id),
            Self::Split { first, second, .. } => {
                let is_only = |node: &Self| {
                    let mut leaves = node.leaves();
                    leaves.next().is_some_and(|leaf| leaf.id == id) && leaves.next().is_none()
                };
                if is_only(first) {
                    *self = (**second).clone();
                } else if is_only(second) {
                    *self = (**first).clone();
                } else {
                    first.remove(id);
                    second.remove(id);
                }
            }
        }
    }

    /// Moves the innermost border on `axis` beside a pane; `false` where there is none.
    fn resize(&mut self, id: PaneId, along: Axis, grow: bool) -> bool {
        let Self::Split {
            axis,
            share,
            first,
            second,
        } = self
        else {
            return false;
        };
        let in_first = first.find(id).is_some();
        let inner = if in_first { first } else { second };
        if inner.resize(id, along, grow) {
            return true;
        }
        if *axis != along {
            return false;
        }
        let moved = if grow == in_first {
            share.saturating_add(STEP)
        } else {
            share.saturating_sub(STEP)
        };
        *share = moved.clamp(SHARES.0, SHARES.1);
        true
    }

    fn set_share(&mut self, one: PaneId, other: PaneId, to: u16) {
        let Self::Split {
            share,
            first,
            second,
            ..
        } = self
        else {
            return;
        };
        if first.find(one).is_some() && second.find(other).is_some() {
            *share = to;
        } else {
            first.set_share(one, other, to);
            second.set_share(one, other, to);
        }
    }
}

impl Pile {
    fn remove(&mut self, id: PaneId) {
        if self.first.id == id {
            if !self.rest.is_empty() {
                self.first = self.rest.remove(0);
            }
        } else {
            self.rest.retain(|leaf| leaf.id != id);
        }
        self.front = self.front.min(self.rest.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::panes;
    use crate::tui::workspace::write;

    fn kinds(workspaces: &Workspaces) -> Vec<&'static str> {
        let leaves = workspaces.current().root.leaves();
        leaves.map(|leaf| leaf.spec.name).collect()
    }

    #[test]
    fn every_change_can_be_taken_back() {
        let mut workspaces = Workspaces::new();
        let before = write(&workspaces).unwrap();
        workspaces.split(Axis::Row);
        workspaces.split(Axis::Column);
        workspaces.resize(Axis::Row, true).unwrap();
        workspaces.change_kind(panes::by_name("orders").unwrap());
        assert!(kinds(&workspaces).contains(&"orders"));
        workspaces.close_pane().unwrap();
        workspaces.add("Mine").unwrap();
        workspaces.close().unwrap();
        let mut undone = 0;
        while workspaces.undo().is_ok() {
            undone += 1;
        }
        assert_eq!(undone, 7);
        assert_eq!(write(&workspaces).unwrap(), before);
        assert_eq!(workspaces.undo(), Err(EditError::NothingToUndo));
    }

    #[test]
    fn closing_everything_leaves_one_pane() {
        let mut workspaces = Workspaces::new();
        while workspaces.close_pane().is_ok() {}
        assert_eq!(kinds(&workspaces).len(), 1);
        assert_eq!(workspaces.close_pane(), Err(EditError::LastPane));
        assert_eq!(
            workspaces.resize(Axis::Row, true),
            Err(EditError::NoBorder),
            "one pane has no border"
        );
        while workspaces.close().is_ok() {}
        assert_eq!(workspaces.all().len(), 1);
        while workspaces.add("More").is_ok() {}
        assert_eq!(workspaces.all().len(), WORKSPACES_MAX);
    }

    #[test]
    fn new_panes_have_numbers_of_their_own() {
        let mut workspaces = Workspaces::new();
        for _ in 0..4 {
            workspaces.split(Axis::Row);
        }
        let mut ids: Vec<PaneId> = workspaces
            .all()
            .iter()
            .flat_map(|it| it.root.leaves().map(|leaf| leaf.id))
            .collect();
        let count = ids.len();
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
