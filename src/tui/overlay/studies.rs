//! The picker of a chart's indicators: what is on with its parameters, and what can be added.
//! Must not compute an indicator; the chart follows what is picked at once.

use std::cmp::Reverse;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::{Modifier, Style};

use super::fuzzy::Fuzzy;
use super::line::Line;
use super::prompt::draw_text;
use crate::indicators::{IndicatorKind, IndicatorSpec};
use crate::tui::panes::{Pane, pen};
use crate::tui::workspace::{StudyKind, StudyPlace, StudyRow};

/// Colours of lines that can be chosen.
const COLORS: u8 = 6;
/// Most columns of the picker.
const COLUMNS: u16 = 50;
/// Rows that the picker has at least, its frame included.
const ROWS_LEAST: u16 = 9;
/// Columns of a study's name.
const NAME_COLUMNS: u16 = 11;

/// What the picker remembers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Studies {
    /// The chart's studies as they are now.
    pub rows: Vec<StudyRow>,
    /// A few letters of what is to be added.
    pub filter: Line,
    /// The chosen row: first what is on, then what can be added.
    pub chosen: usize,
    /// The chosen part of a study that is on: a parameter, its colour, its place.
    field: usize,
    /// Digits of a parameter being typed.
    typed: String,
    /// What is wrong with it.
    problem: String,
}

/// A line of the picker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Row {
    /// A study that is on, by its place.
    On(usize),
    /// One that can be added.
    Add(StudyKind),
}

/// A part of a study that can be changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Parameter(usize),
    Color,
    Place,
}

impl Studies {
    /// Opened on a chart that draws these.
    pub fn new(rows: Vec<StudyRow>) -> Self {
        Self {
            rows,
            ..Self::default()
        }
    }

    /// What is listed: with nothing typed what is on, then everything that can be added.
    fn list(&self) -> Vec<Row> {
        let typed = self.filter.text().trim();
        if typed.is_empty() {
            let on = (0..self.rows.len()).map(Row::On);
            return on.chain(catalogue().map(Row::Add)).collect();
        }
        // A whole specification is meant as it stands.
        if let (true, Ok(kind)) = (typed.contains(':'), typed.parse()) {
            return vec![Row::Add(kind)];
        }
        let mut fuzzy = Fuzzy::new(typed);
        let mut found: Vec<(StudyKind, u32)> = catalogue()
            .filter_map(|kind| {
                let name = fuzzy.score(&kind.to_string()).map(|score| score + 16);
                Some((kind, name.max(fuzzy.score(about(kind)))?))
            })
            .collect();
        found.sort_by_key(|(_, score)| Reverse(*score));
        found.into_iter().map(|(kind, _)| Row::Add(kind)).collect()
    }

    fn chosen_row(&self) -> Option<Row> {
        let list = self.list();
        list.get(self.chosen.min(list.len().checked_sub(1)?))
            .copied()
    }

    fn chosen_study(&mut self) -> Option<&mut StudyRow> {
        match self.chosen_row()? {
            Row::On(place) => self.rows.get_mut(place),
            Row::Add(_) => None,
        }
    }

    /// Moves the choice.
    pub fn choose(&mut self, rows: usize, down: bool) {
        let last = self.list().len().saturating_sub(1);
        let now = self.chosen.min(last);
        self.chosen = match down {
            true => now.saturating_add(rows).min(last),
            false => now.saturating_sub(rows),
        };
        self.forget_typed();
    }

    /// Goes to the next part of the chosen study, or the one before.
    pub fn next_field(&mut self, forward: bool) {
        let Some(study) = self.chosen_study() else {
            return self.choose(1, forward);
        };
        let count = fields(study).len().max(1);
        let now = self.field.min(count - 1);
        self.field = match forward {
            true => (now + 1) % count,
            false => (now + count - 1) % count,
        };
        self.forget_typed();
    }

    /// Shows the chosen study or hides it; adds the one that can be added.
    pub fn accept(&mut self) {
        match self.chosen_row() {
            Some(Row::On(place)) => {
                if let Some(study) = self.rows.get_mut(place) {
                    study.hidden = !study.hidden;
                }
            }
            Some(Row::Add(kind)) => self.add(kind),
            None => {}
        }
    }

    /// Adds a study and chooses it; one that is there already is shown.
    pub fn add(&mut self, kind: StudyKind) {
        let known = self.rows.iter().position(|row| row.kind == kind);
        let place = known.unwrap_or(self.rows.len());
        match self.rows.get_mut(place) {
            Some(row) => row.hidden = false,
            None => self.rows.push(StudyRow::new(kind)),
        }
        self.filter = Line::default();
        self.chosen = place;
        self.field = 0;
        self.forget_typed();
    }

