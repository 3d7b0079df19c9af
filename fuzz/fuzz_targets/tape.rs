//! Any bytes as a tape: plain, gzip or zstd. Must not panic.
#![no_main]

use std::path::Path;

use libfuzzer_sys::fuzz_target;
use titan_tui::feeds::tape::TapeReader;

fuzz_target!(|data: &[u8]| {
    let Ok(mut reader) = TapeReader::from_bytes(Path::new("fuzz.csv"), data.to_vec()) else {
        return;
    };
    while let Ok(Some(row)) = reader.next_row() {
        let _ = (row.line(), row.symbol(), row.decode(2, 0), row.decode(18, 18));
    }
});
