//! What has to be written to turn one screen into another, and in which order it is cheapest.
//! Must not know how anything is written.

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use unicode_width::UnicodeWidthStr;

use super::sgr::{self, Look};

/// A cell that has to be written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    pub(super) x: u16,
    pub(super) y: u16,
    /// Of [`Plan::looks`]; for a blank, one that does as well as its own.
    pub(super) look: usize,
    pub(super) is_blank: bool,
}

/// The cells to be written, row by row; its room is used again for the next frame.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub(super) changes: Vec<Change>,
    looks: Vec<Look>,
    /// The first of the changes at the end whose look is still open: blanks that wait for the
    /// character behind them.
    open: usize,
}

impl Plan {
    /// Compares two screens; where `before` is `None`, the one before is blank with `ground`
    /// everywhere.
    pub(super) fn compare(&mut self, before: Option<&Buffer>, ground: &Cell, next: &Buffer) {
        self.changes.clear();
        self.looks.clear();
        self.open = 0;
        let width = usize::from(next.area.width).max(1);
        let mut rows = before.map(|buffer| buffer.content.chunks(width));
        for (y, row) in (next.area.y..).zip(next.content.chunks(width)) {
            let was = rows.as_mut().and_then(Iterator::next);
            self.compare_row(y, next.area.x, was, ground, row);
        }
    }

    fn compare_row(&mut self, y: u16, x: u16, was: Option<&[Cell]>, ground: &Cell, row: &[Cell]) {
        let before = |place: usize| was.map_or(Some(ground), |was| was.get(place));
        let differs = |place: usize, cell: &Cell| {
            cell.diff_option == CellDiffOption::AlwaysUpdate
                || before(place).is_none_or(|before| !same(before, cell))
        };
        let Some(first) = row
            .iter()
            .enumerate()
            .position(|(place, cell)| differs(place, cell))
        else {
            return;
        };
        // Writing over one half of a wide character takes the other half with it, so a row that
        // has or had one is written whole.
        let wide = row.iter().chain(was.unwrap_or_default()).any(is_wide);
        let mut behind_wide = 0;
        let from = if wide { 0 } else { first };
        for ((place, x), cell) in (0..).zip(x..).zip(row).skip(from) {
            if behind_wide > 0 {
                behind_wide -= 1;
                continue;
            }
            behind_wide = if wide {
                width(cell).saturating_sub(1)
            } else {
                0
            };
            let skipped = cell.diff_option == CellDiffOption::Skip;
            if !skipped && (wide || differs(place, cell)) {
                self.add(x, y, cell);
            }
        }
        self.close(None);
    }

    fn add(&mut self, x: u16, y: u16, cell: &Cell) {
        let look = Look::of(cell);
        let is_blank = cell.symbol() == " " && !look.shows_on_blank();
        let follows = self
            .changes
            .last()
            .is_some_and(|last| last.y == y && last.x.checked_add(1) == Some(x));
        if !follows {
            self.close(None);
        }
        let mut change = Change {
            x,
            y,
            look: 0,
            is_blank,
        };
        if !is_blank {
            change.look = self.index(look);
            self.close(Some(change.look));
            self.changes.push(change);
            self.open = self.changes.len();
            return;
        }
        let settled = self.open == self.changes.len() && follows;
        let left = self.changes.last().map(|last| last.look);
        match left.filter(|left| settled && self.stands_for(*left, look)) {
            Some(left) => {
                change.look = left;
                self.changes.push(change);
                self.open = self.changes.len();
            }
            None => {
                // Blanks of two grounds side by side have no look in common.
                let same_ground = self
                    .changes
                    .get(self.open)
                    .is_none_or(|first| self.stands_for(first.look, look));
                if !same_ground {
                    self.close(None);
                }
                change.look = self.blank_index(look);
                self.changes.push(change);
            }
        }
    }

    /// Gives the blanks that are open the look of the character behind them, where it will do.
    fn close(&mut self, behind: Option<usize>) {
        if let Some(behind) = behind {
            let (looks, open) = (&self.looks, self.changes.get_mut(self.open..));
            for change in open.unwrap_or_default() {
                let own = looks.get(change.look).copied().unwrap_or(Look::PLAIN);
                if looks
                    .get(behind)
                    .is_some_and(|look| look.stands_for_blank(own))
                {
                    change.look = behind;
                }
            }
        }
        self.open = self.changes.len();
    }

    fn stands_for(&self, index: usize, blank: Look) -> bool {
        self.looks
            .get(index)
            .is_some_and(|look| look.stands_for_blank(blank))
    }

    fn index(&mut self, look: Look) -> usize {
        let known = self.looks.iter().position(|known| *known == look);
        known.unwrap_or_else(|| {
            self.looks.push(look);
            self.looks.len() - 1
        })
    }

    fn blank_index(&mut self, look: Look) -> usize {
        let known = self
            .looks
            .iter()
            .position(|known| known.stands_for_blank(look));
        let ground = Look {
            bg: look.bg,
            ..Look::PLAIN
        };
        known.unwrap_or_else(|| self.index(ground))
    }

    /// The look of that number.
    pub(super) fn look(&self, index: usize) -> Look {
        self.looks.get(index).copied().unwrap_or(Look::PLAIN)
    }

    /// The changes as they stand, row by row.
    pub(super) fn by_row(&self) -> Vec<usize> {
        (0..self.changes.len()).collect()
    }

    /// The changes look by look, each look after the one from which it is said in the fewest
    /// bytes: with many colours, moving the cursor costs less than changing the colour.
    pub(super) fn by_look(&self, first: Look) -> Vec<usize> {
        let mut groups: Vec<Vec<usize>> = vec![Vec::new(); self.looks.len()];
        for (place, change) in self.changes.iter().enumerate() {
            if let Some(group) = groups.get_mut(change.look) {
                group.push(place);
            }
        }
        let used = groups.iter().enumerate().filter(|(_, it)| !it.is_empty());
        let mut left: Vec<usize> = used.map(|(index, _)| index).collect();
        let mut order = Vec::with_capacity(self.changes.len());
        let (mut pen, mut code) = (first, Vec::new());
        let mut cost = |pen: Look, index: usize| {
            code.clear();
            sgr::change(pen, self.look(index), &mut code);
            code.len()
        };
        while let Some(place) = (0..left.len()).min_by_key(|place| {
            left.get(*place)
                .map_or(usize::MAX, |index| cost(pen, *index))
        }) {
            let index = left.remove(place);
            pen = self.look(index);
            order.append(groups.get_mut(index).unwrap_or(&mut Vec::new()));
        }
        order
    }
}

/// The same to the eye.
fn same(one: &Cell, other: &Cell) -> bool {
    if one.symbol() != other.symbol() {
        return false;
    }
    let (one_look, other_look) = (Look::of(one), Look::of(other));
    one_look == other_look || (one.symbol() == " " && one_look.stands_for_blank(other_look))
}

/// Columns that a cell's character takes.
pub(in crate::tui) fn width(cell: &Cell) -> usize {
    match cell.symbol() {
        symbol if symbol.len() == 1 => 1,
        symbol => symbol.width(),
    }
}

fn is_wide(cell: &Cell) -> bool {
    width(cell) > 1
}
