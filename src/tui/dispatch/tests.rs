//! What keys do to the desk.
//! Must not draw: the golden screens show what comes of it.

use super::*;
use crate::domain::InstrumentId;
use crate::tui::keymap::{Keymap, PROFILES, load};
use crate::tui::render::places;
use crate::tui::workspace::Class;
use crate::tui::{ColorMode, sample};

fn desk() -> (DeskState, View, Instant) {
    (
        DeskState::new(ColorMode::Mono, false),
        sample::view(),
        Instant::now(),
    )
}

fn after(start: Instant, millis: u64) -> Instant {
    start + Duration::from_millis(millis)
}

fn answer(state: &mut DeskState, approved: bool) {
    let Open::Ticket(ticket) = &mut state.open else {
        panic!("no ticket")
    };
    let preview = sample::preview(ticket.intent(), approved);
    ticket.answered(ticket.revision(), preview);
}

#[test]
fn flatten_wants_two_presses_in_time() {
    let (mut state, view, start) = desk();
    assert!(state.key(Key::Char('x'), &view, start).is_empty());
    assert_eq!(
        state.pending.as_ref().map(|pending| pending.text.as_str()),
        Some("x again to FLATTEN TITAN")
    );
    let effects = state.key(Key::Char('x'), &view, after(start, 599));
    assert_eq!(
        effects,
        [Effect::Send(
            CommandBody::Flatten(InstrumentId(0)),
            "flatten TITAN".to_owned()
        )]
    );
    assert!(
        state
            .key(Key::Char('x'), &view, after(start, 1_000))
            .is_empty()
    );
    assert!(
        state
            .key(Key::Char('x'), &view, after(start, 1_700))
            .is_empty()
    );
}

#[test]
fn another_key_between_two_presses_forgets_the_first() {
    let (mut state, view, start) = desk();
    assert!(state.key(Key::Char('C'), &view, start).is_empty());
    assert!(state.key(Key::Char('x'), &view, start).is_empty());
    assert!(state.key(Key::Char('C'), &view, start).is_empty());
    assert!(!state.forget(after(start, 599)));
    assert!(state.forget(after(start, 600)));
    assert!(state.pending.is_none());
}

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

#[test]
fn kill_works_over_everything() {
    for first in [
        Key::Char('b'),
        Key::Char('?'),
        Key::Char(':'),
        Key::Char('/'),
        Key::Char(','),
        Key::Ctrl('p'),
    ] {
        for key in [Key::F(12), Key::Ctrl('k')] {
            let (mut state, view, start) = desk();
            state.key(first, &view, start);
            assert!(state.key(key, &view, start).is_empty());
            let effects = state.key(key, &view, after(start, 100));
            assert!(matches!(
                effects.as_slice(),
                [Effect::Send(CommandBody::Kill { .. }, _)]
            ));
        }
    }
}

#[test]
fn an_order_is_sent_only_after_risk_approved_what_is_shown() {
    let (mut state, view, start) = desk();
    assert_eq!(state.key(Key::Char('b'), &view, start), [Effect::Ask]);
    assert!(state.key(Key::Enter, &view, after(start, 900)).is_empty());
    answer(&mut state, false);
    assert!(state.key(Key::Enter, &view, after(start, 2_000)).is_empty());
    assert!(matches!(&state.message, Some(message) if message.text.contains("max_notional")));
    answer(&mut state, true);
    assert_eq!(
        state.key(Key::Up, &view, after(start, 2_100)),
        [Effect::Ask]
    );
    assert!(state.key(Key::Enter, &view, after(start, 3_000)).is_empty());
    answer(&mut state, true);
    let effects = state.key(Key::Enter, &view, after(start, 4_000));
    assert!(matches!(
        effects.as_slice(),
        [Effect::Send(CommandBody::PlaceOrder(_), _)]
    ));
    assert!(matches!(state.open, Open::Nothing));
}

#[test]
fn an_enter_held_down_sends_nothing() {
    let (mut state, view, start) = desk();
    state.key(Key::Char('B'), &view, start);
    answer(&mut state, true);
    for press in 0..200 {
        let at = after(start, 20 + press * 33);
        assert!(state.key(Key::Enter, &view, at).is_empty(), "{press}");
    }
}

