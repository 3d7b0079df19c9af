//! Cost of one update of each indicator, beside the crates `ta`, `kand` and `yata`.
//! Must not compare what is not alike: each contender gets the same bars in its own type, made
//! beforehand, gives the same values where it has them, and runs in turn with the others, so
//! that a busy machine disturbs all alike. Values go to `black_box` themselves, not by reference:
//! that would write their address as well.
//!
//! `kand` keeps no state: its functions take the previous values and the value that leaves the
//! window, which are read from the series here, so it is spared the window that others keep.
//! `yata`'s RSI, ADX and MFI come with the signals that it computes along with them; elsewhere
//! its methods are put together without signals. Divan has no way to compare benches with each
//! other, so the rounds are timed here and divan lends its `black_box` alone.
//!
//! Two peers are a little faster by doing less. OBV: `ta` and `kand` give a bare number, where
//! ours says as well whether there is one and stops at the ends of its range. SMA: `yata` gives a
//! bare number too, takes the first value for a full window, and lets its rounding pile up.

#![allow(
    missing_docs,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::indexing_slicing
)]

use std::time::{Duration, Instant};

use divan::black_box;
use kand::ohlcv as kand_ta;
use ta::Next;
use titan_tui::domain::{Bar, ClosedBar, Price, Qty, Timestamp};
use titan_tui::indicators::{
    Adx, Atr, Bollinger, Cci, Donchian, Ema, Ichimoku, Indicator, IndicatorCatalog, IndicatorSet,
    IndicatorSpec, Keltner, Macd, Mfi, Obv, Roc, Rsi, Sma, Stochastic, SuperTrend, Vwap,
};
use yata::core::{Candle, IndicatorConfig, IndicatorInstance, Method};
use yata::helpers::MA;

/// Few enough to stay in the first-level cache, where a bar is that was just made.
const BARS: usize = 532;
/// Bars that no contender is shown: `kand` needs that many before the first update.
const SKIPPED: usize = 20;
/// Passes over the bars in one timed round, to hide the timer.
const PASSES: usize = 8;
const UPDATES: usize = PASSES * (BARS - SKIPPED);

struct Series {
    ours: Vec<ClosedBar>,
    ta: Vec<ta::DataItem>,
    yata: Vec<Candle>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
    volume: Vec<f64>,
}

/// A seeded walk; the same bars for all.
fn series() -> Series {
    let mut state = 42_u64;
    let mut random = move |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        i64::try_from((state >> 33) % below).expect("31 bits fit")
    };
    let mut close = 2_566_000_i64;
    let ours: Vec<ClosedBar> = (0..BARS)
        .map(|index| {
            let open = close;
            close = (open + random(2_001) - 1_000).max(100_000);
            ClosedBar::new(Bar {
                start: Timestamp::from_seconds(60 * i64::try_from(index).expect("few bars")),
                open: Price::from_units(open),
                high: Price::from_units(open.max(close) + random(400)),
                low: Price::from_units(open.min(close) - random(400)),
                close: Price::from_units(close),
                volume: Qty::from_units(1 + random(10_000)),
                count: 60,
            })
        })
        .collect();
    let column = |pick: fn(&Bar) -> i64| -> Vec<f64> {
        ours.iter()
            .map(|bar| Price::from_units(pick(bar)).as_f64())
            .collect()
    };
    let open = column(|bar| bar.open.units());
    let high = column(|bar| bar.high.units());
    let low = column(|bar| bar.low.units());
    let close = column(|bar| bar.close.units());
    let volume = column(|bar| bar.volume.units());
    let rows = || 0..BARS;
    Series {
        ta: rows()
            .map(|i| {
                ta::DataItem::builder()
                    .open(open[i])
                    .high(high[i])
                    .low(low[i])
                    .close(close[i])
                    .volume(volume[i])
                    .build()
                    .expect("a consistent bar")
            })
            .collect(),
        yata: rows()
            .map(|i| Candle {
                open: open[i],
                high: high[i],
                low: low[i],
                close: close[i],
                volume: volume[i],
            })
            .collect(),
        ours,
        high,
        low,
        close,
        volume,
    }
}

