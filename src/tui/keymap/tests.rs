//! What the shipped profiles promise.
//! Must not test what an action does.

use super::*;
use crate::tui::action::{self, Danger, DeskAction, TradingAction};

fn every_profile() -> Vec<Keymap> {
    PROFILES
        .iter()
        .map(|(name, _)| load(name, None).unwrap())
        .collect()
}

#[test]
fn nothing_is_wrong_with_a_shipped_profile() {
    for keymap in every_profile() {
        let findings = check(&keymap, &Terminal::default());
        let said: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(said.is_empty(), "{}:\n{}", keymap.profile, said.join("\n"));
    }
}

#[test]
fn no_file_binds_the_same_keys_twice() {
    for (name, text) in PROFILES {
        // As a user's file, a profile's own rows are held against one another.
        let clashes = check_text(name, text, &Terminal::default())
            .into_iter()
            .filter(|it| it.severity == Severity::Error && !it.text.contains("kill switch"))
            .map(|it| it.to_string());
        assert_eq!(clashes.collect::<Vec<_>>(), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn every_action_is_reachable_in_every_profile() {
    for keymap in every_profile() {
        let types = keymap.chords(ActionId::Desk(DeskAction::Command)).next();
        for action in action::all() {
            let has_key = keymap.bindings.iter().any(|row| row.run.id == action.id);
            let is_typed = types.is_some() && !action.command.is_empty();
            assert!(has_key || is_typed, "{} in {}", action.name, keymap.profile);
        }
    }
}

#[test]
fn keys_pass_through_tmux_screen_and_flow_control() {
    // Backspace, Tab, line feed, return, escape; prefixes of screen and tmux; flow control.
    let taken = ['h', 'i', 'j', 'm', '[', 'a', 'b', 's', 'q'];
    for keymap in every_profile() {
        for binding in &keymap.bindings {
            for key in &binding.on {
                match key {
                    Key::Ctrl(letter) => assert!(!taken.contains(letter), "{:?}", binding.on),
                    Key::Char(letter) => assert!(letter.is_ascii() && *letter != '`'),
                    // GNOME Terminal keeps these for itself.
                    Key::F(number) => assert!(![10, 11].contains(number)),
                    _ => {}
                }
            }
        }
    }
}

#[test]
fn nothing_that_trades_can_be_reached_while_typing() {
    for keymap in every_profile() {
        for scope in Scope::Typing.chain() {
            for binding in keymap.of(*scope) {
                assert!(
                    binding.run.danger < Danger::Increases,
                    "{}",
                    binding.run.name
                );
            }
        }
    }
}

#[test]
fn the_kill_switch_is_two_presses_away_from_anywhere() {
    for keymap in every_profile() {
        for scope in Scope::ALL {
            for key in [Key::F(12), Key::Ctrl('k')] {
                let found = keymap.find(scope.chain(), &[key]);
                assert!(
                    matches!(found, Found::Binding(row)
                        if row.run.id == ActionId::Trading(TradingAction::Kill)),
                    "{key} in {scope:?} of {}",
                    keymap.profile
                );
            }
        }
    }
}

#[test]
fn a_user_file_changes_rows_and_names_what_is_wrong() {
    let file = r#"
        [[bind]]
        scope = "chart"
        on = ["g", "t"]
        run = "chart.reset"
        desc = "To the newest bar"
        [[unbind]]
        scope = "desk"
        on = ["T"]
    "#;
    let keymap = load("default", Some(file)).unwrap();
    let chart = Scope::Chart.chain();
    assert!(matches!(
        keymap.find(chart, &[Key::Char('g')]),
        Found::Prefix
    ));
    let whole = [Key::Char('g'), Key::Char('t')];
    assert!(
        matches!(keymap.find(chart, &whole), Found::Binding(row) if row.run.name == "chart.reset")
    );
    assert!(matches!(
        keymap.find(chart, &[Key::Char('T')]),
        Found::Nothing
    ));
    for (row, said) in [
        (
            r#"bind = [{ scope = "chrt", on = ["g"], run = "kill" }]"#,
            "no scope `chrt`, did you mean `chart`?",
        ),
        (
            r#"bind = [{ scope = "chart", on = ["g"], run = "chart.rest" }]"#,
            "did you mean `chart.reset`",
        ),
        (
            r#"bind = [{ scope = "chart", on = ["Hyper-g"], run = "kill" }]"#,
            "`Hyper-g` is not a key",
        ),
        (
            r#"bind = [{ scope = "chart", on = [], run = "kill" }]"#,
            "`on` is empty",
        ),
        (r#"profile = "emacs""#, "no profile `emacs`"),
        ("bind = 3", "line 1: invalid type"),
        (
            "\nunbind = [{ scope = \"desk\", on = [\"F12\"] }]",
            "line 2: unbind [\"F12\"]: this key is the kill switch",
        ),
        (
            r#"bind = [{ scope = "chart", on = ["Alt-x"], run = "help" }]"#,
            "`Alt-x` does not pass every terminal",
        ),
    ] {
        let error = load("default", Some(row)).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}

#[test]
fn a_wrong_file_leaves_the_shipped_profile_and_every_problem_is_named() {
    let file = r#"
profile = "vim"
[[bind]]
scope = "chrt"
on = ["g"]
run = "help"
[[bind]]
scope = "chart"
on = ["g"]
run = "hlep"
"#;
    let loaded = load_or_shipped("default", Some(file));
    assert_eq!(loaded.keymap.profile, "vim");
    let error = loaded.error.unwrap();
    let lines: Vec<Option<usize>> = error.0.iter().map(|it| it.line).collect();
    assert_eq!(lines, [Some(3), Some(7)], "{error}");
    for (file, profile) in [
        ("profile = \"emacs\"", "default"),
        ("profle = \"vim\"", "trader"),
    ] {
        let fallback = if profile == "trader" {
            profile
        } else {
            "nothing"
        };
        let loaded = load_or_shipped(fallback, Some(file));
        assert_eq!(loaded.keymap.profile, profile);
        assert!(loaded.error.is_some() && !loaded.keymap.bindings.is_empty());
    }
    let good = load_or_shipped("bbg", Some("unbind = []"));
    assert!(good.error.is_none() && good.keymap.profile == "bbg");
}

#[test]
fn of_two_layers_the_upper_one_keeps_its_keys() {
    let file = r#"
        bind = [
            { scope = "desk", on = ["0", "t"], run = "theme.next" },
            { scope = "desk", on = ["Space"], run = "help" },
        ]
    "#;
    let keymap = load("default", Some(file)).unwrap();
    let chart = Scope::Chart.chain();
    let [zero, t] = [Key::Char('0'), Key::Char('t')];
    assert!(matches!(keymap.find(chart, &[zero]), Found::Prefix));
    assert!(
        matches!(keymap.find(chart, &[zero, t]), Found::Binding(row) if row.run.name == "theme.next")
    );
    assert!(
        matches!(keymap.find(chart, &[Key::Char(' ')]), Found::Binding(row) if row.run.name == "help")
    );
}

#[test]
fn where_letters_begin_commands_none_is_bound_and_space_has_them() {
    let keymap = load("bbg", None).unwrap();
    for scope in [Scope::Chart, Scope::Ladder, Scope::Signals, Scope::Orders] {
        for letter in ('a'..='z').chain('A'..='Z') {
            let found = keymap.find(scope.chain(), &[Key::Char(letter)]);
            assert!(matches!(found, Found::Nothing), "{letter} in {scope:?}");
        }
        let buy = keymap.find(scope.chain(), &[Key::Char(' '), Key::Char('b')]);
        assert!(matches!(buy, Found::Binding(row) if row.run.name == "order.buy_limit"));
    }
}

#[test]
fn where_space_means_something_else_another_key_leads() {
    let keymap = load("default", None).unwrap();
    let replay = Scope::Replay.chain();
    let space = keymap.find(replay, &[Key::Char(' ')]);
    assert!(matches!(space, Found::Binding(row) if row.run.name == "replay.toggle"));
    let arm = keymap.find(replay, &[Key::Char('\\'), Key::Char('a')]);
    assert!(matches!(arm, Found::Binding(row) if row.run.name == "arm"));
    let names = |leader| -> Vec<String> {
        let next = keymap.next(replay, &[leader]).into_iter();
        next.filter(|it| it.behind > 0).map(|it| it.label).collect()
    };
    assert!(names(Key::Char('\\')).contains(&"workspace".to_owned()));
}

#[test]
fn what_may_follow_is_named_once_each_with_its_group() {
    let file = r#"
        group = [{ on = ["g"], name = "go" }]
        bind = [
            { scope = "chart", on = ["g", "g"], run = "chart.reset", desc = "Newest" },
            { scope = "chart", on = ["g", "l", "l"], run = "chart.pan_left" },
            { scope = "chart", on = ["g", "l", "r"], run = "chart.pan_right" },
            { scope = "desk", on = ["g", "g"], run = "help" },
        ]
    "#;
    let keymap = load("default", Some(file)).unwrap();
    let next = |keys: &[Key]| -> Vec<(String, String, usize)> {
        let rows = keymap.next(Scope::Chart.chain(), keys).into_iter();
        rows.map(|it| (it.key.to_string(), it.label, it.behind))
            .collect()
    };
    let [g, l] = [Key::Char('g'), Key::Char('l')];
    assert!(next(&[]).contains(&("g".to_owned(), "go".to_owned(), 4)));
    assert_eq!(
        next(&[g]),
        [
            ("g".to_owned(), "Newest".to_owned(), 0),
            ("l".to_owned(), "chart".to_owned(), 2),
        ]
    );
    assert_eq!(next(&[g, l]).len(), 2);
}

#[test]
fn the_check_names_row_and_remedy() {
    let terminal = Terminal::read_tmux(
        "~/.tmux.conf",
        "# mine\nset -g mouse on\nset-option -g prefix C-x\nset -g prefix2 \"C-g\"\n",
    );
    assert_eq!(terminal.tmux, [Key::Ctrl('x'), Key::Ctrl('g')]);
    let cases = [
        (
            r#"bind = [
                { scope = "desk", on = ["g"], run = "help" },
                { scope = "desk", on = ["g"], run = "find" }]"#,
            "3: error: desk g is bound in line 2 already",
        ),
        (
            r#"bind = [
                { scope = "desk", on = ["g"], run = "help" },
                { scope = "desk", on = ["g", "t"], run = "find" }]"#,
            "3: error: desk g t and line 2: one begins with the other",
        ),
        (
            r#"bind = [{ scope = "desk", on = ["Ctrl-I"], run = "help" }]"#,
            "1: error: desk Ctrl-I: Ctrl-I arrives as Tab",
        ),
        (
            r#"bind = [{ scope = "chart", on = ["x"], run = "chart.reset" }]"#,
            "warning: trading x (position.flatten) is hidden in chart by chart x (chart.reset)",
        ),
        (
            r#"
            unbind = [{ scope = "ticket", on = ["Enter"] }]
            bind = [{ scope = "ticket", on = ["Ctrl-X"], run = "ticket.send" }]"#,
            "warning: ticket Ctrl-X: tmux (its prefix by ~/.tmux.conf) may keep it",
        ),
        (
            r#"unbind = [{ scope = "ticket", on = ["Enter"] }]"#,
            "error: `ticket.send` has no key",
        ),
        ("bnid = 3", "1: error: unknown field `bnid`"),
    ];
    for (file, said) in cases {
        let findings = check_text("default", file, &terminal);
        let all: Vec<String> = findings.iter().map(ToString::to_string).collect();
        assert!(all.iter().any(|it| it.contains(said)), "{said}: {all:#?}");
    }
    let harmless = r#"bind = [{ scope = "desk", on = ["Ctrl-X"], run = "help" }]"#;
    assert_eq!(check_text("default", harmless, &terminal), []);
}

#[test]
fn the_schema_knows_every_name() {
    let text = schema().to_string();
    for name in action::all().map(|action| action.name) {
        assert!(text.contains(&format!("\"{name}\"")), "{name}");
    }
    for scope in Scope::ALL {
        assert!(text.contains(&format!("\"{}\"", scope.name())));
    }
    for (profile, _) in PROFILES {
        assert!(text.contains(&format!("\"{profile}\"")));
    }
}
