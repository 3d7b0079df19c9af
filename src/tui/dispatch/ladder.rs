//! Actions of ladders and tapes: the price cursor, grouping, cancelling at a price, pausing.
//! Must not send an order: the preview does.

use std::sync::Arc;

use super::{Effect, Turn};
use crate::domain::{Decimal, Order, OrderOrigin, OrderState, Price, Side};
use crate::tui::action::{self, ActionId, LadderAction, TradingAction};
use crate::tui::format;
use crate::tui::panes::PaneSpec;
use crate::tui::panes::ladder::{self, Grid};
use crate::tui::panes::tape;
use crate::tui::state::{DeskState, Tone, instrument_of};
use crate::tui::workspace::{Class, Leaf, PaneId};
use crate::view::InstrumentView;

/// Rows of the book on each side, as the key goes through them; `None` is all of it.
const DEPTHS: [Option<usize>; 4] = [None, Some(5), Some(10), Some(20)];

impl DeskState {
    pub(super) fn act_ladder(&mut self, id: LadderAction, turn: &mut Turn) {
        use LadderAction as A;
        let spec = match id {
            A::Pause | A::Minimum => &tape::SPEC,
            _ => &ladder::SPEC,
        };
        let Some(pane) = self.pane_of(spec) else {
            let text = format!("no {} in this workspace: `:pane {}`", spec.title, spec.name);
            return self.say(Tone::Plain, text, turn.view);
        };
        match id {
            A::Up | A::Down => self.move_price_cursor(pane, id == A::Up, turn),
            A::Centre => self.centre_ladder(pane, turn),
            A::Preview => self.preview_at_cursor(None, turn),
            A::Cancel => self.cancel_at_cursor(pane, turn),
            A::Group => self.group_prices(pane, turn),
            A::Static => self.hold_ladder(pane, turn),
            A::Depth => self.limit_depth(pane, turn),
            A::Pause => self.pause_tape(pane, turn),
            A::Minimum => self.filter_tape(pane, turn),
        }
    }

    /// The price that the cursor of the chosen ladder was moved to; `None` elsewhere and while it
    /// follows the market.
    pub fn ladder_cursor(&self) -> Option<Price> {
        let leaf = self.leaf();
        let (instrument, price) = leaf.ladder.cursor?;
        let is_shown = instrument.index() == self.focus_of(leaf).instrument;
        (leaf.spec == &ladder::SPEC && is_shown).then_some(price)
    }

    /// The chosen pane where it is of a kind, else the first of the kind that is shown in this
    /// workspace.
    fn pane_of(&self, spec: &PaneSpec) -> Option<PaneId> {
        let workspace = self.workspaces.current();
        let chosen = workspace.chosen();
        let class = Class::of(self.area);
        let mut leaves = workspace.root.leaves();
        let first = leaves.find(|leaf| leaf.spec == spec && leaf.from <= class);
        match chosen.spec == spec {
            true => Some(chosen.id),
            false => first.map(|leaf| leaf.id),
        }
    }

    fn pane_mut(&mut self, pane: PaneId) -> &mut Leaf {
        self.workspaces.current_mut().root.find_or_first_mut(pane)
    }

