//! Actions of the desk as a whole: finding, showing, leaving.
//! Must not send an order.

super::actions! {
    /// What can be done with the desk as a whole.
    DeskAction as Desk:
    Desk View Once 1 Help "help" "help" "Keys" "help"
        "Show the keys of where you are; type to filter, Enter does what is chosen.";
    Desk View Once 44 Tour "tour" "tour" "First steps" ""
        "Show the first screen of a new desk again.";
    Desk View Once 12 Command "command" "" "Command line" "command"
        "Type the name of an action.";
    Desk View Once 18 Palette "palette" "palette" "Palette" "palette"
        "Actions, instruments, workspaces, timeframes, themes and settings in one list.";
    Desk View Once 11 Find "find" "find SYMBOL" "Find an instrument" "find"
        "Pick an instrument by a part of its name." also ["DES"];
    Desk View Once 9 InstrumentPrevious "instrument.previous" "previous" "Instrument before" ""
        "The instrument before.";
    Desk View Once 9 InstrumentNext "instrument.next" "next" "Instrument after" "symbol"
        "The instrument after.";
    Desk View Once 10 TimeframeShorter "timeframe.shorter" "shorter" "Shorter timeframe" ""
        "A shorter timeframe.";
    Desk View Once 10 TimeframeLonger "timeframe.longer" "longer" "Longer timeframe" "timeframe"
        "A longer timeframe.";
    Desk View Once 27 TimeframeSet "timeframe.set" "timeframe TIMEFRAME" "Set the timeframe" ""
        "The timeframe that is typed: `5` or `5m`, `1h`, `15s`." also ["tf"];
    Desk View Once 44 Profile "keys.profile" "keys PROFILE" "Profile of keys" ""
        "Take another profile of keys until the desk is left.";
    Desk View Once 16 Theme "theme.next" "theme [THEME]" "Theme" "theme"
        "The next theme, or the one that is named; `titan-tui themes list` has all.";
    Desk View Once 27 Freeze "freeze" "freeze" "Freeze the display" ""
        "Hold the display still, or let it go on; the engine runs all the time.";
    Desk View Once 28 Privacy "privacy" "privacy" "Privacy mask" ""
        "Mask every amount of money, or show it; percentages stay.";
    Desk View Once 29 TimeZone "time_zone" "zone ZONE" "Time zone" ""
        "Show times in another zone: utc, local, or a name such as Asia/Kolkata.";
    Desk View Twice 17 Quit "quit" "quit" "Quit" "quit"
        "Leave the desk." also ["q", "wq"];
    Desk View Once 40 Close "close" "" "Close" ""
        "Close what is open; forget a first press.";
    Always View Twice 41 Leave "leave" "" "Leave" ""
        "Leave the desk from anywhere.";
    Always View Once 42 Redraw "redraw" "redraw" "Redraw" ""
        "Draw the whole screen anew.";
    Always View Twice 43 Suspend "suspend" "suspend" "Suspend" ""
        "Give the terminal back to the shell until `fg`; the engine stands still meanwhile.";
}
