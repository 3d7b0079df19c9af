//! One line of text with a cursor.
//! Must not know what the text is for.

/// What a line holds at most, so that a paste cannot grow without end.
const BYTES_MAX: usize = 1_000;

/// A line being edited.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Line {
    text: String,
    /// Bytes before the cursor; always between two letters.
    cursor: usize,
}

impl Line {
    /// A line with the cursor at its end.
    pub fn new(text: impl Into<String>) -> Self {
        let text = text.into();
        Self {
            cursor: text.len(),
            text,
        }
    }

    /// All of it.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What stands before the cursor.
    pub fn before(&self) -> &str {
        self.text.get(..self.cursor).unwrap_or(&self.text)
    }

    /// What stands from the cursor on.
    pub fn after(&self) -> &str {
        self.text.get(self.cursor..).unwrap_or_default()
    }

    /// Puts a letter at the cursor.
    pub fn push(&mut self, letter: char) {
        if !letter.is_control() && self.text.len() < BYTES_MAX {
            self.text.insert(self.cursor, letter);
            self.cursor += letter.len_utf8();
        }
    }

    /// Puts the first line of a pasted text at the cursor.
    pub fn paste(&mut self, text: &str) {
        let begins = text.trim_start_matches(['\r', '\n']);
        let first = begins.lines().next().unwrap_or_default();
        for letter in first.chars() {
            self.push(letter);
        }
    }

    /// Puts `text` in place of what stands before the cursor from byte `start` on.
    pub fn replace(&mut self, start: usize, text: &str) {
        let before = self.before().get(..start).unwrap_or_default();
        let (head, tail) = (format!("{before}{text}"), self.after().to_owned());
        self.cursor = head.len();
        self.text = head + &tail;
    }

    /// Erases the letter before the cursor; `false` where there is none.
    pub fn erase(&mut self) -> bool {
        let erases = self.left();
        if erases {
            self.text.remove(self.cursor);
        }
        erases
    }

    /// Erases the letter under the cursor.
    pub fn erase_forward(&mut self) {
        if self.cursor < self.text.len() {
            self.text.remove(self.cursor);
        }
    }

    /// Erases the word before the cursor and the spaces behind it.
    pub fn erase_word(&mut self) {
        let before = self.before().trim_end();
        let start = before.rfind(' ').map_or(0, |space| space + 1);
        self.replace(start, "");
    }

    /// Erases everything before the cursor.
    pub fn erase_line(&mut self) {
        self.replace(0, "");
    }

    /// Moves the cursor a letter left; `false` at the beginning.
    pub fn left(&mut self) -> bool {
        let letter = self.before().chars().next_back();
        self.cursor -= letter.map_or(0, char::len_utf8);
        letter.is_some()
    }

    /// Moves the cursor a letter right.
    pub fn right(&mut self) {
        self.cursor += self.after().chars().next().map_or(0, char::len_utf8);
    }

    /// Moves the cursor to the beginning.
    pub fn home(&mut self) {
        self.cursor = 0;
    }

    /// Moves the cursor to the end.
    pub fn end(&mut self) {
        self.cursor = self.text.len();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(line: &Line) -> (&str, &str) {
        (line.before(), line.after())
    }

    #[test]
    fn the_cursor_moves_by_letters_and_edits_happen_at_it() {
        let mut line = Line::new("ab é");
        assert!(line.left());
        assert_eq!(parts(&line), ("ab ", "é"));
        line.push('ü');
        assert_eq!(parts(&line), ("ab ü", "é"));
        assert!(line.erase());
        line.erase_forward();
        assert_eq!(parts(&line), ("ab ", ""));
        line.home();
        assert!(!line.left() && !line.erase());
        line.right();
        assert_eq!(parts(&line), ("a", "b "));
        line.end();
        line.right();
        assert_eq!(parts(&line), ("ab ", ""));
    }

    #[test]
    fn words_and_lines_are_erased_before_the_cursor() {
        let mut line = Line::new("theme okabe  ");
        line.erase_word();
        assert_eq!(line.text(), "theme ");
        line.erase_word();
        assert_eq!(line.text(), "");
        let mut line = Line::new("halt lunch");
        for _ in 0..5 {
            line.left();
        }
        line.erase_line();
        assert_eq!(parts(&line), ("", "lunch"));
    }

    #[test]
    fn a_paste_is_its_first_line_without_control_codes() {
        let mut line = Line::new("find ");
        line.paste("\r\nBTC\u{1b}USDT\nkill\n");
        assert_eq!(line.text(), "find BTCUSDT");
        line.paste(&"x".repeat(5_000));
        assert_eq!(line.text().len(), BYTES_MAX);
    }
}
