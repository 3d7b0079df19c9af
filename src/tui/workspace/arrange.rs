//! Where each pane of a workspace lies on a screen of a given size.
//! Must not draw.

use ratatui::layout::Rect;
use serde::{Deserialize, Serialize};

use super::{Axis, Leaf, Node, PaneId, Workspace};
use crate::tui::action::Scope;

/// The least screen the desk is drawn on.
pub const SMALLEST: (u16, u16) = (40, 12);
/// The least place that a pane is given beside others.
const PANE_SMALLEST: (u16, u16) = (16, 4);

/// How much room a screen has.
#[derive(
    Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Class {
    /// One pane and a pile of the others.
    #[default]
    Tiny,
    /// Two panes and a pile of the others.
    Compact,
    /// The whole tree.
    Standard,
    /// The whole tree, with room to spare.
    Wide,
}

impl Class {
    /// The class of a screen.
    pub const fn of(area: Rect) -> Self {
        match (area.width, area.height) {
            (160.., 45..) => Self::Wide,
            (100.., 30..) => Self::Standard,
            (78.., 22..) => Self::Compact,
            _ => Self::Tiny,
        }
    }
}

/// A pane's place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Placed {
    /// Which pane.
    pub id: PaneId,
    /// Where, its frame included.
    pub area: Rect,
    /// The panes that share the place, itself included, where there are several.
    pub tabs: Vec<PaneId>,
}

/// A whole screen: the chrome around the panes, and the panes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Arrangement {
    /// The status line.
    pub status: Rect,
    /// The names of the workspaces; empty where there is no row for it.
    pub workspaces: Rect,
    /// What cannot be overlooked.
    pub banners: Rect,
    /// Between the chrome.
    pub middle: Rect,
    /// In the order of the tree.
    pub panes: Vec<Placed>,
    /// What is held of the chosen instrument.
    pub position: Rect,
    /// What happened last.
    pub message: Rect,
    /// The keys.
    pub footer: Rect,
}

/// Whether the desk cannot be drawn at this size.
pub fn too_small(area: Rect) -> bool {
    area.width < SMALLEST.0 || area.height < SMALLEST.1
}

/// The places on `area`, with `banners` rows under the status line.
pub fn arrange(workspace: &Workspace, area: Rect, banners: u16) -> Arrangement {
    let class = Class::of(area);
    let row = |from_bottom: u16| {
        Rect::new(
            area.x,
            area.bottom().saturating_sub(from_bottom),
            area.width,
            1,
        )
    };
    let names = u16::from(class >= Class::Standard);
    let banners = banners.min(area.height.saturating_sub(SMALLEST.1 - 1));
    let top = area.y + 1 + names + banners;
    let middle = Rect::new(
        area.x,
        top,
        area.width,
        area.bottom().saturating_sub(3).saturating_sub(top),
    );
    let mut panes = Vec::new();
    if workspace.zoomed {
        panes.push(place_of(workspace.chosen(), middle));
    } else if class >= Class::Standard {
        split(&workspace.root, class, middle, &mut panes);
    } else {
        pile(workspace, class, middle, &mut panes);
    }
    Arrangement {
        status: Rect::new(area.x, area.y, area.width, 1),
        workspaces: Rect::new(area.x, area.y + 1, area.width, names),
        banners: Rect::new(area.x, area.y + 1 + names, area.width, banners),
        middle,
        panes,
        position: row(3),
        message: row(2),
        footer: row(1),
    }
}

fn place_of(leaf: &Leaf, area: Rect) -> Placed {
    Placed {
        id: leaf.id,
        area,
        tabs: Vec::new(),
    }
}