    /// What a pane shows, with its instrument; says so where there is none.
    fn shown<'v>(&mut self, pane: PaneId, turn: &Turn<'v>) -> Option<(&Leaf, &'v InstrumentView)> {
        let leaf = self.workspaces.current().root.find(pane)?;
        let row = instrument_of(turn.view, self.focus_of(leaf));
        let Some(row) = row.filter(|row| ladder::middle(row).is_some()) else {
            self.say(Tone::Plain, "no price yet", turn.view);
            return None;
        };
        Some((self.workspaces.current().root.find(pane)?, row))
    }

    fn move_price_cursor(&mut self, pane: PaneId, is_up: bool, turn: &Turn) {
        let Some((leaf, row)) = self.shown(pane, turn) else {
            return;
        };
        let grid = Grid::of(&leaf.ladder, row);
        let Some((from, _)) = ladder::cursor(&leaf.ladder, row) else {
            return;
        };
        let rows = i64::try_from(turn.count).unwrap_or(1);
        let to = grid.moved(from, if is_up { rows } else { -rows });
        let lowest = grid.above(Price::from_units(1));
        self.pane_mut(pane).ladder.cursor = Some((row.id, to.max(lowest)));
    }

    fn centre_ladder(&mut self, pane: PaneId, turn: &Turn) {
        let Some((_, row)) = self.shown(pane, turn) else {
            return;
        };
        let ladder = &mut self.pane_mut(pane).ladder;
        ladder.cursor = None;
        ladder.anchor = ladder::middle(row).map(|middle| (row.id, middle));
    }

    fn hold_ladder(&mut self, pane: PaneId, turn: &Turn) {
        let Some((leaf, row)) = self.shown(pane, turn) else {
            return;
        };
        let is_static = match turn.arguments {
            "on" => true,
            "off" => false,
            _ => !leaf.ladder.is_static,
        };
        let ladder = &mut self.pane_mut(pane).ladder;
        ladder.is_static = is_static;
        ladder.anchor = ladder::middle(row).map(|middle| (row.id, middle));
    }

    fn group_prices(&mut self, pane: PaneId, turn: &Turn) {
        let Some((leaf, row)) = self.shown(pane, turn) else {
            return;
        };
        let group = match turn.arguments {
            "" => Some(ladder::next_group(&leaf.ladder, row)),
            "auto" => None,
            ticks => match ticks.parse::<i64>() {
                Ok(ticks @ 1..=1_000_000) => Some(ticks),
                _ => {
                    let text = format!("`{ticks}` is no number of ticks: 1 to 1000000, or auto");
                    return self.say(Tone::Bad, text, turn.view);
                }
            },
        };
        self.pane_mut(pane).ladder.group = group;
    }

    fn limit_depth(&mut self, pane: PaneId, turn: &Turn) {
        let ladder = &mut self.pane_mut(pane).ladder;
        let depth = match turn.arguments {
            "" => {
                let at = DEPTHS.iter().position(|depth| *depth == ladder.depth);
                let next = at.map_or(0, |at| (at + 1) % DEPTHS.len());
                DEPTHS.get(next).copied().flatten()
            }
            "all" => None,
            rows => match rows.parse::<usize>() {
                Ok(rows @ 1..) => Some(rows),
                _ => {
                    let text = format!("`{rows}` is no number of rows: 1 or more, or all");
                    return self.say(Tone::Bad, text, turn.view);
                }
            },
        };
        ladder.depth = depth;
    }

    /// Opens the preview of a limit order at the cursor; where no side is said, the one on which
    /// it would rest.
    pub(in crate::tui) fn preview_at_cursor(&mut self, side: Option<Side>, turn: &mut Turn) {
        let pane = self.leaf().id;
        let Some((leaf, row)) = self.shown(pane, turn) else {
            return;
        };
        let Some((price, _)) = ladder::cursor(&leaf.ladder, row) else {
            return;
        };
        let id = match side.unwrap_or_else(|| ladder::resting_side(row, price)) {
            Side::Buy => TradingAction::BuyLimit,
            Side::Sell => TradingAction::SellLimit,
        };
        self.pane_mut(pane).ladder.cursor = Some((row.id, price));
        if let Some(action) = action::row(ActionId::Trading(id)) {
            self.perform(action, turn);
        }
    }

    /// Cancels the own orders of the cursor's row. One that protects a position stays: without it
    /// the risk is higher.
    fn cancel_at_cursor(&mut self, pane: PaneId, turn: &mut Turn) {
        let Some((leaf, row)) = self.shown(pane, turn) else {
            return;
        };
        let grid = Grid::of(&leaf.ladder, row);
        let Some((price, _)) = ladder::cursor(&leaf.ladder, row) else {
            return;
        };
        let at = grid.below(price);
        let is_here = |order: &&Order| {
            order.instrument == row.id
                && order.state != OrderState::CancelPending
                && ladder::row_of(order, grid) == Some(at)
        };
        let here = turn.view.working_orders.values().filter(is_here);
        let (kept, gone): (Vec<&Order>, Vec<&Order>) = here.partition(|order| protects(order));
        let price = format::price(at, &row.instrument);
        if gone.is_empty() {
            let text = match kept.is_empty() {
                true => format!("no own order at {price}"),
                false => format!("the order at {price} protects the position and stays"),
            };
            return self.say(Tone::Plain, text, turn.view);
        }
        for order in gone {
            let side = match order.side {
                Side::Buy => "BUY",
                Side::Sell => "SELL",
            };
            let size = format::quantity(order.open_quantity(), &row.instrument);
            let text = format!("cancel {side} {size} {} @ {price}", row.instrument.symbol);
            let body = crate::domain::CommandBody::CancelOrder(order.id);
            turn.effects.push(Effect::Send(body, text));
        }
    }

    fn pause_tape(&mut self, pane: PaneId, turn: &Turn) {
        let Some((leaf, row)) = self.shown(pane, turn) else {
            return;
        };
        let paused = match leaf.tape.paused {
            Some(_) => None,
            None => Some((row.id, Arc::new(row.tape.clone()))),
        };
        let leaf = self.pane_mut(pane);
        leaf.tape.paused = paused;
        leaf.table.chosen = None;
    }

    fn filter_tape(&mut self, pane: PaneId, turn: &mut Turn) {
        if turn.arguments.is_empty() {
            return self.begin_with("tape-min ");
        }
        match turn.arguments.parse::<Decimal>() {
            Ok(size) if !size.is_sign_negative() => {
                let leaf = self.pane_mut(pane);
                leaf.tape.minimum = (!size.is_zero()).then_some(size);
                leaf.table.chosen = None;
            }
            _ => {
                let text = format!("`{}` is no size: 0 shows all trades", turn.arguments);
                self.say(Tone::Bad, text, turn.view);
            }
        }
    }
}

