//! Actions of whatever is typed into, chosen from or read.
//! Must not know what is typed.

super::actions! {
    /// What can be done while typing, choosing or reading.
    TypingAction as Typing:
    Typing View Once 1 Accept "typing.accept" "" "Accept" "accept"
        "Do what was typed or chosen.";
    Typing View Once 2 Abort "typing.abort" "" "Abort" "abort"
        "Forget what was typed.";
    Typing View Once 9 Erase "typing.erase" "" "Erase" ""
        "Erase the last letter.";
    Typing View Once 3 Up "typing.up" "" "Choice above" ""
        "The choice above.";
    Typing View Once 3 Down "typing.down" "" "Choice below" "choose"
        "The choice below.";
    Reading View Once 1 ScrollUp "reading.up" "" "Up" ""
        "Up.";
    Reading View Once 1 ScrollDown "reading.down" "" "Down" "scroll"
        "Down.";
    Reading View Once 3 PageUp "reading.page_up" "" "Page up" ""
        "Up by a page.";
    Reading View Once 3 PageDown "reading.page_down" "" "Page down" "page"
        "Down by a page.";
    Reading View Once 2 CloseReading "reading.close" "" "Close" "close"
        "Close what is read.";
}
