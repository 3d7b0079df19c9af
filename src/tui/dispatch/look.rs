//! Actions that change what is seen and nothing else.
//! Must not ask anything of the engine.

use std::sync::Arc;

use super::{Effect, Turn};
use crate::runtime::replay::Step;
use crate::tui::action::{DeskAction, ReplayAction};
use crate::tui::overlay::help::Help;
use crate::tui::overlay::palette::Palette;
use crate::tui::overlay::prompt::{Prompt, PromptKind};
use crate::tui::replay::ReplayWish;
use crate::tui::state::{DeskState, Open, Tone};
use crate::view::View;

impl DeskState {
    pub(super) fn act_desk(&mut self, id: DeskAction, turn: &mut Turn) {
        use DeskAction as A;
        match id {
            A::Help => self.open = Open::Help(Help::default()),
            A::Tour => self.open = Open::Tour,
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
            A::Freeze => {
                self.frozen = match self.frozen {
                    Some(_) => None,
                    None => Some(Arc::new(turn.view.clone())),
                };
            }
            A::Privacy => self.is_private = !self.is_private,
            A::TimeZone => match turn.arguments.parse() {
                Ok(zone) => self.zone = zone,
                Err(text) => self.say(Tone::Bad, text, turn.view),
            },
            A::Quit | A::Leave => self.ask_to_leave(turn),
            A::Close => {
                self.open = Open::Nothing;
                self.leaf_mut().chart.lay_away();
            }
            A::Redraw => turn.effects.push(Effect::Redraw),
            A::Suspend => turn.effects.push(Effect::Suspend),
        }
    }

    pub(super) fn act_replay(&mut self, id: ReplayAction, turn: &mut Turn) {
        let bar = self.focus(turn.view).and_then(|row| {
            let series = crate::tui::state::series_of(row, self.context())?;
            Some((row.id, series.timeframe))
        });
        let wish = match (id, bar) {
            (ReplayAction::Toggle, _) => ReplayWish::Toggle,
            (ReplayAction::Forward, Some((instrument, timeframe))) => ReplayWish::Step(Step::Bar {
                instrument,
                timeframe,
            }),
            (ReplayAction::Forward, None) => ReplayWish::Step(Step::Second),
            (ReplayAction::Back, bar) => ReplayWish::Back(bar.map(|(_, timeframe)| timeframe)),
            (ReplayAction::Slower, _) => ReplayWish::Slower,
            (ReplayAction::Faster, _) => ReplayWish::Faster,
        };
        turn.effects.push(Effect::Replay(wish));
    }

    /// Shows another instrument in the chosen pane and its group.
    pub(in crate::tui) fn select_instrument(&mut self, index: usize) {
        let mut focus = self.context();
        focus.instrument = index;
        self.set_context(focus);
        let link = self.leaf().link;
        let root = &mut self.workspaces.current_mut().root;
        for leaf in root.leaves_mut().filter(|leaf| leaf.link == link) {
            leaf.chart.forget_place();
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
        let next = match turn.arguments {
            "" => Some(self.themes.next(&self.paint.theme.name)),
            name => self.themes.get(name),
        };
        match next {
            Some(theme) => {
                self.say(Tone::Plain, format!("theme {}", theme.name), turn.view);
                self.paint.theme = theme;
            }
            None => {
                let names = self.themes.names().join(", ");
                let text = format!("no theme `{}`: there are {names}", turn.arguments);
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