    /// Takes the chosen study off the chart.
    pub fn remove(&mut self) {
        if let Some(Row::On(place)) = self.chosen_row()
            && place < self.rows.len()
        {
            self.rows.remove(place);
            self.forget_typed();
        }
    }

    /// Changes the chosen part of the chosen study by a step.
    pub fn step(&mut self, up: bool) {
        let field = self.field;
        let Some(study) = self.chosen_study() else {
            return;
        };
        let fields = fields(study);
        match fields.get(field.min(fields.len().saturating_sub(1))) {
            Some(Field::Color) => {
                let now = study.color.unwrap_or_default();
                let by = if up { 1 } else { COLORS - 1 };
                study.color = Some((now + by) % COLORS);
            }
            Some(Field::Place) => {
                study.place = Some(match study.place() {
                    StudyPlace::Over => StudyPlace::Panel,
                    StudyPlace::Panel => StudyPlace::Over,
                });
            }
            Some(Field::Parameter(place)) => {
                let stepped = stepped(study.kind, *place, up);
                self.take(stepped);
            }
            None => {}
        }
    }

    /// Takes a typed character: a digit of a parameter, or a letter of what is to be added; Space
    /// shows or hides.
    pub fn type_letter(&mut self, letter: char) {
        let field = self.field;
        let is_on = self.chosen_study().is_some();
        if is_on && letter == ' ' {
            return self.accept();
        }
        let is_number = letter.is_ascii_digit() || letter == '.' && !self.typed.is_empty();
        if !is_on || !is_number {
            self.forget_typed();
            self.chosen = 0;
            return self.filter.push(letter);
        }
        if self.typed.len() < 8 {
            self.typed.push(letter);
        }
        let typed = self.typed.clone();
        let Some(study) = self.chosen_study() else {
            return;
        };
        let fields = fields(study);
        if let Some(Field::Parameter(place)) = fields.get(field.min(fields.len() - 1)) {
            let changed = with_parameter(study.kind, *place, &typed);
            self.take(changed);
        }
    }

    /// Erases the last digit or letter; `false` where there is none.
    pub fn erase(&mut self) -> bool {
        self.problem.clear();
        self.typed.pop().is_some() || self.filter.erase()
    }

    /// Takes a changed study over, or says why not.
    fn take(&mut self, changed: Result<StudyKind, String>) {
        match changed {
            Ok(kind) => {
                self.problem.clear();
                if let Some(study) = self.chosen_study() {
                    study.kind = kind;
                }
            }
            Err(problem) => self.problem = problem,
        }
    }

    fn forget_typed(&mut self) {
        self.typed.clear();
        self.problem.clear();
    }
}

/// Everything that can be added, with its usual parameters.
fn catalogue() -> impl Iterator<Item = StudyKind> {
    let known = IndicatorKind::ALL.iter().copied();
    let known = known.map(|kind| StudyKind::Indicator(IndicatorSpec::usual(kind)));
    known.chain([StudyKind::CumulativeDelta])
}

fn about(kind: StudyKind) -> &'static str {
    match kind {
        StudyKind::Indicator(spec) => spec.kind().about(),
        StudyKind::CumulativeDelta => "Bought less sold volume, summed up.",
    }
}

/// What can be changed of a study; what is not measured in prices has a panel of its own.
fn fields(study: &StudyRow) -> Vec<Field> {
    let parameters = (0..parameters(study.kind).len()).map(Field::Parameter);
    let place = study.kind.is_over_bars().then_some(Field::Place);
    parameters.chain([Field::Color]).chain(place).collect()
}

