//! Actions of a ladder.
//! Must not send an order.

super::actions! {
    /// What can be done with a ladder.
    LadderAction as Ladder:
    Ladder View Once 14 Up "ladder.up" "" "Price cursor up" ""
        "Move the price cursor a level up.";
    Ladder View Once 14 Down "ladder.down" "" "Price cursor down" "price"
        "Move the price cursor a level down.";
    Ladder View Once 15 Centre "ladder.centre" "centre" "Centre the ladder" "centre"
        "Put the market back into the middle.";
}
