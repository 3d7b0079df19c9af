//! What sequences, the command line, the palette and pastes do to the desk.
//! Must not draw: the golden screens show what comes of it.

use super::tests::{after, desk};
use super::*;
use crate::tui::keymap::{Keymap, PROFILES, load};
use crate::tui::render::places;

/// Keys that lead into every state there is: everything that opens, and every begun sequence.
fn ways_in(keymap: &Keymap) -> Vec<Vec<Key>> {
    let mut ways = vec![Vec::new()];
    for binding in &keymap.bindings {
        let is_desk = Scope::Chart.chain().contains(&binding.scope);
        if is_desk && !binding.run.wants_second_press(binding.on.len()) {
            ways.push(binding.on.clone());
        }
        ways.extend((1..binding.on.len()).map(|end| binding.on[..end].to_vec()));
    }
    ways
}

#[test]
fn two_keys_kill_from_every_state_in_every_profile() {
    for (profile, _) in PROFILES {
        let keymap = Arc::new(load(profile, None).unwrap());
        for way in ways_in(&keymap) {
            for key in [Key::F(12), Key::Ctrl('k')] {
                let (mut state, view, start) = desk();
                state.keymap = Arc::clone(&keymap);
                for key in &way {
                    state.key(*key, &view, start);
                }
                assert!(state.key(key, &view, start).is_empty(), "{way:?}");
                let effects = state.key(key, &view, after(start, 100));
                let kills = [Effect::Send(
                    CommandBody::Kill {
                        reason: "kill switch pressed at the desk".to_owned(),
                    },
                    "KILL".to_owned(),
                )];
                assert_eq!(effects, kills, "{way:?} in {profile}");
            }
        }
    }
}

fn type_in(state: &mut DeskState, text: &str, view: &View, now: Instant) -> Vec<Effect> {
    for letter in text.chars() {
        state.key(Key::Char(letter), view, now);
    }
    state.key(Key::Enter, view, now)
}

fn said(state: &DeskState) -> &str {
    state.message.as_ref().map_or("", |it| it.text.as_str())
}

fn line(state: &DeskState) -> &str {
    match &state.open {
        Open::Prompt(prompt) => prompt.text(),
        _ => "",
    }
}

#[test]
fn what_may_follow_is_shown_after_a_while_and_stays() {
    let (mut state, view, start) = desk();
    assert_eq!(state.which_key_due(), None);
    state.key(Key::Char(' '), &view, start);
    assert_eq!(state.which_key_due(), Some(after(start, 250)));
    assert!(!state.forget(after(start, 249)) && !state.progress.is_shown);
    assert!(state.forget(after(start, 250)) && state.progress.is_shown);
    assert_eq!(state.which_key_due(), None);
    state.key(Key::Char('w'), &view, after(start, 9_000));
    assert!(state.progress.is_shown, "no sequence is forgotten by time");
    state.key(Key::Esc, &view, after(start, 9_100));
    assert!(state.progress.is_empty() && !state.progress.is_shown);
    assert!(state.message.is_none());
}

#[test]
fn behind_a_leader_the_last_key_comes_twice() {
    let (mut state, view, start) = desk();
    state.keymap = Arc::new(load("trader", None).unwrap());
    for key in [' ', 'o', 'x'] {
        assert!(state.key(Key::Char(key), &view, start).is_empty());
    }
    let pending = state.pending.as_ref().map(|it| it.text.as_str());
    assert_eq!(pending, Some("x again to FLATTEN TITAN"));
    let effects = state.key(Key::Char('x'), &view, after(start, 300));
    assert!(matches!(
        effects.as_slice(),
        [Effect::Send(CommandBody::Flatten(_), _)]
    ));
    for key in [' ', 'o', 'x', ' '] {
        assert!(state.key(Key::Char(key), &view, start).is_empty());
    }
    assert!(state.pending.is_none());
}