#[test]
fn escape_closes_and_quit_is_asked_at_the_top_alone() {
    let (mut state, view, start) = desk();
    state.key(Key::Char('s'), &view, start);
    state.key(Key::Char('q'), &view, start);
    assert!(matches!(state.open, Open::Nothing));
    let view = sample::empty();
    assert!(state.key(Key::Char('q'), &view, start).is_empty());
    assert_eq!(state.key(Key::Char('q'), &view, start), [Effect::Quit]);
    state.key(Key::Ctrl('c'), &view, start);
    assert_eq!(state.key(Key::Ctrl('c'), &view, start), [Effect::Quit]);
}

#[test]
fn a_desk_with_open_business_asks_before_it_is_left() {
    let leave = |downs: usize| {
        let (mut state, view, start) = desk();
        state.key(Key::Char('q'), &view, start);
        assert!(state.key(Key::Char('q'), &view, start).is_empty());
        assert!(matches!(state.open, Open::Leave(_)));
        for _ in 0..downs {
            state.key(Key::Down, &view, start);
        }
        let effects = state.key(Key::Enter, &view, start);
        (effects, state.is_leaving)
    };
    assert_eq!(leave(0), (vec![], false));
    assert_eq!(leave(1), (vec![Effect::Quit], false));
    let (effects, is_leaving) = leave(2);
    let flattens = |it: &&Effect| matches!(it, Effect::Send(CommandBody::Flatten(_), _));
    assert!(is_leaving && effects.iter().filter(flattens).count() > 0);
}

#[test]
fn resume_is_typed_in_full() {
    let (mut state, view, start) = desk();
    let type_in = |state: &mut DeskState, text: &str| {
        for letter in text.chars() {
            assert!(state.key(Key::Char(letter), &view, start).is_empty());
        }
        state.key(Key::Enter, &view, start)
    };
    assert!(type_in(&mut state, ":resum").is_empty());
    assert!(matches!(&state.message, Some(message) if message.text.contains("`resume`")));
    assert!(matches!(
        type_in(&mut state, ":resume").as_slice(),
        [Effect::Send(CommandBody::Resume, _)]
    ));
    assert!(matches!(
        type_in(&mut state, ":halt lunch").as_slice(),
        [Effect::Send(CommandBody::Halt { reason }, _)] if reason == "lunch"
    ));
}

#[test]
fn instruments_are_found_by_a_part_of_their_name() {
    let (mut state, view, start) = desk();
    for key in [Key::Char('/'), Key::Char('A'), Key::Char('p'), Key::Enter] {
        state.key(key, &view, start);
    }
    let found = state.focus(&view).map(|row| row.instrument.symbol.clone());
    assert_eq!(found.as_deref(), Some("IAPETUS"));
    for _ in 0..20 {
        state.key(Key::Down, &view, start);
        state.key(Key::Char(']'), &view, start);
    }
    assert_eq!(state.context().instrument, 5);
    assert_eq!(state.context().timeframe, 3);
}

#[test]
fn a_sequence_waits_for_its_next_key() {
    let (mut state, view, start) = desk();
    assert!(state.key(Key::Char(' '), &view, start).is_empty());
    assert_eq!(state.progress.keys, [Key::Char(' ')]);
    assert!(state.is_armed(&view));
    state.key(Key::Char('a'), &view, start);
    assert!(!state.is_armed(&view) && state.progress.is_empty());
    state.key(Key::Char(' '), &view, start);
    state.key(Key::Char('#'), &view, start);
    assert!(
        state.progress.is_empty(),
        "an unknown sequence is forgotten"
    );
}

#[test]
fn a_disarmed_desk_refuses_what_raises_risk_and_nothing_else() {
    let (mut state, view, start) = desk();
    state.armed = Some(false);
    for key in ['b', 's', 'B', 'S'] {
        assert!(state.key(Key::Char(key), &view, start).is_empty());
        assert!(matches!(state.open, Open::Nothing));
        let said = state.message.as_ref().map(|message| message.text.as_str());
        assert!(said.is_some_and(|text| text.starts_with("DISARMED")));
    }
    state.key(Key::Char('x'), &view, start);
    assert_eq!(state.key(Key::Char('x'), &view, start).len(), 1);
    state.key(Key::F(12), &view, start);
    assert_eq!(state.key(Key::F(12), &view, start).len(), 1);
}