/// Whether an order only leaves or protects a position.
fn protects(order: &Order) -> bool {
    order.reduce_only || order.origin == OrderOrigin::ProtectiveStop
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use crossterm::event::{MouseButton, MouseEvent, MouseEventKind};
    use ratatui::layout::Rect;

    use super::*;
    use crate::domain::{CommandBody, OrderId, OrderKind};
    use crate::tui::keymap::Key;
    use crate::tui::render::places;
    use crate::tui::state::Open;
    use crate::tui::{ColorMode, sample};
    use crate::view::View;

    /// A desk with the ladder chosen, and the view with an own order four ticks below the market.
    fn desk() -> (DeskState, View, Price) {
        let mut view = sample::view();
        let mut state = DeskState::new(ColorMode::Mono, false);
        state.area = Rect::new(0, 0, 120, 36);
        let last = ladder::middle(&view.instruments[0]).unwrap();
        if let Some(order) = view.working_orders.get_mut(&OrderId(42)) {
            order.kind = OrderKind::Limit(Price::from_units(last.units() - 4));
        }
        type_in(&mut state, ":DOM", &view);
        assert_eq!(state.leaf().spec, &ladder::SPEC);
        (state, view, last)
    }

    fn type_in(state: &mut DeskState, text: &str, view: &View) -> Vec<Effect> {
        for letter in text.chars() {
            state.key(Key::Char(letter), view, Instant::now());
        }
        state.key(Key::Enter, view, Instant::now())
    }

    fn press(state: &mut DeskState, view: &View, keys: &[Key]) -> Vec<Effect> {
        let keys = keys.iter();
        keys.flat_map(|key| state.key(*key, view, Instant::now()))
            .collect()
    }

    fn ticket_price(state: &DeskState) -> Option<(Side, OrderKind)> {
        match &state.open {
            Open::Ticket(ticket) => Some((ticket.side, ticket.kind)),
            _ => None,
        }
    }

    #[test]
    fn the_preview_takes_the_price_of_a_cursor_that_was_moved() {
        let (b, s, up, down) = (Key::Char('b'), Key::Char('s'), Key::Up, Key::Down);
        use Side::{Buy, Sell};
        // Keys; the side, and the ticks from the last price.
        let cases: &[(&[Key], Side, i64)] = &[
            (&[b], Buy, -1),
            (&[up, up, b], Buy, 2),
            (&[down, s], Sell, -1),
            (&[up, up, up, Key::Char('.'), s], Sell, 1),
            (&[down, down, Key::Enter], Buy, -2),
            (&[up, up, Key::Enter], Sell, 2),
        ];
        for (keys, side, ticks) in cases {
            let (mut state, view, last) = desk();
            press(&mut state, &view, keys);
            let price = Price::from_units(last.units() + ticks);
            let expected = Some((*side, OrderKind::Limit(price)));
            assert_eq!(ticket_price(&state), expected, "{keys:?}");
        }
        let (mut state, view, _) = desk();
        press(&mut state, &view, &[up, Key::Tab]);
        assert_eq!(state.ladder_cursor(), None, "another pane is chosen");
    }

    #[test]
    fn a_disarmed_desk_opens_no_preview_from_the_ladder() {
        let (mut state, view, _) = desk();
        state.armed = Some(false);
        press(&mut state, &view, &[Key::Down, Key::Enter]);
        assert_eq!(ticket_price(&state), None);
    }

    #[test]
    fn orders_at_the_cursor_are_cancelled_and_no_others() {
        let cancel = |text: &str| {
            let body = CommandBody::CancelOrder(OrderId(42));
            vec![Effect::Send(body, text.to_owned())]
        };
        let (mut state, mut view, last) = desk();
        let c = Key::Char('c');
        let down = [Key::Down; 4];
        assert_eq!(press(&mut state, &view, &[c]), []);
        let price = Price::from_units(last.units() - 4);
        let text = format!("cancel BUY 190 TITAN @ {}", price.display(2));
        press(&mut state, &view, &down);
        assert_eq!(press(&mut state, &view, &[c]), cancel(&text));
        // What protects the position is not cancelled by one letter.
        let order = view.working_orders.get_mut(&OrderId(42)).unwrap();
        order.reduce_only = true;
        assert_eq!(press(&mut state, &view, &[c]), []);
        let said = state.message.as_ref().map(|it| it.text.clone());
        assert!(said.unwrap().contains("protects the position"));
    }

    #[test]
    fn a_press_moves_the_cursor_and_a_second_one_opens_the_preview() {
        let (mut state, view, last) = desk();
        let places = places(&view, &state, state.area);
        let id = state.leaf().id;
        let placed = places.panes.iter().find(|placed| placed.id == id).unwrap();
        let area = placed.area;
        // The last price is in the middle of the rows; the market's sides are left and right.
        let line = |state: &DeskState, ticks: i64| {
            let shown = crate::tui::render::draw(&view, state, 120, 36);
            let price = Price::from_units(last.units() + ticks)
                .display(2)
                .to_string();
            let text = |y| -> String {
                let cells = area.left()..area.right();
                cells.map(|x| shown[(x, y)].symbol().to_owned()).collect()
            };
            (area.top()..area.bottom())
                .find(|y| text(*y).contains(&price))
                .unwrap()
        };
        let y = line(&state, -3);
        let click = |column: u16, row: u16| MouseEvent {
            kind: MouseEventKind::Down(MouseButton::Left),
            column,
            row,
            modifiers: crossterm::event::KeyModifiers::NONE,
        };
        state.mouse(click(area.left() + 6, y), &view, Instant::now());
        assert_eq!(
            state.ladder_cursor(),
            Some(Price::from_units(last.units() - 3))
        );
        assert_eq!(ticket_price(&state), None);
        let y = line(&state, -3);
        state.mouse(click(area.right() - 3, y), &view, Instant::now());
        let price = OrderKind::Limit(Price::from_units(last.units() - 3));
        assert_eq!(
            ticket_price(&state),
            Some((Side::Sell, price)),
            "the asks' side"
        );
    }

    #[test]
    fn commands_reach_the_ladder_and_the_tape_from_any_pane() {
        let (mut state, view, _) = desk();
        press(&mut state, &view, &[Key::Tab]);
        assert_ne!(state.leaf().spec, &ladder::SPEC);
        for text in [
            ":group 5",
            ":depth 7",
            ":static on",
            ":tape-min 20",
            ":tape-pause",
        ] {
            type_in(&mut state, text, &view);
        }
        let leaf = |state: &DeskState, spec: &PaneSpec| {
            let id = state.pane_of(spec).unwrap();
            state.workspaces.current().root.find(id).unwrap().clone()
        };
        let ladder = leaf(&state, &ladder::SPEC).ladder;
        assert_eq!((ladder.group, ladder.depth), (Some(5), Some(7)));
        assert!(ladder.is_static);
        let tape = leaf(&state, &tape::SPEC).tape;
        assert_eq!(tape.minimum, Some(Decimal::from(20)));
        assert!(tape.paused.is_some());
        for (text, said) in [
            (":group x", "`x` is no number of ticks"),
            (":depth 0", "`0` is no number of rows"),
            (":tape-min -1", "`-1` is no size"),
        ] {
            type_in(&mut state, text, &view);
            let message = state.message.as_ref().map_or("", |it| it.text.as_str());
            assert!(message.starts_with(said), "{message}");
        }
        for text in [":group auto", ":depth all", ":tape-min 0", ":tape-pause"] {
            type_in(&mut state, text, &view);
        }
        let ladder = leaf(&state, &ladder::SPEC).ladder;
        assert_eq!((ladder.group, ladder.depth), (None, None));
        assert_eq!(leaf(&state, &tape::SPEC).tape, Default::default());
    }

    #[test]
    fn the_wheel_moves_the_cursor_and_the_tape() {
        let (mut state, view, last) = desk();
        state.key(Key::Tab, &view, Instant::now());
        let chosen = state.leaf().id;
        let places = places(&view, &state, state.area);
        let turn_wheel = |state: &mut DeskState, view: &View, spec: &PaneSpec| {
            let id = state.pane_of(spec).unwrap();
            let placed = places.panes.iter().find(|placed| placed.id == id).unwrap();
            let event = MouseEvent {
                kind: MouseEventKind::ScrollDown,
                column: placed.area.x + 3,
                row: placed.area.y + 3,
                modifiers: crossterm::event::KeyModifiers::NONE,
            };
            state.mouse(event, view, Instant::now() + Duration::from_millis(1));
            state.workspaces.current().root.find(id).unwrap().clone()
        };
        let leaf = turn_wheel(&mut state, &view, &ladder::SPEC);
        let price = leaf.ladder.cursor.map(|(_, price)| price.units());
        assert_eq!(price, Some(last.units() - 3));
        let leaf = turn_wheel(&mut state, &view, &tape::SPEC);
        let newest = view.instruments[0].tape.prints.back().unwrap();
        assert_eq!(leaf.table.chosen, Some(newest.sequence_in_feed - 3));
        assert_eq!(state.leaf().id, chosen);
    }
}
