//! What the mouse does: choose a pane, a tab or a row, move a border, turn the wheel.
//! Must not send an order: a click in a ladder opens the preview at most.

use std::time::Instant;

use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Effect, Turn};
use crate::tui::action::{ActionId, ChartAction, LadderAction, Scope, TableAction};
use crate::tui::panes::{inner, pen};
use crate::tui::render::places;
use crate::tui::state::{DeskState, Open};
use crate::tui::workspace::{Arrangement, Axis, PaneId, Placed};
use crate::view::View;

/// Rows or bars that one notch of the wheel moves.
const NOTCH: usize = 3;

/// What the pressed mouse holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Drag {
    /// A border: the panes on its two sides.
    Border {
        /// Left of it or above.
        first: PaneId,
        /// Right of it or below.
        second: PaneId,
    },
    /// What the chosen pane shows.
    Inside {
        /// From where the next move counts.
        from: Position,
        /// Whether it was moved since it was pressed.
        moved: bool,
    },
}

impl DeskState {
    /// Takes an event of the mouse.
    pub fn mouse(&mut self, event: MouseEvent, view: &View, now: Instant) -> Vec<Effect> {
        let mut turn = Turn {
            view,
            now,
            arguments: "",
            count: 1,
            enter_before: None,
            effects: Vec::new(),
        };
        self.touched = Some(now);
        let at = Position::new(event.column, event.row);
        match event.kind {
            MouseEventKind::ScrollUp => self.wheel(at, true, &mut turn),
            MouseEventKind::ScrollDown => self.wheel(at, false, &mut turn),
            MouseEventKind::Down(MouseButton::Left) => self.press(at, &mut turn),
            MouseEventKind::Drag(MouseButton::Left) => self.drag(at, &mut turn),
            MouseEventKind::Up(_) => self.let_go(at, &mut turn),
            _ => {}
        }
        turn.effects
    }

    fn press(&mut self, at: Position, turn: &mut Turn) {
        if !matches!(self.open, Open::Nothing) {
            return;
        }
        let places = places(turn.view, self, self.area);
        if places.workspaces.contains(at) {
            return self.press_workspace(at, places.workspaces);
        }
        if let Some(drag) = border(&places, at) {
            self.workspaces.remember();
            self.drag = Some(drag);
            return;
        }
        let Some(placed) = places.panes.iter().find(|placed| placed.area.contains(at)) else {
            return;
        };
        let id = self.tab_at(placed, at).unwrap_or(placed.id);
        self.workspaces.current_mut().choose(id);
        let spec = self.leaf().spec;
        let inside = inner(placed.area);
        if id == placed.id && inside.contains(at) {
            self.drag = Some(Drag::Inside {
                from: at,
                moved: false,
            });
            (spec.click)(self, turn, inside, at);
        }
    }

    fn let_go(&mut self, at: Position, turn: &mut Turn) {
        if let Some(Drag::Inside { moved: false, .. }) = self.drag.take() {
            (self.leaf().spec.release)(self, turn, at);
        }
    }

    fn press_workspace(&mut self, at: Position, line: Rect) {
        let mut x = line.x + 1;
        for (index, workspace) in self.workspaces.all().iter().enumerate() {
            let width = pen::width(&workspace.name) + 2;
            if (x..x + width).contains(&at.x) {
                self.workspaces.show(index);
                return;
            }
            x += width + 2;
        }
    }

    /// The tab under a press on a pile's upper edge; titles as the frame writes them.
    fn tab_at(&self, placed: &Placed, at: Position) -> Option<PaneId> {
        if at.y != placed.area.y {
            return None;
        }
        let root = &self.workspaces.current().root;
        let mut x = placed.area.x + 2;
        for id in &placed.tabs {
            let width = pen::width(root.find(*id)?.spec.title) + 2;
            if (x..x + width).contains(&at.x) {
                return Some(*id);
            }
            x += width;
        }
        None
    }

    fn drag(&mut self, at: Position, turn: &mut Turn) {
        match self.drag {
            Some(Drag::Border { first, second }) => self.drag_border(first, second, at, turn.view),
            Some(Drag::Inside { from, .. }) if from != at => {
                let from = (self.leaf().spec.drag)(self, turn, from, at);
                self.drag = Some(Drag::Inside { from, moved: true });
            }
            _ => {}
        }
    }

    fn drag_border(&mut self, first: PaneId, second: PaneId, at: Position, view: &View) {
        let places = places(view, self, self.area);
        let root = &self.workspaces.current().root;
        let Some((axis, ids)) = root.split_between(first, second) else {
            return;
        };
        let areas = places.panes.iter().filter(|placed| {
            ids.contains(&placed.id) || placed.tabs.iter().any(|id| ids.contains(id))
        });
        let Some(whole) = areas.map(|placed| placed.area).reduce(Rect::union) else {
            return;
        };
        let (offset, length) = match axis {
            Axis::Row => (at.x.saturating_sub(whole.x), whole.width),
            Axis::Column => (at.y.saturating_sub(whole.y), whole.height),
        };
        // The column or row under the mouse stays the last of the first part.
        let share = ((u32::from(offset) + 1) * 1_000).div_ceil(u32::from(length.max(1)));
        let share = u16::try_from(share).unwrap_or(1_000);
        self.workspaces.set_share(first, second, share);
    }