#[test]
fn the_command_line_completes_and_remembers() {
    let (mut state, view, start) = desk();
    for key in [':', 't', 'h'] {
        state.key(Key::Char(key), &view, start);
    }
    state.key(Key::Tab, &view, start);
    assert!(
        action::by_word(line(&state).trim_end()).is_some(),
        "{}",
        line(&state)
    );
    state.key(Key::Ctrl('u'), &view, start);
    assert!(state.paste("theme ", &view));
    state.key(Key::BackTab, &view, start);
    let last = line(&state).to_owned();
    state.key(Key::Tab, &view, start);
    let first = line(&state).to_owned();
    assert!(first.starts_with("theme ") && last.starts_with("theme ") && first != last);
    state.key(Key::Enter, &view, start);
    assert_eq!(state.history, [first.as_str()]);
    type_in(&mut state, ":zoom", &view, start);
    type_in(&mut state, ":zoom", &view, start);
    assert_eq!(state.history, [first.as_str(), "zoom"]);
    for key in [Key::Char(':'), Key::Char('x'), Key::Up, Key::Up, Key::Up] {
        state.key(key, &view, start);
    }
    assert_eq!(line(&state), first);
    for (key, text) in [(Key::Down, "zoom"), (Key::Down, "x"), (Key::Down, "x")] {
        state.key(key, &view, start);
        assert_eq!(line(&state), text);
    }
}

#[test]
fn old_commands_are_searched_and_come_back_to_the_line() {
    let (mut state, view, start) = desk();
    for command in ["theme okabe", "halt lunch", "zoom"] {
        state.history.push(command.to_owned());
    }
    for key in [
        Key::Char(':'),
        Key::Ctrl('r'),
        Key::Char('l'),
        Key::Char('u'),
    ] {
        state.key(key, &view, start);
    }
    assert!(state.key(Key::Enter, &view, start).is_empty());
    assert_eq!(line(&state), "halt lunch");
    assert_eq!(state.key(Key::Enter, &view, start).len(), 1);
}

#[test]
fn the_command_before_is_repeated_where_it_only_shows_something() {
    let (mut state, view, start) = desk();
    type_in(&mut state, ":-", &view, start);
    assert_eq!(said(&state), "no command was typed yet");
    type_in(&mut state, ":zoom", &view, start);
    assert!(state.workspaces.current().zoomed);
    type_in(&mut state, ":-", &view, start);
    assert!(!state.workspaces.current().zoomed);
    assert_eq!(type_in(&mut state, ":flatten", &view, start).len(), 1);
    assert!(type_in(&mut state, ":-", &view, start).is_empty());
    assert_eq!(line(&state), "flatten");
}

#[test]
fn a_command_may_name_its_instrument_and_timeframe_first() {
    let (mut state, view, start) = desk();
    type_in(&mut state, ":rhea 5m gp", &view, start);
    let found = state.focus(&view).map(|row| row.instrument.symbol.as_str());
    assert_eq!(found, Some("RHEA"));
    assert_eq!(state.context().timeframe, 3);
    assert_eq!(state.leaf().spec.name, "chart");
    type_in(&mut state, ":orion flaten", &view, start);
    assert!(
        said(&state).contains("did you mean `flatten`"),
        "{}",
        said(&state)
    );
    type_in(&mut state, ":orin", &view, start);
    assert!(
        said(&state).contains("did you mean `ORION`"),
        "{}",
        said(&state)
    );
}

#[test]
fn a_timeframe_is_typed_in_minutes_or_with_its_unit() {
    let (mut state, view, start) = desk();
    for (typed, index) in [(",5", 3), (",2m", 1), (",180s", 2), (",7", 2), (",x", 2)] {
        type_in(&mut state, typed, &view, start);
        assert_eq!(state.context().timeframe, index, "{typed}");
    }
    assert!(said(&state).contains("no timeframe"), "{}", said(&state));
    state.key(Key::Char(','), &view, start);
    state.key(Key::Down, &view, start);
    state.key(Key::Enter, &view, start);
    assert_eq!(state.context().timeframe, 0);
}

