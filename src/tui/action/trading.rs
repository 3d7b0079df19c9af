//! Actions of orders and positions: their letters mean the same wherever nothing is typed.
//! Must not send anything.

super::actions! {
    /// What can be done with orders and positions.
    TradingAction as Trading:
    Trading Increases Once 2 BuyLimit "order.buy_limit" "buy [QUANTITY] [PRICE]" "Buy limit" "buy"
        "Preview a limit order to buy, at the price cursor or joining the best bid.";
    Trading Increases Once 3 SellLimit "order.sell_limit" "sell [QUANTITY] [PRICE]" "Sell limit" "sell"
        "Preview a limit order to sell, at the price cursor or joining the best ask.";
    Trading Increases Once 6 BuyMarket "order.buy_market" "buy-market [QUANTITY]" "Buy market" "buy mkt"
        "Preview a market order to buy.";
    Trading Increases Once 7 SellMarket "order.sell_market" "sell-market [QUANTITY]" "Sell market" "sell mkt"
        "Preview a market order to sell.";
    Trading Reduces Twice 4 Flatten "position.flatten" "flatten" "Flatten" "flat"
        "Cancel the instrument's orders and close its position at the market.";
    Trading Reduces Twice 8 CancelEntries "order.cancel_entries" "cancel-entries" "Cancel entries" "cancel"
        "Cancel every working order that is not an exit; `:cancel-all` cancels the exits too.";
    Trading Reduces Twice 43 CancelAll "order.cancel_all" "cancel-all" "Cancel all orders" ""
        "Cancel every working order of every instrument, exits too.";
    Always Reduces Twice 5 Kill "kill" "kill" "KILL" "KILL"
        "Kill switch: refuse new orders, cancel all, close all positions, stay so until resumed.";
    Desk Mode Once 10 Arm "arm" "arm" "Arm or disarm" "arm"
        "Allow orders that increase risk, or refuse them; what reduces risk is never refused.";
    Desk Reduces Once 90 Halt "halt" "halt [REASON]" "Halt" ""
        "Refuse orders that increase risk until resumed. Typed: `:halt`, then a reason if you like.";
    Desk Mode Once 91 Resume "resume" "resume" "Resume" ""
        "Lift a halt or the kill switch. Typed in full: `:resume`.";
}
