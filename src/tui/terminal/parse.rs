//! Bytes of a terminal as keys, mouse, pasted text and answers.
//! Must not take an answer for a key, whatever the terminal answers: keys trade.

use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};

/// Most bytes of a message that is not a key; more is thrown away.
const MESSAGE_MAX: usize = 8_192;
/// Most bytes that are taken for one pasted text.
const PASTE_MAX: usize = 1_024 * 1_024;
const PASTE_END: &[u8] = b"\x1b[201~";

/// Something read from the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key, the mouse, a pasted text, the focus, a new size.
    Event(Event),
    /// The answer to [`super::osc::STATUS_REQUEST`].
    Well,
}

/// Puts together what comes in pieces.
#[derive(Debug, Default)]
pub(super) struct Parser {
    buffer: Vec<u8>,
    /// What was pasted so far, while a paste is under way.
    paste: Option<Vec<u8>>,
}

/// What the beginning of the buffer is.
enum Part {
    /// The beginning of something longer.
    Unfinished,
    /// So many bytes that mean nothing here.
    Noise(usize),
    /// So many bytes that mean this.
    Found(usize, Input),
    /// So many bytes behind which pasted text begins.
    PasteStart(usize),
}

impl Parser {
    /// Takes what was read and adds what it means to `found`.
    pub(super) fn feed(&mut self, bytes: &[u8], found: &mut Vec<Input>) {
        self.buffer.extend_from_slice(bytes);
        loop {
            if self.paste.is_some() {
                if !self.take_paste(found) {
                    return;
                }
                continue;
            }
            match part(&self.buffer) {
                Part::Unfinished => {
                    if self.buffer.len() > MESSAGE_MAX {
                        self.buffer.clear();
                    }
                    return;
                }
                Part::Noise(count) => self.drop_front(count),
                Part::Found(count, input) => {
                    found.push(input);
                    self.drop_front(count);
                }
                Part::PasteStart(count) => {
                    self.drop_front(count);
                    self.paste = Some(Vec::new());
                }
            }
        }
    }

    /// Whether something is there that may go on.
    pub(super) fn is_waiting(&self) -> bool {
        !self.buffer.is_empty() || self.is_pasting()
    }

    /// Whether a paste has begun and not ended.
    pub(super) const fn is_pasting(&self) -> bool {
        self.paste.is_some()
    }

    /// Nothing came for a moment: an escape that nothing follows was the key of that name.
    pub(super) fn settle(&mut self, found: &mut Vec<Input>) {
        if self.is_pasting() {
            return;
        }
        let input = match self.buffer.as_slice() {
            [0x1b] => key(KeyCode::Esc, KeyModifiers::NONE),
            [
                0x1b,
                letter @ (b'[' | b'O' | b']' | b'P' | b'X' | b'^' | b'_'),
            ] => character(char::from(*letter), KeyModifiers::ALT),
            _ => return,
        };
        found.push(input);
        self.buffer.clear();
    }

    /// Nothing came for long: what is there will not be finished, and must not swallow a key.
    pub(super) fn give_up(&mut self) {
        self.buffer.clear();
        self.paste = None;
    }

    fn drop_front(&mut self, count: usize) {
        self.buffer.drain(..count.min(self.buffer.len()));
    }

    /// Takes pasted text up to its end; `false` where the end has not come.
    fn take_paste(&mut self, found: &mut Vec<Input>) -> bool {
        let Some(paste) = &mut self.paste else {
            return true;
        };
        let end = self
            .buffer
            .windows(PASTE_END.len())
            .position(|window| window == PASTE_END);
        let text = end.unwrap_or(self.buffer.len().saturating_sub(PASTE_END.len()));
        let room = PASTE_MAX.saturating_sub(paste.len());
        paste.extend(self.buffer.iter().take(text.min(room)));
        match end {
            Some(end) => {
                let text = String::from_utf8_lossy(paste).into_owned();
                found.push(Input::Event(Event::Paste(text)));
                self.paste = None;
                self.drop_front(end + PASTE_END.len());
                true
            }
            None => {
                self.drop_front(text);
                false
            }
        }
    }
}

