//! Helpers that the integration tests share.
//! Must not hold a test of its own.

use std::path::{Path, PathBuf};

/// The folder of reference data: `TITAN_DATA`, or `../shared/data` beside the repository.
///
/// Where it is absent a test that needs it prints `ignored: shared data folder absent` and
/// returns; with `TITAN_REQUIRE_DATA=1` this panics instead, so that a gate cannot pass by
/// skipping.
pub fn shared_data() -> Option<PathBuf> {
    let folder = std::env::var_os("TITAN_DATA").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(
        std::env::var_os("TITAN_REQUIRE_DATA").is_none_or(|value| value != "1"),
        "TITAN_REQUIRE_DATA=1, but {} is no folder",
        folder.display()
    );
    None
}
