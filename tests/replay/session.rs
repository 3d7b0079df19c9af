//! What is recorded replays as it was, torn or after a restart, and other settings show.
//! Must not depend on how fast the recording was written.

use std::fs::OpenOptions;

use titan_tui::domain::{
    CommandBody, InstrumentId, OrderIntent, OrderKind, OrderOrigin, Qty, Side, TimeInForce,
};
use titan_tui::feeds::{PaceControl, recording};
use titan_tui::runtime::replay::{DiffField, DiffKind, sessions};

use super::*;

#[test]
fn a_recorded_session_replays_as_it_was() {
    let folder = tempfile::tempdir().expect("a folder");
    let lived = live(options(folder.path(), busy(), BEGIN, 600));
    assert!(lived.signals > 20 && lived.orders > 5, "{lived:?}");

    let found = sessions(folder.path());
    let [row] = found.as_slice() else {
        panic!("{found:?}");
    };
    let session_file = row.session.as_ref().expect("readable");
    assert_eq!(session_file.ticks(), lived.ticks);
    assert_eq!(session_file.lost(), 0);
    assert!(session_file.is_closed);
    assert_eq!(session_file.begin(), Some(BEGIN));
    assert_eq!(
        session_file.end(),
        Some(seconds(600).plus_nanos(-100_000_000))
    );
    assert_eq!(row.decisions, Some(lived.orders + lived.rejects));

    let desk = replay(session(folder.path(), busy(), "last"));
    let diff = desk.control().diff();
    let signals = usize::try_from(lived.signals).expect("few");
    assert_eq!(
        (diff.summary.same, diff.rows.len()),
        (signals, signals),
        "{}",
        diff.summary
    );
    assert_eq!(hash_of(desk), lived.event_hash, "every event is the same");
}

#[test]
fn other_settings_are_named_in_the_comparison() {
    let folder = tempfile::tempdir().expect("a folder");
    live(options(folder.path(), busy(), BEGIN, 600));

    let mut stricter = busy();
    for strategy in &mut stricter.strategies {
        strategy.min_confidence = 0.9;
    }
    let diff = replay(session(folder.path(), stricter, "last"))
        .control()
        .diff();
    let of_verdict = diff.rows.iter().filter(|row| match &row.kind {
        DiffKind::Differs(fields) => fields.contains(&DiffField::Verdict),
        _ => false,
    });
    assert!(of_verdict.count() > 0, "{}", diff.summary);

    let mut other = busy();
    other
        .strategies
        .retain(|strategy| strategy.name == "crossover");
    let only_voting = |row: &&titan_tui::runtime::replay::DiffRow| {
        row.record()
            .is_some_and(|it| it.key.strategy == "confluence")
    };
    let diff = replay(session(folder.path(), other, "last"))
        .control()
        .diff();
    let missing: Vec<_> = diff.rows.iter().filter(only_voting).collect();
    assert!(!missing.is_empty());
    assert!(missing.iter().all(|row| row.kind == DiffKind::OnlyLive));
    assert_eq!(diff.summary.only_live, missing.len());
}

#[test]
fn a_session_after_a_restart_begins_as_it_did() {
    let folder = tempfile::tempdir().expect("a folder");
    live(options(folder.path(), busy(), BEGIN, 300));
    let second = live(options(folder.path(), busy(), seconds(300), 300));
    assert!(second.signals > 5, "{second:?}");
    assert_eq!(sessions(folder.path()).len(), 2);

    let desk = replay(session(folder.path(), busy(), "last"));
    let diff = desk.control().diff();
    assert!(diff.summary.is_same(), "{}", diff.summary);
    assert_eq!(
        diff.rows.len(),
        usize::try_from(second.signals).expect("few")
    );
    let replayed = desk.finish().expect("no failure").expect("it ran");
    let figures = |it: &Summary| {
        (
            it.ticks,
            it.orders,
            it.fills,
            it.equity.as_ref().map(|e| e.get().to_owned()),
        )
    };
    assert_eq!(
        figures(&replayed),
        figures(&second),
        "positions and money, too"
    );
}

