//! Lets threads of a replay give way to those of the desk that trades.
//! Must not be called on a thread that others use as well: there is no way back.

/// How much the system prefers other threads, of 0 to 19.
#[cfg(target_os = "linux")]
const NICENESS: i32 = 10;

/// Makes the calling thread give way to others. Only Linux has a priority for each thread; elsewhere
/// the rests of the feed have to do.
pub(super) fn give_way() {
    // Refused to a thread that gives way already, and then nothing is missing.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::nice(NICENESS);
}