fn part(buffer: &[u8]) -> Part {
    match buffer {
        [] | [0x1b] => Part::Unfinished,
        [0x1b, b'[', rest @ ..] => control_sequence(rest),
        [0x1b, b'O', rest @ ..] => keypad(rest),
        [0x1b, b']' | b'P' | b'X' | b'^' | b'_', rest @ ..] => message(rest),
        [0x1b, 0x1b, ..] => Part::Found(1, key(KeyCode::Esc, KeyModifiers::NONE)),
        [0x1b, rest @ ..] => match letter(rest, KeyModifiers::ALT) {
            Part::Found(count, input) => Part::Found(count + 1, input),
            Part::Noise(count) => Part::Noise(count + 1),
            other => other,
        },
        rest => letter(rest, KeyModifiers::NONE),
    }
}

/// Answers with text in them: colours, names, clipboards. None is a key.
fn message(rest: &[u8]) -> Part {
    let end = rest.iter().enumerate().find_map(|(place, byte)| {
        let follows = rest.get(place + 1);
        match (byte, follows) {
            (0x07, _) => Some(place + 1),
            (0x1b, Some(b'\\')) => Some(place + 2),
            // Another sequence has begun: this one was cut off.
            (0x1b, Some(_)) => Some(place),
            _ => None,
        }
    });
    end.map_or(Part::Unfinished, |end| Part::Noise(end + 2))
}

/// Keys that some terminals send with `ESC O`.
fn keypad(rest: &[u8]) -> Part {
    let code = match rest {
        [] => return Part::Unfinished,
        [b'A', ..] => KeyCode::Up,
        [b'B', ..] => KeyCode::Down,
        [b'C', ..] => KeyCode::Right,
        [b'D', ..] => KeyCode::Left,
        [b'F', ..] => KeyCode::End,
        [b'H', ..] => KeyCode::Home,
        [b'M', ..] => KeyCode::Enter,
        [number @ b'P'..=b'S', ..] => KeyCode::F(number - b'P' + 1),
        _ => return Part::Found(2, character('O', KeyModifiers::ALT)),
    };
    Part::Found(3, key(code, KeyModifiers::NONE))
}

/// A character, which may be a control character.
fn letter(bytes: &[u8], modifiers: KeyModifiers) -> Part {
    let Some(first) = bytes.first() else {
        return Part::Unfinished;
    };
    let control = |base: u8| {
        let letter = char::from(first.wrapping_add(base));
        character(letter, modifiers | KeyModifiers::CONTROL)
    };
    let input = match first {
        b'\r' => key(KeyCode::Enter, modifiers),
        b'\t' => key(KeyCode::Tab, modifiers),
        0x7f => key(KeyCode::Backspace, modifiers),
        0x00 => character(' ', modifiers | KeyModifiers::CONTROL),
        0x01..=0x1a => control(b'a' - 1),
        0x1c..=0x1f => control(b'4' - 0x1c),
        _ => return encoded(bytes, modifiers),
    };
    Part::Found(1, input)
}

/// A character of one to four bytes.
fn encoded(bytes: &[u8], modifiers: KeyModifiers) -> Part {
    let length = match bytes.first() {
        Some(0x20..=0x7e) => 1,
        Some(0xc2..=0xdf) => 2,
        Some(0xe0..=0xef) => 3,
        Some(0xf0..=0xf4) => 4,
        _ => return Part::Noise(1),
    };
    let Some(text) = bytes.get(..length) else {
        let cut = bytes
            .iter()
            .skip(1)
            .any(|byte| !(0x80..0xc0).contains(byte));
        return if cut {
            Part::Noise(1)
        } else {
            Part::Unfinished
        };
    };
    let text = std::str::from_utf8(text).ok();
    match text.and_then(|text| text.chars().next()) {
        Some(found) => Part::Found(length, character(found, modifiers)),
        None => Part::Noise(1),
    }
}

