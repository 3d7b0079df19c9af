//! The hot path in its steady state: no allocation for a tick, and cost that does not grow.
//! Must not time anything: allocations are counted, and time is for the benches.

use titan_tui::config::Config;
use titan_tui::runtime::bench::WalkedEngine;

/// Ticks before counting begins: every buffer has grown to its size by then.
const WARM_UP: u32 = 400_000;
/// Ticks counted: ten minutes of event time, so bars of every timeframe close.
const COUNTED: u32 = 6_000;

#[test]
fn no_tick_allocates_in_the_steady_state() {
    // Signals and orders are made of text and lists; without them nothing is.
    let mut config = Config {
        strategies: Vec::new(),
        ..Config::default()
    };
    config.store.enabled = false;
    let mut engine = WalkedEngine::new(&config, 1).expect("an engine");
    run(&mut engine, WARM_UP);
    let counted = allocation_counter::measure(|| run(&mut engine, COUNTED));
    assert_eq!(counted.count_total, 0, "{counted:?}");
}

#[test]
fn only_signals_and_orders_allocate() {
    let mut engine = WalkedEngine::new(&Config::default(), 10).expect("an engine");
    run(&mut engine, WARM_UP);
    let mut talkative = 0;
    for _ in 0..COUNTED {
        let counted = allocation_counter::measure(|| engine.step());
        let spoke = engine.events().iter().any(|event| {
            !matches!(
                event.body.kind(),
                "candle" | "bar" | "indicator" | "account"
            )
        });
        assert!(
            spoke || counted.count_total == 0,
            "a silent tick allocated: {counted:?}"
        );
        talkative += u32::from(spoke);
        engine.clear_events();
    }
    assert!(
        talkative < COUNTED / 20,
        "{talkative} of {COUNTED} ticks spoke"
    );
}

fn run(engine: &mut WalkedEngine, ticks: u32) {
    for _ in 0..ticks {
        engine.step();
        engine.clear_events();
    }
}
