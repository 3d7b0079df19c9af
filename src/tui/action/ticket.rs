//! Actions of the order preview.
//! Must not judge an order.

super::actions! {
    /// What can be done in the order preview.
    TicketAction as Ticket:
    Ticket Increases Once 1 Send "ticket.send" "" "Send" "send"
        "Send the order as it is shown.";
    Ticket View Once 2 Abort "ticket.abort" "" "Abort" "abort"
        "Close the preview; nothing is sent.";
    Ticket View Once 3 PriceUp "ticket.price_up" "" "Price up" ""
        "Price one tick up.";
    Ticket View Once 3 PriceDown "ticket.price_down" "" "Price down" "price"
        "Price one tick down.";
    Ticket View Once 4 Less "ticket.less" "" "Smaller" ""
        "Smaller quantity.";
    Ticket View Once 4 More "ticket.more" "" "Larger" "quantity"
        "Larger quantity.";
    Ticket View Once 5 Join "ticket.join" "" "Join" "join"
        "Limit price to the best price of the own side.";
    Ticket View Once 6 Cross "ticket.cross" "" "Cross" "cross"
        "Limit price to the best price of the other side.";
}
