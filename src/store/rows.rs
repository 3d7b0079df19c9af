//! Writes rows of named cells as CSV or as JSON lines, one at a time.
//! Must not know what the rows are about.

use std::fmt::Write as _;
use std::io::{self, BufWriter, Write};

use super::export::ExportFormat;

/// One value of a row.
#[derive(Debug, Clone)]
pub(super) enum Cell<'a> {
    /// Nothing: an empty field, or null.
    Null,
    /// A whole number.
    Int(i64),
    /// A decimal number with all its digits.
    Number(String),
    /// Words.
    Text(&'a str),
    /// Words made for this row.
    Owned(String),
    /// JSON as it is stored: one field of text in CSV, nested in JSON lines.
    Json(&'a str),
}

impl<'a> Cell<'a> {
    pub(super) fn text(text: Option<&'a str>) -> Self {
        text.map_or(Self::Null, Self::Text)
    }

    pub(super) fn number(number: Option<impl ToString>) -> Self {
        number.map_or(Self::Null, |number| Self::Number(number.to_string()))
    }
}

/// Writes rows under the same columns.
pub(super) struct RowWriter<'a> {
    out: BufWriter<&'a mut dyn Write>,
    columns: &'static [&'static str],
    format: ExportFormat,
    line: String,
    rows: u64,
}

impl<'a> RowWriter<'a> {
    /// Starts the output; CSV gets its line of column names even when no row follows.
    pub(super) fn new(
        out: &'a mut dyn Write,
        columns: &'static [&'static str],
        format: ExportFormat,
    ) -> io::Result<Self> {
        let mut out = BufWriter::with_capacity(64 * 1024, out);
        if format == ExportFormat::Csv {
            writeln!(out, "{}", columns.join(","))?;
        }
        Ok(Self {
            out,
            columns,
            format,
            line: String::new(),
            rows: 0,
        })
    }

    pub(super) fn row(&mut self, cells: &[Cell<'_>]) -> io::Result<()> {
        self.line.clear();
        match self.format {
            ExportFormat::Csv => self.csv(cells),
            ExportFormat::Jsonl => self.json(cells),
        }
        self.line.push('\n');
        self.rows += 1;
        self.out.write_all(self.line.as_bytes())
    }

    pub(super) fn finish(mut self) -> io::Result<u64> {
        self.out.flush()?;
        Ok(self.rows)
    }

    fn csv(&mut self, cells: &[Cell<'_>]) {
        for (index, cell) in cells.iter().enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            match cell {
                Cell::Null => {}
                Cell::Int(value) => {
                    let _ = write!(self.line, "{value}");
                }
                Cell::Number(text) => self.line.push_str(text),
                Cell::Text(text) | Cell::Json(text) => self.csv_text(text),
                Cell::Owned(text) => self.csv_text(text),
            }
        }
    }

    fn csv_text(&mut self, text: &str) {
        if text.contains([',', '"', '\n', '\r']) {
            self.line.push('"');
            self.line.push_str(&text.replace('"', "\"\""));
            self.line.push('"');
        } else {
            self.line.push_str(text);
        }
    }

    fn json(&mut self, cells: &[Cell<'_>]) {
        self.line.push('{');
        for (index, (name, cell)) in self.columns.iter().zip(cells).enumerate() {
            if index > 0 {
                self.line.push(',');
            }
            let _ = write!(self.line, "\"{name}\":");
            match cell {
                Cell::Null => self.line.push_str("null"),
                Cell::Int(value) => {
                    let _ = write!(self.line, "{value}");
                }
                Cell::Number(text) => self.line.push_str(text),
                Cell::Owned(text) => push_quoted(&mut self.line, text),
                Cell::Text(text) => push_quoted(&mut self.line, text),
                Cell::Json(text) => self.line.push_str(text),
            }
        }
        self.line.push('}');
    }
}

fn push_quoted(line: &mut String, text: &str) {
    line.push_str(&serde_json::Value::from(text).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_needs_it() {
        let cells = [
            Cell::Int(1),
            Cell::Number("1.50".to_owned()),
            Cell::Text("a,\"b\"\n"),
            Cell::Json("[{\"x\":1}]"),
            Cell::Null,
        ];
        let write = |format| {
            let mut out = Vec::new();
            let mut rows =
                RowWriter::new(&mut out, &["a", "b", "c", "d", "e"], format).expect("a writer");
            rows.row(&cells).expect("a row");
            assert_eq!(rows.finish().expect("an end"), 1);
            String::from_utf8(out).expect("text")
        };
        assert_eq!(
            write(ExportFormat::Csv),
            "a,b,c,d,e\n1,1.50,\"a,\"\"b\"\"\n\",\"[{\"\"x\"\":1}]\",\n"
        );
        assert_eq!(
            write(ExportFormat::Jsonl),
            "{\"a\":1,\"b\":1.50,\"c\":\"a,\\\"b\\\"\\n\",\"d\":[{\"x\":1}],\"e\":null}\n"
        );
    }
}