#[test]
fn what_was_asked_of_the_desk_is_part_of_its_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let runtime = runtime();
    let pace = PaceControl::new(Speed::Max);
    pace.go_to(seconds(100));
    let mut held = options(folder.path(), busy(), BEGIN, 500);
    held.feed_options.pace = Some(pace.clone());
    let desk = Desk::start(held, runtime.handle()).expect("a desk");
    let intent = OrderIntent {
        target_price: None,
        instrument: InstrumentId(1),
        side: Side::Buy,
        kind: OrderKind::Market,
        quantity: Some(Qty::from_units(3)),
        time_in_force: TimeInForce::Gtc,
        origin: OrderOrigin::Trader,
        reduce_only: false,
        stop_price: None,
    };
    let asked = [
        CommandBody::PlaceOrder(intent),
        CommandBody::Halt {
            reason: "lunch, \"early\"".to_owned(),
        },
        CommandBody::Flatten(InstrumentId(1)),
        CommandBody::Resume,
    ];
    for (body, next) in asked.into_iter().zip([120, 121, 300, 500]) {
        assert!(pace.wait_until_settled(PATIENCE));
        let drained = desk.handle().drain().expect("room");
        drained.blocking_recv().expect("an answer");
        desk.handle().send(body).expect("room");
        pace.go_to(seconds(next));
    }
    let lived = runtime
        .block_on(async {
            desk.wait().await;
            desk.finish().await
        })
        .expect("a summary");
    assert!(lived.fills > 0, "{lived:?}");
    let desk = replay(session(folder.path(), busy(), "last"));
    assert_eq!(hash_of(desk), lived.event_hash);
}

#[test]
fn a_torn_recording_is_read_up_to_its_last_whole_frame() {
    let folder = tempfile::tempdir().expect("a folder");
    let lived = live(options(folder.path(), busy(), BEGIN, 600));
    let recordings = recording::folder(folder.path());
    let found = recording::find(&recordings, "last").expect("a session");
    let path = found.folder.join(found.session.days[0].ticks_file());
    let whole = std::fs::metadata(&path).expect("a file").len();
    let mut before = lived.ticks + 1;
    for torn in [1, whole / 3, whole - 30] {
        let file = OpenOptions::new()
            .write(true)
            .open(&path)
            .expect("the file");
        file.set_len(whole - torn).expect("torn");
        let desk = replay(session(folder.path(), busy(), "last"));
        let diff = desk.control().diff();
        assert_eq!(
            diff.summary.differs + diff.summary.only_replay,
            0,
            "{}",
            diff.summary
        );
        let ticks = desk.finish().expect("no failure").expect("it ran").ticks;
        assert!(
            ticks < before,
            "{ticks} of {before} after {torn} bytes are gone"
        );
        before = ticks;
    }
    assert_eq!(before, 0);
}

#[test]
fn recordings_are_tapes_that_other_desks_can_play() {
    let folder = tempfile::tempdir().expect("a folder");
    let lived = live(options(folder.path(), busy(), BEGIN, 60));
    let recordings = recording::folder(folder.path());
    let found = recording::find(&recordings, "last").expect("a session");
    let path = found.folder.join(found.session.days[0].ticks_file());
    let elsewhere = tempfile::tempdir().expect("a folder");
    let as_tape = live(RunOptions {
        feeds: vec![FeedSpec::Tape(path)],
        ..options(elsewhere.path(), busy(), BEGIN, 60)
    });
    assert_eq!((as_tape.ticks, as_tape.malformed), (lived.ticks, 0));
    assert_eq!(as_tape.candles_tf, lived.candles_tf);
    assert_eq!(
        sessions(elsewhere.path()),
        [],
        "a tape is not recorded again"
    );

    // As a feed among others, with the numbers of this run.
    let mut beside = options(elsewhere.path(), busy(), seconds(3_600), 60);
    beside.feeds = vec![FeedSpec::Sim, FeedSpec::Session("last".to_owned())];
    beside.feed_options.recordings = Some(recordings);
    beside.data_dir = None;
    let both = live(beside);
    assert_eq!(both.ticks, lived.ticks * 2 - both.late_ticks);
}

#[test]
fn nothing_is_recorded_where_that_is_not_wanted() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut config = busy();
    config.store.record_ticks = false;
    live(options(folder.path(), config, BEGIN, 10));
    assert_eq!(sessions(folder.path()), []);
}
