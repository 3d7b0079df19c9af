//! The desk beside the desk: any time, any way there, and what is done in it stays in it.
//! Must not test what the engine decides.

use titan_tui::domain::{
    CommandBody, InstrumentId, OrderIntent, OrderKind, OrderOrigin, Price, Qty, Side, TimeInForce,
    Timeframe,
};
use titan_tui::runtime::HandleError;
use titan_tui::runtime::replay::{ReplayError, Step};

use super::*;

/// The simulated exchange under a hand, standing before its first tick.
fn simulation() -> ReplayDesk {
    ReplayDesk::start(ReplayOptions {
        is_paused: true,
        ..ReplayOptions::new(ReplaySource::Simulation(BEGIN), Arc::new(busy()), None)
    })
    .expect("a replay")
}

/// All that a screen is given.
fn shown(desk: &ReplayDesk) -> String {
    format!("{:#?}", desk.handle().view().read())
}

#[test]
fn the_view_of_a_time_is_the_same_whatever_led_there() {
    let straight = simulation();
    straight.run_to(seconds(90), PATIENCE).expect("there");
    let expected = shown(&straight);

    let winding = simulation();
    for stop in [7, 30, 61] {
        winding.run_to(seconds(stop), PATIENCE).expect("there");
    }
    winding.control().set_speed(Speed::Times(50.0));
    winding.control().pause_at(seconds(63));
    winding.run_out(PATIENCE).expect("there");
    winding.run_to(seconds(200), PATIENCE).expect("there");
    let later = shown(&winding);
    assert_ne!(later, expected);
    winding.run_to(seconds(90), PATIENCE).expect("there");
    assert_eq!(shown(&winding), expected, "backwards");
    winding.run_to(seconds(200), PATIENCE).expect("there");
    assert_eq!(shown(&winding), later, "and forwards again");
}

#[test]
fn steps_end_where_they_say() {
    let desk = simulation();
    let step = |step| {
        desk.control().step(step);
        assert!(desk.control().wait_until_still(PATIENCE));
        desk.control().status().position.expect("a position")
    };
    desk.run_out(PATIENCE).expect("it stands");
    assert_eq!(
        step(Step::Second),
        seconds(0),
        "the first tick is on a full second"
    );
    assert_eq!(step(Step::Second), seconds(1));
    assert_eq!(step(Step::Second), seconds(2));
    let five = Timeframe::from_seconds(5).expect("a timeframe");
    let bar = Step::Bar {
        instrument: InstrumentId(1),
        timeframe: five,
    };
    let grace_ms = 300 + 700;
    for end in [5, 10] {
        assert_eq!(step(bar), seconds(end).plus_nanos(grace_ms * 1_000_000));
        let view = desk.handle().view().read();
        let series = &view.instruments[1].series[0];
        let newest = series.bars.back().expect("a bar").bar.start;
        assert_eq!(newest, seconds(end - 5), "its bar is closed");
    }
}

#[test]
fn orders_of_a_replay_act_in_it_alone_and_wait_for_its_time() {
    let folder = tempfile::tempdir().expect("a folder");
    live(options(folder.path(), busy(), BEGIN, 120));
    let stored = std::fs::read(folder.path().join("titan.db")).expect("a store");

    let desk = ReplayDesk::start(ReplayOptions {
        has_screen: true,
        from: Some(seconds(30)),
        is_paused: true,
        ..session(folder.path(), busy(), "last")
    })
    .expect("a replay");
    let buy = CommandBody::PlaceOrder(OrderIntent {
        target_price: None,
        instrument: InstrumentId(1),
        side: Side::Buy,
        kind: OrderKind::Limit(Price::from_units(1_000)),
        quantity: Some(Qty::from_units(5)),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Trader,
        reduce_only: false,
        stop_price: None,
    });
    // It has not come to its first time yet.
    assert_eq!(desk.handle().send(buy.clone()), Err(HandleError::Seeking));
    desk.run_out(PATIENCE).expect("there");
    assert_eq!(desk.control().status().position, Some(seconds(30)));
    let working = |desk: &ReplayDesk| desk.handle().view().read().working_orders.len();
    let before = working(&desk);
    desk.handle().send(buy).expect("taken");
    desk.run_out(PATIENCE).expect("there");
    assert_eq!(working(&desk), before + 1);
    desk.run_to(seconds(40), PATIENCE).expect("there");
    assert!(working(&desk) > 0, "it works on");
    // Backwards it was never given.
    desk.run_to(seconds(30), PATIENCE).expect("there");
    assert_eq!(working(&desk), before);
    desk.finish().expect("no failure");
    let after = std::fs::read(folder.path().join("titan.db")).expect("a store");
    assert_eq!(stored, after, "the store is as it was");
}