/// What stands behind `ESC [`.
fn control_sequence(rest: &[u8]) -> Part {
    match rest {
        // The function keys of the Linux console.
        [b'[', number @ b'A'..=b'E', ..] => {
            let code = KeyCode::F(number - b'A' + 1);
            return Part::Found(4, key(code, KeyModifiers::NONE));
        }
        [b'['] => return Part::Unfinished,
        [b'M', mouse @ ..] => {
            let [button, column, row, ..] = *mouse else {
                return Part::Unfinished;
            };
            let place = |byte: u8| u16::from(byte.saturating_sub(32));
            let event = mouse_event(button.saturating_sub(32).into(), place(column), place(row));
            return event.map_or(Part::Noise(6), |event| Part::Found(6, event));
        }
        _ => {}
    }
    let Some(end) = rest.iter().position(|byte| !(0x20..0x40).contains(byte)) else {
        return Part::Unfinished;
    };
    let (Some(body), Some(last)) = (rest.get(..end), rest.get(end)) else {
        return Part::Unfinished;
    };
    // Cut off by something that is no part of it, which stays.
    if !(0x40..0x7f).contains(last) {
        return Part::Noise(end + 2);
    }
    let length = end + 3;
    if body == b"200" && *last == b'~' {
        return Part::PasteStart(length);
    }
    sequence(body, *last).map_or(Part::Noise(length), |input| Part::Found(length, input))
}

fn sequence(body: &[u8], last: u8) -> Option<Input> {
    let text = std::str::from_utf8(body).ok()?;
    if let Some(mouse) = text.strip_prefix('<') {
        return decimal_mouse(mouse, last);
    }
    let fields: Vec<&str> = text.split(';').collect();
    let number = |place: usize| {
        let field = fields.get(place)?.split(':').next()?;
        field.parse::<u32>().ok()
    };
    let (modifiers, kind) = modifiers(fields.get(1).copied().unwrap_or_default());
    let code = match last {
        b'n' if text == "0" => return Some(Input::Well),
        b'I' if text.is_empty() => return Some(Input::Event(Event::FocusGained)),
        b'O' if text.is_empty() => return Some(Input::Event(Event::FocusLost)),
        b'Z' => return Some(key(KeyCode::BackTab, modifiers | KeyModifiers::SHIFT)),
        b'A' => KeyCode::Up,
        b'B' => KeyCode::Down,
        b'C' => KeyCode::Right,
        b'D' => KeyCode::Left,
        b'E' => KeyCode::KeypadBegin,
        b'F' => KeyCode::End,
        b'H' => KeyCode::Home,
        b'P' | b'Q' | b'S' => KeyCode::F(last - b'P' + 1),
        // The place of the cursor looks the same, and is never asked for.
        b'R' if number(0) == Some(1) => KeyCode::F(3),
        b'~' if number(0) == Some(27) => return coded(number(2)?, modifiers, kind),
        b'~' => numbered(number(0)?)?,
        b'u' => return coded(number(0)?, modifiers, kind),
        _ => return None,
    };
    Some(event(code, modifiers, kind))
}

/// Keys of `ESC [ number ~`.
fn numbered(number: u32) -> Option<KeyCode> {
    let function = |first: u32, offset: u32| {
        let number = u8::try_from(number - first + offset).ok()?;
        Some(KeyCode::F(number))
    };
    match number {
        1 | 7 => Some(KeyCode::Home),
        2 => Some(KeyCode::Insert),
        3 => Some(KeyCode::Delete),
        4 | 8 => Some(KeyCode::End),
        5 => Some(KeyCode::PageUp),
        6 => Some(KeyCode::PageDown),
        11..=15 => function(11, 1),
        17..=21 => function(17, 6),
        23..=26 => function(23, 11),
        28 | 29 => function(28, 15),
        31..=34 => function(31, 17),
        _ => None,
    }
}

