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
    Typing View Once 4 Complete "typing.complete" "" "Complete" "complete"
        "Complete what is typed with the next candidate; in the help, change the tab.";
    Typing View Once 4 CompleteBack "typing.complete_back" "" "Complete backwards" ""
        "The candidate before.";
    Typing View Once 5 History "typing.history" "" "Search history" ""
        "Search the commands that were typed before.";
    Typing View Once 20 Left "typing.left" "" "Cursor left" ""
        "Cursor a letter left.";
    Typing View Once 20 Right "typing.right" "" "Cursor right" ""
        "Cursor a letter right.";
    Typing View Once 20 Home "typing.home" "" "Cursor to the start" ""
        "Cursor to the beginning of the line.";
    Typing View Once 20 End "typing.end" "" "Cursor to the end" ""
        "Cursor to the end of the line.";
    Typing View Once 21 EraseForward "typing.erase_forward" "" "Erase forwards" ""
        "Erase the letter under the cursor.";
    Typing View Once 21 EraseWord "typing.erase_word" "" "Erase a word" ""
        "Erase the word before the cursor.";
    Typing View Once 21 EraseLine "typing.erase_line" "" "Erase the line" ""
        "Erase everything before the cursor.";
    Typing View Once 22 TypingPageUp "typing.page_up" "" "Choices a page up" ""
        "A page of choices up.";
    Typing View Once 22 TypingPageDown "typing.page_down" "" "Choices a page down" ""
        "A page of choices down.";
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