#[test]
fn panes_and_workspaces_are_gone_to_by_name_and_back() {
    let (mut state, view, start) = desk();
    let home = (state.workspaces.index(), state.leaf().id);
    type_in(&mut state, ":show signals", &view, start);
    assert_eq!(state.leaf().spec.name, "signals");
    type_in(&mut state, ":workspace charts", &view, start);
    assert_eq!(state.workspaces.index(), 1);
    state.key(Key::Backspace, &view, start);
    assert_eq!(state.leaf().spec.name, "signals");
    state.key(Key::Backspace, &view, start);
    assert_eq!((state.workspaces.index(), state.leaf().id), home);
    state.key(Key::Backspace, &view, start);
    assert_eq!(said(&state), "nothing to go back to");
    type_in(&mut state, ":show nothing", &view, start);
    assert!(said(&state).starts_with("no pane `nothing`: there are "));
}

#[test]
fn panes_are_chosen_by_where_they_lie() {
    let (mut state, view, start) = desk();
    state.area = ratatui::layout::Rect::new(0, 0, 120, 36);
    state.keymap = Arc::new(load("vim", None).unwrap());
    let mut go = |letter: char| {
        state.key(Key::Ctrl('w'), &view, start);
        state.key(Key::Char(letter), &view, start);
        let place = places(&view, &state, state.area).panes.into_iter();
        let own = state.leaf().id;
        place
            .filter(|it| it.id == own)
            .map(|it| it.area)
            .next()
            .unwrap()
    };
    let home = go('w');
    let home = [home, go('W')][1];
    let left = go('h');
    assert!(left.x < home.x);
    assert!(go('l').x > left.x);
    let below = go('j');
    assert!(below.y > home.y);
    assert_eq!(go('j'), below, "nothing lies further down");
    assert!(go('k').y < below.y);
}

#[test]
fn the_palette_does_what_is_chosen_and_never_by_a_slip() {
    let (mut state, view, start) = desk();
    let choose = |state: &mut DeskState, text: &str| {
        state.key(Key::Ctrl('p'), &view, start);
        type_in(state, text, &view, start)
    };
    choose(&mut state, "orion");
    assert_eq!(state.context().instrument, 1);
    choose(&mut state, "zoom");
    assert!(state.workspaces.current().zoomed);
    assert!(choose(&mut state, "flatten").is_empty());
    assert_eq!(said(&state), "Flatten: press x x");
    choose(&mut state, "show a pane");
    assert_eq!(line(&state), "show ");
    assert!(choose(&mut state, "").is_empty());
}

#[test]
fn a_paste_is_text_where_text_is_typed_and_nothing_elsewhere() {
    let (mut state, view, start) = desk();
    assert!(!state.paste("xx\nB", &view));
    assert!(state.pending.is_none() && matches!(state.open, Open::Nothing));
    state.key(Key::Char(':'), &view, start);
    assert!(state.paste("zoom\n:flatten\n", &view));
    assert_eq!(line(&state), "zoom");
}

#[test]
fn letters_begin_a_command_where_the_profile_says_so() {
    let (mut state, view, start) = desk();
    type_in(&mut state, ":keys bbg", &view, start);
    assert_eq!(state.keymap.profile, "bbg");
    type_in(&mut state, "orion gp", &view, start);
    assert_eq!(state.context().instrument, 1);
    state.key(Key::Char('x'), &view, start);
    assert_eq!(line(&state), "x");
    state.key(Key::Backspace, &view, start);
    state.key(Key::Backspace, &view, start);
    assert!(
        matches!(state.open, Open::Nothing),
        "back from an empty line"
    );
}

#[test]
fn digits_count_where_the_profile_says_so() {
    let (mut state, view, start) = desk();
    state.keymap = Arc::new(load("vim", None).unwrap());
    for key in ['1', '2', 'h'] {
        state.key(Key::Char(key), &view, start);
    }
    assert!(state.leaf().chart.right.is_some(), "twelve bars back");
    for key in ['g', 't'] {
        state.key(Key::Char(key), &view, start);
    }
    assert_eq!(state.workspaces.index(), 1);
}

#[test]
fn a_long_sequence_that_only_shows_something_needs_no_second_press() {
    let (mut state, view, start) = desk();
    state.keymap = Arc::new(load("vim", None).unwrap());
    state.key(Key::Char('Z'), &view, start);
    state.key(Key::Char('Z'), &view, start);
    assert!(state.pending.is_none() && matches!(state.open, Open::Leave(_)));
}
