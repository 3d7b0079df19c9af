//! Whether the terminal can show the desk.
//! Must not write to the terminal.

use std::io::IsTerminal;

use super::{Finding, Verdict};

/// Least size in which every pane of the desk has room.
const COLUMNS_MIN: u16 = 80;
const ROWS_MIN: u16 = 24;

/// What is known of the terminal.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    is_terminal: bool,
    term: String,
    color_term: String,
    size: Option<(u16, u16)>,
    locale: String,
    no_color: bool,
    /// What lies between the desk and the screen.
    layers: Vec<&'static str>,
}

impl Facts {
    pub(super) fn of_this_process() -> Self {
        let text = |name: &str| {
            std::env::var_os(name)
                .map(|value| value.to_string_lossy().into_owned())
                .unwrap_or_default()
        };
        let stdout = std::io::stdout();
        let layers = [
            ("TMUX", "tmux"),
            ("ZELLIJ", "zellij"),
            ("STY", "screen"),
            ("SSH_CONNECTION", "ssh"),
        ];
        Self {
            is_terminal: stdout.is_terminal(),
            term: text("TERM"),
            color_term: text("COLORTERM"),
            size: rustix::termios::tcgetwinsize(&stdout)
                .ok()
                .map(|size| (size.ws_col, size.ws_row)),
            // The first that is set decides, as in the C library.
            locale: ["LC_ALL", "LC_CTYPE", "LANG"]
                .into_iter()
                .map(text)
                .find(|value| !value.is_empty())
                .unwrap_or_default(),
            no_color: !text("NO_COLOR").is_empty(),
            layers: layers
                .into_iter()
                .filter(|(name, _)| !text(name).is_empty())
                .map(|(_, layer)| layer)
                .collect(),
        }
    }

    fn colors(&self) -> &'static str {
        if self.no_color {
            "no colours (NO_COLOR)"
        } else if matches!(self.color_term.as_str(), "truecolor" | "24bit") {
            "24-bit colours"
        } else if self.term.contains("256color") {
            "256 colours"
        } else {
            "16 colours"
        }
    }
}

pub(super) fn check(facts: &Facts) -> Finding {
    const CHECK: &str = "terminal";
    if !facts.is_terminal {
        let detail = "stdout is not a terminal";
        return Finding::new(
            CHECK,
            Verdict::Warn,
            detail,
            "run the desk in one, or use --headless",
        );
    }
    if facts.term.is_empty() || facts.term == "dumb" {
        let detail = format!("TERM is {:?}", facts.term);
        let remedy = "set TERM to what your terminal is, for example xterm-256color";
        return Finding::new(CHECK, Verdict::Fail, detail, remedy);
    }
    let size = facts.size.map_or_else(
        || "unknown size".to_owned(),
        |(columns, rows)| format!("{columns}x{rows}"),
    );
    let mut detail = format!("{}, {}, {size}", facts.term, facts.colors());
    for layer in &facts.layers {
        detail.push_str(", in ");
        detail.push_str(layer);
    }
    let locale = facts.locale.to_uppercase();
    if !locale.contains("UTF-8") && !locale.contains("UTF8") {
        let remedy = "the locale is not UTF-8; set LANG=C.UTF-8 or use --ascii";
        return Finding::new(CHECK, Verdict::Warn, detail, remedy);
    }
    if facts
        .size
        .is_some_and(|(columns, rows)| columns < COLUMNS_MIN || rows < ROWS_MIN)
    {
        let remedy = format!("enlarge it to {COLUMNS_MIN}x{ROWS_MIN} to see every pane");
        return Finding::new(CHECK, Verdict::Warn, detail, remedy);
    }
    Finding::ok(CHECK, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn good() -> Facts {
        Facts {
            is_terminal: true,
            term: "xterm-256color".to_owned(),
            color_term: "truecolor".to_owned(),
            size: Some((120, 40)),
            locale: "en_GB.UTF-8".to_owned(),
            no_color: false,
            layers: vec!["tmux", "ssh"],
        }
    }

    #[test]
    fn tells_good_terminals_from_poor_ones() {
        type Change = fn(&mut Facts);
        let cases: [(Change, Verdict, &str); 7] = [
            (
                |_| (),
                Verdict::Ok,
                "24-bit colours, 120x40, in tmux, in ssh",
            ),
            (
                |facts| facts.is_terminal = false,
                Verdict::Warn,
                "not a terminal",
            ),
            (
                |facts| facts.term = "dumb".to_owned(),
                Verdict::Fail,
                "dumb",
            ),
            (
                |facts| facts.locale = "C".to_owned(),
                Verdict::Warn,
                "xterm",
            ),
            (
                |facts| facts.locale = "C.utf8".to_owned(),
                Verdict::Ok,
                "xterm",
            ),
            (|facts| facts.size = Some((79, 24)), Verdict::Warn, "79x24"),
            (|facts| facts.no_color = true, Verdict::Ok, "NO_COLOR"),
        ];
        for (change, verdict, words) in cases {
            let mut facts = good();
            change(&mut facts);
            let finding = check(&facts);
            assert_eq!(finding.verdict, verdict, "{finding:?}");
            assert!(finding.detail.contains(words), "{finding:?}");
        }
    }
}
