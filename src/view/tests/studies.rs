//! Studies against the indicators themselves, through everything that a series can do.
//! Must not know a formula: every kind is tried.

use crate::domain::{Bar, ClosedBar, FormingBar, InstrumentId, Price, Qty, Timeframe, Timestamp};
use crate::indicators::{IndicatorCatalog, IndicatorKind, IndicatorSet, IndicatorSpec};
use crate::view::{BARS_KEPT, BarRow, STUDIES_KEPT, SeriesView, StudySet};

const ID: InstrumentId = InstrumentId(0);

fn row(index: i64) -> BarRow {
    let price = |wave: i64| Price::from_units(10_000 + (index * 37 + wave * 11) % 400);
    let (open, close) = (price(1), price(2));
    BarRow {
        bar: Bar {
            start: Timestamp::from_seconds(index * 60),
            open,
            high: Price::from_units(open.max(close).units() + 9),
            low: Price::from_units(open.min(close).units() - 7),
            close,
            volume: Qty::from_units(100 + index % 13),
            count: 60,
        },
        session_start: Timestamp::from_seconds(index / 100 * 6_000),
        delta: None,
    }
}

fn series(bars: std::ops::Range<i64>) -> SeriesView {
    let mut series = SeriesView::new(Timeframe::MINUTE, 0);
    series.bars = bars.map(row).collect();
    series
}

fn close(series: &mut SeriesView, index: i64) {
    if series.bars.len() >= BARS_KEPT {
        series.bars.pop_front();
    }
    series.bars.push_back(row(index));
    series.forming = None;
}

fn forming(series: &mut SeriesView, index: i64) {
    let row = row(index);
    series.forming = Some(FormingBar::new(row.bar));
    series.forming_session = row.session_start;
}

/// The values by an indicator that saw all bars from `first` on, for those still in the series.
fn expected(series: &SeriesView, first: i64, spec: IndicatorSpec) -> Vec<Vec<Option<f64>>> {
    let catalog = IndicatorCatalog::new(&[spec]);
    let mut set = IndicatorSet::new(&catalog);
    let mut lines = vec![Vec::new(); catalog.len()];
    let newest = series.bars.back().unwrap().bar.start.seconds() / 60;
    for index in first..=newest {
        let row = row(index);
        set.update(&ClosedBar::new(row.bar), row.session_start);
        for (line, value) in lines.iter_mut().zip(set.values()) {
            line.push(*value);
        }
    }
    for line in &mut lines {
        line.drain(..line.len() - series.bars.len());
    }
    lines
}

fn found(
    studies: &mut StudySet,
    series: &SeriesView,
    spec: IndicatorSpec,
) -> Vec<Vec<Option<f64>>> {
    let study = studies.follow(ID, series, &spec);
    let lines = study.lines.iter();
    lines
        .map(|line| line.values.iter().copied().collect())
        .collect()
}

#[test]
fn every_kind_is_what_its_indicator_says_at_each_bar_and_at_the_forming_one() {
    for kind in IndicatorKind::ALL {
        let spec = IndicatorSpec::usual(*kind);
        let mut studies = StudySet::default();
        let mut live = series(0..150);
        assert_eq!(found(&mut studies, &live, spec), expected(&live, 0, spec));
        for index in 150..160 {
            forming(&mut live, index);
            let peeked: Vec<_> = studies
                .follow(ID, &live, &spec)
                .lines
                .iter()
                .map(|line| line.forming)
                .collect();
            close(&mut live, index);
            let closed = expected(&live, 0, spec);
            assert_eq!(found(&mut studies, &live, spec), closed, "{spec}");
            let last: Vec<_> = closed.iter().map(|line| *line.last().unwrap()).collect();
            assert_eq!(peeked, last, "{spec}: a peek is what the close will be");
        }
        let study = studies.get(ID, Timeframe::MINUTE, &spec).expect("followed");
        assert_eq!(study.lines.len(), spec.value_names().count());
        let newest = study.lines[0].newest();
        assert_eq!(newest, study.lines[0].values.back().copied().flatten());
    }
}

#[test]
fn any_parameters_are_taken() {
    let mut studies = StudySet::default();
    let live = series(0..80);
    for text in [
        "EMA:3",
        "BB:7/1.5",
        "MACD:3/8/4",
        "ICHIMOKU:3/5/9",
        "SUPERTREND:4/2.5",
    ] {
        let spec: IndicatorSpec = text.parse().unwrap();
        assert_eq!(
            found(&mut studies, &live, spec),
            expected(&live, 0, spec),
            "{text}"
        );
    }
}

#[test]
fn a_full_series_moves_on_and_the_study_with_it() {
    let spec: IndicatorSpec = "EMA:21".parse().unwrap();
    let (mut studies, mut live) = (StudySet::default(), series(0..900));
    for index in 900..2_300 {
        close(&mut live, index);
        if index % 7 == 0 {
            assert_eq!(found(&mut studies, &live, spec)[0].len(), live.bars.len());
        }
    }
    // It saw every bar, also those that the series has forgotten.
    assert_eq!(found(&mut studies, &live, spec), expected(&live, 0, spec));
}

#[test]
fn bars_that_come_in_front_or_went_by_unseen_begin_it_anew() {
    let spec: IndicatorSpec = "RSI:14".parse().unwrap();
    let (mut studies, mut live) = (StudySet::default(), series(300..340));
    found(&mut studies, &live, spec);
    for index in (0..300).rev() {
        live.bars.push_front(row(index));
    }
    assert_eq!(found(&mut studies, &live, spec), expected(&live, 0, spec));
    let later = series(5_000..5_900);
    assert_eq!(
        found(&mut studies, &later, spec),
        expected(&later, 5_000, spec)
    );
    let empty = series(0..0);
    assert_eq!(found(&mut studies, &empty, spec), [Vec::new()]);
}

#[test]
fn the_one_not_followed_for_longest_goes() {
    let (mut studies, live) = (StudySet::default(), series(0..5));
    let spec = |period: usize| -> IndicatorSpec { format!("SMA:{period}").parse().unwrap() };
    for period in 2..200 {
        studies.follow(ID, &live, &spec(2));
        studies.follow(ID, &live, &spec(period));
        assert!(studies.len() <= STUDIES_KEPT);
    }
    assert!(studies.get(ID, Timeframe::MINUTE, &spec(2)).is_some());
    assert!(studies.get(ID, Timeframe::MINUTE, &spec(3)).is_none());
    assert!(studies.get(ID, Timeframe::MINUTE, &spec(199)).is_some());
}
