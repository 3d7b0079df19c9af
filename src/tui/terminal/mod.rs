//! What is said to a terminal beside frames: its traits, messages to it, healing one left behind.
//! Must not write while a frame is being written: messages go through the frame writer.

mod input;
pub mod osc;
mod parse;
mod reset;

pub use input::TerminalInput;
pub use parse::Input;
pub use reset::{ResetError, reset};

/// What is known of the terminal from the environment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TerminalTraits {
    /// Erased cells get the background colour in force.
    pub erase_keeps_color: bool,
    /// The program runs inside tmux.
    pub in_tmux: bool,
    /// The program runs at the far end of an SSH connection.
    pub is_remote: bool,
}

impl TerminalTraits {
    /// What `TERM`, `TMUX`, `STY` and `SSH_CONNECTION` say.
    pub fn detect(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM").unwrap_or_default();
        let in_tmux = set("TMUX").is_some();
        // GNU screen erases to its default colour, and tmux may call itself a screen.
        let is_screen = set("STY").is_some() || (term.starts_with("screen") && !in_tmux);
        let forgets = ["eterm", "dvtm", "dumb"]
            .iter()
            .any(|it| term.starts_with(it));
        Self {
            erase_keeps_color: !is_screen && !forgets,
            in_tmux,
            is_remote: set("SSH_CONNECTION").is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_tells_the_traits() {
        let traits = |pairs: &'static [(&str, &str)]| {
            let found = move |name: &str| {
                let pair = pairs.iter().find(|(key, _)| *key == name);
                pair.map(|(_, value)| (*value).to_owned())
            };
            let traits = TerminalTraits::detect(found);
            (traits.erase_keeps_color, traits.in_tmux, traits.is_remote)
        };
        type Case = (&'static [(&'static str, &'static str)], (bool, bool, bool));
        let cases: &[Case] = &[
            (&[("TERM", "xterm-256color")], (true, false, false)),
            (&[("TERM", "linux")], (true, false, false)),
            (
                &[("TERM", "screen-256color"), ("STY", "1.a")],
                (false, false, false),
            ),
            (&[("TERM", "screen-256color")], (false, false, false)),
            (
                &[("TERM", "screen-256color"), ("TMUX", "/tmp/t")],
                (true, true, false),
            ),
            (
                &[("TERM", "tmux-256color"), ("TMUX", "/tmp/t")],
                (true, true, false),
            ),
            (&[("TERM", "eterm-color")], (false, false, false)),
            (
                &[("TERM", "foot"), ("SSH_CONNECTION", "a 1 b 2")],
                (true, false, true),
            ),
            (&[("SSH_CONNECTION", "")], (true, false, false)),
        ];
        for (pairs, expected) in cases {
            assert_eq!(traits(pairs), *expected, "{pairs:?}");
        }
    }
}
