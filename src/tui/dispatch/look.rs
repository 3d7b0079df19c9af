//! Actions that change what is seen and nothing else.
//! Must not ask anything of the engine.

use super::{Effect, Turn};
use crate::tui::action::{
    ChartAction, DeskAction, LadderAction, ReplayAction, TableAction, WorkspaceAction,
};
use crate::tui::overlay::help::Help;
use crate::tui::overlay::palette::Palette;
use crate::tui::overlay::prompt::{Prompt, PromptKind};
use crate::tui::panes::Pane;
use crate::tui::state::{DeskState, Open, Tone};
use crate::tui::theme::THEMES;
use crate::tui::workspace::ChartState;
use crate::view::View;

/// Rows of a page in lists.
const PAGE: usize = 8;

impl DeskState {
    pub(super) fn act_desk(&mut self, id: DeskAction, turn: &mut Turn) {
        use DeskAction as A;
        match id {
            A::Help => self.open = Open::Help(Help::default()),
            A::Command => self.open = Open::Prompt(Prompt::new(PromptKind::Command)),
            A::Palette => self.open = Open::Palette(Box::new(Palette::new(self, turn.view))),
            A::Find => self.find(turn),
            A::InstrumentPrevious => {
                self.select_instrument(self.context().instrument.saturating_sub(turn.count));
            }
            A::InstrumentNext => {
                let next = self.context().instrument.saturating_add(turn.count);
                let last = turn.view.instruments.len().saturating_sub(1);
                self.select_instrument(next.min(last));
            }
            A::TimeframeShorter => self.move_timeframe(turn, false),
            A::TimeframeLonger => self.move_timeframe(turn, true),
            A::TimeframeSet if turn.arguments.is_empty() => {
                self.open = Open::Prompt(Prompt::new(PromptKind::Timeframe));
            }
            A::TimeframeSet => self.set_timeframe(turn),
            A::Profile => self.change_profile(turn),
            A::Theme => self.change_theme(turn),
            A::Quit | A::Leave => turn.effects.push(Effect::Quit),
            A::Close => self.open = Open::Nothing,
            A::Redraw => turn.effects.push(Effect::Redraw),
            A::Suspend => turn.effects.push(Effect::Suspend),
        }
    }

    pub(super) fn act_workspace(&mut self, id: WorkspaceAction, turn: &mut Turn) {
        use WorkspaceAction as A;
        let number = match id {
            A::PaneNext => return self.workspaces.current_mut().choose_next(true),
            A::PanePrevious => return self.workspaces.current_mut().choose_next(false),
            A::PaneShow => return self.show_pane(turn),
            A::PaneBack => return self.go_back(turn),
            A::WorkspaceNext => return self.step_workspace(true, turn),
            A::WorkspacePrevious => return self.step_workspace(false, turn),
            A::WorkspaceGo => return self.go_to_workspace(turn),
            A::Zoom => {
                let workspace = self.workspaces.current_mut();
                workspace.zoomed = !workspace.zoomed;
                return;
            }
            A::Go1 => 1,
            A::Go2 => 2,
            A::Go3 => 3,
            A::Go4 => 4,
            A::Go5 => 5,
            A::Go6 => 6,
            A::Go7 => 7,
            A::Go8 => 8,
            A::Go9 => 9,
        };
        if !self.workspaces.show(number - 1) {
            let count = self.workspaces.all().len();
            let text = format!("no workspace {number}: there are {count}");
            self.say(Tone::Plain, text, turn.view);
        }
    }

    pub(super) fn act_chart(&mut self, id: ChartAction, turn: &mut Turn) {
        use ChartAction as A;
        let context = self.context();
        let bars = self
            .focus(turn.view)
            .and_then(|row| crate::tui::state::series_of(row, context))
            .map_or(0, |series| series.bars.len());
        let step = turn.count.saturating_mul(2);
        let chart = &mut self.leaf_mut().chart;
        match id {
            A::PanLeft => {
                chart.pan = chart.pan.saturating_add(step).min(bars.saturating_sub(1));
            }
            A::PanRight => chart.pan = chart.pan.saturating_sub(step),
            A::ZoomIn => chart.zoom = (chart.zoom + 1).min(titan_widgets::ZOOM_MAX),
            A::ZoomOut => chart.zoom = chart.zoom.saturating_sub(1),
            A::Reset => *chart = ChartState::default(),
        }
    }

