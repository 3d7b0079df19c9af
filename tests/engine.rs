//! The whole program from tick to fill: recorded tapes, determinism, restarts, allocation.
//! Must not look inside: what a user can see is what is compared.

mod crash;
mod determinism;
mod ending;
mod recorded;
mod shown;
mod steady;
mod store_fails;

use std::path::Path;

use serde_json::Value;

use crate::support::Desk;

/// Runs without a screen to the end of the feeds and returns the summary.
#[track_caller]
fn summary(desk: &Desk, arguments: &[&str]) -> Value {
    let mut all = vec![
        "--headless",
        "--exit-at-end",
        "--summary",
        "json",
        "--speed",
        "max",
    ];
    all.extend(arguments);
    let text = desk.run(&all).ok();
    serde_json::from_str(&text).expect("the summary is JSON")
}

/// What `export` prints.
#[track_caller]
fn export(desk: &Desk, arguments: &[&str]) -> String {
    let mut all = vec!["export"];
    all.extend(arguments);
    desk.run(&all).ok()
}

/// A tape of trades that walks up and down in long swings, so that strategies have work:
/// `seconds` seconds, four ticks each.
pub(crate) fn write_tape(path: &Path, seconds: i64) {
    let mut text = String::from("ts_ms,price,qty\n");
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    for tick in 0..seconds * 4 {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let noise = i64::try_from((state >> 33) % 21).expect("small") - 10;
        let phase = tick % 480;
        let swing = if phase < 240 { phase } else { 480 - phase };
        let cents = 10_000 + swing * 2 + noise;
        let millis = 1_767_571_200_000 + tick * 250;
        text.push_str(&format!(
            "{millis},{}.{:02},{}\n",
            cents / 100,
            cents % 100,
            1 + tick % 7
        ));
    }
    std::fs::write(path, text).expect("the tape");
}

/// Short bars, so that a tape of minutes holds many decisions.
pub(crate) const BUSY: &str = "\
[market]
timeframes_s = [5, 15, 60]
[risk]
stop_timeframe_s = 5
[[strategy]]
name = \"confluence\"
kind = \"confluence\"
timeframes_s = [5]
[[strategy]]
name = \"crossover\"
kind = \"crossover\"
timeframes_s = [5]
";
