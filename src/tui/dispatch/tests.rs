//! What keys do to the desk.
//! Must not draw: the golden screens show what comes of it.

use super::*;
use crate::domain::InstrumentId;
use crate::tui::workspace::Class;
use crate::tui::{ColorMode, sample};

pub(super) fn desk() -> (DeskState, View, Instant) {
    (
        DeskState::new(ColorMode::Mono, false),
        sample::view(),
        Instant::now(),
    )
}

pub(super) fn after(start: Instant, millis: u64) -> Instant {
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

#[test]
fn every_pane_draws_what_the_view_has_at_every_size() {
    let (mut state, view, start) = desk();
    for spec in crate::tui::panes::PANES {
        for letter in format!(":pane {}", spec.name).chars() {
            state.key(Key::Char(letter), &view, start);
        }
        state.key(Key::Enter, &view, start);
        assert_eq!(state.leaf().spec.name, spec.name);
        state.workspaces.current_mut().zoomed = true;
        for (width, height) in [(40, 12), (60, 20), (80, 24), (120, 36), (200, 60)] {
            for view in [&view, &sample::empty()] {
                let text =
                    crate::tui::shot(view, &state, width, height, crate::tui::ShotFormat::Text);
                let inside: usize = text
                    .lines()
                    .skip(2)
                    .take(6)
                    .map(|line| line.trim().len())
                    .sum();
                assert!(inside > 20, "{} {width}x{height}\n{text}", spec.name);
            }
        }
    }
}

#[test]
fn a_replay_has_its_own_keys_and_its_own_look() {
    let (mut state, view, start) = desk();
    assert!(state.key(Key::Char(' '), &view, start).is_empty());
    state.key(Key::Esc, &view, start);
    state.is_replay = true;
    let asked = |state: &mut DeskState, key| state.key(key, &view, start);
    assert_eq!(
        asked(&mut state, Key::Char(' ')),
        [Effect::Replay(ReplayWish::Toggle)]
    );
    assert_eq!(
        asked(&mut state, Key::Char('>')),
        [Effect::Replay(ReplayWish::Faster)]
    );
    assert!(matches!(
        asked(&mut state, Key::Left).as_slice(),
        [Effect::Replay(ReplayWish::Back(Some(_)))]
    ));
    let text = crate::tui::shot(&view, &state, 120, 36, crate::tui::ShotFormat::Text);
    assert!(text.contains(" REPLAY ") && text.contains('╒'), "{text}");
}