type Pass = Box<dyn FnMut(&Series)>;

/// Where values are written: without it the stack's luck decides whether a value straddles two
/// lines of the cache, and so the outcome.
#[repr(align(64))]
struct Place<T>(T);

/// Takes a value as one that is wanted.
#[inline(always)]
fn take<T>(value: T) {
    black_box(Place(value));
}

struct Contest {
    name: &'static str,
    passes: Vec<(&'static str, Pass)>,
}

impl Contest {
    fn new(name: &'static str, indicator: impl Indicator + 'static) -> Self {
        let mut indicator = indicator;
        let pass: Pass = Box::new(move |series| {
            for bar in &series.ours[SKIPPED..] {
                take(indicator.update(bar));
            }
        });
        Self {
            name,
            passes: vec![("ours", pass)],
        }
    }

    /// `ta`: one call a bar.
    fn ta<O>(self, mut next: impl FnMut(&ta::DataItem) -> O + 'static) -> Self {
        self.with("ta", move |series| {
            for item in &series.ta[SKIPPED..] {
                take(next(item));
            }
        })
    }

    /// `yata`: one call a bar.
    fn yata<O>(self, mut next: impl FnMut(&Candle) -> O + 'static) -> Self {
        self.with("yata", move |series| {
            for candle in &series.yata[SKIPPED..] {
                take(next(candle));
            }
        })
    }

