//! The same events give the same view, however they are batched and whatever is conflated.
//! Must not compare what conflation may change: which of the books in between were seen.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::fixture::{Recording, Said};
use crate::domain::{InstrumentId, MarketUpdate};
use crate::view::{BookView, View};

/// Folds in packages of these sizes, as the publisher makes them: events first, then the newest
/// market state of each instrument.
fn in_packages(recording: &Recording, sizes: &[usize]) -> View {
    let (mut view, mut fold) = recording.start();
    let mut rest = recording.said.as_slice();
    for size in sizes.iter().cycle() {
        let (package, later) = rest.split_at((*size).min(rest.len()));
        let mut markets: BTreeMap<InstrumentId, MarketUpdate> = BTreeMap::new();
        for said in package {
            match said {
                Said::Event(event) => fold.apply(&mut view, event),
                Said::Market(update) => {
                    let mut update = (**update).clone();
                    if let Some(older) = markets.remove(&update.instrument) {
                        update.replace(older);
                    }
                    markets.insert(update.instrument, update);
                }
            }
        }
        for update in markets.into_values() {
            fold.apply_market(&mut view, update);
        }
        rest = later;
        if rest.is_empty() {
            break;
        }
    }
    view
}

/// Without what depends on the books in between.
fn comparable(mut view: View) -> View {
    for row in &mut view.instruments {
        let depth = row.book.depth.clone();
        row.book = BookView::default();
        row.book.depth = depth;
    }
    view.queue.clear();
    view
}

#[test]
fn batches_of_any_size_give_the_same_view() {
    let recording = Recording::of_swings();
    let one_by_one = comparable(recording.view());
    let runner = ProptestConfig::with_cases(24);
    let sizes = prop::collection::vec(1_usize..160, 1..8);
    proptest!(runner, |(sizes in sizes)| {
        prop_assert_eq!(&comparable(in_packages(&recording, &sizes)), &one_by_one);
    });
}

#[test]
fn a_reader_that_misses_prints_knows_it() {
    let recording = Recording::of_swings();
    // Far more prints in a package than an update carries.
    let view = in_packages(&recording, &[2_000]);
    let row = &view.instruments[0];
    let seen = 4_000 - row.tape.missed;
    assert!(
        row.tape.missed > 1_000 && seen >= 256,
        "{}",
        row.tape.missed
    );
    assert!(row.traded.missed_some);
    let minutes = row.series.iter().find(|it| it.timeframe.seconds() == 60);
    let known = minutes.unwrap().bars.iter().filter(|it| it.delta.is_some());
    assert!(known.count() < 8, "a bar with a hole has no delta");
}
