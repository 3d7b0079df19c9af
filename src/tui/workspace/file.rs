//! Layouts as TOML: the shipped ones, the user's, and what is written back.
//! Must not touch the disk: the text comes from the caller and goes to it.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::node::Pile;
use super::{
    Axis, ChartState, Class, Leaf, Link, Node, PaneId, UserLines, WORKSPACES_MAX, Workspace,
    Workspaces,
};
use crate::tui::panes::{self, PaneSpec};

const SHIPPED: &str = include_str!("../../../layouts/default.toml");
/// Deepest nesting of splits, so that no file can exhaust the stack.
const DEPTH_MAX: usize = 16;
/// Least and most share of a split's first part.
const RATIOS: std::ops::RangeInclusive<f64> = 0.05..=0.95;

/// Why a layout cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum LayoutError {
    /// Not TOML, or not of the shape.
    #[error("{0}")]
    Shape(String),
    /// No such pane.
    #[error("no pane `{name}`: there are {known}", known = names())]
    Pane {
        /// What was written.
        name: String,
    },
    /// No such group.
    #[error("no link group `{0}`: A, B or C")]
    Link(String),
    /// A pile without panes.
    #[error("`tabs` is empty: name at least one pane")]
    Empty,
    /// Splits within splits within splits.
    #[error("splits are nested deeper than {DEPTH_MAX}")]
    Deep,
    /// Too many workspaces, or none.
    #[error("{0} workspaces: there must be 1 to {WORKSPACES_MAX}")]
    Count(usize),
}

fn names() -> String {
    let names: Vec<&str> = panes::PANES.iter().map(|spec| spec.name).collect();
    names.join(", ")
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    shown: Option<usize>,
    workspace: Vec<WorkspaceRow>,
    #[serde(default, skip_serializing_if = "UserLines::is_empty")]
    lines: UserLines,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct WorkspaceRow {
    name: String,
    layout: NodeRow,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct NodeRow {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pane: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    link: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chart: Option<ChartState>,
    #[serde(default, skip_serializing_if = "is_everywhere")]
    from: Class,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    split: Option<AxisRow>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ratio: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    tabs: Option<Vec<TabRow>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    a: Option<Box<NodeRow>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    b: Option<Box<NodeRow>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum TabRow {
    Name(String),
    Pane {
        pane: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chart: Option<Box<ChartState>>,
        #[serde(default, skip_serializing_if = "is_everywhere")]
        from: Class,
    },
}

#[allow(
    clippy::trivially_copy_pass_by_ref,
    reason = "the shape that serde calls"
)]
fn is_everywhere(class: &Class) -> bool {
    *class == Class::Tiny
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
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
    read(SHIPPED)
}

/// Workspaces from a file's text.
///
/// # Errors
/// When the text is no layout; it names what is wrong and what could stand there.
pub fn read(text: &str) -> Result<Workspaces, LayoutError> {
    let file: File = toml::from_str(text).map_err(|error| LayoutError::Shape(error.to_string()))?;
    if !(1..=WORKSPACES_MAX).contains(&file.workspace.len()) {
        return Err(LayoutError::Count(file.workspace.len()));
    }
    let mut next = 0;
    let list: Result<Vec<Workspace>, LayoutError> = file
        .workspace
        .iter()
        .map(|row| {
            let root = node(&row.layout, &mut next, 0)?;
            Ok(Workspace::of(&row.name, root))
        })
        .collect();
    let mut workspaces = Workspaces::of(list?);
    workspaces.show(file.shown.unwrap_or(1).saturating_sub(1));
    workspaces.lines = file.lines;
    Ok(workspaces)
}

/// The text that [`read`] makes the same workspaces of.
///
/// # Errors
/// Never for a tree that was read; the error of the writer otherwise.
pub fn write(workspaces: &Workspaces) -> Result<String, LayoutError> {
    let file = File {
        shown: Some(workspaces.index() + 1),
        workspace: workspaces
            .all()
            .iter()
            .map(|workspace| WorkspaceRow {
                name: workspace.name.clone(),
                layout: row(&workspace.root),
            })
            .collect(),
        lines: workspaces.lines.clone(),
    };
    toml::to_string(&file).map_err(|error| LayoutError::Shape(error.to_string()))
}

fn node(row: &NodeRow, next: &mut u32, depth: usize) -> Result<Node, LayoutError> {
    if depth > DEPTH_MAX {
        return Err(LayoutError::Deep);
    }
    if let Some(name) = &row.pane {
        let chart = row.chart.as_ref();
        let leaf = leaf(name, row.link.as_deref(), chart, row.from, next)?;
        return Ok(Node::pane(leaf));
    }
    if let Some(tabs) = &row.tabs {
        let mut tab = |tab: &TabRow| match tab {
            TabRow::Name(name) => leaf(name, row.link.as_deref(), None, row.from, next),
            TabRow::Pane {
                pane,
                link,
                chart,
                from,
            } => {
                let link = link.as_deref().or(row.link.as_deref());
                leaf(pane, link, chart.as_deref(), (*from).max(row.from), next)
            }
        };
        let (first, rest) = tabs.split_first().ok_or(LayoutError::Empty)?;
        let first = tab(first)?;
        let rest: Result<Vec<Leaf>, LayoutError> = rest.iter().map(tab).collect();
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
    Ok(Node::Split {
        axis: match axis {
            AxisRow::Row => Axis::Row,
            AxisRow::Column => Axis::Column,
        },
        share: share(row.ratio.unwrap_or(0.5))?,
        first: Box::new(node(first, next, depth + 1)?),
        second: Box::new(node(second, next, depth + 1)?),
    })
}

/// A ratio in thousandths.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 50 and 950, as is checked first"
)]
fn share(ratio: f64) -> Result<u16, LayoutError> {
    if RATIOS.contains(&ratio) {
        return Ok((ratio * 1_000.0).round() as u16);
    }
    let (least, most) = (RATIOS.start(), RATIOS.end());
    let text = format!("`ratio = {ratio}` must lie between {least} and {most}");
    Err(LayoutError::Shape(text))
}

