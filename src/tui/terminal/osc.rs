//! Messages to the terminal itself: bell, notifications, clipboard, title.
//! Must not let a character through that could end the message or begin another.

use thiserror::Error;

/// Rings.
pub const BELL: &[u8] = b"\x07";
/// Asks the terminal to say that it is well; its answer tells how long the way is.
pub const STATUS_REQUEST: &[u8] = b"\x1b[5n";

/// Most letters of a title or of a notification's lines.
const LETTERS_MAX: usize = 200;
/// Most bytes of text that are copied: what terminals take at least, before base64.
const COPY_MAX: usize = 56_244;

/// How a terminal is told of something that wants attention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// A bell: everywhere.
    Bell,
    /// OSC 9: iTerm2, kitty, Windows Terminal, wezterm, foot.
    Osc9,
    /// OSC 777: urxvt, foot, ghostty, wezterm, kitty.
    Osc777,
    /// OSC 99: kitty, foot.
    Osc99,
}

impl Notice {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Bell, Self::Osc9, Self::Osc777, Self::Osc99];

    /// Its name in the configuration.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bell => "bel",
            Self::Osc9 => "osc9",
            Self::Osc777 => "osc777",
            Self::Osc99 => "osc99",
        }
    }
}

/// Whether messages have to be wrapped to get past what runs between program and terminal.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Passthrough {
    /// Straight to the terminal.
    #[default]
    None,
    /// Through tmux, which wants `allow-passthrough on`.
    Tmux,
}

/// Why something was not copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum CopyError {
    /// Terminals would cut it off or drop it.
    #[error("{0} bytes are more than the {COPY_MAX} that terminals copy: take fewer rows")]
    TooLong(usize),
}

/// A notification of one title and one line.
pub fn notification(kind: Notice, title: &str, body: &str, through: Passthrough) -> Vec<u8> {
    let (title, body) = (clean(title), clean(body));
    let message = match kind {
        Notice::Bell => return BELL.to_vec(),
        // Of a text that begins with a number some terminals make a progress bar.
        Notice::Osc9 if title.starts_with(|it: char| it.is_ascii_digit()) => {
            format!("\x1b]9; {title}: {body}\x07")
        }
        Notice::Osc9 => format!("\x1b]9;{title}: {body}\x07"),
        Notice::Osc777 => {
            let title = title.replace(';', ",");
            format!("\x1b]777;notify;{title};{body}\x07")
        }
        Notice::Osc99 => {
            format!("\x1b]99;i=titan-tui:d=0;{title}\x1b\\\x1b]99;i=titan-tui:p=body;{body}\x1b\\")
        }
    };
    wrap(message.as_bytes(), through)
}

/// Puts a text into the clipboard of the person at the terminal.
///
/// # Errors
/// When it is too long.
pub fn copy(text: &str, through: Passthrough) -> Result<Vec<u8>, CopyError> {
    if text.len() > COPY_MAX {
        return Err(CopyError::TooLong(text.len()));
    }
    let message = format!("\x1b]52;c;{}\x07", base64(text.as_bytes()));
    let mut bytes = message.clone().into_bytes();
    // tmux takes it itself with `set-clipboard on`, and passes it on with `allow-passthrough on`.
    if through == Passthrough::Tmux {
        bytes.extend(wrap(message.as_bytes(), through));
    }
    Ok(bytes)
}

/// Sets the window's title.
pub fn title(text: &str) -> Vec<u8> {
    format!("\x1b]2;{}\x07", clean(text)).into_bytes()
}

/// One line of harmless characters.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|letter| !letter.is_control())
        .take(LETTERS_MAX)
        .collect()
}

/// tmux passes on what stands between these, each escape doubled.
fn wrap(message: &[u8], through: Passthrough) -> Vec<u8> {
    if through == Passthrough::None {
        return message.to_vec();
    }
    let mut wrapped = b"\x1bPtmux;".to_vec();
    for byte in message {
        if *byte == 0x1b {
            wrapped.push(0x1b);
        }
        wrapped.push(*byte);
    }
    wrapped.extend_from_slice(b"\x1b\\");
    wrapped
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for sextet in 0..4 {
            let place = usize::try_from(bits >> (18 - 6 * sextet) & 63).unwrap_or(0);
            let letter = LETTERS.get(place).copied().unwrap_or(b'A');
            let padded = sextet > chunk.len();
            text.push(if padded { '=' } else { char::from(letter) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(bytes: Vec<u8>) -> String {
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn each_kind_has_its_form() {
        let cases = [
            (Notice::Bell, Passthrough::Tmux, "\x07"),
            (Notice::Osc9, Passthrough::None, "\x1b]9;Fill: 7 NIFTY\x07"),
            (
                Notice::Osc777,
                Passthrough::None,
                "\x1b]777;notify;Fill;7 NIFTY\x07",
            ),
            (
                Notice::Osc99,
                Passthrough::None,
                "\x1b]99;i=titan-tui:d=0;Fill\x1b\\\x1b]99;i=titan-tui:p=body;7 NIFTY\x1b\\",
            ),
            (
                Notice::Osc9,
                Passthrough::Tmux,
                "\x1bPtmux;\x1b\x1b]9;Fill: 7 NIFTY\x07\x1b\\",
            ),
        ];
        for (kind, through, expected) in cases {
            let made = text(notification(kind, "Fill", "7 NIFTY", through));
            assert_eq!(made, expected, "{kind:?} {through:?}");
        }
    }

    #[test]
    fn nothing_from_outside_ends_a_message_or_begins_another() {
        let evil = "a\x1b]0;x\x07b\u{9c}\u{9d}c\r\nd;e\x18\x1a\x7f";
        for kind in Notice::ALL {
            for through in [Passthrough::None, Passthrough::Tmux] {
                let with = text(notification(kind, evil, evil, through));
                let without = text(notification(kind, "a]0;xbcd;e", "a]0;xbcd;e", through));
                assert_eq!(with, without);
            }
        }
        assert_eq!(text(title(evil)), "\x1b]2;a]0;xbcd;e\x07");
        let fields = text(notification(
            Notice::Osc777,
            "a;b",
            "c;d",
            Passthrough::None,
        ));
        assert_eq!(fields, "\x1b]777;notify;a,b;c;d\x07");
        let progress = text(notification(Notice::Osc9, "4;1;50", "", Passthrough::None));
        assert!(progress.starts_with("\x1b]9; 4;1;50"), "{progress:?}");
        let long = title(&"x".repeat(10_000));
        assert!(long.len() < 300);
    }

    #[test]
    fn what_is_copied_is_base64() {
        let cases = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
            ("\u{ff}", "w78="),
        ];
        for (plain, expected) in cases {
            let bytes = copy(plain, Passthrough::None).unwrap();
            assert_eq!(text(bytes), format!("\x1b]52;c;{expected}\x07"));
        }
        let twice = text(copy("foo", Passthrough::Tmux).unwrap());
        assert_eq!(
            twice,
            "\x1b]52;c;Zm9v\x07\x1bPtmux;\x1b\x1b]52;c;Zm9v\x07\x1b\\"
        );
        let long = "x".repeat(COPY_MAX + 1);
        assert_eq!(
            copy(&long, Passthrough::None),
            Err(CopyError::TooLong(COPY_MAX + 1))
        );
    }
}
