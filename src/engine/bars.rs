//! From closed seconds to bars, indicator values and signals.
//! Must not let a forming bar reach a strategy or a confirmed value.

use crate::domain::time::NANOS_PER_SECOND;
use crate::domain::{
    Candle, ClosedBar, EventBody, IndicatorSlot, InstrumentId, Real, Signal, Timeframe, Timestamp,
};
use crate::indicators::IndicatorSet;
use crate::market::TimeframeBuilder;
use crate::signals::{self, Strategy, StrategyContext};

use super::instrument::InstrumentState;
use super::{Engine, EngineError, Settings};

/// One timeframe of one instrument.
pub(super) struct Frame {
    pub(super) builder: TimeframeBuilder,
    pub(super) indicators: IndicatorSet,
    pub(super) strategies: Vec<FrameStrategy>,
}

/// A strategy that runs on a frame, with its place in the settings.
pub(super) struct FrameStrategy {
    pub(super) config: usize,
    pub(super) strategy: Box<dyn Strategy>,
}

impl Frame {
    pub(super) fn new(timeframe: Timeframe, settings: &Settings) -> Result<Self, EngineError> {
        let mut strategies = Vec::new();
        for (config, strategy) in settings.strategies.iter().enumerate() {
            if strategy.timeframes_s.contains(&timeframe.seconds()) {
                let strategy = signals::build(strategy, &settings.catalog)?;
                strategies.push(FrameStrategy { config, strategy });
            }
        }
        Ok(Self {
            builder: TimeframeBuilder::new(timeframe),
            indicators: IndicatorSet::new(&settings.catalog),
            strategies,
        })
    }
}

impl InstrumentState {
    /// The bar of a frame, closed, when it is over by `until`. From then on its seconds are
    /// closed, too: a bar is the union of its seconds.
    fn close_bar(&mut self, frame: usize, until: Timestamp) -> Option<ClosedBar> {
        let frame = self.frames.get_mut(frame)?;
        let bar = frame.builder.close_until(until)?;
        self.aggregator.resume_from(frame.builder.closed_until());
        Some(bar)
    }

    /// Rolls a second that the journal holds into its bars, without an event or a signal.
    pub(super) fn fold_silently(&mut self, candle: &Candle) {
        for index in 0..self.frames.len() {
            let closed = self
                .frames
                .get_mut(index)
                .and_then(|frame| frame.builder.fold(candle, &mut self.calendar));
            if let Some(bar) = closed {
                self.take_silently(index, &bar);
            }
        }
        self.aggregator
            .resume_from(candle.start.plus_nanos(NANOS_PER_SECOND));
    }

    /// Closes a bar that the journal holds as closed, without an event or a signal.
    pub(super) fn close_silently(&mut self, timeframe: Timeframe, start: Timestamp) {
        let found = self
            .frames
            .iter()
            .position(|frame| frame.builder.timeframe() == timeframe);
        let Some(index) = found else { return };
        let is_recorded = self
            .frames
            .get(index)
            .and_then(|frame| frame.builder.forming())
            .is_some_and(|bar| bar.start <= start);
        if is_recorded && let Some(bar) = self.close_bar(index, Timestamp::MAX) {
            self.take_silently(index, &bar);
        }
    }

    fn take_silently(&mut self, index: usize, bar: &ClosedBar) {
        let day_start = self.calendar.segment(bar.start).day_start;
        let Some(frame) = self.frames.get_mut(index) else {
            return;
        };
        frame.indicators.update(bar, day_start);
        let (values, timeframe) = (frame.indicators.values(), frame.builder.timeframe());
        for entry in &mut frame.strategies {
            // Its signals were raised before the restart; only its memory is wanted.
            entry.strategy.on_bar(&StrategyContext {
                instrument: InstrumentId(0),
                timeframe,
                bar,
                values,
            });
        }
    }
}

impl Engine {
    /// Closes the seconds and bars that are over by `watermark`, oldest first.
    pub(super) fn close_due(&mut self, id: InstrumentId, watermark: Timestamp, now: Timestamp) {
        while let Some(state) = self.instruments.get_mut(id.index()) {
            let Some(candle) = state.aggregator.pop_closed(watermark) else {
                break;
            };
            self.close_bars(id, candle.start, now);
            self.on_candle(id, &candle, now);
        }
        let window = self.settings.reorder_window_ns;
        self.close_bars(id, watermark.plus_nanos(-window), now);
        if let Some(state) = self.instruments.get_mut(id.index()) {
            state.refresh_next_close(window);
        }
        self.expect_close(id);
    }

    fn close_bars(&mut self, id: InstrumentId, until: Timestamp, now: Timestamp) {
        let frames = self
            .instruments
            .get(id.index())
            .map_or(0, |state| state.frames.len());
        for index in 0..frames {
            let Some(state) = self.instruments.get_mut(id.index()) else {
                return;
            };
            if let Some(bar) = state.close_bar(index, until) {
                self.on_bar(id, index, &bar, now);
            }
        }
    }

    fn on_candle(&mut self, id: InstrumentId, candle: &Candle, now: Timestamp) {
        self.log.emit(
            0,
            now,
            EventBody::CandleClosed {
                instrument: id,
                candle: *candle,
            },
        );
        if let Some(InstrumentState {
            frames, calendar, ..
        }) = self.instruments.get_mut(id.index())
        {
            for frame in frames {
                // Bars that this candle ends were closed just before it.
                frame.builder.fold(candle, calendar);
            }
        }
        if self.ledger.position(id).is_open() {
            self.mark(id, candle.close);
        }
        if now >= self.next_sample {
            self.sample_account(0, now);
        }
    }

    fn on_bar(&mut self, id: InstrumentId, index: usize, bar: &ClosedBar, now: Timestamp) {
        let Some(state) = self.instruments.get_mut(id.index()) else {
            return;
        };
        let day_start = state.calendar.segment(bar.start).day_start;
        let Some(frame) = state.frames.get_mut(index) else {
            return;
        };
        let timeframe = frame.builder.timeframe();
        let body = EventBody::BarClosed {
            instrument: id,
            timeframe,
            bar: *bar,
        };
        let cause = self.log.emit(0, now, body);

        frame.indicators.update(bar, day_start);
        for (slot, value) in (0_u16..).zip(frame.indicators.values()) {
            if let Some(value) = *value {
                let body = EventBody::IndicatorConfirmed {
                    instrument: id,
                    timeframe,
                    slot: IndicatorSlot(slot),
                    bar_start: bar.start,
                    value: Real(value),
                };
                self.log.emit(cause, now, body);
            }
        }
        let mut signals: Vec<(usize, Signal)> = Vec::new();
        let values = frame.indicators.values();
        for entry in &mut frame.strategies {
            let context = StrategyContext {
                instrument: id,
                timeframe,
                bar,
                values,
            };
            signals.extend(
                entry
                    .strategy
                    .on_bar(&context)
                    .map(|signal| (entry.config, signal)),
            );
        }
        for (config, signal) in signals {
            self.on_signal(config, signal, cause, now);
        }
    }
}
