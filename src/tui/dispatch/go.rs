//! Goes to a pane, a workspace, a timeframe or a profile of keys by name, and back.
//! Must not ask anything of the engine.

use std::sync::Arc;

use ratatui::layout::Rect;

use super::Turn;
use crate::tui::action::{Action, ActionId, WorkspaceAction};
use crate::tui::keymap;
use crate::tui::panes;
use crate::tui::render::places;
use crate::tui::state::{DeskState, Tone};
use crate::tui::workspace::{Class, PaneId, Workspace};

/// Most places that `back` remembers.
const VISITED_MAX: usize = 32;

/// Where the desk stands: which workspace, and which pane in it.
pub(super) type Place = (usize, PaneId);

impl DeskState {
    /// Where the desk stands.
    pub(super) fn place(&self) -> Place {
        (self.workspaces.index(), self.leaf().id)
    }

    /// Remembers where the desk stood before an action, if it stands elsewhere now.
    pub(super) fn note_visit(&mut self, action: &Action, before: Place) {
        let went_back = action.id == ActionId::Workspace(WorkspaceAction::PaneBack);
        if went_back || self.place() == before {
            return;
        }
        self.visited.retain(|place| *place != before);
        self.visited.push(before);
        let excess = self.visited.len().saturating_sub(VISITED_MAX);
        self.visited.drain(..excess);
    }

    /// Chooses the nearest pane to the left, right, above or below, as they were drawn last.
    pub(super) fn choose_towards(&mut self, (across, down): (i32, i32), turn: &Turn) {
        for _ in 0..turn.count.min(VISITED_MAX) {
            let panes = places(turn.view, self, self.area).panes;
            let own = self.leaf().id;
            let Some(from) = panes.iter().find(|placed| placed.id == own) else {
                return;
            };
            let (x, y) = middle(from.area);
            let nearest = panes.iter().filter_map(|placed| {
                let (other_x, other_y) = middle(placed.area);
                let (to_x, to_y) = (other_x - x, other_y - y);
                let ahead = to_x * across + to_y * down;
                // Beside the way counts more than along it: the pane in line is meant.
                let beside = (to_x * down).abs() + (to_y * across).abs();
                (ahead > 0 && placed.id != own).then_some((ahead + 2 * beside, placed.id))
            });
            let Some((_, next)) = nearest.min() else {
                return;
            };
            self.workspaces.current_mut().choose(next);
        }
    }

    /// Goes back to where the desk stood before; panes that are gone are passed over.
    pub(super) fn go_back(&mut self, turn: &Turn) {
        while let Some((workspace, pane)) = self.visited.pop() {
            let exists = self
                .workspaces
                .all()
                .get(workspace)
                .is_some_and(|it| it.root.find(pane).is_some());
            if exists && self.place() != (workspace, pane) {
                self.workspaces.show(workspace);
                self.workspaces.current_mut().choose(pane);
                return;
            }
        }
        self.say(Tone::Plain, "nothing to go back to", turn.view);
    }

