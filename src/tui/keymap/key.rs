//! One press of a key, read from the terminal and written for people.
//! Must not know what a key does.

use std::fmt;
use std::str::FromStr;

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::tui::glyphs::Glyphs;

/// A key that any terminal can send, also through tmux and SSH.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A printable character, shift included.
    Char(char),
    /// A letter with Ctrl, in lower case.
    Ctrl(char),
    /// A function key.
    F(u8),
    /// Return.
    Enter,
    /// Escape.
    Esc,
    /// Tabulator.
    Tab,
    /// Tabulator backwards.
    BackTab,
    /// Erase backwards.
    Backspace,
    /// Arrow.
    Up,
    /// Arrow.
    Down,
    /// Arrow.
    Left,
    /// Arrow.
    Right,
    /// Arrow with Ctrl.
    CtrlLeft,
    /// Arrow with Ctrl.
    CtrlRight,
    /// Page key.
    PageUp,
    /// Page key.
    PageDown,
    /// To the beginning.
    Home,
    /// To the end.
    End,
    /// Insert.
    Insert,
    /// Erase forwards.
    Delete,
}

/// The keys with a name of their own, as they stand in keymaps.
const NAMED: [(Key, &str); 19] = [
    (Key::Char(' '), "Space"),
    (Key::Enter, "Enter"),
    (Key::Esc, "Esc"),
    (Key::Tab, "Tab"),
    (Key::BackTab, "Shift-Tab"),
    (Key::Backspace, "Backspace"),
    (Key::Up, "Up"),
    (Key::Down, "Down"),
    (Key::Left, "Left"),
    (Key::Right, "Right"),
    (Key::CtrlLeft, "Ctrl-Left"),
    (Key::CtrlRight, "Ctrl-Right"),
    (Key::PageUp, "PageUp"),
    (Key::PageDown, "PageDown"),
    (Key::Home, "Home"),
    (Key::End, "End"),
    (Key::Insert, "Insert"),
    (Key::Delete, "Delete"),
    (Key::Char('-'), "Minus"),
];

/// As it stands in a keymap file.
impl fmt::Display for Key {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((_, name)) = NAMED.iter().find(|(key, _)| key == self) {
            return formatter.pad(name);
        }
        match self {
            Self::Ctrl(letter) => write!(formatter, "Ctrl-{}", letter.to_ascii_uppercase()),
            Self::F(number) => write!(formatter, "F{number}"),
            Self::Char(letter) => write!(formatter, "{letter}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Key {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let named = NAMED
            .iter()
            .find(|(_, name)| name.eq_ignore_ascii_case(text));
        if let Some((key, _)) = named {
            return Ok(*key);
        }
        let mut letters = text.chars();
        if let (Some(letter), None) = (letters.next(), letters.next())
            && !letter.is_control()
        {
            return Ok(Self::Char(letter));
        }
        if let Some(rest) = text.strip_prefix("Ctrl-").filter(|rest| rest.len() == 1)
            && let Some(letter) = rest.chars().next().filter(char::is_ascii_graphic)
        {
            return Ok(Self::Ctrl(letter.to_ascii_lowercase()));
        }
        let number = text.strip_prefix('F').and_then(|rest| rest.parse().ok());
        let held = ["Alt-", "Shift-", "Super-", "Meta-"];
        match number {
            Some(number @ 1..=24) => Ok(Self::F(number)),
            _ if held.iter().any(|word| text.starts_with(word)) => Err(format!(
                "`{text}` does not pass every terminal: take a letter, Ctrl-P, or two keys in a row"
            )),
            _ => Err(format!(
                "`{text}` is not a key: write a letter, Ctrl-P, F5, Space, Enter, Esc, Tab or Up"
            )),
        }
    }
}

impl Key {
    /// The key of an event; `None` for releases, repeats and keys the desk does not use.
    pub fn read(event: &KeyEvent) -> Option<Self> {
        if event.kind != KeyEventKind::Press {
            return None;
        }
        let ctrl = event.modifiers.contains(KeyModifiers::CONTROL);
        if event.modifiers.contains(KeyModifiers::ALT) {
            return None;
        }
        Some(match event.code {
            KeyCode::Char(letter) if ctrl => Self::Ctrl(letter.to_ascii_lowercase()),
            KeyCode::Char(letter) => Self::Char(letter),
            KeyCode::F(number) => Self::F(number),
            KeyCode::Enter => Self::Enter,
            KeyCode::Esc => Self::Esc,
            KeyCode::Tab => Self::Tab,
            KeyCode::BackTab => Self::BackTab,
            KeyCode::Backspace => Self::Backspace,
            KeyCode::Up => Self::Up,
            KeyCode::Down => Self::Down,
            KeyCode::Left if ctrl => Self::CtrlLeft,
            KeyCode::Right if ctrl => Self::CtrlRight,
            KeyCode::Left => Self::Left,
            KeyCode::Right => Self::Right,
            KeyCode::PageUp => Self::PageUp,
            KeyCode::PageDown => Self::PageDown,
            KeyCode::Home => Self::Home,
            KeyCode::End => Self::End,
            KeyCode::Insert => Self::Insert,
            KeyCode::Delete => Self::Delete,
            _ => return None,
        })
    }

    /// As it is written in hints.
    pub fn label(self, glyphs: &Glyphs) -> String {
        let arrow = |pair: &str, second: bool| match pair.split_once('/') {
            Some((first, other)) => (if second { other } else { first }).to_owned(),
            None => pair
                .chars()
                .nth(usize::from(second))
                .map(String::from)
                .unwrap_or_default(),
        };
        let [across, along] = glyphs.arrows;
        match self {
            Self::Char(' ') => "Space".to_owned(),
            Self::Char(letter) => letter.to_string(),
            Self::Ctrl(letter) => format!("Ctrl-{}", letter.to_ascii_uppercase()),
            Self::F(number) => format!("F{number}"),
            Self::Enter => "Enter".to_owned(),
            Self::Esc => "Esc".to_owned(),
            Self::Tab => "Tab".to_owned(),
            Self::BackTab => "Shift-Tab".to_owned(),
            Self::Backspace => "Backspace".to_owned(),
            Self::Left => arrow(across, false),
            Self::Right => arrow(across, true),
            Self::Up => arrow(along, false),
            Self::Down => arrow(along, true),
            Self::PageUp => "PgUp".to_owned(),
            Self::PageDown => "PgDn".to_owned(),
            Self::CtrlLeft => format!("Ctrl-{}", arrow(across, false)),
            Self::CtrlRight => format!("Ctrl-{}", arrow(across, true)),
            Self::Home => "Home".to_owned(),
            Self::End => "End".to_owned(),
            Self::Insert => "Ins".to_owned(),
            Self::Delete => "Del".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_read_as_they_are_written() {
        for text in [
            "a",
            "A",
            "?",
            ":",
            "Ctrl-P",
            "F12",
            "Space",
            "Enter",
            "Shift-Tab",
            "Ctrl-Left",
            "Minus",
        ] {
            let key: Key = text.parse().unwrap();
            assert_eq!(key.to_string(), text);
        }
        assert_eq!("-".parse(), Ok(Key::Char('-')));
        for text in ["", "ab", "F0", "F99", "Ctrl-", "Alt-x", "\u{1b}"] {
            assert!(text.parse::<Key>().is_err(), "{text}");
        }
    }
}