#[test]
fn times_beyond_the_ends_go_to_the_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    live(options(folder.path(), busy(), BEGIN, 30));
    let desk = ReplayDesk::start(ReplayOptions {
        has_screen: true,
        is_paused: true,
        ..session(folder.path(), busy(), "last")
    })
    .expect("a replay");
    desk.run_to(seconds(9_000), PATIENCE).expect("there");
    let status = desk.control().status();
    assert!(status.is_done && status.trip.is_none());
    assert_eq!(status.position, status.end);
    assert_eq!(status.begin, Some(BEGIN));
    assert!(desk.control().diff().summary.is_same());
    desk.run_to(seconds(-9_000), PATIENCE).expect("there");
    let status = desk.control().status();
    assert!(!status.is_done && status.is_paused);
    assert_eq!(status.next, Some(BEGIN));
    assert!(
        desk.control().diff().rows.is_empty(),
        "all is still to come"
    );
    assert_eq!(desk.handle().view().read().signals.len(), 0);
}

#[test]
fn a_newer_wish_overtakes_an_older_one() {
    let desk = simulation();
    desk.control().go_to(seconds(3_600));
    desk.control().go_to(seconds(20));
    desk.control().go_to(seconds(10));
    assert!(desk.control().wait_until_still(PATIENCE));
    assert_eq!(desk.control().status().position, Some(seconds(10)));
    desk.control().go_by(-4_000_000_000);
    assert!(desk.control().wait_until_still(PATIENCE));
    assert_eq!(desk.control().status().position, Some(seconds(6)));
    // A hand on the pace ends a way, wherever it has come to.
    desk.control().go_to(seconds(86_400));
    desk.control().pause();
    assert!(desk.control().wait_until_still(PATIENCE));
    let status = desk.control().status();
    assert!(status.is_paused && status.trip.is_none());
    assert!(status.position < Some(seconds(86_400)));
}

#[test]
fn leaving_ends_it_on_the_way_too_and_a_source_that_is_not_there_is_told() {
    let desk = simulation();
    desk.control().go_to(seconds(864_000));
    desk.finish().expect("no failure");

    let folder = tempfile::tempdir().expect("a folder");
    let desk = ReplayDesk::start(session(folder.path(), busy(), "2020-01-01")).expect("a replay");
    let error = desk.run_out(PATIENCE).expect_err("nothing is there");
    assert!(matches!(error, ReplayError::Failed(_)), "{error}");
    let told = desk.control().status().fault.expect("a fault");
    assert!(told.contains("nothing is recorded in"), "{told}");
    assert!(desk.finish().is_err());
}

#[test]
fn a_tape_is_compared_with_what_its_folder_decided() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("swing.csv");
    crate::engine::write_tape(&path, 600);
    let mut first = options(folder.path(), busy(), BEGIN, 100_000);
    first.feeds = vec![FeedSpec::Tape(path.clone())];
    let lived = live(first);
    assert!(lived.signals > 5 && lived.orders > 0, "{lived:?}");
    let options = ReplayOptions {
        source: ReplaySource::Tape(path),
        ..session(folder.path(), busy(), "")
    };
    let desk = replay(options);
    let diff = desk.control().diff();
    assert!(diff.summary.is_same(), "{}", diff.summary);
    assert_eq!(
        diff.summary.same,
        usize::try_from(lived.signals).expect("few")
    );
    assert_eq!(hash_of(desk), lived.event_hash);
}
