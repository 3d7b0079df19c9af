//! Any text as a frame of the tick server. Must not panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use titan_tui::feeds::tickserver;

fuzz_target!(|text: &str| {
    let _ = tickserver::decode(text);
});
