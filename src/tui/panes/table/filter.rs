//! Which rows of a list are shown: words, `sym~BTC`, `pnl<0`, and `!` for the opposite.
//! Must not know what the columns mean.

use super::{Cell, Column, Value};

/// How a cell is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Compare {
    Holds,
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// The signs, the longer ones first.
const SIGNS: [(&str, Compare); 6] = [
    ("<=", Compare::LessOrEqual),
    (">=", Compare::GreaterOrEqual),
    ("<", Compare::Less),
    (">", Compare::Greater),
    ("=", Compare::Equal),
    ("~", Compare::Holds),
];

/// One condition.
#[derive(Debug, Clone, PartialEq)]
struct Term {
    is_inverse: bool,
    /// `None` looks at every column.
    column: Option<usize>,
    compare: Compare,
    /// In lower case.
    text: String,
    number: Option<f64>,
}

/// Conditions that must all hold.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::tui) struct Filter(Vec<Term>);

impl Filter {
    /// Reads conditions, parted by spaces; a column is named by the beginning of its title.
    pub(in crate::tui) fn read(text: &str, columns: &[Column]) -> Self {
        Self(
            text.split_whitespace()
                .map(|word| term(word, columns))
                .collect(),
        )
    }

    /// Whether a row is shown.
    pub(in crate::tui) fn accepts(&self, cells: &[Cell]) -> bool {
        self.0
            .iter()
            .all(|term| term.holds(cells) != term.is_inverse)
    }
}

fn term(word: &str, columns: &[Column]) -> Term {
    let (is_inverse, word) = match word.strip_prefix('!') {
        Some(rest) => (true, rest),
        None => (false, word),
    };
    let sign = SIGNS
        .iter()
        .filter_map(|(sign, compare)| Some((word.find(sign)?, *sign, *compare)))
        .min_by_key(|(at, sign, _)| (*at, std::cmp::Reverse(sign.len())));
    let named = sign.and_then(|(at, sign, compare)| {
        let name = word.get(..at)?.to_lowercase();
        let place = columns
            .iter()
            .position(|column| column.title.to_lowercase().starts_with(&name))?;
        (!name.is_empty()).then_some((place, compare, word.get(at + sign.len()..)?))
    });
    let (column, compare, text) = match named {
        Some((place, compare, text)) => (Some(place), compare, text),
        None => (None, Compare::Holds, word),
    };
    Term {
        is_inverse,
        column,
        compare,
        text: text.to_lowercase(),
        number: text.replace(',', "").parse().ok(),
    }
}

impl Term {
    fn holds(&self, cells: &[Cell]) -> bool {
        match self.column {
            Some(place) => cells.get(place).is_some_and(|cell| self.holds_for(cell)),
            None => cells.iter().any(|cell| self.holds_for(cell)),
        }
    }

    fn holds_for(&self, cell: &Cell) -> bool {
        let number = |holds: fn(f64, f64) -> bool| match (&cell.value, self.number) {
            (Value::Number(value), Some(number)) => holds(*value, number),
            _ => false,
        };
        match self.compare {
            Compare::Holds => cell.text.to_lowercase().contains(&self.text),
            Compare::Equal => {
                cell.text.to_lowercase() == self.text || number(|value, number| value == number)
            }
            Compare::Less => number(|value, number| value < number),
            Compare::LessOrEqual => number(|value, number| value <= number),
            Compare::Greater => number(|value, number| value > number),
            Compare::GreaterOrEqual => number(|value, number| value >= number),
        }
    }
}

#[cfg(test)]
mod tests {
    use ratatui::style::Style;

    use super::*;

    #[test]
    fn rows_are_shown_where_every_condition_holds() {
        let columns = [Column::text("SYMBOL", 8), Column::number("PNL", 8)];
        let row = |symbol: &str, pnl: f64| {
            [
                Cell::text(symbol.to_owned(), Style::new()),
                Cell::number(format!("{pnl:.2}"), pnl, Style::new()),
            ]
        };
        let rows = [row("BTCUSDT", -12.5), row("ETHUSDT", 3.0), row("SOL", 0.0)];
        for (text, shown) in [
            ("", "BTCUSDT ETHUSDT SOL"),
            ("usdt", "BTCUSDT ETHUSDT"),
            ("!usdt", "SOL"),
            ("sym~btc", "BTCUSDT"),
            ("!sym~btc", "ETHUSDT SOL"),
            ("pnl<0", "BTCUSDT"),
            ("pnl>=0 sym~usdt", "ETHUSDT"),
            ("pnl=3", "ETHUSDT"),
            ("pnl<abc", ""),
            ("nothing<3", ""),
        ] {
            let filter = Filter::read(text, &columns);
            let kept: Vec<&str> = rows
                .iter()
                .filter(|cells| filter.accepts(&cells[..]))
                .map(|cells| cells[0].text.as_str())
                .collect();
            assert_eq!(kept.join(" "), shown, "{text}");
        }
    }
}
