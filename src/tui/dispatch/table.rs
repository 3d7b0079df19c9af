//! Actions of lists: moving, opening, sorting, filtering, hiding columns.
//! Must not know what a list holds.

use super::Turn;
use crate::tui::action::TableAction;
use crate::tui::panes::Pane;
use crate::tui::panes::table::Column;
use crate::tui::state::{DeskState, Open, Tone};

/// Rows of a page.
const PAGE: usize = 8;

impl DeskState {
    pub(super) fn act_table(&mut self, id: TableAction, turn: &mut Turn) {
        use TableAction as A;
        match id {
            A::Sort => self.sort(turn),
            A::Reverse => {
                if let Some((_, descending)) = &mut self.leaf_mut().table.sort {
                    *descending = !*descending;
                }
            }
            A::Filter => self.filter(turn),
            A::Columns => self.columns(turn),
            _ => self.move_row(id, turn),
        }
    }

    fn move_row(&mut self, id: TableAction, turn: &mut Turn) {
        use TableAction as A;
        let spec = self.leaf().spec;
        let pane = Pane::new(turn.view, self);
        let keys = spec.keys(&pane);
        let wanted = (spec.current)(&pane).or(self.leaf().table.chosen);
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
            A::Open | A::Sort | A::Reverse | A::Filter | A::Columns => at,
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

    fn sort(&mut self, turn: &Turn) {
        let Some(columns) = self.list_columns(turn) else {
            return;
        };
        let current = self.leaf().table.sort;
        let next = match turn.arguments {
            "" => current.map_or(0, |(column, _)| column + 1),
            name => match place(columns, name) {
                Some(place) => place,
                None => return self.no_column(name, columns, turn),
            },
        };
        self.leaf_mut().table.sort = columns.get(next).map(|column| (next, column.is_right));
    }

    fn filter(&mut self, turn: &Turn) {
        if self.list_columns(turn).is_none() {
            return;
        }
        let table = &mut self.leaf_mut().table;
        if turn.arguments.is_empty() {
            let before = std::mem::take(&mut table.filter);
            self.open = Open::Filter(before);
        } else {
            turn.arguments.clone_into(&mut table.filter);
        }
    }

    fn columns(&mut self, turn: &Turn) {
        let Some(columns) = self.list_columns(turn) else {
            return;
        };
        match turn.arguments {
            "" => self.open = Open::Columns(0),
            name => match place(columns, name) {
                Some(place) => self.toggle_column(place),
                None => self.no_column(name, columns, turn),
            },
        }
    }

    /// Hides a column or shows it; the last visible one stays.
    pub(super) fn toggle_column(&mut self, place: usize) {
        let count = self
            .leaf()
            .spec
            .table
            .map_or(0, |table| table.columns.len());
        let place = place.min(count.saturating_sub(1));
        let hidden = &mut self.leaf_mut().table.hidden;
        if !hidden.remove(&place) && hidden.len() + 1 < count {
            hidden.insert(place);
        }
    }

    fn list_columns(&mut self, turn: &Turn) -> Option<&'static [Column]> {
        let columns = self.leaf().spec.table.map(|table| table.columns);
        if columns.is_none() {
            let text = "this pane is no list with columns: Tab goes to another";
            self.say(Tone::Plain, text, turn.view);
        }
        columns
    }

    fn no_column(&mut self, name: &str, columns: &[Column], turn: &Turn) {
        let titles: Vec<&str> = columns.iter().map(|column| column.title).collect();
        let text = format!("no column `{name}`: there are {}", titles.join(", "));
        self.say(Tone::Bad, text, turn.view);
    }
}

fn place(columns: &[Column], name: &str) -> Option<usize> {
    let name = name.to_lowercase();
    let matches = |column: &Column| column.title.to_lowercase().starts_with(&name);
    columns.iter().position(matches)
}