/// The parameters of a study as they are written.
fn parameters(kind: StudyKind) -> Vec<String> {
    let text = kind.to_string();
    let tail = text.split_once(':').map_or("", |(_, tail)| tail);
    let parts = tail.split('/').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// The study with another parameter.
fn with_parameter(kind: StudyKind, place: usize, value: &str) -> Result<StudyKind, String> {
    let text = kind.to_string();
    let name = text.split(':').next().unwrap_or_default();
    let mut parts = parameters(kind);
    if let Some(part) = parts.get_mut(place) {
        value.clone_into(part);
    }
    format!("{name}:{}", parts.join("/")).parse()
}

/// The study with a parameter a step up or down: a bar, or a tenth of a factor.
fn stepped(kind: StudyKind, place: usize, up: bool) -> Result<StudyKind, String> {
    let parts = parameters(kind);
    let now: f64 = parts
        .get(place)
        .and_then(|part| part.parse().ok())
        .unwrap_or_default();
    let is_factor = with_parameter(kind, place, "1.5").is_ok();
    let sign = if up { 1.0 } else { -1.0 };
    let value = match is_factor {
        true => format!("{:.1}", now + sign * 0.1),
        false => format!("{:.0}", now + sign),
    };
    with_parameter(kind, place, &value)
}

/// Draws the picker over the left of the panes, or over their lower half where there is little
/// room, so that the newest bars stay in sight.
pub(in crate::tui) fn draw(pane: &Pane, studies: &Studies, area: Rect, buffer: &mut Buffer) {
    let list = studies.list();
    let rows = u16::try_from(list.len()).unwrap_or(u16::MAX);
    let is_narrow = area.width < 2 * COLUMNS;
    let width = area.width.min(COLUMNS);
    let most = match is_narrow {
        true => (area.height / 2).max(ROWS_LEAST).min(area.height),
        false => area.height,
    };
    let height = rows.saturating_add(4).min(most);
    let top = match is_narrow {
        true => area.bottom().saturating_sub(height),
        false => area.y,
    };
    let place = Rect::new(area.x, top, width, height);
    let paint = pane.paint();
    pen::clear(buffer, place, paint.raised());
    let inside = pane.frame(place, "Indicators", buffer);
    let on = studies.rows.iter().filter(|row| !row.hidden).count();
    pane.note(place, 14, &format!("{on} on"), paint.dim(), buffer);
    let mut line = pane.pen(inside, 0, buffer);
    line.text(" find ", paint.dim());
    draw_text(&mut line, &studies.filter, paint.strong());
    let last = inside.height.saturating_sub(1);
    let visible = usize::from(last.saturating_sub(1));
    let chosen = studies.chosen.min(list.len().saturating_sub(1));
    let first = (chosen + 1).saturating_sub(visible);
    for (index, (at, row)) in (1..last).zip(list.iter().enumerate().skip(first)) {
        let line = Rect::new(inside.x, inside.y + index, inside.width, 1);
        let is_chosen = at == chosen;
        match row {
            Row::On(place) => draw_on(pane, studies, *place, is_chosen, line, buffer),
            Row::Add(kind) => draw_add(pane, *kind, line, buffer),
        }
        if is_chosen {
            let mark = pane.state.glyphs.cursor;
            pen::put(buffer, line.x, line.y, mark, pane.fg(|theme| theme.accent));
        }
    }
    let mut line = pane.pen(inside, last, buffer);
    line.gap(1);
    if studies.problem.is_empty() {
        line.rest(&help(pane, studies), paint.dim());
    } else {
        line.rest(&studies.problem, pane.fg(|theme| theme.alarm));
    }
}

/// What can be done with the chosen row.
fn help(pane: &Pane, studies: &Studies) -> String {
    let glyphs = &pane.state.glyphs;
    let enter = glyphs.enter_key;
    match studies.chosen_row() {
        Some(Row::On(_)) => format!(
            "{enter} on/off  {} part  {} change  Del removes",
            glyphs.tab_key, glyphs.arrows[0]
        ),
        Some(Row::Add(_)) => format!("{enter} adds  letters find"),
        None => "nothing fits: fewer letters".to_owned(),
    }
}

fn draw_add(pane: &Pane, kind: StudyKind, line: Rect, buffer: &mut Buffer) {
    let mut pen = pane.pen(line, 0, buffer);
    pen.gap(2);
    pen.text("+ ", pane.paint().dim());
    let text = kind.to_string();
    let name = text.split(':').next().unwrap_or_default();
    pen.cell(name, NAME_COLUMNS, pane.paint().text());
    pen.rest(about(kind), pane.paint().dim());
}

fn draw_on(
    pane: &Pane,
    studies: &Studies,
    place: usize,
    is_chosen: bool,
    line: Rect,
    buffer: &mut Buffer,
) {
    let Some(study) = studies.rows.get(place) else {
        return;
    };
    let (paint, glyphs) = (pane.paint(), &pane.state.glyphs);
    let mut pen = pane.pen(line, 0, buffer);
    let plain = match study.hidden {
        true => paint.dim(),
        false => paint.text(),
    };
    pen.gap(2);
    let mark = if study.hidden { " " } else { glyphs.tick };
    pen.text(&format!("{mark} "), pane.fg(|theme| theme.up));
    let text = study.kind.to_string();
    pen.cell(
        text.split(':').next().unwrap_or_default(),
        NAME_COLUMNS,
        plain,
    );
    let fields = fields(study);
    let marked = studies.field.min(fields.len().saturating_sub(1));
    for (index, field) in fields.iter().enumerate() {
        let is_marked = is_chosen && index == marked;
        let (text, style, keep) = part(pane, studies, study, *field, is_marked);
        let style = match is_marked {
            true => style.add_modifier(Modifier::REVERSED),
            false => style,
        };
        pen.keep(keep);
        pen.text(&text, style);
    }
    if !study.kind.is_over_bars() {
        pen.keep(8);
        pen.text(" panel ", paint.dim());
    }
}

/// A part of a study in words, and how many columns from the right it begins; a parameter stands
/// right behind the one before.
fn part(
    pane: &Pane,
    studies: &Studies,
    study: &StudyRow,
    field: Field,
    is_marked: bool,
) -> (String, Style, u16) {
    let (paint, glyphs) = (pane.paint(), &pane.state.glyphs);
    let plain = match study.hidden {
        true => paint.dim(),
        false => paint.text(),
    };
    match field {
        Field::Parameter(at) => {
            let is_typed = is_marked && !studies.problem.is_empty() && !studies.typed.is_empty();
            let text = match is_typed {
                true => studies.typed.clone(),
                false => parameters(study.kind).get(at).cloned().unwrap_or_default(),
            };
            (format!(" {text} "), plain, u16::MAX)
        }
        Field::Color => match study.color {
            Some(color) => {
                let line = glyphs.candles.line_solid.repeat(3);
                let style = paint.overlay(usize::from(color));
                (format!(" {line}{} ", color + 1), style, 16)
            }
            None => (" auto ".to_owned(), paint.dim(), 16),
        },
        Field::Place => {
            let word = match study.place() {
                StudyPlace::Over => " over ",
                StudyPlace::Panel => " panel ",
            };
            (word.to_owned(), plain, 8)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(studies: &Studies) -> Vec<String> {
        studies
            .rows
            .iter()
            .map(|row| row.kind.to_string())
            .collect()
    }

    fn type_in(studies: &mut Studies, text: &str) {
        for letter in text.chars() {
            studies.type_letter(letter);
        }
    }

    #[test]
    fn parameters_change_by_step_and_by_digits() {
        let mut studies = Studies::new(StudyRow::usual());
        studies.step(true);
        assert_eq!(texts(&studies)[0], "EMA:10");
        type_in(&mut studies, "50");
        assert_eq!(texts(&studies)[0], "EMA:50");
        studies.choose(3, true);
        studies.next_field(true);
        type_in(&mut studies, "3");
        assert_eq!(texts(&studies)[3], "MACD:12/26/9");
        assert!(studies.problem.contains("must grow"), "{}", studies.problem);
        type_in(&mut studies, "0");
        assert_eq!(texts(&studies)[3], "MACD:12/30/9");
        assert!(studies.problem.is_empty());
    }

    #[test]
    fn factors_go_by_tenths() {
        let kind: StudyKind = "BB:20/2".parse().unwrap();
        for (place, up, text) in [
            (1, true, "BB:20/2.1"),
            (1, false, "BB:20/1.9"),
            (0, false, "BB:19/2"),
        ] {
            assert_eq!(stepped(kind, place, up).unwrap().to_string(), text);
        }
        let least: StudyKind = "BB:20/0.1".parse().unwrap();
        assert!(stepped(least, 1, false).is_err());
    }

    #[test]
    fn letters_find_what_is_added() {
        for (typed, added) in [
            ("rsi", "RSI:14"),
            ("stoch", "STOCH:14/3/3"),
            ("true range", "ATR:14"),
            ("ema:200", "EMA:200"),
            ("cvd", "CVD"),
        ] {
            let mut studies = Studies::new(Vec::new());
            type_in(&mut studies, typed);
            studies.accept();
            assert_eq!(texts(&studies), [added], "{typed}");
            assert!(studies.filter.text().is_empty());
        }
        let mut studies = Studies::new(Vec::new());
        type_in(&mut studies, "qqqq");
        studies.accept();
        assert!(studies.rows.is_empty());
    }

    #[test]
    fn a_study_is_hidden_moved_coloured_and_removed() {
        let mut studies = Studies::new(StudyRow::usual());
        studies.accept();
        assert!(studies.rows[0].hidden);
        studies.next_field(true);
        studies.step(true);
        assert_eq!(studies.rows[0].color, Some(1));
        studies.next_field(true);
        studies.step(true);
        assert_eq!(studies.rows[0].place(), StudyPlace::Panel);
        studies.remove();
        assert_eq!(texts(&studies)[0], "EMA:21");
        // What is there already is shown again, not added twice.
        studies.rows[0].hidden = true;
        studies.add("EMA:21".parse().unwrap());
        assert!(!studies.rows[0].hidden && studies.rows.len() == 4);
    }
}
