//! The picker of indicators: keys go to it, the chart follows it at once.
//! Must not know how it is drawn.

use super::Turn;
use crate::tui::action::TypingAction;
use crate::tui::overlay::studies::Studies;
use crate::tui::panes::chart::shown_studies;
use crate::tui::state::{DeskState, Open, Tone};
use crate::tui::workspace::StudyRow;

/// Rows of a page.
const PAGE: usize = 8;

impl DeskState {
    /// Opens the picker, or adds the study that was typed.
    pub(super) fn pick_studies(&mut self, turn: &Turn) {
        let mut studies = Studies::new(self.studies_now(turn));
        if turn.arguments.is_empty() {
            self.workspaces.remember();
            self.open = Open::Studies(Box::new(studies));
            return;
        }
        match turn.arguments.parse() {
            Ok(kind) => {
                studies.add(kind);
                self.workspaces.remember();
                self.leaf_mut().chart.studies = Some(studies.rows);
            }
            Err(text) => self.say(Tone::Bad, text, turn.view),
        }
    }

    /// The chosen chart's studies: those that it begins with are hidden where there is no room.
    fn studies_now(&self, turn: &Turn) -> Vec<StudyRow> {
        if let Some(kept) = &self.leaf().chart.studies {
            return kept.clone();
        }
        let rows = self.on_chart(turn.view, |pane, _, inside| {
            let shown = shown_studies(pane, inside.height);
            let mut usual = StudyRow::usual();
            for row in &mut usual {
                row.hidden = !shown.contains(row);
            }
            Some(usual)
        });
        rows.unwrap_or_else(StudyRow::usual)
    }

    /// What a key does to the picker; `false` where it does what it does everywhere.
    pub(super) fn act_studies(&mut self, id: TypingAction) -> bool {
        use TypingAction as A;
        let Open::Studies(studies) = &mut self.open else {
            return false;
        };
        match id {
            A::Accept => studies.accept(),
            A::Left | A::Right => studies.step(id == A::Right),
            A::Complete | A::CompleteBack => studies.next_field(id == A::Complete),
            A::EraseForward => studies.remove(),
            A::Up | A::Down => studies.choose(1, id == A::Down),
            A::TypingPageUp | A::TypingPageDown => studies.choose(PAGE, id == A::TypingPageDown),
            A::Home => studies.choose(usize::MAX, false),
            A::End => studies.choose(usize::MAX, true),
            A::Erase if !studies.erase() => self.open = Open::Nothing,
            A::Erase => {}
            _ => return false,
        }
        self.draw_picked();
        true
    }

    /// Types into the picker; `false` where it is not open.
    pub(super) fn type_into_studies(&mut self, letter: char) -> bool {
        let Open::Studies(studies) = &mut self.open else {
            return false;
        };
        studies.type_letter(letter);
        self.draw_picked();
        true
    }

    /// Gives the chart what is picked.
    fn draw_picked(&mut self) {
        let Open::Studies(studies) = &self.open else {
            return;
        };
        let rows = studies.rows.clone();
        let chart = &mut self.leaf_mut().chart;
        if chart.studies.as_ref() != Some(&rows) {
            chart.studies = Some(rows);
        }
    }
}