    fn with(mut self, peer: &'static str, pass: impl FnMut(&Series) + 'static) -> Self {
        self.passes.push((peer, Box::new(pass)));
        self
    }
}

fn averages(first: Candle) -> Vec<Contest> {
    let period = black_box(20_usize);
    let mut ta_sma = ta::indicators::SimpleMovingAverage::new(20).expect("ta");
    let mut yata_sma = yata::methods::SMA::new(20, &first.close).expect("yata");
    let sma = Contest::new("SMA 20", Sma::new(20))
        .ta(move |item| ta_sma.next(item))
        .yata(move |candle| yata_sma.next(&candle.close))
        .with("kand", move |series| {
            let mut mean = series.close[0];
            for i in SKIPPED..BARS {
                mean =
                    kand_ta::sma::sma_inc(mean, series.close[i], series.close[i - period], period)
                        .expect("kand");
                take(mean);
            }
        });
    let mut ta_ema = ta::indicators::ExponentialMovingAverage::new(20).expect("ta");
    let mut yata_ema = yata::methods::EMA::new(20, &first.close).expect("yata");
    let ema = Contest::new("EMA 20", Ema::new(20))
        .ta(move |item| ta_ema.next(item))
        .yata(move |candle| yata_ema.next(&candle.close))
        .with("kand", move |series| {
            let mut mean = series.close[0];
            for &close in &series.close[SKIPPED..] {
                mean = kand_ta::ema::ema_inc(close, mean, period, None).expect("kand");
                take(mean);
            }
        });
    let (fast, slow, signal) = black_box((12, 26, 9));
    let mut ta_macd =
        ta::indicators::MovingAverageConvergenceDivergence::new(12, 26, 9).expect("ta");
    let mut yata_fast = yata::methods::EMA::new(12, &first.close).expect("yata");
    let mut yata_slow = yata::methods::EMA::new(26, &first.close).expect("yata");
    let mut yata_line = yata::methods::EMA::new(9, &0.0).expect("yata");
    let macd = Contest::new("MACD 12/26/9", Macd::new(12, 26, 9))
        .ta(move |item| ta_macd.next(item))
        .yata(move |candle| {
            let macd = yata_fast.next(&candle.close) - yata_slow.next(&candle.close);
            let line = yata_line.next(&macd);
            [macd, line, macd - line]
        })
        .with("kand", move |series| {
            let (mut a, mut b, mut line) = (series.close[0], series.close[0], 0.0);
            for &close in &series.close[SKIPPED..] {
                // `macd_inc` returns neither average, so its three calls are made one by one.
                a = kand_ta::ema::ema_inc(close, a, fast, None).expect("kand");
                b = kand_ta::ema::ema_inc(close, b, slow, None).expect("kand");
                line = kand_ta::ema::ema_inc(a - b, line, signal, None).expect("kand");
                take([a - b, line, a - b - line]);
            }
        });
    let mut ta_bands = ta::indicators::BollingerBands::new(20, 2.0).expect("ta");
    let mut yata_middle = yata::methods::SMA::new(20, &first.close).expect("yata");
    let mut yata_deviation = yata::methods::StDev::new(20, &first.close).expect("yata");
    let bollinger = Contest::new("Bollinger 20/2", Bollinger::new(20, 2.0))
        .ta(move |item| ta_bands.next(item))
        .yata(move |candle| {
            let middle = yata_middle.next(&candle.close);
            let width = 2.0 * yata_deviation.next(&candle.close);
            [middle, middle + width, middle - width]
        })
        .with("kand", move |series| {
            let mut mean = series.close[..period].iter().sum::<f64>() / 20.0;
            let mut sum = series.close[..period].iter().sum::<f64>();
            let mut squares = series.close[..period].iter().map(|x| x * x).sum::<f64>();
            for i in SKIPPED..BARS {
                let out = kand_ta::bbands::bbands_inc(
                    series.close[i],
                    mean,
                    sum,
                    squares,
                    series.close[i - period],
                    period,
                    2.0,
                    2.0,
                )
                .expect("kand");
                (mean, sum, squares) = (out.3, out.4, out.5);
                take(out);
            }
        });
    let mut ta_roc = ta::indicators::RateOfChange::new(12).expect("ta");
    let mut yata_roc = yata::methods::RateOfChange::new(12, &first.close).expect("yata");
    let back = black_box(12_usize);
    let roc = Contest::new("ROC 12", Roc::new(12))
        .ta(move |item| ta_roc.next(item))
        .yata(move |candle| 100.0 * yata_roc.next(&candle.close))
        .with("kand", move |series| {
            for i in SKIPPED..BARS {
                take(kand_ta::roc::roc_inc(series.close[i], series.close[i - back]).expect("kand"));
            }
        });
    vec![sma, ema, macd, bollinger, roc]
}

fn ranges(first: Candle) -> Vec<Contest> {
    let period = black_box(14_usize);
    let mut ta_rsi = ta::indicators::RelativeStrengthIndex::new(14).expect("ta");
    let mut yata_rsi = yata::indicators::RelativeStrengthIndex {
        ma: MA::RMA(14),
        ..Default::default()
    }
    .init(&first)
    .expect("yata");
    let rsi = Contest::new("RSI 14", Rsi::new(14))
        .ta(move |item| ta_rsi.next(item))
        .yata(move |candle| yata_rsi.next(candle))
        .with("kand", move |series| {
            let (mut previous, mut gain, mut loss) = (series.close[0], 1.0, 1.0);
            for &close in &series.close[SKIPPED..] {
                let out = kand_ta::rsi::rsi_inc(close, previous, gain, loss, period).expect("kand");
                (previous, gain, loss) = (close, out.1, out.2);
                take(out.0);
            }
        });
    let mut ta_atr = ta::indicators::AverageTrueRange::new(14).expect("ta");
    let mut yata_range = yata::methods::TR::new(&first).expect("yata");
    let mut yata_mean = yata::methods::RMA::new(14, &0.0).expect("yata");
    let atr = Contest::new("ATR 14", Atr::new(14))
        .ta(move |item| ta_atr.next(item))
        .yata(move |candle| yata_mean.next(&yata_range.next(candle)))
        .with("kand", move |series| {
            let mut mean = 1.0;
            for i in SKIPPED..BARS {
                mean = kand_ta::atr::atr_inc(
                    series.high[i],
                    series.low[i],
                    series.close[i - 1],
                    mean,
                    period,
                )
                .expect("kand");
                take(mean);
            }
        });
    let mut yata_adx = yata::indicators::AverageDirectionalIndex {
        method1: MA::RMA(14),
        method2: MA::RMA(14),
        period1: 1,
        ..Default::default()
    }
    .init(&first)
    .expect("yata");
    let adx = Contest::new("ADX 14", Adx::new(14))
        .yata(move |candle| yata_adx.next(candle))
        .with("kand", move |series| {
            let mut state = (20.0, 1.0, 1.0, 1.0);
            for i in SKIPPED..BARS {
                state = kand_ta::adx::adx_inc(
                    series.high[i],
                    series.low[i],
                    series.high[i - 1],
                    series.low[i - 1],
                    series.close[i - 1],
                    state.0,
                    state.1,
                    state.2,
                    state.3,
                    period,
                )
                .expect("kand");
                take(state);
            }
        });
    let mut ta_fast = ta::indicators::FastStochastic::new(14).expect("ta");
    let mut ta_k = ta::indicators::SimpleMovingAverage::new(3).expect("ta");
    let mut ta_d = ta::indicators::SimpleMovingAverage::new(3).expect("ta");
    let mut yata_high = yata::methods::Highest::new(14, &first.high).expect("yata");
    let mut yata_low = yata::methods::Lowest::new(14, &first.low).expect("yata");
    let mut yata_k = yata::methods::SMA::new(3, &50.0).expect("yata");
    let mut yata_d = yata::methods::SMA::new(3, &50.0).expect("yata");
    let stochastic = Contest::new("Stochastic 14/3/3", Stochastic::new(14, 3, 3))
        .ta(move |item| {
            let k = ta_k.next(ta_fast.next(item));
            [k, ta_d.next(k)]
        })
        .yata(move |candle| {
            let high = yata_high.next(&candle.high);
            let low = yata_low.next(&candle.low);
            let k = yata_k.next(&(100.0 * (candle.close - low) / (high - low)));
            [k, yata_d.next(&k)]
        });
    vec![rsi, atr, adx, stochastic]
}

fn volumes(first: Candle) -> Vec<Contest> {
    let mut ta_obv = ta::indicators::OnBalanceVolume::new();
    let obv = Contest::new("OBV", Obv::new())
        .ta(move |item| ta_obv.next(item))
        .with("kand", |series| {
            let mut total = 0.0;
            for i in SKIPPED..BARS {
                total = kand_ta::obv::obv_inc(
                    series.close[i],
                    series.close[i - 1],
                    series.volume[i],
                    total,
                )
                .expect("kand");
                take(total);
            }
        });
    let period = black_box(20_usize);
    let mut ta_cci = ta::indicators::CommodityChannelIndex::new(20).expect("ta");
    let mut yata_cci = yata::methods::CCI::new(20, &first.close).expect("yata");
    let mut buffer = Vec::with_capacity(21);
    let cci = Contest::new("CCI 20", Cci::new(20))
        .ta(move |item| ta_cci.next(item))
        .yata(move |candle| {
            yata_cci.next(&((candle.high + candle.low + candle.close) / 3.0)) / 0.015
        })
        .with("kand", move |series| {
            let mut mean = series.close[0];
            for i in SKIPPED..BARS {
                take(
                    kand_ta::cci::cci_inc(
                        mean,
                        series.high[i],
                        series.low[i],
                        series.close[i],
                        series.high[i - period],
                        series.low[i - period],
                        series.close[i - period],
                        period,
                        &mut buffer,
                    )
                    .expect("kand"),
                );
                // The caller keeps the mean, as `cci_inc` does not return it.
                mean += (series.close[i] - series.close[i - period]) / 20.0;
            }
        });
    let mut ta_mfi = ta::indicators::MoneyFlowIndex::new(14).expect("ta");
    let mut yata_mfi = yata::indicators::MoneyFlowIndex {
        period: 14,
        ..Default::default()
    }
    .init(&first)
    .expect("yata");
    let mfi = Contest::new("MFI 14", Mfi::new(14))
        .ta(move |item| ta_mfi.next(item))
        .yata(move |candle| yata_mfi.next(candle));
    vec![obv, cci, mfi]
}

/// Ours alone, for the record.
fn alone() -> Vec<Contest> {
    vec![
        Contest::new("VWAP", Vwap::new()),
        Contest::new("SuperTrend 10/3", SuperTrend::new(10, 3.0)),
        Contest::new("Donchian 20", Donchian::new(20)),
        Contest::new("Keltner 20/2/10", Keltner::new(20, 2.0, 10)),
        Contest::new("Ichimoku 9/26/52", Ichimoku::new(9, 26, 52)),
        whole_set(),
    ]
}

/// Every default indicator of one instrument and timeframe.
fn whole_set() -> Contest {
    let specs: Vec<IndicatorSpec> = titan_tui::config::DEFAULT_INDICATORS
        .iter()
        .map(|text| text.parse().expect("a default"))
        .collect();
    let catalog = IndicatorCatalog::new(&specs);
    let mut set = IndicatorSet::new(&catalog);
    let mut out = vec![None; catalog.len()];
    let peeking = set.clone();
    Contest {
        name: "default set",
        passes: vec![],
    }
    .with("ours", move |series| {
        for bar in &series.ours[SKIPPED..] {
            set.update(bar, Timestamp::ZERO);
            black_box(set.values());
        }
    })
    .with("peek, not warm", move |series| {
        for bar in &series.ours[SKIPPED..] {
            peeking.peek(
                &titan_tui::domain::FormingBar::new(**bar),
                Timestamp::ZERO,
                &mut out,
            );
            black_box(&out);
        }
    })
}

/// Nanoseconds an update: the least disturbed round, and the middle one.
fn measure(contest: &mut Contest, series: &Series, rounds: usize) -> Vec<(f64, f64)> {
    let mut times: Vec<Vec<Duration>> = vec![Vec::with_capacity(rounds); contest.passes.len()];
    for round in 0..=rounds {
        for ((_, pass), times) in contest.passes.iter_mut().zip(&mut times) {
            let start = Instant::now();
            for _ in 0..PASSES {
                pass(black_box(series));
            }
            if round > 0 {
                times.push(start.elapsed());
            }
        }
    }
    times
        .into_iter()
        .map(|mut times| {
            times.sort_unstable();
            let nanos = |time: Duration| time.as_secs_f64() * 1e9 / UPDATES as f64;
            (nanos(times[0]), nanos(times[times.len() / 2]))
        })
        .collect()
}

fn main() {
    let quick = std::env::args().any(|argument| argument == "--test");
    let rounds = if quick { 1 } else { 400 };
    let series = series();
    let first = series.yata[0];
    let contests = [averages(first), ranges(first), volumes(first), alone()];
    println!(
        "ns an update, least of {rounds} rounds of {UPDATES} updates (middle round in brackets)"
    );
    for mut contest in contests.into_iter().flatten() {
        let results = measure(&mut contest, &series, rounds);
        let peers = &results[1..];
        let fastest = peers
            .iter()
            .map(|peer| peer.0)
            .fold(f64::INFINITY, f64::min);
        print!("{:<18}", contest.name);
        for ((name, _), (least, middle)) in contest.passes.iter().zip(&results) {
            print!(" {name} {least:6.2} ({middle:6.2})");
        }
        if fastest.is_finite() && contest.name != "default set" {
            print!("  ours/fastest {:.2}", results[0].0 / fastest);
        }
        println!();
    }
}
