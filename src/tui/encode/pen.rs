//! Writes planned cells: moves, colours and characters, each in its shortest form.
//! Must not decide what is written or in which order.

use std::ops::Range;

use ratatui::buffer::{Buffer, Cell, CellDiffOption};
use ratatui::style::Color;

use super::moves::{self, At};
use super::plan::{Change, Plan, width};
use super::push_number;
use super::sgr::{self, Look};

/// Least blanks in a row that are erased to the end of the line instead of written.
const ERASE_LINE_MIN: usize = 4;
/// Least blanks in a row that are erased instead of written, the move behind them included.
const ERASE_MIN: usize = 10;
/// Most cells that are written once more because a move over them is longer.
const GAP_MAX: u16 = 5;

/// Where the terminal's cursor stands and what its next character would look like.
pub(super) struct Pen<'a> {
    next: &'a Buffer,
    plan: &'a Plan,
    erases: bool,
    at: Option<At>,
    look: Look,
    /// From where on a row was erased to its end; whatever else was to be done there is done.
    erased: Option<(u16, u16)>,
    pub(super) bytes: Vec<u8>,
}

impl<'a> Pen<'a> {
    /// A pen that stands nowhere and has the given look.
    pub(super) fn new(next: &'a Buffer, plan: &'a Plan, erases: bool, look: Look) -> Self {
        Self {
            next,
            plan,
            erases,
            at: None,
            look,
            erased: None,
            bytes: Vec::new(),
        }
    }

    /// Writes the changes of the plan in this order.
    pub(super) fn write(&mut self, order: &[usize]) {
        let mut rest = order;
        while let Some((first, _)) = rest.split_first() {
            let Some(change) = self.plan.changes.get(*first) else {
                return;
            };
            let (blanks, columns) = self.blanks(rest);
            let done = self
                .erased
                .is_some_and(|(x, y)| y == change.y && x <= change.x);
            if blanks == 0 {
                self.write_cell(*change);
            } else if !done {
                self.write_blanks(*change, columns);
            }
            rest = rest.get(blanks.max(1)..).unwrap_or_default();
        }
    }

    /// How many blanks of one ground come next, and over how many columns: those between them are
    /// blank already.
    fn blanks(&self, order: &[usize]) -> (usize, usize) {
        let (mut count, mut columns) = (0, 0);
        let mut former: Option<&Change> = None;
        for index in order {
            let Some(change) = self.plan.changes.get(*index).filter(|it| it.is_blank) else {
                break;
            };
            let step = match former {
                None => 1,
                Some(former) if former.y == change.y && former.look == change.look => {
                    let gap = former.x.saturating_add(1)..change.x;
                    let ground = self.plan.look(change.look);
                    if gap.len() > GAP_MAX.into() || !self.is_blank(gap.clone(), change.y, ground) {
                        break;
                    }
                    gap.len() + 1
                }
                Some(_) => break,
            };
            former = Some(change);
            count += 1;
            columns += step;
        }
        (count, columns)
    }

    fn write_blanks(&mut self, first: Change, count: usize) {
        let (x, y) = (first.x, first.y);
        self.go(x, y);
        let wanted = self.plan.look(first.look);
        if !self.look.stands_for_blank(wanted) {
            // A look that no character has need not have its colour of text.
            let fg = match wanted.fg {
                Color::Reset => self.look.fg,
                fg => fg,
            };
            self.set(Look { fg, ..wanted });
        }
        let right = self.next.area.right();
        if self.erases && count >= ERASE_LINE_MIN && self.is_blank(x..right, y, self.look) {
            self.bytes.extend_from_slice(b"\x1b[K");
            self.erased = Some((x, y));
        } else if self.erases && count >= ERASE_MIN {
            self.bytes.extend_from_slice(b"\x1b[");
            push_number(&mut self.bytes, u32::try_from(count).unwrap_or(u32::MAX));
            self.bytes.push(b'X');
        } else {
            self.bytes.extend(std::iter::repeat_n(b' ', count));
            self.advance(count);
        }
    }

    /// Whether these columns of a row show nothing but the ground of a look.
    fn is_blank(&self, mut columns: Range<u16>, y: u16, ground: Look) -> bool {
        columns.all(|x| {
            self.next.cell((x, y)).is_some_and(|cell| {
                let look = Look::of(cell);
                cell.symbol() == " "
                    && !look.shows_on_blank()
                    && ground.stands_for_blank(look)
                    && cell.diff_option != CellDiffOption::Skip
            })
        })
    }

    fn write_cell(&mut self, change: Change) {
        let Some(cell) = self.next.cell((change.x, change.y)) else {
            return;
        };
        self.go(change.x, change.y);
        self.set(self.plan.look(change.look));
        self.symbol(cell);
    }

    /// Text from outside must not become an order to the terminal.
    fn symbol(&mut self, cell: &Cell) {
        let symbol = cell.symbol();
        let columns = width(cell);
        if columns == 0 || symbol.chars().any(char::is_control) {
            self.bytes.push(b' ');
            self.advance(1);
        } else {
            self.bytes.extend_from_slice(symbol.as_bytes());
            // Terminals disagree about wide characters, so after one the place is said anew.
            if columns == 1 {
                self.advance(1);
            } else {
                self.at = None;
            }
        }
    }

    fn advance(&mut self, cells: usize) {
        let right = self.next.area.right();
        if let Some(at) = &mut self.at {
            let cells = u16::try_from(cells).unwrap_or(u16::MAX);
            at.x = at.x.saturating_add(cells);
            at.past_end = at.x >= right;
        }
    }

    fn set(&mut self, look: Look) {
        sgr::change(self.look, look, &mut self.bytes);
        self.look = look;
    }

    fn go(&mut self, x: u16, y: u16) {
        let mut way = Vec::new();
        moves::go(self.at, x, y, &mut way);
        if !self.write_gap(x, y, way.len()) {
            self.bytes.append(&mut way);
        }
        self.at = Some(At {
            x,
            y,
            past_end: false,
        });
    }

    /// Gets to `x` by writing what lies between, where that looks as the pen does and is shorter
    /// than `limit`.
    fn write_gap(&mut self, x: u16, y: u16, limit: usize) -> bool {
        let Some(at) = self.at.filter(|at| at.y == y && at.x < x) else {
            return false;
        };
        if x - at.x > GAP_MAX {
            return false;
        }
        let mut text = Vec::new();
        for place in at.x..x {
            let Some(cell) = self.next.cell((place, y)) else {
                return false;
            };
            let look = Look::of(cell);
            let alike =
                look == self.look || (cell.symbol() == " " && self.look.stands_for_blank(look));
            let plain = width(cell) == 1 && !cell.symbol().chars().any(char::is_control);
            if !alike || !plain || cell.diff_option == CellDiffOption::Skip {
                return false;
            }
            text.extend_from_slice(cell.symbol().as_bytes());
        }
        let shorter = text.len() <= limit;
        if shorter {
            self.bytes.append(&mut text);
        }
        shorter
    }
}
