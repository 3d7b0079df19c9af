//! Golden screens of the panes of the market: ladder, tape, watchlist, context, heat.
//! Must not test what a key sends: `dispatch` does.

use std::time::Instant;

use titan_tui::domain::{FeedStatus, OrderId, OrderKind, Price, Qty, Side, Timestamp};
use titan_tui::tui::keymap::Key;
use titan_tui::tui::{ColorMode, DeskState, ShotFormat, sample, shot};
use titan_tui::view::{BookView, InstrumentView, View};

use super::screens::{SIZES, compare, state};

fn text(view: &View, state: &DeskState, width: u16, height: u16) -> String {
    shot(view, state, width, height, ShotFormat::Text)
}

/// A desk after some keys and commands; a command begins with a colon.
fn desk(keys: &[&str], view: &View) -> DeskState {
    let mut state = state(ColorMode::Mono);
    let now = Instant::now();
    for word in keys {
        let mut letters = word.chars();
        match word.strip_prefix(':') {
            Some(_) => {
                for letter in letters {
                    state.key(Key::Char(letter), view, now);
                }
                state.key(Key::Enter, view, now);
            }
            None => {
                let key = match (*word, letters.next()) {
                    ("Up", _) => Key::Up,
                    ("Down", _) => Key::Down,
                    ("Enter", _) => Key::Enter,
                    (_, Some(letter)) => Key::Char(letter),
                    _ => continue,
                };
                state.key(key, view, now);
            }
        }
    }
    state
}

#[test]
fn the_depth_workspace_at_every_size() {
    let view = sample::view();
    for (width, height) in SIZES {
        let state = desk(&[":workspace depth"], &view);
        let picture = text(&view, &state, width, height);
        compare(&format!("depth-{width}x{height}.txt"), &picture);
    }
    let mut coloured = desk(&[":workspace depth"], &view);
    coloured.paint.mode = ColorMode::True;
    let picture = shot(&view, &coloured, 120, 36, ShotFormat::Ansi);
    compare("depth-120x36-truecolor.ansi", &picture);
}

/// Own orders and the stop where they can be seen.
fn near_the_market(view: &mut View) {
    let last = view.instruments[0].market.as_ref().unwrap().last.unwrap();
    let at = |ticks: i64| last.checked_add(Price::from_units(ticks)).unwrap();
    let mut buy = view.working_orders[&OrderId(42)].clone();
    buy.kind = OrderKind::Limit(at(-4));
    let mut sell = buy.clone();
    (sell.id, sell.side, sell.quantity) = (OrderId(43), Side::Sell, Qty::from_units(20));
    sell.kind = OrderKind::Limit(at(5));
    view.working_orders.extend([(buy.id, buy), (sell.id, sell)]);
    view.instruments[0].position.stop_price = Some(at(-7));
}

#[test]
fn a_ladder_under_its_keys() {
    let view = sample::view();
    let cases: [(&str, &[&str]); 6] = [
        ("cursor", &["DOM", "Up", "Up", "Up"]),
        ("orders", &["DOM", "b"]),
        ("grouped", &["DOM", ":group 5", ":depth 5"]),
        ("static", &["DOM", "d"]),
        ("far", &["DOM", ":static on"]),
        ("tape", &["TAS", "p", ":tape-min 20"]),
    ];
    for (name, keys) in cases {
        let mut view = view.clone();
        if name == "orders" {
            near_the_market(&mut view);
        }
        let mut words = vec![":workspace depth"];
        let go = format!(":{}", keys[0]);
        words.push(&go);
        words.extend(&keys[1..]);
        let state = desk(&words, &view);
        if name == "far" {
            let market = view.instruments[0].market.as_mut().unwrap();
            let last = market.last.unwrap();
            market.last = last.checked_add(Price::from_units(90));
        }
        compare(&format!("ladder-{name}.txt"), &text(&view, &state, 120, 36));
    }
}

#[test]
fn what_the_panes_of_the_market_say_without_data() {
    let first = |view: &mut View, change: fn(&mut InstrumentView)| {
        view.instruments.iter_mut().for_each(change);
    };
    type Change = fn(&mut View);
    let states: [(&str, Change); 3] = [
        ("stale", |view| view.feeds[0].age_ms = Some(12_300)),
        ("down", |view| {
            *view = sample::empty();
            view.feeds[0].status = FeedStatus::Down("connection refused".to_owned());
            view.feeds[0].next_retry_at =
                Some(Timestamp::from_millis(sample::NOW.millis() + 8_000));
        }),
        ("waiting", |view| *view = sample::empty()),
    ];
    for (name, change) in states {
        let mut view = sample::view();
        change(&mut view);
        let mut state = desk(&[":workspace depth"], &view);
        state.idle_ms = if name == "waiting" { 4_200 } else { 0 };
        compare(&format!("depth-{name}.txt"), &text(&view, &state, 120, 36));
    }
    let mut view = sample::view();
    first(&mut view, |row| row.book = BookView::default());
    let state = desk(&[":workspace depth"], &view);
    let picture = text(&view, &state, 120, 36);
    assert!(
        picture.contains("L1 only: this feed gives no depth"),
        "{picture}"
    );
    compare("depth-l1.txt", &picture);
    first(&mut view, |row| {
        let market = row.market.as_mut().unwrap();
        market.bid = market.bid.map(|(price, _)| (price, Qty::ZERO));
        market.ask = None;
    });
    let picture = text(&view, &state, 120, 36);
    assert!(
        !picture.contains("imb "),
        "no weight is made up:\n{picture}"
    );
}

#[test]
fn the_panes_of_the_market_are_ascii_where_that_is_all_there_is() {
    let view = sample::view();
    for (width, height) in SIZES {
        for workspace in ["trade", "depth"] {
            let mut state = desk(&[&format!(":workspace {workspace}")], &view);
            state.glyphs = titan_tui::tui::glyphs::Glyphs::ASCII;
            let picture = text(&view, &state, width, height);
            let foreign: String = picture
                .chars()
                .filter(|letter| !letter.is_ascii())
                .collect();
            assert_eq!(foreign, "", "{picture}");
        }
    }
}
