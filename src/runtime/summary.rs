//! What a run did, counted from its events, and how fast.
//! Must not estimate: every figure is counted or measured.

use std::collections::BTreeMap;
use std::time::Duration;

use hdrhistogram::Histogram;
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::{Account, Event, EventBody, OrderState};
use crate::engine::EventHasher;
use crate::view::Counters;

/// Longest latency that the histograms tell apart: one minute.
const LATENCY_MAX_NS: u64 = 60_000_000_000;

/// Counts events as they are published.
#[derive(Debug)]
pub(super) struct Tally {
    hasher: EventHasher,
    candles_1s: u64,
    candles_tf: BTreeMap<u32, u64>,
    indicators: u64,
    signals: u64,
    orders: u64,
    fills: u64,
    rejects: u64,
    decision: Option<Histogram<u64>>,
    frame: Option<Histogram<u64>>,
}

impl Tally {
    pub(super) fn new() -> Self {
        let histogram = || Histogram::new_with_bounds(1, LATENCY_MAX_NS, 3).ok();
        Self {
            hasher: EventHasher::default(),
            candles_1s: 0,
            candles_tf: BTreeMap::new(),
            indicators: 0,
            signals: 0,
            orders: 0,
            fills: 0,
            rejects: 0,
            decision: histogram(),
            frame: histogram(),
        }
    }

    pub(super) fn add(&mut self, event: &Event) {
        self.hasher.add(event);
        match &event.body {
            EventBody::CandleClosed { .. } => self.candles_1s += 1,
            EventBody::BarClosed { timeframe, .. } => {
                *self.candles_tf.entry(timeframe.seconds()).or_default() += 1;
            }
            EventBody::IndicatorConfirmed { .. } => self.indicators += 1,
            EventBody::SignalRaised(_) => self.signals += 1,
            // A change makes no order and refuses none.
            EventBody::RiskDecided(decision) if decision.amends => {}
            EventBody::RiskDecided(decision) if decision.approved => self.orders += 1,
            EventBody::RiskDecided(_) => self.rejects += 1,
            EventBody::OrderChanged(order) if order.state == OrderState::Rejected => {
                self.rejects += 1;
            }
            EventBody::Filled(_) => self.fills += 1,
            _ => {}
        }
    }

    /// Orders approved, executions, and the hash over all events.
    pub(super) fn trades(&self) -> (u64, u64, String) {
        (self.orders, self.fills, self.hasher.hex())
    }

    /// Records one order decision: time inside the engine, and since its frame was read.
    pub(super) fn record_decision(&mut self, in_engine: Duration, since_frame: Duration) {
        for (histogram, latency) in [
            (&mut self.decision, in_engine),
            (&mut self.frame, since_frame),
        ] {
            if let Some(histogram) = histogram {
                let nanos = u64::try_from(latency.as_nanos()).unwrap_or(u64::MAX);
                histogram.saturating_record(nanos);
            }
        }
    }

    pub(super) fn summary(
        &self,
        counters: Counters,
        account: &Account,
        elapsed: Duration,
    ) -> Summary {
        let elapsed_s = elapsed.as_secs_f64();
        #[allow(clippy::cast_precision_loss, reason = "a rate for people")]
        let ticks_per_s = if elapsed_s > 0.0 {
            (counters.ticks as f64 / elapsed_s).round()
        } else {
            0.0
        };
        Summary {
            ticks: counters.ticks,
            late_ticks: counters.late_ticks,
            dropped: counters.dropped,
            malformed: counters.malformed,
            candles_1s: self.candles_1s,
            candles_tf: self.candles_tf.clone(),
            indicators: self.indicators,
            signals: self.signals,
            orders: self.orders,
            fills: self.fills,
            rejects: self.rejects,
            equity: number(account.equity),
            realized_pnl: number(account.realized_pnl),
            event_hash: self.hasher.hex(),
            elapsed_s,
            ticks_per_s,
            tick_to_order_ns: LatencySummary::of(self.decision.as_ref()),
            frame_to_order_ns: LatencySummary::of(self.frame.as_ref()),
        }
    }
}

/// One JSON object that says what a run did.
#[derive(Debug, Serialize)]
pub struct Summary {
    /// Ticks taken.
    pub ticks: u64,
    /// Ticks refused because they came too late.
    pub late_ticks: u64,
    /// Ticks lost because the engine could not keep up.
    pub dropped: u64,
    /// Rows, frames and ticks that could not be read or make no sense.
    pub malformed: u64,
    /// One-second candles closed.
    pub candles_1s: u64,
    /// Bars closed, by timeframe in seconds.
    pub candles_tf: BTreeMap<u32, u64>,
    /// Indicator values confirmed.
    pub indicators: u64,
    /// Signals raised.
    pub signals: u64,
    /// Orders approved and sent.
    pub orders: u64,
    /// Executions.
    pub fills: u64,
    /// Orders refused by risk or by the venue.
    pub rejects: u64,
    /// Equity at the end, in major units, exact.
    pub equity: Option<Box<RawValue>>,
    /// Realised profit before fees, in major units, exact.
    pub realized_pnl: Option<Box<RawValue>>,
    /// Hash over every numbered event, in order.
    pub event_hash: String,
    /// Wall time from the first input to the end.
    pub elapsed_s: f64,
    /// Ticks taken by wall time.
    pub ticks_per_s: f64,
    /// From the engine's taking a tick to its order decision.
    pub tick_to_order_ns: LatencySummary,
    /// From the reading of a frame or block of rows to the order decision that it led to.
    pub frame_to_order_ns: LatencySummary,
}

/// Percentiles of a latency; all zero where nothing was measured.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct LatencySummary {
    /// Measurements.
    pub count: u64,
    /// Median.
    pub p50: u64,
    /// 99th percentile.
    pub p99: u64,
    /// 99.9th percentile.
    pub p999: u64,
    /// Largest.
    pub max: u64,
}

impl LatencySummary {
    pub(crate) fn of(histogram: Option<&Histogram<u64>>) -> Self {
        histogram
            .filter(|histogram| !histogram.is_empty())
            .map_or_else(Self::default, |it| Self {
                count: it.len(),
                p50: it.value_at_quantile(0.5),
                p99: it.value_at_quantile(0.99),
                p999: it.value_at_quantile(0.999),
                max: it.max(),
            })
    }
}

/// A decimal as a JSON number with all its digits.
fn number(value: Decimal) -> Option<Box<RawValue>> {
    RawValue::from_string(value.normalize().to_string()).ok()
}
