//! What the table promises.
//! Must not test what an action does.

use std::collections::HashSet;

use super::*;

#[test]
fn names_commands_and_ids_are_unique() {
    let mut names = HashSet::new();
    let mut ids = HashSet::new();
    let mut commands = HashSet::new();
    for action in all() {
        assert!(names.insert(action.name), "{}", action.name);
        assert!(ids.insert(action.id), "{}", action.name);
        let word = action.command_word();
        assert!(word.is_empty() || commands.insert(word), "{word}");
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
