//! From closed seconds to bars, indicator values and signals.
//! Must not let a forming bar reach a strategy or a confirmed value.

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
    /// Rolls a second that the journal holds into its bars, without an event or a signal.
    pub(super) fn fold_silently(&mut self, instrument: InstrumentId, candle: &Candle) {
        let Self {
            frames, calendar, ..
        } = self;
        for frame in frames {
            if let Some(bar) = frame.builder.fold(candle, calendar) {
                let day_start = calendar.segment(bar.start).day_start;
                frame.indicators.update(&bar, day_start);
                let (values, timeframe) = (frame.indicators.values(), frame.builder.timeframe());
                for entry in &mut frame.strategies {
                    entry.strategy.on_bar(&StrategyContext {
                        instrument,
                        timeframe,
                        bar: &bar,
                        values,
                    });
                }
            }
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
            let (feed, due) = (state.feed, state.next_close);
            if due != Timestamp::MAX {
                self.expect_sweep(feed, due.plus_nanos(self.settings.close_grace_ns));
            }
        }
    }

    fn close_bars(&mut self, id: InstrumentId, until: Timestamp, now: Timestamp) {
        let frames = self
            .instruments
            .get(id.index())
            .map_or(0, |state| state.frames.len());
        for index in 0..frames {
            let closed = self
                .instruments
                .get_mut(id.index())
                .and_then(|state| state.frames.get_mut(index))
                .and_then(|frame| frame.builder.close_until(until));
            if let Some(bar) = closed {
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