    pub(super) fn act_ladder(&mut self, id: LadderAction, turn: &mut Turn) {
        let step = i64::try_from(turn.count).unwrap_or(1);
        let ladder = &mut self.leaf_mut().ladder;
        match id {
            LadderAction::Up => ladder.cursor = ladder.cursor.saturating_add(step),
            LadderAction::Down => ladder.cursor = ladder.cursor.saturating_sub(step),
            LadderAction::Centre => ladder.cursor = 0,
        }
    }

    pub(super) fn act_table(&mut self, id: TableAction, turn: &mut Turn) {
        use TableAction as A;
        let spec = self.leaf().spec;
        let keys = (spec.rows)(&Pane::new(turn.view, self));
        let wanted = self.leaf().table.chosen;
        let at = keys
            .iter()
            .position(|key| Some(*key) == wanted)
            .unwrap_or(0);
        let next = match id {
            A::Up => at.saturating_sub(turn.count),
            A::Down => at.saturating_add(turn.count),
            A::PageUp => at.saturating_sub(PAGE),
            A::PageDown => at.saturating_add(PAGE),
            A::First => 0,
            A::Last => usize::MAX,
            A::Open => at,
        };
        let Some(key) = keys.get(next.min(keys.len().saturating_sub(1))).copied() else {
            return;
        };
        if id == A::Open {
            (spec.open)(self, turn, key);
        } else {
            self.leaf_mut().table.chosen = Some(key);
            (spec.choose)(self, turn.view, key);
        }
    }

    /// There is no replay yet for its keys to be looked up in.
    pub(super) fn act_replay(&mut self, id: ReplayAction, _: &mut Turn) {
        match id {
            ReplayAction::Toggle => {}
        }
    }

    /// Shows another instrument in the chosen pane and its group.
    pub(in crate::tui) fn select_instrument(&mut self, index: usize) {
        let mut focus = self.context();
        focus.instrument = index;
        self.set_context(focus);
        let link = self.leaf().link;
        let root = &mut self.workspaces.current_mut().root;
        for leaf in root.leaves_mut().filter(|leaf| leaf.link == link) {
            leaf.chart.pan = 0;
        }
    }

    fn move_timeframe(&mut self, turn: &Turn, longer: bool) {
        let mut focus = self.context();
        let most = self
            .focus(turn.view)
            .map_or(0, |row| row.series.len().saturating_sub(1));
        focus.timeframe = if longer {
            focus.timeframe.saturating_add(turn.count).min(most)
        } else {
            focus.timeframe.saturating_sub(turn.count)
        };
        self.set_context(focus);
        self.leaf_mut().chart.pan = 0;
    }

    fn find(&mut self, turn: &mut Turn) {
        let prompt = Prompt::with(PromptKind::Find, turn.arguments);
        if turn.arguments.is_empty() {
            self.open = Open::Prompt(prompt);
        } else {
            self.accept_find(&prompt, turn.view);
        }
    }

    fn change_theme(&mut self, turn: &Turn) {
        let current = self.paint.theme.name;
        let at = THEMES.iter().position(|theme| theme.name == current);
        let next = match turn.arguments {
            "" => THEMES.get(at.map_or(0, |index| (index + 1) % THEMES.len())),
            name => THEMES.iter().find(|theme| theme.name == name),
        };
        match next {
            Some(theme) => {
                self.paint.theme = *theme;
                self.say(Tone::Plain, format!("theme {}", theme.name), turn.view);
            }
            None => {
                let names: Vec<&str> = THEMES.iter().map(|theme| theme.name).collect();
                let text = format!(
                    "no theme `{}`: there are {}",
                    turn.arguments,
                    names.join(", ")
                );
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }

    pub(super) fn accept_find(&mut self, prompt: &Prompt, view: &View) {
        let found = crate::tui::overlay::prompt::matches(view, prompt.text());
        match found.get(prompt.chosen.min(found.len().saturating_sub(1))) {
            Some(index) => self.select_instrument(*index),
            None => self.say(
                Tone::Bad,
                format!("no instrument matches {}", prompt.text()),
                view,
            ),
        }
    }
}
