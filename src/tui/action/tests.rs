//! What the table promises.
//! Must not test what an action does.

use std::collections::HashSet;

use super::*;

#[test]
fn names_commands_and_ids_are_unique() {
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    for action in all() {
        assert!(names.insert(action.name), "{}", action.name);
        assert!(ids.insert(action.id), "{}", action.name);
    }
    let mut seen = HashSet::new();
    for (word, ..) in words() {
        assert!(seen.insert(word.to_ascii_lowercase()), "{word}");
    }
}

#[test]
fn words_are_found_in_any_letter_case_and_aliases_fill_in() {
    let found = |word| by_word(word).map(|(action, filled)| (action.name, filled));
    assert_eq!(found("flatten"), Some(("position.flatten", "")));
    assert_eq!(found("FLATTEN"), Some(("position.flatten", "")));
    assert_eq!(found("gp"), Some(("pane.show", "chart")));
    assert_eq!(found("q"), Some(("quit", "")));
    assert_eq!(found(""), None);
}

#[test]
fn aliases_fill_in_only_what_the_command_takes() {
    for (word, filled, action) in words() {
        let takes = action.placeholders().count();
        assert!(filled.is_empty() || takes > 0, "{word} of {}", action.name);
    }
}

#[test]
fn every_row_can_be_read() {
    for action in all() {
        assert!(action.doc.ends_with('.'), "{}", action.name);
        assert!(!action.label.is_empty(), "{}", action.name);
        assert!(action.label.chars().count() <= 24, "{}", action.name);
        assert!(action.hint.chars().count() <= 12, "{}", action.name);
    }
}

#[test]
fn what_raises_risk_belongs_to_trading_or_the_preview() {
    for action in all().filter(|row| row.danger == Danger::Increases) {
        let trades = matches!(action.id, ActionId::Trading(_) | ActionId::Ticket(_));
        assert!(trades, "{}", action.name);
    }
}