/// The tree as it is; a part without room makes way for its sibling.
fn split(node: &Node, class: Class, area: Rect, panes: &mut Vec<Placed>) {
    match node {
        Node::Pile(pile) => {
            let shown: Vec<&Leaf> = pile.leaves().filter(|leaf| leaf.from <= class).collect();
            let front = pile.front().id;
            let Some(leaf) = shown.iter().find(|leaf| leaf.id == front).or(shown.first()) else {
                return;
            };
            panes.push(Placed {
                tabs: match shown.len() {
                    1 => Vec::new(),
                    _ => shown.iter().map(|leaf| leaf.id).collect(),
                },
                ..place_of(leaf, area)
            });
        }
        Node::Split {
            axis,
            share,
            first,
            second,
        } => {
            let is_shown = |node: &Node| node.leaves().any(|leaf| leaf.from <= class);
            if !is_shown(first) {
                return split(second, class, area, panes);
            }
            if !is_shown(second) {
                return split(first, class, area, panes);
            }
            let (whole, least) = match axis {
                Axis::Row => (area.width, PANE_SMALLEST.0),
                Axis::Column => (area.height, PANE_SMALLEST.1),
            };
            if whole < least * 2 {
                // The part whose panes stay longest takes the place.
                let rank = |node: &Node| node.leaves().map(|leaf| leaf.spec.rank).min();
                let kept = if rank(second) < rank(first) {
                    second
                } else {
                    first
                };
                return split(kept, class, area, panes);
            }
            let size = u32::from(whole) * u32::from(*share) / 1_000;
            let size = u16::try_from(size).unwrap_or(whole);
            let size = size.clamp(least, whole - least);
            let (left, right) = cut(area, *axis, size);
            split(first, class, left, panes);
            split(second, class, right, panes);
        }
    }
}

/// Two parts of an area, the first `size` cells wide or high.
fn cut(area: Rect, axis: Axis, size: u16) -> (Rect, Rect) {
    match axis {
        Axis::Row => (
            Rect {
                width: size,
                ..area
            },
            Rect::new(area.x + size, area.y, area.width - size, area.height),
        ),
        Axis::Column => (
            Rect {
                height: size,
                ..area
            },
            Rect::new(area.x, area.y + size, area.width, area.height - size),
        ),
    }
}

/// Small screens: what matters most above, all others in one pile below.
fn pile(workspace: &Workspace, class: Class, area: Rect, panes: &mut Vec<Placed>) {
    let shown = workspace.root.leaves();
    let mut leaves: Vec<&Leaf> = shown.filter(|leaf| leaf.from <= class).collect();
    leaves.sort_by_key(|leaf| leaf.spec.rank);
    let above = match class {
        Class::Compact => 2,
        _ => 1,
    };
    let rows = if area.height >= 18 {
        (area.height * 38 / 100).clamp(7, 10)
    } else if area.height >= 14 {
        5
    } else {
        0
    };
    // Lists are the first tabs, for they say something in a few rows; the first of all is in front
    // until another is chosen.
    let is_list = |leaf: &Leaf| leaf.spec.scopes.contains(&Scope::Table);
    let mut others: Vec<&Leaf> = leaves.iter().skip(above).copied().collect();
    others.sort_by_key(|leaf| !is_list(leaf));
    let others: Vec<PaneId> = others.iter().map(|leaf| leaf.id).collect();
    if rows == 0 {
        // One pane at a time.
        panes.push(place_of(workspace.chosen(), area));
        return;
    }
    let rows = if others.is_empty() { 0 } else { rows };
    let (top, bottom) = cut(area, Axis::Column, area.height - rows);
    match leaves.get(..above.min(leaves.len())) {
        Some([main, side]) => {
            let (left, right) = cut(top, Axis::Row, top.width * 62 / 100);
            panes.push(place_of(main, left));
            panes.push(place_of(side, right));
        }
        Some([main]) => panes.push(place_of(main, top)),
        _ => {}
    }
    let front = match others.contains(&workspace.chosen) {
        true => Some(workspace.chosen),
        false => others.first().copied(),
    };
    if let Some(front) = front {
        panes.push(Placed {
            id: front,
            area: bottom,
            tabs: others,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::workspace::Workspaces;

    #[test]
    fn panes_lie_inside_and_never_overlap() {
        let workspaces = Workspaces::new();
        for (width, height) in [
            (40, 12),
            (60, 20),
            (78, 22),
            (80, 24),
            (100, 30),
            (120, 36),
            (200, 60),
            (300, 100),
        ] {
            let area = Rect::new(0, 0, width, height);
            for workspace in workspaces.all() {
                for banners in 0..3 {
                    let places = arrange(workspace, area, banners);
                    let mut parts = vec![
                        places.status,
                        places.workspaces,
                        places.banners,
                        places.position,
                        places.message,
                        places.footer,
                    ];
                    parts.extend(places.panes.iter().map(|pane| pane.area));
                    for (index, part) in parts.iter().enumerate() {
                        assert_eq!(part.intersection(area), *part, "{places:?}");
                        for other in parts.iter().skip(index + 1) {
                            let apart = part.is_empty() || other.is_empty();
                            assert!(apart || !part.intersects(*other), "{places:?}");
                        }
                    }
                    assert!(!places.panes.is_empty());
                }
            }
        }
    }
}
