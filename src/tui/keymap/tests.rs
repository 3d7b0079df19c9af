//! What the shipped profiles promise.
//! Must not test what an action does.

use std::collections::HashMap;

use super::*;
use crate::tui::action::{self, Danger, DeskAction, TradingAction};

fn every_profile() -> Vec<Keymap> {
    PROFILES
        .iter()
        .map(|(name, _)| load(name, None).unwrap())
        .collect()
}

#[test]
fn no_keys_mean_two_things_in_a_scope() {
    for keymap in every_profile() {
        for scope in Scope::ALL {
            let mut seen: HashMap<&[Key], &str> = HashMap::new();
            for binding in keymap.of(scope) {
                let other = seen.insert(&binding.on, binding.run.name);
                assert_eq!(
                    other, None,
                    "{:?} in {scope:?} of {}",
                    binding.on, keymap.profile
                );
            }
            for binding in keymap.of(scope) {
                let longer = keymap.of(scope).find(|other| {
                    other.on.len() > binding.on.len() && other.on.starts_with(&binding.on)
                });
                assert!(
                    longer.is_none(),
                    "{:?} hides a longer sequence in {scope:?} of {}",
                    binding.on,
                    keymap.profile
                );
            }
        }
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
            let function_key = |keys: &[Key]| keys.iter().any(|key| matches!(key, Key::F(_)));
            let other = keymap
                .bindings
                .iter()
                .any(|row| row.run.id == binding.run.id && !function_key(&row.on));
            assert!(
                !function_key(&binding.on) || other || !binding.run.command.is_empty(),
                "{} has function keys alone",
                binding.run.name
            );
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
            "no scope `chrt`",
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
        ("bind = 3", "invalid type"),
    ] {
        let error = load("default", Some(row)).unwrap_err().to_string();
        assert!(error.contains(said), "{error}");
    }
}