fn leaf(
    name: &str,
    link: Option<&str>,
    chart: Option<&ChartState>,
    from: Class,
    next: &mut u32,
) -> Result<Leaf, LayoutError> {
    let spec = panes::by_name(name).ok_or_else(|| LayoutError::Pane {
        name: name.to_owned(),
    })?;
    let link = match link {
        None => None,
        Some(letter) => {
            Some(Link::by_letter(letter).ok_or_else(|| LayoutError::Link(letter.to_owned()))?)
        }
    };
    let mut leaf = Leaf::new(PaneId(*next), spec, link);
    leaf.from = from;
    if let Some(chart) = chart {
        leaf.chart = chart.clone();
    }
    *next = next.saturating_add(1);
    Ok(leaf)
}

fn row(node: &Node) -> NodeRow {
    match node {
        Node::Pile(pile) if pile.rest.is_empty() => NodeRow {
            pane: Some(pile.first.spec.name.to_owned()),
            link: letter(&pile.first),
            chart: chart(&pile.first),
            from: pile.first.from,
            ..NodeRow::default()
        },
        Node::Pile(pile) => NodeRow {
            tabs: Some(pile.leaves().map(tab).collect()),
            ..NodeRow::default()
        },
        Node::Split {
            axis,
            share,
            first,
            second,
        } => NodeRow {
            split: Some(match axis {
                Axis::Row => AxisRow::Row,
                Axis::Column => AxisRow::Column,
            }),
            ratio: Some(f64::from(*share) / 1_000.0),
            a: Some(Box::new(row(first))),
            b: Some(Box::new(row(second))),
            ..NodeRow::default()
        },
    }
}

fn tab(leaf: &Leaf) -> TabRow {
    let (pane, link, chart) = (leaf.spec.name.to_owned(), letter(leaf), chart(leaf));
    if link.is_none() && chart.is_none() && is_everywhere(&leaf.from) {
        return TabRow::Name(pane);
    }
    TabRow::Pane {
        pane,
        link,
        chart: chart.map(Box::new),
        from: leaf.from,
    }
}

fn letter(leaf: &Leaf) -> Option<String> {
    leaf.link.map(|link| link.letter().to_owned())
}

/// What a chart remembers, where that is not what every chart begins with.
fn chart(leaf: &Leaf) -> Option<ChartState> {
    let is_chart = std::ptr::eq::<PaneSpec>(leaf.spec, panes::CHART);
    (is_chart && leaf.chart != ChartState::default()).then(|| leaf.chart.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_layouts_can_be_read_and_written_back() {
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
        let text = write(&workspaces).unwrap();
        assert_eq!(write(&read(&text).unwrap()).unwrap(), text);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let deep = "split = \"row\", b = { pane = \"chart\" }, a = { ".repeat(20);
        let close = " }".repeat(20);
        let deep = format!("{deep}pane = \"chart\"{close}");
        for (layout, said) in [
            ("pane = \"chrt\"", "no pane `chrt`: there are chart, "),
            ("pane = \"chart\", link = \"Z\"", "no link group `Z`"),
            ("tabs = []", "`tabs` is empty"),
            ("split = \"row\"", "a part needs"),
            (
                "split = \"row\", ratio = 7.0, a = { pane = \"chart\" }, b = { pane = \"chart\" }",
                "`ratio = 7`",
            ),
            ("colour = 3", "unknown field"),
            (deep.as_str(), "deeper than 16"),
        ] {
            let text = format!("[[workspace]]\nname = \"X\"\nlayout = {{ {layout} }}\n");
            let error = read(&text).unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let error = read("workspace = []").unwrap_err().to_string();
        assert_eq!(error, "0 workspaces: there must be 1 to 9");
    }
}
