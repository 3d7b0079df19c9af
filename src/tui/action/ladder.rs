//! Actions of a ladder and of the tape beside it.
//! Must not send an order.

super::actions! {
    /// What can be done with a ladder and with a tape.
    LadderAction as Ladder:
    Ladder Reduces Once 11 Cancel "ladder.cancel" "cancel-level" "Cancel at the price" "cancel"
        "Cancel the working orders at the price cursor; a protective stop stays.";
    Ladder View Once 12 Preview "ladder.preview" "" "Preview at the cursor" "preview"
        "Preview a limit order at the price cursor: to buy below the market, to sell above it.";
    Ladder View Once 14 Up "ladder.up" "" "Price cursor up" ""
        "Move the price cursor a row up.";
    Ladder View Once 14 Down "ladder.down" "" "Price cursor down" "price"
        "Move the price cursor a row down.";
    Ladder View Once 15 Centre "ladder.centre" "centre" "Centre the ladder" "centre"
        "Put the market back into the middle and let the price cursor follow it.";
    Ladder View Once 16 Group "ladder.group" "group [TICKS]" "Group prices" "group"
        "Ticks of a row: more of them, or the number that is named; `auto` suits the price.";
    Ladder View Once 17 Static "ladder.static" "static [on|off]" "Static or centred" "static"
        "Let the prices stand still while the market moves, or keep the market in the middle.";
    Ladder View Once 18 Depth "ladder.depth" "depth [ROWS]" "Depth of the book" "depth"
        "Rows of the book on each side that are shown and weighed: 5, 10, 20, all, or a number.";
    Tape View Once 14 Pause "tape.pause" "tape-pause" "Pause the tape" "pause"
        "Hold the tape to read it, or let it run again; nothing is lost meanwhile.";
    Tape View Once 15 Minimum "tape.minimum" "tape-min [SIZE]" "Least size on the tape" "min size"
        "Show only trades of at least this size; 0 shows all.";
}