    /// The wheel moves what lies under it, chosen or not; the choice stays.
    fn wheel(&mut self, at: Position, up: bool, turn: &mut Turn) {
        if !matches!(self.open, Open::Nothing) {
            return self.wheel_over(up);
        }
        let places = places(turn.view, self, self.area);
        let Some(placed) = places.panes.iter().find(|placed| placed.area.contains(at)) else {
            return;
        };
        let chosen = self.workspaces.current().chosen;
        self.workspaces.current_mut().choose(placed.id);
        turn.count = NOTCH;
        let scopes = self.leaf().spec.scopes;
        let has = |scope| scopes.contains(&scope);
        let id = match up {
            true if has(Scope::Chart) => ActionId::Chart(ChartAction::ZoomIn),
            false if has(Scope::Chart) => ActionId::Chart(ChartAction::ZoomOut),
            true if has(Scope::Ladder) => ActionId::Ladder(LadderAction::Up),
            false if has(Scope::Ladder) => ActionId::Ladder(LadderAction::Down),
            true => ActionId::Table(TableAction::Up),
            false => ActionId::Table(TableAction::Down),
        };
        match id {
            ActionId::Chart(id) => self.act_chart(id, turn),
            ActionId::Ladder(id) => self.act_ladder(id, turn),
            ActionId::Table(id) => self.act_table(id, turn),
            _ => {}
        }
        self.workspaces.current_mut().chosen = chosen;
    }
}

/// The border under a press: the last column or row of one pane, with another behind it. The upper
/// edge of a pane is its title and its tabs.
fn border(places: &Arrangement, at: Position) -> Option<Drag> {
    let first = places.panes.iter().find(|placed| {
        let area = placed.area;
        let is_right = at.x + 1 == area.right() && at.y > area.y;
        let is_bottom = at.y + 1 == area.bottom();
        area.contains(at) && (is_right || is_bottom)
    })?;
    let area = first.area;
    let behind = if at.x + 1 == area.right() {
        Position::new(at.x + 1, at.y)
    } else {
        Position::new(at.x, at.y + 1)
    };
    let second = places.panes.iter().find(|it| it.area.contains(behind))?;
    Some(Drag::Border {
        first: first.id,
        second: second.id,
    })
}

/// Makes a mouse event with the left button, for tests and for the bench.
#[cfg(test)]
pub(super) fn left(kind: fn(MouseButton) -> MouseEventKind, column: u16, row: u16) -> MouseEvent {
    MouseEvent {
        kind: kind(MouseButton::Left),
        column,
        row,
        modifiers: crossterm::event::KeyModifiers::NONE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::{ColorMode, sample};

    fn desk() -> (DeskState, View) {
        let mut state = DeskState::new(ColorMode::Mono, false);
        state.area = Rect::new(0, 0, 120, 36);
        (state, sample::view())
    }

    fn area_of(state: &DeskState, view: &View, name: &str) -> Rect {
        let root = &state.workspaces.current().root;
        let id = root
            .leaves()
            .find(|leaf| leaf.spec.name == name)
            .unwrap()
            .id;
        let places = places(view, state, state.area);
        let placed = places.panes.iter().find(|placed| placed.id == id);
        placed.unwrap().area
    }

    #[test]
    fn a_press_chooses_the_pane_and_a_drag_moves_its_border() {
        let (mut state, view) = desk();
        let now = Instant::now();
        let area = area_of(&state, &view, "watch");
        let press = left(MouseEventKind::Down, area.x + 3, area.y + 2);
        state.mouse(press, &view, now);
        assert_eq!(state.leaf().spec.name, "watch");
        let (x, y) = (area.right() - 1, area.y + 4);
        state.mouse(left(MouseEventKind::Down, x, y), &view, now);
        state.mouse(left(MouseEventKind::Drag, x + 10, y), &view, now);
        state.mouse(left(MouseEventKind::Up, x + 10, y), &view, now);
        let wider = area_of(&state, &view, "watch");
        assert!((9..=11).contains(&(wider.width - area.width)), "{wider:?}");
        state.mouse(left(MouseEventKind::Drag, 5, y), &view, now);
        assert_eq!(area_of(&state, &view, "watch"), wider, "let go is let go");
        state.workspaces.undo().unwrap();
        assert_eq!(area_of(&state, &view, "watch"), area);
    }

    #[test]
    fn no_press_anywhere_does_harm() {
        let (mut state, view) = desk();
        let now = Instant::now();
        for x in (0..130).step_by(3) {
            for y in 0..40 {
                for kind in [MouseEventKind::Down, MouseEventKind::Drag] {
                    let effects = state.mouse(left(kind, x, y), &view, now);
                    let sends = effects.iter().any(|it| matches!(it, Effect::Send(..)));
                    assert!(!sends, "{x},{y}");
                }
            }
        }
    }
}