#[test]
fn the_help_does_what_is_chosen_but_never_by_a_slip() {
    let (mut state, view, start) = desk();
    let type_in = |state: &mut DeskState, text: &str| {
        state.key(Key::Char('?'), &view, start);
        for letter in text.chars() {
            state.key(Key::Char(letter), &view, start);
        }
        state.key(Key::Enter, &view, start)
    };
    let theme = state.paint.theme.name.clone();
    assert!(type_in(&mut state, "theme.next").is_empty());
    assert_ne!(state.paint.theme.name, theme);
    assert!(type_in(&mut state, "position.flatten").is_empty());
    let said = state.message.as_ref().map(|message| message.text.as_str());
    assert_eq!(said, Some("Flatten: press x x"));
}

#[test]
fn tab_goes_round_the_panes_and_lists_move_their_row() {
    let (mut state, view, start) = desk();
    let first = state.leaf().id;
    let leaves = state.workspaces.current().root.leaves();
    let count = leaves.filter(|leaf| leaf.from == Class::Tiny).count();
    for _ in 0..count {
        state.key(Key::Tab, &view, start);
    }
    assert_eq!(state.leaf().id, first);
    while state.leaf().spec.name != "watch" {
        state.key(Key::Tab, &view, start);
    }
    state.key(Key::Down, &view, start);
    assert_eq!(state.context().instrument, 1, "the group follows the list");
    state.key(Key::End, &view, start);
    assert_eq!(state.context().instrument, view.instruments.len() - 1);
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
    assert_eq!(state.leaf().chart.pan, 24);
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

#[test]
fn a_mask_hides_money_and_nothing_else_and_a_frozen_screen_stays() {
    let (mut state, view, start) = desk();
    let text = |state: &DeskState, view: &View| {
        crate::tui::shot(view, state, 120, 36, crate::tui::ShotFormat::Text)
    };
    assert!(text(&state, &view).contains("100,842.10"));
    state.key(Key::Char('P'), &view, start);
    let masked = text(&state, &view);
    assert!(
        !masked.contains("100,842.10") && masked.contains("+0.84%"),
        "{masked}"
    );
    state.key(Key::Char('f'), &view, start);
    let frozen = text(&state, &sample::empty());
    assert!(
        frozen.contains("FROZEN") && frozen.contains("TITAN"),
        "{frozen}"
    );
    state.key(Key::Char('f'), &view, start);
    assert!(!text(&state, &sample::empty()).contains("FROZEN"));
}

#[test]
fn lists_are_sorted_filtered_and_lose_columns_by_key() {
    let (mut state, mut view, start) = desk();
    for (place, row) in view.instruments.iter_mut().enumerate() {
        let pnl = [5, -3, 9, 0, -8, 2].get(place).copied().unwrap_or_default();
        row.position.unrealized_pnl = rust_decimal::Decimal::from(pnl);
        row.position.quantity = crate::domain::Qty::from_units(10);
    }
    let type_in = |state: &mut DeskState, text: &str| {
        for letter in text.chars() {
            state.key(Key::Char(letter), &view, start);
        }
        state.key(Key::Enter, &view, start);
    };
    let symbols = |state: &DeskState| -> Vec<String> {
        let pane = crate::tui::panes::Pane::new(&view, state);
        let keys = state.leaf().spec.keys(&pane);
        let rows = keys
            .iter()
            .filter_map(|key| view.instruments.get(*key as usize));
        rows.map(|row| row.instrument.symbol.clone()).collect()
    };
    type_in(&mut state, ":workspace charts");
    type_in(&mut state, ":pane positions");
    assert_eq!(state.leaf().spec.name, "positions");
    type_in(&mut state, ":sort pnl");
    assert_eq!(symbols(&state).first().map(String::as_str), Some("RHEA"));
    state.key(Key::Char('O'), &view, start);
    assert_eq!(symbols(&state).first().map(String::as_str), Some("PHOEBE"));
    type_in(&mut state, "Fpnl<0");
    assert_eq!(symbols(&state), ["PHOEBE", "ORION"]);
    state.key(Key::Char('F'), &view, start);
    state.key(Key::Esc, &view, start);
    assert_eq!(symbols(&state).len(), 2, "Esc keeps the filter before");
    type_in(&mut state, ":column entry");
    let screen = crate::tui::shot(&view, &state, 120, 36, crate::tui::ShotFormat::Text);
    assert!(
        screen.contains("SYMBOL") && !screen.contains("ENTRY"),
        "{screen}"
    );
    type_in(&mut state, ":sort colour");
    let said = state.message.as_ref().map(|message| message.text.as_str());
    assert!(said.is_some_and(|text| text.starts_with("no column `colour`: there are SYMBOL")));
}
