//! Actions of a replay.
//! Must not know where its ticks come from.

super::actions! {
    /// What can be done while a replay is shown.
    ReplayAction as Replay:
    Replay View Once 1 Toggle "replay.toggle" "" "Play or pause" "play/pause"
        "Play or pause the replay.";
}
