//! Actions of a replay.
//! Must not know where its ticks come from.

super::actions! {
    /// What can be done while a replay is shown.
    ReplayAction as Replay:
    Replay View Once 1 Toggle "replay.toggle" "" "Play or pause" "play/pause"
        "Play or pause the replay.";
    Replay View Once 2 Forward "replay.forward" "" "A bar forward" ""
        "Go on to the end of the bar, then pause.";
    Replay View Once 2 Back "replay.back" "" "A bar back" ""
        "Go back by a bar, then pause; the replay is built up to there again.";
    Replay View Once 3 Slower "replay.slower" "" "Slower replay" ""
        "Play slower, down to half the pace of the market.";
    Replay View Once 3 Faster "replay.faster" "" "Faster replay" "speed"
        "Play faster, up to fifty times the pace of the market.";
}