/// Keys by the number of their character, as the newer protocols tell them.
fn coded(number: u32, modifiers: KeyModifiers, kind: KeyEventKind) -> Option<Input> {
    let code = match number {
        9 if modifiers.contains(KeyModifiers::SHIFT) => KeyCode::BackTab,
        9 => KeyCode::Tab,
        13 | 57_414 => KeyCode::Enter,
        27 => KeyCode::Esc,
        127 => KeyCode::Backspace,
        // What has no character of its own is not used by the desk.
        57_344..=63_743 => return None,
        number => KeyCode::Char(char::from_u32(number).filter(|it| !it.is_control())?),
    };
    Some(event(code, modifiers, kind))
}

/// The second field of a sequence: modifiers, and whether the key went down or up.
fn modifiers(field: &str) -> (KeyModifiers, KeyEventKind) {
    let mut parts = field.split(':').map(|part| part.parse::<u8>().unwrap_or(1));
    let bits = parts.next().unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::empty();
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
        (8, KeyModifiers::SUPER),
        (16, KeyModifiers::HYPER),
        (32, KeyModifiers::META),
    ] {
        modifiers.set(modifier, bits & bit != 0);
    }
    let kind = match parts.next() {
        Some(2) => KeyEventKind::Repeat,
        Some(3) => KeyEventKind::Release,
        _ => KeyEventKind::Press,
    };
    (modifiers, kind)
}

/// The mouse as `button;column;row`, released where the last letter is small.
fn decimal_mouse(text: &str, last: u8) -> Option<Input> {
    let numbers: Vec<u16> = text.split(';').filter_map(|it| it.parse().ok()).collect();
    let [button, column, row] = *numbers else {
        return None;
    };
    let mut event = mouse_event(button, column, row)?;
    if let (b'm', Input::Event(Event::Mouse(mouse))) = (last, &mut event)
        && let MouseEventKind::Down(button) = mouse.kind
    {
        mouse.kind = MouseEventKind::Up(button);
    }
    matches!(last, b'M' | b'm').then_some(event)
}

/// The mouse, its place counted from 1.
fn mouse_event(button: u16, column: u16, row: u16) -> Option<Input> {
    let number = (button & 0b11) | ((button & 0b1100_0000) >> 4);
    let moved = button & 0b10_0000 != 0;
    let which = match number {
        0 => Some(MouseButton::Left),
        1 => Some(MouseButton::Middle),
        2 => Some(MouseButton::Right),
        _ => None,
    };
    let kind = match (which, moved, number) {
        (Some(which), false, _) => MouseEventKind::Down(which),
        (Some(which), true, _) => MouseEventKind::Drag(which),
        (None, true, 3..=5) => MouseEventKind::Moved,
        (None, false, 3) => MouseEventKind::Up(MouseButton::Left),
        (None, false, 4) => MouseEventKind::ScrollUp,
        (None, false, 5) => MouseEventKind::ScrollDown,
        (None, false, 6) => MouseEventKind::ScrollLeft,
        (None, false, 7) => MouseEventKind::ScrollRight,
        _ => return None,
    };
    let mut modifiers = KeyModifiers::empty();
    modifiers.set(KeyModifiers::SHIFT, button & 4 != 0);
    modifiers.set(KeyModifiers::ALT, button & 8 != 0);
    modifiers.set(KeyModifiers::CONTROL, button & 16 != 0);
    Some(Input::Event(Event::Mouse(MouseEvent {
        kind,
        column: column.checked_sub(1)?,
        row: row.checked_sub(1)?,
        modifiers,
    })))
}

fn character(letter: char, modifiers: KeyModifiers) -> Input {
    let shift = if letter.is_uppercase() {
        KeyModifiers::SHIFT
    } else {
        KeyModifiers::NONE
    };
    key(KeyCode::Char(letter), modifiers | shift)
}

fn key(code: KeyCode, modifiers: KeyModifiers) -> Input {
    event(code, modifiers, KeyEventKind::Press)
}

fn event(code: KeyCode, modifiers: KeyModifiers, kind: KeyEventKind) -> Input {
    Input::Event(Event::Key(KeyEvent::new_with_kind(code, modifiers, kind)))
}

#[cfg(test)]
mod tests;
