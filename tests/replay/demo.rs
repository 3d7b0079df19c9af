//! The demo: one view for each event time, on every machine.
//! Must not compare with a picture: what is drawn is the screen's.

use titan_tui::config::DeskConfig;
use titan_tui::domain::FeedStatus;
use titan_tui::runtime::replay::{DEMO_BEGIN, DEMO_OPEN};

use super::*;

fn demo() -> ReplayDesk {
    let options = ReplayOptions::demo(DeskConfig::default());
    assert_eq!(options.from, Some(DEMO_OPEN));
    ReplayDesk::start(ReplayOptions {
        // Opening takes a while in a build for tests, and is what the other tests are about.
        from: None,
        is_paused: true,
        ..options
    })
    .expect("a demo")
}

#[test]
fn two_demos_show_the_same_at_the_same_time() {
    let at = DEMO_BEGIN.plus_nanos(35 * 60 * 1_000_000_000);
    let views: Vec<String> = (0..2)
        .map(|_| {
            let demo = demo();
            let drained = demo.run_to(at, PATIENCE).expect("there");
            assert_eq!(drained.time, at);
            let view = demo.handle().view().read();
            assert_eq!(view.feeds[0].status, FeedStatus::Live);
            assert_eq!(view.feeds[0].age_ms, Some(0), "ages by event time");
            assert_eq!(view.instruments.len(), 4);
            assert!(view.instruments[0].series[0].bars.len() > 30);
            format!("{view:#?}")
        })
        .collect();
    assert_eq!(views[0], views[1]);
}
