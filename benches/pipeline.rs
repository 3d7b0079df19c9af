//! The whole engine, the store left out: throughput, decision latency, and whether cost stays flat
//! as a run grows. `cargo bench --bench pipeline`.
//! Must not assert: figures depend on the machine, ratios within one run less so.

#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    reason = "a bench prints and may fail"
)]

use titan_tui::config::Config;
use titan_tui::runtime::bench::{Machine, pipeline};

/// Ticks of the short run; the long one has ten times as many.
const SHORT: u64 = 2_000_000;
/// Ratio of long to short that counts as flat.
const FLAT: f64 = 1.10;

fn main() {
    let config = Config::default();
    println!("{:?}", Machine::this());
    println!(
        "{:>12} {:>12} {:>10} {:>9} {:>12}",
        "instruments", "ticks", "M ticks/s", "ns/tick", "decision p99"
    );
    for instruments in [1, 10, 100, 1_000] {
        let figures = pipeline(&config, instruments, SHORT).expect("the engine runs");
        println!(
            "{instruments:>12} {SHORT:>12} {:>10.2} {:>9.1} {:>9} ns",
            figures.ticks_per_s / 1e6,
            figures.ns_per_tick,
            figures.tick_to_order_ns.p99,
        );
    }
    for instruments in [1, 100] {
        let short = pipeline(&config, instruments, SHORT).expect("the engine runs");
        let long = pipeline(&config, instruments, SHORT * 10).expect("the engine runs");
        let ratio = long.ns_per_tick / short.ns_per_tick;
        println!(
            "10x the ticks, {instruments:>3} instruments ({} fills against {}): cost per tick x {ratio:.3} ({})",
            long.fills,
            short.fills,
            if ratio <= FLAT { "flat" } else { "grows" },
        );
    }
}
