//! Reads layouts from TOML: the shipped ones and the user's.
//! Must not touch the disk: the text comes from the caller.

use serde::Deserialize;
use thiserror::Error;

use super::node::Pile;
use super::{Axis, Leaf, Link, Node, PaneId, Workspace, Workspaces};
use crate::tui::panes;

const SHIPPED: &str = include_str!("../../../layouts/default.toml");
/// Deepest nesting of splits, so that no file can exhaust the stack.
const DEPTH_MAX: usize = 16;

/// Why a layout cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// Not TOML, or not of the shape.
    #[error("{0}")]
    Shape(String),
    /// No such pane.
    #[error("no pane `{0}`: there are {1}")]
    Pane(String, String),
    /// No such group.
    #[error("no link group `{0}`: A, B or C")]
    Link(String),
    /// A pile without panes.
    #[error("`tabs` is empty: name at least one pane")]
    Empty,
    /// Splits within splits within splits.
    #[error("splits are nested deeper than {DEPTH_MAX}")]
    Deep,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    workspace: Vec<WorkspaceRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkspaceRow {
    name: String,
    layout: NodeRow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeRow {
    pane: Option<String>,
    tabs: Option<Vec<String>>,
    link: Option<String>,
    split: Option<AxisRow>,
    ratio: Option<f32>,
    a: Option<Box<NodeRow>>,
    b: Option<Box<NodeRow>>,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
enum AxisRow {
    Row,
    #[serde(alias = "col")]
    Column,
}

/// The shipped workspaces.
///
/// # Errors
/// When the shipped file is wrong, which its test finds.
pub fn shipped() -> Result<Workspaces, LayoutError> {
    let file: File =
        toml::from_str(SHIPPED).map_err(|error| LayoutError::Shape(error.to_string()))?;
    let mut next = 0;
    let list: Result<Vec<Workspace>, LayoutError> = file
        .workspace
        .iter()
        .map(|row| {
            let root = node(&row.layout, &mut next, 0)?;
            // What is traded in is what the eye goes to first.
            let chosen = root
                .leaves()
                .find(|leaf| leaf.spec == panes::CHART)
                .unwrap_or_else(|| root.first())
                .id;
            Ok(Workspace {
                name: row.name.clone(),
                root,
                chosen,
                zoomed: false,
            })
        })
        .collect();
    Ok(Workspaces::of(list?))
}

fn node(row: &NodeRow, next: &mut u32, depth: usize) -> Result<Node, LayoutError> {
    if depth > DEPTH_MAX {
        return Err(LayoutError::Deep);
    }
    if let Some(name) = &row.pane {
        return Ok(Node::pane(leaf(name, row, next)?));
    }
    if let Some(names) = &row.tabs {
        let (first, rest) = names.split_first().ok_or(LayoutError::Empty)?;
        let first = leaf(first, row, next)?;
        let rest: Result<Vec<Leaf>, LayoutError> =
            rest.iter().map(|name| leaf(name, row, next)).collect();
        return Ok(Node::Pile(Box::new(Pile {
            first,
            rest: rest?,
            front: 0,
        })));
    }
    let (Some(axis), Some(first), Some(second)) = (row.split, &row.a, &row.b) else {
        let text = "a part needs `pane`, `tabs`, or `split` with `a` and `b`";
        return Err(LayoutError::Shape(text.to_owned()));
    };
    let ratio = row.ratio.unwrap_or(0.5);
    if !(0.05..=0.95).contains(&ratio) {
        let text = format!("`ratio = {ratio}` must lie between 0.05 and 0.95");
        return Err(LayoutError::Shape(text));
    }
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 50 and 950, as was just checked"
    )]
    let share = (ratio * 1_000.0).round() as u16;
    Ok(Node::Split {
        axis: match axis {
            AxisRow::Row => Axis::Row,
            AxisRow::Column => Axis::Column,
        },
        share,
        first: Box::new(node(first, next, depth + 1)?),
        second: Box::new(node(second, next, depth + 1)?),
    })
}

fn leaf(name: &str, row: &NodeRow, next: &mut u32) -> Result<Leaf, LayoutError> {
    let spec = panes::by_name(name).ok_or_else(|| {
        let names: Vec<&str> = panes::PANES.iter().map(|spec| spec.name).collect();
        LayoutError::Pane(name.to_owned(), names.join(", "))
    })?;
    let link = match row.link.as_deref() {
        None => None,
        Some(letter) => Some(
            Link::ALL
                .into_iter()
                .find(|link| link.letter() == letter)
                .ok_or_else(|| LayoutError::Link(letter.to_owned()))?,
        ),
    };
    let id = PaneId(*next);
    *next = next.saturating_add(1);
    Ok(Leaf::new(id, spec, link))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_layouts_can_be_read() {
        let workspaces = shipped().unwrap();
        assert!(workspaces.all().len() > 1);
        let mut ids: Vec<PaneId> = workspaces
            .all()
            .iter()
            .flat_map(|workspace| workspace.root.leaves().map(|leaf| leaf.id))
            .collect();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }
}
