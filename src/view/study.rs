//! Indicators of a chart, of any kind and any parameters, computed on the screen's side.
//! Must not be taken for the engine's values: signals come from those, and these only draw.
//!
//! A screen keeps one [`StudySet`] beside the view and lets it [`follow`](StudySet::follow) each
//! study that it draws, under the same lock as the frame: a frame costs the bars that closed since
//! the last one and a peek at the forming bar, nothing where neither moved.

use std::collections::{HashMap, VecDeque};

use crate::domain::{ClosedBar, FormingBar, IndicatorSlot, InstrumentId, Timeframe, Timestamp};
use crate::indicators::{IndicatorCatalog, IndicatorSet, IndicatorSpec};

use super::model::SeriesView;

/// Studies kept at most; the one that was not followed for longest goes.
pub const STUDIES_KEPT: usize = 64;

/// The studies of one screen.
#[derive(Debug, Clone, Default)]
pub struct StudySet {
    studies: HashMap<Key, Study>,
    /// Counts the calls, so that the oldest can be told.
    calls: u64,
}

type Key = (InstrumentId, Timeframe, IndicatorSpec);

impl StudySet {
    /// The study of an indicator on a series, brought up to the series as it is now.
    pub fn follow(
        &mut self,
        instrument: InstrumentId,
        series: &SeriesView,
        spec: &IndicatorSpec,
    ) -> &Study {
        self.calls += 1;
        let key = (instrument, series.timeframe, *spec);
        if self.studies.len() >= STUDIES_KEPT && !self.studies.contains_key(&key) {
            let oldest = self.studies.iter().min_by_key(|(_, study)| study.called);
            if let Some(oldest) = oldest.map(|(key, _)| *key) {
                self.studies.remove(&oldest);
            }
        }
        let study = self.studies.entry(key).or_insert_with(|| Study::new(*spec));
        study.called = self.calls;
        study.follow(series);
        study
    }

    /// A study that was followed before, as it was then.
    pub fn get(
        &self,
        instrument: InstrumentId,
        timeframe: Timeframe,
        spec: &IndicatorSpec,
    ) -> Option<&Study> {
        self.studies.get(&(instrument, timeframe, *spec))
    }

    /// How many studies are kept.
    pub fn len(&self) -> usize {
        self.studies.len()
    }

    /// Whether none is kept.
    pub fn is_empty(&self) -> bool {
        self.studies.is_empty()
    }
}

/// One indicator along one series.
#[derive(Debug, Clone)]
pub struct Study {
    /// Which.
    pub spec: IndicatorSpec,
    /// Its values, one line for each of its names, in their order.
    pub lines: Vec<StudyLine>,
    set: IndicatorSet,
    /// Start of the first bar that was ever taken.
    first: Option<Timestamp>,
    /// Start of the newest bar that was taken.
    last: Option<Timestamp>,
    forming: Option<FormingBar>,
    called: u64,
}

/// One value of an indicator along a series.
#[derive(Debug, Clone, PartialEq)]
pub struct StudyLine {
    /// Its name, for example `MACD_12_26_9_SIGNAL`.
    pub name: String,
    /// Whether it is measured in the instrument's smallest price units and belongs over the
    /// candles; others want a panel of their own.
    pub price_like: bool,
    /// One for each of the series' closed bars, in their order; `None` is not ready.
    pub values: VecDeque<Option<f64>>,
    /// What it would be had the forming bar closed now.
    pub forming: Option<f64>,
}

impl StudyLine {
    /// The newest value: of the forming bar, else of the newest closed one.
    pub fn newest(&self) -> Option<f64> {
        self.forming
            .or_else(|| self.values.back().copied().flatten())
    }
}

impl Study {
    fn new(spec: IndicatorSpec) -> Self {
        let catalog = IndicatorCatalog::new(&[spec]);
        let lines = (0_u16..)
            .map(IndicatorSlot)
            .zip(catalog.names())
            .map(|(slot, name)| StudyLine {
                name: name.to_owned(),
                price_like: catalog.is_price_like(slot),
                values: VecDeque::new(),
                forming: None,
            })
            .collect();
        Self {
            spec,
            lines,
            set: IndicatorSet::new(&catalog),
            first: None,
            last: None,
            forming: None,
            called: 0,
        }
    }

    fn follow(&mut self, series: &SeriesView) {
        let front = series.bars.front().map(|row| row.bar.start);
        // Bars came in front, or so many went by that some were never seen: begin anew.
        let came_before = front < self.first && front.is_some();
        let went_by = self.last.is_some() && front.is_none_or(|front| Some(front) > self.last);
        if came_before || went_by {
            *self = Self {
                called: self.called,
                ..Self::new(self.spec)
            };
        }
        self.first = self.first.or(front);
        let known = series
            .bars
            .partition_point(|row| Some(row.bar.start) <= self.last);
        let has_new = known < series.bars.len();
        for row in series.bars.range(known..) {
            self.set.update(&ClosedBar::new(row.bar), row.session_start);
            self.last = Some(row.bar.start);
            for (line, value) in self.lines.iter_mut().zip(self.set.values()) {
                line.values.push_back(*value);
            }
        }
        for line in &mut self.lines {
            let surplus = line.values.len().saturating_sub(series.bars.len());
            line.values.drain(..surplus);
        }
        if has_new || series.forming != self.forming {
            self.peek(series);
        }
    }

    fn peek(&mut self, series: &SeriesView) {
        self.forming = series.forming;
        let mut values = vec![None; self.lines.len()];
        if let Some(bar) = &series.forming {
            self.set.peek(bar, series.forming_session, &mut values);
        }
        for (line, value) in self.lines.iter_mut().zip(values) {
            line.forming = value;
        }
    }
}
