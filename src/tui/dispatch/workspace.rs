//! Actions of workspaces and panes.
//! Must not touch the disk: the loop writes and reads layouts.

use super::{Effect, Turn};
use crate::tui::action::WorkspaceAction;
use crate::tui::panes::{self, PANES};
use crate::tui::state::{DeskState, Tone};
use crate::tui::workspace::{Axis, Class, EditError, Link, shipped, write};

/// The layout that a name is not needed for.
const NAME: &str = "mine";

impl DeskState {
    pub(super) fn act_workspace(&mut self, id: WorkspaceAction, turn: &mut Turn) {
        use WorkspaceAction as A;
        let class = Class::of(self.area);
        let done = match id {
            A::PaneNext => return self.workspaces.current_mut().choose_next(true, class),
            A::PanePrevious => return self.workspaces.current_mut().choose_next(false, class),
            A::Zoom => {
                let workspace = self.workspaces.current_mut();
                workspace.zoomed = !workspace.zoomed;
                return;
            }
            A::SplitRight => return self.workspaces.split(Axis::Row),
            A::SplitBelow => return self.workspaces.split(Axis::Column),
            A::ClosePane => self.workspaces.close_pane(),
            A::Kind => return self.change_kind(turn),
            A::Link => return self.change_link(turn),
            A::Wider => self.workspaces.resize(Axis::Row, true),
            A::Narrower => self.workspaces.resize(Axis::Row, false),
            A::Taller => self.workspaces.resize(Axis::Column, true),
            A::Shorter => self.workspaces.resize(Axis::Column, false),
            A::Undo => self.workspaces.undo(),
            A::Save => return self.save_layout(turn),
            A::Load => return self.load_layout(turn),
            A::New => {
                let name = match turn.arguments {
                    "" => "New",
                    name => name,
                };
                self.workspaces.add(name)
            }
            A::Rename => return self.rename(turn),
            A::CloseWorkspace => self.workspaces.close(),
            A::PaneLeft => return self.choose_towards((-1, 0), turn),
            A::PaneRight => return self.choose_towards((1, 0), turn),
            A::PaneAbove => return self.choose_towards((0, -1), turn),
            A::PaneBelow => return self.choose_towards((0, 1), turn),
            A::PaneShow => return self.show_pane(turn),
            A::PaneBack => return self.go_back(turn),
            A::WorkspaceGo => return self.go_to_workspace(turn),
            A::Next => return self.turn_workspace(turn.count),
            A::Previous => {
                let count = self.workspaces.all().len().max(1);
                return self.turn_workspace(count - turn.count % count);
            }
            A::Go1 => return self.go(1, turn),
            A::Go2 => return self.go(2, turn),
            A::Go3 => return self.go(3, turn),
            A::Go4 => return self.go(4, turn),
            A::Go5 => return self.go(5, turn),
            A::Go6 => return self.go(6, turn),
            A::Go7 => return self.go(7, turn),
            A::Go8 => return self.go(8, turn),
            A::Go9 => return self.go(9, turn),
        };
        self.tell_edit(done, turn);
    }

    fn tell_edit(&mut self, done: Result<(), EditError>, turn: &Turn) {
        if let Err(error) = done {
            self.say(Tone::Plain, error.to_string(), turn.view);
        }
    }

    fn go(&mut self, number: usize, turn: &Turn) {
        if !self.workspaces.show(number - 1) {
            let count = self.workspaces.all().len();
            let text = format!("no workspace {number}: there are {count}");
            self.say(Tone::Plain, text, turn.view);
        }
    }

    fn turn_workspace(&mut self, steps: usize) {
        let count = self.workspaces.all().len().max(1);
        self.workspaces
            .show((self.workspaces.index() + steps % count) % count);
    }

    fn change_kind(&mut self, turn: &Turn) {
        let spec = match turn.arguments {
            "" => {
                let current = self.leaf().spec;
                let at = PANES.iter().position(|spec| *spec == current).unwrap_or(0);
                PANES.get((at + 1) % PANES.len()).copied()
            }
            name => panes::by_name(name),
        };
        match spec {
            Some(spec) => self.workspaces.change_kind(spec),
            None => {
                let names: Vec<&str> = PANES.iter().map(|spec| spec.name).collect();
                let text = format!(
                    "no pane `{}`: there are {}",
                    turn.arguments,
                    names.join(", ")
                );
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }

    fn change_link(&mut self, turn: &Turn) {
        let link = match turn.arguments {
            "" => match self.leaf().link {
                None => Some(Link::A),
                Some(Link::A) => Some(Link::B),
                Some(Link::B) => Some(Link::C),
                Some(Link::C) => None,
            },
            "none" => None,
            letter => match Link::by_letter(letter) {
                Some(link) => Some(link),
                None => {
                    let text = format!("no link group `{letter}`: A, B, C or none");
                    return self.say(Tone::Bad, text, turn.view);
                }
            },
        };
        let shown = self.context();
        let leaf = self.leaf_mut();
        leaf.link = link;
        // A pane that leaves its group goes on showing what it showed.
        leaf.own = shown;
        let text = link.map_or("linked to no group".to_owned(), |link| {
            format!("linked to group {}", link.letter())
        });
        self.say(Tone::Plain, text, turn.view);
    }

    fn rename(&mut self, turn: &Turn) {
        if turn.arguments.is_empty() {
            let text = "a name is missing: `:workspace-rename NAME`";
            return self.say(Tone::Bad, text, turn.view);
        }
        self.workspaces.remember();
        let workspace = self.workspaces.current_mut();
        workspace.name = turn.arguments.chars().take(16).collect();
    }

    fn save_layout(&mut self, turn: &mut Turn) {
        let Some(name) = self.layout_name(turn) else {
            return;
        };
        match write(&self.workspaces) {
            Ok(text) => turn.effects.push(Effect::SaveLayout { name, text }),
            Err(error) => {
                let text = format!("the layout cannot be written: {error}");
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }

    fn load_layout(&mut self, turn: &mut Turn) {
        let Some(name) = self.layout_name(turn) else {
            return;
        };
        if name != "default" {
            return turn.effects.push(Effect::LoadLayout(name));
        }
        if let Ok(workspaces) = shipped() {
            self.workspaces.replace(workspaces);
        }
    }

    /// A name that is a file's name and nothing more.
    fn layout_name(&mut self, turn: &Turn) -> Option<String> {
        let name = match turn.arguments {
            "" => NAME,
            name => name,
        };
        let is_plain = |letter: char| letter.is_ascii_alphanumeric() || "-_".contains(letter);
        if name.len() <= 40 && name.chars().all(is_plain) {
            return Some(name.to_owned());
        }
        let text = format!("`{name}` is not a name for a layout: letters, digits, - and _");
        self.say(Tone::Bad, text, turn.view);
        None
    }
}