    /// Chooses the next pane of a kind, in this workspace or in the first that has one.
    pub(super) fn show_pane(&mut self, turn: &Turn) {
        let name = turn.arguments.to_lowercase();
        let Some(spec) = panes::by_name(&name) else {
            let names: Vec<&str> = panes::PANES.iter().map(|spec| spec.name).collect();
            let text = format!("no pane `{name}`: there are {}", names.join(", "));
            return self.say(Tone::Bad, text, turn.view);
        };
        let class = Class::of(self.area);
        let of_kind = |workspace: &Workspace| {
            let leaves = workspace.root.leaves().filter(|leaf| leaf.from <= class);
            let of_kind: Vec<PaneId> = leaves
                .filter(|leaf| leaf.spec == spec)
                .map(|leaf| leaf.id)
                .collect();
            // From one to the next, so that the same word goes through all of them.
            let at = of_kind.iter().position(|id| *id == workspace.chosen);
            let next = at.map_or(0, |at| (at + 1) % of_kind.len());
            of_kind.get(next).copied()
        };
        let current = self.workspaces.index();
        let count = self.workspaces.all().len();
        let order = std::iter::once(current).chain((0..count).filter(|it| *it != current));
        let found = order.into_iter().find_map(|index| {
            let workspace = self.workspaces.all().get(index)?;
            Some((index, of_kind(workspace)?))
        });
        match found {
            Some((index, pane)) => {
                self.workspaces.show(index);
                self.workspaces.current_mut().choose(pane);
            }
            None => {
                let text = format!("no workspace has the pane `{name}`");
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }

    /// Shows the workspace of a name or a number.
    pub(super) fn go_to_workspace(&mut self, turn: &Turn) {
        let wanted = turn.arguments;
        let all = self.workspaces.all();
        let by_name = all
            .iter()
            .position(|it| it.name.eq_ignore_ascii_case(wanted));
        let by_number = wanted
            .parse::<usize>()
            .ok()
            .and_then(|it| it.checked_sub(1));
        let found = by_name.or(by_number).filter(|index| *index < all.len());
        match found {
            Some(index) => {
                self.workspaces.show(index);
            }
            None => {
                let names: Vec<&str> = all.iter().map(|it| it.name.as_str()).collect();
                let text = format!("no workspace `{wanted}`: there are {}", names.join(", "));
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }

    /// Shows the timeframe that was typed, `5` or `5m` or `1h`.
    pub(super) fn set_timeframe(&mut self, turn: &Turn) {
        let typed = turn.arguments;
        let series = self.focus(turn.view).map_or(&[][..], |row| &row.series);
        let wanted = timeframe_seconds(typed);
        let found = series
            .iter()
            .position(|it| Some(it.timeframe.seconds()) == wanted);
        if let Some(index) = found {
            let mut focus = self.context();
            focus.timeframe = index;
            self.set_context(focus);
            return;
        }
        let known: Vec<String> = series.iter().map(|it| it.timeframe.to_string()).collect();
        let known = known.join(", ");
        let text = match wanted {
            Some(_) => format!("no {typed} bars: there are {known} (`market.timeframes_s`)"),
            None => format!("`{typed}` is no timeframe: write 5, 5m, 1h or 15s"),
        };
        self.say(Tone::Bad, text, turn.view);
    }

    /// Takes another profile of keys, the user's own rows on top.
    pub(super) fn change_profile(&mut self, turn: &Turn) {
        let user = self.keymap.user.clone();
        match keymap::load_as(turn.arguments, user.as_deref()) {
            Ok(keymap) => {
                let text = format!("keys of the profile {}", keymap.profile);
                self.use_keymap(Arc::new(keymap));
                self.say(Tone::Good, text, turn.view);
            }
            Err(error) => self.say(Tone::Bad, error.to_string(), turn.view),
        }
    }
}

/// Twice the coordinates of an area's middle, in cells as square as they are drawn.
fn middle(area: Rect) -> (i32, i32) {
    let x = i32::from(area.x) * 2 + i32::from(area.width);
    let y = i32::from(area.y) * 2 + i32::from(area.height);
    (x, y * 2)
}

/// Seconds of a timeframe as it is typed: a bare number counts minutes.
pub(super) fn timeframe_seconds(text: &str) -> Option<u32> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.trim_end_matches(|letter: char| letter.is_ascii_alphabetic());
    let number: u32 = digits.parse().ok().filter(|number| *number > 0)?;
    let unit = match text.strip_prefix(digits)? {
        "s" | "sec" => 1,
        "" | "m" | "min" => 60,
        "h" => 3_600,
        "d" => 86_400,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_number_counts_minutes() {
        let cases = [
            ("5", Some(300)),
            ("5m", Some(300)),
            ("15S", Some(15)),
            (" 1h ", Some(3_600)),
            ("1d", Some(86_400)),
            ("0", None),
            ("m", None),
            ("5x", None),
            ("99999999h", None),
        ];
        for (text, seconds) in cases {
            assert_eq!(timeframe_seconds(text), seconds, "{text}");
        }
    }
}
