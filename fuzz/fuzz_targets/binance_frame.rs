//! Any text as a frame of the Binance streams. Must not panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use titan_tui::feeds::binance;

fuzz_target!(|text: &str| {
    if let Ok(frame) = binance::decode(text) {
        let _ = (frame.body(2, 5), frame.body(18, 18));
        let _ = frame.book(2, 5, titan_tui::domain::Timestamp::ZERO);
    }
    let _ = binance::parse_exchange_info(text, &["BTCUSDT".to_owned()]);
});
